"""The older form of :mod:`rushlight.profiler`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

from ..profiler import profiler as _new
from ..profiler._events import (
    EventList as EventList,
    FunctionEvent as FunctionEvent,
    FunctionEventAvg as FunctionEventAvg,
)
from ..profiler.profiler import record_function as record_function


class profile:  # noqa: N801, RUF100
    """A block whose operations are recorded.

    Args:
        enabled (bool): or not at all. Default: ``True``
        record_shapes, with_flops, profile_memory, with_stack: as in :class:`rushlight.profiler.profile`.

    Example::

        >>> with rl.autograd.profiler.profile() as found:
        ...     y = rl.ones(3).sum()
        >>> found.key_averages().total_average().count
        2
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: Any = None,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        use_kineto: bool = False,
        use_cpu: bool = True,
        experimental_config: Any = None,
        acc_events: bool = False,
        custom_trace_id_callback: Any = None,
        post_processing_timeout_s: Any = None,
        activity_filters: Any = None,
    ) -> None:
        self.enabled = enabled
        self._profile = _new.profile(
            record_shapes=record_shapes,
            with_flops=with_flops,
            profile_memory=profile_memory,
            with_stack=with_stack,
        )

    def __enter__(self) -> profile:
        if self.enabled:
            self._profile.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self.enabled:
            self._profile.stop()

    @property
    def function_events(self) -> Any:
        """All calls."""
        return self._profile.events()

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all, in microseconds."""
        return self._profile.events().self_cpu_time_total

    def key_averages(
        self,
        group_by_input_shape: bool = False,
        group_by_stack_n: int = 0,
        group_by_overload_name: bool = False,
    ) -> Any:
        """Sums by name."""
        return self._profile.key_averages(group_by_input_shape, group_by_stack_n)

    def total_average(self) -> Any:
        """All of them together."""
        return self._profile.events().total_average()

    def table(self, *args: Any, **kwargs: Any) -> str:
        """The calls as text."""
        return self._profile.events().table(*args, **kwargs)

    def export_chrome_trace(self, path: str) -> None:
        """Writes the calls for the viewer of Chrome and Perfetto."""
        self._profile.export_chrome_trace(path)


@contextmanager
def emit_nvtx(enabled: bool = True, record_shapes: bool = False) -> Any:
    """A block whose operations would be marks for NVIDIA's profiler; it is not there, so they are none."""
    yield


emit_itt = emit_nvtx

__all__ = [
    "EventList",
    "FunctionEvent",
    "FunctionEventAvg",
    "emit_itt",
    "emit_nvtx",
    "profile",
    "record_function",
]
