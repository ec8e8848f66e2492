"""Distributions against what defines them: densities integrate to one, draws have the moments, entropies are means."""

from __future__ import annotations

import copy
import math
import pickle
import warnings

import numpy as np
import pytest
import rushlight as rl
import rushlight.distributions as D
from rushlight import linalg
from rushlight.autograd import gradcheck
from rushlight.distributions import constraints


def needs(*names: str):
    """Skips what needs functions of the engine that are not there."""
    missing = [name for name in names if not hasattr(linalg if "." in name else rl._C, name.split(".")[-1])]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


GAMMA = needs("_standard_gamma")
DIRICHLET = needs("_sample_dirichlet", "_dirichlet_grad")
CHOLESKY = needs("linalg.cholesky", "linalg.solve_triangular")
NOTHING = needs()


def f64(*values):
    return rl.tensor(values, dtype=rl.float64)


def of(kind, *args, draw=NOTHING, **kwargs):
    """A case: how to make the distribution, and what drawing from it needs."""
    return pytest.param(lambda: getattr(D, kind)(*args, **kwargs), id=kind, marks=draw)


# over numbers, with densities; every one has a batch of two
CONTINUOUS = {
    "Beta": (lambda: D.Beta(f64(1.5, 2.0), f64(1.2, 3.0)), DIRICHLET),
    "Cauchy": (lambda: D.Cauchy(f64(0.0, 1.0), f64(1.0, 2.5)), NOTHING),
    "Chi2": (lambda: D.Chi2(f64(2.5, 6.0)), GAMMA),
    "ContinuousBernoulli": (lambda: D.ContinuousBernoulli(f64(0.2, 0.5)), NOTHING),
    "Exponential": (lambda: D.Exponential(f64(0.5, 3.0)), NOTHING),
    "FisherSnedecor": (lambda: D.FisherSnedecor(f64(3.0, 6.0), f64(9.0, 12.0)), GAMMA),
    "Gamma": (lambda: D.Gamma(f64(1.5, 7.0), f64(1.0, 2.0)), GAMMA),
    "GeneralizedPareto": (lambda: D.GeneralizedPareto(f64(0.0, 1.0), f64(1.0, 2.0), f64(-0.3, 0.2)), NOTHING),
    "Gumbel": (lambda: D.Gumbel(f64(0.0, 1.0), f64(1.0, 2.0)), NOTHING),
    "HalfCauchy": (lambda: D.HalfCauchy(f64(1.0, 2.0)), NOTHING),
    "HalfNormal": (lambda: D.HalfNormal(f64(1.0, 2.0)), NOTHING),
    "InverseGamma": (lambda: D.InverseGamma(f64(3.5, 5.0), f64(1.0, 2.0)), GAMMA),
    "Kumaraswamy": (lambda: D.Kumaraswamy(f64(1.5, 2.0), f64(3.0, 1.2)), NOTHING),
    "Laplace": (lambda: D.Laplace(f64(0.0, 1.0), f64(1.0, 2.5)), NOTHING),
    "LogNormal": (lambda: D.LogNormal(f64(0.0, 0.5), f64(0.5, 0.3)), NOTHING),
    "Normal": (lambda: D.Normal(f64(0.0, 1.0), f64(1.0, 2.5)), NOTHING),
    "Pareto": (lambda: D.Pareto(f64(1.0, 2.0), f64(4.5, 6.0)), NOTHING),
    "RelaxedBernoulli": (lambda: D.RelaxedBernoulli(f64(2.0), f64(0.3, 0.6)), NOTHING),
    "StudentT": (lambda: D.StudentT(f64(5.0, 8.0), f64(0.0, 1.0), f64(1.0, 2.0)), GAMMA),
    "Uniform": (lambda: D.Uniform(f64(0.0, -1.0), f64(1.0, 4.0)), NOTHING),
    "VonMises": (lambda: D.VonMises(f64(0.0, 1.0), f64(0.5, 4.0)), NOTHING),
    "Weibull": (lambda: D.Weibull(f64(1.0, 2.0), f64(1.5, 3.0)), NOTHING),
}

# over whole numbers; the last value that counts
DISCRETE = {
    "Bernoulli": (lambda: D.Bernoulli(f64(0.2, 0.7)), 1, NOTHING),
    "Binomial": (lambda: D.Binomial(f64(5.0, 8.0), f64(0.2, 0.7)), 8, NOTHING),
    "Geometric": (lambda: D.Geometric(f64(0.3, 0.7)), 200, NOTHING),
    "NegativeBinomial": (lambda: D.NegativeBinomial(f64(3.0, 1.5), f64(0.2, 0.6)), 300, GAMMA),
    "Poisson": (lambda: D.Poisson(f64(0.5, 12.5)), 100, NOTHING),
}


