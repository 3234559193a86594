"""Looks a figure of accounts up: the line that is called so, in the column of its period.

Statements have hundreds of lines, and their names are few: what a question asks for is found by
the name of its line, in any of its usual wordings, and by nothing else that a table may do.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from app.answering.search_index import SearchIndex
from app.answering.tables.answer import TableAnswer, UsedRow
from app.answering.tables.asking import Asked, read_question
from app.answering.tables.lexicon import is_word
from app.answering.tables.telling import number
from app.answering.tables.view import Column, View, views_of
from vectorstore.dates import placed_days
from vectorstore.languages import languages, words_of
from vectorstore.languages.base import Language
from vectorstore.records import Hit
from vectorstore.scope import Scope
from vectorstore.tables.records import Table, TableRow
from vectorstore.tables.scales import scale_in
from vectorstore.tables.values import Value, is_nothing, read_value
from vectorstore.tables.words import folded, words_in

_MOST_DOCUMENTS = 6  # whose tables are read for one question
_MOST_TABLES = 1_500  # of one of them
_MOST_OPENING = 1_500  # characters of a document that say whose it is
_TITLE = 300  # of them that say of what period it is
_HITS = 20  # passages by which documents are found
_YEAR = re.compile(
    r"(?<![\d.,])(?:\b[Ff][Yy]\s?)?((?:19[5-9]|20\d)\d)(?:\s?[-/–]\s?((?:19|20)?\d\d)(?!\d))?(?![\d,]{0,9}\d)"
)
_SHORT_YEAR = re.compile(r"\bfy\s?'?(\d\d)\b", re.IGNORECASE)
_ENUMERATION = re.compile(r"(?:[ivxlcIVXLC]{1,6}|[a-zA-Z]|\d{1,2})[.)]\s*")
_NOTE = re.compile(r"\^?\({1,2}\d{1,2}\){1,2}|\[\d{1,2}\]")
_LINE_MARK = "#"  # before the number of a line that has several names
_NARROW = 0.25  # what a line loses for each word of its group that the question does not say
_OF_GROUP, _OF_DOCUMENT = 0.5, 0.1  # what a word counts that is not in the line's own name
_STATEMENT, _OF_STATEMENT = 4, 0.3  # usual lines that a whole statement has, and its gain
_OF_WHOLE = 0.2  # more where both the line and the question say "total"
_OF_ITS_YEAR = 0.3  # more for the report on the year that is asked for than for a later one
_OF_DAY = 0.2  # more for a column of a day, where a day is asked for
_WHOLE_SHARE = Decimal(100)
_OFTEN = 0.12  # of its passages: a document that uses a word so often is of what it names
_SUMS = frozenset(("thousand", "million", "billion"))
_SIZES = {"thousand": Decimal(1_000), "million": Decimal(1_000_000), "billion": Decimal(10**9)}
_SAID = frozenset(("change", "difference", "percent", "count", "which", "ask", "prior"))
_AGREEING, _MOSTLY = 3, 0.6  # cells that say the same, of all that fit as well
_NEAR = Decimal("0.001")  # two figures that differ less are one, rounded otherwise


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked: the words of the line, the periods, and of what length these are."""

    asked: Asked
    words: tuple[str, ...]
    years: tuple[str, ...]  # "2021", "2016-17"; in the question's order
    months: frozenset[int]
    of_quarter: bool
    of_percent: bool
    of_change: bool
    extreme: str = ""  # "low" or "high", of what several have


@dataclass(frozen=True, slots=True)
class Report:
    """A document with the words by which it says whose it is, and of what period."""

    space: str
    name: str
    words: tuple[str, ...]
    years: frozenset[str]
    joined: str  # without any spaces
    of_quarter: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell that may be the figure."""

    view: View
    row: TableRow
    label: str
    column: Column
    value: Value
    scale: str
    fit: float

    @property
    def amount(self) -> Decimal:
        """The value in ones, so that statements in thousands and in millions compare."""
        unit = f"{self.scale} {self.value.unit}".split()
        size = next((_SIZES[part] for part in unit if part in _SIZES), Decimal(1))
        return self.value.low * size


def figure_of_accounts(
    question: str, scope: Scope, index: SearchIndex, hits: Sequence[Hit]
) -> TableAnswer | None:
    """The figure that the question asks for, from the line of that name; None where no line is.

    Every word of the question is accounted for by the line, its column, its table or the names of
    its document. Where lines with different figures fit alike there is no answer.
    """
    asked = read_question(question)
    read = None if asked is None else _read(asked)
    if read is None:
        return None
    if read.extreme:
        return _told_extreme(read, _of_each(read, scope, index, hits))
    documents = reports_named(read.words, read.asked.text, scope, index, hits)
    lines = [one for document in documents for one in _lines(read, document, index)]
    if read.of_change:
        return _told_change(read, lines)
    found = [one for line in lines if (one := line.at(read.years[0] if read.years else ""))]
    chosen = _chosen(found)
    return None if chosen is None else _told(read, chosen)


def asks_for_figure(question: str) -> bool:
    """Whether a question is one for a figure of accounts, by the name of a usual line."""
    asked = read_question(question)
    read = None if asked is None else _read(asked)
    return read is not None and any(word.startswith(_LINE_MARK) for word in read.words)


def entries_named(
    question: str, scope: Scope, index: SearchIndex, hits: Sequence[Hit]
) -> dict[Report, Entry]:
    """The figure that the question asks for in each report that it names; none where it is no
    question for one figure."""
    asked = read_question(question)
    read = None if asked is None else _read(asked)
    if read is None or read.extreme or read.of_change:
        return {}
    found = {}
    for report in reports_named(read.words, read.asked.text, scope, index, hits):
        year = read.years[0] if read.years else ""
        cells = [cell for line in _lines(read, report, index) if (cell := line.at(year))]
        if (chosen := _chosen(cells)) is not None:
            found[report] = chosen
    return found


# The question


def _read(asked: Asked) -> _Question | None:
    """The question as one for a figure of accounts; None where it is none."""
    words = asked.words
    if asked.cue("average", "list") or (asked.cue("sum", "share") and asked.cue("percent")):
        return None
    extreme = asked.cue("lowest", "highest", "lower", "higher")
    if extreme and any(map(_is_quarter, words[extreme.start + extreme.length :][:1])):
        extreme = None  # "first" of "first quarter"
    if not (extreme and asked.cue("which")) and (extreme or not _starts_with(words, _asks())):
        return None
    years, spans = _years(asked.text)
    months = set()
    for day, start, end in placed_days(asked.text):
        spans.append((start, end))
        months.add(day.month)
    change = asked.cue("change", "difference") is not None
    if len(set(years)) > (2 if change else 1) or (change and len(set(years)) < 2):
        return None
    cues = {
        at
        for cue in asked.cues
        if cue.kind in _SAID or cue == extreme
        for at in range(cue.start, cue.start + cue.length)
    }
    kept = [
        token
        for at, token in enumerate(asked.tokens)
        if at not in cues and not any(a <= token.start < b for a, b in spans)
    ]
    said = _named([token.word for token in kept])
    quarter = _has(words, _quarters())
    # "Uber" is no "über": a word that only looks like a small one is a name.
    free = {token.word for token in kept if token.raw.casefold() in _small()}
    telling = tuple(w for w in said if w not in free and not _is_quarter(w) and not w.isdigit())
    if not telling:
        return None
    percent = asked.cue("percent") is not None or not _shares().isdisjoint(words)
    side = "" if extreme is None else ("low" if extreme.low else "high")
    return _Question(
        asked,
        telling,
        tuple(years),
        frozenset(months),
        quarter,
        percent and not change,
        change,
        side,
    )


def years_of(text: str) -> list[str]:
    """The years that a text names, each once: "2021", "2016-17"."""
    return _years(text)[0]


def _years(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The years of a text, each once, and where they stand."""
    found: dict[str, None] = {}
    spans = []
    for year in _YEAR.finditer(text):
        found[_span_of(year)] = None
        spans.append(year.span())
    for short in _SHORT_YEAR.finditer(text):
        found[f"20{short[1]}"] = None
        spans.append(short.span())
    for day, _, _ in placed_days(text):  # "31.12.2023"
        if day.year:
            found[str(day.year)] = None
    return list(found), spans


