"""What documents are called where a person reads: with their space if another has the same name."""

from collections import Counter
from collections.abc import Iterable, Mapping

from app.batch.records import Evidence, RowResult

Place = tuple[str, str]  # space and name: a name alone may be of several documents


def names_of(results: Iterable[RowResult]) -> Mapping[Place, str]:
    """What to call every document that was asked about or is shown as evidence."""
    places: dict[Place, None] = {}
    for result in results:
        if result.document is not None:
            places[result.document.space, result.document.name] = None
        places.update((place_in(one), None) for one in (*result.evidence, *result.nearest))
    held = Counter(name for _, name in places)
    return {
        (space, name): f"{name} ({space})" if held[name] > 1 else name for space, name in places
    }


def place_in(evidence: Evidence) -> Place:
    """Where the evidence's document is."""
    return evidence.space, evidence.document
