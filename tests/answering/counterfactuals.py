# ruff: noqa: E501 -- tables of words and of frames are easier to read uncut
"""True and false sentences about documents, made by code from the documents' own sentences.

A true one is a sentence itself or a light paraphrase: numbers and dates in another form, an
adverbial moved or left out, one clause of two, the active for the passive, a row told as a
sentence. A false one has one thing swapped: an entity, a verb, a figure, a unit, a year, a
negation, a bound, a row's cell, or two things that changed places. What a swap makes true by
chance, because another sentence of the passages says so, is left out.
"""

import hashlib
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from app.answering.language import content_stems, negated, numbers, sentences
from ingest.chunking import chunk_sections
from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, LoaderError
from vectorstore.dates import days_of, placed_days, without_days
from vectorstore.languages import languages

PASSAGE_WORDS = 110  # about 140 tokens
MOST_OF_A_KIND = 40  # of one document


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a document with what stands above it."""

    text: str
    above: str


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, whether it is true, and the passages that are to support it."""

    kind: str
    true: bool
    said: str
    passages: tuple[Passage, ...]
    document: str
    language: str
    source: str  # the sentence that it was made of


class _Words:
    """Counts words for tokens, so that no model is needed."""

    window = 400

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\S+", text)]

    def count_tokens(self, text: str) -> int:
        return len(self.token_spans(text))


def read_passages(path: Path) -> list[Passage]:
    """The passages of a file; none where it cannot be read."""
    with path.open("rb") as file:
        try:
            sections = list(read_sections(file, path.name, Findings()))
        except LoaderError:
            return []
    return [
        Passage(chunk.text, f"{path.name} {chunk.heading}")
        for chunk in chunk_sections(sections, _Words(), target=PASSAGE_WORDS)
    ]


def is_unseen(document: str) -> bool:
    """Whether a document belongs to the half that nobody looks at while rules are made."""
    return hashlib.sha256(document.encode()).digest()[0] % 2 == 1


def language_of(text: str) -> str:
    """The language whose small words the text has most of."""
    used = set(re.findall(r"[^\W\d_]+", text.casefold()))
    return max(languages(), key=lambda one: len(used.intersection(one.stop_words))).code


def make_cases(
    document: str, passages: Sequence[Passage], *, most: int = MOST_OF_A_KIND
) -> list[Case]:
    """All cases of one document, the same in every run; at most `most` of a kind."""
    chance = random.Random(document)
    maker = _Maker(document, passages, chance)
    found = [case for number in range(len(passages)) for case in maker.cases(number)]
    found += maker.frames()
    chance.shuffle(found)
    counts: dict[tuple[str, bool], int] = {}
    kept: list[Case] = []
    for case in found:
        key = (case.kind, case.true)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= most:
            kept.append(case)
    return kept


# ---- words of both languages that swaps and paraphrases need

