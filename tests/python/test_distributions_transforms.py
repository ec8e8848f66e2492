"""Transforms against autograd: inverses invert, volume changes are determinants of Jacobians; sets and registries."""

from __future__ import annotations

import copy
import pickle

import pytest
import rushlight as rl
import rushlight.distributions as D
from densities import close, f64, needs
from rushlight.autograd import gradcheck
from rushlight.autograd.functional import jacobian
from rushlight.distributions import biject_to, constraints, transform_to, transforms as T

VECTOR = f64(0.3, -0.7, 1.2)
MATRIX = f64([0.3, 0.5, -0.2], [1.0, -0.7, 0.4], [0.1, 0.2, 0.6])

# a transform, and a point of its domain
CASES = {
    "Exp": (T.ExpTransform(), VECTOR),
    "Power": (T.PowerTransform(f64(2.0, -1.5, 0.5)), VECTOR.abs()),
    "Sigmoid": (T.SigmoidTransform(), VECTOR),
    "Softplus": (T.SoftplusTransform(), VECTOR),
    "Tanh": (T.TanhTransform(), VECTOR),
    "Affine": (T.AffineTransform(1.0, -2.0), VECTOR),
    "Affine of vectors": (T.AffineTransform(f64(1.0, 2.0, 3.0), f64(0.5, -1.0, 2.0), event_dim=1), VECTOR),
    "StickBreaking": (T.StickBreakingTransform(), VECTOR),
    "CorrCholesky": (T.CorrCholeskyTransform(), VECTOR),
    "Reshape": (T.ReshapeTransform((3,), (3, 1)), VECTOR),
    "Independent": (T.IndependentTransform(T.ExpTransform(), 1), VECTOR),
    "Compose": (T.ComposeTransform([T.AffineTransform(0.5, 2.0), T.TanhTransform()]), VECTOR),
    "Compose of ranks": (
        T.ComposeTransform([T.AffineTransform(0.5, 2.0), T.StickBreakingTransform()]),
        VECTOR,
    ),
    "Cat": (T.CatTransform([T.ExpTransform(), T.TanhTransform()], dim=-1, lengths=[1, 2]), VECTOR),
    "Stack": (T.StackTransform([T.ExpTransform(), T.TanhTransform(), T.identity_transform], dim=-1), VECTOR),
    "CumulativeDistribution": (T.CumulativeDistributionTransform(D.Normal(f64(0.5), f64(2.0))), VECTOR),
    "Inverse": (T.SigmoidTransform().inv, f64(0.2, 0.5, 0.9)),
}


def cases(*without):
    return pytest.mark.parametrize("name", [name for name in CASES if name not in without])


@cases()
def test_inverses_invert(name):
    t, x = CASES[name]
    y = t(x)
    close(t.inv(y), x, 1e-9)
    close(t(t.inv(y)), y, 1e-9)
    assert t.inv.inv is t
    assert t.bijective
    assert t.domain.check(x).all()
    assert t.codomain.check(y).all()
    assert t.inv.domain.event_dim == t.codomain.event_dim
    assert t.forward_shape(x.shape) == y.shape
    assert t.inverse_shape(y.shape) == x.shape


def free(name, y):
    """The numbers of a value that are free; the others follow from them."""
    if name in ("StickBreaking", "Compose of ranks"):
        return y[..., :-1]
    if name == "CorrCholesky":
        return D.utils.tril_matrix_to_vec(y, diag=-1)
    return y.reshape(-1)


@cases()
def test_volume_changes_are_determinants(name):
    t, x = CASES[name]
    matrix = jacobian(lambda x: free(name, t(x)), x)
    # minors by hand, for three numbers
    a, b, c = matrix
    determinant = (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
    )
    y = t(x)
    log_det = t.log_abs_det_jacobian(x, y)
    if name != "Stack":  # whose parts stay apart, as in PyTorch
        assert log_det.shape == x.shape[: x.dim() - t.domain.event_dim]
    close(log_det.sum(), determinant.abs().log(), 1e-9)
    close(t.inv.log_abs_det_jacobian(y, x), -log_det, 1e-9)


