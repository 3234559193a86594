"""Tables of known structure, and PDF pages of them by Chromium and LibreOffice.

Owns the truth that `tables_read.py` measures against. Everything is made from seeds. Half 1 may be
looked at while rules are written; half 2 has other words and figures.
"""

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, and over how many rows and columns it goes."""

    text: str
    down: int = 1
    across: int = 1


@dataclass(frozen=True, slots=True)
class MadeTable:
    """A table as it is drawn. Cells that a larger one covers are not in their row."""

    number: int
    kind: str
    style: str
    head: list[list[Cell]]
    body: list[list[Cell]]
    title: str
    above: str
    below: str
    ruled_after: frozenset[int] = field(default_factory=frozenset)  # rows of the body, from 0

    @property
    def columns(self) -> list[str]:
        """Names of the columns; those over several rows are joined from the top down."""
        rows = expanded(self.head)
        return [
            " ".join(dict.fromkeys(part for part in parts if part))
            for parts in zip(*rows, strict=True)
        ]

    @property
    def rows(self) -> list[list[str]]:
        """The body's cells; a merged one stands in each row and column that it covers."""
        return expanded(self.body)


def expanded(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """Every place of a grid with the text of the cell that covers it."""
    found: dict[tuple[int, int], str] = {}
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (y, x) in found:
                x += 1
            for down in range(cell.down):
                for across in range(cell.across):
                    found[y + down, x + across] = cell.text
            x += cell.across
    width = 1 + max(x for _, x in found)
    return [[found.get((y, x), "") for x in range(width)] for y in range(len(rows))]


@dataclass(frozen=True, slots=True)
class _Words:
    """What a half's tables are made of."""

    things: tuple[str, ...]
    groups: tuple[str, ...]
    measures: tuple[str, ...]
    long_measures: tuple[str, ...]
    notes: tuple[str, ...]
    years: tuple[str, ...]
    blank: str
    figure: Callable[[random.Random], str]


_ENGLISH = _Words(
    (
        "Harbour", "Campus", "Museum", "Clinic", "Stadium", "Old Mill", "Town Hall", "Airport East",
        "Library", "River Park", "Market", "North Gate", "Observatory", "Ferry Pier", "Depot",
        "Forest Edge", "Lower Bridge", "Brewery", "Tannery", "Signal Hill",
    ),
    ("Inner city", "Suburbs", "Coast", "Hills"),
    ("Bikes", "Docks", "Trips", "Repairs", "Cost EUR", "Staff"),
    (
        "Number of bicycles in service", "Average length of a trip in minutes",
        "Repairs that took longer than a week", "Share of trips by holders of a pass",
    ),
    (
        "Closed on public holidays and during the winter months", "Open day and night",
        "Key at the porter's lodge, who asks for a card", "Staffed",
        "Only for people who booked a place the day before",
    ),
    ("2022", "2023", "2024"),
    "Signature",
    lambda chance: f"{chance.randint(1, 9_999):,}",
)  # fmt: skip
_GERMAN = _Words(
    (
        "Kugelhahn", "Schieber", "Rückschlagventil", "Membran", "Dichtung", "Flansch DN 50",
        "Schraubensatz", "Stellantrieb", "Manometer", "Kompensator", "Schmutzfänger", "Nippel",
        "Rohrbogen", "Muffe", "Reduzierstück", "Schauglas", "Entlüfter", "Spindel", "Handrad",
        "Blindscheibe",
    ),
    ("Armaturen", "Messtechnik", "Verbindungen", "Zubehör"),
    ("Bestand", "Preis EUR", "Lieferzeit", "Mindestmenge", "Ausschuss", "Prüfungen"),
    (
        "Mittlere Lieferzeit in Werktagen", "Anzahl der Beanstandungen im Jahr",
        "Anteil der Lieferungen ohne Mangel", "Bestand am letzten Tag des Quartals",
    ),
    (
        "Nur gegen Vorkasse und mit Freigabe durch die Einkaufsleitung", "Ab Lager",
        "Prüfzeugnis liegt der Lieferung bei, sofern es bestellt wurde", "Auslaufend",
        "Ersatz durch die Nachfolgerin, siehe Anhang",
    ),
    ("1. Quartal", "2. Quartal", "3. Quartal"),
    "Geprüft von",
    lambda chance: f"{chance.randint(1, 9_999):,}".replace(",", ".")
    + ("" if chance.random() < 0.5 else f",{chance.randint(0, 99):02}"),
)  # fmt: skip
_HALVES = {1: _ENGLISH, 2: _GERMAN}

KINDS = ("plain", "wrapped", "long names", "two heads", "labels", "both", "blank column",
         "gaps", "pages")  # fmt: skip
STYLES = ("grid", "level", "none", "stripes", "head rule", "bands", "filled head", "groups")


def made_tables(half: int) -> list[MadeTable]:
    """A table of each kind in each style."""
    words = _HALVES[half]
    found: list[MadeTable] = []
    for style in STYLES:
        for kind in KINDS:
            number = 100 * half + len(found)
            found.append(_made(random.Random(number), number, kind, style, words))
    return found


def _made(chance: random.Random, number: int, kind: str, style: str, words: _Words) -> MadeTable:
    count = chance.randint(2, 4)
    measures = chance.sample(words.long_measures if kind == "long names" else words.measures, count)
    first = "Station" if words is _ENGLISH else "Teil"
    group = "Area" if words is _ENGLISH else "Gruppe"
    size = 70 if kind == "pages" else chance.choice((6, 9))
    things = [f"{chance.choice(words.things)} {n}" for n in range(1, size + 1)]

    def figures(n: int) -> list[Cell]:
        return [Cell(words.figure(chance)) for _ in range(n)]

    head = [[Cell(first), *map(Cell, measures)]]
    body = [[Cell(thing), *figures(count)] for thing in things]
    if kind == "wrapped":
        head[0].insert(1, Cell("Remarks" if words is _ENGLISH else "Hinweise"))
        for row in body:
            row.insert(1, Cell(chance.choice(words.notes)))
    elif kind in {"two heads", "both"}:
        years = words.years[: chance.randint(2, 3)]
        below = measures[:2]
        head = [
            [Cell(first, down=2), *(Cell(year, across=2) for year in years)],
            [Cell(name) for _ in years for name in below],
        ]
        body = [[Cell(thing), *figures(2 * len(years))] for thing in things]
    elif kind == "blank column":
        head[0].append(Cell(words.blank))
        for row in body:
            row.append(Cell(""))
    elif kind == "gaps":
        for row in body:
            if chance.random() < 0.6:
                row[chance.randint(1, count)] = Cell("")
    if kind in {"labels", "both"}:
        head[0].insert(0, Cell(group, down=len(head)))
        for n, at in enumerate(range(0, size, 3)):
            body[at].insert(0, Cell(words.groups[n % 4], down=min(3, size - at)))
    ruled = frozenset(range(2, size, 3)) if style in {"bands", "groups"} else frozenset()
    over, under = (
        " ".join(chance.sample(words.notes, 4)).replace(" ", f" {thing} ", 1) + "."
        for thing in chance.sample(words.things, 2)
    )
    title = " ".join(chance.sample(words.things, 2))
    return MadeTable(number, kind, style, head, body, title, over, under, ruled)


_CSS = """
@page { size: A4; margin: 18mm } body { font: 10pt Liberation Sans, sans-serif }
section { break-before: page } table { border-collapse: collapse; margin: 10pt 0 }
td, th { padding: 3pt 7pt; text-align: left; max-width: 120pt } .n { text-align: right }
th { text-align: center } th, .plain { font-weight: bold } .thin th { font-weight: normal }
.grid td, .grid th { border: 0.7pt solid #444 }
.level td, .level th { border-bottom: 0.5pt solid #888 }
.stripes tbody tr:nth-child(even) td { background: #e4ecf4 }
.headrule { border-top: 1pt solid; border-bottom: 1pt solid }
.headrule thead tr:last-child th, .headrule thead th[rowspan] { border-bottom: 0.6pt solid }
.headrule thead th[colspan] { border-bottom: 0.4pt solid }
.bands thead tr:last-child th, .bands thead th[rowspan], .bands .cut td { border-bottom: 0.6pt solid }
.filledhead thead th { background: #234; color: white }
.groups td, .groups th { border-left: 0.5pt solid; border-right: 0.5pt solid }
.groups .cut td, .groups table, .groups thead tr:last-child th, .groups thead th[rowspan]
  { border-bottom: 0.5pt solid } .groups { border: 0.5pt solid }
"""  # noqa: E501  # a rule of CSS
REPORT = "Report"  # and its number: the heading above each table


def by_chromium(tables: Sequence[MadeTable], half: int, folder: Path) -> Path:
    """One PDF with a page or more for each table."""
    sections = []
    for table in tables:
        thin = " thin" if table.number % 3 == 0 else ""
        head = "".join(_html_row(row, "th") for row in table.head)
        body = "".join(
            _html_row(row, "td", "cut" if n in table.ruled_after else "")
            for n, row in enumerate(table.body)
        )
        sections.append(
            f"<section><h2>{REPORT} {table.number} {table.title}</h2><p>{table.above}</p>"
            f'<table class="{table.style.replace(" ", "")}{thin}"><thead>{head}</thead>'
            f"<tbody>{body}</tbody></table><p>{table.below}</p></section>"
        )
    page = folder / f"half{half}.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><title>Reports</title>"
        f"<style>{_CSS}</style>{''.join(sections)}"
    )
    made = folder / f"chromium-{half}.pdf"
    subprocess.run(
        [shutil.which("chromium") or "google-chrome", "--headless", "--no-sandbox", "--disable-gpu",
         "--no-pdf-header-footer", f"--print-to-pdf={made}", page.as_uri()],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return made


def _html_row(row: Sequence[Cell], tag: str, cut: str = "") -> str:
    cells = "".join(
        f"<{tag}{_spans(cell)}{' class=n' if tag == 'td' and cell.text[:1].isdigit() else ''}>"
        f"{escape(cell.text)}</{tag}>"
        for cell in row
    )
    return f'<tr class="{cut}">{cells}</tr>'


def _spans(cell: Cell) -> str:
    down = f" rowspan={cell.down}" if cell.down > 1 else ""
    return down + (f" colspan={cell.across}" if cell.across > 1 else "")


def by_libreoffice(tables: Sequence[MadeTable], half: int, folder: Path) -> Path:
    """The same from a Word document."""
    document = docx.Document()
    document.styles["Normal"].font.name = "Liberation Serif" if half == 1 else "Liberation Sans"
    document.styles["Normal"].font.size = Pt(10)
    document.sections[0].orientation = WD_ORIENT.PORTRAIT
    for table in tables:
        heading = document.add_heading(f"{REPORT} {table.number} {table.title}", 2)
        heading.paragraph_format.page_break_before = True
        document.add_paragraph(table.above)
        _docx_table(document, table)
        document.add_paragraph(table.below)
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    made = folder / f"libreoffice-{half}.docx"
    document.save(str(made))
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
         "--convert-to", "pdf", "--outdir", str(folder), str(made)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return made.with_suffix(".pdf")


def _docx_table(document: "docx.document.Document", table: MadeTable) -> None:
    rows = [*table.head, *table.body]
    width = len(expanded(table.head)[0])
    made = document.add_table(len(rows), width)
    made.autofit = True
    cells = [[made.cell(y, x) for x in range(width)] for y in range(len(rows))]
    heads = len(table.head)
    for y, x, cell in _placed(rows):
        own = cells[y][x]
        if cell.down > 1 or cell.across > 1:
            own = own.merge(cells[y + cell.down - 1][x + cell.across - 1])
        own.text = cell.text
        for run in own.paragraphs[0].runs:
            run.bold = y < heads and table.number % 3 > 0
        if y >= heads and cell.text[:1].isdigit():
            own.paragraphs[0].alignment = 2
        last = y + cell.down - 1
        sides = {
            "grid": ("top", "bottom", "left", "right"),
            "level": ("bottom",),
            "head rule": ("top", "bottom") if last == heads - 1 or (y < heads and cell.across > 1)
            else ("bottom",) if last == len(rows) - 1 else (),
            "bands": ("bottom",) if last == heads - 1 or last - heads in table.ruled_after else (),
            "groups": ("left", "right", *(
                ("bottom",) if last - heads in {-1, *table.ruled_after} else ()
            ), *(("top",) if y == 0 else ())),
        }.get(table.style, ())  # fmt: skip
        shade = {"stripes": "E4ECF4" if y >= heads and (y - heads) % 2 else "",
                 "filled head": "D9D9D9" if y < heads else ""}.get(table.style, "")  # fmt: skip
        for down in range(cell.down):
            for across in range(cell.across):
                _look(cells[y + down][x + across]._tc, sides, shade)


def _placed(rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[int, int, Cell]]:
    covered: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (y, x) in covered:
                x += 1
            yield y, x, cell
            covered |= {(y + b, x + a) for b in range(cell.down) for a in range(cell.across)}
            x += cell.across


def _look(cell: object, sides: Sequence[str], shade: str) -> None:
    properties = cell.get_or_add_tcPr()  # type: ignore[attr-defined]
    for tag in ("w:tcBorders", "w:shd"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    if sides:
        borders = OxmlElement("w:tcBorders")
        for side in ("top", "left", "bottom", "right"):
            if side in sides:
                border = OxmlElement(f"w:{side}")
                for name, value in (("val", "single"), ("sz", "6"), ("color", "444444")):
                    border.set(qn(f"w:{name}"), value)
                borders.append(border)
        properties.append(borders)
    if shade:
        fill = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", shade)):
            fill.set(qn(f"w:{name}"), value)
        properties.append(fill)
