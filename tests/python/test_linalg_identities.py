"""What decompositions promise, as identities: over dtypes, sizes on both sides of the thresholds, batches and layouts."""

import pytest
import rushlight as rl

L = rl.linalg
DTYPES = [rl.float32, rl.float64, rl.complex64, rl.complex128]
# below and above the sizes of panels and leaves, and where halves are uneven
SQUARES = [(1, 1), (3, 3), (32, 32), (33, 33), (70, 70), (150, 150)]
SHAPES = [*SQUARES, (7, 3), (3, 7), (90, 40), (40, 90)]


def tolerance(dtype, n=1):
    return (3e-5 if dtype in (rl.float32, rl.complex64) else 3e-13) * max(n, 10)


def matrices(shape, dtype, batch=(), seed=0):
    rl.manual_seed(seed)
    return rl.randn(*batch, *shape, dtype=dtype)


def positive(n, dtype, batch=()):
    a = matrices((n, n), dtype, batch)
    return a @ a.mH + n * rl.eye(n, dtype=dtype)


def near(a, b, dtype, n=1):
    assert a.shape == b.shape and a.dtype is b.dtype
    scale = max(1.0, b.abs().max().item() if b.numel() else 0.0)
    assert (a - b).abs().max().item() <= tolerance(dtype, n) * scale if a.numel() else True


def eye_like(a):
    return rl.eye(a.shape[-1], dtype=a.dtype).expand(a.shape)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SQUARES)
def test_solutions_solve(shape, dtype):
    n = shape[-1]
    a, b = matrices(shape, dtype, (2,)) + 2 * n**0.5 * rl.eye(n, dtype=dtype), matrices((n, 3), dtype, seed=1)
    near(a @ L.solve(a, b), b.expand(2, n, 3), dtype, n)
    near(a @ L.inv(a), eye_like(a), dtype, n)
    near(L.solve(a, b.mT, left=False) @ a, b.mT.expand(2, 3, n), dtype, n)
    lu, pivots = L.lu_factor(a)
    for adjoint in (False, True):
        x = L.lu_solve(lu, pivots, b, adjoint=adjoint)
        near((a.mH if adjoint else a) @ x, b.expand(2, n, 3), dtype, n)
        x = L.lu_solve(lu, pivots, b.mT, left=False, adjoint=adjoint)
        near(x @ (a.mH if adjoint else a), b.mT.expand(2, 3, n), dtype, n)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("n", [3, 32, 75, 140])
def test_triangles_are_solved_by_half(n, unit, left, upper, dtype):
    whole = 0.3 * matrices((n, n), dtype) / n + 2 * rl.eye(n, dtype=dtype)
    t = whole.triu() if upper else whole.tril()
    if unit:
        t = t - t.diagonal().diag() + rl.eye(n, dtype=dtype)
    b = matrices((n, 5) if left else (5, n), dtype, seed=3)
    x = L.solve_triangular(whole, b, upper=upper, left=left, unitriangular=unit)
    near(t @ x if left else x @ t, b, dtype, n)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("sides", [1, 2, 3, 5, 8, 9, 33])
