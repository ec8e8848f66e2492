"""Absolute values of Cauchy numbers."""

from __future__ import annotations

import math

from .. import _C
from .._C import Tensor
from ._half import Half
from .cauchy import Cauchy

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["HalfCauchy"]


class HalfCauchy(Half):
    r"""The absolute value of a centred :class:`Cauchy` number,

    .. math:: p(x) = \frac{2}{\pi\gamma\left(1 + (x / \gamma)^2\right)}, \quad x \ge 0

    Args:
        scale (float or Tensor): half the width at half height :math:`\gamma > 0` of the whole.
        validate_args (bool, optional): see :class:`Distribution`.

    Example::

        >>> rl.distributions.HalfCauchy(1.0).icdf(rl.tensor(0.5))
        tensor(1.)
    """

    whole = Cauchy

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return super().expand(batch_shape, _instance=self._get_checked_instance(HalfCauchy, _instance))

    @property
    def mean(self) -> Tensor:
        return _C.full(self._extended_shape(), math.inf, dtype=self.scale.dtype, device=self.scale.device)

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance
