"""Rows of what is made, and of the same elements laid otherwise."""

from __future__ import annotations

from typing import Any

from .. import _C
from ._graph import Builder, Value, listed, row
from .errors import UnsupportedOperatorError

Tensor = _C.Tensor
_END = (1 << 63) - 1


def _flat(sizes: tuple[Any, ...]) -> list[Any]:
    """Sizes given one by one or as a list."""
    return list(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (list, tuple)) else list(sizes)


def cut(b: Builder, input: Value, axis: int, start: Any, end: Any, step: int = 1) -> Value:
    """A part of an axis."""
    return b.op("Slice", input, b.ints([start]), b.ints([end]), [axis], [step])


# ---------------------------------------------------------------------- the same value
@row(
    *"contiguous clone detach alias identity dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout "
    "feature_dropout requires_grad cpu resolve_conj resolve_neg lift_fresh positive pos cuda".split()
)
def _same(b: Builder, input: Value, *args: Any, **kwargs: Any) -> Value:
    return input


@row("to", "type", "type_as", *"float double half bfloat16 int long short char byte bool".split())
def _to(b: Builder, input: Value, *args: Any, **kwargs: Any) -> Value:
    return b.cast(input, b.result.dtype)


@row("size")
def _size(b: Builder, input: Value, dim: int) -> Any:
    return b.size(input, dim)


# ---------------------------------------------------------------------- other sizes
@row("view", "reshape")
def _reshape(b: Builder, input: Value, *shape: Any) -> Value:
    if len(shape) == 1 and isinstance(shape[0], _C.dtype):
        raise UnsupportedOperatorError("view", "as another dtype")
    return b.reshape(input, _flat(shape))


@row("view_as", "reshape_as")
def _view_as(b: Builder, input: Value, other: Value) -> Value:
    return b.op("Reshape", input, b.op("Shape", other, dtype=_C.int64))


@row("flatten")
def _flatten(b: Builder, input: Value, start_dim: int = 0, end_dim: int = -1) -> Value:
    count = max(input.ndim, 1)
    first, last = start_dim % count, end_dim % count
    if (first, last) == (1, count - 1):
        return b.op("Flatten", input, axis=1)
    return b.reshape(input, [*b.sizes(input, 0, first), -1, *b.sizes(input, last + 1)])


@row("ravel")
def _ravel(b: Builder, input: Value) -> Value:
    return b.op("Reshape", input, [-1])


@row("unflatten")
def _unflatten(b: Builder, input: Value, dim: int, sizes: Any) -> Value:
    dim %= input.ndim
    return b.reshape(input, [*b.sizes(input, 0, dim), *sizes, *b.sizes(input, dim + 1)])


@row("squeeze")
def _squeeze(b: Builder, input: Value, dim: Any = None) -> Value:
    axes = [axis for axis in listed(dim, input.ndim) if input.ndim and input.shape[axis] == 1]
    return b.op("Squeeze", input, axes) if axes else input


@row("unsqueeze")
def _unsqueeze(b: Builder, input: Value, dim: int) -> Value:
    return b.op("Unsqueeze", input, [dim % (input.ndim + 1)])


@row("expand", "broadcast_to")
def _expand(b: Builder, input: Value, *size: Any) -> Value:
    return b.op("Expand", input, b.ints(1 if isinstance(n, int) and n == -1 else n for n in _flat(size)))


@row("expand_as")
def _expand_as(b: Builder, input: Value, other: Value) -> Value:
    return b.op("Expand", input, b.op("Shape", other, dtype=_C.int64))


@row("repeat", "tile")
def _repeat(b: Builder, input: Value, *repeats: Any) -> Value:
    times, ndim = _flat(repeats), input.ndim
    if len(times) > ndim:
        input = b.reshape(input, [1] * (len(times) - ndim) + b.sizes(input))
    return b.op("Tile", input, b.ints([1] * (ndim - len(times)) + times))


@row("repeat_interleave")
def _repeat_interleave(b: Builder, input: Value, repeats: int, dim: Any = None) -> Value:
    if isinstance(repeats, Value) and isinstance(repeats.example, Tensor):
        raise UnsupportedOperatorError("repeat_interleave", "with a tensor of counts")
    if dim is None:
        input, sizes, dim = b.op("Reshape", input, [-1]), [-1], 0
    else:
        dim %= input.ndim
        sizes = b.sizes(input)
    apart = b.op("Unsqueeze", input, [dim + 1])
    ones: list[Any] = [1] * (len(sizes) + 1)
    ones[dim + 1] = repeats
    if len(sizes) == 1:
        return b.op("Reshape", b.op("Tile", apart, b.ints(ones)), [-1])
    return b.reshape(b.op("Tile", apart, b.ints(ones)), [*sizes[:dim], -1, *sizes[dim + 1 :]])


