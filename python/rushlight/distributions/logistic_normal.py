"""Probabilities whose log-ratios are normal."""

from __future__ import annotations

from .._C import Tensor
from . import constraints
from .normal import Normal
from .transformed_distribution import TransformedDistribution
from .transforms import StickBreakingTransform

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["LogisticNormal"]


class LogisticNormal(TransformedDistribution):
    r"""Normal numbers through :class:`StickBreakingTransform`: probabilities of one class more than there are numbers.

    Args:
        loc (float or Tensor): the means, the last axis being that of the classes.
        scale (float or Tensor): the standard deviations.
        validate_args (bool, optional): see :class:`Distribution`.

    Example::

        >>> d = rl.distributions.LogisticNormal(rl.zeros(3), rl.ones(3))
        >>> d.sample()
        tensor([0.6088, 0.1062, 0.0290, 0.2560])
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, loc: Tensor | float, scale: Tensor | float, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        if not base.batch_shape:
            base = base.expand([1])
        super().__init__(base, StickBreakingTransform(), validate_args=validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return super().expand(batch_shape, _instance=self._get_checked_instance(LogisticNormal, _instance))

    @property
    def loc(self) -> Tensor:
        """The means of the normal numbers."""
        return self.base_dist.base_dist.loc

    @property
    def scale(self) -> Tensor:
        """The standard deviations of the normal numbers."""
        return self.base_dist.base_dist.scale
