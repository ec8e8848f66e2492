"""Matrices that PyTorch makes by functions of the package itself, and by newer ones of ``linalg``."""

from __future__ import annotations

from .. import _C

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._C import Tensor


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:  # noqa: N803, RUF100
    """The powers of the elements of a vector, a row for each, :math:`x_i^{N-1}, ..., x_i, 1`.

    Args:
        x (Tensor): the vector.
        N (int, optional): how many powers. Default: as many as elements
        increasing (bool): from :math:`1` upwards. Default: ``False``

    Errors: RuntimeError for what is no vector, and for a negative `N`.

    Example::

        >>> rl.vander(rl.tensor([1, 2, 3]))
        tensor([[1, 1, 1],
                [4, 2, 1],
                [9, 3, 1]])
    """
    if x.dim() != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    columns = x.size(0) if N is None else N
    if columns < 0:
        raise RuntimeError("N must be non-negative.")
    kind = _C.promote_types(x.dtype, _C.int64)  # as exponents are whole numbers
    powers = _C.ones(x.size(0), min(columns, 1), dtype=kind, device=x.device)
    if columns > 1:
        rising = x.to(kind).unsqueeze(1).expand(-1, columns - 1).cumprod(1)
        powers = _C.cat([powers, rising], 1)
    return powers if increasing else powers.flip(1)
