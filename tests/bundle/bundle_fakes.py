"""Bundles of a program of a few lines, so that installing one takes seconds."""

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from app.governance.bundle.chosen_models import ChosenModel
from app.governance.bundle.distributions import inside_wheel
from app.governance.bundle.making import Gathered, Made, write_bundle
from app.governance.bundle.repacking import repack
from app.governance.bundle.signing import BundleKey
from app.governance.bundle.wheels import Wheel

# `check` refuses a data folder of a later format, as the real one does.
_PROGRAM = """\
import os, pathlib, sys
VERSION = {version!r}
def main():
    words = [word for word in sys.argv[1:] if word == "check"]
    if not words:
        print(VERSION)
        return 0
    known = pathlib.Path(os.environ.get("STRONGROOM_HOME", "."), "format")
    at = sys.argv.index("--home") + 1 if "--home" in sys.argv else 0
    known = pathlib.Path(sys.argv[at], "format") if at else known
    if known.exists() and known.read_text() > VERSION:
        print("FAIL  index     written by a newer Strongroom")
        return 1
    print("ok    hardware  fine")
    return 0
"""


@dataclass(frozen=True)
class FakeBundles:
    """Makes them; `folder` holds what they are made of."""

    folder: Path
    key: BundleKey
    pip: Wheel

    @classmethod
    def at(cls, folder: Path) -> "FakeBundles":
        pip = distribution("pip")
        wheel = Wheel(repack(pip, folder), pip, "put together from installed files")
        return cls(folder, BundleKey.make(folder / "bundle.key"), wheel)

    def make(
        self,
        version: str,
        *,
        models: dict[str, bytes] | None = None,
        imports: tuple[str, ...] = ("fake_room",),
        processor: frozenset[str] = frozenset(),
        key: BundleKey | None = None,
        out: str = "",
    ) -> Made:
        """A bundle of that version, in a file of its own."""
        file = fake_wheel(self.folder, version)
        wheel = Wheel(file, inside_wheel(file), "built on this machine")
        gathered = Gathered(
            version=version,
            wheels=(wheel,),
            pip=self.pip,
            models=tuple(_model(name, content) for name, content in (models or {}).items()),
            imports=imports,
            processor=processor,
        )
        return write_bundle(self.folder / (out or f"{version}.tar"), gathered, key or self.key)

    def unpacked(self, made: Made, into: Path) -> Path:
        """Its folder, unpacked by the system's tar as on the other machine."""
        into.mkdir(exist_ok=True)
        subprocess.run(["tar", "xf", str(made.out), "-C", str(into)], check=True)
        return into / made.folder


def fake_wheel(folder: Path, version: str) -> Path:
    """A wheel `strongroom` of a few lines."""
    info = f"strongroom-{version}.dist-info"
    contents = {
        "fake_room.py": _PROGRAM.format(version=version),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: strongroom\nVersion: {version}\n"
        "License-Expression: Apache-2.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nstrongroom = fake_room:main\n",
        f"{info}/licenses/LICENSE": "Apache License, Version 2.0\n",
    }
    rows = []
    file = folder / f"strongroom-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in contents.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            rows.append(f"{name},sha256={digest.rstrip(b'=').decode()},{len(text.encode())}")
        rows.append(f"{info}/RECORD,,")
        record = zipfile.ZipInfo(f"{info}/RECORD", (1980, 1, 1, 0, 0, 0))
        archive.writestr(record, "\n".join(rows) + "\n")
    return file


def install(bundle: Path, to: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run its install.sh as a person would."""
    return subprocess.run(
        command(bundle, to, *arguments),
        capture_output=True,
        text=True,
        check=False,
        env=environment(to),
    )


def command(bundle: Path, to: Path, *arguments: str) -> list[str]:
    return ["sh", str(bundle / "install.sh"), "--to", str(to), *arguments]


def environment(to: Path) -> dict[str, str]:
    """A machine with a Python and settings of pip's that must not matter."""
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHON": sys.executable,
        "HOME": str(to.parent),
        "PIP_REQUIRE_VIRTUALENV": "nonsense",
        "PYTHONPATH": "/nonexistent",
    }


def version_of(to: Path) -> str:
    """What the installed program says it is."""
    done = subprocess.run(
        [str(to / "bin/strongroom")], capture_output=True, text=True, check=True, cwd="/"
    )
    return done.stdout.strip()


def sign_again(bundle: Path, key: BundleKey, **changed: object) -> None:
    """Change fields of an unpacked bundle's manifest and sign it."""
    manifest = json.loads((bundle / "manifest.json").read_bytes()) | changed
    raw = json.dumps(manifest).encode()
    (bundle / "manifest.json").write_bytes(raw)
    (bundle / "manifest.json.sig").write_bytes(key.sign(raw))


def _model(name: str, content: bytes) -> ChosenModel:
    digest = hashlib.sha256(content).hexdigest()
    return ChosenModel(name, "chat", digest, "Apache-2.0", "a test", {name: content})
