"""A coin that gives numbers between zero and one."""

from __future__ import annotations

import math

from .. import _C
from .._C import Tensor
from .._types import Size
from ..autograd.grad_mode import no_grad
from ..nn import functional as F
from . import constraints
from ._choice import Choice, given
from .exp_family import ExponentialFamily
from .utils import broadcast_all, clamp_probs, lazy_property, logits_to_probs, probs_to_logits

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(Choice, ExponentialFamily):
    r"""The continuous Bernoulli distribution on :math:`[0, 1]`,

    .. math:: p(x) = C(\lambda)\,\lambda^x (1 - \lambda)^{1 - x}

    Args:
        probs (float or Tensor, optional): :math:`\lambda`, in (0, 1).
        logits (float or Tensor, optional): its log-odds; one of the two is given.
        lims (tuple of float): between these, around 0.5, where formulas cancel, Taylor series take their place.
            Default: (0.499, 0.501)
        validate_args (bool, optional): see :class:`Distribution`.

    :math:`\lambda` is not the mean. Source: Loaiza-Ganem and Cunningham (2019), The continuous Bernoulli: fixing a
    pervasive error in variational autoencoders.

    Example::

        >>> rl.distributions.ContinuousBernoulli(rl.tensor([0.5, 0.9])).mean
        tensor([0.5000, 0.6699])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        if given(probs, logits) == "probs":
            (self.probs,) = broadcast_all(probs)
            # checked here, since what is clamped would pass
            if validate_args is not None and not self.arg_constraints["probs"].check(self.probs).all():
                raise ValueError("The parameter probs has invalid values")
            self.probs = clamp_probs(self.probs)
        else:
            (self.logits,) = broadcast_all(logits)
        self._lims = lims
        super().__init__(self._param.size(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = self._expanded(ContinuousBernoulli, batch_shape, _instance, "probs", "logits")
        new._lims = self._lims
        return new

    @lazy_property
    def logits(self) -> Tensor:
        """The log-odds."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Tensor:
        """The parameter, kept off 0 and 1."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _stable(self) -> Tensor:
        """Where closed forms hold."""
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _cut_probs(self) -> Tensor:
        """``probs`` with those near 0.5 replaced, so that what is not chosen has no infinite gradient."""
        return _C.where(self._stable(), self.probs, self._lims[0] * _C.ones_like(self.probs))

    def _log_constant(self) -> Tensor:
        r"""The logarithm of :math:`C(\lambda)`."""
        cut = self._cut_probs()
        below = _C.where(cut <= 0.5, cut, _C.zeros_like(cut))
        above = _C.where(cut >= 0.5, cut, _C.ones_like(cut))
        exact = _C.log(_C.abs(_C.log1p(-cut) - _C.log(cut))) - _C.where(
            cut <= 0.5, _C.log1p(-2.0 * below), _C.log(2.0 * above - 1.0)
        )
        x = _C.pow(self.probs - 0.5, 2)
        series = math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x
        return _C.where(self._stable(), exact, series)

    @property
    def mean(self) -> Tensor:
        cut = self._cut_probs()
        exact = cut / (2.0 * cut - 1.0) + 1.0 / (_C.log1p(-cut) - _C.log(cut))
        x = self.probs - 0.5
        series = 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * _C.pow(x, 2)) * x
        return _C.where(self._stable(), exact, series)

    @property
    def stddev(self) -> Tensor:
        return _C.sqrt(self.variance)

    @property
    def variance(self) -> Tensor:
        cut = self._cut_probs()
        exact = cut * (cut - 1.0) / _C.pow(1.0 - 2.0 * cut, 2) + 1.0 / _C.pow(_C.log1p(-cut) - _C.log(cut), 2)
        x = _C.pow(self.probs - 0.5, 2)
        series = 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x
        return _C.where(self._stable(), exact, series)

    def _uniform(self, sample_shape: Any) -> Tensor:
        shape = self._extended_shape(sample_shape)
        return _C.rand(shape, dtype=self.probs.dtype, device=self.probs.device)

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        u = self._uniform(sample_shape)
        with no_grad():
            return self.icdf(u)

    def rsample(self, sample_shape: Any = Size()) -> Tensor:
        return self.icdf(self._uniform(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none") + self._log_constant()

    def cdf(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        cut = self._cut_probs()
        powers = _C.pow(cut, value) * _C.pow(1.0 - cut, 1.0 - value)
        inside = _C.where(self._stable(), (powers + cut - 1.0) / (2.0 * cut - 1.0), value)
        upper = _C.where(value >= 1.0, _C.ones_like(inside), inside)
        return _C.where(value <= 0.0, _C.zeros_like(inside), upper)

    def icdf(self, value: Tensor) -> Tensor:
        cut = self._cut_probs()
        exact = (_C.log1p(-cut + value * (2.0 * cut - 1.0)) - _C.log1p(-cut)) / (_C.log(cut) - _C.log1p(-cut))
        return _C.where(self._stable(), exact, value)

    def entropy(self) -> Tensor:
        log0, log1 = _C.log1p(-self.probs), _C.log(self.probs)
        return self.mean * (log0 - log1) - self._log_constant() - log0

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.logits,)

    def _log_normalizer(self, x: Any) -> Any:
        stable = (x <= self._lims[0] - 0.5) | (x > self._lims[1] - 0.5)
        cut = _C.where(stable, x, (self._lims[0] - 0.5) * _C.ones_like(x))
        exact = _C.log(_C.abs(_C.exp(cut) - 1.0)) - _C.log(_C.abs(cut))
        series = 0.5 * x + _C.pow(x, 2) / 24.0 - _C.pow(x, 4) / 2880.0
        return _C.where(stable, exact, series)
