"""How often each of a number of classes comes."""

from __future__ import annotations

import math

from .. import _C
from .._C import Tensor
from .._types import Size
from . import constraints
from .binomial import Binomial
from .categorical import Categorical
from .distribution import Distribution
from .utils import broadcast_all

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["Multinomial"]


class Multinomial(Distribution):
    r"""Counts of the classes in ``total_count`` independent draws.

    .. math:: P(x) = n! \prod_k \frac{p_k^{x_k}}{x_k!}

    Args:
        total_count (int): the number of draws :math:`n`, one for the whole batch. Default: 1
        probs (Tensor, optional): weights of the classes, normalised to sum to one.
        logits (Tensor, optional): their logarithms, up to a constant; one of the two is given.
        validate_args (bool, optional): see :class:`Distribution`.

    Errors: NotImplementedError for a count that is no int.

    Example::

        >>> rl.distributions.Multinomial(3, rl.tensor([0.0, 1.0])).sample()
        tensor([0., 3.])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    total_count: int

    def __init__(
        self,
        total_count: int = 1,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        self._binomial = Binomial(total_count=total_count, probs=self.probs)
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = self._expanded(Multinomial, batch_shape, _instance)
        new.total_count = self.total_count
        new._categorical = self._categorical.expand(new._batch_shape)
        new._binomial = self._binomial.expand(new._batch_shape + self._event_shape)
        return new

    def _new(self, *args: Any, **kwargs: Any) -> Tensor:
        return self._categorical._new(*args, **kwargs)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        return constraints.multinomial(self.total_count)

    @property
    def logits(self) -> Tensor:
        """The logarithms of the probabilities."""
        return self._categorical.logits

    @property
    def probs(self) -> Tensor:
        """The probabilities of the classes."""
        return self._categorical.probs

    @property
    def param_shape(self) -> Size:
        """The shape of ``probs`` and of ``logits``."""
        return self._categorical.param_shape

    @property
    def mean(self) -> Tensor:
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        sample_shape = Size(sample_shape)
        drawn = self._categorical.sample(Size((self.total_count,)) + sample_shape).movedim(0, -1)
        counts = drawn.new_zeros(self._extended_shape(sample_shape))
        counts.scatter_add_(-1, drawn, _C.ones_like(drawn))
        return counts.type_as(self.probs)

    def entropy(self) -> Tensor:
        n = self.total_count
        cat_entropy = self._categorical.entropy()
        # the mean of log x_k!, over the binomial margin of each class; no such term for 0 and 1
        support = self._binomial.enumerate_support(expand=False)[1:]
        weights = _C.exp(self._binomial.log_prob(support))
        factorials = (weights * _C.lgamma(support + 1)).sum([0, -1])
        return n * cat_entropy - math.lgamma(n + 1) + factorials

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        logits = logits.clone()
        logits[(value == 0) & (logits == -float("inf"))] = 0  # 0 log 0 is 0
        coefficient = _C.lgamma(value.sum(-1) + 1) - _C.lgamma(value + 1).sum(-1)
        return coefficient + (logits * value).sum(-1)
