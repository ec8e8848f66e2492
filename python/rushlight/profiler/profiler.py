"""Where a program's time goes (``torch.profiler``): a recording of the operations it calls, with names, times and shapes.

Operations are seen where the program calls them; a backward pass is one event, as its steps run inside the engine.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
import time
from enum import Enum
from typing import Any

from .. import _C
from ._calls import watching
from ._events import EventList, FunctionEvent


class ProfilerActivity(Enum):
    """What is recorded: only the processor's work is there, to which it belongs to give a GPU its own.

    ``CUDA`` is accepted, and times of it are 0; :class:`rushlight.cuda.Event` measures what the device does.
    """

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


class DeviceType(Enum):
    """Kinds of devices in events."""

    CPU = 0
    CUDA = 1


class ProfilerAction(Enum):
    """What a schedule says of a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


def supported_activities() -> set[ProfilerActivity]:
    """What can be recorded."""
    return {ProfilerActivity.CPU}


def kineto_available() -> bool:
    """Whether PyTorch's own recorder is there."""
    return False


class _Recording:
    """Events of one run, in the order in which they begin."""

    def __init__(self, shapes: bool, memory: bool, stacks: bool, flops: bool) -> None:
        self.shapes, self.memory, self.stacks, self.flops = shapes, memory, stacks, flops
        self.events: list[FunctionEvent] = []
        self.open = threading.local()
        self.watching = watching(self.call)

    def begin(self, name: str, user: bool = False) -> FunctionEvent:
        event = FunctionEvent(len(self.events), name, threading.get_ident(), user)
        stack = self.open.__dict__.setdefault("stack", [])
        if stack:
            event.cpu_parent = stack[-1]
            stack[-1].cpu_children.append(event)
        stack.append(event)
        self.events.append(event)
        event.time_range.start = time.perf_counter_ns() / 1e3
        return event

    def end(self, event: FunctionEvent) -> None:
        event.time_range.end = time.perf_counter_ns() / 1e3
        stack = self.open.__dict__.get("stack", [])
        if event in stack:
            del stack[stack.index(event) :]

    def call(self, name: str, function: Any, args: Any, kwargs: Any) -> Any:
        event = self.begin(name)
        try:
            result = function(*args, **kwargs)
        finally:
            self.end(event)
        if self.shapes:
            event.input_shapes = [list(each.shape) if isinstance(each, _C.Tensor) else [] for each in args]
        if self.memory:
            event.self_cpu_memory_usage = _new_bytes(result, args)
        if self.flops:
            from ..utils.flop_counter import flops_of

            event.flops = flops_of(name, args, kwargs, result)
        if self.stacks:
            event.stack = _stack()
        return result


def _new_bytes(result: Any, args: Any) -> int:
    """Bytes of results that lie in memory of their own."""
    old = {each._storage_key() for each in args if isinstance(each, _C.Tensor)}
    made = result if isinstance(result, (tuple, list)) else (result,)
    return sum(each.nbytes for each in made if isinstance(each, _C.Tensor) and each._storage_key() not in old)


def _stack() -> list[str]:
    lines, frame = [], sys._getframe(3)
    while frame is not None:
        code = frame.f_code
        lines.append(f"{code.co_filename}({frame.f_lineno}): {code.co_name}")
        frame = frame.f_back  # type: ignore[assignment]
    return lines


_running: _Recording | None = None