@cases("Power", "Inverse", "CumulativeDistribution", "Affine of vectors", "StickBreaking", "Compose of ranks")
def test_values_have_gradients(name):
    t, x = CASES[name]
    assert gradcheck(t, (x.clone().requires_grad_(),))


@pytest.mark.parametrize("t", [T.SoftmaxTransform(), T.LowerCholeskyTransform(), T.AbsTransform()])
def test_right_inverses(t):
    x = MATRIX
    y = t(x)
    assert t.codomain.check(y).all()
    close(t(t.inv(y)), y, 1e-12)
    assert not t.bijective
    with pytest.raises(NotImplementedError):
        t.log_abs_det_jacobian(x, y)


@needs("linalg.cholesky", "linalg.cholesky_ex")
def test_positive_definite():
    t = T.PositiveDefiniteTransform()
    y = t(MATRIX)
    assert constraints.positive_definite.check(y)
    close(t(t.inv(y)), y, 1e-9)


@cases("Inverse")
def test_caches(name):
    t, x = CASES[name]
    t = t.with_cache(1)
    assert t.with_cache(1) is t
    y = t(x)
    assert t(x) is y
    assert t.inv(y) is x
    if not isinstance(t, T.ComposeTransform):  # whose caches are those of the parts
        assert t.with_cache(0).inv(y) is not x


def test_refusals():
    with pytest.raises(ValueError, match="cache_size must be 0 or 1"):
        T.ExpTransform(2)
    with pytest.raises(ValueError, match="different numbers of elements"):
        T.ReshapeTransform((2, 3), (5,))
    with pytest.raises(ValueError, match="Too few dimensions"):
        T.IndependentTransform(T.ExpTransform(), 2)(VECTOR)
    with pytest.raises(ValueError, match="not a flattened lower-diagonal number"):
        T.CorrCholeskyTransform().forward_shape((4,))
    with pytest.raises(ValueError, match="Input is not square"):
        T.CorrCholeskyTransform().inverse_shape((3, 4))
    with pytest.raises(ValueError, match=r"Please use either \.domain\.event_dim or \.codomain\.event_dim"):
        T.CorrCholeskyTransform().event_dim  # noqa: B018
    with pytest.raises(AssertionError, match="must be Transform instances"):
        T.StackTransform([3])
    with pytest.raises(AssertionError, match="must equal len"):
        T.StackTransform([T.ExpTransform()])(VECTOR)


def test_equality():
    assert T.ExpTransform() == T.ExpTransform()
    assert T.ExpTransform() != T.TanhTransform()
    assert T.ExpTransform().inv == T.ExpTransform().inv
    assert T.ExpTransform().inv != T.ExpTransform()
    assert T.AffineTransform(1, 2.0) == T.AffineTransform(1.0, 2)
    assert T.AffineTransform(rl.ones(2), 2.0) == T.AffineTransform(rl.ones(2), 2.0)
    assert T.AffineTransform(rl.zeros(2), 2.0) != T.AffineTransform(rl.ones(2), 2.0)
    assert T.PowerTransform(2.0) == T.PowerTransform(2.0) != T.PowerTransform(3.0)
    assert T.ComposeTransform([T.ExpTransform()]) == T.ComposeTransform([T.ExpTransform()])
    assert T.ComposeTransform([]) == T.identity_transform
    with pytest.raises(TypeError):
        hash(T.ExpTransform())


def test_signs():
    assert T.ComposeTransform([T.ExpTransform(), T.AffineTransform(0, -2.0)]).sign == -1
    assert T.AffineTransform(0, rl.tensor([1.0, -3.0])).sign.tolist() == [1, -1]
    assert T.PowerTransform(-1.0).inv.sign == -1
    with pytest.raises(NotImplementedError):
        T.AbsTransform().sign  # noqa: B018


def test_printed_forms():
    assert repr(T.ExpTransform().inv) == "_InverseTransform(ExpTransform())"
    assert repr(T.ComposeTransform([T.ExpTransform(), T.AffineTransform(0, 1)])) == (
        "ComposeTransform(\n    ExpTransform(),\n    AffineTransform()\n)"
    )
    assert repr(T.IndependentTransform(T.ExpTransform(), 1)) == "IndependentTransform(ExpTransform(), 1)"


