"""Angles around a direction."""

from __future__ import annotations

import math

from .. import _C
from .._C import Tensor
from .._types import Size
from ..autograd.grad_mode import no_grad
from . import constraints
from .distribution import Distribution
from .utils import broadcast_all, lazy_property

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["VonMises"]


# The modified Bessel functions of order 0 and 1 below and above 3.75, after Abramowitz and Stegun (1964),
# Handbook of mathematical functions, 9.8.1 to 9.8.4: (x < 3.75 in powers of (x / 3.75)^2, else of 3.75 / x).
_SMALL = (
    (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2),
    (0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3),
)
_LARGE = (
    (0.39894228, 0.1328592e-1, 0.225319e-2, -0.157565e-2, 0.916281e-2, -0.2057706e-1, 0.2635537e-1, -0.1647633e-1, 0.392377e-2),
    (0.39894228, -0.3988024e-1, -0.362018e-2, 0.163801e-2, -0.1031555e-1, 0.2282967e-1, -0.2895312e-1, 0.1787654e-1, -0.420059e-2),
)  # fmt: skip


def _polynomial(y: Tensor, coefficients: tuple[float, ...]) -> Tensor:
    result: Any = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        result = c + y * result
    return result


def _log_bessel(x: Tensor, order: int = 0) -> Tensor:
    """The logarithm of the modified Bessel function of order 0 or 1, for ``x > 0``."""
    y = x / 3.75
    small = _polynomial(y * y, _SMALL[order])
    if order == 1:
        small = x.abs() * small
    large = x - 0.5 * x.log() + _polynomial(3.75 / x, _LARGE[order]).log()
    return _C.where(x < 3.75, small.log(), large)


def _rejection_sample(loc: Tensor, concentration: Tensor, r: Tensor, x: Tensor) -> Tensor:
    """Draws into ``x`` with a wrapped Cauchy envelope of parameter ``r``, all anew until the last is accepted. Where there is no
    envelope, which accepts nothing, the direction is its limit: any for no concentration, the mean for an endless one."""
    done = ~((r.abs() > 1) & r.isfinite()).expand(x.shape)
    if done.any():
        anywhere = math.pi * (2 * _C.rand(x.shape, dtype=x.dtype, device=x.device) - 1)
        limit = _C.where(concentration == 0, anywhere, _C.where(concentration > 0, 0.0, math.nan))
        x = _C.where(done, limit, x)
    while not done.all():
        u1, u2, u3 = _C.rand((3, *x.shape), dtype=loc.dtype, device=loc.device).unbind()
        z = _C.cos(math.pi * u1)
        f = (1 + r * z) / (r + z)
        c = concentration * (r - f)
        accept = ((c * (2 - c) - u2) > 0) | ((c / u2).log() + 1 - c >= 0)
        if accept.any():
            x = _C.where(accept, (u3 - 0.5).sign() * f.acos(), x)
            done = done | accept
    return (x + math.pi + loc) % (2 * math.pi) - math.pi


class VonMises(Distribution):
    r"""The von Mises distribution of angles in :math:`[-\pi, \pi)`,

    .. math:: p(x) = \frac{e^{\kappa\cos(x - \mu)}}{2\pi I_0(\kappa)}

    Args:
        loc (Tensor): the direction :math:`\mu`, in radians.
        concentration (Tensor): :math:`\kappa > 0`.
        validate_args (bool, optional): see :class:`Distribution`.

    Drawn in double precision by the method of Best and Fisher (1979), Efficient simulation of the von Mises
    distribution.

    Example::

        >>> d = rl.distributions.VonMises(rl.tensor([1.0]), rl.tensor([1.0]))
        >>> d.log_prob(rl.tensor([1.0]))
        tensor([-1.0738])
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Tensor, concentration: Tensor, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, Size(), validate_args)

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        return self._expanded(VonMises, batch_shape, _instance, "loc", "concentration")

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        log_prob = self.concentration * _C.cos(value - self.loc)
        return log_prob - math.log(2 * math.pi) - _log_bessel(self.concentration)

    @lazy_property
    def _loc(self) -> Tensor:
        return self.loc.to(_C.double)

    @lazy_property
    def _concentration(self) -> Tensor:
        return self.concentration.to(_C.double)

    @lazy_property
    def _proposal_r(self) -> Tensor:
        kappa = self._concentration
        tau = 1 + (1 + 4 * kappa**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
        r = (1 + rho**2) / (2 * rho)
        return _C.where(kappa < 1e-5, 1 / kappa + kappa, r)  # a Taylor series, where the difference cancels

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        with no_grad():
            x = _C.empty(shape, dtype=self._loc.dtype, device=self.loc.device)
            drawn = _rejection_sample(self._loc, self._concentration, self._proposal_r, x)
            return drawn.to(self.loc.dtype)

    @property
    def mean(self) -> Tensor:
        """The direction."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @lazy_property
    def variance(self) -> Tensor:
        r"""The circular variance, :math:`1 - I_1(\kappa) / I_0(\kappa)`."""
        kappa = self.concentration
        return 1 - (_log_bessel(kappa, order=1) - _log_bessel(kappa, order=0)).exp()
