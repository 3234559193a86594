"""The process that draws one page of one file: the file comes on stdin, one answer goes out.

It can open, write and start nothing worth having: limits are set before the file is touched, its
environment is empty, and it ends after its page, so that a hostile file never meets another one.

argv: "pdf" or "picture", page from 1, memory limit in MiB, seconds. The answer: a 4-byte
big-endian length, that much JSON {"pages", "width", "height", "text", "boxes", "cut"} or
{"failed"}, and then a PNG. `boxes` are four numbers for each character of `text`, left, top,
right, bottom, in ten-thousandths of the page's width and height.
"""

import ctypes
import io
import json
import os
import signal
import sys
from typing import Any

from ingest.sandbox.confinement import Need, confine
from ingest.sandbox.frames import write_frame
from ingest.sandbox.limits import limit_process

UNITS = 10_000  # of a page's width or height
_WIDEST = 1600  # pixels; sharp on a good screen at the width of a page
_GIVES_WAY = 10  # others' pages come before one that takes a core for long
_MOST_PIXELS = 6_000_000
_MOST_CHARACTERS = 200_000  # a page of a book has 3,000


def main() -> None:
    """Draw the page and write the answer."""
    kind, number = sys.argv[1], int(sys.argv[2])
    memory_mib, seconds = int(sys.argv[3]), int(sys.argv[4])
    limit_process(memory_mib, cpu_seconds=seconds)
    os.nice(_GIVES_WAY)
    signal.setitimer(signal.ITIMER_REAL, seconds + 10)  # our parent may have been killed
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not garble the answer
    confine(Need.NOTHING, readable=[])  # its file is open already
    png = b""
    try:
        answer, png = _draw_picture(number) if kind == "picture" else _draw(number)
    except MemoryError:
        answer = {"failed": "memory"}
    except Exception as error:  # noqa: BLE001  # whatever a damaged file makes a library raise
        answer = {"failed": type(error).__name__}
    head = json.dumps(answer).encode()
    write_frame(out, head)
    out.write(png)
    out.flush()


def _draw(number: int) -> tuple[dict[str, Any], bytes]:
    import pypdfium2

    document = pypdfium2.PdfDocument(sys.stdin.buffer, autoclose=False)
    pages = len(document)
    if not 1 <= number <= pages:
        return {"pages": pages, "width": 0, "height": 0, "text": "", "boxes": [], "cut": False}, b""
    page = document[number - 1]
    width, height = page.get_size()  # points, as the page is seen: rotated and cropped
    width, height = max(width, 1.0), max(height, 1.0)
    scale = min(_WIDEST / width, (_MOST_PIXELS / (width * height)) ** 0.5, 4.0)
    image = page.render(scale=scale, may_draw_forms=False, prefer_bgrx=True).to_pil()
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "PNG", compress_level=4)
    text, boxes, cut = _characters(page)
    seen = {"pages": pages, "width": image.width, "height": image.height}
    return {**seen, "text": text, "boxes": boxes, "cut": cut}, buffer.getvalue()


def _draw_picture(number: int) -> tuple[dict[str, Any], bytes]:
    """A page of a file that is pictures; of its words, nothing is known here."""
    from ingest.loaders.image import draw, opened, pages_of

    picture = opened(sys.stdin.buffer)
    pages = pages_of(picture)
    seen = {"pages": pages, "width": 0, "height": 0, "text": "", "boxes": [], "cut": False}
    if not 1 <= number <= pages:
        return seen, b""
    image = draw(picture, number).convert("RGB")
    scale = min(1.0, _WIDEST / image.width, (_MOST_PIXELS / (image.width * image.height)) ** 0.5)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    image = image.resize(size)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=4)
    return {**seen, "width": image.width, "height": image.height}, buffer.getvalue()


def _characters(page: Any) -> tuple[str, list[int], bool]:
    """Every character that the page shows, its box, and whether there were too many."""
    from pypdfium2 import raw

    textpage = page.get_textpage()
    count = raw.FPDFText_CountChars(textpage)
    letters: list[str] = []
    boxes: list[int] = []
    sides = [ctypes.c_double() for _ in range(4)]
    left, right, bottom, top = sides
    x, y = ctypes.c_int(), ctypes.c_int()
    for index in range(min(count, _MOST_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
            code = 0xFFFD
        raw.FPDFText_GetCharBox(textpage, index, *map(ctypes.byref, (left, right, bottom, top)))
        corners = []
        for across, up in ((left, top), (right, bottom)):
            raw.FPDF_PageToDevice(page, 0, 0, UNITS, UNITS, 0, across, up, x, y)
            corners.append((x.value, y.value))
        (x1, y1), (x2, y2) = corners
        letters.append(chr(code))
        boxes += (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    return "".join(letters), boxes, count > _MOST_CHARACTERS


if __name__ == "__main__":
    main()
