"""Numbers behind the transforms: sizes, paddings, matrices. Shared by pictures of Pillow and tensors, old functions and new."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from ...linalg import LinAlgError  # type: ignore[attr-defined]


def resized_size(
    image_size: tuple[int, int], size: Sequence[int] | None, max_size: int | None = None, allow_size_none: bool = False
) -> list[int]:
    """(height, width) after resizing the short side to ``size``, or both to two sizes.

    Raises:
        ValueError: if ``max_size`` is not above the size of the short side.
    """
    h, w = image_size
    short, long = (w, h) if w <= h else (h, w)
    if size is None:
        if not allow_size_none:
            raise ValueError("This should never happen!!")
        if not isinstance(max_size, int):
            raise ValueError(f"max_size must be an integer when size is None, but got {max_size} instead.")
        new_short, new_long = int(max_size * short / long), max_size
        new_w, new_h = (new_short, new_long) if w <= h else (new_long, new_short)
    elif len(size) == 1:
        wanted = size if isinstance(size, int) else size[0]
        new_short, new_long = wanted, int(wanted * long / short)
        if max_size is not None:
            if max_size <= wanted:
                raise ValueError(
                    f"max_size = {max_size} must be strictly greater than the requested size for the smaller edge size = {size}"
                )
            if new_long > max_size:
                new_short, new_long = int(max_size * new_short / new_long), max_size
        new_w, new_h = (new_short, new_long) if w <= h else (new_long, new_short)
    else:
        new_w, new_h = size[1], size[0]
    return [new_h, new_w]


def four_paddings(padding) -> tuple[int, int, int, int]:
    """left, top, right, bottom of a padding of one, two or four numbers.

    Raises:
        ValueError: for another count.
    """
    if isinstance(padding, int):
        return (padding,) * 4
    if len(padding) not in (1, 2, 4):
        raise ValueError(f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(padding)} element tuple")
    if len(padding) == 1:
        return (padding[0],) * 4
    if len(padding) == 2:
        return (padding[0], padding[1], padding[0], padding[1])
    return tuple(padding)


def affine_matrix(
    center: Sequence[float],
    angle: float,
    translate: Sequence[float],
    scale: float,
    shear: Sequence[float],
    inverted: bool = True,
) -> list[float]:
    """The two rows of ``T C R S Sh C^-1`` (translate, centre, rotate, scale, shear), or of its inverse.

    Inverted it says for each place of the result where it came from.
    """
    rot, sx, sy = math.radians(angle), math.radians(shear[0]), math.radians(shear[1])
    cx, cy = center
    tx, ty = translate
    a = math.cos(rot - sy) / math.cos(sy)
    b = -math.cos(rot - sy) * math.tan(sx) / math.cos(sy) - math.sin(rot)
    c = math.sin(rot - sy) / math.cos(sy)
    d = -math.sin(rot - sy) * math.tan(sx) / math.cos(sy) + math.cos(rot)
    if inverted:  # the determinant of the turn and the shear is 1
        m = [x / scale for x in (d, -b, 0.0, -c, a, 0.0)]
        m[2] += m[0] * (-cx - tx) + m[1] * (-cy - ty)
        m[5] += m[3] * (-cx - tx) + m[4] * (-cy - ty)
        m[2] += cx
        m[5] += cy
    else:
        m = [x * scale for x in (a, b, 0.0, c, d, 0.0)]
        m[2] += m[0] * -cx + m[1] * -cy
        m[5] += m[3] * -cx + m[4] * -cy
        m[2] += cx + tx
        m[5] += cy + ty
    return m


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solves a small square system by reflections (Householder, 1958), as least squares are solved.

    Corners of a small picture may come to lie on one line: rounding then decides what the answer is, but there is one.

    Raises:
        LinAlgError: if even after rounding the matrix has no inverse.
    """
    n = len(right)
    rows = [[*map(float, row), float(b)] for row, b in zip(matrix, right)]
    for k in range(n):
        length = math.hypot(*(rows[i][k] for i in range(k, n)))
        if length == 0.0:
            raise LinAlgError("the points of a perspective lie on one line: no such transform exists")
        first = rows[k][k]
        below = [rows[i][k] for i in range(k + 1, n)]
        if not any(below):
            continue
        beta = -math.copysign(length, first)
        scale = 1.0 / (first - beta)
        v = [1.0, *(x * scale for x in below)]
        tau = (beta - first) / beta
        for j in range(k + 1, n + 1):
            share = tau * sum(x * rows[i][j] for i, x in enumerate(v, k))
            for i, x in enumerate(v, k):
                rows[i][j] -= share * x
        rows[k][k] = beta
    out = [row[n] for row in rows]
    for k in reversed(range(n)):
        out[k] /= rows[k][k]
        for i in range(k):
            out[i] -= out[k] * rows[i][k]
    return out


def perspective_coefficients(startpoints: Sequence[Sequence[int]], endpoints: Sequence[Sequence[int]]) -> list[float]:
    """The eight numbers of the perspective that takes ``endpoints`` back to ``startpoints``."""
    if len(startpoints) != 4 or len(endpoints) != 4:
        raise ValueError(
            f"Please provide exactly four corners, got {len(startpoints)} startpoints and {len(endpoints)} endpoints."
        )
    rows: list[list[float]] = []
    right: list[float] = []
    for (ex, ey), (sx, sy) in zip(endpoints, startpoints):
        rows += [[ex, ey, 1, 0, 0, 0, -sx * ex, -sx * ey], [0, 0, 0, ex, ey, 1, -sy * ex, -sy * ey]]
        right += [sx, sy]
    return [struct.unpack("f", struct.pack("f", x))[0] for x in solve(rows, right)]  # single precision, as it is applied


def center_offsets(image_height: int, image_width: int, crop_height: int, crop_width: int) -> tuple[int, int]:
    """Where a crop in the middle begins; of two middles the even one."""
    return round((image_height - crop_height) / 2.0), round((image_width - crop_width) / 2.0)


def center_paddings(image_height: int, image_width: int, crop_height: int, crop_width: int) -> list[int]:
    """left, top, right, bottom that make room for a crop larger than the picture."""
    return [
        (crop_width - image_width) // 2 if crop_width > image_width else 0,
        (crop_height - image_height) // 2 if crop_height > image_height else 0,
        (crop_width - image_width + 1) // 2 if crop_width > image_width else 0,
        (crop_height - image_height + 1) // 2 if crop_height > image_height else 0,
    ]
