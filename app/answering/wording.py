"""A sentence as words that can be compared: forms, kinds, segments.

Two words count as one if they share a key: a stem, a verb's form, or a group of equivalents of
`vectorstore.languages`. Nothing is likened by meaning alone: what opened did not close, and an
embedder holds the two for neighbours.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

from app.answering.figures import CURRENCIES, SCALES, TIMES, UNITS, Figure, figures
from app.answering.language import (
    NUMBER,
    STOP_WORDS,
    denies,
    in_digits,
    stem_of,
    with_whole_denials,
    words,
)
from vectorstore.dates import DATE_MARK, Day, placed_days, without_places
from vectorstore.languages import any_of, languages, words_of
from vectorstore.languages.base import Language
from vectorstore.stemming import stem

# A measure is the unit or scale of the figure before it; `figures.contradicts` compares those.
Kind = Literal["day", "figure", "measure", "name", "noun", "word", "small", "mark"]
VALUES: frozenset[Kind] = frozenset(("day", "figure", "name"))
CONTENT: frozenset[Kind] = frozenset(("day", "figure", "name", "noun", "word"))

_TOKEN = re.compile(
    NUMBER.pattern
    + rf"|{DATE_MARK}|[^\W_]+(?:['’][^\W_]+)?|[%€$£]|°[CFcf]|[,;:.!?()\[\]]|[-–—](?=\s)"
)
_HARD_MARKS = frozenset(";:.!?")
_IN_WORD = re.compile(r"\d+|[^\W\d_]+")
_FROM_FIGURE = 4  # tokens: "1.2 million US dollars", "28 paid working days"
_SHORTEST_ROOT = 4
_LONGEST_ABBREVIATION = 4  # letters before a point inside a sentence
_SHORTEST_HEAD = 5  # letters of "urlaub" in "jahresurlaub"
_SHORTEST_START = 3
_LONG = _SHORTEST_HEAD + _SHORTEST_START
_PERCENT = re.compile(
    rf"\b(?:{any_of(lambda language: language.figures.percent_phrases)})\b", re.IGNORECASE
)
_DENYING_START = re.compile(any_of(lambda language: language.denials.may_turn))
_ROW_CELL = re.compile(r"(?:^|; )([^:;]{1,200}): ")


# The sign of a figure is `figures`' matter.
@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """One word as `language.words` gives it."""
    return "".join(words(word))


def folded_words(kind: Callable[[Language], Iterable[str]]) -> frozenset[str]:
    """The words of one kind in all languages, as `Word.text` has them."""
    return frozenset(map(folded, words_of(kind)))


_STOP_WORDS = frozenset(map(folded, STOP_WORDS))
# The sign of a figure is `figures`' matter.
_LIGHT = folded_words(lambda language: (*language.support.light, *language.figures.minus))
_AUXILIARIES = folded_words(lambda language: language.support.auxiliaries)
_ARTICLES = folded_words(lambda language: language.support.articles)
_BEFORE_NOUNS = _ARTICLES | folded_words(lambda language: language.support.before_nouns)
_IN_ORDER = folded_words(lambda language: language.support.in_order)
_JOINTS = folded_words(lambda language: language.support.joints) | _IN_ORDER
_YES = folded_words(lambda language: language.questionnaires.yes)
_COUNTING = folded_words(lambda language: language.support.counting)
_ROLES = folded_words(lambda language: language.support.roles) | _ARTICLES
_CONTRASTS = folded_words(lambda language: language.support.contrasts)
_CONDITIONS = folded_words(lambda language: language.support.conditions) - _ARTICLES
_BOUNDS = re.compile(
    rf"\b(?:{any_of(lambda language: language.figures.at_least)}"
    rf"|{any_of(lambda language: language.figures.at_most)})(?=\s+\W?\d)"
    rf"|(?<=\w)\s(?:{any_of(lambda language: language.figures.or_more)}"
    rf"|{any_of(lambda language: language.figures.or_less)})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, figure, date or mark of a text.

    `keys` are what it may be matched by; `unit` is a figure's ("" where it has none). A figure
    has its value as `language.plain_number` writes it, a date its `Day`.
    """

    raw: str
    text: str  # folded, as `language.words` gives it
    kind: Kind
    keys: frozenset[str]
    unit: str = ""
    day: Day | None = None
    light: bool = False
    capital: bool = False
    of_key: bool = False  # of a column's name, in a table's row
    bounding: bool = False  # part of "at least" before a figure: `figures` compares those


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence read for comparison; `segments` are index ranges over `words`.

    `clauses` are parted by strong borders (semicolons, "while"), `segments` also by commas and
    "and". A table's row, "Country: Norway; Meals: 65", has a segment for each cell.
    """

    text: str
    words: Sequence[Word]
    keys: frozenset[str]
    languages: frozenset[str]  # codes: of those whose small words it has most of
    compounds: tuple[str, ...]  # long nouns of a language that makes one of several
    row: bool
    clauses: Sequence[range]
    segments: Sequence[range]

    def content(self, part: range) -> Iterator[Word]:
        """The telling words of a part."""
        return (self.words[at] for at in part if self.words[at].kind in CONTENT)

    @property
    def telling(self) -> list[Word]:
        """The words that evidence has to hold; "at least" and units are `figures`' matter."""
        return [
            word
            for word in self.words
            if word.kind in CONTENT and not word.light and not word.bounding
        ]

    @property
    def years(self) -> frozenset[str]:
        """The years that it names, alone or in dates."""
        named = {word.text for word in self.words if word.kind == "day" and not word.day}
        return frozenset(named | {str(day.year) for day in self.days if day.year})

    @property
    def days(self) -> list[Day]:
        """Its dates, in order."""
        return [word.day for word in self.words if word.day]


