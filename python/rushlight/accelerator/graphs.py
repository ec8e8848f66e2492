"""Work that is recorded once and replayed: there is none (:mod:`rushlight.cuda.graphs` says why)."""

from __future__ import annotations

from ..cuda.graphs import _refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Graph:
    """Work that was recorded.

    Errors: RuntimeError, always: nothing is recorded here.
    """

    def __init__(
        self, keep_graph: bool = False, *, pool: Any = None, capture_error_mode: str = "default"
    ) -> None:
        _refuse("Graph")
