"""First and second derivatives of decompositions against finite differences, and what has none."""

import pytest
import rushlight as rl
from rushlight.autograd import gradcheck, gradgradcheck

L = rl.linalg


def normal(*shape, dtype=rl.float64, seed=0, shift=0.0):
    rl.manual_seed(seed)
    a = rl.randn(*shape, dtype=dtype)
    if shift:
        a = a + shift * rl.eye(shape[-1], dtype=dtype)
    return a.requires_grad_()


def sym(a):
    return a + a.mH


def spd(a):
    return a @ a.mH + rl.eye(a.shape[-1], dtype=a.dtype)


def free(v):
    """What does not depend on the phases of columns."""
    return (v * v.conj()).real


# name, function, shape of the operand (square, of full rank), whether complex matrices are checked too
CASES = {
    "inv": (L.inv, (2, 3, 3), True),
    "solve": (lambda a: L.solve(a, a[..., :2].conj() + 1), (2, 3, 3), True),
    "solve from the right": (lambda a: L.solve(a, a[..., :2, :].conj() + 1, left=False), (3, 3), True),
    "solve a vector": (lambda a: L.solve(a, a[..., 0]), (3, 3), True),
    "triangle": (lambda a: L.solve_triangular(a, a + 1, upper=True), (3, 3), True),
    "triangle with ones": (
        lambda a: L.solve_triangular(a, a.mT, upper=False, left=False, unitriangular=True), (3, 3), True
    ),
    "det": (L.det, (2, 3, 3), True),
    "slogdet": (lambda a: list(L.slogdet(a))[0 if a.is_complex() else 1 :], (3, 3), True),
    "logdet": (lambda a: rl.logdet(spd(a)), (3, 3), True),
    "cholesky": (lambda a: L.cholesky(spd(a)), (2, 3, 3), True),
    "cholesky, upper": (lambda a: L.cholesky(spd(a), upper=True), (3, 3), True),
    "cholesky_solve": (lambda a: rl.cholesky_solve(a[..., :2], L.cholesky(spd(a))), (3, 3), True),
    "cholesky_inverse": (lambda a: rl.cholesky_inverse(L.cholesky(spd(a))), (3, 3), True),
    "lu": (lambda a: L.lu(a)[1:], (2, 3, 3), True),
    "lu, wide": (lambda a: L.lu(a)[1:], (2, 4), True),
    "lu, tall": (lambda a: L.lu(a)[1:], (4, 2), True),
    "lu_factor": (lambda a: L.lu_factor(a).LU, (3, 3), True),
    "lu_solve": (lambda a: L.lu_solve(*L.lu_factor(a), a + 1), (3, 3), True),
    "lu_solve, adjoint": (lambda a: L.lu_solve(*L.lu_factor(a), a + 1, adjoint=True), (3, 3), True),
    "lu_solve from the right": (lambda a: L.lu_solve(*L.lu_factor(a), a + 1, left=False), (3, 3), True),
    "qr": (lambda a: tuple(L.qr(a)), (2, 3, 3), True),
    "qr, tall": (lambda a: tuple(L.qr(a)), (4, 2), True),
    "qr, wide": (lambda a: tuple(L.qr(a)), (2, 4), True),
    "qr, complete and wide": (lambda a: tuple(L.qr(a, "complete")), (2, 3), True),
    "svd": (lambda a: (free(L.svd(a).U), L.svd(a).S, free(L.svd(a).Vh)), (2, 3, 3), True),
    "svd, tall": (lambda a: (lambda u, s, v: (free(u), s, free(v), (u @ v)))(*L.svd(a, False)), (4, 2), True),
    "svd, wide": (lambda a: (lambda u, s, v: (free(u), s, (u @ v)))(*L.svd(a, False)), (2, 4), True),
    "svdvals": (L.svdvals, (3, 2), True),
    "eigh": (lambda a: (lambda w, v: (w, free(v)))(*L.eigh(sym(a))), (2, 3, 3), True),
    "eigvalsh": (lambda a: L.eigvalsh(sym(a)), (3, 3), True),
    "eig": (lambda a: (lambda w, v: (w.abs(), free(v)))(*L.eig(a)), (3, 3), True),
    "eigvals": (lambda a: L.eigvals(a).abs(), (3, 3), True),
    "pinv": (L.pinv, (2, 4, 3), True),
    "pinv, hermitian": (lambda a: L.pinv(sym(a), hermitian=True), (3, 3), True),
    "lstsq": (lambda a: tuple(L.lstsq(a, a[..., :2] + 1))[:2], (4, 3), True),
    "lstsq, wide": (lambda a: L.lstsq(a, a[..., :2] + 1, driver="gels").solution, (2, 4), True),
    "matrix_exp": (L.matrix_exp, (2, 3, 3), True),
    "matrix_power": (lambda a: L.matrix_power(a, -2), (3, 3), True),
    "cond": (L.cond, (3, 3), True),
    "cond, fro": (lambda a: L.cond(a, "fro"), (3, 3), True),
    "nuclear norm": (lambda a: L.matrix_norm(a, "nuc"), (3, 2), True),
    "spectral norm": (lambda a: L.norm(a, 2), (2, 3), True),
    "householder_product": (lambda a: L.householder_product(a, a[..., 0, :2]), (4, 3), True),
    "ormqr": (lambda a: rl.ormqr(a, a[..., 0, :2], a[..., :2].conj()), (3, 3), True),
    "ormqr, other sides": (
        lambda a: rl.ormqr(a, a[..., 0, :2], a[..., :2, :], left=False, transpose=True), (3, 3), True
    ),
    "cross": (lambda a: L.cross(a, a.roll(1, -1)), (2, 3), True),
    "vecdot": (lambda a: L.vecdot(a, a + 1), (2, 3), True),
    "vander": (lambda a: L.vander(a[..., 0], N=3), (3, 3), True),
    "tensorinv": (lambda a: L.tensorinv(a.reshape(2, 2, 4), 2), (4, 4), True),
    "tensorsolve": (lambda a: L.tensorsolve(a.reshape(2, 2, 4), a.reshape(4, 2, 2)[0]), (4, 4), True),
    "trace": (rl.trace, (2, 3), True),
}  # fmt: skip


