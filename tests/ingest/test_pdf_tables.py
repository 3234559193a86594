"""Tables of PDF pages: which rows and columns there are, and what each cell belongs to."""

import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from fpdf import FPDF

from ingest.loaders.pdf.loader import load_pdf
from ingest.sections import Findings, Section

Text = tuple[float, float, str]  # from the left, from the top, in millimetres
Stroke = tuple[float, float, float, float]


def read(data: bytes) -> list[Section]:
    return list(load_pdf(io.BytesIO(data), Findings()))


def rows(sections: Iterable[Section]) -> list[str]:
    return [row for s in sections if s.kind == "table" for row in s.text.split("\n")]


def names(sections: Iterable[Section]) -> list[str]:
    return next(list(s.grid.columns) for s in sections if s.grid is not None)


def drawn(*pages: Iterable[Text], strokes: Iterable[Stroke] = (), right: float = 0.0) -> bytes:
    """Pages with texts at their places; those from `right` on to the right end there."""
    pdf = FPDF()
    for texts in pages:
        pdf.add_page()
        pdf.set_font("Helvetica", size=10)
        for x, y, text in texts:
            ends = right and x >= right and text.replace(",", "").isdigit()
            pdf.text(x + 18 - pdf.get_string_width(text) if ends else x, y, text)
        for stroke in strokes:
            pdf.line(*stroke)
    return bytes(pdf.output())


STATIONS = [("Harbour", "12", "20"), ("Market", "7", "16"), ("Museum", "3", "10"),
            ("Campus", "25", "40"), ("Clinic", "9", "18"), ("Stadium", "14", "30")]  # fmt: skip


def grid(top: float, cells: Iterable[Iterable[str]], pitch: float = 6.0) -> list[Text]:
    return [
        (20 + 45 * column, top + pitch * row, text)
        for row, line in enumerate(cells)
        for column, text in enumerate(line)
        if text
    ]


# rows


@pytest.mark.shared
def test_rules_around_groups_of_rows_part_no_rows_in_the_file_of_the_report(shared_dir: Path):
    file = shared_dir / "cases" / "10-pdf-rows-between-rules-merged" / "table_bands.pdf"
    data = file.read_bytes()
    assert "Station: Clinic; Bikes: 9; Docks: 18" in rows(read(data))


def test_rules_around_groups_of_rows_part_no_rows():
    texts = grid(30, [("Station", "Bikes", "Docks"), *STATIONS])
    level = [(18, y, 140, y) for y in (25, 32, 50, 68)]
    upright = [(x, 25, x, 68) for x in (18, 63, 108, 140)]
    for order in (texts, sorted(texts)):  # row after row, and column after column
        said = rows(read(drawn(order, strokes=[*level, *upright])))
        assert said == [f"Station: {a}; Bikes: {b}; Docks: {c}" for a, b, c in STATIONS]


def test_rules_around_groups_of_words_part_no_rows():
    people = [("Graz", "Ada Holm"), ("Linz", "Bo Lind"), ("Wien", "Cai Berg"), ("Bonn", "Dia Falk")]
    strokes = [(18, y, 108, y) for y in (25, 32, 44, 56)] + [(x, 25, x, 56) for x in (18, 63, 108)]
    data = drawn(grid(30, [("Office", "Contact"), *people]), strokes=strokes)
    assert rows(read(data)) == [f"Office: {a}; Contact: {b}" for a, b in people]


def test_tables_below_each_other_are_not_one():
    first = grid(30, [("Date", "From"), ("1 May", "Graz"), ("2 May", "Linz")])
    second = grid(80, [("Part", "Stock"), ("Ball", "120"), ("Gate", "7")])
    between: list[Text] = [(20, 60, "The store was counted by hand.")]
    strokes = [(18, y + d, 108, y + d) for y in (25, 75) for d in (0, 7, 13, 19)]
    strokes += [(x, y, x, y + 19) for x in (18, 63, 108) for y in (25, 75)]
    sections = read(drawn([*first, *between, *second], strokes=strokes))
    assert [section.kind for section in sections] == ["table", "text", "table"]
    assert "Part: Gate; Stock: 7" in rows(sections)


def test_lines_of_one_cell_between_rules_stay_one_cell():
    texts = [*grid(30, [("Name", "Duties", "Hours")]), (20, 37, "Ada"), (65, 37, "Plans the"),
             (65, 42, "shifts"), (110, 37, "38"), (20, 49, "Bo"), (65, 49, "Stands in"),
             (110, 49, "30")]  # fmt: skip
    strokes = [(18, y, 140, y) for y in (25, 32, 44, 52)]
    strokes += [(x, 25, x, 52) for x in (18, 63, 108, 140)]
    assert rows(read(drawn(texts, strokes=strokes))) == [
        "Name: Ada; Duties: Plans the shifts; Hours: 38",
        "Name: Bo; Duties: Stands in; Hours: 30",
    ]


