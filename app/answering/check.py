"""Checks a model's draft sentence by sentence, while it is written: what stands may be shown.

A sentence is shown only after its evidence was found. What has been shown stays: later sentences
are added behind it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.answering.citations import DraftSentence, read_draft, says_not_found
from app.answering.composing import citation
from app.answering.events import AnswerSentence, Citation
from app.answering.evidence import only_asks, says_something_new
from app.answering.finding import Part
from app.answering.language import words
from app.answering.support import Support, find_support
from vectorstore.records import Hit

# A supported draft must rest on evidence about as good as the best: a model likes to repeat a
# true sentence that answers something else, and a weak one does little else.
NEAR_THE_BEST = 2.2  # log odds behind the best
NEAR_THE_BEST_IF_WEAK = 0.25
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)]|#{1,6}|>)\s+")
_TABLE_RULE = re.compile(r"^[^\S\n]*\|[\s|:-]+$")


@dataclass(frozen=True, slots=True)
class Written:
    """What a reader may see of a draft, and how much of it was supported.

    `text` is "" where nothing in it answers the question. `supported` is a share, 0 to 1.
    """

    text: str
    sentences: Sequence[AnswerSentence]
    citations: Sequence[Citation]
    supported: float
    refused: bool  # the model itself says that the passages do not hold the answer


@dataclass(frozen=True, slots=True)
class _Unit:
    """One sentence of a draft, or one row of a table, with the layout before it."""

    layout: str
    sentence: DraftSentence


@dataclass(frozen=True, slots=True)
class _Checked:
    unit: _Unit
    support: Support | None


class DraftCheck:
    """One draft while it is written.

    The passages are `offered` under their numbers, as data. A `weak` model's words are taken
    only where they say what the best evidence says. With `withhold`, sentences without support
    are left out instead of being marked.
    """

    def __init__(
        self,
        question: str,
        parts: Sequence[Part],
        offered: Mapping[int, Hit],
        *,
        weak: bool = False,
        withhold: bool = False,
    ) -> None:
        self._question = question
        self._parts = parts
        self._numbers = list(offered)
        self._hits = list(offered.values())
        self._weak = weak
        self._withhold = withhold
        self._heard: list[_Checked] = []
        self._waiting: list[_Checked] = []  # unsupported, until a supported one follows
        self._shown: list[_Checked] = []
        self._read = 0  # units
        self._draft = ""
        self._head = ""  # of a table of which no row has been shown yet

    def read(self, draft: str, *, ended: bool = False) -> str:
        """Take the draft so far; return what may be shown of it.

        Its last sentence is read only when the draft has `ended`.
        """
        self._draft = draft
        units = list(_units(draft, self._numbers))
        for unit in units[self._read : len(units) if ended else -1]:
            # The names above a row that is left out stand above the next one.
            row = unit.sentence.text.startswith("|")
            head = unit.layout.rstrip("\n") if unit.layout.startswith("\n\n|") else ""
            self._head = (head or self._head) if row else ""
            taken = len(self._shown)
            self._take(replace(unit, layout=f"{self._head}\n") if self._head else unit)
            if len(self._shown) > taken:
                self._head = ""
            self._read += 1
        return self._text(self._shown)

    def _take(self, unit: _Unit) -> None:
        sentence = unit.sentence
        if any(one.unit.sentence.text == sentence.text for one in self._heard):
            return  # a weak model goes in circles
        if only_asks(self._question, sentence.text):
            return
        one = _Checked(unit, self._support(sentence))
        self._heard.append(one)
        if self._answers(one) and says_something_new(self._question, sentence.text):
            self._shown += [*self._waiting, one]
            self._waiting = []
        elif not self._weak and (one.support or self._marks(one)):
            self._waiting.append(one)

    def _marks(self, one: _Checked) -> bool:
        """Whether a sentence without support is shown at all, marked; a table's row never is."""
        return not self._withhold and not one.unit.sentence.text.startswith("|")

    def _support(self, sentence: DraftSentence) -> Support | None:
        """The sentence's evidence: in the passages that it cites, else in any of them."""
        cited = [self._numbers.index(number) for number in sentence.cited]
        others = [index for index in range(len(self._hits)) if index not in cited]
        for group in (cited, others):
            found = find_support(
                sentence.text,
                [self._hits[index].text for index in group],
                self._question,
                [f"{self._hits[index].document} {self._hits[index].heading}" for index in group],
            )
            if found:
                parts = tuple(replace(part, passage=group[part.passage]) for part in found.parts)
                return replace(found, passage=group[found.passage], parts=parts)
        return None

    def _answers(self, one: _Checked) -> bool:
        """Whether a sentence has support, and that support answers a part about best."""
        support = one.support
        if support is None:
            return False
        # "Ten days for an aunt and three for a mother" has the words of a rule about both.
        if self._weak and not _in_order(one.unit.sentence.text, support.quote):
            return False
        near = NEAR_THE_BEST_IF_WEAK if self._weak else NEAR_THE_BEST
        chunk = self._hits[support.passage].chunk_id
        return any(
            found.score >= part.evidence[0].score - near
            for part in self._parts
            for found in part.evidence
            if part.passage(found).chunk_id == chunk
            and (found.sentence in support.quote or support.quote in found.sentence)
        )

    def result(self) -> Written:
        """What there is of the draft after it has ended."""
        kept = [*self._shown, *self._waiting] if self._shown else []
        said: list[AnswerSentence] = []
        citations: dict[int, Citation] = {}
        for one in kept:
            text = one.unit.sentence.text
            if one.support is None:
                said.append(AnswerSentence(text, (), supported=False))
                continue
            for part in one.support.parts:
                number = self._numbers[part.passage]
                hit = self._hits[part.passage]
                citations.setdefault(number, citation(number, hit, part.quote))
            said.append(AnswerSentence(text, self._cited(one.support), supported=True))
        # "Breakfast is not included [1]" may sound like a refusal; what a passage says is none.
        refused = says_not_found(self._draft) and not any(
            one.support for one in self._heard if one.unit.sentence.cited
        )
        supported = sum(bool(one.support) for one in self._heard) / max(1, len(self._heard))
        text = "" if refused else self._text(kept)
        return Written(
            text,
            said if text else (),
            list(citations.values()) if text else (),
            0.0 if refused else supported,
            refused,
        )

    def _cited(self, support: Support) -> tuple[int, ...]:
        """The numbers of the passages that support a sentence, once each."""
        return tuple(dict.fromkeys(self._numbers[part.passage] for part in support.parts))

    def _text(self, kept: Sequence[_Checked]) -> str:
        pieces: list[str] = []
        for number, one in enumerate(kept):
            layout = one.unit.layout.lstrip("\n ") if not number else one.unit.layout
            cited = self._cited(one.support) if one.support else ()
            mark = "".join(f" [{number}]" for number in cited)
            text = one.unit.sentence.text
            if text.startswith("|") and text.endswith("|"):  # a row stays a row
                pieces.append(f"{layout}{text[:-1].rstrip()}{mark} |")
            else:
                pieces.append(f"{layout}{text}{mark}")
        return "".join(pieces)


