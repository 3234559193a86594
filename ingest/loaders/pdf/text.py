"""Interprets a PDF page: which text is shown where, how large, and whether one can see it.

pypdf parses the file, its streams and fonts. Its own text extraction re-reads every font for
every page (measured: 62 of 74 ms a page on one file) and gives no positions, which tables and
headings need; so the text operators are followed here.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from pypdf import PageObject
from pypdf.generic import (
    ArrayObject,
    ContentStream,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    TextStringObject,
)

from ingest.loaders.pdf.covering import Fill
from ingest.loaders.pdf.fonts import FontFace
from ingest.loaders.pdf.matrix import IDENTITY, Box, Matrix, bounds, matrix_of, moved, times

_COLUMNS = b"   "  # spaces that part columns of a report set in one width
_CELL_GAP = 1.0  # of the font size: a gap inside one string that parts two cells
_DEEPEST_FORM = 12
_MOST_FORMS = 2_000
_THIN = 2.5  # points: a filled area this thin is a line
_SHORTEST_RULE = 4.0
_MOST_COVERS = 500  # filled areas of a page that are looked below
_MOST_RULES = 4_000  # more lines than this make a drawing, not tables
_SMALLEST = 1.0  # points: smaller text is there for machines, not for people
_WHITE = 0.94  # as near as other formats take for the same, 16 of 255
_FAINT = 0.05  # opacity
_CLIPPING = 4  # text render modes from here on clip to the letters


class Run(NamedTuple):
    """A piece of text on one baseline. Coordinates are points along and across its direction.

    Text that runs left to right has angle 0: x grows to the right, y upwards. `hidden` is what
    the operators suggest; whether it is true, the drawn page decides.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    angle: int
    bold: bool
    hidden: bool
    layer: bool = False  # hidden as recognised words of a picture are, and in no other way
    undecoded: bool = False  # not all of its font's codes are known here; if none, the text is ""
    unpainted: bool = False  # its render mode draws nothing, as OCR programs set it
    ends: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # of the baseline, on the page
    drawn: Box | None = None  # the box of its letters, where pdfium gave it

    @property
    def box(self) -> Box:
        """The upright box around it on the page."""
        return self.drawn or _box_around(*self.ends, self.size)


class Rule(NamedTuple):
    """A drawn line along one axis, or a thin area that looks like one; points."""

    x0: float
    y0: float
    x1: float
    y1: float


class PageText(NamedTuple):
    """What a page shows."""

    runs: list[Run]
    rules: list[Rule]
    painted: bool  # something is drawn: images, lines or areas
    image_share: float  # of the page's area covered by its images together
    height: tuple[float, float] = (0.0, 0.0)  # the lower and upper edge; equal: not known
    filled: Sequence[Box] = ()  # areas of a colour


class _State:
    """The graphics state that matters for text."""

    __slots__ = ("broken_face", "char_space", "ctm", "face", "faint", "fill", "inks", "leading",
                 "mode", "rise", "size", "stretch", "white", "word_space")  # fmt: skip

    def __init__(self) -> None:
        self.ctm = IDENTITY
        self.face: FontFace | None = None
        self.broken_face = False  # a font is named that cannot be read, or is not there
        self.size = 0.0
        self.char_space = self.word_space = self.leading = self.rise = 0.0
        self.stretch = 1.0
        self.mode = 0
        self.white = False
        self.inks = False  # larger values of the fill's colour space mean more ink
        self.faint = False  # drawn so thinly that nobody sees it
        self.fill = Fill()

    def copy(self) -> "_State":
        new = _State()
        for name in _State.__slots__:
            setattr(new, name, getattr(self, name))
        return new