@pytest.mark.parametrize("n", [7, 8, 9, 16, 29, 133])
def test_triangles_of_any_number_of_sides(n, sides, turned, upper, dtype):
    """Rows or columns of the triangle along memory; what is in its other half is not read, nor what is beside it."""
    whole = 0.3 * matrices((n, n), dtype) / n + 2 * rl.eye(n, dtype=dtype)
    half = whole.triu() if upper else whole.tril()
    other = rl.full((n, n), float("nan"), dtype=dtype)
    t = half + (other.tril(-1) if upper else other.triu(1))
    t = t.mT.contiguous().mT if turned else t
    rows = matrices((n, sides), dtype, seed=1)
    for b in (rows, rows.mT.contiguous().mT):
        x = L.solve_triangular(t, b, upper=upper)
        near(half @ x, b, dtype, n)
        near(L.solve_triangular(t, b.mT, upper=upper, left=False) @ half, b.mT, dtype, n)
    singular = t.clone()
    singular[n // 2, n // 2] = 0
    x = L.solve_triangular(singular, b, upper=upper)
    assert not x[n // 2].isfinite().any()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(64, 64), (65, 17), (200, 33), (129, 140)])
def test_tall_panels(shape, dtype):
    """The greatest element is the pivot, its first place where there are several; a column of zeros and nan do as in LAPACK."""
    a = matrices(shape, dtype)
    p, lower, upper = L.lu(a)
    near(p @ lower @ upper, a, dtype, shape[0])
    assert lower.abs().max().item() <= 1 + (0.5 if dtype.is_complex else 0)
    ones = rl.ones(shape, dtype=dtype)
    pivots = L.lu_factor_ex(ones).pivots.tolist()
    assert pivots == list(range(1, 1 + min(shape)))
    a[:, 5] = 0
    lu, pivots, info = L.lu_factor_ex(a)
    assert info.item() == 6 and (lu[5:, 5] == 0).all()
    q, r = L.qr(a)
    near(q @ r, a, dtype, shape[0])
    near(q.mH @ q, rl.eye(min(shape), dtype=dtype), dtype, shape[0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 4, 32, 33, 100, 200])
def test_cholesky_factors(n, dtype):
    a = positive(n, dtype, (2,))
    lower, upper = L.cholesky(a), L.cholesky(a, upper=True)
    near(lower @ lower.mH, a, dtype, n)
    near(upper.mH @ upper, a, dtype, n)
    assert lower.triu(1).abs().sum() == 0 and upper.tril(-1).abs().sum() == 0
    b = matrices((n, 2), dtype, seed=5)
    near(a @ rl.cholesky_solve(b, lower), b.expand(2, n, 2), dtype, n)
    near(a @ rl.cholesky_solve(b, upper, upper=True), b.expand(2, n, 2), dtype, n)
    near(a @ rl.cholesky_inverse(lower), eye_like(a), dtype, n)
    # what lies in the other half is not read
    spoilt = a + rl.full((n, n), float("nan"), dtype=dtype).triu(1).nan_to_num(7.0)
    assert rl.equal(L.cholesky(spoilt), lower)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_lu_and_qr_multiply_back(shape, dtype):
    a = matrices(shape, dtype, (2,))
    n = max(shape)
    p, lower, upper = L.lu(a)
    near(p @ lower @ upper, a, dtype, n)
    assert lower.abs().max() <= 2.0 and upper.tril(-1).abs().sum() == 0
    for mode in ("reduced", "complete"):
        q, r = L.qr(a, mode)
        near(q @ r, a, dtype, n)
        near(q.mH @ q, eye_like(q.mH @ q), dtype, n)
        assert r.tril(-1).abs().sum() == 0
    if dtype.is_complex:
        assert r.diagonal(0, -2, -1).imag.abs().max() == 0
    near(L.qr(a, "r").R, L.qr(a).R, dtype, n)
    reflections, tau = rl.geqrf(a)
    if shape[0] >= shape[1]:
        near(L.householder_product(reflections, tau), L.qr(a).Q, dtype, n)
    q = L.qr(a, "complete").Q
    c = matrices((shape[0], 4), dtype, (2,), seed=2)
    near(rl.ormqr(reflections, tau, c), q @ c, dtype, n)
    near(rl.ormqr(reflections, tau, c, transpose=True), q.mH @ c, dtype, n)
    near(rl.ormqr(reflections, tau, c.mT, left=False), c.mT @ q, dtype, n)
    near(rl.ormqr(reflections, tau, c.mT, left=False, transpose=True), c.mT @ q.mH, dtype, n)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_singular_values_and_vectors(shape, dtype):
    a = matrices(shape, dtype, (2,))
    n = max(shape)
    for full in (False, True):
        u, s, vh = L.svd(a, full_matrices=full)
        k = s.shape[-1]
        near((u[..., :k] * s.unsqueeze(-2).to(dtype)) @ vh[..., :k, :], a, dtype, n)
        near(u.mH @ u, eye_like(u.mH @ u), dtype, n)
        near(vh @ vh.mH, eye_like(vh @ vh.mH), dtype, n)
        assert (s.diff() <= 0).all() and (s >= 0).all()
    near(L.svdvals(a), s, dtype, n)
    inverse = L.pinv(a)
    near(a @ inverse @ a, a, dtype, n)
    near(inverse @ a @ inverse, inverse, dtype, n)
    u, s, v = rl.svd(a)
    near((u * s.unsqueeze(-2).to(dtype)) @ v.mH, a, dtype, n)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 5, 33, 80, 140])
