"""Axes permuted, joined and split by names, in the notation of einops (Rogozhnikov, ICLR 2022)."""

from __future__ import annotations

import math
import re
from typing import Any

from .. import _C

__all__ = ["rearrange"]

_TOKEN = re.compile(r"\s*(\(|\)|\.\.\.|[A-Za-z_]\w*|1)")


def _side(text: str) -> list[list[str]]:
    """One side of a pattern: for each axis the names it is made of."""
    axes: list[list[str]] = []
    group: list[str] | None = None
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"Invalid character in rearrange expression at {text[at:]!r}")
        token, at = found.group(1), found.end()
        if token == "(":
            if group is not None:
                raise ValueError("Nested parentheses are not allowed in a rearrange expression")
            group = []
        elif token == ")":
            if group is None:
                raise ValueError("Unbalanced parentheses in rearrange expression")
            axes.append(group)
            group = None
        else:
            names = [] if token == "1" else [token]
            if group is None:
                axes.append(names)
            else:
                group += names
    if group is not None:
        raise ValueError("Unbalanced parentheses in rearrange expression")
    names = [n for axis in axes for n in axis]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"Indexing expression contains duplicate dimension {name!r}")
    return axes


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """A tensor with its axes in another order, joined or split, as a pattern of names says.

    Args:
        tensor (Tensor or sequence of Tensor): a sequence is stacked along a new first axis.
        pattern (str): names of the axes, ``"before -> after"``; parentheses join axes, ``1`` is an axis of one, ``...``
            stands for any number of axes.
        axes_lengths (int): sizes of names that parentheses on the left leave open.

    Raises:
        ValueError: a name on one side alone or twice, sizes that do not fit.

    Example::

        >>> import rushlight as rl
        >>> rl.func.rearrange(rl.arange(6), "(a b) -> b a", a=2)
        tensor([[0, 3],
                [1, 4],
                [2, 5]])
    """
    x = tensor if isinstance(tensor, _C.Tensor) else _C.stack(list(tensor))
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ValueError("Pattern must contain a single '->' separator")
    left, right = _side(sides[0]), _side(sides[1])
    before, after = {n for a in left for n in a}, {n for a in right for n in a}
    if before ^ after:
        raise ValueError(
            f"Identifiers only on one side of rearrange expression (should be on both): {before ^ after}"
        )
    if set(axes_lengths) - before:
        raise ValueError(f"Identifiers not found in rearrange expression: {set(axes_lengths) - before}")
    open_axes = x.dim() - sum(a != ["..."] for a in left)
    if open_axes < 0 or (open_axes > 0 and ["..."] not in left):
        raise ValueError(
            f"Number of dimensions in pattern ({len(left)}) must be equal to the number of dimensions in the tensor "
            f"({x.dim()})"
        )
    sizes: dict[str, list[int]] = {}
    at = 0
    for axis in left:
        if axis == ["..."]:
            sizes["..."] = list(x.shape[at : at + open_axes])
            at += open_axes
            continue
        sizes.update(_split(axis, x.shape[at], axes_lengths))
        at += 1
    order = [n for a in left for n in a]
    x = x.reshape([s for n in order for s in sizes[n]])
    starts, at = {}, 0
    for n in order:
        starts[n] = at
        at += len(sizes[n])
    wanted = [n for a in right for n in a]
    x = x.permute([i for n in wanted for i in range(starts[n], starts[n] + len(sizes[n]))])
    shape: list[int] = []
    for axis in right:
        shape += sizes["..."] if axis == ["..."] else [math.prod(s for n in axis for s in sizes[n])]
    return x.reshape(shape)


def _split(axis: list[str], size: int, given: dict[str, int]) -> dict[str, list[int]]:
    """The size of each name that an axis is made of."""
    unknown = [n for n in axis if n not in given]
    known = math.prod(given[n] for n in axis if n in given)
    if len(axis) == 1 and unknown:
        return {axis[0]: [size]}
    if len(unknown) > 1 or (unknown and (known == 0 or size % known)) or (not unknown and known != size):
        raise ValueError(f"Axis of size {size} cannot be split into {axis} with {given}")
    return {n: [given[n] if n in given else size // known] for n in axis}
