"""Work that is recorded once and replayed (``torch.cuda.CUDAGraph``): there is none.

A replay reads what is in the recorded tensors when it runs. Work is not recorded here, so a graph would have nothing to replay, and
to have run the block once would be a wrong answer the second time: :class:`CUDAGraph` refuses. Calls are batched for the device anyway.
:func:`make_graphed_callables` has an answer, the function itself.
"""

from __future__ import annotations

from . import _device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_INSTEAD = "call the function itself, or what make_graphed_callables gives for it"


def _refuse(name: str) -> NoReturn:
    if _device.count() == 0:
        _device.refuse()
    raise RuntimeError(f"torch.cuda.{name}: work is not recorded and cannot be replayed; {_INSTEAD}")


class CUDAGraph:
    """Work that was recorded.

    Errors: RuntimeError, always: nothing is recorded here.
    """

    def __init__(self, keep_graph: bool = False) -> None:
        _refuse("CUDAGraph")


class graph:  # noqa: N801, RUF100
    """A block that is recorded.

    Errors: RuntimeError, always: nothing is recorded here.
    """

    def __init__(
        self,
        cuda_graph: Any,
        pool: Any = None,
        stream: Any = None,
        capture_error_mode: str = "global",
        enable_annotations: bool = False,
        check_input_liveness: bool = False,
    ) -> None:
        _refuse("graph")


def make_graphed_callables(
    callables: Any,
    sample_args: Any,
    num_warmup_iters: int = 3,
    allow_unused_input: bool = False,
    pool: Any = None,
) -> Any:
    """What computes the same as the functions: the functions themselves, whose calls are batched for the device anyway.

    Args:
        callables (Module or function, or a tuple of them): what to record.
        sample_args (tuple): arguments of one call, or a tuple for each function.
        others: accepted.

    Errors: RuntimeError without a device; ValueError for another number of arguments than of functions.

    Returns:
        what was given.
    """
    _device.current()
    if isinstance(callables, tuple) and len(callables) != len(sample_args):
        raise ValueError(
            f"sample_args should be a tuple for each of {len(callables)} callables, but got {len(sample_args)}"
        )
    return callables


def graph_pool_handle() -> tuple[int, int]:
    """A name for memory that recordings would share: a new one at each call."""
    global _pools
    _pools += 1
    return 0, _pools


_pools = 0


def is_current_stream_capturing() -> bool:
    """Whether work is being recorded: never."""
    return False