def test_eigenvalues_and_vectors(n, dtype):
    a = matrices((n, n), dtype, (2,))
    h = a + a.mH
    for half in "LU":
        w, v = L.eigh(h.tril() if half == "L" else h.triu(), half)
        near(h @ v, v * w.unsqueeze(-2).to(dtype), dtype, n)
        near(v.mH @ v, eye_like(a), dtype, n)
        assert (w.diff() >= 0).all()
        near(L.eigvalsh(h, half), w, dtype, n)
    w, v = L.eig(a)
    c = w.dtype
    near(a.to(c) @ v, v * w.unsqueeze(-2), dtype, 10 * n)
    near(L.vector_norm(v, dim=-2), rl.ones(2, n, dtype=w.real.dtype), dtype)
    near(L.eigvals(a).sum(-1), a.diagonal(0, -2, -1).sum(-1).to(c), dtype, 10 * n)
    if n == 2:  # a rotation by a right angle turns every real vector
        w = L.eigvals(rl.tensor([[0.0, -1.0], [1.0, 0.0]]))
        assert sorted(w.imag.tolist()) == [-1.0, 1.0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 3, 32, 33, 80])
def test_determinants(n, dtype):
    a = matrices((n, n), dtype, (3,)) / n**0.5
    sign, log = L.slogdet(a)
    near(sign * log.exp().to(dtype), L.det(a), dtype, n)
    near(L.det(a @ a.mH), L.det(a) * L.det(a).conj(), dtype, 10 * n)
    near(
        rl.logdet(positive(n, dtype)).real,
        2 * L.cholesky(positive(n, dtype)).diagonal().real.log().sum(),
        dtype,
        n,
    )
    triangle = a.triu()
    near(L.det(triangle), triangle.diagonal(0, -2, -1).prod(-1), dtype, n)


@pytest.mark.parametrize("hermitian", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 5, 33])
def test_indefinite_systems(n, dtype, hermitian):
    a = matrices((n, n), dtype, (3,))
    a = a + (a.mH if hermitian else a.mT)
    b = matrices((n, 2), dtype, (3,), seed=4)
    ld, pivots = L.ldl_factor(a, hermitian=hermitian)
    near(a @ L.ldl_solve(ld, pivots, b, hermitian=hermitian), b, dtype, 100 * n)
    # zeros on the diagonal need blocks of two
    swap = rl.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=dtype)
    ld, pivots = L.ldl_factor(swap, hermitian=hermitian)
    assert (pivots < 0).all()
    near(L.ldl_solve(ld, pivots, swap, hermitian=hermitian), rl.eye(2, dtype=dtype), dtype)


@pytest.mark.parametrize("driver", ["gels", "gelsy", "gelsd", "gelss", None])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(6, 3), (3, 6), (5, 5), (60, 40)])
def test_least_squares(shape, dtype, driver):
    a, b = matrices(shape, dtype, (2,)), matrices((shape[0], 2), dtype, (2,), seed=7)
    out = L.lstsq(a, b, driver=driver)
    near(out.solution, L.pinv(a) @ b, dtype, 100)
    if shape[0] > shape[1]:
        near(a.mH @ (a @ out.solution - b), rl.zeros(2, shape[1], 2, dtype=dtype), dtype, 100)
        if driver in (None, "gelsy"):  # LAPACK's pivoted QR gives none
            assert out.residuals.shape == (0,)
        else:
            near(out.residuals, (a @ out.solution - b).abs().pow(2).sum(-2), dtype, 100)
    if driver in ("gelsy", "gelsd", "gelss"):
        assert out.rank.tolist() == [min(shape)] * 2
    if driver in ("gelsd", "gelss"):
        near(out.singular_values, L.svdvals(a), dtype, 10)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m, n, rank", [(8, 5, 2), (5, 8, 4), (6, 6, 1), (64, 64, 63), (70, 20, 11), (3, 4, 0), (1, 1, 0)])
def test_least_squares_of_lower_rank_are_the_shortest(m, n, rank, dtype):
    a = matrices((m, rank), dtype, (2,)) @ matrices((rank, n), dtype, (2,), seed=1)
    b = matrices((m, 3), dtype, (2,), seed=2)
    rcond = 1e-4 if rl.finfo(dtype).bits == 32 else 1e-10
    for driver in ("gelsy", "gelsd", "gelss"):
        out = L.lstsq(a, b, rcond, driver=driver)
        assert out.rank.tolist() == [rank] * 2
        # what is small in the pivots is left out, not only what is small in the singular values
        near(out.solution, L.pinv(a, rtol=rcond) @ b, dtype, 3000)


