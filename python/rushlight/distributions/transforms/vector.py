"""Transforms of vectors and matrices."""

from __future__ import annotations

import math

from ... import _C, linalg
from ..._C import Tensor
from ..._types import Size, finfo
from ...nn import functional as F
from .. import constraints
from ..utils import tril_matrix_to_vec, vec_to_tril_matrix
from ._base import Transform, _Simple
from .scalar import _clipped_sigmoid

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def _with_tail(shape: Any, old: Any, new: Any) -> Any:
    """``shape`` with its last axes, which must be ``old``, replaced by ``new``."""
    if len(shape) < len(old):
        raise ValueError("Too few dimensions on input")
    cut = len(shape) - len(old)
    if shape[cut:] != old:
        raise ValueError(f"Shape mismatch: expected {shape[cut:]} but got {old}")
    return shape[:cut] + new


class ReshapeTransform(Transform):
    """Events of ``in_shape`` read as events of ``out_shape``.

    Args:
        in_shape (Size): of an event before.
        out_shape (Size): of an event after, of as many elements.
        cache_size (int): Default: 0

    Errors: ValueError for shapes of different numbers of elements.

    >>> rl.distributions.ReshapeTransform((4,), (2, 2))(rl.arange(4.0)).shape
    torch.Size([2, 2])
    """

    bijective = True

    def __init__(self, in_shape: Sequence[int], out_shape: Sequence[int], cache_size: int = 0) -> None:
        self.in_shape = Size(in_shape)
        self.out_shape = Size(out_shape)
        if self.in_shape.numel() != self.out_shape.numel():
            raise ValueError("in_shape, out_shape have different numbers of elements")
        super().__init__(cache_size=cache_size)

    @constraints.dependent_property
    def domain(self) -> Any:
        return constraints.independent(constraints.real, len(self.in_shape))

    @constraints.dependent_property
    def codomain(self) -> Any:
        return constraints.independent(constraints.real, len(self.out_shape))

    def with_cache(self, cache_size: int = 1) -> Any:
        if self._cache_size == cache_size:
            return self
        return ReshapeTransform(self.in_shape, self.out_shape, cache_size=cache_size)

    def _call(self, x: Any) -> Any:
        return x.reshape(x.shape[: x.dim() - len(self.in_shape)] + self.out_shape)

    def _inverse(self, y: Any) -> Any:
        return y.reshape(y.shape[: y.dim() - len(self.out_shape)] + self.in_shape)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return x.new_zeros(x.shape[: x.dim() - len(self.in_shape)])

    def forward_shape(self, shape: Any) -> Any:
        return _with_tail(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Any) -> Any:
        return _with_tail(shape, self.out_shape, self.in_shape)


def _before(y: Tensor) -> Tensor:
    """``y`` one position later along the last axis, with a one in front."""
    return F.pad(y[..., :-1], [1, 0], value=1)


