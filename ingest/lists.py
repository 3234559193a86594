"""Finds lists in the text of a section: items of one kind, and what each of them is told to be.

A list of "label: figure" is a table of two columns, any other a table of one. Both are kept beside
the tables. What is doubtful is no list: a false one gives false answers.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from ingest.sections import Section
from vectorstore.languages import words_of
from vectorstore.tables.values import Value, known_unit, read_value
from vectorstore.tables.words import folded

_MARK = re.compile(
    r"(?P<indent>[ \t]*)"
    r"(?P<mark>[-*+•‣◦▪●■□–—·➢✓]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])[ \t]+(?=\S)"
)
_SEPARATOR = re.compile(r":\s|\s[-–—=]\s|\s\.{3,}")  # between label and figure
_IN_BRACKETS = re.compile(r"(?P<label>[^()]{1,80})\s\((?P<value>[^()]{1,40})\)[.;,]?$")
_EMPHASIS = re.compile(r"\*\*|__|`")
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{2}[.!?])\s+(?=[^\W\d_])")
_LONGEST_ITEM = 400  # characters; what is longer is a paragraph with a number
_LONGEST_LABEL, _MOST_LABEL_WORDS = 80, 9
_LONGEST_LEAD = 300  # characters
_LONGEST_SENTENCE = 600  # of one that names things with their figures
_FEWEST_FIGURES, _FEWEST_ITEMS = 3, 2
_MOST_ITEMS = 200
_MOST_LISTS = 500  # of one section
_BARE = re.compile(r"[1-9]\d{0,6}(?:[.,]\d+)?$|0$")  # no telephone number, no code
_VALUE_WORDS = 4  # of an amount with its unit: "4.5 million US dollars"


class ListItem(NamedTuple):
    """An item of a list: the number of the line of the section where it begins, and its cells."""

    line: int
    cells: list[str]


class FoundList(NamedTuple):
    """A list: its lead-in (or ""), names of columns ("" where it says none), and its items.

    `mark` is the kind of mark before its items, or "". `open_end`: it ends with its section, and
    `open_start`: it begins with it, so that it may go on over the border of a page.
    """

    lead: str
    columns: list[str]
    items: list[ListItem]
    mark: str = ""
    open_start: bool = False
    open_end: bool = False


class _Line(NamedTuple):
    number: int
    indent: int
    mark: str  # its kind, or ""
    text: str
    after_gap: bool  # an empty line stands before it


class _Open:
    """A list with marks whose items may still follow."""

    def __init__(self, first: _Line, lead: str, *, at_start: bool) -> None:
        self.lead = lead
        self.indent = first.indent
        self.mark = first.mark
        self.at_start = at_start
        self.lines: list[tuple[int, str]] = [(first.number, first.text)]
        self.nested = False  # an item has items of its own


def lists_in(section: Section) -> list[FoundList]:
    """The lists of a section of text, in its order; none of one that is no plain text."""
    if section.kind != "text":
        return []
    lines = _lines(section.text)
    found = [*_marked(lines), *_unmarked(lines), *_pairs(lines), *_sentences(lines)]
    found.sort(key=lambda one: one.items[0].line)
    return found[:_MOST_LISTS]


def joined(one: FoundList, other: FoundList) -> bool:
    """Whether the second list, which begins a page, goes on with the first, which ends one."""
    return (
        one.open_end
        and other.open_start
        and not other.lead
        and one.mark == other.mark != ""
        and len(one.items[0].cells) == len(other.items[0].cells)
    )


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    gap = True
    for number, raw in enumerate(text.split("\n")):
        if not raw.strip():
            gap = True
            continue
        marked = _MARK.match(raw)
        if marked:
            kind, rest = _kind_of(marked["mark"]), raw[marked.end() :]
            indent = len(marked["indent"].expandtabs(4))
        else:
            kind, rest = "", raw
            indent = len(raw) - len(raw.lstrip())
        plain = " ".join(_EMPHASIS.sub("", rest).split())
        found.append(_Line(number, indent, kind, plain, gap))
        gap = False
    return found


def _kind_of(mark: str) -> str:
    inner = mark.strip("().")
    if inner.isdigit():
        return "1"
    return "a" if inner.isalpha() else mark


# Lists with marks


def _marked(lines: Sequence[_Line]) -> Iterator[FoundList]:
    """Runs of lines of one depth and one kind of mark; deeper ones are lists of their own."""
    stack: list[_Open] = []
    done: list[tuple[_Open, bool]] = []
    above = ""  # the paragraph above
    for line in lines:
        if not line.mark:
            if stack and not line.after_gap:
                number, text = stack[-1].lines[-1]
                stack[-1].lines[-1] = number, f"{text} {line.text}"  # goes on
                continue
            done += ((one, False) for one in stack)
            stack = []
            above = line.text if line.after_gap else f"{above} {line.text}"[-2 * _LONGEST_LEAD :]
            continue
        while stack and (
            stack[-1].indent > line.indent
            or (stack[-1].indent == line.indent and stack[-1].mark != line.mark)
        ):
            done.append((stack.pop(), False))
        if stack and stack[-1].indent == line.indent:
            stack[-1].lines.append((line.number, line.text))
            continue
        if stack:
            stack[-1].nested = True
            lead = stack[-1].lines[-1][1]
        else:
            lead = _last_sentence(above)
        at_start = line is lines[0]
        stack.append(_Open(line, lead, at_start=at_start))
    done += ((one, True) for one in stack)
    for one, ended in done:
        yield from _kept(one, ended=ended)


def _kept(one: _Open, *, ended: bool) -> Iterator[FoundList]:
    texts = [text for _, text in one.lines]
    if len(texts) > _MOST_ITEMS or any(len(text) > _LONGEST_ITEM for text in texts):
        return
    goes_on = one.at_start or ended  # the rest may stand on another page
    if len(texts) < _FEWEST_ITEMS and not goes_on:
        return
    if not one.nested and (table := _figures(one.lines, one.lead, marked=True)) is not None:
        yield table._replace(mark=one.mark, open_start=one.at_start, open_end=ended)
        return
    items = [ListItem(number, [text]) for number, text in one.lines]
    yield FoundList(one.lead, [""], items, one.mark, one.at_start, ended)


def _last_sentence(paragraph: str) -> str:
    """The last sentence of a paragraph, which leads to what follows; "" where it is too long."""
    last = _SENTENCE_END.split(paragraph[-2 * _LONGEST_LEAD :])[-1].strip()
    is_lead = len(last) <= _LONGEST_LEAD and any(letter.isalpha() for letter in last)
    return last if is_lead else ""


# Lists of labels and figures


def _unmarked(lines: Sequence[_Line]) -> Iterator[FoundList]:
    """Lines, or paragraphs of a line, that follow each other and are all "label: figure"."""
    above = ""
    for figured, group in groupby(lines, key=lambda line: not line.mark and _is_figured(line.text)):
        run = list(group)
        if figured:
            found = _figures([(one.number, one.text) for one in run], above, marked=False)
            if found is not None:
                yield found
        above = "" if figured or run[-1].mark else _last_sentence(run[-1].text)


def _pairs(lines: Sequence[_Line]) -> Iterator[FoundList]:
    """Paragraphs that are a label and its figure in turn, as definition lists are read."""
    run: list[tuple[int, str, str]] = []
    above = lead = ""
    at = 0
    while at < len(lines):
        label, figure = lines[at], lines[at + 1] if at + 1 < len(lines) else None
        if figure is not None and _is_pair(label, figure):
            lead = lead if run else above
            run.append((label.number, label.text, figure.text))
            at += 2
            continue
        if len(run) >= _FEWEST_FIGURES and (found := _of_one_kind(run, lead, bare=False)):
            yield found
        run = []
        above = "" if label.mark else _last_sentence(label.text)
        at += 1
    if len(run) >= _FEWEST_FIGURES and (found := _of_one_kind(run, lead, bare=False)):
        yield found


def _is_pair(label: _Line, figure: _Line) -> bool:
    return (
        label.after_gap
        and figure.after_gap
        and not label.mark
        and not figure.mark
        and _is_label(label.text)
        and _value(label.text) is None
        and len(figure.text) <= _LONGEST_LABEL
        and _value(figure.text) is not None
    )


def _is_figured(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL + 40 and _parted(text) is not None


@lru_cache(maxsize=2_000)
def _parted(text: str) -> tuple[str, str] | None:
    """An item's label and its figure; None where it is no such item."""
    if found := _IN_BRACKETS.match(text):
        label, figure = found["label"].strip(), found["value"].strip()
    else:
        cuts = list(_SEPARATOR.finditer(text[: _LONGEST_LABEL + 40]))
        if len(cuts) != 1:
            return None
        label, figure = text[: cuts[0].start()].strip(), text[cuts[0].end() :].strip(" .;,")
    if not _is_label(label) or _value(figure) is None:
        return None
    return label, figure


