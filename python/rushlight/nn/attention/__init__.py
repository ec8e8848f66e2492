"""Which kernel attention runs on. Here it is always the same, which never holds all scores: a choice changes no result."""

from __future__ import annotations

from contextlib import contextmanager
from enum import IntEnum

from ..._lazy import on_demand

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from . import bias as bias, flex_attention as flex_attention, varlen as varlen


class SDPBackend(IntEnum):
    """PyTorch's kernels for ``scaled_dot_product_attention``, by their names."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


@contextmanager
def sdpa_kernel(backends: Any, set_priority: bool = False) -> Iterator[dict[str, Any]]:
    """A block in which attention should run on certain kernels. The only one there is serves for all of them.

    Args:
        backends (SDPBackend or list): which of them.
        set_priority (bool): in this order. Default: ``False``

    Errors: AssertionError for what is no backend.
    """
    if not isinstance(backends, (SDPBackend, list)) or not all(
        isinstance(backend, SDPBackend) for backend in (backends if isinstance(backends, list) else [backends])
    ):
        raise AssertionError("Backend must be an instance of SDPBackend or a list of SDPBackend instances")
    yield {}


WARN_FOR_UNFUSED_KERNELS = False


def list_flash_attention_impls() -> list[str]:
    """Other makers' kernels that could be chosen: there are none."""
    return []


def current_flash_attention_impl() -> str | None:
    """The one that was chosen: none."""
    return None


def activate_flash_attention_impl(impl: str) -> None:
    """Chooses one.

    Errors: ValueError, as there is none.
    """
    raise ValueError(f"Unknown flash attention impl '{impl}'. Available implementations: []")


def restore_flash_attention_impl() -> None:
    """Takes the choice back."""


__all__ = ["SDPBackend", "sdpa_kernel"]
if not TYPE_CHECKING:
    __getattr__, __dir__, _ = on_demand(__name__, {}, "bias flex_attention varlen")
