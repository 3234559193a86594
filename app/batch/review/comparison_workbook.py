"""Writes a review of two runs as an XLSX workbook. Import only to write one."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from app.batch.output import sheets
from app.batch.output.columns import Link, not_as_it_was
from app.batch.review.comparison import CHANGE_WORDS, MEANINGS, cells, columns, differing
from app.batch.review.differences import CHANGES, Review, Reviewed

_FILLS = {
    "outcome": PatternFill("solid", fgColor="F6D9D4"),
    "answer": PatternFill("solid", fgColor="FBF0D2"),
    "evidence": PatternFill("solid", fgColor="DCE8F3"),
    "only_now": PatternFill("solid", fgColor="DDEFE6"),
    "only_before": PatternFill("solid", fgColor="E8EAED"),
}
_NARROW = {"prompt SHA-256": 18.0, "documents SHA-256": 18.0, "support": 16.0, "model": 20.0}
_WIDE = {
    "what": 20.0,
    "why": 34.0,
    "evidence": 40.0,
    "place": 26.0,
    "answer": 40.0,
    "question": 36.0,
    "change": 17.0,
    "about document": 24.0,
}


def write_workbook(path: Path, review: Review, link: Link) -> None:
    """Write the sheets: what changed, all questions, and the two runs."""
    book = Workbook(write_only=True)
    book.properties.creator = "Strongroom"
    _runs(book, review)
    _questions(book, "Changed", review, [one for one in review.rows if one.change != "same"], link)
    _questions(book, "All questions", review, list(review.rows), link)
    book.save(path)
    sheets.same_every_time(path)


def _questions(
    book: Workbook, title: str, review: Review, rows: list[Reviewed], link: Link
) -> None:
    sheet = book.create_sheet(title)
    names = columns()
    widths = [_width(name) for name in names]
    sheet.freeze_panes = "C2"
    sheets.printed_wide(sheet)
    for at, (name, width) in enumerate(zip(names, widths, strict=True), 1):
        shown = sheet.column_dimensions[get_column_letter(at)]
        shown.width = width
        if name == "about document" and not any(row.about for row in rows):
            shown.hidden = True
    sheets.head(sheet, names)
    # What decided the answers stands beside the paper: it is for looking up, not for reading.
    sheet.print_area = f"A1:{get_column_letter(names.index('evidence now') + 1)}{len(rows) + 1}"
    place = names.index("place before")
    for number, row in enumerate(rows, 2):
        told = cells(row, review)
        if changed := not_as_it_was(told, sheets.LONGEST):
            told[names.index("what")] += f" ({changed})"
        written = [sheets.text(sheet, cell) for cell in told]
        if row.change != "same":
            for name in ("change", "what"):
                written[names.index(name)].fill = _FILLS[row.change]
        for at, side in enumerate((row.before, row.now)):
            if side is not None:
                for name in ("outcome before", "answer before"):
                    written[names.index(name) + at].fill = sheets.FILLS[side.outcome]
                if len(side.evidence) == 1:
                    _linked(written[place + at], link(side.evidence[0]))
        sheet.row_dimensions[number].height = sheets.height(told, widths)
        sheet.append(written)
        del sheet.row_dimensions[number]
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(rows) + 1}"


def _runs(book: Workbook, review: Review) -> None:
    sheet = book.create_sheet("Review")
    sheets.printed_wide(sheet)
    for letter, width in (("A", 34.0), ("B", 60.0), ("C", 60.0)):
        sheet.column_dimensions[letter].width = width
    counts = review.counts()
    sheets.head(sheet, ["Change", "Questions", "What it means"])
    for key in CHANGES:
        row = [
            sheets.text(sheet, CHANGE_WORDS[key]),
            sheets.number(sheet, str(counts[key])),
            sheets.text(sheet, MEANINGS[key]),
        ]
        if key in _FILLS:
            row[0].fill = _FILLS[key]
        sheet.append(row)
    sheet.append([])
    sheets.head(sheet, ["What the runs differ in", "before", "now"])
    sheets.rows(sheet, differing(review) or [("nothing", "", "")])


def _linked(cell: Any, address: str) -> None:
    if address:
        cell.hyperlink = address
        cell.font = sheets.LINK


def _width(name: str) -> float:
    plain = name.removesuffix(" before").removesuffix(" now")
    return _NARROW.get(plain) or _WIDE.get(plain) or sheets.width(name)