@pytest.mark.parametrize("dtype", [rl.float64, rl.complex128])
@pytest.mark.parametrize("name", CASES)
def test_first_and_second_derivatives(name, dtype):
    f, shape, complex_too = CASES[name]
    if dtype.is_complex and not complex_too:
        pytest.skip("real alone")
    square = shape[-1] == shape[-2]
    a = normal(*shape, dtype=dtype, shift=3.0 if square and "eig" not in name else 0.0)
    assert gradcheck(f, (a,))
    assert gradgradcheck(f, (a,))


def test_singular_determinants_have_second_derivatives():
    # of rank 2: the derivative is the matrix of minors
    a = rl.tensor([[1.0, 2, 0], [2, 4, 0], [0, 0, 3]], dtype=rl.float64).requires_grad_()
    (g,) = rl.autograd.grad(L.det(a), a, create_graph=True)
    assert rl.allclose(g, rl.tensor([[12.0, -6, 0], [-6, 3, 0], [0, 0, 0]], dtype=rl.float64))
    assert g.requires_grad
    both = rl.stack([a, a + 2 * rl.eye(3, dtype=rl.float64)])
    (g,) = rl.autograd.grad(L.det(both).sum(), both, create_graph=True)
    assert rl.allclose(g[1], L.inv(both[1]).mT * L.det(both[1]))


def test_what_depends_on_a_phase_has_no_derivative():
    a = normal(3, 3, dtype=rl.complex128)
    for f in (lambda: L.eigh(sym(a)).eigenvectors, lambda: L.eig(a).eigenvectors, lambda: L.svd(a).U):
        with pytest.raises(RuntimeError, match="specified up to multiplication by"):
            f().sum().abs().backward()


def test_modes_without_derivatives():
    a = normal(4, 3)
    with pytest.raises(RuntimeError, match="mode='r'"):
        L.qr(a, "r").R.sum().backward()
    with pytest.raises(RuntimeError, match="mode='complete' and nrows > ncols"):
        L.qr(a, "complete").R.sum().backward()
    assert not L.matrix_rank(a).requires_grad and not L.lu_factor(a).pivots.requires_grad


def test_gradients_carry_no_graph_unless_asked():
    a = normal(4, 3)
    L.householder_product(a, a[0]).sum().backward()
    assert a.grad is not None and not a.grad.requires_grad


@pytest.mark.parametrize(
    "f, name",
    [
        (L.cholesky, "LinalgCholeskyExBackward0"),
        (L.inv, "LinalgInvExBackward0"),
        (L.svdvals, "LinalgSvdBackward0"),
        (L.eigvalsh, "LinalgEighBackward0"),
        (L.det, "LinalgDetBackward0"),
        (L.pinv, "LinalgPinvBackward0"),
        (L.matrix_exp, "LinalgMatrixExpBackward0"),
    ],
)
def test_nodes_have_their_names(f, name):
    a = spd(normal(3, 3).detach()).requires_grad_()
    assert f(a).grad_fn.name() == name