def params(table):
    return [pytest.param(*entry[:-1], id=name, marks=entry[-1]) for name, entry in table.items()]


def without_marks(table):
    return [pytest.param(*entry[:-1], id=name) for name, entry in table.items()]


def nodes(d, n=4001):
    """Points of the support of each of the batch, and weights, by the tanh-sinh rule: ends may be singular.

    Mapped from the whole line by what maps the support; an angle's support is one turn.
    """
    t = rl.linspace(-3.2, 3.2, n, dtype=rl.float64)
    step = t[1] - t[0]
    u = math.pi / 2 * t.sinh()
    slope = math.pi / 2 * t.cosh() * step
    support = d.support
    if isinstance(d, D.VonMises):
        support = constraints.interval(f64(-math.pi, -math.pi), f64(math.pi, math.pi))
    lower, upper = getattr(support, "lower_bound", None), getattr(support, "upper_bound", None)
    u, slope = u.unsqueeze(-1), slope.unsqueeze(-1)
    if upper is not None and bool((rl.as_tensor(upper) < math.inf).all()):
        half = (upper - rl.as_tensor(lower, dtype=rl.float64)) / 2
        x, weight = lower + half * (1 + u.tanh()), half * slope / u.cosh() ** 2
    elif lower is not None and not (upper is not None and bool((rl.as_tensor(upper) < math.inf).any())):
        x, weight = lower + u.exp(), u.exp() * slope
    else:
        x, weight = u.sinh(), u.cosh() * slope
    return x.expand(n, 2), weight.expand(n, 2)


def pieces(f, d):
    """What each node adds to the integral of ``f``; ends are approached, not reached."""
    x, weight = nodes(d)
    value = f(x) * weight
    return x, rl.where(value.isfinite(), value, 0.0)


def integral(f, d):
    return pieces(f, d)[1].sum(0)


def summed_cdf(d, at):
    """The distribution function by summing the density up to the next node."""
    x, mass = pieces(lambda x: d.log_prob(x).exp(), d)
    index = rl.searchsorted(x.T.contiguous(), at.T.contiguous()).clamp(max=x.shape[0] - 1)
    return mass.cumsum(0).T.gather(1, index).T


def unchecked(d):
    d._validate_args = False
    for inner in ("base_dist", "_dirichlet"):
        if hasattr(d, inner):
            unchecked(getattr(d, inner))
    return d


MIXED = {"GeneralizedPareto"}  # one of the batch ends, the other does not: by halves below


@pytest.mark.parametrize("make", without_marks({k: v for k, v in CONTINUOUS.items() if k not in MIXED}))
def test_density_mean_variance_entropy(make):
    d = unchecked(make())
    density = lambda x: d.log_prob(x).exp()  # noqa: E731
    close(integral(density, d), rl.ones(2, dtype=rl.float64), 1e-6)
    if isinstance(d, (D.Cauchy, D.HalfCauchy)):
        assert not d.mean.isfinite().any()
    elif isinstance(d, D.VonMises):  # about its direction, on the circle
        close(integral(lambda x: (x - d.mean).sin() * density(x), d), rl.zeros(2, dtype=rl.float64), 1e-6)
        close(1 - integral(lambda x: (x - d.mean).cos() * density(x), d), d.variance, 1e-6)
    elif not isinstance(d, D.RelaxedBernoulli):
        mean = integral(lambda x: x * density(x), d)
        close(mean, d.mean, 1e-5)
        close(integral(lambda x: (x - mean) ** 2 * density(x), d), d.variance, 1e-4)
        close(d.stddev, d.variance.sqrt(), 1e-12)
    try:
        entropy = d.entropy()
    except NotImplementedError:
        assert isinstance(d, (D.FisherSnedecor, D.RelaxedBernoulli, D.VonMises))
        return
    close(integral(lambda x: -xlogx(d.log_prob(x)), d), entropy, 1e-5)
    close(d.perplexity(), entropy.exp(), 1e-12)


def xlogx(log):
    return log.exp() * log


def close(a, b, tolerance):
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("concentration", [-0.3, 0.0, 0.2])
def test_generalized_pareto_with_and_without_an_end(concentration):
    d = D.GeneralizedPareto(
        f64(0.0, 1.0), f64(1.0, 2.0), f64(concentration, concentration), validate_args=False
    )
    assert bool((d.support.upper_bound < math.inf).all()) == (concentration < 0)
    close(integral(lambda x: d.log_prob(x).exp(), d), rl.ones(2, dtype=rl.float64), 1e-6)
    close(integral(lambda x: x * d.log_prob(x).exp(), d), d.mean, 1e-5)
    close(integral(lambda x: (x - d.mean) ** 2 * d.log_prob(x).exp(), d), d.variance, 1e-4)
    close(integral(lambda x: -xlogx(d.log_prob(x)), d), d.entropy(), 1e-5)
    p = f64(0.3, 0.8)
    close(d.log_cdf(d.icdf(p)), p.log(), 1e-10)
    close(d.log_survival_function(d.icdf(p)), (1 - p).log(), 1e-10)


