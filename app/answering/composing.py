"""Composes an answer from the documents' own sentences, in the form that the question asks for.

Nothing here writes words of its own but yes, no, and what is missing. Every sentence, list item
and cell is a quotation with the number of its passage.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from app.answering.blocks import SEPARATOR, Block
from app.answering.candidates import is_question
from app.answering.clauses import MOST_SENTENCES as MOST_CLAUSE_SENTENCES
from app.answering.clauses import ClauseText
from app.answering.events import AnswerSentence, Citation, Form
from app.answering.evidence import MOST_LIKELY, Evidence, likeliest
from app.answering.finding import Around, Finding, Part
from app.answering.language import (
    codes,
    content_stems,
    names,
    negated,
    numbers,
    sentences,
    stem_of,
    telling_words,
    words,
)
from app.answering.plan import Kind, Plan, joined_words, tells
from app.answering.tables.answer import TableAnswer
from vectorstore.languages import any_of, language
from vectorstore.records import Hit

RELATED = 1.8  # log odds behind the best sentence, up to which others belong to its list
OTHER_HALF = 4.0  # log odds behind the best sentence: what is said of the second of two things
MOST_OF_SECTION = 3  # sentences of a section that is compared with another
MOST_EACH = 2  # sentences for each part of a question
MOST_SENTENCES = 6
MOST_ITEMS = 40
MOST_MARKS = 5  # behind one sentence; each row has its own
MOST_STEPS = 14
INDENT = "   "  # of items below another, in Markdown
MOST_PASSAGES = 3  # that a longer answer tells more of
ABOUT_HEADING = 0.5  # share of the question's words, by rarity, that a heading must hold
ADDED_UP = ("sum", "average", "difference")  # made of several figures, unless a sentence tells it
YES_NO_COVERAGE = 0.8  # share of the question's words that a rule must hold to be a yes or a no
_BULLET = re.compile(r"^\s*(?:[-*•–▪◦‣]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_NUMBERED = re.compile(r"^\s*\(?\d{1,2}[.)]\s+")
_ROW = re.compile(r"^[^:;]{1,80}: [^;]*(?:; [^:;]{1,80}: |$)")
_LIMITS = re.compile(
    rf"\b(?:{any_of(lambda one: one.denials.exceptions)}|"
    rf"{any_of(lambda one: one.plans.conditions)})\b",
    re.IGNORECASE,
)


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
    is_near: Callable[[Part], bool] = lambda part: False
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
    return Citation(
        number, hit.document, hit.page, hit.heading, quote, hit.chunk_id, hit.space, hit.recognised
    )


def compose(
    plan: Plan,
    finding: Finding,
    number_of: Callable[[Hit], int],
    around: Around,
    is_near: Callable[[Part], bool],
) -> Composed | None:
    """The answer in the documents' own words; None where no part of the question is answered.

    `number_of` gives a passage its number; `is_near` says whether what was found for a part that
    is not answered may be told as near.
    """
    page = _Page(number_of, is_near)
    if plan.kind is Kind.WRITING and finding.parts[0].evidence:
        shown = _list(finding.parts[0], page, around)
        lead = language(plan.language).outcomes.no_draft
        return replace(shown, text=f"{lead}\n\n{shown.text}")
    if not finding.found:
        return None
    if len(finding.parts) > 1:
        compares = plan.kind is Kind.COMPARISON and bool(plan.compared)
        if compares:
            return _comparison(plan, finding, page, around)
        return _several(plan, finding, page)
    return _one(plan, finding.found[0], page, around)


def at_length(composed: Composed, passage: Callable[[Citation], Hit]) -> Composed:
    """The answer, and below it what else its cited passages tell; `passage` gives them as data.

    Other rows of a table tell of other things.
    """
    told = [*composed.sentences]
    blocks = [composed.text]
    for one in composed.citations[:MOST_PASSAGES]:
        more = [
            line.text
            for line in _told((passage(one),))
            if line.text not in composed.text and not _ROW.match(line.text)
        ][:MOST_STEPS]
        if more:
            blocks.append(f"“{' '.join(more)}” [{one.n}]")
            told += [AnswerSentence(line, (one.n,), supported=True) for line in more]
    return replace(composed, text="\n\n".join(blocks), sentences=told)


def _one(plan: Plan, part: Part, page: _Page, around: Around) -> Composed | None:
    """The answer to a question with one part; None where a sentence cannot be the answer."""
    computed = plan.kind is Kind.COMPUTATION or plan.operation == "filter"
    if computed and _must_compute(plan, part):
        return None
    if part.block is not None:
        return _block(part, part.block, plan.kind, page)
    match plan.kind:
        case Kind.PROCEDURE:
            return _steps(part, page, around)
        case Kind.LIST:
            return _list(part, page, around)
        case Kind.YES_NO:
            return _yes_no(plan, part, page)
        case _:
            return _fact(part, page, around)


def compose_rows(
    found: TableAnswer, cited: Mapping[str, Hit], number_of: Callable[[Hit], int]
) -> Composed | None:
    """What code has computed from rows: a sentence, how it came about, and the rows, each cited.

    `cited` are the rows' passages by chunk id; None where one of them is gone.
    """
    if not found.rows or any(row.chunk_id not in cited for row in found.rows):
        return None
    page = _Page(number_of)
    marks = []
    for row in found.rows:
        told = "; ".join(f"{name}: {cell}" if name else cell for name, cell in row.cells)
        hit = cited[row.chunk_id]
        line = page.cite(Line(told, hit, _row_in(hit, [cell for _, cell in row.cells])))
        marks.append(line.rpartition(" ")[2])
    numbers = tuple(dict.fromkeys(number for one in page.said for number in one.citations))
    if found.is_list:
        items = found.markdown.splitlines()
        table = [f"{item} {mark}" for item, mark in zip(items, marks, strict=True)]
    else:
        head, rule, *lines = found.markdown.splitlines() or ["", ""]
        table = [head, rule, *(_marked(line, mark) for line, mark in zip_longest(lines, marks))]
    above = [found.statement]
    if found.how and found.how not in found.statement:
        above.append(found.how)
    page.said = [AnswerSentence(one, numbers, supported=True) for one in above] + page.said
    marked = " ".join(f"[{number}]" for number in numbers[:MOST_MARKS])
    lead = "\n".join([f"{above[0]} {marked}", *above[1:]])
    text = "\n\n".join([lead, "\n".join(filter(None, table)), *found.notes])
    form: Form = "list" if found.is_list else "table"
    return page.done(text.strip(), form if found.figure is None else "value")


def compose_clause(found: Sequence[ClauseText], number_of: Callable[[Hit], int]) -> Composed:
    """The text of a numbered part; where several documents have one, each under its name."""
    page = _Page(number_of)
    several = len({one.hit.document for one in found}) > 1
    lines = []
    for one in found[:MOST_CLAUSE_SENTENCES]:
        line = page.cite(Line(f"“{one.sentence}”", one.hit, one.sentence))
        lines.append(f"{one.hit.document}: {line}" if several else line)
    if len(lines) == 1:
        return page.done(lines[0], "text")
    return page.done(_bullets(lines), "list")


def _row_in(hit: Hit, cells: Sequence[str]) -> str:
    """The line of a passage that holds these cells; its first one where none holds them as they
    are shown."""
    lines = hit.text.splitlines() or [hit.text]
    return max(lines, key=lambda line: sum(cell in line for cell in cells))


def _marked(line: str | None, mark: str | None) -> str:
    """A row of a Markdown table with its passage's number in its last cell."""
    if not line or not mark or not line.rstrip().endswith("|"):
        return line or ""
    return f"{line.rstrip()[:-1].rstrip()} {mark} |"


