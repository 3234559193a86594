"""Questions that a passage answers, made of its own sentences and rows by rule.

What is made is a question with a known answer: the sentence or the row that it was made of. Only
plain sentences are turned around: one clause, told of a thing that it names itself, with a figure,
a name, a day or a permission in it. Whatever is not clearly of that kind makes no question.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.answering.figures import TIMES, UNITS
from app.answering.instructions import gives_orders
from app.answering.language import NUMBER, STOP_WORDS, in_digits, sentences
from vectorstore.languages import any_of, language_of, languages, words_of
from vectorstore.languages.base import Language, TurningWords

# "asked": it stands in the document as a question; "cell": a row of a table answers it.
Kind = Literal["asked", "amount", "who", "when", "cell", "whether"]

_LONGEST_ROW = 2_000  # characters of a line that is looked at
_LONGEST_QUESTION = 110
_LONGEST_LABEL = 40
_LONGEST_SUBJECT = 7  # words
_FEWEST, _MOST = 4, 20  # words of a sentence that is turned around
_LABELS = any_of(lambda language: language.questions.question_labels)
_LABELLED = re.compile(rf"^(?:{_LABELS})\s?[:.]\s?([^?\n]{{8,{_LONGEST_QUESTION}}}\?)", re.I)
_STRANGE = re.compile(r"[,;:()\[\]\"“”„‘«»…|/<>{}=*_@#?!\\&]|\.\.|--|\s[–—-]\s")
_ANSWER_LABELS = re.compile(
    rf"^(?:{any_of(lambda language: language.questions.answer_labels)})\s?[:.]\s", re.I
)
_CELL = re.compile(r"([^:;]{2,60}): ([^;]{0,200})(?:; |$)")
_UNIT = re.compile(r"\s?[(\[]([^()\[\]]{1,20})[)\]]\s?$")
_PLAIN_NAME = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+){0,6}")
_DAY = re.compile(r"\d{1,4}(?:st|nd|rd|th)?")
_MONEY = frozenset(("eur", "€", "euro", "usd", "$", "gbp", "£", "chf"))
_NAMING = frozenset(words_of(lambda language: language.tables.naming))
_QUANTIFIERS = frozenset((*words_of(lambda language: language.tables.quantifiers), *STOP_WORDS))
_PLACES = frozenset(words_of(lambda language: language.tables.measures.get("place", ())))


@dataclass(frozen=True, slots=True)
class Askable:
    """A question, and the words of the passage that answer it."""

    question: str
    answer: str
    kind: Kind


@lru_cache(maxsize=2_000)
def askable(text: str, heading: str = "") -> tuple[Askable, ...]:
    """The questions that a passage of this text, below this heading, answers, as they stand in it.

    Takes time linear in the text.
    """
    found: dict[str, Askable] = {}
    last = heading.rpartition(" > ")[2].strip()
    if last.endswith("?") and len(last) <= _LONGEST_QUESTION:
        found[last] = Askable(last, text, "asked")
    for one in (*_rows(text), *_sentences(text)):
        if len(one.question) <= _LONGEST_QUESTION and not gives_orders(one.question):
            found.setdefault(one.question, one)
    return tuple(found.values())


# Rows


def _rows(text: str) -> Iterator[Askable]:
    rows = [
        (line, cells)
        for line in text.splitlines()
        if len(line) <= _LONGEST_ROW and len(cells := _cells(line)) >= 3
    ]
    for line, cells in rows:
        first = cells[0][1]
        if first.endswith("?") and 8 <= len(first) <= _LONGEST_QUESTION:
            yield Askable(first, line, "asked")
    columns = list(dict.fromkeys(name for _, cells in rows for name, _ in cells))
    label = _label_column(columns, [dict(cells) for _, cells in rows])
    if label is None:
        return
    language = _language_of(columns, text)
    for line, cells in rows:
        row = dict(cells)
        for name in sorted(row, key=lambda name: not _is_money(name)):
            if name != label and NUMBER.fullmatch(row[name]):
                question = _of_cell(name, label, row[label], language)
                if question:
                    yield Askable(question, line, "cell")
                break


def _cells(line: str) -> list[tuple[str, str]]:
    """The cells of a table's row as chunks say it: "column: value; column: value"."""
    cells, at = [], 0
    while at < len(line):
        cell = _CELL.match(line, at)
        if cell is None:
            return []
        cells.append((cell[1].strip(), cell[2].strip()))
        at = cell.end()
    return cells


