"""Types said of values while a graph is recorded."""

from __future__ import annotations

from typing import Any

from .proxy import Proxy


def annotate(val: Any, type: Any) -> Any:
    """Says what type a value has: a stand-in's node notes it, and anything else is given back as it is.

    Errors: RuntimeError for a stand-in whose type was said before.
    """
    if isinstance(val, Proxy):
        if val.node.type:
            raise RuntimeError(f"Tried to annotate a value that already had a type on it! Existing type is {val.node.type}")
        val.node.type = type
    return val


__all__ = ["annotate"]
