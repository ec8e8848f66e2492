"""Methods of ``Tensor`` that are policy rather than arithmetic: copying, pickling, formatting, types, devices."""

from __future__ import annotations

from . import _C
from ._C import Tensor


def is_tensor(obj: object, /) -> bool:
    """Whether ``obj`` is a tensor."""
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> int:
    """The number of elements of ``input``."""
    return input.numel()


def typename(obj: object, /) -> str:
    """``torch.FloatTensor`` for tensors, the qualified class name for other objects."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    return f"{kind.__module__}.{kind.__qualname__}" if kind.__module__ != "builtins" else kind.__qualname__


def _rebuild(data, shape, stride, offset, dtype, requires_grad, cls, state):
    flat = _C._from_buffer(data, dtype, len(data))
    tensor = flat.as_strided(shape, stride, offset)
    return _finish(tensor, requires_grad, cls, state)


def _finish(tensor, requires_grad, cls, state):
    tensor = tensor.detach() if cls is Tensor else Tensor._make_subclass(cls, tensor)
    if requires_grad:
        tensor.requires_grad_()
    if state:
        tensor.__dict__.update(state)
    return tensor


def _reduce_ex(self, protocol):
    if self.requires_grad and not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment."
            "  If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage,"
            " see https://github.com/pytorch/pytorch/pull/103001"
        )
    source = self.detach()
    if source._storage_nbytes() > source.nbytes:  # a view of something larger: pickle what it shows
        source = source.clone()
    return (
        _rebuild,
        (
            source._storage_bytes(),
            tuple(source.shape),
            source.stride(),
            source.storage_offset(),
            source.dtype,
            self.requires_grad,
            type(self),
            self.__dict__,
        ),
    )


def _deepcopy(self, memo):
    if id(self) in memo:
        return memo[id(self)]
    if self.requires_grad and not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment."
        )
    from copy import deepcopy

    key = ("storage", self._storage_key())
    if key not in memo:  # tensors that share memory go on sharing it
        count = self._storage_nbytes() // self.itemsize
        memo[key] = self.detach().as_strided((count,), (1,), 0).clone()
    flat = memo[key].view(self.dtype)
    copied = _finish(
        flat.as_strided(self.shape, self.stride(), self.storage_offset()), self.requires_grad, type(self), None
    )
    memo[id(self)] = copied
    if self.__dict__:
        copied.__dict__.update(deepcopy(self.__dict__, memo))
    if self.grad is not None:
        copied.grad = deepcopy(self.grad, memo)
    return copied


def _format(self, spec):
    if self.dim() == 0 and not self.is_meta:
        return self.item().__format__(spec)
    return object.__format__(self, spec)


def _contains(self, element, /):
    if isinstance(element, (Tensor, int, float, complex)):
        return bool((element == self).any().item())
    raise RuntimeError(
        f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
    )


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
    if dtype is None:
        return self._type_name()
    if isinstance(dtype, str):
        if dtype not in _BY_TYPE_NAME:
            raise ValueError(f"invalid type: '{dtype}'")
        dtype = _BY_TYPE_NAME[dtype]
    return self.to(getattr(dtype, "dtype", dtype))


def _cuda(self, device=None, non_blocking=False, memory_format=_C.preserve_format):
    return self.to("cuda" if device is None else device)


def _get_device(self) -> int:
    return self.device.index if self.device.index is not None else -1


def _dim_order(self, *, ambiguity_check=False):
    return tuple(sorted(range(self.dim()), key=lambda axis: -self.stride(axis)))


def _apply(self, callable):
    if not self.is_cpu:
        raise TypeError("apply_ is only implemented on CPU tensors")
    return self.copy_(_C.tensor([callable(v) for v in self.reshape(-1).tolist()], dtype=self.dtype).view(self.shape))


def _map(self, tensor, callable):
    pairs = zip(self.reshape(-1).tolist(), tensor.expand_as(self).reshape(-1).tolist(), strict=True)
    return self.copy_(_C.tensor([callable(a, b) for a, b in pairs], dtype=self.dtype).view(self.shape))


class _Storage:
    """The memory behind a tensor, as far as programs look at it (``untyped_storage()``)."""

    __slots__ = ("_tensor", "typed")

    def __init__(self, tensor, typed=False):
        self._tensor, self.typed = tensor, typed

    def data_ptr(self) -> int:
        return self._tensor._storage_key() if self._tensor._storage_nbytes() else 0

    def nbytes(self) -> int:
        return self._tensor._storage_nbytes()

    def size(self) -> int:
        return self.nbytes() // self._tensor.itemsize if self.typed else self.nbytes()

    __len__ = size

    def _flat(self):
        kind = self._tensor.dtype if self.typed else _C.uint8
        return _C._from_buffer(self._tensor._storage_bytes(), kind, self.nbytes())

    def tolist(self) -> list:
        return self._flat().tolist()

    def __getitem__(self, index):
        return self._flat()[index].tolist()

    def __iter__(self):
        return iter(self.tolist())

    def __eq__(self, other) -> bool:
        return isinstance(other, _Storage) and other.data_ptr() == self.data_ptr()

    __hash__ = object.__hash__


def _typed(name: str, dtype) -> type:
    class Meta(type):
        def __instancecheck__(cls, obj):
            return isinstance(obj, Tensor) and obj.dtype == dtype and obj.is_cpu

        def __call__(cls, *args):
            return _C._typed(dtype, *args)

    made = Meta(name, (), {"dtype": dtype, "__doc__": f"Tensors of dtype {dtype}: by sizes or from a sequence."})
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


def _new(self, *args, **kwargs):
    return _C._typed(self.dtype, *args)


def _as_tensor(value):
    return value if isinstance(value, Tensor) else _C.tensor(value)


def _identity(self, *args, **kwargs):
    return self


# Not of the engine: errors then say 'Tensor' object, as PyTorch's do, and the class is found where users find it.
Tensor.__module__ = "rushlight"

Tensor.__reduce_ex__ = _reduce_ex
Tensor.__deepcopy__ = _deepcopy
Tensor.__format__ = _format
Tensor.__contains__ = _contains
Tensor.__array_priority__ = 1000  # numpy's operators leave mixed operands to ours
Tensor.type = _type
Tensor.cuda = _cuda
Tensor.get_device = _get_device
Tensor.dim_order = _dim_order
Tensor.apply_ = _apply
Tensor.map_ = _map
Tensor.new = _new
Tensor.pin_memory = _identity
Tensor.is_pinned = lambda self, device=None: False
Tensor.share_memory_ = _identity
Tensor.is_shared = lambda self: False
Tensor.storage = lambda self: _Storage(self, typed=True)
Tensor.untyped_storage = lambda self: _Storage(self)
Tensor.is_coalesced = lambda self: False
Tensor.real = property(_C.real, lambda self, value: _C.real(self).copy_(_as_tensor(value)), None, "The real part, a view.")
Tensor.imag = property(_C.imag, lambda self, value: _C.imag(self).copy_(_as_tensor(value)), None, "The imaginary part, a view.")
Tensor.__rdiv__ = Tensor.__rtruediv__
Tensor.names = property(lambda self: (None,) * self.dim())
Tensor.name = property(lambda self: None)
Tensor.volatile = property(lambda self: False)
