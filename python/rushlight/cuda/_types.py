"""The older names of tensors and storages on a GPU: ``torch.cuda.FloatTensor`` and its kin."""

from __future__ import annotations

from .. import _C
from ..storage import TypedStorage
from . import _device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DTYPES = {
    "BFloat16": _C.bfloat16,
    "Bool": _C.bool,
    "Byte": _C.uint8,
    "Char": _C.int8,
    "ComplexDouble": _C.complex128,
    "ComplexFloat": _C.complex64,
    "Double": _C.float64,
    "Float": _C.float32,
    "Half": _C.float16,
    "Int": _C.int32,
    "Long": _C.int64,
    "Short": _C.int16,
}


def _needs_device(name: str) -> None:
    if _device.count() == 0:
        raise TypeError(f"type torch.cuda.{name} not available: no GPU device: {_device.reason()}")


class _TensorType(type):
    """The class of those names: they stand for tensors of one dtype on a GPU, and make such."""

    dtype: Any
    is_cuda = True

    def __instancecheck__(cls, obj: Any) -> bool:
        return isinstance(obj, _C.Tensor) and obj.is_cuda and obj.dtype == cls.dtype

    def __call__(cls, *args: Any) -> Any:
        _needs_device(cls.__name__)
        return _C._typed(cls.dtype, *args).to("cuda")


class _StorageType(type):
    """The same for storages."""

    dtype: Any
    is_cuda = True

    def __instancecheck__(cls, obj: Any) -> bool:
        return isinstance(obj, TypedStorage) and obj.is_cuda and obj.dtype == cls.dtype

    def __call__(cls, *values: Any, wrap_storage: Any = None, device: Any = None) -> TypedStorage:
        _needs_device(cls.__name__)
        return TypedStorage(*values, wrap_storage=wrap_storage, dtype=cls.dtype, device=device or "cuda")


def __getattr__(name: str) -> Any:
    for meta, what in ((_TensorType, "Tensor"), (_StorageType, "Storage")):
        dtype = _DTYPES.get(name.removesuffix(what)) if name.endswith(what) else None
        if dtype is not None:
            text = f"{what}s of dtype {str(dtype).partition('.')[2]} on a GPU: of so many elements, or with the elements of a sequence."
            space = {"dtype": dtype, "__doc__": text, "__module__": "torch.cuda"}
            return globals().setdefault(name, meta(name, (), space))
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