# ---------------------------------------------------------------------- another order of axes
def _permuted(b: Builder, input: Value, order: list[int]) -> Value:
    return input if order == sorted(order) else b.op("Transpose", input, perm=order)


@row("permute")
def _permute(b: Builder, input: Value, *dims: Any) -> Value:
    return _permuted(b, input, listed(_flat(dims), input.ndim))


@row("transpose", "swapaxes", "swapdims")
def _transpose(b: Builder, input: Value, dim0: int, dim1: int) -> Value:
    order = list(range(input.ndim))
    first, second = dim0 % input.ndim, dim1 % input.ndim
    order[first], order[second] = second, first
    return _permuted(b, input, order)


@row("t", "T")
def _t(b: Builder, input: Value) -> Value:
    return _permuted(b, input, list(range(input.ndim))[::-1])


@row("mT", "adjoint")
def _mt(b: Builder, input: Value) -> Value:
    return _transpose(b, input, -2, -1)


@row("movedim", "moveaxis")
def _movedim(b: Builder, input: Value, source: Any, destination: Any) -> Value:
    pairs = sorted(zip(listed(destination, input.ndim), listed(source, input.ndim)))
    order = [axis for axis in range(input.ndim) if axis not in [s for _, s in pairs]]
    for to, axis in pairs:
        order.insert(to, axis)
    return _permuted(b, input, order)


@row("flip", "fliplr", "flipud")
def _flip(b: Builder, input: Value, *dims: Any) -> Value:
    axes = listed(_flat(dims), input.ndim)
    return b.op("Slice", input, [-1] * len(axes), [-_END] * len(axes), axes, [-1] * len(axes))


@row("roll")
def _roll(b: Builder, input: Value, shifts: Any, dims: Any = None) -> Value:
    if dims is None:
        raise UnsupportedOperatorError("roll", "without axes")
    shifts = list(shifts) if isinstance(shifts, (list, tuple)) else [shifts]
    for shift, axis in zip(shifts, listed(dims, input.ndim), strict=True):
        shift = b.number(shift)
        if shift:
            parts = cut(b, input, axis, -shift, _END), cut(b, input, axis, 0, -shift)
            shape = input.example
            input = b.op("Concat", *parts, axis=axis)
            input.example = shape
    return input


# ---------------------------------------------------------------------- joined and parted
@row("cat", "concat", "concatenate")
def _cat(b: Builder, tensors: Any, dim: int = 0) -> Value:
    parts = [each for each in b.promoted(*tensors) if each.shape != (0,)]
    return b.op("Concat", *parts, axis=dim % max(b.result.dim(), 1))


@row("stack")
def _stack(b: Builder, tensors: Any, dim: int = 0) -> Value:
    axis = dim % b.result.dim()
    return b.op("Concat", *(b.op("Unsqueeze", each, [axis]) for each in b.promoted(*tensors)), axis=axis)


@row("split", "split_with_sizes", "tensor_split", "chunk", "unsafe_chunk", "unsafe_split", "hsplit", "vsplit")
def _split(b: Builder, input: Value, *args: Any, dim: Any = None, **kwargs: Any) -> Any:
    names = {"split_size_or_sections", "split_size", "split_sizes", "chunks", "indices_or_sections"}
    args = (*(kwargs[name] for name in names if name in kwargs), *args)
    axis = (dim if dim is not None else args[1] if len(args) > 1 else 0) % input.ndim
    sizes = [part.size(axis) for part in b.result]
    if len(sizes) == 1:
        return (input,)
    if b.opset >= 18 and len(set(sizes)) == 1:
        return tuple(b.op("Split", input, axis=axis, outputs=len(sizes), num_outputs=len(sizes)))
    return tuple(b.op("Split", input, sizes, axis=axis, outputs=len(sizes)))


@row("unbind")
def _unbind(b: Builder, input: Value, dim: int = 0) -> Any:
    return tuple(_select(b, input, dim, i) for i in range(len(b.result)))


# ---------------------------------------------------------------------- parts
@row("select")
def _select(b: Builder, input: Value, dim: int, index: Any) -> Value:
    return b.op("Gather", input, b.value(index, _C.int64), axis=dim % input.ndim)


