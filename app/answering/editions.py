"""Which edition of a document a passage comes from: in force, or replaced by a newer one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.answering.language import sentences
from vectorstore.languages import any_of
from vectorstore.records import Hit

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_OPENING = 600  # characters: the title, the status lines and the first paragraph
_OLD = f"(?:{any_of(lambda language: language.editions.replaced)})"
_BY = rf"(?:{any_of(lambda language: language.editions.replaced_by)})\b"
_DOCUMENT = f"(?:{any_of(lambda language: language.editions.documents)})"
_WAS = any_of(lambda language: language.editions.was)
_IN_FORCE = any_of(lambda language: language.editions.in_force)
_IS = any_of(lambda language: language.editions.is_)
_ADVERB = any_of(lambda language: language.editions.adverbs)
_THIS = any_of(lambda language: language.editions.this)
_AGENT = any_of(lambda language: language.editions.by)
_THIS_ONE = any_of(lambda language: language.editions.this_one)
_REPLACES = any_of(lambda language: language.editions.replaces)
_OTHERS = any_of(lambda language: language.editions.others)
_IN_GENERAL = any_of(lambda language: language.editions.replaced_in_general)
_ARTICLE = any_of(lambda language: language.editions.articles)
# A line of its own: "Replaced by version 3.1.", "Status: obsolete", "Travel policy (superseded)".
_STATUS = re.compile(
    rf"^\W*(?:status\W+)?(?:(?:{_WAS})\s+)?{_OLD}"
    rf"(?=\s*(?:$|[.,;:!)\]–—-]|{_BY}))"
    rf"|^\W*(?:{_IN_FORCE})\b.{{0,80}}?\b{_OLD}\s+{_BY}|[(\[]\s*{_OLD}\s*[)\]]|"
    rf"(?:[:|–—]|\s-)\s*{_OLD}\W*$",
    re.IGNORECASE,
)
_SAID_OF = (
    rf"(?:\s+[\w.-]+){{0,3}}?\s+{_DOCUMENT}\b.{{0,60}}?\b(?:{_IS})"
    rf"\s+(?:(?:{_ADVERB})\b.{{0,60}}?)?{_OLD}\b"
)
_THIS_IS_OLD = re.compile(rf"\b(?:{_THIS}){_SAID_OF}", re.IGNORECASE)
# What a rule says of other things, or of the edition before: "has been replaced by this one".
_OF_ANOTHER = re.compile(
    rf"\b(?:{_AGENT}) (?:{_THIS_ONE})\b"
    rf"|\b(?:{_REPLACES})\s+(?:{_OTHERS})\b"
    rf"|{_OLD}\s+(?:{_IN_GENERAL})\b",
    re.IGNORECASE,
)
_ASKS_FOR_OLD = re.compile(
    rf"\b({any_of(lambda language: language.editions.asks_for_old)})\b", re.IGNORECASE
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
    """Read a document's edition from its name and its opening lines.

    Replaced is a document that says so of itself: on a status line, of "this policy", or of the
    year that its name carries. An edition in force tells of the one before, too.
    """
    opening = opening[:_OPENING]
    named = set(_YEAR.findall(name)) or set(_YEAR.findall(opening.strip().split("\n", 1)[0]))
    replaced = any(
        _says_it_is_old(sentence, named)
        for line in opening.splitlines()
        for sentence in sentences(line)
    )
    # Further down it may be the edition before that is spoken of.
    return Edition(frozenset(named or _YEAR.findall(opening)), replaced)


def _says_it_is_old(sentence: str, years: set[str]) -> bool:
    if _OF_ANOTHER.search(sentence):
        return False
    if _STATUS.search(sentence) or _THIS_IS_OLD.search(sentence):
        return True
    return any(
        re.search(rf"\b(?:{_ARTICLE})\s+(?:\w+\s+){{0,2}}{year}{_SAID_OF}", sentence, re.IGNORECASE)
        for year in years
    )


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
