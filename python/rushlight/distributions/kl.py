r"""Kullback-Leibler divergences, :math:`\operatorname{KL}(p \| q) = \int p(x) \log\frac{p(x)}{q(x)} dx`, by pairs of types.

Every pair is a function under :func:`register_kl`. What is finite is minus the entropy of the one, minus the mean of
the other's log density under it; where ``p`` has values that ``q`` cannot have it is infinite.

Example::

    >>> from rushlight.distributions import Exponential, Gamma, Normal, kl_divergence
    >>> kl_divergence(Exponential(2.0), Gamma(1.0, 1.0))
    tensor(0.1931)
    >>> kl_divergence(Normal(0.0, 1.0), Gamma(1.0, 1.0))
    tensor(inf)
"""

from __future__ import annotations

import math

from .. import _C, linalg
from .._C import Tensor
from .._warn import warn
from ..autograd import grad
from ..nn import functional as F
from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .categorical import Categorical
from .cauchy import Cauchy
from .continuous_bernoulli import ContinuousBernoulli
from .dirichlet import Dirichlet
from .distribution import Distribution
from .exp_family import ExponentialFamily
from .exponential import Exponential
from .gamma import Gamma
from .geometric import Geometric
from .gumbel import Gumbel
from .half_normal import HalfNormal
from .independent import Independent
from .laplace import Laplace
from .lowrank_multivariate_normal import (
    LowRankMultivariateNormal,
    _batch_lowrank_logdet,
    _batch_lowrank_mahalanobis,
)
from .multivariate_normal import MultivariateNormal, _batch_mahalanobis, _half_log_det
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .pareto import Pareto
from .poisson import Poisson
from .transformed_distribution import TransformedDistribution
from .uniform import Uniform
from .utils import _broadcast_shapes, _sum_rightmost, euler_constant

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["kl_divergence", "register_kl"]

_KL_REGISTRY: dict[tuple[type, type], Any] = {}  # what is registered
_KL_MEMOIZE: dict[tuple[type, type], Any] = {}  # what was looked up since


def register_kl(type_p: type, type_q: type) -> Callable[[Any], Any]:
    """Decorates the function of ``(p, q)`` that is to be used for two types and those that inherit from them.

    Args:
        type_p (type): a subclass of :class:`Distribution`.
        type_q (type): another, or the same.

    Of several registered pairs that fit, the nearest ancestors are taken, those of ``p`` first; if those of ``q`` first
    would be others, it warns, and a pair registered for the two types themselves resolves it.

    Errors: TypeError for what is no class.

    Example::

        >>> from rushlight.distributions import Normal, kl_divergence, register_kl
        >>> class Shifted(Normal):
        ...     pass
        >>> @register_kl(Shifted, Shifted)
        ... def kl_shifted(p, q):
        ...     return rl.tensor(0.0)
        >>> kl_divergence(Shifted(0.0, 1.0), Shifted(1.0, 1.0))
        tensor(0.)
    """
    for name, value in (("type_p", type_p), ("type_q", type_q)):
        if not isinstance(value, type):  # any class may have a distance, as in PyTorch
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {value}")

    def decorator(function: Any) -> Any:
        _KL_REGISTRY[type_p, type_q] = function
        _KL_MEMOIZE.clear()  # what was looked up may now be another
        return function

    return decorator


def _dispatch_kl(type_p: type, type_q: type) -> Any:
    """The function for two types, or ``NotImplemented``."""
    order_p, order_q = type_p.__mro__, type_q.__mro__
    fits = [(p, q) for p, q in _KL_REGISTRY if p in order_p and q in order_q]
    if not fits:
        return NotImplemented
    # the nearest by the first type, then by the second, and the other way round: single dispatch in two orders
    left = min(fits, key=lambda pair: (order_p.index(pair[0]), order_q.index(pair[1])))
    right = min(fits, key=lambda pair: (order_q.index(pair[1]), order_p.index(pair[0])))
    if _KL_REGISTRY[left] is not _KL_REGISTRY[right]:
        warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). "
            f"Please register_kl({left[0].__name__}, {right[1].__name__})",
            RuntimeWarning,
        )
    return _KL_REGISTRY[left]


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    r"""The divergence of ``q`` from ``p``, one number for each copy in the batch.

    Args:
        p (Distribution): from which values come.
        q (Distribution): what they are compared with.

    Errors: NotImplementedError for types that no function is registered for.

    Example::

        >>> from rushlight.distributions import Bernoulli, kl_divergence
        >>> kl_divergence(Bernoulli(0.5), Bernoulli(rl.tensor([0.5, 0.9])))
        tensor([0.0000, 0.5108])
    """
    types = type(p), type(q)
    function = _KL_MEMOIZE.get(types)
    if function is None:
        function = _KL_MEMOIZE[types] = _dispatch_kl(*types)
    if function is NotImplemented:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}"
        )
    return function(p, q)


