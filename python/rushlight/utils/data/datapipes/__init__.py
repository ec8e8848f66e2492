"""Chains of steps over data (``torch.utils.data.datapipes``): each takes what the one before gives."""

from __future__ import annotations

from ...._lazy import on_demand

__getattr__, __dir__, __all__ = on_demand(__name__, {}, "datapipe iter map")
