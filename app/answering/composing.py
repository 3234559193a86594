"""Composes an answer from the documents' own sentences, in the form that the question asks for.

Nothing here writes words of its own but yes, no, and what is missing. Every sentence, list item
and cell is a quotation with the number of its passage.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.answering.candidates import is_question
from app.answering.events import AnswerSentence, Citation, Form
from app.answering.evidence import Evidence
from app.answering.finding import Finding, Part
from app.answering.language import content_stems, negated, numbers, sentences, telling_words
from app.answering.plan import Kind, Plan
from vectorstore.languages import any_of, language
from vectorstore.records import Hit

# Of a list's sentences: those that score at least this share of the best one's score belong to it.
RELATED = 0.8
MOST_SENTENCES = 6
MOST_ITEMS = 40
MOST_STEPS = 14
YES_NO_COVERAGE = 0.8  # share of the question's words that a rule must hold to be a yes or a no
_BULLET = re.compile(r"^\s*(?:[-*•–▪◦‣]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_NUMBERED = re.compile(r"^\s*\(?\d{1,2}[.)]\s+")
_ROW = re.compile(r"^[^:;]{1,80}: [^;]*(?:; [^:;]{1,80}: |$)")
_LIMITS = re.compile(
    rf"\b(?:{any_of(lambda one: one.denials.exceptions)}|"
    rf"{any_of(lambda one: one.plans.conditions)})\b",
    re.IGNORECASE,
)

Section = Callable[[Hit], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, item or cell of an answer: what is shown, and where it stands."""

    text: str
    hit: Hit
    quote: str


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer in Markdown, with the sentences that its citations belong to."""

    text: str
    sentences: Sequence[AnswerSentence]
    citations: Sequence[Citation]
    form: Form
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Page:
    """Collects the lines of one answer and their citations."""

    number_of: Callable[[Hit], int]
    said: list[AnswerSentence] = field(default_factory=list)
    citations: dict[int, Citation] = field(default_factory=dict)

    def cite(self, line: Line) -> str:
        """The line's text with its mark; a place is cited once, by its first quotation."""
        number = self.number_of(line.hit)
        self.said.append(AnswerSentence(line.text, (number,), supported=True))
        self.citations.setdefault(number, citation(number, line.hit, line.quote))
        return f"{line.text} [{number}]"

    def done(self, text: str, form: Form, missing: tuple[str, ...] = ()) -> Composed:
        return Composed(text, self.said, list(self.citations.values()), form, missing)


def citation(number: int, hit: Hit, quote: str) -> Citation:
    """A place that a reader can open, under its number."""
    return Citation(number, hit.document, hit.page, hit.heading, quote, hit.chunk_id, hit.space)


def compose(
    plan: Plan, finding: Finding, number_of: Callable[[Hit], int], section: Section
) -> Composed | None:
    """The answer in the documents' own words; None where no part of the question is answered.

    `number_of` gives a passage its number; `section` gives the passages under the same heading
    as one, as data.
    """
    page = _Page(number_of)
    if not finding.found:
        return None
    if len(finding.parts) > 1:
        compares = plan.kind is Kind.COMPARISON and bool(plan.compared)
        return _comparison(plan, finding, page) if compares else _several(plan, finding, page)
    part = finding.found[0]
    match plan.kind:
        case Kind.PROCEDURE:
            return _steps(part, page, section)
        case Kind.LIST | Kind.WRITING:
            shown = _list(part, page, section)
        case Kind.YES_NO:
            shown = _yes_no(plan, part, page)
        case _:
            shown = _fact(part, page, section)
    if plan.kind is Kind.WRITING:
        shown = replace(shown, text=f"{language(plan.language).answers.no_draft}\n\n{shown.text}")
    return shown


def nearest(plan: Plan, finding: Finding, number_of: Callable[[Hit], int]) -> Composed | None:
    """What stands near a question that is not answered; None where nothing does."""
    page = _Page(number_of)
    found = [(part, part.evidence[0]) for part in finding.parts if part.evidence]
    if not found:
        return None
    lines = dict.fromkeys(page.cite(_quoted(part, best)) for part, best in found)
    lead = language(plan.language).answers.not_confirmed
    return page.done("\n".join((lead, "", *(f"> {line}" for line in lines))), "text")


def _fact(part: Part, page: _Page, section: Section) -> Composed:
    best = part.evidence[0]
    if best.sentence.rstrip().endswith(":"):
        return _list(part, page, section)
    return page.done(page.cite(_quoted(part, best)), "text")


def _quoted(part: Part, found: Evidence) -> Line:
    return Line(f"“{found.told}”", part.passage(found), found.candidate.quote)


def _several(plan: Plan, finding: Finding, page: _Page) -> Composed:
    """One item for each part; parts that the same sentence answers share it."""
    lines: dict[str, None] = {}
    for part in finding.found:
        line = _quoted(part, part.evidence[0])
        if not any(said.text == line.text for said in page.said):
            lines[f"- {page.cite(line)}"] = None
    return _with_missing(plan, finding, page, list(lines), "list")


