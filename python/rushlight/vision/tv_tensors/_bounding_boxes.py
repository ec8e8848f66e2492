"""Boxes, and the ways to write them."""

from __future__ import annotations

from enum import Enum
from typing import Any

from ..._C import Tensor
from ._tv_tensor import TVTensor, _as, _first


class BoundingBoxFormat(Enum):
    """What the numbers of a box are: corners, a corner or the centre and the size, with R an angle, or four corners."""

    XYXY = "XYXY"
    XYWH = "XYWH"
    CXCYWH = "CXCYWH"
    XYWHR = "XYWHR"
    CXCYWHR = "CXCYWHR"
    XYXYXYXY = "XYXYXYXY"


_ROTATED = (BoundingBoxFormat.XYWHR, BoundingBoxFormat.CXCYWHR, BoundingBoxFormat.XYXYXYXY)


def is_rotated_bounding_format(format: BoundingBoxFormat | str) -> bool:
    """Whether boxes of this format may be turned."""
    if isinstance(format, str):
        format = BoundingBoxFormat[format.upper()]
    return format in _ROTATED



class BoundingBoxes(TVTensor):
    """Boxes (N, 4), or (N, 5) and (N, 8) if turned, in a picture of ``canvas_size`` (height, width).

    Args:
        data: the numbers.
        format (BoundingBoxFormat or str): what they are.
        canvas_size (tuple): height and width of the picture.
        clamping_mode (str, optional): ``"soft"``, ``"hard"`` or None.

    Raises:
        ValueError: for other shapes, and for turned boxes of integers.
    """

    format: BoundingBoxFormat
    canvas_size: tuple[int, int]
    clamping_mode: str | None

    def __new__(
        cls,
        data: Any,
        *,
        format: BoundingBoxFormat | str,
        canvas_size: tuple[int, int],
        clamping_mode: str | None = "soft",
        dtype=None,
        device=None,
        requires_grad: bool | None = None,
    ):
        return cls._wrap(cls._to_tensor(data, dtype, device, requires_grad), format, canvas_size, clamping_mode)

    @classmethod
    def _wrap(cls, tensor: Tensor, format, canvas_size, clamping_mode, check_dims: bool = True):
        if check_dims:
            if tensor.ndim == 1:
                tensor = tensor.unsqueeze(0)
            elif tensor.ndim != 2:
                raise ValueError(f"Expected a 1D or 2D tensor, got {tensor.ndim}D")
        if clamping_mode is not None and clamping_mode not in ("hard", "soft"):
            raise ValueError(f"clamping_mode must be None, hard or soft, got {clamping_mode}.")
        if isinstance(format, str):
            format = BoundingBoxFormat[format.upper()]
        elif not isinstance(format, BoundingBoxFormat):
            raise ValueError(f"format should be str or BoundingBoxFormat, got {type(format)}")
        if check_dims and is_rotated_bounding_format(format) and not tensor.is_floating_point():
            raise ValueError(f"Rotated bounding boxes should be floating point tensors. Got {tensor.dtype}.")
        out = _as(cls, tensor)
        out.format, out.canvas_size, out.clamping_mode = format, tuple(canvas_size), clamping_mode
        return out

    @classmethod
    def wrap(cls, tensor: Tensor, like: Any, **kwargs: Any) -> Any:
        """``tensor`` as boxes, with the ``format``, ``canvas_size`` and ``clamping_mode`` of ``like``, but for what is said."""
        known = {word: kwargs.get(word, getattr(like, word)) for word in ("format", "canvas_size", "clamping_mode")}
        return cls._wrap(tensor, **known, check_dims=False)

    @classmethod
    def _kept(cls, output: Tensor, args: Any, kwargs: Any) -> Any:
        like = _first(BoundingBoxes, (args, kwargs))
        return cls._wrap(output, like.format, like.canvas_size, like.clamping_mode, check_dims=False)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return self._said(format=self.format, canvas_size=self.canvas_size, clamping_mode=self.clamping_mode)
