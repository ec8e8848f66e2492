"""Workers that are processes: started, asked, heard, and never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
import weakref
from multiprocessing.connection import wait
from queue import SimpleQueue
from typing import Any

from .... import _C
from ...._utils import ExceptionWrapper
from . import MP_STATUS_CHECK_INTERVAL
from .channel import Channel
from .worker import Deaths, Plan, become, seed_process, serve

_ours: weakref.WeakSet[Channel] = weakref.WeakSet()  # this process's ends of the channels to its workers


def _forget_channels() -> None:
    """In a process that was forked: its copies of those ends would hide from the workers that their parent died."""
    for channel in list(_ours):
        channel.close()


def _keep_memory() -> None:
    """Before a fork."""
    for channel in list(_ours):
        channel.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_keep_memory, after_in_child=_forget_channels)


class Pool:
    """Worker processes, each with a channel of its own.

    One channel for all would be blocked for ever by a worker that dies while it writes.

    Args:
        loader (DataLoader): whose batches they make.
        base_seed (int): what their seeds begin with.
    """

    def __init__(self, loader, base_seed: int):
        import numpy  # noqa: F401  # once here, so that a forked worker has it

        from ....multiprocessing import get_context

        self._parent = os.getpid()
        self._channels: list[Channel] = []
        self._waiting: dict[Any, int] = {}  # channels and ends of workers that are expected to live
        self._ends: list[int] = []  # descriptors that tell when a worker ends
        self.processes: list[Any] = []
        context: Any = loader.multiprocessing_context or get_context()
        try:
            for number in range(loader.num_workers):
                self._start(context, Plan(loader, base_seed, number))
        except BaseException:
            self.close(hurry=True)
            raise

    def _start(self, context, plan: Plan) -> None:
        ours, theirs = socket.socketpair()
        channel = Channel(ours)
        _ours.add(channel)
        self._channels.append(channel)
        with theirs:
            process = context.Process(target=run, args=(plan, theirs), daemon=True)
            process.start()
        self.processes.append(process)
        self._ends.append(_end_of(process))
        self._waiting[channel] = self._waiting[self._ends[-1]] = plan.number

    def send(self, number: int, task) -> None:
        """Gives a worker a task; whether it still lives shows when it is waited for."""
        with contextlib.suppress(OSError):
            self._channels[number].send(task)

    def receive(self, timeout: float) -> tuple[int, Any] | Deaths | None:
        """The next answer, and whose it is; None if there is none for `timeout` seconds (0: for ever)."""
        until = time.monotonic() + timeout
        while True:
            pause = MP_STATUS_CHECK_INTERVAL
            if timeout:
                pause = min(pause, max(0.0, until - time.monotonic()))
            ready = wait(self._waiting, pause)
            gone = [self._waiting[one] for one in ready if isinstance(one, int)]
            if (gone or not ready) and (deaths := self._deaths(*gone)):
                return deaths
            for one in ready:
                if isinstance(one, Channel):
                    number = self._waiting[one]
                    try:
                        return number, one.receive()
                    except ConnectionError:
                        return self._deaths(number)
                    except Exception:  # an answer that only its worker can read
                        where = f"reading an answer of DataLoader worker process {number}"
                        return number, (None, ExceptionWrapper(where=where))
            if timeout and time.monotonic() >= until:
                return None

    def _deaths(self, *surely: int) -> Deaths | None:
        """The workers that died, of which some are known."""
        self._await(surely, MP_STATUS_CHECK_INTERVAL)
        dead = [
            number
            for number in sorted(set(self._waiting.values()))
            if number in surely or not self.processes[number].is_alive()
        ]
        if not dead:
            return None
        for number in dead:
            self.retire(number)
        processes = [self.processes[number] for number in dead]
        return Deaths(dead, [process.pid for process in processes], _obituary(processes[0]))

    def _await(self, numbers, seconds: float) -> None:
        """Waits until workers have ended, and takes them off the system's list.

        ``join`` would wait for all that hold a worker's sentinel, and so for processes that it left behind.
        """
        until = time.monotonic() + seconds
        while alive := [number for number in numbers if self.processes[number].is_alive()]:
            rest = until - time.monotonic()
            if rest <= 0:
                return
            wait([self._ends[number] for number in alive], min(rest, 0.1))

    def retire(self, number: int) -> None:
        """Expects nothing of a worker any more."""
        self._waiting = {one: n for one, n in self._waiting.items() if n != number}

    def stop(self, number: int) -> None:
        """Tells a worker that it may go."""
        self.retire(number)
        self.send(number, None)

    def close(self, hurry: bool = False) -> None:
        """Ends all workers: politely at first, unless in a hurry."""
        if os.getpid() != self._parent:  # a fork's copy: the workers are not its children
            return
        self._waiting = {}
        for channel in self._channels:
            if not hurry:
                with contextlib.suppress(OSError):
                    channel.send_at_once(None)
            channel.close()
        everyone = range(len(self.processes))
        for end, seconds in (("", 0 if hurry else MP_STATUS_CHECK_INTERVAL), ("terminate", 1), ("kill", 1)):
            for process in self.processes:
                if end and process.is_alive():
                    getattr(process, end)()
            self._await(everyone, seconds)
        for process, end_of in zip(self.processes, self._ends):
            if end_of != process.sentinel:
                os.close(end_of)
            if not process.is_alive():
                process.close()
        self.processes, self._ends = [], []


def _end_of(process) -> int:
    """A descriptor that tells of the process's end, whoever else holds its sentinel."""
    try:
        return os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # an older system, or one that forbids it
        return process.sentinel


