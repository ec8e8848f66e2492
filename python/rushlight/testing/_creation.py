"""Tensors of random values for tests."""

from __future__ import annotations

import math

from .. import _C
from .._types import finfo, iinfo
from .._warn import warn

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor

__all__ = ["make_tensor"]

_INTEGERS = (_C.int8, _C.int16, _C.int32, _C.int64)
_FLOATS = (_C.float16, _C.bfloat16, _C.float32, _C.float64)
_COMPLEX = {_C.complex64: _C.float32, _C.complex128: _C.float64}


def _interval(
    low: Any, high: Any, default: tuple[Any, Any], least: Any, most: Any, dtype: Any
) -> tuple[Any, Any]:
    """The bounds of the draws, moved into what the dtype holds."""
    low = default[0] if low is None else low
    high = default[1] if high is None else high
    if any(isinstance(value, float) and math.isnan(value) for value in (low, high)):
        raise ValueError(f"`low` and `high` cannot be NaN, but got low={low!r} and high={high!r}")
    if low == high and (dtype in _FLOATS or dtype in _COMPLEX):
        warn(
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated since 2.1 "
            "and will be removed in 2.3. Use `torch.full(...)` instead.",
            FutureWarning,
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < least or low >= most:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), "
            f"but {dtype} only supports [{least}, {most})"
        )
    low, high = max(low, least), min(high, most)
    if dtype is _C.bool or dtype is _C.uint8 or dtype in _INTEGERS:
        return math.ceil(low), math.ceil(high)
    return low, high


def _fill_uniform(x: Tensor, low: float, high: float, dtype: Any) -> None:
    if high - low > finfo(dtype).max:  # wider than a number of the dtype
        x.uniform_(low / 2, high / 2).mul_(2)
    else:
        x.uniform_(low, high)


def make_tensor(
    *shape: Any,
    dtype: Any,
    device: Any,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor of values drawn uniformly from ``[low, high)``.

    Args:
        shape (int or Size): the sizes.
        dtype (dtype): its type.
        device (device): where it is.
        low, high (float, optional): the bounds, moved into what the dtype holds. Default: -9 and 9 for floating and
            complex numbers, both parts of which are drawn, -9 and 10 for integers, 0 and 10 for uint8, 0 and 2 for bool
        requires_grad (bool): Default: ``False``
        noncontiguous (bool): lay every second element only, if there are more than one. Default: ``False``
        exclude_zero (bool): replace zeros with ones, or the least positive normal number. Default: ``False``
        memory_format (memory_format, optional): how it is laid.

    Errors: ValueError for an empty interval, for bounds outside the dtype, or gradients of integers; TypeError for a
    dtype that is not drawn.

    Example::

        >>> rl.testing.make_tensor(3, dtype=rl.float32, device="cpu", low=-1, high=1)
        tensor([-0.0075,  0.5364, -0.8230])
    """
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = tuple(shape[0])
    integral = dtype is _C.bool or dtype is _C.uint8 or dtype in _INTEGERS
    if not (integral or dtype in _FLOATS or dtype in _COMPLEX):
        raise TypeError(
            f"The requested dtype '{dtype}' is not supported by torch.testing.make_tensor(). "
            "To request support, file an issue at: https://github.com/pytorch/pytorch/issues"
        )
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, "
            f"but got noncontiguous={noncontiguous!r} and memory_format={memory_format!r}"
        )
    if requires_grad and integral:
        raise ValueError(
            f"`requires_grad=True` is not supported for boolean and integral dtypes, but got dtype={dtype!r}"
        )
    spaced = noncontiguous and math.prod(shape) > 1
    if spaced:  # twice as long, of which every second element is taken
        shape = (*shape[:-1], 2 * shape[-1])

    if integral:
        if dtype is _C.bool:
            default, least, most = (0, 2), 0, 2
        else:
            limits = iinfo(dtype)
            default, least = ((0, 10) if dtype is _C.uint8 else (-9, 10)), limits.min
            most = limits.max + (dtype is not _C.int64)  # the bound of int64's draws is an int64 itself
        first, end = _interval(low, high, default, least, most, dtype)
        result = _C.randint(first, end, shape, dtype=dtype, device=device)
    else:
        real = _COMPLEX.get(dtype, dtype)
        first, end = _interval(low, high, (-9, 9), finfo(real).min, finfo(real).max, dtype)
        result = _C.empty(shape, dtype=dtype, device=device)
        _fill_uniform(_C.view_as_real(result) if dtype in _COMPLEX else result, first, end, real)

    if spaced:
        result = result[..., 1::2]
    elif memory_format is not None:
        result = result.clone(memory_format=memory_format)
    if exclude_zero:
        result[result == 0] = 1 if integral else finfo(dtype).tiny
    return result.requires_grad_() if requires_grad else result