class Interpreter:
    """Reads pages of one document; fonts are shared between its pages."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._faces: dict[object, FontFace | None] = {}

    def read(self, page: PageObject) -> PageText:
        """The text that a page shows. Raises what pypdf raises on broken pages."""
        return _Page(self, page).read()

    def stream(self, stream: Any) -> list[tuple[Any, bytes]]:
        """Parsed operations of a content stream."""
        return ContentStream(stream, self._reader, "bytes").operations

    def face(self, fonts: DictionaryObject, name: object) -> FontFace | None:
        """The font called `name` in a page's resources."""
        raw = fonts.raw_get(name) if name in fonts else None
        if raw is None:
            return None
        key: object = raw.idnum if isinstance(raw, IndirectObject) else id(raw)
        if key not in self._faces:
            resource = raw.get_object()
            try:
                self._faces[key] = FontFace(resource)
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001  # broken fonts raise anything; others may be fine
                self._faces[key] = None
            if not isinstance(raw, IndirectObject):
                self._keep = raw  # its id must not be given to another object
        return self._faces[key]


class _Page:
    def __init__(self, interpreter: Interpreter, page: PageObject) -> None:
        self._interpreter = interpreter
        self._page = page
        self._runs: list[Run] = []
        self._rules: list[Rule] = []
        self._boxes: list[Box] = []  # areas that are not white
        self._filled: list[Box] = []  # the same without pictures
        self._image_area = 0.0
        self._painted = False
        self._forms = self._covers = 0
        self._layers: list[bool] = []  # marked parts that are open: whether a layer may be off
        left, bottom, right, top = (float(v) for v in page.mediabox)
        self._area: Box = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))

    def read(self) -> PageText:
        contents = self._page.get("/Contents")
        if contents is not None:
            resources = _dictionary(self._page.get("/Resources")) or DictionaryObject()
            self._walk(self._interpreter.stream(contents), resources, _State(), 0)
        left, bottom, right, top = self._area
        area = max(1.0, (right - left) * (top - bottom))
        rules = self._rules if len(self._rules) < _MOST_RULES else []
        crop = self._page.cropbox
        edges = (min(float(crop.bottom), float(crop.top)), max(float(crop.bottom), float(crop.top)))
        return PageText(
            self._runs, rules, self._painted, min(1.0, self._image_area / area), edges,
            self._filled,
        )  # fmt: skip

    def _walk(  # noqa: PLR0912, PLR0915  # a branch an operator
        self, operations: list[tuple[Any, bytes]], resources: DictionaryObject, state: _State,
        depth: int,
    ) -> None:  # fmt: skip
        fonts = _dictionary(resources.get("/Font")) or DictionaryObject()
        saved: list[_State] = []
        line = matrix = IDENTITY
        path: list[list[float]] = []  # a list of x, y, x, y … for each part of it
        for operands, operator in operations:
            try:
                if operator in _SHOWING:
                    if operator in {b"'", b'"'}:
                        if operator == b'"':
                            state.word_space, state.char_space = map(float, operands[:2])
                        line = matrix = moved(line, 0.0, -state.leading)
                    items = operands[-1] if operands else ""
                    matrix = self._show(items if operator == b"TJ" else [items], state, matrix)
                elif operator == b"Tf":
                    state.face = self._interpreter.face(fonts, operands[0])
                    state.broken_face = state.face is None
                    state.size = float(operands[1])
                elif operator == b"Td":
                    line = matrix = moved(line, float(operands[0]), float(operands[1]))
                elif operator == b"TD":
                    state.leading = -float(operands[1])
                    line = matrix = moved(line, float(operands[0]), float(operands[1]))
                elif operator == b"Tm":
                    line = matrix = matrix_of(operands)
                elif operator == b"T*":
                    line = matrix = moved(line, 0.0, -state.leading)
                elif operator == b"BT":
                    line = matrix = IDENTITY
                elif operator == b"ET":
                    if state.mode >= _CLIPPING:  # what is filled now shows in the letters alone
                        state.fill = state.fill._replace(ragged=True)
                elif operator == b"cm":
                    state.ctm = times(matrix_of(operands), state.ctm)
                elif operator == b"q":
                    saved.append(state.copy())
                elif operator == b"Q":
                    state = saved.pop() if saved else state
                elif operator in _TEXT_STATE:
                    _set_text_state(state, operator, operands)
                elif operator == b"cs":
                    state.inks = _counts_ink(operands[0], resources)
                    state.white = False  # the first colour of every space is its darkest
                    state.fill = state.fill.coloured(operands)
                elif operator in _FILL_COLOUR:
                    state.white = _is_white(operator, operands, state.inks)
                    state.fill = state.fill.coloured(operands)
                elif operator == b"re":
                    x, y, width, height = map(float, operands)
                    path.append([x, y, x + width, y, x + width, y + height, x, y + height, x, y])
                elif operator == b"m":
                    path.append([float(operands[0]), float(operands[1])])
                elif operator in {b"l", b"c", b"v", b"y"}:
                    if path and len(path[-1]) < 400:
                        path[-1] += (float(operands[-2]), float(operands[-1]))
                elif operator in {b"W", b"W*"}:
                    state.fill = state.fill.clipped(path, state.ctm)
                elif operator in _PAINTING:
                    self._paint(path, operator, state)
                    path = []
                elif operator in {b"sh", b"INLINE IMAGE"}:
                    self._image(state)
                elif operator == b"gs":
                    states = _dictionary(resources.get("/ExtGState")) or DictionaryObject()
                    chosen = _dictionary(states.get(operands[0])) or DictionaryObject()
                    alpha: Any = chosen.get("/ca")
                    state.faint = state.faint if alpha is None else float(alpha) <= _FAINT
                    state.fill = state.fill.mixed(chosen)
                elif operator in {b"BMC", b"BDC"}:
                    self._layers.append(operands[0] == "/OC")
                elif operator == b"EMC":
                    del self._layers[-1:]
                elif operator == b"Do":
                    self._object(operands[0], resources, state, depth)
            except (TypeError, ValueError, IndexError, KeyError, AttributeError):
                continue  # one broken operator; viewers go on as well

    def _paint(self, path: list[list[float]], operator: bytes, state: _State) -> None:
        """Note filled areas, which white text may stand on, and lines, which tables have."""
        if operator == b"n":
            return
        self._painted = True
        filled = operator not in {b"S", b"s"}
        stroked = operator not in {b"f", b"F", b"f*"}
        certain = filled and self._runs and not any(self._layers)
        covered = state.fill.covers(path, state.ctm) if certain else None
        if covered is not None:
            self._cover(covered)
        for part in path:
            box = bounds(part, state.ctm)
            width, height = box[2] - box[0], box[3] - box[1]
            if filled and not state.white:
                self._boxes.append(box)
                if len(self._filled) < _MOST_RULES:
                    self._filled.append(box)
            if min(width, height) <= _THIN < _SHORTEST_RULE <= max(width, height):
                self._rules.append(Rule(*box))
            elif stroked and len(part) <= 12 and len(self._rules) < _MOST_RULES:
                for at in range(0, len(part) - 2, 2):
                    edge = bounds(part[at : at + 4], state.ctm)
                    if min(edge[2] - edge[0], edge[3] - edge[1]) < 0.5:
                        self._rules.append(Rule(*edge))

    def _cover(self, box: Box) -> None:
        """Whatever was shown where an area is filled now is seen no more."""
        self._covers += 1
        if self._covers > _MOST_COVERS:
            return
        left, bottom, right, top = box
        for number, run in enumerate(self._runs):
            if (not run.angle and left - 1 <= run.x0 and run.x1 <= right + 1
                    and bottom - 1 <= run.y and run.y + run.size / 2 <= top):  # fmt: skip
                self._runs[number] = run._replace(hidden=True, layer=False)

    def _image(self, state: _State) -> None:
        self._painted = True
        box = bounds([0.0, 0.0, 1.0, 1.0], state.ctm)
        self._boxes.append(box)
        left, bottom, right, top = self._area
        width = min(box[2], right) - max(box[0], left)  # a scan may come in strips
        self._image_area += max(0.0, width) * max(0.0, min(box[3], top) - max(box[1], bottom))

    def _object(self, name: object, resources: DictionaryObject, state: _State, depth: int) -> None:
        objects: Any = _dictionary(resources.get("/XObject")) or DictionaryObject()
        target: Any = objects[name].get_object()
        if target.get("/Subtype") == "/Image":
            self._image(state)
            return
        self._forms += 1
        if depth >= _DEEPEST_FORM or self._forms > _MOST_FORMS:
            return
        if not isinstance(target, EncodedStreamObject) and not hasattr(target, "get_data"):
            return
        inner = state.copy()
        if "/Matrix" in target:
            inner.ctm = times(matrix_of(target["/Matrix"]), state.ctm)
        own = _dictionary(target.get("/Resources")) or resources
        opened = len(self._layers)
        self._layers.append("/OC" in target)
        self._walk(self._interpreter.stream(target), own, inner, depth + 1)
        del self._layers[opened:]

    def _show(  # noqa: PLR0912
        self, items: Any, state: _State, matrix: Matrix
    ) -> Matrix:
        """Record the strings of one Tj or TJ; returns the text matrix after it."""
        face, size = state.face, state.size
        if face is None or not isinstance(items, list | ArrayObject):
            if state.broken_face:
                self._record([], 0.0, 0.0, state, matrix)
            return matrix
        if len(items) > 1:
            apart = state.char_space > _CELL_GAP * abs(size)
        else:
            apart = bool(items) and _COLUMNS in _bytes_of(items[0])
        if apart:
            return self._show_apart(items, state, matrix)
        stretch = state.stretch
        text: list[str] = []
        start = at = 0.0  # along the baseline, in unscaled text space
        for item in items:
            if isinstance(item, bytes | str):
                for glyph, width in face.glyphs(_bytes_of(item)):
                    text.append(glyph)
                    at += (width * size + state.char_space) * stretch
                    if glyph == " ":
                        at += state.word_space * stretch
            elif isinstance(item, int | float):
                shift = -float(item) * 0.001 * size * stretch
                gap = shift / (abs(size * stretch) or 1.0)
                if gap > _CELL_GAP and text:
                    self._record(text, start, at, state, matrix)
                    text, start = [], at + shift
                elif gap > face.gap and text and text[-1] != " ":
                    text.append(" ")
                elif not text:
                    start += shift
                at += shift
        if text:
            self._record(text, start, at, state, matrix)
        return moved(matrix, at, 0.0)

    def _show_apart(self, items: Any, state: _State, matrix: Matrix) -> Matrix:
        """`_show` where cells may stand in one string: parted by spaces, or by a distance of all
        letters that the string takes back within words.
        """
        face, size, stretch = state.face, state.size, state.stretch
        assert face is not None
        unit = abs(size * stretch) or 1.0
        text: list[str] = []
        start = at = end = 0.0
        spaces = 0
        for item in items:
            if isinstance(item, int | float):
                at -= float(item) * 0.001 * size * stretch
                continue
            for glyph, width in face.glyphs(_bytes_of(item)):
                if glyph == " ":
                    spaces += 1
                    at += (width * size + state.char_space + state.word_space) * stretch
                    continue
                gap = (at - end) / unit
                if text and (spaces >= len(_COLUMNS) or (not spaces and gap > _CELL_GAP)):
                    self._record([*text, " "], start, end, state, matrix)
                    text = []
                elif text and (spaces or gap > face.gap):
                    text.append(" ")
                start = start if text else at
                spaces = 0
                text.append(glyph)
                end = at + width * size * stretch
                at = end + state.char_space * stretch
        if text or spaces:
            self._record([*text, *" "[:spaces]], start, end if text else at, state, matrix)
        return moved(matrix, at, 0.0)

    def _record(
        self, text: list[str], start: float, end: float, state: _State, matrix: Matrix
    ) -> None:
        a, b, c, d, e, f = times(matrix, state.ctm)
        length = math.hypot(a, b)
        if not length:
            return
        ux, uy = a / length, b / length
        face = state.face
        size = abs(state.size) * math.hypot(c, d) * (face.em if face else 1.0)
        angle = round(math.degrees(math.atan2(uy, ux))) % 360
        x = e + start * a + state.rise * c
        y = f + start * b + state.rise * d
        x_end, y_end = e + end * a + state.rise * c, f + end * b + state.rise * d
        elsewhere = size < _SMALLEST or self._is_beside(x, y)
        hidden = (
            elsewhere or state.faint or state.mode in {3, 7} or self._is_on_white(x, y, state.white)
        )
        along, along_end = x * ux + y * uy, x_end * ux + y_end * uy
        content = "".join(text) if face and face.readable and not face.unmapped else ""
        undecoded = face is None or face.unmapped or face.incomplete
        self._runs.append(
            Run(content, min(along, along_end), max(along, along_end), y * ux - x * uy, size,
                angle, bool(face and face.bold) or state.mode == 2, hidden,
                hidden and not elsewhere, undecoded, state.mode in {3, 7},
                (x, y, x_end, y_end))
        )  # fmt: skip

    def _is_beside(self, x: float, y: float) -> bool:
        """Whether text lies beside the page."""
        left, bottom, right, top = self._area
        return not (left - 5 <= x <= right + 5 and bottom - 5 <= y <= top + 5)

    def _is_on_white(self, x: float, y: float, white: bool) -> bool:
        """Whether text is white with nothing dark painted below it."""
        return white and not any(
            box[0] - 2 <= x <= box[2] + 2 and box[1] - 4 <= y <= box[3] + 2 for box in self._boxes
        )


