"""How many of a number of trials succeed."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .._types import Size
from ..autograd.grad_mode import no_grad
from . import constraints
from ._choice import Choice, given
from .distribution import Distribution
from .utils import broadcast_all

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["Binomial"]


def _clamp_by_zero(x: Tensor) -> Tensor:
    """``x.clamp(min=0)``, with gradient one half at zero."""
    return (x.clamp(min=0) + x - x.clamp(max=0)) / 2


class Binomial(Choice, Distribution):
    r"""The number of successes in ``total_count`` trials.

    .. math:: P(k) = \binom{n}{k} p^k (1 - p)^{n - k}

    Args:
        total_count (int or Tensor): the number of trials :math:`n`. Default: 1
        probs (Tensor, optional): the probability :math:`p` of success.
        logits (Tensor, optional): its log-odds; one of the two is given.
        validate_args (bool, optional): see :class:`Distribution`.

    Example::

        >>> d = rl.distributions.Binomial(3, rl.tensor(0.5))
        >>> d.log_prob(d.enumerate_support()).exp()
        tensor([0.1250, 0.3750, 0.3750, 0.1250])
    """

    arg_constraints = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True

    def __init__(
        self,
        total_count: Tensor | int = 1,
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
        return self._expanded(Binomial, batch_shape, _instance, "total_count", "probs", "logits")

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.probs

    @property
    def mode(self) -> Tensor:
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return _C.binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        n, logits = self.total_count, self.logits
        # k log p + (n - k) log(1 - p) = k logits - n log(1 + e^logits), the last term without overflow
        normalizer = n * _clamp_by_zero(logits) + n * _C.log1p(_C.exp(-_C.abs(logits))) - _C.lgamma(n + 1)
        return value * logits - _C.lgamma(value + 1) - _C.lgamma(n - value + 1) - normalizer

    def entropy(self) -> Tensor:
        self._common_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(_C.exp(log_prob) * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        count = self._common_count("enumerate_support")
        values = _C.arange(1 + count, dtype=self._param.dtype, device=self._param.device)
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values

    def _common_count(self, what: str) -> int:
        count = int(self.total_count.max())
        if self.total_count.min() != count:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{what}`.")
        return count