def test_least_squares_of_a_batch_of_several_ranks():
    a = matrices((4, 4), rl.float64, (3,))
    a[1, :, 2] = a[1, :, 0] - a[1, :, 1]
    a[2] = 0
    out = L.lstsq(a, a)
    assert out.rank.tolist() == [4, 3, 0]
    near(out.solution, L.pinv(a) @ a, rl.float64, 1000)
    near(rl.func.vmap(lambda x: L.lstsq(x, x).solution)(a), out.solution, rl.float64, 10)
    near(rl.func.vmap(lambda x: L.lstsq(a[1], x).solution)(a), L.lstsq(a[1].expand(3, 4, 4), a).solution, rl.float64, 10)


@pytest.mark.parametrize("dtype", DTYPES)
def test_exponentials(dtype):
    a = matrices((5, 5), dtype, (3,)) * rl.tensor([1e-3, 1.0, 3.0], dtype=dtype).reshape(3, 1, 1)
    near(L.matrix_exp(a) @ L.matrix_exp(-a), eye_like(a), dtype, 1e5)
    w, v = L.eigh(a + a.mH)
    near(L.matrix_exp(a + a.mH), (v * w.exp().unsqueeze(-2).to(dtype)) @ v.mH, dtype, 100)
    turn = rl.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=dtype) * (rl.pi / 3)
    near(L.matrix_exp(turn)[0, 0].real, rl.tensor(0.5, dtype=turn.real.dtype), dtype)


def test_powers_ranks_and_conditions():
    a = matrices((4, 4), rl.float64) + 3 * rl.eye(4, dtype=rl.float64)
    near(L.matrix_power(a, -3) @ a @ a @ a, rl.eye(4, dtype=rl.float64), rl.float64, 100)
    low = rl.diag(rl.tensor([3.0, 1e-3, 1e-12, 0.0], dtype=rl.float64))
    assert L.matrix_rank(low) == 3 and L.matrix_rank(low, tol=1e-6) == 2 and L.matrix_rank(low, rtol=0.5) == 1
    assert L.matrix_rank(low, hermitian=True) == 3 and L.matrix_rank(low, atol=rl.tensor(1.0)) == 1
    assert L.cond(low) == float("inf")
    assert L.cond(rl.diag(rl.tensor([4.0, 2.0]))) == 2 and L.cond(rl.diag(rl.tensor([4.0, 2.0])), -2) == 0.5
    assert L.cond(rl.zeros(2, 2), 1) == float("inf")
    for p in ("fro", "nuc", 1, -1, float("inf"), 2):
        norm = L.matrix_norm if p != 2 else lambda x, p: L.matrix_norm(x, 2)
        near(L.cond(a, p), norm(a, p) * norm(L.inv(a), p), rl.float64, 10)
    near(rl.norm(a, "nuc"), L.svdvals(a).sum(), rl.float64)
    near(L.matrix_norm(a, -2), L.svdvals(a).min(), rl.float64)
    t = rl.randn(2, 3, 6, dtype=rl.float64)
    near(
        rl.tensordot(L.tensorinv(t), t.new_ones(2, 3), 2), L.tensorsolve(t, t.new_ones(2, 3)), rl.float64, 100
    )


def test_vectors():
    x, y = rl.randn(4, 3, dtype=rl.float64), rl.randn(1, 3, dtype=rl.float64)
    z = L.cross(x, y)
    assert z.shape == (4, 3) and L.vecdot(z, x).abs().max() < 1e-12 and L.vecdot(z, y).abs().max() < 1e-12
    assert rl.equal(rl.cross(x.mT, x.mT.roll(1, 1), 0), L.cross(x, x.roll(1, 0)).mT)
    assert L.vander(rl.tensor([1, 2, 3]), N=3).tolist() == [[1, 1, 1], [1, 2, 4], [1, 3, 9]]
    c = rl.tensor([1j, 2.0])
    assert L.vecdot(c, c) == 5
    assert L.diagonal(x).data_ptr() == x.data_ptr()
    assert rl.trace(rl.arange(6).reshape(2, 3)).item() == 4


def test_large_singular_values_by_chance():
    rl.manual_seed(0)
    a = rl.randn(60, 5, dtype=rl.float64) @ rl.randn(5, 40, dtype=rl.float64)
    u, s, v = rl.svd_lowrank(a, q=5)
    near((u * s) @ v.mT, a, rl.float64, 100)
    u, s, v = rl.pca_lowrank(a + 100, q=5)
    near((u * s) @ v.mT, a - a.mean(0), rl.float64, 1000)
    h = rl.diag(rl.arange(1.0, 31.0, dtype=rl.float64)) + 0.01 * rl.ones(30, 30, dtype=rl.float64)
    w, x = rl.lobpcg(h, k=3)
    near(w, L.eigvalsh(h).flip(0)[:3], rl.float64, 1e6)
    w, x = rl.lobpcg(h, k=2, largest=False, B=2 * rl.eye(30, dtype=rl.float64), iK=L.inv(h))
    near(w, L.eigvalsh(h)[:2] / 2, rl.float64, 1e6)
    near(x.mT @ (2 * x), rl.eye(2, dtype=rl.float64), rl.float64, 1e6)


