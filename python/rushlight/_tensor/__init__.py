"""Methods of ``Tensor`` that are policy rather than arithmetic: copying, formatting, types, devices, and what programs of old call."""

from __future__ import annotations

import functools
import sys

from .. import _C
from .._C import Tensor
from .._warn import warn
from . import sparse as _sparse  # hangs its methods on the class
from .copies import _copy, _deepcopy, _finish, _over, _rebuild, _rebuild_meta, _rebuild_on, _reduce_ex
from .kinds import (
    BFloat16Tensor,
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
    _new,
    _of_type,
    _type,
)


def is_tensor(obj: object, /) -> bool:
    """Whether ``obj`` is a tensor.

    >>> rl.is_tensor(rl.ones(2)), rl.is_tensor([1.0])
    (True, False)
    """
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> int:
    """The number of elements of ``input``.

    >>> rl.numel(rl.zeros(2, 3))
    6
    """
    return input.numel()


def typename(obj: object, /) -> str:
    """``torch.FloatTensor`` for tensors, the qualified class name for other objects.

    >>> rl.typename(rl.ones(2))
    'torch.FloatTensor'
    """
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    return f"{kind.__module__}.{kind.__qualname__}" if kind.__module__ != "builtins" else kind.__qualname__


def _format(self, spec):
    if self.dim() == 0 and not self.is_meta:
        return self.item().__format__(spec)
    return object.__format__(self, spec)


def _repr_html(self) -> str:
    """HTML for notebooks: one and two axes as a table, by the same numbers as :func:`repr`, which is shown of all others.

    >>> rl.tensor([1.0, 2.5])._repr_html_()
    '<table><caption>shape (2,), torch.float32</caption><tr><td>1.0000</td><td>2.5000</td></tr></table>'
    """
    from .html import table

    return table(self)


def _contains(self, element, /):
    if isinstance(element, (Tensor, int, float, complex)):
        return bool((element == self).any().item())
    raise RuntimeError(
        f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
    )


def _cuda(self, device=None, non_blocking=False, memory_format=_C.preserve_format):
    """A copy on the GPU in use, or the one that is named; the tensor itself if it is there.

    Args:
        device (device, str or int, optional): which.
        non_blocking (bool): accepted; a copy to a GPU does not wait for it in any case. Default: ``False``
        memory_format (memory_format): of the copy.

    Errors: RuntimeError for a device that is not there.

    >>> x = rl.ones(2)
    >>> x = x.cuda() if rl.cuda.is_available() else x
    """
    if device is None or device == "cuda":
        from ..cuda import _device

        device = f"cuda:{_device.current()}"
    elif isinstance(device, int) and device < 0:
        raise RuntimeError("Device index must not be negative")
    return self.to(device, non_blocking=non_blocking, memory_format=memory_format)


def _cuda_array_interface(self):
    """Memory of a GPU for other libraries, by its address: there is none to give.

    Errors: AttributeError, always.

    >>> hasattr(rl.ones(2), "__cuda_array_interface__")
    False
    """
    if not self.is_cuda:
        raise AttributeError(
            f"Can't get __cuda_array_interface__ on non-CUDA tensor type: {self.type()} If CUDA data is required use "
            "tensor.cuda() to copy tensor to device memory."
        )
    raise AttributeError(
        "Can't get __cuda_array_interface__: the device is used through Vulkan, Metal or DirectX 12, whose memory has no "
        "address of CUDA's; .cpu() copies the tensor to where others can read it"
    )


def _get_device(self) -> int:
    """The index of the device a tensor is on: -1 for the processor.

    >>> rl.get_device(rl.ones(2))
    -1
    """
    return self.device.index if self.device.index is not None else -1