def _infinite_like(tensor: Tensor) -> Tensor:
    return _C.full_like(tensor, math.inf)


def _infinite_where(condition: Tensor, kl: Tensor) -> Tensor:
    return _C.where(condition, math.inf, kl)


def _x_log_x(x: Tensor) -> Tensor:
    """With gradient at zero minus infinity, as its logarithm has; zero at zero."""
    return _C._special.xlogy(x, x)


# --- the same family on both sides


@register_kl(Bernoulli, Bernoulli)
def _kl_bernoulli_bernoulli(p, q):
    one = p.probs * (F.softplus(-q.logits) - F.softplus(-p.logits))
    one = _C.where(p.probs == 0, 0.0, _infinite_where(q.probs == 0, one))
    zero = (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))
    zero = _C.where(p.probs == 1, 0.0, _infinite_where(q.probs == 1, zero))
    return one + zero


@register_kl(Beta, Beta)
def _kl_beta_beta(p, q):
    p1, p0, q1, q0 = p.concentration1, p.concentration0, q.concentration1, q.concentration0
    sum_p, sum_q = p1 + p0, q1 + q0
    return (
        (q1.lgamma() + q0.lgamma() + sum_p.lgamma())
        - (p1.lgamma() + p0.lgamma() + sum_q.lgamma())
        + (p1 - q1) * _C.digamma(p1)
        + (p0 - q0) * _C.digamma(p0)
        + (sum_q - sum_p) * _C.digamma(sum_p)
    )


@register_kl(Binomial, Binomial)
def _kl_binomial_binomial(p, q):
    # of fewer trials than q's the logarithms of factorials do not cancel
    if (p.total_count < q.total_count).any():
        raise NotImplementedError(
            "KL between Binomials where q.total_count > p.total_count is not implemented"
        )
    kl = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    return _infinite_where(p.total_count > q.total_count, kl)


@register_kl(Categorical, Categorical)
def _kl_categorical_categorical(p, q):
    terms = p.probs * (p.logits - q.logits)
    terms = _infinite_where(q.probs == 0, terms)
    return _C.where(p.probs == 0, 0.0, terms).sum(-1)


@register_kl(Cauchy, Cauchy)
def _kl_cauchy_cauchy(p, q):
    # Chyzak and Nielsen (2019), A closed-form formula for the Kullback-Leibler divergence between Cauchy distributions
    above = ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log()
    return above - (4 * p.scale * q.scale).log()


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _kl_continuous_bernoulli_continuous_bernoulli(p, q):
    return (
        p.mean * (p.logits - q.logits)
        + (p._log_constant() + _C.log1p(-p.probs))
        - (q._log_constant() + _C.log1p(-q.probs))
    )


@register_kl(Dirichlet, Dirichlet)
def _kl_dirichlet_dirichlet(p, q):
    sum_p, sum_q = p.concentration.sum(-1), q.concentration.sum(-1)
    constants = (
        sum_p.lgamma() - sum_q.lgamma() - (p.concentration.lgamma() - q.concentration.lgamma()).sum(-1)
    )
    mean_log = p.concentration.digamma() - sum_p.digamma().unsqueeze(-1)
    return constants + ((p.concentration - q.concentration) * mean_log).sum(-1)


