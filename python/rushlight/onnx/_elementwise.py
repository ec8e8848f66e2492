"""Rows of operations on each element by itself, and on pairs of elements."""

from __future__ import annotations

import math
from typing import Any

from .. import _C
from ._graph import ROWS, Builder, Value, row
from .errors import UnsupportedOperatorError

Tensor = _C.Tensor

# One operator of ONNX's each
_UNARY = {
    "abs absolute": "Abs",
    "neg negative": "Neg",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "sin": "Sin",
    "cos": "Cos",
    "tan": "Tan",
    "asin arcsin": "Asin",
    "acos arccos": "Acos",
    "atan arctan": "Atan",
    "sinh": "Sinh",
    "cosh": "Cosh",
    "asinh arcsinh": "Asinh",
    "acosh arccosh": "Acosh",
    "atanh arctanh": "Atanh",
    "erf special_erf": "Erf",
    "floor": "Floor",
    "ceil": "Ceil",
    "reciprocal": "Reciprocal",
    "sign sgn": "Sign",
    "sigmoid special_expit": "Sigmoid",
    "tanh": "Tanh",
    "relu": "Relu",
    "softsign": "Softsign",
}
_TESTS = {"isnan": "IsNaN", "isinf": "IsInf"}
_BINARY = {
    "mul multiply imul": "Mul",
    "maximum": "Max",
    "minimum": "Min",
    "pow ipow float_power": "Pow",
}
_COMPARED = {
    "eq": "Equal",
    "lt less": "Less",
    "le less_equal": "LessOrEqual",
    "gt greater": "Greater",
    "ge greater_equal": "GreaterOrEqual",
}
_LOGICAL = {
    "logical_and": "And",
    "logical_or": "Or",
    "logical_xor": "Xor",
}
_BITWISE = {
    "bitwise_and and_ __and__ iand": ("And", "BitwiseAnd"),
    "bitwise_or or_ __or__ ior": ("Or", "BitwiseOr"),
    "bitwise_xor xor __xor__ ixor": ("Xor", "BitwiseXor"),
}
# attributes with which ONNX has an activation: of the parameters by PyTorch's names, with PyTorch's defaults
_ACTIVATIONS = {
    "leaky_relu": ("LeakyRelu", {"negative_slope": ("alpha", 0.01)}),
    "elu": ("Elu", {"alpha": ("alpha", 1.0)}),
    "celu": ("Celu", {"alpha": ("alpha", 1.0)}),
    "selu": ("Selu", {}),
    "hardswish": ("HardSwish", {}),
}


def _unary(names: str, operator: str) -> None:
    @row(*names.split())
    def written(b: Builder, input: Any, inplace: bool = False) -> Value:
        return b.op(operator, _in(b, input))


def _binary(names: str, operator: str) -> None:
    @row(*names.split())
    def written(b: Builder, input: Any, other: Any) -> Value:
        return b.op(operator, _in(b, input), _in(b, other))


def _compared(names: str, operator: str) -> None:
    @row(*names.split())
    def written(b: Builder, input: Any, other: Any) -> Value:
        return b.op(operator, *b.promoted(input, other), dtype=_C.bool)


def _logical(names: str, operator: str) -> None:
    @row(*names.split())
    def written(b: Builder, input: Any, other: Any) -> Value:
        return b.op(operator, b.value(input, _C.bool), b.value(other, _C.bool), dtype=_C.bool)


def _bitwise(names: str, operators: tuple[str, str]) -> None:
    @row(*names.split())
    def written(b: Builder, input: Any, other: Any) -> Value:
        first, second = b.promoted(input, other)
        return b.op(operators[first.dtype is not _C.bool], first, second)


def _activation(name: str, operator: str, attributes: dict[str, tuple[str, float]]) -> None:
    @row(name)
    def written(b: Builder, input: Value, *args: Any, **kwargs: Any) -> Value:
        given = dict(zip(attributes, args)) | kwargs
        said: Any = {theirs: float(given.get(ours, default)) for ours, (theirs, default) in attributes.items()}
        return b.op(operator, input, **said)


def _in(b: Builder, operand: Any) -> Value:
    """An operand in the dtype of the result."""
    if isinstance(b.result, Tensor):
        return b.value(operand, b.result.dtype)
    return b.value(operand, _C.int64 if isinstance(b.result, int) else _C.get_default_dtype())


for _names, _one in _UNARY.items():
    _unary(_names, _one)
for _names, _one in _BINARY.items():
    _binary(_names, _one)
for _names, _one in _COMPARED.items():
    _compared(_names, _one)
for _names, _one in _LOGICAL.items():
    _logical(_names, _one)
for _names, _two in _BITWISE.items():
    _bitwise(_names, _two)
for _names, (_one, _attributes) in _ACTIVATIONS.items():
    _activation(_names, _one, _attributes)


def _tested(name: str, operator: str) -> None:
    @row(name)
    def written(b: Builder, input: Value) -> Value:
        floating = b.cast(input, _C.float32) if not input.dtype.is_floating_point else input
        return b.op(operator, floating, dtype=_C.bool)


for _names, _one in _TESTS.items():
    _tested(_names, _one)


