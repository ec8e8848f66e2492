"""The scaler of losses whose gradients are cut over processes: with one process the one there is."""

from __future__ import annotations

from ...amp import GradScaler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ShardedGradScaler(GradScaler):
    """A :class:`~rushlight.amp.GradScaler`.

    Args: as there, and ``process_group``, among which it is looked for infinities.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        backoff_factor: float = 0.5,
        growth_factor: float = 2.0,
        growth_interval: int = 2000,
        enabled: bool = True,
        process_group: Any = None,
    ) -> None:
        super().__init__(device, init_scale, growth_factor, backoff_factor, growth_interval, enabled)


__all__ = ["ShardedGradScaler"]
