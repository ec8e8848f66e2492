"""A block that attention's masks are computed in, at the address where programs look for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class TransformGetItemToIndex:
    """A block in which ``x[i]`` takes a mapped ``i``, as :func:`rushlight.vmap` always does: it changes nothing."""

    def __enter__(self) -> TransformGetItemToIndex:
        return self

    def __exit__(self, *error: Any) -> None:
        """Nothing was changed."""
