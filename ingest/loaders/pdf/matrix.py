"""The coordinate arithmetic of PDF pages."""

from typing import Any

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]  # left, bottom, right, top

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def matrix_of(operands: Any) -> Matrix:
    """The six operands of an operator as a matrix."""
    a, b, c, d, e, f = (float(operand) for operand in operands[:6])
    return (a, b, c, d, e, f)


def times(m: Matrix, n: Matrix) -> Matrix:
    """First m, then n."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def moved(matrix: Matrix, x: float, y: float) -> Matrix:
    """The matrix after a step in its own coordinates."""
    a, b, c, d, e, f = matrix
    return (a, b, c, d, x * a + y * c + e, x * b + y * d + f)


def bounds(points: list[float], ctm: Matrix) -> Box:
    """The smallest upright box around points x, y, x, y … after the transformation."""
    a, b, c, d, e, f = ctm
    x0, x1 = min(points[::2]), max(points[::2])
    y0, y1 = min(points[1::2]), max(points[1::2])
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return (min(xs), min(ys), max(xs), max(ys))
