"""Measurements beside one another."""

from __future__ import annotations

from typing import Any

from .common import select_unit

_WORDS = {"ns": "nanoseconds", "us": "microseconds", "ms": "milliseconds", "s": "seconds"}


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
        name, size = select_unit(min(each.median for each in self._results))
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


__all__ = ["Compare"]
