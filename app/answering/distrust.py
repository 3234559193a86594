"""Passages as data: what the model and the checks are told of them, and what readers are told.

Neither the model nor the checks see a passage's orders to an assistant, so no answer can rest on
one; readers see the passage as it stands in its document, and how many orders were left out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.answering.defusing import addresses, defuse, without_foreign_addresses
from app.answering.events import Citation, Notice
from app.answering.instructions import gives_orders, without_orders
from vectorstore.records import Hit

_MARK = re.compile(r"^([^\S\n]*+)\[(\d{1,3})\]", re.MULTILINE)
_LABEL = re.compile(
    r"^([^\S\n]*+)(question|passages?|answer|frage|antwort)\s*:", re.MULTILINE | re.I
)
_SURELY_RECOGNISED = 0.8  # mean of a page's words; below it a reader compares them with the page


@dataclass(frozen=True, slots=True)
class Told:
    """A passage without orders, links and images, and how many orders it had."""

    hit: Hit
    orders: int


def as_data(hit: Hit) -> Told:
    """What may be believed of a passage; its place in its document stays as it is."""
    text, orders = without_orders(defuse(hit.text)[0])
    heading = hit.heading
    if gives_orders(heading):
        heading, orders = "", orders + 1
    if text == hit.text and heading == hit.heading:
        return Told(hit, 0)
    return Told(replace(hit, text=text, heading=heading), orders)


def unmarked(text: str) -> str:
    """A passage's text without marks that only a prompt has: passages' numbers, "Question:"."""
    return _LABEL.sub(r"\1(\2)", _MARK.sub(r"\1(\2)", text))


def plain_draft(draft: str, question: str, passages: Sequence[Hit]) -> tuple[str, int]:
    """A draft as plain text, without addresses of its own making, and what was taken from it."""
    text, links = defuse(draft)
    known = [question, *(hit.text for hit in passages)]
    text, foreign = without_foreign_addresses(text, known)
    return text, max(links, foreign)


def notices_of(
    passages: Iterable[Told], answer: str, defused: int, citations: Iterable[Citation]
) -> tuple[Notice, ...]:
    """What to tell the reader of an answer over these passages, of which it cites some."""
    orders = sum(one.orders for one in passages)
    links = max(defused, len(addresses(answer)))
    doubtful = {
        (one.space, one.document, one.page)
        for one in citations
        if one.recognised is not None and one.recognised < _SURELY_RECOGNISED
    }
    found = (Notice("orders", orders), Notice("links", links), Notice("scans", len(doubtful)))
    return tuple(notice for notice in found if notice.count)
