"""What one may ask next: questions about passages that were found and not used in the answer."""

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from app.conversations.turns import SavedTurn
from app.web.texts import Texts

MOST = 3
_NUMBERING = re.compile(r"^(?:[\divxIVX]+[.)]|§+\s*\d+|\d+(?:\.\d+)*)\s+")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_LONGEST_HEADING = 60
_LONGEST_NAME = 50


def suggestions(texts: Texts, turn: SavedTurn, asked: Collection[str]) -> list[str]:
    """Return up to MOST questions that the passages of `turn` answer and `asked` does not hold.

    Each is about a heading above a passage: first in the cited documents, then in the others,
    as the search ranked them. Made by rule, never by the model.
    """
    known = " ".join(asked).casefold()
    offered: dict[str, str] = {}
    for document, heading in _headings(turn):
        if heading.casefold() not in known and heading.casefold() not in offered:
            name = PurePosixPath(document).stem
            question = texts.suggested.format(document=name, heading=heading)
            offered[heading.casefold()] = question
    return list(offered.values())[:MOST]


def _headings(turn: SavedTurn) -> Iterator[tuple[str, str]]:
    answer = turn.answer
    if answer is None or turn.withheld:
        return
    used = {citation.chunk_id for citation in answer.citations}
    covered = {(citation.document, citation.heading) for citation in answer.citations}
    cited = {citation.document for citation in answer.citations}
    rest = [hit for hit in answer.passages if hit.chunk_id not in used]
    for hit in sorted(rest, key=lambda hit: hit.document not in cited):
        if (hit.document, hit.heading) in covered:
            continue
        heading = _NUMBERING.sub("", hit.heading.rpartition(" > ")[2].strip()).strip(" .:–-")
        short = len(heading) <= _LONGEST_HEADING
        named = len(PurePosixPath(hit.document).stem) <= _LONGEST_NAME
        if short and named and _LETTERS.search(heading):
            yield hit.document, heading
