"""An answer as the kind that its question asks for: a number, a date, yes or no, a choice, a list.

A value is taken from supported words only, and only where it is the only one there: whoever signs
a questionnaire can correct a gap, but will not notice a guess.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

import prompts
from app.answering.dates import days_of, without_days
from app.answering.figures import Figure, figures
from app.batch.records import Question

_MARKS = re.compile(r"\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\]")
_YES = re.compile(r"\W*(yes|ja)\b", re.IGNORECASE)
_NO = re.compile(r"\W*(no|nein)\b", re.IGNORECASE)
_SCALES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
# Questions whose answer is a bound: "within how many days", "how many characters at least".
_ASKED_BOUNDS = {
    "least": re.compile(r"\b(?:at least|minimum|min\.|no (?:fewer|less)|mindestens|minimal)", re.I),
    "most": re.compile(
        r"\b(?:at most|maximum|max\.|within|up to|no more|may|longest|latest|limit|innerhalb|"
        r"binnen|höchstens|maximal|bis zu|darf|dürfen)\b",
        re.I,
    ),
}
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+", re.MULTILINE)


def value_of(
    question: Question, sentences: Sequence[str], *, own_words: bool
) -> tuple[str | None, str]:
    """The value and its unit; (None, "") where it is not sure.

    `sentences` are the supported ones of the answer. `own_words` when the model wrote them: only
    then can "yes" or "no" be taken from them, because a quotation does not know the question.
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
        value = _choice(text, question.choices)
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


def _choice(text: str, choices: Sequence[str]) -> str | None:
    folded = " ".join(text.casefold().split())
    held = [
        choice
        for choice in choices
        if re.search(rf"(?<!\w){re.escape(' '.join(choice.casefold().split()))}(?!\w)", folded)
    ]
    # "partly compliant" also holds "compliant": the longer one is meant.
    held = [
        one
        for one in held
        if not any(one != other and one.casefold() in other.casefold() for other in held)
    ]
    return held[0] if len(held) == 1 else None


def _list(text: str) -> str | None:
    lines = [_BULLET.sub("", line).strip() for line in text.splitlines()]
    items = list(dict.fromkeys(line for line in lines if line))
    return "; ".join(items) or None
