"""Excesses over a high threshold."""

from __future__ import annotations

import math

from .. import _C
from .._C import Tensor
from .._types import Size
from . import constraints
from .distribution import Distribution
from .utils import broadcast_all

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    r"""The generalised Pareto distribution, with survival function

    .. math:: P(X > x) = \left(1 + \xi \frac{x - \mu}{\sigma}\right)^{-1/\xi}

    which is :math:`e^{-(x - \mu)/\sigma}` for :math:`\xi = 0`; for :math:`\xi < 0` values end at
    :math:`\mu - \sigma/\xi`.

    Args:
        loc (float or Tensor): the threshold :math:`\mu`.
        scale (float or Tensor): :math:`\sigma > 0`.
        concentration (float or Tensor): the shape :math:`\xi`.
        validate_args (bool, optional): see :class:`Distribution`.

    Source: Pickands (1975), Statistical inference using extreme order statistics.

    Example::

        >>> d = rl.distributions.GeneralizedPareto(0.0, 1.0, rl.tensor([-0.5, 0.0, 0.5]))
        >>> d.cdf(rl.tensor(1.0))
        tensor([0.7500, 0.6321, 0.5556])
    """

    arg_constraints = {
        "loc": constraints.real,
        "scale": constraints.positive,
        "concentration": constraints.real,
    }
    has_rsample = True

    def __init__(
        self,
        loc: Tensor | float,
        scale: Tensor | float,
        concentration: Tensor | float,
        validate_args: bool | None = None,
    ) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.size(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return self._expanded(GeneralizedPareto, batch_shape, _instance, "loc", "scale", "concentration")

    def rsample(self, sample_shape: Any = Size()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        return self.icdf(_C.rand(shape, dtype=self.loc.dtype, device=self.loc.device))

    def _z(self, x: Tensor) -> Tensor:
        return (x - self.loc) / self.scale

    def _exponential(self) -> tuple[Tensor, Tensor]:
        """Where the distribution is exponential, and concentrations to compute with, which are 1 there."""
        zero = _C.isclose(self.concentration, _C.zeros_like(self.concentration))
        return zero, _C.where(zero, _C.ones_like(self.concentration), self.concentration)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        z = self._z(value)
        zero, k = self._exponential()
        power = 1 / k + _C.ones_like(z)
        decay = _C.where(power == 0, power, power * _C.log1p(k * z))  # no 0 times infinity at the upper end
        log_scale = self.scale.log()
        return _C.where(zero, -z - log_scale, -log_scale - decay)

    def log_survival_function(self, value: Tensor) -> Tensor:
        """The logarithm of the probability of what is above ``value``."""
        if self._validate_args:
            self._validate_sample(value)
        z = self._z(value)
        zero, k = self._exponential()
        return _C.where(zero, -z, -_C.log1p(k * z) / k)

    def log_cdf(self, value: Tensor) -> Tensor:
        """The logarithm of :meth:`cdf`."""
        if self._validate_args:
            self._validate_sample(value)
        return _C.log1p(-_C.exp(self.log_survival_function(value)))

    def cdf(self, value: Tensor) -> Tensor:
        return _C.exp(self.log_cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        zero, k = self._exponential()
        logu = _C.log1p(-value)
        return _C.where(zero, self.loc - self.scale * logu, self.loc + self.scale * _C.expm1(-k * logu) / k)

    @property
    def mean(self) -> Tensor:
        k = self.concentration
        exists = k < 1
        return _C.where(exists, self.loc + self.scale / (1 - _C.where(exists, k, 0.5)), math.nan)

    @property
    def variance(self) -> Tensor:
        exists = self.concentration < 0.5
        k = _C.where(exists, self.concentration, 0.25)
        return _C.where(exists, self.scale**2 / ((1 - k) ** 2 * (1 - 2 * k)), math.nan)

    def entropy(self) -> Tensor:
        return (_C.log(self.scale) + self.concentration + 1).expand(self._batch_shape)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        end = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, _C.where(self.concentration < 0, end, math.inf))
