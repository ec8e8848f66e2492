"""What a worker knows about itself, and its life."""

from __future__ import annotations

from typing import Any

from ...._utils import ExceptionWrapper
from .fetch import IterableFetcher, MapFetcher

_worker_info: WorkerInfo | None = None  # of this process
_of_threads: Any = None  # holds those of its threads, if there ever were any


class WorkerInfo:
    """Number, seed and dataset of a worker.

    Attributes:
        id (int): from 0 to ``num_workers - 1``
        num_workers (int): how many there are
        seed (int): the base seed of the loader plus ``id``
        dataset (Dataset): the worker's own copy
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any
    _initialized = False

    def __init__(self, **facts):
        for name, value in facts.items():
            setattr(self, name, value)
        self._keys = tuple(facts)
        self._initialized = True

    def __setattr__(self, name, value):
        if self._initialized:
            raise RuntimeError(f"Cannot assign attributes to {type(self).__name__} objects")
        object.__setattr__(self, name, value)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)}' for name in self._keys)})"


def get_worker_info() -> WorkerInfo | None:
    """What a worker of a :class:`DataLoader` knows about itself; ``None`` outside of workers.

    Its ``id`` and ``num_workers`` tell a stream which share of the samples is its own; ``seed`` is what ``random``,
    NumPy and the default generator of the worker began with; ``dataset`` is its copy of the dataset.

    Example::

        >>> print(rl.utils.data.get_worker_info())
        None
    """
    return _worker_info if _of_threads is None else getattr(_of_threads, "info", _worker_info)


def is_step(dataset) -> bool:
    """Whether a dataset is a step of a data pipe, whose settings reach the steps before it."""
    return getattr(type(dataset), "_is_step", False)


def seed_steps(dataset, shared_seed: int) -> None:
    """Gives the steps that draw their seeds: the same ones in all workers."""
    from .... import _C
    from ..graph_settings import apply_random_seed

    generator = _C.Generator()
    generator.manual_seed(shared_seed)
    apply_random_seed(dataset, generator)


class Plan:
    """All that a worker is told when it begins."""

    def __init__(self, loader, base_seed: int, number: int):
        self.is_stream = loader._is_stream
        self.dataset = loader.dataset
        self.auto_collation = loader._auto_collation
        self.collate_fn = loader.collate_fn
        self.drop_last = loader.drop_last
        self.init_fn = loader.worker_init_fn
        self.base_seed, self.number, self.num_workers = base_seed, number, loader.num_workers

    @property
    def seed(self) -> int:
        """The worker's own."""
        return self.base_seed + self.number

    def info(self, dataset, **more) -> WorkerInfo:
        """What the worker knows about itself."""
        return WorkerInfo(
            id=self.number, num_workers=self.num_workers, seed=self.seed, dataset=dataset, **more
        )

    def fetcher(self, dataset):
        """A new pass over the dataset."""
        kind = IterableFetcher if self.is_stream else MapFetcher
        return kind(dataset, self.auto_collation, self.collate_fn, self.drop_last)


class End:
    """The answer of a worker whose stream is over."""


class Deaths:
    """Instead of an answer: workers ended that were not told to.

    Args:
        workers (list): which.
        pids (list): their numbers in the system.
        reason (str): what the system says of the first.
    """

    def __init__(self, workers: list[int], pids: list[int], reason: str):
        self.workers, self.pids, self.reason = workers, pids, reason

    def report(self):
        """Raises what the user is told."""
        pids = ", ".join(map(str, self.pids))
        message = f"DataLoader worker (pid(s) {pids}) exited unexpectedly"
        raise RuntimeError(message) from RuntimeError(self.reason)


class Resume:
    """The task to begin a new pass; the class itself is the answer to it.

    Args:
        shared_seed (int, optional): what the steps of a data pipe draw their seeds from.
    """

    def __init__(self, shared_seed: int | None = None):
        self.shared_seed = shared_seed


def numpy_seed(base_seed: int, number: int) -> list[int]:
    """The words that NumPy's generator in worker `number` begins with."""
    from numpy.random import SeedSequence

    low, high = base_seed & 0xFFFFFFFF, base_seed >> 32
    return SeedSequence([number, low, high, 0]).generate_state(4).tolist()


def seed_process(plan: Plan) -> None:
    """Gives the process its seeds: Python's ``random``, the default generator, NumPy."""
    import random

    import numpy as np

    from ....random import manual_seed

    random.seed(plan.seed)
    manual_seed(plan.seed)
    np.random.seed(numpy_seed(plan.base_seed, plan.number))


def become(info: WorkerInfo) -> None:
    """Makes this process a worker."""
    global _worker_info
    _worker_info = info


def become_thread(info: WorkerInfo) -> None:
    """Makes this thread a worker."""
    global _of_threads
    if _of_threads is None:
        from threading import local

        _of_threads = local()
    _of_threads.info = info


def serve(plan: Plan, dataset, where: str, receive, send) -> None:
    """The life of a worker: takes ``(number, indices)``, or `Resume`, until it gets ``None``, and answers each.

    Args:
        plan (Plan): what to do.
        dataset (Dataset): the worker's own.
        where (str): for messages.
        receive (Callable): gives the next task.
        send (Callable): takes ``(number, data)``; data may be an exception, wrapped, or `End`.
    """
    broken = _start(plan, dataset, where)
    source = broken or _begin(plan, dataset, where)
    ended = False
    while (task := receive()) is not None:
        if isinstance(task, Resume):
            send((Resume, None))
            if task.shared_seed is not None:
                seed_steps(dataset, task.shared_seed)
            source, ended = broken or _begin(plan, dataset, where), False
            continue
        if ended:  # asked for before the loader knew
            continue
        number, indices = task
        data: Any = source
        if not isinstance(source, ExceptionWrapper):
            try:
                data = source.fetch(indices)
            except Exception as error:
                if plan.is_stream and isinstance(error, StopIteration):
                    data, ended = End, True
                else:
                    data = ExceptionWrapper(where=where)
        send((number, data))
        del data  # the batch is the loader's now


def _start(plan, dataset, where) -> ExceptionWrapper | None:
    """Takes the worker's share of a data pipe and calls the user's function; what went wrong, if anything."""
    try:
        if is_step(dataset):
            from ..graph_settings import apply_sharding

            apply_sharding(dataset, plan.num_workers, plan.number)
        if plan.init_fn is not None:
            plan.init_fn(plan.number)
    except Exception:
        return ExceptionWrapper(where=where)
    return None


def _begin(plan, dataset, where):
    """A new pass, or what went wrong when it was made."""
    try:
        return plan.fetcher(dataset)
    except Exception:
        return ExceptionWrapper(where=where)
