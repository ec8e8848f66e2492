"""Singular values and principal components of large matrices of low rank, by random projections.

Source: N. Halko, P.-G. Martinsson and J. A. Tropp, Finding structure with randomness: probabilistic algorithms for constructing
approximate matrix decompositions, SIAM Review 53 (2011), algorithms 4.4 and 5.1.
"""

from __future__ import annotations

import rushlight
from rushlight import Tensor

__all__ = ["pca_lowrank", "svd_lowrank"]


def _basis(A: Tensor, q: int, niter: int, M: Tensor | None) -> Tensor:
    """Orthonormal columns that span most of what ``A - M`` reaches: a random matrix, multiplied by it again and again."""

    def times(x: Tensor) -> Tensor:
        y = A @ x
        return y if M is None else y - M @ x

    def adjoint_times(x: Tensor) -> Tensor:
        y = A.mH @ x
        return y if M is None else y - M.mH @ x

    R = rushlight.randn(A.shape[-1], q, dtype=A.dtype, device=A.device)
    Q = rushlight.linalg.qr(times(R)).Q
    for _ in range(niter):
        Q = rushlight.linalg.qr(adjoint_times(Q)).Q
        Q = rushlight.linalg.qr(times(Q)).Q
    return Q


def svd_lowrank(
    A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """The largest singular values of ``A - M``, and their vectors: ``A - M`` is about ``U diag(S) V^H``.

    Args:
        A: (.., m, n).
        q: how many, a few more than the rank.
        niter: iterations that make the subspace better; 2 suffice for most matrices.
        M: what is subtracted, of a shape that broadcasts to that of ``A``.

    Returns:
        ``U`` (.., m, q), ``S`` (.., q), ``V`` (.., n, q). They depend on the random numbers in use.

    Example::

        >>> A = torch.diag(torch.tensor([3.0, 2.0, 0.0]))
        >>> torch.svd_lowrank(A, q=2)[1].round(decimals=3)
        tensor([3., 2.])
    """
    q = 6 if q is None else q
    m, n = A.shape[-2:]
    if M is not None:
        M = M.broadcast_to(A.shape)
    # the smaller side is projected
    if m < n:
        A = A.mH
        M = None if M is None else M.mH
    Q = _basis(A, q, 2 if niter is None else niter, M)
    B = Q.mH @ A
    if M is not None:
        B = B - Q.mH @ M
    U, S, Vh = rushlight.linalg.svd(B, full_matrices=False)
    V = Vh.mH
    U = Q @ U
    return (V, S, U) if m < n else (U, S, V)


def pca_lowrank(
    A: Tensor, q: int | None = None, center: bool = True, niter: int = 2
) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components of rows: the singular values and vectors of ``A`` with the mean of its columns taken off.

    Args:
        A: (.., m, n), a sample in each row.
        q: how many components, by default 6 or as many as there are.
        center: take the mean off.
        niter: as for :func:`svd_lowrank`.

    Returns:
        ``U``, ``S`` and ``V``; the columns of ``V`` are the principal directions, ``S ** 2 / (m - 1)`` the variances.

    >>> U, S, V = rl.pca_lowrank(rl.randn(20, 5), q=2)
    >>> U.shape, S.shape, V.shape
    (torch.Size([20, 2]), torch.Size([2]), torch.Size([5, 2]))
    """
    m, n = A.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not (q >= 0 and q <= min(m, n)):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if not niter >= 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    if not center:
        return svd_lowrank(A, q, niter=niter)
    return svd_lowrank(A - A.mean(dim=-2, keepdim=True), q, niter=niter)
