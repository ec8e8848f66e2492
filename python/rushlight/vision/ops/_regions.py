"""Regions of feature maps pooled to one size: what the four ways share."""

from __future__ import annotations

from ... import cat, full_like, nn
from ..._C import Tensor
from .._utils import repeated


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
    """Boxes (K, 5) that fit feature maps on a graphics card; on the CPU the kernels check.

    Raises:
        RuntimeError: for another dtype, IndexError: for maps that have not four axes.
    """
    rois = with_index(boxes)
    if not input.is_cuda:
        return rois
    if rois.dtype != input.dtype:
        raise RuntimeError(f"Expected tensor for argument #1 'input' to have the same type as tensor for argument #2 'rois'; but type {input.dtype} does not equal {rois.dtype}")
    if input.ndim != 4:
        raise IndexError(f"Dimension out of range: feature maps have four axes (N, C, H, W), not {input.ndim}")
    return rois


def cells(input: Tensor, output_size, own: bool = False) -> tuple[int, int]:
    """Height and width of the result; with ``own`` they divide the channels of the maps.

    Raises:
        RuntimeError: if they do not.
    """
    ph, pw = repeated(output_size, 2)
    if own and input.is_cuda and input.shape[1] % (ph * pw):
        raise RuntimeError("input channels must be a multiple of pooling height * pooling width")
    return ph, pw


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
