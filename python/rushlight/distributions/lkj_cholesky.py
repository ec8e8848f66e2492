"""Correlation matrices, as their Cholesky factors."""

from __future__ import annotations

import math
from operator import index

from .. import _C
from .._C import Tensor
from .._types import Size, finfo
from ..autograd.grad_mode import no_grad
from . import constraints
from .beta import Beta
from .distribution import Distribution
from .utils import broadcast_all

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    r"""Lower Cholesky factors of :math:`D \times D` correlation matrices :math:`M`, with density

    .. math:: p(M) \propto \det(M)^{\eta - 1}

    of the matrices: uniform for :math:`\eta = 1`, near the identity for large :math:`\eta`.

    Args:
        dim (int): :math:`D`, at least 2.
        concentration (float or Tensor): :math:`\eta > 0`. Default: 1
        validate_args (bool, optional): see :class:`Distribution`.

    Errors: ValueError for a smaller ``dim``.

    Source: Lewandowski, Kurowicka and Joe (2009), Generating random correlation matrices based on vines and extended
    onion method; drawn by its onion method.

    Example::

        >>> rl.distributions.LKJCholesky(3, 0.5).log_prob(rl.eye(3))
        tensor(-2.5310)
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    def __init__(
        self, dim: int, concentration: Tensor | float = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        # squared lengths of the rows below the diagonal: beta numbers with parameters offset / 2 + 1/2 and the rest
        marginal = self.concentration + 0.5 * (dim - 2)
        offset = _C.arange(dim - 1, dtype=self.concentration.dtype, device=self.concentration.device)
        offset = _C.cat([offset.new_zeros((1,)), offset])
        self._beta = Beta(offset + 0.5, marginal.unsqueeze(-1) - 0.5 * offset)
        super().__init__(self.concentration.size(), Size((index(dim), dim)), validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = self._expanded(LKJCholesky, batch_shape, _instance, "concentration")
        new.dim = self.dim
        new._beta = self._beta.expand(new._batch_shape + (self.dim,))
        return new

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        with no_grad():
            squared = self._beta.sample(sample_shape).unsqueeze(-1)
            normal = _C.randn(
                self._extended_shape(sample_shape), dtype=squared.dtype, device=squared.device
            ).tril(-1)
            direction = normal / normal.norm(dim=-1, keepdim=True)
            direction[..., 0, :].fill_(0.0)  # the first row has nothing below the diagonal
            w = _C.sqrt(squared) * direction
            diagonal = _C.clamp(1 - _C.sum(w**2, dim=-1), min=finfo(w.dtype).tiny).sqrt()
            return w + _C.diag_embed(diagonal)

    def log_prob(self, value: Tensor) -> Tensor:
        # the density of the factor has the powers D - k + 2 (eta - 1) of its diagonal, k counted from 1
        if self._validate_args:
            self._validate_sample(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        power = _C.arange(2, self.dim + 1, device=self.concentration.device)
        power = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - power
        unnormalized = _C.sum(power * diagonal.log(), dim=-1)
        # the constant that makes it a density
        below = self.dim - 1
        alpha = self.concentration + 0.5 * below
        normalizer = (
            0.5 * below * math.log(math.pi) + _C.mvlgamma(alpha - 0.5, below) - _C.lgamma(alpha) * below
        )
        return unnormalized - normalizer