def nearest(
    plan: Plan,
    finding: Finding,
    number_of: Callable[[Hit], int],
    around: Around,
    reason: str = "",
) -> Composed | None:
    """What stands near a question that is not answered, below the `reason`; None for nothing."""
    page = _Page(number_of)
    lines: dict[str, Line] = {}
    for part in finding.parts:
        if part.evidence:
            lines |= {line.quote: line for line in _near(plan.kind, part, around)}
    if not lines:
        return None
    told = _quotations(lines.values(), page)
    lead = " ".join((reason, language(plan.language).outcomes.nearby)).strip()
    # They support no answer: that they do is what is not known.
    page.said = [AnswerSentence(lead, (), supported=False)]
    # What is known to be said of something else stands beside the answer, not in it.
    return page.done(lead if reason else f"{lead}\n\n{told}", "text")


def _near(kind: Kind, part: Part, around: Around) -> list[Line]:
    """What is told of a part that is not answered: of a procedure or list the whole of it."""
    best = part.evidence[0]
    hit = part.passage(best)
    whole: list[Line] = []
    if part.block is not None:
        whole = [Line(item.text, item.hit, item.text) for item in part.block.items]
    elif kind is Kind.LIST:
        whole = _run_with(best, hit, around)
    elif kind is Kind.PROCEDURE and _ROW.match(best.sentence):
        whole = _rows_asked_for(part.question, _run_with(best, hit, around))
    elif kind in (Kind.PROCEDURE, Kind.WRITING):
        whole = list(_told(around.section(hit) or (hit,)))
        if len(whole) > MOST_STEPS:
            whole = list(_told((hit,)))
    return whole if 1 < len(whole) <= MOST_STEPS else _likeliest(part)


