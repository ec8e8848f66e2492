"""The normal distribution of vectors."""

from __future__ import annotations

import math

from .. import _C, linalg
from .._C import Tensor
from .._types import Size
from . import constraints
from .distribution import Distribution
from .utils import _broadcast_shapes, _standard_normal, lazy_property

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["MultivariateNormal"]


def _batch_mv(matrix: Tensor, vector: Tensor) -> Tensor:
    """Products of matrices and vectors, both in batches."""
    return _C.matmul(matrix, vector.unsqueeze(-1)).squeeze(-1)


def _batch_mahalanobis(factor: Tensor, x: Tensor) -> Tensor:
    r""":math:`|L^{-1} x|^2` of lower triangular :math:`L` and vectors :math:`x`, both in batches.

    Axes that ``x`` has in front of those of the matrices become columns, so that each matrix is solved once.
    """
    shape = _broadcast_shapes(x.shape[:-1], factor.shape[:-2])
    x = x.expand(shape + x.shape[-1:])
    front = len(shape) - (factor.dim() - 2)
    columns = x.reshape((shape[:front].numel(), *x.shape[front:])).movedim(0, -1)
    solved = linalg.solve_triangular(factor, columns, upper=False)
    return solved.pow(2).sum(-2).movedim(-1, 0).reshape(shape)


def _precision_to_scale_tril(precision: Tensor) -> Tensor:
    """The Cholesky factor of the inverse: the reversed matrix's factor, reversed, is an upper one, and is inverted."""
    reverse = linalg.cholesky(_C.flip(precision, (-2, -1)))
    inverse = _C.flip(reverse, (-2, -1)).mT
    identity = _C.eye(precision.shape[-1], dtype=precision.dtype, device=precision.device)
    return linalg.solve_triangular(inverse, identity, upper=False)


def _half_log_det(factor: Tensor) -> Tensor:
    """The logarithm of the determinant of a triangular factor."""
    return factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def _scale_tril(name: str, matrix: Tensor) -> Tensor:
    """The factor of a covariance that is given by a matrix of that name."""
    if name == "scale_tril":
        return matrix
    return linalg.cholesky(matrix) if name == "covariance_matrix" else _precision_to_scale_tril(matrix)


class MultivariateNormal(Distribution):
    r"""The normal distribution of vectors of :math:`n` numbers,

    .. math:: p(x) = \frac{1}{\sqrt{(2\pi)^n \det\Sigma}} e^{-\frac{1}{2}(x - \mu)^T \Sigma^{-1} (x - \mu)}

    Args:
        loc (Tensor): the mean :math:`\mu`, of shape ``(..., n)``.
        covariance_matrix (Tensor, optional): :math:`\Sigma`, positive definite, ``(..., n, n)``.
        precision_matrix (Tensor, optional): its inverse.
        scale_tril (Tensor, optional): its lower Cholesky factor, with which nothing is decomposed.
        validate_args (bool, optional): see :class:`Distribution`.

    One of the three matrices is given; the others are attributes, too.

    Errors: ValueError for none or several, or for too few axes; LinAlgError, unvalidated, for what is not positive
    definite.

    Example::

        >>> d = rl.distributions.MultivariateNormal(rl.zeros(2), scale_tril=rl.eye(2))
        >>> d.entropy(), d.variance
        (tensor(2.8379), tensor([1., 1.]))
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        matrices = {
            "scale_tril": scale_tril,
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
        }
        given = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
        if len(given) != 1:
            raise ValueError(
                "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
            )
        ((name, matrix),) = given
        if matrix.dim() < 2:
            what = "scale_tril matrix" if name == "scale_tril" else name
            raise ValueError(
                f"{what} must be at least two-dimensional, with optional leading batch dimensions"
            )
        batch_shape = _broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        setattr(self, name, matrix.expand(batch_shape + (-1, -1)))
        self.loc = loc.expand(batch_shape + (-1,))
        super().__init__(batch_shape, self.loc.shape[-1:], validate_args=validate_args)
        self._unbroadcasted_scale_tril = _scale_tril(name, matrix)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        names = "loc", "covariance_matrix", "precision_matrix", "scale_tril"
        new = self._expanded(MultivariateNormal, batch_shape, _instance, *names)
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        return new

    def _batched(self, matrix: Tensor) -> Tensor:
        return matrix.expand(self._batch_shape + self._event_shape + self._event_shape)

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The lower Cholesky factor of the covariance."""
        return self._batched(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """The covariance."""
        return self._batched(self._unbroadcasted_scale_tril @ self._unbroadcasted_scale_tril.mT)

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance."""
        return self._batched(_C.cholesky_inverse(self._unbroadcasted_scale_tril))

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        """The diagonal of the covariance."""
        squares = self._unbroadcasted_scale_tril.pow(2).sum(-1)
        return squares.expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape: Any = Size()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        normal = _standard_normal(shape, dtype=self.loc.dtype, device=self.loc.device)
        return self.loc + _batch_mv(self._unbroadcasted_scale_tril, normal)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        distance = _batch_mahalanobis(self._unbroadcasted_scale_tril, value - self.loc)
        constant = self._event_shape[0] * math.log(2 * math.pi)
        return -0.5 * (constant + distance) - _half_log_det(self._unbroadcasted_scale_tril)

    def entropy(self) -> Tensor:
        constant = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi))
        return (constant + _half_log_det(self._unbroadcasted_scale_tril)).expand(self._batch_shape)
