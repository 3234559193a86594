"""Makes a bundle: gathers wheels, models, licences and the installer, lists, signs and writes."""

import json
import platform
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.governance.bundle.chosen_models import ChosenModel
from app.governance.bundle.contents import (
    FORMAT,
    MANIFEST,
    PUBLIC_KEY,
    SIGNATURE,
    Manifest,
)
from app.governance.bundle.distributions import OURS, installed, name_of, needed_by
from app.governance.bundle.licences import Licence, licence_of, third_party_list
from app.governance.bundle.machine import glibc_version, processor_instructions
from app.governance.bundle.sbom import Part, bill_of_materials
from app.governance.bundle.script import install_script
from app.governance.bundle.signing import BundleKey
from app.governance.bundle.tarball import hashed, write_tar
from app.governance.bundle.wheels import Say, Wheel, collect_wheels, our_wheel
from app.privacy import SWITCHES

# The installer imports these before it switches to the new version: all that holds compiled code,
# and what every start of ours needs.
_TRIED = (
    "llama_cpp", "torch", "sentence_transformers", "onnxruntime", "chromadb", "tokenizers",
    "lxml.etree", "pypdfium2", "openpyxl", "cryptography.hazmat.bindings._rust", "reportlab",
    "langchain_core.retrievers", "gradio", "app.cli", "app.serving", "app.workspace.wiring",
    "app.engine.server", "app.web.server", "app.commands.asking", "app.commands.documents",
    "ingest.sandbox.worker", "vectorstore.index",
)  # fmt: skip
_GLIBC = re.compile(r"manylinux_(\d+)_(\d+)_\w+")
_OLD_GLIBC = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_COMPILED_FILES = 0.2  # of a wheel's unpacked size, as Python's compiled form of what is used
_README = """\
Strongroom {version}, with all that it needs, for {system} on {machine} with Python {python}.

    sh install.sh --to DIR --key FINGERPRINT

FINGERPRINT was printed where this bundle was made. Everything is verified before anything is
installed; no network and no package index are used. Once more with a later bundle updates, and
DIR/bin/strongroom-rollback goes back.

The first thing that runs is install.sh itself. To know that it is the right one before it runs,
compare `sha256sum install.sh` with what was printed there as well; or verify by other means:

    openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin -in manifest.json \\
      -sigfile manifest.json.sig

THIRD-PARTY.txt lists what is in here of others, sbom.cdx.json the same for machines (CycloneDX).
"""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What goes into a bundle. `imports` are modules that the installer tries."""

    version: str
    wheels: tuple[Wheel, ...]
    pip: Wheel
    models: tuple[ChosenModel, ...]
    imports: tuple[str, ...] = _TRIED
    processor: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was written. `size` in bytes."""

    out: Path
    size: int
    folder: str
    manifest: Manifest
    fingerprint: str
    installer_sha256: str
    public_key: Path
    licences: tuple[Licence, ...]


def make_bundle(
    out: Path,
    models: Sequence[ChosenModel],
    key: BundleKey,
    say: Say,
    *,
    offline: bool = False,
    any_processor: bool = False,
) -> Made:
    """Bundle this very environment with `models` into the file `out`. Raises BundleFault."""
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".bundling-") as folder:
        wheels, tools = Path(folder, "wheels"), Path(folder, "installer")
        wheels.mkdir()
        tools.mkdir()
        ours, kept = our_wheel(wheels, say, offline=offline)
        needed = needed_by(ours.distribution)
        collected = collect_wheels(needed, wheels, say, kept=kept, offline=offline)
        collected = sorted([ours, *collected], key=lambda wheel: wheel.file.name)
        (pip,) = collect_wheels([installed("pip")], tools, say, offline=offline)
        native = any(_is_local(wheel) for wheel in collected) and not any_processor
        gathered = Gathered(
            version=ours.distribution.version,
            wheels=tuple(collected),
            pip=pip,
            models=tuple(models),
            processor=processor_instructions() if native else frozenset(),
        )
        return write_bundle(out, gathered, key, say)


