"""Workbooks are read as programs show them: merged cells, number formats, formulas, charts."""

import datetime
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import AxDataSource, NumData, NumVal, StrData, StrRef, StrVal
from openpyxl.styles import Font

from ingest.loaders.office.number_format import shown
from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, LoaderError, Section


def read(data: bytes, name: str = "a.xlsx") -> tuple[list[Section], Findings]:
    findings = Findings()
    return list(read_sections(io.BytesIO(data), name, findings)), findings


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_of(rows: list[list[Any]], *merged: str) -> tuple[Any, Any]:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for one in merged:
        sheet.merge_cells(one)
    return book, sheet


def lines_of(data: bytes, name: str = "a.xlsx") -> list[str]:
    return [line for section in read(data, name)[0] for line in section.text.split("\n")]


def test_a_merged_label_stands_in_each_of_its_rows() -> None:
    book, _ = sheet_of(
        [
            ["Machine", "Part", "Interval"],
            ["Press", "Belt", "6 months"],
            [None, "Oil", "3 months"],
            [None, "Filter", "1 month"],
            ["Lathe", "Chuck", "1 year"],
        ],
        "A2:A4",
    )
    assert lines_of(saved(book)) == [
        "Machine: Press; Part: Belt; Interval: 6 months",
        "Machine: Press; Part: Oil; Interval: 3 months",
        "Machine: Press; Part: Filter; Interval: 1 month",
        "Machine: Lathe; Part: Chuck; Interval: 1 year",
    ]


def test_headings_over_several_rows_are_joined() -> None:
    book, _ = sheet_of(
        [
            ["Emissions by plant"],
            ["Plant", "Scope 1", None, "Scope 2", None],
            [None, "2022", "2023", "2022", "2023"],
            ["Ulm", 12, 11, 30, 28],
            ["Graz", 9, 8, 21, 22],
        ],
        "A1:E1", "A2:A3", "B2:C2", "D2:E2",
    )  # fmt: skip
    assert lines_of(saved(book)) == [
        "Emissions by plant",
        "Plant: Ulm; Scope 1 2022: 12; Scope 1 2023: 11; Scope 2 2022: 30; Scope 2 2023: 28",
        "Plant: Graz; Scope 1 2022: 9; Scope 1 2023: 8; Scope 2 2022: 21; Scope 2 2023: 22",
    ]


def test_a_heading_over_three_rows_and_one_over_empty_cells() -> None:
    book, _ = sheet_of(
        [
            [None, "Germany", None, None, None],
            [None, "North", None, "South", None],
            ["Product", "Units", "Sales", "Units", "Sales"],
            ["Bolts", 5, 50, 6, 60],
        ],
        "B1:E1", "B2:C2", "D2:E2",
    )  # fmt: skip
    assert lines_of(saved(book)) == [
        "Product: Bolts; Germany North Units: 5; Germany North Sales: 50; "
        "Germany South Units: 6; Germany South Sales: 60"
    ]
    # Without merged cells, as a CSV file has it.
    data = b"Region,2023,,2024,\n,Sales,Cost,Sales,Cost\nNorth,10,7,12,8\nSouth,20,15,22,16\n"
    assert lines_of(data, "a.csv")[0] == (
        "Region: North; 2023 Sales: 10; 2023 Cost: 7; 2024 Sales: 12; 2024 Cost: 8"
    )


def test_merged_body_rows_are_no_headings() -> None:
    book, _ = sheet_of(
        [
            ["Room", "Seats", "Rate"],
            ["Blue", 10, 80],
            ["Closed for repairs", None, None],
            ["All halls", None, 400],
        ],
        "A3:C3", "A4:B4",
    )  # fmt: skip
    assert lines_of(saved(book)) == [
        "Room: Blue; Seats: 10; Rate: 80",
        "Closed for repairs",
        "Room: All halls; Rate: 400",
    ]


def test_a_hostile_merged_cell_costs_nothing() -> None:
    book, _ = sheet_of([["Word", "Number"], ["one", 1], ["two", 2]])
    data = saved(book)
    source = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            part = source.read(name)
            if name.endswith("sheet1.xml"):
                huge = b'<mergeCells><mergeCell ref="A1:XFD1048576"/>' + b"".join(
                    b'<mergeCell ref="A%d:XFD1048576"/>' % row for row in range(1, 3000)
                )
                part = part.replace(b"</sheetData>", b"</sheetData>" + huge + b"</mergeCells>")
            archive.writestr(name, part)
    text = "\n".join(lines_of(out.getvalue()))
    assert "Word" in text
    assert len(text) < 100_000


