"""``vmap``: a function of one sample as a function of many."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import _C
from ..random import get_rng_state, set_rng_state
from ..utils._pytree import _broadcast_to_and_flatten, tree_flatten, tree_map, tree_structure

__all__ = ["debug_unwrap", "vmap"]

_transform = _C._transform
Tensor = _C.Tensor


def name_of(func: Callable[..., Any]) -> str:
    """What a function is called in messages."""
    return getattr(func, "__name__", None) or repr(func)


class Level:
    """A map in progress: tensors enter it, and results leave it.

    Args:
        size (int): number of samples.
        randomness (str): ``"error"``, ``"different"`` or ``"same"``.
    """

    def __init__(self, size: int, randomness: str = "error") -> None:
        self.size, self.randomness = size, randomness

    def __enter__(self) -> Level:
        self.id = _transform.begin(self.size, self.randomness)
        return self

    def __exit__(self, *_: object) -> None:
        _transform.end(self.id)

    def enter(self, x: Any, dim: int | None) -> Any:
        """One sample of a tensor, which stands for all of them; what is not mapped stays as it is."""
        return x if dim is None else _transform.enter(x, dim, self.id)

    def leave(self, x: Any, dim: int) -> Any:
        """All samples of a result along an axis; a result that is the same for each is repeated."""
        return _transform.leave(x, dim, self.id, self.size)


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """A function that applies ``func`` to each of many samples, in one run.

    Args:
        func (callable): takes and returns tensors, or containers of them.
        in_dims (int or nested structure): for each positional argument the axis of samples, ``None`` where all samples
            share it, as they share keyword arguments. Default: 0
        out_dims (int or nested structure): where in each result the axis of samples goes. Default: 0
        randomness (str): what random ops do: ``"error"``, ``"different"`` (a draw for each sample) or ``"same"`` (one draw
            for all). Default: ``"error"``
        chunk_size (int, optional): so many samples at a time; all by default.

    Raises:
        ValueError: arguments that are no tensors, axes that do not exist, samples of unequal number.
        RuntimeError: the function reads elements of a tensor (``item``, ``if x > 0``), or draws in ``"error"`` mode.

    Shapes: an argument loses its axis of samples on the way in, each result gains one on the way out.

    Example::

        >>> import rushlight as rl
        >>> x, w = rl.arange(6.0).reshape(3, 2), rl.ones(2)
        >>> rl.vmap(rl.dot, in_dims=(0, None))(x, w)
        tensor([1., 5., 9.])
    """
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")

    @functools.wraps(func)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        flat, dims, spec = _arguments(func, in_dims, args)
        size = _samples(flat, dims)

        def run(tensors: list[Any], count: int) -> tuple[list[Any], Any, list[int | None]]:
            with Level(count, randomness) as level:
                sample = [level.enter(t, d) for t, d in zip(tensors, dims, strict=True)]
                outputs = func(*spec.unflatten(sample), **kwargs)
                results, out_spec = tree_flatten(outputs)
                places = _places(func, out_dims, outputs, out_spec)
                return [_result(func, level, r, p) for r, p in zip(results, places, strict=True)], out_spec, places

        if chunk_size is None or chunk_size >= size:
            results, out_spec, _ = run(flat, size)
            return out_spec.unflatten(results)
        parts = []
        state = get_rng_state() if randomness == "same" else None
        for start in range(0, size, chunk_size):
            count = min(chunk_size, size - start)
            if state is not None:
                set_rng_state(state)
            cut = [t if d is None else t.narrow(d, start, count) for t, d in zip(flat, dims, strict=True)]
            parts.append(run(cut, count))
        joined = [
            column[0] if place is None else _C.cat(list(column), place)
            for column, place in zip(zip(*(p[0] for p in parts), strict=True), parts[0][2], strict=True)
        ]
        return parts[0][1].unflatten(joined)

    return mapped


def _arguments(func: Callable[..., Any], in_dims: Any, args: tuple) -> tuple[list[Any], list[int | None], Any]:
    """The leaves of the arguments, the axis of samples of each, and how they are put together."""
    what = f"vmap({name_of(func)}, in_dims={in_dims}, ...)(<inputs>)"
    if not isinstance(in_dims, (int, tuple, list)):
        raise ValueError(
            f"{what}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            f"got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name_of(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap "
            "over a function with no inputs. The latter is unsupported."
        )
    flat, spec = tree_flatten(args)
    dims = _broadcast_to_and_flatten(tuple(in_dims) if isinstance(in_dims, list) else in_dims, spec)
    if dims is None:
        raise ValueError(
            f"{what}: in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{tree_structure(in_dims)} but inputs has structure {spec}."
        )
    for i, (x, dim) in enumerate(zip(flat, dims, strict=True)):
        if dim is None:
            continue
        if not isinstance(dim, int) or isinstance(dim, bool):
            raise ValueError(
                f"{what}: Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(x, Tensor):
            raise ValueError(
                f"{what}: Got in_dim={dim} for an input but the input is of type {type(x)}. We cannot vmap over "
                "non-Tensor arguments, please use None as the respective in_dim"
            )
        if not -x.dim() <= dim < x.dim():
            raise ValueError(
                f"{what}: Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {x.dim()} so "
                f"expected in_dim to satisfy -{x.dim()} <= in_dim < {x.dim()}."
            )
        dims[i] = dim % x.dim()
    return flat, dims, spec


def _samples(flat: list[Any], dims: list[int | None]) -> int:
    """The number of samples, which all arguments agree on."""
    sizes = [x.size(d) for x, d in zip(flat, dims, strict=True) if d is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if any(s != sizes[0] for s in sizes):
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, "
            f"got sizes {sizes} for the mapped dimension"
        )
    return sizes[0]


def _places(func: Callable[..., Any], out_dims: Any, outputs: Any, spec: Any) -> list[int | None]:
    """For each result the place of its axis of samples."""
    head = f"vmap({name_of(func)}, ..., out_dims={out_dims})"
    allowed = all(d is None or isinstance(d, int) for d in tree_flatten(out_dims)[0])
    if not allowed:
        raise ValueError(
            f"{head}: `out_dims` must be an int, None or a python collection of ints representing where in the outputs "
            "the vmapped dimension should appear."
        )
    if isinstance(out_dims, list):
        out_dims = tuple(out_dims)
    single = isinstance(outputs, Tensor) and isinstance(out_dims, tuple) and len(out_dims) == 1
    places = _broadcast_to_and_flatten(out_dims[0] if single else out_dims, spec)
    if places is None and isinstance(out_dims, tuple) and isinstance(outputs, list):
        places = _broadcast_to_and_flatten(list(out_dims), spec)
    if places is None:
        raise ValueError(
            f"{head}(<inputs>): out_dims is not compatible with the structure of `outputs`. out_dims has structure "
            f"{tree_structure(out_dims)} but outputs has structure {spec}."
        )
    return places


def _result(func: Callable[..., Any], level: Level, result: Any, place: int | None) -> Any:
    name = name_of(func)
    if place is None:
        if isinstance(result, Tensor) and _transform.is_mapped(result, level.id):
            raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        return result
    if not isinstance(result, Tensor):
        raise ValueError(
            f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(result)}. "
            "Did you mean to set out_dims= to None for output?"
        )
    return level.leave(result, place)


def debug_unwrap(tensor: Any, *, recurse: bool = True) -> Any:
    """All samples of a mapped tensor as an ordinary one, their axes in front; for looking at in a debugger.

    Args:
        tensor (Tensor): what a function sees within :func:`vmap`.
        recurse (bool): leave all levels, not only the innermost. Default: ``True``

    Example::

        >>> import rushlight as rl
        >>> rl.vmap(lambda x: (print(rl.func.debug_unwrap(x)), x)[1])(rl.ones(2)).sum()
        tensor([1., 1.])
        tensor(2.)
    """
    return tree_map(lambda t: _transform.unwrap(t, recurse) if isinstance(t, Tensor) else t, tensor)
