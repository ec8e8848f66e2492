"""Masks under which a query sees what comes before it."""

from __future__ import annotations

from ... import _C

__all__ = ["causal_lower_right", "causal_upper_left"]


def causal_upper_left(*size: int) -> _C.Tensor:
    """The triangle whose corner is the first query and the first key, as a mask of bool: true where a query sees a key.

    Args:
        size (int): queries and keys.

    Examples::

        >>> rl.nn.attention.bias.causal_upper_left(2, 3)
        tensor([[ True, False, False],
                [ True,  True, False]])
    """
    _check(size, "causal_upper_left")
    return _C.ones(*size, dtype=_C.bool).tril()


def causal_lower_right(*size: int) -> _C.Tensor:
    """The triangle whose corner is the last query and the last key.

    Args:
        size (int): queries and keys.

    Examples::

        >>> rl.nn.attention.bias.causal_lower_right(2, 3)
        tensor([[ True,  True, False],
                [ True,  True,  True]])
    """
    _check(size, "causal_lower_right")
    return _C.ones(*size, dtype=_C.bool).tril(size[1] - size[0])


def _check(size, name):
    if len(size) != 2:
        raise AssertionError(f"{name} only supports 2D tensors")