@pytest.mark.parametrize(("make", "last"), without_marks(DISCRETE))
def test_probabilities_mean_variance_entropy(make, last):
    d = unchecked(make())
    k = rl.arange(last + 1, dtype=rl.float64).unsqueeze(-1).expand(last + 1, 2)
    p = d.log_prob(k).exp()
    p = rl.where(p.isfinite(), p, 0.0)
    if isinstance(d, D.Binomial):  # beyond the number of trials there is nothing
        p = rl.where(k <= d.total_count, p, 0.0)
    close(p.sum(0), rl.ones(2, dtype=rl.float64), 1e-10)
    close((k * p).sum(0), d.mean, 1e-8)
    close(((k - d.mean) ** 2 * p).sum(0), d.variance, 1e-7)
    close(p.argmax(0).double(), d.mode, 1e-12)
    if not isinstance(d, (D.Binomial, D.NegativeBinomial, D.Poisson)):
        close(-rl.special.xlogy(p, p).sum(0), d.entropy(), 1e-8)
    if d.has_enumerate_support and not isinstance(d, D.Binomial):
        assert d.enumerate_support().shape == (2, 2)
        assert d.enumerate_support(False).shape == (2, 1)


def test_binomial_of_one_number_of_trials():
    d = D.Binomial(4, f64(0.2, 0.7))
    p = d.log_prob(d.enumerate_support()).exp()
    close(p.sum(0), rl.ones(2, dtype=rl.float64), 1e-12)
    close(-(p * p.log()).sum(0), d.entropy(), 1e-12)
    with pytest.raises(NotImplementedError, match="Inhomogeneous total count not supported by `entropy`"):
        D.Binomial(f64(3.0, 4.0), f64(0.2, 0.7)).entropy()


@pytest.mark.parametrize("make", params(CONTINUOUS))
def test_draws_have_the_quantiles(make):
    """Draws of 20000, sorted, against the distribution function, by Kolmogorov's distance."""
    d = make()
    rl.manual_seed(3)
    n = 20000
    drawn = d.sample((n,)).sort(0)[0]
    assert d.support.check(drawn).all()
    d = unchecked(d)
    try:
        cdf = d.cdf(drawn)
    except NotImplementedError:
        cdf = summed_cdf(d, drawn)
    empirical = (rl.arange(n, dtype=rl.float64) + 0.5).unsqueeze(-1) / n
    # above 1.95 / sqrt(n) in one of 1000 seeds
    assert (cdf - empirical).abs().max() < 2.2 / math.sqrt(n), (cdf - empirical).abs().max(0)[0]


@pytest.mark.parametrize(("make", "last"), params(DISCRETE))
def test_draws_have_the_probabilities(make, last):
    d = make()
    rl.manual_seed(5)
    n = 20000
    drawn = d.sample((n,))
    assert drawn.dtype == rl.float64
    assert d.support.check(drawn).all()
    d = unchecked(d)
    k = rl.arange(last + 1, dtype=rl.float64)
    p = d.log_prob(k.unsqueeze(-1).expand(last + 1, 2)).exp()
    counts = rl.stack([rl.bincount(drawn[:, i].long(), minlength=last + 1)[: last + 1] for i in (0, 1)], -1)
    spread = (n * p * (1 - p)).sqrt() + 1
    likely = p.isfinite() & (p > 1e-12)
    assert ((counts - n * p).abs()[likely] < 5 * spread[likely]).all()


@pytest.mark.parametrize("make", without_marks(CONTINUOUS))
def test_quantiles_invert(make):
    d = make()
    p = f64(0.1, 0.35, 0.5, 0.8).unsqueeze(-1).expand(4, 2)
    try:
        x = d.icdf(p)
    except NotImplementedError:
        # none in closed form: those of gamma, beta and their relatives, and of angles
        assert type(d).__name__ in (
            "Beta", "Chi2", "FisherSnedecor", "Gamma", "InverseGamma", "RelaxedBernoulli", "StudentT", "VonMises"
        )  # fmt: skip
        return
    close(d.cdf(x), p, 1e-9)
    assert (x[1:] > x[:-1]).all()


@pytest.mark.parametrize("make", without_marks(CONTINUOUS))
def test_distribution_functions_are_integrals(make):
    d = unchecked(make())
    try:
        d.cdf(d.mean)
    except NotImplementedError:
        return
    if isinstance(d, D.GeneralizedPareto):
        return  # above
    x, mass = pieces(lambda x: d.log_prob(x).exp(), d)
    inside = slice(1000, 3000, 100)
    close(
        d.cdf(x)[inside], (mass.cumsum(0) - mass / 2)[inside], 2e-3
    )  # half of a node's piece lies before it


