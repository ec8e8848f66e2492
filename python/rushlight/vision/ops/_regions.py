"""Regions of feature maps pooled to one size: what the four ways share.

Everything is gathered from the map by one index for all points of all regions, and summed or compared: no loop over regions.
Long lists are taken in parts, so that what is gathered stays small.
"""

from __future__ import annotations

from collections.abc import Callable

from ... import arange, cat, full_like, nn
from ..._C import Tensor
from .._utils import repeated

GATHERED = 1 << 24  # elements gathered at once


def check_boxes(boxes: Tensor | list[Tensor] | tuple[Tensor, ...]) -> None:
    """Boxes are (K, 5) with the picture's index first, or a list of (L, 4) for each picture.

    Raises:
        AssertionError: for other shapes.
    """
    if isinstance(boxes, (list, tuple)):
        for one in boxes:
            if one.size(1) != 4:
                raise AssertionError("The shape of the tensor in the boxes list is not correct as List[Tensor[L, 4]].")
    elif isinstance(boxes, Tensor):
        if boxes.size(1) != 5:
            raise AssertionError("The boxes tensor shape is not correct as Tensor[K, 5].")
    else:
        raise AssertionError("boxes is expected to be a Tensor[L, 5] or a List[Tensor[K, 4]].")


def with_index(boxes: Tensor | list[Tensor]) -> Tensor:
    """Boxes (K, 5) with the picture's index first."""
    check_boxes(boxes)
    if isinstance(boxes, Tensor):
        return boxes
    index = [full_like(one[:, :1], i) for i, one in enumerate(boxes)]
    return cat([cat(index, 0), cat(list(boxes), 0)], 1)


def checked(input: Tensor, boxes: Tensor | list[Tensor]) -> Tensor:
    """Boxes (K, 5) that fit the feature maps.

    Raises:
        RuntimeError: for another dtype, IndexError: for maps that have not four axes.
    """
    rois = with_index(boxes)
    if rois.dtype != input.dtype:
        raise RuntimeError(f"Expected tensor for argument #1 'input' to have the same type as tensor for argument #2 'rois'; but type {input.dtype} does not equal {rois.dtype}")
    if input.ndim != 4:
        raise IndexError(f"Dimension out of range: feature maps have four axes (N, C, H, W), not {input.ndim}")
    return rois


def in_parts(function: Callable[[Tensor], Tensor], rois: Tensor, elements: int) -> Tensor:
    """``function`` of as many rows of ``rois`` at a time as gather no more than ``GATHERED``; ``elements`` is what one gathers."""
    rows = max(1, GATHERED // max(elements, 1))
    if rois.shape[0] <= rows:
        return function(rois)
    return cat([function(part) for part in rois.split(rows)], 0)


def gather(table: Tensor, picture: Tensor, y: Tensor, x: Tensor, h: int, w: int) -> Tensor:
    """Rows of ``table`` (N H W, C) at places of pictures; whole numbers within the map."""
    return table[(picture * h + y) * w + x]


def own_channels(out: Tensor, ph: int, pw: int) -> Tensor:
    """Of (K, C ph pw, ph, pw) for each place the channels that are its own, (K, C, ph, pw)."""
    k = out.shape[0]
    out = out.reshape(k, -1, ph, pw, ph, pw).diagonal(dim1=2, dim2=4)  # (K, C, pw, pw, ph)
    return out.diagonal(dim1=2, dim2=3)


def bins(start: Tensor, end: Tensor, longest: int, limit: int) -> tuple[Tensor, Tensor]:
    """Whole places of bins [start, end) as (..., longest), and which of them there are."""
    at = start.unsqueeze(-1) + arange(max(longest, 1), device=start.device)
    return at.clamp(0, max(limit - 1, 0)), at < end.unsqueeze(-1)


class RoIModule(nn.Module):
    """A pooling of regions as a layer: what is printed of it."""

    output_size: int | tuple[int, int]
    spatial_scale: float
    _said: tuple[str, ...] = ("output_size", "spatial_scale")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)}' for name in self._said)})"


def pair(size) -> tuple[int, int]:
    """Height and width."""
    return repeated(size, 2)