def _quotations(lines: Iterable[Line], page: _Page) -> str:
    return "\n\n".join(f"> {page.cite(line)}" for line in lines)


def _fact(part: Part, page: _Page, around: Around) -> Composed:
    best = part.evidence[0]
    if best.sentence.rstrip().endswith(":"):
        return _list(part, page, around)
    told = [page.cite(line) for line in _likeliest(part)]
    if len(told) == 1:
        return page.done(told[0], "text")
    return page.done(_bullets(told), "list")


def _block(part: Part, block: Block, kind: Kind, page: _Page) -> Composed:
    """A list of a document as it stands there: its items in order, each with its own items.

    Behind the sentences that answer, where it is not the list that was asked for.
    """
    steps = kind is Kind.PROCEDURE
    lines: list[str] = []
    best = part.evidence[0]
    said_above = block.is_of(part.passage(best)) and not block.holds(best.sentence)
    if kind is Kind.FACT or (steps and said_above and best.sentence not in block.opener):
        lines = [f"{page.cite(line)}\n" for line in _likeliest(part)]
        if block.opener and block.opener not in "".join(lines):
            lines.append(f"{page.cite(Line(f'“{block.opener}”', block.opened, block.opener))}\n")
    number = 0
    for item in block.items[:MOST_ITEMS]:
        number += not item.depth
        mark = f"{number}." if steps and not item.depth else "-"
        said = page.cite(Line(item.text, item.hit, item.text))
        lines.append(f"{INDENT * item.depth}{mark} {said}")
    return page.done("\n".join(lines), "steps" if steps else "list")


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _likeliest(part: Part) -> list[Line]:
    """The sentences among which the answer is, best first, each once.

    Of a question with a number only those that hold it, where the best does: "year 3", not "year
    4". Of one that asks about two things at once, what is said of the other as well.
    """
    chosen = likeliest(part.evidence)
    best = chosen[0]
    asked = numbers(part.question)
    if asked and asked <= numbers(best.told):
        chosen = [one for one in chosen if asked <= numbers(one.told) or not numbers(one.told)]
    if (other := _other_half(part)) and other not in chosen:
        chosen = [best, other, *chosen[1:]]
    lines = {one.told: _quoted(part, one) for one in reversed(chosen[:MOST_LIKELY])}
    return list(reversed(lines.values()))