@lru_cache(maxsize=4096)
def read(text: str) -> Wording:
    """Read one sentence or row; the same text is read once."""
    spoken = _speakers(text)
    told = _words(text, spoken)
    row = is_row(text)
    nouns = any(language.support.capital_nouns for language in spoken)
    if row:
        hard = borders = {at for at, word in enumerate(told) if word.text == ";"}
    else:
        hard = _borders(told, hard=True)
        borders = hard | _borders(told, hard=False)
    keys = frozenset[str]().union(*(word.keys for word in told))
    segments = _parts(told, borders)
    return Wording(
        text,
        told,
        keys | _implied(told),
        frozenset(language.code for language in spoken),
        tuple(word.text for word in told if nouns and word.capital and len(word.text) >= _LONG),
        row,
        segments if row else _parts(told, hard),
        segments if row else _with_lists(told, segments),
    )


def is_row(text: str) -> bool:
    """Whether the text is a table's row, "Country: Norway; Meals: 65"."""
    return len(text) < 4000 and sum(1 for _ in _ROW_CELL.finditer(text)) > 1


def match(one: Word, other: Word) -> bool:
    """Whether two words say the same; a date says all that a part of it says."""
    if one.day and other.day:
        return one.day.lies_in(other.day)
    if {one.kind, other.kind} == {"figure", "day"} and (one.unit or other.unit):
        return False  # "2023 pounds" is no year
    if "figure" in (one.kind, other.kind):
        # A figure may be part of a code, "HR 100" of "HR100", but not a digit of another figure.
        return (
            one.text == other.text
            if one.kind == other.kind
            else one.text in other.keys or (other.text in one.keys)
        )
    return bool(one.keys & other.keys)


def holds(held: Wording, word: Word) -> bool:
    """Whether a text holds a word, or a compound of which it is the head."""
    if word.day:
        return any(word.day.lies_in(day) for day in held.days)
    if word.kind == "figure":
        return not word.keys.isdisjoint(held.keys) and any(match(word, one) for one in held.words)
    if not word.keys.isdisjoint(held.keys):
        return True
    return word.kind in ("noun", "word", "name") and any(
        _is_head(word.text, compound) for compound in held.compounds
    )