EMPTY = [(0, 0), (2, 0, 0), (0, 3, 3)]


@pytest.mark.parametrize("shape", EMPTY)
def test_nothing_is_decomposed(shape):
    a = rl.zeros(shape)
    assert L.det(a).shape == shape[:-2] and (L.det(a) == 1).all()
    assert L.inv(a).shape == shape and L.cholesky(a).shape == shape and L.matrix_exp(a).shape == shape
    assert L.solve(a, a).shape == shape and L.pinv(a).shape == shape and L.eigvalsh(a).shape == shape[:-1]
    assert L.eig(a).eigenvectors.shape == shape and L.svd(a).U.shape == shape and L.qr(a).R.shape == shape
    assert (
        L.lu(a).L.shape == shape
        and L.ldl_factor(a).LD.shape == shape
        and L.matrix_rank(a).shape == shape[:-2]
    )
    assert L.cond(a).shape == shape[:-2]


def test_rectangles_without_elements():
    a = rl.zeros(2, 3, 0)
    assert L.svd(a).U.shape == (2, 3, 3) and L.svdvals(a).shape == (2, 0)
    assert rl.equal(L.svd(a).U, rl.eye(3).expand(2, 3, 3))
    assert L.qr(a, "complete").Q.shape == (2, 3, 3) and L.pinv(a).shape == (2, 0, 3)
    assert L.lstsq(a, rl.ones(2, 3, 1)).solution.shape == (2, 0, 1)
    assert rl.equal(L.lu(a).P, rl.eye(3).expand(2, 3, 3))


def test_layouts_make_no_difference():
    a = matrices((6, 6), rl.float64, (2,)) + 4 * rl.eye(6, dtype=rl.float64)
    strided = rl.zeros(2, 12, 12, dtype=rl.float64)[:, ::2, 1::2].copy_(a)
    for f in (
        L.inv,
        L.det,
        L.svdvals,
        L.eigvalsh,
        L.qr,
        L.lu,
        L.matrix_exp,
        lambda x: L.solve(x, x.mT[..., :2]),
    ):
        one, other = f(a), f(strided)
        for p, q in zip(
            one if isinstance(one, tuple) else [one], other if isinstance(other, tuple) else [other]
        ):
            assert rl.equal(p, q)
    out = rl.empty(0, dtype=rl.float64)
    assert L.inv(a, out=out) is out and rl.equal(out, L.inv(a))
    places = rl.empty(0, dtype=rl.float64), rl.empty(0, dtype=rl.float64)
    assert rl.equal(L.qr(a, out=places).R, places[1])


@pytest.mark.parametrize("shape", [(3, 200, 200), (300, 5, 5), (20, 40, 40), (1, 300, 300)])
def test_the_same_bits_on_any_number_of_threads(shape):
    a = matrices(shape, rl.float32)
    h = a @ a.mT + rl.eye(shape[-1])

    def results():
        return [
            *L.lu(a),
            *L.qr(a),
            L.inv(a),
            L.solve(a, a.mT),
            L.cholesky(h),
            *L.eigh(h),
            *L.svd(a),
            L.eigvals(a),
            *L.slogdet(a),
        ]

    before = rl.get_num_threads()
    try:
        rl.set_num_threads(1)
        alone = results()
        for threads in (2, 3):
            rl.set_num_threads(threads)
            assert all(rl.equal(x, y) for x, y in zip(alone, results()))
    finally:
        rl.set_num_threads(before)


@pytest.mark.parametrize("dtype", [rl.float32, rl.float64])
@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_extreme_magnitudes(scale, dtype):
    scale = scale if dtype is rl.float32 else scale**8
    a = (matrices((20, 20), rl.float64) * 1.0).to(dtype)
    q, r = L.qr(a * scale)
    near(q @ (r / scale), a, dtype, 20)
    near(L.svdvals(a * scale) / scale, L.svdvals(a), dtype, 20)
    near((a * scale) @ L.inv(a * scale), rl.eye(20, dtype=dtype), dtype, 1000)


