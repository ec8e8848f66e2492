"""Python's ``multiprocessing``, with tensors that processes share: ``torch.multiprocessing``.

All names of :mod:`multiprocessing` are here too. Once this package is imported, a tensor that goes through a queue or a
pipe, or is an argument of a new process, moves into shared memory and only its handle is sent: what one process writes
the other sees.

Example::

    import rushlight.multiprocessing as mp

    def work(x):
        x.add_(1)

    if __name__ == "__main__":
        x = rl.zeros(3).share_memory_()
        process = mp.Process(target=work, args=(x,))
        process.start()
        process.join()
        print(x)  # tensor([1., 1., 1.])
"""

import multiprocessing as _python
from multiprocessing import *

from .reductions import init_reductions
from .spawn import (
    ProcessContext,
    ProcessException,
    ProcessExitedException,
    ProcessRaisedException,
    SpawnContext,
    spawn,
    start_processes,
)

init_reductions()

_STRATEGIES = frozenset(("file_descriptor", "file_system"))
_strategy = "file_descriptor"


def set_sharing_strategy(new_strategy: str) -> None:
    """Sets the name of the way in which memory is shared.

    Both ways pass descriptors of files without names: nothing can be left behind, and what a process has received keeps
    no descriptor open, which is what ``file_system`` is chosen for.

    Args:
        new_strategy (str): one of :func:`get_all_sharing_strategies`.

    Errors: AssertionError for another.
    """
    global _strategy
    if new_strategy not in _STRATEGIES:
        raise AssertionError(
            f"invalid sharing strategy {new_strategy!r}, expected one of {sorted(_STRATEGIES)}"
        )
    _strategy = new_strategy


def get_sharing_strategy() -> str:
    """The name of the way in which memory is shared.

    Example::

        >>> rl.multiprocessing.get_sharing_strategy()
        'file_descriptor'
    """
    return _strategy


def get_all_sharing_strategies() -> set[str]:
    """The names that :func:`set_sharing_strategy` takes.

    Example::

        >>> sorted(rl.multiprocessing.get_all_sharing_strategies())
        ['file_descriptor', 'file_system']
    """
    return set(_STRATEGIES)


__all__ = [
    "ProcessContext",
    "ProcessException",
    "ProcessExitedException",
    "ProcessRaisedException",
    "SpawnContext",
    "get_all_sharing_strategies",
    "get_sharing_strategy",
    "init_reductions",
    "set_sharing_strategy",
    "spawn",
    "start_processes",
]
__all__ += _python.__all__
