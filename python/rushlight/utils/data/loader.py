"""The loader: samples, in the order of a sampler, as batches."""

from __future__ import annotations

from ... import _C
from .collate import default_collate, default_convert
from .dataset import IterableDataset, Subset, TensorDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler, _draw_seed, _EndlessSampler

_FIXED = frozenset(("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"))


def _tensor_columns(dataset, indices):
    """The collated batch of a dataset of tensors, or of a part of one; None if it is neither."""
    while type(dataset) is Subset:
        indices = [dataset.indices[i] for i in indices]
        dataset = dataset.dataset
    if type(dataset) is not TensorDataset or not indices:
        return None
    places = _C.tensor(indices, dtype=_C.int64)
    if indices[0] < 0 or min(indices) < 0:
        return [tensor[places] for tensor in dataset.tensors]
    return [tensor.index_select(0, places.to(tensor.device)) for tensor in dataset.tensors]


def _innermost(dataset):
    while type(dataset) is Subset:
        dataset = dataset.dataset
    return dataset


class _Fetch:
    """From indices to data, for one dataset."""

    def __init__(self, dataset, batched, drop_last, collate):
        self.dataset, self.batched, self.drop_last, self.collate = dataset, batched, drop_last, collate
        self.columns = batched and collate is default_collate and type(_innermost(dataset)) is TensorDataset
        self.several = callable(getattr(dataset, "__getitems__", None))

    def __call__(self, indices):
        dataset = self.dataset
        if not self.batched:
            return self.collate(dataset[indices])
        if self.columns:
            data = _tensor_columns(dataset, indices)
            if data is not None:
                return data
        if self.several:
            return self.collate(dataset.__getitems__(indices))
        return self.collate([dataset[index] for index in indices])


class _FetchStream(_Fetch):
    """From a stream to data; the indices say only how many samples are wanted."""

    def __init__(self, dataset, batched, drop_last, collate):
        self.samples, self.over = iter(dataset), False
        self.batched, self.drop_last, self.collate = batched, drop_last, collate

    def __call__(self, indices):
        if self.over:
            raise StopIteration
        if not self.batched:
            return self.collate(next(self.samples))
        from itertools import islice

        batch = list(islice(self.samples, len(indices)))
        self.over = len(batch) < len(indices)
        if not batch or (self.drop_last and self.over):
            raise StopIteration
        return self.collate(batch)


class _Iterator:
    """One pass over a loader, in the thread that asks."""

    def __init__(self, loader):
        self._loader = loader
        self._base_seed = _draw_seed(loader.generator)
        self._start()

    def _start(self):
        self._indices = iter(self._loader._index_sampler)  # draws nothing before the first index is asked for
        self._num_yielded = 0
        self._prepare()

    def _prepare(self):
        self._fetch = self._loader._make_fetch(self._loader.dataset)

    def __iter__(self):
        return self

    def __len__(self):
        return len(self._loader._index_sampler)

    def _next_data(self):
        return self._fetch(next(self._indices))

    def __next__(self):
        data = self._next_data()
        self._num_yielded += 1
        loader = self._loader
        if loader._is_stream and loader._announced is not None and self._num_yielded > loader._announced:
            from warnings import warn

            warn(
                f"Length of IterableDataset {loader.dataset} was reported to be {loader._announced}"
                f"(when accessing len(dataloader)), but {self._num_yielded} samples have been fetched. ",
                stacklevel=2,
            )
        return data


