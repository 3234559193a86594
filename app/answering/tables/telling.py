"""Says what was computed: a sentence, a table in Markdown, and how a figure came about."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.answering.tables.answer import TableAnswer, UsedRow
from app.answering.tables.computing import POINTS, Computed
from app.answering.tables.plan import Plan
from app.answering.tables.view import Column, Record
from vectorstore.languages.base import Language, TableSentences
from vectorstore.tables.records import Table
from vectorstore.tables.values import split_unit

_MOST_NAMES = 12  # in a sentence
_SIGNS = {"<=": "≤", ">=": "≥"}  # as people write them
_MOST_TEXTS = 3  # of a column by which rows were chosen
_MOST_TERMS = 12  # of a sum that is written out
MOST_ROWS = 100  # of a table that is shown
_MARKUP = re.compile(r"([\\`*_\[\]<>|!#~])")


def tell(plan: Plan, done: Computed) -> TableAnswer:
    """The answer in the question's language."""
    language = plan.asked.language
    shown = _shown(plan)
    shown_records = done.records[:MOST_ROWS]
    rows = tuple(_used(plan, record, shown) for record in shown_records)
    measure = plan.measure or (plan.shown[0] if len(plan.shown) == 1 else None)
    return TableAnswer(
        operation=plan.operation,
        column=measure.name if measure else "",
        columns=tuple(column.name for column in shown),
        rows=rows,
        figure=done.figure,
        unit=done.unit,
        how=_how(plan, done, language),
        statement=_statement(plan, done, language),
        markdown=_markdown(plan, shown, shown_records),
        notes=tuple(_notes(plan, done, language.tables.sentences)),
        language=language.code,
        is_list=plan.view.is_list,
    )


def _shown(plan: Plan) -> list[Column]:
    """The columns of the answer's table: label, what is asked for, what was measured."""
    view = plan.view
    label = view.columns[view.label]
    columns = [label, plan.entity, *plan.shown, plan.measure, plan.other]
    columns += [plan.group, *(bound.column for bound in plan.bounds)]
    columns += [view.columns[index] for index in plan.named]
    if plan.operation == "list" and not plan.shown and plan.entity is None:
        columns += view.columns
    return list({column.index: column for column in columns if column is not None}.values())


def _used(plan: Plan, record: Record, shown: Sequence[Column]) -> UsedRow:
    row = record.stored
    if plan.view.turned and plan.measure is not None:
        row = record.source(plan.measure.index)
    table = record.table
    return UsedRow(
        document=table.document,
        space=table.space,
        page=row.page,
        address=row.address,
        number=row.number,
        chunk_id=row.chunk_id,
        position=row.position,
        heading=table.heading,
        table=_table_name(record),
        label=plan.view.name_of(record),
        cells=tuple((column.name, record.text(column.index)) for column in shown),
    )


def _table_name(record: Record) -> str:
    return _list_name(record.table)


def _source(records: Iterable[Record], sentences: TableSentences, *, bare: bool = False) -> str:
    """The tables that the records stand in, or `bare` documents: “Meters” of prices.xlsx and ..."""
    named: dict[tuple[str, str], None] = {}
    for record in records:
        named[_table_name(record), record.table.document.rsplit("/", 1)[-1]] = None
    said = [
        sentences.source.format(table=table, document=document) if table and not bare else document
        for table, document in named
    ]
    return _joined(list(dict.fromkeys(said)), sentences)


def _limits(plan: Plan, done: Computed) -> str:
    """What rows had to fulfil, where that are no names of theirs: " (Country: Spain)"."""
    said = []
    for index in plan.named:
        texts = list(dict.fromkeys(record.text(index) for record in done.records))
        if index != plan.view.label and len(texts) <= _MOST_TEXTS and all(texts):
            said.append(f"{_bare(plan.view.columns[index])}: {', '.join(texts)}")
    said += [
        f"{_bare(bound.column)} {_SIGNS.get(bound.sign, bound.sign)} {bound.said}"
        for bound in plan.bounds
    ]
    return f" ({'; '.join(said)})" if said else ""


def _joined(names: Sequence[str], sentences: TableSentences) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {sentences.and_} {names[-1]}"


