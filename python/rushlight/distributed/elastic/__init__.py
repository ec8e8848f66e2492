"""What programs use of PyTorch's launcher: ``elastic.multiprocessing.errors.record``."""

from __future__ import annotations

from ..._lazy import on_demand

__getattr__, __dir__, __all__ = on_demand(__name__, {}, "multiprocessing")