def _is_head(word: str, compound: str) -> bool:
    """Whether "urlaub" is what "jahresurlaub" is a kind of; "nichtraucher" is no "raucher"."""
    start = compound.removesuffix(word)
    return (
        len(word) >= _SHORTEST_HEAD
        and len(compound) > len(start) >= _SHORTEST_START
        and not _DENYING_START.match(start)
    )


def keys_of(word: str) -> frozenset[str]:
    """The keys of a folded word in all languages."""
    return _keys(word, tuple(language.code for language in languages()))


def is_auxiliary(word: Word) -> bool:
    """Whether the word is a form of "be" or "have" or a modal verb."""
    return word.text in _AUXILIARIES


def is_article(word: Word) -> bool:
    """Whether the word is an article or stands for one ("our")."""
    return word.text in _ARTICLES


def is_joint(word: Word) -> bool:
    """Whether the word is "and" or a comma."""
    return word.text in _JOINTS or word.text == ","


def _words(text: str, spoken: tuple[Language, ...]) -> tuple[Word, ...]:
    plain = _PERCENT.sub("%", in_digits(with_whole_denials(text)))
    days = sorted(placed_days(plain), key=lambda placed: placed[1])
    rest = without_places(plain, days)
    told = figures(rest)
    numbers = NUMBER.finditer(rest)
    placed = {match.start(): figure for match, figure in zip(numbers, told, strict=True)}
    bounded = [match.span() for match in _BOUNDS.finditer(rest)]
    keys_end = _cell_keys(plain) if is_row(plain) else []
    codes = tuple(language.code for language in spoken)
    waiting = iter(days)
    found: list[Word] = []
    opens = True
    for match in _TOKEN.finditer(rest):
        at, raw = match.start(), match.group()
        in_key = any(start <= at < end for start, end in keys_end)
        if raw == DATE_MARK:
            day, start, end = next(waiting)
            found.append(_of_day(plain[start:end], day))
        elif at in placed:
            found.append(_of_figure(raw, placed[at]))
        elif raw[0].isalnum():
            bounding = any(start <= at < end for start, end in bounded)
            # Behind "us." another sentence begins, as behind no "Dr.".
            begins = opens or (bool(found) and found[-1].raw == "." and folded(raw) in _AUXILIARIES)
            found.append(_of_word(raw, codes, begins and not in_key, in_key, bounding))
        elif raw.casefold() in UNITS:
            found.append(Word(raw, raw, "measure", frozenset({f"u:{UNITS[raw.casefold()]}"})))
        else:
            found.append(Word(raw, raw, "mark", frozenset()))
        if in_key:
            found[-1] = replace(found[-1], of_key=True)
        short = raw == "." and len(found) > 1 and len(found[-2].raw) <= _LONGEST_ABBREVIATION
        opens = (raw in ".!?:" and not short) or (
            opens and not raw[0].isalnum() and raw != DATE_MARK
        )
    if len(found) > 1 and found[0].text in _YES and found[1].kind == "mark":
        found[0] = replace(found[0], light=True)
    return tuple(_measures(_counting(_names(found, spoken))))


def _speakers(text: str) -> tuple[Language, ...]:
    """The languages whose small words the text has most of; all of them where none is told."""
    used = set(words(text))
    counts = [len(used.intersection(language.stop_words)) for language in languages()]
    return tuple(
        language
        for language, count in zip(languages(), counts, strict=True)
        if count == max(counts)
    )


def _of_day(raw: str, day: Day) -> Word:
    keys = {f"d:{day}"} | ({str(day.year)} if day.year else set())
    return Word(raw, "", "day", frozenset(keys), day=day)


