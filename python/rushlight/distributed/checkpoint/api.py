"""What goes wrong with a checkpoint."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class CheckpointException(BaseException):
    """A checkpoint was not written, or not read.

    Attributes:
        failures (dict): by rank what was raised there.
    """

    def __init__(self, msg: str, failures: dict[int, Any]) -> None:
        super().__init__(msg, failures)
        self._failures = failures

    @property
    def failures(self) -> dict[int, Any]:
        """By rank what was raised there."""
        return self._failures

    def __str__(self) -> str:
        told = "\n".join(f"Traceback (most recent call last): (RANK {rank})\n{error!r}" for rank, error in self._failures.items())
        return f"CheckpointException ranks:{self._failures.keys()}\n{told}"


__all__ = ["CheckpointException"]
