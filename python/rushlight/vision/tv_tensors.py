"""Tensors that know what they are: pictures, videos, masks, boxes and points.

Operations answer with plain tensors, unless ``set_return_type`` says otherwise; transforms, ``clone``, ``to``, ``detach`` and ``requires_grad_`` keep the class.
"""

from __future__ import annotations

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


def _as(kind: Any, tensor: Tensor) -> Any:
    return tensor.as_subclass(kind)


class TVTensor(Tensor):
    """The base of all of them."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if not all(issubclass(cls, kind) for kind in types):
            return NotImplemented
        with _C.DisableTorchFunctionSubclass():
            out = func(*args, **(kwargs or {}))
        if _keeps_class:
            return cls._wrap_output(out, args, kwargs or {})
        return out.as_subclass(Tensor) if isinstance(out, cls) else out

    @classmethod
    def _wrap_output(cls, output: Any, args: Any = (), kwargs: Any = None) -> Any:
        """What an operation answered, in this class; several results each."""
        if isinstance(output, Tensor):
            return output if isinstance(output, cls) else cls._kept(output, args, kwargs)
        if isinstance(output, (tuple, list)):
            return type(output)([cls._wrap_output(part, args, kwargs) for part in output])
        return output

    @classmethod
    def _kept(cls, output: Tensor, args: Any, kwargs: Any) -> Any:
        """A result of an operation of ``args`` in this class."""
        return output.as_subclass(cls)

    @staticmethod
    def _to_tensor(data: Any, dtype=None, device=None, requires_grad: bool | None = None) -> Tensor:
        if requires_grad is None:
            requires_grad = data.requires_grad if isinstance(data, Tensor) else False
        return as_tensor(data, dtype=dtype, device=device).requires_grad_(requires_grad)

    @classmethod
    def wrap(cls, tensor: Tensor, like: Any, **kwargs: Any) -> Any:
        """``tensor`` in this class, with what ``like`` knows, but for what ``kwargs`` says."""
        return tensor.as_subclass(cls)

    def _like(self, tensor: Tensor):
        return wrap(tensor, like=self)

    def as_plain(self) -> Tensor:
        """The same memory as a plain tensor."""
        return self.as_subclass(Tensor)

    def _said(self, **known: Any) -> str:
        """The numbers as they are printed, under the class's name, and what else is known."""
        with _C.DisableTorchFunctionSubclass():
            text = Tensor.__repr__(self)
        return f"{text[:-1]}, {', '.join(f'{name}={value}' for name, value in known.items())})"

    def clone(self, *args, **kwargs):
        return self._like(self.as_plain().clone(*args, **kwargs))

    def to(self, *args, **kwargs):
        return self._like(self.as_plain().to(*args, **kwargs))

    def detach(self):
        return self._like(self.as_plain().detach())

    def requires_grad_(self, requires_grad: bool = True):
        with _C.DisableTorchFunctionSubclass():
            super().requires_grad_(requires_grad)
        return self

    def __deepcopy__(self, memo):
        return self._like(self.as_plain().detach().clone()).requires_grad_(self.requires_grad)


def _first(kind: type, tree: Any) -> Any:
    """The first tensor of a class in a nest of tuples, lists and dicts."""
    if isinstance(tree, kind):
        return tree
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, (tuple, list)) else ()
    return next((found for found in (_first(kind, part) for part in parts) if found is not None), None)


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
        return _as(cls, tensor.unsqueeze(0) if tensor.ndim == 2 else tensor)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return self._said()


class Video(TVTensor):
    """A video or a batch of them, (..., T, C, H, W).

    Raises:
        ValueError: for fewer than four axes.
    """

    def __new__(cls, data: Any, *, dtype=None, device=None, requires_grad: bool | None = None):
        tensor = cls._to_tensor(data, dtype, device, requires_grad)
        if tensor.ndim < 4:
            raise ValueError(f"a video has at least four axes, (..., T, C, H, W); got shape {tuple(tensor.shape)}")
        return _as(cls, tensor)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return self._said()


class Mask(TVTensor):
    """Masks, (..., H, W)."""

    def __new__(cls, data: Any, *, dtype=None, device=None, requires_grad: bool | None = None):
        from PIL import Image as pil

        if isinstance(data, pil.Image):
            from .transforms.functional import pil_to_tensor

            data = pil_to_tensor(data)
        return _as(cls, cls._to_tensor(data, dtype, device, requires_grad))


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


class KeyPoints(TVTensor):
    """Points (..., 2) in a picture of ``canvas_size`` (height, width)."""

    canvas_size: tuple[int, int]

    def __new__(cls, data: Any, *, canvas_size: tuple[int, int], dtype=None, device=None, requires_grad: bool | None = None):
        tensor = cls._to_tensor(data, dtype, device, requires_grad)
        if tensor.ndim == 1:
            tensor = tensor.unsqueeze(0)
        elif tensor.shape[-1] != 2:
            raise ValueError(f"Expected a tensor of shape (..., 2), not {tuple(tensor.shape)}")
        out = _as(cls, tensor)
        out.canvas_size = tuple(canvas_size)
        return out

    @classmethod
    def wrap(cls, tensor: Tensor, like: Any, **kwargs: Any) -> Any:
        """``tensor`` as points, with the ``canvas_size`` of ``like``, unless it is said."""
        out = _as(cls, tensor)
        out.canvas_size = tuple(kwargs.get("canvas_size", like.canvas_size))
        return out

    @classmethod
    def _kept(cls, output: Tensor, args: Any, kwargs: Any) -> Any:
        return cls.wrap(output, _first(KeyPoints, (args, kwargs)))

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return self._said(canvas_size=self.canvas_size)


def wrap(wrappee: Tensor, *, like: Any, **kwargs: Any):
    """``wrappee`` as a tensor of the class of ``like``, with what it knows, but for what ``kwargs`` says.

    Args:
        wrappee (Tensor): the numbers.
        like (TVTensor): what to be.
        **kwargs: ``format``, ``canvas_size``, ``clamping_mode`` of boxes, ``canvas_size`` of points.
    """
    return type(like).wrap(wrappee, like, **kwargs)


_keeps_class = False


class _ReturnType:
    """What ``set_return_type`` returns: leaving its block restores what was before."""

    def __init__(self, before: bool) -> None:
        self.before = before

    def __enter__(self) -> _ReturnType:
        return self

    def __exit__(self, *error: object) -> None:
        global _keeps_class
        _keeps_class = self.before


def set_return_type(return_type: str) -> _ReturnType:
    """Whether operations keep these classes, from here on or, in a ``with``, in its block.

    Args:
        return_type (str): ``"Tensor"``, as it is at first, or ``"TVTensor"``.

    Raises:
        ValueError: for any other word.

    >>> from rushlight.vision import tv_tensors
    >>> picture = tv_tensors.Image(torch.zeros(1, 2, 2))
    >>> with tv_tensors.set_return_type("TVTensor"):
    ...     type(picture + 1).__name__
    'Image'
    >>> type(picture + 1).__name__
    'Tensor'
    """
    global _keeps_class
    words = {"tensor": False, "tvtensor": True}
    if return_type.lower() not in words:
        raise ValueError(f"return_type must be 'TVTensor' or 'Tensor', got {return_type}")
    before, _keeps_class = _keeps_class, words[return_type.lower()]
    return _ReturnType(before)