def test_cells_in_the_middle_of_their_row_are_with_the_lines_beside_them():
    texts = grid(30, [("Part", "Remark", "Stock")])
    for at, part in enumerate(("Valve", "Flange", "Seal", "Gauge")):
        y = 42 + 12 * at
        texts += [(20, y, part), (65, y - 2.1, "only with a slip that"),
                  (65, y + 2.1, "the office signed"), (110, y, str(17 + at))]  # fmt: skip
    said = rows(read(drawn(texts)))
    assert said[1] == "Part: Flange; Remark: only with a slip that the office signed; Stock: 18"
    assert len(said) == 4


# labels


GROUPED = [("Area", "Name", "Phone"), ("Coast", "Ada Holm", "4101"), ("", "Bo Lind", "4102"),
           ("", "Cai Berg", "4103"), ("Hills", "Dia Falk", "4201"),
           ("", "Eli Strand", "4202")]  # fmt: skip


def test_a_label_over_several_rows_between_rules_is_said_of_each():
    strokes: list[Stroke] = [(18, y, 140, y) for y in (25, 32, 50, 62)]
    strokes += [(63, y, 140, y) for y in (38, 44, 56)]
    strokes += [(x, 25, x, 62) for x in (18, 63, 108, 140)]
    said = rows(read(drawn(grid(30, GROUPED), strokes=strokes)))
    assert said[2] == "Area: Coast; Name: Cai Berg; Phone: 4103"
    assert said[4] == "Area: Hills; Name: Eli Strand; Phone: 4202"


def test_a_label_over_several_rows_without_rules_is_said_of_each():
    assert rows(read(drawn(grid(30, GROUPED))))[2] == "Area: Coast; Name: Cai Berg; Phone: 4103"


def test_a_label_in_the_middle_of_its_rows_is_said_of_each():
    texts = grid(30, [("Area", "Name", "Phone")])
    texts += [(20, 42, "Coast"), *grid(36, [("", "Ada Holm", "4101"), ("", "Bo Lind", "4102"),
                                            ("", "Cai Berg", "4103")])]  # fmt: skip
    texts += [(20, 57, "Hills"), *grid(54, [("", "Dia Falk", "4201"), ("", "Eli Strand", "4202")])]
    assert rows(read(drawn(texts))) == [
        "Area: Coast; Name: Ada Holm; Phone: 4101", "Area: Coast; Name: Bo Lind; Phone: 4102",
        "Area: Coast; Name: Cai Berg; Phone: 4103", "Area: Hills; Name: Dia Falk; Phone: 4201",
        "Area: Hills; Name: Eli Strand; Phone: 4202",
    ]  # fmt: skip


def test_an_empty_first_cell_of_a_last_row_is_no_label():
    lines = [("Country", "Days", "Rate"), ("Norway", "3", "65"), ("Austria", "2", "48"),
             ("", "5", "291")]  # fmt: skip
    assert rows(read(drawn(grid(30, lines))))[-1] == "Days: 5; Rate: 291"


# names


def test_names_over_several_columns_between_rules_are_joined_with_those_below():
    texts = [(20, 33, "Region"), (65, 30, "2023"), (110, 30, "2024"),
             *((x, 36, text) for x, text in ((65, "Sales"), (87, "Cost"), (110, "Sales"),
                                             (132, "Cost"))),
             *((x, 42, text) for x, text in ((20, "North"), (65, "10"), (87, "7"), (110, "12"),
                                             (132, "8"))),
             *((x, 48, text) for x, text in ((20, "South"), (65, "20"), (87, "15"), (110, "22"),
                                             (132, "16")))]  # fmt: skip
    strokes = [(18, y, 150, y) for y in (25, 38, 44, 50)] + [(63, 31, 150, 31)]
    strokes += [(x, 25, x, 50) for x in (18, 63, 108, 150)] + [(x, 31, x, 50) for x in (85, 130)]
    wanted = "Region: South; 2023 Sales: 20; 2023 Cost: 15; 2024 Sales: 22; 2024 Cost: 16"
    assert rows(read(drawn(texts, strokes=strokes)))[1] == wanted
    assert rows(read(drawn(texts)))[1] == wanted


