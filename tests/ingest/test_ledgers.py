"""Statements of accounts in HTML, with signs, figures and brackets in cells of their own."""

import pytest

from ingest.loaders.html.loader import load_html
from ingest.sections import Findings, Grid

EDGAR = """<p>Consolidated Statements of Income</p><p>(In millions, except per share data)</p>
<table>
<tr><td></td><td></td><td colspan="3">Year Ended</td><td></td><td colspan="3"></td></tr>
<tr><td colspan="2"></td><td colspan="3">Jan 28, 2024</td><td></td>
    <td colspan="3">Jan 29, 2023</td></tr>
<tr><td colspan="2">Revenue</td><td>$</td><td>60,922</td><td></td><td></td><td>$</td><td>26,974</td>
    <td></td></tr>
<tr><td colspan="2">Other, net</td><td colspan="2">(257</td><td>)</td><td></td>
    <td colspan="2">43</td><td></td></tr>
<tr><td colspan="2">Termination cost</td><td>$</td><td>—</td><td></td><td></td><td>$</td>
    <td>( 1,353</td><td>)</td></tr>
<tr><td colspan="2">Net margin</td><td colspan="2">48.9</td><td>%</td><td></td>
    <td colspan="2">16.2</td><td>%</td></tr>
</table>"""

NOTED = """<table>
<tr><td></td><td></td><td colspan="2">2006</td><td></td><td colspan="2">2005</td></tr>
<tr><td></td><td></td><td colspan="5">(In millions)</td></tr>
<tr><td>Cash</td><td></td><td>$</td><td>954.2</td><td></td><td>$</td><td>1,388.1</td></tr>
<tr><td>Inventories</td><td></td><td></td><td>2,076.7</td><td></td><td></td><td>1,811.1</td></tr>
</table>"""

PLAIN = """<table><tr><th>Item</th><th>Price</th><th>Note</th></tr>
<tr><td>Lamp</td><td>$ 12</td><td></td></tr><tr><td>Rug</td><td></td><td>sold</td></tr></table>"""

SPARSE = """<table><tr><td>Ship</td><td>Port</td><td>Dock</td></tr>
<tr><td>Grebe</td><td>Oslo</td><td></td></tr><tr><td>Teal</td><td></td><td>4</td></tr></table>"""


def grid_of(page: str) -> Grid:
    grids = [one.grid for one in load_html(page.encode(), Findings()) if one.grid is not None]
    assert len(grids) == 1
    return grids[0]


def test_signs_and_brackets_are_joined_to_the_figures_below_their_years():
    grid = grid_of(EDGAR)
    assert [name.rsplit("Ended ")[-1] for name in grid.columns] == [
        "", "Jan 28, 2024", "Jan 29, 2023",
    ]  # fmt: skip
    assert [[str(cell) for cell in row.cells] for row in grid.rows] == [
        ["Revenue", "$ 60,922", "$ 26,974"],
        ["Other, net", "(257)", "43"],
        ["Termination cost", "—", "$ (1,353)"],
        ["Net margin", "48.9%", "16.2%"],
    ]


def test_the_scale_above_a_table_is_in_its_name():
    named = "Consolidated Statements of Income (In millions, except per share data)"
    assert grid_of(EDGAR).name.startswith(named)


def test_a_row_with_the_scale_of_all_columns_names_none_of_them():
    grid = grid_of(NOTED)
    assert [name.split()[0] if name else "" for name in grid.columns] == ["", "2006", "2005"]
    assert [str(cell) for cell in grid.rows[-1].cells] == ["Inventories", "2,076.7", "1,811.1"]


@pytest.mark.parametrize(
    ("page", "width"), [(PLAIN, 3), (SPARSE, 3)], ids=["with names", "without signs"]
)
def test_other_tables_keep_their_columns(page: str, width: int):
    grid = grid_of(page)
    assert max(len(row.cells) for row in grid.rows) == width
