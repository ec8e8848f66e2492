"""Modules on a device beside the processor (``torch.nn.parallel``). They run on one, whose units an operation shares anyway."""

from __future__ import annotations

# at once, since files and functions have the same names here, and the functions are meant
from . import comm as comm
from .data_parallel import DataParallel as DataParallel, data_parallel as data_parallel
from .distributed import DistributedDataParallel as DistributedDataParallel
from .parallel_apply import parallel_apply as parallel_apply
from .replicate import replicate as replicate
from .scatter_gather import gather as gather, scatter as scatter

__all__ = [
    "DataParallel",
    "DistributedDataParallel",
    "data_parallel",
    "gather",
    "parallel_apply",
    "replicate",
    "scatter",
]
