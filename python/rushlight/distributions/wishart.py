"""Covariance matrices of few normal vectors."""

from __future__ import annotations

import math

from .. import _C, linalg
from .._C import Tensor
from .._types import Size
from .._warn import warn
from . import constraints
from .chi2 import Chi2
from .exp_family import ExponentialFamily
from .multivariate_normal import _half_log_det, _scale_tril
from .utils import _broadcast_shapes, lazy_property

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["Wishart"]


def _mvdigamma(x: Tensor, p: int) -> Tensor:
    """The derivative of ``mvlgamma``."""
    return _C.digamma(x.unsqueeze(-1) - _C.arange(p, dtype=x.dtype, device=x.device).div(2)).sum(-1)


class Wishart(ExponentialFamily):
    r"""The Wishart distribution: :math:`\sum_i x_i x_i^T` of ``df`` centred normal vectors of covariance :math:`\Sigma`.

    .. math:: p(X) = \frac{\det(X)^{(\nu - p - 1)/2} e^{-\frac{1}{2}\operatorname{tr}(\Sigma^{-1} X)}}
        {2^{\nu p/2} \det(\Sigma)^{\nu/2}\,\Gamma_p(\nu/2)}

    Args:
        df (float or Tensor): the degrees of freedom :math:`\nu`, above :math:`p - 1`; any real number.
        covariance_matrix (Tensor, optional): :math:`\Sigma`, positive definite, ``(..., p, p)``.
        precision_matrix (Tensor, optional): its inverse.
        scale_tril (Tensor, optional): its lower Cholesky factor.
        validate_args (bool, optional): see :class:`Distribution`.

    Errors: ValueError for too small a ``df``, or too few axes.

    Source: Bartlett (1933), On the theory of statistical regression, for the decomposition by which it is drawn.

    Example::

        >>> d = rl.distributions.Wishart(rl.tensor(4.0), scale_tril=rl.eye(2))
        >>> d.mean
        tensor([[4., 0.],
                [0., 4.]])
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        df: Tensor | float,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        matrices = {
            "scale_tril": scale_tril,
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
        }
        given = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
        assert len(given) == 1, (
            "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
        )
        ((name, matrix),) = given
        if matrix.dim() < 2:
            raise ValueError(
                "scale_tril must be at least two-dimensional, with optional leading batch dimensions"
            )
        if isinstance(df, Tensor):
            batch_shape = _broadcast_shapes(matrix.shape[:-2], df.shape)
            self.df = df.expand(batch_shape)
        else:
            batch_shape = Size(matrix.shape[:-2])
            self.df = _C.tensor(df, dtype=matrix.dtype, device=matrix.device)
        event_shape = matrix.shape[-2:]
        p = event_shape[-1]
        if self.df.le(p - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {p - 1}.")
        setattr(self, name, matrix.expand(batch_shape + (-1, -1)))
        self._least_df = p - 1
        if self.df.lt(p).any():
            warn(
                "Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim."
            )
        super().__init__(batch_shape, event_shape, validate_args=validate_args)
        self._batch_dims = [-(x + 1) for x in range(len(batch_shape))]
        self._unbroadcasted_scale_tril = _scale_tril(name, matrix)
        self._dist_chi2 = self._diagonals()

    @property
    def arg_constraints(self) -> dict[str, Any]:
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self._least_df),
        }

    def _diagonals(self) -> Chi2:
        """The squares of the diagonal of Bartlett's factor: ``df`` degrees of freedom, one less in each row."""
        steps = _C.arange(self._event_shape[-1], dtype=self.df.dtype, device=self.df.device)
        return Chi2(self.df.unsqueeze(-1) - steps.expand(self._batch_shape + (-1,)))

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        names = "df", "covariance_matrix", "precision_matrix", "scale_tril"
        new = self._expanded(Wishart, batch_shape, _instance, *names)
        new._least_df = self._least_df
        new._batch_dims = [-(x + 1) for x in range(len(new._batch_shape))]
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        new._dist_chi2 = new._diagonals()
        return new

    def _batched(self, matrix: Tensor) -> Tensor:
        return matrix.expand(self._batch_shape + self._event_shape)

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The lower Cholesky factor of the covariance."""
        return self._batched(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """The covariance of the vectors."""
        return self._batched(self._unbroadcasted_scale_tril @ self._unbroadcasted_scale_tril.mT)

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """Its inverse."""
        return self._batched(_C.cholesky_inverse(self._unbroadcasted_scale_tril))

    @property
    def mean(self) -> Tensor:
        return self.df[..., None, None] * self.covariance_matrix

    @property
    def mode(self) -> Tensor:
        factor = self.df - self.covariance_matrix.shape[-1] - 1
        factor = factor.masked_fill(factor <= 0, math.nan)
        return factor[..., None, None] * self.covariance_matrix

    @property
    def variance(self) -> Tensor:
        diagonal = self.covariance_matrix.diagonal(dim1=-2, dim2=-1)
        outer = diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2)
        return self.df[..., None, None] * (self.covariance_matrix.pow(2) + outer)

    def _bartlett_sampling(self, sample_shape: Any = Size()) -> Tensor:
        p = self._event_shape[-1]
        noise = self._dist_chi2.rsample(sample_shape).sqrt().diag_embed(dim1=-2, dim2=-1)
        i, j = _C.tril_indices(p, p, offset=-1, device=noise.device)
        noise[..., i, j] = _C.randn(
            Size(sample_shape) + self._batch_shape + (p * (p - 1) // 2,),
            dtype=noise.dtype,
            device=noise.device,
        )
        factor = self._unbroadcasted_scale_tril @ noise
        return factor @ factor.mT

    def _singular(self, sample: Tensor) -> Tensor:
        """Which draws have a matrix in their batch that rounding made singular."""
        singular = ~self.support.check(sample)
        return singular.amax(self._batch_dims) if self._batch_shape else singular

    def rsample(self, sample_shape: Any = Size(), max_try_correction: int | None = None) -> Tensor:
        """Draws; what comes out singular is drawn again.

        The first draw is thrown away, so that the stream of random numbers is PyTorch's.

        Args:
            sample_shape (Size): of the draws.
            max_try_correction (int, optional): how often again. Default: 3 above three rows, else 10
        """
        if max_try_correction is None:
            max_try_correction = 3 if self._event_shape[-1] > 3 else 10
        sample_shape = Size(sample_shape)
        sample = self._bartlett_sampling(sample_shape)
        again = _C.ones(sample_shape, dtype=_C.bool, device=sample.device)
        for _ in range(max_try_correction):
            drawn = self._bartlett_sampling(again[again].shape)
            sample[again] = drawn
            again[again.clone()] = self._singular(drawn)
            if not again.any():
                break
        else:
            if self._singular(sample).any():
                warn("Singular sample detected.")
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        nu, p, factor = self.df, self._event_shape[-1], self._unbroadcasted_scale_tril
        return (
            -nu * (p * math.log(2.0) / 2 + _half_log_det(factor))
            - _C.mvlgamma(nu / 2, p=p)
            + (nu - p - 1) / 2 * linalg.slogdet(value).logabsdet
            - _C.cholesky_solve(value, factor).diagonal(dim1=-2, dim2=-1).sum(-1) / 2
        )

    def entropy(self) -> Tensor:
        nu, p = self.df, self._event_shape[-1]
        return (
            (p + 1) * (p * math.log(2.0) / 2 + _half_log_det(self._unbroadcasted_scale_tril))
            + _C.mvlgamma(nu / 2, p=p)
            - (nu - p - 1) / 2 * _mvdigamma(nu / 2, p=p)
            + nu * p / 2
        )

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        p = self._event_shape[-1]
        half = y + (p + 1) / 2
        return half * (-linalg.slogdet(-2 * x).logabsdet + math.log(2.0) * p) + _C.mvlgamma(half, p=p)
