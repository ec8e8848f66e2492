"""Rows of reductions, of products, and of what sorts."""

from __future__ import annotations

from typing import Any

from .. import _C
from ._graph import Builder, Value, listed, row

_REDUCED = {
    "sum": "ReduceSum",
    "mean": "ReduceMean",
    "prod": "ReduceProd",
    "amax": "ReduceMax",
    "amin": "ReduceMin",
    "logsumexp": "ReduceLogSumExp",
}


def reduced(b: Builder, operator: str, input: Value, dim: Any = None, keepdim: bool = False) -> Value:
    """A reduction over axes; they became an input with version 18, of the sum earlier."""
    axes = dim if isinstance(dim, list) and dim else listed(dim, input.ndim)
    if not axes:
        return input
    if b.opset >= 18 or operator == "ReduceSum":
        return b.op(operator, input, axes, keepdims=int(keepdim))
    return b.op(operator, input, axes=axes, keepdims=int(keepdim))


def _reduction(name: str, operator: str) -> None:
    @row(name)
    def written(
        b: Builder, input: Value, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
    ) -> Value:
        return reduced(b, operator, b.cast(input, b.result.dtype), dim, keepdim)


for _name, _operator in _REDUCED.items():
    _reduction(_name, _operator)


def _extreme(name: str, whole: str, position: str) -> None:
    @row(name)
    def written(b: Builder, input: Value, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Value):
            return b.op({"max": "Max", "min": "Min"}[name], *b.promoted(input, dim))
        if dim is None:
            return reduced(b, whole, input)
        at = b.op(position, input, axis=dim % max(input.ndim, 1), keepdims=int(keepdim), dtype=_C.int64)
        return reduced(b, whole, input, dim, keepdim), at

    @row(f"arg{name}")
    def placed(b: Builder, input: Value, dim: Any = None, keepdim: bool = False) -> Value:
        if dim is None:
            flat = b.op("Reshape", input, [-1])
            return b.op(position, flat, axis=0, keepdims=0, dtype=_C.int64)
        return b.op(position, input, axis=dim % max(input.ndim, 1), keepdims=int(keepdim), dtype=_C.int64)


_extreme("max", "ReduceMax", "ArgMax")
_extreme("min", "ReduceMin", "ArgMin")


def _asked(name: str, operator: str) -> None:
    @row(name)
    def written(b: Builder, input: Value, dim: Any = None, keepdim: bool = False) -> Value:
        counted = b.cast(b.cast(input, _C.bool), _C.int32)
        return b.cast(reduced(b, operator, counted, dim, keepdim), _C.bool)


_asked("any", "ReduceMax")
_asked("all", "ReduceMin")


def deviation(b: Builder, input: Value, dim: Any, correction: Any, keepdim: bool) -> Value:
    """The variance over axes."""
    axes = listed(dim, input.ndim)
    centred = b.op("Sub", input, reduced(b, "ReduceMean", input, axes, True))
    squares = b.op("Mul", centred, centred)
    if correction == 0:
        return reduced(b, "ReduceMean", squares, axes, keepdim)
    count = b.constant(1.0, input.dtype)
    for axis in axes:
        count = b.op("Mul", count, b.value(b.size(input, axis), input.dtype))
    fewer = b.op("Sub", count, float(correction))
    return b.op("Div", reduced(b, "ReduceSum", squares, axes, keepdim), fewer)


def _spread(name: str, root: bool) -> None:
    @row(name)
    def written(
        b: Builder,
        input: Value,
        dim: Any = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: Any = None,
    ) -> Value:
        if isinstance(dim, bool):  # var(unbiased)
            dim, unbiased = None, dim
        correction = int(unbiased) if correction is None else correction
        made = deviation(b, input, dim, correction, keepdim)
        return b.op("Sqrt", made) if root else made


_spread("var", False)
_spread("std", True)


@row("var_mean")
def _var_mean(
    b: Builder, input: Value, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: Any = None
) -> Any:
    correction = int(unbiased) if correction is None else correction
    axes = listed(dim, input.ndim)
    return deviation(b, input, axes, correction, keepdim), reduced(b, "ReduceMean", input, axes, keepdim)


@row("norm", "linalg_vector_norm", "vector_norm", "linalg_norm")
def _norm(
    b: Builder, input: Value, p: Any = 2, dim: Any = None, keepdim: bool = False, dtype: Any = None, ord: Any = None
) -> Value:
    p, dim = p if ord is None else ord, listed(dim, input.ndim)
    if p in ("fro", 2, None):
        return reduced(b, "ReduceL2", input, dim, keepdim)
    if p == 1:
        return reduced(b, "ReduceL1", input, dim, keepdim)
    sizes = b.op("Abs", input)
    if p in (float("inf"), -float("inf")):
        return reduced(b, "ReduceMax" if p > 0 else "ReduceMin", sizes, dim, keepdim)
    total = reduced(b, "ReduceSum", b.op("Pow", sizes, float(p)), dim, keepdim)
    return b.op("Pow", total, 1 / float(p))


