"""Where steps begin."""

from __future__ import annotations

import copy
from typing import Any

from ..datapipe import IterDataPipe
from ._length import length_of


class IterableWrapperIterDataPipe(IterDataPipe):
    """The items of anything that can be run through.

    Args:
        iterable (iterable): the items.
        deepcopy (bool): of a copy each time. Default: ``True``
    """

    def __init__(self, iterable: Any, deepcopy: bool = True) -> None:
        self.iterable, self.deepcopy = iterable, deepcopy

    def __iter__(self) -> Any:
        yield from copy.deepcopy(self.iterable) if self.deepcopy else self.iterable

    def __len__(self) -> int:
        return length_of(self.iterable, self)


__all__ = ["IterableWrapperIterDataPipe"]