def test_names_of_columns_stay_where_nothing_stands_below_them() -> None:
    book, _ = sheet_of([["Task", "Owner", "Due", "Signature"], ["Fire drill"], ["First aid"]])
    assert lines_of(saved(book)) == [
        "Task | Owner | Due | Signature",
        "Fire drill",
        "First aid",
    ]


def test_words_in_a_narrow_column_are_read_where_they_show() -> None:
    book, sheet = sheet_of(
        [["Fleet report", None, None], ["Vans", None, 12], ["Secret", "beside", 1]],
        "A1:C1",
        "A2:B2",
    )
    sheet.column_dimensions["A"].width = 0.5
    sections, findings = read(saved(book))
    text = sections[0].text
    assert "Fleet report" in text
    assert "Vans: 12" in text
    assert "Secret" not in text
    assert "1 cells that nobody sees were left out" in findings.warnings


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (42, "00000", "00042"),
        (12.5, '0.0" kg"', "12.5 kg"),
        (8, '0 "mm"', "8 mm"),
        (datetime.time(6, 30), "hh:mm", "06:30"),
        (datetime.timedelta(hours=26, minutes=30), "[h]:mm", "26:30"),
        (datetime.timedelta(minutes=90), "[mm]:ss", "90:00"),
        (datetime.datetime(2024, 3, 1), "mmm yy", "Mar 24"),
        (datetime.datetime(2024, 3, 1), "[$-407]mmmm yyyy", "März 2024"),
        (datetime.datetime(2024, 3, 1), "dd/mm/yyyy", "2024-03-01"),
        (datetime.datetime(2024, 3, 1), "dddd", "Friday"),
        (datetime.datetime(2024, 3, 1, 10, 30), "dd.mm.yyyy hh:mm", "2024-03-01 10:30"),
        (datetime.datetime(2024, 3, 1, 10, 30), "General", "2024-03-01 10:30:00"),
        (0.175, "0.0%", "17.5%"),
        (-1234.5, "#,##0.00;[Red](#,##0.00)", "(1,234.50)"),
        (1234.5, '[$€-407] #,##0.00', "€ 1,234.50"),
        (-5, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-', "-5.00 €"),
        (2.25, "# ?/?", "2 1/4"),
        (0.15, "# ??/??", "3/20"),
        (123456789, "000-00-0000", "123-45-6789"),
        (1234567, '0.0,,"M"', "1.2M"),
        (0.000123, "0.00E+00", "1.23E-04"),
        (12345, "##0.0E+0", "12.3E+3"),
        (2, "0.##", "2"),
        (0.5, "#.00", "0.50"),
        (7, '[<1]"low";[>=5]"high";"mid"', "high"),
        (0, '0 "pcs";;"none"', "none"),
        (2.5, "0", "3"),
        (1e30, "#,##0.00", "1,000,000,000,000,000,000,000,000,000,000.00"),
        (3.14159, "General", "3.14159"),
        (True, "General", "yes"),
        ("A7", '"No. "@', "No. A7"),
        (5, "#" * 5000, "5"),
    ],
)  # fmt: skip
def test_a_number_is_written_as_its_format_shows_it(value: object, code: str, text: str) -> None:
    assert shown(value, code) == text


