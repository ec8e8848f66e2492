"""What cannot be decomposed raises PyTorch's classes with its words; `info` tells instead where that is asked for."""

import pytest
import rushlight as rl

L = rl.linalg
SINGULAR = rl.eye(3).repeat(2, 1, 1)
SINGULAR[1, 1] = 0
NAN = rl.full((3, 3), float("nan"))


def test_the_class():
    assert issubclass(L.LinAlgError, RuntimeError) and L.LinAlgError is rl._C._LinAlgError


@pytest.mark.parametrize(
    "f, words",
    [
        (
            L.inv,
            r"linalg.inv: \(Batch element 1\): The diagonal element 2 is zero, the inversion could not be completed",
        ),
        (rl.inverse, r"linalg.inv: \(Batch element 1\)"),
        (
            L.cholesky,
            r"linalg.cholesky: \(Batch element 1\): .* \(the leading minor of order 2 is not positive-definite\)",
        ),
        (rl.cholesky, r"cholesky: \(Batch element 1\)"),
        (lambda x: L.cholesky_ex(x, check_errors=True), "leading minor of order 2"),
        (lambda x: L.inv_ex(x, check_errors=True), "The diagonal element 2 is zero"),
        (
            lambda x: L.solve(x, x),
            r"torch.linalg.solve: \(Batch element 1\): The solver failed because the input matrix is singular.",
        ),
        (lambda x: L.matrix_power(x, -1), "linalg.inv"),
        (rl.cholesky_inverse, r"cholesky_inverse: \(Batch element 1\): The diagonal element 2 is zero"),
        (lambda x: L.svd(x * NAN), "linalg.svd: .*contained non-finite values"),
        (
            lambda x: L.svdvals(NAN),
            "linalg.svd: The algorithm failed to converge because the input matrix contained non-finite values",
        ),
        (lambda x: L.eigh(NAN), "linalg.eigh: The algorithm failed to converge"),
        (lambda x: L.pinv(NAN), "non-finite"),
        (lambda x: L.inv(x[1]), "linalg.inv: The diagonal element 2 is zero"),
    ],
)
def test_matrices_without_what_is_asked_for(f, words):
    with pytest.raises(L.LinAlgError, match=words):
        f(SINGULAR)


def test_info_instead():
    assert L.inv_ex(SINGULAR).info.tolist() == [0, 2] and L.solve_ex(SINGULAR, SINGULAR).info.tolist() == [
        0,
        2,
    ]
    assert L.lu_factor_ex(SINGULAR).info.tolist() == [0, 2]
    assert L.cholesky_ex(-SINGULAR).info.tolist() == [1, 1] and L.cholesky_ex(SINGULAR).info.dtype is rl.int32
    assert L.ldl_factor_ex(rl.zeros(3, 3)).info == 1
    # large matrices are decomposed in panels, which count on
    big = rl.eye(100)
    big[70, 70] = 0
    assert L.inv_ex(big).info == 71 and L.cholesky_ex(big).info == 71
    with pytest.raises(RuntimeError, match=r"U\[71,71\] is zero") as e:
        L.lu_factor(big)
    assert e.type is RuntimeError
    assert L.det(big) == 0 and L.slogdet(big).logabsdet == float("-inf") and L.slogdet(big).sign == 0
    p, lower, upper = L.lu(big)
    assert rl.equal(p @ lower @ upper, big)


R, V, INT, H = rl.ones(2, 3), rl.ones(3), rl.ones(3, 3, dtype=rl.int32), rl.ones(3, 3, dtype=rl.half)
E = rl.eye(3)


