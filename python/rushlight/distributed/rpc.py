"""Calls from process to process, of which there is one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


def is_available() -> bool:
    """Whether processes can call one another: no."""
    return False


def init_rpc(name: str, *args: Any, **kwargs: Any) -> NoReturn:
    """Begins to answer calls.

    Errors: RuntimeError, as there is one process.
    """
    raise RuntimeError("init_rpc: there is one process, and nobody to call; call the function itself")


def shutdown(graceful: bool = True, timeout: float = 0) -> None:
    """Ends it: nothing was begun."""


def rpc_async(to: Any, func: Any, *args: Any, **kwargs: Any) -> NoReturn:
    """Calls a function in another process.

    Errors: RuntimeError, as there is one process.
    """
    raise RuntimeError("rpc_async: there is one process, and nobody to call; call the function itself")


rpc_sync = remote = rpc_async


class RRef:
    """A value in another process; for ``isinstance``, which is false of all values there are."""
