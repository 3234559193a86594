"""Reads workbooks with calamine, which opens much: XLSB, and old ones that xlrd stumbles over.

It tells no colours, no hidden rows and no number formats; those of XLSB are read apart.
"""

import datetime
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from ingest.loaders.office.number_format import shown
from ingest.loaders.office.sheets import MergedCell, Merges, is_default_name, sheet_sections
from ingest.loaders.office.xlsb_formats import Codes
from ingest.sections import Findings, LoaderError, Section


def sheets_with_calamine(
    file: BinaryIO, findings: Findings, codes_of: Callable[[str], Codes]
) -> Iterator[Section]:
    """Visible sheets row by row; `codes_of` gives the number formats of a sheet's cells by place.

    Raises LoaderError for damaged and encrypted workbooks.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(file)
        sheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        seen = [one.name for one in sheets if one.visible == SheetVisibleEnum.Visible]
        for name in seen:
            sheet = book.get_sheet_by_name(name)
            merges = Merges(
                MergedCell(top + 1, left + 1, bottom + 1, right + 1)
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            )
            yield from sheet_sections(name, _rows(sheet, codes_of(name)), merges)
    except CalamineError as error:
        if "assword" in str(error):
            raise LoaderError("is encrypted; save a copy without a password") from None
        raise LoaderError(f"is damaged ({error}); save it as XLSX") from None
    except OSError as error:
        raise LoaderError(f"is damaged ({error}); save it as XLSX") from None
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":  # a panic of the library has no other name
            raise
        raise LoaderError("is damaged; save it as XLSX") from None
    if hidden := len(sheets) - len(seen):
        findings.warn(f"{hidden} hidden sheets were left out")
    if not findings.title and len(seen) == 1 and not is_default_name(seen[0]):
        findings.title = seen[0]


def _rows(sheet: Any, codes: Codes) -> Iterator[tuple[int, list[str]]]:
    first_row, first_column = sheet.start or (0, 0)
    for number, row in enumerate(sheet.iter_rows(), first_row + 1):
        # Whether the library begins with the first cell that is filled, its rows tell.
        before = [""] * first_column if len(row) == sheet.width else []
        start = len(before) + 1
        texts = (_text(one, codes.get((number, at), "")) for at, one in enumerate(row, start))
        yield number, [*before, *texts]


def _text(value: object, code: str) -> str:
    if value == "":
        return ""
    if isinstance(value, datetime.timedelta):
        return shown(value, code or "[h]:mm")
    if not code and isinstance(value, float) and value.is_integer():
        return str(int(value))
    return shown(value, code)
