"""Whether an answer is what a question expects: right, wrong or refused, and why.

Judged by code alone, as strictly as a reader would: a list that lacks an entry is wrong, and so
is a figure that does not belong there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from app.answering.evaluation.expectations import (
    Computation,
    Expected,
    Leads,
    Need,
    Pair,
    Wanted,
)
from app.answering.evaluation.hits import same_document
from app.answering.evaluation.normalise import contains_words, words
from app.answering.evaluation.quantities import SCALE, numerals, quantities
from app.answering.events import Answer
from vectorstore.languages import languages

Verdict = Literal["right", "wrong", "refused"]

_MARK = re.compile(r"\[\d{1,3}(?:, ?\d{1,3})*\]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_FEWEST_WORDS = 3  # of one language, before its absence from an answer means anything


@dataclass(frozen=True, slots=True)
class Judgement:
    """`verdict`; `why` names what is missing or too much, () when right.

    The shares are 0 to 1, and None where the question expects nothing of that kind.
    """

    verdict: Verdict
    why: tuple[str, ...] = ()
    parts: float | None = None
    rows: float | None = None
    computation: float | None = None

    def metrics(self) -> dict[str, float]:
        """In the names of a report; what was not expected is absent."""
        shares = {
            "parts_held": self.parts,
            "rows_held": self.rows,
            "computation_right": self.computation,
        }
        held = {name: share for name, share in shares.items() if share is not None}
        return {"right": float(self.verdict == "right")} | held


def judge(answer: Answer, expected: Expected) -> Judgement:
    """Judge one answer. "refused" is only said of a question that should have been answered."""
    text = _Text(answer.answer)
    if expected.refused:
        return _judge_refusal(answer, text, expected)
    if not answer.found:
        return _unanswered(expected, text)
    missing = [need for need in expected.all_of if not text.holds_any(need)]
    absent = [need for need in expected.rows if not text.holds_any(need)]
    computed = expected.computation is None or text.computes(expected.computation)
    why = [f"missing: {_said(need)}" for need in (*missing, *absent)]
    why += [f"too much: {one}" for one in expected.none_of if text.holds(one)]
    why += [f"does not belong there: {one}" for one in expected.other_rows if text.holds(one)]
    if expected.computation and not computed:
        why.append(f"not the value: {expected.computation.value}")
    if expected.leads and not text.leads(expected.leads):
        why.append(f"not said first: {_said(expected.leads.name)}")
    why += [f"not its own: {_said(pair.name)}" for pair in expected.pairs if not text.pairs(pair)]
    if expected.outcome and answer.citations:
        why.append("cites documents")
    cited = [citation.document for citation in answer.citations]
    why += [
        f"not cited: {document}"
        for document in expected.documents
        if not any(same_document(name, document) for name in cited)
    ]
    if expected.language and (other := _other_language(answer, expected.language)):
        why.append(f"in another language: {other}")
    return Judgement(
        "wrong" if why else "right",
        tuple(why),
        parts=_share(expected.all_of, missing),
        rows=_share(expected.rows, absent),
        computation=None if expected.computation is None else float(computed),
    )


def judge_all(judged: Sequence[Judgement]) -> Judgement:
    """A conversation: right if every judged turn is, else as its first turn that is not.

    The shares are the last turn's.
    """
    last = judged[-1]
    failed = next((one for one in judged if one.verdict != "right"), last)
    return Judgement(failed.verdict, failed.why, last.parts, last.rows, last.computation)


def failed_judgement(expected: Expected) -> Judgement:
    """Of a question that ended in an error."""
    return Judgement("wrong", ("an error",), *_nothing_held(expected))


def _judge_refusal(answer: Answer, text: "_Text", expected: Expected) -> Judgement:
    if not (answer.found and any(sentence.supported for sentence in answer.sentences)):
        return Judgement("right")
    too_much = tuple(f"too much: {one}" for one in expected.none_of if text.holds(one))
    if expected.told and not too_much and all(text.holds_any(need) for need in expected.told):
        return Judgement("right")
    return Judgement("wrong", too_much or ("answered, and shown as supported",))


def _unanswered(expected: Expected, text: "_Text") -> Judgement:
    """Refused, though what is wanted may stand among what is told as near."""
    needs = (*expected.all_of, *expected.rows)
    near = bool(needs) and all(text.holds_any(need) for need in needs)
    return Judgement(
        "refused", ("told as near",) if near else ("refused",), *_nothing_held(expected)
    )


def _nothing_held(expected: Expected) -> tuple[float | None, float | None, float | None]:
    return (
        0.0 if expected.all_of else None,
        0.0 if expected.rows else None,
        0.0 if expected.computation else None,
    )


def _share(needs: Sequence[Need], missing: Sequence[Need]) -> float | None:
    return 1 - len(missing) / len(needs) if needs else None


def _said(need: Need) -> str:
    return " or ".join(str(one) for one in need)


class _Text:
    """The words of an answer in the forms in which they are compared."""

    def __init__(self, text: str) -> None:
        self._text = _MARK.sub(" ", text)
        self._words = words(self._text)
        # "24.9 million" is meant by 24.9 as well as by 24900000.
        bare = SCALE.sub(" ", self._text.casefold())
        self._numbers = quantities(self._text) | quantities(bare) | numerals(bare)

    def holds_any(self, need: Need) -> bool:
        return any(self.holds(one) for one in need)

    def holds(self, one: Wanted) -> bool:
        if isinstance(one, Decimal):
            return _plain(one) in self._numbers or self._grouped_by_points(one)
        if _DATE.fullmatch(one):
            return self._holds_date(one)
        return self._place(one) is not None

    def computes(self, computation: Computation) -> bool:
        """Whether the value is there, rounded to no less than one decimal if it has any."""
        value = computation.value
        decimals = max(0, -int(value.as_tuple().exponent))
        accepted = {value} | {
            value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
            for places in range(1, decimals)
        }
        given = any(self.holds(one) for one in accepted)
        return given and (not computation.unit or self.has_unit(computation.unit))

    def has_unit(self, unit: Need) -> bool:
        # A sign such as "€" is no word.
        return any(
            one in self._text if isinstance(one, str) and not words(one) else self.holds(one)
            for one in unit
        )

    def leads(self, leads: Leads) -> bool:
        places = [place for one in leads.name if (place := self._place(str(one))) is not None]
        others = [place for one in leads.before if (place := self._place(str(one))) is not None]
        return bool(places) and all(min(places) < other for other in others)

    def pairs(self, pair: Pair) -> bool:
        if not any(self.holds(one) for one in pair.others):
            return self.holds_any(pair.value)
        named = [place for one in pair.name if (place := self._place(str(one))) is not None]
        if not named:
            return False
        after = min(named) + 1
        own = [at for one in pair.value if (at := self._place(str(one), after)) is not None]
        others = [at for one in pair.others if (at := self._place(str(one), after)) is not None]
        return bool(own) and all(min(own) < other for other in others)

    def _holds_date(self, date: str) -> bool:
        if date in self._numbers:
            return True
        # Without a year, unless the answer gives that day another year.
        day = date[5:]
        dated = any(_DATE.fullmatch(one) and one.endswith(f"-{day}") for one in self._numbers)
        return day in self._numbers and not dated

    def _grouped_by_points(self, number: Decimal) -> bool:
        """As German writes thousands: "31.200", which `quantities` takes for a decimal point."""
        if number < 1000 or number != number.to_integral_value():
            return False
        written = f"{int(number):,}".replace(",", ".")
        return re.search(rf"(?<![\d.]){re.escape(written)}(?!,?\d)", self._text) is not None

    def _place(self, wanted: str, after: int = 0) -> int | None:
        """Where these words first stand in order, counted in words from the start, or None."""
        open_end = wanted.endswith("*")
        target = words(wanted)
        if not target:
            return None
        size = len(target)
        for start in range(after, len(self._words) - size + 1):
            given = self._words[start : start + size]
            if given[:-1] == target[:-1] and (
                given[-1].startswith(target[-1]) if open_end else given[-1] == target[-1]
            ):
                return start
        return None


def _plain(number: Decimal) -> str:
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def _other_language(answer: Answer, wanted: str) -> str:
    """The language of the answer's own words where it is not the wanted one, or "".

    A sentence that stands in a passage is a quotation, and keeps its own.
    """
    passages = [words(passage.text) for passage in answer.passages]
    own: list[str] = []
    for sentence in answer.sentences:
        said = words(_MARK.sub(" ", sentence.text))
        if not any(contains_words(passage, said) for passage in passages):
            own += said
    used = {
        language.code: sum(word in language.stop_words for word in own) for language in languages()
    }
    most = max(used, key=lambda code: used[code])
    if used[most] < _FEWEST_WORDS or used[most] == used.get(wanted, 0):
        return ""
    return most
