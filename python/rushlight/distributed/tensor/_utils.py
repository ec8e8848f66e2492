"""Which part of a tensor a process holds: with one process, all of it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def compute_local_shape_and_global_offset(
    global_shape: Sequence[int], mesh: Any, placements: Any
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape of this process's part, and where it begins."""
    return tuple(global_shape), (0,) * len(global_shape)
