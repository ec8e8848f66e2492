"""Behaviour that programs may ask for ahead of its time (``torch.__future__``)."""

from __future__ import annotations

_overwrite = False
_swap = False


def set_overwrite_module_params_on_conversion(value: bool) -> None:
    """Whether ``module.to`` makes new parameters. Remembered: here it changes ``.data``, as PyTorch does by default."""
    global _overwrite
    _overwrite = bool(value)


def get_overwrite_module_params_on_conversion() -> bool:
    """What :func:`set_overwrite_module_params_on_conversion` was last told."""
    return _overwrite


def set_swap_module_params_on_conversion(value: bool) -> None:
    """Whether ``module.to`` swaps parameters. Remembered only."""
    global _swap
    _swap = bool(value)


def get_swap_module_params_on_conversion() -> bool:
    """What :func:`set_swap_module_params_on_conversion` was last told."""
    return _swap
