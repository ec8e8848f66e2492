"""A coin whose values lie between zero and one, and are differentiable."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .._types import Size
from . import constraints
from ._choice import Choice, given
from .distribution import Distribution
from .transformed_distribution import TransformedDistribution
from .transforms import SigmoidTransform
from .utils import broadcast_all, clamp_probs

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["LogitRelaxedBernoulli", "RelaxedBernoulli"]


class LogitRelaxedBernoulli(Choice, Distribution):
    r"""The log-odds of a :class:`RelaxedBernoulli`: a logistic number, shifted and scaled.

    Args:
        temperature (Tensor): the scale is one over it.
        probs (float or Tensor, optional): the probability of a one.
        logits (float or Tensor, optional): its log-odds; one of the two is given.
        validate_args (bool, optional): see :class:`Distribution`.

    Source: Maddison, Mnih and Teh (2017), The concrete distribution; Jang, Gu and Poole (2017), Categorical
    reparameterization with Gumbel-softmax.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real

    def __init__(
        self,
        temperature: Tensor,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        if given(probs, logits) == "probs":
            (self.probs,) = broadcast_all(probs)
        else:
            (self.logits,) = broadcast_all(logits)
        super().__init__(self._param.size(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = self._expanded(LogitRelaxedBernoulli, batch_shape, _instance, "probs", "logits")
        new.temperature = self.temperature
        return new

    def rsample(self, sample_shape: Any = Size()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        u = clamp_probs(_C.rand(shape, dtype=probs.dtype, device=probs.device))
        return (u.log() - (-u).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        away = logits - value.mul(self.temperature)
        return self.temperature.log() + away - 2 * away.exp().log1p()


class RelaxedBernoulli(TransformedDistribution):
    r"""Numbers in (0, 1), near 0 and 1 for a low temperature, whose gradients reach ``probs``.

    Args:
        temperature (Tensor): above zero.
        probs (float or Tensor, optional): the probability of a one.
        logits (float or Tensor, optional): its log-odds; one of the two is given.
        validate_args (bool, optional): see :class:`Distribution`.

    Source: Maddison, Mnih and Teh (2017), The concrete distribution.

    Example::

        >>> d = rl.distributions.RelaxedBernoulli(rl.tensor(0.5), rl.tensor([0.1, 0.9]))
        >>> d.rsample()
        tensor([0.0118, 0.9989])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self,
        temperature: Tensor,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        validate_args: bool | None = None,
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return super().expand(batch_shape, _instance=self._get_checked_instance(RelaxedBernoulli, _instance))

    @property
    def temperature(self) -> Tensor:
        """How soft the coin is."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The log-odds of a one."""
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        """The probability of a one."""
        return self.base_dist.probs
