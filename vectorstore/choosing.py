"""Which documents of the catalogue a person means: by type, time, author, language or name."""

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from fnmatch import fnmatchcase

from vectorstore.records import DocumentRecord

_TIME = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
TYPES = (
    "policy", "contract", "invoice", "letter", "manual", "report", "slides", "table", "email",
    "calendar",
)  # fmt: skip


class WrongChoice(ValueError):
    """A wish that no document can meet; the message says why."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked of documents; what is empty is not asked.

    `since` and `until` are a year, a month or a day, "2024", "2024-03" or "2024-03-05", both
    included. They are compared with the day from which a document is valid, else with that of its
    last change, else with that on which it was made. `author` and `name` are parts of these,
    whatever their case; a name with "*" or "?" is a pattern for the whole name.
    """

    type: str = ""
    since: str = ""
    until: str = ""
    author: str = ""
    language: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        if self.type and self.type not in TYPES:
            raise WrongChoice(f"no type of documents {self.type!r}; there are: {', '.join(TYPES)}")
        for said in (self.since, self.until):
            if said and not _TIME.fullmatch(said):
                raise WrongChoice(f"{said!r} is no year, month or day, such as 2024 or 2024-03-05")

    @property
    def is_everything(self) -> bool:
        """Whether nothing is asked."""
        return not any(astuple(self))

    def takes(self, document: DocumentRecord) -> bool:
        """Whether a document is as asked."""
        about = document.about
        if (self.type and about.type != self.type) or (
            self.language and about.language != self.language.lower()
        ):
            return False
        if self.author and self.author.casefold() not in about.author.casefold():
            return False
        if not _is_named(document.name, self.name):
            return False
        if not self.since and not self.until:
            return True
        day = day_of(document)
        early = bool(self.since) and day < self.since[: len(day)]
        late = bool(self.until) and day[: len(self.until)] > self.until
        return bool(day) and not early and not late


def day_of(document: DocumentRecord) -> str:
    """The day, month or year by which a document is chosen, in ISO form; "" where none is known."""
    about = document.about
    return about.valid_from or about.changed or about.made


def _is_named(name: str, wish: str) -> bool:
    whole, wished = name.casefold(), wish.casefold()
    if "*" in wished or "?" in wished:
        return fnmatchcase(whole, wished) or fnmatchcase(whole.rpartition("/")[2], wished)
    return wished in whole


def chosen(documents: Iterable[DocumentRecord], choice: Choice) -> list[DocumentRecord]:
    """The documents that are as asked, in their order."""
    return [document for document in documents if choice.takes(document)]
