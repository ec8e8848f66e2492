"""How many operations products, convolutions and attention take (``torch.utils.flop_counter``).

A multiplication and an addition count two. Counted are the operations that a program calls, not those of a backward pass,
which run inside the engine.
"""

from __future__ import annotations

from collections import defaultdict
from math import prod
from typing import Any

from .. import _C

Tensor = _C.Tensor


def _product(args: Any, out: Any) -> int:
    return 2 * prod(out.shape) * args[0].shape[-1]


def _added(args: Any, out: Any) -> int:
    return 2 * prod(out.shape) * args[1].shape[-1]


def _convolution(args: Any, out: Any) -> int:
    weight = args[1].shape  # outputs, inputs of a group, and the kernel
    return 2 * prod(out.shape) * prod(weight[1:])


def _transposed(args: Any, out: Any) -> int:
    return 2 * prod(args[0].shape) * prod(args[1].shape[1:])


def _bilinear(args: Any, out: Any) -> int:
    return 2 * prod(out.shape) * prod(args[2].shape[1:])


def _attention(args: Any, out: Any) -> int:
    query, key, value = (each.shape for each in args[:3])
    return 2 * prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


_FORMULAS = {
    **dict.fromkeys("mm bmm matmul linear mv dot vdot inner".split(), _product),
    **dict.fromkeys("addmm baddbmm addmv addbmm".split(), _added),
    **dict.fromkeys("conv1d conv2d conv3d".split(), _convolution),
    **dict.fromkeys("conv_transpose1d conv_transpose2d conv_transpose3d".split(), _transposed),
    "scaled_dot_product_attention": _attention,
    "bilinear": _bilinear,
}


def flops_of(name: str, args: Any, kwargs: Any, result: Any) -> int:
    """Operations of one call; 0 for those that are not counted."""
    formula = _FORMULAS.get(name.rpartition("::")[2])
    args = (*args, *(each for each in kwargs.values() if isinstance(each, Tensor)))
    return int(formula(args, result)) if formula is not None and isinstance(result, Tensor) else 0


class FlopCounterMode:
    """A block whose operations are counted.

    Args:
        mods (Module or list, optional): accepted; modules are found by themselves.
        depth (int): levels of modules in the table. Default: 2
        display (bool): print the table at the end. Default: ``True``

    Example::

        >>> counter = rl.utils.flop_counter.FlopCounterMode(display=False)
        >>> with counter:
        ...     y = nn.Linear(8, 2)(rl.ones(4, 8))
        >>> counter.get_total_flops(), 2 * 4 * 8 * 2
        (128, 128)
    """

    def __init__(
        self, mods: Any = None, depth: int = 2, display: bool = True, custom_mapping: Any = None
    ) -> None:
        self.depth, self.display = depth, display
        self.custom = {
            getattr(key, "__name__", str(key)): value for key, value in (custom_mapping or {}).items()
        }
        self.flop_counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._names: list[str] = []
        self._inside = 0

    def _call(self, name: str, function: Any, args: Any, kwargs: Any) -> Any:
        self._inside += 1
        try:
            result = function(*args, **kwargs)
        finally:
            self._inside -= 1
        short = name.rpartition("::")[2]
        count = (
            self.custom[short](*args, **kwargs, out_val=result)
            if short in self.custom
            else flops_of(name, args, kwargs, result)
        )
        if count and not self._inside:
            for place in ["Global", *self._names]:
                self.flop_counts[place][short] += count
        return result

    def __enter__(self) -> FlopCounterMode:
        from ..nn.modules.module import Module
        from ..profiler._calls import watching

        self.flop_counts.clear()
        call: Any = Module.__call__

        def call_module(module: Any, *args: Any, **kwargs: Any) -> Any:
            self._names.append(self._path(module))
            try:
                return call(module, *args, **kwargs)
            finally:
                self._names.pop()

        self._module, self._module_call = Module, call
        Module.__call__ = call_module  # type: ignore[assignment, method-assign]
        self._watching = watching(self._call).__enter__()
        return self

    def _path(self, module: Any) -> str:
        kind = type(module).__name__
        return f"{self._names[-1]}.{kind}" if self._names else kind

    def __exit__(self, *error: object) -> None:
        self._watching.__exit__()
        self._module.__call__ = self._module_call  # type: ignore[method-assign]
        if self.display:
            print(self.get_table(self.depth))

    def get_total_flops(self) -> int:
        """All of them."""
        return sum(self.flop_counts["Global"].values())

    def get_flop_counts(self) -> dict[str, dict[Any, int]]:
        """By module, and by operation."""
        return {place: dict(counts) for place, counts in self.flop_counts.items()}

    def get_table(self, depth: int | None = None) -> str:
        """The counts as text."""
        depth = self.depth if depth is None else depth
        rows = [
            (place, sum(counts.values()))
            for place, counts in self.flop_counts.items()
            if place.count(".") < depth
        ]
        total = max(self.get_total_flops(), 1)
        width = max([6, *(len(place) for place, _ in rows)])
        lines = [f"{'Module':<{width}}  {'FLOP':>16}  % Total", f"{'-' * width}  {'-' * 16}  -------"]
        lines += [f"{place:<{width}}  {count:>16,}  {100 * count / total:>6.2f}%" for place, count in rows]
        return "\n".join(lines)


__all__ = ["FlopCounterMode"]
