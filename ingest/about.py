"""What a document is: its type, language, author and days, from its file and from its text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import PurePosixPath

from ingest.clean import clean
from ingest.sections import Section, Stated
from vectorstore.dates import Day, placed_days
from vectorstore.languages import any_of, clear_language_of, languages
from vectorstore.records import About

_BY_FORMAT = {
    "pptx": "slides", "ppt": "slides", "odp": "slides",
    "xlsx": "table", "xls": "table", "xlsb": "table", "ods": "table", "csv": "table",
    "email": "email", "msg": "email", "mbox": "email",
    "calendar": "calendar",
    "zip": "",  # names of files are all that it says
}  # fmt: skip
_SAMPLE = 20_000  # characters of the text that are looked at
_OPENING = 1_500  # characters in which a letter greets
_TITLE_LINES = 12  # of a text, the short ones of which may be its title
_LONGEST_TITLE = 8  # words
_AUTHOR = 200  # characters
_BEFORE = 60  # characters before a day that say what it is
_LEAST_PREFIX = 3  # letters before the last part of a compound
_WORD = re.compile(r"[^\W\d_]+")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_]|$)")


def about_of(
    sections: Sequence[Section], title: str, name: str, type_: str, stated: Stated
) -> About:
    """What a document is, from its text, its title and name, its format, and its own statement."""
    text = _start(sections)
    days = sorted(placed_days(text), key=lambda one: one[1])
    author, _ = clean(stated.author)
    return About(
        author=" ".join(author.split())[:_AUTHOR],
        type=_BY_FORMAT[type_] if type_ in _BY_FORMAT else _kind(title, name, text),
        language=clear_language_of(text) or _language(stated.language),
        made=_day(stated.made),
        changed=_day(stated.changed),
        valid_from=_told(text, days, _before(since=True)),
        valid_until=_told(text, days, _before(since=False)),
    )


def _start(sections: Sequence[Section]) -> str:
    parts: list[str] = []
    size = 0
    for section in sections:
        if size >= _SAMPLE:
            break
        parts.append("\n".join(filter(None, (section.heading, section.text[:_SAMPLE]))))
        size += len(parts[-1])
    return "\n".join(parts)[:_SAMPLE]


def _kind(title: str, name: str, text: str) -> str:
    """The type that a document is called by: in its title, its name, or its first short lines."""
    lines = (line for line in islice(text.split("\n"), _TITLE_LINES)
             if len(line.split()) <= _LONGEST_TITLE)  # fmt: skip
    for words in (title, PurePosixPath(name).stem.replace("_", " "), *lines):
        if found := _named(words):
            return found
    return "letter" if _greeting().search(text[:_OPENING]) else ""


def _named(title: str) -> str:
    """The type that a title names; of several, the one that it names last counts in no language.

    "Contract for the manual" is a contract, so the first one counts.
    """
    for word in _WORD.findall(title.casefold()):
        for compounds, names in _names():
            if word in names:
                return names[word]
            if compounds:
                for known, kind in names.items():
                    if word.endswith(known) and len(word) >= len(known) + _LEAST_PREFIX:
                        return kind
    return ""


@cache
def _names() -> list[tuple[bool, Mapping[str, str]]]:
    return [
        (
            one.kinds.compounds,
            {word: kind for kind, words in one.kinds.kinds.items() for word in words},
        )
        for one in languages()
    ]


@cache
def _greeting() -> re.Pattern[str]:
    return re.compile(rf"^[ \t]{{0,8}}(?:{any_of(lambda one: one.kinds.salutations)})", re.I | re.M)


@cache
def _before(*, since: bool) -> re.Pattern[str]:
    said = any_of(lambda one: one.kinds.valid_from if since else one.kinds.valid_until)
    return re.compile(rf"\b(?:{said})\s{{0,3}}[:;|]?\s{{0,3}}(?:(?:the|dem|den|am|on)\s)?$", re.I)


def _told(text: str, days: Sequence[tuple[Day, int, int]], before: re.Pattern[str]) -> str:
    """The first day that stands behind such words, "" for none."""
    for day, start, _ in days:
        if day.year and before.search(text[max(0, start - _BEFORE) : start]):
            written = f"{day.year:04d}-{day.month:02d}"
            return written if day.day is None else f"{written}-{day.day:02d}"
    return ""


def _day(said: str) -> str:
    """A day as a file's properties write it, or an e-mail, in ISO form; "" for anything else."""
    if found := _ISO.match(said.strip()):
        return _sound(found[1], found[2], found[3])
    for day, _, _ in placed_days(said[:60]):
        if day.year and day.day:
            return _sound(f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}")
    if found := _PDF_DATE.match(said.strip()):
        return _sound(found[1], found[2] or "", found[3] or "")
    return ""


def _sound(year: str, month: str, day: str) -> str:
    if not 1900 <= int(year) <= 2200 or (month and not 1 <= int(month) <= 12):
        return ""
    return "-".join(_parts(year, month, day))


def _parts(year: str, month: str, day: str) -> Iterator[str]:
    yield year
    if month:
        yield month
        if day and 1 <= int(day) <= 31:
            yield day


def _language(said: str) -> str:
    found = _LANGUAGE.match(said.strip())
    return found[1].lower() if found else ""
