"""What is asked, as a value: the kind of a question, its parts, what it compares, its language.

The plan is read from the question by code, before anything is searched. It decides what is
searched for (each part on its own) and which form the answer takes.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.answering.language import content_stems, words
from vectorstore.languages import any_of, language_of, languages, words_of
from vectorstore.languages.base import PlanWords

MOST_PARTS = 5  # of one question; each is a search
LONGEST_PLANNED = 2_000  # characters; a longer question is read as one fact
FEW_STEMS = 1  # a clause with no more names nothing by itself
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"(?<=[?!.;])\s+")
_NAME = re.compile(r"(?:[A-ZÄÖÜ]|\d)[\w.'’-]*$")
_LONGEST_NAME = 3  # words


class Kind(StrEnum):
    """What sort of answer a question asks for."""

    SMALL_TALK = "small_talk"
    COLLECTION = "collection"  # about the documents themselves
    FACT = "fact"
    FACTS = "facts"  # several facts
    LIST = "list"
    COMPARISON = "comparison"
    COMPUTATION = "computation"  # over rows
    PROCEDURE = "procedure"
    YES_NO = "yes_no"
    WRITING = "writing"  # a mail, a text


@dataclass(frozen=True, slots=True)
class Plan:
    """How a question is answered.

    `parts` are questions of their own, in order; a question with one part is its own part.
    `compared` names what is set side by side, one name for each part, or is empty. `operation`
    is one of OPERATIONS or "". `language` is an ISO 639-1 code.
    """

    kind: Kind
    parts: tuple[str, ...]
    compared: tuple[str, ...] = ()
    operation: str = ""
    language: str = "en"


def plan(question: str) -> Plan:
    """Read a question that stands alone; small talk and the catalogue are not looked for here."""
    asked = _SPACE.sub(" ", question).strip()
    language = language_of(asked).code
    reading = _Reading(asked, language)
    fact = Plan(Kind.FACT, (asked,), language=language)
    if not asked or len(asked) > LONGEST_PLANNED:
        return fact
    return reading.several() or reading.one() or fact


def asks_of_event(question: str) -> bool:
    """Whether a question takes for granted that something happened: "When did it burn down?"."""
    return any(_EVENTS[one.code].match(question.strip()) is not None for one in languages())


def asks_openly(question: str) -> bool:
    """Whether a question may have a list as its answer: "What can I …?", "Who …?"."""
    language = language_of(question).code
    return _OPENLY[language].match(question.strip()) is not None


def tells(operation: str, sentence: str) -> bool:
    """Whether a sentence speaks of a total, an average or a difference itself."""
    return any(_OPERATIONS[operation][one.code].search(sentence) is not None for one in languages())


class _Expressions:
    """Words of one kind as an expression, for each language apart: in German, "was" asks."""

    def __init__(self, kind: Callable[[PlanWords], Iterable[str]], form: str) -> None:
        self._by_language = {
            one.code: re.compile(form.format("|".join(kind(one.plans)) or "(?!)"), re.IGNORECASE)
            for one in languages()
        }

    def __getitem__(self, language: str) -> re.Pattern[str]:
        return self._by_language[language]


_START = r"^(?:{})\b"
_WORDS = r"\b(?:{})\b"
_WRITES = _Expressions(lambda one: one.writing, _START)
_REQUESTS = _Expressions(lambda one: one.requests, "^(?:{})")
_PROCEDURE = _Expressions(lambda one: one.procedures, _WORDS)
_LISTS = _Expressions(lambda one: one.lists, _START)
_YES_NO = _Expressions(lambda one: one.yes_no, _START)
_EVENTS = _Expressions(lambda one: one.events, _START)
_OPENLY = _Expressions(lambda one: one.openly, _START)
_ASKS = _Expressions(lambda one: one.asking, _START)
_LEADING_JOINT = _Expressions(lambda one: one.joints, r"^(?:{})\s+")
_JOINT = _Expressions(lambda one: one.joints, r",?\s+(?:{})\s+")
_JOINT_OR_COMMA = _Expressions(lambda one: one.joints, r"(?:,?\s+(?:{})|,)\s+")
_COMPARES = _Expressions(lambda one: one.comparing, _WORDS)
_COMPARED_BY = _Expressions(lambda one: one.compared_by, r"\b(?:{})\s+")
_SHARED_TAIL = _Expressions(lambda one: one.shared_tails, r"\s(?:{})\s")
_ARTICLE = _Expressions(lambda one: one.articles, r"^(?:{})\s+")
_PAIRS = {
    one.code: [re.compile(form, re.IGNORECASE) for form in one.plans.compared_pairs]
    for one in languages()
}
OPERATIONS = ("difference", "average", "sum", "maximum", "minimum", "count", "filter")
_OPERATIONS = {
    operation: _Expressions(lambda one, name=operation: one.operations.get(name, ()), _WORDS)  # type: ignore[misc]
    for operation in OPERATIONS
}
_OLD = re.compile(rf"(?:{any_of(lambda language: language.editions.asks_for_old)})", re.IGNORECASE)
_ONES = frozenset(words_of(lambda language: language.tables.ones))
_POINTS_BACK = frozenset(words_of(lambda language: language.questions.pointing_back))


class _Reading:
    """One question while its plan is made."""

    def __init__(self, asked: str, language: str) -> None:
        self.asked = asked
        self.bare = asked.rstrip(" ?!.")
        self.language = language

    def several(self) -> Plan | None:
        """The plan of a text to write, or of a question with several parts."""
        if request := _WRITES[self.language].search(self.asked):
            return Plan(Kind.WRITING, (self.subject(request),), language=self.language)
        for parts in (self.clauses(), self.requested()):
            if len(parts) > 1:
                return Plan(Kind.FACTS, parts[:MOST_PARTS], language=self.language)
        return None

    def one(self) -> Plan | None:
        """The plan of one question that has a form of its own."""
        kind: Kind | None = None
        things: tuple[str, ...] = ()
        parts: tuple[str, ...] = (self.asked,)
        operation = self.operation()
        if operation:
            kind = Kind.COMPUTATION
        elif compared := self.compared():
            kind, (things, parts) = Kind.COMPARISON, compared
        elif _PROCEDURE[self.language].search(self.asked):
            kind = Kind.PROCEDURE
        elif named := self.for_each_name():
            kind, (things, parts) = Kind.FACTS, named
        elif _LISTS[self.language].search(self.asked):
            kind = Kind.LIST
        elif _YES_NO[self.language].search(self.asked):
            kind = Kind.YES_NO
        return Plan(kind, parts, things, operation, self.language) if kind else None

    def operation(self) -> str:
        return next(
            (name for name in OPERATIONS if _OPERATIONS[name][self.language].search(self.asked)), ""
        )

    def subject(self, request: re.Match[str]) -> str:
        """What a text is to be written about; the whole request where it does not say."""
        about = self.asked[request.end() :].strip(" :,.!?")
        return about if len(content_stems(about)) >= 2 else self.asked

    def clauses(self) -> tuple[str, ...]:
        """The questions of a text that asks several, each by its own question word."""
        found: list[str] = []
        for sentence in _SENTENCE_END.split(self.asked):
            bare = sentence.strip(" ?!.;")
            opening = _LEADING_JOINT[self.language].sub("", bare) if found else bare
            if opening and self._asks(opening):
                found.extend(f"{piece}?" for piece in self._split(opening))
        # "What must I do?" behind another question says nothing that could be searched for.
        telling = [one for one in found if content_stems(one) or set(words(one)) & _POINTS_BACK]
        return _completed(telling)

    def _asks(self, text: str) -> bool:
        return any(form[self.language].match(text) for form in (_ASKS, _YES_NO, _LISTS))

    def _split(self, bare: str) -> list[str]:
        """A sentence at each joint behind which another question begins."""
        pieces: list[str] = []
        start = 0
        for joint in _JOINT_OR_COMMA[self.language].finditer(bare):
            rest, before = bare[joint.end() :], bare[start : joint.start()]
            asks = _ASKS[self.language].match(rest) and content_stems(before)
            if asks and (content_stems(rest) or set(words(rest)) & _POINTS_BACK):
                pieces.append(before)
                start = joint.end()
        return [*pieces, bare[start:]]

    def requested(self) -> tuple[str, ...]:
        """ "Tell me the dosage, the side effects and the price of the vaccine": each of them."""
        request = _REQUESTS[self.language].match(self.bare)
        if not request:
            return ()
        things = _JOINT_OR_COMMA[self.language].split(self.bare[request.end() :])
        if len(things) < 2 or not all(0 < len(thing.split()) <= 8 for thing in things):
            return ()
        tail = _SHARED_TAIL[self.language].search(things[-1])
        shared = things[-1][tail.start() :] if tail else ""
        return tuple(
            thing if thing.endswith(shared) else thing + shared
            for thing in (_ARTICLE[self.language].sub("", thing) for thing in things)
        )

    def compared(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """The things that a question compares, and a question about each of them."""
        if not _COMPARES[self.language].search(self.bare):
            return None
        for form in _PAIRS[self.language]:
            found = form.search(self.bare)
            if not found:
                continue
            first, second = (found[name].strip(" ,:") for name in ("first", "second"))
            second, rest = self._without_tail(first, second)
            first, second = _alike(first, second)
            head = (found.groupdict().get("head") or "").strip()
            if head and _OLD.fullmatch(first):  # "compared with the old handbook"
                return (second, f"{first} {second}"), (
                    f"{head}: {second}",
                    f"{head}: {first} {second}",
                )
            around = " ".join(
                piece.strip(" ,:") for piece in (head, rest, self.bare[found.end() :]) if piece
            )
            parts = [f"{around}: {thing}" if around else thing for thing in (first, second)]
            return (first, second), tuple(parts)
        return self.for_each_name()

    def _without_tail(self, first: str, second: str) -> tuple[str, str]:
        """ "Graz" and "Oslo in rent": the second thing, and what both are compared by."""
        for place in _COMPARED_BY[self.language].finditer(second):
            before = second[: place.start()].strip()
            # "The one for new parents" is a thing with its tail.
            if not set(words(before)) <= _ONES and len(before.split()) >= len(first.split()) - 1:
                return before, second[place.end() :].strip()
        return second, ""

    def for_each_name(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """ "… in Norway, Sweden and Austria?": the names, and the question with each alone."""
        for joint in _JOINT[self.language].finditer(self.bare):
            behind = self.bare[joint.end() :].split()
            last = _leading_name(behind)
            names, head = _trailing_names(self.bare[: joint.start()])
            if not last or not names or not head:
                continue
            things = (*names, " ".join(last))
            if len({thing[0].isdigit() for thing in things}) > 1:
                continue
            after = " ".join(behind[len(last) :])
            return things[:MOST_PARTS], tuple(
                " ".join(piece for piece in (head, thing, after) if piece) + "?"
                for thing in things[:MOST_PARTS]
            )
        return None


def _completed(clauses: Sequence[str]) -> tuple[str, ...]:
    """Clauses that name nothing themselves, with the one that says what they are about."""
    completed: list[str] = []
    for number, clause in enumerate(clauses):
        leans = len(content_stems(clause)) <= FEW_STEMS or set(words(clause)) & _POINTS_BACK
        other = clauses[0] if number else next(iter(clauses[1:]), "")
        completed.append(f"{clause} ({other})" if leans and other else clause)
    return tuple(completed)


def _alike(first: str, second: str) -> tuple[str, str]:
    """Two things with the words that they share: "Basis-" and "Premiumtarif", "old" and "new
    edition", "notice period in Norway" and "Sweden"."""
    one, other = first.split(), second.split()
    if not one or not other:
        return first, second
    if len(one) > len(other) and _NAME.match(other[0]) and _NAME.match(one[-1]):
        return first, " ".join((*one[: len(one) - len(other)], *other))
    if len(one) == 1 and len(other) == 2 and one[0].islower() and other[0].islower():
        return f"{first} {other[1]}", second
    return first, second


def _leading_name(spoken: Sequence[str]) -> list[str]:
    """The words with a capital or a digit at the start."""
    taken: list[str] = []
    for word in spoken[:_LONGEST_NAME]:
        if not _NAME.match(word):
            break
        taken.append(word)
    return taken


def _trailing_names(text: str) -> tuple[tuple[str, ...], str]:
    """Names parted by commas at the end of a text, and the text before them."""
    names: list[str] = []
    head = ""
    before = text.split(", ")
    while before and not head:
        spoken = before.pop().split()
        own = _leading_name(spoken[::-1])[::-1]
        if not own:
            return (), text
        names.insert(0, " ".join(own))
        head = " ".join(spoken[: len(spoken) - len(own)])
    return tuple(names), ", ".join((*before, head)) if head else ""
