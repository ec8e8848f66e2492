"""Distributions whose density is an exponential family: entropy and divergence follow from the log normaliser."""

from __future__ import annotations

from .._C import Tensor
from ..autograd import grad
from .distribution import Distribution

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    r"""Distributions with density

    .. math:: p(x; \theta) = \exp(\langle t(x), \theta\rangle - F(\theta) + k(x))

    with natural parameters :math:`\theta`, sufficient statistic :math:`t`, log normaliser :math:`F` and carrier
    measure :math:`k`. Subclasses give :math:`\theta`, :math:`F` and the mean of :math:`k`.

    Source: Nielsen and Nock (2010), Entropies and cross-entropies of exponential families.

    >>> isinstance(rl.distributions.Normal(0.0, 1.0), rl.distributions.ExponentialFamily)
    True
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        """The natural parameters, of the shape of the batch, then the event's."""
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Any) -> Any:
        """:math:`F` as a function of the natural parameters."""
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self) -> Any:
        """The mean of :math:`k(x)`."""
        raise NotImplementedError

    def entropy(self) -> Tensor:
        r""":math:`F(\theta) - \langle\theta, \nabla F(\theta)\rangle - E[k(x)]`, with the gradient by autograd."""
        result: Any = -self._mean_carrier_measure
        natural = [p.detach().requires_grad_() for p in self._natural_params]
        log_normalizer = self._log_normalizer(*natural)
        gradients = grad(log_normalizer.sum(), natural, create_graph=True)
        result += log_normalizer
        for theta, gradient in zip(natural, gradients):
            result -= (theta * gradient).reshape(self._batch_shape + (-1,)).sum(-1)
        return result
