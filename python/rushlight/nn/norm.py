"""Normalisation: over the batch, over a sample, over a group of channels."""

from __future__ import annotations

from .. import _C
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class _NormBase(Module):
    """Weights and running statistics of batch and instance normalisation."""

    _version = 2

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = Parameter(_C.empty(num_features, device=device, dtype=dtype))
        else:
            self.register_parameter("weight", None)
        if affine and bias:
            self.bias = Parameter(_C.empty(num_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        if track_running_stats:
            self.register_buffer("running_mean", _C.zeros(num_features, device=device, dtype=dtype))
            self.register_buffer("running_var", _C.ones(num_features, device=device, dtype=dtype))
            self.register_buffer("num_batches_tracked", _C.tensor(0, dtype=_C.int64, device=device))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_running_stats(self):
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input):
        raise NotImplementedError

    def extra_repr(self):
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, *rest):
        version = local_metadata.get("version", None)
        if (version is None or version < 2) and self.track_running_stats:
            key = prefix + "num_batches_tracked"  # files of version 1 do not have it
            if key not in state_dict:
                present = self.num_batches_tracked
                if present is None or present.device.type == "meta":
                    present = _C.tensor(0, dtype=_C.int64)
                state_dict[key] = present
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)


class _BatchNorm(_NormBase):
    _dims: tuple = ()
    _expected = ""

    def _check_input_dim(self, input):
        if self._dims and input.dim() not in self._dims:
            raise ValueError(f"expected {self._expected} input (got {input.dim()}D input)")

    def forward(self, input):
        self._check_input_dim(input)
        if self.eps <= 0:
            raise ValueError(f"batch_norm eps must be positive, but got {self.eps}")
        momentum = self.momentum
        training = self.training
        if training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if momentum is None:
                momentum = 1.0 / float(self.num_batches_tracked)
        elif momentum is None:
            momentum = 0.0
        mean, var = self.running_mean, self.running_var
        if training:
            if not self.track_running_stats:
                mean = var = None
        elif mean is None and var is None:
            training = True
        return F.batch_norm(input, mean, var, self.weight, self.bias, training, momentum, self.eps)


class BatchNorm1d(_BatchNorm):
    r"""Normalises every channel over the batch: :math:`y = (x - E[x]) / \sqrt{Var[x] + \epsilon} \cdot \gamma + \beta`.

    Args:
        num_features (int): number of channels :math:`C`.
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of the newest batch in the running statistics; ``None`` gives all
            batches the same weight. Default: 0.1
        affine (bool): whether there are :math:`\gamma` and :math:`\beta`. Default: ``True``
        track_running_stats (bool): keep running statistics, used in evaluation. Default: ``True``
        bias (bool): whether there is a :math:`\beta`. Default: ``True``

    Shape:
        - Input and output: :math:`(N, C)` or :math:`(N, C, L)`

    Attributes:
        running_mean, running_var, num_batches_tracked: buffers

    Examples::

        >>> rl.nn.BatchNorm1d(100)(rl.randn(20, 100)).shape
        torch.Size([20, 100])

    Source: Ioffe and Szegedy (2015), Batch normalization.
    """

    _dims, _expected = (2, 3), "2D or 3D"


class BatchNorm2d(_BatchNorm):
    """Normalises every channel of images over the batch; arguments as in :class:`BatchNorm1d`.

    Shape:
        - Input and output: :math:`(N, C, H, W)`
    """

    _dims, _expected = (4,), "4D"