def test_formulas_without_a_value_are_calculated_or_shown() -> None:
    book, sheet = sheet_of(
        [
            ["Item", "Pieces", "Price", "Total"],
            ["Lamp", 3, 19.9, "=B2*C2"],
            ["Shelf", 2, 120, "=B3*C3"],
            ["Sum", None, None, "=SUM(D2:D3)"],
            ["Discount", None, None, "=ROUND(D4*5%,2)"],
            ["Rate", None, None, "=VLOOKUP(A2,Prices!A:B,2)"],
            ["Dear", None, None, '=COUNTIF(C2:C3,">20")'],
            ["Loop", None, None, "=D8+1"],
        ]
    )
    sheet["D4"].number_format = '#,##0.00 "EUR"'
    sections, findings = read(saved(book))
    assert sections[0].text.split("\n") == [
        "Item: Lamp; Pieces: 3; Price: 19.9; Total: 59.7",
        "Item: Shelf; Pieces: 2; Price: 120; Total: 240",
        "Item: Sum; Total: 299.70 EUR",
        "Item: Discount; Total: 14.99",
        "Item: Rate; Total: =VLOOKUP(A2,Prices!A:B,2)",
        "Item: Dear; Total: 1",
        "Item: Loop; Total: =D8+1",
    ]
    assert findings.warnings == [
        "7 formulas have no stored value, of which 5 were calculated here; open and save the "
        "workbook in Excel or LibreOffice"
    ]


@pytest.mark.parametrize(
    ("formula", "shown_value"),
    [
        ('=HYPERLINK("https://a.example","Our site")', "Our site"),
        ("=VLOOKUP(7,A2:C4,2,FALSE)", "Shelf"),
        ("=VLOOKUP(8,A2:C4,3)", "120"),
        ("=VLOOKUP(8,A2:C4,3,0)", "=VLOOKUP(8,A2:C4,3,0)"),
        ('=INDEX(C2:C4,MATCH("desk",B2:B4,0))', "80"),
        ('=CONCATENATE(B2," ",A2)', "Lamp 3"),
        ('=UPPER(LEFT(B2,2))&"-"&RIGHT(B4,1)', "LA-k"),
        ('=IF(AND(C2<20,NOT(C3<20)),"yes","no")', "yes"),
        ('=SUMIFS(C2:C4,A2:A4,">3",B2:B4,"<>Desk")', "120"),
        ('=COUNTIFS(A2:A4,">3",C2:C4,">100")', "1"),
        ("=MEDIAN(C2:C4)", "80"),
        ("=COUNTA(B2:B4)", "3"),
        ("=MOD(A4,4)", "1"),
        ("=LEN()", "=LEN()"),
        ("=MEDIAN()", "=MEDIAN()"),
        ("=INDEX(A2:C4,9,9)", "=INDEX(A2:C4,9,9)"),
    ],
)
def test_look_ups_texts_and_conditions_are_calculated(formula: str, shown_value: str) -> None:
    book, _ = sheet_of(
        [
            ["Pieces", "Item", "Price", "Told"],
            [3, "Lamp", 19.9, formula],
            [7, "Shelf", 120],
            [9, "Desk", 80],
        ]
    )
    sections, _ = read(saved(book))
    told = sections[0].text.split("\n")[0]
    assert told == f"Pieces: 3; Item: Lamp; Price: 19.9; Told: {shown_value}"


def test_texts_that_formulas_double_are_no_longer_than_a_cell() -> None:
    rows: list[list[object]] = [["Text"], ["abcdefghij"]]
    rows += [[f"=A{number}&A{number}"] for number in range(2, 60)]
    text = "\n".join(section.text for section in read(saved(sheet_of(rows)[0]))[0])
    assert "=A59&A59" in text
    assert len(text) < 200_000


def test_formulas_over_other_sheets_are_calculated() -> None:
    book, sheet = sheet_of(
        [
            ["Item", "Total"],
            ["Lamp", "=Prices!B2*3"],
            ["All", "=SUM('Stock ''24'' of Ghent'!B2:B3)"],
            ["Both", "=Prices!B3+1"],
            ["Loop", "=Prices!B4"],
            ["Nowhere", "=Lost!A1"],
            ["Elsewhere", "=[1]Prices!B2"],
            ["Several", "=SUM(Prices:Stock!B2)"],
        ]
    )
    prices = book.create_sheet("Prices")
    for row in (["Item", "Price"], ["Lamp", 20], ["Shelf", f"={sheet.title}!B2+0.5"],
                ["Loop", f"={sheet.title}!B5"]):  # fmt: skip
        prices.append(row)
    stock = book.create_sheet("Stock '24' of Ghent")
    stock.sheet_state = "hidden"
    for row in (["Item", "Pieces"], ["Lamp", 7], ["Shelf", 4]):
        stock.append(row)
    sections, _ = read(saved(book))
    assert sections[0].text.split("\n") == [
        "Item: Lamp; Total: 60",
        "Item: All; Total: 11",
        "Item: Both; Total: 61.5",
        "Item: Loop; Total: =Prices!B4",
        "Item: Nowhere; Total: =Lost!A1",
        "Item: Elsewhere; Total: =[1]Prices!B2",
        "Item: Several; Total: =SUM(Prices:Stock!B2)",
    ]