class record_function:  # noqa: N801, RUF100
    """A block, or a decorated function, that is an event of its own in a profile. Without one it does nothing.

    Args:
        name (str): what it is called.
        args (str, optional): more text, which is not shown.

    Example::

        >>> with rl.profiler.profile() as found:
        ...     with rl.profiler.record_function("my block"):
        ...         y = rl.ones(4, 4) @ rl.ones(4, 4)
        >>> sorted(event.key for event in found.key_averages())
        ['aten::matmul', 'aten::ones', 'my block']
    """

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name, self.args = name, args
        self.open: Any = None

    def __enter__(self) -> record_function:
        if _running is not None:
            self.open = (_running, _running.begin(self.name, user=True))
        return self

    def __exit__(self, *error: object) -> None:
        if self.open is not None:
            recording, event = self.open
            recording.end(event)
            self.open = None

    def __call__(self, function: Any) -> Any:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with record_function(self.name, self.args):
                return function(*args, **kwargs)

        return wrapped


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0, skip_first_wait: int = 0
) -> Any:
    """What to do at each step: leave out ``skip_first`` steps, then ``wait``, ``warmup`` and ``active`` ones, again and again.

    Args:
        repeat (int): how often; for ever with 0.
        skip_first_wait (int): the first round does not wait.

    Errors: AssertionError for counts that make no schedule.
    """
    if not (wait >= 0 and warmup >= 0 and active > 0 and repeat >= 0 and skip_first >= 0):
        raise AssertionError("Invalid profiler schedule arguments")

    def action(step: int) -> ProfilerAction:
        if step < skip_first:
            return ProfilerAction.NONE
        step -= skip_first
        if skip_first_wait:
            step += wait
        length = wait + warmup + active
        if repeat > 0 and step // length >= repeat:
            return ProfilerAction.NONE
        place = step % length
        if place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if place < length - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False, use_python_export: bool = False
) -> Any:
    """A function for ``on_trace_ready`` that writes each recording to a file of its own in a folder."""
    import socket

    def handler(found: Any) -> None:
        os.makedirs(dir_name, exist_ok=True)
        name = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        ending = ".pt.trace.json" + (".gz" if use_gzip else "")
        found.export_chrome_trace(os.path.join(dir_name, f"{name}.{time.time_ns()}{ending}"))

    return handler