@row("narrow")
def _narrow(b: Builder, input: Value, dim: int, start: Any, length: Any) -> Value:
    if isinstance(start, Value) or isinstance(length, Value):
        first = b.value(start, _C.int64)
        end: Any = b.op("Add", first, b.value(length, _C.int64))
    else:
        end = start + length
    return cut(b, input, dim % input.ndim, start, end)


@row("index_select")
def _index_select(b: Builder, input: Value, dim: int, index: Value) -> Value:
    return b.op("Gather", input, index, axis=dim % input.ndim)


@row("gather")
def _gather(b: Builder, input: Value, dim: int, index: Value, *, sparse_grad: bool = False) -> Value:
    return b.op("GatherElements", input, index, axis=dim % input.ndim)


@row("scatter")
def _scatter(b: Builder, input: Value, dim: int, index: Value, src: Any = None, *, value: Any = None) -> Value:
    source = src if src is not None else value
    if not isinstance(source, Value) or not isinstance(source.example, Tensor):
        shape = b.op("Shape", index, dtype=_C.int64)
        source = b.op("Expand", b.value(source, input.dtype), shape)
    return b.op("ScatterElements", input, index, source, axis=dim % input.ndim)


@row("scatter_add")
def _scatter_add(b: Builder, input: Value, dim: int, index: Value, src: Value) -> Value:
    return b.op("ScatterElements", input, index, src, axis=dim % input.ndim, reduction="add")


def _triangle(name: str, upper: int) -> None:
    @row(name)
    def written(b: Builder, input: Value, diagonal: int = 0) -> Value:
        if input.dtype is _C.bool:
            kept = b.op("Trilu", b.cast(input, _C.int32), b.constant(diagonal, _C.int64), upper=upper)
            return b.cast(kept, _C.bool)
        return b.op("Trilu", input, b.constant(diagonal, _C.int64), upper=upper)


_triangle("triu", 1)
_triangle("tril", 0)


@row("getitem")
def _getitem(b: Builder, input: Any, index: Any) -> Any:
    if isinstance(input, (list, tuple)):
        return input[index]
    items = list(index) if isinstance(index, tuple) else [index]
    taken = sum(1 if not _is_mask(each) else each.ndim for each in items if each is not None and each is not ...)
    if ... in [each for each in items if not isinstance(each, Value)]:
        at = next(i for i, each in enumerate(items) if each is ...)
        items[at : at + 1] = [slice(None)] * (input.ndim - taken)
    axis, slices, picks, tensors, new = 0, [], [], [], []
    place = 0
    for each in items:
        if each is None:
            new.append(place)
            place += 1
            continue
        if isinstance(each, slice):
            if (each.start, each.stop, each.step) != (None, None, None):
                slices.append((axis, each))
            place += 1
        elif isinstance(each, (list, Tensor)) or (isinstance(each, Value) and isinstance(each.example, Tensor)):
            tensors.append((axis, b.value(_C.tensor(each) if isinstance(each, list) else each)))
            place += 1
        else:
            picks.append((axis, each))
        axis += 1
    for at, part in slices:
        start = 0 if part.start is None else part.start
        end = _END if part.stop is None else part.stop
        input = _shaped(cut(b, input, at, start, end, part.step or 1), input)
    if tensors and picks:
        raise UnsupportedOperatorError("getitem", "numbers beside tensors")
    for at, pick in reversed(picks):
        input = b.op("Gather", input, b.value(pick, _C.int64), axis=at)
    if tensors:
        input = _picked(b, input, tensors)
    return b.op("Unsqueeze", input, new) if new else input


@row("setitem")
def _setitem(b: Builder, input: Value, index: Any, value: Any) -> Value:
    value = b.value(value, input.dtype)
    if _is_mask(index) and not value.ndim:
        apart = [*range(index.ndim, input.ndim)]
        return b.op("Where", b.op("Unsqueeze", index, apart) if apart else index, value, input, dtype=input.dtype)
    items = list(index) if isinstance(index, (tuple, list)) else [index]
    if not b.fixed(input) or any(isinstance(each, Value) for each in items):
        raise UnsupportedOperatorError("setitem", "where sizes or positions are not known; use where, cat or scatter")
    # the numbers of the elements tell which are meant
    numbers = _C.arange(input.example.numel()).view(input.shape)[index]
    flat = b.op("Reshape", input, [-1])
    wanted = b.op("Reshape", b.op("Expand", value, list(numbers.shape)), [-1])
    written = b.op("ScatterElements", flat, b.constant(numbers.reshape(-1)), wanted, axis=0)
    return b.op("Reshape", written, list(input.shape))