_AUX = {
    "en": "is are was were has have had can may must should will be been do does",
    "de": "ist sind war waren wird werden wurde wurden hat haben kann können darf dürfen muss müssen soll sollen",
}
_AUX_RE = {code: re.compile(rf"\b(?:{'|'.join(text.split())})\b") for code, text in _AUX.items()}
_PARTICIPLE = {
    "en": re.compile(r"\b(is|are|was|were|be|been|has|have|had)\s+((?:\w+ly\s+)?)(\w{3,}ed)\b"),
    "de": re.compile(
        r"\b()()((?:ge|be|ver|er|ent|aufge|abge|ange|einge|ausge|zuge|vorge)\w{3,}(?:t|en))(?=[.,;])"
    ),
}
_UNRELATED = {
    "en": "stolen sold destroyed burned fired painted cancelled buried poisoned auctioned forged kidnapped".split(),
    "de": "gestohlen verkauft zerstört verbrannt gestrichen vergraben gefälscht versteigert entführt vergiftet".split(),
}
_FINITE = {  # plain forms of the third person and the past, and what may stand in their place
    "en": {
        "opens": "closes", "closes": "opens", "opened": "burned", "closed": "opened",
        "starts": "ends", "begins": "ends", "ends": "starts", "rises": "falls", "rose": "fell",
        "fell": "rose", "grew": "shrank", "increased": "decreased", "pays": "steals",
        "paid": "stole", "costs": "loses", "buys": "sells", "bought": "sold", "sold": "bought",
        "leads": "sues", "led": "sued", "holds": "drops", "keeps": "burns", "takes": "refuses",
        "gives": "takes", "gave": "took", "receives": "sends", "receive": "send", "get": "lose",
        "needs": "hates", "need": "hate", "includes": "excludes", "include": "exclude",
        "allows": "forbids", "approves": "rejects", "approved": "rejected", "accepts": "refuses",
        "use": "destroy", "uses": "destroys", "provides": "denies", "provide": "deny",
        "applies": "lapses", "apply": "lapse", "replaces": "precedes", "founded": "dissolved",
        "signed": "burned", "built": "demolished", "joined": "left", "moved": "stayed",
        "won": "lost", "lost": "won", "supports": "opposes", "support": "oppose",
        "work": "sleep", "works": "sleeps", "offers": "withholds", "offer": "withhold",
        "make": "break", "makes": "breaks", "wrote": "burned", "published": "banned",
        "invented": "stole", "died": "married", "became": "attacked", "produces": "consumes",
        "contains": "lacks", "contain": "lack", "connect": "cut", "connects": "cuts",
    },
    "de": {
        "öffnet": "schließt", "schließt": "öffnet", "beginnt": "endet", "endet": "beginnt",
        "erhält": "verliert", "erhalten": "verlieren", "zahlt": "stiehlt", "leitet": "verklagt",
        "kostet": "verliert", "wählt": "entlässt", "beschließt": "verwirft", "führt": "beendet",
        "kauft": "verkauft", "verkauft": "kauft", "genehmigt": "verbietet", "prüft": "fälscht",
        "gilt": "entfällt", "steigt": "sinkt", "sinkt": "steigt", "erfolgt": "unterbleibt",
        "entscheidet": "schweigt", "bietet": "verweigert", "braucht": "verbrennt",
        "benötigt": "verbrennt", "unterstützt": "bekämpft", "verwendet": "vernichtet",
    },
}  # fmt: skip
_UNITS = {
    "EUR": "USD", "euros": "dollars", "euro": "dollar", "Euro": "Dollar", "€": "$", "$": "€",
    "dollars": "euros", "pounds": "euros", "days": "weeks", "day": "week", "weeks": "months",
    "months": "years", "years": "months", "month": "year", "hours": "days", "hour": "day",
    "minutes": "hours", "seconds": "minutes", "%": " euros", "percent": "dollars",
    "per cent": "dollars", "million": "billion", "billion": "million", "km": "miles",
    "metres": "miles", "kg": "tonnes", "bar": "psi", "Tage": "Wochen", "Tagen": "Wochen",
    "Wochen": "Monate", "Monate": "Jahre", "Monaten": "Jahren", "Jahre": "Monate",
    "Jahren": "Monaten", "Stunden": "Tage", "Minuten": "Stunden", "Prozent": "Dollar",
    "mm": "cm", "°C": "°F", "litres": "tonnes", "V": "W", "kW": "MW",
}  # fmt: skip
_UNIT = re.compile(
    rf"(?<=\d)(\s?)({'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))})(?!\w)"
)
_BOUNDS = [
    (re.compile(rf"\b{one}\b", re.IGNORECASE), other)
    for one, other in (
        ("at least", "at most"), ("at most", "at least"), ("up to", "more than"),
        ("more than", "less than"), ("less than", "more than"), ("fewer than", "more than"),
        ("no later than", "no earlier than"), ("within", "after"), ("before", "after"),
        ("after", "before"), ("above", "below"), ("below", "above"),
        ("minimum", "maximum"), ("maximum", "minimum"),
        ("mindestens", "höchstens"), ("höchstens", "mindestens"), ("mehr als", "weniger als"),
        ("weniger als", "mehr als"), ("bis zu", "mehr als"),
    )
]  # fmt: skip
_MODALS = [
    (re.compile(rf"\b{one}\b"), other)
    for one, other in (
        ("must", "may"), ("may", "must"), ("shall", "may"), ("muss", "darf"), ("müssen", "dürfen"),
        ("darf", "muss"), ("dürfen", "müssen"), ("kann", "muss"), ("können", "müssen"),
    )
]  # fmt: skip
_SAME = [  # light paraphrases
    (re.compile(rf"\b{one}\b"), other)
    for one, other in (
        ("are entitled to", "have"), ("is entitled to", "has"), ("has to", "must"),
        ("have to", "must"), ("employees", "staff"), ("Employees", "Staff"), ("per year", "a year"),
        ("a year", "per year"), ("per month", "a month"), ("a month", "per month"),
        ("receive", "get"), ("receives", "gets"), ("begins", "starts"), ("starts", "begins"),
        ("is allowed", "is permitted"), ("are allowed to", "may"), ("is needed", "is required"),
        ("are needed", "are required"), ("cannot", "can't"), ("is not", "isn't"),
        ("does not", "doesn't"), ("approximately", "about"), ("purchase", "buy"),
        ("utilize", "use"), ("commences", "begins"), ("per cent", "percent"),
        ("erhalten", "bekommen"), ("erhält", "bekommt"), ("beginnt", "startet"),
        ("ist erforderlich", "ist nötig"), ("Mitarbeiter", "Beschäftigte"), ("zulässig", "erlaubt"),
    )
]  # fmt: skip
_LEADS = re.compile(
    r"^(?:However|Therefore|Moreover|Furthermore|In addition|Additionally|Also|Finally|Thus|"
    r"Außerdem|Daher|Zudem|Ferner|Allerdings|Zusätzlich|Generally|Typically|Currently),?\s+"
)
_FRONTED = re.compile(
    r"^((?:In|On|From|Since|Until|During|By|For)\s[^,.;]{3,40}),\s+([^;:()]{15,})\.$"
)
_BACKED = re.compile(
    r"^([^,;:()]{15,}?)\s((?:on|since|until|in)\s(?:\d{1,2}\s)?(?:[A-Z][a-z]+\s)?\d{4})\.$"
)
_PASSIVE = re.compile(
    r"^((?:The|An?|All|Every)\s[^,;:()]{2,60}?|[A-Z]\w+(?:\s[A-Z]\w+)*)\s(?:was|were)\s(\w{3,}ed)\sby\s"
    r"((?:the|an?)\s[^,;:()]{2,40}|[A-Z]\w+(?:\s[A-Z]\w+)*)\.$"
)
_CLAUSES = re.compile(r"(?:;|,)\s(?:and|but|while|und|aber|während)\s|;\s")
_NUMBER = re.compile(
    r"(?<![\w.,/:-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w/:-])|(?<![\w.,/:-])\d+(?:\.\d+)?(?![\w/:-]|[.,]\d)"
)
_YEAR = re.compile(r"(?<![\w.,/-])(?:19|20)\d\d(?![\w/-])")
_NAME = re.compile(r"(?<=[a-zß,\d] )[A-ZÄÖÜ][\wäöüß]+(?:\s[A-ZÄÖÜ][\wäöüß]+)*")
_WORD = re.compile(r"(?<= )[a-zäöüß]{5,}(?=[ .,;])")
_ROW = re.compile(r"(?:^|; )([^:;]{1,60}): ([^;]+)")


