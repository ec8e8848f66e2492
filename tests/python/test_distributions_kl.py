"""Divergences against their definition: integrals and sums of p log(p / q)."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import rushlight as rl
import rushlight.distributions as D
from densities import CHOLESKY, close, f64, integral, needs, unchecked
from rushlight.distributions import kl_divergence, register_kl
from rushlight.distributions.kl import _KL_REGISTRY

# a distribution of each type, and the bounds of its support, open or closed
OVER_NUMBERS = {
    "Beta": (lambda: D.Beta(f64(1.5, 2.0), f64(1.2, 3.0)), 0, 1),
    "Cauchy": (lambda: D.Cauchy(f64(0.0, 1.0), f64(1.0, 2.5)), -math.inf, math.inf),
    "ContinuousBernoulli": (lambda: D.ContinuousBernoulli(f64(0.2, 0.7)), 0, 1),
    "Exponential": (lambda: D.Exponential(f64(0.5, 3.0)), 0, math.inf),
    "Gamma": (lambda: D.Gamma(f64(1.5, 7.0), f64(1.0, 2.0)), 0, math.inf),
    "Gumbel": (lambda: D.Gumbel(f64(0.0, 1.0), f64(1.0, 2.0)), -math.inf, math.inf),
    "HalfNormal": (lambda: D.HalfNormal(f64(1.0, 2.0)), 0, math.inf),
    "Laplace": (lambda: D.Laplace(f64(0.2, 1.0), f64(1.0, 0.5)), -math.inf, math.inf),
    "Normal": (lambda: D.Normal(f64(0.0, 1.0), f64(1.0, 2.5)), -math.inf, math.inf),
    "Pareto": (lambda: D.Pareto(f64(0.1, 0.2), f64(4.5, 6.0)), 0.1, math.inf),
    "Uniform": (lambda: D.Uniform(f64(0.3, 0.25), f64(0.9, 0.8)), 0.25, 0.9),
}
OTHERS = {
    "Beta": lambda: D.Beta(f64(0.7, 4.0), f64(1.5, 2.0)),
    "Cauchy": lambda: D.Cauchy(f64(0.5, -1.0), f64(2.0, 1.5)),
    "ContinuousBernoulli": lambda: D.ContinuousBernoulli(f64(0.5, 0.9)),
    "Exponential": lambda: D.Exponential(f64(1.5, 0.7)),
    "Gamma": lambda: D.Gamma(f64(2.5, 3.0), f64(0.5, 1.0)),
    "Gumbel": lambda: D.Gumbel(f64(0.5, -1.0), f64(1.5, 3.0)),
    "HalfNormal": lambda: D.HalfNormal(f64(2.0, 1.5)),
    "Laplace": lambda: D.Laplace(f64(0.5, -1.0), f64(2.0, 1.0)),
    "Normal": lambda: D.Normal(f64(1.0, -0.5), f64(2.0, 1.5)),
    "Pareto": lambda: D.Pareto(f64(0.05, 0.1), f64(3.0, 2.0)),
    "Uniform": lambda: D.Uniform(f64(-1.0, -2.0), f64(1.5, 3.0)),
}
PAIRS = sorted(
    (p.__name__, q.__name__) for p, q in _KL_REGISTRY if p.__name__ in OVER_NUMBERS and q.__name__ in OTHERS
)


def inside(q, x):
    """Whether q can be x, from its density."""
    return unchecked(q).log_prob(x).isfinite()


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_numbers(first, second):
    p, q = OVER_NUMBERS[first][0](), OTHERS[second]()
    kl = kl_divergence(p, q)
    assert kl.shape == (2,)
    low, high = OVER_NUMBERS[first][1:]
    bounds = {
        "Beta": (0, 1),
        "ContinuousBernoulli": (0, 1),
        "Exponential": (0, math.inf),
        "Gamma": (0, math.inf),
    }
    least, most = {**bounds, "Pareto": (0.1, math.inf), "Uniform": (-1.0, 1.5)}.get(
        second, (-math.inf, math.inf)
    )
    if low < least or high > most:
        assert (kl == math.inf).all()
        return
    p, q = unchecked(p), unchecked(q)
    close(integral(lambda x: p.log_prob(x).exp() * (p.log_prob(x) - q.log_prob(x)), p), kl, 1e-5)


@pytest.mark.parametrize("name", [*OTHERS, "Bernoulli", "Categorical", "Geometric", "Poisson", "Dirichlet"])
def test_nothing_diverges_from_itself(name):
    make = {
        **OTHERS,
        "Bernoulli": lambda: D.Bernoulli(f64(0.0, 1.0)),
        "Categorical": lambda: D.Categorical(f64([0.0, 1.0, 2.0], [1.0, 1.0, 0.0])),
        "Geometric": lambda: D.Geometric(f64(0.3, 0.7)),
        "Poisson": lambda: D.Poisson(f64(0.5, 7.0)),
        "Dirichlet": lambda: D.Dirichlet(f64([0.3, 2.0], [4.0, 1.0])),
    }[name]
    close(kl_divergence(make(), make()), rl.zeros(2), 1e-12)


COUNTS = {
    "Bernoulli": (D.Bernoulli(f64(0.2, 0.7)), D.Bernoulli(f64(0.6, 0.1)), 1),
    "Binomial": (D.Binomial(6, f64(0.2, 0.7)), D.Binomial(6, f64(0.6, 0.1)), 6),
    "Geometric": (D.Geometric(f64(0.2, 0.7)), D.Geometric(f64(0.6, 0.1)), 400),
    "Poisson": (D.Poisson(f64(0.2, 7.0)), D.Poisson(f64(0.6, 12.0)), 100),
    "Bernoulli, Poisson": (D.Bernoulli(f64(0.2, 0.7)), D.Poisson(f64(0.6, 2.0)), 1),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name):
    p, q, last = COUNTS[name]
    k = rl.arange(last + 1, dtype=rl.float64).unsqueeze(-1).expand(last + 1, 2)
    log_p, log_q = p.log_prob(k), q.log_prob(k)
    close((log_p.exp() * (log_p - log_q)).sum(0), kl_divergence(p, q), 1e-9)


def test_classes():
    p, q = D.Categorical(f64(0.2, 0.3, 0.5)), D.Categorical(f64([0.5, 0.3, 0.2], [0.0, 0.5, 0.5]))
    expected = f64(0.2 * math.log(0.2 / 0.5) + 0.5 * math.log(0.5 / 0.2), math.inf)
    close(kl_divergence(p, q), expected, 1e-12)
    close(kl_divergence(D.OneHotCategorical(p.probs), D.OneHotCategorical(q.probs)), expected, 1e-12)
    # what p does not do costs nothing
    close(kl_divergence(D.Categorical(f64(0.0, 1.0)), D.Categorical(f64(0.0, 1.0))), rl.tensor(0.0), 1e-12)


def test_zeros_of_coins():
    one, half = D.Bernoulli(f64(0.0, 1.0)), D.Bernoulli(f64(0.5))
    close(kl_divergence(one, half), f64(math.log(2), math.log(2)), 1e-9)
    assert (kl_divergence(half, one) == math.inf).all()


def test_parameters_broadcast():
    p, q = D.Bernoulli(f64(0.2, 0.7)), D.Bernoulli(f64([0.5, 0.0], [1.0, 0.3]))
    kl = kl_divergence(p, q)
    assert kl.shape == (2, 2)
    for i, j in itertools.product(range(2), range(2)):
        close(kl[i, j], kl_divergence(D.Bernoulli(p.probs[j]), D.Bernoulli(q.probs[i, j])), 1e-12)


def test_binomials_of_other_numbers_of_trials():
    assert (kl_divergence(D.Binomial(5, f64(0.2)), D.Binomial(3, f64(0.2))) == math.inf).all()
    with pytest.raises(NotImplementedError, match=r"q\.total_count > p\.total_count"):
        kl_divergence(D.Binomial(3, f64(0.2)), D.Binomial(5, f64(0.2)))


def test_dirichlet_by_the_family():
    """The closed form is what the log normaliser gives."""
    p, q = D.Dirichlet(f64(0.5, 2.0, 3.0)), D.Dirichlet(f64(1.5, 0.7, 2.0))
    family = _KL_REGISTRY[D.ExponentialFamily, D.ExponentialFamily]
    # of families with another number of dimensions in the event, the parameters are summed over it
    close(family(p, q), kl_divergence(p, q), 1e-9)
    for a, b in (
        (D.Gamma(f64(1.5), f64(2.0)), D.Gamma(f64(3.0), f64(0.5))),
        (D.Normal(f64(1.5), f64(2.0)), D.Normal(f64(3.0), f64(0.5))),
        (D.Exponential(f64(1.5)), D.Exponential(f64(0.5))),
        (D.Poisson(f64(1.5)), D.Poisson(f64(0.5))),
    ):
        close(family(a, b), kl_divergence(a, b), 1e-9)
    with pytest.raises(NotImplementedError, match="Bregman"):
        kl_divergence(D.Dirichlet(rl.ones(2)), D.Normal(0.0, 1.0))


def gaussian_kl(m0, c0, m1, c1):
    inverse = np.linalg.inv(c1)
    away = m1 - m0
    logs = np.linalg.slogdet(c1)[1] - np.linalg.slogdet(c0)[1]
    return 0.5 * (np.trace(inverse @ c0) + away @ inverse @ away - len(m0) + logs)


@CHOLESKY
@needs("cholesky_inverse")
def test_normal_vectors():
    rng = np.random.default_rng(0)

    def full():
        a = rng.normal(size=(3, 3))
        return D.MultivariateNormal(
            rl.tensor(rng.normal(size=3)), rl.tensor(a @ a.T + np.eye(3)), validate_args=False
        )

    def low():
        loc, w, d = rng.normal(size=3), rng.normal(size=(3, 2)), rng.uniform(0.5, 2.0, size=3)
        return D.LowRankMultivariateNormal(rl.tensor(loc), rl.tensor(w), rl.tensor(d))

    for p, q in ((full(), full()), (full(), low()), (low(), full()), (low(), low())):
        arguments = [x.numpy() for d in (p, q) for x in (d.loc, d.covariance_matrix)]
        close(kl_divergence(p, q), rl.tensor(gaussian_kl(*arguments)), 1e-9)
        batch = kl_divergence(p.expand((4,)), q)
        assert batch.shape == (4,)
        close(batch, rl.full((4,), gaussian_kl(*arguments), dtype=rl.float64), 1e-9)
    with pytest.raises(ValueError, match="different event shapes"):
        kl_divergence(full(), D.MultivariateNormal(rl.zeros(2), scale_tril=rl.eye(2)))


def test_independent_and_transformed():
    p, q = D.Normal(f64([0.0, 1.0], [2.0, 3.0]), 1.0), D.Normal(f64(1.0, 1.0), f64(2.0, 0.5))
    close(
        kl_divergence(D.Independent(p, 1), D.Independent(q.expand((2, 2)), 1)),
        kl_divergence(p, q).sum(-1),
        1e-12,
    )
    with pytest.raises(NotImplementedError):
        kl_divergence(D.Independent(p, 1), D.Independent(q.expand((2, 2)), 2))
    close(
        kl_divergence(D.LogNormal(f64(0.0), f64(1.0)), D.LogNormal(f64(1.0), f64(2.0))),
        f64(0.44314718).squeeze(),
        1e-7,
    )
    with pytest.raises(NotImplementedError):
        kl_divergence(D.LogNormal(0.0, 1.0), D.HalfNormal(1.0))


def test_divergences_have_gradients():
    def kl(a, b):
        return kl_divergence(D.Gamma(a, b), D.Gamma(b, a)) + kl_divergence(D.Normal(a, b), D.Laplace(b, a))

    assert rl.autograd.gradcheck(kl, (f64(0.7, 2.0).requires_grad_(), f64(1.3, 0.5).requires_grad_()))


def test_dispatch_takes_the_nearest_and_warns_of_ties(monkeypatch):
    monkeypatch.setattr(rl.distributions.kl, "_KL_REGISTRY", dict(_KL_REGISTRY))
    monkeypatch.setattr(rl.distributions.kl, "_KL_MEMOIZE", {})

    class Left(D.Normal):
        pass

    class Right(D.Normal):
        pass

    close(kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0)), rl.tensor(0.0), 0)

    @register_kl(Left, D.Normal)
    def left(p, q):
        return "left"

    assert kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0)) == "left"  # what was looked up is looked up anew

    @register_kl(D.Normal, Right)
    def right(p, q):
        return "right"

    with pytest.warns(RuntimeWarning, match=r"Ambiguous kl_divergence\(Left, Right\)"):
        assert kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0)) == "left"
    assert kl_divergence(D.Normal(0.0, 1.0), Right(0.0, 1.0)) == "right"
    for arguments in ((3, D.Normal), (D.Normal, 3)):
        with pytest.raises(TypeError, match="to be a Distribution subclass"):
            register_kl(*arguments)


def test_a_pair_without_a_function_says_so():
    with pytest.raises(
        NotImplementedError, match=r"No KL\(p \|\| q\) is implemented for p type StudentT and q type Cauchy"
    ):
        kl_divergence(D.StudentT(1.0), D.Cauchy(0.0, 1.0))


def test_all_pairs_of_pytorch_are_there():
    assert len(_KL_REGISTRY) == 87