def test_formulas_within_formulas_of_many_sheets_end() -> None:
    book, _ = sheet_of([["Item", "Total"], ["Chain", "=S0!A1"]])
    for number in range(60):  # each refers to the next one, three hundred deep
        one = book.create_sheet(f"S{number}")
        for row in range(1, 6):
            one[f"A{row}"] = f"=S{(number + 1) % 60}!A{row}" if number < 59 else f"=S0!A{row + 1}"
    sections, _ = read(saved(book))
    assert "Chain: =S0!A1" in sections[0].text


@pytest.mark.parametrize(
    "formula",
    [
        "=SUM(A1:XFD1048576)",
        "=" + "(" * 900 + "1" + ")" * 900,
        "=9^9^9^9^9",
        "=1/0",
        '=CALL("kernel32","WinExec","JFJ",2,"calc",0)',
        "=" + "-" * 1900 + "1",
    ],
)
def test_a_hostile_formula_is_not_calculated(formula: str) -> None:
    book, _ = sheet_of([["Name", "Value"], ["one", 1], ["bad", formula]])
    assert formula in lines_of(saved(book))[-1]


def test_the_type_of_a_workbook_is_that_of_its_main_part() -> None:
    book, _ = sheet_of([["Year", "Revenue"], [2021, 1500]])
    data = io.BytesIO(saved(book))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("xl/embeddings/letter.docx", b"PK\x03\x04")
        types = archive.read("[Content_Types].xml").replace(
            b"<Default ",
            b'<Default Extension="docx" ContentType="application/vnd.openxmlformats-officedocument'
            b'.wordprocessingml.document"/><Default ',
            1,
        )
    source = zipfile.ZipFile(data)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        for name in source.namelist():
            if name != "[Content_Types].xml":
                archive.writestr(name, source.read(name))
    sections, findings = read(out.getvalue())
    assert "Revenue: 1500" in sections[0].text
    assert not findings.warnings


def test_a_chart_of_a_workbook_is_a_table() -> None:
    book, sheet = sheet_of([["Month", "Units"], ["May", 4], ["June", 6]])
    chart = BarChart()
    chart.title = "Units sold"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=3))
    for series in chart.series:  # as Excel stores what it drew
        series.val.numRef.numCache = NumData(
            formatCode='0" pcs"', pt=[NumVal(idx=0, v="4"), NumVal(idx=1, v="6")]
        )
        names = StrData(pt=[StrVal(idx=0, v="May"), StrVal(idx=1, v="June")])
        series.cat = AxDataSource(strRef=StrRef("Sheet!A2:A3", names))
        series.tx.strRef.strCache = StrData(pt=[StrVal(idx=0, v="Units")])
    sheet.add_chart(chart, "E5")
    sections, _ = read(saved(book))
    drawn = [section for section in sections if section.heading.endswith("Units sold")]
    assert [section.text for section in drawn] == ["May; Units: 4 pcs\nJune; Units: 6 pcs"]


def test_exponents_and_struck_letters_of_cells() -> None:
    book, sheet = sheet_of([["Limit", "Fee"], ["LIMIT", "FEE"], ["z", 9]])
    sheet["B3"].font = Font(strike=True)
    source = zipfile.ZipFile(io.BytesIO(saved(book)))
    out = io.BytesIO()
    up = "<r><rPr><vertAlign val='superscript'/></rPr><t>6</t></r>"
    struck = "<r><rPr><strike val='1'/></rPr><t>80 EUR </t></r>"
    with zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            part = source.read(name).decode("utf-8")
            part = part.replace("<t>LIMIT</t>", f"<r><t>10</t></r>{up}<r><t> per litre</t></r>")
            part = part.replace("<t>FEE</t>", f"{struck}<r><t>95 EUR</t></r>")
            archive.writestr(name, part)
    sections, findings = read(out.getvalue())
    assert sections[0].text.split("\n")[0] == "Limit: 10^6 per litre; Fee: 95 EUR"
    assert "9" not in sections[0].text.split("\n")[1]
    assert "2 struck-through passages were left out" in findings.warnings


