"""requirements.lock: which files of which packages may be installed, by their SHA-256.

    lock.py write                     what is installed here, with the hash of each file that the
                                      index has of that version, whatever system it is for
    lock.py show PART... [--without NAME...] [--wheels FOLDER]
                                      its entries, for `pip install --require-hashes --no-deps -r`;
                                      a PART is run, check, build, or the name of a package. Wheels
                                      that lie in FOLDER may be installed, too
    lock.py compare FOLDER            the files there: 1 where one has no hash that the lock knows
    lock.py versions                  names and versions alone, for pip's option -c

`show` and `versions` need nothing but Python, because nothing else is there yet. `write` asks the
indexes that pip is set to, and asks about versions alone whose hashes are not in the lock already.
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PARTS = {
    "build": "What packages are built with, where there is no ready one:",
    "run": "What Strongroom needs to run besides:",
    "check": "What its tests and checks need besides:",
}
_ENTRY = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"\s+--hash=(sha256:[0-9a-f]{64})\s*\\?$")


class LockFault(Exception):
    """The message says what is wrong and what to do."""


@dataclass
class Entry:
    """One package. `marker` says on which systems it is needed; "" for all."""

    name: str
    version: str
    part: str
    marker: str = ""
    hashes: list[str] = field(default_factory=list)
    file: str = ""  # its address, where one file alone is meant

    @property
    def key(self) -> str:
        return re.sub(r"[-_.]+", "-", self.name).lower()

    def text(self) -> str:
        """The entry as pip reads it. Raises LockFault for one without hashes."""
        if not self.hashes:
            raise LockFault(
                f"{self.name} has no hash in requirements.lock; write it anew: make lock"
            )
        said = f" @ {self.file}" if self.file else f"=={self.version}"
        first = f"{self.name}{said}" + (f" ; {self.marker}" if self.marker else "")
        return " \\\n".join([first, *(f"    --hash={one}" for one in sorted(set(self.hashes)))])


def read(text: str) -> list[Entry]:
    """The entries of a lock; one of an earlier form has no hashes."""
    entries: list[Entry] = []
    part = "run"
    titles = {f"# {title}": name for name, title in PARTS.items()}
    for line in text.splitlines():
        if line in titles:
            part = titles[line]
        elif found := _HASH.match(line):
            entries[-1].hashes.append(found[1])
        elif found := _ENTRY.match(line):
            entries.append(Entry(found[1], found[2], part, (found[3] or "").strip()))
        elif line.strip() and not line.startswith("#"):
            raise LockFault(f"requirements.lock: {line!r} is no entry")
    return entries


def show(parts: list[str], without: list[str], wheels: Path | None) -> str:
    """The entries of these parts and packages. Raises LockFault."""
    entries = read(LOCK.read_text("utf-8"))
    wanted = {_key(one) for one in parts}
    left_out = {_key(one) for one in without}
    known = {one.key for one in entries} | set(PARTS)
    if missing := sorted((wanted | left_out) - known):
        raise LockFault(f"requirements.lock has no entry for {', '.join(missing)}")
    if wheels is not None:
        for entry in entries:
            here = dict(_beside(wheels, entry))
            if len(here) == 1:  # that one, and not a file whose hash an index states
                ((entry.file, found),) = here.items()
                entry.hashes = [found]
            entry.hashes += here.values()
    return "\n".join(
        one.text()
        for one in entries
        # A package is called build, too: the part is meant.
        if (one.part in wanted or one.key in wanted - set(PARTS)) and one.key not in left_out
    )


def compare(folder: Path) -> None:
    """Raises LockFault where a file in the folder is none that the lock knows."""
    entries = read(LOCK.read_text("utf-8"))
    for file in sorted(folder.iterdir()):
        with file.open("rb") as opened:
            found = f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
        key = _key(file.name.split("-")[0])
        if not any(one.key == key and found in one.hashes for one in entries):
            raise LockFault(f"{file.name} has the hash {found}, which requirements.lock has not")


def _beside(folder: Path, entry: Entry) -> Iterator[tuple[str, str]]:
    """This version's wheels in a folder that whoever installs has chosen: address and hash."""
    for file in sorted(folder.glob("*.whl")):
        name, version = file.name.split("-")[:2]
        if _key(name) == entry.key and version.partition("+")[0] == entry.version:
            with file.open("rb") as opened:
                found = f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
            yield file.resolve().as_uri(), found


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# ---- writing it: with pip, which knows the indexes ----------------------------------------------


def write() -> None:
    """Write the lock of what is installed. Raises LockFault."""
    held = LOCK.read_text("utf-8")
    head = "".join(f"{line}\n" for line in held.split("\n\n")[0].splitlines() if line[:1] == "#")
    known = {(one.key, one.version): one.hashes for one in read(held)}
    entries = list(_installed())
    finder = _Index()
    for entry in entries:
        entry.hashes = known.get((entry.key, entry.version)) or finder.hashes(entry)
    sections = []
    for part, title in PARTS.items():
        listed = sorted((one for one in entries if one.part == part), key=lambda one: one.key)
        sections.append("\n".join([f"# {title}", *(one.text() for one in listed)]))
    LOCK.write_text(head + "\n" + "\n\n".join(sections) + "\n", "utf-8")


