"""Dropout: values, or whole channels, set to zero at random during training."""

from __future__ import annotations

from .. import functional as F
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from ..._C import Tensor


class _DropoutNd(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    r"""Sets each element to zero with probability `p` and scales the others by :math:`1 / (1 - p)`; in training only.

    Args:
        p (float): Default: 0.5
        inplace (bool): overwrite the input. Default: ``False``

    Source: Hinton et al. (2012), Improving neural networks by preventing co-adaptation of feature detectors.

    >>> nn.Dropout(1.0)(rl.ones(3))
    tensor([0., 0., 0.])
    >>> nn.Dropout(0.5).eval()(rl.ones(3))
    tensor([1., 1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    """Sets whole channels of shape :math:`(L)` to zero; arguments as in :class:`Dropout`.

    Args:
        p (float): probability of a zero. Default: 0.5
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.Dropout1d(1.0)(rl.ones(2, 3, 4)).sum()
    tensor(0.)
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    """Sets whole channels of shape :math:`(H, W)` to zero; arguments as in :class:`Dropout`.

    Args:
        p (float): probability of a zero. Default: 0.5
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.Dropout2d(1.0)(rl.ones(2, 3, 4, 4)).sum()
    tensor(0.)
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    """Sets whole channels of shape :math:`(D, H, W)` to zero; arguments as in :class:`Dropout`.

    Args:
        p (float): probability of a zero. Default: 0.5
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.Dropout3d(1.0)(rl.ones(2, 3, 4, 4, 4)).sum()
    tensor(0.)
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    """Dropout that keeps mean 0 and variance 1, for use with :class:`SELU`; arguments as in :class:`Dropout`.

    Args:
        p (float): probability of a zero. Default: 0.5
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.AlphaDropout(0.5).eval()(rl.ones(3))
    tensor([1., 1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """Alpha dropout of whole channels; arguments as in :class:`Dropout`.

    Args:
        p (float): probability of a zero. Default: 0.5
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.FeatureAlphaDropout(0.5).eval()(rl.ones(2, 3, 4)).sum()
    tensor(24.)
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)
