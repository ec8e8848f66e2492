"""Means of few normal numbers."""

from __future__ import annotations

import math

from .. import _C
from .._C import Tensor
from .._types import Size
from . import constraints
from .chi2 import Chi2
from .distribution import Distribution
from .utils import _standard_normal, broadcast_all

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["StudentT"]


class StudentT(Distribution):
    r"""Student's distribution: :math:`\mu + \sigma Z / \sqrt{X / \nu}` with normal :math:`Z`, chi-squared :math:`X`.

    .. math:: p(x) = \frac{\Gamma(\frac{\nu + 1}{2})}{\Gamma(\frac{\nu}{2})\,\sigma\sqrt{\pi\nu}}
        \left(1 + \frac{1}{\nu}\left(\frac{x - \mu}{\sigma}\right)^2\right)^{-\frac{\nu + 1}{2}}

    Args:
        df (float or Tensor): the degrees of freedom :math:`\nu > 0`.
        loc (float or Tensor): the centre :math:`\mu`. Default: 0
        scale (float or Tensor): :math:`\sigma > 0`. Default: 1
        validate_args (bool, optional): see :class:`Distribution`.

    Example::

        >>> rl.distributions.StudentT(rl.tensor([1.0, 1.5, 3.0])).variance
        tensor([nan, inf, 3.])
    """

    arg_constraints = {"df": constraints.positive, "loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(
        self,
        df: Tensor | float,
        loc: Tensor | float = 0.0,
        scale: Tensor | float = 1.0,
        validate_args: bool | None = None,
    ) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df)
        super().__init__(self.df.size(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        new = self._expanded(StudentT, batch_shape, _instance, "df", "loc", "scale")
        new._chi2 = self._chi2.expand(new._batch_shape)
        return new

    @property
    def mean(self) -> Tensor:
        mean = self.loc.clone(memory_format=_C.contiguous_format)
        mean[self.df <= 1] = math.nan
        return mean

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        df = self.df
        exists = df > 2
        variance = df.clone(memory_format=_C.contiguous_format)
        variance[exists] = self.scale[exists].pow(2) * df[exists] / (df[exists] - 2)
        variance[(df <= 2) & (df > 1)] = math.inf
        variance[df <= 1] = math.nan
        return variance

    def rsample(self, sample_shape: Any = Size()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        normal = _standard_normal(shape, dtype=self.df.dtype, device=self.df.device)
        chi2 = self._chi2.rsample(sample_shape)
        return self.loc + self.scale * (normal * _C.rsqrt(chi2 / self.df))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        y = (value - self.loc) / self.scale
        normalizer = (
            self.scale.log()
            + 0.5 * self.df.log()
            + 0.5 * math.log(math.pi)
            + _C.lgamma(0.5 * self.df)
            - _C.lgamma(0.5 * (self.df + 1.0))
        )
        return -0.5 * (self.df + 1.0) * _C.log1p(y**2.0 / self.df) - normalizer

    def entropy(self) -> Tensor:
        log_beta = _C.lgamma(0.5 * self.df) + math.log(math.sqrt(math.pi)) - _C.lgamma(0.5 * (self.df + 1))
        slope = _C.digamma(0.5 * (self.df + 1)) - _C.digamma(0.5 * self.df)
        return self.scale.log() + 0.5 * (self.df + 1) * slope + 0.5 * self.df.log() + log_beta
