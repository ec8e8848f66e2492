"""oneDNN, which is not used."""

from __future__ import annotations

from ._flags import Precision, flags_of
from .mkl import VERBOSE_OFF as VERBOSE_OFF, VERBOSE_ON as VERBOSE_ON, verbose as verbose

VERBOSE_ON_CREATION = 2
enabled = True
deterministic = False
allow_tf32 = True
fp32_precision = "none"
conv = Precision(fp32_precision="none")
rnn = Precision(fp32_precision="none")
matmul = Precision(fp32_precision="none")

flags = flags_of(__name__, enabled=False, deterministic=False, allow_tf32=True, fp32_precision="none")


def is_available() -> bool:
    """Whether the library is there."""
    return False


def is_acl_available() -> bool:
    """Whether Arm's library is there."""
    return False