class _ThreadedIterator(_Iterator):
    """One pass over a loader whose batches are made ahead of time by threads; their order does not change."""

    _workers = ()

    def _prepare(self):
        from queue import SimpleQueue

        from .worker import Worker

        loader = self._loader
        if not self._workers or loader._is_stream:
            self._stop()
            self._results = SimpleQueue()
            self._workers = [
                Worker(number, loader, self._base_seed, loader._make_fetch, self._results)
                for number in range(loader.num_workers)
            ]
        self._sent = self._taken = 0
        self._turn = 0
        self._owners, self._arrived = {}, {}
        for _ in range(loader.num_workers * loader.prefetch_factor):
            self._send()

    def _send(self):
        """Gives the next batch to the next worker that has something left."""
        workers = self._workers
        for _ in workers:
            worker = workers[self._turn]
            self._turn = (self._turn + 1) % len(workers)
            if not worker.over:
                break
        else:
            return
        try:
            indices = next(self._indices)
        except StopIteration:
            return
        self._owners[self._sent] = worker
        worker.tasks.put((self._sent, indices))
        self._sent += 1

    def _next_data(self):
        from .worker import End, Failure

        while True:
            if self._taken == self._sent:
                if not self._loader.persistent_workers:
                    self._stop()
                raise StopIteration
            data = self._receive()
            worker = self._owners.pop(self._taken)
            self._taken += 1
            if data is End:
                worker.over = True
                self._send()
                continue
            self._send()
            if isinstance(data, Failure):
                data.reraise()
            return data

    def _receive(self):
        timeout = self._loader.timeout or None
        while self._taken not in self._arrived:
            try:
                number, data = self._results.get(timeout=timeout)
            except Exception as error:
                if type(error).__name__ != "Empty":
                    raise
                raise RuntimeError(f"DataLoader timed out after {timeout} seconds") from None
            self._arrived[number] = data
        return self._arrived.pop(self._taken)

    def _stop(self):
        for worker in self._workers:
            worker.tasks.put(None)
        self._workers = ()

    def __del__(self):
        self._stop()


class DataLoader:
    """Iterates over a dataset in batches.

    With ``num_workers > 0`` batches are made by that many threads, ahead of time and in the same order.

    Args:
        dataset (Dataset): where the samples come from.
        batch_size (int, optional): samples in a batch; ``None`` gives single samples. Default: 1
        shuffle (bool, optional): in an order drawn anew every time. Default: ``False``
        sampler (Sampler or iterable, optional): the order of the indices.
        batch_sampler (Sampler or iterable, optional): lists of indices.
        num_workers (int, optional): number of threads. Default: 0
        collate_fn (Callable, optional): from a list of samples to a batch.
        pin_memory (bool, optional): accepted. Default: ``False``
        drop_last (bool, optional): leave out the last batch if it is smaller. Default: ``False``
        timeout (float, optional): seconds to wait for a batch; 0 for ever. Default: 0
        worker_init_fn (Callable, optional): called with its number in every worker.
        multiprocessing_context (optional): accepted.
        generator (Generator, optional): source of the seeds and of the order. Default: the global one
        prefetch_factor (int, optional): batches every worker makes ahead. Default: 2
        persistent_workers (bool, optional): keep the workers for the next pass. Default: ``False``

    Examples::

        >>> data = rl.utils.data.TensorDataset(rl.arange(5))
        >>> for batch, in rl.utils.data.DataLoader(data, batch_size=2):
        ...     print(batch)
        tensor([0, 1])
        tensor([2, 3])
        tensor([4])
    """

    _initialized = False

    def __class_getitem__(cls, item):
        return cls

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
    ):
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
        if multiprocessing_context is not None and num_workers == 0:
            raise ValueError(
                "multiprocessing_context can only be used with multi-process loading (num_workers > 0), "
                f"but got num_workers={num_workers}"
            )
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
        if self._is_stream:
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
                sampler = _EndlessSampler()
            elif shuffle:
                sampler = RandomSampler(dataset, generator=generator)
            else:
                sampler = SequentialSampler(dataset)
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
        self._announced = None
        self._iterator = None
        self._initialized = True

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
    def _make_fetch(self):
        kind = _FetchStream if self._is_stream else _Fetch
        batched, drop_last, collate = self._auto_collation, self.drop_last, self.collate_fn
        return lambda dataset: kind(dataset, batched, drop_last, collate)

    def __iter__(self):
        if self.num_workers == 0:
            return _Iterator(self)
        if not self.persistent_workers:
            return _ThreadedIterator(self)
        if self._iterator is None:
            self._iterator = _ThreadedIterator(self)
        else:
            self._iterator._start()
        return self._iterator

    def __len__(self):
        if not self._is_stream:
            return len(self._index_sampler)
        length = len(self.dataset)
        if self.batch_size is not None:
            length = length // self.batch_size if self.drop_last else -(-length // self.batch_size)
        self._announced = length
        return length