def _span_of(year: re.Match[str]) -> str:
    first, last = year[1], year[2]
    if not last:
        return first
    last = last[-2:]
    return f"{first}-{last}" if int(last) == (int(first) + 1) % 100 else first


def _named(words: Sequence[str]) -> list[str]:
    """The words with the usual names of a line as one: "net sales" and "revenue" are the same."""
    said: list[str] = []
    at = 0
    while at < len(words):
        length, line = _line_at(words, at)
        said.append(line or words[at])
        at += length or 1
    return said


def _line_at(words: Sequence[str], at: int) -> tuple[int, str]:
    for names, line in _lines_by_first().get(words[at], ()):
        if tuple(words[at : at + len(names)]) == names:
            return len(names), line
    return 0, ""


@lru_cache(maxsize=1)
def _lines_by_first() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Names of lines by their first word, the longest first. Groups that share a name are one."""
    groups: list[set[tuple[str, ...]]] = []
    for language in languages():
        for group in language.accounts.lines:
            names = {tuple(words_in(name)) for name in group}
            for other in [one for one in groups if one & names]:
                groups.remove(other)
                names |= other
            groups.append(names)
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for position, names in enumerate(groups):
        for name in names:
            found.setdefault(name[0], []).append((name, f"{_LINE_MARK}{position}"))
    return {first: sorted(known, key=lambda one: -len(one[0])) for first, known in found.items()}


@lru_cache(maxsize=1)
def _asks() -> tuple[tuple[str, ...], ...]:
    return _phrases(words_of(lambda language: language.accounts.asks))


@lru_cache(maxsize=1)
def _quarters() -> tuple[tuple[str, ...], ...]:
    return _phrases(words_of(lambda language: language.accounts.quarters))


@lru_cache(maxsize=1)
def _annual() -> tuple[tuple[str, ...], ...]:
    return _phrases(words_of(lambda language: language.accounts.annual))


@lru_cache(maxsize=1)
def _yearly() -> tuple[tuple[str, ...], ...]:
    return _phrases(words_of(lambda language: language.accounts.yearly))


@lru_cache(maxsize=1)
def _current() -> tuple[tuple[str, ...], ...]:
    return _phrases(words_of(lambda language: language.accounts.current))


@lru_cache(maxsize=1)
def _prior() -> tuple[tuple[str, ...], ...]:
    return _phrases(words_of(lambda language: language.accounts.prior))


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    """Words that narrow no question, with their accents."""
    return frozenset(
        word.casefold()
        for language in languages()
        for word in (*language.accounts.unasked, *language.tables.free, *language.stop_words)
    )


@lru_cache(maxsize=1)
def _whole() -> frozenset[str]:
    return frozenset(map(folded, words_of(lambda language: language.accounts.whole)))


@lru_cache(maxsize=1)
def _compared() -> frozenset[str]:
    return frozenset(map(folded, words_of(lambda language: language.accounts.compared)))


@lru_cache(maxsize=1)
def _shares() -> frozenset[str]:
    return frozenset(map(folded, words_of(lambda language: language.accounts.shares)))


@lru_cache(maxsize=1)
def _unscaled() -> frozenset[str]:
    words = words_of(lambda language: (*language.tables.unscaled, *language.tables.counted))
    return frozenset(map(folded, words))


@lru_cache(maxsize=1)
def _tails() -> re.Pattern[str]:
    tails = words_of(lambda language: language.accounts.tails)
    return re.compile(rf"\(|,?\s\b(?:{'|'.join(map(re.escape, tails))})\b", re.IGNORECASE)


def _phrases(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(words_in(text)) for text in texts)


def _starts_with(words: Sequence[str], phrases: Iterable[tuple[str, ...]]) -> bool:
    """Whether a question opens so, perhaps behind the name of whom it is about."""
    return any(
        tuple(words[at : at + len(phrase)]) == phrase
        for phrase in phrases
        for at in range(min(6, len(words)))
    )


def _has(words: Sequence[str], phrases: Iterable[tuple[str, ...]]) -> bool:
    joined = f" {' '.join(words)} "
    return any(f" {' '.join(phrase)} " in joined for phrase in phrases)


def _is_quarter(word: str) -> bool:
    return any(word in phrase for phrase in _quarters())


# Documents


def reports_named(
    named: Sequence[str], question: str, scope: Scope, index: SearchIndex, hits: Sequence[Hit]
) -> list[Report]:
    """The documents whose names hold the most words of the question; of one alone, that one.

    `named` are the question's folded words without those of what it asks for.
    """
    more = index.search(question, scope, k=_HITS).hits
    places = dict.fromkeys((hit.space, hit.document) for hit in (*hits, *more))
    openings = {(hit.space, hit.document): hit for hit in (*more, *hits)}
    records = {(one.space, one.name): one for one in index.documents_of(scope)}
    for place, record in records.items():
        own = words_in(f"{record.name} {record.title}")
        if any(is_word(word, one) for word in named for one in own):
            places.setdefault(place)
    found: list[tuple[int, Report]] = []
    for place in places:
        hit = openings.get(place)
        if hit is not None:
            opening = index.opening(hit)
        else:
            opening = "\n".join(one.text for one in index.chunks(*place)[:2])
        title = f"{place[1]} {records[place].title if place in records else ''}"
        document = _document(place, title, opening[:_MOST_OPENING])
        held = sum(is_of(word, document) for word in named)
        found.append((held, document))
    most = max((held for held, _ in found), default=0)
    if not most and len(records) > 1:
        found = [(sum(is_of(w, one) for w in named), one) for one in _by_use(found, named, index)]
        most = max((held for held, _ in found), default=0)
        if not most:
            return []
    return [document for held, document in found if held == most][:_MOST_DOCUMENTS]


def _of_each(
    read: _Question, scope: Scope, index: SearchIndex, hits: Sequence[Hit]
) -> list[tuple[str, Entry | None]]:
    """The figure of each of those that the question sets side by side, by their names."""
    found: list[tuple[str, Entry | None]] = []
    lines = tuple(word for word in read.words if word.startswith(_LINE_MARK))
    others = [word for word in read.words if not word.startswith(_LINE_MARK)]
    held = {w: frozenset(reports_named((w,), read.asked.text, scope, index, ())) for w in others}
    shared = [frozenset(document.name for document in held[word]) for word in others]
    names = [
        w for w, of in zip(others, shared, strict=True) if of and shared.count(of) < len(shared)
    ]
    common = tuple(word for word in others if word not in names)
    if len(set(shared)) < 2 or len(names) < 2:
        return []
    for name in names:
        one = replace(read, words=(*lines, *common, name), extreme="")
        rows = [line for document in held[name] for line in _lines(one, document, index)]
        cells = [cell for line in rows if (cell := line.at(read.years[0] if read.years else ""))]
        token = next(token for token in read.asked.tokens if token.word == name)
        found.append((token.raw, _chosen(cells)))
    return found


def _told_extreme(
    read: _Question, figures: Sequence[tuple[str, Entry | None]]
) -> TableAnswer | None:
    """Which of several has the lowest figure, or the highest, with the figures of all, and for
    whom there is none."""
    found = [(name, figure) for name, figure in figures if figure is not None]
    lacking = [name for name, figure in figures if figure is None]
    currencies = {part for _, one in found for part in f"{one.scale} {one.value.unit}".split()}
    if len(found) < 2 or len(currencies - _SUMS) > 1:
        return None  # amounts in several currencies do not compare
    if len({bool(one.scale) for _, one in found}) > 1:
        return None  # nor do thousands with what may be millions
    ordered = sorted(found, key=lambda one: one[1].amount, reverse=read.extreme == "high")
    language = read.asked.language
    sentences = language.tables.sentences
    name, best = ordered[0]
    template = sentences.lowest if read.extreme == "low" else sentences.highest
    statement = template.format(
        column=plain_label(best.label),
        source=best.view.table.document.rsplit("/", 1)[-1],
        value=text_of(best, language),
        rows=name,
    )
    lines = [
        f"| {escaped(one)} | {escaped(plain_label(figure.label))} | "
        f"{escaped(figure.column.name)} | {escaped(text_of(figure, language))} |"
        for one, figure in ordered
    ]
    return TableAnswer(
        operation="extreme",
        column=best.column.name,
        columns=(best.column.name,),
        rows=tuple(used_of(figure, (figure.column,)) for _, figure in ordered),
        figure=None,
        unit=best.scale,
        how="",
        statement=statement,
        markdown="\n".join(["|  |  |  |  |", "| --- | --- | --- | --- |", *lines]),
        notes=(language.accounts.lacking.format(names=", ".join(lacking)),) if lacking else (),
        language=language.code,
    )


def _by_use(
    found: Sequence[tuple[int, Report]], named: Sequence[str], index: SearchIndex
) -> list[Report]:
    """The documents with those words of the question as names that they use all the time.

    Whose a report is often stands on its cover as a picture, and then in every other passage.
    """
    known = []
    for _, document in found:
        texts = [set(words_in(hit.text)) for hit in index.chunks(document.space, document.name)]
        used = tuple(
            word
            for word in named
            if not word.startswith(_LINE_MARK)
            and sum(word in text for text in texts) >= max(_OFTEN * len(texts), 2)
        )
        known.append(replace(document, words=(*document.words, *used)))
    return known


def _document(place: tuple[str, str], title: str, opening: str) -> Report:
    words = tuple(dict.fromkeys(words_in(f"{title} {opening}")))
    years, _ = _years(f"{title} {opening[:_TITLE]}".replace("_", " "))
    told = words_in(f"{title} {opening[:_TITLE]}".replace("_", " "))
    of_quarter = _has(told, _quarters()) and not _has(told, _yearly())
    joined = "".join(words_in(f"{title} {opening}"))
    return Report(*place, words, frozenset(years), joined, of_quarter)


def is_of(word: str, document: Report) -> bool:
    """Whether a word of the question is one of the document's names: "Indian" in "IndianOil"."""
    if word.startswith(_LINE_MARK) or word in _whole():
        return False
    return any(is_word(word, one) for one in document.words) or (
        len(word) > 5 and word in document.joined
    )


