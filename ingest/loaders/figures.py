"""Reads pictures within documents as figures: what their author says of them, and their words.

A picture is read once, wherever it is repeated; small ones are signs and logos, and those without
a plain ground are photographs, whose words say little.
"""

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from ingest.loaders.metafile import metafile_words
from ingest.sections import Findings, LoaderError, Unrecognised
from vectorstore.languages import any_of

if TYPE_CHECKING:  # a worker that sees text alone stays small
    from PIL import Image

_LEAST_BYTES = 2_000
_LEAST_WIDTH, _LEAST_HEIGHT = 150, 60  # pixels
_MOST = 300  # pictures of a document that are recognised
_GLANCE = 256  # pixels of the longer side, to tell a photograph
_PLAIN = 0.35  # of a drawing's pixels in nearly one shade; photographs have fewer
_SHADES = 13  # of 256 that are nearly one
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|bmp|tiff?|webp|svg|[ew]mf)", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:image/[\w.+-]{1,40}((?:;[\w=.-]{1,60}){0,4}),", re.IGNORECASE)


class Figures:
    """The pictures of one document, in their order."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._known: set[tuple[bytes | str, ...]] = set()
        self._count = 0

    def text(self, data: bytes | None, descriptions: Iterable[str] = (), *, name: str = "") -> str:
        """What a picture says: its descriptions, and the words that are recognised in it.

        One whose bytes are not at hand is told from others by its `name`.
        """
        told = dict.fromkeys(" ".join(one.split()) for one in descriptions)
        said = [one for one in told if one and not _says_nothing(one)]
        key: tuple[bytes | str, ...] = (
            hashlib.sha256(data).digest() if data else name, *said
        )  # fmt: skip
        if key in self._known:
            return ""  # it was read where it stood first
        self._known.add(key)
        words = metafile_words(data) if data else ""
        if words is None and data:
            words = self._words(data)
        if words and all(words not in one for one in said):
            said.append(words)
        return "\n".join(said)

    def _words(self, data: bytes) -> str:  # one for each kind of picture
        scans = self._findings.scans
        if scans is None or len(data) < _LEAST_BYTES or self._count >= _MOST:
            return ""
        from ingest.loaders.image import draw, opened
        from ingest.loaders.pdf.figures import labels

        try:
            picture = opened(io.BytesIO(data))
            if picture.width < _LEAST_WIDTH or picture.height < _LEAST_HEIGHT:
                return ""
            drawn = draw(picture, 1)
            if not _is_drawing(drawn):
                return ""
            self._count += 1
            return labels(scans.page(self._count, lambda: drawn)).text
        except LoaderError:
            return ""  # a form of pictures that is not read: its description stays
        except Unrecognised as why:
            self._findings.warn(f"the words of a picture could not be read: {why}")
            return ""


def embedded_picture(address: str) -> bytes | None:
    """The bytes of a picture that a page holds within its text; None for any other address."""
    found = _EMBEDDED.match(address)
    if not found:
        return None
    written = address[found.end() :]
    try:
        if ";base64" in found[1].lower():
            return base64.b64decode(unquote_to_bytes(written))
    except (binascii.Error, ValueError):
        return None
    return unquote_to_bytes(written)


def _is_drawing(picture: "Image.Image") -> bool:
    """Whether much of it has nearly one shade, as paper, slides and screens have."""
    glance = picture.convert("L")
    glance.thumbnail((_GLANCE, _GLANCE))
    counts = glance.histogram()
    most = max(sum(counts[at : at + _SHADES]) for at in range(len(counts) - _SHADES + 1))
    return most >= _PLAIN * sum(counts)


def _says_nothing(description: str) -> bool:
    """Whether a program described the picture, or it is only called "Logo" or like its file."""
    return " " not in description or bool(
        _FILE_NAME.fullmatch(description) or _automatic().search(description)
    )


def _automatic() -> re.Pattern[str]:
    return re.compile(any_of(lambda one: one.kinds.automatic_descriptions), re.IGNORECASE)
