"""One name for several kernels: which of them computes is seen from the class of the input."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from PIL import Image as pil

from ....._C import Tensor
from .... import tv_tensors

PICTURE, VIDEO, MASK = tv_tensors.Image, tv_tensors.Video, tv_tensors.Mask
BOXES, POINTS = tv_tensors.BoundingBoxes, tv_tensors.KeyPoints
KERNELS: dict[str, dict[type, Callable]] = {}


def kernel_of(name: str, kind: type) -> Callable | None:
    """The kernel of function ``name`` for inputs of class ``kind``."""
    table = KERNELS[name]
    for base in kind.__mro__:
        if base is Tensor and issubclass(kind, tv_tensors.TVTensor):
            return None  # a box is a tensor, but no picture
        if base in table:
            return table[base]
    return None


def dispatched(function: Callable) -> Callable:
    """A function whose body is the kernels' and whose signature and docstring are its own."""
    name = function.__name__
    KERNELS.setdefault(name, {})

    @functools.wraps(function)
    def call(inpt: Any, *args, **kwargs):
        kernel = kernel_of(name, type(inpt))
        if kernel is None:
            known = ", ".join(sorted({kind.__name__ for kind in KERNELS[name]}))
            raise TypeError(f"Functional F.{name} supports inputs of type {known}, but got {type(inpt)} instead.")
        return kernel(inpt, *args, **kwargs)

    return call


def kernels(
    name: str,
    image: Callable | None = None,
    picture: Callable | None = None,
    mask: Callable | None = None,
    boxes: Callable | None = None,
    points: Callable | None = None,
    video: Callable | None = None,
) -> None:
    """Lays kernels under ``name``: of tensors, Pillow's pictures, masks, boxes and points; videos go as tensors do.

    A kernel of boxes or points takes ``format`` and ``canvas_size`` and answers with the numbers, or with them and a new size.
    """
    table = KERNELS.setdefault(name, {})

    def plain(kernel):
        def call(inpt, *args, **kwargs):
            return tv_tensors.wrap(kernel(inpt.as_subclass(Tensor), *args, **kwargs), like=inpt)

        return call

    def shaped(kernel, with_format: bool):
        def call(inpt, *args, **kwargs):
            known = {"canvas_size": inpt.canvas_size}
            if with_format:
                known["format"] = inpt.format
                known["clamping_mode"] = inpt.clamping_mode
            out = kernel(inpt.as_subclass(Tensor), *args, **known, **kwargs)
            if isinstance(out, tuple):
                return tv_tensors.wrap(out[0], like=inpt, canvas_size=out[1])
            return tv_tensors.wrap(out, like=inpt)

        return call

    if image is not None:
        table[Tensor] = image
        table[PICTURE] = plain(image)
        table[VIDEO] = plain(video or image)
    if picture is not None:
        table[pil.Image] = picture
    if mask is not None:
        table[MASK] = plain(mask)
    if boxes is not None:
        table[BOXES] = shaped(boxes, True)
    if points is not None:
        table[POINTS] = shaped(points, False)