def _of_figure(raw: str, figure: Figure) -> Word:
    year = not figure.unit and not figure.scale and re.fullmatch(r"(?:1[5-9]|20)\d\d", figure.value)
    kind: Kind = "day" if year else "figure"
    return Word(raw, figure.value, kind, frozenset({figure.value}), unit=figure.unit)


@lru_cache(maxsize=50_000)
def _of_word(raw: str, codes: tuple[str, ...], opens: bool, in_key: bool, bounding: bool) -> Word:
    text = folded(raw)
    capital = raw[0].isupper()
    if any(letter.isdigit() for letter in text):
        parts = frozenset(
            part.lstrip("0") or "0" if part.isdigit() else part for part in _IN_WORD.findall(text)
        )
        return Word(raw, text, "name", parts | {text}, capital=True)
    keys = _keys(text, codes)
    if text in _AUXILIARIES and capital and not opens and not in_key:
        return Word(raw, text, "name", keys, capital=True)  # "May", not "may"
    if text in _STOP_WORDS or text in _AUXILIARIES or text in _IN_ORDER or denies(text):
        return Word(raw, text, "small", keys, capital=capital, bounding=bounding)
    kind: Kind = "name" if capital and not in_key and not opens else "word"
    light = text in _LIGHT and (not capital or opens)
    return Word(raw, text, kind, keys, light=light, capital=capital, bounding=bounding)


def _names(found: list[Word], spoken: tuple[Language, ...]) -> list[Word]:
    """Tell names from other words with a capital: the first of a sentence, and plain nouns.

    Where all nouns have capitals, one with an article or an adjective before it is no name.
    """
    nouns = all(language.support.capital_nouns for language in spoken)
    for at, (word, following) in enumerate(pairwise(found)):
        after = found[at + 2] if at + 2 < len(found) and is_joint(following) else following
        if word.kind == "word" and word.capital and after.kind == "name":
            found[at] = replace(word, kind="name")
        elif nouns and following.kind == "name":
            adjective = at and word.kind == "word" and is_article(found[at - 1])
            if word.text in _BEFORE_NOUNS or adjective:
                found[at + 1] = replace(following, kind="noun")
    return found


def _counting(found: list[Word]) -> list[Word]:
    """ "The number of seats" says no more than "seats", where their number is told."""
    if any(word.kind == "figure" for word in found):
        for at, (word, following) in enumerate(pairwise(found)):
            if word.text in _COUNTING and following.text in _ROLES:
                found[at] = replace(word, light=True)
    return found


def _measures(found: list[Word]) -> Iterator[Word]:
    """Mark units and scales that belong to a figure just before them or after them."""
    for at, word in enumerate(found):
        unit = UNITS.get(word.text)
        if word.kind in ("word", "noun", "name") and (unit or word.text in SCALES):
            near = found[max(0, at - _FROM_FIGURE) : at]
            if word.text in SCALES:
                belongs = bool(near) and near[-1].kind == "figure"
            else:
                belongs = any(one.kind == "figure" and one.unit == unit for one in near) or (
                    at + 1 < len(found)
                    and found[at + 1].kind == "figure"
                    and found[at + 1].unit == unit
                )
            if belongs:
                yield replace(word, kind="measure")
                continue
        yield word


def _implied(told: Sequence[Word]) -> frozenset[str]:
    """What a figure's unit says by itself: 5 euros cost, 5 weeks last."""
    keys: frozenset[str] = frozenset()
    units = {word.unit for word in told} | {
        key.removeprefix("u:") for word in told for key in word.keys if key.startswith("u:")
    }
    if units & CURRENCIES and any(word.kind == "figure" for word in told):
        keys |= _said_by_money()
    if units & TIMES:
        keys |= _said_by_time()
    return keys


@cache
def _said_by_money() -> frozenset[str]:
    said = words_of(lambda language: language.support.money)
    return frozenset(f"{key}" for word in said for key in keys_of(folded(word)))