def _box_around(x: float, y: float, x_end: float, y_end: float, size: float) -> Box:
    """The upright box around text from one point of its baseline to another."""
    length = math.hypot(x_end - x, y_end - y)
    if not length:
        return (x, y - 0.25 * size, x + size, y + 0.9 * size)
    across, up = -(y_end - y) / length, (x_end - x) / length  # where the letters' tops point
    xs = [at + across * size * rise for at in (x, x_end) for rise in (-0.25, 0.9)]
    ys = [at + up * size * rise for at in (y, y_end) for rise in (-0.25, 0.9)]
    return (min(xs), min(ys), max(xs), max(ys))


_SHOWING = frozenset((b"Tj", b"TJ", b"'", b'"'))
_PAINTING = frozenset((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"n"))
_FILL_COLOUR = frozenset((b"g", b"rg", b"k", b"sc", b"scn"))
_TEXT_STATE = {
    b"Tc": "char_space", b"Tw": "word_space", b"TL": "leading", b"Ts": "rise", b"Tz": "stretch",
    b"Tr": "mode",
}  # fmt: skip


def _bytes_of(item: object) -> bytes:
    """The codes of a string that is shown; none for anything else."""
    data = item.original_bytes if isinstance(item, TextStringObject) else item
    return data if isinstance(data, bytes) else b""


def _set_text_state(state: _State, operator: bytes, operands: Any) -> None:
    value = float(operands[0])
    if operator == b"Tr":
        state.mode = int(value)
    else:
        setattr(state, _TEXT_STATE[operator], value / 100 if operator == b"Tz" else value)


def _counts_ink(name: object, resources: DictionaryObject) -> bool:
    """Whether larger values of a colour space mean more ink: inks by name, or the printer's."""
    spaces = _dictionary(resources.get("/ColorSpace")) or DictionaryObject()
    space: Any = spaces[name] if name in spaces else name  # noqa: SIM401  # get() follows nothing
    family = space[0] if isinstance(space, ArrayObject) and space else space
    return family in {"/Separation", "/DeviceN", "/DeviceCMYK"}


def _is_white(operator: bytes, operands: Any, inks: bool) -> bool:
    values = [float(value) for value in operands if isinstance(value, int | float)]
    if len(values) != len(operands) or not values:
        return False  # a pattern
    if operator == b"k" or len(values) == 4 or (inks and operator in {b"sc", b"scn"}):
        return all(value <= 1 - _WHITE for value in values)
    return len(values) in {1, 3} and all(value >= _WHITE for value in values)


def _dictionary(value: Any) -> DictionaryObject | None:
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else None
