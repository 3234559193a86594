"""What a model is given to read: the passages that were found, and what stands around them.

A passage alone is a piece of its section: the list goes on in the next one, the condition stands
in the one before. A model that reads more than the best few gets the neighbours as well, in the
order in which the document has them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vectorstore.records import Hit

FOUND_SHARE = 0.6  # of the room, for what was found; neighbours get the rest, and what it leaves
LEAST_FOUND = 3  # passages that are given whatever they cost


@dataclass(frozen=True, slots=True)
class Context:
    """The passages that a model is given.

    `ranked` has them by worth, for whoever has to leave some out. `in_order` has the same as they
    are read: section by section, that of the best passage first, each in the document's order.
    """

    ranked: Sequence[Hit]
    in_order: Sequence[Hit]


def found_alone(hits: Sequence[Hit]) -> Context:
    """The passages that were found, as they were found."""
    return Context(hits, hits)


def with_surroundings(
    hits: Sequence[Hit],
    section: Callable[[Hit], Sequence[Hit]],
    cost: Callable[[Hit], int],
    *,
    room: int,
    most: int,
) -> Context:
    """What of `hits` (best first) and of the sections around them fits into `room` tokens.

    `section` gives a hit and its neighbours under the same heading, in order; `cost` is in
    tokens; at most `most` of `hits` are taken. Of neighbours the nearest come first, those of the
    best passages before others.
    """
    left = room
    kept: dict[str, Hit] = {}
    for hit in hits[:most]:
        price = cost(hit)
        if left - price < room * (1 - FOUND_SHARE) and len(kept) >= LEAST_FOUND:
            break
        kept[hit.chunk_id] = hit
        left -= price
    found = list(kept)
    sections = [list(section(kept[chunk])) for chunk in found]
    left = _with_neighbours(kept, found, sections, cost, left)
    for hit in hits[len(found) : most]:  # what the neighbours have left
        if hit.chunk_id in kept:
            continue
        left -= cost(hit)
        if left < 0:
            break
        kept[hit.chunk_id] = hit
        sections.append([hit])
    return Context(list(kept.values()), _in_order(kept, sections))


def _with_neighbours(
    kept: dict[str, Hit],
    found: Sequence[str],
    sections: Sequence[Sequence[Hit]],
    cost: Callable[[Hit], int],
    left: int,
) -> int:
    """Add neighbours to `kept` while they fit into `left` tokens; return what is left then.

    A side ends where a neighbour does not fit, so that a run of passages has no hole.
    """
    sides: list[list[Hit]] = []
    for chunk, run in zip(found, sections, strict=True):
        at = next((n for n, one in enumerate(run) if one.chunk_id == chunk), None)
        if at is not None:
            sides += [list(run[at + 1 :]), list(reversed(run[:at]))]
    while any(sides):
        for side in sides:
            if not side:
                continue
            neighbour = side.pop(0)
            if neighbour.chunk_id in kept:
                continue
            price = cost(neighbour)
            if price > left:
                side.clear()
                continue
            kept[neighbour.chunk_id] = neighbour
            left -= price
    return left


def _in_order(kept: dict[str, Hit], sections: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The kept passages, section by section."""
    order: dict[str, Hit] = {}
    for run in sections:
        for one in run:
            if one.chunk_id in kept:
                order.setdefault(one.chunk_id, kept[one.chunk_id])
    return [*order.values(), *(hit for chunk, hit in kept.items() if chunk not in order)]
