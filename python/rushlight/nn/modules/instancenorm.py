"""Normalisation of every channel of every sample by itself."""

from __future__ import annotations

from .. import functional as F
from .batchnorm import _LazyNormBase, _NormBase

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


class _InstanceNorm(_NormBase):
    _unbatched_dim = 0
    _expected = ""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _check_input_dim(self, input):
        if input.dim() not in (self._unbatched_dim, self._unbatched_dim + 1):
            raise ValueError(f"expected {self._expected} input (got {input.dim()}D input)")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        axis = input.dim() - self._unbatched_dim
        if input.size(axis) != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={axis} to match num_features ({self.num_features}), "
                    f"but got: {input.size(axis)}."
                )
            from ..._warn import warn

            warn(
                f"input's size at dim={axis} does not match num_features. You can silence this warning by not "
                "passing in num_features, which is not used because affine=False",
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
        bias (bool): learns the shift too. Default: ``True``

    Shape:
        - Input and output: :math:`(N, C, L)` or :math:`(C, L)`

    Source: Ulyanov et al. (2016), Instance normalization.

    >>> nn.InstanceNorm1d(1)(rl.tensor([[[1.0, 3.0]]]))
    tensor([[[-1.0000,  1.0000]]])
    """

    _unbatched_dim, _expected = 2, "2D or 3D"


class InstanceNorm2d(_InstanceNorm):
    """Instance normalisation of images; arguments as in :class:`InstanceNorm1d`.

    Args:
        num_features (int): channels, C of (N, C, ...).
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``False``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``False``
        bias (bool): learns the shift too. Default: ``True``

    >>> nn.InstanceNorm2d(3)(rl.randn(2, 3, 4, 4)).shape
    torch.Size([2, 3, 4, 4])
    """

    _unbatched_dim, _expected = 3, "3D or 4D"


class InstanceNorm3d(_InstanceNorm):
    """Instance normalisation of volumes; arguments as in :class:`InstanceNorm1d`.

    Args:
        num_features (int): channels, C of (N, C, ...).
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``False``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``False``
        bias (bool): learns the shift too. Default: ``True``

    >>> nn.InstanceNorm3d(3)(rl.randn(2, 3, 4, 4, 4)).shape
    torch.Size([2, 3, 4, 4, 4])
    """

    _unbatched_dim, _expected = 4, "4D or 5D"


class _LazyInstanceNorm(_LazyNormBase):
    def _channel_axis(self, input):
        return input.dim() - self._unbatched_dim


class LazyInstanceNorm1d(_LazyInstanceNorm, InstanceNorm1d):
    """:class:`InstanceNorm1d` whose ``num_features`` comes from the first input.

    Args:
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``True``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``True``
        bias (bool): learns the shift too. Default: ``True``

    >>> m = nn.LazyInstanceNorm1d()
    >>> m(rl.randn(2, 3, 4)).shape, m.num_features
    (torch.Size([2, 3, 4]), 3)
    """

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyInstanceNorm, InstanceNorm2d):
    """:class:`InstanceNorm2d` whose ``num_features`` comes from the first input.

    Args:
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``True``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``True``
        bias (bool): learns the shift too. Default: ``True``

    >>> m = nn.LazyInstanceNorm2d()
    >>> m(rl.randn(2, 3, 4, 4)).shape, m.num_features
    (torch.Size([2, 3, 4, 4]), 3)
    """

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyInstanceNorm, InstanceNorm3d):
    """:class:`InstanceNorm3d` whose ``num_features`` comes from the first input.

    Args:
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``True``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``True``
        bias (bool): learns the shift too. Default: ``True``

    >>> m = nn.LazyInstanceNorm3d()
    >>> m(rl.randn(2, 3, 4, 4, 4)).shape, m.num_features
    (torch.Size([2, 3, 4, 4, 4]), 3)
    """

    cls_to_become = InstanceNorm3d