def _installed() -> Iterator[Entry]:
    """What is installed here, each with the part that needs it."""
    from importlib.metadata import distributions

    from packaging.requirements import Requirement

    found = {_key(one.metadata["Name"]): one for one in distributions()}
    ours = [Requirement(text) for text in found["strongroom"].requires or []]

    def needed(extra: str, known: set[str]) -> set[str]:
        todo = [one for one in ours if _asked(one, extra) and (extra in str(one.marker or ""))]
        seen: set[tuple[str, str]] = set()
        while todo:
            one = todo.pop()
            key = _key(one.name)
            for wanted in ("", *one.extras):
                if key in known or (key, wanted) in seen or key not in found:
                    continue
                seen.add((key, wanted))
                requires = [Requirement(text) for text in found[key].requires or []]
                todo += [inner for inner in requires if _asked(inner, wanted)]
        return {key for key, _ in seen}

    build = needed("build", set())  # complete in itself: it is installed first
    run = needed("", build)
    markers = {
        _key(one.name): str(one.marker) for one in ours if one.marker and "extra" not in str(one)
    }
    for key, one in sorted(found.items()):
        if key in {"strongroom", "pip"}:
            continue
        part = "build" if key in build else "run" if key in run else "check"
        version = one.version.partition("+")[0]  # a build of its own is the same version
        yield Entry(one.metadata["Name"], version, part, markers.get(key, "").replace('"', "'"))


def _asked(requirement: object, extra: str) -> bool:
    marker = getattr(requirement, "marker", None)
    return marker is None or bool(marker.evaluate({"extra": extra}))


class _Index:
    """The indexes and folders that pip is set to. pip has no command that lists their files."""

    def __init__(self) -> None:
        from pip._internal.commands import create_command

        command = create_command("download")
        options, _ = command.parse_args(["nothing"])
        command._in_main_context = True  # type: ignore[attr-defined]
        session = command.get_default_session(options)  # type: ignore[attr-defined]
        finder = command._build_package_finder(options, session)  # type: ignore[attr-defined]
        self._collector = finder._link_collector

    def hashes(self, entry: Entry) -> list[str]:
        """Of every file of this version. Raises LockFault where there is none."""
        print(f"Asking for the files of {entry.name} {entry.version}", file=sys.stderr, flush=True)
        found = {one for link in self._links(entry) if (one := _hash(link))}
        if not found:
            raise LockFault(f"no index that pip is set to has a file of {entry.name} "
                            f"{entry.version}")  # fmt: skip
        return sorted(found)

    def _links(self, entry: Entry) -> Iterator[object]:
        from pip._internal.index.collector import parse_links

        def listed(page: object) -> list[object]:
            answer = self._collector.fetch_response(page)
            return [] if answer is None else list(parse_links(answer))

        sources = self._collector.collect_sources(entry.key, candidates_from_page=listed)
        for source in (*sources.find_links, *sources.index_urls):
            if source is None:
                continue
            for link in (*source.page_candidates(), *source.file_links()):
                if _is_of(link.filename, entry):
                    yield link


def _is_of(filename: str, entry: Entry) -> bool:
    from packaging.utils import (
        InvalidSdistFilename,
        InvalidWheelFilename,
        parse_sdist_filename,
        parse_wheel_filename,
    )
    from packaging.version import InvalidVersion, Version

    try:
        if filename.endswith(".whl"):
            name, version = parse_wheel_filename(filename)[:2]
        else:
            name, version = parse_sdist_filename(filename)
        return name == entry.key and version.public == Version(entry.version).public
    except (InvalidSdistFilename, InvalidWheelFilename, InvalidVersion):
        return False


def _hash(link: object) -> str:
    """What the index says, or of a file of this machine what it is."""
    path = getattr(link, "file_path", "") if getattr(link, "is_file", False) else ""
    if path:
        with Path(path).open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    said = getattr(link, "hash", None)
    return f"sha256:{said}" if said and getattr(link, "hash_name", "") == "sha256" else ""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="lock.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("write")
    steps.add_parser("versions")
    steps.add_parser("compare").add_argument("folder", type=Path)
    shown = steps.add_parser("show")
    shown.add_argument("parts", nargs="+", metavar="PART")
    shown.add_argument("--without", nargs="*", default=[], metavar="NAME")
    shown.add_argument("--wheels", type=Path)
    given = parser.parse_args()
    try:
        if given.step == "write":
            write()
        elif given.step == "versions":
            for one in read(LOCK.read_text("utf-8")):
                print(f"{one.name}=={one.version}")
        elif given.step == "compare":
            compare(given.folder)
        else:
            print(show(given.parts, given.without, given.wheels))
    except LockFault as error:
        print(f"lock.py {given.step}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
