"""Workers that are threads of this process: nothing is copied, and everything is shared."""

from __future__ import annotations

from copy import copy, deepcopy
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from .... import _C
from .worker import Plan, become_thread, is_step, serve


class Pool:
    """Worker threads, each with a queue of tasks.

    Args:
        loader (DataLoader): whose batches they make.
        base_seed (int): what their seeds begin with.
    """

    processes = ()

    def __init__(self, loader, base_seed: int):
        self._answers: SimpleQueue = SimpleQueue()
        self._tasks: list[SimpleQueue] = [SimpleQueue() for _ in range(loader.num_workers)]
        for number, tasks in enumerate(self._tasks):
            arguments = (Plan(loader, base_seed, number), tasks.get, self._answers.put)
            Thread(target=run, args=arguments, daemon=True, name=f"loader-{number}").start()

    def send(self, number: int, task) -> None:
        """Gives a worker a task."""
        self._tasks[number].put(task)

    def receive(self, timeout: float) -> tuple[int, Any] | None:
        """The next answer, and whose it is; None if there is none for `timeout` seconds (0: for ever)."""
        try:
            return self._answers.get(timeout=timeout or None)
        except Empty:
            return None

    def retire(self, number: int) -> None:
        """Expects nothing of a worker any more."""

    def stop(self, number: int) -> None:
        """Tells a worker that it may go."""
        self.send(number, None)

    def close(self, hurry: bool = False) -> None:
        """Lets all workers go when they are done."""
        for tasks in self._tasks:
            tasks.put(None)


def run(plan: Plan, receive, answer) -> None:
    """The life of a worker thread."""
    dataset = plan.dataset
    if is_step(dataset):
        dataset = deepcopy(dataset)  # each takes its share in a step further up
    elif plan.init_fn is not None or plan.is_stream:
        dataset = copy(dataset)  # what one worker sets in it is not for the others
    generator = _C.Generator()
    generator.manual_seed(plan.seed)
    become_thread(plan.info(dataset, generator=generator))
    number = plan.number
    serve(
        plan, dataset, f"in DataLoader worker thread {number}", receive, lambda data: answer((number, data))
    )