def _is_label(text: str) -> bool:
    return (
        0 < len(text) <= _LONGEST_LABEL
        and len(text.split()) <= _MOST_LABEL_WORDS
        and any(letter.isalpha() for letter in text)
        and not any(mark in text for mark in ".!?;")
    )


def _value(figure: str) -> Value | None:
    """What a figure says; None for a time of day, a telephone number, a text."""
    if ":" in figure:
        return None
    value = read_value(figure, ".") or read_value(figure, ",")
    if value is None or (not value.unit and value.kind != "date" and not _BARE.match(figure)):
        return None
    return value


def _figures(lines: Sequence[tuple[int, str]], lead: str, *, marked: bool) -> FoundList | None:
    """A table of labels and figures of one kind and unit; None where the items differ."""
    parts = [(number, _parted(text)) for number, text in lines]
    if len(parts) < _FEWEST_FIGURES or any(part is None for _, part in parts):
        return None
    cells = [(number, *part) for number, part in parts if part is not None]
    return _of_one_kind(cells, lead, bare=marked and bool(lead))


def _of_one_kind(
    cells: Sequence[tuple[int, str, str]], lead: str, *, bare: bool, measured: str = ""
) -> FoundList | None:
    """The table of these lines, labels and figures; `bare` figures are those without a unit."""
    labels = [label for _, label, _ in cells]
    if len({folded(label) for label in labels}) < len(labels):
        return None
    kinds = {_shape(value) for _, _, figure in cells if (value := _value(figure)) is not None}
    if len(kinds) != 1 or (kinds == {("number", "", "")} and not bare):
        return None
    items = [ListItem(number, [label, figure]) for number, label, figure in cells]
    return FoundList(lead, [_shared(labels), measured], items)


