"""Nodes of the graph, for looking at it and hooking into it."""

from __future__ import annotations

from .._C import Node
from .._lazy import absent

__all__ = ["Node"]
__getattr__ = absent(__name__)