def _dim_order(self, *, ambiguity_check=False):
    """The axes in the order in which they lie in memory, the outermost first.

    Args:
        ambiguity_check (bool or list of memory_format): whether to raise where several orders fit, as of an axis of size 1;
            with a list, where the tensor is laid out as none or as several of these formats. Default: ``False``

    Errors: RuntimeError for a tensor without one order, if that is checked; TypeError for another `ambiguity_check`.

    >>> rl.zeros(2, 3).t().dim_order()
    (1, 0)
    """
    formats = ambiguity_check if isinstance(ambiguity_check, list) else []
    if not isinstance(ambiguity_check, (bool, list)) or not all(isinstance(f, _C.memory_format) for f in formats):
        raise TypeError("The ambiguity_check argument must be a bool or a list of memory formats.")
    if ambiguity_check is not False:
        strides = self.stride()
        several = 1 in self.shape or any(strides[i] == strides[i + 1] for i in range(self.dim() - 1))
        if several and sum(self.is_contiguous(memory_format=f) for f in formats) != 1:
            raise RuntimeError(
                "The tensor does not have unique dim order, or cannot map to exact one of the given memory formats."
            )
        wide = [step for step, size in zip(strides, self.shape) if size > 1]  # what else has one of these steps?
        if 0 in wide or any(strides.count(step) > 1 for step in wide):
            raise RuntimeError("The tensor does not have unique dim order.")
    return tuple(sorted(range(self.dim()), key=lambda axis: -self.stride(axis)))


def _apply(self, callable):
    """Every element replaced by what ``callable`` makes of it: a loop in Python, meant for tests.

    >>> rl.tensor([1.0, 2.0]).apply_(lambda v: v + 1)
    tensor([2., 3.])
    """
    if not self.is_cpu:
        raise TypeError("apply_ is only implemented on CPU tensors")
    return self.copy_(
        _C.tensor([callable(v) for v in self.reshape(-1).tolist()], dtype=self.dtype, device="cpu").view(self.shape)
    )


def _map(self, tensor, callable):
    """Every element replaced by ``callable`` of it and of the other tensor's: a loop in Python, meant for tests.

    >>> rl.tensor([1.0, 2.0]).map_(rl.tensor([10.0, 20.0]), lambda a, b: a + b)
    tensor([11., 22.])
    """
    pairs = zip(self.reshape(-1).tolist(), tensor.expand_as(self).reshape(-1).tolist(), strict=True)
    return self.copy_(_C.tensor([callable(a, b) for a, b in pairs], dtype=self.dtype, device="cpu").view(self.shape))


@functools.cache
def _storages():
    from .. import storage

    return storage


def _storage(self):
    """The memory as elements of the tensor's dtype.

    >>> len(rl.ones(4)[:2].storage())
    4
    """
    return _storages().TypedStorage(wrap_storage=_untyped_storage(self), dtype=self.dtype)


def _storage_type(self):
    """The class of ``storage()``.

    >>> rl.ones(2).storage_type().__name__
    'FloatStorage'
    """
    from .. import storage

    return getattr(storage, _storage(self).pickle_storage_type())


def _untyped_storage(self):
    """The memory as bytes.

    >>> rl.ones(4).untyped_storage().nbytes()
    16
    """
    return _storages().UntypedStorage._over(self._memory())


def _as_tensor(value):
    return value if isinstance(value, Tensor) else _C.tensor(value)


def _as_subclass(self, cls):
    """The same tensor, its history with it, as an object of another class of tensors.

    Args:
        cls (type): a subclass of ``Tensor``, or ``Tensor`` itself.

    Errors: TypeError for what is no class of tensors.

    Example::

        >>> class Metres(rl.Tensor):
        ...     pass
        >>> (rl.ones(2).as_subclass(Metres) * 2).sum()
        Metres(4.)
    """
    if not isinstance(cls, type) or not issubclass(cls, Tensor):
        raise TypeError("cls must be a type (not an instance) that is a subclass of torch.Tensor")
    return _C._as_subclass(self, cls)


def _init_subclass(cls, **kwargs):
    super(Tensor, cls).__init_subclass__(**kwargs)
    if cls.__torch_function__ is not _C._disabled_torch_function_impl:
        from ..overrides import _take_part

        _take_part(cls)


def _torch_function(cls, func, types, args=(), kwargs=None):
    """What is done in the place of an operation on objects of a subclass: the operation, with its results in the subclass.

    Args:
        func (callable): the operation. types (tuple): classes among the arguments that answer. args, kwargs: those of the call.
    """
    from ..overrides import _torch_function

    return _torch_function(cls, func, types, args, kwargs)