def _other_half(part: Part) -> Evidence | None:
    """Of "primary and secondary carers" what is said of those that the best sentence lacks."""
    best = part.evidence[0]
    pairs = joined_words(part.question)
    held = set(content_stems(best.told))
    for one, other in pairs:
        first, second = stem_of(one), stem_of(other)
        lacking = {first, second} - held
        if len(lacking) != 1:
            continue
        for found in part.evidence[1:]:
            near = found.score >= best.score - OTHER_HALF
            if near and lacking <= set(content_stems(found.told)):
                return found
    return None


def _must_compute(plan: Plan, part: Part) -> bool:
    """Whether one sentence cannot be the answer: it is one row of many, or one figure of a sum."""
    best = part.evidence[0]
    if plan.operation and tells(plan.operation, best.told):
        return False  # "the largest room seats 60"
    return bool(_ROW.match(best.sentence)) or plan.operation in ADDED_UP


def _quoted(part: Part, found: Evidence) -> Line:
    told = _clause_about(part.question, found.told)
    return Line(f"“{told}”", part.passage(found), found.candidate.quote)


def _clause_about(question: str, sentence: str) -> str:
    """Of a sentence that tells of several names in turn, the clause about the one that is asked
    about; the whole sentence where that is not clear."""
    clauses = sentence.split("; ")
    asked = names(question)
    if len(clauses) < 2 or not asked or _ROW.match(sentence):
        return sentence
    held = [at for at, clause in enumerate(clauses) if asked & set(words(clause))]
    others = [clause for at, clause in enumerate(clauses) if at not in held]
    if len(held) != 1 or not all(names(clause) - asked for clause in others):
        return sentence
    before = "… " if held[0] else ""
    behind = " …" if held[0] < len(clauses) - 1 else ""
    return f"{before}{clauses[held[0]]}{behind}"


def _several(plan: Plan, finding: Finding, page: _Page) -> Composed:
    """One item for each part; parts that the same sentence answers share it."""
    lines: list[str] = []
    used: list[str] = []
    for part in finding.found:
        best = _own_best(part, used)
        if best is None:
            continue
        others = [one for one in likeliest(part.evidence) if one.told not in (*used, best.told)]
        for one in (best, *others)[:MOST_EACH]:
            used.append(one.told)
            lines.append(page.cite(_quoted(part, one)))
    if len(lines) == 1:
        return _with_missing(plan, finding, page, lines, "text")
    return _with_missing(plan, finding, page, [f"- {line}" for line in lines], "list")


def _own_best(part: Part, used: Sequence[str]) -> Evidence | None:
    """The part's best sentence that is not told already; None where a told one answers it too.

    A part that names something which the told sentence lacks has an answer of its own.
    """
    best = part.evidence[0]
    if best.told not in used:
        return best
    own = set(content_stems(part.question.partition(" (")[0]))
    lacking = own - set(content_stems(best.told))
    others = [one for one in part.evidence if one.told not in used]
    if own and not lacking:
        return None
    near = [one for one in others if one.score >= best.score - RELATED]
    holding = [one for one in near if lacking & set(content_stems(one.told))]
    if holding:
        return holding[0]
    if own:
        return None
    # "And what after that?" asks for the sentence behind the one that was told.
    behind = [one for one in others if _stands_behind(part, one, best)]
    return behind[0] if behind else None


def _stands_behind(part: Part, one: Evidence, other: Evidence) -> bool:
    text = part.passage(other).text
    return one.passage == other.passage and 0 <= text.find(other.sentence) < text.find(one.sentence)


