"""Where a program's time goes (``torch.profiler``)."""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import itt as itt, profiler as profiler
    from ._trace import ExecutionTraceObserver as ExecutionTraceObserver
    from .profiler import *

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(
        __name__,
        {
            "_trace": "ExecutionTraceObserver",
            "profiler": "DeviceType ProfilerAction ProfilerActivity kineto_available profile record_function schedule "
            "supported_activities tensorboard_trace_handler"
        },
        "itt profiler",
    )