class _Maker:
    """Makes the cases of one document."""

    def __init__(self, document: str, passages: Sequence[Passage], chance: random.Random) -> None:
        self._document = document
        self._passages = passages
        self._chance = chance
        text = "\n".join(passage.text for passage in passages)
        prose = "\n".join(line for line in text.splitlines() if not _ROW.match(line))
        self._names = sorted(set(_NAME.findall(prose)))
        self._things = sorted(set(_WORD.findall(prose)))
        self._numbers = sorted(set(_NUMBER.findall(text)))
        self._years = sorted(set(_YEAR.findall(text)))
        self._prose = [one for one in sentences(prose) if _is_prose(one)]

    def cases(self, number: int) -> Iterator[Case]:
        """The cases of one passage."""
        around = self._around(number)
        rows: list[list[tuple[str, str]]] = []
        for line in self._passages[number].text.splitlines():
            if len(cells := _ROW.findall(line)) > 1:
                rows.append(cells)
                continue
            for sentence in sentences(line):
                if _is_prose(sentence):
                    yield from self._of_sentence(sentence, number, around)
        yield from self._of_rows(rows, around)

    def _around(self, number: int) -> tuple[Passage, ...]:
        others = [one for at, one in enumerate(self._passages) if at != number]
        nearest = self._passages[max(0, number - 1) : number + 2]
        far = self._chance.sample(others, min(3, len(others)))
        return tuple(dict.fromkeys((self._passages[number], *nearest, *far)))

    def _of_sentence(
        self, sentence: str, number: int, around: tuple[Passage, ...]
    ) -> Iterator[Case]:
        code = language_of(sentence)
        for kind, said in self._true(sentence, number, code):
            yield Case(kind, True, said, around, self._document, code, sentence)
        for kind, said in self._false(sentence, number, code):
            if said != sentence and not _said_elsewhere(said, around, sentence):
                yield Case(kind, False, said, around, self._document, code, sentence)

    # ---- what stays true

    def _true(  # noqa: PLR0912 -- one branch for each kind
        self, sentence: str, number: int, code: str
    ) -> Iterator[tuple[str, str]]:
        yield "itself", sentence
        if (said := re.sub(r"(?<=\d),(?=\d{3}\b)", "", sentence)) != sentence:
            yield "number form", said
        if code == "en":
            said = re.sub(
                r"(?<![\d.,])([1-9]\d{0,2})(\d{3})(?![\d.,])(?=\s(?:euros|EUR|dollars|people|employees))",
                r"\1,\2",
                sentence,
            )
            if said != sentence:
                yield "number form", said
        for day, start, end in placed_days(sentence):
            if day.year and day.day:
                form = f"{day.year:04}-{day.month:02}-{day.day:02}"
                yield "date form", sentence[:start] + form + sentence[end:]
                form = f"{day.day}.{day.month}.{day.year:04}"
                yield "date form", sentence[:start] + form + sentence[end:]
        if match := _LEADS.match(sentence):
            rest = sentence[match.end() :]
            yield "left out", rest[0].upper() + rest[1:]
        if (said := re.sub(r"\s\([^()]*\)", "", sentence)) != sentence:
            yield "left out", said
        if match := _FRONTED.match(sentence):
            rest = match[2][0].upper() + match[2][1:]
            yield "moved", f"{rest} {match[1][0].lower() + match[1][1:]}."
        if match := _BACKED.match(sentence):
            yield "moved", f"{match[2][0].upper() + match[2][1:]}, {_small_start(match[1])}."
        if match := _PASSIVE.match(sentence):
            agent = match[3][0].upper() + match[3][1:]
            yield "active", f"{agent} {match[2]} {_small_start(match[1])}."
        for clause in _clauses(sentence, code):
            yield "clause", clause
        for old, new in _SAME:
            if old.search(sentence):
                yield "other words", old.sub(new, sentence, count=1)
        lead = {"en": "According to the document, ", "de": "Laut Dokument gilt: "}[code]
        if code == "en":
            yield "other words", lead + _small_start(sentence)
        others = [one for one in self._prose if one != sentence and language_of(one) == code]
        here = [one for one in others if one in self._passages[number].text]
        if here and not re.search(r"[;:]", sentence) and _stands_alone(sentence):
            other = self._chance.choice(here)
            if _stands_alone(other) and len(sentence) + len(other) < 220:
                joint = {"en": ", and ", "de": ", und "}[code]
                yield "two together", sentence.rstrip(".") + joint + _small_start(other)

    # ---- what becomes false

    def _false(self, sentence: str, number: int, code: str) -> Iterator[tuple[str, str]]:
        here = self._passages[number].text
        yield from self._swap("entity", sentence, _NAME, self._names, here)
        yield from self._swap("thing", sentence, _WORD, self._things, here)
        yield from self._swap("figure", sentence, _NUMBER, self._numbers, here)
        for match in list(_NUMBER.finditer(sentence))[:2]:
            if not _YEAR.fullmatch(match[0]):
                yield "figure", _put(sentence, match.span(), _other_figure(match[0], self._chance))
        for match in list(_YEAR.finditer(sentence))[:1]:
            other = str(int(match[0]) + self._chance.choice((-2, -1, 1, 2)))
            yield "year", _put(sentence, match.span(), other)
            near = [year for year in self._years if year not in sentence]
            if near:
                yield "year", _put(sentence, match.span(), self._chance.choice(near))
        for day, start, end in placed_days(sentence)[:1]:
            if day.year and day.day:
                yield (
                    "date",
                    _put(
                        sentence,
                        (start, end),
                        f"{day.year:04}-{day.month % 12 + 1:02}-{day.day:02}",
                    ),
                )
                yield (
                    "date",
                    _put(
                        sentence,
                        (start, end),
                        f"{day.year:04}-{day.month:02}-{day.day % 28 + 1:02}",
                    ),
                )
        for match in list(_UNIT.finditer(sentence))[:2]:
            yield "unit", _put(sentence, match.span(2), _UNITS[match[2]])
        yield from self._verbs(sentence, code)
        yield from _negations(sentence, code)
        for rules, kind in ((_BOUNDS, "bound"), (_MODALS, "modality")):
            for old, new in rules:
                if kind == "modality" and negated(sentence):
                    break  # "must not" and "may not" are one
                if place := old.search(sentence):
                    yield kind, _put(sentence, place.span(), new)
                    break
        yield from self._pairings(sentence)
        yield from self._conditions(sentence)

    def _swap(
        self, kind: str, sentence: str, form: re.Pattern[str], among: Sequence[str], here: str
    ) -> Iterator[tuple[str, str]]:
        places = list(form.finditer(sentence))
        if not places:
            return
        match = self._chance.choice(places)
        held = set(content_stems(sentence))
        others = [one for one in among if not held & set(content_stems(one)) and content_stems(one)]
        near = [one for one in others if one in here]
        for choices in (near, others):
            if choices:
                yield kind, _put(sentence, match.span(), self._chance.choice(choices))

    def _verbs(self, sentence: str, code: str) -> Iterator[tuple[str, str]]:
        for match in list(_PARTICIPLE[code].finditer(sentence))[:1]:
            for other in self._chance.sample(_UNRELATED[code], 2):
                yield "verb", _put(sentence, match.span(3), other)
        for match in list(re.finditer(r"\b\w+\b", sentence)):
            if match[0] in _FINITE[code]:
                yield "verb", _put(sentence, match.span(), _FINITE[code][match[0]])
                break

    def _pairings(self, sentence: str) -> Iterator[tuple[str, str]]:
        for form in (_NUMBER, _NAME):
            places = list(form.finditer(sentence))
            for one, other in pairwise(places):
                between = sentence[one.end() : other.start()]
                if one[0] == other[0] or len(content_stems(between)) < 2:
                    continue
                if set(content_stems(one[0])) & set(content_stems(other[0])):
                    continue
                swapped = (
                    sentence[: one.start()] + other[0] + between + one[0] + sentence[other.end() :]
                )
                yield "places changed", swapped
                break

    def _conditions(self, sentence: str) -> Iterator[tuple[str, str]]:
        form = re.compile(r"\b(?:if|when|unless|wenn|falls|sofern)\s([^,.;]{8,})(?=[,.;])")
        match = form.search(sentence)
        if not match:
            return
        others = [
            found[1] for one in self._prose if one != sentence and (found := form.search(one))
        ]
        others = [
            one for one in others if not set(content_stems(one)) <= set(content_stems(sentence))
        ]
        if others:
            yield "condition", _put(sentence, match.span(1), self._chance.choice(others))

    # ---- rows

    def _of_rows(
        self, rows: Sequence[Sequence[tuple[str, str]]], around: tuple[Passage, ...]
    ) -> Iterator[Case]:
        for at, cells in enumerate(rows):
            (_, name), *rest = cells
            code = language_of(" ".join(key for key, _ in cells))
            if not content_stems(name) or name.replace(".", "").isdigit():
                continue
            for key, value in rest[:6]:
                if not content_stems(value) or "," in value or len(value) > 60:
                    continue
                source = "; ".join(f"{one}: {other}" for one, other in cells)
                told = _told_row(code, key, name)

                def case(
                    kind: str, true: bool, said: str, source: str = source, code: str = code
                ) -> Case:
                    return Case(kind, true, said, around, self._document, code, source)

                yield case("row", True, told(value))
                others = [
                    dict(row).get(key, "")
                    for number, row in enumerate(rows)
                    if number != at and row[0][1] != name
                ]
                others = [
                    one
                    for one in others
                    if one
                    and one != value
                    and "," not in one
                    and not set(content_stems(one)) <= set(content_stems(source))
                    and not _names_twice(rows, name)
                ]
                if others:
                    yield case("cell of another row", False, told(self._chance.choice(others)))
                columns = [
                    other
                    for other_key, other in rest
                    if other_key != key
                    and other != value
                    and "," not in other
                    and not set(content_stems(other)) & set(content_stems(value))
                    and bool(numbers(other)) == bool(numbers(value))
                ]
                if columns:
                    yield case("cell of another column", False, told(self._chance.choice(columns)))

    # ---- sentences with several pairs, with the document's own names and figures

    def frames(self) -> Iterator[Case]:
        """Made sentences that list several pairs, each as a document of its own."""
        names = [name for name in self._names if " " not in name and len(name) > 3]
        if len(names) < 8:
            return
        for number in range(12):
            (*places,) = self._chance.sample(names, 6)
            figures = [str(one) for one in self._chance.sample(range(11, 99), 3)]
            years = [str(year) for year in self._chance.sample(range(2005, 2030), 3)]
            code = "de" if number % 2 else "en"
            for source, told, pairs in _frames(code, places[:3], places[3:], figures, years):
                passage = (Passage(source, "frames.md"),)
                for first in range(len(pairs)):
                    for second in range(len(pairs)):
                        true = first == second
                        said = told(pairs[first][0], pairs[second][1])
                        kind = "pair told" if true else "pair crossed"
                        yield Case(kind, true, said, passage, self._document, code, source)


