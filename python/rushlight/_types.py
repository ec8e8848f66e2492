"""The small classes that the bindings make instances of: sizes, named results, the out-of-memory error."""

from __future__ import annotations

import copyreg

from . import _C

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    _Sizes = tuple[int, ...]
else:
    from ._C import _Sizes


class Size(_Sizes):
    """The sizes of a tensor, a tuple that prints as ``torch.Size([2, 3])``.

    Items, slices, sums and multiples are native (``_C._Sizes``); slices, sums and multiples are sizes again.

    Example::

        >>> import rushlight as rl
        >>> rl.zeros(2, 3).shape.numel()
        6
        >>> rl.zeros(2, 3).shape[:1] + (4,)
        torch.Size([2, 4])
    """

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements of a tensor of this size."""
        n = 1
        for size in self:
            n *= size
        return n

    if TYPE_CHECKING:

        def __getitem__(self, key: Any) -> Any: ...
        def __add__(self, other: Any) -> Any: ...
        def __radd__(self, other: Any) -> Any: ...
        def __mul__(self, times: Any) -> Any: ...
        def __rmul__(self, times: Any) -> Any: ...

    def __reduce__(self) -> Any:
        return (Size, (tuple(self),))


class _ReturnType(type):
    """The class of the classes of named results, which pickles by what they are made of: they stand in no module."""

    _fields: tuple[str, ...]


def _make_return_type(name: str, fields: list[str]) -> _ReturnType:
    """A class of ``torch.return_types``: a tuple whose items also have names."""
    from operator import itemgetter

    def text(self) -> str:
        rows = ",\n".join(f"{field}={value!r}" for field, value in zip(fields, self, strict=True))
        return f"torch.return_types.{name}(\n{rows})"

    def reduce(self):
        return (_rebuild_return_type, (name, fields, tuple(self)))

    space = {
        "__slots__": (),
        "__repr__": text,
        "__reduce__": reduce,
        "_fields": tuple(fields),
        "n_fields": len(fields),
        "n_sequence_fields": len(fields),
        "n_unnamed_fields": 0,
    }
    space |= {field: property(itemgetter(i)) for i, field in enumerate(fields)}
    made = _ReturnType(name, (tuple,), space)
    made.__module__ = "torch.return_types"
    _RETURN_TYPES[name] = made
    return made


def _rebuild_return_type(name: str, fields: list[str], values: tuple):
    return _return_type(name, fields)(values)


def _return_type(name: str, fields: list[str]) -> _ReturnType:
    return _RETURN_TYPES.get(name) or _make_return_type(name, fields)


copyreg.pickle(_ReturnType, lambda kind: (_return_type, (kind.__name__, list(kind._fields))))


_RETURN_TYPES: dict = {"_make": _make_return_type}


class OutOfMemoryError(RuntimeError, MemoryError):
    """Memory for a tensor could not be had. Both classes, so that either kind of handler sees it.

    >>> issubclass(rl.OutOfMemoryError, MemoryError)
    True
    """


class AcceleratorError(RuntimeError):
    """A device beside the processor refused.

    >>> issubclass(rl.AcceleratorError, RuntimeError)
    True
    """


_C._register_types(Size, _RETURN_TYPES)
_C._set_out_of_memory(OutOfMemoryError)


class finfo:
    """Limits of a floating dtype: ``bits, eps, max, min, tiny, smallest_normal, resolution``.

    Args:
        type (dtype): a floating or complex dtype; the default dtype if left out.

    Errors: TypeError for integer dtypes.

    >>> rl.finfo(rl.float32).eps
    1.1920928955078125e-07
    """

    _TABLE = {
        "float8_e4m3fnuz": (8, 0.125, 240.0, 0.0078125, 1.0),
        "float8_e5m2fnuz": (8, 0.125, 57344.0, 3.0517578125e-05, 1.0),
        "float8_e8m0fnu": (8, 1.0, 1.7014118346046923e38, 5.877471754111438e-39, 1.0),
        "float8_e4m3fn": (8, 0.125, 448.0, 0.015625, 1.0),
        "float8_e5m2": (8, 0.25, 57344.0, 6.103515625e-05, 1.0),
        "float16": (16, 0.0009765625, 65504.0, 6.103515625e-05, 0.001),
        "bfloat16": (16, 0.0078125, 3.3895313892515355e38, 1.1754943508222875e-38, 0.01),
        "float32": (32, 1.1920928955078125e-07, 3.4028234663852886e38, 1.1754943508222875e-38, 1e-06),
        "float64": (64, 2.220446049250313e-16, 1.7976931348623157e308, 2.2250738585072014e-308, 1e-15),
    }

    bits: int
    eps: float
    max: float
    min: float
    tiny: float
    smallest_normal: float
    resolution: float
    dtype: str

    _MADE: dict = {}  # one object for a dtype: programs ask within their loops

    def __new__(cls, type: Any = None) -> Any:
        type = type or _C.get_default_dtype()
        made = cls._MADE.get(type)
        return made or cls._make(type)

    @classmethod
    def _make(cls, type: Any) -> Any:
        name = str(type.to_real()).removeprefix("torch.")
        if name not in cls._TABLE:
            raise TypeError(
                f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle '{type}'"
            )
        bits, eps, most, tiny, resolution = cls._TABLE[name]
        made = object.__new__(cls)
        made.__dict__.update(
            dtype=name,
            bits=bits,
            eps=eps,
            max=most,
            min=-most if type.to_real().is_signed else tiny,
            tiny=tiny,
            smallest_normal=tiny,
            resolution=resolution,
        )
        return cls._MADE.setdefault(type, made)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"attribute '{name}' of 'torch.finfo' objects is not writable")

    def __reduce__(self) -> Any:
        return (finfo, (getattr(_C, self.dtype),))

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )

    def __eq__(self, other) -> bool:
        return isinstance(other, finfo) and other.dtype == self.dtype

    __hash__ = object.__hash__


class iinfo:
    """Limits of an integer dtype: ``bits, max, min``.

    Errors: TypeError for floating dtypes and bool.

    >>> rl.iinfo(rl.int8).max
    127
    """

    _NAMES = frozenset(
        "uint8 uint16 uint32 uint64 int8 int16 int32 int64 quint8 quint4x2 quint2x4 qint8 qint32".split()
    )

    def __init__(self, type: Any) -> None:
        name = str(type).removeprefix("torch.")
        if name == "bool":
            raise TypeError("torch.bool is not supported by torch.iinfo")
        if name not in self._NAMES:
            raise TypeError(
                f"torch.iinfo() requires an integer input type. Use torch.finfo to handle '{type}'"
            )
        self.dtype, self.bits = name, type.itemsize * 8
        signed = not name.startswith(("uint", "quint"))
        self.min = -(1 << (self.bits - 1)) if signed else 0
        self.max = (1 << (self.bits - signed)) - 1

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"

    def __eq__(self, other) -> bool:
        return isinstance(other, iinfo) and other.dtype == self.dtype

    __hash__ = object.__hash__
