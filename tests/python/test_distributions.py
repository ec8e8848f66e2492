"""Distributions over numbers against what defines them: densities integrate to one, draws have the moments, entropies are means; and
what all distributions have."""

from __future__ import annotations

import copy
import math
import pickle
import warnings

import pytest
import rushlight as rl
import rushlight.distributions as D
from densities import (
    CHOLESKY,
    CONTINUOUS,
    DIRICHLET,
    DISCRETE,
    GAMMA,
    NOTHING,
    close,
    f64,
    integral,
    params,
    pieces,
    summed_cdf,
    unchecked,
    without_marks,
)
from rushlight.autograd import gradcheck
from rushlight.distributions import constraints

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


def test_directions_without_an_envelope_are_its_limits():
    """No concentration, an endless one, one that is no number: rejection accepts nothing there."""
    d = D.VonMises(f64(0.5), f64(0.0, 1.0, 1e30, math.inf, math.nan), validate_args=False)
    drawn = d.sample((1000,))
    assert drawn[:, :2].abs().max() <= math.pi and drawn[:, 0].std() > 1.5
    rl.testing.assert_close(drawn[:, 2:4], rl.full((1000, 2), 0.5, dtype=rl.float64))
    assert drawn[:, 4].isnan().all()


def test_draws_of_nothing_end():
    nothing = rl.tensor([math.nan])
    assert rl.binomial(nothing, rl.tensor([0.3])).isnan().all()
    assert rl.binomial(rl.tensor([5.0]), nothing).isnan().all()
    assert D.Gamma(nothing, 1.0, validate_args=False).sample().item() == rl.finfo(rl.float32).tiny