# Lines


@dataclass(frozen=True, slots=True)
class _Line:
    """A row whose name is asked for, with the fit of its name."""

    read: _Question
    document: Report
    view: View
    row: TableRow
    label: str
    fit: float

    def at(self, year: str) -> Entry | None:
        """The one figure of the row for a year, or for the latest where none is given."""
        cells = list(self._cells(year))
        values = {(value.low, value.unit) for _, value in cells}
        if len(values) != 1:
            return None
        column, value = cells[0]
        fit = self.fit + (
            _OF_ITS_YEAR if year and year == max(self.document.years, default="") else 0
        )
        if self.read.months and not _has(words_in(column.name), _annual()):
            fit += _OF_DAY  # a balance of that day, and no change over the year that ends with it
        return Entry(self.view, self.row, self.label, column, value, self._scale(), fit)

    def _cells(self, year: str) -> Iterator[tuple[Column, Value]]:
        columns = self.view.columns
        named = {c.index: _years(f"{c.name} ")[0] for c in columns}
        dated = any(named.values())
        if not year and dated:
            year = max(max(years) for years in named.values() if years)
        for column in columns:
            text = self.row.cells[column.index] if column.index < len(self.row.cells) else ""
            if column.index == 0 or text == self.label or is_nothing(text):
                continue
            words = words_in(column.name)
            if not _compared().isdisjoint(words) or len(named[column.index]) > 1:
                continue
            if not self._is_period(column, words, year, named[column.index], dated=dated):
                continue
            value = read_value(text, column.decimal or ".")
            if value is None or value.kind in {"date", "duration", "text"}:
                continue
            of_percent = value.kind == "percent" or "%" in column.name or self._of_shares(column)
            if of_percent != self.read.of_percent:
                continue
            yield column, value

    def _of_shares(self, column: Column) -> bool:
        """Whether a column tells shares of its first line, which is 100 % there."""
        for row in self.view.records:
            text = row.cells[column.index] if column.index < len(row.cells) else ""
            value = None if is_nothing(text) else read_value(text, column.decimal or ".")
            if value is not None:
                return value.kind == "percent" and value.low == _WHOLE_SHARE
        return False

    def _is_period(
        self, column: Column, words: list[str], year: str, years: Sequence[str], *, dated: bool
    ) -> bool:
        """Whether a column is of the year, and of as long a time as is asked for."""
        own = max(self.document.years, default="")
        if dated:
            fits = year in years
        elif _has(words, _prior()):
            fits = bool(own) and year == str(int(own[:4]) - 1)
        elif _has(words, _current()):
            fits = year in {own, ""}
        else:
            fits = year in {own, ""} and bool(own)
        if not fits:
            return False
        told = [*words, *words_in(self.view.table.name)]
        months = {day.month for day, _, _ in placed_days(column.name)}
        if self.read.months and months and not self.read.months & months:
            return False
        quarterly, annual = _has(told, _quarters()), _has(told, _annual())
        if self.read.of_quarter:
            return quarterly or (not annual and self.document.of_quarter)
        if quarterly:
            return False
        at_its_end = months == {12} and not self.read.months
        of_day = at_its_end or bool(self.read.months & months)
        return annual or of_day or not self.document.of_quarter

    def _scale(self) -> str:
        words = set(words_in(self.label))
        if not _unscaled().isdisjoint(words):
            return ""
        table = self.view.table
        told = [self.view.scale, table.name, table.heading.rsplit(" > ", 1)[-1]]
        first = [*self.view.lines[:2], *self.view.records[:2]]
        alone = [[text for text in record.cells if text] for record in first]
        told += [texts[0] for texts in alone if len(texts) == 1]
        told += [self.view.columns[0].name]
        for text in told:
            found = text if text in _SUMS else scale_in(text)
            if found and found.split()[0] in _SUMS:
                return found
        return ""


