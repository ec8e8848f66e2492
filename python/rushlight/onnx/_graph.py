"""An ONNX graph in the making: named values, constants, nodes, and the rows that say what an operation becomes."""

from __future__ import annotations

import inspect
from typing import Any

from onnx import TensorProto, helper

from .. import _C
from .errors import UnsupportedOperatorError

Tensor = _C.Tensor

_KINDS = {
    _C.float32: TensorProto.FLOAT,
    _C.float64: TensorProto.DOUBLE,
    _C.float16: TensorProto.FLOAT16,
    _C.bfloat16: TensorProto.BFLOAT16,
    _C.int64: TensorProto.INT64,
    _C.int32: TensorProto.INT32,
    _C.int16: TensorProto.INT16,
    _C.int8: TensorProto.INT8,
    _C.uint8: TensorProto.UINT8,
    _C.bool: TensorProto.BOOL,
    _C.complex64: TensorProto.COMPLEX64,
    _C.complex128: TensorProto.COMPLEX128,
}


def kind_of(dtype: Any) -> int:
    """ONNX's number of a dtype."""
    if dtype not in _KINDS:
        raise UnsupportedOperatorError(str(dtype), "ONNX has no such tensors, or they are not exported")
    return _KINDS[dtype]


def stored(name: str, tensor: Any) -> Any:
    """A tensor as an initializer."""
    tensor = tensor.detach().cpu().resolve_conj().contiguous()
    data = bytes(memoryview(tensor.reshape(-1).view(_C.uint8))) if tensor.numel() else b""
    return helper.make_tensor(name, kind_of(tensor.dtype), list(tensor.shape), data, raw=True)


