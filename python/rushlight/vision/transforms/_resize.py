"""Bytes resized bit for bit as torchvision does it: with whole weights (the new functions), or in single precision (the old ones).

Each axis is one pass: for every place of the result a few places of the picture, its taps, with a weight each. A pass goes over
taps, not over pixels.
"""

from __future__ import annotations

import math

from ... import arange, cat, float32, float64, int32, int64, sinc, uint8, where
from ..._C import Tensor


def _triangle(x: Tensor) -> Tensor:
    return (1.0 - x.abs()).clamp(min=0.0)


def _cubic(x: Tensor, a: float) -> Tensor:
    """Keys' kernel."""
    x = x.abs()
    near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    far = (((x - 5.0) * x + 8.0) * x - 4.0) * a
    return where(x < 1.0, near, where(x < 2.0, far, x * 0.0))


def _lanczos(x: Tensor) -> Tensor:
    """``sinc(x) sinc(x / 3)`` within three places."""
    return where(x.abs() < 3.0, sinc(x) * sinc(x / 3.0), x * 0.0)


def taps(size: int, new: int, mode: str, antialias: bool, dtype) -> tuple[Tensor, Tensor, Tensor | None]:
    """Places (new, K) and weights (new, K) along an axis of ``size``, and with ``antialias`` how many of them count (new, 1).

    ``mode`` is bilinear, bicubic or (with ``antialias``) lanczos. Every step is rounded where torchvision's is.
    """
    width = {"bilinear": 2, "bicubic": 4, "lanczos": 6}[mode]
    i = arange(new, dtype=dtype)
    scale = (arange(1, dtype=dtype) + size) / new
    if antialias:
        stretch = scale.clamp(min=1.0)
        support = width * 0.5 * stretch
        centre = scale * (i + 0.5)
        low = (centre - support + 0.5).to(int64).clamp(min=0)
        counts = ((centre + support + 0.5).to(int64).clamp(max=size) - low)[:, None]
        steps = arange(math.ceil(float(support)) * 2 + 1)
        x = (steps.to(dtype) + (low.to(dtype) - centre)[:, None] + 0.5) * (1.0 / stretch)
        weights = {2: _triangle, 4: lambda x: _cubic(x, -0.5), 6: _lanczos}[width](x) * (steps < counts).to(dtype)
        total = weights[:, :1]
        for k in range(1, len(steps)):
            total = total + weights[:, k : k + 1]
        return (low[:, None] + steps).clamp(max=size - 1), weights / total, counts
    at = (scale.to(float64) * (i + 0.5).to(float64) - 0.5).to(dtype)
    if width == 2:
        at = at.clamp(min=0.0)
    first = at.floor()
    part = (at - first)[:, None]
    if width == 2:
        first = first.clamp(max=size - 1)
        part = part.clamp(0.0, 1.0)
        places = first.to(int64)[:, None] + arange(2)
        weights = cat([1.0 - part, part], 1)
    else:
        places = first.to(int64)[:, None] + arange(-1, 3)
        weights = _cubic(part - arange(-1, 3, dtype=dtype), -0.75)
    return places.clamp(0, size - 1), weights, None


def _whole(weights: Tensor) -> tuple[Tensor, int]:
    """Weights as whole numbers of 16 bits, and by how many bits they were scaled."""
    largest = float(weights.max())
    precision = 0
    while precision < 22 and int(0.5 + largest * (1 << (precision + 1))) < 1 << 15:
        precision += 1
    scaled = weights * (1 << precision)
    return (scaled + where(scaled < 0, scaled * 0 - 0.5, scaled * 0 + 0.5)).trunc().to(int32), precision


def _along(x: Tensor, axis: int, places: Tensor, weights: Tensor) -> Tensor:
    """The weighted sum of taps along the last axis but ``axis`` (0 or 1), in the order of the taps."""
    dim = x.ndim - 1 - axis
    total = None
    for k in range(places.shape[1]):
        w = weights[:, k] if axis == 0 else weights[:, k, None]
        term = x.index_select(dim, places[:, k]) * w
        total = term if total is None else total + term
    assert total is not None
    return total


def resize_whole(x: Tensor, new: list[int], mode: str, antialias: bool) -> Tensor:
    """Bytes (..., H, W) with ``new`` (height, width), by weights of 16 bits; rows first, rounded to bytes between."""
    for axis in (0, 1):
        size, wanted = x.shape[x.ndim - 1 - axis], new[1 - axis]
        if size == wanted:
            continue
        places, weights, _ = taps(size, wanted, mode, antialias, float64)
        whole, precision = _whole(weights)
        total = _along(x.to(int32), axis, places, whole) + (1 << (precision - 1))
        x = (total >> precision).clamp(0, 255).to(uint8)
    return x


def _fused(total: Tensor, x: Tensor, w: Tensor) -> Tensor:
    """``total + x w`` of single precision, rounded once."""
    return (total.to(float64) + x.to(float64) * w.to(float64)).to(float32)


def _along_single(x: Tensor, axis: int, places: Tensor, weights: Tensor, counts: Tensor | None) -> Tensor:
    """``_along`` in single precision, to the last bit as PyTorch's compiled loops add.

    After the first tap four at a time are multiplied and then added; what is left over is added with one rounding.
    """
    if counts is None:
        return _along(x, axis, places, weights)
    dim = x.ndim - 1 - axis
    total = None
    for k in range(places.shape[1]):
        value = x.index_select(dim, places[:, k])
        w = weights[:, k] if axis == 0 else weights[:, k, None]
        if total is None:
            total = value * w
            continue
        left_over = (k > (counts - 1) // 4 * 4)[:, 0]  # by itself for each place of the result
        left_over = left_over if axis == 0 else left_over[:, None]
        total = where(left_over, _fused(total, value, w), total + value * w)
    assert total is not None
    return total


def _between_four(x: Tensor, new: list[int]) -> Tensor:
    """Each place between four pixels, in the order and with the roundings of PyTorch's kernel: weights are multiplied first."""
    (columns, across, _), (rows, down, _) = (taps(x.shape[x.ndim - 1 - axis], new[1 - axis], "bilinear", False, float32) for axis in (0, 1))
    total = None
    for i, j in ((0, 1), (0, 0), (1, 0), (1, 1)):
        value = x.index_select(x.ndim - 2, rows[:, i]).index_select(x.ndim - 1, columns[:, j])
        w = down[:, i, None] * across[:, j]
        total = value * w if total is None else _fused(total, value, w)
    assert total is not None
    return total


def resize_single(x: Tensor, new: list[int], mode: str, antialias: bool) -> Tensor:
    """Floats (..., H, W) with ``new`` (height, width), their places and weights in single precision."""
    if mode == "bilinear" and not antialias:
        return _between_four(x, new)
    for axis in (0, 1):
        size, wanted = x.shape[x.ndim - 1 - axis], new[1 - axis]
        if size != wanted or not antialias:
            x = _along_single(x, axis, *taps(size, wanted, mode, antialias, float32))
    return x
