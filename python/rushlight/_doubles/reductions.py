"""Norms by their old names, and reductions of segments."""

from __future__ import annotations

from typing import Any

from .. import _C

Tensor = _C.Tensor


def norm_except_dim(v: Any, pow: int = 2, dim: int = 0) -> Tensor:
    """The norm over all axes but one; of everything for ``dim=-1``.

    Args:
        pow (int): the order of the norm. Default: 2

    >>> rl.norm_except_dim(rl.tensor([[3.0, 4.0], [6.0, 8.0]]))
    tensor([[ 5.],
            [10.]])
    """
    if dim == -1:
        return v.norm(pow)
    axes = [axis for axis in range(v.dim()) if axis != dim]
    return v.norm(pow, axes, keepdim=True) if axes else v.abs()


def frobenius_norm(input: Any, dim: Any, keepdim: bool = False) -> Tensor:
    """The root of the sum of squares over axes.

    Args:
        dim (int or list of int): the axes; all of them if empty.

    >>> rl.frobenius_norm(rl.tensor([[3.0, 4.0], [6.0, 8.0]]), 1)
    tensor([ 5., 10.])
    """
    return _C._linalg.vector_norm(input, 2, dim or None, keepdim)


def nuclear_norm(input: Any, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The sum of the singular values of matrices.

    Args:
        dim (tuple of int, optional): the two axes of the matrices. Default: the last two

    >>> rl.nuclear_norm(rl.diag(rl.tensor([3.0, -4.0])))
    tensor(7.)
    """
    return _C._linalg.matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim)


def segment_reduce(
    data: Any,
    reduce: str,
    *,
    lengths: Any = None,
    indices: Any = None,
    offsets: Any = None,
    axis: int = 0,
    unsafe: bool = False,
    initial: Any = None,
) -> Tensor:
    """Reduces parts of the first axis that follow one another.

    Args:
        data (Tensor): what is reduced.
        reduce (str): ``"sum"``, ``"mean"``, ``"max"``, ``"min"`` or ``"prod"``
        lengths (Tensor): of the parts, or
        offsets (Tensor): where each begins and the last ends.
        initial (number, optional): what each part begins with. Default: the operation's own, such as 0 for sums

    Example::

        >>> rl.segment_reduce(rl.arange(5.0), "sum", lengths=rl.tensor([2, 3]))
        tensor([1., 9.])
    """
    ways = {"sum": (0.0, "sum"), "mean": (0.0, "sum"), "prod": (1.0, "prod")}
    ways |= {"max": (-float("inf"), "amax"), "min": (float("inf"), "amin")}
    if reduce not in ways:
        raise RuntimeError(f"unsupported reduction given! {reduce}")
    if axis != 0:
        raise RuntimeError("segment_reduce(): only axis 0 is supported")
    if lengths is None and offsets is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    if lengths is None:
        lengths = offsets.diff()
    if not unsafe and int(lengths.sum()) != data.size(0):
        raise RuntimeError(
            "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe."
        )
    begin, how = ways[reduce]
    count, rest = lengths.numel(), data.shape[1:]
    part = _C.arange(count, device=lengths.device).repeat_interleave(lengths)
    part = part.view(-1, *(1,) * len(rest)).expand(part.numel(), *rest)
    start = data.new_full((count, *rest), begin if initial is None else initial)
    made = start.scatter_reduce(0, part, data, how)
    if reduce == "mean":
        divisor = lengths.view(-1, *(1,) * len(rest)).to(data.dtype)
        made = _C.where(divisor > 0, made / divisor, float("nan") if initial is None else start)
    return made