# ---------------------------------------------------------------------- arithmetic
@row("add", "iadd", "__add__")
def _add(b: Builder, input: Any, other: Any, *, alpha: Any = 1) -> Value:
    other = _in(b, other)
    return b.op("Add", _in(b, input), other if alpha == 1 else b.op("Mul", other, alpha))


@row("sub", "subtract", "isub")
def _sub(b: Builder, input: Any, other: Any, *, alpha: Any = 1) -> Value:
    other = _in(b, other)
    return b.op("Sub", _in(b, input), other if alpha == 1 else b.op("Mul", other, alpha))


@row("rsub")
def _rsub(b: Builder, input: Any, other: Any, *, alpha: Any = 1) -> Value:
    return _sub(b, other, input, alpha=alpha)


@row("div", "divide", "true_divide", "truediv", "itruediv")
def _div(b: Builder, input: Any, other: Any, *, rounding_mode: str | None = None) -> Value:
    quotient = b.op("Div", _in(b, input), _in(b, other))
    if rounding_mode is None:
        return quotient
    if rounding_mode == "floor":
        return _floor_divide(b, input, other)
    return quotient if not quotient.dtype.is_floating_point else _trunc(b, quotient)


@row("floor_divide", "floordiv")
def _floor_divide(b: Builder, input: Any, other: Any) -> Value:
    first, second = _in(b, input), _in(b, other)
    if first.dtype.is_floating_point:
        return b.op("Floor", b.op("Div", first, second))
    # of integers ONNX's division cuts off
    return b.op("Div", b.op("Sub", first, b.op("Mod", first, second)), second)


@row("remainder", "mod", "imod")
def _remainder(b: Builder, input: Any, other: Any) -> Value:
    first, second = _in(b, input), _in(b, other)
    if not first.dtype.is_floating_point:
        return b.op("Mod", first, second)
    return b.op("Sub", first, b.op("Mul", b.op("Floor", b.op("Div", first, second)), second))


@row("fmod")
def _fmod(b: Builder, input: Any, other: Any) -> Value:
    return b.op("Mod", _in(b, input), _in(b, other), fmod=1)


@row("ne", "not_equal")
def _ne(b: Builder, input: Any, other: Any) -> Value:
    return b.op("Not", b.op("Equal", *b.promoted(input, other), dtype=_C.bool))


@row("logical_not")
def _logical_not(b: Builder, input: Value) -> Value:
    return b.op("Not", b.cast(input, _C.bool))


@row("bitwise_not", "invert", "__invert__")
def _bitwise_not(b: Builder, input: Value) -> Value:
    return b.op("Not" if input.dtype is _C.bool else "BitwiseNot", input)


@row("isfinite")
def _isfinite(b: Builder, input: Value) -> Value:
    return b.op("Not", b.op("Or", ROWS["isnan"](b, input), ROWS["isinf"](b, input)))


@row("where")
def _where(b: Builder, condition: Value, input: Any = None, other: Any = None) -> Value:
    if input is None:
        raise UnsupportedOperatorError("where", "of a condition alone")
    return b.op("Where", b.cast(condition, _C.bool), _in(b, input), _in(b, other), dtype=_in(b, input).dtype)


@row("masked_fill")
def _masked_fill(b: Builder, input: Value, mask: Value, value: Any) -> Value:
    return _where(b, mask, value, input)


@row("lerp")
def _lerp(b: Builder, input: Value, end: Value, weight: Any) -> Value:
    return b.op("Add", input, b.op("Mul", b.op("Sub", end, input), b.value(weight, input.dtype)))


@row("addcmul")
def _addcmul(b: Builder, input: Value, tensor1: Value, tensor2: Value, *, value: Any = 1) -> Value:
    return b.op("Add", input, b.op("Mul", b.op("Mul", tensor1, tensor2), b.value(value, input.dtype)))


@row("addcdiv")
def _addcdiv(b: Builder, input: Value, tensor1: Value, tensor2: Value, *, value: Any = 1) -> Value:
    return b.op("Add", input, b.op("Mul", b.op("Div", tensor1, tensor2), b.value(value, input.dtype)))


# ---------------------------------------------------------------------- functions of one
@row("round")
def _round(b: Builder, input: Value, *, decimals: int = 0) -> Value:
    if decimals == 0:
        return b.op("Round", input)
    return b.op("Div", b.op("Round", b.op("Mul", input, 10.0**decimals)), 10.0**decimals)


@row("trunc", "fix")
def _trunc(b: Builder, input: Value) -> Value:
    return b.op("Mul", b.op("Sign", input), b.op("Floor", b.op("Abs", input)))


@row("frac")
def _frac(b: Builder, input: Value) -> Value:
    return b.op("Sub", input, _trunc(b, input))


@row("rsqrt")
def _rsqrt(b: Builder, input: Value) -> Value:
    return b.op("Reciprocal", b.op("Sqrt", _in(b, input)))


@row("square")
def _square(b: Builder, input: Value) -> Value:
    return b.op("Mul", input, input)


@row("exp2")
def _exp2(b: Builder, input: Value) -> Value:
    return b.op("Exp", b.op("Mul", _in(b, input), math.log(2)))


