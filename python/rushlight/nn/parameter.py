"""Tensors that a module owns: parameters, buffers, and parameters whose shape is not known yet."""

from __future__ import annotations

from .. import _C

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any, Self

    from .._C import Tensor

Tensor = _C.Tensor


def _instance(cls, data, requires_grad):
    """An instance of `cls` over the same memory, without a history."""
    made = Tensor.__new__(cls, data)
    if requires_grad:
        made.requires_grad = True
    return made


def _rebuild_parameter(data, requires_grad, backward_hooks):
    """The parameter that a saved file describes."""
    return Parameter(data, requires_grad)


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    """The same, with attributes."""
    made = Parameter(data, requires_grad)
    made.__dict__.update(state)
    return made


class _ParameterMeta(type(Tensor)):
    def __instancecheck__(self, instance: Any) -> bool:
        # an object of a program's own class of tensors stays of that class, with a mark
        return super().__instancecheck__(instance) or (
            self is Parameter and isinstance(instance, Tensor) and getattr(instance, "_is_param", False)
        )


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A tensor that a :class:`Module` registers by itself when it is assigned as an attribute.

    Args:
        data (Tensor, optional): the values; an empty tensor if left out.
        requires_grad (bool, optional): whether gradients are recorded, inside ``no_grad`` too. Default: ``True``

    Examples::

        >>> layer = rl.nn.Module()
        >>> layer.scale = rl.nn.Parameter(rl.ones(2))
        >>> [name for name, _ in layer.named_parameters()]
        ['scale']
    """

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Self:
        if data is None:
            data = _C.empty(0)
        kind = type(data)
        if kind is not Tensor and cls is Parameter and _C._answers(data):
            made = data.detach().requires_grad_(requires_grad)
            if type(made) is not kind:
                raise RuntimeError(
                    f"Creating a Parameter from an instance of type {kind.__name__} requires that detach() returns an "
                    f"instance of the same type, but return type {type(made).__name__} was found instead. To use the "
                    "type as a Parameter, please correct the detach() semantics defined by its __torch_dispatch__() "
                    "implementation."
                )
            made._is_param = True
            return made
        if not isinstance(data, Tensor):
            raise AttributeError(f"'{kind.__name__}' object has no attribute 'detach'")
        return _instance(cls, data, requires_grad)

    # a parameter is a plain tensor to every operation
    __torch_function__ = _C._disabled_torch_function_impl

    def __deepcopy__(self, memo: Any) -> Any:
        if id(self) in memo:
            return memo[id(self)]
        copied = type(self)(self.data.clone(memory_format=_C.preserve_format), self.requires_grad)
        memo[id(self)] = copied
        return copied

    def __repr__(self) -> str:
        kind = type(self)
        text = Tensor.__repr__(self) if kind is Parameter else f"Parameter({self._text(kind.__name__)})"
        return "Parameter containing:\n" + text

    def __reduce_ex__(self, protocol: Any) -> Any:
        from collections import OrderedDict

        arguments = (self.data, self.requires_grad, OrderedDict())
        if self.__dict__:
            return _rebuild_parameter_with_state, (*arguments, self.__dict__)
        return _rebuild_parameter, arguments


class _BufferMeta(type(Tensor)):
    def __instancecheck__(self, instance: Any) -> bool:
        if self is Buffer:
            return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)
        return super().__instancecheck__(instance)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that a module registers as a buffer, not as a parameter, when it is assigned as an attribute.

    The result is a plain tensor that carries a mark.

    Args:
        data (Tensor, optional): the values; an empty tensor if left out.
        persistent (bool, optional): whether it is part of the ``state_dict``. Default: ``True``

    >>> m = nn.Module()
    >>> m.mean = nn.Buffer(rl.zeros(2))
    >>> [name for name, _ in m.named_buffers()]
    ['mean']
    """

    persistent: bool
    __torch_function__ = _C._disabled_torch_function_impl

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Self:
        if data is None:
            data = _C.empty(0)
        buffer = data.detach().requires_grad_(data.requires_grad)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer


