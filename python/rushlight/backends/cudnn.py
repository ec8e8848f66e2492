"""cuDNN, which is not used."""

from __future__ import annotations

from ._flags import Precision, flags_of

enabled = True
benchmark = False
benchmark_limit = 10
deterministic = False
allow_tf32 = True
fp32_precision = "none"
conv = Precision(fp32_precision="none")
rnn = Precision(fp32_precision="none")

flags = flags_of(
    __name__,
    enabled=False,
    benchmark=False,
    benchmark_limit=10,
    deterministic=False,
    allow_tf32=True,
    fp32_precision="none",
)


def version() -> int | None:
    """The library's version: there is none."""
    return None


def is_available() -> bool:
    """Whether the library is there."""
    return False


def is_acceptable(tensor: object) -> bool:
    """Whether the library could compute with ``tensor``."""
    return False
