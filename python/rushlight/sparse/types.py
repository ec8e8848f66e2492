"""The old constructors, ``torch.sparse.FloatTensor`` and its kin: a class for each dtype."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .coo import Coo
from .create import nothing, sparse_coo_tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _typed(name: str, dtype: Any) -> Any:
    class Meta(type):
        def __instancecheck__(cls, obj: Any) -> bool:
            return isinstance(obj, Coo) and obj.dtype == dtype

        def __call__(cls, *args: Any, device: Any = None) -> Any:
            if not args:
                return nothing((0,), dtype, device)
            if isinstance(args[0], Tensor):
                if len(args) < 2 or not isinstance(args[1], Tensor):
                    raise TypeError(f"{name}() takes indices and values, and perhaps a size")
                return sparse_coo_tensor(*args, device=device)
            size = args[0] if len(args) == 1 and not isinstance(args[0], int) else args
            return nothing(tuple(size), dtype, device)

    made = Meta(
        name,
        (),
        {"dtype": dtype, "__doc__": f"Sparse tensors of dtype {dtype}: by indices, values and size."},
    )
    made.__module__ = "torch.sparse"
    return made


FloatTensor = _typed("FloatTensor", _C.float32)
DoubleTensor = _typed("DoubleTensor", _C.float64)
HalfTensor = _typed("HalfTensor", _C.float16)
BFloat16Tensor = _typed("BFloat16Tensor", _C.bfloat16)
ByteTensor = _typed("ByteTensor", _C.uint8)
CharTensor = _typed("CharTensor", _C.int8)
ShortTensor = _typed("ShortTensor", _C.int16)
IntTensor = _typed("IntTensor", _C.int32)
LongTensor = _typed("LongTensor", _C.int64)
