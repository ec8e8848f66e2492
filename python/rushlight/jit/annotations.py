"""Types for annotations, at the address where programs import them."""

from typing import Any, Dict, List, Optional, Tuple, Union  # noqa: UP035

from .._jit_internal import BroadcastingList1, BroadcastingList2, BroadcastingList3
from ..futures import Future

__all__ = [
    "Any",
    "BroadcastingList1",
    "BroadcastingList2",
    "BroadcastingList3",
    "Dict",
    "Future",
    "List",
    "Optional",
    "Tuple",
    "Union",
]