def _names(plan: Plan, records: Sequence[Record], sentences: TableSentences) -> str:
    """The labels of the records, each with what else was asked for in brackets."""
    said = [_name(plan, record) for record in records[:_MOST_NAMES]]
    if len(records) > _MOST_NAMES:
        return f"{', '.join(said)}, …"
    return _joined(said, sentences)


def _name(plan: Plan, record: Record) -> str:
    """A record's label, with the text that was asked for beside it."""
    name = plan.view.name_of(record)
    entity = plan.entity.index if plan.entity is not None else plan.view.label
    text = record.text(entity)
    if entity == plan.view.label or not text or text == name:
        return name
    return f"{name} ({text})" if plan.view.is_unique(entity) else f"{text} ({name})"


def _distinct_names(plan: Plan, done: Computed, sentences: TableSentences) -> str:
    assert plan.entity is not None  # only its texts are distinct
    texts = [record.text(plan.entity.index) for record in done.records]
    if len(texts) > _MOST_NAMES:
        return f"{', '.join(texts[:_MOST_NAMES])}, …"
    return _joined(texts, sentences)


def _statement(plan: Plan, done: Computed, language: Language) -> str:
    sentences = language.tables.sentences
    column = _called(plan, plan.measure)
    measured = plan.measure or (plan.shown[0] if len(plan.shown) == 1 else None)
    # The name of a list is said once: it stands for that of its column.
    bare = plan.operation != "count" and measured is not None and not measured.words
    source = _source(done.records, sentences, bare=bare) + _limits(plan, done)
    names = _names(plan, done.records, sentences)
    if done.distinct:
        names = _distinct_names(plan, done, sentences)
    value = ""
    if done.figure is not None:
        value = _amount(done.figure, _unit_of(plan, done), language)
    said = ""
    match plan.operation:
        case "count":
            within = len(plan.records) < len(plan.view.records)
            template = sentences.count_within if within else sentences.count
            counted = number(done.figure or Decimal(0), language)
            said = template.format(source=source, count=counted, entity=plan.names, rows=names)
        case "list" if plan.view.is_list:
            said = sentences.listed.format(source=source, count=len(done.records))
        case "extreme":
            said = _extreme(plan, done, sentences, source)
        case "sum" | "average":
            template = sentences.sum if plan.operation == "sum" else sentences.average
            said = template.format(
                column=column, count=len(done.records), source=source, value=value
            )
        case "groups":
            said = _groups(plan, done, language, source)
        case "share":
            said = _share(plan, done, language, source, names)
        case "difference" | "change":
            said = _difference(plan, done, sentences, source, value)
        case _:
            said = _cells(plan, done, sentences, source, names)
    return said


def _extreme(plan: Plan, done: Computed, sentences: TableSentences, source: str) -> str:
    assert plan.measure is not None  # an extreme has one
    names = _names(plan, done.records, sentences)
    several = plan.top > 1
    if several:
        template = sentences.ranked_low if plan.low else sentences.ranked_high
        names = _joined(
            [
                f"{plan.view.name_of(record)} ({_shown_text(plan, record, plan.measure)})"
                for record in done.records
            ],
            sentences,
        )
    else:
        template = sentences.lowest if plan.low else sentences.highest
    if plan.compares and len(done.records) == 2:
        best, other = done.records
        told = f"{plan.view.name_of(other)}: {_shown_text(plan, other, plan.measure)}"
        names = f"{plan.view.name_of(best)} ({told})"
    if plan.from_top:
        template = sentences.cell
    return template.format(
        column=_called(plan, plan.measure),
        source=source,
        value=_shown_text(plan, done.records[0], plan.measure),
        rows=names,
        count=len(done.records),
    )


def _difference(
    plan: Plan, done: Computed, sentences: TableSentences, source: str, value: str
) -> str:
    assert plan.measure is not None  # a difference has one
    if plan.operation == "change":
        template = sentences.growth if plan.percent else sentences.change
        if plan.percent and done.figure is not None and done.figure > 0:
            value = f"+{value}"
        if plan.other is None:
            early, late = done.records
            return template.format(
                rows=_called(plan, plan.measure),
                source=source,
                first=f"{_shown_text(plan, early, plan.measure)} ({plan.view.name_of(early)})",
                second=f"{_shown_text(plan, late, plan.measure)} ({plan.view.name_of(late)})",
                value=value,
            )
        (record,) = done.records
        return template.format(
            rows=plan.view.name_of(record),
            source=source,
            first=f"{_shown_text(plan, record, plan.measure)} ({_bare(plan.measure)})",
            second=f"{_shown_text(plan, record, plan.other)} ({_bare(plan.other)})",
            value=value,
        )
    first, second = done.records
    return sentences.difference.format(
        column=_called(plan, plan.measure),
        source=source,
        first=f"{plan.view.name_of(first)} {_shown_text(plan, first, plan.measure)}",
        second=f"{plan.view.name_of(second)} {_shown_text(plan, second, plan.measure)}",
        value=value,
    )