def _obituary(process) -> str:
    pid, code = process.pid, process.exitcode
    if code is None:
        return f"DataLoader worker (pid {pid}) has closed its channel. "
    if code < 0:
        text = f"DataLoader worker (pid {pid}) is killed by signal: {signal.strsignal(-code)}. "
        if -code == getattr(signal, "SIGBUS", None):
            text += (
                "It is possible that dataloader's workers are out of shared memory. "
                "Please try to raise your shared memory limit."
            )
        return text
    return (
        f"DataLoader worker (pid {pid}) exited unexpectedly with exit code {code}. Details are lost due to "
        "multiprocessing. Rerunning with num_workers=0 may give better error trace."
    )


# ---------------------------------------------------------------------- in the worker
def run(plan: Plan, stream: socket.socket) -> None:
    """The life of a worker process."""
    channel = Channel(stream)
    where = f"in DataLoader worker process {plan.number}"
    _C.set_num_threads(1)  # the workers are the threads
    tasks: SimpleQueue = SimpleQueue()
    threading.Thread(target=_listen, args=(channel, tasks), daemon=True).start()
    try:
        seed_process(plan)
        become(plan.info(plan.dataset))
        serve(plan, plan.dataset, where, tasks.get, lambda answer: _answer(channel, answer, where))
    except (KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        pass  # who started the process knows, or is no more


def _answer(channel: Channel, answer, where: str) -> None:
    """Sends an answer, or why it cannot be sent."""
    try:
        channel.send(answer)
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception:
        number, data = answer
        failure = data if isinstance(data, ExceptionWrapper) else ExceptionWrapper(where=where)
        failure.exc_type = _nearest(failure.exc_type)
        channel.send((number, failure))


def _nearest(kind: Any) -> type[Exception]:
    """The class itself, or the next above it that another process can find."""
    import pickle

    for one in kind.__mro__:
        try:
            pickle.dumps(one)
        except Exception:
            continue
        return one if issubclass(one, Exception) else RuntimeError
    return RuntimeError


def _listen(channel: Any, tasks: SimpleQueue) -> None:
    """Takes tasks as they come, so that the parent never waits for a busy worker, and notices the parent's death."""
    parent = os.getppid()
    while True:
        try:
            ready = wait([channel], MP_STATUS_CHECK_INTERVAL)
            task = channel.receive() if ready else ()
        except OSError:
            break
        if task != ():
            tasks.put(task)
            if task is None:
                return
        elif os.getppid() != parent:  # somebody may hold a copy of its end
            break
    tasks.put(None)
    time.sleep(MP_STATUS_CHECK_INTERVAL)  # for the sample that is being made
    os._exit(1)