def _frames(
    code: str, places: list[str], people: list[str], figures: list[str], years: list[str]
) -> Iterator[tuple[str, Callable[[str, str], str], list[tuple[str, str]]]]:
    """A sentence that lists pairs, how one pair is told, and the pairs."""
    a, b, c = places
    x, y, z = people
    f, g, h = figures
    i, j, k = years
    who = list(zip(places, people, strict=True))
    sums = list(zip(places, figures, strict=True))
    when = list(zip(years, figures, strict=True))
    if code == "en":
        yield (
            f"{a}, {b} and {c} are led by {x}, {y} and {z} respectively.",
            (lambda one, other: f"{one} is led by {other}."),
            who,
        )
        yield (
            f"{a} is led by {x}, {b} by {y} and {c} by {z}.",
            (lambda one, other: f"{one} is led by {other}."),
            who,
        )
        yield (
            f"{x} leads {a}, while {y} leads {b}; {z} leads {c}.",
            (lambda one, other: f"{other} leads {one}."),
            who,
        )
        yield (
            f"Revenue was {f} million in {i}, {g} million in {j} and {h} million in {k}.",
            (lambda one, other: f"In {one}, revenue was {other} million."),
            when,
        )
        yield (
            f"A night costs {f} EUR in {a}, {g} EUR in {b} and {h} EUR in {c}.",
            (lambda one, other: f"A night in {one} costs {other} EUR."),
            sums,
        )
        yield (
            f"The sites in {a}, {b} and {c} have {f}, {g} and {h} rooms.",
            (lambda one, other: f"The site in {one} has {other} rooms."),
            sums,
        )
        yield (
            f"Interns get {f} days of leave, part-timers {g} and managers {h}.",
            (lambda one, other: f"{one} get {other} days of leave."),
            [("Interns", f), ("Part-timers", g), ("Managers", h)],
        )
        yield (
            f"{a} has {f} rooms, but {b} has {g} and {c} has {h}.",
            (lambda one, other: f"{one} has {other} rooms."),
            sums,
        )
    else:
        yield (
            f"{a}, {b} und {c} werden von {x}, {y} beziehungsweise {z} geleitet.",
            (lambda one, other: f"{one} wird von {other} geleitet."),
            who,
        )
        yield (
            f"{a} wird von {x} geleitet, {b} von {y} und {c} von {z}.",
            (lambda one, other: f"{one} wird von {other} geleitet."),
            who,
        )
        yield (
            f"Der Umsatz betrug {f} Millionen im Jahr {i}, {g} Millionen im Jahr {j} und {h} Millionen im Jahr {k}.",
            (lambda one, other: f"Im Jahr {one} betrug der Umsatz {other} Millionen."),
            when,
        )
        yield (
            f"Eine Nacht kostet in {a} {f} Euro, in {b} {g} Euro und in {c} {h} Euro.",
            (lambda one, other: f"Eine Nacht in {one} kostet {other} Euro."),
            sums,
        )
        yield (
            f"Praktikanten erhalten {f} Tage Urlaub, Teilzeitkräfte {g} und Leitende {h}.",
            (lambda one, other: f"{one} erhalten {other} Tage Urlaub."),
            [("Praktikanten", f), ("Teilzeitkräfte", g), ("Leitende", h)],
        )
        yield (
            f"{a} hat {f} Zimmer, {b} hingegen {g} und {c} {h}.",
            (lambda one, other: f"{one} hat {other} Zimmer."),
            sums,
        )


