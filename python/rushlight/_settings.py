"""Process-wide settings that are policy of the package."""

from __future__ import annotations

from . import _C
from ._C import get_default_device as get_default_device, is_grad_enabled as is_grad_enabled

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


def set_default_device(device: Any) -> None:
    """The device of new tensors on this thread, where they are not told one; ``None`` for the CPU.

    Args:
        device (device, str or int): ``with rl.device(..)`` does it for a block.

    Example::

        >>> import rushlight as rl
        >>> rl.set_default_device("meta"); rl.ones(2).device
        device(type='meta')
        >>> rl.set_default_device(None); rl.ones(2).device
        device(type='cpu')
    """
    _C._set_default_device(_C.device("cpu" if device is None else device))


def get_num_interop_threads() -> int:
    """Threads between operations: one."""
    return 1


def set_num_interop_threads(n: int) -> None:
    """Accepted for compatibility: operations run one after another."""


def is_storage(obj: object, /) -> bool:
    """Whether ``obj`` is the storage of a tensor."""
    from .storage import TypedStorage, UntypedStorage

    return isinstance(obj, (TypedStorage, UntypedStorage))


__all__ = [name for name in globals() if not name.startswith("_")]
