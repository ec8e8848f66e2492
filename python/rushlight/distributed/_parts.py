"""What all of the package is made of: errors, names of backends, kinds of reductions, work under way."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Any

from ..futures import Future


class DistError(RuntimeError):
    """An error of this package."""


class DistBackendError(DistError):
    """An error of what carries messages."""


class DistNetworkError(DistError):
    """An error of the network."""


class DistStoreError(DistError):
    """An error of a store."""


default_pg_timeout = timedelta(minutes=30)


class Backend(str):
    """The name of what would carry messages, in small letters.

    Example::

        >>> rl.distributed.Backend("GLOO")
        'gloo'
    """

    UNDEFINED = "undefined"
    GLOO = "gloo"
    NCCL = "nccl"
    XCCL = "xccl"
    UCC = "ucc"
    MPI = "mpi"
    FAKE = "fake"
    backend_list = [UNDEFINED, GLOO, NCCL, XCCL, UCC, MPI, FAKE]
    default_device_backend_map = {"cpu": GLOO, "cuda": NCCL, "xpu": XCCL, "mps": GLOO}

    def __new__(cls, name: str) -> Backend:
        if not isinstance(name, str):
            raise ValueError(f"Backend constructor parameter must be string-ish, but got {type(name)}")
        return super().__new__(cls, name.lower())


class ReduceOp:
    """How values of several processes become one."""

    class RedOpType(Enum):
        """The kinds there are."""

        SUM = 0
        AVG = 1
        PRODUCT = 2
        MIN = 3
        MAX = 4
        BAND = 5
        BOR = 6
        BXOR = 7
        PREMUL_SUM = 8

    SUM, AVG, PRODUCT, MIN, MAX = (
        RedOpType.SUM,
        RedOpType.AVG,
        RedOpType.PRODUCT,
        RedOpType.MIN,
        RedOpType.MAX,
    )
    BAND, BOR, BXOR, PREMUL_SUM = RedOpType.BAND, RedOpType.BOR, RedOpType.BXOR, RedOpType.PREMUL_SUM


class _ReduceOp(ReduceOp):
    """The old name of :class:`ReduceOp`."""


reduce_op = _ReduceOp()


class GradBucket:
    """Gradients that are exchanged together.

    Args:
        index (int): its number.
        gradient (Tensor): the gradient, of one parameter.
        parameters (list of Parameter): whose.
        is_last (bool): whether it is the last one of a pass.
    """

    def __init__(self, index: int, gradient: Any, parameters: list[Any], is_last: bool) -> None:
        self._index, self._shape, self._parameters, self._last = index, gradient.shape, parameters, is_last
        self._buffer = gradient.reshape(-1)

    def index(self) -> int:
        """Its number."""
        return self._index

    def is_last(self) -> bool:
        """Whether it is the last one."""
        return self._last

    def buffer(self) -> Any:
        """The gradients as one row."""
        return self._buffer

    def set_buffer(self, buffer: Any) -> None:
        """Puts others in their place."""
        self._buffer = buffer

    def gradients(self) -> list[Any]:
        """The gradients by themselves."""
        return [self._buffer.view(self._shape)]

    def parameters(self) -> list[Any]:
        """Whose they are."""
        return self._parameters


class Work:
    """Something that was begun, and is done."""

    def __init__(self, result: Any = None) -> None:
        self._result = result

    def wait(self, timeout: Any = None) -> bool:
        """Nothing to wait for."""
        return True

    def is_completed(self) -> bool:
        """Whether it is done: always."""
        return True

    is_success = is_completed

    def exception(self) -> None:
        """The error it ended with: none."""

    def result(self) -> Any:
        """What it gave, as a list of tensors."""
        return self._result

    def get_future(self) -> Future:
        """The same as a future."""
        future = Future()
        future.set_result(self._result)
        return future

    def source_rank(self) -> int:
        """Where it came from."""
        return 0

    def synchronize(self) -> None:
        """Nothing to wait for."""


def supports_complex(reduceOp: Any) -> bool:  # noqa: N803, RUF100
    """Whether complex numbers can be joined by ``reduceOp``."""
    return reduceOp not in (
        ReduceOp.MAX,
        ReduceOp.MIN,
        ReduceOp.PRODUCT,
        ReduceOp.BAND,
        ReduceOp.BOR,
        ReduceOp.BXOR,
    )


def _one(world_size: int) -> None:
    if world_size > 1:
        raise NotImplementedError(
            f"a world of {world_size} processes: rushlight trains in one process, which uses all cores; "
            "start the program once, with WORLD_SIZE=1"
        )
