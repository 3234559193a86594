"""Which models go into a bundle: those in use, or the ones that are named."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.engine.models import (
    Model,
    default_chat_model,
    default_embedder,
    list_models,
    places,
    record_of,
    vocabulary_file,
)
from app.governance.bundle.contents import BundleFault
from app.settings import Settings
from vectorstore.disk import sha256_of
from vectorstore.embedder import weights_sha256


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A model as it goes into a bundle. `contents` maps paths below `models` to what they hold."""

    name: str
    kind: str
    sha256: str
    licence: str
    source: str
    contents: dict[str, Path | bytes]


def chosen_models(settings: Settings, names: Sequence[str]) -> list[ChosenModel]:
    """The models in use; one that is named takes the place of those of its kind.

    Raises ModelError, or BundleFault where a name is not known.
    """
    known = {model.name: model for model in list_models(places(settings))}
    chosen: dict[str, Model] = {}
    for name in names:
        if name not in known or known[name].problem:
            why = known[name].problem if name in known else f"known are {', '.join(known)}"
            raise BundleFault(f"--model {name} cannot be taken: {why}")
        chosen[name] = known[name]
    kinds = {model.kind for model in chosen.values()}
    if "chat" not in kinds:
        chat = _chat(settings)
        chosen[chat.name] = chat
    if "embedder" not in kinds:
        path = default_embedder(settings).resolve()
        embedder = known.get(path.name)
        if embedder is None or embedder.path.resolve() != path:
            embedder = Model(path.name, "embedder", path, 0, None)
        chosen[path.name] = embedder
    return [_with_files(model) for _, model in sorted(chosen.items())]


def _chat(settings: Settings) -> Model:
    if settings.engine.url:  # the model runs elsewhere; its vocabulary is read here
        path = vocabulary_file(settings)
        return Model(path.name, "chat", path, 0, None)
    return default_chat_model(settings)


def _with_files(model: Model) -> ChosenModel:
    contents: dict[str, Path | bytes] = {}
    if model.path.is_dir():
        for path in sorted(model.path.rglob("*")):
            inside = path.relative_to(model.path)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                contents[f"{model.name}/{inside.as_posix()}"] = path
        sha256 = weights_sha256(model.path)
    else:
        contents[model.name] = model.path
        sha256 = sha256_of(model.path)
    if model.sha256 not in (None, sha256):
        raise BundleFault(
            f"{model.path} is not what it was when it was fetched or added (SHA-256 {sha256}, then "
            f"{model.sha256}); do not hand it on: remove it and fetch or add it again"
        )
    known = {"sha256": sha256, "source": model.source, "licence": model.licence}
    recorded = record_of(Path(model.name)).name
    contents[recorded] = (json.dumps(known, indent=2) + "\n").encode()
    return ChosenModel(model.name, model.kind, sha256, model.licence, model.source, contents)
