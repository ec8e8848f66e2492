"""One pass over a loader whose batches are made ahead of time, by workers."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from ...._utils import ExceptionWrapper
from .iterate import _BaseDataLoaderIter
from .worker import Deaths, End, Resume

if TYPE_CHECKING:
    from ..dataloader import DataLoader


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """Hands tasks to workers in turn and gives their answers in the order of the tasks.

    Args:
        loader (DataLoader): whose batches it gives.
    """

    _pool: Any = None
    _reusable = True  # all workers live

    def __init__(self, loader: DataLoader):
        if not loader.prefetch_factor:
            raise AssertionError("prefetch_factor must be above 0 where workers make batches")
        self._persistent_workers = loader.persistent_workers
        self._in_order = loader.in_order
        self._timeout = loader.timeout
        self._room = loader.prefetch_factor * loader.num_workers  # tasks in the workers' hands
        super().__init__(loader)
        if loader.multiprocessing_context == "thread":
            from .threads import Pool as Threads

            self._pool = Threads(loader, self._base_seed)
        else:
            from .processes import Pool as Processes

            self._pool = Processes(loader, self._base_seed)
        self._share_seed(loader)
        self._ask_ahead()

    # ---- the plan: who makes what
    def _ask_ahead(self) -> None:
        workers = self._num_workers
        self._sent = self._next = 0  # numbers of tasks: given out, and given to the user
        self._owners: dict[int, int] = {}  # the workers of tasks that were not answered
        self._arrived: dict[int, Any] = {}  # answers whose turn has not come
        self._active = [True] * workers
        self._load = [0] * workers
        self._turns = cycle(range(workers))
        for _ in range(self._room):
            self._ask()

    def _ask(self) -> None:
        """Gives the next batch to the next worker that has something left."""
        try:
            indices = next(self._indices)
        except StopIteration:
            return
        active = self._active
        for _ in active:
            worker = next(self._turns)
            if active[worker] and (self._in_order or self._load[worker] < self._room // sum(active)):
                break
        else:
            return
        self._owners[self._sent] = worker
        self._load[worker] += 1
        self._pool.send(worker, (self._sent, indices))
        self._sent += 1

    def _again(self, loader: DataLoader) -> None:
        """Begins another pass with the same workers."""
        self._reset(loader)
        resume = Resume(self._share_seed(loader))
        workers = range(self._num_workers)
        for worker in workers:
            self._pool.send(worker, resume)
        waiting = len(workers)
        while waiting:  # what is left of the pass before comes first
            _, (number, _) = self._receive()
            waiting -= number is Resume
        self._ask_ahead()

    # ---- the answers
    def _next_data(self):
        try:
            return self._in_turn()
        except Exception:
            raise
        except BaseException:  # Ctrl-C: nobody waits for a sample now
            self._shutdown_workers(hurry=True)
            raise

    def _in_turn(self):
        if self._pool is None:
            raise StopIteration
        while True:
            while self._next < self._sent and not self._expected(self._next):
                self._owners.pop(self._next, None)
                self._next += 1
            if self._next == self._sent:
                if not self._persistent_workers:
                    self._shutdown_workers()
                raise StopIteration
            if self._next in self._arrived:
                number = self._next
                worker, data = self._arrived.pop(number)
            else:
                worker, (number, data) = self._receive()
                if number is None:  # unreadable; a worker answers in order
                    number = min(n for n, owner in self._owners.items() if owner == worker)
                del self._owners[number]
                if data is End:
                    self._over(worker)
                    continue
                if number != self._next and self._in_order:
                    self._arrived[number] = worker, data
                    continue
            if number == self._next:
                self._next += 1
            self._load[worker] -= 1
            self._ask()
            if isinstance(data, ExceptionWrapper):
                data.reraise()
            return data

    def _expected(self, number: int) -> bool:
        """Whether a task is answered, or will be."""
        if number in self._arrived:
            return True
        owner = self._owners.get(number)
        return owner is not None and self._active[owner]

    def _over(self, worker: int) -> None:
        """A worker's stream is at its end."""
        self._active[worker] = False
        if not self._persistent_workers:
            self._pool.stop(worker)
        self._ask()

    def _receive(self):
        timeout = self._timeout
        answer = self._pool.receive(timeout)
        if isinstance(answer, Deaths):
            self._reusable = False
            for worker in answer.workers:
                self._active[worker] = False
            answer.report()
        if answer is None:
            raise RuntimeError(f"DataLoader timed out after {timeout} seconds")
        return answer

    # ---- the end
    @property
    def _workers(self) -> list:
        return self._pool.processes if self._pool is not None else []

    def _shutdown_workers(self, hurry: bool = False) -> None:
        pool, self._pool, self._reusable = self._pool, None, False
        if pool is not None:
            pool.close(hurry)

    def __del__(self):
        self._shutdown_workers()
