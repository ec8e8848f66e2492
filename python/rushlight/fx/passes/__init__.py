"""Passes over graphs."""

from __future__ import annotations

from ..._lazy import on_demand

__getattr__, __dir__, __all__ = on_demand(__name__, {}, "shape_prop")