class CorrCholeskyTransform(Transform):
    r"""Vectors of :math:`D (D - 1) / 2` numbers to Cholesky factors of :math:`D \times D` correlation matrices.

    The numbers, through ``tanh``, are partial correlations :math:`z_{ij}` below the diagonal. Each row is made of unit
    length from the left: :math:`y_{ij} = z_{ij} \prod_{k<j} \sqrt{1 - z_{ik}^2}`, and what is left stands on the
    diagonal.

    Source: Lewandowski, Kurowicka and Joe (2009), Generating random correlation matrices based on vines and extended
    onion method.

    Example::

        >>> rl.distributions.CorrCholeskyTransform()(rl.tensor([0.5]))
        tensor([[1.0000, 0.0000],
                [0.4621, 0.8868]])
    """

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Any) -> Any:
        x = _C.tanh(x)
        eps = finfo(x.dtype).eps
        r = vec_to_tril_matrix(x.clamp(min=-1 + eps, max=1 - eps), diag=-1)
        left = (1 - r**2).sqrt().cumprod(-1)
        r = r + _C.eye(r.shape[-1], dtype=r.dtype, device=r.device)
        return r * _before(left)

    def _inverse(self, y: Any) -> Any:
        # what of a row's unit length is left before each entry
        left = _before(1 - _C.cumsum(y * y, dim=-1))
        t = tril_matrix_to_vec(y, diag=-1) / tril_matrix_to_vec(left, diag=-1).sqrt()
        return (t.log1p() - t.neg().log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any, intermediates: Any = None) -> Any:
        # each entry of a row scales those after it; the diagonal and what is next to it have none after them
        left = tril_matrix_to_vec(1 - (y * y).cumsum(dim=-1), diag=-2)
        tanh = -2 * (x + F.softplus(-2 * x) - math.log(2.0)).sum(dim=-1)
        return 0.5 * left.log().sum(-1) + tanh

    def forward_shape(self, shape: Any) -> Any:
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        count = shape[-1]
        size = round((0.25 + 2 * count) ** 0.5 + 0.5)
        if size * (size - 1) // 2 != count:
            raise ValueError("Input is not a flattened lower-diagonal number")
        return shape[:-1] + (size, size)

    def inverse_shape(self, shape: Any) -> Any:
        if len(shape) < 2:
            raise ValueError("Too few dimensions on input")
        if shape[-2] != shape[-1]:
            raise ValueError("Input is not square")
        size = shape[-1]
        return shape[:-2] + (size * (size - 1) // 2,)


class SoftmaxTransform(_Simple):
    r""":math:`y = e^x / \sum e^x` along the last axis, whose inverse is the logarithm.

    Not bijective: a vector and its shifts have the same value. :class:`StickBreakingTransform` is bijective.

    >>> rl.distributions.SoftmaxTransform()(rl.tensor([0.0, 0.0]))
    tensor([0.5000, 0.5000])
    """

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x: Any) -> Any:
        weights = (x - x.max(-1, True)[0]).exp()
        return weights / weights.sum(-1, True)

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def forward_shape(self, shape: Any) -> Any:
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        return shape

    inverse_shape = forward_shape


class StickBreakingTransform(_Simple):
    r"""Vectors of :math:`K` numbers to probabilities of :math:`K + 1` classes.

    Number :math:`k` breaks the fraction :math:`\sigma(x_k - \log(K + 1 - k))` off what is left of a stick of unit
    length; zeros give equal probabilities.

    Source: Stan reference manual, section "Unit simplex".

    Example::

        >>> rl.distributions.StickBreakingTransform()(rl.zeros(3))
        tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    def _call(self, x: Any) -> Any:
        pieces = x.shape[-1] + 1 - x.new_ones(x.shape[-1]).cumsum(-1)
        z = _clipped_sigmoid(x - pieces.log())
        left = (1 - z).cumprod(-1)
        return F.pad(z, [0, 1], value=1) * F.pad(left, [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        broken = y[..., :-1]
        pieces = y.shape[-1] - broken.new_ones(broken.shape[-1]).cumsum(-1)
        left = _C.clamp(1 - broken.cumsum(-1), min=finfo(y.dtype).tiny)
        return broken.log() - left.log() + pieces.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        pieces = x.shape[-1] + 1 - x.new_ones(x.shape[-1]).cumsum(-1)
        x = x - pieces.log()
        return (-x + F.logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        return shape[:-1] + (shape[-1] + 1,)

    def inverse_shape(self, shape: Any) -> Any:
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        return shape[:-1] + (shape[-1] - 1,)


class LowerCholeskyTransform(_Simple):
    """Square matrices to lower triangular ones with a positive diagonal: what is on the diagonal is exponentiated.

    >>> rl.distributions.LowerCholeskyTransform()(rl.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(_Simple):
    """Square matrices to positive definite ones, :math:`L L^T` of what :class:`LowerCholeskyTransform` makes.

    >>> rl.distributions.PositiveDefiniteTransform()(rl.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Any) -> Any:
        factor = LowerCholeskyTransform()(x)
        return factor @ factor.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(linalg.cholesky(y))