def _comparison(plan: Plan, finding: Finding, page: _Page, around: Around) -> Composed:
    """A table with a column for each thing that is compared."""
    if len(finding.found) < 2:
        return _several(plan, finding, page)
    named = [
        _section_of(thing, part, around)
        for thing, part in zip(plan.compared, finding.parts, strict=True)
    ]
    best = [part.evidence[0].told if part.found else "" for part in finding.parts]
    if len(set(best)) == 1 and not all(named):  # one sentence tells of all
        return _several(plan, finding, page)
    nothing = language(plan.language).outcomes.nothing
    told = [
        (own if all(named) else _likeliest(part)[:MOST_EACH]) if part.found else []
        for own, part in zip(named, finding.parts, strict=True)
    ]
    cells = [" ".join(page.cite(line) for line in lines) or nothing for lines in told]
    rows = [_row(plan.compared), _row(["---"] * len(cells)), _row(cells)]
    return _with_missing(plan, finding, page, rows, "comparison")


def _section_of(thing: str, part: Part, around: Around) -> list[Line]:
    """The first sentences of the section that has a thing for its title; [] where none has."""
    asked = set(content_stems(thing))
    for hit in part.told:
        title = set(content_stems(hit.heading.rpartition(SEPARATOR)[2]))
        if asked and asked <= title and len(title) <= len(asked) + 1:
            lines = list(_told(around.section(hit) or (hit,)))[:MOST_OF_SECTION]
            return [replace(line, text=f"“{line.text}”") for line in lines]
    return []


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
        outcomes = language(plan.language).outcomes
        near = [
            line for part in finding.parts if not part.found and page.is_near(part)
            for line in _likeliest(part)
        ]  # fmt: skip
        if near:
            known = len(page.said)
            text += f"\n\n{outcomes.nearby_part}\n\n{_quotations(near, page)}"
            del page.said[known:]
        text += "\n\n" + outcomes.partly.format(missing=", ".join(absent))
    return page.done(text, form, absent)


def _yes_no(plan: Plan, part: Part, page: _Page) -> Composed:
    """The rule, behind yes or no where it holds the question's very words."""
    best = part.evidence[0]
    line = _quoted(part, best)
    answers = language(plan.language).outcomes
    verdict = _verdict(part.question, best.told)
    if verdict is None:
        told = [page.cite(one) for one in _likeliest(part)]
        return page.done(told[0] if len(told) == 1 else _bullets(told), "yes_no")
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


def _list(part: Part, page: _Page, around: Around) -> Composed:
    """The whole list or the rows that the best sentence belongs to; else the sections below the
    heading that is asked about; else the related sentences."""
    best = part.evidence[0]
    lines = _rows_asked_for(part.question, _run_with(best, part.passage(best), around))
    if len(lines) < 2 or _is_one_of_many(part, lines):
        lines = _sections(part, around)
    if len(lines) < 2:
        related = [one for one in part.evidence if one.score >= best.score - RELATED]
        chosen = _in_reading_order(part, related[:MOST_SENTENCES])
        lines = [_quoted(part, one) for one in chosen]
    if len(lines) < 2:
        return page.done(page.cite(_quoted(part, best)), "text")
    return page.done("\n".join(f"- {page.cite(line)}" for line in lines[:MOST_ITEMS]), "list")


def _is_one_of_many(part: Part, lines: Sequence[Line]) -> bool:
    """Whether what is asked for is one item of a list of other things, as in a table of contents:
    nothing above the list names it, and one item alone."""
    asked = set(content_stems(part.question))
    hit = lines[0].hit
    before, found, _ = hit.text.partition(lines[0].text[:60])
    opener = before.strip().rpartition("\n")[2] if found else ""
    if asked & set(content_stems(f"{hit.document} {hit.heading} {opener}")):
        return False
    return sum(bool(asked & set(content_stems(line.text))) for line in lines) == 1


def _rows_asked_for(question: str, lines: Sequence[Line]) -> list[Line]:
    """Of a table's rows those that hold the names and part numbers of the question, if any do."""
    asked = names(question) | codes(question)
    if not lines or not _ROW.match(lines[0].text):
        return list(lines)
    held = [asked & ({*words(line.text)} | codes(line.text)) for line in lines]
    known = frozenset[str]().union(*held)
    return [line for line, one in zip(lines, held, strict=True) if one == known]