@row("normalize")
def _normalize(b: Builder, input: Value, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Value:
    return b.op("Div", input, b.op("Max", _norm(b, input, p, dim, True), float(eps)))


@row("cosine_similarity")
def _cosine_similarity(b: Builder, x1: Value, x2: Value, dim: int = 1, eps: float = 1e-8) -> Value:
    # from the back, for operands are stretched against one another
    axis = dim if dim < 0 else dim - max(x1.ndim, x2.ndim)
    sizes = [b.op("Max", reduced(b, "ReduceL2", each, [axis], True), float(eps)) for each in (x1, x2)]
    product = b.op("Mul", b.op("Div", x1, sizes[0]), b.op("Div", x2, sizes[1]))
    return b.op("ReduceSum", product, [axis], keepdims=0)


@row("cumsum")
def _cumsum(b: Builder, input: Value, dim: int, *, dtype: Any = None) -> Value:
    return b.op("CumSum", b.cast(input, b.result.dtype), b.constant(dim % max(input.ndim, 1), _C.int64))


# ---------------------------------------------------------------------- exponentials along an axis
@row("softmax")
def _softmax(b: Builder, input: Value, dim: int = -1, _stacklevel: int = 3, dtype: Any = None) -> Value:
    return b.op("Softmax", b.cast(input, b.result.dtype), axis=dim)


@row("softmin")
def _softmin(b: Builder, input: Value, dim: int = -1, _stacklevel: int = 3, dtype: Any = None) -> Value:
    return b.op("Softmax", b.op("Neg", b.cast(input, b.result.dtype)), axis=dim)


@row("log_softmax")
def _log_softmax(b: Builder, input: Value, dim: int = -1, _stacklevel: int = 3, dtype: Any = None) -> Value:
    return b.op("LogSoftmax", b.cast(input, b.result.dtype), axis=dim)


# ---------------------------------------------------------------------- products
@row("matmul", "mm", "bmm", "mv", "dot", "__matmul__", "linalg_matmul")
def _matmul(b: Builder, input: Value, other: Value) -> Value:
    return b.op("MatMul", input, other)


@row("linear")
def _linear(b: Builder, input: Value, weight: Value, bias: Any = None) -> Value:
    if input.ndim == 2 and bias is not None:
        return b.op("Gemm", input, weight, bias, transB=1)
    made = b.op("MatMul", input, b.op("Transpose", weight, perm=[1, 0] if weight.ndim == 2 else None))
    return made if bias is None else b.op("Add", made, bias)


@row("addmm", "baddbmm", "addmv", "addbmm")
def _addmm(b: Builder, input: Value, first: Value, second: Value, *, beta: Any = 1, alpha: Any = 1) -> Value:
    product = b.op("MatMul", first, second)
    product = product if alpha == 1 else b.op("Mul", product, float(alpha))
    return b.op("Add", product, input if beta == 1 else b.op("Mul", input, float(beta)))


@row("outer", "ger")
def _outer(b: Builder, input: Value, vec2: Value) -> Value:
    return b.op("Mul", b.op("Unsqueeze", input, [1]), b.op("Unsqueeze", vec2, [0]))


@row("einsum")
def _einsum(b: Builder, equation: str, *operands: Any) -> Value:
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    return b.op("Einsum", *operands, equation=equation.replace(" ", ""))


@row("bilinear")
def _bilinear(b: Builder, input1: Value, input2: Value, weight: Value, bias: Any = None) -> Value:
    made = b.op("Einsum", input1, weight, input2, equation="...i,oij,...j->...o")
    return made if bias is None else b.op("Add", made, bias)


# ---------------------------------------------------------------------- order
@row("topk")
def _topk(
    b: Builder, input: Value, k: Any, dim: int = -1, largest: bool = True, sorted: bool = True
) -> Any:
    count = b.op("Reshape", b.value(k, _C.int64), [1])
    values, at = b.op("TopK", input, count, axis=dim, largest=int(largest), sorted=int(sorted), outputs=2)
    at.dtype = _C.int64
    return values, at


@row("sort")
def _sort(b: Builder, input: Value, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    return _topk(b, input, b.size(input, dim), dim, descending)


@row("argsort")
def _argsort(b: Builder, input: Value, dim: int = -1, descending: bool = False, stable: bool = False) -> Value:
    return _sort(b, input, dim, descending)[1]