@pytest.mark.parametrize(
    "f, words",
    [
        (lambda: L.inv(R), "linalg.inv: A must be batches of square matrices, but they are 2 by 3 matrices"),
        (lambda: L.inv(V), "linalg.inv: The input tensor A must have at least 2 dimensions."),
        (lambda: L.inv(INT), "linalg.inv: Expected a floating point or complex tensor as input. Got Int"),
        (lambda: L.inv(H), "linalg.inv: Low precision dtypes not supported. Got Half"),
        (
            lambda: L.solve(E, rl.ones(4, 2)),
            r"Incompatible shapes of A and B for the equation AX = B \(3x3 and 4x2\)",
        ),
        (lambda: L.solve(E, rl.ones(3, 2), left=False), "for the equation XA = B"),
        (lambda: L.solve(E, E.double()), "Expected A and B to have the same dtype"),
        (lambda: L.eig(rl.full((2, 2), float("inf"))), "input tensor should not contain infs or NaNs"),
        (lambda: L.eigh(E, "X"), "Expected UPLO argument to be 'L' or 'U', but got X"),
        (lambda: L.qr(R, "foo"), "qr received unrecognized mode 'foo'"),
        (lambda: L.svd(R, driver="gesvd"), "only supported on CUDA"),
        (lambda: L.lstsq(R, R, driver="foo"), r"should be one of \(gels, gelsy, gelsd, gelss\)"),
        (lambda: L.lstsq(R, rl.ones(3, 2)), r"input.size\(-2\) should match other.size\(-2\)"),
        (lambda: L.lu_factor(E, pivot=False), "LU without pivoting is not implemented on the CPU"),
        (lambda: L.lu_solve(E, rl.tensor([0, 1, 2], dtype=rl.int32), E), "must all be greater or equal to 1"),
        (lambda: L.lu_solve(E, rl.tensor([1, 2, 9], dtype=rl.int32), E), "must all be greater or equal to 1"),
        (lambda: L.lu_solve(E, rl.tensor([1, 2, 3]), E), "scalar type torch.int32"),
        (lambda: rl.lu_unpack(E, rl.tensor([1, 2, 7], dtype=rl.int32)), "between 1 and LU.size"),
        (
            lambda: L.householder_product(rl.ones(2, 3), rl.ones(2)),
            "must be greater than or equal to input.shape",
        ),
        (lambda: rl.ormqr(E, V, rl.ones(2, 2)), "other.shape"),
        (lambda: L.cond(E, 3), "linalg.cond got an invalid norm type: 3"),
        (lambda: L.cross(R, rl.ones(2, 2)), "inputs dimension -1 must have length 3. Got 3 and 2"),
        (lambda: L.tensorinv(rl.ones(2, 3, 6), 0), "strictly positive integer"),
        (lambda: L.vander(V, N=1), "N must be greater than 1"),
        (lambda: L.pinv(V), r"linalg.pinv\(Float\{\[3\]\}\): expected a tensor with 2 or more dimensions"),
        (lambda: rl.trace(V), "trace: expected a matrix"),
        (lambda: L.matrix_exp(R), "linalg.matrix_exp: A must be batches of square matrices"),
        (lambda: rl.logdet(R), "logdet: A must be"),
    ],
)
def test_bad_operands(f, words):
    with pytest.raises(RuntimeError, match=words):
        f()


@pytest.mark.parametrize("f", [L.det, L.svd, L.qr, L.eigh, L.eig, L.cholesky, L.lu, L.ldl_factor])
def test_halves_have_no_kernel(f):
    with pytest.raises(NotImplementedError, match="not implemented for 'Half'"):
        f(H)


def test_exchanges_of_strangers_stay_within_the_matrix():
    with pytest.raises(RuntimeError, match="5 pivots for matrices of 3 rows"):
        rl.lu_unpack(E, rl.ones(5, dtype=rl.int32))
    pivots = rl.tensor([-1000, 10**9, 0], dtype=rl.int32)
    assert L.ldl_solve(E, pivots, E).shape == (3, 3)


def test_shapes_without_data():
    a = rl.empty(4, 5, 3, device="meta")
    assert L.svd(a).U.shape == (4, 5, 5) and L.qr(a).R.shape == (4, 3, 3)
    s = rl.empty(4, 3, 3, device="meta")
    assert (
        L.inv(s).shape == (4, 3, 3)
        and L.solve(s, a.mT).shape == (4, 3, 5)
        and L.eigh(s).eigenvalues.shape == (4, 3)
    )
    assert L.cholesky(s).is_meta and L.det(s).shape == (4,) and L.matrix_exp(s).shape == (4, 3, 3)


@pytest.mark.parametrize("pivots", [(2, 3), (5, 3)])
def test_pivots_of_other_batches_are_refused(pivots):
    matrices = rl.ones(3, 3) if pivots[0] == 2 else rl.ones(2, 3, 3)
    with pytest.raises(RuntimeError, match="expand"):
        rl.lu_unpack(matrices, rl.ones(pivots, dtype=rl.int32))
