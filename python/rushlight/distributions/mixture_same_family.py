"""Mixtures whose components are one batch."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .._types import Size
from ..autograd.grad_mode import no_grad
from . import constraints
from .categorical import Categorical
from .distribution import Distribution

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    r"""A mixture of the distributions along the last batch axis of one distribution.

    .. math:: p(x) = \sum_k w_k\,p_k(x)

    Args:
        mixture_distribution (Categorical): the weights, as many as there are components.
        component_distribution (Distribution): the components, along the last batch axis.
        validate_args (bool, optional): see :class:`Distribution`.

    Errors: ValueError for what is no distribution, or for shapes that do not fit.

    Example::

        >>> from rushlight.distributions import Categorical, MixtureSameFamily, Normal
        >>> d = MixtureSameFamily(Categorical(rl.ones(2)), Normal(rl.tensor([-1.0, 3.0]), rl.ones(2)))
        >>> d.mean, d.variance
        (tensor(1.), tensor(5.))
    """

    arg_constraints: Any = {}
    has_rsample = False

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(
                " The Mixture distribution needs to be an  instance of torch.distributions.Categorical"
            )
        if not isinstance(component_distribution, Distribution):
            raise ValueError(
                "The Component distribution needs to be an instance of torch.distributions.Distribution"
            )
        self._mixture_distribution: Any = mixture_distribution
        self._component_distribution: Any = component_distribution

        weights = mixture_distribution.batch_shape
        components = component_distribution.batch_shape[:-1]
        for i, j in zip(reversed(weights), reversed(components)):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    f"`mixture_distribution.batch_shape` ({weights}) is not compatible with "
                    f"`component_distribution.batch_shape`({components})"
                )
        km = mixture_distribution.logits.shape[-1]
        kc = component_distribution.batch_shape[-1]
        if km is not None and kc is not None and km != kc:
            raise ValueError(
                f"`mixture_distribution component` ({km}) does not equal `component_distribution.batch_shape[-1]` ({kc})"
            )
        self._num_component = km
        self._event_ndims = len(component_distribution.event_shape)
        super().__init__(components, component_distribution.event_shape, validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = self._expanded(MixtureSameFamily, batch_shape, _instance)
        new._component_distribution = self._component_distribution.expand(
            new._batch_shape + (self._num_component,)
        )
        new._mixture_distribution = self._mixture_distribution.expand(new._batch_shape)
        new._num_component = self._num_component
        new._event_ndims = self._event_ndims
        return new

    @constraints.dependent_property
    def support(self) -> Any:
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Categorical:
        """The weights."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        """The components."""
        return self._component_distribution

    def _weights(self) -> Tensor:
        """The weights, with axes for the event."""
        probs = self.mixture_distribution.probs
        return probs.reshape(probs.shape + (1,) * self._event_ndims)

    def _over_components(self, x: Tensor) -> Tensor:
        return _C.sum(self._weights() * x, dim=-1 - self._event_ndims)

    @property
    def mean(self) -> Tensor:
        return self._over_components(self.component_distribution.mean)

    @property
    def variance(self) -> Tensor:
        # the mean of the variances, and the variance of the means
        within = self._over_components(self.component_distribution.variance)
        away = self.component_distribution.mean - self.mean.unsqueeze(-1 - self._event_ndims)
        return within + self._over_components(away.pow(2.0))

    def _spread(self, x: Tensor) -> Tensor:
        """``x`` with an axis for the components."""
        return x.unsqueeze(-1 - self._event_ndims)

    def cdf(self, x: Tensor) -> Tensor:
        return _C.sum(
            self.component_distribution.cdf(self._spread(x)) * self.mixture_distribution.probs, dim=-1
        )

    def log_prob(self, x: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(x)
        log_prob = self.component_distribution.log_prob(self._spread(x))
        log_weights = _C.log_softmax(self.mixture_distribution.logits, dim=-1)
        return _C.logsumexp(log_prob + log_weights, dim=-1)

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        with no_grad():
            batch, events = len(Size(sample_shape)) + len(self.batch_shape), self._event_ndims
            chosen = self.mixture_distribution.sample(sample_shape)
            drawn = self.component_distribution.sample(sample_shape)
            index = chosen.reshape(chosen.shape + (1,) * (events + 1))
            index = index.expand(drawn.shape[:batch] + (1,) + drawn.shape[batch + 1 :])
            return _C.gather(drawn, batch, index).squeeze(batch)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