# ---- workbooks that Excel opens, and the library that reads them does not -----------------------


_SPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET = "xl/worksheets/sheet1.xml"


def _changed(data: bytes, part: str, old: bytes, new: bytes, name: str = "") -> bytes:
    """The same package with a part, or all of them, changed; the part under another `name`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for one in before.namelist():
            content = before.read(one)
            if part in {one, "*"}:
                assert part == "*" or old in content, content[:600]
                content = content.replace(old, new)
            shown_as = one if one == "[Content_Types].xml" else name.replace("*", one)
            after.writestr(shown_as if name and part in {one, "*"} else one, content)
    return out.getvalue()


def _with_looks() -> bytes:
    """Numbers under a format, a struck cell, a hidden row, a sheet that is hidden, 1904 dates."""
    book, sheet = sheet_of(
        [
            ["Article", "Price", "Since"],
            [42, 95, datetime.date(2024, 3, 1)],
            [43, 80, "May"],
            [7, 1],
        ]
    )
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet["C2"] = datetime.date(2024, 3, 1)
    for row in range(2, 5):
        sheet.cell(row, 1).number_format = "00000"
    sheet["B3"].font = Font(strike=True)
    sheet.row_dimensions[4].hidden = True
    book.create_sheet("Old").append(["secret"])
    book["Old"].sheet_state = "hidden"
    return saved(book)


@pytest.mark.parametrize(
    "change",
    [
        ("*", _SPACE, b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
        ("xl/sharedStrings.xml", b"", b"", "xl/SharedStrings.xml"),
        ("xl/styles.xml", b"<patternFill/>", b""),
        ("xl/styles.xml", b'<family val="2"/>', b'<family val="99"/>'),
        ("xl/styles.xml", b'name="Normal"', b""),
        (_SHEET, b'<c r="A1"', b'<c r="A1" s=""'),
        (_SHEET, b'<c r="A1"', b'<c r="A1" s="900"'),
        (_SHEET, b"</sheetData>", b'</sheetData><sheetProtection sheet="perhaps"/>'),
        ("xl/workbook.xml", b"<sheets>", b'<calcPr calcId="many"/><sheets>'),
        ("docProps/core.xml", b"T", b"?"),
    ],
)  # fmt: skip
def test_workbooks_that_only_excel_opens_are_read(change: tuple[Any, ...]) -> None:
    data = _with_looks()
    for part, *said in [change]:
        data = _changed(data, part, *said)
    sections, findings = read(data)
    assert [line for section in sections for line in section.text.split("\n")] == [
        "Article: 00042; Price: 95; Since: 2024-03-01",
        "Article: 00043; Since: May",
    ]
    assert {"1 hidden sheets were left out", "1 struck-through passages were left out"} <= set(
        findings.warnings
    )


def test_the_first_fill_of_a_file_is_none() -> None:
    book, sheet = sheet_of([["Article", "Price"], [42, 95]])
    sheet["A1"].font = Font(color="FF000000")
    black = b'<patternFill patternType="solid"><fgColor rgb="FF000000"/></patternFill>'
    data = _changed(saved(book), "xl/styles.xml", b"<fill><patternFill/></fill>",
                    b"<fill>" + black + b"</fill>")  # fmt: skip
    assert lines_of(data) == ["Article: 42; Price: 95"]
    assert lines_of(_changed(data, "xl/styles.xml", b'name="Normal"', b"")) == [
        "Article: 42; Price: 95"
    ]


def test_names_of_parts_in_the_manner_of_windows() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_with_looks())) as before, zipfile.ZipFile(out, "w") as after:
        for one in before.namelist():
            info = zipfile.ZipInfo("x")
            info.filename = one.replace("/", "\\")
            after.writestr(info, before.read(one))
    assert lines_of(out.getvalue())[0] == "Article: 00042; Price: 95; Since: 2024-03-01"


def test_a_workbook_that_nothing_opens_is_refused_in_words() -> None:
    data = _changed(_with_looks(), _SHEET, b"</sheetData>", b"")
    with pytest.raises(LoaderError, match="is damaged"):
        read(data)
