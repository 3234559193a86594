"""Puts a label where something was found, also in a text of which the end is still to come."""

from collections import Counter
from collections.abc import Sequence

from app.answering.filters.port import Filter, Finding


def find_all(filters: Sequence[Filter], text: str) -> list[Finding]:
    """The places of all filters in order; where places overlap, one covers them all."""
    every = sorted(
        (found for one in filters for found in one.find(text)),
        key=lambda found: (found.start, -found.end),
    )
    merged: list[Finding] = []
    for found in every:
        if merged and found.start < merged[-1].end:
            last = merged[-1]
            if found.end > last.end:
                merged[-1] = Finding(last.start, found.end, last.label, last.rule)
        else:
            merged.append(found)
    return merged


def masked(text: str, findings: Sequence[Finding]) -> str:
    """`text` with each place replaced by its label in brackets."""
    parts: list[str] = []
    at = 0
    for found in findings:
        parts += text[at : found.start], f"[{found.label}]"
        at = found.end
    return "".join((*parts, text[at:]))


def settled(filters: Sequence[Filter], growing: str) -> str:
    """What may be shown, masked, of a text that goes on: as much of it as nothing can change.

    A place that begins in what is shown lies wholly in `growing`, because no place is longer than
    its filter's reach; so no part of a place is ever shown, wherever the text was cut.
    """
    reaches = [one.reach for one in filters]
    if any(reach is None for reach in reaches):
        return ""
    end = len(growing) - max((reach for reach in reaches if reach is not None), default=0)
    if end <= 0:
        return ""
    shown: list[Finding] = []
    for found in find_all(filters, growing):
        if found.start >= end:
            break
        if found.end > end:
            end = found.start
            break
        shown.append(found)
    return masked(growing[:end], shown)


def counted(findings: Sequence[Finding]) -> dict[str, int]:
    """How many places there are of each label."""
    return dict(sorted(Counter(found.label for found in findings).items()))
