"""Tensors that know what they are: pictures, videos, masks, boxes and points.

Operations answer with plain tensors; transforms, ``clone``, ``to``, ``detach`` and ``requires_grad_`` keep the class.
"""

from __future__ import annotations

import contextlib
from enum import Enum
from typing import Any

from .. import _C, as_tensor
from .._C import Tensor

__all__ = [
    "BoundingBoxFormat",
    "BoundingBoxes",
    "Image",
    "KeyPoints",
    "Mask",
    "TVTensor",
    "Video",
    "is_rotated_bounding_format",
    "set_return_type",
    "wrap",
]


class TVTensor(Tensor):
    """The base of all of them."""

    # operations give plain tensors, but for those written below
    __torch_function__ = _C._disabled_torch_function_impl

    @staticmethod
    def _to_tensor(data: Any, dtype=None, device=None, requires_grad: bool | None = None) -> Tensor:
        if requires_grad is None:
            requires_grad = data.requires_grad if isinstance(data, Tensor) else False
        values = as_tensor(data, dtype=dtype, device=device)
        return values.detach().requires_grad_(True) if requires_grad else values

    @classmethod
    def _of(cls, tensor: Tensor):
        return Tensor._make_subclass(cls, tensor, tensor.requires_grad)  # type: ignore[arg-type]

    def _like(self, tensor: Tensor):
        return wrap(tensor, like=self)

    def as_plain(self) -> Tensor:
        """The same memory as a plain tensor."""
        return self.as_subclass(Tensor)

    def _said(self) -> str:
        """The numbers as they are printed, under the class's name."""
        name = type(self).__name__
        return name + Tensor.__repr__(self.as_plain())[len("tensor") : -1].replace("\n" + " " * len("tensor"), "\n" + " " * len(name))

    def clone(self, *args, **kwargs):
        return self._like(self.as_plain().clone(*args, **kwargs))

    def to(self, *args, **kwargs):
        return self._like(self.as_plain().to(*args, **kwargs))

    def detach(self):
        return self._like(self.as_plain().detach())

    def __deepcopy__(self, memo):
        return self._like(self.as_plain().detach().clone()).requires_grad_(self.requires_grad)


class Image(TVTensor):
    """A picture or a batch of them, (..., C, H, W).

    >>> from rushlight.vision.tv_tensors import Image
    >>> tuple(Image(torch.zeros(4, 5)).shape)
    (1, 4, 5)
    """

    def __new__(cls, data: Any, *, dtype=None, device=None, requires_grad: bool | None = None):
        from PIL import Image as pil

        if isinstance(data, pil.Image):
            from .transforms.functional import pil_to_tensor

            data = pil_to_tensor(data)
        tensor = cls._to_tensor(data, dtype, device, requires_grad)
        if tensor.ndim < 2:
            raise ValueError
        return cls._of(tensor.unsqueeze(0) if tensor.ndim == 2 else tensor)


class Video(TVTensor):
    """A video or a batch of them, (..., T, C, H, W).

    Raises:
        ValueError: for fewer than four axes.
    """

    def __new__(cls, data: Any, *, dtype=None, device=None, requires_grad: bool | None = None):
        tensor = cls._to_tensor(data, dtype, device, requires_grad)
        if tensor.ndim < 4:
            raise ValueError(f"a video has at least four axes, (..., T, C, H, W); got shape {tuple(tensor.shape)}")
        return cls._of(tensor)


class Mask(TVTensor):
    """Masks, (..., H, W)."""

    def __new__(cls, data: Any, *, dtype=None, device=None, requires_grad: bool | None = None):
        from PIL import Image as pil

        if isinstance(data, pil.Image):
            from .transforms.functional import pil_to_tensor

            data = pil_to_tensor(data)
        return cls._of(cls._to_tensor(data, dtype, device, requires_grad))


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
        if clamping_mode is not None and clamping_mode not in ("hard", "soft"):
            raise ValueError(f"clamping_mode must be None, hard or soft, got {clamping_mode}.")
        if isinstance(format, str):
            format = BoundingBoxFormat[format.upper()]
        if is_rotated_bounding_format(format) and not tensor.is_floating_point():
            raise ValueError(f"Rotated bounding boxes should be floating point tensors. Got {tensor.dtype}.")
        if check_dims:
            if tensor.ndim == 1:
                tensor = tensor.unsqueeze(0)
            elif tensor.ndim != 2:
                raise ValueError(f"Expected a 1D or 2D tensor, got {tensor.ndim}D")
        out = cls._of(tensor)
        out.format, out.canvas_size, out.clamping_mode = format, tuple(canvas_size), clamping_mode
        return out

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        inside = f"format={self.format}, canvas_size={self.canvas_size}, clamping_mode={self.clamping_mode}"
        return f"{self._said()}, {inside})"


class KeyPoints(TVTensor):
    """Points (..., 2) in a picture of ``canvas_size`` (height, width)."""

    canvas_size: tuple[int, int]

    def __new__(cls, data: Any, *, canvas_size: tuple[int, int], dtype=None, device=None, requires_grad: bool | None = None):
        tensor = cls._to_tensor(data, dtype, device, requires_grad)
        if tensor.ndim == 1:
            tensor = tensor.unsqueeze(0)
        elif tensor.shape[-1] != 2:
            raise ValueError(f"Expected a tensor of shape (..., 2), not {tuple(tensor.shape)}")
        out = cls._of(tensor)
        out.canvas_size = tuple(canvas_size)
        return out

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"{self._said()}, canvas_size={self.canvas_size})"


def wrap(wrappee: Tensor, *, like: Any, **kwargs: Any):
    """``wrappee`` as a tensor of the class of ``like``, with what it knows, but for what ``kwargs`` says.

    Args:
        wrappee (Tensor): the numbers.
        like (TVTensor): what to be.
        **kwargs: ``format``, ``canvas_size``, ``clamping_mode`` of boxes, ``canvas_size`` of points.
    """
    if isinstance(like, BoundingBoxes):
        return type(like)._wrap(
            wrappee,
            kwargs.get("format", like.format),
            kwargs.get("canvas_size", like.canvas_size),
            kwargs.get("clamping_mode", like.clamping_mode),
            check_dims=False,
        )
    kind: Any = type(like)
    out: Any = Tensor._make_subclass(kind, wrappee, wrappee.requires_grad)
    if isinstance(like, KeyPoints):
        out.canvas_size = tuple(kwargs.get("canvas_size", like.canvas_size))
    return out


@contextlib.contextmanager
def set_return_type(return_type: str):
    """In its block operations answer with plain tensors, as everywhere.

    Raises:
        NotImplementedError: for ``"TVTensor"``: the engine's operations do not keep classes.
        ValueError: for any other word.
    """
    if return_type.upper() not in ("TENSOR", "TVTENSOR"):
        raise ValueError(f"return_type must be 'TVTensor' or 'Tensor', but got {return_type}")
    if return_type.upper() == "TVTENSOR":
        raise NotImplementedError("set_return_type('TVTensor'): operations here do not keep subclasses of Tensor")
    yield
