"""Names that layers of programs import for the sake of PyTorch's compiler, of which they ask nothing else."""

from __future__ import annotations

from typing import Any, Dict, Final, List, Optional, Tuple, Union  # noqa: UP035

from .futures import Future
from .jit import export, ignore, is_scripting, unused
from .nn._parts import BroadcastingList1, BroadcastingList2, BroadcastingList3, boolean_dispatch


def _overload(func: Any) -> Any:
    """Marks another form of a function for the compiler; the last one is the function."""
    return func


_overload_method = _copy_to_script_wrapper = _overload

__all__ = [
    "Any",
    "BroadcastingList1",
    "BroadcastingList2",
    "BroadcastingList3",
    "Dict",
    "Final",
    "Future",
    "List",
    "Optional",
    "Tuple",
    "Union",
    "boolean_dispatch",
    "export",
    "ignore",
    "is_scripting",
    "unused",
]
