"""A relative of the beta distribution whose distribution function is simple."""

from __future__ import annotations

import math

from .. import _C
from .._C import Tensor
from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, PowerTransform
from .uniform import Uniform
from .utils import broadcast_all, euler_constant

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["Kumaraswamy"]


class Kumaraswamy(TransformedDistribution):
    r"""The Kumaraswamy distribution on :math:`[0, 1]`, with distribution function

    .. math:: P(X \le x) = 1 - (1 - x^a)^b

    Args:
        concentration1 (float or Tensor): :math:`a > 0`.
        concentration0 (float or Tensor): :math:`b > 0`.
        validate_args (bool, optional): see :class:`Distribution`.

    Source: Kumaraswamy (1980), A generalized probability density function for double-bounded random processes.

    Example::

        >>> rl.distributions.Kumaraswamy(rl.tensor([1.0]), rl.tensor([1.0])).mean
        tensor([0.5000])
    """

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self,
        concentration1: Tensor | float,
        concentration0: Tensor | float,
        validate_args: bool | None = None,
    ) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        base = Uniform(
            _C.full_like(self.concentration0, 0),
            _C.full_like(self.concentration0, 1),
            validate_args=validate_args,
        )
        # x = (1 - u^(1/b))^(1/a)
        transforms = [
            PowerTransform(exponent=self.concentration0.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(exponent=self.concentration1.reciprocal()),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = self._get_checked_instance(Kumaraswamy, _instance)
        new.concentration1 = self.concentration1.expand(batch_shape)
        new.concentration0 = self.concentration0.expand(batch_shape)
        return super().expand(batch_shape, _instance=new)

    def _moment(self, n: int) -> Tensor:
        """The mean of the ``n``-th power, :math:`b\\,B(1 + n/a, b)`."""
        a, b = self.concentration1, self.concentration0
        first = 1 + n / a
        return b * _C.exp(first.lgamma() + b.lgamma() - (first + b).lgamma())

    @property
    def mean(self) -> Tensor:
        return self._moment(1)

    @property
    def mode(self) -> Tensor:
        # as PyTorch has it, which takes logarithms of negative numbers where both parameters are above 1: nan
        a, b = self.concentration1, self.concentration0
        log_mode = b.reciprocal() * (-b).log1p() - (-b * a).log1p()
        log_mode[(b < 1) | (a < 1)] = math.nan
        return log_mode.exp()

    @property
    def variance(self) -> Tensor:
        return self._moment(2) - _C.pow(self.mean, 2)

    def entropy(self) -> Tensor:
        t1 = 1 - self.concentration1.reciprocal()
        t0 = 1 - self.concentration0.reciprocal()
        harmonic = _C.digamma(self.concentration0 + 1) + euler_constant
        return t0 + t1 * harmonic - _C.log(self.concentration1) - _C.log(self.concentration0)
