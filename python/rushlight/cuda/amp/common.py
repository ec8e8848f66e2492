"""Whether there is anything to run in mixed precision."""

from __future__ import annotations

from .. import is_available

__all__ = ["amp_definitely_not_available"]


def amp_definitely_not_available() -> bool:
    """Whether there is no GPU."""
    return not is_available()
