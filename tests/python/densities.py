"""Distributions to test, and integrals over their supports: what densities are measured by."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rushlight as rl
import rushlight.distributions as D
from rushlight import linalg
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


def close(a, b, tolerance):
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=tolerance, atol=tolerance)
