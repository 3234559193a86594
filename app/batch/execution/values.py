"""An answer as the kind that its question asks for: a number, a date, yes or no, a choice, a list.

A value is taken from supported words only, and only where it is the only one there: whoever signs
a questionnaire can correct a gap, but will not notice a guess.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

import prompts
from app.answering.figures import Figure, figures
from app.batch.records import Question
from vectorstore.dates import days_of, without_days
from vectorstore.languages import any_of, words_of

_MARKS = re.compile(r"(?<!\s)\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\]")
# "No" answers only where it stands alone: "no employee may", "no later than", "No. 5" do not.
_ALONE = r"(?!\s*\.\s*\d)(?=\s*(?:[.,;:!)\]”“\"'’–—]|\s-\s|$))"
_YES = re.compile(
    rf"\A\W*(?:{any_of(lambda language: language.questionnaires.yes)}){_ALONE}", re.IGNORECASE
)
_NO = re.compile(
    rf"\A\W*(?:{any_of(lambda language: language.questionnaires.no)}){_ALONE}", re.IGNORECASE
)
# Choices that a document's sentence holds for other reasons than to answer.
_BARE = frozenset(words_of(lambda language: language.questionnaires.bare_choices))
# What may turn the words behind it into their opposite.
_NEGATION = re.compile(rf"\b(?:{any_of(lambda language: language.denials.may_turn)})(?!\w)")
_JOINED_PREFIX = any_of(lambda language: language.denials.joined_prefixes)
_PREFIX = any_of(lambda language: language.denials.prefixes)
_DENIED_BEHIND = re.compile(
    rf"\W{{1,3}}(?:{any_of(lambda language: language.denials.behind)})(?!\w)"
)
_SCALES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
# Questions whose answer is a bound: "within how many days", "how many characters at least".
_ASKED_BOUNDS = {
    "least": re.compile(
        rf"\b(?:{any_of(lambda language: language.questionnaires.asks_at_least)})", re.IGNORECASE
    ),
    "most": re.compile(
        rf"\b(?:{any_of(lambda language: language.questionnaires.asks_at_most)})\b", re.IGNORECASE
    ),
}
_BULLET = re.compile(r"^[^\S\n]*+(?:[-*•–]|\d{1,2}[.)])\s+", re.MULTILINE)


def value_of(
    question: Question, sentences: Sequence[str], *, own_words: bool
) -> tuple[str | None, str]:
    """The value and its unit; (None, "") where it is not sure.

    `sentences` are the supported ones of the answer. `own_words` when the model wrote them: only
    then can "yes" or "no" be taken from them, because a quotation does not know the question.
    A choice is not taken where its sentence may deny it.
    """
    said = [_MARKS.sub("", sentence).strip() for sentence in sentences]
    text = "\n".join(said)
    if not text:
        return None, ""
    if question.kind == "number":
        return _number(text, question)
    value: str | None = None
    if question.kind == "yes_no" and own_words:
        value = _yes_no(said[0])
    elif question.kind == "date":
        value = _date(text)
    elif question.kind == "choice":
        value = _choice(said, question.choices, own_words=own_words)
    elif question.kind == "list":
        value = _list(text)
    return value, ""


def instruction_for(question: Question) -> str:
    """What the model is told about the form of its answer; "" for plain text."""
    if question.kind == "text":
        return ""
    if question.kind == "number" and question.unit:
        return prompts.render("form_number_in_unit", unit=question.unit)
    if question.kind == "choice":
        return prompts.render("form_choice", choices="; ".join(question.choices))
    return prompts.render(f"form_{question.kind}")


def _yes_no(sentence: str) -> str | None:
    if _YES.match(sentence):
        return "yes"
    return "no" if _NO.match(sentence) else None


def _number(text: str, question: Question) -> tuple[str | None, str]:
    """A range is no single number, a bound only where one is asked for, and a day of the calendar
    is none at all."""
    unit = question.unit
    asked = {bound for bound, words in _ASKED_BOUNDS.items() if words.search(question.text)}
    wanted = {figure.unit for figure in figures(f"1 {unit}")} - {""} if unit else set()
    told = [figure for figure in figures(without_days(text)) if not wanted or figure.unit in wanted]
    found = {(_scaled(figure), figure.unit) for figure in told}
    if len(found) != 1 or any(one.ranged or (one.bound and one.bound not in asked) for one in told):
        return None, ""
    ((number, its_unit),) = found
    return number, its_unit or unit


def _scaled(figure: Figure) -> str:
    value = Decimal(figure.value) * _SCALES[figure.scale]
    if figure.scale and value == value.to_integral_value():
        value = value.to_integral_value()  # 1.2 million has no tenths; 3.50 keeps its zero
    return f"{-value if figure.negative else value:f}"


def _date(text: str) -> str | None:
    found = {(day.year, day.month, day.day) for day in days_of(text)}
    if len(found) != 1:
        return None
    ((year, month, day),) = found
    if year is None:
        return None
    return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day is not None else "")


def _choice(said: Sequence[str], choices: Sequence[str], *, own_words: bool) -> str | None:
    lead, *more = said
    if own_words:
        lead = _NO.sub("", lead, count=1) if _NO.match(lead) else lead
    sentences = [_folded(one) for one in (lead, *more)]
    held = [
        choice
        for choice in choices
        if (
            own_words and _is_lead(_folded(choice), said[0])
            if _folded(choice) in _BARE
            else _is_said(_folded(choice), sentences)
        )
    ]
    # "partly compliant" also holds "compliant": the longer one is meant.
    held = [
        one
        for one in held
        if not any(one != other and one.casefold() in other.casefold() for other in held)
    ]
    return held[0] if len(held) == 1 else None


def _is_lead(choice: str, sentence: str) -> bool:
    return re.match(rf"\W*{re.escape(choice)}{_ALONE}", sentence, re.IGNORECASE) is not None


def _is_said(choice: str, sentences: Sequence[str]) -> bool:
    """Whether the sentences hold `choice`, and none of them its opposite."""
    words = re.escape(choice)
    opposite = re.compile(rf"(?<!\w)(?:{_JOINED_PREFIX}|(?:{_PREFIX})[-‐‑ ]?){words}(?!\w)")
    exact = re.compile(rf"(?<!\w)(?<![-‐‑]){words}(?!\w|[-‐‑]\w)")
    places = [(sentence, match) for sentence in sentences for match in exact.finditer(sentence)]
    if not places or any(opposite.search(sentence) for sentence in sentences):
        return False
    return not any(
        _NEGATION.search(sentence, 0, match.start()) or _DENIED_BEHIND.match(sentence, match.end())
        for sentence, match in places
    )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _list(text: str) -> str | None:
    lines = [_BULLET.sub("", line).strip() for line in text.splitlines()]
    items = list(dict.fromkeys(line for line in lines if line))
    return "; ".join(items) or None