@register_kl(Exponential, Exponential)
def _kl_exponential_exponential(p, q):
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(ExponentialFamily, ExponentialFamily)
def _kl_expfamily_expfamily(p, q):
    if type(p) is not type(q):
        raise NotImplementedError(
            "The cross KL-divergence between different exponential families cannot be computed using Bregman divergences"
        )
    of_p = [x.detach().requires_grad_() for x in p._natural_params]
    log_normalizer = p._log_normalizer(*of_p)
    gradients = grad(log_normalizer.sum(), of_p, create_graph=True)
    result = q._log_normalizer(*q._natural_params) - log_normalizer
    for a, b, gradient in zip(of_p, q._natural_params, gradients):
        result -= _sum_rightmost((b - a) * gradient, len(q.event_shape))
    return result


@register_kl(Gamma, Gamma)
def _kl_gamma_gamma(p, q):
    return (
        q.concentration * (p.rate / q.rate).log()
        + (_C.lgamma(q.concentration) - _C.lgamma(p.concentration))
        + (p.concentration - q.concentration) * _C.digamma(p.concentration)
        + (q.rate - p.rate) * (p.concentration / p.rate)
    )


@register_kl(Geometric, Geometric)
def _kl_geometric_geometric(p, q):
    return -p.entropy() - _C.log1p(-q.probs) / p.probs - q.logits


@register_kl(Gumbel, Gumbel)
def _kl_gumbel_gumbel(p, q):
    ratio, q_at, p_at = p.scale / q.scale, q.loc / q.scale, p.loc / q.scale
    mean_exp = _C.exp(q_at + (1 + ratio).lgamma() - p_at)
    return -ratio.log() - q_at + p_at + ratio * euler_constant + mean_exp - (1 + euler_constant)


@register_kl(HalfNormal, HalfNormal)
def _kl_halfnormal_halfnormal(p, q):
    return _kl_normal_normal(p.base_dist, q.base_dist)


@register_kl(Independent, Independent)
def _kl_independent_independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return _sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(Laplace, Laplace)
def _kl_laplace_laplace(p, q):
    ratio, away = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + away / q.scale + ratio * _C.exp(-away / p.scale) - 1


@register_kl(Normal, Normal)
def _kl_normal_normal(p, q):
    ratio = (p.scale / q.scale).pow(2)
    away = ((p.loc - q.loc) / q.scale).pow(2)
    return 0.5 * (ratio + away - 1 - ratio.log())


@register_kl(OneHotCategorical, OneHotCategorical)
def _kl_onehotcategorical_onehotcategorical(p, q):
    return _kl_categorical_categorical(p._categorical, q._categorical)


@register_kl(Pareto, Pareto)
def _kl_pareto_pareto(p, q):
    ratio = q.alpha / p.alpha
    kl = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return _infinite_where(p.scale < q.scale, kl)


@register_kl(Poisson, Poisson)
def _kl_poisson_poisson(p, q):
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(TransformedDistribution, TransformedDistribution)
def _kl_transformed_transformed(p, q):
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Uniform, Uniform)
def _kl_uniform_uniform(p, q):
    kl = ((q.high - q.low) / (p.high - p.low)).log()
    return _infinite_where((q.low > p.low) | (q.high < p.high), kl)


# --- normal vectors


def _check_event_shapes(p, q, what: str) -> None:
    if p.event_shape != q.event_shape:
        raise ValueError(f"KL-divergence between two {what} with different event shapes cannot be computed")


def _squares_solved(factor: Tensor, matrix: Tensor) -> Tensor:
    r"""The trace of :math:`(L L^T)^{-1} A A^T`: the sum of squares of :math:`L^{-1} A`."""
    batch = _broadcast_shapes(factor.shape[:-2], matrix.shape[:-2])
    factor = factor.expand(batch + factor.shape[-2:])
    matrix = matrix.expand(batch + matrix.shape[-2:])
    return linalg.solve_triangular(factor, matrix, upper=False).pow(2).sum((-2, -1))


@register_kl(MultivariateNormal, MultivariateNormal)
def _kl_multivariatenormal_multivariatenormal(p, q):
    _check_event_shapes(p, q, "Multivariate Normals")
    factor_p, factor_q = p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril
    trace = _squares_solved(factor_q, factor_p)
    away = _batch_mahalanobis(factor_q, q.loc - p.loc)
    return _half_log_det(factor_q) - _half_log_det(factor_p) + 0.5 * (trace + away - p.event_shape[0])