# what rsample draws is, for a fixed seed, a function of the parameters
REPARAMETRISED = {
    "Cauchy": (lambda a, b: D.Cauchy(a, b), NOTHING),
    "ContinuousBernoulli": (lambda a, b: D.ContinuousBernoulli(logits=a * b), NOTHING),
    "Exponential": (lambda a, b: D.Exponential(a * b), NOTHING),
    "GeneralizedPareto": (lambda a, b: D.GeneralizedPareto(a, b, a / 3), NOTHING),
    "Gumbel": (lambda a, b: D.Gumbel(a, b), NOTHING),
    "HalfCauchy": (lambda a, b: D.HalfCauchy(a * b), NOTHING),
    "HalfNormal": (lambda a, b: D.HalfNormal(a * b), NOTHING),
    "Kumaraswamy": (lambda a, b: D.Kumaraswamy(a, b), NOTHING),
    "Laplace": (lambda a, b: D.Laplace(a, b), NOTHING),
    "LogNormal": (lambda a, b: D.LogNormal(a, b), NOTHING),
    "LogisticNormal": (lambda a, b: D.LogisticNormal(a, b), NOTHING),
    "LowRankMultivariateNormal": (
        lambda a, b: D.LowRankMultivariateNormal(a, rl.stack([a, b], -1), b),
        CHOLESKY,
    ),
    "MultivariateNormal": (
        lambda a, b: D.MultivariateNormal(a, scale_tril=rl.diag(b) + rl.diag(a[:1], -1)),
        NOTHING,
    ),
    "Normal": (lambda a, b: D.Normal(a, b), NOTHING),
    "Pareto": (lambda a, b: D.Pareto(a, b), NOTHING),
    "RelaxedBernoulli": (lambda a, b: D.RelaxedBernoulli(b, logits=a), NOTHING),
    "RelaxedOneHotCategorical": (lambda a, b: D.RelaxedOneHotCategorical(b[:1], logits=a), NOTHING),
    "Uniform": (lambda a, b: D.Uniform(a, a + b), NOTHING),
    "Weibull": (lambda a, b: D.Weibull(a, b), NOTHING),
}


@pytest.mark.parametrize("make", params(REPARAMETRISED))
def test_draws_have_the_gradient_of_their_parameters(make):
    def draw(a, b):
        rl.manual_seed(11)
        d = make(a, b)
        assert d.has_rsample or isinstance(d, D.RelaxedBernoulli)
        return d.rsample((3,))

    assert gradcheck(draw, (f64(0.6, 1.3).requires_grad_(), f64(1.2, 0.8).requires_grad_()))


# where rejection makes draws jump, the gradient is that of the quantile: dx/dtheta = -(dF/dtheta) / p(x)
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda c: D.Gamma(c, f64(1.0, 1.0)), marks=GAMMA, id="Gamma"),
        pytest.param(lambda c: D.Beta(c, f64(1.5, 2.5)), marks=DIRICHLET, id="Beta"),
    ],
)
def test_implicit_gradients_of_draws(make):
    c = f64(0.7, 3.0).requires_grad_()
    rl.manual_seed(2)
    x = make(c).rsample((200,))
    (slope,) = rl.autograd.grad(x.sum(), c)
    step = 1e-4

    def cdf(c):
        return summed_cdf(unchecked(make(c)), x.detach())

    numeric = -(cdf(c.detach() + step) - cdf(c.detach() - step)) / (2 * step)
    numeric = (numeric / make(c.detach()).log_prob(x.detach()).exp()).sum(0)
    close(slope, numeric, 0.02)


@pytest.mark.parametrize(
    "make", without_marks(CONTINUOUS) + without_marks({k: v[::2] for k, v in DISCRETE.items()})
)
def test_density_has_the_gradient_of_value_and_parameters(make):
    d = make()
    rl.manual_seed(1)
    names = [n for n in d.arg_constraints if n in d.__dict__]
    given = [d.__dict__[n].clone().requires_grad_() for n in names]
    if not names or isinstance(d, (D.FisherSnedecor, D.GeneralizedPareto)):
        return  # made of others, whose turn comes
    kind = type(d)
    value = (
        rl.ones(2, dtype=rl.float64)
        if isinstance(d.support, type(constraints.nonnegative_integer))
        else d.mean.nan_to_num(0.5, 0.5)
    )
    if d.support is constraints.boolean or isinstance(d, D.Binomial):
        value = rl.ones(2, dtype=rl.float64)
    value = value.detach() if value.isfinite().all() else rl.full_like(value, 0.5)

    def log_prob(*args):
        return kind(**dict(zip(names, args, strict=True)), validate_args=False).log_prob(value)

    assert gradcheck(log_prob, tuple(given))


