"""How many items a step gives."""

from __future__ import annotations

from typing import Any


def length_of(value: Any, owner: Any) -> int:
    """The length of what ``owner`` reads.

    Errors: TypeError, in the owner's name, where it is not known.
    """
    try:
        return len(value)
    except TypeError:
        raise TypeError(f"{type(owner).__name__} instance doesn't have valid length") from None
