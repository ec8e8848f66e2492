"""Arithmetic of sparse tensors: element by element, where zeros stay zeros."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from ._base import Sparse, operation
from .compressed import Compressed
from .coo import Coo, coo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# functions that are zero at zero, and have an in-place form
_ZERO = (
    "abs absolute arcsin arcsinh arctan arctanh asin asinh atan atanh ceil deg2rad erf erfinv expm1 floor frac log1p "
    "nan_to_num rad2deg relu round sgn sign sin sinh sqrt square tan tanh trunc fix"
)
# those that are no other thing in place
_TESTS = "isinf isnan isneginf isposinf signbit positive conj conj_physical resolve_conj angle real imag"
# linear ones: what is stored at one place several times may stay so
_LINEAR = frozenset("neg negative positive conj conj_physical resolve_conj real imag deg2rad rad2deg".split())


def _ready(tensor: Any) -> Any:
    return tensor.coalesce() if isinstance(tensor, Coo) else tensor


def _unary(name: str) -> Any:
    inner = getattr(_C, name)

    def function(input: Any, *args: Any, **kwargs: Any) -> Any:
        ready = input if name in _LINEAR else _ready(input)
        return ready._like(inner(ready._v, *args, **kwargs))

    return function


def _changed(name: str) -> Any:
    """The operation in place: a leaf that requires a gradient is refused by its values."""
    inner = getattr(Tensor, name + "_")

    def function(input: Any, *args: Any, **kwargs: Any) -> Any:
        if name in _LINEAR or not isinstance(input, Coo) or input._once:
            inner(input._v, *args, **kwargs)
        else:
            ready = input.coalesce()
            input._take(ready._like(inner(ready._v.clone(), *args, **kwargs)))
        return input

    return function


def _pow(input: Any, exponent: Any) -> Any:
    if isinstance(exponent, Tensor) or not isinstance(input, Sparse):
        raise NotImplementedError("pow: sparse tensors have powers with numbers alone")
    if exponent == 0:
        raise RuntimeError(
            "pow: cannot raise to zeroth power on sparse tensor; it would make the result tensor dense"
        )
    ready = _ready(input)
    return ready._like(ready._v.pow(exponent))


def _number(value: Any) -> bool:
    return not isinstance(value, Tensor) or (value.dim() == 0 and not isinstance(value, Sparse))


def _mul(input: Any, other: Any) -> Any:
    if not isinstance(input, Sparse):
        input, other = other, input
    if _number(other):
        return input._like(input._v * other)
    if isinstance(other, Sparse):
        return _both(input, other)
    shape = _C.broadcast_tensors(_C.empty(input.shape, device="meta"), _C.empty(other.shape, device="meta"))[
        0
    ].shape
    if shape != input.shape:
        raise NotImplementedError(
            f"mul: a sparse tensor of shape {tuple(input.shape)} is not expanded to {tuple(shape)}"
        )
    return input._like(input._v * input._pick(other.expand(shape)))


def _both(a: Any, b: Any) -> Any:
    """The product of two sparse tensors: where both store something."""
    if a.shape != b.shape:
        raise RuntimeError(
            f"mul: expected sizes of 'self' and 'other' to match, but {list(a.shape)} != {list(b.shape)}"
        )
    back = a.layout
    a, b = a.to_sparse_coo().coalesce(), b.to_sparse_coo().coalesce()
    if a.sparse_dim() != b.sparse_dim():
        raise RuntimeError("mul: expected 'self' and 'other' to have the same number of sparse dimensions")
    if a._i is b._i or (a._i.shape == b._i.shape and _C.equal(a._i, b._i)):
        made = a._like(a._v * b._v)
    else:
        mine, theirs = a._places().flat, b._places().flat
        at = _C.searchsorted(theirs, mine)
        there = at < theirs.numel()
        at = at.clamp(max=max(theirs.numel() - 1, 0))
        if theirs.numel():
            there = there & (theirs.index_select(0, at) == mine)
        keep = there.nonzero().flatten()
        values = a._v.index_select(0, keep) * b._v.index_select(0, at.index_select(0, keep))
        made = coo(a._i.index_select(1, keep), values, a.shape, True)
    return made if back == _C.sparse_coo else made.to_sparse(layout=back)


def _mul_(input: Any, other: Any) -> Any:
    if not isinstance(input, Sparse):
        raise RuntimeError("mul_: a dense tensor times a sparse one is sparse; use mul")
    if _number(other):
        input._v.mul_(other)
    else:
        input._take(_mul(input, other))
    return input


def _div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    if not isinstance(input, Sparse):
        raise NotImplementedError(
            "Could not run 'aten::reciprocal' with arguments from the 'SparseCPU' backend: what is not stored would be infinite"
        )
    if not _number(other):
        raise RuntimeError(
            f"Sparse division requires a scalar or zero-dim dense tensor divisor (got shape {list(other.shape)} for divisor)"
        )
    ready = input if rounding_mode is None else _ready(input)
    return ready._like(_C.div(ready._v, other, rounding_mode=rounding_mode))


def _div_(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    made = _div(input, other, rounding_mode=rounding_mode)
    if made._once == input._once if isinstance(input, Coo) else True:
        input._v.div_(other, rounding_mode=rounding_mode)
    else:
        input._take(made)
    return input


def _add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    if not isinstance(input, Sparse):
        return _onto(input.clone() if isinstance(other, Sparse) else input, other, alpha)
    if not isinstance(other, Sparse):
        if isinstance(input, Compressed) and isinstance(other, Tensor):
            return _onto(other * alpha, input, 1)
        raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")
    if input.shape != other.shape:
        raise RuntimeError(
            f"add: expected sizes of 'self' and 'other' to match, but {list(input.shape)} != {list(other.shape)}"
        )
    back = input.layout
    if isinstance(input, Compressed) or isinstance(other, Compressed):
        a, b = input.to_sparse_coo(), other.to_sparse_coo()
        return _add(a, b, alpha=alpha).coalesce().to_sparse(layout=back)
    if input.sparse_dim() != other.sparse_dim():
        raise RuntimeError(
            f"add: expected 'self' and 'other' to have same sparse_dim, but {input.sparse_dim()} != {other.sparse_dim()}"
        )
    values = other._v if alpha == 1 else other._v * alpha
    once = input._once and other._once
    if input._i is other._i or (input._i.shape == other._i.shape and _C.equal(input._i, other._i)):
        made = coo(input._i, input._v + values, input.shape, once)
    else:
        dtype = _C.promote_types(input.dtype, values.dtype)
        joined = _C.cat([input._v.to(dtype), values.to(dtype)])
        made = coo(_C.cat([input._i, other._i], 1), joined, input.shape)
        made = made.coalesce() if once else made
        made._made = None
    return made


def _onto(dense: Tensor, sparse: Any, alpha: Any) -> Tensor:
    """Adds the stored elements to a dense tensor, in place."""
    if dense.shape != sparse.shape:
        raise RuntimeError(
            "add: expected 'self' and 'other' to have same size, but self has size "
            f"{list(dense.shape)} while other has size {list(sparse.shape)} "
            "(FYI: dense-sparse addition does not currently support broadcasting)"
        )
    sparse = sparse.to_sparse_coo()
    values = sparse._v
    wide = _C.promote_types(dense.dtype, values.dtype)
    if not _C.can_cast(wide, dense.dtype):
        raise RuntimeError(f"Can't convert result type {wide} to output {dense.dtype} in add operation")
    values = values.to(dense.dtype)
    if sparse.sparse_dim() == 1 and dense.dtype != _C.bool:
        return dense.index_add_(0, sparse._i[0], values, alpha=alpha)
    values = values if alpha == 1 else values * alpha
    indices = tuple(sparse._i)
    if not indices:
        return dense.add_(values.sum(0))
    return dense.index_put_(indices, values, accumulate=True)


def _add_(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    if not isinstance(input, Sparse):
        return _onto(input, other, alpha)
    input._take(_add(input, other, alpha=alpha))
    return input


def _sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    return _add(input, other, alpha=-alpha)


def _sub_(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    return _add_(input, other, alpha=-alpha)


def _zero_(input: Any) -> Any:
    """Stores nothing any more."""
    if isinstance(input, Compressed):
        input._v.zero_()
        return input
    if input.requires_grad and input.is_leaf and _C.is_grad_enabled():
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    input._take(coo(input._i[:, :0], input._v[:0].detach(), input.shape, True))
    return input


for _kind in (Coo, Compressed):
    for _name in f"{_ZERO} {_TESTS} neg negative".split():
        if hasattr(_C, _name):
            operation(_kind, _name)(_unary(_name))
    for _name in f"{_ZERO} neg negative".split():
        if hasattr(Tensor, _name + "_"):
            operation(_kind, _name + "_")(_changed(_name))
    for _function, _names in (
        (_pow, "pow"),
        (_mul, "mul multiply"),
        (_mul_, "mul_ multiply_"),
        (_div, "div divide true_divide"),
        (_div_, "div_ divide_ true_divide_"),
        (_add, "add"),
        (_add_, "add_"),
        (_sub, "sub subtract"),
        (_sub_, "sub_ subtract_"),
        (_zero_, "zero_"),
    ):
        operation(_kind, *_names.split())(_function)


def _floor_divide(input: Any, other: Any) -> Any:
    return _div(input, other, rounding_mode="floor")


operation(Coo, "floor_divide")(_floor_divide)