def _is_mask(each: Any) -> bool:
    return isinstance(each, Value) and each.dtype is _C.bool and isinstance(each.example, Tensor)


def _shaped(made: Value, like: Value) -> Value:
    """A part keeps what is known of the rank."""
    made.example, made.other = like.example, None
    return made


def _picked(b: Builder, input: Value, tensors: list[tuple[int, Value]]) -> Value:
    """Elements by tensors of positions, or by a mask."""
    if len(tensors) == 1:
        axis, index = tensors[0]
        if index.dtype is not _C.bool:
            return b.op("Gather", input, index, axis=axis)
        if axis == 0:
            places = b.op("Transpose", b.op("NonZero", index, dtype=_C.int64), perm=[1, 0])
            return b.op("GatherND", input, places)
    if [axis for axis, _ in tensors] != list(range(len(tensors))) or any(
        each.dtype is _C.bool for _, each in tensors
    ):
        raise UnsupportedOperatorError("getitem", "with tensors that do not stand first")
    whole = _C.broadcast_tensors(*(each.example for _, each in tensors))[0]
    total: Any = b.op("Add", *(each for _, each in tensors[:2])) if len(tensors) > 1 else tensors[0][1]
    for _, each in tensors[2:]:
        total = b.op("Add", total, each)
    shape = b.op("Shape", total, dtype=_C.int64)
    parts = [b.op("Unsqueeze", b.op("Expand", each, shape), [whole.dim()]) for _, each in tensors]
    return b.op("GatherND", input, b.op("Concat", *parts, axis=whole.dim()) if len(parts) > 1 else parts[0])


# ---------------------------------------------------------------------- what is made of nothing
def _filled(b: Builder, sizes: Any, value: Any) -> Value:
    sizes = list(sizes)
    if not any(isinstance(each, Value) for each in sizes) and not isinstance(value, Value):
        return b.constant(_C.full(tuple(sizes), value, dtype=b.result.dtype))
    return b.op("Expand", b.value(value, b.result.dtype), b.ints(sizes))


@row("zeros", "new_zeros", "empty", "new_empty")
def _zeros(b: Builder, *size: Any, **made: Any) -> Value:
    size = size[1:] if size and isinstance(size[0], Value) and isinstance(size[0].example, Tensor) else size
    return _filled(b, _flat(size) if size else made["size"], 0)


@row("ones", "new_ones")
def _ones(b: Builder, *size: Any, **made: Any) -> Value:
    size = size[1:] if size and isinstance(size[0], Value) and isinstance(size[0].example, Tensor) else size
    return _filled(b, _flat(size) if size else made["size"], 1)


@row("full")
def _full(b: Builder, size: Any, fill_value: Any, **made: Any) -> Value:
    return _filled(b, size, fill_value)


@row("new_full")
def _new_full(b: Builder, input: Value, size: Any, fill_value: Any, **made: Any) -> Value:
    return _filled(b, size, fill_value)


def _alike(name: str, value: int) -> None:
    @row(name)
    def written(b: Builder, input: Value, **made: Any) -> Value:
        if b.fixed(input):
            return _filled(b, input.shape, value)
        return b.op("Expand", b.constant(value, b.result.dtype), b.op("Shape", input, dtype=_C.int64))


_alike("zeros_like", 0)
_alike("ones_like", 1)
_alike("empty_like", 0)


@row("full_like")
def _full_like(b: Builder, input: Value, fill_value: Any, **made: Any) -> Value:
    shape = b.op("Shape", input, dtype=_C.int64)
    return b.op("Expand", b.value(fill_value, b.result.dtype), shape, dtype=b.result.dtype)


@row("arange")
def _arange(b: Builder, start: Any, end: Any = None, step: Any = 1, **made: Any) -> Value:
    start, end = (0, start) if end is None else (start, end)
    kind = b.result.dtype
    return b.op("Range", *(b.value(each, kind) for each in (start, end, step)), dtype=kind)


@row("one_hot")
def _one_hot(b: Builder, input: Value, num_classes: int = -1) -> Value:
    depth = b.constant([b.result.size(-1)], _C.int64)
    return b.op("OneHot", input, depth, b.constant([0, 1], _C.int64), axis=-1, dtype=_C.int64)
