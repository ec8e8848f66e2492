"""Probability distributions: what is drawn from them, how likely a value is, and how far one is from another.

A distribution has a *batch shape* (independent, differently parametrised copies) and an *event shape* (one outcome);
``sample(sample_shape)`` is shaped ``sample_shape + batch_shape + event_shape``, ``log_prob`` sums over the event.
``rsample`` is differentiable in the parameters where ``has_rsample`` says so; elsewhere gradients come from
``log_prob`` of what was drawn (REINFORCE).

Example::

    >>> from rushlight.distributions import Normal, kl_divergence
    >>> p, q = Normal(0.0, 1.0), Normal(1.0, 2.0)
    >>> kl_divergence(p, q)
    tensor(0.4431)

Files are those of PyTorch, and are imported when they are first asked for. All divergences stand in :mod:`kl`.
"""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import (
        constraint_registry as constraint_registry,
        constraints as constraints,
        transforms as transforms,
    )
    from .bernoulli import *
    from .beta import *
    from .binomial import *
    from .categorical import *
    from .cauchy import *
    from .chi2 import *
    from .constraint_registry import biject_to as biject_to, transform_to as transform_to
    from .continuous_bernoulli import *
    from .dirichlet import *
    from .distribution import *
    from .exp_family import *
    from .exponential import *
    from .fishersnedecor import *
    from .gamma import *
    from .generalized_pareto import *
    from .geometric import *
    from .gumbel import *
    from .half_cauchy import *
    from .half_normal import *
    from .independent import *
    from .inverse_gamma import *
    from .kl import *
    from .kumaraswamy import *
    from .laplace import *
    from .lkj_cholesky import *
    from .log_normal import *
    from .logistic_normal import *
    from .lowrank_multivariate_normal import *
    from .mixture_same_family import *
    from .multinomial import *
    from .multivariate_normal import *
    from .negative_binomial import *
    from .normal import *
    from .one_hot_categorical import *
    from .pareto import *
    from .poisson import *
    from .relaxed_bernoulli import RelaxedBernoulli as RelaxedBernoulli
    from .relaxed_categorical import RelaxedOneHotCategorical as RelaxedOneHotCategorical
    from .studentT import *
    from .transformed_distribution import *
    from .transforms import *
    from .uniform import *
    from .von_mises import *
    from .weibull import *
    from .wishart import *

# the file of each name
_FILES = {
    "bernoulli": "Bernoulli",
    "beta": "Beta",
    "binomial": "Binomial",
    "categorical": "Categorical",
    "cauchy": "Cauchy",
    "chi2": "Chi2",
    "constraint_registry": "biject_to transform_to",
    "continuous_bernoulli": "ContinuousBernoulli",
    "dirichlet": "Dirichlet",
    "distribution": "Distribution",
    "exp_family": "ExponentialFamily",
    "exponential": "Exponential",
    "fishersnedecor": "FisherSnedecor",
    "gamma": "Gamma",
    "generalized_pareto": "GeneralizedPareto",
    "geometric": "Geometric",
    "gumbel": "Gumbel",
    "half_cauchy": "HalfCauchy",
    "half_normal": "HalfNormal",
    "independent": "Independent",
    "inverse_gamma": "InverseGamma",
    "kl": "kl_divergence register_kl",
    "kumaraswamy": "Kumaraswamy",
    "laplace": "Laplace",
    "lkj_cholesky": "LKJCholesky",
    "log_normal": "LogNormal",
    "logistic_normal": "LogisticNormal",
    "lowrank_multivariate_normal": "LowRankMultivariateNormal",
    "mixture_same_family": "MixtureSameFamily",
    "multinomial": "Multinomial",
    "multivariate_normal": "MultivariateNormal",
    "negative_binomial": "NegativeBinomial",
    "normal": "Normal",
    "one_hot_categorical": "OneHotCategorical OneHotCategoricalStraightThrough",
    "pareto": "Pareto",
    "poisson": "Poisson",
    "relaxed_bernoulli": "RelaxedBernoulli",
    "relaxed_categorical": "RelaxedOneHotCategorical",
    "studentT": "StudentT",
    "transformed_distribution": "TransformedDistribution",
    "transforms": "AbsTransform AffineTransform CatTransform ComposeTransform CorrCholeskyTransform "
    "CumulativeDistributionTransform ExpTransform IndependentTransform LowerCholeskyTransform "
    "PositiveDefiniteTransform PowerTransform ReshapeTransform SigmoidTransform SoftmaxTransform SoftplusTransform "
    "StackTransform StickBreakingTransform TanhTransform Transform identity_transform",
    "uniform": "Uniform",
    "von_mises": "VonMises",
    "weibull": "Weibull",
    "wishart": "Wishart",
}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, _ = on_demand(__name__, _FILES, " ".join([*_FILES, "constraints", "utils"]))
    __all__ = list(" ".join(_FILES.values()).split())
