"""Running results of any associative operation, along an axis."""

from __future__ import annotations

from .. import _C
from ..utils._pytree import tree_flatten, tree_unflatten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def associative_scan(
    combine_fn: Callable[[Any, Any], Any],
    xs: Any,
    dim: int,
    reverse: bool = False,
    combine_mode: str = "pointwise",
) -> Any:
    """The running results ``x0, f(x0, x1), f(f(x0, x1), x2), ...`` along an axis.

    Neighbours are combined in pairs, and the pairs' results again, so that it takes about ``2 log2(n)`` calls of the
    function, each on whole tensors.

    Args:
        combine_fn (callable): the operation, associative, of two structures as ``xs`` is one.
        xs (Tensor or structure of tensors): the values; all of the same length along the axis.
        dim (int): the axis.
        reverse (bool): from the end. Default: ``False``
        combine_mode (str): ``"pointwise"`` or ``"generic"``; accepted.

    Errors: ValueError for no tensor, for another mode, and for lengths that differ.

    Example::

        >>> from rushlight._higher_order_ops import associative_scan
        >>> associative_scan(lambda a, b: a + b, rl.arange(1, 6), 0)
        tensor([ 1,  3,  6, 10, 15])

    Source: Blelloch (1990), Prefix sums and their applications.
    """
    if combine_mode not in ("pointwise", "generic"):
        raise ValueError(f"Combine_mode must be 'pointwise' or 'generic', but got {combine_mode}")
    leaves, spec = tree_flatten(xs)
    if not leaves:
        raise ValueError("Expected at least 1 xs leaf")
    if len({each.size(dim) for each in leaves}) != 1:
        raise ValueError("All xs leaves must have the same size along the scanned axis")

    def combine(a: list[Any], b: list[Any]) -> list[Any]:
        return tree_flatten(combine_fn(tree_unflatten(a, spec), tree_unflatten(b, spec)))[0]

    done = _scan(combine, [each.flip(dim) if reverse else each for each in leaves], dim)
    return tree_unflatten([each.flip(dim) if reverse else each for each in done], spec)


def _scan(combine, items, dim):
    count = items[0].size(dim)
    if count < 2:
        return items
    even = [_every_other(each, dim, 0, count - 1) for each in items]
    odd = [_every_other(each, dim, 1, count) for each in items]
    pairs = _scan(combine, combine(even, odd), dim)  # the results at all odd places
    first = [each.narrow(dim, 0, 1) for each in items]
    if count > 2:
        before = [each.narrow(dim, 0, (count - 1) // 2) for each in pairs]
        later = [_every_other(each, dim, 2, count) for each in items]
        first = [_C.cat(both, dim) for both in zip(first, combine(before, later))]
    return [_between(a, b, dim, count) for a, b in zip(first, pairs)]


def _every_other(tensor, dim, start, end):
    at = [slice(None)] * tensor.dim()
    at[dim] = slice(start, end, 2)
    return tensor[tuple(at)]


def _between(even, odd, dim, count):
    """The results at even and odd places in order."""
    rest = even.narrow(dim, count // 2, count % 2)
    paired = _C.stack([even.narrow(dim, 0, count // 2), odd], dim % even.dim() + 1)
    return _C.cat([paired.flatten(dim % even.dim(), dim % even.dim() + 1), rest], dim)
