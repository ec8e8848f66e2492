"""Exceptions on their way from one thread or process to another."""

from __future__ import annotations

import sys


class KeyErrorMessage(str):
    """A text that ``KeyError`` shows as it is, with its line breaks, rather than quoted."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class ExceptionWrapper:
    """An exception with its traceback as text, to be raised again elsewhere.

    Args:
        exc_info (tuple, optional): what ``sys.exc_info()`` gives. Default: the exception being handled
        where (str): where it happened, for the message.

    Examples::

        >>> from rushlight._utils import ExceptionWrapper
        >>> try:
        ...     {}["a key"]
        ... except KeyError:
        ...     caught = ExceptionWrapper(where="in a worker")
        >>> caught.reraise()
        Traceback (most recent call last):
        KeyError: Caught KeyError in a worker...
    """

    def __init__(self, exc_info=None, where: str = "in background"):
        from traceback import format_exception

        kind, error, trace = sys.exc_info() if exc_info is None else exc_info
        # text alone: the traceback itself would keep every frame alive, and cannot be pickled
        self.exc_type = kind
        self.exc_msg = "".join(format_exception(kind, error, trace))
        self.where = where

    def reraise(self):
        """Raises an exception of the same class whose message has the original traceback."""
        message = f"Caught {self.exc_type.__name__} {self.where}.\nOriginal {self.exc_msg}"
        if self.exc_type is KeyError:
            raise KeyError(KeyErrorMessage(message))
        if getattr(self.exc_type, "message", None):
            raise self.exc_type(message=message)
        try:
            error = self.exc_type(message)
        except Exception:  # a class that wants other arguments: how to make one is not known here
            raise RuntimeError(message) from None
        raise error


def __getattr__(name: str):
    """The functions that a pickle of PyTorch's names to make tensors (``_rebuild_tensor_v2``), and those of lists of tensors."""
    if name.startswith("_rebuild"):
        from .serialization._rebuild import REBUILDERS

        for function, (module, known) in REBUILDERS.items():
            if known == name and module != "torch.serialization":
                return function
    from . import _flat

    if name in vars(_flat) and not name.startswith("__") and callable(vars(_flat)[name]):
        return vars(_flat)[name]
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
