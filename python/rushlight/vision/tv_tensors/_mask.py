"""Masks."""

from __future__ import annotations

from typing import Any

from ._tv_tensor import TVTensor, _as


class Mask(TVTensor):
    """Masks, (..., H, W)."""

    def __new__(cls, data: Any, *, dtype=None, device=None, requires_grad: bool | None = None):
        from PIL import Image as pil

        if isinstance(data, pil.Image):
            from ..transforms.functional import pil_to_tensor

            data = pil_to_tensor(data)
        return _as(cls, cls._to_tensor(data, dtype, device, requires_grad))
