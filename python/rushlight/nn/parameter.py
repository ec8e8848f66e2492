"""Tensors that a module owns: parameters, buffers, and parameters whose shape is not known yet."""

from __future__ import annotations

from .. import _C

Tensor = _C.Tensor


def _instance(cls, data, requires_grad):
    """An instance of `cls` over the same memory, without a history."""
    made = Tensor.__new__(cls, data)
    if requires_grad:
        made.requires_grad_()
    return made


def _rebuild_parameter(data, requires_grad, backward_hooks):
    """The parameter that a saved file describes."""
    return Parameter(data, requires_grad)


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    """The same, with attributes."""
    made = Parameter(data, requires_grad)
    made.__dict__.update(state)
    return made


class Parameter(Tensor):
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

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            data = _C.empty(0)
        return _instance(cls, data, requires_grad)

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        copied = type(self)(self.data.clone(memory_format=_C.preserve_format), self.requires_grad)
        memo[id(self)] = copied
        return copied

    def __repr__(self):
        return "Parameter containing:\n" + Tensor.__repr__(self)

    def __reduce_ex__(self, protocol):
        from collections import OrderedDict

        arguments = (self.data, self.requires_grad, OrderedDict())
        if self.__dict__:
            return _rebuild_parameter_with_state, (*arguments, self.__dict__)
        return _rebuild_parameter, arguments


class _BufferMeta(type(Tensor)):  # type: ignore[misc]
    def __instancecheck__(self, instance):
        if self is Buffer:
            return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)
        return super().__instancecheck__(instance)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that a module registers as a buffer, not as a parameter, when it is assigned as an attribute.

    The result is a plain tensor that carries a mark.

    Args:
        data (Tensor, optional): the values; an empty tensor if left out.
        persistent (bool, optional): whether it is part of the ``state_dict``. Default: ``True``
    """

    def __new__(cls, data=None, *, persistent=True):
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


class _Uninitialized:
    """Device and dtype of a tensor whose shape comes with the first input; everything else is refused."""

    def materialize(self, shape, device=None, dtype=None):
        """Turns this object, in place, into a tensor of `shape` with undefined values."""
        data = self.data
        self.data = _C.empty(
            shape,
            dtype=data.dtype if dtype is None else dtype,
            device=data.device if device is None else device,
        )
        self.__class__ = self.cls_to_become

    @property
    def shape(self):
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. "
            "This error usually happens in `load_state_dict` when trying to load "
            "an uninitialized parameter into an initialized one. "
            "Call `forward` to initialize the parameters before accessing their attributes."
        )

    def share_memory_(self):
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. "
            "Call `forward` to initialize the parameters before calling `module.share_memory()`."
        )

    def _refuse(self, *args, **kwargs):
        raise ValueError(_NOT_YET.format("an operation", type(self).__name__))

    __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __matmul__ = __getitem__ = __setitem__ = _refuse
    add = add_ = mul = mul_ = sum = mean = matmul = view = reshape = t = uniform_ = normal_ = fill_ = _refuse

    def __repr__(self):
        return f"<{type(self).__name__}>"


class UninitializedParameter(_Uninitialized, Parameter):
    """A parameter whose shape is not known yet; ``materialize`` makes it an ordinary one.

    Args:
        requires_grad (bool, optional): Default: ``True``
        device (device, optional): where it will be.
        dtype (dtype, optional): what it will hold.
    """

    cls_to_become = Parameter

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        return _instance(cls, _C.empty(0, device=device, dtype=dtype), requires_grad)

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        memo[id(self)] = copied = type(self)(self.requires_grad, self.data.device, self.data.dtype)
        return copied

    def __reduce_ex__(self, protocol):
        return UninitializedParameter, (self.requires_grad, self.data.device, self.data.dtype)


class _InitializedBuffer(Tensor):
    """What an uninitialized buffer becomes: a tensor in all but the name of its class."""


class UninitializedBuffer(_Uninitialized, Tensor):
    """A buffer whose shape is not known yet.

    Args:
        requires_grad (bool, optional): Default: ``False``
        device (device, optional): where it will be.
        dtype (dtype, optional): what it will hold.
    """

    cls_to_become = _InitializedBuffer

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        buffer = _instance(cls, _C.empty(0, device=device, dtype=dtype), requires_grad)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        memo[id(self)] = copied = type(self)(self.requires_grad, self.data.device, self.data.dtype)
        return copied


def is_lazy(tensor):
    """Whether `tensor` is a parameter or buffer without a shape."""
    return isinstance(tensor, _Uninitialized)