def _lines(read: _Question, document: Report, index: SearchIndex) -> Iterator[_Line]:
    """The rows of a document's tables that are called what is asked for."""
    held = [
        (views_of(table, rows)[0], rows)
        for table in index.tables_of(document.space, document.name)[:_MOST_TABLES]
        if len(table.columns) > 1 and (rows := index.table_rows(table))
    ]
    # A word by which a line of its own is called, "Google Cloud", is no name of the document.
    called = {
        word
        for _, rows in held
        for row in rows
        if len(core := _own_words(row)) > 1 and all(_holds(word, read.words) for word in core)
        for word in core
    }
    left = [w for w in read.words if not is_of(w, document) or _holds(w, called)]
    for view, rows in held:
        group = ""
        table = view.table
        place = words_in(f"{table.name} {table.heading} {table.columns[0].name}")
        known = {w for row in rows for w in _own_words(row) if w.startswith(_LINE_MARK)}
        gain = _OF_STATEMENT if len(known) >= _STATEMENT else 0.0
        for row in rows:
            label = row.cells[0] if row.cells else ""
            if not label:
                continue
            if not any(row.cells[1:]):
                group = label
                continue
            fit = _fit(read, left, label, group, place)
            if fit is not None:
                bare = all(word in _whole() for word in _named(_core(label)))
                told = f"{group.rstrip(' :')}: {label}" if bare and group else label
                yield _Line(read, document, view, row, told, fit + gain)


