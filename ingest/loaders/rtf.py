"""Reads RTF: paragraphs under their headings, numbered lists, tables, notes, headers and footers.

A scanner of our own: the libraries at hand give one long text, without tables, headings, or what
is hidden or struck through. Source: Rich Text Format specification 1.9.1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ingest.loaders.colours import WHITE, Colour, nearly_the_same
from ingest.loaders.notation import Piece, Place, written
from ingest.loaders.office.symbols import in_font, symbol
from ingest.loaders.tables import Across, Below, TableReader
from ingest.sections import Findings, LoaderError, Outline, Section, Stated

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,40})(?P<number>-?\d{1,10})?[ ]?"
    r"|\\'(?P<byte>[0-9a-fA-F]{2})"
    r"|\\(?P<sign>[^a-zA-Z'])"
    r"|(?P<brace>[{}])"
    r"|(?P<text>[^\\{}\r\n]+)"
    r"|[\r\n]+|\\|.",
    re.DOTALL,
)
_SKIPPED = frozenset(
    "fonttbl colortbl stylesheet info pict objdata fldinst themedata colorschememapping xmlnstbl "
    "listtable listoverridetable rsidtbl generator bkmkstart bkmkend datafield template "
    "annotation atnid atnauthor atndate atnref atnicn latentstyles datastore filetbl revtbl "
    "pgptbl mmathPr sp objclass objname ud passwordhash userprops docvar fchars lchars "
    "wgrffmtfilter ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn tc xe private pnseclvl".split()
)
_SHOWN_OPTIONAL = frozenset(("shpinst", "shptxt"))
_HEADERS = {
    "header": "Header", "headerl": "Header", "headerr": "Header", "headerf": "Header",
    "footer": "Footer", "footerl": "Footer", "footerr": "Footer", "footerf": "Footer",
}  # fmt: skip
_CHARACTERS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "tab": " ", "line": "\n", "emspace": " ", "enspace": " ",
    "qmspace": " ", "nestcell": " ", "nestrow": "; ", "softline": "\n", "column": "\n",
}  # fmt: skip
_SIGNS = {"~": "\u00a0", "_": "-", "{": "{", "}": "}", "\\": "\\"}
_CODE_PAGES = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb2312", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250", 254: "cp437",
}  # fmt: skip
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop)\s*(\d)\s*;?$", re.I)
_PLACES = {"footnote": "note", "formfield": "form"}
_PICTURES = ("wingdings", "symbol", "webdings")
_TICK_BOX, _CHOICE, _BY_DEFAULT = 1, 2, 25  # of fields of forms
_DEEPEST = 2_000  # groups within groups
_SAME_EDGE = 40  # twips, 2 points
_WIDEST = 300  # columns of a table
_TINY = 3  # half points
_MOST_NOTES = 20_000


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group."""

    target: str = "body"  # where text goes: "body", "skip", "note", "Header", "style", "font"…
    hidden: bool = False
    struck: bool = False
    deleted: bool = False
    place: Place = "line"
    size: int = 24  # half points
    colour: int = 0
    ground: int = 0
    font: int = 0
    skips: int = 1  # characters behind \u that say the same
    html: bool = False  # in what a mail program wrote beside the page itself


@dataclass(slots=True)
class _Row:
    """The cells that are defined for a row, and those that came."""

    merged: list[str] = field(default_factory=list)  # of each cell: "across", "below" or ""
    edges: list[int] = field(default_factory=list)  # where each cell ends, in twips
    next: str = ""  # of the cell that is being defined
    cells: list[str] = field(default_factory=list)
    header: bool = False
    shaded: bool = False


@dataclass(slots=True)
class _Paragraph:
    style: int = 0
    level: int | None = None  # of the outline, from 0
    in_table: bool = False
    shaded: bool = False


def load_rtf(data: bytes, findings: Findings) -> Iterator[Section]:
    """Sections in reading order; hidden text is left out with a warning."""
    reader = _Reader(findings)
    yield from reader.sections(data.decode("latin-1"))
    reader.report()


