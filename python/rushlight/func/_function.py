"""A user's ``autograd.Function`` under ``vmap``."""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import _C
from ..autograd.function import Function
from ..utils._pytree import tree_flatten

_transform = _C._transform


class VmapInfo(NamedTuple):
    """What a map tells a function's own rule."""

    batch_size: int
    randomness: str


def by_rule(cls: Any, args: tuple) -> Any:
    """The answer of a function's own ``vmap`` for arguments that are mapped by the newest level, ``NotImplemented`` where it
    shall run on all samples as it is.

    Raises:
        RuntimeError: the function has neither a rule nor ``generate_vmap_rule``, or both.
    """
    tensors = [a for a in tree_flatten(args)[0] if isinstance(a, _C.Tensor) and _transform.is_mapped(a)]
    if not tensors:
        return NotImplemented
    own = cls.vmap is not Function.vmap
    if own and cls.generate_vmap_rule:
        raise RuntimeError(
            f"You tried to vmap over {cls.__name__}, but it has both generate_vmap_rule=True and an overridden vmap "
            "staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to avoid "
            "ambiguity. "
        )
    if cls.generate_vmap_rule:
        return NotImplemented
    if not own:
        raise RuntimeError(
            f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and implement the "
            "vmap staticmethod or set generate_vmap_rule=True. "
        )
    level, size, randomness = _transform.newest(tensors)
    leaves, spec = tree_flatten(args)
    dims, outside = [], []
    for a in leaves:
        mapped = isinstance(a, _C.Tensor) and _transform.is_mapped(a, level)
        dims.append(0 if mapped else None)
        outside.append(_transform.leave(a, 0, level, size) if mapped else a)
    output, out_dims = cls.vmap(VmapInfo(size, randomness), spec.unflatten(dims), *spec.unflatten(outside))
    results = output if isinstance(output, tuple) else (output,)
    places = out_dims if isinstance(out_dims, tuple) else (out_dims,) * len(results)
    if len(places) != len(results):
        raise ValueError(
            f"{cls.__name__}.vmap: out_dims is not compatible with the structure of the output: {len(places)} places for "
            f"{len(results)} results"
        )
    entered = tuple(
        r if p is None else _transform.enter(r, p, level) for r, p in zip(results, places, strict=True)
    )
    return entered if isinstance(output, tuple) else entered[0]
