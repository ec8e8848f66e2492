# Generated from the op table by `python -m rushlight._stubs`; do not edit.
# Names with an underscore stand for types whose own names are taken by a method or a function.
from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Sequence
from typing import Any, overload

from ._C import Number, Tensor, _Named, _device, _dtype, _layout

def cholesky(input: Tensor, *, upper: _bool = False, out: Any = None) -> Tensor:
    """The lower triangle `L` of `A = L L^H` for Hermitian positive-definite matrices; with `upper=True` the upper one of `A = U^H U`.
    One half of `A` is read.
    
    Shape: (.., n, n) gives the same.
    Errors: LinAlgError if a matrix is not positive-definite.
    
    >>> torch.linalg.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])"""
def cholesky_ex(input: Tensor, *, upper: _bool = False, check_errors: _bool = False, out: Any = None) -> _Named:
    """As `cholesky`; instead of an error the order of the first leading minor that is not positive-definite, or 0, as `info`.
    
    >>> torch.linalg.cholesky_ex(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    torch.return_types.linalg_cholesky_ex(
    L=tensor([[2., 0.],
            [1., 2.]]),
    info=tensor(0, dtype=torch.int32))"""
@overload
def cond(input: Tensor, p: Number | None = None, *, out: Any = None) -> Tensor:
    """The condition of matrices: by singular values (`p` none, 2 or -2) the largest over the smallest, else `|A| |A^-1|` by a matrix norm.
    
    Shape: (.., m, n), square but for singular values, gives (..).
    
    >>> torch.linalg.cond(torch.tensor([[4.0, 0.0], [0.0, 2.0]]))
    tensor(2.)"""
@overload
def cond(input: Tensor, p: _str, *, out: Any = None) -> Tensor:
    """The condition of square matrices by the Frobenius (`"fro"`) or nuclear (`"nuc"`) norm."""
def cross(input: Tensor, other: Tensor, *, dim: _int = -1, out: Any = None) -> Tensor:
    """The cross product of vectors along an axis of size 3; other axes broadcast.
    
    >>> torch.linalg.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]))
    tensor([0., 0., 1.])"""
def det(A: Tensor, *, out: Any = None) -> Tensor:
    """The determinant of square matrices.
    
    Shape: (.., n, n) gives (..).
    
    >>> torch.linalg.det(torch.tensor([[2.0, 1.0], [0.0, 3.0]]))
    tensor(6.)"""
def diagonal(A: Tensor, *, offset: _int = 0, dim1: _int = -2, dim2: _int = -1, out: Any = None) -> Tensor:
    """The diagonals of matrices, a view (`torch.diagonal` with the last two axes).
    
    >>> torch.linalg.diagonal(torch.arange(9).view(3, 3))
    tensor([0, 4, 8])"""
def eig(input: Tensor, *, out: Any = None) -> _Named:
    """Eigenvalues and eigenvectors (as columns, of norm 1) of square matrices, complex and in no order.
    
    Shape: (.., n, n) gives (.., n) and (.., n, n).
    Errors: RuntimeError if a matrix holds nan or infinity.
    
    >>> torch.linalg.eig(torch.tensor([[2.0, 0.0], [0.0, 3.0]])).eigenvalues
    tensor([2.+0.j, 3.+0.j])"""
def eigh(input: Tensor, UPLO: _str = "L", *, out: Any = None) -> _Named:
    """Eigenvalues in ascending order and orthonormal eigenvectors (as columns) of Hermitian matrices, of which one half is read.
    
    Shape: (.., n, n) gives (.., n), real, and (.., n, n).
    Errors: LinAlgError if a matrix holds nan or infinity.
    
    >>> torch.linalg.eigh(torch.tensor([[2.0, 0.0], [0.0, 1.0]])).eigenvalues
    tensor([1., 2.])"""
def eigvals(input: Tensor, *, out: Any = None) -> Tensor:
    """The eigenvalues of square matrices, complex and in no order.
    
    >>> torch.linalg.eigvals(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    tensor([2.+0.j, 3.+0.j])"""
def eigvalsh(input: Tensor, UPLO: _str = "L", *, out: Any = None) -> Tensor:
    """The eigenvalues of Hermitian matrices, in ascending order.
    
    >>> torch.linalg.eigvalsh(torch.tensor([[2.0, 1.0], [1.0, 2.0]]))
    tensor([1., 3.])"""
def householder_product(input: Tensor, tau: Tensor, *, out: Any = None) -> Tensor:
    """The first columns of the product of reflections that `geqrf` gives.
    
    Shape: `A` (.., m, n), `tau` (.., k) with k <= n <= m; the result is (.., m, n).
    
    >>> a, tau = torch.geqrf(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> torch.linalg.householder_product(a, tau)
    tensor([[-0.6000, -0.8000],
            [-0.8000,  0.6000]])"""