class _Reader:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._outline = Outline(findings)
        self._state = _State()
        self._stack: list[_State] = []
        self._starred = False  # "\*" came: what follows may be unknown
        self._fresh = False  # a group has just begun
        self._page = "cp1252"
        self._fonts: dict[int, str] = {}  # code pages
        self._names: dict[int, str] = {}
        self._form: dict[str, int] = {}
        self._entries: list[str] = []
        self._colours: list[Colour | None] = []
        self._colour: list[int] = [0, 0, 0]
        self._said_colour = False
        self._levels: dict[int, int] = {}  # number of a style -> level of its headings, from 0
        self._style = ""  # the words of the style that is being defined
        self._style_number = 0
        self._style_level: int | None = None
        self._title = self._author = ""
        self._pieces: dict[str, list[Piece]] = {}
        self._bytes = bytearray()
        self._skip = 0  # characters still to be left out behind \u
        self._paragraph = _Paragraph()
        self._row = _Row()
        self._rows: list[_Row] = []
        self._header_rows = 0
        self._lines: list[str] = []
        self._aside: dict[str, list[str]] = {}
        self._notes = 0
        self._hidden = 0
        self._struck = 0

    def sections(self, text: str) -> Iterator[Section]:
        at = 0
        while found := _TOKEN.match(text, at):
            at = found.end()
            if found["byte"]:
                self._byte(int(found["byte"], 16))
                continue
            if found["text"] and self._skip:
                left = found["text"][self._skip :]
                self._skip = max(0, self._skip - len(found["text"]))
                self._text(left)
                continue
            if found["text"]:
                self._text(found["text"])
            elif found["brace"]:
                self._flush_bytes()
                self._skip = 0
                yield from self._brace(found["brace"])
            elif found["word"]:
                number = int(found["number"]) if found["number"] else None
                if found["word"] == "bin" and number:
                    at += max(0, number)
                    continue
                self._flush_bytes()
                yield from self._word(found["word"], number)
            elif found["sign"]:
                self._flush_bytes()
                self._sign(found["sign"])
        self._flush_bytes()
        yield from self._end_paragraph()
        yield from self._end_table()
        yield from self._flush_lines()
        yield from self._outline.close()
        for name, texts in self._aside.items():
            for said in dict.fromkeys(texts):
                if any(map(str.isalpha, said)):
                    yield Section(said, heading=name)

    def report(self) -> None:
        """Say what was left out, and the title of the file's properties."""
        if title := " ".join(self._title.split()):
            self._findings.title = title
        self._findings.stated = Stated(author=" ".join(self._author.split()))
        if self._hidden:
            self._findings.warn(f"{self._hidden} pieces of hidden text were left out")
        if self._struck:
            self._findings.warn(f"{self._struck} struck-through passages were left out")

    # ---- groups and letters ---------------------------------------------------------------------

    def _brace(self, brace: str) -> Iterator[Section]:
        if brace == "{":
            if len(self._stack) >= _DEEPEST:
                raise LoaderError("is nested too deeply: damaged or hostile; save it anew")
            self._stack.append(self._state)
            self._fresh, self._starred = True, False
            return
        self._fresh = self._starred = False
        before = self._state
        self._state = self._stack.pop() if self._stack else _State()
        if before.target == self._state.target:
            return
        if before.target == "style":
            self._end_style()
        elif before.target == "form":
            self._end_form()
        elif before.target in {"note", *_HEADERS.values()}:
            said = self._taken(before.target).strip()
            if said and before.target == "note":
                self._notes += 1
                if self._notes <= _MOST_NOTES:
                    self._add(f" [{' '.join(said.split())}]", self._state)
            elif said:
                self._aside.setdefault(before.target, []).append(said)
        yield from ()

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._starred = True
        elif sign in _SIGNS:
            self._text(_SIGNS[sign])
        elif sign in "\r\n":
            self._text("\n")

    def _byte(self, byte: int) -> None:
        if self._skip:
            self._skip -= 1
        else:
            self._bytes.append(byte)

    def _flush_bytes(self) -> None:
        if self._bytes:
            page = self._fonts.get(self._state.font, self._page)
            said = bytes(self._bytes).decode(page, "replace")
            self._bytes.clear()
            self._say(said)

    def _text(self, text: str) -> None:
        self._flush_bytes()
        if text:
            self._say(text)

    def _say(self, text: str) -> None:  # noqa: PLR0912  # one for each place
        self._fresh = False
        state = self._state
        if state.target == "skip" or state.html:
            return
        if state.target == "font":
            self._names[state.font] = self._names.get(state.font, "") + text
            return
        font = self._names.get(state.font, "").partition(";")[0]
        if font.lower().startswith(_PICTURES):
            text = "".join(one if one.isspace() else symbol(font, ord(one)) for one in text)
        else:
            text = in_font(text, font)
        if state.target == "colours":
            for _ in range(text.count(";")):
                self._colours.append(
                    (self._colour[0], self._colour[1], self._colour[2])
                    if self._said_colour
                    else None
                )
                self._colour, self._said_colour = [0, 0, 0], False
        elif state.target == "style":
            self._style += text
        elif state.target == "title":
            self._title += text
        elif state.target == "author":
            self._author += text
        elif state.target == "form":
            return
        elif state.target == "entry":
            self._entries[-1:] = [self._entries[-1] + text] if self._entries else [text]
        elif state.deleted:
            return
        elif self._is_unseen(state):
            self._hidden += bool(text.strip())
        elif state.struck:
            self._struck += bool(text.strip())
        else:
            self._add(text, state)

    def _add(self, text: str, state: _State) -> None:
        pieces = self._pieces.setdefault(state.target, [])
        if pieces and pieces[-1][0].endswith(" "):
            text = text.lstrip(" ")
        pieces.append((text, state.place))

    def _taken(self, target: str) -> str:
        """What was collected, with the halves of characters put together."""
        said = written(self._pieces.pop(target, ()))
        if any("\ud800" <= letter <= "\udfff" for letter in said):
            return said.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return said

    def _is_unseen(self, state: _State) -> bool:
        if state.hidden or state.size <= _TINY:
            return True
        letters = self._named(state.colour)
        if letters is None:
            return False
        if state.ground:
            ground = self._named(state.ground)
        else:
            in_shade = self._paragraph.shaded or (self._paragraph.in_table and self._row.shaded)
            ground = None if in_shade else WHITE
        return ground is not None and nearly_the_same(letters, ground)

    def _named(self, number: int) -> Colour | None:
        return self._colours[number] if 0 < number < len(self._colours) else None

    # ---- control words --------------------------------------------------------------------------

    def _word(self, word: str, number: int | None) -> Iterator[Section]:
        fresh, starred = self._fresh, self._starred
        self._fresh = False
        if fresh and (target := _target(word, starred, self._state.target)):
            self._state = replace(self._state, target=target)
            self._starred = False
            if target == "colours":
                self._colour, self._said_colour = [0, 0, 0], False
            if target == "form":
                self._form, self._entries = {}, []
            if target == "entry":
                self._entries.append("")
            if target != "style":
                return
        if starred:
            self._starred = False
        if self._state.target in {"skip", "font", "style", "colours", "form"}:
            self._define(word, number)
        elif word in _CHARACTERS:
            self._text(_CHARACTERS[word])
        elif word == "u" and number is not None:
            self._say(_character(number))
            self._skip = self._state.skips
        elif word in {"par", "sect", "page", "pard", "cell", "row", "trowd"}:
            yield from self._structure(word)
        else:
            self._look(word, number)

    def _define(self, word: str, number: int | None) -> None:
        """A word within the tables of fonts, colours and styles."""
        if word == "f" and number is not None:
            self._state = replace(self._state, font=number)
        elif word == "fcharset" and number in _CODE_PAGES:
            self._fonts[self._state.font] = _CODE_PAGES[number]
        elif word in {"red", "green", "blue"} and number is not None:
            self._said_colour = True
            self._colour[("red", "green", "blue").index(word)] = max(0, min(number, 255))
        elif word == "s" and number is not None and self._state.target == "style":
            self._style_number = number
        elif word == "outlinelevel" and number is not None:
            self._style_level = number
        elif self._state.target == "form" and number is not None:
            self._form[word] = number

    def _end_form(self) -> None:
        """A field of a form ends: a box to tick, or a list with the entry that was chosen."""
        chosen = self._form.get("ffres", _BY_DEFAULT)
        if chosen == _BY_DEFAULT:
            chosen = self._form.get("ffdefres", 0)
        kind = self._form.get("fftype", 0)
        if kind == _TICK_BOX:
            self._add("[x]" if chosen else "[ ]", self._state)
        elif kind == _CHOICE and 0 <= chosen < len(self._entries):
            self._add(self._entries[chosen].strip(), self._state)

    def _end_style(self) -> None:
        """A style is defined: whether it makes headings."""
        named = _HEADING.match(self._style.strip())
        level = self._style_level if self._style_level is not None else None
        if level is None and named:
            level = int(named[1]) - 1
        if level is not None and 0 <= level < 9:
            self._levels[self._style_number] = level
        self._style, self._style_number, self._style_level = "", 0, None

    def _look(self, word: str, number: int | None) -> None:  # noqa: PLR0912  # one for each word
        state, on = self._state, number != 0
        if word == "plain":
            state = _State(state.target, skips=state.skips, html=state.html, deleted=state.deleted)
        elif word == "v":
            state = replace(state, hidden=on)
        elif word in {"strike", "striked"}:
            state = replace(state, struck=on)
        elif word == "deleted":
            state = replace(state, deleted=on)
        elif word in {"super", "sub", "nosupersub", "up", "dn"}:
            places: dict[str, Place] = {"super": "up", "up": "up", "sub": "down", "dn": "down"}
            state = replace(state, place=places.get(word, "line") if on else "line")
        elif word == "fs" and number is not None:
            state = replace(state, size=number)
        elif word == "cf" and number is not None:
            state = replace(state, colour=number)
        elif word in {"highlight", "cb", "chcbpat"} and number is not None:
            state = replace(state, ground=number)
        elif word == "f" and number is not None:
            state = replace(state, font=number)
        elif word == "uc" and number is not None:
            state = replace(state, skips=max(0, min(number, 10)))
        elif word == "htmlrtf":
            state = replace(state, html=on)
        elif word == "ansicpg" and number:
            self._page = _code_page(number)
        elif word == "mac":
            self._page = "mac_roman"
        else:
            self._shape(word, number)
        self._state = state

    def _shape(self, word: str, number: int | None) -> None:
        """A word about a paragraph or a row of a table."""
        if self._state.target != "body":
            return
        if word == "s" and number is not None:
            self._paragraph.style = number
        elif word == "outlinelevel" and number is not None:
            self._paragraph.level = number
        elif word == "intbl":
            self._paragraph.in_table = True
        elif word == "cbpat":
            self._paragraph.shaded = True
        elif word == "trhdr":
            self._row.header = True
        elif word == "clcbpat":
            self._row.shaded = True
        elif word in {"clvmrg", "clmrg"}:
            self._row.next = "below" if word == "clvmrg" else "across"
        elif word == "cellx":
            if len(self._row.merged) < _WIDEST:
                self._row.merged.append(self._row.next)
                self._row.edges.append(number or 0)
            self._row.next = ""

    def _structure(self, word: str) -> Iterator[Section]:
        if self._state.target != "body":
            if word in {"par", "sect", "page", "cell", "row"}:
                self._text("\n")
            return
        if word in {"par", "sect", "page"}:
            yield from self._end_paragraph()
        elif word == "pard":
            self._paragraph = _Paragraph()
        elif word == "cell":
            said = self._taken("body")
            if len(self._row.cells) < _WIDEST:
                self._row.cells.append(" ".join(said.split()))
        elif word == "trowd":
            self._row = _Row(cells=self._row.cells)
        else:
            yield from self._end_row()

    def _end_paragraph(self) -> Iterator[Section]:
        said = self._taken("body").strip(" ")
        paragraph = self._paragraph
        if paragraph.in_table:
            if said:
                self._pieces["body"] = [(f"{said}\n", "line")]
            return
        yield from self._end_table()
        said = said.strip()
        if not said:
            return
        level = paragraph.level
        if level is None or not 0 <= level < 9:
            level = self._levels.get(paragraph.style)
        if level is None:
            self._lines.append(said)
            return
        yield from self._flush_lines()
        yield from self._outline.open(level + 1, said)

    def _end_row(self) -> Iterator[Section]:
        yield from self._flush_lines()
        if self._row.header and self._header_rows == len(self._rows):
            self._header_rows += 1
        if self._row.cells:
            self._rows.append(self._row)
        self._row = replace(self._row, cells=[])

    def _end_table(self) -> Iterator[Section]:
        if not self._rows:
            return
        reader = TableReader(_grid(self._rows), self._header_rows or None)
        for said, grid in reader.sections():
            yield self._outline.place(said, kind="table", grid=grid)
        self._rows, self._header_rows = [], 0

    def _flush_lines(self) -> Iterator[Section]:
        if self._lines:
            yield self._outline.place("\n\n".join(self._lines))
            self._lines.clear()


