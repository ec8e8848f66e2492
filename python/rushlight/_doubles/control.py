"""Branches and loops as functions, which PyTorch has for graphs; called from Python they are ``if`` and ``while``."""

from __future__ import annotations

from .._C import Tensor
from ..utils._pytree import tree_map_only

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _truth(value, function):
    if isinstance(value, bool):
        return value
    if isinstance(value, Tensor) and value.numel() == 1:
        return value.item() != 0
    raise RuntimeError(f"{function}: expected a bool or a tensor of one element, got {value!r}")


def cond(
    pred: bool | Tensor,
    true_fn: Callable[..., Any],
    false_fn: Callable[..., Any],
    operands: tuple[Any, ...] | list[Any] = (),
) -> Any:
    """``true_fn(*operands)`` or ``false_fn(*operands)``, by a truth value; what is not chosen is not run.

    Args:
        pred (bool or Tensor): the truth value; a tensor of one element.
        true_fn, false_fn (callable): the two branches.
        operands (tuple): what they are called with. Default: nothing

    Errors: RuntimeError for another `pred`, and if the operands are no tuple or list.

    Example::

        >>> x = rl.tensor([1.0, -3.0])
        >>> rl.cond(x.sum() > 0, lambda x: x, lambda x: -x, (x,))
        tensor([-1.,  3.])
    """
    if not callable(true_fn) or not callable(false_fn):
        raise RuntimeError("Expect both branches to be callable.")
    if not isinstance(operands, (tuple, list)):
        raise RuntimeError(
            f"Expect operands to be a tuple of possibly nested dict/list/tuple that only consists of tensor leaves, but got {operands}."
        )
    return (true_fn if _truth(pred, "cond") else false_fn)(*operands)


def while_loop(
    cond_fn: Callable[..., Any], body_fn: Callable[..., Any], carried_inputs: tuple[Any, ...] | list[Any]
) -> Any:
    """``carried = body_fn(*carried)`` as long as ``cond_fn(*carried)`` holds.

    Args:
        cond_fn (callable): gives a truth value, a bool or a tensor of one element.
        body_fn (callable): gives what the next round is called with: as many values as came.
        carried_inputs (tuple): what the first round is called with.

    Errors: RuntimeError if the inputs are no tuple or list, and for a body that returns another number of values.

    Example::

        >>> rl.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (rl.tensor(0), rl.ones(2)))
        (tensor(3), tensor([8., 8.]))
    """
    if not isinstance(carried_inputs, (tuple, list)):
        raise RuntimeError(f"carried_inputs must be a tuple or list but got {type(carried_inputs)}")
    carried = tree_map_only(Tensor, lambda each: each.clone(), tuple(carried_inputs))
    while _truth(cond_fn(*carried), "while_loop"):
        out = body_fn(*carried)
        out = tuple(out) if isinstance(out, (tuple, list)) else (out,)
        if len(out) != len(carried):
            raise RuntimeError(
                f"body_fn should return the same number of elements as carried_inputs but got {len(out)} and {len(carried)}"
            )
        carried = out
    return carried