@cache
def _said_by_time() -> frozenset[str]:
    said = words_of(lambda language: language.support.time)
    return frozenset(f"{key}" for word in said for key in keys_of(folded(word)))


def _borders(told: Sequence[Word], *, hard: bool) -> set[int]:
    """The places before which a new part starts."""
    found: set[int] = set()
    for at, word in enumerate(told):
        if hard:
            parted = (word.text in _HARD_MARKS and not _abbreviates(told, at)) or (
                word.kind in ("small", "word")
                and (word.text in _CONTRASTS or word.text in _CONDITIONS)
            )
        else:
            parted = word.text in _JOINTS or (word.kind == "mark" and not _abbreviates(told, at))
        if parted:
            found.add(at)
    return found


def _abbreviates(told: Sequence[Word], at: int) -> bool:
    """Whether a point belongs to the short word before it: "bzw.", "Dr."."""
    return (
        told[at].text == "."
        and at > 0
        and told[at - 1].raw.isalpha()
        and (len(told[at - 1].raw) <= _LONGEST_ABBREVIATION and at + 1 < len(told))
    )


def _parts(told: Sequence[Word], borders: set[int]) -> tuple[range, ...]:
    """The parts between borders; one that tells nothing belongs to the part before it."""
    parts: list[range] = []
    start = 0
    told_before = True  # whether the last part tells something
    for end in (*sorted(borders - {0}), len(told)):
        tells = any(told[at].kind in CONTENT for at in range(start, end))
        if parts and not (tells and told_before):
            parts[-1] = range(parts[-1].start, end)
            told_before |= tells
        else:
            parts.append(range(start, end))
            told_before = tells
        start = end
    return tuple(parts)


def _with_lists(told: Sequence[Word], parts: Sequence[range]) -> tuple[range, ...]:
    """`parts` with the items of a list joined: an item is all that stands between two borders.

    "Hamburg, Graz and Oslo open at 8" is one part, "18.3 in 2023 and 19.1 in 2024" are two.
    """
    joined: list[range] = []
    bare: list[range] = []  # items that wait for the part that they open
    growing = False  # whether the last part ends in a list
    for part in parts:
        kind = _bare_kind(told, part)
        grew, growing = growing, False
        if kind and (bare or not joined):
            bare.append(part)
        elif kind and joined and _last_kind(told, joined[-1]) == kind:
            joined[-1] = range(joined[-1].start, part.stop)
            growing = True
        elif kind:
            bare.append(part)
        elif (
            joined
            and not bare
            and (_ends_list(told, joined[-1], part) or _goes_on(told, joined[-1], part, grew))
        ):
            joined[-1] = range(joined[-1].start, part.stop)
        elif bare and _bare_kind(told, bare[-1]) == _first_kind(told, part):
            joined.append(range(bare[0].start, part.stop))
            bare = []
        else:
            joined.extend(bare)
            bare = []
            joined.append(part)
    joined.extend(bare)
    return tuple(joined)


def _goes_on(told: Sequence[Word], before: range, part: range, growing: bool) -> bool:
    """Whether a part opens with the last item of the list that the one before has begun: "the
    sites in Graz and | Oslo have 12". One that has a subject and a verb begins none."""
    kind = _first_kind(told, part)
    if told[part.start].text not in _JOINTS or kind not in VALUES:
        return False
    if _last_kind(told, before) != kind:
        return False
    values = [at for at in before if told[at].kind in VALUES]
    apart = any(later - at > 1 for at, later in pairwise(values))
    return growing or not (apart or any(is_auxiliary(told[at]) for at in before))


def _ends_list(told: Sequence[Word], before: range, part: range) -> bool:
    """Whether a part is the last item with the sentence's verb behind it, as in German."""
    content = [told[at] for at in part if told[at].kind in CONTENT and not told[at].light]
    values = [word for word in content if word.kind in VALUES]
    return (
        told[part.start].text in _JOINTS
        and bool(values)
        and content[: len(values)] == values
        and len({word.kind for word in values}) == 1
        and _last_kind(told, before) == values[0].kind
        and not any(is_auxiliary(told[at]) or told[at].text in _ROLES - _ARTICLES for at in part)
    )


