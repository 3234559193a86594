"""What distributions state about their licences, with the texts that came along."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackagePath
from typing import Literal

from app.governance.bundle.distributions import name_of

_TEXT = re.compile(r"(licen[cs]e|copying|notice|copyright|authors|third.?party)", re.IGNORECASE)
_CODE = frozenset({".py", ".pyc", ".pyi", ".so", ".js", ".map", ".html"})
_WEAK = re.compile(r"\bL-?GPL|Lesser|\bMPL|Mozilla Public|\bEPL|\bEUPL|\bCDDL|SSPL|CC-BY-SA", re.I)
_STRONG = re.compile(r"\bA?GPL|Affero|GNU General Public|\bOSL-|SSPL|\bBUSL", re.IGNORECASE)
_GPL_TEXT = re.compile(rb"GNU (?:AFFERO )?GENERAL PUBLIC LICENSE\s+Version \d", re.IGNORECASE)
_LONGEST = 100  # of a field "License"; longer ones hold the text, not the name
# Licences that a package tells in its licence file and not in its metadata.
_STATED_IN_ITS_FILES = {"imapclient": "BSD-3-Clause"}


@dataclass(frozen=True, slots=True)
class Licence:
    """What one distribution states. `texts` are (path below its own folder, contents)."""

    name: str
    version: str
    stated: str
    copyleft: Literal["", "of files", "strong"]
    holds_gpl: bool  # its texts hold the GPL's: often for a compiler's library, with its exception
    texts: tuple[tuple[str, bytes], ...]

    @property
    def in_words(self) -> str:
        """One line of the list."""
        kinds = {"of files": "copyleft of its own files", "strong": "COPYLEFT"}
        notes = [kinds[self.copyleft]] if self.copyleft else []
        if self.holds_gpl and self.copyleft != "strong":
            notes.append("the GPL's text is among its own")
        if not self.texts:
            notes.append("no text in the package")
        note = f"  [{'; '.join(notes)}]" if notes else ""
        return f"{self.name} {self.version}: {self.stated}{note}"


def licence_of(distribution: Distribution) -> Licence:
    """What a distribution's metadata says."""
    stated = _stated(distribution)
    copyleft: Literal["", "of files", "strong"] = ""
    without_weak = _WEAK.sub("", stated)
    if _STRONG.search(without_weak) and "exception" not in stated.lower():
        copyleft = "strong"
    elif _WEAK.search(stated):
        copyleft = "of files"
    texts = tuple(_texts(distribution))
    return Licence(
        name_of(distribution),
        distribution.version,
        stated,
        copyleft,
        any(_GPL_TEXT.search(text) for _, text in texts),
        texts,
    )


def third_party_list(licences: Sequence[Licence], models: Sequence[tuple[str, str]]) -> str:
    """The list for people; `models` are (name, licence)."""
    lines = [
        "What this bundle holds of others, and under which licence, as each states it itself.",
        "The texts are in the folder licences.",
        "",
        "Packages",
        *(f"  {licence.in_words}" for licence in licences),
        "",
        "Models",
        *(f"  {name}: {licence or 'not stated'}" for name, licence in models),
    ]
    return "\n".join(lines) + "\n"


def _stated(distribution: Distribution) -> str:
    metadata = distribution.metadata

    def field(name: str) -> str:
        return str((metadata.get_all(name) or [""])[0]).strip()

    if expression := field("License-Expression"):
        return expression
    named = field("License")
    first = named.splitlines()[0].strip() if named else ""
    classified = [
        str(one).rpartition("::")[2].strip()
        for one in metadata.get_all("Classifier") or []
        if str(one).startswith("License ::")
    ]
    if first and len(named) <= _LONGEST:
        return first
    elsewhere = _STATED_IN_ITS_FILES.get(distribution.name.lower(), "not stated")
    return ", ".join(classified) or first or elsewhere


def _texts(distribution: Distribution) -> list[tuple[str, bytes]]:
    files = [file for file in distribution.files or [] if _is_text(file)]
    own = [file for file in files if file.parts[0].endswith((".dist-info", ".egg-info"))]
    found = []
    for file in own or files:
        try:
            text = file.read_binary()
        except (FileNotFoundError, KeyError):  # listed and not there: then it cannot be handed on
            continue
        parts = file.parts[1:] if file in own else file.parts
        parts = parts[1:] if parts[0] == "licenses" and len(parts) > 1 else parts
        found.append(("/".join(parts), text))
    return sorted(dict(found).items())


def _is_text(file: PackagePath) -> bool:
    inside = file.parts[0].endswith(".dist-info") and file.parts[1:2] == ("licenses",)
    return ".." not in file.parts and (
        inside or (bool(_TEXT.search(file.name)) and file.suffix not in _CODE)
    )
