"""What a row of the sweep is, the inputs it is made of, and how tables become rows.

A row is a function of the package under test that answers with another function and its arguments. The same row is
made in a process of rushlight's and in one of PyTorch's, so it says only what both packages know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

# A tensor that fits a cache line or two (what is timed is the call), one that fits a cache, one that does not.
SIZES = {"tiny": (8, 16), "mid": (256, 512), "large": (2048, 2048)}


@dataclass(frozen=True)
class Row:
    """``make(t)`` gives ``(function, arguments)``; ``flop`` is what one call must compute at the least."""

    name: str
    make: Callable[[Any], tuple[Callable, tuple]]
    flop: float = 0.0
    grad: bool = False
    streams: bool = False  # whether the memory's bandwidth is its limit


ROWS: dict[str, Row] = {}


def add(name: str, make: Callable, *, flop: float = 0.0, grad: bool = False, streams: bool = False) -> None:
    """A row; with ``grad`` a second one, ``name+grad``, for forward and backward, which computes three times as much."""
    assert name not in ROWS, name
    ROWS[name] = Row(name, make, flop, False, streams)
    if grad:
        family, op, *rest = name.split("/")
        name = "/".join([family, f"{op}+grad", *rest])
        ROWS[name] = Row(name, make, 3 * flop, True, streams)


def made(t, shape: Iterable[int], dtype: str = "float32", layout: str = "dense", kind: str = "normal"):
    """An input: ``kind`` is normal, unit (0.1 to 0.9), above (1.1 to 3) or count (1 to 9), ``layout`` how it lies."""
    shape = list(shape)
    if layout == "turned":
        return made(t, [*shape[:-2], shape[-1], shape[-2]], dtype, "dense", kind).mT
    if layout == "step":
        return made(t, [*shape[:-1], 2 * shape[-1]], dtype, "dense", kind)[..., ::2]
    if layout == "expanded":
        return made(t, [*shape[:-1], 1], dtype, "dense", kind).expand(shape)
    if dtype == "bool":
        return t.rand(shape) > 0.5
    if kind == "count" or not dtype.startswith(("float", "bfloat", "complex")):
        return t.randint(1, 10, shape).to(getattr(t, dtype))
    if dtype == "complex64":
        return t.complex(made(t, shape, kind=kind), made(t, shape, kind=kind))
    x = t.randn(shape) if kind == "normal" else t.rand(shape) * 0.8 + 0.1 if kind == "unit" else t.rand(shape) * 1.9 + 1.1
    x = x.to(getattr(t, dtype))
    return x.to(memory_format=t.channels_last) if layout == "last" else x


def found(t, path: str) -> Callable:
    """``special.i0e`` of the package."""
    for part in path.split("."):
        t = getattr(t, part)
    return t


def grid(
    family: str, ops: str, *, operands: int = 1, kind: str = "normal", grad: bool = False,
    dtypes: str = "float32", layouts: str = "dense", sizes: str = "tiny mid large",
) -> None:  # fmt: skip
    """Every op at float32 in every size, then at the middle size in the other dtypes and layouts.

    An op is a path in the package (``special.i0e``). Gradients are taken of dense float32 alone.
    """
    first, *others = dtypes.split()
    dense, *laid = layouts.split()
    spots = [(first, dense, size) for size in sizes.split()]
    spots += [(dtype, dense, "mid") for dtype in others] + [(first, layout, "mid") for layout in laid]
    for op in ops.split():
        for dtype, layout, size in spots:

            def make(t, op=op, dtype=dtype, layout=layout, size=size):
                return found(t, op), tuple(made(t, SIZES[size], dtype, layout, kind) for _ in range(operands))

            plain = (dtype, layout) == ("float32", "dense") and size != "tiny"
            add(f"{family}/{op}/{dtype}/{layout}/{size}", make, grad=grad and plain, streams=True)


def lines(family: str, table: dict[str, Callable], *, grad: str = "", flop: dict[str, float] | None = None, streams: str = "") -> None:
    """Rows that are told one by one: a name and what makes it. ``grad`` and ``streams`` name some of them."""
    flop = flop or {}
    assert set(grad.split()) | set(streams.split()) | set(flop) <= set(table)
    for name, make in table.items():
        add(f"{family}/{name}", make, grad=name in grad.split(), flop=flop.get(name, 0.0), streams=name in streams.split())
