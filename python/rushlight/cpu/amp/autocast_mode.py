"""``amp.autocast`` for the processor, under its older name."""

from __future__ import annotations

from ... import _C
from ..._warn import warn
from ...amp import autocast_mode

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

__all__ = ["autocast"]


class autocast(autocast_mode.autocast):
    """Deprecated: ``amp.autocast("cpu", ...)``."""

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
        warn(
            "`torch.cpu.amp.autocast(args...)` is deprecated. Please use `torch.amp.autocast('cpu', args...)` instead.",
            FutureWarning,
        )
        super().__init__("cpu", _C.bfloat16 if dtype is None else dtype, enabled, cache_enabled)