def write_bundle(out: Path, gathered: Gathered, key: BundleKey, say: Say = lambda _: None) -> Made:
    """List, sign and write what was gathered; the same contents and key give the same bytes."""
    licences = tuple(
        sorted(
            (licence_of(wheel.distribution) for _, wheel in _all_wheels(gathered)),
            key=lambda one: one.name,
        )
    )
    contents = _contents(gathered, licences)
    say(f"hashing {len(contents):,} files")
    files = {path: hashed(content) for path, content in sorted(contents.items())}
    manifest = _manifest(gathered, licences, files)
    raw = (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode()
    public = key.public_pem
    contents |= {MANIFEST: raw, SIGNATURE: key.sign(raw), PUBLIC_KEY: public}
    parsed = Manifest.parse(raw)
    folder = f"strongroom-{parsed.version_id}"
    say(f"writing {out}")
    write_tar(out, folder, contents)
    beside = out.with_name(f"{out.name}.pub")
    beside.write_bytes(public)
    return Made(
        out=out,
        size=out.stat().st_size,
        folder=folder,
        manifest=parsed,
        fingerprint=key.fingerprint,
        installer_sha256=files["install.sh"][0],
        public_key=beside,
        licences=licences,
    )


def _contents(gathered: Gathered, licences: Sequence[Licence]) -> dict[str, Path | bytes]:
    """Everything but what vouches for it, by path in the bundle."""
    contents: dict[str, Path | bytes] = {
        f"wheels/{wheel.file.name}": wheel.file for wheel in gathered.wheels
    }
    contents[f"installer/{gathered.pip.file.name}"] = gathered.pip.file
    for model in gathered.models:
        contents |= {f"models/{path}": content for path, content in model.contents.items()}
    for licence in licences:
        for name, text in licence.texts:
            contents[f"licences/{licence.name}/{name}"] = text
    named = [(model.name, model.licence) for model in gathered.models]
    contents["THIRD-PARTY.txt"] = third_party_list(licences, named).encode()
    contents["sbom.cdx.json"] = bill_of_materials(
        OURS, gathered.version, _parts(gathered, licences)
    )
    contents["install.sh"] = install_script(gathered.version)
    readme = _README.format(version=gathered.version, python=_python(), **_platform(gathered))
    contents["README.txt"] = readme.encode()
    return contents


def _manifest(
    gathered: Gathered, licences: Sequence[Licence], files: dict[str, tuple[str, int]]
) -> dict[str, Any]:
    stated = {licence.name: licence.stated for licence in licences}
    unpacked = sum(wheel.unpacked_size() for wheel in gathered.wheels)
    return {
        "format": FORMAT,
        "version": gathered.version,
        "python": {"implementation": sys.implementation.name, "version": _python()},
        "platform": _platform(gathered),
        "processor": sorted(gathered.processor),
        "imports": list(gathered.imports),
        "environment": SWITCHES,
        "installed_bytes": int(unpacked * (1 + _COMPILED_FILES)),
        "wheels": [
            {
                "file": f"{folder}/{wheel.file.name}",
                "name": name_of(wheel.distribution),
                "version": wheel.distribution.version,
                "origin": wheel.origin,
                "licence": stated[name_of(wheel.distribution)],
            }
            for folder, wheel in _all_wheels(gathered)
        ],
        "models": [
            {
                "name": model.name,
                "kind": model.kind,
                "sha256": model.sha256,
                "licence": model.licence,
                "source": model.source,
            }
            for model in gathered.models
        ],
        "files": {path: {"sha256": sha256, "size": size} for path, (sha256, size) in files.items()},
    }


def _parts(gathered: Gathered, licences: Sequence[Licence]) -> list[Part]:
    stated = {licence.name: licence.stated for licence in licences}
    parts = []
    for folder, wheel in _all_wheels(gathered):
        name = name_of(wheel.distribution)
        requirements = [Requirement(text) for text in wheel.distribution.requires or []]
        needs = {canonicalize_name(one.name) for one in requirements}
        parts.append(
            Part(
                name=name,
                version=wheel.distribution.version,
                model=False,
                file=f"{folder}/{wheel.file.name}",
                sha256=hashed(wheel.file)[0],
                licence=stated[name],
                source=wheel.origin,
                needs=tuple(sorted(needs - {name})),
            )
        )
    parts += [
        Part(
            model.name, "", True, f"models/{model.name}", model.sha256, model.licence, model.source
        )
        for model in gathered.models
    ]
    return parts


def _all_wheels(gathered: Gathered) -> list[tuple[str, Wheel]]:
    """With the folder that each lies in; pip is not installed, it installs."""
    return [*(("wheels", wheel) for wheel in gathered.wheels), ("installer", gathered.pip)]


def _platform(gathered: Gathered) -> dict[str, str]:
    """The kind of machine on which all of the wheels run; glibc "" where none needs it."""
    needed: set[tuple[int, ...]] = set()
    for wheel in gathered.wheels:
        needed |= _least_glibc(wheel)
    return {
        "system": sys.platform,
        "machine": platform.machine(),
        "glibc": ".".join(map(str, max(needed))) if needed else "",
    }


def _least_glibc(wheel: Wheel) -> set[tuple[int, ...]]:
    if _is_local(wheel):  # it may use whatever this machine has
        return {glibc_version()} - {()}
    found: set[tuple[int, ...]] = set()
    for tag in wheel.platforms:
        named = _GLIBC.fullmatch(tag)
        if named:
            found.add((int(named[1]), int(named[2])))
        elif tag.partition("_")[0] in _OLD_GLIBC:
            found.add(_OLD_GLIBC[tag.partition("_")[0]])
    return {min(found)} if found else set()  # its tags say the same thing twice


def _is_local(wheel: Wheel) -> bool:
    """Whether it was compiled here, for this system and this processor."""
    return any(tag.startswith("linux_") for tag in wheel.platforms)


def _python() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"
