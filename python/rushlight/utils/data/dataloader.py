"""The loader: samples, in the order of a sampler, as batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._utils.ahead import _MultiProcessingDataLoaderIter
from ._utils.collate import default_collate, default_convert
from ._utils.fetch import IterableFetcher, MapFetcher
from ._utils.iterate import _BaseDataLoaderIter, _SingleProcessDataLoaderIter
from ._utils.worker import get_worker_info, is_step
from .dataset import Dataset, IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, _InfiniteConstantSampler

if TYPE_CHECKING:
    from ..._C import Generator

_T_co = TypeVar("_T_co", covariant=True)
_FIXED = frozenset(("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"))

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]


class _DatasetKind:
    """How a dataset is read: by position, or as a stream."""

    Map, Iterable = 0, 1

    @staticmethod
    def create_fetcher(
        kind: int, dataset: Any, auto_collation: bool, collate_fn: Any, drop_last: bool
    ) -> Any:
        """What makes batches of a dataset: its method ``fetch`` takes the indices of one."""
        fetcher = MapFetcher if kind == _DatasetKind.Map else IterableFetcher
        return fetcher(dataset, auto_collation, collate_fn, drop_last)


class DataLoader(Generic[_T_co]):
    """Iterates over a dataset in batches.

    With ``num_workers > 0`` batches are made by that many processes, ahead of time and in the same order. Every worker
    has a copy of the dataset, a seed of its own (:func:`get_worker_info`) and one thread. Batches come back through
    shared memory. A worker that raises passes its exception on, with the traceback; one that dies is reported at once;
    all end when the iterator is dropped or the program ends, however it does. Where processes are spawned, the
    dataset and the functions must be picklable, and the program guarded by ``if __name__ == "__main__":``.

    Args:
        dataset (Dataset): where the samples come from.
        batch_size (int, optional): samples in a batch; ``None`` gives single samples. Default: 1
        shuffle (bool, optional): in an order drawn anew every time. Default: ``False``
        sampler (Sampler or iterable, optional): the order of the indices.
        batch_sampler (Sampler or iterable, optional): lists of indices.
        num_workers (int, optional): number of processes; 0 makes the batches here. Default: 0
        collate_fn (Callable, optional): from a list of samples to a batch.
        pin_memory (bool, optional): whether batches are asked for pinned memory, which tensors need not give: drivers
            copy from any. Warns where there is no GPU. Default: ``False``
        drop_last (bool, optional): leave out the last batch if it is smaller. Default: ``False``
        timeout (float, optional): seconds to wait for a worker's batch; 0 for ever. Default: 0
        worker_init_fn (Callable, optional): called with its number in every worker.
        multiprocessing_context (str or context, optional): how workers start: ``fork``, ``spawn``, ``forkserver``, or
            ``thread`` for threads of this process, which share the dataset and the default generator;
            ``get_worker_info().generator`` is seeded for each. Default: as :mod:`multiprocessing` does
        generator (Generator, optional): source of the seeds and of the order. Default: the global one
        prefetch_factor (int, optional): batches every worker makes ahead. Default: 2 with workers
        persistent_workers (bool, optional): keep the workers, and their datasets, for the next pass.
            Default: ``False``
        pin_memory_device (str, optional): accepted.
        in_order (bool, optional): give batches in the order of the sampler, not as they are made. Default: ``True``

    Errors: ValueError for options that exclude each other; RuntimeError where a worker died or took too long; whatever
    a worker raised.

    Examples::

        >>> data = rl.utils.data.TensorDataset(rl.arange(5))
        >>> for batch, in rl.utils.data.DataLoader(data, batch_size=2):
        ...     print(batch)
        tensor([0, 1])
        tensor([2, 3])
        tensor([4])
    """

    dataset: Dataset[_T_co]
    batch_size: int | None
    num_workers: int
    pin_memory: bool
    drop_last: bool
    timeout: float
    sampler: Sampler | Iterable
    prefetch_factor: int | None
    _iterator: _MultiProcessingDataLoaderIter | None = None
    _initialized = False

    def __init__(
        self,
        dataset: Dataset[_T_co],
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Sampler | Iterable | None = None,
        batch_sampler: Sampler[list] | Iterable[list] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[_T_co]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        if num_workers < 0:
            raise ValueError(
                "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing."
            )
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing."
                "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
            )
        if prefetch_factor is not None and prefetch_factor < 0:
            raise ValueError("prefetch_factor option should be non-negative")
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers > 0 and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self._is_stream = isinstance(dataset, IterableDataset)
        self._dataset_kind = _DatasetKind.Iterable if self._is_stream else _DatasetKind.Map
        if self._is_stream:
            if is_step(dataset):
                if shuffle is not None:
                    from .graph_settings import apply_shuffle_settings

                    self.dataset = apply_shuffle_settings(dataset, shuffle=shuffle)
                shuffle = None
            for name, value in (
                ("shuffle", shuffle or None),
                ("sampler", sampler),
                ("batch_sampler", batch_sampler),
            ):
                if value is not None:
                    raise ValueError(
                        f"DataLoader with IterableDataset: expected unspecified {name} option, "
                        f"but got {name}={value}"
                    )
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError(
                "batch_size=None option disables auto-batching and is mutually exclusive with drop_last"
            )
        if sampler is None:
            if self._is_stream:
                sampler = _InfiniteConstantSampler()
            elif shuffle:
                sampler = RandomSampler(dataset, generator=generator)  # type: ignore[arg-type]
            else:
                sampler = SequentialSampler(dataset)  # type: ignore[arg-type]
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn
        self.persistent_workers = persistent_workers
        self._announced: int | None = None
        self._initialized = True
        self.check_worker_number_rationality()

    def __setattr__(self, name, value):
        if self._initialized and name in _FIXED:
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        object.__setattr__(self, name, value)

    @property
    def _auto_collation(self):
        return self.batch_sampler is not None

    @property
    def _index_sampler(self):
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    @property
    def multiprocessing_context(self) -> Any:
        """How workers start: a context of :mod:`multiprocessing`, ``"thread"``, or ``None`` for the default."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context) -> None:
        self._context = None if context is None else _checked_context(context, self.num_workers)

    def __iter__(self) -> _BaseDataLoaderIter:
        if self.num_workers == 0:
            return _SingleProcessDataLoaderIter(self)
        if not self.persistent_workers:
            return _MultiProcessingDataLoaderIter(self)
        if self._iterator is None or not self._iterator._reusable:
            self._iterator = _MultiProcessingDataLoaderIter(self)
        else:
            self._iterator._again(self)
        return self._iterator

    def __len__(self) -> int:
        if not self._is_stream:
            return len(self._index_sampler)
        length = len(self.dataset)  # type: ignore[arg-type]
        if self.batch_size is not None:
            length = length // self.batch_size if self.drop_last else -(-length // self.batch_size)
        self._announced = length
        return length

    def check_worker_number_rationality(self) -> None:
        """Warns of more workers than there are processors to run them."""
        if not self.num_workers or self._context == "thread":
            return
        import os

        try:
            room, hint = len(os.sched_getaffinity(0)), ""
        except (AttributeError, OSError):
            room, hint = os.cpu_count() or 0, " (`cpuset` is not taken into account)"
        if room >= self.num_workers:
            return
        import warnings

        suggestion = (
            f"Our suggested max number of worker in current system is {room}{hint}, which is smaller than what this "
            "DataLoader is going to create."
            if room
            else "DataLoader is not able to compute a suggested max number of worker in current system."
        )
        warnings.warn(
            f"This DataLoader will create {self.num_workers} worker processes in total. {suggestion} Please be aware "
            "that excessive worker creation might get DataLoader running slow or even freeze, lower the worker number "
            "to avoid potential slowness/freeze if necessary.",
            stacklevel=3,
        )


def _checked_context(context, num_workers: int):
    """The way of starting workers that `context` stands for."""
    if num_workers == 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > 0), "
            f"but got num_workers={num_workers}"
        )
    if context == "thread":
        return context
    import multiprocessing
    from multiprocessing.context import BaseContext

    if isinstance(context, str):
        known = multiprocessing.get_all_start_methods()
        if context not in known:
            raise ValueError(
                f"multiprocessing_context option should specify a valid start method in {known!r}, but got "
                f"multiprocessing_context={context!r}"
            )
        return multiprocessing.get_context(context)
    if not isinstance(context, BaseContext):
        raise TypeError(
            "multiprocessing_context option should be a valid context object or a string specifying the start "
            f"method, but got multiprocessing_context={context}"
        )
    return context
