"""What was measured."""

from __future__ import annotations

from statistics import median, quantiles
from typing import Any


def select_unit(seconds: float) -> tuple[str, float]:
    """The unit in which a time is a number from 1 to 1000, and its length in seconds."""
    for name, size in (("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3)):
        if seconds < size * 1000:
            return name, size
    return "s", 1.0


class Measurement:
    """Times of one statement.

    Attributes:
        times (list of float): seconds of one run, of each block that was measured.
    """

    def __init__(self, number_per_run: int, raw_times: list[float], task_spec: dict[str, Any]) -> None:
        self.number_per_run, self.raw_times, self.task_spec = number_per_run, raw_times, task_spec

    @property
    def times(self) -> list[float]:
        """Seconds of a run in each block."""
        return [each / self.number_per_run for each in self.raw_times]

    @property
    def median(self) -> float:
        """The time in the middle."""
        return median(self.times)

    @property
    def mean(self) -> float:
        """The mean time."""
        return sum(self.times) / len(self.times)

    @property
    def iqr(self) -> float:
        """How far the middle half spreads."""
        if len(self.times) < 2:
            return 0.0
        low, _, high = quantiles(self.times, n=4, method="inclusive")
        return high - low

    @property
    def num_threads(self) -> int:
        """On how many threads."""
        return self.task_spec["num_threads"]

    @property
    def title(self) -> str:
        """What was timed."""
        return self.task_spec.get("label") or self.task_spec["stmt"]

    def __repr__(self) -> str:
        name, size = select_unit(self.median)
        threads = f"{self.num_threads} thread{'s' if self.num_threads > 1 else ''}"
        return (
            f"<rushlight.utils.benchmark.Measurement>\n{self.title}\n"
            f"  Median: {self.median / size:.2f} {name}\n  IQR:    {self.iqr / size:.2f} {name}\n"
            f"  {len(self.times)} measurements, {self.number_per_run} runs per measurement, {threads}"
        )


__all__ = ["Measurement", "select_unit"]
