"""cuSPARSELt, which is not used."""

from __future__ import annotations


def is_available() -> bool:
    """Whether the library is there."""
    return False


def version() -> int | None:
    """The library's version: there is none."""
    return None