@row("expm1")
def _expm1(b: Builder, input: Value) -> Value:
    return b.op("Sub", b.op("Exp", _in(b, input)), 1.0)


@row("log1p")
def _log1p(b: Builder, input: Value) -> Value:
    return b.op("Log", b.op("Add", _in(b, input), 1.0))


@row("log2")
def _log2(b: Builder, input: Value) -> Value:
    return b.op("Div", b.op("Log", _in(b, input)), math.log(2))


@row("log10")
def _log10(b: Builder, input: Value) -> Value:
    return b.op("Div", b.op("Log", _in(b, input)), math.log(10))


@row("erfc", "special_erfc")
def _erfc(b: Builder, input: Value) -> Value:
    return b.op("Add", b.op("Neg", b.op("Erf", _in(b, input))), 1.0)


@row("clamp", "clip")
def _clamp(b: Builder, input: Value, min: Any = None, max: Any = None) -> Value:
    input = _in(b, input)
    for bound, operator in ((min, "Max"), (max, "Min")):
        if bound is not None:
            input = b.op(operator, input, b.value(bound, input.dtype))
    return input


@row("clamp_min")
def _clamp_min(b: Builder, input: Value, min: Any) -> Value:
    return _clamp(b, input, min)


@row("clamp_max")
def _clamp_max(b: Builder, input: Value, max: Any) -> Value:
    return _clamp(b, input, None, max)


# ---------------------------------------------------------------------- activations
@row("relu6")
def _relu6(b: Builder, input: Value, inplace: bool = False) -> Value:
    return _clamp(b, input, 0, 6)


@row("hardtanh")
def _hardtanh(
    b: Builder, input: Value, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Value:
    return _clamp(b, input, min_val, max_val)


@row("hardsigmoid")
def _hardsigmoid(b: Builder, input: Value, inplace: bool = False) -> Value:
    return b.op("HardSigmoid", input, alpha=1 / 6, beta=0.5)


@row("silu")
def _silu(b: Builder, input: Value, inplace: bool = False) -> Value:
    return b.op("Mul", input, b.op("Sigmoid", input))


@row("mish")
def _mish(b: Builder, input: Value, inplace: bool = False) -> Value:
    return b.op("Mul", input, b.op("Tanh", b.op("Softplus", input)))


@row("gelu")
def _gelu(b: Builder, input: Value, approximate: str = "none") -> Value:
    if b.opset >= 20:
        return b.op("Gelu", input, approximate=approximate)
    if approximate == "tanh":
        cube = b.op("Mul", b.op("Mul", input, input), input)
        inner = b.op("Mul", b.op("Add", input, b.op("Mul", cube, 0.044715)), math.sqrt(2 / math.pi))
        half = b.op("Tanh", inner)
    else:
        half = b.op("Erf", b.op("Mul", input, math.sqrt(0.5)))
    return b.op("Mul", b.op("Mul", input, 0.5), b.op("Add", half, 1.0))


@row("softplus")
def _softplus(b: Builder, input: Value, beta: float = 1.0, threshold: float = 20.0) -> Value:
    scaled = input if beta == 1 else b.op("Mul", input, float(beta))
    soft = b.op("Softplus", scaled)
    soft = soft if beta == 1 else b.op("Div", soft, float(beta))
    return b.op("Where", b.op("Greater", scaled, float(threshold), dtype=_C.bool), input, soft, dtype=input.dtype)


@row("logsigmoid", "log_sigmoid")
def _logsigmoid(b: Builder, input: Value) -> Value:
    return b.op("Neg", b.op("Softplus", b.op("Neg", input)))


@row("softshrink")
def _softshrink(b: Builder, input: Value, lambd: float = 0.5) -> Value:
    return b.op("Shrink", input, lambd=float(lambd), bias=float(lambd))


@row("hardshrink")
def _hardshrink(b: Builder, input: Value, lambd: float = 0.5) -> Value:
    return b.op("Shrink", input, lambd=float(lambd), bias=0.0)


@row("tanhshrink")
def _tanhshrink(b: Builder, input: Value) -> Value:
    return b.op("Sub", input, b.op("Tanh", input))


@row("threshold")
def _threshold(b: Builder, input: Value, threshold: float, value: float, inplace: bool = False) -> Value:
    above = b.op("Greater", input, float(threshold), dtype=_C.bool)
    return b.op("Where", above, input, b.value(float(value), input.dtype), dtype=input.dtype)


@row("prelu")
def _prelu(b: Builder, input: Value, weight: Value) -> Value:
    if len(weight.shape) == 1 and weight.shape[0] > 1:
        weight = b.op("Reshape", weight, [-1] + [1] * (input.ndim - 2))
    return b.op("PRelu", input, weight)


@row("glu")
def _glu(b: Builder, input: Value, dim: int = -1) -> Value:
    half = input.shape[dim] // 2
    count = {"num_outputs": 2} if b.opset >= 18 else {}
    first, second = b.op("Split", input, [half, half] if not count else None, axis=dim, outputs=2, **count)
    return b.op("Mul", first, b.op("Sigmoid", second))
