"""Financial statements on PDF pages: amounts in accounting form, years over groups of rows."""

import io
from collections.abc import Sequence

import pytest
from fpdf import FPDF

from ingest.loaders.pdf.loader import load_pdf
from ingest.sections import Findings, Grid

_LABELS, _SIGNS, _ENDS = 15, (110, 150), (140, 180)  # millimetres from the left
Row = tuple[str, Sequence[str]]

SHEET: list[Row] = [
    ("Assets", ()),
    ("Current assets:", ()),
    ("Cash and cash equivalents", ("$21,879", "$25,929")),
    ("Marketable securities", ("91,883", "92,403")),
    ("Accounts receivable, net", ("40,258", "38,804")),
    ("Restructuring", ("-", "(356)")),
    ("Change in revenue", ("13 %", "(14) %")),
    ("Total assets", ("$154,020", "$156,780")),
]


def statement(
    rows: Sequence[Row], over: str = "As of December 31,", years: Sequence[str] = ("2022", "2023")
) -> list[Grid]:
    """Amounts end on the right of their columns, the currency signs stand on their left."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=9)
    y = 30.0
    pdf.text(_SIGNS[0] + 10, y - 5, over)
    pdf.set_font("Helvetica", size=7)
    for year, end in zip(years, _ENDS, strict=True):
        pdf.text(end - pdf.get_string_width(year) - 8, y, year)
    pdf.set_font("Helvetica", size=9)
    for label, amounts in rows:
        y += 5
        pdf.text(_LABELS, y, label)
        for amount, sign, end in zip(amounts, _SIGNS, _ENDS, strict=False):
            bare = amount.lstrip("$")
            if bare != amount:
                pdf.text(sign, y, "$")
            start = end - pdf.get_string_width(bare)
            if bare.startswith("("):  # drawn apart, as many programs do
                pdf.text(start, y, "(")
                start, bare = start + pdf.get_string_width("("), bare[1:]
            pdf.text(start, y, bare)
    sections = load_pdf(io.BytesIO(bytes(pdf.output())), Findings())
    return [section.grid for section in sections if section.grid is not None]


def test_amounts_stand_whole_under_the_dates_of_their_columns():
    (grid,) = statement(SHEET)
    assert list(grid.columns)[1:] == ["As of December 31, 2022", "As of December 31, 2023"]
    cells = {row.cells[0]: row.cells[1:] for row in grid.rows}
    assert cells["Cash and cash equivalents"] == ["$ 21,879", "$ 25,929"]
    assert cells["Total assets"] == ["$ 154,020", "$ 156,780"]
    assert cells["Marketable securities"] == ["91,883", "92,403"]


def test_what_is_subtracted_keeps_its_bracket():
    """A bracket or a dash alone was taken for a bullet, which made a loss a profit."""
    (grid,) = statement(SHEET)
    cells = {row.cells[0]: row.cells[1:] for row in grid.rows}
    assert cells["Restructuring"] == ["-", "(356)"]
    assert cells["Change in revenue"] == ["13 %", "(14) %"]
    assert not any("•" in text for row in grid.rows for text in row.cells)


@pytest.mark.parametrize("over", ["Year Ended December 31,", "Zum 31. Dezember"])
def test_the_line_over_years_names_each_of_them(over: str):
    (grid,) = statement(SHEET[2:], over)
    assert list(grid.columns) == ["", f"{over} 2022", f"{over} 2023"]


def test_years_below_figures_begin_a_table_of_their_own():
    shares: list[Row] = [(label, ("12.5", "19.2")) for label in ("Research", "Sales", "Support")]
    grids = statement([*SHEET[2:5], ("", ("2020", "2021")), *shares])
    assert [list(grid.columns)[-1] for grid in grids] == ["As of December 31, 2023", "2021"]
    assert [row.cells[0] for row in grids[1].rows] == ["Research", "Sales", "Support"]


def test_a_sentence_between_two_statements_is_in_neither():
    sentence = "The following table sets forth the parts of our statements as a share of revenue:"
    pages = statement([*SHEET[2:5], (sentence + " they are not audited", ()), *SHEET[2:5]])
    assert len(pages) == 2
    assert not any(
        sentence[:20] in text for grid in pages for row in grid.rows for text in row.cells
    )


def test_a_full_stop_in_a_number_is_no_end_of_a_word():
    (grid,) = statement([("Umsatz", ("2 .405 .085,86", "1 .900 .906,10")), *SHEET[3:5]])
    assert grid.rows[0].cells[1:] == ["2.405.085,86", "1.900.906,10"]