def _groups(plan: Plan, done: Computed, language: Language, source: str) -> str:
    """ "Rows in suppliers.csv: Norway: 3; Spain: 2", or a sum or an average for each."""
    sentences = language.tables.sentences
    unit = _unit_of(plan, done)
    rows = "; ".join(f"{one.name}: {_amount(one.figure, unit, language)}" for one in done.groups)
    column = _called(plan, plan.measure)
    match plan.aggregate:
        case "count":
            return sentences.counted.format(source=source, rows=rows)
        case "sum":
            return sentences.grouped.format(column=column, source=source, rows=rows)
        case _:
            return sentences.grouped_average.format(column=column, source=source, rows=rows)


def _share(plan: Plan, done: Computed, language: Language, source: str, names: str) -> str:
    """ "Grebe: 18.3 of 103.4 million EUR in “2023”, that is 17.7 %"."""
    *part, whole = done.terms
    unit = _spelt(done.of, language)
    return language.tables.sentences.share.format(
        rows=names,
        source=source,
        column=_called(plan, plan.measure),
        first=number(sum(part, Decimal(0)), language),
        second=_amount(whole, unit, language),
        value=_amount(done.figure or Decimal(0), "%", language),
    )


def _cells(plan: Plan, done: Computed, sentences: TableSentences, source: str, names: str) -> str:
    if len(done.records) == 1 and len(plan.shown) == 1:
        return sentences.cell.format(
            column=_called(plan, plan.shown[0]),
            rows=plan.view.name_of(done.records[0]),
            source=source,
            value=_shown_text(plan, done.records[0], plan.shown[0]),
        )
    if not plan.shown or done.distinct:
        return sentences.found.format(count=len(done.records), source=source, rows=names)
    said = [
        f"{_name(plan, record)}: "
        + ", ".join(_shown_text(plan, record, column) or "–" for column in plan.shown)
        for record in done.records[:_MOST_NAMES]
    ]
    rows = "; ".join(said) + ("; …" if len(done.records) > _MOST_NAMES else "")
    column = ", ".join(_bare(column) for column in plan.shown)
    return sentences.cells.format(column=column, rows=rows, source=source)


def _notes(plan: Plan, done: Computed, sentences: TableSentences) -> Iterable[str]:
    column = _called(plan, plan.measure or plan.entity)
    if done.missing and column:
        yield sentences.missing.format(count=done.missing, column=column)
    if done.unread:
        yield sentences.unread.format(count=done.unread, column=column)
    if done.unbound:
        named = ", ".join(dict.fromkeys(_bare(bound.column) for bound in plan.bounds))
        yield sentences.unread.format(count=done.unbound, column=named)
    if done.totals:
        yield sentences.totals
    if done.rests:
        names = [plan.view.name_of(record) for record in done.rests]
        yield sentences.rests.format(rows=_joined(names, sentences))
    if done.lines:
        yield sentences.lines.format(count=done.lines)
    if done.rounded:
        yield sentences.rounded[:1].upper() + sentences.rounded[1:] + "."


