"""How often a coin succeeds before it has failed a number of times."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .._types import Size
from ..autograd.grad_mode import no_grad
from ..nn import functional as F
from . import constraints
from ._choice import Choice, given
from .distribution import Distribution
from .gamma import Gamma
from .utils import broadcast_all, lazy_property

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["NegativeBinomial"]


class NegativeBinomial(Choice, Distribution):
    r"""The number of successes before ``total_count`` failures.

    .. math:: P(k) = \frac{\Gamma(n + k)}{k!\,\Gamma(n)} p^k (1 - p)^n

    Args:
        total_count (float or Tensor): the number :math:`n \ge 0` of failures; any real number.
        probs (Tensor, optional): the probability :math:`p` of success, below 1.
        logits (Tensor, optional): its log-odds; one of the two is given.
        validate_args (bool, optional): see :class:`Distribution`.

    Drawn as Poisson numbers of gamma-distributed rate.

    Example::

        >>> rl.distributions.NegativeBinomial(3.0, rl.tensor([0.5])).mean
        tensor([3.])
    """

    arg_constraints = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support = constraints.nonnegative_integer

    def __init__(
        self,
        total_count: Tensor | float,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if given(probs, logits) == "probs":
            self.total_count, self.probs = broadcast_all(total_count, probs)
        else:
            self.total_count, self.logits = broadcast_all(total_count, logits)
        self.total_count = self.total_count.type_as(self._param)
        super().__init__(self._param.size(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return self._expanded(NegativeBinomial, batch_shape, _instance, "total_count", "probs", "logits")

    @property
    def mean(self) -> Tensor:
        return self.total_count * _C.exp(self.logits)

    @property
    def mode(self) -> Tensor:
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self) -> Tensor:
        return self.mean / _C.sigmoid(-self.logits)

    @lazy_property
    def _gamma(self) -> Gamma:
        # not validated: `total_count` may be 0, which has the rate 0
        return Gamma(concentration=self.total_count, rate=_C.exp(-self.logits), validate_args=False)

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        with no_grad():
            return _C.poisson(self._gamma.sample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        n = self.total_count
        unnormalized = n * F.logsigmoid(-self.logits) + value * F.logsigmoid(self.logits)
        normalizer = -_C.lgamma(n + value) + _C.lgamma(1.0 + value) + _C.lgamma(n)
        return unnormalized - normalizer.masked_fill(n + value == 0.0, 0.0)
