"""What the parts of the package share: tuples of one number, and enums of strings."""

from __future__ import annotations

import collections.abc
import enum
from collections.abc import Sequence


class StrEnumMeta(enum.EnumMeta):
    """The class of enums whose members are found by any spelling's case."""

    def __getitem__(cls, item):
        return super().__getitem__(item.upper() if isinstance(item, str) else item)


class StrEnum(enum.Enum, metaclass=StrEnumMeta):
    """An enum whose members are their names in capitals."""


def sequence_to_str(seq: Sequence, separate_last: str = "") -> str:
    """``'a', 'b', or 'c'`` of the items.

    >>> from rushlight.vision._utils import sequence_to_str
    >>> sequence_to_str(["a", "b", "c"], separate_last="or ")
    "'a', 'b', or 'c'"
    """
    words = [f"'{item}'" for item in seq]
    if not words:
        return ""
    if len(words) == 1:
        return words[0]
    comma = "" if separate_last and len(words) == 2 else ","
    return ", ".join(words[:-1]) + f"{comma} {separate_last}{words[-1]}"


def repeated(value, n: int) -> tuple:
    """``value`` itself as a tuple where it is a sequence, else ``n`` times."""
    return tuple(value) if isinstance(value, collections.abc.Iterable) else (value,) * n
