"""Makes a picture ready for recognition: grey, of a good size, evenly lit, upright and level."""

import math
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from ingest.ocr.words import Affine

_SMALL = 2_500_000  # pixels; a page of text with fewer has letters that are too small
_LARGER = 3.0  # times, at most
_LONGEST = 28_000  # pixels of a side; Tesseract counts them in 15 bits
_MOST_PIXELS = 16_000_000  # A3 at 300 dots an inch; more adds time, not letters
_LOOKED_AT = 1_000  # pixels of the longer side, for what the whole page tells
_STEEPEST = 15.0  # degrees
_LEVEL = 0.4  # degrees; Tesseract reads such lines, and turning blurs letters
_CLEARER = 1.15  # times: how much clearer lines must stand out after turning
_MOST_INK = 60_000  # points that an angle is measured with
_UNEVEN = 0.75  # the darkest of the paper, as a share of the lightest
_PAPER = 235  # of 255, where it was levelled


class Prepared(NamedTuple):
    """A picture to recognise; `to_seen` leads from its pixels to the page of width and height 1."""

    picture: Image.Image
    to_seen: Affine


def grey_of(picture: Image.Image) -> Image.Image:
    """In grey of 8 bits, of a size that letters are read well at; clear parts as white paper."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        ground = Image.new("RGBA", with_alpha.size, "white")
        ground.alpha_composite(with_alpha)
        picture = ground
    if picture.mode.startswith("I;16"):  # Pillow would cut off all that is above 255
        picture = picture.point(lambda value: value / 256).convert("L")
    grey = picture.convert("L")
    pixels = grey.width * grey.height
    scale = 1.0
    if pixels < _SMALL:
        scale = min(_LARGER, (_SMALL / pixels) ** 0.5)
    elif pixels > _MOST_PIXELS:
        scale = (_MOST_PIXELS / pixels) ** 0.5
    scale = min(scale, _LONGEST / max(grey.size))
    if scale != 1.0:
        size = max(1, round(grey.width * scale)), max(1, round(grey.height * scale))
        grey = grey.resize(size, Image.Resampling.LANCZOS)
    return grey


def is_uneven(grey: Image.Image) -> bool:
    """Whether the paper is much darker at some places than at others, as in photographs."""
    dark, light = np.percentile(np.asarray(_paper(grey)), (5, 95))
    return bool(dark < _UNEVEN * light)


def evenly_lit(grey: Image.Image) -> Image.Image:
    """The picture with its paper white everywhere."""
    paper = _paper(grey).resize(grey.size, Image.Resampling.BICUBIC)
    lit = np.asarray(grey, dtype=np.float32) * _PAPER / np.maximum(np.asarray(paper), 1)
    return Image.fromarray(np.minimum(lit, 255).astype(np.uint8))


def upright(grey: Image.Image, turn: int) -> Prepared:
    """Turned by `turn` degrees against the clock, and by what its lines lack to be level."""
    width, height = grey.size
    affine: Affine = (1 / width, 0, 0, 0, 1 / height, 0)
    picture = grey
    if turn:
        picture = grey.rotate(turn, expand=True)
        affine = _after(_rotation(picture.size, grey.size, turn), affine)
    if abs(angle := _skew(picture)) >= _LEVEL:
        level = picture.rotate(
            angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_ground(picture)
        )
        affine = _after(_rotation(level.size, picture.size, angle), affine)
        picture = level
    return Prepared(picture, affine)


def _paper(grey: Image.Image) -> Image.Image:
    """How light the paper is at each place, much smaller: the lightest near it."""
    small = _reduced(grey, _LOOKED_AT // 4)
    return small.filter(ImageFilter.MaxFilter(7)).filter(ImageFilter.GaussianBlur(4))


def _ground(grey: Image.Image) -> int:
    """What most of the picture's edge looks like: the corners get it when the picture is turned."""
    pixels = np.asarray(_reduced(grey, _LOOKED_AT // 4))
    return int(np.median(np.concatenate((pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]))))


def _reduced(grey: Image.Image, longest: int) -> Image.Image:
    scale = min(1.0, longest / max(grey.size))
    size = max(1, round(grey.width * scale)), max(1, round(grey.height * scale))
    return grey.resize(size, Image.Resampling.BOX)


def _skew(picture: Image.Image) -> float:
    """By how many degrees, against the clock, the picture has to be turned to have level lines.

    Ink is projected along lines of each angle. Along the lines of text, full rows and empty ones
    alternate most sharply (Postl, 1986).
    """
    small = _reduced(picture, _LOOKED_AT)
    pixels = np.asarray(small, dtype=np.int16)
    around = np.asarray(small.filter(ImageFilter.BoxBlur(12)), dtype=np.int16)
    difference = around - pixels
    if np.count_nonzero(difference > 25) < np.count_nonzero(difference < -25):
        difference = -difference  # light letters
    y, x = np.nonzero(difference > 25)
    if len(x) < 200:
        return 0.0
    if len(x) > _MOST_INK:
        chosen = np.random.default_rng(0).choice(len(x), _MOST_INK, replace=False)
        x, y = x[chosen], y[chosen]

    def sharpness(degrees: float) -> float:
        radians = math.radians(degrees)
        down = y * math.cos(radians) - x * math.sin(radians)
        rows = np.bincount((down - down.min()).astype(np.int32)).astype(np.float64)
        return float(np.square(np.diff(rows)).sum())

    steps = np.arange(-_STEEPEST, _STEEPEST + 0.1, 0.5)
    best = max(steps, key=sharpness)
    best = max(np.arange(best - 0.5, best + 0.51, 0.1), key=sharpness)
    if abs(best) > _STEEPEST or sharpness(best) < _CLEARER * sharpness(0.0):
        return 0.0
    return float(best)


def _rotation(new: tuple[int, int], old: tuple[int, int], degrees: float) -> Affine:
    """From pixels of a picture that was turned to those of the one before, as Pillow turns."""
    radians = math.radians(degrees)
    cos, sin = math.cos(radians), math.sin(radians)
    x, y = new[0] / 2, new[1] / 2
    return (cos, -sin, old[0] / 2 - cos * x + sin * y, sin, cos, old[1] / 2 - sin * x - cos * y)


def _after(first: Affine, then: Affine) -> Affine:
    """Both, `first` first."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        p * a + q * d, p * b + q * e, p * c + q * f + r,
        s * a + t * d, s * b + t * e, s * c + t * f + u,
    )  # fmt: skip
