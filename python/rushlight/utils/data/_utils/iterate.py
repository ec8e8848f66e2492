"""One pass over a loader."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..sampler import _draw_seed
from .worker import Plan, is_step, seed_steps

if TYPE_CHECKING:
    from ..dataloader import DataLoader


def _has_accelerator() -> bool:
    from .... import accelerator

    return accelerator.is_available()


class _BaseDataLoaderIter:
    """What every pass does: draws the base seed, counts.

    Args:
        loader (DataLoader): whose batches it gives.
    """

    def __init__(self, loader: DataLoader):
        # what it needs of the loader, not the loader: that may hold the pass, and both would wait for the collector
        self._dataset = loader.dataset
        self._index_sampler = loader._index_sampler
        self._is_stream = loader._is_stream
        self._num_workers = loader.num_workers
        self._shared_seed = self._share_seed(loader)
        self._base_seed = _draw_seed(loader.generator)
        self._pin = loader.pin_memory and _has_accelerator()
        if loader.pin_memory and not self._pin:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, "
                "then device pinned memory won't be used.",
                stacklevel=3,
            )
        self._reset(loader)

    def _reset(self, loader: DataLoader) -> None:
        self._indices = iter(self._index_sampler)  # draws nothing before the first index is asked for
        self._num_yielded = 0
        self._announced = loader._announced

    def _share_seed(self, loader: DataLoader) -> int | None:
        """Gives the steps of a data pipe their seeds, all of one, which all workers are told."""
        if not (self._is_stream and is_step(self._dataset)):
            return None
        seed = _draw_seed(loader.generator)
        seed_steps(self._dataset, seed)
        return seed

    def __iter__(self) -> _BaseDataLoaderIter:
        return self

    def __len__(self) -> int:
        return len(self._index_sampler)

    def _next_data(self):
        raise NotImplementedError

    def __next__(self) -> Any:
        data = self._next_data()
        self._num_yielded += 1
        if self._is_stream and self._announced is not None and self._num_yielded > self._announced:
            message = (
                f"Length of IterableDataset {self._dataset} was reported to be {self._announced}"
                f"(when accessing len(dataloader)), but {self._num_yielded} samples have been fetched. "
            )
            if self._num_workers > 0:
                message += (
                    "For multiprocessing data-loading, this could be caused by not properly configuring the "
                    "IterableDataset replica at each worker. Please see "
                    "https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples."
                )
            warnings.warn(message, stacklevel=2)
        if self._pin:
            from .pin_memory import pin_memory

            return pin_memory(data)
        return data


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """One pass, made by who asks."""

    def __init__(self, loader: DataLoader):
        super().__init__(loader)
        if loader.timeout != 0:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        self._fetcher = Plan(loader, self._base_seed, 0).fetcher(loader.dataset)

    def _next_data(self):
        return self._fetcher.fetch(next(self._indices))