def _bare_kind(told: Sequence[Word], part: range) -> Kind | None:
    """The kind of the words of a part that has nothing else and no verb; None otherwise."""
    content = [told[at] for at in part if told[at].kind in CONTENT and not told[at].light]
    others = [told[at] for at in part if told[at].kind == "small"]
    if len({word.kind for word in content}) != 1 or any(is_auxiliary(word) for word in others):
        return None
    kind = content[0].kind
    if kind in ("word", "noun") and len(content) > 1:
        return None
    return kind if all(is_joint(word) or is_article(word) for word in others) else None


def _first_kind(told: Sequence[Word], part: range) -> Kind | None:
    return next((told[at].kind for at in part if _is_told(told[at])), None)


def _last_kind(told: Sequence[Word], part: range) -> Kind | None:
    return next((told[at].kind for at in reversed(part) if _is_told(told[at])), None)


def _is_told(word: Word) -> bool:
    return word.kind in CONTENT and not word.light


def _cell_keys(row: str) -> list[tuple[int, int]]:
    return [match.span(1) for match in _ROW_CELL.finditer(row)]


@lru_cache(maxsize=50_000)
def _keys(word: str, codes: tuple[str, ...]) -> frozenset[str]:
    forms = _forms(word, [language for language in languages() if language.code in codes])
    groups = _groups()
    found = set(forms)
    for form in forms:
        found |= groups.get(form, frozenset())
    if unit := UNITS.get(word):
        found.add(f"u:{unit}")
    return frozenset(found)


def _forms(word: str, spoken: Sequence[Language]) -> set[str]:
    forms = {stem_of(word), f"!{word}"}
    for language in spoken:
        forms.add(_own_form(word, language))
        if language.support.verb_endings:
            forms |= {f"{language.code}-{root}" for root in _roots(word, language)}
    return forms


def _roots(word: str, language: Language) -> Iterator[str]:
    """What may be the root of a verb's form: "gekauft", "kaufte" and "kaufen" share "kauf"."""
    support = language.support
    bare = {word}
    for prefix in support.verb_prefixes:
        for particle in ("", *support.verb_particles):
            if word.startswith(particle + prefix):
                bare.add(particle + word.removeprefix(particle + prefix))
    for form in bare:
        for ending in ("", *support.verb_endings):
            if form.endswith(ending) and len(form) - len(ending) >= _SHORTEST_ROOT:
                yield form.removesuffix(ending) if ending else form


def _own_form(word: str, language: Language) -> str:
    """The form by which a language's groups are found: "hat" is no verb in English.

    One that the group marks with "=" is found as it stands only.
    """
    if word.startswith("="):
        return f"!{folded(word)}"
    plain = folded(word)
    if language.support.stemmer == "english":  # `stem_of` is English
        return stem_of(plain)
    return f"{language.code}:{stem(plain, language.support.stemmer)}"


@cache
def _groups() -> dict[str, frozenset[str]]:
    """The groups that a form belongs to, by their names."""
    found: dict[str, set[str]] = {}
    for language in languages():
        support = language.support
        forms_of = {word: forms for forms in support.inflections for word in forms}
        for number, group in enumerate((*support.inflections, *support.equivalents)):
            all_forms = {form for word in group for form in (word, *forms_of.get(word, ()))}
            for word in all_forms:
                group_name = f"={language.code}{number}"
                found.setdefault(_own_form(word, language), set()).add(group_name)
                if support.verb_endings and word.endswith("en") and word.islower():
                    root = folded(word).removesuffix("en")
                    found.setdefault(f"{language.code}-{root}", set()).add(group_name)
    return {form: frozenset(groups) for form, groups in found.items()}
