"""Distributions over vectors, matrices and classes, and over mixtures of others, against what defines them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rushlight as rl
import rushlight.distributions as D
from densities import CHOLESKY, DIRICHLET, GAMMA, close, f64, needs
from rushlight.distributions import constraints


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