def test_names_of_several_lines_are_whole():
    texts: list[Text] = [(20, 30, "Station"), (65, 26, "Average"), (65, 30, "length of")]
    texts += [(65, 34, "a trip"), (110, 28, "Share of"), (110, 32, "passes")]
    texts += grid(44, STATIONS)
    assert rows(read(drawn(texts)))[4] == (
        "Station: Clinic; Average length of a trip: 9; Share of passes: 18"
    )


def test_names_that_begin_on_the_left_of_figures_that_end_on_the_right():
    texts = grid(30, [("Station", "Kg", "M"), *(("S" + a, b, c) for a, b, c in STATIONS)])
    said = rows(read(drawn(texts, right=60)))
    assert said[4] == "Station: SClinic; Kg: 9; M: 18"


def test_names_above_empty_cells_are_kept():
    lines = [("Name", "Date", "Signature"), ("Ada", "1 May", ""), ("Bo", "2 May", "")]
    strokes = [(18, y, 150, y) for y in (25, 32, 38, 44)]
    strokes += [(x, 25, x, 44) for x in (18, 63, 108, 150)]
    sections = read(drawn(grid(30, lines), strokes=strokes))
    assert names(sections) == ["Name", "Date", "Signature"]
    assert rows(sections) == [
        "Name | Date | Signature", "Name: Ada; Date: 1 May", "Name: Bo; Date: 2 May"
    ]  # fmt: skip


@pytest.mark.parametrize("angle", [90, 270])
def test_a_table_that_is_drawn_sideways(angle: int):
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    with pdf.rotation(angle, x=105, y=148):
        for x, y, text in grid(80, [("Station", "Bikes", "Docks"), *STATIONS]):
            pdf.text(x, y, text)
        for y in (75, 82, 100, 118):
            pdf.line(18, y, 140, y)
        for x in (18, 63, 108, 140):
            pdf.line(x, 75, x, 118)
    assert rows(read(bytes(pdf.output()))) == [
        f"Station: {a}; Bikes: {b}; Docks: {c}" for a, b, c in STATIONS
    ]


def test_a_table_on_the_next_page_keeps_its_names():
    first = grid(200, [("Station", "Bikes", "Docks"), *STATIONS * 2])
    second = grid(20, [("Depot", "31", "44"), ("Library", "8", "12"), ("Pier", "5", "9")])
    sections = read(drawn(first, [*second, (20, 60, "Counted in May by hand.")]))
    assert "Station: Library; Bikes: 8; Docks: 12" in rows(s for s in sections if s.page == 2)


def test_a_table_with_other_columns_on_the_next_page_has_its_own_names():
    first = grid(200, [("Station", "Bikes", "Docks"), *STATIONS * 2])
    second = grid(20, [("Part", "Price"), ("Bell", "31"), ("Chain", "8"), ("Lamp", "5")])
    sections = read(drawn(first, second))
    assert rows(s for s in sections if s.page == 2)[0] == "Part: Bell; Price: 31"


# cells within one string


def raw_page(content: bytes, font: bytes) -> bytes:
    """A page with this content, its font a standard one."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>"
        b"/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % font,
    ]  # fmt: skip
    file = b"%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(file))
        file += b"%d 0 obj%sendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(file)
    file += b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\n" % table
    return file + b"startxref\n%d\n%%%%EOF" % start


def test_columns_of_a_report_in_one_width_are_parted_by_their_spaces():
    lines = [("Article", "Stock", "Price"), ("Ball valve", "120", "12.50"),
             ("Gate valve", "7", "9.00"), ("Seal", "1400", "0.35")]  # fmt: skip
    shown = "".join(f"({a:<20}{b:>8}{c:>12}) Tj 0 -12 Td " for a, b, c in lines)
    data = raw_page(f"BT /F 10 Tf 50 700 Td {shown} ET".encode(), b"Courier")
    assert rows(read(data))[1] == "Article: Gate valve; Stock: 7; Price: 9.00"


def test_a_distance_between_letters_that_words_take_back_parts_cells():
    def line(cells: tuple[str, ...], y: int) -> str:
        words = " ".join(" 4000 ".join(f"({letter})" for letter in cell) for cell in cells)
        return f"1 0 0 1 50 {y} Tm [{words}] TJ "

    lines = [("State", "Guns", "Pawn"), ("Iowa", "267", "45"), ("Ohio", "878", "12"),
             ("Utah", "314", "90")]  # fmt: skip
    shown = "".join(line(cells, 700 - 14 * n) for n, cells in enumerate(lines))
    data = raw_page(f"BT /F 10 Tf 40 Tc {shown} ET".encode(), b"Courier")
    assert rows(read(data))[1] == "State: Ohio; Guns: 878; Pawn: 12"
