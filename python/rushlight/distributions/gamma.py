"""The gamma distribution."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .._types import Size, finfo
from . import constraints
from .exp_family import ExponentialFamily
from .utils import broadcast_all

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["Gamma"]


def _standard_gamma(concentration: Tensor) -> Tensor:
    """Draws of unit rate, differentiable in the concentration.

    Source: Marsaglia and Tsang (2000), A simple method for generating gamma variables; gradients as in Figurnov,
    Mohamed and Mnih (2018), Implicit reparameterization gradients.
    """
    return _C._standard_gamma(concentration)


class Gamma(ExponentialFamily):
    r"""The gamma distribution,

    .. math:: p(x) = \frac{\beta^\alpha}{\Gamma(\alpha)} x^{\alpha - 1} e^{-\beta x}

    Args:
        concentration (float or Tensor): the shape :math:`\alpha > 0`.
        rate (float or Tensor): :math:`\beta > 0`, one over the scale.
        validate_args (bool, optional): see :class:`Distribution`.

    Example::

        >>> d = rl.distributions.Gamma(rl.tensor([1.0]), rl.tensor([2.0]))
        >>> d.mean, d.cdf(rl.tensor([0.5]))
        (tensor([0.5000]), tensor([0.6321]))
    """

    arg_constraints: Any = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self, concentration: Tensor | float, rate: Tensor | float, validate_args: bool | None = None
    ) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.size(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return self._expanded(Gamma, batch_shape, _instance, "concentration", "rate")

    @property
    def mean(self) -> Tensor:
        return self.concentration / self.rate

    @property
    def mode(self) -> Tensor:
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Tensor:
        return self.concentration / self.rate.pow(2)

    def rsample(self, sample_shape: Any = Size()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        value = _standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        value.detach().clamp_(
            min=finfo(value.dtype).tiny
        )  # not zero, where log_prob is infinite; outside the graph
        return value

    def log_prob(self, value: Tensor) -> Tensor:
        value = _C.as_tensor(value, dtype=self.rate.dtype, device=self.rate.device)
        if self._validate_args:
            self._validate_sample(value)
        return (
            _C.xlogy(self.concentration, self.rate)
            + _C.xlogy(self.concentration - 1, value)
            - self.rate * value
            - _C.lgamma(self.concentration)
        )

    def entropy(self) -> Tensor:
        return (
            self.concentration
            - _C.log(self.rate)
            + _C.lgamma(self.concentration)
            + (1.0 - self.concentration) * _C.digamma(self.concentration)
        )

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return self.concentration - 1, -self.rate

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        return _C.lgamma(x + 1) + (x + 1) * _C.log(-y.reciprocal())

    def cdf(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return _C._special.gammainc(self.concentration, self.rate * value)
