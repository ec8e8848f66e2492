"""The class of tensors that a compiler pretends are on a device. There is no compiler, so there are none."""

from __future__ import annotations

from .._C import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class FakeTensor(Tensor):
    """A tensor of a compiler's; for ``isinstance``, which is false of all tensors there are."""


def is_fake(x: Any) -> bool:
    """Whether something is a tensor of a compiler's: never."""
    return isinstance(x, FakeTensor)
