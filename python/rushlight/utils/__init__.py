"""Data loading and hook handles."""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import _pytree as _pytree, data as data, hooks as hooks

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, {}, "_pytree data hooks")
