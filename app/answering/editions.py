"""Which edition of a document a passage comes from: in force, or replaced by a newer one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.answering.language import sentences
from vectorstore.records import Hit

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_OPENING = 600  # characters: the title, the status lines and the first paragraph
_OLD = (
    r"(?:replaced|superseded|withdrawn|obsolete|out of date|"
    r"no longer (?:in force|valid|applicable)|ersetzt|abgelöst|"
    r"zurückgezogen|veraltet|ungültig|außer kraft|nicht mehr (?:gültig|in kraft))"
)
_BY = r"(?:by|on|since|from|as of|with effect|durch|am|seit|von|zum|ab)\b"
_DOCUMENT = (
    r"(?:polic(?:y|ies)|versions?|editions?|documents?|handbooks?|manuals?|guid(?:e|elines?|ance)|"
    r"regulations?|rules?|agreements?|contracts?|directives?|instructions?|procedures?|pages?|"
    r"notices?|lists?|standards?|sheets?|\w*(?:richtlinie|fassung|ausgabe|dokument|handbuch|leitfaden|"
    r"vereinbarung|ordnung|regelung|anweisung|merkblatt|vertrag|liste|seite))"
)
# A line of its own: "Replaced by version 3.1.", "Status: obsolete", "Travel policy (superseded)".
_STATUS = re.compile(
    rf"^\W*(?:status\W+)?(?:(?:is|was|has been|wurde|ist)\s+)?{_OLD}"
    rf"(?=\s*(?:$|[.,;:!)\]–—-]|{_BY}))"
    rf"|^\W*(?:valid|in force|gültig)\b.{{0,80}}?\b{_OLD}\s+{_BY}|[(\[]\s*{_OLD}\s*[)\]]|"
    rf"(?:[:|–—]|\s-)\s*{_OLD}\W*$",
    re.IGNORECASE,
)
_SAID_OF = (
    rf"(?:\s+[\w.-]+){{0,3}}?\s+{_DOCUMENT}\b.{{0,60}}?\b(?:is|are|was|were|been|wurden?|ist|sind|gilt)"
    rf"\s+(?:(?:now|therefore|hereby|jetzt|inzwischen|daher|am|zum|seit|durch|mit)\b.{{0,60}}?)?{_OLD}\b"
)
_THIS_IS_OLD = re.compile(
    rf"\b(?:this|these|the present|diese[rs]?|die vorliegende|das vorliegende){_SAID_OF}",
    re.IGNORECASE,
)
# What a rule says of other things, or of the edition before: "has been replaced by this one".
_OF_ANOTHER = re.compile(
    r"\b(?:by|durch) (?:this|these|the present|diese[nsr]?|die vorliegende)\b"
    r"|\b(?:replaces|supersedes|ersetzt|löst)\s+(?:all|the|any|version|edition|die|den|das|alle|jede)\b"
    rf"|{_OLD}\s+(?:within|every|if|when|unless|after|free|innerhalb|alle|wenn|nach)\b",
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
        re.search(
            rf"\b(?:the|die|das|der)\s+(?:\w+\s+){{0,2}}{year}{_SAID_OF}", sentence, re.IGNORECASE
        )
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
