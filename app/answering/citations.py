"""Citation marks such as [2] in a draft: which sentence cites what, and the draft without them."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from app.answering.language import sentences
from vectorstore.languages import any_of

_MARK = re.compile(
    r"(?<!\s)\s*[\[【(](?:passages?\s*)?(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)[\]】)]", re.IGNORECASE
)
_QUOTED_SENTENCES = re.compile(r"[“„«\"]([^“”„«»\"]*[.!?]\s[^“”„«»\"]*)[”“»\"]")
_SAYS_NO = re.compile(any_of(lambda language: language.refusals), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of the model without its marks, and the passages that it cites."""

    text: str
    cited: tuple[int, ...]


def read_draft(draft: str, offered: Collection[int]) -> list[DraftSentence]:
    """Split a draft into sentences; a cited number that was not offered is dropped.

    Several sentences in one pair of quotation marks are several: each needs its own evidence.
    A mark in square brackets is always taken out of the text. A number in round brackets is
    left alone unless it was offered: "(2021)" is a year, not a citation.
    """
    found: list[DraftSentence] = []
    for piece in sentences(_marks_before_the_stop(_QUOTED_SENTENCES.sub(r"\1", draft))):
        cited: list[int] = []

        def take(match: re.Match[str], cited: list[int] = cited) -> str:
            numbers = [int(number) for number in re.findall(r"\d+", match.group(1))]
            held = [number for number in numbers if number in offered]
            if match.group(0).strip().startswith("(") and len(held) < len(numbers):
                return match.group(0)
            cited.extend(number for number in held if number not in cited)
            return ""

        text = _MARK.sub(take, piece).strip()
        if any(letter.isalnum() for letter in text):
            found.append(DraftSentence(text, tuple(cited)))
        elif cited and found:  # a mark alone belongs to the sentence before it
            before = found.pop()
            found.append(DraftSentence(before.text, tuple(dict.fromkeys((*before.cited, *cited)))))
    return found


def without_broken_end(draft: str) -> str:
    """A draft that was cut off, without the sentence that has no end; "" if there is but one."""
    end = max(draft.rfind(mark) for mark in (".", "!", "?", "。", "\n"))
    return draft[: end + 1]


def says_not_found(draft: str) -> bool:
    """Whether the model itself says that the passages do not hold the answer."""
    return bool(_SAYS_NO.search(draft[:300]))


def _marks_before_the_stop(draft: str) -> str:
    """Move a mark behind a full stop in front of it: "…days. [1] Next" cites the first sentence."""
    return re.sub(r"([.!?])((?:\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+)", r"\2\1", draft)
