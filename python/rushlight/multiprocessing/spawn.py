"""Several processes that run one function, and what became of them."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import pickle
import signal
import sys
import time
from typing import Any


class ProcessException(Exception):
    """A process came to a bad end.

    Attributes:
        error_index (int): which
        error_pid (int): its number in the system
    """

    __slots__ = ["error_index", "error_pid"]

    def __init__(self, msg: str, error_index: int, pid: int):
        super().__init__(msg)
        self.msg = msg
        self.error_index = error_index
        self.error_pid = pid

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.msg, self.error_index, self.error_pid)


class ProcessRaisedException(ProcessException):
    """A process raised an exception; the message has its traceback."""

    def __init__(self, msg: str, error_index: int, error_pid: int):
        super().__init__(msg, error_index, error_pid)


class ProcessExitedException(ProcessException):
    """A process ended by a signal or with a code.

    Attributes:
        exit_code (int): its exit code, negative for a signal
        signal_name (str, optional): the signal's name
    """

    __slots__ = ["exit_code"]

    def __init__(
        self, msg: str, error_index: int, error_pid: int, exit_code: int, signal_name: str | None = None
    ):
        super().__init__(msg, error_index, error_pid)
        self.exit_code = exit_code
        self.signal_name = signal_name

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.msg, self.error_index, self.error_pid, self.exit_code, self.signal_name)


def _wrap(function, index, args, errors):
    """What a process runs."""
    _end_with_parent()
    try:
        function(index, *args)
    except KeyboardInterrupt:
        pass  # who started the process has it too
    except Exception:
        import traceback

        with errors:
            errors.send_bytes(pickle.dumps(traceback.format_exc()))
        sys.exit(1)


def _end_with_parent() -> None:
    """Asks for SIGINT at the parent's death, where the system can do that."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


class ProcessContext:
    """The processes that :func:`start_processes` started, to be joined."""

    def __init__(self, processes, error_pipes):
        self.error_pipes = error_pipes
        self.processes = processes
        self.sentinels = {process.sentinel: index for index, process in enumerate(processes)}

    def pids(self) -> list[int]:
        """The processes' numbers in the system."""
        return [process.pid for process in self.processes]

    def join(self, timeout: float | None = None, grace_period: float | None = None) -> bool:
        """Waits for the next process to end, or for all that did at once.

        The first that failed ends the others, and its exception is raised here.

        Args:
            timeout (float, optional): seconds to wait at most. Default: for ever
            grace_period (float, optional): seconds that the others have after SIGTERM before they are killed.
                Default: 30

        Returns:
            bool: whether all have ended.

        Errors: ProcessRaisedException, ProcessExitedException for the first that failed.
        """
        if not self.sentinels:
            return True
        failed = None
        for sentinel in multiprocessing.connection.wait(self.sentinels.keys(), timeout=timeout):
            index = self.sentinels.pop(sentinel)
            process = self.processes[index]
            process.join()
            if process.exitcode != 0:
                failed = index
                break
        if failed is None:
            return not self.sentinels
        self._end_others(30 if grace_period is None else grace_period)
        self._raise(failed)
        return False

    def _end_others(self, grace: float) -> None:
        until = time.monotonic() + grace
        for end in ("terminate", "kill"):
            for process in self.processes:
                if process.is_alive():
                    getattr(process, end)()
            for process in self.processes:
                process.join(max(0.0, until - time.monotonic()) if end == "terminate" else None)

    def _raise(self, index: int) -> None:
        process, pipe = self.processes[index], self.error_pipes[index]
        trace = None
        if pipe.poll():
            with contextlib.suppress(EOFError):
                trace = pickle.loads(pipe.recv_bytes())
        if trace is not None:
            message = f"\n\n-- Process {index} terminated with the following error:\n{trace}"
            raise ProcessRaisedException(message, index, process.pid)
        code = process.exitcode
        if code < 0:
            try:
                name = signal.Signals(-code).name
            except ValueError:
                name = f"<Unknown signal {-code}>"
            message = f"process {index} terminated with signal {name}"
            raise ProcessExitedException(message, index, process.pid, code, name)
        raise ProcessExitedException(
            f"process {index} terminated with exit code {code}", index, process.pid, code
        )


class SpawnContext(ProcessContext):
    """The processes that :func:`spawn` started."""


def start_processes(
    fn,
    args: tuple = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> ProcessContext | None:
    """Starts processes that call ``fn(i, *args)``, with `i` from 0.

    Args:
        fn (Callable): what they run; to be importable where processes are spawned.
        args (tuple): further arguments. Default: none
        nprocs (int): how many. Default: 1
        join (bool): wait for all. Default: ``True``
        daemon (bool): ended with this process. Default: ``False``
        start_method (str): ``spawn``, ``fork`` or ``forkserver``. Default: ``spawn``

    Returns:
        ProcessContext: if `join` is ``False``; join it until that gives ``True``.

    Errors: ProcessRaisedException, ProcessExitedException for the first that failed, the others being ended.
    """
    context: Any = multiprocessing.get_context(start_method)
    return _started(ProcessContext, context, fn, args, nprocs, join, daemon)


def _started(kind, context, fn, args, nprocs, join, daemon):
    processes, pipes = [], []
    try:
        for index in range(nprocs):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_wrap, args=(fn, index, args, theirs), daemon=daemon)
            process.start()
            theirs.close()
            processes.append(process)
            pipes.append(ours)
    except BaseException:
        for process in processes:
            process.kill()
            process.join()
        raise
    made = kind(processes, pipes)
    if not join:
        return made
    try:
        while not made.join():
            pass
    finally:
        for process in processes:  # after an interruption nobody goes on alone
            if process.is_alive():
                process.terminate()
                process.join()
    return None


def spawn(
    fn,
    args: tuple = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> SpawnContext | None:
    """Starts fresh processes that call ``fn(i, *args)``, with `i` from 0.

    Args:
        fn (Callable): what they run: a function at the top of a module.
        args (tuple): further arguments; tensors among them are shared. Default: none
        nprocs (int): how many. Default: 1
        join (bool): wait for all. Default: ``True``
        daemon (bool): ended with this process. Default: ``False``
        start_method (str): ``spawn``; others belong to :func:`start_processes`, and a warning says so.

    Returns:
        SpawnContext: if `join` is ``False``.

    Errors: ProcessRaisedException, ProcessExitedException for the first that failed, the others being ended.
    """
    if start_method != "spawn":
        import warnings

        warnings.warn(
            "This method only supports start_method=spawn (got: "
            f"{start_method}).\nTo use a different start_method use:\n\t\t torch.multiprocessing.start_processes(...)",
            FutureWarning,
            stacklevel=2,
        )
    return _started(SpawnContext, multiprocessing.get_context("spawn"), fn, args, nprocs, join, daemon)