def test_signs_of_determinants_are_exact():
    rl.manual_seed(0)
    for dtype in (rl.float32, rl.float64):
        a = rl.randn(50, 4, 4, dtype=dtype)
        sign = rl.linalg.slogdet(a).sign
        assert (sign.abs() == 1).all() and rl.equal(sign, rl.linalg.det(a).sign())


def shaped(kind, m, n, dtype):
    """Matrices whose values are hard to find: alone, twice, of every size, fewer than there is room for."""
    a, k = matrices((m, n), dtype, seed=m + n), min(m, n)
    if kind == "random":
        return a
    q, r = L.qr(matrices((m, k), dtype, seed=2))[0], L.qr(matrices((n, k), dtype, seed=3))[0]
    i = rl.arange(k, dtype=dtype.to_real())
    s = {"twice": (i // 2) + 1, "graded": 10.0 ** (-i * 6 / k), "lower": (i < (k + 1) // 2).to(i.dtype), "zero": 0 * i, "alone": i + 1}[kind]
    return s.to(dtype).diag_embed() @ rl.eye(k, dtype=dtype) if kind == "alone" and m == n else (q * s) @ r.mH


def close(found, expected):
    """To some units in the last place of the largest."""
    assert found.shape == expected.shape and found.dtype is expected.dtype
    off = (found - expected).abs().max().item()
    assert off <= 8 * rl.finfo(found.dtype).eps * len(found) ** 0.5 * expected.abs().max().item(), off


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["random", "twice", "graded", "lower", "zero", "alone"])
@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 3), (4, 4), (9, 9), (16, 16), (31, 31), (33, 33), (64, 64), (130, 130), (64, 5), (5, 64), (70, 65), (200, 12)])
def test_values_without_vectors_are_those_with_them(shape, kind, dtype):
    a = shaped(kind, *shape, dtype)
    expected = L.svd(a, full_matrices=False).S
    found = L.svdvals(a)
    close(found, expected)
    assert (found[1:] <= found[:-1]).all() and (found >= 0).all()
    if shape[0] == shape[1]:
        h = a + a.mH
        close(L.eigvalsh(h), L.eigh(h).eigenvalues)
        if kind == "alone":
            # nothing beside the diagonal: as they stand there
            assert L.eigvalsh(h).tolist() == [2.0 * (i + 1) for i in range(shape[0])]
    both = L.svdvals(rl.stack([a, 2 * a]))
    assert (both[0] == found).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(6, 6), (40, 40), (90, 40), (40, 90)])
def test_the_rank_that_least_squares_find(shape, dtype):
    m, n = shape
    k = min(m, n)
    eps = rl.finfo(dtype).eps * max(m, n)
    b = matrices((m, 2), dtype, seed=9)
    for last, rank in ((1e-1, k), (100 * eps, k), (eps / 100, k - 1), (0.0, k - 1)):
        q, r = L.qr(matrices((m, k), dtype, seed=4))[0], L.qr(matrices((n, k), dtype, seed=5))[0]
        s = rl.ones(k, dtype=dtype.to_real())
        s[-1] = last
        a = (q * s.to(dtype)) @ r.mH
        found = L.lstsq(a, b)
        assert found.rank.item() == rank, (last, found.rank)
        if last != 100 * eps:  # where the last one counts, or does not, its error does
            near(found.solution, L.pinv(a, rtol=eps) @ b, dtype, k)
    # the rank is that of the matrices, however many right-hand sides they have
    several = L.lstsq(a[None], rl.stack([b, b]), driver="gelsd")
    assert several.rank.shape == (1,) and several.singular_values.shape == (1, k) and several.solution.shape == (2, n, 2)
    with pytest.raises(RuntimeError, match=r"input.dim\(\) must be greater or equal to other.dim\(\)"):
        L.lstsq(a, rl.stack([b, b]))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 40, 97, 180, 260])
def test_indefinite_matrices_in_panels(n, dtype):
    for hermitian in (False, True) if dtype.is_complex else (True,):
        a = matrices((n, n), dtype, seed=n)
        a = a + (a.mH if hermitian else a.mT)
        # pivots of two, and a zero where one would stand
        a.diagonal()[: n // 2] = 0
        ld, pivots = L.ldl_factor(a, hermitian=hermitian)
        b = matrices((n, 3), dtype, seed=1)
        x = L.ldl_solve(ld, pivots, b, hermitian=hermitian)
        near(a @ x, b, dtype, n)
