"""Pictures."""

from __future__ import annotations

from typing import Any

from ._tv_tensor import TVTensor, _as


class Image(TVTensor):
    """A picture or a batch of them, (..., C, H, W).

    >>> from rushlight.vision.tv_tensors import Image
    >>> tuple(Image(torch.zeros(4, 5)).shape)
    (1, 4, 5)
    """

    def __new__(cls, data: Any, *, dtype=None, device=None, requires_grad: bool | None = None):
        from PIL import Image as pil

        if isinstance(data, pil.Image):
            from ..transforms.functional import pil_to_tensor

            data = pil_to_tensor(data)
        tensor = cls._to_tensor(data, dtype, device, requires_grad)
        if tensor.ndim < 2:
            raise ValueError
        return _as(cls, tensor.unsqueeze(0) if tensor.ndim == 2 else tensor)

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return self._said()
