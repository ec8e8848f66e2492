"""Process-wide settings that are policy of the package."""

from __future__ import annotations

import os as _os

from . import _C
from ._C import is_grad_enabled as is_grad_enabled

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

_deterministic = False


def set_printoptions(
    precision: Any = None,
    threshold: Any = None,
    edgeitems: Any = None,
    linewidth: Any = None,
    profile: Any = None,
    sci_mode: Any = None,
) -> Any:
    """How tensors are printed.

    Args:
        precision (int): digits after the point (4).
        threshold (int): elements from which a tensor is summarised (1000).
        edgeitems (int): items at each edge of a summary (3).
        linewidth (int): characters in a line (80).
        profile (str): ``default``, ``short`` or ``full``.
        sci_mode (bool): scientific notation always or never; by the values if ``None``.
    """
    _C.set_printoptions(precision, threshold, edgeitems, linewidth, profile, sci_mode)


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accepted for compatibility: every operation is deterministic at any thread count anyway."""
    global _deterministic
    _deterministic = bool(mode)


def are_deterministic_algorithms_enabled() -> bool:
    """What :func:`use_deterministic_algorithms` was last told."""
    return _deterministic


def set_default_tensor_type(t: Any, /) -> None:
    """The old way to set the default dtype: ``torch.DoubleTensor`` or its name."""
    from ._tensor import _BY_TYPE_NAME

    _C.set_default_dtype(_BY_TYPE_NAME[t] if isinstance(t, str) else t.dtype)


def get_default_device() -> Any:
    """The device of new tensors."""
    return _C.device("cpu")


def get_num_interop_threads() -> int:
    """Threads between operations: one."""
    return 1


def set_num_interop_threads(n: int) -> None:
    """Accepted for compatibility: operations run one after another."""


def is_storage(obj: object, /) -> bool:
    """Whether ``obj`` is the storage of a tensor."""
    from .storage import TypedStorage, UntypedStorage

    return isinstance(obj, (TypedStorage, UntypedStorage))


def _alone() -> None:
    """In a process that was forked: computes with one thread.

    The engine's threads do not survive a fork, and if one was at work a child that hands it a part would wait for ever.
    The bits of results do not depend on the number of threads.
    """
    _C.set_num_threads(1)


if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(after_in_child=_alone)

__all__ = [name for name in globals() if not name.startswith("_")]
