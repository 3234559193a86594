"""What one may ask next: questions about passages that were found and not used in the answer."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath

from app.people.conversations.turns import SavedTurn
from app.web.i18n.words import Texts

MOST = 3
_NUMBERING = re.compile(r"^(?:[\divxIVX]+[.)]|§+\s*\d+|\d+(?:\.\d+)*)\s+")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_LONGEST_HEADING = 60
_LONGEST_NAME = 50


def suggestions(texts: Texts, turns: Sequence[SavedTurn]) -> list[str]:
    """Return up to MOST questions that the passages of the last of `turns` answer.

    Each is about a heading above a passage: first in the cited documents, then in the others,
    as the search ranked them. What the conversation has asked or cited already is left out.
    Made by rule, never by the model.
    """
    if not turns:
        return []
    asked = " ".join(turn.question for turn in turns).casefold()
    covered = {
        (citation.document, citation.heading)
        for turn in turns
        if turn.answer is not None
        for citation in turn.answer.citations
    }
    offered: dict[str, str] = {}
    for document, heading in _headings(turns[-1], covered):
        if heading.casefold() not in asked and heading.casefold() not in offered:
            offered[heading.casefold()] = (
                heading  # a list of questions and answers asks for us
                if heading.endswith("?")
                else texts.suggested.format(document=_spoken(document), heading=heading)
            )
    return list(offered.values())[:MOST]


def _headings(turn: SavedTurn, covered: Collection[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    answer = turn.answer
    if answer is None or turn.withheld:
        return
    cited = {citation.document for citation in answer.citations}
    for hit in sorted(answer.passages, key=lambda hit: hit.document not in cited):
        if (hit.document, hit.heading) in covered:
            continue
        heading = _NUMBERING.sub("", hit.heading.rpartition(" > ")[2].strip()).strip(" .:–-")
        short = len(heading) <= _LONGEST_HEADING
        named = len(_spoken(hit.document)) <= _LONGEST_NAME
        if short and named and _LETTERS.search(heading):
            yield hit.document, heading


def _spoken(document: str) -> str:
    """A document's name as one says it: "employee handbook" for hr/employee-handbook.pdf."""
    return " ".join(re.sub(r"[-_]+", " ", PurePosixPath(document).stem).split())
