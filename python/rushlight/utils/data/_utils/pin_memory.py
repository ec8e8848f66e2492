"""Batches on their way to a device: what has a method ``pin_memory`` is asked for what it gives.

Tensors give themselves: drivers copy from any memory. Batches of a program's own class may do more in theirs, as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .... import _C
from .collate import _like_mapping, _like_sequence


def pin_memory(data: Any, device: Any = None) -> Any:
    """``data`` with every part that has a method ``pin_memory`` replaced by what it gives, also in containers.

    Args:
        data: a batch.
        device (optional): accepted.
    """
    if isinstance(data, _C.Tensor) or hasattr(data, "pin_memory"):
        return data.pin_memory()
    if isinstance(data, (str, bytes)):
        return data
    if isinstance(data, Mapping):
        return _like_mapping(data, {key: pin_memory(value) for key, value in data.items()})
    if isinstance(data, tuple):
        parts = [pin_memory(each) for each in data]
        return type(data)(*parts) if hasattr(data, "_fields") else type(data)(parts)
    if isinstance(data, Sequence):
        return _like_sequence(data, [pin_memory(each) for each in data])
    return data