class Value:
    """A value of the graph.

    Args:
        name (str): in the graph.
        dtype (dtype): of its elements.
        example (Tensor or number, optional): what it was for the example inputs.
        other (Tensor or number, optional): what it was for inputs of other sizes, if that is known.
    """

    __slots__ = ("dtype", "example", "name", "other")

    def __init__(self, name: str, dtype: Any, example: Any = None, other: Any = None) -> None:
        self.name, self.dtype, self.example, self.other = name, dtype, example, other

    def is_free(self, axis: int) -> bool:
        """Whether an axis may have any size."""
        return not isinstance(self.other, Tensor) or self.other.size(axis) != self.shape[axis]

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes for the example inputs; none for a number."""
        if self.example is None:
            raise AssertionError(f"nobody has said which sizes {self.name} has")
        return tuple(self.example.shape) if isinstance(self.example, Tensor) else ()

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)


class Builder:
    """Collects nodes and constants.

    Args:
        opset (int): the version of ONNX's operators.
        dynamic (bool): whether sizes may differ from those of the examples.
    """

    def __init__(self, opset: int, dynamic: bool) -> None:
        self.opset, self.dynamic = opset, dynamic
        self.nodes: list[Any] = []
        self.initializers: dict[str, Any] = {}
        self.prefix = ""  # of names: the operation that is being written
        self.result: Any = None  # what that gave for the example inputs
        self._count = 0
        self._constants: dict[Any, Value] = {}

    # ------------------------------------------------------------------ values
    def fresh(self) -> str:
        """A name that nothing has yet."""
        self._count += 1
        return f"{self.prefix}_{self._count}"

    def constant(self, value: Any, dtype: Any = None) -> Value:
        """A number, list or tensor that is stored once."""
        tensor = value if isinstance(value, Tensor) else _C.tensor(value, dtype=dtype)
        key = (tensor.dtype, tuple(tensor.shape), str(tensor.tolist())) if tensor.numel() <= 64 else id(value)
        if key not in self._constants:
            name = f"val_{len(self._constants)}"
            self.initializers[name] = stored(name, tensor)
            self._constants[key] = Value(name, tensor.dtype, tensor, tensor)
        return self._constants[key]

    def value(self, given: Any, dtype: Any = None) -> Value:
        """A value, of a number or list where it is none yet; of `dtype` if that is said."""
        if not isinstance(given, Value):
            return self.constant(given, dtype)
        return given if dtype is None else self.cast(given, dtype)

    def ints(self, given: Any) -> Value:
        """A list of int64 in which some items may be values."""
        given = list(given)
        if not any(isinstance(each, Value) for each in given):
            return self.constant(given, _C.int64)
        parts = [
            self.op("Unsqueeze", self.cast(each, _C.int64), [0]) if isinstance(each, Value) else [each]
            for each in given
        ]
        return self.op("Concat", *parts, axis=0) if len(parts) > 1 else self.value(parts[0])

    def number(self, given: Any) -> Any:
        """A number that has to be known now."""
        return given.example if isinstance(given, Value) and not isinstance(given.example, Tensor) else given

    # ------------------------------------------------------------------ nodes
    def op(self, name: str, *inputs: Any, dtype: Any = None, outputs: int = 1, **attributes: Any) -> Any:
        """A node, and the value or values that it makes.

        Args:
            name (str): ONNX's operator.
            inputs (Value, number, list, Tensor or None): numbers become constants of the first value's dtype, lists of int64.
            dtype (dtype, optional): of the result. Default: that of the first value
            outputs (int): how many results. Default: 1
            attributes: those that are None are left out.
        """
        first = next((each for each in inputs if isinstance(each, Value)), None)
        names = []
        for each in inputs:
            if each is None:
                names.append("")
            elif isinstance(each, Value):
                names.append(each.name)
            elif isinstance(each, (list, tuple)):
                names.append(self.ints(each).name)
            else:
                names.append(self.constant(each, first.dtype if first else None).name)
        while names and not names[-1]:
            names.pop()
        made = [self.fresh() for _ in range(outputs)]
        attributes = {key: value for key, value in attributes.items() if value is not None}
        self.nodes.append(helper.make_node(name, names, made, name=f"node_{made[0]}", **attributes))
        dtype = dtype or (first.dtype if first else _C.float32)
        values = [Value(each, dtype) for each in made]
        return values[0] if outputs == 1 else values

    def cast(self, value: Value, dtype: Any) -> Value:
        """The same in another dtype."""
        if value.dtype == dtype:
            return value
        made = self.op("Cast", value, to=kind_of(dtype), dtype=dtype)
        for name in ("example", "other"):
            known = getattr(value, name)
            setattr(made, name, known.to(dtype) if isinstance(known, Tensor) else known)
        return made

    def promoted(self, *operands: Any) -> list[Value]:
        """Operands in the dtype that they have together."""
        tensors = [each for each in operands if isinstance(each, Value)]
        dtype = self._common(operands) if tensors else None
        return [self.value(each, dtype) for each in operands]

    def _common(self, operands: Any) -> Any:
        """The dtype of operands together: tensors with axes before tensors without, these before numbers."""
        samples = []
        for each in operands:
            if not isinstance(each, Value):
                samples.append(each)
            elif isinstance(each.example, Tensor):
                samples.append(each.example)
            else:
                samples.append(each.example if each.example is not None else _C.empty(1, dtype=each.dtype))
        tensors = [each for each in samples if isinstance(each, Tensor)]
        if not tensors:
            whole = all(isinstance(each, int) for each in samples)
            return _C.int64 if whole else _C.get_default_dtype()
        sample = tensors[0]
        for each in samples:
            if each is not tensors[0]:
                sample = _C.empty((1,) * max(sample.dim(), _ndim(each)), dtype=_C.result_type(sample, each))
        return sample.dtype

    # ------------------------------------------------------------------ sizes
    def size(self, value: Value, dim: int) -> Any:
        """A size: a number, or a value where sizes may differ."""
        dim %= max(value.ndim, 1)
        if not self.dynamic or not value.is_free(dim):
            return value.shape[dim]
        part = self.op("Shape", value, start=dim, end=dim + 1, dtype=_C.int64)
        made = self.op("Squeeze", part, [0], dtype=_C.int64)
        made.example = value.shape[dim]
        return made

    def fixed(self, value: Value) -> bool:
        """Whether all sizes are constants."""
        return not self.dynamic or not any(map(value.is_free, range(value.ndim)))

    def sizes(self, value: Value, start: int = 0, end: int | None = None) -> list[Any]:
        """Several sizes."""
        return [self.size(value, dim) for dim in range(*slice(start, end).indices(value.ndim))]

    def reshape(self, value: Value, sizes: Any) -> Value:
        """The same elements in other sizes."""
        sizes = list(sizes)
        if sum(isinstance(each, Value) for each in sizes) == 1 and -1 not in sizes:
            sizes = [-1 if isinstance(each, Value) else each for each in sizes]
        # a size of 0 means nothing and not "as before"
        return self.op("Reshape", value, self.ints(sizes), allowzero=1 if 0 in sizes else None)


def _ndim(sample: Any) -> int:
    return sample.dim() if isinstance(sample, Tensor) else 0


# ---------------------------------------------------------------------- rows
ROWS: dict[str, Any] = {}


def row(*names: str) -> Any:
    """Marks what writes the operations of these names: a function of a builder and the operation's arguments."""

    def mark(function: Any) -> Any:
        for name in names:
            ROWS[name] = function
        function.signature = inspect.signature(function)
        return function

    return mark


def tuple_of(given: Any, count: int) -> list[Any]:
    """A number for each axis, of one for all."""
    return list(given) if isinstance(given, (list, tuple)) else [given] * count


def listed(dim: Any, ndim: int) -> list[int]:
    """Axes counted from the front; None is all of them."""
    if dim is None or (isinstance(dim, (list, tuple)) and not dim):
        return list(range(ndim))
    return [each % max(ndim, 1) for each in (dim if isinstance(dim, (list, tuple)) else [dim])]
