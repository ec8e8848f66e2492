"""One name for several kernels: which of them computes is seen from the class of the input.

A kernel takes what it needs: of the arguments of the function those that it names too, and what boxes and points know
beside their numbers (``format``, ``canvas_size``, ``clamping_mode``). It answers with the numbers, or with them and the
new size of the canvas.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from PIL import Image as pil

from ....._C import Tensor
from .... import tv_tensors

PICTURE, VIDEO, MASK = tv_tensors.Image, tv_tensors.Video, tv_tensors.Mask
BOXES, POINTS = tv_tensors.BoundingBoxes, tv_tensors.KeyPoints
KERNELS: dict[str, dict[type, Callable]] = {}
_FUNCTIONS: dict[str, Callable] = {}
_BUILT_IN = {kind for kind in vars(tv_tensors).values() if isinstance(kind, type) and issubclass(kind, tv_tensors.TVTensor)}


def is_pure_tensor(inpt: Any) -> bool:
    """Whether ``inpt`` is a tensor that does not say what it is."""
    return isinstance(inpt, Tensor) and not isinstance(inpt, tv_tensors.TVTensor)


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

    _FUNCTIONS[name] = call
    return call


def register_kernel(functional: Callable | str, tv_tensor_cls: type) -> Callable[[Callable], Callable]:
    """A decorator: its function becomes the kernel of ``functional`` for a class of one's own.

    Args:
        functional (callable or str): a function of this module, or its name.
        tv_tensor_cls (type): a subclass of ``TVTensor``, or of one of those here; the kernel gets it as it is and says what comes out.

    Raises:
        ValueError: if the function is none of this module, if the class is no tensor of this kind or is one of the library's,
            and if it has a kernel already.

    >>> from rushlight.vision import tv_tensors
    >>> from rushlight.vision.transforms.v2 import functional as F
    >>> class Depth(tv_tensors.TVTensor):
    ...     pass
    >>> @F.register_kernel("horizontal_flip", Depth)
    ... def flip_depth(depth, *args, **kwargs):
    ...     return tv_tensors.wrap(depth.as_subclass(torch.Tensor).flip(-1), like=depth)
    >>> F.horizontal_flip(torch.tensor([[1.0, 2.0]]).as_subclass(Depth)).tolist()
    [[2.0, 1.0]]
    """
    name = functional if isinstance(functional, str) else getattr(functional, "__name__", "")
    found = _FUNCTIONS.get(name)
    if found is None or not (isinstance(functional, str) or functional is found):
        raise ValueError(f"kernels can only be registered for functions of transforms.v2.functional, but got {functional}")
    if not (isinstance(tv_tensor_cls, type) and issubclass(tv_tensor_cls, tv_tensors.TVTensor)):
        raise ValueError(f"kernels can only be registered for subclasses of TVTensor, but got {tv_tensor_cls}")
    if tv_tensor_cls in _BUILT_IN:
        raise ValueError(f"kernels cannot be registered for the library's own classes, but got {tv_tensor_cls}")
    if tv_tensor_cls in KERNELS[name]:
        raise ValueError(f"{name} already has a kernel for {tv_tensor_cls}")

    def register(kernel: Callable) -> Callable:
        KERNELS[name][tv_tensor_cls] = kernel
        return kernel

    return register


def _names(function: Callable) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)[1:]


def of_class(kernel: Callable) -> Callable:
    """A kernel of pictures, for those that are more than tensors."""

    @functools.wraps(kernel)
    def call(inpt, *args, **kwargs):
        return tv_tensors.wrap(kernel(inpt.as_subclass(Tensor), *args, **kwargs), like=inpt)

    return call


def _fitted(name: str, kernel: Callable) -> Callable:
    """A kernel of masks, boxes or points, which takes some of the function's arguments, and what the input knows."""
    words, takes = _names(_FUNCTIONS[name]), frozenset(_names(kernel))
    known = tuple(word for word in ("format", "canvas_size", "clamping_mode") if word in takes)
    allowed = frozenset(words)

    @functools.wraps(kernel)
    def call(inpt, *args, **kwargs):
        if len(args) > len(words) or not allowed.issuperset(kwargs):
            raise TypeError(f"{name}() takes {', '.join(words)}; got {len(args)} of them by place and {sorted(kwargs)} by name")
        given = dict(zip(words, args))
        twice = given.keys() & kwargs.keys()
        if twice:
            raise TypeError(f"{name}() got multiple values for {sorted(twice)}")
        given.update(kwargs)
        given = {word: value for word, value in given.items() if word in takes}
        given.update((word, getattr(inpt, word)) for word in known)
        out = kernel(inpt.as_subclass(Tensor), **given)
        if isinstance(out, tuple):
            return tv_tensors.wrap(out[0], like=inpt, canvas_size=out[1])
        return tv_tensors.wrap(out, like=inpt)

    return call


def kernels(
    name: str,
    image: Callable | None = None,
    picture: Callable | None = None,
    mask: Callable | None = None,
    boxes: Callable | None = None,
    points: Callable | None = None,
) -> None:
    """Lays kernels under ``name``: of tensors, Pillow's pictures, masks, boxes and points; videos go as tensors do."""
    table = KERNELS[name]
    if image is not None:
        table[Tensor] = image
        table[PICTURE] = table[VIDEO] = of_class(image)
    if picture is not None:
        table[pil.Image] = picture
    for kind, kernel in ((MASK, mask), (BOXES, boxes), (POINTS, points)):
        if kernel is not None:
            table[kind] = _fitted(name, kernel)
