"""Timing statements (``torch.utils.benchmark``): repeated, on a chosen number of threads, with the spread told."""

from __future__ import annotations

import timeit
from statistics import median, quantiles
from typing import Any

from ... import get_num_threads, set_num_threads

_WORDS = {"ns": "nanoseconds", "us": "microseconds", "ms": "milliseconds", "s": "seconds"}


def timer() -> float:
    """Seconds, after the work given to a GPU is done, where the program has used one."""
    from ...cuda import _device

    if _device.initialized():
        _device.synchronize(_device.current())
    return timeit.default_timer()


def _unit(seconds: float) -> tuple[str, float]:
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
        name, size = _unit(self.median)
        threads = f"{self.num_threads} thread{'s' if self.num_threads > 1 else ''}"
        return (
            f"<rushlight.utils.benchmark.Measurement>\n{self.title}\n"
            f"  Median: {self.median / size:.2f} {name}\n  IQR:    {self.iqr / size:.2f} {name}\n"
            f"  {len(self.times)} measurements, {self.number_per_run} runs per measurement, {threads}"
        )


class Timer:
    """Times a statement.

    Args:
        stmt (str): what to run again and again.
        setup (str): what to run once before.
        globals (dict, optional): names that both know.
        label, sub_label, description, env (str, optional): what :class:`Compare` sorts by.
        num_threads (int): how many threads compute. Default: 1

    Errors: NotImplementedError for C++.

    Example::

        >>> found = rl.utils.benchmark.Timer("x + 1", globals={"x": rl.ones(8)}).timeit(100)
        >>> found.number_per_run, found.median < 1
        (100, True)
    """

    def __init__(
        self,
        stmt: str = "pass",
        setup: str = "pass",
        global_setup: str = "",
        timer: Any = timer,
        globals: Any = None,
        label: str | None = None,
        sub_label: str | None = None,
        description: str | None = None,
        env: str | None = None,
        num_threads: int = 1,
        language: Any = "python",
    ) -> None:
        if str(language).lower() not in ("python", "py", "0"):
            raise NotImplementedError("Timer: only statements in Python can be timed")
        import textwrap

        import rushlight

        names = {"torch": rushlight, **(globals or {})}
        stmt, setup = textwrap.dedent(stmt).strip(), textwrap.dedent(setup).strip()
        self._timer = timeit.Timer(stmt, setup, timer, names)
        self._spec: dict[str, Any] = {
            "stmt": stmt,
            "label": label,
            "sub_label": sub_label,
            "description": description,
            "env": env,
            "num_threads": num_threads,
        }

    def _run(self, number: int) -> float:
        before = get_num_threads()
        set_num_threads(self._spec["num_threads"])
        try:
            return max(self._timer.timeit(number), 1e-9)
        finally:
            set_num_threads(before)

    def timeit(self, number: int = 1_000_000) -> Measurement:
        """Times ``number`` runs in one block, after a short one to warm up."""
        self._run(max(number // 100, 2))
        return Measurement(number, [self._run(number)], self._spec)

    def _block(self, least: float) -> int:
        number = 1
        while (took := self._run(number)) < least:
            number = max(number * 2, int(number * least / took)) if took > 0 else number * 10
        return number

    def blocked_autorange(self, callback: Any = None, min_run_time: float = 0.2) -> Measurement:
        """Times blocks that are long enough for the clock, for ``min_run_time`` seconds."""
        number = self._block(min(min_run_time / 1000, 1e-3) or 1e-4)
        times: list[float] = []
        while sum(times) < min_run_time or not times:
            times.append(self._run(number))
            if callback is not None:
                callback(number, times[-1])
        return Measurement(number, times, self._spec)

    def adaptive_autorange(
        self,
        threshold: float = 0.1,
        *,
        min_run_time: float = 0.01,
        max_run_time: float = 10.0,
        callback: Any = None,
    ) -> Measurement:
        """Times blocks until their spread is below ``threshold`` of the median, or ``max_run_time`` is over."""
        number = self._block(1e-4)
        times: list[float] = []
        found = Measurement(number, times, self._spec)
        while sum(times) < max_run_time:
            times.append(self._run(number))
            if callback is not None:
                callback(number, times[-1])
            if len(times) > 3 and sum(times) > min_run_time and found.iqr < threshold * found.median:
                break
        return found

    def collect_callgrind(self, *args: Any, **kwargs: Any) -> Any:
        """Counts instructions with Valgrind.

        Errors: NotImplementedError.
        """
        raise NotImplementedError("collect_callgrind: run the program under valgrind itself")


class Compare:
    """A table of measurements: a row for each ``sub_label``, a column for each ``description``.

    Args:
        results (list of Measurement): what to show.
    """

    def __init__(self, results: Any) -> None:
        self._results = list(results)
        self._trim = False

    def extend_results(self, results: Any) -> None:
        """Adds measurements."""
        self._results += results

    def trim_significant_figures(self) -> None:
        """Fewer digits."""
        self._trim = True

    def colorize(self, rowwise: bool = False) -> None:
        """Accepted: the table has no colours."""

    def __str__(self) -> str:
        if not self._results:
            return ""
        name, size = _unit(min(each.median for each in self._results))
        columns = list(dict.fromkeys(each.task_spec["description"] or "" for each in self._results))
        parts = []
        for label in dict.fromkeys(each.title for each in self._results):
            mine = [each for each in self._results if each.title == label]
            rows: dict[Any, dict[str, float]] = {}
            for each in mine:
                key = (each.num_threads, each.task_spec["sub_label"] or each.task_spec["stmt"])
                rows.setdefault(key, {})[each.task_spec["description"] or ""] = each.median / size
            shown = [["", *columns]]
            threads = None
            for (count, text), times in sorted(rows.items(), key=lambda pair: pair[0][0]):
                if count != threads:
                    shown.append([f"{count} threads:", *[""] * len(columns)])
                    threads = count
                shown.append(
                    [
                        f"      {text}",
                        *(f"{times[c]:.{0 if self._trim else 1}f}" if c in times else "" for c in columns),
                    ]
                )
            widths = [max(len(row[i]) for row in shown) for i in range(len(columns) + 1)]
            lines = [
                "  |  ".join(
                    cell.ljust(w) if i == 0 else cell.rjust(w)
                    for i, (cell, w) in enumerate(zip(row, widths, strict=True))
                )
                for row in shown
            ]
            bar = "-" * max(len(line) for line in lines)
            parts.append("\n".join([f"[{label}]".center(len(bar), "-"), *lines, bar]))
        return "\n".join(parts) + f"\n\nTimes are in {_WORDS[name]} ({name}).\n"

    def print(self) -> None:
        """Prints the table."""
        print(str(self))


__all__ = ["Compare", "Measurement", "Timer", "timer"]
