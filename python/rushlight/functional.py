"""``torch.functional``: functions of several ops, and of shapes alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index as as_int
from typing import Any

import rushlight
from rushlight import Size, Tensor

from ._C import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    block_diag,
    broadcast_tensors,
    cartesian_prod,
    cdist,
    chain_matmul,
    einsum,
    istft,
    lu,
    meshgrid,
    norm,
    split,
    stft,
    tensordot,
    unique,
    unique_consecutive,
)
from ._lowrank import pca_lowrank, svd_lowrank
from .return_types import __getattr__ as _return_type

__all__ = [
    "atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_shapes", "broadcast_tensors", "cartesian_prod", "cdist",
    "chain_matmul", "einsum", "histogramdd", "istft", "lu", "meshgrid", "norm", "pca_lowrank", "split", "stft",
    "svd_lowrank", "tensordot", "unique", "unique_consecutive", "unravel_index",
]  # fmt: skip


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape to which tensors of these shapes are broadcast; a number is a shape of one axis.

    Raises:
        RuntimeError: where sizes differ and neither is 1. ValueError: for negative sizes.

    Example::

        >>> torch.broadcast_shapes((2, 1), (3,), 1)
        torch.Size([2, 3])
    """
    out: list[int] = []
    for place, shape in enumerate(shapes):
        shape = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
        if any(n < 0 for n in shape):
            raise ValueError("Attempting to broadcast a dimension with negative length!")
        out = [1] * (len(shape) - len(out)) + out
        for at in range(-1, -1 - len(shape), -1):
            if shape[at] in (1, out[at]):
                continue
            if out[at] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {shape[at]} at {at}! Mismatching argument at index "
                    f"{place} had {shape}; but expected shape should be broadcastable to {out}"
                )
            out[at] = shape[at]
    return Size(out)


def unravel_index(indices: Tensor, shape: int | Sequence[int] | Size) -> tuple[Tensor, ...]:
    """The coordinates of positions in a flattened tensor of this shape, a tensor for each axis.

    Args:
        indices: integers. Positions outside the shape are taken modulo its number of elements.

    Raises:
        TypeError: for indices or sizes that are no integers. ValueError: for negative sizes.

    Example::

        >>> torch.unravel_index(torch.tensor([5, 7]), (3, 4))
        (tensor([1, 1]), tensor([1, 3]))
    """
    if not isinstance(indices, Tensor):
        raise TypeError(f"expected 'indices' to be a tensor, but got {type(indices)}")
    if indices.is_complex() or indices.is_floating_point() or indices.dtype is rushlight.bool:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = (shape,) if isinstance(shape, int) else shape
    if not isinstance(sizes, (tuple, list)):
        if isinstance(sizes, str):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(sizes)}")
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(sizes)}")
    for n in sizes:
        try:
            as_int(n)
        except TypeError:
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(n)}") from None
    sizes = tuple(as_int(n) for n in sizes)
    if any(n < 0 for n in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    indices = indices.to(rushlight.int64)
    out, stride = [], 1
    for n in reversed(sizes):
        out.append(indices.div(stride, rounding_mode="floor") % n if n else indices)
        stride *= n
    return tuple(reversed(out))


def _edges(input: Tensor, bins: Any, axis: int, bounds: Sequence[float] | None) -> Tensor:
    """The edges of the bins along one coordinate: those given, or ``bins`` equal ones between the bounds or the extremes."""
    if isinstance(bins, Tensor):
        return bins
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension {axis}")
    if bounds is not None:
        low, high = float(bounds[2 * axis]), float(bounds[2 * axis + 1])
        if low > high:
            raise RuntimeError(
                f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension {axis}"
            )
    elif input.numel() == 0:
        low, high = 0.0, 1.0
    else:
        low, high = input[:, axis].min().item(), input[:, axis].max().item()
    if low == high:
        low, high = low - 0.5, high + 0.5
    return rushlight.linspace(low, high, bins + 1, dtype=input.dtype, device=input.device)


def histogramdd(
    input: Tensor,
    bins: Any,
    range: Sequence[float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> Any:
    """How many points lie in each cell of a grid.

    Args:
        input: (.., n), points of ``n`` coordinates, float32 or float64.
        bins: edges for every coordinate (n tensors), numbers of equal bins (n integers, or one for all).
        range: the least and the greatest edge of every coordinate one after the other; by default those of the points.
        weight: what each point counts, of the shape of ``input`` without its last axis.
        density: divide by the sum and by the volume of each cell.

    Returns:
        ``hist`` and ``bin_edges``, a tuple of edges. Points outside are not counted; the last edge belongs to the last bin.

    Example::

        >>> points = torch.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 2.0]])
        >>> torch.histogramdd(points, bins=[2, 2]).hist
        tensor([[0., 1.],
                [2., 1.]])
    """
    if input.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    n = input.shape[-1]
    bins = [bins] * n if isinstance(bins, int) else list(bins)
    if len(bins) != n:
        raise RuntimeError(
            "histogramdd: The size of bins must be equal to the innermost dimension of the input."
        )
    if range is not None and len(range) != 2 * n:
        raise RuntimeError(
            f"torch.histogramdd: for a {n}-dimensional histogram range should have {2 * n} elements, but got {len(range)}"
        )
    if weight is not None:
        if weight.shape != input.shape[:-1]:
            raise RuntimeError(
                "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor "
                f"excluding its innermost dimension, but got input with shape {list(input.shape)} and weight with shape "
                f"{list(weight.shape)}"
            )
        if weight.dtype != input.dtype:
            raise RuntimeError(
                "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype"
            )
    if input.dtype not in (rushlight.float32, rushlight.float64):
        raise NotImplementedError(f"\"histogramdd\" not implemented for '{input.type().split('.')[-1][:-6]}'")
    points = input.detach().reshape(-1, n)
    edges = [_edges(points, b, axis, range) for axis, b in enumerate(bins)]
    inside = points.new_ones(len(points), dtype=rushlight.bool)
    cell = points.new_zeros(len(points), dtype=rushlight.int64)
    for axis, e in enumerate(edges):
        x = points[:, axis].contiguous()
        count = len(e) - 1
        at = rushlight.searchsorted(e.contiguous(), x, right=True) - 1
        inside &= (x >= e[0]) & (x <= e[-1])
        cell = cell * count + at.clamp(0, max(count - 1, 0))
    shape = [len(e) - 1 for e in edges]
    counted = inside.to(input.dtype) if weight is None else weight.detach().reshape(-1) * inside
    hist = points.new_zeros(prod(shape)).index_add(0, cell, counted).reshape(shape)
    if density:
        hist = hist / hist.sum()
        for axis, e in enumerate(edges):
            hist = hist / e.diff().reshape([-1 if i == axis else 1 for i, _ in enumerate(shape)])
    return _return_type("histogramdd")((hist, tuple(edges)))