def _low_rank_trace(q, factor: Tensor, diagonal: Tensor | None = None) -> Tensor:
    r"""The trace of :math:`(W W^T + D)^{-1} (A A^T + E)` of low-rank ``q`` (Woodbury), for ``A`` and diagonal ``E``."""
    w, d = q._unbroadcasted_cov_factor, q._unbroadcasted_cov_diag
    inside = w.mT / d.unsqueeze(-2)
    trace = (factor.pow(2) / d.unsqueeze(-1)).sum((-2, -1)) - _squares_solved(
        q._capacitance_tril, inside @ factor
    )
    if diagonal is not None:
        scaled = inside * diagonal.sqrt().unsqueeze(-2)
        trace = trace + (diagonal / d).sum(-1) - _squares_solved(q._capacitance_tril, scaled)
    return trace


def _low_rank_logdet(p) -> Tensor:
    return _batch_lowrank_logdet(p._unbroadcasted_cov_factor, p._unbroadcasted_cov_diag, p._capacitance_tril)


def _low_rank_away(p, q) -> Tensor:
    return _batch_lowrank_mahalanobis(
        q._unbroadcasted_cov_factor, q._unbroadcasted_cov_diag, q.loc - p.loc, q._capacitance_tril
    )


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _kl_lowrankmultivariatenormal_lowrankmultivariatenormal(p, q):
    _check_event_shapes(p, q, "Low Rank Multivariate Normals")
    trace = _low_rank_trace(q, p._unbroadcasted_cov_factor, p._unbroadcasted_cov_diag)
    log_dets = _low_rank_logdet(q) - _low_rank_logdet(p)
    return 0.5 * (log_dets + trace + _low_rank_away(p, q) - p.event_shape[0])


@register_kl(MultivariateNormal, LowRankMultivariateNormal)
def _kl_multivariatenormal_lowrankmultivariatenormal(p, q):
    _check_event_shapes(p, q, "(Low Rank) Multivariate Normals")
    trace = _low_rank_trace(q, p._unbroadcasted_scale_tril)
    log_dets = _low_rank_logdet(q) - 2 * _half_log_det(p._unbroadcasted_scale_tril)
    return 0.5 * (log_dets + trace + _low_rank_away(p, q) - p.event_shape[0])


@register_kl(LowRankMultivariateNormal, MultivariateNormal)
def _kl_lowrankmultivariatenormal_multivariatenormal(p, q):
    _check_event_shapes(p, q, "(Low Rank) Multivariate Normals")
    factor = q._unbroadcasted_scale_tril
    trace = _squares_solved(factor, p._unbroadcasted_cov_factor)
    trace = trace + _squares_solved(factor, _C.diag_embed(p._unbroadcasted_cov_diag.sqrt()))
    log_dets = 2 * _half_log_det(factor) - _low_rank_logdet(p)
    return 0.5 * (log_dets + trace + _batch_mahalanobis(factor, q.loc - p.loc) - p.event_shape[0])


# --- pairs that are always infinite: values of the first are outside the support of the second