def _own_words(row: TableRow) -> list[str]:
    """The words of a row's name that say what it is."""
    label = row.cells[0] if row.cells else ""
    return [word for word in _named(_core(label)) if word not in _whole()]


def _fit(
    read: _Question, left: Sequence[str], label: str, group: str, place: Sequence[str]
) -> float | None:
    """How well a line's name is what is asked for; None where it is not, or is a narrower one."""
    own = [word for word in _named(_core(label)) if word not in _whole()]
    if not own:  # "Total" is that of what it stands below
        own = [word for word in _named(_core(group)) if word not in _whole()]
    if not own or not all(_holds(word, read.words) for word in own):
        return None
    over = _named(words_in(group))
    whole = words_in(label)  # with "net", which narrows nothing unless it is asked for
    missing = [word for word in left if not _holds(word, own)]
    fit = float(len(read.words) - len(missing))
    for word in missing:
        if _holds(word, over) or _holds(word, _named(place)):
            fit += _OF_GROUP
        elif word not in whole:
            return None
    fit -= _OF_DOCUMENT * sum(not _holds(word, own) for word in read.words)
    strange = [w for w in over if w not in _whole() | _small() and not _holds(w, read.words)]
    if _tails().search(label.replace("(", " "), 1):
        fit -= _NARROW
    if any(w in _whole() and w in read.asked.words for w in words_in(label)):
        fit += _OF_WHOLE
    return fit - (_NARROW if strange else 0.0)