def test_shapes_of_draws():
    for make, *_ in [*CONTINUOUS.values(), *DISCRETE.values()]:
        d = make()
        assert d.batch_shape == (2,)
        assert d.event_shape == ()
        e = d.expand((3, 2))
        assert type(e) is type(d)
        assert e.batch_shape == (3, 2)
        if not isinstance(d, D.RelaxedBernoulli):
            assert e.mean.shape == e.variance.shape == (3, 2)
        assert e.expand((4, 3, 2)).batch_shape == (4, 3, 2)
        with pytest.raises(RuntimeError):
            d.expand((5,))


def test_expanded_parameters_share_memory():
    d = D.Normal(rl.zeros(2), rl.ones(2))
    assert d.expand((1000, 2)).loc.data_ptr() == d.loc.data_ptr()


def test_draws_are_outside_the_graph_and_rsample_is_not():
    loc = rl.zeros(2, requires_grad=True)
    d = D.Normal(loc, 1.0)
    assert not d.sample().requires_grad
    assert d.rsample().requires_grad
    assert not D.Bernoulli(logits=loc).sample().requires_grad
    with pytest.raises(NotImplementedError):
        D.Bernoulli(logits=loc).rsample()


def test_the_derived_parameter_is_recorded_even_if_asked_for_without_gradients():
    logits = rl.zeros(2, requires_grad=True)
    d = D.Bernoulli(logits=logits)
    with rl.no_grad():
        d.probs  # noqa: B018
    assert d.probs.requires_grad
    assert d.__dict__["probs"] is d.probs


# --- vectors and matrices


def test_categorical():
    d = D.Categorical(rl.tensor([[1.0, 2.0, 1.0], [0.0, 0.0, 3.0]]))
    close(d.log_prob(rl.tensor([1, 2])).exp(), rl.tensor([0.5, 1.0]), 1e-6)
    close(d.entropy(), rl.tensor([1.5 * math.log(2), 0.0]), 1e-5)
    assert d.enumerate_support().tolist() == [[0, 0], [1, 1], [2, 2]]
    assert d.mode.tolist() == [1, 2]
    rl.manual_seed(0)
    drawn = d.sample((4000,))
    assert drawn.dtype == rl.int64
    assert (drawn[:, 1] == 2).all()
    close(rl.bincount(drawn[:, 0]).double() / 4000, f64(0.25, 0.5, 0.25), 0.03)
    one = D.OneHotCategorical(d.probs)
    assert one.sample((5,)).sum(-1).eq(1).all()
    close(one.log_prob(rl.eye(3)[rl.tensor([1, 2])]), d.log_prob(rl.tensor([1, 2])), 1e-6)
    assert one.enumerate_support().shape == (3, 2, 3)
    close(one.mean, d.probs, 0)


def test_multinomial():
    p = f64(0.2, 0.3, 0.5)
    d = D.Multinomial(3, p)
    counts = [(i, j, 3 - i - j) for i in range(4) for j in range(4 - i)]
    log_prob = d.log_prob(rl.tensor(counts, dtype=rl.float64))
    close(log_prob.exp().sum(), rl.tensor(1.0), 1e-12)
    close(-(log_prob.exp() * log_prob).sum(), d.entropy(), 1e-10)
    rl.manual_seed(0)
    drawn = d.sample((5000,))
    assert (drawn.sum(-1) == 3).all()
    close(drawn.mean(0), d.mean, 0.05)
    close(drawn.var(0), d.variance, 0.05)
    with pytest.raises(NotImplementedError, match="inhomogeneous total_count"):
        D.Multinomial(rl.tensor(3), p)


@DIRICHLET
def test_dirichlet():
    d = D.Dirichlet(f64(0.8, 2.0, 3.0))
    rl.manual_seed(0)
    x = d.sample((20000,))
    close(x.sum(-1), rl.ones(20000), 1e-9)
    close(x.mean(0), d.mean, 0.01)
    close(x.var(0), d.variance, 0.01)
    close(-d.log_prob(x).mean(), d.entropy(), 0.03)


def test_dirichlet_of_two_is_beta():
    a, b = f64(0.7), f64(1.6)
    x = f64(0.3)
    d = D.Dirichlet(rl.stack([a, b], -1))
    close(d.log_prob(rl.stack([x, 1 - x], -1)), D.Beta(a, b).log_prob(x), 1e-12)
    close(d.entropy(), D.Beta(a, b).entropy(), 1e-12)
    assert D.Dirichlet(rl.tensor([0.5, 0.6, 0.2])).mode.tolist() == [1.0, 0.0, 0.0]


FACTOR = [[1.2, 0.0, 0.0], [0.5, 0.9, 0.0], [-0.3, 0.2, 0.7]]


