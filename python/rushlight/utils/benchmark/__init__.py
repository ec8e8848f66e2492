"""Timing statements (``torch.utils.benchmark``): repeated, on a chosen number of threads, with the spread told."""

from .utils.common import Measurement, select_unit
from .utils.compare import Compare
from .utils.timer import Timer, timer

__all__ = ["Compare", "Measurement", "Timer", "select_unit", "timer"]
