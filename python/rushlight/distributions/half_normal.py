"""Absolute values of normal numbers."""

from __future__ import annotations

import math

from .._C import Tensor
from ._half import Half
from .normal import Normal

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["HalfNormal"]


class HalfNormal(Half):
    r"""The absolute value of a centred :class:`Normal` number,

    .. math:: p(x) = \frac{\sqrt{2}}{\sigma\sqrt{\pi}} e^{-x^2 / 2\sigma^2}, \quad x \ge 0

    Args:
        scale (float or Tensor): the standard deviation :math:`\sigma > 0` of the whole.
        validate_args (bool, optional): see :class:`Distribution`.

    Example::

        >>> rl.distributions.HalfNormal(rl.tensor([1.0])).mean
        tensor([0.7979])
    """

    whole = Normal

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return super().expand(batch_shape, _instance=self._get_checked_instance(HalfNormal, _instance))

    @property
    def mean(self) -> Tensor:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        return self.scale.pow(2) * (1 - 2 / math.pi)