@CHOLESKY
def test_multivariate_normal_of_any_matrix():
    factor, loc = f64(*FACTOR), f64(0.0, 1.0, -1.0)
    covariance = factor @ factor.mT
    x = f64([0.2, 0.4, -0.1], [1.0, -1.0, 2.0])
    away = x - loc
    inverse = rl.tensor(np.linalg.inv(covariance.numpy()))
    expected = (
        -0.5 * ((away @ inverse * away).sum(-1) + 3 * math.log(2 * math.pi)) - rl.diagonal(factor).log().sum()
    )
    for kwargs in (
        {"scale_tril": factor},
        {"covariance_matrix": covariance},
        {"precision_matrix": inverse},
    ):
        d = D.MultivariateNormal(loc, **kwargs, validate_args=False)
        close(d.log_prob(x), expected, 1e-9)
        close(d.covariance_matrix, covariance, 1e-9)
        close(d.scale_tril, factor, 1e-9)
        close(d.variance, rl.diagonal(covariance), 1e-9)
        close(d.expand((4,)).log_prob(x.unsqueeze(1)), expected.unsqueeze(-1).expand(2, 4), 1e-9)


@needs("linalg.cholesky", "linalg.solve_triangular", "cholesky_inverse", "linalg.cholesky_ex")
def test_multivariate_normal_is_validated_and_inverted():
    factor = f64(*FACTOR)
    d = D.MultivariateNormal(rl.zeros(3, dtype=rl.float64), factor @ factor.mT)
    close(d.precision_matrix @ d.covariance_matrix, rl.eye(3, dtype=rl.float64), 1e-9)
    with pytest.raises(ValueError, match=r"constraint PositiveDefinite\(\)"):
        D.MultivariateNormal(rl.zeros(2), rl.tensor([[1.0, 2.0], [2.0, 1.0]]))


def test_multivariate_normal_draws():
    factor = f64(*FACTOR)
    d = D.MultivariateNormal(f64(0.0, 1.0, -1.0), scale_tril=factor)
    rl.manual_seed(0)
    x = d.sample((20000,))
    close(x.mean(0), d.mean, 0.03)
    close(rl.cov(x.T), d.covariance_matrix, 0.05)
    close(d.entropy(), 1.5 * (1 + math.log(2 * math.pi)) + rl.diagonal(factor).log().sum(), 1e-12)


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({}, "Exactly one of"),
        ({"scale_tril": rl.eye(2), "covariance_matrix": rl.eye(2)}, "Exactly one of"),
        ({"scale_tril": rl.ones(2)}, "scale_tril matrix must be at least two-dimensional"),
    ],
)
def test_multivariate_normal_refuses(kwargs, words):
    with pytest.raises(ValueError, match=words):
        D.MultivariateNormal(rl.zeros(2), **kwargs)
    with pytest.raises(ValueError, match="at least one-dimensional"):
        D.MultivariateNormal(rl.tensor(0.0), rl.eye(1))


@needs("linalg.cholesky", "linalg.solve_triangular", "cholesky_inverse")
def test_low_rank_is_the_full_one():
    w, diagonal, loc = f64([1.0], [0.5], [-0.3]), f64(0.5, 1.0, 2.0), f64([0.0, 1.0, 2.0], [1.0, 1.0, 1.0])
    d = D.LowRankMultivariateNormal(loc, w, diagonal)
    full = D.MultivariateNormal(loc, w @ w.mT + rl.diag(diagonal), validate_args=False)
    x = f64(0.3, -0.2, 1.0)
    for value, same in (
        (d.log_prob(x), full.log_prob(x)),
        (d.entropy(), full.entropy()),
        (d.covariance_matrix, full.covariance_matrix),
        (d.precision_matrix, full.precision_matrix),
        (d.scale_tril, full.scale_tril),
        (d.variance, full.variance),
    ):
        close(value, same, 1e-10)
    rl.manual_seed(0)
    close(rl.cov(d.sample((20000,))[:, 0].T), full.covariance_matrix[0], 0.08)


def test_lkj_is_uniform_for_concentration_one():
    """Of two rows the one correlation r has density proportional to (1 - r^2)^(concentration - 1)."""
    for concentration in (1.0, 2.5):
        d = D.LKJCholesky(2, rl.tensor(concentration, dtype=rl.float64))
        r = rl.linspace(-1, 1, 20001, dtype=rl.float64)[1:-1]
        zero, root = rl.zeros_like(r), (1 - r**2).sqrt()
        factors = rl.stack([rl.stack([rl.ones_like(r), zero], -1), rl.stack([r, root], -1)], -2)
        # as a density of r: the volume of the factor's free row is dr / root, and there det^(1/2) is root
        density = d.log_prob(factors).exp()
        close(rl.trapezoid(density, r), rl.tensor(1.0), 2e-3)
        close(density / density.max(), (1 - r**2) ** (concentration - 1), 1e-9)