class BatchNorm3d(_BatchNorm):
    """Normalises every channel of volumes over the batch; arguments as in :class:`BatchNorm1d`.

    Shape:
        - Input and output: :math:`(N, C, D, H, W)`
    """

    _dims, _expected = (5,), "5D"


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation over all processes; with one process the same as :class:`BatchNorm2d` of any dimension."""

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        process_group=None,
        device=None,
        dtype=None,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype)
        self.process_group = process_group

    def _check_input_dim(self, input):
        if input.dim() < 2:
            raise ValueError(f"expected at least 2D input (got {input.dim()}D input)")


class _InstanceNorm(_NormBase):
    _unbatched_dim = 0
    _expected = ""

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=False,
        track_running_stats=False,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _check_input_dim(self, input):
        if input.dim() not in (self._unbatched_dim, self._unbatched_dim + 1):
            raise ValueError(f"expected {self._expected} input (got {input.dim()}D input)")

    def forward(self, input):
        self._check_input_dim(input)
        axis = input.dim() - self._unbatched_dim
        if input.size(axis) != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={axis} to match num_features ({self.num_features}), "
                    f"but got: {input.size(axis)}."
                )
            from warnings import warn

            warn(
                f"input's size at dim={axis} does not match num_features. You can silence this warning by not "
                "passing in num_features, which is not used because affine=False",
                stacklevel=2,
            )
        if axis == 0:
            return self._normalise(input.unsqueeze(0)).squeeze(0)
        return self._normalise(input)

    def _normalise(self, input):
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum if self.momentum is not None else 0.0,
            self.eps,
        )


class InstanceNorm1d(_InstanceNorm):
    """Normalises every channel of every sample by itself.

    Args:
        num_features (int): number of channels :math:`C`.
        eps, momentum: as in :class:`BatchNorm1d`.
        affine (bool): whether there are weights. Default: ``False``
        track_running_stats (bool): keep running statistics, used in evaluation. Default: ``False``

    Shape:
        - Input and output: :math:`(N, C, L)` or :math:`(C, L)`

    Source: Ulyanov et al. (2016), Instance normalization.
    """

    _unbatched_dim, _expected = 2, "2D or 3D"


class InstanceNorm2d(_InstanceNorm):
    """Instance normalisation of images; arguments as in :class:`InstanceNorm1d`."""

    _unbatched_dim, _expected = 3, "3D or 4D"


class InstanceNorm3d(_InstanceNorm):
    """Instance normalisation of volumes; arguments as in :class:`InstanceNorm1d`."""

    _unbatched_dim, _expected = 4, "4D or 5D"


def _shape_tuple(shape):
    return (shape,) if isinstance(shape, int) else tuple(shape)


class LayerNorm(Module):
    r"""Normalises over the last dimensions: :math:`y = (x - E[x]) / \sqrt{Var[x] + \epsilon} \cdot \gamma + \beta`.

    Args:
        normalized_shape (int, list or Size): the sizes of those dimensions.
        eps (float): added to the variance. Default: 1e-5
        elementwise_affine (bool): whether there are :math:`\gamma` and :math:`\beta`. Default: ``True``
        bias (bool): whether there is a :math:`\beta`. Default: ``True``

    Shape:
        - Input and output: :math:`(*, \text{normalized\_shape})`

    Attributes:
        weight, bias: of shape :math:`\text{normalized\_shape}`, ones and zeros at first

    Examples::

        >>> rl.nn.LayerNorm(10)(rl.randn(20, 5, 10)).shape
        torch.Size([20, 5, 10])

    Source: Ba et al. (2016), Layer normalization.
    """

    def __init__(
        self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None
    ):
        super().__init__()
        self.normalized_shape = _shape_tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            fresh = Parameter(_C.empty(self.normalized_shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, fresh)
        self.reset_parameters()

    def reset_parameters(self):
        if self.elementwise_affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class GroupNorm(Module):
    r"""Normalises groups of channels of every sample.

    Args:
        num_groups (int): into how many groups the channels are divided.
        num_channels (int): number of channels.
        eps (float): added to the variance. Default: 1e-5
        affine (bool): whether every channel has a weight and a bias. Default: ``True``
        bias (bool): whether there is a bias. Default: ``True``

    Shape:
        - Input and output: :math:`(N, C, *)`

    Examples::

        >>> rl.nn.GroupNorm(3, 6)(rl.randn(20, 6, 10, 10)).shape
        torch.Size([20, 6, 10, 10])

    Source: Wu and He (2018), Group normalization.
    """

    def __init__(
        self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None, *, bias=True
    ):
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            fresh = Parameter(_C.empty(num_channels, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, fresh)
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def forward(self, input):
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    r"""Divides by the root mean square over the last dimensions: :math:`y = x / \sqrt{E[x^2] + \epsilon} \cdot \gamma`.

    Args:
        normalized_shape (int, list or Size): the sizes of those dimensions.
        eps (float, optional): Default: the machine epsilon of the dtype
        elementwise_affine (bool): whether there is a :math:`\gamma`. Default: ``True``

    Source: Zhang and Sennrich (2019), Root mean square layer normalization.
    """

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = _shape_tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        if elementwise_affine:
            self.weight = Parameter(_C.empty(self.normalized_shape, device=device, dtype=dtype))
        else:
            self.register_parameter("weight", None)
        self.reset_parameters()

    def reset_parameters(self):
        if self.elementwise_affine:
            init.ones_(self.weight)

    def forward(self, x):
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LocalResponseNorm(Module):
    r"""Divides by a power of the energy in neighbouring channels: :math:`b_c = a_c (k + \frac{\alpha}{n} \sum a^2)^{-\beta}`.

    Args:
        size (int): number of neighbouring channels :math:`n`.
        alpha (float): Default: 0.0001
        beta (float): Default: 0.75
        k (float): Default: 1
    """

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input):
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
