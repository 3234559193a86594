"""Each table of a document is kept as data: names, cells, where they stand, and their chunks."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from fpdf import FPDF
from ingest_fakes import MemoryIndex
from pptx.util import Inches

from ingest.pipeline import ingest_paths
from ingest.sandbox.parsing import ParseLimits
from vectorstore.tables.columns import read_columns
from vectorstore.tables.records import NewTable
from vectorstore.tables.values import read_value, read_yes_no, split_unit

ROWS = [
    ["Valve", "Price EUR", "Lead time days"],
    ["Ball", "12.50", "5"],
    ["Gate", "9.00", "14"],
    ["Check", "n/a", "21"],
]


def kept(tmp_path: Path, name: str, data: bytes | str) -> tuple[list[NewTable], MemoryIndex]:
    """The tables of one file, after the whole way through the parsing process."""
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    index = MemoryIndex()
    report = ingest_paths(index, [path])
    assert report.documents[0].status in {"indexed", "warning"}, report.documents[0]
    tables = index.tables["general", name]
    for table in tables:
        assert_said(table, index, name)
    return tables, index


def assert_said(table: NewTable, index: MemoryIndex, name: str) -> None:
    """Every row's chunk says its cells: all words of the row's start."""
    chunks = index.chunks["general", name]
    for row in table.rows:
        said = "".join(chunk.text for chunk in chunks[row.position : row.position + 2])
        first = next(cell for cell in row.cells if cell)
        assert "".join(first.split()) in "".join(said.split()), (row, said)
        assert chunks[row.position].page == row.page


def cells(table: NewTable) -> list[list[str]]:
    return [list(row.cells) for row in table.rows]


def names(table: NewTable) -> list[str]:
    return [column.name for column in table.columns]


def saved(document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def as_csv() -> bytes:
    return "\n".join(",".join(row) for row in ROWS).encode()


def as_markdown() -> bytes:
    lines = [" | ".join(row) for row in ROWS]
    lines.insert(1, "--- | --- | ---")
    return ("# Stock\n\n## Valves\n\n" + "\n".join(f"| {line} |" for line in lines)).encode()


def as_html() -> bytes:
    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"

    body = row(ROWS[0], "th") + "".join(row(cells, "td") for cells in ROWS[1:])
    return f"<h1>Stock</h1><table><caption>Valves</caption>{body}</table>".encode()


def as_xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Valves"
    for row in ROWS:
        cells: list[object] = [float(cell) if cell[:1].isdigit() else cell for cell in row]
        book.active.append(cells)
    return saved(book)


def as_docx() -> bytes:
    document = docx.Document()
    document.add_heading("Valves")
    table = document.add_table(len(ROWS), 3)
    for at, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            table.cell(at, column).text = cell
    return saved(document)


def as_pptx() -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Valves"
    shape = slide.shapes.add_table(len(ROWS), 3, *map(Inches, (1, 2, 6, 2)))
    for at, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            shape.table.cell(at, column).text = cell
    return saved(show)


def as_pdf(rows: Sequence[Sequence[str]] = ROWS, times: int = 1) -> bytes:
    pdf = FPDF()
    for _ in range(times):
        pdf.add_page()
        pdf.set_font("helvetica", size=11)
        with pdf.table() as table:
            for row in rows:
                cells = table.row()
                for cell in row:
                    cells.cell(cell)
    return bytes(pdf.output())


@pytest.mark.parametrize(
    ("name", "data", "page"),
    [
        ("valves.csv", as_csv(), None),
        ("valves.md", as_markdown(), None),
        ("valves.html", as_html(), None),
        ("valves.xlsx", as_xlsx(), None),
        ("valves.docx", as_docx(), None),
        ("valves.pptx", as_pptx(), 1),
        ("valves.pdf", as_pdf(), 1),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_of_every_format(tmp_path, name, data, page):
    (table,), _ = kept(tmp_path, name, data)
    assert names(table) == ROWS[0]
    wanted = [[c.removesuffix("0").removesuffix(".0") for c in row] for row in ROWS[1:]]
    assert [[c.removesuffix("0").removesuffix(".0") for c in row] for row in cells(table)] == wanted
    assert [row.page for row in table.rows] == [page] * 3
    assert [(c.kind, c.unit) for c in table.columns] == [
        ("text", ""),
        ("money", "EUR"),
        ("duration", "days"),
    ]
    assert "Valves" in (table.name, table.heading.rsplit(" > ", 1)[-1]) or name in {
        "valves.csv",
        "valves.pdf",
    }


def test_a_workbook_keeps_its_addresses_sheets_and_tables_apart(tmp_path):
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Pumps")
    first.title = "Valves"
    first["A1"] = "Valves 2026"
    for at, row in enumerate(ROWS, 3):
        for column, cell in enumerate(row, 1):
            first.cell(at, column).value = cell
    flows: list[list[object]] = [["Pump", "Flow (l/min)"], ["P-1", 40], ["P-2", 65]]
    for flow in flows:
        second.append(flow)
    (valves, pumps), _ = kept(tmp_path, "plant.xlsx", saved(book))
    assert [row.address for row in valves.rows] == ["A4:C4", "A5:C5", "A6:C6"]
    assert (valves.name, valves.heading) == ("Valves", "Valves")
    assert (pumps.name, cells(pumps)) == ("Pumps", [["P-1", "40"], ["P-2", "65"]])
    assert pumps.columns[1].unit == "litres per min"


def test_a_title_over_the_table_is_its_name(tmp_path):
    text = "Prices of 2026,,\n" + as_csv().decode()
    (table,), _ = kept(tmp_path, "list.csv", text)
    assert table.name == "Prices of 2026"
    assert names(table) == ROWS[0]


def test_key_and_value_without_names(tmp_path):
    (table,), _ = kept(tmp_path, "device.csv", "Weight,4.5 kg\nColour,grey\nVoltage,230 V\n")
    assert names(table) == ["", ""]
    assert cells(table) == [["Weight", "4.5 kg"], ["Colour", "grey"], ["Voltage", "230 V"]]


def test_a_table_over_two_pages_is_one(tmp_path):
    rows = [ROWS[0], *[[f"Valve {n}", f"{n}.50", str(n)] for n in range(1, 9)]]
    tables, _ = kept(tmp_path, "long.pdf", as_pdf(rows, times=2))
    assert len(tables) == 1
    assert len(tables[0].rows) == 16
    assert [row.page for row in tables[0].rows] == [1] * 8 + [2] * 8


def test_hidden_cells_stay_out(tmp_path):
    page = (
        "<table><tr><th>Valve</th><th>Price</th></tr><tr><td>Ball</td><td>12</td></tr>"
        "<tr style='display:none'><td>Secret</td><td>1</td></tr>"
        "<tr><td>Ga\u200bte</td><td>9<span hidden>9</span></td></tr></table>"
    )
    (table,), _ = kept(tmp_path, "page.html", page)
    assert cells(table) == [["Ball", "12"], ["Gate", "9"]]


def test_tables_in_html_within_markdown_are_kept(tmp_path):
    page = (
        "# Days off\n\nThey are these:\n\n<table>\n  <tr>\n    <th>Day</th>\n    <th>Date</th>\n"
        "  </tr>\n"
        "  <tr>\n    <td>New Year</td>\n    <td>1 January</td>\n  </tr>\n"
        "  <tr hidden><td>Secret</td><td>9 May</td></tr>\n"
        "  <tr><td>Easter | *Monday*<td>6 April\n</table>\n\nAll <b>else</b> are working days.\n\n"
        "<table><tr><td>Post</td><td>7 days</td></tr><tr><td>Air</td><td>2 days</td></tr></table>\n"
    )
    days, times = kept(tmp_path, "page.md", page)[0]
    assert names(days) == ["Day", "Date"]
    assert cells(days) == [["New Year", "1 January"], ["Easter | Monday", "6 April"]]
    assert names(times) == ["", ""]
    assert cells(times) == [["Post", "7 days"], ["Air", "2 days"]]


def test_text_and_single_rows_are_no_tables_and_a_list_has_one_column(tmp_path):
    page = (
        "<p>Words.</p><table><tr><td>One</td></tr><tr><td>Two</td></tr></table>"
        "<ul><li>a</li><li>b</li></ul>"
    )
    (table,), _ = kept(tmp_path, "page.html", page)
    assert cells(table) == [["a"], ["b"]]


def test_a_large_table_is_whole_and_in_order(tmp_path):
    count = 12_000
    lines = ["Id,Name,Amount EUR", *(f"{n},Name {n},{n}.25" for n in range(count))]
    (table,), index = kept(tmp_path, "big.csv", "\n".join(lines))
    assert [row.cells[0] for row in table.rows] == [str(n) for n in range(count)]
    positions = [row.position for row in table.rows]
    assert positions == sorted(positions)
    assert positions[-1] == len(index.chunks["general", "big.csv"]) - 1


def test_the_limit_of_text_is_one_of_text_not_of_cells(tmp_path):
    lines = ["Id,Name", *(f"{n},{'word ' * 30}" for n in range(5_000))]
    path = tmp_path / "big.csv"
    path.write_text("\n".join(lines))
    size = path.stat().st_size
    assert size < 1 << 20
    index = MemoryIndex()
    report = ingest_paths(index, [path], limits=ParseLimits(text_mib=1))
    assert report.documents[0].status == "indexed"
    path.write_text("\n".join(lines * 2))
    report = ingest_paths(index, [path], limits=ParseLimits(text_mib=1))
    assert "more text than the limit" in report.documents[0].reason


def test_tables_of_the_samples(tmp_path):
    samples = Path(__file__).resolve().parents[1] / "samples"
    index = MemoryIndex()
    ingest_paths(index, [samples])
    found = {name: len(tables) for (_, name), tables in index.tables.items() if tables}
    assert {
        "company-briefing.pptx",
        "employee-handbook.pdf",
        "price-list.xlsx",
        "release-notes.md",
        "security.html",
        "suppliers.csv",
        "travel-policy.docx",
    } <= set(found)
    for (_, name), tables in index.tables.items():
        for table in tables:
            assert_said(table, index, name)
            json.dumps([list(row.cells) for row in table.rows])


@pytest.mark.parametrize(
    ("cell", "mark", "low", "high", "unit"),
    [
        ("EUR 12.10", "", "12.10", "12.10", "EUR"),
        ("12,10 €", "", "12.10", "12.10", "EUR"),
        ("1.250", ",", "1250", "1250", ""),
        ("1.250", ".", "1.250", "1.250", ""),
        ("1,250", ".", "1250", "1250", ""),
        ("1.250.000", "", "1250000", "1250000", ""),
        ("1,145.00", "", "1145.00", "1145.00", ""),
        ("1 250,50 €", "", "1250.50", "1250.50", "EUR"),
        ("1'250.50 CHF", "", "1250.50", "1250.50", "CHF"),
        ("5–7 days", "", "5", "7", "days"),
        ("0.2 to 4 m3/h", "", "0.2", "4", "m³"),
        ("-40 to 125", "", "-40", "125", ""),
        ("65 EUR per day", "", "65", "65", "EUR"),
        ("(1,200.50)", "", "-1200.50", "-1200.50", ""),
        ("-12.5 %", "", "-12.5", "-12.5", "%"),
        ("ca. 3 Tage", "", "3", "3", "days"),
        ("3:30 h", "", "210", "210", "minutes"),
        ("1.2 million EUR", "", "1.2", "1.2", "million EUR"),
        ("2 weeks", "", "2", "2", "weeks"),
        ("5 working days", "", "5", "5", "working days"),
    ],
)
def test_what_a_cell_says(cell, mark, low, high, unit):
    value = read_value(cell, mark)
    assert value is not None
    assert (str(value.low), str(value.high), value.unit) == (low, high, unit)


@pytest.mark.parametrize(
    "cell",
    ["1.250", "n/a", "AB-1200/3", "V-1003", "450-8810", "+49 91 555 0142", "DN 50", "open-ended",
     "03/04/2024", "see page 3", "E-11", "", "7-5", "1.2.3", "about a week", "3 of 9 rows left"],
)  # fmt: skip
def test_what_is_no_number_or_could_be_two(cell):
    assert read_value(cell) is None


@pytest.mark.parametrize(
    "written", ["2024-03-12", "12.03.2024", "12 March 2024", "12th of March 2024",
                "March 12, 2024", "12. März 2024", "13/03/2024"]
)  # fmt: skip
def test_days(written):
    value = read_value(written)
    assert value is not None
    assert value.kind == "date"
    assert value.low == value.high


def test_yes_and_no():
    assert [read_yes_no(cell) for cell in ("yes", "Ja", "✓", "no", "nein", "perhaps")] == [
        True, True, True, False, False, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "bare", "unit"),
    [
        ("Price EUR", "Price", "EUR"),
        ("Unit price (EUR)", "Unit price", "EUR"),
        ("Lead time days", "Lead time", "days"),
        ("2023 (million EUR)", "2023", "million EUR"),
        ("Preis in €", "Preis", "EUR"),
        ("Umsatz in Mio. EUR", "Umsatz", "million EUR"),
        ("Weight [kg]", "Weight", "kg"),
        ("Dauer (Tage)", "Dauer", "days"),
        ("Price (net)", "Price (net)", ""),
        ("Profit for the year", "Profit for the year", ""),
        ("Country", "Country", ""),
    ],
)
def test_units_of_names(name, bare, unit):
    assert split_unit(name) == (bare, unit)


def test_columns_that_show_both_decimal_marks_settle_nothing():
    (column,) = read_columns(["Amount"], [["1,250.5"], ["3.750,5"], ["1.250"]])
    assert column.decimal == ""
    columns = read_columns(["Amount", "Price"], [["1.250", "3,50"], ["2.000", "4,00"]])
    assert [column.decimal for column in columns] == [",", ","]


def test_years_are_dates_where_the_name_says_so():
    rows = [["2019", "2019"], ["2021", "1984"]]
    opened, pieces = read_columns(["Opened", "Pieces"], rows)
    assert (opened.kind, pieces.kind) == ("date", "number")