def _in_order(sentence: str, told: str) -> bool:
    """Whether all words of a sentence stand in what it rests on, one behind the other."""
    following = iter(words(told))
    return all(word in following for word in words(sentence))


def _units(draft: str, offered: Sequence[int]) -> list[_Unit]:
    found: list[_Unit] = []
    blank = False  # since the last line with words
    head = ""  # a table's names and the rule below them: layout of the row behind them
    lines = draft.splitlines()
    for number, line in enumerate(lines):
        if not line.strip():
            blank = True
        elif line.lstrip().startswith("|"):
            ruled = number + 1 < len(lines) and _TABLE_RULE.match(lines[number + 1])
            if ruled or _TABLE_RULE.match(line):
                head += f"\n{line.strip()}" if head else f"\n\n{line.strip()}"
            elif row := _row(read_draft(line, offered)):
                found.append(_Unit(f"{head}\n", row))
                head, blank = "", False
        else:
            bullet = _BULLET.match(line)
            sign = bullet.group().strip() if bullet else ""
            layout = f"\n{sign} " if sign else "\n\n" if blank else " "
            for sentence in read_draft(line[bullet.end() if bullet else 0 :], offered):
                found.append(_Unit(layout, sentence))
                layout, blank = " ", False
    return found


def _row(pieces: Sequence[DraftSentence]) -> DraftSentence | None:
    """A table's row as one sentence, though its cells were read as several."""
    if not pieces:
        return None
    cells = " ".join(one.text for one in pieces).strip(" |")
    cited = dict.fromkeys(number for one in pieces for number in one.cited)
    return DraftSentence(f"| {cells} |", tuple(cited))
