"""NNPACK, which is not used."""

from __future__ import annotations

from ._flags import flags_of

enabled = True
flags = flags_of(__name__, enabled=False)


def is_available() -> bool:
    """Whether the library is there."""
    return False


def set_flags(_enabled: bool) -> tuple[bool]:
    """Sets the switch and answers what it was."""
    global enabled
    before, enabled = enabled, bool(_enabled)
    return (before,)
