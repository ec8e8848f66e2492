"""Kernels of PyTorch's that are written in Python's sublanguages (``torch.backends.python_native``). There are none here:
the lists are empty, and a program that turns some on or off changes nothing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

__all__ = [
    "all_dsls",
    "available_dsls",
    "disable_dispatch_keys",
    "disable_operations",
    "enable_dispatch_keys",
    "enable_operations",
    "get_dsl_operations",
    "is_dsl_disabled",
    "is_operation_disabled",
    "operations_disabled",
]

all_dsls: list[str] = []
available_dsls: list[str] = []
_off: set[str] = set()


def get_dsl_operations(dsl_name: str) -> list[str]:
    """The operations of a sublanguage.

    Errors: ValueError, as there is none.

    >>> rl.backends.python_native.get_dsl_operations("triton")
    Traceback (most recent call last):
    ValueError: there is no DSL 'triton' here: all kernels are compiled
    """
    raise ValueError(f"there is no DSL {dsl_name!r} here: all kernels are compiled")


def is_dsl_disabled(dsl_name: str) -> bool:
    """Whether a sublanguage is off.

    Errors: ValueError, as there is none.
    """
    get_dsl_operations(dsl_name)
    return True


def disable_operations(*op_symbols: str) -> None:
    """Says that operations are not to use such kernels, which none does.

    >>> rl.backends.python_native.disable_operations("mm")
    >>> rl.backends.python_native.is_operation_disabled("mm")
    True
    >>> rl.backends.python_native.enable_operations("mm")
    """
    _off.update(op_symbols)


def enable_operations(*op_symbols: str) -> None:
    """Takes :func:`disable_operations` back."""
    _off.difference_update(op_symbols)


def is_operation_disabled(op_symbol: str) -> bool:
    """Whether :func:`disable_operations` named an operation."""
    return op_symbol in _off


@contextmanager
def operations_disabled(*op_symbols: str) -> Any:
    """A block of :func:`disable_operations`."""
    fresh = set(op_symbols) - _off
    _off.update(fresh)
    try:
        yield
    finally:
        _off.difference_update(fresh)


def disable_dispatch_keys(*dispatch_keys: str) -> None:
    """Accepted for compatibility: there are no such kernels for any device."""


def enable_dispatch_keys(*dispatch_keys: str) -> None:
    """Accepted for compatibility: there are no such kernels for any device."""