def _grid(rows: list[_Row]) -> list[list[str]]:
    """The cells of a table, a merged one in each row and column that it covers.

    A cell over several columns may be one that ends further right, and no more is said of it.
    Only where one row has all columns it is known which they are.
    """
    columns = _columns(rows)
    if len(columns) > max(len(row.cells) for row in rows):
        columns = []
    grid: list[list[str]] = []
    for row in rows:
        above = grid[-1] if grid else []
        cells: list[str] = []
        whole = len(row.edges) == len(row.cells)
        for at, text in enumerate(row.cells):
            how = row.merged[at] if at < len(row.merged) else ""
            ends = len(cells) + 1
            if columns and whole:
                ends = max(ends, sum(edge <= row.edges[at] + _SAME_EDGE for edge in columns))
            if how == "across" and cells:
                cells.append(Across(cells[-1]))
            elif how == "below" and len(cells) < len(above):
                cells.append(Below(above[len(cells)]))
            else:
                cells.append(text)
            while len(cells) < ends:
                cells.append(Across(cells[-1]))
        grid.append(cells)
    return grid


def _columns(rows: list[_Row]) -> list[int]:
    """Where the columns of a table end, those of all rows together."""
    found: list[int] = []
    for edge in sorted({edge for row in rows for edge in row.edges}):
        if not found or edge > found[-1] + _SAME_EDGE:
            found.append(edge)
    return found


def _target(word: str, starred: bool, around: str) -> str:  # noqa: PLR0911  # one for each place
    """Where the text of a group goes that begins with a word; "" where nothing changes."""
    if around == "skip":
        return word if word in {"title", "author"} else ""
    found = {"colortbl": "colours", "fonttbl": "font", "stylesheet": "styles"}.get(word, "")
    if around == "form":
        return "entry" if word == "ffl" else ""
    if around == "styles":
        return "skip" if starred else "style"
    if found:
        return found
    if word in _HEADERS:
        return _HEADERS[word]
    if word in _PLACES:
        return _PLACES[word]
    if word in _SKIPPED or (starred and word not in _SHOWN_OPTIONAL):
        return "skip"
    return ""


def _character(number: int) -> str:
    """A character by its number, which is negative above 32,767; halves of one come in pairs."""
    return chr(number % 0x10000) if abs(number) < 0x10000 else chr(min(abs(number), 0x10FFFF))


def _code_page(number: int) -> str:
    try:
        "".encode(f"cp{number}")
    except LookupError:
        return "utf-8" if number == 65001 else "cp1252"
    return f"cp{number}"
