"""Sums and softmax of sparse tensors."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from ._base import operation
from .compressed import Compressed
from .coo import Coo, coo, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _axes(dim: Any, n: int) -> list[int]:
    axes = [dim] if isinstance(dim, int) else list(dim)
    for axis in axes:
        if not -n <= axis < n:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {axis})"
            )
    axes = [axis % n for axis in axes]
    if len(set(axes)) != len(axes):
        raise RuntimeError("dim appears multiple times in the list of dims")
    return sorted(axes)


def along(input: Any, dim: Any = None, dtype: Any = None, keepdim: bool = False, by: str = "sum") -> Any:
    """The sum along axes: a plain tensor if no sparse axis is left, else a sparse one."""
    if isinstance(input, Compressed):
        return _of_matrix(input, dim, keepdim, dtype)
    values = input._v if dtype is None else input._v.to(dtype)
    if dtype is None and not (values.is_floating_point() or values.is_complex()) and dim is None:
        values = values.to(_C.int64)
    if dim is None or (not isinstance(dim, int) and len(dim) == 0):
        return values.sum()
    n, first = input.dim(), input.sparse_dim()
    axes = _axes(dim, n)
    inner = [axis - first + 1 for axis in axes if axis >= first]
    if inner:
        values = values.sum(inner, keepdim=keepdim, dtype=values.dtype)
    kept = [axis for axis in range(first) if axis not in axes]
    if keepdim:
        shape = [1 if axis in axes else length for axis, length in enumerate(input.shape)]
        places = input._i.clone()
        for axis in axes:
            if axis < first:
                places[axis] = 0
        made = coo(places, values, shape, False)
        return made.coalesce() if len(kept) < first else coo(places, values, shape, input._once)
    if not kept:
        return values.sum(0, dtype=values.dtype)
    shape = [length for axis, length in enumerate(input.shape) if axis not in axes]
    if len(kept) == first:
        return coo(input._i, values, shape, input._once)
    return coo(input._i.index_select(0, _C.tensor(kept)), values, shape, False).coalesce()


def _of_matrix(input: Any, dim: Any, keepdim: bool, dtype: Any) -> Any:
    values = input._v if dtype is None else input._v.to(dtype)
    if dim is None or (not isinstance(dim, int) and len(dim) == 0):
        return values.sum()
    if not keepdim:
        raise RuntimeError("reduction operations on CSR tensors with keepdim=False is unsupported")
    return along(input.to_sparse_coo(), dim, dtype, True).to_sparse(layout=input.layout)


def _sum(
    input: Any,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    axis: Any = None,
    keepdims: Any = None,
) -> Any:
    return along(input, axis if dim is None else dim, dtype, keepdim if keepdims is None else keepdims)


def softmax(input: Any, dim: int, dtype: Any = None, log: bool = False) -> Any:
    """The softmax of the stored elements along an axis; what is not stored counts as minus infinity."""
    if not isinstance(input, Coo):
        raise NotImplementedError("softmax: only for tensors in the layout torch.sparse_coo")
    ready = input.coalesce()
    values = ready._v if dtype is None else ready._v.to(dtype)
    if not values.is_floating_point():
        raise NotImplementedError(f"\"softmax\" not implemented for '{_word(values.dtype)}'")
    axis, first = _axes(dim, ready.dim())[0], ready.sparse_dim()
    if axis >= first:
        at = axis - first + 1
        return coo(ready._i, values.log_softmax(at) if log else values.softmax(at), ready.shape, True)
    if ready._nnz() == 0:
        return coo(ready._i, values, ready.shape, True)
    rest = [each for each in range(first) if each != axis]
    if rest:
        pool = coo(ready._i.index_select(0, _C.tensor(rest)), values, [ready.shape[each] for each in rest])
        _, which = _C.unique(pool._places().flat, return_inverse=True)
    else:
        which = _C.zeros(ready._nnz(), dtype=_C.int64)
    count = int(which.amax()) + 1
    spread = which.view(-1, *[1] * (values.dim() - 1)).expand_as(values)
    most = _C.full((count, *values.shape[1:]), -float("inf"), dtype=values.dtype)
    most = most.scatter_reduce(0, spread, values.detach(), "amax")
    shifted = values - most.index_select(0, which)
    raised = shifted.exp()
    sums = total(raised, which, count)
    made = shifted - sums.log().index_select(0, which) if log else raised / sums.index_select(0, which)
    return coo(ready._i, made, ready.shape, True)


def _word(dtype: Any) -> str:
    from .product import _scalar

    return _scalar(dtype)


def _softmax(input: Any, dim: Any, dtype: Any = None, **kwargs: Any) -> Any:
    return softmax(input, dim, dtype)


def _log_softmax(input: Any, dim: Any, dtype: Any = None, **kwargs: Any) -> Any:
    return softmax(input, dim, dtype, True)


def _norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    if dim is not None:
        raise NotImplementedError("norm: only of all elements of a sparse tensor")
    ready = input.coalesce() if isinstance(input, Coo) else input
    return _C.norm(ready._v, 2 if p == "fro" else p, dtype=dtype)


def _any(input: Any, *args: Any, **kwargs: Any) -> Tensor:
    if args or kwargs:
        raise NotImplementedError("any: only of all elements of a sparse tensor")
    return (input.coalesce() if isinstance(input, Coo) else input)._v.any()


for _kind in (Coo, Compressed):
    for _function, _names in (
        (_sum, "sum"),
        (_softmax, "softmax"),
        (_log_softmax, "log_softmax"),
        (_norm, "norm"),
        (_any, "any"),
    ):
        operation(_kind, *_names.split())(_function)
