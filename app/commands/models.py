"""models: list, fetch, add, plan, test."""

import contextlib
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from app.answering.chat_model import ChatModelSource
from app.answering.self_test import SelfTest, examine, store
from app.commands.output import print_json, settings_of
from app.engine.client import EngineError
from app.engine.gguf import read_gguf
from app.engine.hardware import detect_from_outside
from app.engine.models import (
    Model,
    ModelError,
    adapters_in_use,
    default_chat_model,
    default_embedder,
    installed_models_dir,
    manifest,
    own_places,
    places,
)
from app.engine.models import (
    add as add_model,
)
from app.engine.models import list_models as models_in
from app.engine.plan import buyers_table, plan_for_buyer
from app.engine.plan import plan as make_plan
from app.settings import Settings


def list_models(arguments: Namespace) -> int:
    """Print the models at hand; an asterisk marks those in use."""
    settings = settings_of(arguments)
    found = models_in(places(settings))
    adapters = adapters_in_use(settings)
    listed = {model.path for model in found}
    found += [adapter for adapter in adapters if adapter.path not in listed]
    in_use = _in_use(settings) | {adapter.path for adapter in adapters}
    if arguments.json:
        print_json({"models": [{**_plain(m), "in_use": m.path in in_use} for m in found]})
        return 0
    for model in found:
        mark = "*" if model.path in in_use else " "
        print(f"{mark} {model.name}  ({model.kind}, {model.size / 1e6:,.0f} MB) {model.about}")
        if model.problem:
            print(f"    cannot be used: {model.problem}")
    if not found:
        print("no models yet: strongroom models fetch, or strongroom models add FILE")
    return 0


def fetch(arguments: Namespace) -> int:
    """Fetch models by name; starter models go beside the environment's packages."""
    from app.engine.model_fetch import fetch as fetch_models

    settings = settings_of(arguments)
    starters = {starter.name for starter in manifest()[0]}
    asked = arguments.names or sorted(starters)
    own = own_places(settings)[0]
    fetched: list[Model] = []
    for into, names in (
        (installed_models_dir(), [name for name in asked if name in starters]),
        (own, [name for name in asked if name not in starters]),
    ):
        if names:
            fetched += fetch_models(names, into, _say)
    if arguments.json:
        print_json({"models": [_plain(model) for model in fetched]})
    return 0


def add(arguments: Namespace) -> int:
    """Take a model file or folder into use."""
    settings = settings_of(arguments)
    model = add_model(Path(arguments.path), own_places(settings)[0], _say)
    tested = None
    if model.kind == "chat" and not arguments.untested:
        try:
            tested = _tested(settings, model)
        except EngineError as error:
            _say(f"{model.name} was added, but not tested: {error}")
            _say(f"once it runs: strongroom models test {model.name}")
    if arguments.json:
        print_json({**_plain(model), "self_test": asdict(tested) if tested else None})
    else:
        print(f"added {model.name} ({model.kind}, {model.about}) sha256 {model.sha256}")
        if tested:
            print(tested.in_words())
    return 0


def test(arguments: Namespace) -> int:
    """Put a chat model to its self-test, and keep the result beside its file."""
    settings = settings_of(arguments, engine={"model": arguments.name})
    model = default_chat_model(settings)
    tested = _tested(settings, model)
    if arguments.json:
        print_json(asdict(tested))
    else:
        print(f"{model.name}: {tested.in_words()}")
    return 0


def _tested(settings: Settings, model: Model) -> SelfTest:
    """Start the model for its self-test. Raises EngineDown where it does not come up."""
    engine = settings.engine.model_copy(update={"model": model.path, "url": None})
    source = ChatModelSource(settings.model_copy(update={"engine": engine}))
    try:
        found = examine(source.model(), _say)
    finally:
        source.close()
    store(found, model.path)
    return found


def plan(arguments: Namespace) -> int:
    """Say what fits where: on the GPUs given, for a buyer, or on this machine's own."""
    if arguments.size:
        return _plan_for_buyer(arguments)
    settings = settings_of(arguments)
    model = read_gguf(default_chat_model(settings).path)
    found = make_plan(
        model,
        detect_from_outside(),
        context=settings.engine.context,
        kv_type=settings.engine.kv_type,
    )
    if arguments.json:
        print_json(asdict(found))
    else:
        print(found.in_words())
    return 0


def _plan_for_buyer(arguments: Namespace) -> int:
    gpus = arguments.gpu or [80.0]
    if arguments.json:
        rows = plan_for_buyer(arguments.size, gpus, context=arguments.context)
        print_json(
            {
                "size": arguments.size,
                "gpu_gb": gpus,
                "quantisations": [
                    {"name": name, "file_gb": size, "plan": asdict(fits) if fits else None}
                    for name, size, fits in rows
                ],
            }
        )
    else:
        print(buyers_table(arguments.size, gpus, context=arguments.context))
    return 0


def _in_use(settings: Settings) -> set[Path]:
    found = set()
    with contextlib.suppress(ModelError):  # none of this kind yet: nothing to mark
        found.add(default_chat_model(settings).path)
    with contextlib.suppress(ModelError):
        found.add(default_embedder(settings))
    return found


def _plain(model: Model) -> dict[str, object]:
    return {**asdict(model), "path": str(model.path)}


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
