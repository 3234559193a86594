"""What a place has to do to be watched."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class PlaceAway(Exception):
    """The place cannot be looked at now; the message says why and what to do."""


class FileAway(Exception):
    """One file cannot be had now; the message says why. It is tried again at the next look."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file at the place.

    `path` lies within the place, parted by "/". A file whose `stamp` is the same has not changed;
    "" is never the same. One with a `refusal` is there and cannot be read.
    """

    path: str
    stamp: str = ""
    size: int = 0  # bytes
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """All files of a place. Of what lies below `unlisted`, nothing is known: (folder, reason).

    `unsettled`: some file is so new that it may change once more without another stamp.
    """

    files: Sequence[Listed]
    unlisted: Sequence[tuple[str, str]] = ()
    unsettled: bool = False


class Place(Protocol):
    """One source's place, for one look at it. Its methods raise PlaceAway when it is gone."""

    @property
    def anchor(self) -> str:
        """What the place was found by; another one at the next look means that it is away."""
        ...

    @property
    def root(self) -> str:
        """The real folder that its files have to lie in when they are read; "" for any."""
        ...

    @property
    def batch(self) -> int:
        """How many of its files are read together."""
        ...

    def list(self) -> Listing:
        """What is there now."""
        ...

    def fetch(self, path: str, folder: Path) -> Path:
        """The file's bytes: where they lie, or in a new file in `folder`. Raises FileAway."""
        ...

    def origin(self, path: str) -> str:
        """Where a document came from, as the catalogue says it."""
        ...

    def close(self) -> None:
        """Let go of its connections."""
        ...
