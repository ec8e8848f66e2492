"""How the loss of a linear map may be computed in pieces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ... import _C

if TYPE_CHECKING:
    from typing import Any

__all__ = ["LinearCrossEntropyOptions"]

_POLICIES = "accurate", "balanced", "compact", "auto"


@dataclass(frozen=True)
class LinearCrossEntropyOptions:
    """What PyTorch's :func:`~rushlight.nn.functional.linear_cross_entropy` is told about computing in pieces. The options are
    checked and kept; the loss here is computed whole, which is what they may not change.

    Args:
        allow_retain_graph (bool): whether a second backward is wanted. Default: ``False``
        batch_chunk_size (int, optional): rows of a piece.
        chunking_method (str, optional): ``"auto"``, ``"aspect_ratio"`` or ``"aspect_ratio:2"`` with a positive number.
        acc_policy (str): ``"accurate"``, ``"balanced"``, ``"compact"`` or ``"auto"``.
        acc_dtype (dtype, optional): what sums are kept in; a floating dtype.

    Errors: ValueError for anything else.

    Example::

        >>> options = rl.nn.LinearCrossEntropyOptions(batch_chunk_size=2)
        >>> F.linear_cross_entropy(rl.ones(4, 8), rl.ones(3, 8), rl.tensor([0, 1, 2, 0]), options=options)
        tensor(1.0986)
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None

    def __post_init__(self) -> None:
        size, method = self.batch_chunk_size, self.chunking_method
        if size is not None and (not isinstance(size, int) or size <= 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size}")
        if method not in (None, "auto") and not re.fullmatch(r"aspect_ratio(:0*[1-9]\d*)?", str(method)):
            raise ValueError(f"invalid chunking_method: {method!r}")
        if self.acc_policy not in _POLICIES:
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.acc_dtype not in (None, _C.float16, _C.bfloat16, _C.float32, _C.float64):
            raise ValueError(
                "acc_dtype must be one of {None, torch.float16, torch.bfloat16, torch.float32, torch.float64}, "
                f"got {self.acc_dtype}. Pass acc_dtype=None to let the op pick automatically."
            )
