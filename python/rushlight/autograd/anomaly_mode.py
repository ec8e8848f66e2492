"""Blocks that look for the origin of nan in gradients."""

from __future__ import annotations

from . import detect_anomaly as detect_anomaly, set_detect_anomaly as set_detect_anomaly

__all__ = ["detect_anomaly", "set_detect_anomaly"]


def _here() -> list[str]:
    """The calls that lead to an operation, the innermost last, as Python prints them."""
    from traceback import StackSummary, format_list, walk_stack

    frames = StackSummary.extract(walk_stack(None), lookup_lines=False)
    frames.reverse()
    return format_list(frames[:-1])


def _failed(name: str, notes: dict[str, list[str]]) -> None:
    """Warns of an operation whose gradient raised, or is nan."""
    from .._warn import warn

    where = notes.get("traceback_")
    if where is None:
        warn(
            f"Error detected in {name}. No forward pass information available. Enable detect anomaly during forward"
            " pass for more information."
        )
    else:
        warn(f"Error detected in {name}. Traceback of forward call that caused the error:\n{''.join(where)}")