def inv(A: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of square matrices.
    
    Shape: (.., n, n) gives the same.
    Errors: LinAlgError if a matrix is singular.
    
    >>> torch.linalg.inv(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])"""
def inv_ex(A: Tensor, *, check_errors: _bool = False, out: Any = None) -> _Named:
    """As `inv`; instead of an error the number of the first zero on the diagonal of the decomposition, or 0, as `info`.
    
    >>> torch.linalg.inv_ex(torch.tensor([[2.0, 0.0], [0.0, 4.0]])).info
    tensor(0, dtype=torch.int32)"""
def ldl_factor(input: Tensor, *, hermitian: _bool = False, out: Any = None) -> _Named:
    """The decomposition `A = L D L^T` (`L D L^H` with `hermitian=True`) of symmetric matrices, both factors in the lower half of one matrix.
    
    Shape: (.., n, n) gives `LD` the same and `pivots` (.., n), int32, as LAPACK's `sytrf` lists them.
    
    >>> torch.linalg.ldl_factor(torch.tensor([[2.0, 0.0], [0.0, 3.0]])).LD
    tensor([[2., 0.],
            [0., 3.]])"""
def ldl_factor_ex(input: Tensor, *, hermitian: _bool = False, check_errors: _bool = False, out: Any = None) -> _Named:
    """As `ldl_factor`; instead of an error the number of the first zero on the diagonal of `D`, or 0, as `info`.
    
    >>> torch.linalg.ldl_factor_ex(torch.tensor([[2.0, 0.0], [0.0, 3.0]])).info
    tensor(0, dtype=torch.int32)"""
def ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian: _bool = False, out: Any = None) -> Tensor:
    """Solves `A X = B` of the decomposition that `ldl_factor` gives for `A`.
    
    >>> LD, pivots = torch.linalg.ldl_factor(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    >>> torch.linalg.ldl_solve(LD, pivots, torch.tensor([[2.0], [4.0]]))
    tensor([[1.],
            [1.]])"""
def lstsq(input: Tensor, b: Tensor, rcond: _float | None = None, *, driver: _str | None = None, out: Any = None) -> _Named:
    """The `X` of least `|A X - B|`, of these the least.
    
    Args: driver: `"gelsy"` (default), `"gelsd"` and `"gelss"` find the rank, singular values below `rcond` times the largest
        counting as zero; `"gels"` takes it to be full.
    Shape: `input` (.., m, n), `b` (.., m, k) or vectors (.., m). The solution is (.., n, k); residuals (.., k) are given where
        m > n and every rank is n, not by `"gelsy"`, else empty; singular values by `"gelsd"` and `"gelss"`.
    
    >>> A = torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> torch.linalg.lstsq(A, torch.tensor([[1.0], [3.0], [5.0]])).solution.round(decimals=4)
    tensor([[1.],
            [2.]])"""
def lu(A: Tensor, *, pivot: _bool = True, out: Any = None) -> _Named:
    """The factors of `A = P L U`: a permutation, a lower triangle with ones on its diagonal, an upper triangle.
    
    Shape: (.., m, n) gives (.., m, m), (.., m, k) and (.., k, n), k the smaller size.
    
    >>> A = torch.tensor([[1.0, 2.0], [4.0, 4.0]])
    >>> P, L, U = torch.linalg.lu(A)
    >>> torch.equal(P @ L @ U, A)
    True"""
def lu_factor(A: Tensor, *, pivot: _bool = True, out: Any = None) -> _Named:
    """The decomposition `A = P L U` with exchanges of rows, both factors in one matrix.
    
    Shape: (.., m, n) gives `LU` (.., m, n) and `pivots` (.., min(m, n)), int32, which count from 1.
    Errors: RuntimeError where a diagonal element of `U` is zero.
    
    >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
    >>> LU, pivots
    (tensor([[4.0000, 4.0000],
            [0.2500, 1.0000]]), tensor([2, 2], dtype=torch.int32))"""
def lu_factor_ex(A: Tensor, *, pivot: _bool = True, check_errors: _bool = False, out: Any = None) -> _Named:
    """As `lu_factor`, with the number of the first zero on the diagonal of `U`, or 0, as `info`.
    
    >>> torch.linalg.lu_factor_ex(torch.tensor([[1.0, 2.0], [4.0, 4.0]])).info
    tensor(0, dtype=torch.int32)"""
def lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, *, left: _bool = True, adjoint: _bool = False, out: Any = None) -> Tensor:
    """Solves `A X = B` of the decomposition that `lu_factor` gives for `A`; `X A = B` with `left=False`, and with the adjoint of `A` with
    `adjoint=True`.
    
    >>> LU, pivots = torch.linalg.lu_factor(torch.tensor([[1.0, 2.0], [4.0, 4.0]]))
    >>> torch.linalg.lu_solve(LU, pivots, torch.tensor([[3.0], [8.0]]))
    tensor([[1.],
            [1.]])"""
def matmul(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The product of two tensors (`torch.matmul`).
    
    >>> torch.linalg.matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
    tensor([21, 43])"""
def matrix_exp(input: Tensor, *, out: Any = None) -> Tensor:
    """The exponential of square matrices, the sum of `A^k / k!`.
    
    Shape: (.., n, n) gives the same.
    
    >>> torch.linalg.matrix_exp(torch.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])"""
@overload
def matrix_norm(input: Tensor, ord: Number, dim: _int | Sequence[_int] = (-2, -1), keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The norm of matrices in two axes, of order 1, -1, 2, -2, inf or -inf.
    
    >>> torch.linalg.matrix_norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    tensor(5.)
    >>> torch.linalg.matrix_norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]), ord="nuc")
    tensor(7.)"""
@overload
def matrix_norm(input: Tensor, ord: _str = "fro", dim: _int | Sequence[_int] = (-2, -1), keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm of matrices in two axes."""
def matrix_power(input: Tensor, n: _int, *, out: Any = None) -> Tensor:
    """A square matrix to an integer power (`torch.matrix_power`).
    
    >>> torch.linalg.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    tensor([[1., 3.],
            [0., 1.]])"""