def _shape(value: Value) -> tuple[str, str, str]:
    return value.kind, value.unit, value.per


def _shared(labels: Sequence[str]) -> str:
    """The word that all labels begin with, and that says what they are: "Grade" of "Grade A"."""
    firsts = {folded(label.split()[0]) for label in labels}
    first = labels[0].split()[0]
    longer = all(len(label.split()) > 1 for label in labels)
    return first if len(firsts) == 1 and longer and len(first) > 2 and first.isalpha() else ""


# Sentences that name several things with their figures


def _sentences(lines: Sequence[_Line]) -> Iterator[FoundList]:
    for line in lines:
        for sentence in _SENTENCE_END.split(line.text):
            if sum(letter.isdigit() for letter in sentence) >= _FEWEST_FIGURES and (
                len(sentence) <= _LONGEST_SENTENCE
            ):
                found = _series(sentence, line.number)
                if found is not None:
                    yield found


@lru_cache(maxsize=1)
def _joints() -> re.Pattern[str]:
    words = "|".join(map(re.escape, words_of(lambda language: language.support.joints)))
    return re.compile(rf",?\s(?:{words})\s|[,;]\s", re.IGNORECASE)


def _series(sentence: str, line: int) -> FoundList | None:
    """ "Grade A is paid 30 euro, B 40 euro and C 55 euro", "412 people: 265 in Galway, 98 in …"."""
    lead, _, told = sentence.rpartition(": ")
    pieces = [piece.strip() for piece in _joints().split(told.rstrip(" .;!"))]
    if len(pieces) < _FEWEST_FIGURES:
        return None
    before = [_figure_first(piece) for piece in pieces]
    if lead and all(part is not None for part in before):
        return _counted([part for part in before if part is not None], lead, line)
    behind = [_figure_last(piece) for piece in pieces]
    if any(part is None for part in behind):
        return None
    return _spoken([part for part in behind if part is not None], lead, line)


