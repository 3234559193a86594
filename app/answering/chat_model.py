"""The chat model in use: its file, its engine process (or one elsewhere), its prompt template."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import PurePath
from typing import Literal

from app.answering.confidence import BUILT_IN, FORMER, Calibration
from app.answering.events import ModelName
from app.answering.language_model import ChatModel
from app.answering.self_test import SelfTest, stored
from app.data_folder.layout import DataFolder
from app.engine.client import EngineClient, EngineDown, ModelInfo
from app.engine.models import (
    Model,
    ModelError,
    default_chat_model,
    former_embedder,
    is_starter,
    vocabulary_file,
)
from app.engine.options import Adapter, EngineOptions
from app.engine.supervisor import EngineState, EngineSupervisor
from app.engine.templates import TemplateError, chat_template
from app.engine.tokenizer import Tokenizer, TokenizerError
from app.settings import EngineSettings, Settings
from vectorstore.disk import write_whole
from vectorstore.index import Index

# Of a model without a self-test: below this many parameters its own words are not trusted.
WEAK_BELOW = 1_000_000_000
# An engine that is to end has no answer left to write when it was quiet for so long: between its
# search and its words an answer has none under way, nor has a summary between its parts.
_LONG_PAUSE_S = 60.0
_SHORT_PAUSE_S = 3.0
_LOOKS_S = 0.2


class ChatModelSource:
    """Starts the engine when it is first needed and stops it at `close`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._chosen: Model | None = None
        self._supervisor: EngineSupervisor | None = None
        self._elsewhere: EngineClient | None = None
        self._model: ChatModel | None = None
        self._retired: list[EngineSupervisor] = []  # that still write what was begun with them

    def start(self) -> None:
        """Begin to load the model; returns at once. Raises ModelError if there is none."""
        if self._settings.engine.url is None:
            self._running_supervisor()
        else:
            vocabulary_file(self._settings)

    def model(self) -> ChatModel:
        """The model, loaded; raises EngineDown with the reason if it does not come up."""
        with self._lock:
            if self._model is None:
                self._model = self._connect()
            return self._model

    def switch(self, model: Model, accept: Callable[[ChatModel], None], *, beside: bool) -> None:
        """Use another model of this machine from now on; what is being written is finished.

        `accept` looks at it, and may refuse it with an error of its own. Whatever goes wrong, the
        old one goes on. With `beside` both are loaded until then; else the old one is ended first,
        and questions wait. Raises EngineDown where the new one does not come up.
        """
        engine = self._settings.engine.model_copy(update={"model": model.path})
        other = ChatModelSource(self._settings.model_copy(update={"engine": engine}))
        if beside:
            other._brought_up(accept)
            with self._lock:
                self._take_over(other)
            return
        with self._lock:
            old = self._supervisor
            if old is not None:
                _await_quiet(old, _SHORT_PAUSE_S)
                old.stop()
                self._model = None
            try:
                other._brought_up(accept)
            except BaseException:
                if old is not None:
                    old.start()
                raise
            self._supervisor = None
            self._take_over(other)

    def _brought_up(self, accept: Callable[[ChatModel], None]) -> None:
        """Load the model and have it looked at; it is ended where that fails."""
        try:
            accept(self.model())
        except BaseException:
            self.close()
            raise

    def _take_over(self, other: "ChatModelSource") -> None:
        """Go on with what another source has loaded."""
        old = self._supervisor
        self._settings, self._chosen = other._settings, other._chosen
        self._supervisor, self._model = other._supervisor, other._model
        if old is not None:
            self._retired.append(old)
            threading.Thread(
                target=self._retire, args=(old,), name="engine-end", daemon=True
            ).start()

    def tested(self) -> SelfTest | None:
        """The result of the self-test of the model in use; None where it was not tested."""
        known = self._model
        return stored(self._chosen_model().path, known.name.sha256) if known else None

    def _retire(self, old: EngineSupervisor) -> None:
        _await_quiet(old, _LONG_PAUSE_S)
        old.stop()

    def calibration(self) -> Calibration:
        """When to refuse: as calibrated on this index, else as built in for its embedder."""
        stored = DataFolder(self._settings.home).calibration
        if not stored.exists():
            former = former_embedder(
                self._settings, Index.made_with(DataFolder(self._settings.home).index)
            )
            return BUILT_IN if former is None else FORMER
        return Calibration(**json.loads(stored.read_text(encoding="utf-8")))

    def state(self) -> EngineState:
        """What the engine is doing; an engine elsewhere counts as running."""
        if self._settings.engine.url is not None:
            return EngineState("running", "", 0)
        if self._supervisor is None:
            return EngineState("stopped", "", 0)
        return self._supervisor.state()

    def readiness(self) -> Literal["ready", "starting", "restarting", "failed"]:
        """`state` in the four words that a reader needs."""
        status = self.state().status
        if status == "running":
            return "ready"
        return "starting" if status == "stopped" else status

    def pid(self) -> int | None:
        """Process id of the engine that this process started; None while none runs."""
        return self._supervisor.pid if self._supervisor is not None else None

    def name(self) -> str:
        """The model's name for a person, known before it is loaded; never waits for an engine."""
        if self._settings.engine.url is not None:
            known = self._model
            return known.name.name if known else f"the engine at {self._settings.engine.url}"
        return self._chosen_model().path.stem

    def is_starter(self) -> bool:
        """Whether it is the small model that is only for trying out."""
        return self._settings.engine.url is None and is_starter(self._chosen_model())

    def is_weak(self) -> bool:
        """Whether its own words do not count; before it is loaded, whether it is the starter."""
        known = self._model
        return known.weak if known else self.is_starter()

    def close(self) -> None:
        """Stop the engine, if this process started one."""
        if self._supervisor is not None:
            self._supervisor.stop()
        for old in self._retired:
            old.stop()
        if self._elsewhere is not None:
            self._elsewhere.close()

    def _chosen_model(self) -> Model:
        if self._chosen is None:
            self._chosen = default_chat_model(self._settings)
        return self._chosen

    def _running_supervisor(self) -> EngineSupervisor:
        if self._supervisor is None:
            self._supervisor = EngineSupervisor(
                engine_options(self._settings.engine, self._chosen_model())
            )
            self._supervisor.start()
        return self._supervisor

    def _connect(self) -> ChatModel:
        engine = self._settings.engine
        if engine.url is not None:
            return self._connect_elsewhere(engine.url)
        client = self._running_supervisor().client()
        info = client.model()
        path = self._chosen_model().path
        name = ModelName(info.name or path.stem, info.sha256, info.adapters)
        return self._chat_model(client, info, Tokenizer(path), name)

    def _connect_elsewhere(self, url: str) -> ChatModel:
        """Raises EngineDown, also when the vocabulary at hand is not that engine's."""
        key = self._settings.engine.key
        if self._elsewhere is None:
            self._elsewhere = EngineClient(url, key.get_secret_value().strip() if key else "")
        info = self._elsewhere.model()
        try:
            path = vocabulary_file(self._settings)
            tokenizer = Tokenizer(path)
            if info.vocabulary not in (0, tokenizer.size):
                raise ModelError(
                    f"{path} has {tokenizer.size:,} tokens, but the model at {url} has "
                    f"{info.vocabulary:,}: set engine.model to a GGUF file of that model"
                )
            # Its file is not at hand, so what it says of itself is all that is known of it.
            called = _short(info.name) or f"the engine at {url}"
            name = ModelName(called, info.sha256, info.adapters)
            return self._chat_model(self._elsewhere, info, tokenizer, name, elsewhere=True)
        except (ModelError, TokenizerError, TemplateError) as error:
            raise EngineDown(str(error)) from error

    def _chat_model(
        self,
        client: EngineClient,
        info: ModelInfo,
        tokenizer: Tokenizer,
        name: ModelName,
        *,
        elsewhere: bool = False,
    ) -> ChatModel:
        ours = self._settings.engine.context
        tested = None if elsewhere else stored(self._chosen_model().path, info.sha256)
        return ChatModel(
            engine=client,
            template=chat_template(tokenizer),
            name=name,
            context_window=min(info.context_window or ours, ours),
            weak=not tested.trusted if tested else 0 < info.parameters < WEAK_BELOW,
            reads=tested.reads if tested else 0.0,
        )


def _await_quiet(engine: EngineSupervisor, seconds: float) -> None:
    """Return when an engine has written nothing for so long, or is gone."""
    while engine.state().status == "running" and engine.client().quiet_s() < seconds:
        time.sleep(_LOOKS_S)


def _short(name: str) -> str:
    """A model's name without the folder in which another machine keeps its file."""
    return PurePath(name).stem if name.endswith(".gguf") else name


def store_calibration(settings: Settings, calibration: Calibration) -> None:
    """Keep with the index when to refuse; whole or not at all."""
    target = DataFolder(settings.home).calibration
    write_whole(target, json.dumps(asdict(calibration), indent=2) + "\n")


def engine_options(engine: EngineSettings, model: Model, *, port: int = 0) -> EngineOptions:
    """An engine's options from the settings; what they leave open is chosen for this machine."""
    return EngineOptions(
        model=model.path,
        port=port,
        context=engine.context,
        parallel=engine.parallel or 0,
        gpu_layers=engine.gpu_layers,
        threads=engine.threads or 0,
        kv_type=engine.kv_type,
        adapters=tuple(Adapter.parse(text) for text in engine.lora),
    )
