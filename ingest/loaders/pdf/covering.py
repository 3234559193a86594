"""Which filled areas of a PDF page hide what lies below them: plain, opaque, upright ones.

Where it is not certain, an area hides nothing: text that can be seen is never left out for it.
"""

from typing import Any, NamedTuple

from ingest.loaders.pdf.matrix import Box, Matrix, bounds

_OPAQUE = 0.99
_LEAST = 4.0  # points: what is thinner is a line


class Fill(NamedTuple):
    """What of the graphics state decides whether a filled area hides what lies below it."""

    plain: bool = True  # one colour, no pattern
    opaque: bool = True
    blended: bool = False  # with what lies below, or through a mask
    clip: Box | None = None  # None: the whole page
    ragged: bool = False  # clipped to something that is no upright box

    def coloured(self, operands: Any) -> "Fill":
        """After another colour."""
        plain = bool(operands) and all(isinstance(one, int | float) for one in operands)
        return self._replace(plain=plain)

    def mixed(self, chosen: Any) -> "Fill":
        """After the parameters of a graphics state dictionary."""
        opacity, blend, mask = chosen.get("/ca"), chosen.get("/BM"), chosen.get("/SMask")
        fill = self if opacity is None else self._replace(opaque=float(opacity) >= _OPAQUE)
        if blend is None and mask is None:
            return fill
        # A list of modes and a dictionary of a mask, which have no hash, mix as well.
        mixes = blend not in (None, "/Normal", "/Compatible") or mask not in (None, "/None")
        return fill._replace(blended=mixes)

    def clipped(self, path: list[list[float]], ctm: Matrix) -> "Fill":
        """After clipping to `path`."""
        box = _upright(path, ctm)
        if box is None:
            return self._replace(ragged=True)
        return self._replace(clip=box if self.clip is None else _common(box, self.clip))

    def covers(self, path: list[list[float]], ctm: Matrix) -> Box | None:
        """The area that `path`, filled now, hides; None where that is nothing or not certain."""
        if self.blended or self.ragged or not (self.plain and self.opaque):
            return None
        box = _upright(path, ctm)
        if box is not None and self.clip is not None:
            box = _common(box, self.clip)
        if box is None or min(box[2] - box[0], box[3] - box[1]) < _LEAST:
            return None
        return box


def _upright(path: list[list[float]], ctm: Matrix) -> Box | None:
    """The one box that a path is, or None."""
    if len(path) != 1 or len(path[0]) not in {8, 10} or not (ctm[1] == ctm[2] == 0):
        return None
    points = path[0]
    corners = set(zip(points[::2], points[1::2], strict=True))
    box = bounds(points, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))
    wanted = {(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])}
    return bounds(points, ctm) if corners == wanted else None


def _common(one: Box, other: Box) -> Box:
    return (max(one[0], other[0]), max(one[1], other[1]),
            min(one[2], other[2]), min(one[3], other[3]))  # fmt: skip