def _comparison(plan: Plan, finding: Finding, page: _Page) -> Composed:
    """A table with a column for each thing that is compared."""
    if len(finding.found) < 2:
        return _several(plan, finding, page)
    best = [part.evidence[0].told if part.found else "" for part in finding.parts]
    if len(set(best)) == 1:  # one sentence tells of all
        return _several(plan, finding, page)
    nothing = language(plan.language).answers.nothing
    cells = [
        page.cite(_quoted(part, part.evidence[0])) if part.found else nothing
        for part in finding.parts
    ]
    rows = [_row(plan.compared), _row(["---"] * len(cells)), _row(cells)]
    return _with_missing(plan, finding, page, rows, "comparison")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _with_missing(
    plan: Plan, finding: Finding, page: _Page, lines: Sequence[str], form: Form
) -> Composed:
    absent = tuple(
        thing
        for thing, part in zip(plan.compared or plan.parts, finding.parts, strict=True)
        if not part.found
    )
    text = "\n".join(lines)
    if absent:
        said = language(plan.language).answers.missing.format(parts=", ".join(absent))
        text = f"{text}\n\n{said}"
    return page.done(text, form, absent)


def _yes_no(plan: Plan, part: Part, page: _Page) -> Composed:
    """The rule, behind yes or no where it holds the question's very words."""
    best = part.evidence[0]
    line = _quoted(part, best)
    answers = language(plan.language).answers
    verdict = _verdict(part.question, best.told)
    if verdict is None:
        return page.done(page.cite(line), "yes_no")
    word = answers.yes if verdict else answers.no
    said = Line(f"{word}. {line.text}", line.hit, line.quote)
    return page.done(page.cite(said), "yes_no")


def _verdict(question: str, rule: str) -> bool | None:
    """Whether a rule says yes to a question; None where it says more than yes or no."""
    asked, held = set(content_stems(question)), set(content_stems(rule))
    if not asked or len(asked & held) < YES_NO_COVERAGE * len(asked):
        return None
    if not numbers(question) <= numbers(rule) or _LIMITS.search(rule):
        return None
    return negated(question) == negated(rule)


def _list(part: Part, page: _Page, section: Section) -> Composed:
    """The whole list or the rows that the best sentence belongs to; else the related sentences."""
    best = part.evidence[0]
    run = _run_with(best, part.passage(best), section)
    if len(run) > 1:
        lines = [f"- {page.cite(line)}" for line in run[:MOST_ITEMS]]
        return page.done("\n".join(lines), "list")
    related = [one for one in part.evidence if one.score >= RELATED * best.score]
    chosen = sorted(related[:MOST_SENTENCES], key=lambda one: (one.passage, one.candidate.far))
    if len(chosen) == 1:
        return page.done(page.cite(_quoted(part, best)), "text")
    order = {id(one): number for number, one in enumerate(_in_reading_order(part, chosen))}
    chosen.sort(key=lambda one: order[id(one)])
    return page.done("\n".join(f"- {page.cite(_quoted(part, one))}" for one in chosen), "list")


def _in_reading_order(part: Part, chosen: Sequence[Evidence]) -> list[Evidence]:
    """Sentences of the better passage first, and in a passage as they stand there."""
    return sorted(
        chosen, key=lambda one: (one.passage, part.passage(one).text.find(one.sentence[:40]))
    )


def _run_with(best: Evidence, hit: Hit, section: Section) -> list[Line]:
    """The list items or table rows around a sentence; [] where it stands in prose.

    A sentence that ends with a colon opens the list below it.
    """
    lines = [
        (line, one)
        for one in section(hit) or (hit,)
        for line in one.text.splitlines()
        if line.strip()
    ]
    at = next((n for n, (line, _) in enumerate(lines) if best.sentence[:60] in line), None)
    if at is None:
        return []
    if lines[at][0].rstrip().endswith(":") and at + 1 < len(lines):
        at += 1
    shape = _shape(lines[at][0])
    if not shape:
        return []
    start = end = at
    while start and _shape(lines[start - 1][0]) == shape:
        start -= 1
    while end + 1 < len(lines) and _shape(lines[end + 1][0]) == shape:
        end += 1
    return [
        Line(_BULLET.sub("", line).strip(), one, _BULLET.sub("", line).strip())
        for line, one in lines[start : end + 1]
    ]


def _shape(line: str) -> str:
    """What makes a line part of a list: its bullet, or the name of its first column."""
    if _BULLET.match(line):
        return "numbered" if _NUMBERED.match(line) else "bullet"
    if _ROW.match(line):
        return line.partition(":")[0]
    return ""


def _steps(part: Part, page: _Page, section: Section) -> Composed:
    """The section that tells how, sentence by sentence."""
    best = part.evidence[0]
    hit = part.passage(best)
    passages = list(section(hit) or (hit,))
    told = list(_told(passages))
    if len(told) > MOST_STEPS:
        told = list(_told([hit]))
    if len(told) < 2:
        return page.done(page.cite(_quoted(part, best)), "text")
    lines = [f"{n}. {page.cite(line)}" for n, line in enumerate(told[:MOST_STEPS], start=1)]
    return page.done("\n".join(lines), "steps")


def _told(passages: Sequence[Hit]) -> Iterator[Line]:
    for hit in passages:
        for sentence in sentences(hit.text):
            if telling_words(sentence) and not is_question(sentence):
                yield Line(sentence, hit, sentence)
