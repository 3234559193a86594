"""Citations as a reader sees them: numbered from 1 in every answer, in the order of its words.

An answer itself counts the passages of its whole conversation, as its prompt does.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.answering.events import Answer, Citation

_MARK = re.compile(r"\[(\d{1,4})\]")


def numbers_so_far(evidence: Iterable[Citation], said: str) -> dict[int, int]:
    """The same while an answer is written: its evidence is shown before its words."""
    marked = (int(mark) for mark in _MARK.findall(said))
    return _in_order([*(one.n for one in evidence), *marked])


def _in_order(numbers: Iterable[int]) -> dict[int, int]:
    return {n: place for place, n in enumerate(dict.fromkeys(numbers), start=1)}


def renumbered(text: str, numbers: Mapping[int, int]) -> str:
    """`text` with its marks exchanged; what is no mark of a citation stays."""
    return _MARK.sub(
        lambda mark: f"[{numbers[int(mark[1])]}]" if int(mark[1]) in numbers else mark[0], text
    )


def cited_as(citations: Iterable[Citation], numbers: Mapping[int, int]) -> tuple[Citation, ...]:
    """The citations with the numbers that are shown, in their order."""
    shown = (replace(one, n=numbers.get(one.n, one.n)) for one in citations)
    return tuple(sorted(shown, key=lambda one: one.n))


def sources_of(answer: Answer) -> list[Citation]:
    """What an answer cites, and the evidence that was shown with it, by number."""
    held = {one.n for one in answer.citations}
    before = [one for one in answer.evidence if one.n not in held]
    return sorted([*answer.citations, *before], key=lambda one: one.n)


def numbered(answer: Answer) -> Answer:
    """The answer as it is shown: first what was there as evidence, then by its words' marks."""
    cited = [one.n for one in answer.citations]
    held = set(cited)
    marked = [n for n in map(int, _MARK.findall(answer.answer)) if n in held]
    numbers = _in_order([*(one.n for one in answer.evidence), *marked, *cited])
    if all(n == shown for n, shown in numbers.items()):
        return answer
    return replace(
        answer,
        answer=renumbered(answer.answer, numbers),
        sentences=tuple(
            replace(
                one,
                text=renumbered(one.text, numbers),
                citations=tuple(numbers.get(n, n) for n in one.citations),
            )
            for one in answer.sentences
        ),
        citations=cited_as(answer.citations, numbers),
        evidence=cited_as(answer.evidence, numbers),
    )