def _sections(part: Part, around: Around) -> list[Line]:
    """The sections below a heading that holds what is asked about, each by its first sentence.

    [] where no heading does, or where the asked thing stands in a sentence rather than above it.
    """
    hit = part.passage(part.evidence[0])
    asked = {stem_of(word): part.rarity.get(word, 1.0) for word in telling_words(part.question)}
    # A word that stands nowhere stands in no heading: "the rounds of an interview".
    asked = {stem: weight for stem, weight in asked.items() if weight < 1.0} or asked
    path = hit.heading.split(SEPARATOR)
    for depth in range(len(path)):
        above = SEPARATOR.join(path[:depth])
        titles = set(content_stems(above or hit.document))
        held = sum(weight for stem, weight in asked.items() if stem in titles)
        if held < ABOUT_HEADING * sum(asked.values()):
            continue
        below = [one for one in around.outline(hit) if _is_child(one.heading, above)]
        if 1 < len(below) <= MOST_ITEMS:
            return [line for one in below for line in _titled(one)]
    return []


def _is_child(heading: str, above: str) -> bool:
    start = f"{above}{SEPARATOR}" if above else ""
    return bool(heading) and heading.startswith(start) and SEPARATOR not in heading[len(start) :]


def _titled(hit: Hit) -> Iterator[Line]:
    """A section by its title and first sentence."""
    first = next((line for line in _told([hit])), None)
    if first is not None:
        title = hit.heading.rpartition(SEPARATOR)[2]
        yield Line(f"{title}: {first.text}", hit, first.quote)


def _in_reading_order(part: Part, chosen: Sequence[Evidence]) -> list[Evidence]:
    """Sentences of the better passage first, and in a passage as they stand there."""
    return sorted(
        chosen, key=lambda one: (one.passage, part.passage(one).text.find(one.sentence[:40]))
    )


def _run_with(best: Evidence, hit: Hit, around: Around) -> list[Line]:
    """The list items or table rows around a sentence; [] where it stands in prose.

    A sentence that ends with a colon opens the list below it.
    """
    lines = [
        (line, one)
        for one in around.section(hit) or (hit,)
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


def _steps(part: Part, page: _Page, around: Around) -> Composed:
    """The section that tells how, sentence by sentence; of a section about several things the
    paragraph alone."""
    best = part.evidence[0]
    hit = part.passage(best)
    told = list(_told(around.section(hit) or (hit,)))
    if _ROW.match(best.sentence):  # "how is error E-121 mended": of a table its row
        told = _rows_asked_for(part.question, _run_with(best, hit, around))
    elif len(told) > MOST_STEPS or not _is_about(part.question, hit):
        line = next((line for line in hit.text.splitlines() if best.sentence[:60] in line), "")
        paragraph = list(_told([replace(hit, text=line)]))
        told = paragraph if len(paragraph) > 1 or len(told) > MOST_STEPS else told
    while told and told[-1].text.rstrip().endswith(":"):
        told.pop()  # it opens what is told no more
    if len(told) < 2:
        return page.done(page.cite(_quoted(part, best)), "text")
    lines = [f"{n}. {page.cite(line)}" for n, line in enumerate(told[:MOST_STEPS], start=1)]
    return page.done("\n".join(lines), "steps")


def _is_about(question: str, hit: Hit) -> bool:
    """Whether a passage's own heading speaks of what is asked."""
    heading = hit.heading.rpartition(SEPARATOR)[2] or hit.document
    return bool(set(content_stems(heading)) & set(content_stems(question)))


def _told(passages: Sequence[Hit]) -> Iterator[Line]:
    for hit in passages:
        for sentence in sentences(hit.text):
            if telling_words(sentence) and not is_question(sentence):
                yield Line(sentence, hit, sentence)