def _label_column(columns: Sequence[str], rows: Sequence[dict[str, str]]) -> str | None:
    """The column whose values name the rows: each another, and no numbers."""
    naming = [name for name in columns if name.casefold() in _NAMING] if len(rows) > 1 else []
    for name in (*naming, *columns):
        values = [row.get(name, "") for row in rows]
        if len(set(values)) == len(values) and all(_is_label(value) for value in values):
            return name
    return None


def _language_of(columns: Sequence[str], text: str) -> Language:
    """The language that has most of the columns' names; else that of the text."""
    named = [word for name in columns for word in name.casefold().split()]

    def known(one: Language) -> int:
        tables = one.tables
        words = {*tables.generic, *(w for several in tables.measures.values() for w in several)}
        return sum(word in words for word in named)

    first = language_of(text)
    return max(languages(), key=lambda one: (known(one), one is first))


def _is_label(value: str) -> bool:
    return (
        2 <= len(value) <= _LONGEST_LABEL
        and value[0].isalpha()
        and value.split(maxsplit=1)[0].casefold() not in _QUANTIFIERS
        and not _STRANGE.search(value)
    )


def _is_money(column: str) -> bool:
    unit = _UNIT.search(column)
    return unit is not None and unit[1].casefold() in _MONEY


def _of_cell(column: str, label: str, value: str, language: Language) -> str:
    """What the column says of the row that is called `value`; "" where it has no plain name."""
    name = _UNIT.sub("", column)
    if name == column or not _PLAIN_NAME.fullmatch(name):
        return ""  # without a unit, a number may be a key, a year or anything else
    parts = name.casefold().split()
    if parts[0] in STOP_WORDS or parts[-1] in STOP_WORDS:
        return ""  # "on the board since"
    words = language.turning
    if not language.conversation.nouns_have_capitals and not name.isupper():
        name = name[0].lower() + name[1:]
    elif language.conversation.nouns_have_capitals:
        name = name[0].upper() + name[1:]
    several = name.endswith(words.several) and not name.endswith(words.one)
    form = words.cells if several else words.cell
    within = label.casefold().split()[-1] in _PLACES
    if within and (" " in value or value.endswith("s")):
        return ""  # "in the Netherlands" has an article
    return form.format(column=name, within=words.in_place if within else words.of, row=value)


# Sentences


