"""A coin: zero or one."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .._types import Size
from ..autograd.grad_mode import no_grad
from ..nn import functional as F
from . import constraints
from ._choice import Choice, given
from .exp_family import ExponentialFamily
from .utils import broadcast_all

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["Bernoulli"]


class Bernoulli(Choice, ExponentialFamily):
    r"""One with probability ``probs``, else zero.

    .. math:: P(x) = p^x (1 - p)^{1 - x}

    Args:
        probs (float or Tensor, optional): the probability of a one.
        logits (float or Tensor, optional): its log-odds; one of the two is given.
        validate_args (bool, optional): see :class:`Distribution`.

    Example::

        >>> d = rl.distributions.Bernoulli(rl.tensor([0.3]))
        >>> d.log_prob(rl.tensor([1.0])), d.logits
        (tensor([-1.2040]), tensor([-0.8473]))
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if given(probs, logits) == "probs":
            (self.probs,) = broadcast_all(probs)
        else:
            (self.logits,) = broadcast_all(logits)
        super().__init__(self._param.size(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return self._expanded(Bernoulli, batch_shape, _instance, "probs", "logits")

    @property
    def mean(self) -> Tensor:
        return self.probs

    @property
    def mode(self) -> Tensor:
        mode = (self.probs >= 0.5).to(self.probs)
        mode[self.probs == 0.5] = float("nan")  # both are
        return mode

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        with no_grad():
            return _C.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Tensor:
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        values = _C.arange(2, dtype=self._param.dtype, device=self._param.device)
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (_C.logit(self.probs),)

    def _log_normalizer(self, x: Any) -> Any:
        return _C.log1p(_C.exp(x))