def _core(label: str) -> list[str]:
    """The words of a line's name, without its number, notes and how it was reckoned."""
    label = _NOTE.sub(" ", label).strip()
    while (found := _ENUMERATION.match(label)) and found.end() < len(label):
        label = label[found.end() :]
    tail = _tails().search(label, 1)
    return words_in(label[: tail.start()] if tail else label)


def _holds(word: str, words: Iterable[str]) -> bool:
    if word.startswith(_LINE_MARK):
        return word in words
    return any(is_word(word, one) for one in words)


# The answer


def _chosen(found: Sequence[Entry]) -> Entry | None:
    """The best one, where all that fit as well say the same, or most: reports repeat their totals,
    and what is called so besides is a part of them."""
    if not found:
        return None
    best = max(one.fit for one in found)
    equal = [one for one in found if one.fit >= best - 1e-6]
    alike = max(([b for b in equal if _is_same(a, b)] for a in equal), key=len)
    if len(alike) < len(equal) and (len(alike) < _AGREEING or len(alike) < _MOSTLY * len(equal)):
        return None
    return max(alike, key=lambda one: (bool(one.scale), len(str(one.value.low))))


def _is_same(one: Entry, other: Entry) -> bool:
    a, b = one.amount, other.amount
    if abs(a - b) <= _NEAR * max(abs(a), abs(b)):
        return True
    # Where a table does not say in what it is told, thousands and millions cannot be told apart.
    return any(
        abs(a * size - b) <= _NEAR * abs(b) or abs(b * size - a) <= _NEAR * abs(a)
        for size in _SIZES.values()
        if not (one.scale and other.scale)
    )