@cases()
def test_copies(name):
    t, x = CASES[name]
    t.inv  # noqa: B018
    for again in (copy.deepcopy(t), pickle.loads(pickle.dumps(t))):
        close(again(x), t(x), 0)
        close(again.inv(again(x)), x, 1e-9)


def test_transformed_distributions_follow_the_change_of_variables():
    d = D.TransformedDistribution(
        D.Normal(f64(0.5), f64(0.7)), [T.ExpTransform(), T.AffineTransform(0.0, 2.0)]
    )
    plain = D.LogNormal(f64(0.5) + rl.tensor(2.0, dtype=rl.float64).log(), f64(0.7))
    x = f64(0.5, 1.0, 4.0)
    close(d.log_prob(x), plain.log_prob(x), 1e-12)
    close(d.cdf(x), plain.cdf(x), 1e-12)
    close(d.icdf(d.cdf(x)), x, 1e-9)
    falling = D.TransformedDistribution(D.Normal(f64(0.5), f64(0.7)), T.AffineTransform(0.0, -1.0))
    close(falling.cdf(x), D.Normal(f64(-0.5), f64(0.7)).cdf(x), 1e-12)
    close(falling.icdf(f64(0.2)), D.Normal(f64(-0.5), f64(0.7)).icdf(f64(0.2)), 1e-12)


def test_transformed_distributions_shape_their_base():
    d = D.TransformedDistribution(D.Normal(rl.zeros(3), 1.0), T.StickBreakingTransform())
    assert (d.batch_shape, d.event_shape) == ((), (4,))
    assert repr(d.base_dist) == "Independent(Normal(loc: torch.Size([3]), scale: torch.Size([3])), 1)"
    assert d.support is constraints.simplex
    assert d.expand((5,)).sample((2,)).shape == (2, 5, 4)
    wide = D.TransformedDistribution(D.Normal(rl.zeros(2), 1.0), T.AffineTransform(rl.zeros(3, 1), 1.0))
    assert wide.batch_shape == wide.base_dist.batch_shape == (3, 2)
    with pytest.raises(ValueError, match="shape with size at least 1"):
        D.TransformedDistribution(D.Normal(0.0, 1.0), T.SoftmaxTransform())
    with pytest.raises(ValueError, match="transforms must be a Transform or a list of Transforms"):
        D.TransformedDistribution(D.Normal(0.0, 1.0), [3])


# --- sets

CHECKS = [
    (constraints.boolean, [0.0, 1.0, 0.5], [True, True, False]),
    (constraints.real, [1.0, float("inf"), float("nan")], [True, True, False]),
    (constraints.positive, [0.0, 1e-5, -1.0], [False, True, False]),
    (constraints.nonnegative, [0.0, 1e-5, -1.0], [True, True, False]),
    (constraints.less_than(1.0), [0.0, 1.0, 2.0], [True, False, False]),
    (constraints.interval(-1.0, 2.0), [-1.0, 2.0, 2.5], [True, True, False]),
    (constraints.half_open_interval(-1.0, 2.0), [-1.0, 2.0, 1.5], [True, False, True]),
    (constraints.integer_interval(1, 3), [1.0, 2.5, 4.0], [True, False, False]),
    (constraints.nonnegative_integer, [0.0, 1.5, -1.0], [True, False, False]),
    (constraints.positive_integer, [0.0, 1.0, 2.0], [False, True, True]),
    (constraints.one_hot, [[0.0, 1.0], [1.0, 1.0], [0.5, 0.5]], [True, False, False]),
    (constraints.simplex, [[0.5, 0.5], [0.5, 0.6], [-1.0, 2.0]], [True, False, False]),
    (constraints.multinomial(3), [[1.0, 2.0], [2.0, 2.0], [-1.0, 0.0]], [True, False, False]),
    (constraints.real_vector, [[1.0, 2.0], [float("nan"), 0.0]], [True, False]),
    (constraints.lower_triangular, [[[1.0, 0.0], [2.0, -1.0]], [[1.0, 2.0], [0.0, 1.0]]], [True, False]),
    (constraints.lower_cholesky, [[[1.0, 0.0], [2.0, 1.0]], [[1.0, 0.0], [2.0, -1.0]]], [True, False]),
    (constraints.corr_cholesky, [[[1.0, 0.0], [0.6, 0.8]], [[1.0, 0.0], [0.6, 0.9]]], [True, False]),
    (constraints.square, [[[1.0, 0.0], [2.0, -1.0]]], [True]),
    (constraints.symmetric, [[[1.0, 2.0], [2.0, -1.0]], [[1.0, 2.0], [0.0, 1.0]]], [True, False]),
    (constraints.cat([constraints.positive, constraints.real], lengths=[1, 2]), [-1.0, -1.0, 0.0], [False, True, True]),
    (constraints.stack([constraints.positive, constraints.real], -1), [[-1.0, -1.0], [2.0, -1.0]], [[False, True], [True, True]]),
]  # fmt: skip


