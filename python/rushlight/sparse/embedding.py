"""Gradients of tables of embeddings that store the rows alone that were looked up (``sparse=True``).

The engine's gradients are dense. So the lookup hands it none, and lays the sparse gradient into the table's ``.grad`` itself; a
dense gradient that comes from elsewhere, before or after, is added to it. A table that is computed from others gets a dense
gradient, as those need one.
"""

from __future__ import annotations

from weakref import ref

from .. import _C
from .._C import Tensor
from ..autograd.function import Function
from ..autograd.grad_mode import no_grad
from .coo import Coo, coo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# where `autograd.grad` wants sparse gradients laid instead: by the identity of the table
collected: dict[int, Any] | None = None


def collect(run: Any) -> tuple[Any, dict[int, Any]]:
    """What `run()` gives, and the sparse gradients that came up meanwhile, which touch no ``.grad``."""
    global collected
    before, collected = collected, {}
    try:
        return run(), collected
    finally:
        collected = before


def together(dense: Any, sparse: Any) -> Any:
    """The sum of two gradients, each of which may be missing."""
    if dense is None or sparse is None:
        return sparse if dense is None else dense
    return dense + sparse


def _lay(table: Tensor, grad: Any) -> None:
    if collected is not None:
        known = collected.get(id(table))
        collected[id(table)] = grad if known is None else known + grad
        return
    known = table.grad
    with no_grad():
        table.grad = grad if known is None else known + grad


# tables that have the hook, by identity: an attribute would go into copies and files, which have it not
_watched: dict[int, Any] = {}


def _watch(table: Tensor) -> None:
    """Lets a dense gradient that comes after a sparse one be added to it."""
    number = id(table)
    if number in _watched:
        return
    held = _watched[number] = ref(table, lambda _: _watched.pop(number, None))

    def add(grad: Tensor) -> Any:
        owner = held()
        known = None if owner is None else owner.grad
        if owner is None or collected is not None or not isinstance(known, Coo):
            return None
        owner.grad = None
        return grad + known

    table.register_hook(add)


class _Rows(Function):
    """Rows of a table, or what a bag makes of them, by a dense function of the table; the gradient by rows."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, keep: Any, index: Tensor) -> Any:
        """The rows."""
        ctx.table, ctx.keep, ctx.index = table, keep, index
        return table.detach().index_select(0, index)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        """Lays the gradient where it belongs."""
        index, g = ctx.index, g
        if ctx.keep is not None:
            index, g = index.index_select(0, ctx.keep), g.index_select(0, ctx.keep)
        _lay(ctx.table, coo(index.unsqueeze(0), g.detach(), ctx.table.shape))
        return None, None, None


def rows(table: Tensor, index: Tensor, padding_idx: int | None) -> Tensor:
    """Rows of a leaf by a flat list of indices; of those with ``padding_idx`` no gradient is kept."""
    _watch(table)
    flat = index.reshape(-1).to(_C.int64)
    keep = None
    if padding_idx is not None:
        keep = (flat != padding_idx).nonzero().flatten()
    return _Rows.apply(table, keep, flat)


def embedding(input: Tensor, weight: Tensor, padding_idx: Any, max_norm: Any, norm_type: float, scaled: bool) -> Any:
    """``embedding`` of a leaf, its gradient sparse.

    Errors: RuntimeError with ``scale_grad_by_freq``, which needs all rows.
    """
    if scaled:
        raise RuntimeError("embedding_backward: scale_grad_by_freq not supported with sparse gradients")
    with no_grad():  # checks the arguments, and renorms rows if asked to
        found = _C._nn.embedding(input, weight, padding_idx, max_norm, norm_type)
    if padding_idx is not None and padding_idx < 0:
        padding_idx += weight.size(0)
    return rows(weight, input, padding_idx).view(found.shape)


def embedding_bag(
    input: Tensor, weight: Tensor, offsets: Any, max_norm: Any, norm_type: float, scaled: bool, mode: str,
    per_sample_weights: Any, include_last_offset: bool, padding_idx: Any,
) -> Any:  # fmt: skip
    """``embedding_bag`` of a leaf, its gradient sparse.

    Errors: ValueError with ``scale_grad_by_freq``, RuntimeError with ``mode="max"``, as PyTorch.
    """
    if mode == "max":
        raise ValueError("max mode does not support sparse weights")
    if scaled:
        raise RuntimeError("embedding_bag: scale_grad_by_freq not supported with sparse gradients")
    if max_norm is not None:
        with no_grad():  # renorms the rows in place
            _C._nn.embedding(input, weight, None, max_norm, norm_type)
    if padding_idx is not None and padding_idx < 0:
        padding_idx += weight.size(0)
    found = rows(weight, input, padding_idx)
    place = _C.arange(found.size(0), dtype=input.dtype).view(input.shape)
    if padding_idx is None:
        return _C._nn.embedding_bag(
            place, found, offsets, mode=mode, per_sample_weights=per_sample_weights, include_last_offset=include_last_offset
        )  # fmt: skip
    # a row behind all others stands for padding
    padded = _C.cat([found, found.new_zeros(1, found.size(1))])
    place = _C.where(input == padding_idx, found.size(0), place)
    return _C._nn.embedding_bag(
        place, padded, offsets, mode=mode, per_sample_weights=per_sample_weights, include_last_offset=include_last_offset,
        padding_idx=found.size(0),
    )  # fmt: skip
