"""Results that are there later (``torch.futures``): without processes elsewhere, they are there at once or set by hand."""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Future:
    """A value that somebody sets, and others wait for.

    Example::

        >>> later = rl.futures.Future()
        >>> double = later.then(lambda done: 2 * done.value())
        >>> later.set_result(3)
        >>> double.wait()
        6
    """

    def __class_getitem__(cls, item: Any) -> type[Future]:
        """``Future[int]`` in annotations: the class itself."""
        return cls

    def __init__(self, *, devices: Any = None) -> None:
        self._changed = threading.Condition()
        self._done, self._value, self._error = False, None, None
        self._callbacks: list[Any] = []

    def done(self) -> bool:
        """Whether the value, or an error, is there."""
        return self._done

    def wait(self) -> Any:
        """Waits, and returns the value or raises the error."""
        with self._changed:
            self._changed.wait_for(lambda: self._done)
        return self.value()

    def value(self) -> Any:
        """The value, which must be there; raises the error if there is one instead."""
        if not self._done:
            raise RuntimeError("the future has no value yet: call wait()")
        if self._error is not None:
            raise self._error
        return self._value

    def _finish(self, value: Any, error: Any) -> None:
        with self._changed:
            if self._done:
                raise RuntimeError("Future can only be marked completed once")
            self._done, self._value, self._error = True, value, error
            callbacks, self._callbacks = self._callbacks, []
            self._changed.notify_all()
        for callback in callbacks:
            callback(self)

    def set_result(self, result: Any) -> None:
        """Sets the value, and calls what waits for it."""
        self._finish(result, None)

    def set_exception(self, result: Any) -> None:
        """Sets an error instead."""
        if not isinstance(result, Exception):
            raise AssertionError(f"{result} is of type {type(result)}, not an Exception.")
        self._finish(None, result)

    def add_done_callback(self, callback: Callable[[Any], Any]) -> None:
        """Calls ``callback(future)`` when it is done, at once if it is."""
        with self._changed:
            if not self._done:
                self._callbacks.append(callback)
                return
        callback(self)

    def then(self, callback: Callable[[Any], Any]) -> Future:
        """A future of what ``callback(future)`` returns."""
        following = Future()

        def run(done: Any) -> None:
            try:
                result = callback(done)
            except Exception as error:
                following.set_exception(error)
            else:
                following.set_result(result)

        self.add_done_callback(run)
        return following


def collect_all(futures: list[Future]) -> Future:
    """A future of the list itself, done when all of its futures are."""
    together, left = Future(), len(futures)
    lock = threading.Lock()
    if not futures:
        together.set_result([])

    def one_more(_: Any) -> None:
        nonlocal left
        with lock:
            left -= 1
            last = left == 0
        if last:
            together.set_result(list(futures))

    for future in futures:
        future.add_done_callback(one_more)
    return together


def wait_all(futures: list[Future]) -> list[Any]:
    """Waits for all, and returns their values."""
    return [future.wait() for future in futures]


__all__ = ["Future", "collect_all", "wait_all"]
