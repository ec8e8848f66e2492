"""What ``rushlight.amp`` has, for the processor and under older names, each of which warns."""

from __future__ import annotations

from ..._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import autocast_mode as autocast_mode, grad_scaler as grad_scaler
    from .autocast_mode import autocast as autocast
    from .grad_scaler import GradScaler as GradScaler

# the file of each name
_FILES = {"autocast_mode": "autocast", "grad_scaler": "GradScaler"}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, _FILES, "autocast_mode grad_scaler")
