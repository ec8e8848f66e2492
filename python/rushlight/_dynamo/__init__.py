"""Names that programs use of PyTorch's tracing compiler. Nothing is traced or compiled."""

from __future__ import annotations

from .._lazy import on_demand
from ..compiler import (
    allow_in_graph as allow_in_graph,
    assume_constant_result as assume_constant_result,
    compile,
    disable as disable,
    is_compiling as is_compiling,
    list_backends as list_backends,
    reset as reset,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import config as config
    from .eval_frame import OptimizedModule as OptimizedModule


def optimize(*args: Any, **kwargs: Any) -> Any:
    """A decorator that does what ``compile`` does."""
    return compile


optimize_assert = optimize


def disallow_in_graph(fn: Any) -> Any:
    """The function itself."""
    return fn


forbid_in_graph = nonstrict_trace = disallow_in_graph


def run(fn: Any = None) -> Any:
    """The function itself."""
    return fn if fn is not None else disallow_in_graph


def graph_break(msg: str = "") -> None:
    """Accepted for compatibility: there is no graph to break."""


def mark_dynamic(t: Any, index: Any, **kwargs: Any) -> None:
    """Accepted for compatibility: sizes may always change."""


maybe_mark_dynamic = mark_dynamic


def mark_static(t: Any, index: Any = None, **kwargs: Any) -> None:
    """Accepted for compatibility."""


mark_static_address = mark_unbacked = mark_static


if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, _ = on_demand(__name__, {"eval_frame": "OptimizedModule"}, "config eval_frame")
