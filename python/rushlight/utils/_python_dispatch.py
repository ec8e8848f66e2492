"""What programs ask of PyTorch's dispatcher, of which there is none: operations are answered by the engine."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def is_traceable_wrapper_subclass(t: Any) -> bool:
    """Whether an object, or a class, is a tensor around others that a compiler takes apart: one with
    ``__tensor_flatten__`` and ``__tensor_unflatten__``."""
    from .._C import Tensor

    kind = t if isinstance(t, type) else type(t)
    return (
        issubclass(kind, Tensor)
        and kind is not Tensor
        and hasattr(kind, "__tensor_flatten__")
        and hasattr(kind, "__tensor_unflatten__")
    )


def is_traceable_wrapper_subclass_type(t: type) -> bool:
    """The same of a class."""
    return is_traceable_wrapper_subclass(t)


def _get_current_dispatch_mode() -> None:
    """The mode that sees operations: none."""


def _disable_current_modes() -> Any:
    """A block without modes: one that does nothing."""
    from contextlib import nullcontext

    return nullcontext([])