def _figure_first(piece: str) -> tuple[str, str] | None:
    """ "265 in Galway" as its figure and the rest."""
    words = piece.split()
    for count in range(min(_VALUE_WORDS, len(words) - 1), 0, -1):
        figure = " ".join(words[:count])
        value = _value(figure)
        if value is not None and (not value.unit or _has_known_unit(value)):
            rest = " ".join(words[count:])
            return (figure, rest) if not any(letter.isdigit() for letter in rest) else None
    return None


def _figure_last(piece: str) -> tuple[str, str] | None:
    """ "Grade A is paid 30 euro an hour" as its words and the figure behind them."""
    words = piece.split()
    for count in range(min(_VALUE_WORDS, len(words) - 1), 0, -1):
        figure = " ".join(words[-count:])
        if (
            not any(letter.isdigit() for letter in words[-count])
            and count > 1
            and (not known_unit(words[-count]))
        ):
            continue  # a word before the figure, and no currency
        value = _value(figure)
        if value is not None and _has_known_unit(value):
            return " ".join(words[:-count]), figure
    return None


def _has_known_unit(value: Value) -> bool:
    return value.kind == "date" or known_unit(value.unit) != ""


def _counted(parts: Sequence[tuple[str, str]], lead: str, line: int) -> FoundList | None:
    """Figures before what they are of, behind a lead that tells their sum or what is counted."""
    rests = [rest.split() for _, rest in parts]
    first = {folded(rest[0]) for rest in rests}
    small = {folded(word) for word in words_of(lambda language: language.tables.free)}
    if len(first) != 1 or not first <= small or any(len(rest) < 2 for rest in rests):
        return None
    cells = [
        (line, " ".join(rest[1:]), figure) for (figure, _), rest in zip(parts, rests, strict=True)
    ]
    if any(not _is_label(label) for _, label, _ in cells):
        return None
    return _of_one_kind(cells, lead, bare=True, measured=_what_is_counted(cells, lead))


def _what_is_counted(cells: Sequence[tuple[int, str, str]], lead: str) -> str:
    """The word behind the sum of the figures in the lead: "people" of "we were 412 people"."""
    values = [value.low for _, _, figure in cells if (value := _value(figure)) is not None]
    words = lead.split()
    for at, word in enumerate(words[:-1]):
        said = read_value(word, ".")
        if said is not None and said.low == sum(values) and words[at + 1].isalpha():
            return words[at + 1]
    return ""


def _spoken(parts: Sequence[tuple[str, str]], lead: str, line: int) -> FoundList | None:
    """Figures behind their labels; the first has the verb too, which names the figures."""
    (first, figure), *others = parts
    sizes = {len(label.split()) for label, _ in others}
    words, size = first.split(), len(others[0][0].split())
    if len(sizes) != 1 or not 0 < size < len(words):
        return None
    starts = {folded(label.split()[0]) for label, _ in parts}
    if size > 1 and len(starts) > 1:
        return None  # "Grade A …, grade B …": labels of several words have to begin alike
    amount, period = _without_period(figure)
    verb = [*words[size:], *period]
    if len(verb) > 2 * _VALUE_WORDS or any(word[0].isupper() for word in words[size:]):
        return None
    labels = [" ".join(words[:size]), *(label for label, _ in others)]
    figures = [amount, *(one for _, one in others)]
    if any(not _is_label(label) for label in labels):
        return None
    cells = [(line, label, one) for label, one in zip(labels, figures, strict=True)]
    return _of_one_kind(cells, lead, bare=False, measured=" ".join(verb))


def _without_period(figure: str) -> tuple[str, list[str]]:
    """ "30 euro an hour" as "30 euro" and the words that hold for what follows, too."""
    value, words = _value(figure), figure.split()
    for count in range(1, len(words)):
        short = _value(" ".join(words[:count]))
        if value and value.per and short and not short.per and short.unit == value.unit:
            return " ".join(words[:count]), words[count:]
    return figure, []
