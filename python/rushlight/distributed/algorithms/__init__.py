"""Collectives in training loops, in a world of one process."""

from ..._lazy import on_demand

TYPE_CHECKING = False
if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, {}, "ddp_comm_hooks join")