def _told_row(code: str, key: str, name: str) -> Callable[[str], str]:
    if code == "de":
        return lambda value: f"{key} von {name}: {value}."
    return lambda value: f"The {key} of {name} is {value}."


def _names_twice(rows: Sequence[Sequence[tuple[str, str]]], name: str) -> bool:
    return sum(row[0][1] == name for row in rows) > 1


def _negations(sentence: str, code: str) -> Iterator[tuple[str, str]]:
    if code == "en":
        if match := re.search(r"\b(?:cannot|not)\b\s?", sentence):
            new = "can " if match[0].startswith("cannot") else ""
            yield "negation", _put(sentence, match.span(), new)
        elif match := re.search(r"\b(?:is|are|was|were|must|may|can|should|will)\b", sentence):
            yield "negation", _put(sentence, match.span(), f"{match[0]} not")
        elif match := re.search(r"\bno\b ", sentence):
            yield "negation", _put(sentence, match.span(), "")
    elif match := re.search(r"\bnicht\b ", sentence):
        yield "negation", _put(sentence, match.span(), "")
    elif match := re.search(
        r"\b(?:ist|sind|wird|werden|muss|müssen|kann|können)\b(?=[^,]{0,60}\.$)", sentence
    ):
        yield "negation", _put(sentence, match.span(), f"{match[0]} nicht")


