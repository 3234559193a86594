"""Compares what was read from a PDF with the words that pdfium, another reader, finds in it.

Owns the measure behind `strongroom check --reading`. pdfium's text layer is independent of our
reader: it has its own parser and fonts. A word of it counts as lost where neither its page nor
the pages beside it (paragraphs run on) hold it in what was read. A lost word is looked up in the
drawn page, because a text layer also holds what nobody sees.

Runs inside the sandbox, on one file. Sources: FPDFText_* and FPDF_RenderPageBitmap in
fpdf_text.h and fpdfview.h of pdfium.
"""

import ctypes
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from ingest.loaders.pdf.drawing import CannotDraw, Drawing, Sight, Suspect
from ingest.loaders.pdf.matrix import Box
from ingest.sections import Findings, Section

_WORD = re.compile(r"[^\W_]+")
_HYPHENATED = re.compile(r"(?<=\w)[-\u2010\u00ad\ufffe\x02](?=[^\S\n]*+\n)\s*+(?=\w)")
_RTL = re.compile("[\u0590-\u08ff]")  # pdfium leaves some lines in the order in which they are seen
_MOST_CHARACTERS = 200_000  # of a page; a page of a book has 3,000
_NO_PAGES = 0  # stands for the page of every section of a format without pages
_EXAMPLES = 20  # lost words of a page that are named
_MARGIN = 0.1  # of the page's height at its top and bottom, where running heads stand


class PageCoverage(NamedTuple):
    """One page, from 1: how many words pdfium finds there, and what became of them.

    `lost` words are drawn on the page and were not read; `unseen` ones were not read and are not
    drawn, so nobody misses them. `examples` has the first 20 lost words in the page's order.
    """

    page: int
    words: int
    lost: int
    unseen: int
    examples: list[str]


def compare_pdf(
    file: BinaryIO, sections: Sequence[Section], findings: Findings
) -> Iterator[PageCoverage]:
    """Every page of `file` that pdfium can open, compared with the `sections` read from it.

    `findings` says whether pages may be drawn; without, a lost word counts as visible.
    Where the sections have no pages, as when another format was printed to `file`, each page is
    compared with all of them.

    Raises pypdfium2.PdfiumError where pdfium cannot open the file.
    """
    import pypdfium2

    drawing = Drawing(file, findings)
    document = pypdfium2.PdfDocument(file, autoclose=False)
    try:
        read = _ReadWords(sections)
        for index in range(len(document)):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                continue  # pdfium draws nothing of it, so no viewer built on it does
            yield _compare_page(page, index, read, drawing)
            page.close()
    finally:
        drawing.close()
        document.close()


class _ReadWords:
    """The words that were read, by page."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self._texts: dict[int, list[str]] = {}
        for section in sections:
            page = section.page or _NO_PAGES
            self._texts.setdefault(page, []).append(f"{section.heading}\n{section.text}")
        self._pages: dict[int, tuple[set[str], str]] = {}
        everything = "\n".join(text for texts in self._texts.values() for text in texts)
        self.document = set(words_of(everything))

    def near(self, page: int) -> tuple[set[str], str]:
        """The words of a page and its neighbours, and all their letters in one string."""
        page = page if _NO_PAGES not in self._texts else _NO_PAGES
        if page not in self._pages:
            texts = [text for at in (page - 1, page, page + 1) for text in self._texts.get(at, ())]
            words = words_of("\n".join(texts))
            self._pages = {page: (set(words), "".join(words))}
        return self._pages[page]


def words_of(text: str) -> list[str]:
    """Words as they are compared: no case, no ligatures, parts of a broken word put together."""
    text = unicodedata.normalize("NFKC", _HYPHENATED.sub("", text)).replace("\u00ad", "")
    return _WORD.findall(text.casefold())


def _compare_page(page: Any, index: int, read: _ReadWords, drawing: Drawing) -> PageCoverage:
    textpage = page.get_textpage()
    found = words_of(textpage.get_text_range()[:_MOST_CHARACTERS])
    held, letters = read.near(index + 1)
    missing = {
        word
        for word in found
        if word not in held
        and word not in letters
        and not (_RTL.search(word) and word[::-1] in letters)
    }
    if any(map(_RTL.search, missing)):  # pdfium turns round the letters of a ligature as well
        alike = {"".join(sorted(word)) for word in held if _RTL.search(word)}
        missing = {word for word in missing if "".join(sorted(word)) not in alike}
    lost: list[str] = []
    unseen = 0
    if missing:
        # A page of recognised words has no ink of letters, only its picture.
        recognised = sum(word in held for word in found) < 0.5 * len(found)
        places = list(_places(textpage, missing))
        for (word, box), sight in zip(places, _sights(drawing, index, places), strict=True):
            if _is_at_the_edge(box, page) and (word in read.document or word.isdigit()):
                continue  # a running head, which is read once, or a page's number
            if sight is Sight.DRAWN or (recognised and sight is Sight.PICTURED):
                lost.append(word)
            else:
                unseen += 1
    textpage.close()
    return PageCoverage(index + 1, len(found), len(lost), unseen, lost[:_EXAMPLES])


def _sights(drawing: Drawing, index: int, places: Sequence[tuple[str, Box]]) -> Sequence[Sight]:
    """What the drawn page shows of words; where it cannot be drawn, that they are there."""
    suspects = [Suspect(word, box, max(1.0, box[3] - box[1])) for word, box in places]
    try:
        return drawing.look(index, suspects, [])
    except CannotDraw:
        return [Sight.DRAWN] * len(suspects)


def _is_at_the_edge(box: Box, page: Any) -> bool:
    _, bottom, _, top = page.get_bbox()
    margin = _MARGIN * (top - bottom)
    return bool(box[1] > top - margin or box[3] < bottom + margin)


def _places(textpage: Any, wanted: set[str]) -> Iterator[tuple[str, Box]]:
    """Each place of the `wanted` words, in points of the page; none of words that are guessed."""
    from pypdfium2 import raw

    count = min(raw.FPDFText_CountChars(textpage), _MOST_CHARACTERS)
    codes = [raw.FPDFText_GetUnicode(textpage, index) for index in range(count)]
    text = "".join(chr(code) if 0 < code < 0x110000 else " " for code in codes)
    sides = [ctypes.c_double() for _ in range(4)]
    pieces = list(re.finditer(r"[^\W_]+", text))
    for piece, match in enumerate(pieces):
        word = unicodedata.normalize("NFKC", match[0]).casefold()
        end = match.end()
        if word not in wanted and piece + 1 < len(pieces):  # the first half of a broken word
            follow = pieces[piece + 1]
            whole = words_of(text[match.start() : follow.end()])
            if len(whole) == 1:
                word, end = whole[0], match.end()
        if word not in wanted:
            continue
        if any(
            raw.FPDFText_HasUnicodeMapError(textpage, at) == 1 for at in range(match.start(), end)
        ):
            continue  # its font does not say what the letters are, and pdfium guesses
        left, bottom, right, top = 1e9, 1e9, -1e9, -1e9
        for index in range(match.start(), end):
            raw.FPDFText_GetCharBox(textpage, index, sides[0], sides[1], sides[2], sides[3])
            left, right = min(left, sides[0].value), max(right, sides[1].value)
            bottom, top = min(bottom, sides[2].value), max(top, sides[3].value)
        yield word, (left, bottom, right, top)
