"""Runs a statement again and again."""

from __future__ import annotations

import timeit
from typing import Any

from .... import get_num_threads, set_num_threads
from .common import Measurement


def timer() -> float:
    """Seconds, after the work given to a GPU is done, where the program has used one."""
    from ....cuda import _device

    if _device.initialized():
        _device.synchronize(_device.current())
    return timeit.default_timer()


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


__all__ = ["Timer", "timer"]
