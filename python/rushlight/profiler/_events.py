"""What a profile shows: single calls, their sums by name, and tables of them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any


def _time(us: float) -> str:
    """A time as PyTorch's tables print it."""
    if us >= 1e6:
        return f"{us / 1e6:.3f}s"
    return f"{us / 1e3:.3f}ms" if us >= 1e3 else f"{us:.3f}us"


def _bytes(count: int) -> str:
    size = abs(count)
    for unit, name in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if size >= unit:
            return f"{count / unit:.2f} {name}"
    return f"{count} B"


class _Times:
    """What single events and sums of them have: times in microseconds, and nothing of a GPU."""

    cpu_time_total = 0.0
    self_cpu_time_total = 0.0
    device_time_total = self_device_time_total = cuda_time_total = self_cuda_time_total = 0.0
    device_memory_usage = self_device_memory_usage = 0
    count = 1

    @property
    def cpu_time(self) -> float:
        """The mean time of a call."""
        return self.cpu_time_total / self.count if self.count else 0.0

    @property
    def device_time(self) -> float:
        """The mean time on a GPU: none."""
        return 0.0

    cuda_time = device_time

    @property
    def cpu_time_total_str(self) -> str:
        """The whole time, with its unit."""
        return _time(self.cpu_time_total)

    @property
    def self_cpu_time_total_str(self) -> str:
        """The time without calls inside, with its unit."""
        return _time(self.self_cpu_time_total)

    @property
    def cpu_time_str(self) -> str:
        """The mean time, with its unit."""
        return _time(self.cpu_time)


class Interval:
    """From when to when, in microseconds."""

    def __init__(self, start: float, end: float) -> None:
        self.start, self.end = start, end

    def elapsed_us(self) -> float:
        """How long."""
        return self.end - self.start


class FunctionEvent(_Times):
    """One call of an operation, or one block of :class:`record_function`."""

    def __init__(self, number: int, name: str, thread: int, user: bool) -> None:
        self.id, self.name, self.key, self.thread, self.is_user_annotation = number, name, name, thread, user
        self.time_range = Interval(0.0, 0.0)
        self.input_shapes: list[Any] = []
        self.stack: list[str] = []
        self.cpu_children: list[FunctionEvent] = []
        self.cpu_parent: FunctionEvent | None = None
        self.self_cpu_memory_usage = 0
        self.flops = 0
        self.is_async = self.is_remote = False

    @property
    def cpu_time_total(self) -> float:  # type: ignore[override]
        return self.time_range.elapsed_us()

    @property
    def self_cpu_time_total(self) -> float:  # type: ignore[override]
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    @property
    def cpu_memory_usage(self) -> int:
        """Bytes of new results, of calls inside too."""
        return self.self_cpu_memory_usage + sum(child.cpu_memory_usage for child in self.cpu_children)

    def __repr__(self) -> str:
        return f"<FunctionEvent id={self.id} name={self.name} cpu_time={self.cpu_time_str} input_shapes={self.input_shapes}>"


class FunctionEventAvg(_Times):
    """The calls of one name together."""

    def __init__(self, key: str) -> None:
        self.key, self.count = key, 0
        self.cpu_time_total = self.self_cpu_time_total = 0.0
        self.cpu_memory_usage = self.self_cpu_memory_usage = self.flops = 0
        self.input_shapes: Any = None
        self.stack: list[str] = []

    def add(self, event: Any) -> FunctionEventAvg:
        """Takes one more in."""
        self.count += event.count
        self.cpu_time_total += event.cpu_time_total
        self.self_cpu_time_total += event.self_cpu_time_total
        self.cpu_memory_usage += event.cpu_memory_usage
        self.self_cpu_memory_usage += event.self_cpu_memory_usage
        self.flops += event.flops
        return self

    def __repr__(self) -> str:
        return f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} cpu_time={self.cpu_time_str} count={self.count}>"


_SORTS = (
    "cpu_time cpu_time_total self_cpu_time_total cuda_time cuda_time_total self_cuda_time_total device_time device_time_total "
    "self_device_time_total cpu_memory_usage self_cpu_memory_usage count flops"
).split()


