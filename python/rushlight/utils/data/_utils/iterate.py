"""One pass over a loader."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..sampler import _draw_seed
from .worker import Plan

if TYPE_CHECKING:
    from ..dataloader import DataLoader


class _BaseDataLoaderIter:
    """What every pass does: draws the base seed, counts.

    Args:
        loader (DataLoader): whose batches it gives.
    """

    def __init__(self, loader: DataLoader):
        self._loader = loader
        self._base_seed = _draw_seed(loader.generator)
        if loader.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, "
                "then device pinned memory won't be used.",
                stacklevel=3,
            )
        self._start()

    def _start(self) -> None:
        self._indices = iter(self._loader._index_sampler)  # draws nothing before the first index is asked for
        self._num_yielded = 0

    def __iter__(self) -> _BaseDataLoaderIter:
        return self

    def __len__(self) -> int:
        return len(self._loader._index_sampler)

    def _next_data(self):
        raise NotImplementedError

    def __next__(self) -> Any:
        data = self._next_data()
        self._num_yielded += 1
        loader = self._loader
        if loader._is_stream and loader._announced is not None and self._num_yielded > loader._announced:
            message = (
                f"Length of IterableDataset {loader.dataset} was reported to be {loader._announced}"
                f"(when accessing len(dataloader)), but {self._num_yielded} samples have been fetched. "
            )
            if loader.num_workers > 0:
                message += (
                    "For multiprocessing data-loading, this could be caused by not properly configuring the "
                    "IterableDataset replica at each worker. Please see "
                    "https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples."
                )
            warnings.warn(message, stacklevel=2)
        return data


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """One pass, made by who asks."""

    def __init__(self, loader: DataLoader):
        super().__init__(loader)
        if loader.timeout != 0:
            raise AssertionError("timeout must be 0 where no workers are waited for (num_workers=0)")
        self._fetcher = Plan(loader, self._base_seed, 0).fetcher(loader.dataset)

    def _next_data(self):
        return self._fetcher.fetch(next(self._indices))