def _identity(self, *args, **kwargs):
    """The tensor itself: GPUs copy from any memory, none has to be pinned for them.

    >>> callable(rl.ones(2).pin_memory)
    True
    """
    return self


def _share_memory(self):
    """Moves the tensor's memory to where other processes see it; does nothing where it is already.

    A process that is started afterwards, or gets the tensor through a queue of :mod:`rushlight.multiprocessing`, sees
    what is written here, and what it writes is seen here. Other tensors over the old memory stay with that.

    Errors: OSError if the system has no memory to share.

    Example::

        >>> rl.zeros(2).share_memory_().is_shared()
        True
    """
    from ..multiprocessing._memory import share

    return share(self)


def _is_shared(self) -> bool:
    """Whether other processes can see the tensor's memory.

    >>> rl.ones(2).is_shared()
    False
    """
    memory = sys.modules.get("rushlight.multiprocessing._memory")  # where it is not loaded, nothing is shared
    return memory is not None and memory.find(self) is not None


def _module_load(self, other, assign=False):
    """What :meth:`Module.load_state_dict` puts in this tensor's place: ``other`` itself, or its values in this one.

    >>> rl.zeros(2).module_load(rl.ones(2))
    tensor([1., 1.])
    """
    if assign:
        return other if not isinstance(self, _C.Tensor) or type(other) is type(self) else other.detach()
    return self.copy_(other.detach())


def _new_tensor(self, data, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """A tensor of data, a copy, with the dtype and device of this one.

    Args:
        data (array-like): numbers, lists of them, arrays; a tensor is copied with a warning, as ``clone`` says more.
        dtype (dtype, optional): another one. device (device, optional): likewise.
        requires_grad (bool): record what is computed from it. Default: ``False``

    Example::

        >>> rl.ones(2, dtype=rl.float64).new_tensor([1, 2])
        tensor([1., 2.], dtype=torch.float64)
    """
    dtype, device = dtype or self.dtype, device or self.device
    if isinstance(data, Tensor):
        warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than tensor.new_tensor(sourceTensor).",
            UserWarning,
        )
        made = data.detach().to(device=device, dtype=dtype, copy=True)
    else:
        made = _C.tensor(data, dtype=dtype, device=device)
    made.requires_grad = requires_grad
    return made


def _is_nonzero(self) -> bool:
    """Whether the one element is not zero.

    >>> rl.tensor([3]).is_nonzero()
    True
    """
    return bool(self)


