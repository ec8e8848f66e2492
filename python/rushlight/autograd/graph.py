"""Nodes of the graph, for looking at it and hooking into it."""

from __future__ import annotations

from .._C import Node

__all__ = ["Node"]
