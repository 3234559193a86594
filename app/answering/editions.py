"""Which edition of a document a passage comes from: in force, or replaced by a newer one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vectorstore.records import Hit

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_REPLACED = re.compile(
    r"\b(no longer (in force|valid|applies)|(was|were|been|is) (replaced|superseded)|"
    r"(replaced|superseded) by|withdrawn on|out of date|obsolete|"
    r"nicht mehr (gültig|in kraft)|ersetzt durch|wurde ersetzt|abgelöst durch|außer kraft)\b",
    re.IGNORECASE,
)
_ASKS_FOR_OLD = re.compile(
    r"\b(old|older|former|formerly|previous|previously|earlier|past|used to|archived?|before|"
    r"replaced|superseded|changed?|differ\w*|compared?|alte[nrs]?|frühere?[nrs]?|vorherige?[nrs]?|"
    r"bisherige?[nrs]?|damals)\b",
    re.IGNORECASE,
)
# What a replaced edition's passage loses against one in force: enough to put it behind the same
# rule in the newer one, too little to hide the only passage that answers.
REPLACED_COSTS = 0.2
NAMED_YEAR_GAINS = 0.2


@dataclass(frozen=True, slots=True)
class Edition:
    """What a document says of itself in its name and on its first lines."""

    years: frozenset[str]
    replaced: bool


def read_edition(name: str, opening: str) -> Edition:
    """Read a document's edition from its name and its opening lines."""
    years = set(_YEAR.findall(name)) | set(_YEAR.findall(opening[:600]))
    return Edition(frozenset(years), bool(_REPLACED.search(opening[:600])))


def prefer_editions(
    question: str, hits: Sequence[Hit], opening_of: Callable[[Hit], str]
) -> list[Hit]:
    """Reorder hits: editions in force before replaced ones, the named year before all.

    A question that names a year, or asks for what was before, gets the editions as they come;
    one whose year stands in a document's name or opening gets that document first. What a hit
    lost (or, below 0, gained) is its signal `edition_cost`.
    """
    asked_years = set(_YEAR.findall(question))
    openings: dict[tuple[str, str], Edition] = {}
    for hit in hits:
        key = (hit.space, hit.document)
        if key not in openings:
            openings[key] = read_edition(hit.document, opening_of(hit))
    wants_old = bool(asked_years or _ASKS_FOR_OLD.search(question))
    changed = []
    for hit in hits:
        edition = openings[hit.space, hit.document]
        cost = REPLACED_COSTS if edition.replaced and not wants_old else 0.0
        if asked_years & edition.years:
            cost -= NAMED_YEAR_GAINS
        signals = {**hit.signals, "edition_cost": cost}
        changed.append(replace(hit, score=hit.score - cost, signals=signals))
    return sorted(changed, key=lambda hit: -hit.score)
