"""The port of filters: text in, places out, each with what it is and which rule found it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in a text, [start, end); `label` says what it is, `rule` what found it."""

    start: int
    end: int
    label: str
    rule: str


class Filter(Protocol):
    """Finds what it looks for. The same text gives the same places, whoever asks."""

    # The most characters that decide about one place: the place itself and what is looked at
    # around it. While a text is still growing, what lies further back than this is settled.
    # None where there is no such number.
    reach: int | None

    def find(self, text: str) -> list[Finding]:
        """Return the places in order; they do not overlap."""
        ...