_NOT_YET = (
    "Attempted to use an uninitialized parameter in {}. "
    "This error happens when you are using a `LazyModule` or explicitly manipulating "
    "`torch.nn.parameter.{}` objects. When using LazyModules Call `forward` with a dummy batch "
    "to initialize the parameters before calling torch functions"
)


class UninitializedTensorMixin:
    """Device and dtype of a tensor whose shape comes with the first input; everything else is refused."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # of the class that this is mixed into

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> Any:
        """Turns this object, in place, into a tensor of `shape` with undefined values."""
        data = self.data
        self.data = _C.empty(
            shape,
            dtype=data.dtype if dtype is None else dtype,
            device=data.device if device is None else device,
        )
        self.__class__ = self.cls_to_become

    @property
    def shape(self) -> Any:
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. "
            "This error usually happens in `load_state_dict` when trying to load "
            "an uninitialized parameter into an initialized one. "
            "Call `forward` to initialize the parameters before accessing their attributes."
        )

    def share_memory_(self) -> Any:
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. "
            "Call `forward` to initialize the parameters before calling `module.share_memory()`."
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def _refusal(name):
    def refuse(self, *args, **kwargs):
        raise ValueError(_NOT_YET.format(f"<method '{name}' of Tensor>", type(self).__name__))

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


# What a tensor without a shape can do: say where it will be and of what dtype, and be moved there.
_ALLOWED = frozenset(
    "size copy_ is_complex is_floating_point half float double bfloat16 char short int long cuda cpu to get_device detach "
    "requires_grad_ type register_hook register_post_accumulate_grad_hook retain_grad".split()
)
_OPERATORS = (
    "add radd iadd sub rsub isub mul rmul imul truediv rtruediv itruediv floordiv rfloordiv mod rmod pow rpow matmul "
    "rmatmul neg pos abs invert lt le gt ge bool int float len iter getitem setitem"
)
for _name in [f"__{name}__" for name in _OPERATORS.split()] + [
    name
    for name, value in vars(Tensor).items()
    if name[0] != "_" and callable(value) and name not in _ALLOWED and name not in vars(UninitializedTensorMixin)
]:
    setattr(UninitializedTensorMixin, _name, _refusal(_name))
del _name


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose shape is not known yet; ``materialize`` makes it an ordinary one.

    Args:
        requires_grad (bool, optional): Default: ``True``
        device (device, optional): where it will be.
        dtype (dtype, optional): what it will hold.

    >>> nn.LazyLinear(8).weight.__class__.__name__
    'UninitializedParameter'
    """

    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Self:
        return _instance(cls, _C.empty(0, device=device, dtype=dtype), requires_grad)

    def __deepcopy__(self, memo: Any) -> Self:
        if id(self) in memo:
            return memo[id(self)]
        memo[id(self)] = copied = type(self)(self.requires_grad, self.data.device, self.data.dtype)
        return copied

    def __reduce_ex__(self, protocol: Any) -> Any:
        return UninitializedParameter, (self.requires_grad, self.data.device, self.data.dtype)


class _InitializedBuffer(Tensor):
    """What an uninitialized buffer becomes: a tensor in all but the name of its class."""

    __torch_function__ = _C._disabled_torch_function_impl


class UninitializedBuffer(UninitializedTensorMixin, Tensor):
    """A buffer whose shape is not known yet.

    Args:
        requires_grad (bool, optional): Default: ``False``
        device (device, optional): where it will be.
        dtype (dtype, optional): what it will hold.
        persistent (bool): belongs to the state dict. Default: ``True``

    >>> nn.LazyBatchNorm1d().running_mean.__class__.__name__
    'UninitializedBuffer'
    """

    cls_to_become = _InitializedBuffer
    __torch_function__ = _C._disabled_torch_function_impl

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Self:
        buffer = _instance(cls, _C.empty(0, device=device, dtype=dtype), requires_grad)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer

    def __deepcopy__(self, memo: Any) -> Any:
        if id(self) in memo:
            return memo[id(self)]
        memo[id(self)] = copied = type(self)(self.requires_grad, self.data.device, self.data.dtype)
        return copied


def is_lazy(tensor: Tensor) -> Any:
    """Whether `tensor` is a parameter or buffer without a shape."""
    return isinstance(tensor, UninitializedTensorMixin)
