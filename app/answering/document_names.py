"""Which documents people mean when they name one: "handbook.txt", "the travel policy"."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from vectorstore.languages import any_of, words_of
from vectorstore.records import DocumentRecord

_QUOTES = "\"'“”„‘’«»`"
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_UNTOLD = frozenset(words_of(lambda language: language.retrieval.untold_in_names))
_BEFORE = frozenset(words_of(lambda language: language.collection.before_names))
_BEHIND = frozenset(words_of(lambda language: language.collection.behind_names))
_POINTING = re.compile(any_of(lambda language: language.collection.pointing), re.IGNORECASE)
_PLURAL = 4  # letters from which an s at the end counts as an ending
_COMPOUND = 5  # letters of a word that may be the end of another: "Mitarbeiterhandbuch"
_LONGEST = 200


def points_at_one(called: str) -> bool:
    """Whether a document is pointed at, not named: "this document"."""
    return bool(_POINTING.fullmatch(called.strip(_QUOTES + " ")))


def documents_called(
    called: str, records: Sequence[DocumentRecord], *, loosely: bool = False
) -> list[DocumentRecord]:
    """The documents that are called so, best kind of match only; [] where none is.

    In this order: its file's name; its name or title as a whole; all words of either, in any
    order; its kind, which is the last word ("the handbook" for employee-handbook.pdf), with
    words of the name before it or none. `loosely` also takes a part of the words of either.
    """
    if len(called) > _LONGEST:
        return []
    called = _folded(called).strip(_QUOTES + " ")
    bare = _bare(called)
    wanted = _tokens(bare)
    if not wanted:
        return []
    ways: list[Callable[[DocumentRecord], bool]] = [
        lambda record: bool({called, bare} & _file_names(record)),
        lambda record: bool(
            {called, bare} & {_folded(PurePosixPath(record.name).stem), _folded(record.title)}
        ),
        lambda record: any(set(wanted) == set(name) for name in _told(record)),
        lambda record: any(_is_kind(wanted, name) for name in _told(record)),
    ]
    if loosely:
        ways.append(lambda record: any(set(wanted) <= set(name) for name in _told(record)))
    for way in ways:
        if found := [record for record in records if way(record)]:
            return found
    return []


def says_its_name(record: DocumentRecord) -> bool:
    """Whether the title says no more than the file's name."""
    stem = PurePosixPath(record.name).stem
    return _folded(record.title) == _folded(record.name) or _tokens(record.title) == _tokens(stem)


def name_words(record: DocumentRecord) -> set[str]:
    """The words of a document's name and title, folded."""
    return {*_tokens(PurePosixPath(record.name).stem), *_tokens(record.title)}


def _file_names(record: DocumentRecord) -> set[str]:
    return {_folded(record.name), _folded(PurePosixPath(record.name).name)}


def _told(record: DocumentRecord) -> list[list[str]]:
    """Name and title, and the title up to its first sign, as people say them: as words."""
    stem = PurePosixPath(record.name).stem
    titles = (record.title, re.split(r"[:–|,(]| - ", record.title)[0])
    names = [_tokens(text) for text in dict.fromkeys((stem, *titles))]
    told = [[word for word in name if word not in _UNTOLD] for name in names]
    return [name for name in (*names, *told) if name]


def _is_kind(wanted: Sequence[str], name: Sequence[str]) -> bool:
    told = [word for word in name if not word.isdigit() and word not in _UNTOLD]
    years = {word for word in wanted if _YEAR.fullmatch(word)}
    if not told or not years <= set(name):
        return False
    last, rest = [word for word in wanted if word not in years][-1:], set(wanted) - years
    if not last:
        return False
    kind = last[0] == told[-1] or (len(last[0]) >= _COMPOUND and told[-1].endswith(last[0]))
    return kind and rest - {last[0]} <= set(name)


def _bare(called: str) -> str:
    """Without articles and "document" before and behind it."""
    spoken = called.split()
    while len(spoken) > 1 and spoken[0] in _BEFORE:
        spoken = spoken[1:]
    while len(spoken) > 1 and spoken[-1] in _BEHIND:
        spoken = spoken[:-1]
    return " ".join(spoken).strip(_QUOTES + " ")


def _tokens(text: str) -> list[str]:
    return [_singular(word) for word in _TOKEN.findall(_folded(text))]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > _PLURAL and word.endswith("s") and word[-2] != "s" else word


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
