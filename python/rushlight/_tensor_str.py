"""How tensors are printed, at the address where programs look."""

from __future__ import annotations

from contextlib import contextmanager

from ._settings import _printing as PRINT_OPTS, set_printoptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ._C import Tensor


@contextmanager
def printoptions(**kwargs: Any) -> Iterator[None]:
    """A block in which tensors are printed by other options than before; see :func:`rushlight.set_printoptions`."""
    names = ("precision", "threshold", "edgeitems", "linewidth", "sci_mode")
    before = {name: getattr(PRINT_OPTS, name) for name in names}
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        set_printoptions(**before)


def _tensor_str(self: Tensor, indent: int) -> str:
    """The elements as they are printed, each line after the first so far to the right."""
    text = repr(self.detach())
    end = text.rindex("]") + 1 if "]" in text else text.index(")") if "," not in text else text.index(",")
    return text[len("tensor(") : end].replace("\n" + " " * len("tensor("), "\n" + " " * indent)


__all__ = ["PRINT_OPTS", "printoptions", "set_printoptions"]
