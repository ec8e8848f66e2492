"""Videos."""

from __future__ import annotations

from typing import Any

from ._tv_tensor import TVTensor, _as


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
