"""Names for annotations (``torch.types``)."""

from __future__ import annotations

from collections.abc import Sequence

from ._C import Tensor, device, dtype
from ._types import Size

Number = int | float | bool
_int, _float, _bool, _complex = int, float, bool, complex
_dtype, _device, _size = dtype, device, Size | list[int] | tuple[int, ...]
_TensorOrTensors = Tensor | Sequence[Tensor]
_TensorOrTensorsOrGradEdge = _TensorOrTensors
Device = device | str | int | None

__all__ = ["Device", "Number", "Size", "Tensor", "device", "dtype"]
