"""What is asked of a tensor or a setting by a function."""

from __future__ import annotations

from .. import _C

Tensor = _C.Tensor


def is_nonzero(input: Tensor) -> bool:
    """Whether the one element of a tensor is not zero.

    Errors: RuntimeError for tensors of more elements, or none.

    >>> rl.is_nonzero(rl.tensor([0.5])), rl.is_nonzero(rl.tensor(False))
    (True, False)
    """
    return input.is_nonzero()


def is_distributed(input: Tensor) -> bool:
    """Whether a tensor is spread over processes: never.

    >>> rl.is_distributed(rl.ones(2))
    False
    """
    return False


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly detection, when it is on, looks for nan in gradients.

    >>> with rl.autograd.set_detect_anomaly(True, check_nan=False):
    ...     rl.is_anomaly_check_nan_enabled()
    False
    >>> rl.is_anomaly_check_nan_enabled()
    True
    """
    from ..autograd import set_detect_anomaly

    return set_detect_anomaly.looks_for_nan


def set_anomaly_enabled(enabled: bool, check_nan: bool = True) -> None:
    """Turns anomaly detection on or off, as :class:`rushlight.autograd.set_detect_anomaly` does for a block.

    Args:
        enabled (bool): on or off.
        check_nan (bool): look for nan. Default: ``True``

    Errors: TypeError for what is no bool.

    >>> rl.set_anomaly_enabled(False)
    >>> rl.is_anomaly_enabled()
    False
    """
    from ..autograd import set_detect_anomaly

    set_detect_anomaly(enabled, check_nan)