def _fill_diagonal_(self, fill_value, wrap=False):
    """Writes one value along the main diagonal, in place.

    Args:
        fill_value (number): the value.
        wrap (bool): begin anew below, in matrices that are more than one row higher than wide. Default: ``False``

    Errors: RuntimeError for fewer than two axes, or more of different sizes.

    >>> rl.zeros(2, 3).fill_diagonal_(1)
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    >>> rl.zeros(7, 2).fill_diagonal_(5, wrap=True)[:, 0]
    tensor([5., 0., 0., 5., 0., 0., 5.])
    """
    if self.dim() < 2:
        raise RuntimeError("dimensions must larger than 1")
    if self.dim() > 2 and len(set(self.shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    count, step = min(self.shape), sum(self.stride())
    self.as_strided((count,), (step,), self.storage_offset()).fill_(fill_value)
    height, width = self.shape[:2]
    if wrap and self.dim() == 2 and height > width + 1:
        self[width + 1 :].fill_diagonal_(fill_value, True)
    return self


def _resize(self, *sizes):
    """The same elements in other sizes, of which there must be as many; :meth:`reshape` by an older name.

    Errors: RuntimeError for sizes of more or fewer elements.

    >>> rl.arange(4).resize(2, 2)
    tensor([[0, 1],
            [2, 3]])
    """
    warn("non-inplace resize is deprecated")
    sizes = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    count = 1
    for size in sizes:
        count *= size
    if count != self.numel():
        wanted, given = ("x".join(map(str, each)) for each in (sizes, self.shape))
        raise RuntimeError(
            f"requested resize to {wanted} ({count} elements in total), but the given tensor has a size of {given} "
            f"({self.numel()} elements). autograd's resize can only change the shape of a given tensor, while preserving the "
            "number of elements. "
        )
    return self.contiguous().view(sizes)


def _reinforce(self, reward):
    """Refuses: the gradient of a sampled action is taken through ``distributions``.

    >>> rl.ones(2).reinforce(1.0)
    Traceback (most recent call last):
    RuntimeError: reinforce() was removed.
    ...
    """
    raise RuntimeError(
        "reinforce() was removed.\nUse torch.distributions instead: sample an action from a distribution, and go down "
        "the gradient of -log_prob(action) * reward."
    )


def _record_stream(self, stream):
    """Says that a stream uses the tensor's memory: nothing to keep, for a device has one queue, in order.

    Errors: RuntimeError for a tensor on the processor.

    >>> rl.ones(2).record_stream(None)
    Traceback (most recent call last):
    RuntimeError: record_stream: streams are a GPU's, but the tensor is on cpu
    """
    if not self.is_cuda:
        raise RuntimeError(f"record_stream: streams are a GPU's, but the tensor is on {self.device}")


def _is_pinned(self, device=None) -> bool:
    """Whether the memory is pinned for a GPU: never, drivers copy from any.

    >>> rl.ones(2).is_pinned()
    False
    """
    return False


def _is_distributed(self) -> bool:
    """Whether several processes hold parts of the tensor: never.

    >>> rl.ones(2).is_distributed()
    False
    """
    return False


def _names(self) -> tuple[None, ...]:
    """The names of the axes: none of them has one.

    >>> rl.zeros(2, 3).names
    (None, None)
    """
    return (None,) * self.dim()


def _name(self) -> None:
    """The name that tensors had once; None.

    >>> rl.ones(2).name is None
    True
    """


def _volatile(self) -> bool:
    """What stood for ``no_grad`` once; False.

    >>> rl.ones(2).volatile
    False
    """
    return False


_REAL = """The real part, a view.

>>> rl.tensor([1 + 2j, 3 - 1j]).real
tensor([1., 3.])
"""
_IMAG = """The imaginary part, a view.

>>> rl.tensor([1 + 2j, 3 - 1j]).imag
tensor([ 2., -1.])
"""


def _kind_of_device(kind):
    def asked(self) -> bool:
        return self.device.type == kind

    asked.__doc__ = f"""Whether the tensor is on a device of the kind ``{kind}``.

    >>> rl.ones(2).is_{kind}
    False
    """
    return property(asked)


def _to_kind(kind, reason):
    def moved(self, device=None, non_blocking=False, memory_format=_C.preserve_format):
        raise RuntimeError(reason)

    moved.__doc__ = f"""Refuses: devices of the kind ``{kind}`` are not reached.

    >>> rl.ones(2).{kind}()
    Traceback (most recent call last):
    RuntimeError: {reason}
    """
    return moved


def _log_api_usage_once(name: str) -> None:
    """Accepted for compatibility: nobody is told what a program calls."""


def _parse_to(*args, **kwargs):
    """The device, dtype, ``non_blocking`` and memory format that arguments of ``to`` name, for modules that move themselves."""
    from ..nn.modules._traversal import _parse_to

    return _parse_to(*args, **kwargs)


def _get_tracing_state() -> None:
    """The trace that is being recorded: none, programs are not traced."""


def _jit_switch(value=None) -> bool:
    """A switch of PyTorch's compiler: accepted, and off."""
    return False


def _grad_dtype(self):
    """The dtype of the gradients that a leaf takes: its own; ``None`` of what has been computed.

    >>> rl.ones(2).grad_dtype
    torch.float32
    """
    return self.dtype if self.is_leaf else None


def _resize_as(self, tensor):
    """The same elements in the shape of another tensor, which must have as many; see :meth:`resize`.

    >>> rl.arange(4).resize_as(rl.ones(2, 2))
    tensor([[0, 1],
            [2, 3]])
    """
    return self.resize(tuple(tensor.shape))


# Not of the engine: errors then say 'Tensor' object, as PyTorch's do, and the class is found where users find it.
Tensor.__module__ = "rushlight"
Tensor.__name__ = "Tensor"  # takes the module out of the name in errors

Tensor.__init_subclass__ = classmethod(_init_subclass)
Tensor.__torch_function__ = classmethod(_torch_function)
Tensor.__reduce_ex__ = _reduce_ex
Tensor.__copy__ = _copy
Tensor.__deepcopy__ = _deepcopy
Tensor.__format__ = _format
Tensor.__contains__ = _contains
Tensor.__array_priority__ = 1000  # numpy's operators leave mixed operands to ours
Tensor.type = _type
Tensor.as_subclass = _as_subclass
Tensor.cuda = _cuda
Tensor._repr_html_ = _repr_html
Tensor.get_device = _get_device
Tensor.dim_order = _dim_order
Tensor.apply_ = _apply
Tensor.map_ = _map
Tensor.new = _new
Tensor.pin_memory = _identity
Tensor.is_pinned = _is_pinned
Tensor.share_memory_ = _share_memory
Tensor.is_shared = _is_shared
Tensor.storage = _storage
Tensor.storage_type = _storage_type
Tensor.untyped_storage = _untyped_storage
Tensor.module_load = _module_load
Tensor.new_tensor = _new_tensor
Tensor.is_nonzero = _is_nonzero
Tensor.fill_diagonal_ = _fill_diagonal_
Tensor.resize = _resize
Tensor.reinforce = _reinforce
Tensor.record_stream = _record_stream
Tensor.is_distributed = _is_distributed
Tensor.real = property(_C.real, lambda self, value: _C.real(self).copy_(_as_tensor(value)), None, _REAL)
Tensor.imag = property(_C.imag, lambda self, value: _C.imag(self).copy_(_as_tensor(value)), None, _IMAG)
Tensor.__rdiv__ = Tensor.__rtruediv__
Tensor.__cuda_array_interface__ = property(_cuda_array_interface)
Tensor.names = property(_names)
Tensor.name = property(_name)
Tensor.volatile = property(_volatile)
for _kind in ("xpu", "mps", "ipu", "xla", "mtia", "maia", "vulkan"):
    setattr(Tensor, f"is_{_kind}", _kind_of_device(_kind))
Tensor.xpu = _to_kind("xpu", "xpu devices are not reached; an Intel GPU is 'cuda' here")
Tensor.mtia = _to_kind("mtia", "mtia devices are not reached; use device='cpu', or 'cuda' for a GPU")
Tensor.ipu = _to_kind("ipu", "ipu devices are not reached; use device='cpu', or 'cuda' for a GPU")
Tensor.grad_dtype = property(_grad_dtype)
Tensor.resize_as = _resize_as
Tensor.const_data_ptr = Tensor.data_ptr
for _kind, _method in [(n, m) for n, m in vars(Tensor).items() if str(getattr(m, "__module__", "")).startswith(__name__)]:
    if getattr(_method, "__name__", _kind) != _kind:  # what a class that answers for tensors is told
        _method.__name__, _method.__qualname__ = _kind, f"Tensor.{_kind}"
_C._TensorMeta = type(Tensor)
_C._nn._parse_to = _parse_to
_C.TensorBase = _C._TensorBase = Tensor  # the base class in PyTorch, which programs ask of
_C._log_api_usage_once, _C._get_tracing_state = _log_api_usage_once, _get_tracing_state
for _switch in (
    "set_profiling_mode set_profiling_executor override_can_fuse_on_cpu override_can_fuse_on_gpu can_fuse_on_cpu "
    "can_fuse_on_gpu set_texpr_fuser_enabled texpr_fuser_enabled set_nvfuser_enabled set_bailout_depth"
).split():
    setattr(_C, f"_jit_{_switch}", _jit_switch)


def __getattr__(name: str):
    """What a pickle of PyTorch's names to make tensors of classes of their own."""
    if name == "_rebuild_from_type_v2":
        from .._utils import __getattr__ as rebuilder

        return rebuilder(name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