@DIRICHLET
def test_lkj_draws_are_correlations():
    d = D.LKJCholesky(4, rl.tensor([0.7, 3.0], dtype=rl.float64))
    rl.manual_seed(0)
    factor = d.sample((3000,))
    assert constraints.corr_cholesky.check(factor).all()
    matrix = factor @ factor.mT
    below = matrix[..., 1, 0]
    # a correlation of LKJ(eta) in D rows is 2 Beta(a, a) - 1 with a = eta + D/2 - 1
    a = d.concentration + 4 / 2 - 1
    close(below.var(0), 1 / (2 * a + 1), 0.05)
    assert (below.mean(0).abs() < 0.05).all()


@GAMMA
@needs("linalg.cholesky_ex")
def test_wishart_draws():
    factor = f64([1.0, 0.0], [0.5, 2.0])
    d = D.Wishart(f64(4.0, 7.5), scale_tril=factor)
    rl.manual_seed(0)
    x = d.sample((20000,))
    close(x.mean(0), d.mean, 0.2)
    assert ((x.var(0) - d.variance).abs() < 0.1 * d.variance).all()


@needs("linalg.slogdet", "cholesky_solve", "linalg.cholesky_ex")
def test_wishart_of_one_row_is_gamma():
    d = D.Wishart(f64(3.0), scale_tril=f64([2.0]).reshape(1, 1))
    gamma = D.Gamma(1.5, f64(1 / 8))
    x = f64(0.7, 5.0)
    close(d.log_prob(x.reshape(2, 1, 1)), gamma.log_prob(x), 1e-9)
    close(d.entropy(), gamma.entropy(), 1e-9)


def test_wishart_refuses_few_degrees_of_freedom():
    with pytest.raises(ValueError, match=r"Value of df=0\.5 expected to be greater than ndim - 1 = 1\."):
        D.Wishart(0.5, scale_tril=rl.eye(2))
    with pytest.warns(UserWarning, match="Low df values"):
        D.Wishart(1.5, scale_tril=rl.eye(2))


def test_mixture():
    d = D.MixtureSameFamily(D.Categorical(f64(0.3, 0.7)), D.Normal(f64(-1.0, 2.0), f64(0.5, 1.0)))
    x = rl.linspace(-10, 12, 20001, dtype=rl.float64)
    density = d.log_prob(x).exp()
    close(rl.trapezoid(density, x), rl.tensor(1.0), 1e-9)
    mean = rl.trapezoid(x * density, x)
    close(mean, d.mean, 1e-8)
    close(rl.trapezoid((x - mean) ** 2 * density, x), d.variance, 1e-7)
    close(rl.trapezoid(density[:10001], x[:10001]), d.cdf(x[10000]), 1e-7)  # the rule ends inside the density
    rl.manual_seed(0)
    drawn = d.sample((20000,))
    close(drawn.mean(), d.mean, 0.03)
    close(drawn.var(), d.variance, 0.1)
    assert d.expand((3,)).sample((2,)).shape == (2, 3)
    vectors = D.MixtureSameFamily(
        D.Categorical(rl.ones(5, 2)), D.Independent(D.Normal(rl.zeros(5, 2, 3), rl.ones(3)), 1)
    )
    assert vectors.sample((4,)).shape == (4, 5, 3)
    assert vectors.log_prob(vectors.sample()).shape == (5,)
    assert vectors.mean.shape == vectors.variance.shape == (5, 3)


def test_relaxed_categorical_integrates_to_one():
    d = D.RelaxedOneHotCategorical(f64(1.5), f64(0.3, 0.7))
    x = rl.linspace(0, 1, 40001, dtype=rl.float64)[1:-1]
    close(rl.trapezoid(d.log_prob(rl.stack([x, 1 - x], -1)).exp(), x), rl.tensor(1.0), 1e-3)


def test_straight_through_gradients_reach_the_probabilities():
    p = rl.tensor([0.2, 0.3, 0.5], requires_grad=True)
    drawn = D.OneHotCategoricalStraightThrough(p).rsample()
    assert sorted(drawn.detach().tolist()) == [0.0, 0.0, 1.0]
    (drawn * rl.tensor([1.0, 2.0, 3.0])).sum().backward()
    # through the normalisation: the vector minus its mean under p
    close(p.grad, rl.tensor([-1.3, -0.3, 0.7]), 1e-5)


def test_exponential_families_compute_entropy_by_their_normaliser():
    for d in (
        D.Normal(f64(0.0), f64(2.0)),
        D.Exponential(f64(0.5)),
        D.Gamma(f64(2.5), f64(0.5)),
        D.Bernoulli(f64(0.3)),
        D.ContinuousBernoulli(f64(0.3)),
    ):
        close(D.ExponentialFamily.entropy(d), d.entropy(), 1e-10)


