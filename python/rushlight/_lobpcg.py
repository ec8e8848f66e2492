"""A few extreme eigenvalues of large symmetric matrices, without decomposing them.

Source: A. V. Knyazev, Toward the optimal preconditioned eigensolver: locally optimal block preconditioned conjugate gradient
method, SIAM J. Sci. Comput. 23 (2001); the basis of each step is made orthonormal, which keeps it stable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rushlight
from rushlight import Tensor

__all__ = ["lobpcg"]


def lobpcg(
    A: Tensor,
    k: int | None = None,
    B: Tensor | None = None,
    X: Tensor | None = None,
    n: int | None = None,
    iK: Tensor | None = None,
    niter: int | None = None,
    tol: float | None = None,
    largest: bool | None = None,
    method: str | None = None,
    tracker: Callable[[Any], None] | None = None,
    ortho_iparams: dict[str, int] | None = None,
    ortho_fparams: dict[str, float] | None = None,
    ortho_bparams: dict[str, bool] | None = None,
) -> tuple[Tensor, Tensor]:
    """The ``k`` largest (smallest) solutions of ``A x = lambda B x`` for symmetric ``A`` and positive-definite ``B``.

    Args:
        A: (.., m, m), symmetric.
        k: how many; by default the columns of ``X``, or 1.
        B: (.., m, m); the identity by default.
        X: (.., m, n), where to begin; by default random numbers.
        n: columns of the random beginning, ``k`` by default.
        iK: (.., m, m), an approximate inverse of ``A`` that speeds convergence.
        niter: iterations at most; -1 for as many as it takes; by default 1000.
        tol: a residual is small enough at ``tol * |A| * |X|``; by default the square root of the dtype's rounding.
        largest: the largest eigenvalues (default) or the smallest.
        method: ``"ortho"`` or ``"basic"``; both are computed by orthonormal bases here.
        tracker, ortho_iparams, ortho_fparams, ortho_bparams: taken for compatibility.

    Returns:
        eigenvalues (.., k) and eigenvectors (.., m, k), ordered from the largest (smallest).

    Derivatives are those of the eigenvalues and eigenvectors of the whole matrix, which are computed for them.

    Raises:
        ValueError: for a matrix of fewer than ``3 k`` rows.

    Example::

        >>> A = torch.diag(torch.arange(1.0, 10.0))
        >>> torch.lobpcg(A, k=1)[0].round(decimals=3)
        tensor([9.])
    """
    if A.ndim < 2 or A.shape[-1] != A.shape[-2]:
        raise ValueError(f"lobpcg: A must be square matrices, got {tuple(A.shape)}")
    if A.dtype not in (rushlight.float32, rushlight.float64):
        raise TypeError(f"lobpcg: A must be float32 or float64, got {A.dtype}")
    if method not in (None, "ortho", "basic"):
        raise ValueError(f"lobpcg: method must be 'ortho' or 'basic', got {method!r}")
    m = A.shape[-1]
    k = (1 if X is None else X.shape[-1]) if k is None else k
    n = (k if n is None else n) if X is None else X.shape[-1]
    if m < 3 * n:
        raise ValueError(
            f"LOBPCG algorithm is not applicable when the number of A rows (={m}) is smaller than 3 x the number of "
            f"requested eigenpairs (={n})"
        )
    largest = True if largest is None else largest
    recorded = rushlight.is_grad_enabled() and (A.requires_grad or (B is not None and B.requires_grad))
    if recorded:
        return _whole(A, B, k, largest)
    tol = {rushlight.float32: 1.2e-07, rushlight.float64: 2.23e-16}[A.dtype] ** 0.5 if tol is None else tol
    niter = 1000 if niter is None else niter
    if X is None:
        X = rushlight.randn((*A.shape[:-2], m, n), dtype=A.dtype, device=A.device)
    values, vectors = _iterate(A.detach(), B, X.detach(), iK, niter, tol, largest)
    return values[..., :k], vectors[..., :k]


def _whole(A: Tensor, B: Tensor | None, k: int, largest: bool) -> tuple[Tensor, Tensor]:
    """By decomposition, which has derivatives."""
    if B is None:
        values, vectors = rushlight.linalg.eigh((A + A.mT) / 2)
    else:
        L = rushlight.linalg.cholesky(B)
        C = rushlight.linalg.solve_triangular(L, (A + A.mT) / 2, upper=False)
        C = rushlight.linalg.solve_triangular(L.mT, C, upper=True, left=False)
        values, y = rushlight.linalg.eigh((C + C.mT) / 2)
        vectors = rushlight.linalg.solve_triangular(L.mT, y, upper=True)
    if largest:
        values, vectors = values.flip(-1), vectors.flip(-1)
    return values[..., :k], vectors[..., :k]


def _orthonormal(S: Tensor, B: Tensor | None) -> Tensor:
    """A basis of the columns that is orthonormal by ``B``; columns that add nothing are left out (of all matrices of a batch)."""
    S = rushlight.linalg.qr(S).Q
    if B is None:
        return S
    gram = S.mT @ (B @ S)
    L = rushlight.linalg.cholesky((gram + gram.mT) / 2)
    return rushlight.linalg.solve_triangular(L.mT, S, upper=True, left=False)


def _best(A: Tensor, S: Tensor, n: int, largest: bool) -> tuple[Tensor, Tensor]:
    """The best eigenvalues and coefficients within the span of an orthonormal basis (Rayleigh and Ritz)."""
    T = S.mT @ (A @ S)
    values, C = rushlight.linalg.eigh((T + T.mT) / 2)
    if largest:
        values, C = values.flip(-1), C.flip(-1)
    return values[..., :n], C[..., :n]


def _iterate(A, B, X, iK, niter: int, tol: float, largest: bool) -> tuple[Tensor, Tensor]:
    n = X.shape[-1]
    with rushlight.no_grad():
        S = _orthonormal(X, B)
        values, C = _best(A, S, n, largest)
        X = S @ C
        norm_a = rushlight.linalg.matrix_norm(A)
        P = None
        step = 0
        while step != niter:
            BX = X if B is None else B @ X
            R = A @ X - BX * values.unsqueeze(-2)
            bound = tol * norm_a.unsqueeze(-1) * rushlight.linalg.vector_norm(X, dim=-2)
            if bool((rushlight.linalg.vector_norm(R, dim=-2) <= bound).all()):
                break
            W = R if iK is None else iK @ R
            S = _orthonormal(rushlight.cat([X, W] if P is None else [X, W, P], -1), B)
            values, C = _best(A, S, n, largest)
            new = S @ C
            # the direction of the next step: what the step added to the old vectors
            P = new - X @ (X.mT @ (new if B is None else B @ new))
            X = new
            step += 1
    return values, X
