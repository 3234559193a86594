"""Looks at drawn PDF pages: is text that a rule takes for hidden there for readers to see?

Owns the last word on visibility. The part of a page with suspected text is drawn by pdfium, with
the text and without it. Where the two differ, the text has ink of its own and is visible, whatever
its colour space, pattern, order or font says. Where they don't, there may still be a picture with
the same words below recognised text; the page without the text shows whether there is ink at that
place. Where all is one colour there is nothing to see, and one drawing is enough.

Sources: FPDFPageObj_SetIsActive in fpdf_edit.h and FPDF_RenderPageBitmap in fpdfview.h of pdfium.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any, BinaryIO, NamedTuple

from ingest.loaders.pdf.matrix import IDENTITY, Box, Matrix, bounds, times
from ingest.sections import Findings

_SCALE = 1.0  # pixels a point: enough to tell ink from none
_LEAST_PIXELS = 5.0  # a line of text this high or higher shows its ink
_MOST_PIXELS = 8_000_000
_RECOGNISED = 300  # dots an inch; letters of any usual size are read well at it
_MOST_RECOGNISED = 16_000_000  # pixels: A3
_GLANCE = 800.0  # pixels of the longer side, at most
_LONGEST = 30_000.0  # pixels of a side
_MOST_OBJECTS = 60_000  # a page of more is drawn by a program, not typeset
_MOST_CHARACTERS = 200_000  # of a page
_DEEPEST_FORM = 12
_DIFFERENT = 16  # of 255, in any colour: as near as other formats take for the same
_GROUND = 1.0  # times their size: so far around letters there is ground that they stand on
_LEAST_HEIGHT = 2.0  # points: nobody reads letters below it
_CONTRAST = 48  # of 255 between the darkest and the lightest parts of recognised words
_LINE_SCALE = 3.0  # pixels a point, to see hair lines
_BESIDE_LINE = 1.5  # points above and below a line that are looked at
_WHOLE_LINE = 0.95  # of a row's pixels are ink; letters alone have gaps
_BOX_FILTER = 4  # Pillow's Image.Resampling.BOX: the mean
_LEAST_INK = 2  # pixels


_Pixels = tuple[int, int, int, int]  # left, top, right, bottom of a drawn page

_UNDRAWABLE = (RuntimeError, ValueError, OSError)  # pypdfium2.PdfiumError is the first


class Sight(Enum):
    """What the drawn page says of a piece of text."""

    DRAWN = "has ink of its own"
    PICTURED = "has none, but something is drawn at its place"
    UNSEEN = "has none, and nothing is drawn at its place"


class Suspect(NamedTuple):
    """Text that a rule takes for hidden. `box` is in points of the page, unrotated."""

    text: str
    box: Box
    size: float  # points


class TextObject(NamedTuple):
    """A piece of text as the file draws it, read by pdfium. Coordinates are points of the page.

    `guessed` counts characters whose font does not say what letters they are.
    """

    text: str
    box: Box
    baseline: float
    guessed: int


class CannotDraw(Exception):
    """The page cannot be drawn, so that nothing is known of what it shows."""


class Drawing:
    """One document's pages, drawn when they are asked for; opened at the first one."""

    def __init__(self, file: BinaryIO, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._document: Any = None

    def look(self, index: int, suspects: Sequence[Suspect], others: Sequence[Box]) -> list[Sight]:
        """What page `index`, from 0, shows of each suspect. `others` are boxes of other text.

        Raises CannotDraw, and MemoryError where the page is larger than the sandbox.
        """
        page = self._open(index)
        try:
            return _Page(page).look(suspects, others)
        except _UNDRAWABLE as error:
            raise CannotDraw(str(error)) from None
        finally:
            page.close()

    def lines_seen(self, index: int, lines: Sequence[Box]) -> list[bool]:
        """Whether page `index` shows each level line from one end to the other, over all else.

        Raises CannotDraw.
        """
        page = self._open(index)
        try:
            return _Page(page).lines_seen(lines)
        except _UNDRAWABLE as error:
            raise CannotDraw(str(error)) from None
        finally:
            page.close()

    def texts(self, index: int) -> list[TextObject]:
        """The text of page `index` as pdfium has it, in the order in which it is drawn.

        Raises CannotDraw.
        """
        page = self._open(index)
        try:
            return _Page(page).texts()
        except _UNDRAWABLE as error:
            raise CannotDraw(str(error)) from None
        finally:
            page.close()

    def is_blank(self, index: int) -> bool:
        """Whether page `index` shows nothing at all. Raises CannotDraw."""
        page = self._open(index)
        try:
            width, height = page.get_size()
            scale = _GLANCE / max(_GLANCE, width, height)
            bitmap = page.render(scale=scale, may_draw_forms=False, grayscale=True)
            darkest, lightest = bitmap.to_pil().convert("L").getextrema()
            bitmap.close()
            return bool(lightest - darkest < _DIFFERENT)
        except _UNDRAWABLE as error:
            raise CannotDraw(str(error)) from None
        finally:
            page.close()

    @contextmanager
    def opened(self, index: int) -> Iterator[Any]:
        """Page `index` as pdfium has it. What pdfium raises in the block becomes CannotDraw."""
        page = self._open(index)
        try:
            yield page
        except _UNDRAWABLE as error:
            raise CannotDraw(str(error)) from None
        finally:
            page.close()

    def picture(self, index: int, dpi: float = _RECOGNISED) -> Any:
        """Page `index` as people see it, in grey, to recognise its words. Raises CannotDraw."""
        page = self._open(index)
        try:
            width, height = page.get_size()
            scale = min(
                dpi / 72, (_MOST_RECOGNISED / max(1.0, width * height)) ** 0.5,
                _LONGEST / max(1.0, width, height),
            )  # fmt: skip
            bitmap = page.render(scale=scale, may_draw_forms=False, grayscale=True)
            image = bitmap.to_pil().convert("L").copy()
            bitmap.close()
            return image
        except _UNDRAWABLE as error:
            raise CannotDraw(str(error)) from None
        finally:
            page.close()

    def pages(self) -> int:
        """How many pages pdfium finds. Raises CannotDraw where it cannot open the file."""
        self._load()
        return len(self._document)

    def _open(self, index: int) -> Any:
        self._load()
        try:
            return self._document[index]
        except (IndexError, *_UNDRAWABLE) as error:
            raise CannotDraw(str(error)) from None

    def _load(self) -> None:
        import pypdfium2

        if not self._findings.may_draw:
            raise CannotDraw("drawing this file ended its reader")
        self._findings.drawing()
        if self._document is None:
            try:
                self._document = pypdfium2.PdfDocument(self._file, autoclose=False)
            except _UNDRAWABLE as error:
                raise CannotDraw(str(error)) from None

    def close(self) -> None:
        """Let go of the document; the file stays open."""
        if self._document is not None:
            self._document.close()
            self._document = None


class _Object(NamedTuple):
    raw: Any
    box: Box


class _Page:
    def __init__(self, page: Any) -> None:
        page.set_rotation(0)  # in memory: boxes are those of the unrotated page
        self._page = page
        self._left, self._bottom, self._right, self._top = page.get_bbox()

    def look(self, suspects: Sequence[Suspect], others: Sequence[Box]) -> list[Sight]:
        scale, part = self._part_with(suspects)
        if part is None:
            return [Sight.UNSEEN] * len(suspects)  # beside the page
        before = _Drawn(self._page, scale, part)
        try:
            if all(s.size >= 1 and before.is_plain(self._around(s, scale)) for s in suspects):
                return [Sight.UNSEEN] * len(suspects)
            tiny: dict[int, list[Box]] = {}
            found = self._objects_of(suspects, others)
            for one, owners in found:
                _set_active(one.raw, False)
                for owner in owners:
                    if owner.size < 1:
                        tiny.setdefault(id(owner), []).append(one.box)
            after = _Drawn(self._page, scale, part) if found else before
            try:
                changed = _Difference(before, after)
                return [
                    self._sight(s, scale, changed, after)
                    if s.size >= 1
                    else self._sight_of_tiny(tiny.get(id(s), []), scale, changed)
                    for s in suspects
                ]
            finally:
                after.close()
        finally:
            before.close()

    def lines_seen(self, lines: Sequence[Box]) -> list[bool]:
        area = max(1.0, (self._right - self._left) * (self._top - self._bottom))
        scale = min(_LINE_SCALE, (_MOST_PIXELS / area) ** 0.5)
        places = [self._pixels(line, scale, _BESIDE_LINE) for line in lines]
        there = [place for place in places if place]
        if not there:
            return [False] * len(lines)
        lefts, tops, rights, bottoms = zip(*there, strict=True)
        drawn = _Drawn(self._page, scale, (min(lefts), min(tops), max(rights), max(bottoms)))
        try:
            return [place is not None and drawn.has_line(place) for place in places]
        finally:
            drawn.close()

    def _part_with(self, suspects: Sequence[Suspect]) -> tuple[float, _Pixels | None]:
        """The scale to draw at, pixels a point, and the part of the page that has the suspects."""
        area = max(1.0, (self._right - self._left) * (self._top - self._bottom))
        smallest = min((s.size for s in suspects if s.size >= 1), default=8.0)
        scale = max(_SCALE, _LEAST_PIXELS / smallest)
        scale = min(scale, (_MOST_PIXELS / area) ** 0.5)
        if any(s.size < 1 for s in suspects):  # the file does not say where these are drawn
            whole = (self._left, self._bottom, self._right, self._top)
            return scale, self._pixels(whole, scale, 0.0)
        places = [place for s in suspects if (place := self._around(s, scale))]
        if not places:
            return scale, None
        lefts, tops, rights, bottoms = zip(*places, strict=True)
        return scale, (min(lefts), min(tops), max(rights), max(bottoms))

    def texts(self) -> list[TextObject]:
        from pypdfium2 import raw

        textpage = self._page.get_textpage()
        letters: dict[int, list[str]] = {}  # address of the text object -> its characters
        guessed: dict[int, int] = {}
        origins: dict[int, float] = {}
        x, y = ctypes.c_double(), ctypes.c_double()
        for index in range(min(raw.FPDFText_CountChars(textpage), _MOST_CHARACTERS)):
            if raw.FPDFText_IsGenerated(textpage, index) == 1:
                continue
            at = _address(raw.FPDFText_GetTextObject(textpage, index))
            code = raw.FPDFText_GetUnicode(textpage, index)
            plain = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
            letters.setdefault(at, []).append(chr(code) if plain else "\ufffd")
            if raw.FPDFText_HasUnicodeMapError(textpage, index) == 1:
                guessed[at] = guessed.get(at, 0) + 1
            if at not in origins:
                raw.FPDFText_GetCharOrigin(textpage, index, x, y)
                origins[at] = y.value
        textpage.close()
        found = []
        for one in self._text_objects(self._page, IDENTITY, 0, [0]):
            at = _address(one.raw)
            if at in letters:
                baseline = origins[at]
                found.append(
                    TextObject("".join(letters[at]), one.box, baseline, guessed.get(at, 0))
                )
        return found

    def _sight_of_tiny(self, boxes: Sequence[Box], scale: float, changed: "_Difference") -> Sight:
        """Letters that the file says are tiny: visible only where they are drawn larger."""
        for box in boxes:
            inked = changed.extent(self._pixels(box, scale, 0.0))
            if inked and min(inked[2] - inked[0], inked[3] - inked[1]) >= _LEAST_HEIGHT * scale:
                return Sight.DRAWN
        return Sight.UNSEEN

    def _sight(
        self, suspect: Suspect, scale: float, changed: "_Difference", after: "_Drawn"
    ) -> Sight:
        box = self._pixels(suspect.box, scale, 0.0)
        if box is None:
            return Sight.UNSEEN  # beside the page
        if changed.count(box) >= _LEAST_INK:
            return Sight.DRAWN
        if after.contrast(box) >= _CONTRAST:
            return Sight.PICTURED
        return Sight.UNSEEN

    def _around(self, suspect: Suspect, scale: float) -> _Pixels | None:
        return self._pixels(suspect.box, scale, _GROUND * suspect.size)

    def _pixels(self, box: Box, scale: float, more: float) -> _Pixels | None:
        """The part of the drawn page that `box`, grown by `more` points, falls on."""
        left = max(self._left, box[0] - more)
        right = min(self._right, box[2] + more)
        bottom = max(self._bottom, box[1] - more)
        top = min(self._top, box[3] + more)
        if left >= right or bottom >= top:
            return None
        x0, y0 = int((left - self._left) * scale), int((self._top - top) * scale)
        x1, y1 = (right - self._left) * scale, (self._top - bottom) * scale
        return (x0, y0, max(x0 + 1, int(x1 + 0.999)), max(y0 + 1, int(y1 + 0.999)))

    def _objects_of(
        self, suspects: Sequence[Suspect], others: Sequence[Box]
    ) -> list[tuple[_Object, list[Suspect]]]:
        """The text objects of the file that the suspects are, each with its suspects.

        Where a suspect lies on other text, the objects' own letters say which is which.
        """
        grid = Grid(suspects)
        near = Grid([Suspect("", box, 0.0) for box in others])
        textpage: Any = None
        found = []
        for candidate in self._text_objects(self._page, IDENTITY, 0, [0]):
            at = grid.at(candidate.box)
            if not at:
                continue
            if near.at(candidate.box):
                textpage = textpage or self._page.get_textpage()
                letters = _letters(_text_of(candidate.raw, textpage))
                if letters and not any(
                    letters in (own := _letters(s.text)) or (own and own in letters) for s in at
                ):
                    continue
            found.append((candidate, at))
        if textpage is not None:
            textpage.close()
        return found

    def _text_objects(
        self, container: Any, matrix: Matrix, depth: int, count: list[int]
    ) -> Iterator[_Object]:
        from pypdfium2 import raw

        of_page = depth == 0
        total = (raw.FPDFPage_CountObjects if of_page else raw.FPDFFormObj_CountObjects)(container)
        get = raw.FPDFPage_GetObject if of_page else raw.FPDFFormObj_GetObject
        sides = [ctypes.c_float() for _ in range(4)]
        for index in range(total):
            count[0] += 1
            if count[0] > _MOST_OBJECTS:
                raise ValueError("the page has too many objects to look at")
            one = get(container, index)
            kind = raw.FPDFPageObj_GetType(one)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                if raw.FPDFPageObj_GetBounds(one, *sides):
                    left, bottom, right, top = (side.value for side in sides)
                    yield _Object(one, bounds([left, bottom, right, top], matrix))
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
                own = raw.FS_MATRIX()
                raw.FPDFPageObj_GetMatrix(one, own)
                inner = times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
                yield from self._text_objects(one, inner, depth + 1, count)


class _Drawn:
    """A part of a page, drawn. Places are pixels of the whole page; the part holds them all."""

    def __init__(self, page: Any, scale: float, part: _Pixels) -> None:
        width, height = (int(-(-side * scale // 1)) for side in page.get_size())
        left, top = min(part[0], width - 1), min(part[1], height - 1)
        right, bottom = min(part[2], width), min(part[3], height)
        cut = (left, height - bottom, width - right, top)  # of left, bottom, right, top
        self._bitmap = page.render(
            scale=scale, may_draw_forms=False, draw_annots=False, rev_byteorder=True,
            crop=tuple(max(0.0, pixels - 0.5) / scale for pixels in cut),
        )  # fmt: skip
        image = self._bitmap.to_pil()
        self.image = image if image.mode == "RGB" else image.convert("RGB")
        self._at = (left, top)

    def within(self, place: _Pixels) -> _Pixels:
        """`place` in the pixels of the part."""
        x, y = self._at
        return (place[0] - x, place[1] - y, place[2] - x, place[3] - y)

    def is_plain(self, place: _Pixels | None) -> bool:
        """Whether everything there is one colour, or lies beside the page."""
        if place is None:
            return True
        extremes = self.image.crop(self.within(place)).getextrema()
        return all(high - low <= _DIFFERENT for low, high in extremes)

    def contrast(self, place: _Pixels | None) -> int:
        """Between the darkest and the lightest parts there, of 255."""
        return _contrast(self.image.crop(self.within(place)).convert("L")) if place else 0

    def has_line(self, place: _Pixels) -> bool:
        """Whether one row of pixels near the middle is ink nearly all along."""
        grey = self.image.crop(self.within(place)).convert("L")
        ground = max(range(256), key=grey.histogram().__getitem__)
        ink = grey.point([255 * (abs(shade - ground) > _DIFFERENT) for shade in range(256)])
        width, height = ink.size
        ends = min(width // 4, height)  # which the place has more of than the line
        middle = ink.crop((ends, height // 4, max(ends + 1, width - ends), -(-3 * height // 4)))
        rows = middle.resize((1, middle.height), _BOX_FILTER)
        return bool(rows.getextrema()[1] >= _WHOLE_LINE * 255)

    def close(self) -> None:
        self.image = None
        self._bitmap.close()


class _Difference:
    """Where two drawings of the same part differ in any colour."""

    def __init__(self, before: _Drawn, after: _Drawn) -> None:
        from PIL import ImageChops

        self._part = before
        self._image = None
        if after is not before:
            difference = ImageChops.difference(before.image, after.image)
            over = [255 if value > _DIFFERENT else 0 for value in range(256)]
            self._image = _any_channel(difference).point(over)

    def count(self, place: _Pixels) -> int:
        """How many pixels differ there."""
        if self._image is None:
            return 0
        return int(self._image.crop(self._part.within(place)).histogram()[255])

    def extent(self, place: _Pixels | None) -> _Pixels | None:
        """The box around the pixels that differ there."""
        if self._image is None or place is None:
            return None
        found: _Pixels | None = self._image.crop(self._part.within(place)).getbbox()
        return found


class Grid:
    """Finds the suspects at a place without comparing each with each."""

    _CELL = 24.0  # points

    def __init__(self, suspects: Sequence[Suspect]) -> None:
        self._cells: dict[tuple[int, int], list[Suspect]] = {}
        for suspect in suspects:
            for cell in self._covered(suspect.box):
                self._cells.setdefault(cell, []).append(suspect)

    def _covered(self, box: Box) -> Iterator[tuple[int, int]]:
        x0, x1 = int(box[0] // self._CELL), int(box[2] // self._CELL)
        y0, y1 = int(box[1] // self._CELL), int(box[3] // self._CELL)
        for x in range(x0, min(x1, x0 + 400) + 1):
            for y in range(y0, min(y1, y0 + 400) + 1):
                yield x, y

    def at(self, box: Box) -> list[Suspect]:
        """The suspects that share a good part of `box`, or have it within theirs."""
        seen: dict[int, Suspect] = {}
        for cell in self._covered(box):
            for suspect in self._cells.get(cell, ()):
                if id(suspect) not in seen and _share(box, suspect.box):
                    seen[id(suspect)] = suspect
        return list(seen.values())


def _share(one: Box, other: Box) -> bool:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width < 0 or height < 0:
        return False
    least_width = min(one[2] - one[0], other[2] - other[0])
    least_height = min(one[3] - one[1], other[3] - other[1])
    return width >= 0.5 * least_width and height >= 0.4 * least_height


def _any_channel(image: Any) -> Any:
    from PIL import ImageChops

    red, green, blue = image.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _contrast(grey: Any) -> int:
    """Between what is darker than all but a fiftieth of the pixels, and lighter than that."""
    histogram = grey.histogram()
    few = max(1, sum(histogram) // 50)
    return _level(reversed(list(enumerate(histogram))), few) - _level(enumerate(histogram), few)


def _level(levels: Any, few: int) -> int:
    passed = 0
    for level, count in levels:
        passed += count
        if passed >= few:
            return int(level)
    return 0


def _address(one: Any) -> int:
    return ctypes.cast(one, ctypes.c_void_p).value or 0


def _set_active(one: Any, active: bool) -> None:
    from pypdfium2 import raw

    if not raw.FPDFPageObj_SetIsActive(one, active):
        raise ValueError("pdfium cannot take an object out of the page")


def _text_of(one: Any, textpage: Any) -> str:
    from pypdfium2 import raw

    size = raw.FPDFTextObj_GetText(one, textpage, None, 0)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * ((size + 1) // 2))()
    raw.FPDFTextObj_GetText(one, textpage, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