class profile:  # noqa: N801, RUF100
    """A block whose operations are recorded.

    Args:
        activities (iterable, optional): of what; only ``ProfilerActivity.CPU`` is there, others record nothing.
        schedule (callable, optional): which steps to record, see :func:`schedule`; steps are told with :meth:`step`.
        on_trace_ready (callable, optional): called with this object when a recording has ended.
        record_shapes (bool): keep the shapes of arguments. Default: ``False``
        profile_memory (bool): keep how many bytes of new results a call made. Default: ``False``
        with_stack (bool): keep where in the program calls were made. Default: ``False``
        with_flops (bool): keep how many operations products and convolutions take. Default: ``False``

    Errors: RuntimeError if another profile is running.

    Example::

        >>> with rl.profiler.profile(record_shapes=True) as found:
        ...     y = nn.Linear(8, 2)(rl.ones(4, 8))
        >>> [event.input_shapes for event in found.events() if event.name == "aten::linear"]
        [[[4, 8], [2, 8], [2]]]
        >>> print(found.key_averages().table(sort_by="cpu_time_total", row_limit=3))  # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        activities: Any = None,
        schedule: Any = None,
        on_trace_ready: Any = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        execution_trace_observer: Any = None,
        acc_events: bool = False,
        use_cuda: Any = None,
        custom_trace_id_callback: Any = None,
        post_processing_timeout_s: Any = None,
    ) -> None:
        self.activities = set(activities) if activities is not None else supported_activities()
        if not self.activities:
            raise AssertionError("No valid profiler activities found")
        self.schedule = schedule if schedule is not None else lambda step: ProfilerAction.RECORD
        self._scheduled = schedule is not None
        self.on_trace_ready = on_trace_ready
        self.record_shapes, self.profile_memory = record_shapes, profile_memory
        self.with_stack, self.with_flops, self.with_modules = with_stack, with_flops, with_modules
        self.step_num = 0
        self.current_action = ProfilerAction.NONE
        self._recording: Any = None
        self._step: Any = None
        self._events: list[FunctionEvent] | None = None
        self._notes: dict[str, str] = {}

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begins."""
        self.current_action = self.schedule(self.step_num)
        self._go()

    def stop(self) -> None:
        """Ends, and hands what was recorded to ``on_trace_ready``."""
        recorded = self._recording is not None
        self._halt()
        if recorded and self.on_trace_ready is not None:
            self.on_trace_ready(self)
        self.current_action = ProfilerAction.NONE

    def step(self) -> None:
        """Says that the next step begins."""
        before = self.current_action
        self.step_num += 1
        self.current_action = self.schedule(self.step_num)
        if self._step is not None:
            self._step.__exit__()
            self._step = None
        if before is ProfilerAction.RECORD_AND_SAVE:
            self._halt()
            if self.on_trace_ready is not None:
                self.on_trace_ready(self)
        self._go()

    def _go(self) -> None:
        global _running
        wanted = self.current_action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)
        if wanted and self._recording is None:
            if _running is not None:
                raise RuntimeError("Profiler is already enabled on this thread")
            _running = self._recording = _Recording(
                self.record_shapes, self.profile_memory, self.with_stack, self.with_flops
            )
            _running.watching.__enter__()
        elif not wanted and self._recording is not None:
            self._halt()
        if wanted and self._scheduled:
            self._step = record_function(f"ProfilerStep#{self.step_num}").__enter__()

    def _halt(self) -> None:
        global _running
        if self._recording is None:
            return
        if self._step is not None:
            self._step.__exit__()
            self._step = None
        self._recording.watching.__exit__()
        self._events, self._recording, _running = self._recording.events, None, None

    def _found(self) -> list[FunctionEvent]:
        if self._events is None:
            raise AssertionError(
                "Profiler must be initialized before it is asked: nothing has been recorded yet"
            )
        return self._events

    def events(self) -> EventList:
        """All calls, in the order in which they began."""
        return EventList(self._found(), self.record_shapes, self.profile_memory, self.with_flops)

    def key_averages(
        self,
        group_by_input_shape: bool = False,
        group_by_stack_n: int = 0,
        group_by_overload_name: bool = False,
    ) -> EventList:
        """Sums by name; ``.table()`` prints them."""
        return self.events().key_averages(group_by_input_shape, group_by_stack_n)

    def export_chrome_trace(self, path: str) -> None:
        """Writes the calls for the viewer of Chrome and Perfetto."""
        self.events().export_chrome_trace(path)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Writes places in the program and times, a line each, as makers of flame graphs read them.

        Errors: RuntimeError if stacks were not recorded; ValueError for another metric.
        """
        if not self.with_stack:
            raise RuntimeError("export_stacks: record with with_stack=True")
        if metric not in ("self_cpu_time_total", "self_cuda_time_total"):
            raise ValueError(
                f"metric should be one of: self_cpu_time_total, self_cuda_time_total, not {metric}"
            )
        with open(path, "w") as file:
            for event in self._found():
                if event.stack and (value := int(getattr(event, metric))) > 0:
                    frames = ";".join(
                        reversed([line.replace(";", "_").replace(" ", "_") for line in event.stack])
                    )
                    print(f"{frames} {value}", file=file)

    def add_metadata(self, key: str, value: str) -> None:
        """Keeps a text with the recording."""
        self._notes[key] = value

    def add_metadata_json(self, key: str, value: str) -> None:
        """The same for a text in JSON."""
        self._notes[key] = value

    def toggle_collection_dynamic(self, enable: bool, activities: Any) -> None:
        """Stops or goes on recording inside the block."""
        if self._recording is not None:
            already = bool(self._recording.watching.undo)
            if enable and not already:
                self._recording.watching.__enter__()
            elif not enable and already:
                self._recording.watching.__exit__()


_KinetoProfile = profile

__all__ = [
    "DeviceType",
    "ProfilerAction",
    "ProfilerActivity",
    "kineto_available",
    "profile",
    "record_function",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]