def _clauses(sentence: str, code: str) -> Iterator[str]:
    """The first clause of two, where both have a verb; the second where it has its own subject."""
    match = _CLAUSES.search(sentence)
    if not match or re.search(r"[:()]", sentence):
        return
    left, right = sentence[: match.start()], sentence[match.end() :]
    if not (_AUX_RE[code].search(left) and _AUX_RE[code].search(right)):
        return
    if len(left.split()) > 3 and not re.match(r"(?:If|When|While|Although|Wenn|Falls)\b", left):
        yield f"{left}."
    first = right.split()[0]
    if first.lower() in ("the", "a", "an", "all", "der", "die", "das") and "," not in right:
        yield right[0].upper() + right[1:]


def _is_prose(sentence: str) -> bool:
    words = sentence.split()
    return (
        5 <= len(words) <= 40
        and sentence.endswith(".")
        and sentence[0].isupper()
        and len(content_stems(sentence)) >= 3
        and "|" not in sentence
        and "http" not in sentence
    )


def _stands_alone(sentence: str) -> bool:
    return re.match(r"(?:The|A|An|All|Every|Der|Die|Das|[A-Z]\w+s)\b", sentence) is not None


def _said_elsewhere(said: str, around: Sequence[Passage], source: str) -> bool:
    """Whether some sentence nearby has all words of it, so that it may be true after all."""
    stems = set(content_stems(said))
    if said.rstrip(".").casefold() == source.rstrip(".").casefold():
        return True
    days = set(days_of(said))
    bare = set(content_stems(without_days(said))) if days else stems
    return any(
        stems <= set(content_stems(one))
        or (days and bare <= set(content_stems(one)) and days <= set(days_of(one)))
        for passage in around
        for one in sentences(passage.text)
        if one != source
    )


def _other_figure(written: str, chance: random.Random) -> str:
    digit = chance.randrange(len(written))
    while not written[digit].isdigit():
        digit = (digit + 1) % len(written)
    new = str((int(written[digit]) + chance.randrange(1, 9)) % 10)
    if digit == 0 and new == "0":
        new = "9" if written[digit] != "9" else "8"
    return written[:digit] + new + written[digit + 1 :]


def _put(sentence: str, span: tuple[int, int], new: str) -> str:
    return sentence[: span[0]] + new + sentence[span[1] :]


def _small_start(sentence: str) -> str:
    """A sentence as it goes on after another word: "The" and "All" become small."""
    if re.match(
        r"(?:The|A|An|All|Every|In|On|Each|This|These|Those|It|They|Employees|Der|Die|Das|Ein|Eine)\b",
        sentence,
    ):
        return sentence[0].lower() + sentence[1:]
    return sentence
