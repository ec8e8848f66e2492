"""How many events come at a constant rate."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .._types import Size
from ..autograd.grad_mode import no_grad
from . import constraints
from .exp_family import ExponentialFamily
from .utils import broadcast_all

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["Poisson"]


class Poisson(ExponentialFamily):
    r"""The Poisson distribution,

    .. math:: P(k) = \frac{\lambda^k}{k!} e^{-\lambda}

    Args:
        rate (float or Tensor): the mean :math:`\lambda \ge 0`.
        validate_args (bool, optional): see :class:`Distribution`.

    Example::

        >>> rl.distributions.Poisson(2.0).log_prob(rl.tensor([0.0, 2.0])).exp()
        tensor([0.1353, 0.2707])
    """

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate: Tensor | float, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.size(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return self._expanded(Poisson, batch_shape, _instance, "rate")

    @property
    def mean(self) -> Tensor:
        return self.rate

    @property
    def mode(self) -> Tensor:
        return self.rate.floor()

    @property
    def variance(self) -> Tensor:
        return self.rate

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        with no_grad():
            return _C.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        rate, value = broadcast_all(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (_C.log(self.rate),)

    def _log_normalizer(self, x: Any) -> Any:
        return _C.exp(x)
