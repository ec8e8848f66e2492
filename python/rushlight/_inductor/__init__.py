"""Settings of PyTorch's compiler, which is not here."""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import config as config
else:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, {}, "config")
