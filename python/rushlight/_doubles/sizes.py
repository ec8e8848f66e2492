"""Arithmetic of sizes that PyTorch's tracing compilers may not know yet; here every size is a number of Python."""

from __future__ import annotations

import builtins
import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class SymInt:
    """The class of whole numbers not known while a program is traced. Programs are not traced here, so there are none,
    and ``isinstance(x, SymInt)`` is false.

    >>> isinstance(rl.ones(2).size(0), rl.SymInt)
    False
    """

    __module__ = "rushlight"


class SymFloat:
    """As :class:`SymInt`, of floating point numbers.

    >>> isinstance(2.0, rl.SymFloat)
    False
    """

    __module__ = "rushlight"


class SymBool:
    """As :class:`SymInt`, of truth values.

    >>> isinstance(True, rl.SymBool)
    False
    """

    __module__ = "rushlight"


def sym_int(a: Any) -> int:
    """A number without its fraction, rounded towards zero.

    >>> rl.sym_int(-2.7)
    -2
    """
    return builtins.int(a)


def sym_float(a: Any) -> float:
    """A number as a float.

    >>> rl.sym_float(2)
    2.0
    """
    return builtins.float(a)


def sym_max(a: Any, b: Any) -> Any:
    """The larger of two numbers, a float if either is one.

    >>> rl.sym_max(3, 2.0)
    3.0
    """
    largest = builtins.max(a, b)
    return builtins.float(largest) if isinstance(a, float) or isinstance(b, float) else largest


def sym_min(a: Any, b: Any) -> Any:
    """The smaller of two numbers, a float if either is one.

    >>> rl.sym_min(3, 2)
    2
    """
    smallest = builtins.min(a, b)
    return builtins.float(smallest) if isinstance(a, float) or isinstance(b, float) else smallest


def sym_not(a: Any) -> builtins.bool:
    """Whether something is false.

    >>> rl.sym_not(0)
    True
    """
    return not a


def sym_ite(b: Any, t: Any, f: Any) -> Any:
    """One of two values of a type, by a truth value.

    Errors: AssertionError for what is no truth value, and for values of two types.

    >>> rl.sym_ite(True, 1, 2)
    1
    """
    if not isinstance(b, builtins.bool):
        raise AssertionError(f"expected SymBool or bool, got {type(b)}")
    if type(t) is not type(f):
        raise AssertionError(f"type mismatch: {type(t)} vs {type(f)}")
    return t if b else f


def sym_sqrt(a: Any) -> float:
    """The square root of a number.

    >>> rl.sym_sqrt(4)
    2.0
    """
    return math.sqrt(a)


def sym_sum(args: Any) -> Any:
    """The sum of a list or tuple of numbers; anything else as it is.

    >>> rl.sym_sum([1, 2])
    3
    """
    return builtins.sum(args) if isinstance(args, (list, tuple)) else args