@overload
def matrix_rank(input: Tensor, *, atol: Tensor | Number | None = None, rtol: Tensor | Number | None = None, hermitian: _bool = False, out: Any = None) -> Tensor:
    """The number of singular values larger than `max(atol, rtol * largest)`.
    
    Shape: (.., m, n) gives (..), int64.
    
    >>> torch.linalg.matrix_rank(torch.tensor([[1.0, 2.0], [2.0, 4.0]]))
    tensor(1)"""
@overload
def matrix_rank(input: Tensor, tol: Tensor | Number, hermitian: _bool = False, *, out: Any = None) -> Tensor:
    """The number of singular values larger than `tol`."""
def multi_dot(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The product of a chain of matrices in the cheapest order; the first and the last may be vectors.
    
    >>> torch.linalg.multi_dot([torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1)]).shape
    torch.Size([2, 1])"""
@overload
def norm(input: Tensor, ord: Number | None = None, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The norm of vectors (one axis) or matrices (two axes); without `ord` the 2-norm of all elements.
    
    >>> torch.linalg.norm(torch.tensor([3.0, 4.0]))
    tensor(5.)"""
@overload
def norm(input: Tensor, ord: _str, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The Frobenius (`"fro"`) or nuclear (`"nuc"`) norm."""
@overload
def pinv(input: Tensor, *, atol: Tensor | Number | None = None, rtol: Tensor | Number | None = None, hermitian: _bool = False, out: Any = None) -> Tensor:
    """The pseudoinverse of matrices (Moore and Penrose), by singular values; those that are not larger than
    `max(atol, rtol * largest)` count as zero.
    
    Args: atol, rtol: numbers, or tensors of the shape of the batch; by default the rounding of the larger size, relative.
        hermitian: the matrices are, so that eigenvalues serve.
    Shape: (.., m, n) gives (.., n, m).
    
    >>> torch.linalg.pinv(torch.tensor([[2.0], [0.0]]))
    tensor([[0.5000, 0.0000]])"""
@overload
def pinv(input: Tensor, rcond: Tensor | Number, hermitian: _bool = False, *, out: Any = None) -> Tensor:
    """The pseudoinverse of matrices by a relative tolerance."""
def qr(A: Tensor, mode: _str = "reduced", *, out: Any = None) -> _Named:
    """The decomposition `A = Q R` into orthonormal columns and an upper triangle, whose diagonal has LAPACK's signs.
    
    Args: mode: `"reduced"`; `"complete"` for a square `Q`; `"r"` for `R` alone, beside an empty `Q`.
    Shape: (.., m, n) gives (.., m, k) and (.., k, n), k the smaller size.
    
    >>> Q, R = torch.linalg.qr(torch.tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> torch.allclose(Q.T @ Q, torch.eye(2), atol=1e-6)
    True"""
def slogdet(A: Tensor, *, out: Any = None) -> _Named:
    """The sign of the determinant (for complex matrices a number of absolute value 1) and the logarithm of its absolute value.
    
    >>> torch.linalg.slogdet(torch.tensor([[-2.0, 0.0], [0.0, 3.0]]))
    torch.return_types.linalg_slogdet(
    sign=tensor(-1.),
    logabsdet=tensor(1.7918))"""
def solve(A: Tensor, B: Tensor, *, left: _bool = True, out: Any = None) -> Tensor:
    """The solution of `A X = B` for square matrices; of `X A = B` with `left=False`.
    
    Shape: `A` (.., n, n), `B` (.., n, k) or vectors (.., n); leading axes broadcast.
    Errors: LinAlgError if a matrix is singular.
    
    >>> A = torch.tensor([[2.0, 1.0], [1.0, 3.0]])
    >>> torch.linalg.solve(A, torch.tensor([3.0, 4.0]))
    tensor([1., 1.])"""
def solve_ex(A: Tensor, B: Tensor, *, left: _bool = True, check_errors: _bool = False, out: Any = None) -> _Named:
    """As `solve`; instead of an error the number of the first zero on the diagonal of the decomposition, or 0, as `info`.
    
    >>> torch.linalg.solve_ex(torch.tensor([[2.0, 0.0], [0.0, 4.0]]), torch.tensor([2.0, 4.0])).result
    tensor([1., 1.])"""
def solve_triangular(input: Tensor, B: Tensor, *, upper: _bool, left: _bool = True, unitriangular: _bool = False, out: Any = None) -> Tensor:
    """Solves `A X = B` for triangular matrices `A`, of which one half is read; `X A = B` with `left=False`.
    
    Args: upper: which half; unitriangular: the diagonal counts as ones and is not read.
    Shape: (.., n, n) and (.., n, k) give (.., n, k); leading axes broadcast.
    Errors: RuntimeError on sizes that do not fit. A zero on the diagonal gives infinities.
    
    >>> A = torch.tensor([[2.0, 1.0], [0.0, 4.0]])
    >>> torch.linalg.solve_triangular(A, torch.tensor([[4.0], [8.0]]), upper=True)
    tensor([[1.],
            [2.]])"""
def svd(A: Tensor, full_matrices: _bool = True, *, driver: _str | None = None, out: Any = None) -> _Named:
    """The singular value decomposition `A = U diag(S) Vh`, singular values in descending order.
    
    Args: full_matrices: `U` and `Vh` square, completed to bases; else of the smaller size.
    Shape: (.., m, n) gives (.., m, m), (.., k) and (.., n, n), k the smaller size.
    Errors: LinAlgError if a matrix holds nan or infinity.
    
    >>> torch.linalg.svd(torch.tensor([[3.0, 0.0], [0.0, 4.0]])).S
    tensor([4., 3.])"""
def svdvals(A: Tensor, *, driver: _str | None = None, out: Any = None) -> Tensor:
    """The singular values of matrices, in descending order.
    
    >>> torch.linalg.svdvals(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    tensor([4., 3.])"""
def tensorinv(input: Tensor, ind: _int = 2, *, out: Any = None) -> Tensor:
    """The inverse of `tensordot(input, _, ind)`: the first `ind` axes count as rows, the others as columns.
    
    >>> torch.linalg.tensorinv(torch.eye(6).view(6, 2, 3), ind=1).shape
    torch.Size([2, 3, 6])"""
def tensorsolve(input: Tensor, other: Tensor, dims: _int | Sequence[_int] | None = None, *, out: Any = None) -> Tensor:
    """The solution `x` of `tensordot(A, x, x.ndim) = B`.
    
    Args: dims: axes of `A` that are moved to its end before.
    Shape: `A` has the axes of `B`, then those of the result, of as many elements as `B`.
    
    >>> torch.linalg.tensorsolve(torch.eye(6).view(6, 2, 3), torch.arange(6.0))
    tensor([[0., 1., 2.],
            [3., 4., 5.]])"""
def vander(x: Tensor, *, N: _int | None = None, out: Any = None) -> Tensor:
    """The powers 0 to `N - 1` of every element, as an axis behind: by default as many as elements.
    
    Shape: (.., n) gives (.., n, N).
    
    >>> torch.linalg.vander(torch.tensor([2, 3]), N=3)
    tensor([[1, 2, 4],
            [1, 3, 9]])"""
def vecdot(x: Tensor, y: Tensor, *, dim: _int = -1, out: Any = None) -> Tensor:
    """The sum of products of two vectors along an axis, the first conjugated; other axes broadcast.
    
    >>> torch.linalg.vecdot(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 10.0]))
    tensor([21., 43.])"""
def vector_norm(x: Tensor, ord: Number = 2, dim: _int | Sequence[_int] | None = None, keepdim: _bool = False, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The p-norm of vectors along axes, of the flattened tensor by default.
    
    >>> torch.linalg.vector_norm(torch.tensor([[3.0, 4.0], [6.0, 8.0]]), ord=1, dim=1)
    tensor([ 7., 14.])"""
