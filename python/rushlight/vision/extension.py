"""Whether the operations of boxes and regions are there: they are the engine's."""

from __future__ import annotations


def _has_ops() -> bool:
    return True


def _assert_has_ops() -> None:
    pass


def _check_cuda_version() -> int:
    return -1  # built for no CUDA: graphics cards are reached otherwise
