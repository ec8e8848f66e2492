"""Parts of ``nn.functional`` that programs take over when they write attention or normalisation of their own.

They are found in ``nn.functional`` under these names, and made when they are first asked for.
"""

from __future__ import annotations

from .. import _C
from .._warn import warn
from ..overrides import (
    handle_torch_function as handle_torch_function,
    has_torch_function as has_torch_function,
    has_torch_function_unary as has_torch_function_unary,
    has_torch_function_variadic as has_torch_function_variadic,
)
from . import _reduction, functional as F, grad as grad
from ._composed import _project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_Reduction = _reduction


class _List:
    """An annotation: a list of so many, where one number may stand for all; ``BroadcastingList2[int]``."""

    def __getitem__(self, kind: Any) -> None:
        return None


BroadcastingList1 = BroadcastingList2 = BroadcastingList3 = _List()


def boolean_dispatch(
    arg_name: str,
    arg_index: int,
    default: bool,
    if_true: Any,
    if_false: Any,
    module_name: str,
    func_name: str,
) -> Any:
    """A function that is one of two, as one of its arguments says.

    Args:
        arg_name (str), arg_index (int): the argument, by name and by place.
        default (bool): its value where it is left out.
        if_true, if_false (callable): the two.
        module_name (str), func_name (str): what the new function says of itself.

    >>> pick = nn.functional.boolean_dispatch("up", 1, False, lambda x, up: x + 1, lambda x, up=False: x - 1, "m", "pick")
    >>> pick(1), pick(1, True), pick(1, up=True)
    (0, 2, 2)
    """

    def function(*args: Any, **kwargs: Any) -> Any:
        chosen = args[arg_index] if arg_index < len(args) else kwargs.get(arg_name, default)
        return (if_true if chosen else if_false)(*args, **kwargs)

    documented = [each.__doc__ for each in (if_true, if_false) if each.__doc__]
    if len(documented) == 2:
        raise RuntimeError("only one function can have a docstring")
    function.__doc__ = documented[0] if documented else None
    function.__name__, function.__module__ = func_name, module_name
    return function


def _verify_batch_size(size: Any) -> None:
    """Refuses a batch with one value a channel, which has no variance."""
    count = size[0]
    for each in size[2:]:
        count *= each
    if count == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")


def _in_projection_packed(q: Any, k: Any, v: Any, w: Any, b: Any = None) -> tuple[Any, ...]:
    """Queries, keys and values through the three parts of one weight of shape (3 E, E)."""
    return tuple(_project(q, k, v, w, b))


def _in_projection(
    q: Any, k: Any, v: Any, w_q: Any, w_k: Any, w_v: Any, b_q: Any = None, b_k: Any = None, b_v: Any = None
) -> tuple[Any, ...]:
    """Queries, keys and values through a weight each; those of keys and values may be narrower."""
    size = q.size(-1)
    for name, weight, wanted in (
        ("w_q", w_q, (size, size)),
        ("w_k", w_k, (size, k.size(-1))),
        ("w_v", w_v, (size, v.size(-1))),
    ):
        if tuple(weight.shape) != wanted:
            raise AssertionError(f"expecting {name} shape of {wanted}, but got {weight.shape}")
    return F.linear(q, w_q, b_q), F.linear(k, w_k, b_k), F.linear(v, w_v, b_v)


def _none_or_dtype(input: Any) -> Any:
    """The dtype of a tensor; ``None`` of nothing."""
    if input is None:
        return None
    if isinstance(input, _C.Tensor):
        return input.dtype
    raise RuntimeError("input to _none_or_dtype() must be None or torch.Tensor")


def _canonical_mask(
    mask: Any, mask_name: str, other_type: Any, other_name: str, target_type: Any, check_other: bool = True
) -> Any:
    """A mask of booleans as zeros and minus infinities of ``target_type``; one of floats as it is."""
    if mask is None:
        return None
    if mask.dtype is not _C.bool and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {mask_name} are supported")
    if check_other and other_type is not None and mask.dtype != other_type:
        warn(
            f"Support for mismatched {mask_name} and {other_name} is deprecated. Use same type for both instead."
        )
    if mask.is_floating_point():
        return mask
    return _C.zeros_like(mask, dtype=target_type).masked_fill_(mask, float("-inf"))


def _get_softmax_dim(name: str, ndim: int, stacklevel: int) -> int:
    """The axis that ``softmax`` takes where none is named, which it warns of."""
    warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument."
    )
    return 0 if ndim in (0, 1, 3) else 1
