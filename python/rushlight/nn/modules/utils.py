"""Arguments that may be given once for all dimensions, or once for each."""

from __future__ import annotations


def _ntuple(n, name):
    def spread(value):
        return tuple(value) if hasattr(value, "__iter__") else (value,) * n

    spread.__name__ = name
    return spread


_single = _ntuple(1, "_single")
_pair = _ntuple(2, "_pair")
_triple = _ntuple(3, "_triple")
_quadruple = _ntuple(4, "_quadruple")


def _reverse_repeat_tuple(values, n):
    """``(1, 2)`` and 2 give ``(2, 2, 1, 1)``: the order in which ``pad`` takes its widths."""
    return tuple(value for value in reversed(values) for _ in range(n))


def _list_with_default(out_size, defaults):
    if isinstance(out_size, int):
        return out_size
    if len(defaults) <= len(out_size):
        raise ValueError(f"Input dimension should be at least {len(out_size) + 1}")
    return [d if v is None else v for v, d in zip(out_size, defaults[-len(out_size) :])]
