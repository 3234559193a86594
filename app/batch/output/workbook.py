"""Writes the results of a run as an XLSX workbook, row by row. Import only to write one."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from app.batch.output import sheets
from app.batch.output.columns import (
    OUTCOME_WORDS,
    Link,
    Results,
    answer_cells,
    answer_columns,
    any_reviewed,
    asked_cells,
    asked_columns,
    blocks_of,
    counted,
    in_table,
    made_with,
    not_as_it_was,
)
from app.batch.output.naming import names_of
from app.batch.records import RowResult, RunInfo
from app.printing.markdown import as_text

_LARGEST_MATRIX = 100_000  # cells
MOST_LINKS = 65_530  # in a sheet, by Excel, which repairs a book with more by removing them all
_ON_PAPER = 190.0  # widths of columns that can be read on one page


def write_workbook(path: Path, info: RunInfo, results: Results, link: Link) -> None:
    """Write the sheets: answers, for tables documents × questions the table, summary, making."""
    book = Workbook(write_only=True)
    book.properties.creator = "Strongroom"
    if info.mode == "each_document":
        _matrix(book, results)
    unlinked = _answers(book, info, results, link)
    _summary(book, info, results, unlinked)
    book.save(path)
    sheets.same_every_time(path)


def _answers(book: Workbook, info: RunInfo, results: Results, link: Link) -> int:
    """Returns how many places of evidence have no link because a sheet holds no more."""
    asked, reviewed = asked_columns(results()), any_reviewed(results())
    columns = answer_columns(info, reviewed=reviewed)
    names = [*asked, *(column.name for column in columns)]
    unused = _unused(info, results)
    sheet = book.create_sheet("Answers")
    sheet.freeze_panes = "A2"
    sheets.printed_wide(sheet)
    for at, name in enumerate(names, 1):
        sheet.column_dimensions[get_column_letter(at)].width = sheets.width(name)
        if name in info.hidden_columns if at <= len(asked) else name in unused:
            sheet.column_dimensions[get_column_letter(at)].hidden = True
    sheets.head(sheet, names)
    placed = list(enumerate(columns, len(asked)))
    coloured = [at for at, column in placed if column.coloured]
    numbers = [at for at, column in placed if column.number]
    marked = [at for at, column in placed if column.markdown]
    notes = [at for at, column in placed if column.notes]
    places = {at: column.place for at, column in placed if column.place is not None}
    widths = [sheets.width(name) for name in names]
    rows, links = 1, 0
    for result in results():
        told = answer_cells(result, info, reviewed=reviewed)
        cells = [*asked_cells(result, asked), *told]
        for at in marked:
            cells[at] = as_text(blocks_of(result))
        if changed := not_as_it_was(cells, sheets.LONGEST):
            for at in notes:
                cells[at] = "; ".join(filter(None, [cells[at], changed]))
        written = [sheets.text(sheet, cell) for cell in cells]
        for at in coloured:
            written[at].fill = sheets.FILLS[result.outcome]
        if result.question.kind == "number" and result.value is not None:
            for at in numbers:
                written[at] = sheets.number(sheet, result.value)
        shown = result.evidence or result.nearest
        for at, which in places.items():
            if which < len(shown) and (address := link(shown[which])):
                links += 1
                if links > MOST_LINKS:
                    continue
                written[at].hyperlink = address
                written[at].font = sheets.LINK
        rows += 1
        sheet.row_dimensions[rows].height = sheets.height(cells, widths)
        sheet.append(written)
        del sheet.row_dimensions[rows]  # written; a large table would keep them all
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{rows}"
    return max(0, links - MOST_LINKS)


def _unused(info: RunInfo, results: Results) -> set[str]:
    """Columns that may be empty, and are in every row: they only take room."""
    columns = answer_columns(info)
    left = {column.name for column in columns if column.may_be_empty}
    notes = {column.name for column in columns if column.notes}
    for result in results():
        cells = answer_cells(result, info)
        left -= {column.name for column, cell in zip(columns, cells, strict=True) if cell}
        if not_as_it_was([*result.question.columns.values(), *cells], sheets.LONGEST):
            left -= notes
        if not left:
            break
    return left


def _matrix(book: Workbook, results: Results) -> None:
    """Documents down, questions across; a cell has the answer and its place, in colour."""
    questions: dict[int, str] = {}
    held: dict[tuple[str, str], dict[int, tuple[str, str]]] = {}
    for result in results():
        if result.document is None:
            continue
        questions[result.question.row] = result.question.text
        place = (result.document.space, result.document.name)
        cell = (_cell_of(result), result.outcome)
        held.setdefault(place, {})[result.question.row] = cell
    documents = names_of(results())
    sheet = book.create_sheet("Documents × questions")
    if len(questions) * len(held) > _LARGEST_MATRIX:
        words = "Too large for one table: the sheet Answers has every cell."
        sheet.append([sheets.text(sheet, words)])
        return
    sheet.freeze_panes = "B2"
    sheets.printed_wide(sheet)
    each = min(46.0, max(26.0, (_ON_PAPER - 30) / max(1, len(questions))))
    widths = [30.0, *[each] * len(questions)]
    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    names = ["document", *questions.values()]
    sheet.row_dimensions[1].height = sheets.height(names, widths)
    sheets.head(sheet, names)
    for at, (place, answers) in enumerate(held.items(), 2):
        name = documents[place]
        row = [sheets.text(sheet, name)]
        row[0].font = sheets.BOLD
        texts = [name]
        for question in questions:
            said, outcome = answers.get(question, ("", ""))
            cell = sheets.text(sheet, said)
            texts.append(said)
            if outcome:
                cell.fill = sheets.FILLS[outcome]
            if outcome in ("not_found", "unconfirmed"):
                cell.font = sheets.FADED
            row.append(cell)
        sheet.row_dimensions[at].height = sheets.height(texts, widths)
        sheet.append(row)
        del sheet.row_dimensions[at]
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(held) + 1}"


def _cell_of(result: RowResult) -> str:
    said, place = in_table(result)
    return f"{said}\n→ {place}" if place else said


def _summary(book: Workbook, info: RunInfo, results: Results, unlinked: int) -> None:
    sheet = book.create_sheet("Summary")
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 74
    counts = counted(results())
    sheets.head(sheet, ["Outcome", "Rows"])
    meanings = {
        "found": "every sentence of the answer is supported by a passage",
        "partly_supported": "some sentences have no passage that supports them, or a part of the "
        "question is not answered",
        "unconfirmed": "passages are near, and nothing confirms that they answer; they are shown",
        "not_found": "the documents do not hold the answer",
        "failed": "not answered; the column reason says why",
    }
    for outcome, words in OUTCOME_WORDS.items():
        label = sheets.text(sheet, words)
        label.fill = sheets.FILLS[outcome]
        sheet.append([label, sheets.text(sheet, f"{counts[outcome]:,}: {meanings[outcome]}")])
    if unlinked:
        said = (
            f"{unlinked:,} places of evidence have no link: Excel opens {MOST_LINKS:,} in a sheet"
        )
        sheet.append([])
        sheets.rows(sheet, [("Links", said)])
    if info.remarks:
        sheet.append([])
        sheets.head(sheet, ["How the questionnaire was read", ""])
        for remark in info.remarks:
            sheet.append([sheets.text(sheet, ""), sheets.text(sheet, remark)])
    sheet.append([])
    sheets.head(sheet, ["Made with", ""])
    sheets.rows(sheet, made_with(info))
