"""Shapes as tensors, so that they are part of a graph."""

from __future__ import annotations

from typing import Any

from .. import _C


def shape_as_tensor(x: Any) -> Any:
    """The sizes of a tensor.

    Example::

        >>> rl.onnx.operators.shape_as_tensor(rl.zeros(2, 3))
        tensor([2, 3])
    """
    return _C.tensor(list(x.shape), dtype=_C.int64)


def reshape_from_tensor_shape(x: Any, shape: Any) -> Any:
    """``x`` in the shape whose sizes are a tensor's elements.

    Errors: TypeError for anything but whole numbers.
    """
    if shape.is_floating_point():
        raise TypeError(f"sizes are whole numbers, not {shape.dtype}")
    return x.reshape(shape.tolist())


__all__: list[str] = []