def _sentences(text: str) -> Iterator[Askable]:
    lines = [line.strip() for line in text.splitlines()] or [""]
    labelled = {line for line in lines if _LABELLED.match(line)}
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if asked := _LABELLED.match(line):
            yield Askable(asked[1], following, "asked")
    for sentence in sentences(text):
        if sentence in labelled or _ANSWER_LABELS.match(sentence) or _STRANGE.search(sentence):
            continue
        words = sentence.split()
        if sentence.endswith(".") and _FEWEST <= len(words) <= _MOST:
            language = language_of(sentence)
            turned = _turned(sentence[:-1].split(), language, text)
            if turned is not None and not gives_orders(sentence):
                kind, question = turned
                yield Askable(question[0].upper() + question[1:] + "?", sentence, kind)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A sentence of one subject; in a question, `auxiliary` goes before the subject."""

    verb: str  # as it stands in the sentence, in lower case
    auxiliary: str
    subject: str
    infinitive: str  # or ""
    rest: list[str]
    language: Language

    def asked(self, opening: str, rest: Sequence[str]) -> str:
        words = (opening, self.auxiliary, self.subject, self.infinitive, *rest)
        return " ".join(filter(None, words))


def _turned(words: list[str], language: Language, text: str) -> tuple[Kind, str] | None:
    """The sentence of these words as a question."""
    if not language.turning.refused.isdisjoint(word.casefold() for word in words):
        return None
    if counted := _counted_first(words, language):
        return "amount", counted
    clause = _clause(words, language, text)
    if clause is None:
        return None
    forms: list[tuple[Kind, str]] = [("amount", _amount(clause)), ("when", _when(clause))]
    if not any(map(_is_figure, clause.rest)):
        forms += [("who", _who(clause)), ("whether", _whether(clause))]
    return next(((kind, question) for kind, question in forms if question), None)


def _clause(words: list[str], language: Language, text: str) -> _Clause | None:
    turning = language.turning
    lower = [word.casefold() for word in words]
    within = enumerate(lower[: _LONGEST_SUBJECT + 1])
    place = next((at for at, word in within if word in turning.verbs), 0)
    subject = _subject(words[:place], language, text) if place else ""
    if not subject or not _agrees(subject, lower[place], turning):
        return None
    auxiliary, _, infinitive = turning.verbs[lower[place]].partition(" ")
    return _Clause(lower[place], auxiliary, subject, infinitive, words[place + 1 :], language)


def _subject(words: Sequence[str], language: Language, text: str) -> str:
    """What a sentence is told of, as it stands within a question; "" where that is not plain."""
    first, *others = words
    folded = first.casefold()
    turning = language.turning
    if not turning.joints.isdisjoint(one.casefold() for one in words):
        return ""
    if folded in turning.persons:
        return "" if others else turning.persons[folded]
    if folded in turning.articles:
        leaning = folded in turning.definite and len(others) < 2  # "the wish": which one?
        plain = others and not leaning and _one_thing(others, language)
        return " ".join([folded, *others]) if plain else ""
    if folded in STOP_WORDS or not first[0].isupper() or any(map(str.isdigit, first)):
        return ""
    if language.conversation.nouns_have_capitals:
        return " ".join(words) if not others or _one_thing(words, language) else ""
    return _without_capital(first, others, text)


def _one_thing(words: Sequence[str], language: Language) -> bool:
    """Whether no verb hides in a subject: behind its noun stand small words and other nouns."""
    if not language.conversation.nouns_have_capitals:
        return True
    noun = next((at for at, word in enumerate(words) if word[0].isupper()), len(words))
    return noun < len(words) and all(
        word[0].isupper() or word in STOP_WORDS for word in words[noun:]
    )


def _agrees(subject: str, verb: str, turning: TurningWords) -> bool:
    """Whether a subject without an article can stand so: alone, a noun is one of several things."""
    alone = " " not in subject and subject not in turning.persons.values()
    return not alone or verb.endswith(turning.verbs_of_several)


def _without_capital(first: str, others: Sequence[str], text: str) -> str:
    """A subject as it stands within a sentence, if it is clear whether it opens with a name."""
    small = first[0].lower() + first[1:]
    if re.search(rf"\b{re.escape(small)}\b", text):
        return " ".join([small, *others])
    if re.search(rf"[^\W\d_.!?:] {re.escape(first)}\b", text):
        return " ".join([first, *others])  # a name: it has its capital within a sentence, too
    plain = first.endswith("s") and all(one.islower() for one in others)
    return " ".join([small, *others]) if plain else ""


def _is_figure(word: str) -> bool:
    """Whether a word is a number; "one" may be none."""
    digits = in_digits(word)
    return word == "1" or (digits != "1" and any(map(str.isdigit, digits)))


def _is_whole(word: str) -> bool:
    """Whether a figure is a number of several things, and has nothing else in its word."""
    return word != "1" and NUMBER.fullmatch(in_digits(word)) is not None


def _first_figure(words: Sequence[str]) -> int:
    return next((at for at, word in enumerate(words) if _is_figure(word)), len(words))


def _counted(words: Sequence[str], at: int, language: Language) -> int:
    """Where what the number at `at` counts ends: its unit, with what belongs to it; 0 for none."""
    turning = language.turning
    capitals = language.conversation.nouns_have_capitals
    end = at + 1
    while end < len(words) and end < at + 3:
        word = words[end]
        if word.casefold() in STOP_WORDS or not word.replace("-", "").isalpha():
            return 0
        end += 1
        if word[0].isupper() if capitals else word.islower() and word.endswith(turning.several):
            break
    else:
        return 0
    while capitals and end < len(words) and words[end][0].isupper():
        end += 1  # "24 Tage Urlaub"
    if end < len(words) and words[end] in turning.belonging:
        end += 1  # "28 days of annual leave"
        while end < len(words) and words[end].casefold() not in STOP_WORDS:
            end += 1
    if end < len(words) and words[end].casefold() in turning.behind_units:
        end += 1  # "four weeks ahead"
    return end


def _counted_first(words: list[str], language: Language) -> str:
    """Asks for the figure that a sentence opens with, without turning anything, or "".

    "Up to five days may be carried over."
    """
    turning = language.turning
    at = _first_figure(words)
    bound = _bound_before(words, at, turning)
    if bound != 0 or bound == at or not _is_whole(words[at]) or not _tail(words[at + 1 :]):
        return ""
    end = _counted(words, at, language)
    if not 0 < end < len(words) - 1 or words[end].casefold() not in turning.verbs:
        return ""
    return " ".join([turning.how_many, *words[at + 1 :]])


def _bound_before(words: Sequence[str], at: int, turning: TurningWords) -> int:
    """Where the words begin that bound the number at `at`: "up to", "at most"."""
    lower = [word.casefold() for word in words[:at]]
    for bound in turning.bounds:
        if tuple(lower[-len(bound) :]) == bound:
            return at - len(bound)
    return at


def _amount(clause: _Clause) -> str:
    """Asks for the only figure of a clause, or ""."""
    rest, language, turning = clause.rest, clause.language, clause.language.turning
    at = _first_figure(rest)
    if at + 1 >= len(rest) or not _is_whole(rest[at]) or not _tail(rest[at + 1 :]):
        return ""
    unit = rest[at + 1].casefold()
    end = 0 if unit in turning.parts_of_days else _counted(rest, at, language)
    if not end or len(rest) - end > _LONGEST_SUBJECT:
        return ""
    start = _bound_before(rest, at, turning)
    before, after = rest[:start], rest[end:]
    if not before and end == at + 2 and (whole := _whole_amount(clause, unit, after)):
        return whole
    if not turning.joints.isdisjoint(word.casefold() for word in (*before, *after)):
        return ""
    opening, before = _opened(
        turning.how_much if unit in turning.masses else turning.how_many, before, clause
    )
    return (
        clause.asked(" ".join([opening, *rest[at + 1 : end]]), [*before, *after]) if opening else ""
    )


def _whole_amount(clause: _Clause, unit: str, after: Sequence[str]) -> str:
    """ "How much is", "how long is": asks for all that the verb tells, or ""."""
    turning = clause.language.turning
    if unit in turning.money and clause.verb in turning.amounts:
        return " ".join([turning.amounts[clause.verb], clause.subject, *after])
    if UNITS.get(unit) in TIMES and clause.verb in turning.lengths:
        opening = turning.lengths[clause.verb]
        return " ".join(filter(None, (opening, clause.subject, clause.infinitive, *after)))
    return ""


def _opened(opening: str, before: list[str], clause: _Clause) -> tuple[str, list[str]]:
    """The question's first words, with the preposition of the figure, and what stood before that.

    "" where the figure belongs to something else.
    """
    turning = clause.language.turning
    lower = [word.casefold() for word in before]
    for words, form in turning.before_figures.items():
        if tuple(lower[-len(words) :]) == words:
            opening, before = form.format(opening=opening), before[: -len(words)]
            break
    else:
        if before and not _may_end(before[-1], turning):
            return "", before
    # "mit einer Frist von": the figure is of that
    leans = clause.language.conversation.nouns_have_capitals and not STOP_WORDS.isdisjoint(before)
    return ("" if leans else opening), before


def _may_end(word: str, turning: TurningWords) -> bool:
    """Whether a word before a figure does not belong to it: a participle does not."""
    belongs = word.casefold() in (*STOP_WORDS, *turning.articles)  # "every two years"
    return not belongs and word.endswith(turning.before_bare_figures)


def _tail(words: Sequence[str]) -> bool:
    """Whether words hold no figure."""
    return not any(map(_is_figure, words))


def _when(clause: _Clause) -> str:
    """Asks for the day or the time that ends a clause, or ""."""
    rest, turning = clause.rest, clause.language.turning
    for at in range(len(rest) - 1, -1, -1):
        if rest[at].casefold() in turning.before_dates:
            behind = [word.casefold().rstrip(".") for word in rest[at + 1 :]]
            known = {*turning.dates, *turning.around_dates}
            dated = not turning.dates.isdisjoint(behind) and all(
                word in known or _DAY.fullmatch(word) for word in behind
            )
            plain = dated and _tail(rest[:at])
            return clause.asked(turning.when, rest[:at]) if plain else ""
    return ""


def _who(clause: _Clause) -> str:
    """Asks for the name that follows, or ""."""
    opening = clause.language.turning.who.get(clause.verb)
    return f"{opening} {clause.subject}" if opening and _is_name(clause.rest) else ""


def _whether(clause: _Clause) -> str:
    """Asks whether the clause is so, where it permits or demands something; or ""."""
    turning = clause.language.turning
    one = turning.joints.isdisjoint(word.casefold() for word in clause.rest)
    plain = clause.verb in turning.permitting and clause.rest and one
    return clause.asked("", clause.rest) if plain else ""


def _is_name(words: Sequence[str]) -> bool:
    """Whether the words are a person's or a firm's name, and nothing else."""
    return 2 <= len(words) <= 3 and all(
        word[0].isupper() and word.replace("-", "").isalpha() and not word.isupper()
        for word in words
    )