for _first, _parameter, _seconds in (
    (Beta, "concentration1", (Pareto,)),
    (ContinuousBernoulli, "probs", (Pareto,)),
    (Exponential, "rate", (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gamma, "concentration", (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gumbel, "loc", (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Laplace, "loc", (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Normal, "loc", (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Pareto, "scale", (Beta, ContinuousBernoulli, Uniform)),
    (Poisson, "rate", (Bernoulli, Binomial)),
):
    for _second in _seconds:
        register_kl(_first, _second)(lambda p, q, name=_parameter: _infinite_like(getattr(p, name)))


# --- means of q's log density under p; the entropy of p is its own


def _cross_normal(mean, square, q):
    """Minus the mean of a normal log density, of the mean and the mean square of its value."""
    variance = q.scale.pow(2)
    away = 0.5 * square - mean * q.loc + 0.5 * q.loc.pow(2)
    return 0.5 * (2 * math.pi * variance).log() + away / variance


def _cross_gamma(mean, mean_log, q):
    """Minus the mean of a gamma log density, of the means of its value and of the value's logarithm."""
    constant = q.concentration.lgamma() - q.concentration * q.rate.log()
    return constant + (1 - q.concentration) * mean_log + q.rate * mean


def _cross_continuous_bernoulli(mean, q):
    return -(mean * q.logits + _C.log1p(-q.probs) + q._log_constant())


def _uniform_mean_log(low, high):
    """The mean of the logarithm of a uniform number."""
    width = high - low
    return (_x_log_x(high) - _x_log_x(low) - width) / width


@register_kl(Bernoulli, Poisson)
def _kl_bernoulli_poisson(p, q):
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


@register_kl(Beta, ContinuousBernoulli)
def _kl_beta_continuous_bernoulli(p, q):
    return -p.entropy() + _cross_continuous_bernoulli(p.mean, q)


@register_kl(Beta, Exponential)
def _kl_beta_exponential(p, q):
    return -p.entropy() - q.rate.log() + q.rate * p.mean


@register_kl(Beta, Gamma)
def _kl_beta_gamma(p, q):
    mean_log = p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    return -p.entropy() + _cross_gamma(p.mean, mean_log, q)


@register_kl(Beta, Normal)
def _kl_beta_normal(p, q):
    return -p.entropy() + _cross_normal(p.mean, p.variance + p.mean.pow(2), q)


@register_kl(Beta, Uniform)
def _kl_beta_uniform(p, q):
    return _infinite_where((q.low > 0) | (q.high < 1), -p.entropy() + (q.high - q.low).log())


@register_kl(ContinuousBernoulli, Exponential)
def _kl_continuous_bernoulli_exponential(p, q):
    return -p.entropy() - q.rate.log() + q.rate * p.mean


@register_kl(ContinuousBernoulli, Normal)
def _kl_continuous_bernoulli_normal(p, q):
    return -p.entropy() + _cross_normal(p.mean, p.variance + p.mean.square(), q)


@register_kl(ContinuousBernoulli, Uniform)
def _kl_continuous_bernoulli_uniform(p, q):
    # at the bounds 0 and 1, too, as PyTorch has it
    return _infinite_where((q.low >= 0) | (q.high <= 1), -p.entropy() + (q.high - q.low).log())


@register_kl(Exponential, Gamma)
def _kl_exponential_gamma(p, q):
    ratio = q.rate / p.rate
    return (
        -q.concentration * ratio.log()
        + ratio
        + q.concentration.lgamma()
        + q.concentration * euler_constant
        - (1 + euler_constant)
    )


@register_kl(Exponential, Gumbel)
def _kl_exponential_gumbel(p, q):
    product, at = p.rate * q.scale, q.loc / q.scale
    return product.log() - 1 - at + _C.exp(at) * product / (product + 1) + product.reciprocal()


@register_kl(Exponential, Normal)
def _kl_exponential_normal(p, q):
    return -p.entropy() + _cross_normal(p.mean, 2 * p.variance, q)


@register_kl(Gamma, Exponential)
def _kl_gamma_exponential(p, q):
    return -p.entropy() - q.rate.log() + q.rate * p.concentration / p.rate


@register_kl(Gamma, Gumbel)
def _kl_gamma_gumbel(p, q):
    product, at = p.rate * q.scale, q.loc / q.scale
    own = (p.concentration - 1) * p.concentration.digamma() - p.concentration.lgamma() - p.concentration
    mean_exp = _C.exp(at) * (1 + product.reciprocal()).pow(-p.concentration)
    return own + product.log() + p.concentration / product + mean_exp - at


@register_kl(Gamma, Normal)
def _kl_gamma_normal(p, q):
    return -p.entropy() + _cross_normal(p.mean, p.variance + p.mean.pow(2), q)


@register_kl(Gumbel, Normal)
def _kl_gumbel_normal(p, q):
    return -p.entropy() + _cross_normal(p.mean, p.variance + p.mean.pow(2), q)


@register_kl(Laplace, Normal)
def _kl_laplace_normal(p, q):
    return -p.entropy() + _cross_normal(p.loc, p.variance + p.loc.pow(2), q)


@register_kl(Normal, Gumbel)
def _kl_normal_gumbel(p, q):
    away = (p.loc - q.loc) / q.scale
    ratio = (p.scale / q.scale).pow(2)
    return away + _C.exp(-away + 0.5 * ratio) - 0.5 * ratio.log() - 0.5 * (1 + math.log(2 * math.pi))


@register_kl(Normal, Laplace)
def _kl_normal_laplace(p, q):
    away = p.loc - q.loc
    scaled = away / p.scale
    mean_abs = math.sqrt(2 / math.pi) * p.scale * _C.exp(-0.5 * scaled.pow(2))
    mean_abs = mean_abs + away * _C.erf(math.sqrt(0.5) * scaled)
    return -(p.scale / q.scale).log() + mean_abs / q.scale - (0.5 + 0.5 * math.log(0.5 * math.pi))


@register_kl(Pareto, Exponential)
def _kl_pareto_exponential(p, q):
    product = p.scale * q.rate
    kl = (p.alpha / product).log() - p.alpha.reciprocal() + p.alpha * product / (p.alpha - 1) - 1
    return _infinite_where(p.alpha <= 1, kl)


@register_kl(Pareto, Gamma)
def _kl_pareto_gamma(p, q):
    mean_log = p.scale.log() + p.alpha.reciprocal()
    own = p.alpha.log() - mean_log - 1
    mean = p.alpha * p.scale / (p.alpha - 1)
    return _infinite_where(p.alpha <= 1, own + _cross_gamma(mean, mean_log, q))


@register_kl(Pareto, Normal)
def _kl_pareto_normal(p, q):
    least = p.scale / (p.alpha - 1)
    mean, variance = p.alpha * least, p.alpha * least.pow(2) / (p.alpha - 2)
    kl = -p.entropy() + _cross_normal(mean, variance + mean.pow(2), q)
    return _infinite_where(p.alpha <= 2, kl)


@register_kl(Uniform, Beta)
def _kl_uniform_beta(p, q):
    q1, q0 = q.concentration1, q.concentration0
    kl = (
        q1.lgamma()
        + q0.lgamma()
        - (q1 + q0).lgamma()
        - (p.high - p.low).log()
        - (q1 - 1) * _uniform_mean_log(p.low, p.high)
        - (q0 - 1) * _uniform_mean_log(1 - p.high, 1 - p.low)
    )
    return _infinite_where((p.high > 1) | (p.low < 0), kl)


@register_kl(Uniform, ContinuousBernoulli)
def _kl_uniform_continuous_bernoulli(p, q):
    kl = -p.entropy() + _cross_continuous_bernoulli(p.mean, q)
    return _infinite_where((p.high >= 1) | (p.low <= 0), kl)  # at the bounds, too, as PyTorch has it


@register_kl(Uniform, Exponential)
def _kl_uniform_exponential(p, q):
    kl = q.rate * (p.high + p.low) / 2 - ((p.high - p.low) * q.rate).log()
    return _infinite_where(p.low < 0, kl)


@register_kl(Uniform, Gamma)
def _kl_uniform_gamma(p, q):
    kl = -p.entropy() + _cross_gamma(p.mean, _uniform_mean_log(p.low, p.high), q)
    return _infinite_where(p.low < 0, kl)


@register_kl(Uniform, Gumbel)
def _kl_uniform_gumbel(p, q):
    ratio = q.scale / (p.high - p.low)
    high, low = (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return ratio.log() + 0.5 * (high + low) - ratio * (_C.exp(-high) - _C.exp(-low))


@register_kl(Uniform, Normal)
def _kl_uniform_normal(p, q):
    # around the middle: the mean square is that of the width, 1/12, and that of the middle
    variance = q.scale.pow(2)
    away = (p.high - p.low).pow(2) / 12 + (p.mean - q.loc).pow(2)
    return (math.sqrt(2 * math.pi) * q.scale / (p.high - p.low)).log() + 0.5 * away / variance


@register_kl(Uniform, Pareto)
def _kl_uniform_pareto(p, q):
    constant = (q.alpha * q.scale.pow(q.alpha) * (p.high - p.low)).log()
    kl = _uniform_mean_log(p.low, p.high) * (q.alpha + 1) - constant
    return _infinite_where(p.low < q.scale, kl)
