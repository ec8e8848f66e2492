"""The oldest form of :mod:`rushlight.profiler`."""

from __future__ import annotations

from .profiler import profile as _profile

__all__ = ["profile"]


class profile(_profile):  # noqa: N801, RUF100
    """As :class:`rushlight.autograd.profiler.profile`.

    >>> with rl.autograd.profiler_legacy.profile() as found:
    ...     y = rl.ones(3).sum()
    >>> found.key_averages().total_average().count
    2
    """
