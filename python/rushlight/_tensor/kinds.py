"""The types that tensors had before they had dtypes (``torch.FloatTensor``), by which programs make, ask and convert them."""

from __future__ import annotations

from .. import _C
from .._C import Tensor


def _typed(name: str, dtype) -> type:
    class Meta(type):
        def __instancecheck__(cls, obj):
            return isinstance(obj, Tensor) and obj.dtype == dtype and obj.is_cpu and obj.layout == _C.strided

        def __call__(cls, *args):
            return _C._typed(dtype, *args)

    doc = f"""Tensors of dtype {dtype}: by sizes or from a sequence.

    >>> rl.{name}([1, 0]).dtype
    {dtype}
    """
    made = Meta(name, (), {"dtype": dtype, "__doc__": doc})
    made.__module__ = "torch"
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
BoolTensor = _typed("BoolTensor", _C.bool)


_BY_TYPE_NAME = {
    "torch.FloatTensor": _C.float32,
    "torch.DoubleTensor": _C.float64,
    "torch.HalfTensor": _C.float16,
    "torch.BFloat16Tensor": _C.bfloat16,
    "torch.ByteTensor": _C.uint8,
    "torch.CharTensor": _C.int8,
    "torch.ShortTensor": _C.int16,
    "torch.IntTensor": _C.int32,
    "torch.LongTensor": _C.int64,
    "torch.BoolTensor": _C.bool,
}


def _type(self, dtype=None, non_blocking=False, **kwargs):
    """The name of the tensor's type, or the tensor converted to another one.

    Args:
        dtype (dtype, or a type such as ``rl.FloatTensor`` or its name, optional): a type says where, too: on the processor, or the GPU
            in use for ``torch.cuda.FloatTensor``.

    >>> x = rl.ones(2)
    >>> x.type(), x.type(rl.int64)
    ('torch.FloatTensor', tensor([1, 1]))
    """
    if dtype is None:
        return self._type_name()
    if isinstance(dtype, _C.dtype):
        return self.to(dtype)
    to, on_gpu = _of_type(dtype)
    if on_gpu:
        return self.to(to).cuda() if not self.is_cuda else self.to(to)
    return self.to("cpu", to)


def _of_type(kind):
    """The dtype of a type of tensors or its name, and whether its tensors are on a GPU."""
    if isinstance(kind, str):
        name = kind.replace("torch.cuda.", "torch.", 1)
        if name not in _BY_TYPE_NAME:
            raise ValueError(f"invalid type: '{kind}'")
        return _BY_TYPE_NAME[name], name != kind
    return kind.dtype, getattr(kind, "is_cuda", False)


def _new(self, *args, **kwargs):
    """A tensor of this one's dtype, of sizes or of data.

    >>> rl.ones(2).new(2, 3).shape
    torch.Size([2, 3])
    """
    made = _C._typed(self.dtype, *args)
    return made.to(self.device) if self.is_cuda else made
