"""What was run, by what, of which shapes: as a file, in the form that PyTorch's ``ExecutionTraceObserver`` writes."""

from __future__ import annotations

from typing import Any

__all__ = ["ExecutionTraceObserver"]

_SCHEMA = "1.1.1-chakra.0.0.4"


class ExecutionTraceObserver:
    """Writes the operations between :meth:`start` and :meth:`stop`, each with the one it was called by and the shapes of its
    operands, to a file of JSON: PyTorch's keys, of which those that tell of its own dispatcher and of addresses are left out.

    Errors: RuntimeError for :meth:`start` before :meth:`register_callback`.

    Example::

        >>> import json, os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "trace.json")
        >>> observer = rl.profiler.ExecutionTraceObserver().register_callback(path)
        >>> observer.start(); y = rl.ones(2).add(1); observer.stop()
        >>> observer.unregister_callback()
        >>> [node["name"] for node in json.load(open(path))["nodes"]][1:]
        ['aten::ones', 'aten::add']
    """

    def __init__(self) -> None:
        self._path: str | None = None
        self._registered = False
        self._profile: Any = None
        self._found: list[Any] = []
        self._span = [0, 0]

    @property
    def is_registered(self) -> bool:
        """Whether there is a file to write to."""
        return self._registered

    def is_running(self) -> bool:
        """Whether operations are recorded."""
        return self._profile is not None

    def register_callback(self, output_file_path: str) -> ExecutionTraceObserver:
        """Says which file is written."""
        if not self._registered:
            self._path, self._registered, self._found = output_file_path, True, []
        return self

    def get_output_file_path(self) -> str | None:
        """The file."""
        return self._path

    def start(self) -> None:
        """Begins."""
        import time

        from .profiler import profile

        if not self._registered:
            raise RuntimeError("ExecutionTraceObserver: start() wants a file from register_callback() first")
        if self._profile is None:
            self._profile = profile(record_shapes=True)
            self._span[0] = time.monotonic_ns() // 1000
            self._profile.start()

    def stop(self) -> None:
        """Ends, until :meth:`start` is called again."""
        import time

        if self._profile is not None:
            done, self._profile = self._profile, None
            done.stop()
            self._span[1] = time.monotonic_ns() // 1000
            self._found += done.events()

    def unregister_callback(self) -> None:
        """Ends and writes the file."""
        import json
        import os
        import time

        if not self._registered:
            return
        self.stop()
        trace = {
            "schema": _SCHEMA,
            "pid": os.getpid(),
            "time": time.strftime("%Y-%m-%d %H:%M:%S"),
            "start_ts": self._span[0],
            "finish_ts": self._span[1],
            "nodes": self._nodes(),
        }
        with open(str(self._path), "w", encoding="utf-8") as file:
            json.dump(trace, file)
        self._registered, self._found = False, []

    cleanup = unregister_callback

    def _nodes(self) -> list[dict[str, Any]]:
        numbers = {id(event): place + 2 for place, event in enumerate(self._found)}
        threads: dict[int, int] = {}
        nodes = [_node(1, 1, "[pytorch|profiler|execution_trace|process]", [], 7, 0)]
        for event in self._found:
            above = numbers.get(id(event.cpu_parent), 1)
            thread = threads.setdefault(event.thread, len(threads) + 1)
            scope = 7 if event.is_user_annotation else 0
            nodes.append(_node(numbers[id(event)], above, event.name, event.input_shapes, scope, thread))
        return nodes


def _node(number: int, above: int, name: str, shapes: Any, scope: int, thread: int) -> dict[str, Any]:
    attributes = ("rf_id", number), ("scope", scope), ("tid", thread)
    return {
        "id": number,
        "name": name,
        "ctrl_deps": above,
        "inputs": {"values": [], "shapes": [list(each) for each in shapes], "types": [], "strides": []},
        "outputs": {"values": [], "shapes": [], "types": [], "strides": []},
        "attrs": [{"name": key, "type": "uint64", "value": value} for key, value in attributes],
    }
