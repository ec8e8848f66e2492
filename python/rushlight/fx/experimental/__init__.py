"""Transformations of graphs that PyTorch ships as examples."""

from ..._lazy import on_demand

TYPE_CHECKING = False
if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, {}, "proxy_tensor")