# --- what all have


def test_validation_names_parameter_and_constraint():
    with pytest.raises(ValueError) as caught:
        D.Normal(rl.zeros(2), rl.tensor([1.0, -1.0]))
    assert str(caught.value) == (
        "Expected parameter scale (Tensor of shape (2,)) of distribution Normal(loc: torch.Size([2]), scale: "
        "torch.Size([2])) to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\n"
        "tensor([ 1., -1.])"
    )
    assert D.Normal(0.0, -1.0, validate_args=False).scale == -1
    d = D.Bernoulli(rl.tensor([0.5]))
    with pytest.raises(ValueError, match=r"within the support \(Boolean\(\)\) of the distribution Bernoulli"):
        d.log_prob(rl.tensor([2.0]))
    with pytest.raises(ValueError, match="must be a Tensor"):
        d.log_prob(1.0)
    with pytest.raises(ValueError, match="not broadcastable with batch_shape"):
        D.Normal(rl.zeros(3), 1.0).log_prob(rl.zeros(2))
    with pytest.raises(ValueError, match="right-most size of value must match event_shape"):
        D.Dirichlet(rl.ones(3)).log_prob(rl.ones(2))
    for kind in (D.Bernoulli, D.Categorical, D.ContinuousBernoulli, D.Geometric):
        with pytest.raises(ValueError, match="Either `probs` or `logits` must be specified, but not both"):
            kind()
    with pytest.raises(ValueError, match="to be positive"):
        D.Geometric(rl.tensor([0.0, 0.5]))


def test_the_default_of_validation():
    try:
        D.Distribution.set_default_validate_args(False)
        assert D.Normal(0.0, -1.0).scale == -1
        with pytest.raises(ValueError):
            D.Distribution.set_default_validate_args(3)
    finally:
        D.Distribution.set_default_validate_args(True)


def test_subclasses_say_what_they_miss():
    class Silent(D.Distribution):
        pass

    with pytest.warns(UserWarning, match="does not define `arg_constraints`"):
        d = Silent()
    with pytest.warns(UserWarning, match="does not define `support`"):
        d._validate_sample(rl.zeros(()))
    for method in ("sample", "rsample", "entropy", "enumerate_support"):
        with pytest.raises(NotImplementedError):
            getattr(d, method)()

    class Other(D.Normal):
        def __init__(self, scale):
            super().__init__(0.0, scale)

    with pytest.raises(NotImplementedError, match="Subclass Other of Normal that defines a custom __init__"):
        Other(1.0).expand((2,))

    class Same(D.Normal):
        pass

    assert type(Same(0.0, 1.0).expand((2,))) is Same


def test_sample_n_warns_at_the_callers_line():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert D.Normal(0.0, 1.0).sample_n(3).shape == (3,)
    assert [w.category for w in caught] == [FutureWarning]
    assert caught[0].filename == __file__


def test_printed_forms():
    assert repr(D.Normal(0.0, 1.0)) == "Normal(loc: 0.0, scale: 1.0)"
    assert repr(D.Normal(rl.zeros(2), 1.0)) == "Normal(loc: torch.Size([2]), scale: torch.Size([2]))"
    assert repr(D.Beta(1.0, 2.0)) == "Beta()"
    assert (
        repr(D.Independent(D.Bernoulli(rl.zeros(2)), 1))
        == "Independent(Bernoulli(probs: torch.Size([2])), 1)"
    )


def test_copies_and_pickles():
    d = D.Independent(D.Gamma(rl.tensor([1.0, 2.0]), 1.0), 1)
    for again in (copy.deepcopy(d), pickle.loads(pickle.dumps(d))):
        assert repr(again) == repr(d)
        assert again.log_prob(rl.ones(2)) == d.log_prob(rl.ones(2))
    assert pickle.loads(pickle.dumps(D.LogNormal(0.0, 1.0))).mean == D.LogNormal(0.0, 1.0).mean


def test_importing_the_package_does_not_import_them():
    import subprocess
    import sys

    code = (
        "import sys, rushlight; assert not any('rushlight.distributions' in n for n in sys.modules);"
        "rushlight.distributions.Normal; n = [n for n in sys.modules if 'rushlight.distributions' in n];"
        "assert 'rushlight.distributions.wishart' not in n and 'rushlight.distributions.kl' not in n, n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_are_where_pytorch_has_them():
    import importlib

    for name in D.__all__:
        value = getattr(D, name)
        if isinstance(value, type):
            assert getattr(importlib.import_module(value.__module__), name) is value
    assert D.studentT.StudentT is D.StudentT
    assert (
        D.relaxed_categorical.ExpRelaxedCategorical.__module__
        == "rushlight.distributions.relaxed_categorical"
    )
    assert set(D.__all__) <= set(dir(D))
