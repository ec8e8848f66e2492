"""Data loading and hook handles."""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import (
        _pytree as _pytree,
        backend_registration as backend_registration,
        benchmark as benchmark,
        checkpoint as checkpoint,
        collect_env as collect_env,
        data as data,
        dlpack as dlpack,
        hooks as hooks,
        model_zoo as model_zoo,
        weak as weak,
    )


def set_module(obj: Any, mod: Any) -> None:
    """Sets the module that an object says it is of."""
    if not isinstance(mod, str):
        raise TypeError("The mod argument should be a string")
    obj.__module__ = mod


def get_cpp_backtrace(frames_to_skip: int = 0, maximum_number_of_frames: int = 64) -> str:
    """The calls of PyTorch's C++ that lead here: none, as there is no C++. Python's own are in :mod:`traceback`, and
    ``RUST_BACKTRACE=1`` shows those of the engine where it ends by a fault of its own.

    Args: frames_to_skip, maximum_number_of_frames (int): which of them.

    >>> rl.utils.get_cpp_backtrace()
    ''
    """
    return ""


cmake_prefix_path = ""  # of PyTorch's C++ library, which is not here

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(
        __name__,
        {},
        "_foreach_utils _ordered_set _python_dispatch _pytree backcompat backend_registration benchmark checkpoint collect_env data dlpack flop_counter hooks model_zoo tensorboard weak",
    )
