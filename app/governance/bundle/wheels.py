"""Gets the wheel of each installed distribution: from the index if it is the same one, or here.

The program pip goes to the package index that this machine is set up for; nothing else of
Strongroom does, and only while a bundle is made.
"""

import csv
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import Literal

from packaging.utils import canonicalize_name, parse_wheel_filename

from app.governance.bundle.contents import BundleFault
from app.governance.bundle.distributions import (
    OURS,
    checkout_of,
    inside_wheel,
    installed,
    name_of,
    recorded,
)
from app.governance.bundle.repacking import repack

Say = Callable[[str], None]
Origin = Literal["package index", "built on this machine", "put together from installed files"]
_UNKNOWN = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)")
_MOST_UNKNOWN = 8  # after so many there is no index, or not the one that this came from
_FOLDERS = ("app", "ingest", "vectorstore", "prompts")
_EPOCH = "315532800"  # 1980-01-01, the earliest a ZIP file can tell


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel, and the distribution that is installed from it."""

    file: Path
    distribution: Distribution
    origin: Origin

    @property
    def platforms(self) -> frozenset[str]:
        """The platform tags in its name."""
        return frozenset(tag.platform for tag in parse_wheel_filename(self.file.name)[3])

    def unpacked_size(self) -> int:
        """Bytes that it takes once installed."""
        with zipfile.ZipFile(self.file) as archive:
            return sum(entry.file_size for entry in archive.infolist())


def collect_wheels(
    distributions: Sequence[Distribution],
    into: Path,
    say: Say,
    *,
    kept: Sequence[Path] = (),
    offline: bool = False,
) -> list[Wheel]:
    """A wheel for each, in the folder `into`, holding the very files that are installed here.

    One of `kept`, compiled here, is taken as it is; then the package index is asked; what it does
    not have, or has with other contents, is put together from the installed files, as everything
    is when `offline`. Raises BundleFault.
    """
    found: list[Wheel] = []
    missing: list[Distribution] = []
    for distribution in distributions:
        same = next((file for file in kept if _agrees(file, distribution)), None)
        if same is not None:
            copy = into / same.name
            shutil.copyfile(same, copy)
            found.append(Wheel(copy, distribution, "built on this machine"))
        else:
            missing.append(distribution)
    if missing and not offline:
        say(f"fetching {len(missing)} packages from the package index")
        fetched = _download(missing, into / "fetched", say)
        for distribution in list(missing):
            file = fetched.get(name_of(distribution))
            if file is not None and _agrees(file, distribution):
                found.append(Wheel(_move(file, into), distribution, "package index"))
                missing.remove(distribution)
        shutil.rmtree(into / "fetched")
    if missing:
        names = ", ".join(name_of(one) for one in missing[:5])
        say(f"putting together from the installed files: {names}{', …' * (len(missing) > 5)}")
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # compressing leaves Python's lock
        repacked = pool.map(lambda distribution: repack(distribution, into), missing)
        for wheel, distribution in zip(repacked, missing, strict=True):
            found.append(Wheel(wheel, distribution, "put together from installed files"))
    return sorted(found, key=lambda wheel: wheel.file.name)


def our_wheel(into: Path, say: Say, *, offline: bool = False) -> tuple[Wheel, list[Path]]:
    """Strongroom's own wheel, and the wheels that `make` compiled and keeps.

    Its distribution is read from the wheel: that of a checkout may be older than its sources.
    Raises BundleFault.
    """
    ours = installed(OURS)
    checkout = checkout_of(ours)
    if checkout is None:
        return Wheel(repack(ours, into), ours, "put together from installed files"), []
    say(f"building {OURS} from {checkout}")
    built = _build(OURS, checkout, into, offline=offline)
    kept = sorted((checkout / ".cache" / "wheels").glob("*/*.whl"))
    return Wheel(built, inside_wheel(built), "built on this machine"), kept


def _agrees(wheel: Path, distribution: Distribution) -> bool:
    """Whether the files in the wheel are those that are installed, by their recorded hashes."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    if name != name_of(distribution) or str(version) != distribution.version:
        return False
    try:
        with zipfile.ZipFile(wheel) as archive:
            (record,) = (n for n in archive.namelist() if n.endswith(".dist-info/RECORD"))
            rows = list(csv.reader(io.StringIO(archive.read(record).decode("utf-8"))))
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    installed = {
        file.as_posix(): f"{file.hash.mode}={file.hash.value}"
        for file in recorded(distribution)
        if file.hash is not None
    }
    return all(installed.get(row[0]) == row[1] for row in rows if row[1] and ".data/" not in row[0])


def _build(name: str, checkout: Path, into: Path, *, offline: bool) -> Path:
    """Our own wheel, from a copy, so that nothing is left in the checkout."""
    copy = into / "sources"
    copy.mkdir()
    for folder in _FOLDERS:
        shutil.copytree(
            checkout / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(checkout / file, copy / file)
    where = ["--no-build-isolation", *["--no-index"] * offline]
    done = _pip(["wheel", "--no-deps", *where, "-w", str(into), str(copy)])
    shutil.rmtree(copy)
    wheels = list(into.glob(f"{name}-*.whl"))
    if done.returncode or len(wheels) != 1:
        raise BundleFault(f"the wheel of {name} cannot be built: {_last_line(done)}")
    return wheels[0]


def _download(wanted: Sequence[Distribution], into: Path, say: Say) -> dict[str, Path]:
    """The wheels that the index has, by the packages' names."""
    into.mkdir()
    lines = {name_of(one): f"{name_of(one)}=={one.version}" for one in wanted}
    unknown = 0
    while lines and unknown < _MOST_UNKNOWN:
        command = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--retries", "1"]
        done = _pip([*command, "--dest", str(into), *lines.values()])
        if not done.returncode:
            break
        named = _UNKNOWN.search(done.stderr)
        if named is None or lines.pop(canonicalize_name(named[1]), None) is None:
            say(f"the package index cannot be used: {_last_line(done)}")
            return {}
        unknown += 1
    else:
        say("the package index knows too few of these packages; none is taken from it")
        return {}
    return {parse_wheel_filename(file.name)[0]: file for file in sorted(into.glob("*.whl"))}


def _pip(arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _last_line(done: "subprocess.CompletedProcess[str]") -> str:
    return (done.stderr.strip().splitlines() or ["no message"])[-1].strip()


def _move(file: Path, into: Path) -> Path:
    return Path(shutil.move(file, into / file.name))