@pytest.mark.parametrize(("constraint", "values", "expected"), CHECKS)
def test_sets(constraint, values, expected):
    found = constraint.check(rl.tensor(values))
    assert found.dtype == rl.bool
    assert found.tolist() == expected


@needs("linalg.cholesky_ex", "linalg.eigvalsh")
def test_definite_matrices():
    matrices = rl.tensor([[[2.0, 1.0], [1.0, 2.0]], [[1.0, 1.0], [1.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]])
    assert constraints.positive_definite.check(matrices).tolist() == [True, False, False]
    assert constraints.positive_semidefinite.check(matrices[::2]).tolist() == [True, False]


def test_dependent_sets():
    assert constraints.is_dependent(D.Uniform.support)
    assert D.Uniform.support.event_dim == 0
    assert not constraints.is_dependent(D.Uniform(0.0, 1.0).support)
    with pytest.raises(ValueError, match="Cannot determine validity of dependent constraint"):
        constraints.dependent.check(rl.zeros(1))
    with pytest.raises(NotImplementedError, match="event_dim cannot be determined statically"):
        constraints.dependent.event_dim  # noqa: B018
    assert constraints.dependent(event_dim=1).event_dim == 1


FREE = [
    constraints.real,
    constraints.positive,
    constraints.greater_than(-3.0),
    constraints.greater_than_eq(2.0),
    constraints.less_than(1.0),
    constraints.interval(-1.0, 2.0),
    constraints.half_open_interval(-1.0, 2.0),
    constraints.unit_interval,
    constraints.simplex,
    constraints.real_vector,
    constraints.independent(constraints.positive, 1),
    constraints.corr_cholesky,
    constraints.lower_cholesky,
    constraints.cat([constraints.positive, constraints.unit_interval], dim=-1, lengths=[1, 2]),
    constraints.stack([constraints.positive, constraints.unit_interval, constraints.real], dim=-1),
]


@pytest.mark.parametrize("constraint", FREE, ids=repr)
def test_registries_lead_into_the_set(constraint):
    for registry in (biject_to, transform_to):
        if registry is biject_to and constraint is constraints.lower_cholesky:
            with pytest.raises(NotImplementedError, match="Cannot transform _LowerCholesky constraints"):
                registry(constraint)
            continue
        t = registry(constraint)
        assert t.bijective or registry is transform_to
        y = t(3 * MATRIX)
        assert constraint.check(y).all()
        close(t(t.inv(y)), y, 1e-8)


def test_registries_take_classes_and_refuse_the_rest():
    with pytest.raises(TypeError, match="either a Constraint subclass or instance"):
        biject_to.register(3, lambda constraint: None)
    with pytest.raises(NotImplementedError, match="Cannot transform _Boolean constraints"):
        transform_to(constraints.boolean)


def test_triangles_as_vectors():
    from rushlight.distributions.utils import tril_matrix_to_vec, vec_to_tril_matrix

    for diag in (-2, -1, 0, 1):
        matrix = rl.arange(1.0, 17.0).reshape(4, 4).tril(diag)
        vector = tril_matrix_to_vec(matrix, diag)
        assert vector.tolist() == [v for v in matrix.flatten().tolist() if v]
        assert (vec_to_tril_matrix(vector, diag) == matrix).all()
    with pytest.raises(ValueError, match="cannot be expressed as the lower triangular part"):
        vec_to_tril_matrix(rl.zeros(2))
    with pytest.raises(ValueError, match="provided is outside"):
        tril_matrix_to_vec(rl.zeros(2, 2), 2)
