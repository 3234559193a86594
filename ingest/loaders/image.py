"""Reads pictures of pages: PNG, JPEG, TIFF of many pages, WebP, BMP and GIF, by recognition."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from ingest.loaders.pdf.paragraphs import Page, Paragraphs
from ingest.loaders.pdf.recognised import blocks_of, edges_of
from ingest.ocr.reading import reading_of
from ingest.sections import Findings, LoaderError, Section, Unrecognised
from vectorstore.records import PageReading

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
MOST_PIXELS = 150_000_000  # a drawing of A0 at 300 dots an inch has 139 million
_LONGEST_SIDE = 60_000  # pixels; recognition counts places in 16 bits
_MOST_PAGES = 5_000
_AS_PAGES = {"TIFF"}  # the others' further pictures are an animation
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError)


def load_image(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Paragraphs and tables of each page that is a picture."""
    if findings.scans is None:
        raise LoaderError("is a picture, and pictures within other files are not read")
    picture = opened(file)
    findings.pages = pages_of(picture)
    paragraphs = Paragraphs(findings, {})
    left_out: dict[str, list[int]] = {}
    for number in range(1, findings.pages + 1):
        try:
            page = findings.scans.page(number, _drawn(picture, number))
        except Unrecognised as why:
            left_out.setdefault(str(why), []).append(number)
            findings.readings.append(PageReading(number, "unreadable"))
            continue
        findings.readings.append(reading_of(number, page))
        yield from paragraphs.sections([Page(number, blocks_of(page), edges_of(page))])
    yield from paragraphs.close()
    for reason, pages in left_out.items():
        named = ", ".join(map(str, pages[:12])) + (", …" if len(pages) > 12 else "")
        findings.warn(
            f"{len(pages)} of {findings.pages} pages could not be read: {reason} (page {named})"
        )


def opened(file: BinaryIO) -> Any:
    """The picture in `file`, not decoded yet. Raises LoaderError for what cannot be one."""
    Image.MAX_IMAGE_PIXELS = None  # the limits here are ours
    try:
        picture = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        raise LoaderError("is a damaged picture; get it again or save it anew") from None
    except _BROKEN as error:
        raise LoaderError(f"is a damaged picture ({_short(error)}); get it again") from None
    return picture


def pages_of(picture: Any) -> int:
    """How many pages the file has. Raises LoaderError for too many."""
    if picture.format not in _AS_PAGES:
        return 1
    try:
        pages = int(picture.n_frames)
    except _BROKEN as error:
        raise LoaderError(f"is a damaged picture ({_short(error)}); get it again") from None
    if pages > _MOST_PAGES:
        raise LoaderError(f"has {pages:,} pages, more than {_MOST_PAGES:,}; split it")
    return pages


def draw(picture: Any, number: int) -> Image.Image:
    """Page `number`, from 1, as it is to be seen. Raises Unrecognised where it cannot be."""
    try:
        if number > 1 or picture.tell():
            picture.seek(number - 1)
        width, height = picture.size
        if width * height > MOST_PIXELS or max(width, height) > _LONGEST_SIDE:
            raise Unrecognised(
                f"{width:,} × {height:,} pixels are more than the limit of "
                f"{MOST_PIXELS // 1_000_000} million; save it smaller"
            )
        picture.load()
        return ImageOps.exif_transpose(picture)
    except _BROKEN as error:
        raise Unrecognised(f"the picture is damaged ({_short(error)}); get it again") from None


def _drawn(picture: Any, number: int) -> Callable[[], Image.Image]:
    return lambda: draw(picture, number)


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:120]