def _told(read: _Question, found: Entry) -> TableAnswer:
    language = read.asked.language
    document = found.view.table.document.rsplit("/", 1)[-1]
    text = text_of(found, language)
    period = found.column.name or found.view.table.name
    statement = language.accounts.told.format(
        line=plain_label(found.label), document=document, period=period, value=text
    )
    row = used_of(found, (found.column,))
    return TableAnswer(
        operation="cell",
        column=found.column.name,
        columns=(found.view.columns[0].name, found.column.name),
        rows=(row,),
        figure=None,
        unit=found.scale,
        how="",
        statement=statement,
        markdown=_markdown(found, (found.column,)),
        notes=(),
        language=language.code,
    )


def _told_change(read: _Question, lines: Sequence[_Line]) -> TableAnswer | None:
    """By how much a line changed between two years, both in one row."""
    early, late = sorted(set(read.years))
    pairs = [
        (replace(a, fit=line.fit), b)
        for line in lines
        if (a := line.at(early)) is not None and (b := line.at(late)) is not None
    ]
    before = _chosen([a for a, _ in pairs])
    if before is None:
        return None
    after = next(b for a, b in pairs if a == before)
    language = read.asked.language
    sentences = language.tables.sentences
    first, second = before.value.low, after.value.low
    if not first or (before.value.unit != after.value.unit and "" not in {
        before.value.unit, after.value.unit
    }):  # fmt: skip
        return None
    growth = ((second - first) / abs(first) * 100).quantize(Decimal("0.01"))
    change = f"{number(second - first, language)} {_spelt(after, language)}".strip()
    value = f"{change} ({'+' if growth > 0 else ''}{number(growth, language)} %)"
    document = after.view.table.document.rsplit("/", 1)[-1]
    statement = sentences.change.format(
        rows=f"“{plain_label(after.label)}”",
        source=document,
        first=f"{text_of(before, language)} ({before.column.name})",
        second=f"{text_of(after, language)} ({after.column.name})",
        value=value,
    )
    columns = tuple(sorted((before.column, after.column), key=lambda one: one.index))
    return TableAnswer(
        operation="change",
        column=after.column.name,
        columns=(after.view.columns[0].name, *(one.name for one in columns)),
        rows=(used_of(after, columns),),
        figure=second - first,
        unit=after.scale,
        how=f"{number(second, language)} − {number(first, language)} = "
        f"{number(second - first, language)}",
        statement=statement,
        markdown=_markdown(after, columns),
        notes=(),
        language=language.code,
    )


def text_of(found: Entry, language: Language) -> str:
    """The cell as it stands, with the scale of its table."""
    text = " ".join(found.row.cells[found.column.index].split())
    scale = _spelt(found, language)
    return f"{text} {scale}".strip() if scale and "%" not in text else text


def _spelt(found: Entry, language: Language) -> str:
    """The scale in words; the currency only where the cell does not show it."""
    scale, _, currency = found.scale.partition(" ")
    scale = language.tables.sentences.scales.get(scale, scale)
    return f"{scale} {currency}".strip() if currency and not found.value.unit else scale


def plain_label(label: str) -> str:
    return _NOTE.sub("", label).rstrip(" :")


def used_of(found: Entry, columns: Sequence[Column]) -> UsedRow:
    table: Table = found.view.table
    shown = (found.view.columns[0], *columns)
    return UsedRow(
        document=table.document,
        space=table.space,
        page=found.row.page,
        address=found.row.address,
        number=found.row.number,
        chunk_id=found.row.chunk_id,
        position=found.row.position,
        heading=table.heading,
        table=table.name or table.heading.rsplit(" > ", 1)[-1],
        label=found.label,
        cells=tuple((one.name, found.row.cells[one.index]) for one in shown),
    )


def _markdown(found: Entry, columns: Sequence[Column]) -> str:
    shown = (found.view.columns[0], *columns)
    names = " | ".join(escaped(one.name) for one in shown)
    cells = " | ".join(escaped(found.row.cells[one.index]) for one in shown)
    return f"| {names} |\n| {' | '.join('---' for _ in shown)} |\n| {cells} |"


_MARKUP = re.compile(r"([\\`*_\[\]<>|!#~])")


def escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
