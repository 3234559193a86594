"""Puts a wheel together again from a distribution that is installed, file by file, checked."""

import base64
import csv
import hashlib
import io
import re
import sys
import zipfile
from importlib.metadata import Distribution, PackagePath
from itertools import product
from pathlib import Path

from packaging.tags import parse_tag

from app.governance.bundle.contents import BundleFault
from app.governance.bundle.distributions import name_of, recorded

# pip writes these itself when it installs.
_PIPS_OWN = frozenset({"INSTALLER", "REQUESTED", "direct_url.json", "RECORD"})
_MADE = (1980, 1, 1, 0, 0, 0)  # the same for all, so that the same files give the same wheel
_LEVEL = 3  # of compression: twice as fast as the usual 6, for a tenth more bytes
_SHEBANG = re.compile(rb"^#!.*?python[^\n]*")


def repack(distribution: Distribution, into: Path) -> Path:
    """Write its wheel into a folder. Raises BundleFault where a file is not what was installed."""
    name = name_of(distribution).replace("-", "_")
    stem = f"{name}-{distribution.version}"
    members: dict[str, PackagePath] = {}
    info = ""
    commands = {
        point.name
        for point in distribution.entry_points
        if point.group in ("console_scripts", "gui_scripts")
    }
    for file in recorded(distribution):
        if file.parts[0].endswith(".dist-info"):
            info = file.parts[0]
        member = _place_in_wheel(file, stem, commands)
        if member is not None:
            members[member] = file
    if not info:
        raise BundleFault(f"{name} has no list of its files; install it again, with pip")
    wheel = into / f"{stem}-{_tags(distribution)}.whl"
    _write(wheel, distribution, members, f"{info}/RECORD")
    return wheel


def _place_in_wheel(file: PackagePath, stem: str, commands: set[str]) -> str | None:
    if file.suffix == ".pyc" or (file.parts[0].endswith(".dist-info") and file.name in _PIPS_OWN):
        return None
    if file.parts[0] != "..":
        return file.as_posix()
    inside = _below_prefix(file)
    if inside.parts[0] == "bin":
        return None if file.name in commands else f"{stem}.data/scripts/{file.name}"
    if inside.parts[0] == "include":
        rest = inside.parts[4:] if inside.parts[1:2] == ("site",) else inside.parts[1:]
        return "/".join((f"{stem}.data/headers", *rest))
    return f"{stem}.data/data/{inside.as_posix()}"


def _below_prefix(file: PackagePath) -> Path:
    located = Path(str(file.locate())).resolve()
    try:
        return located.relative_to(Path(sys.prefix).resolve())
    except ValueError:
        raise BundleFault(f"{located} belongs to a package and lies outside {sys.prefix}") from None


def _checked(distribution: Distribution, file: PackagePath) -> tuple[bytes, int]:
    located = Path(str(file.locate()))
    try:
        content = located.read_bytes()
        executable = bool(located.stat().st_mode & 0o100)
    except OSError as error:
        raise BundleFault(
            f"{located} of {name_of(distribution)} cannot be read ({error.strerror}); install the "
            "package again"
        ) from error
    assert file.hash is not None
    if _hash(content, file.hash.mode) != file.hash.value:
        raise BundleFault(
            f"{located} is not the file that was installed with {name_of(distribution)} "
            f"{distribution.version}: it was changed since. Install the package again"
        )
    if file.parts[0] == ".." and _below_prefix(file).parts[0] == "bin":
        content = _SHEBANG.sub(b"#!python", content)
    return content, 0o755 if executable else 0o644


def _tags(distribution: Distribution) -> str:
    """The tag part of the file's name, from the tags that the wheel had."""
    lines = (distribution.read_text("WHEEL") or "").splitlines()
    tags = {
        tag
        for line in lines
        if line.startswith("Tag:")
        for tag in parse_tag(line.partition(":")[2].strip())
    }
    if not tags:
        raise BundleFault(f"{name_of(distribution)} does not say what it was built for")
    parts = (
        sorted({tag.interpreter for tag in tags}),
        sorted({tag.abi for tag in tags}),
        sorted({tag.platform for tag in tags}),
    )
    if len(list(product(*parts))) != len(tags):  # not every combination: one of them names it
        first = min(tags, key=str)
        return str(first)
    return "-".join(".".join(part) for part in parts)


def _write(
    wheel: Path, distribution: Distribution, members: dict[str, PackagePath], record: str
) -> None:
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in sorted(members):
            content, mode = _checked(distribution, members[name])
            writer.writerow([name, f"sha256={_hash(content, 'sha256')}", len(content)])
            _add(archive, name, content, mode)
        writer.writerow([record, "", ""])
        _add(archive, record, rows.getvalue().encode(), 0o644)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, _MADE)
    entry.external_attr = (0o100000 | mode) << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED, _LEVEL)


def _hash(content: bytes, mode: str) -> str:
    digest = hashlib.new(mode, content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