def _how(plan: Plan, done: Computed, language: Language) -> str:
    """ "18.3 + 6.6 = 24.9 (rows Grebe and Kingfisher; column 2023)"; "" for what is no figure."""
    if done.figure is None or plan.measure is None or plan.operation in {"extreme", "groups"}:
        return ""
    sentences = language.tables.sentences
    terms = [number(term, language) for term in done.terms]
    result = number(done.figure, language)
    equal = "≈" if done.rounded else "="
    written = ""
    if plan.operation == "share":
        *part, whole = terms
        added = " + ".join(part) if len(part) <= _MOST_TERMS else f"{part[0]} + … + {part[-1]}"
        added = f"({added})" if len(part) > 1 else added
        written = f"{added} / {whole} × 100 {equal} {result}"
    elif plan.percent:
        before, after = terms
        written = f"({after} − {before}) / {before} × 100 {equal} {result}"
    elif plan.operation in {"difference", "change"} and done.unit != "days":
        high, low = sorted(done.terms, reverse=True)
        written = f"{number(high, language)} − {_in_brackets(low, language)} = {result}"
    elif plan.operation in {"sum", "average"}:
        terms = [terms[0], *(_in_brackets(term, language) for term in done.terms[1:])]
        if len(terms) > _MOST_TERMS:
            added = f"{' + '.join(terms[:3])} + … + {terms[-1]}"
        else:
            added = " + ".join(terms)
        written = f"{added} = {result}"
        if plan.operation == "average":
            written = f"({added}) / {len(terms)} {equal} {result}"
    if not written:
        return ""
    columns = [_called(plan, one) for one in (plan.measure, plan.other) if one is not None]
    return sentences.how.format(
        how=written,
        rows=_names(plan, done.records, sentences),
        column=_joined(columns, sentences),
    )


def _in_brackets(term: Decimal, language: Language) -> str:
    """A figure behind a sign: (−5) where it is negative."""
    said = number(term, language)
    return f"({said})" if term < 0 else said


def _markdown(plan: Plan, shown: Sequence[Column], records: Sequence[Record]) -> str:
    """A table of the rows, or the items of a list in lines."""
    if plan.view.is_list:
        return "\n".join(f"- {_plain(record.text(0))}" for record in records)
    lines = [
        "| " + " | ".join(_plain(column.name) for column in shown) + " |",
        "| " + " | ".join("---" for _ in shown) + " |",
    ]
    lines += [
        "| " + " | ".join(_plain(record.text(column.index)) for column in shown) + " |"
        for record in records
    ]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """A cell's text as Markdown shows it letter by letter."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _bare(column: Column | None) -> str:
    if column is None:
        return ""
    return split_unit(column.name)[0] or column.name


def _called(plan: Plan, column: Column | None) -> str:
    """A column's name; where it has none, what the list is called."""
    if column is None or column.words:
        return _bare(column)
    return _list_name(plan.view.table)


def _list_name(table: Table) -> str:
    return (table.name or table.heading.rsplit(" > ", 1)[-1]).rstrip(" :")


def _shown_text(plan: Plan, record: Record, column: Column) -> str:
    """A cell as it stands, with the unit of its column, row or table where it has none."""
    text = record.text(column.index)
    if not text or any(letter.isalpha() or letter in "€$£¥%" for letter in text):
        return text
    unit = written_unit(column.name)
    if not unit and column.is_comparable and (value := plan.view.value(record, column)):
        unit = _spelt(value.unit, plan.asked.language) if value.kind != "date" else ""
    return f"{text} {unit}".strip()


def _spelt(unit: str, language: Language) -> str:
    """A unit with its scale as the language writes it: "Mio. EUR"."""
    scale, space, rest = unit.partition(" ")
    return f"{language.tables.sentences.scales.get(scale, scale)}{space}{rest}"


def written_unit(name: str) -> str:
    """The unit at the end of a column's name as it is written there, or ""."""
    bare, unit = split_unit(name)
    if not unit or not name.startswith(bare):
        return ""
    rest = name[len(bare) :].strip().strip("()[]").strip()
    rest = rest.split(maxsplit=1)[1] if rest.casefold().startswith("in ") else rest
    # "€ in thousands", "millions of euros, except per share" are no units behind a figure.
    return "" if len(rest.split()) > len(unit.split()) or "'" in rest or "," in rest else rest


def _unit_of(plan: Plan, done: Computed) -> str:
    """The figure's unit as the column writes it, else in its one spelling."""
    if done.unit == "%":
        return "%"
    if done.unit == POINTS:
        return plan.asked.language.tables.sentences.points
    if plan.measure is not None and plan.measure.kind != "date":
        written = written_unit(plan.measure.name)
        if written:
            return written
    return _spelt(done.unit, plan.asked.language)


def _amount(figure: Decimal, unit: str, language: Language) -> str:
    return f"{number(figure, language)} {unit}".strip()


def number(figure: Decimal, language: Language) -> str:
    """A number in digits with the language's marks: 1,234.50 or 1.234,50."""
    text = f"{figure:,f}"
    if language.decimal_mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    return text.replace("-", "−")
