"""The short way through attention and the encoder when no gradient is recorded."""

from __future__ import annotations

_fastpath = True


def get_fastpath_enabled() -> bool:
    """What :func:`set_fastpath_enabled` was last told."""
    return _fastpath


def set_fastpath_enabled(value: bool) -> None:
    """Accepted for compatibility: there is one way, and it is the short one."""
    global _fastpath
    _fastpath = bool(value)
