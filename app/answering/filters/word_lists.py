"""A company's own list of words and patterns, from a file; patterns cost linear time (RE2)."""

import importlib
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from app.answering.filters.port import Finding
from ingest.sandbox.calling import CallRefused, call_confined

_LONGEST_PATTERN = 1_000  # characters that one place may have for its filter to have a reach
_LARGEST = 8 << 20  # bytes of a file
_BESIDE = 2  # the letters on both sides are looked at
_SEPARATOR = r"[^\pL\pN_]"
_KNOWN = {"name", "words", "patterns"}


class WordListError(Exception):
    """A list cannot be used; the message names the file, what is wrong and what to do."""


class WordList:
    """Whole words and phrases in any case, and RE2 patterns, under one name."""

    def __init__(self, name: str, words: list[str], patterns: list[str], source: str) -> None:
        """Compile the list. Raises WordListError that names `source`."""
        self.name = name
        self._rules: list[tuple[str, Any, int]] = []  # rule, expression, its group
        reaches: list[int | None] = []
        # NFC, as questions and documents are when they are looked at.
        plain = {" ".join(unicodedata.normalize("NFC", word).split()) for word in words}
        entries = sorted(plain - {""}, key=len)[::-1]
        if entries:
            either = "|".join(r"\s{1,3}".join(map(_escaped, entry.split())) for entry in entries)
            whole = rf"(?i)(?:^|{_SEPARATOR})({either})(?:$|{_SEPARATOR})"
            self._rules.append(("words", _compiled(whole, source, "its words"), 1))
            reaches.append(max(len(entry) + 2 * entry.count(" ") for entry in entries))
        for number, pattern in enumerate(patterns, 1):
            compiled = _compiled(pattern, source, f"pattern {number} ({pattern})")
            if compiled.search("") is not None:
                raise WordListError(
                    f"{source}: pattern {number} ({pattern}) matches where there is nothing; make "
                    "it require at least one character"
                )
            self._rules.append((f"pattern {number}", compiled, 0))
            reaches.append(_width(pattern))
        if not self._rules:
            raise WordListError(
                f"{source}: the list holds neither words nor patterns; add some, or take the file "
                "out of filters.lists"
            )
        known = [reach for reach in reaches if reach is not None]
        self.reach = None if len(known) < len(reaches) else max(known) + _BESIDE

    def find(self, text: str) -> list[Finding]:
        found: list[Finding] = []
        for rule, expression, group in self._rules:
            at = 0
            while at <= len(text) and (match := expression.search(text, at)) is not None:
                start, end = match.span(group)
                if start == end:
                    at = end + 1
                    continue
                found.append(Finding(start, end, self.name, rule))
                at = end
        found.sort(key=lambda one: (one.start, -one.end))
        apart: list[Finding] = []
        for one in found:
            if apart and one.start < apart[-1].end:
                last = apart[-1]
                apart[-1] = Finding(last.start, max(last.end, one.end), last.label, last.rule)
            else:
                apart.append(one)
        return apart


def read_word_list(path: Path) -> WordList:
    """Read a list: TOML with `name`, `words` and `patterns`, or plain text with a word a line.

    In a text file a line that begins with # is left out, and the name is that of the file. A
    process with limits reads the file. Raises WordListError.
    """
    try:
        name, words, patterns = call_confined(
            list_here,
            readable=[path.expanduser()],
            path=str(path),
            file=str(path.expanduser().absolute()),
        )
    except CallRefused as refused:
        if refused.kind == WordListError.__name__:
            raise WordListError(str(refused)) from None
        raise WordListError(
            f"{path}: the word list {refused}; correct filters.lists or the file"
        ) from None
    return WordList(name, words, patterns, str(path))


def list_here(path: str, file: str) -> tuple[str, list[str], list[str]]:
    """What `read_word_list` asks its process: name, words and patterns, which can be used."""
    name, words, patterns = _read_list(Path(path), Path(file))
    WordList(name, words, patterns, path)
    return name, words, patterns


def _read_list(path: Path, file: Path) -> tuple[str, list[str], list[str]]:
    """`path` is what the settings call the file."""
    try:
        with file.open("rb") as opened:
            start = opened.read(_LARGEST + 1)
        if len(start) > _LARGEST:
            raise WordListError(
                f"{path}: the word list has more than {_LARGEST >> 20} MiB; divide it, or correct "
                "filters.lists"
            )
        content = start.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WordListError(
            f"{path}: the word list cannot be read ({error}); correct filters.lists or the file"
        ) from error
    if path.suffix.lower() != ".toml":
        lines = [line.strip() for line in content.splitlines()]
        return path.stem, [line for line in lines if not line.startswith("#")], []
    try:
        told = tomllib.loads(content)
    except ValueError as error:  # TOML's own, and numbers that Python takes for too long
        raise WordListError(f"{path}: is no valid TOML ({error}); correct that line") from error
    except RecursionError as error:
        raise WordListError(f"{path}: is nested too deeply; correct the file") from error
    unknown = sorted(set(told) - _KNOWN)
    if unknown:
        raise WordListError(
            f"{path}: unknown key {', '.join(unknown)}; a list has {', '.join(sorted(_KNOWN))}"
        )
    for key in ("words", "patterns"):
        held = told.get(key, [])
        if not isinstance(held, list) or not all(isinstance(one, str) for one in held):
            raise WordListError(f"{path}: {key} must be a list of strings")
    name = told.get("name", path.stem)
    if not isinstance(name, str) or not name.strip():
        raise WordListError(f"{path}: name must be a few words")
    return name, told.get("words", []), told.get("patterns", [])


def _escaped(word: str) -> str:
    return "".join(letter if letter.isalnum() else rf"\x{{{ord(letter):x}}}" for letter in word)


def _compiled(pattern: str, source: str, what: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        told = error.args[0] if error.args else ""
        words = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
        raise WordListError(
            f"{source}: {what} cannot be used ({words}); patterns are written as for RE2, without "
            "look-around and back-references"
        ) from error


def _width(pattern: str) -> int | None:
    """The most characters that a pattern can match; None where there is no limit."""
    try:
        # Python's own parser is asked for the width alone, RE2 does not tell it.
        widest = importlib.import_module("re._parser").parse(pattern).getwidth()[1]
    except (re.error, OverflowError, RecursionError, AttributeError, ImportError):
        return None
    return int(widest) if widest <= _LONGEST_PATTERN else None