class EventList(list):
    """Events, or sums of them, that print as a table."""

    def __init__(
        self, events: Any = (), shapes: bool = False, memory: bool = False, flops: bool = False
    ) -> None:
        super().__init__(events)
        self._shapes, self._memory, self._flops = shapes, memory, flops

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all, in microseconds."""
        return sum(event.self_cpu_time_total for event in self)

    def key_averages(self, group_by_input_shapes: bool = False, group_by_stack_n: int = 0) -> EventList:
        """Sums by name, and by shapes on request, the longest first."""
        sums: dict[Any, FunctionEventAvg] = {}
        for event in self:
            key = (
                event.key,
                str(event.input_shapes) if group_by_input_shapes else "",
                tuple(event.stack[:group_by_stack_n]),
            )
            one = sums.setdefault(key, FunctionEventAvg(event.key)).add(event)
            one.input_shapes, one.stack = (
                event.input_shapes if group_by_input_shapes else None,
                event.stack[:group_by_stack_n],
            )
        return EventList(sums.values(), group_by_input_shapes, self._memory, self._flops)

    def total_average(self) -> FunctionEventAvg:
        """All of them together."""
        total = FunctionEventAvg("Total")
        for event in self:
            total.add(event)
        return total

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int = 55,
        max_shapes_column_width: int = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """The events as text.

        Args:
            sort_by (str, optional): such as ``cpu_time_total``, ``self_cpu_time_total`` or ``count``, largest first.
            row_limit (int): how many rows; all for -1. Default: 100
            max_name_column_width, max_shapes_column_width (int): longer texts are cut.
            header (str, optional): a line above.

        Errors: AttributeError for another ``sort_by``.
        """
        if sort_by is not None and sort_by not in _SORTS:
            raise AttributeError(f"sort_by: expected one of {', '.join(_SORTS)}, got {sort_by!r}")
        rows: list[Any] = list(self)
        if top_level_events_only:
            rows = [event for event in rows if getattr(event, "cpu_parent", None) is None]
        if sort_by is not None:
            rows.sort(key=lambda event: getattr(event, sort_by), reverse=True)
        total = self.self_cpu_time_total or 1.0
        rows = rows if row_limit < 0 else rows[:row_limit]
        columns: list[tuple[str, Any]] = [
            ("Name", lambda e: _cut(e.key, max_name_column_width)),
            ("Self CPU %", lambda e: f"{100 * e.self_cpu_time_total / total:.2f}%"),
            ("Self CPU", lambda e: e.self_cpu_time_total_str),
            ("CPU total %", lambda e: f"{100 * e.cpu_time_total / total:.2f}%"),
            ("CPU total", lambda e: e.cpu_time_total_str),
            ("CPU time avg", lambda e: e.cpu_time_str),
        ]
        if self._memory:
            columns += [
                ("CPU Mem", lambda e: _bytes(e.cpu_memory_usage)),
                ("Self CPU Mem", lambda e: _bytes(e.self_cpu_memory_usage)),
            ]
        columns.append(("# of Calls", lambda e: str(e.count)))
        if self._shapes:
            columns.append(("Input Shapes", lambda e: _cut(str(e.input_shapes), max_shapes_column_width)))
        if self._flops:
            columns.append(("Total FLOPs", lambda e: str(e.flops) if e.flops else "--"))
        cells = [[text(event) for _, text in columns] for event in rows]
        widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, (name, _) in enumerate(columns)]
        rule = "  ".join("-" * width for width in widths)
        lines = [header] if header else []
        lines += [
            rule,
            "  ".join(name.rjust(width) for (name, _), width in zip(columns, widths, strict=True)),
            rule,
        ]
        lines += [
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells
        ]
        lines += [rule, f"Self CPU time total: {_time(self.self_cpu_time_total)}", ""]
        return "\n".join(lines)

    __str__ = table

    def export_chrome_trace(self, path: str) -> None:
        """Writes the events for the viewer of Chrome and Perfetto."""
        import json
        import os

        threads: dict[int, int] = defaultdict(lambda: len(threads))
        events = [
            {
                "name": event.name,
                "ph": "X",
                "cat": "user_annotation" if event.is_user_annotation else "cpu_op",
                "ts": event.time_range.start,
                "dur": event.time_range.elapsed_us(),
                "pid": os.getpid(),
                "tid": threads[event.thread],
                "args": {"Input Dims": event.input_shapes} if event.input_shapes else {},
            }
            for event in self
        ]
        if path.endswith(".gz"):
            import gzip

            with gzip.open(path, "wt") as packed:
                json.dump({"traceEvents": events, "displayTimeUnit": "ms"}, packed)
        else:
            with open(path, "w") as file:
                json.dump({"traceEvents": events, "displayTimeUnit": "ms"}, file)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."
