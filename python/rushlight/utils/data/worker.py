"""What a loading thread knows about itself, and what it does."""

from __future__ import annotations

from copy import copy

from ... import _C

_local = None


def _thread_local():
    global _local
    if _local is None:
        from threading import local

        _local = local()
    return _local


class WorkerInfo:
    """Number, seed and dataset of a worker.

    Attributes:
        id (int): from 0 to ``num_workers - 1``
        num_workers (int): how many there are
        seed (int): the base seed of the loader plus ``id``
        dataset (Dataset): the worker's own
    """

    def __init__(self, id, num_workers, seed, dataset):
        self.id, self.num_workers, self.seed, self.dataset = id, num_workers, seed, dataset

    def __repr__(self):
        return f"WorkerInfo(id={self.id}, num_workers={self.num_workers}, seed={self.seed}, dataset={self.dataset})"


def get_worker_info():
    """What a worker knows about itself; ``None`` outside of workers."""
    return None if _local is None else getattr(_local, "info", None)


class Failure:
    """An exception on its way from a worker to the loader."""

    def __init__(self, error, where):
        from traceback import format_exception

        self.error, self.where = error, where
        self.text = "".join(format_exception(error))

    def reraise(self):
        kind = type(self.error)
        message = f"Caught {kind.__name__} {self.where}.\nOriginal {self.text}"
        if kind is KeyError:
            raise KeyError(message) from self.error
        try:
            raised = kind(message)
        except Exception:
            raise RuntimeError(message) from self.error
        raise raised from self.error


class End:
    """A stream is over."""


def run(info, make_fetch, init, tasks, results):
    """The life of a worker: takes ``(number, indices)`` from `tasks` until it gets ``None``."""
    where = f"in DataLoader worker {info.id}"
    local = _thread_local()
    local.info = info
    if hasattr(_C, "_set_thread_generator"):  # draws inside a worker come from a stream of its own
        generator = _C.Generator()
        generator.manual_seed(info.seed & (2**63 - 1))
        _C._set_thread_generator(generator)
    failure = fetch = None
    try:
        if init is not None:
            init(info.id)
        fetch = make_fetch(info.dataset)
    except BaseException as error:
        failure = Failure(error, where)
    while (task := tasks.get()) is not None:
        number, indices = task
        if failure is not None:
            results.put((number, failure))
            continue
        try:
            results.put((number, fetch(indices)))
        except StopIteration:
            results.put((number, End))
        except BaseException as error:
            results.put((number, Failure(error, where)))


class Worker:
    """A thread with its queue of tasks."""

    def __init__(self, number, loader, base_seed, make_fetch, results):
        from queue import SimpleQueue
        from threading import Thread

        dataset = loader.dataset
        if loader.worker_init_fn is not None or loader._is_stream:
            dataset = copy(dataset)  # what one worker sets in it is not for the others
        info = WorkerInfo(number, loader.num_workers, base_seed + number, dataset)
        self.tasks, self.over = SimpleQueue(), False
        arguments = (info, make_fetch, loader.worker_init_fn, self.tasks, results)
        self.thread = Thread(target=run, args=arguments, daemon=True, name=f"loader-{number}")
        self.thread.start()
