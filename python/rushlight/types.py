"""Names for annotations (``torch.types``)."""

from __future__ import annotations

from ._C import Tensor, device, dtype
from ._types import Size

Number = int | float | bool
Device = device | str | int | None

__all__ = ["Device", "Number", "Size", "Tensor", "device", "dtype"]
