"""Points."""

from __future__ import annotations

from typing import Any

from ..._C import Tensor
from ._tv_tensor import TVTensor, _as, _first


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
