"""Turned boxes kept within the picture without turning them any further.

One edge of the picture is enough: the left one, ``x = 0``; the others come to lie there when the picture is turned by a
quarter. Of a box that reaches over it the corner 1 is the leftmost, and the sides' lines ``y = a x + b`` meet the edge at
their ``b``. Clamping moves those places along the edge, which moves the sides in parallel.
"""

from __future__ import annotations

from ..... import int64, isclose, ones_like, stack, where, zeros_like
from ....._C import Tensor


def _order(corners: Tensor) -> Tensor:
    """For each box (N, 8) its numbers' places, beginning with the leftmost corner, the highest one of those."""
    x, y = corners[:, 0::2], corners[:, 1::2]
    weight = y / y.abs().amax(dim=1, keepdim=True) + x / x.abs().amax(dim=1, keepdim=True) * 100
    steps = ones_like(corners, dtype=int64)
    steps[:, 0] = weight.min(dim=1)[1] * 2
    return steps.cumsum(1).remainder(8)


def _lines(corners: Tensor) -> tuple[Tensor, Tensor]:
    """Slopes and places on the edge of the sides, from each corner to the next."""
    x, y = corners[:, 0::2], corners[:, 1::2]
    a = (y.roll(-1, 1) - y) / (x.roll(-1, 1) - x)
    return a, y - a * x


def _crossings(a: Tensor, b: Tensor) -> Tensor:
    """The corners where each side's line meets the one before it."""
    x = -(b - b.roll(1, 1)) / (a - a.roll(1, 1))
    return stack([x, a * x + b], -1).reshape(-1, 8)


def _meeting(corners: Tensor, original: Tensor, canvas_size, hard: bool) -> Tensor:
    """Where the sides shall meet the edge."""
    h, w = canvas_size
    a, b = _lines(corners)
    a1, a2, a3, a4 = a.unbind(1)
    b1, b2, b3, b4 = b.unbind(1)
    m1, m2, m3, m4 = _lines(original)[1].unbind(1)
    b1 = b2.clamp(b1, b3).clamp(0, h)
    b4 = b3.clamp(b2, b4).clamp(0, h)
    if hard:  # the largest box of this angle that lies in the picture whole
        b1 = b4 = (b1 + b4) / 2
        least = [b1 * a2 / a1, b3 * a2 / a3, (a1 - a2) * w + b1, (a3 - a2) * w + b3]
        b2 = stack(least, 1).amax(dim=1).clamp(max=b2)
        most = [h * (1 - a3 / a4) + b4 * a3 / a4, h * (1 - a3 / a2) + b2 * a3 / a2, (a2 - a3) * w + b2, (a4 - a3) * w + b4]
        b3 = stack(most, 1).amin(dim=1).clamp(min=b3)
    return stack([b1.clamp(m1, m3), b2.clamp(m2, m4), b3.clamp(m1, m3), b4.clamp(m2, m4)], 1)


def _from_the_left(corners: Tensor, original: Tensor, canvas_size, hard: bool) -> Tensor:
    """Boxes, corner 1 leftmost, that do not reach over the left edge; those quite outside become nothing."""
    x1, y1, x2, y2, x3, y3, x4, y4 = corners.unbind(1)
    moved = _crossings(_lines(corners)[0], _meeting(corners, original, canvas_size, hard))
    straight = stack([x1.clamp(min=0), y1, x2, y2, x3, y3, x4.clamp(min=0), y4], 1)
    upright = isclose(y1, y2) | isclose(y3, y4)
    outside = (corners[:, 0::2] <= 0).all(1)
    nothing = outside | isclose(y1, y4) | isclose(y2, y3) | (upright & isclose(x1, x2))
    out = where(((x1 < 0) & ~moved.isnan().any(1))[:, None], moved, corners)
    out = where(upright[:, None], straight, out)
    return where(nothing[:, None], zeros_like(out), out)


def _quarter(corners: Tensor, width) -> Tensor:
    """The picture turned by a quarter, against the clock."""
    return stack([corners[:, 1::2], width - corners[:, 0::2]], -1).reshape(-1, 8)


def clamped_corners(corners: Tensor, canvas_size, hard: bool) -> Tensor:
    """Turned boxes (N, 8), corner after corner, kept within the picture.

    Args:
        corners (Tensor): the boxes.
        canvas_size (tuple): height and width of the picture.
        hard (bool): the largest box inside both the box and the picture; else the smallest around what they share.
    """
    original = corners
    for _ in range(4):
        order = _order(corners)
        out = _from_the_left(corners.gather(1, order), original.gather(1, order), canvas_size, hard)
        corners = _quarter(out.gather(1, order), canvas_size[1])
        original = _quarter(original.gather(1, order).gather(1, order), canvas_size[1])
        canvas_size = (canvas_size[1], canvas_size[0])
    return corners
