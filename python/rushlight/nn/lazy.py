"""Layers that learn their input size from the first input."""

from __future__ import annotations

from .. import _C
from ..autograd.grad_mode import no_grad
from . import conv, norm
from .linear import Linear
from .module import Module
from .parameter import UninitializedBuffer, UninitializedParameter, is_lazy

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


class LazyModuleMixin:
    """Parameters without a shape until the first call, after which the layer is one of class ``cls_to_become``.

    A subclass fills its parameters in ``initialize_parameters``, which gets the arguments of that call.
    """

    cls_to_become: Any = None

    def has_uninitialized_params(self):
        """Whether something has no shape yet."""
        tensors = (*self._parameters.values(), *self._buffers.values())
        return any(is_lazy(tensor) for tensor in tensors)

    def initialize_parameters(self, *args, **kwargs):
        """Gives the parameters their shapes and values."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def _become(self):
        if self.cls_to_become is not None:
            self.__class__ = self.cls_to_become

    def __call__(self, *args, **kwargs):
        if self.has_uninitialized_params():
            self.initialize_parameters(*args, **kwargs)
            if self.has_uninitialized_params():
                raise RuntimeError(f"module {self._get_name()} has not been fully initialized")
        self._become()
        return Module.__call__(self, *args, **kwargs)

    def _load_from_state_dict(self, state_dict, prefix, *rest):
        for table in (self._parameters, self._buffers):
            for name, tensor in table.items():
                given = state_dict.get(prefix + name)
                if tensor is not None and given is not None and is_lazy(tensor) and not is_lazy(given):
                    with no_grad():
                        tensor.materialize(given.shape)
        super()._load_from_state_dict(state_dict, prefix, *rest)


class LazyLinear(LazyModuleMixin, Linear):
    """:class:`Linear` whose ``in_features`` is the last size of the first input.

    Args:
        out_features (int): size of each output sample.
        bias (bool): Default: ``True``
    """

    cls_to_become = Linear

    def __init__(self, out_features, bias=True, device=None, dtype=None):
        super().__init__(0, 0, False)
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_features = out_features
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self):
        if not self.has_uninitialized_params() and self.in_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input):
        with no_grad():
            self.in_features = input.shape[-1]
            self.weight.materialize((self.out_features, self.in_features))
            if self.bias is not None:
                self.bias.materialize((self.out_features,))
            self.reset_parameters()

    def __call__(self, *args, **kwargs):
        if self.in_features == 0 and not self.has_uninitialized_params():
            self.in_features = self.weight.shape[-1]  # the weight came from a file
        return super().__call__(*args, **kwargs)


class _LazyConv(LazyModuleMixin):
    """A convolution whose ``in_channels`` is the number of channels of the first input."""

    def __init__(self, out_channels, *args, **kwargs):
        bias = kwargs.pop("bias", None)
        args = list(args)
        place = self._bias_place
        if bias is None:
            bias = args[place] if len(args) > place else True
        if len(args) > place:
            args[place] = False
        else:
            kwargs["bias"] = False
        options = {name: kwargs.get(name) for name in ("device", "dtype")}
        super().__init__(0, 0, *args, **kwargs)
        self.weight = UninitializedParameter(**options)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(**options)

    _bias_place = 5

    def reset_parameters(self):
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()

    def initialize_parameters(self, input, *args, **kwargs):
        dims = len(self.kernel_size)
        if input.dim() not in (dims + 1, dims + 2):
            raise RuntimeError(
                f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {type(self).__name__}, "
                f"but got input of size: {input.shape}"
            )
        self._set_channels(input.shape[-dims - 1])
        pair = (self.in_channels, self.out_channels // self.groups)
        if not self.transposed:
            pair = (self.out_channels, self.in_channels // self.groups)
        self.weight.materialize((*pair, *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()

    def _set_channels(self, channels):
        self.in_channels = channels
        if channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")

    def __call__(self, *args, **kwargs):
        if self.in_channels == 0 and not self.has_uninitialized_params():
            shape = self.weight.shape
            self._set_channels(shape[0] if self.transposed else shape[1] * self.groups)
        return super().__call__(*args, **kwargs)


class LazyConv1d(_LazyConv, conv.Conv1d):
    """:class:`Conv1d` whose ``in_channels`` comes from the first input."""

    cls_to_become = conv.Conv1d


class LazyConv2d(_LazyConv, conv.Conv2d):
    """:class:`Conv2d` whose ``in_channels`` comes from the first input."""

    cls_to_become = conv.Conv2d


class LazyConv3d(_LazyConv, conv.Conv3d):
    """:class:`Conv3d` whose ``in_channels`` comes from the first input."""

    cls_to_become = conv.Conv3d


class LazyConvTranspose1d(_LazyConv, conv.ConvTranspose1d):
    """:class:`ConvTranspose1d` whose ``in_channels`` comes from the first input."""

    cls_to_become = conv.ConvTranspose1d


class LazyConvTranspose2d(_LazyConv, conv.ConvTranspose2d):
    """:class:`ConvTranspose2d` whose ``in_channels`` comes from the first input."""

    cls_to_become = conv.ConvTranspose2d


class LazyConvTranspose3d(_LazyConv, conv.ConvTranspose3d):
    """:class:`ConvTranspose3d` whose ``in_channels`` comes from the first input."""

    cls_to_become = conv.ConvTranspose3d


class _LazyNorm(LazyModuleMixin):
    """A normalisation whose ``num_features`` is the number of channels of the first input."""

    _affine, _track = True, True

    def __init__(
        self,
        eps=1e-5,
        momentum=0.1,
        affine=None,
        track_running_stats=None,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        affine = self._affine if affine is None else affine
        track_running_stats = self._track if track_running_stats is None else track_running_stats
        super().__init__(0, eps, momentum, False, False, device, dtype)
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(device=device, dtype=dtype)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = _C.tensor(0, dtype=_C.int64, device=device)

    def reset_parameters(self):
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input):
        self._check_input_dim(input)
        self.num_features = input.shape[getattr(self, "_channel_axis", lambda x: 1)(input)]
        for tensor in (self.weight, self.bias, self.running_mean, self.running_var):
            if is_lazy(tensor):
                tensor.materialize((self.num_features,))
        self.reset_parameters()

    def __call__(self, *args, **kwargs):
        if self.num_features == 0 and not self.has_uninitialized_params():
            known = self.weight if self.weight is not None else self.running_mean
            self.num_features = args[0].shape[1] if known is None else known.shape[0]
        return super().__call__(*args, **kwargs)


class LazyBatchNorm1d(_LazyNorm, norm.BatchNorm1d):
    """:class:`BatchNorm1d` whose ``num_features`` comes from the first input."""

    cls_to_become = norm.BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, norm.BatchNorm2d):
    """:class:`BatchNorm2d` whose ``num_features`` comes from the first input."""

    cls_to_become = norm.BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, norm.BatchNorm3d):
    """:class:`BatchNorm3d` whose ``num_features`` comes from the first input."""

    cls_to_become = norm.BatchNorm3d


class _LazyInstanceNorm(_LazyNorm):
    def _channel_axis(self, input):
        return input.dim() - self._unbatched_dim


class LazyInstanceNorm1d(_LazyInstanceNorm, norm.InstanceNorm1d):
    """:class:`InstanceNorm1d` whose ``num_features`` comes from the first input."""

    cls_to_become = norm.InstanceNorm1d


class LazyInstanceNorm2d(_LazyInstanceNorm, norm.InstanceNorm2d):
    """:class:`InstanceNorm2d` whose ``num_features`` comes from the first input."""

    cls_to_become = norm.InstanceNorm2d


class LazyInstanceNorm3d(_LazyInstanceNorm, norm.InstanceNorm3d):
    """:class:`InstanceNorm3d` whose ``num_features`` comes from the first input."""

    cls_to_become = norm.InstanceNorm3d
