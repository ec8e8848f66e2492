"""Sparse tensors in other shapes, types and layouts, and parts of them."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from ._base import Sparse, operation
from .compressed import Compressed, compressed
from .coo import Coo, coo
from .places import starts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


# ---- layouts
@operation(Coo, "to_dense")
def _dense(input: Any, dtype: Any = None, *, masked_grad: Any = None) -> Tensor:
    if dtype is not None:
        raise RuntimeError("dtype argument is not supported by sparse_to_dense")
    n = input.sparse_dim()
    flat, values = input._places().flat, input._v
    count = 1
    for length in input.shape[:n]:
        count *= length
    whole = _C.zeros(count, *input.shape[n:], dtype=_C.uint8 if values.dtype == _C.bool else values.dtype)
    whole = whole.index_add(0, flat, values.to(whole.dtype)).to(values.dtype)
    return whole.view(input.shape)


@operation(Compressed, "to_dense")
def _dense_matrix(input: Any, dtype: Any = None, *, masked_grad: Any = None) -> Tensor:
    return _dense(_coordinates(input), dtype)


@operation(Compressed, "to_sparse_coo")
def _coordinates(input: Any) -> Any:
    rows, values = input._rows(), input._v
    if rows.order is not None:
        values = values.index_select(0, rows.order)
    made = coo(_C.stack([rows.row.to(_C.int64), rows.column.to(_C.int64)]), values, input.shape)
    flat = made._places().flat
    made._once = flat.numel() < 2 or bool((flat[1:] > flat[:-1]).all())
    made.__dict__.pop("_known", None)
    return made


@operation(Coo, "to_sparse_coo")
def _same(input: Any) -> Any:
    return input


def _compress(input: Any, layout: Any) -> Any:
    if input.sparse_dim() != 2:
        raise RuntimeError(
            f"{layout}: expected a matrix with two sparse dimensions, but got {input.sparse_dim()}"
        )
    if input.dense_dim() != 0:
        raise NotImplementedError(
            f"{layout}: values with dense dimensions are not supported; use torch.sparse_coo"
        )
    ready = input.coalesce()
    ready._places().flat  # noqa: B018  # looks at the indices
    if layout == _C.sparse_csr:
        return compressed(layout, starts(ready._i[0], ready.size(0)), ready._i[1], ready._v, ready.shape)
    rows = ready._places().rows.flipped
    return compressed(layout, rows.start, rows.column, ready._v.index_select(0, rows.order), ready.shape)


def _layout(input: Any, layout: Any) -> Any:
    if layout == input.layout:
        return input
    if layout == _C.sparse_coo:
        return _coordinates(input)
    if layout in (_C.sparse_csr, _C.sparse_csc):
        return _compress(input.to_sparse_coo(), layout)
    if layout in (_C.sparse_bsr, _C.sparse_bsc):
        raise NotImplementedError(f"{layout}: matrices of blocks are not supported; use torch.sparse_csr")
    raise RuntimeError(f"to_sparse: expected a sparse layout but got {layout}")


def _to_sparse(
    input: Any, sparse_dim: Any = None, *, layout: Any = None, blocksize: Any = None, dense_dim: Any = None
) -> Any:
    if sparse_dim is not None:
        if isinstance(input, Compressed) and sparse_dim != 2:
            raise RuntimeError(
                f"to_sparse: conversion from {input._shown} to Sparse with sparse_dim argument !=2 is not supported"
            )
        if isinstance(input, Coo) and sparse_dim != input.sparse_dim():
            raise RuntimeError(
                "to_sparse: conversion from Sparse to Sparse with sparse_dim argument !=self.sparse_dim() is not supported"
            )
        return _layout(input, _C.sparse_coo)
    return _layout(input, layout or _C.sparse_coo)


def _to_sparse_csr(input: Any, dense_dim: Any = None) -> Any:
    return _layout(input, _C.sparse_csr)


def _to_sparse_csc(input: Any, dense_dim: Any = None) -> Any:
    return _layout(input, _C.sparse_csc)


def _to_blocks(input: Any, blocksize: Any, dense_dim: Any = None) -> Any:
    return _layout(input, _C.sparse_bsr)


# ---- types, copies, history
def _to(input: Any, *args: Any, **kwargs: Any) -> Any:
    words = {name: value for name, value in kwargs.items() if name != "memory_format"}
    plain = [each._v if isinstance(each, Sparse) else each for each in args]
    if "other" in words and isinstance(words["other"], Sparse):
        words["other"] = words["other"]._v
    values = input._v.to(*plain, **words)
    return input if values is input._v else input._like(values)


def _by(name: str) -> Any:
    def function(input: Any, *args: Any, **kwargs: Any) -> Any:
        values = getattr(input._v, name)(*args, **kwargs)
        return input if values is input._v else input._like(values)

    return function


def _type(input: Any, dtype: Any = None, non_blocking: bool = False, **kwargs: Any) -> Any:
    if dtype is None:
        return input._v.type().replace(
            "torch.", "torch.sparse_csr." if input.is_sparse_csr else "torch.sparse."
        )
    name = dtype.replace("torch.sparse.", "torch.") if isinstance(dtype, str) else dtype
    return input._like(input._v.type(name))


def _clone(input: Any, *, memory_format: Any = None) -> Any:
    if memory_format not in (None, _C.preserve_format):
        raise RuntimeError("unsupported memory format option for sparse tensors")
    if isinstance(input, Coo):
        return coo(input._i.clone(), input._v.clone(), input.shape, input._once)
    return compressed(input.layout, input._start.clone(), input._other.clone(), input._v.clone(), input.shape)


def _detach(input: Any) -> Any:
    return input._like(input._v.detach())


def _detach_(input: Any) -> Any:
    input._v = input._v.detach()
    input._made = None
    return input


def _copy_(input: Any, src: Any, non_blocking: bool = False) -> Any:
    if not isinstance(src, Sparse) or not isinstance(input, Sparse):
        a, b = input.type(), src.type()
        raise RuntimeError(
            f"copy_() between dense and sparse Tensors is not implemented! Found self type = {a} and src type = {b}"
        )
    if input.shape != src.shape:
        raise RuntimeError(f"copy_: expected shape {list(input.shape)} but got {list(src.shape)}")
    if input.requires_grad and input.is_leaf and _C.is_grad_enabled():
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    leaf = input.requires_grad and input.is_leaf
    input._take(src.to(input.dtype).clone())
    if leaf:
        _detach_(input).requires_grad_()
    return input


def _contiguous(input: Any, *, memory_format: Any = None) -> Any:
    raise RuntimeError("unsupported memory format option Contiguous")


def _zeros_like(input: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False, **other: Any) -> Any:  # fmt: skip
    from .create import nothing

    if layout == _C.strided:
        return _C.zeros(input.shape, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)
    if isinstance(input, Compressed):
        made = compressed(
            input.layout, _C.zeros_like(input._start), input._other[:0], _C.zeros(0, dtype=dtype or input.dtype), input.shape
        )  # fmt: skip
    else:
        made = nothing(tuple(input.shape), dtype or input.dtype, device, input.sparse_dim())
    return made.requires_grad_() if requires_grad else made


def _new(
    input: Any, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False, **other: Any
) -> Any:
    from .create import nothing

    shape = size[0] if len(size) == 1 and not isinstance(size[0], int) else size
    made = nothing(tuple(shape), dtype or input.dtype, device)
    return made.requires_grad_() if requires_grad else made


# ---- shapes
def _axis(dim: int, n: int) -> int:
    if not -n <= dim < max(n, 1):
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})"
        )
    return dim % n if n else 0


@operation(Coo, "permute")
def _permute(input: Any, *dims: Any) -> Any:
    order = dims[0] if len(dims) == 1 and isinstance(dims[0], (tuple, list)) else dims
    n, first = input.dim(), input.sparse_dim()
    axes = [_axis(dim, n) for dim in order]
    if len(axes) != n or len(set(axes)) != n:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering "
            f"of dimensions i.e. input.dim() = {n} is not equal to len(dims) = {len(axes)}"
            if len(axes) != n
            else "permute(sparse_coo): duplicate dims are not allowed."
        )
    if sorted(axes[:first]) != list(range(first)):
        raise RuntimeError(
            "permute(sparse_coo): transpositions between sparse and dense dimensions are not allowed."
        )
    indices, values, once = input._i, input._v, input._once
    if axes[:first] != list(range(first)):
        indices, once = indices.index_select(0, _C.tensor(axes[:first])), False
    if axes[first:] != list(range(first, n)):
        values = values.permute(0, *(axis - first + 1 for axis in axes[first:]))
    elif values is input._v and values.requires_grad:
        values = values.view_as(values)
    made = coo(indices, values, [input.shape[axis] for axis in axes], once)
    if axes == [1, 0] and first == 2:
        made._places().mirror = input._places()
    return made


@operation(Coo, "transpose", "swapaxes", "swapdims")
def _transpose(input: Any, dim0: int, dim1: int) -> Any:
    n = input.dim()
    axes = list(range(n))
    a, b = _axis(dim0, n), _axis(dim1, n)
    axes[a], axes[b] = axes[b], axes[a]
    return _permute(input, axes)


@operation(Coo, "t")
def _t(input: Any) -> Any:
    if input.dim() > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 sparse and 0 dense dimensions, but got {input.sparse_dim()} sparse and {input.dense_dim()} dense dimensions"
        )
    return _transpose(input, 0, 1) if input.dim() == 2 else input


@operation(Compressed, "transpose", "swapaxes", "swapdims")
def _transpose_matrix(input: Any, dim0: int, dim1: int) -> Any:
    if _axis(dim0, 2) == _axis(dim1, 2):
        return input
    layout = _C.sparse_csc if input.by_row else _C.sparse_csr
    values = input._v.view_as(input._v) if input.requires_grad else input._v
    made = compressed(layout, input._start, input._other, values, tuple(input.shape)[::-1])
    if "_known" in input.__dict__:
        made._known = input._known
    return made


@operation(Compressed, "t")
def _t_matrix(input: Any) -> Any:
    return _transpose_matrix(input, 0, 1)


@operation(Compressed, "permute")
def _permute_matrix(input: Any, *dims: Any) -> Any:
    order = dims[0] if len(dims) == 1 and isinstance(dims[0], (tuple, list)) else dims
    return _transpose_matrix(input, *order) if _axis(order[0], 2) == 1 else input


@operation(Coo, "unsqueeze")
def _unsqueeze(input: Any, dim: int) -> Any:
    n, first = input.dim(), input.sparse_dim()
    at = _axis(dim, n + 1)
    shape = [*input.shape[:at], 1, *input.shape[at:]]
    if at <= first:
        indices = _C.cat([input._i[:at], _C.zeros(1, input._nnz(), dtype=_C.int64), input._i[at:]])
        return coo(indices, input._v.view_as(input._v), shape, input._once)
    return coo(input._i, input._v.unsqueeze(at - first + 1), shape, input._once)


@operation(Coo, "select")
def _select(input: Any, dim: int, index: int) -> Any:
    if input.dim() == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    axis, first = _axis(dim, input.dim()), input.sparse_dim()
    length = input.size(axis)
    if not -length <= index < length:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {axis}"
        )
    index %= length
    shape = [*input.shape[:axis], *input.shape[axis + 1 :]]
    if axis >= first:
        return coo(input._i, input._v.select(axis - first + 1, index), shape, input._once)
    input = input.coalesce()
    keep = (input._i[axis] == index).nonzero().flatten()
    values = input._v.index_select(0, keep)
    if first == 1:  # nothing sparse is left
        return values.sum(0)
    left = _C.cat([input._i[:axis], input._i[axis + 1 :]]).index_select(1, keep)
    return coo(left, values, shape, input._once)


@operation(Compressed, "select")
def _select_line(input: Any, dim: int, index: int) -> Any:
    return _select(_coordinates(input), dim, index)


@operation(Coo, "index_select")
def _index_select(input: Any, dim: int, index: Tensor) -> Any:
    axis, first = _axis(dim, input.dim()), input.sparse_dim()
    if index.dim() != 1:
        raise IndexError("index_select() argument index must be 1-D long-tensor.")
    length = input.size(axis)
    wanted = _C.where(index < 0, index + length, index).to(_C.int64)
    if wanted.numel() and (int(wanted.amin()) < 0 or int(wanted.amax()) >= length):
        raise IndexError(
            f"index_select(): index contains an index out of range for dim {axis} with size {length}"
        )
    shape = [*input.shape]
    shape[axis] = index.numel()
    if axis >= first:
        return coo(input._i, input._v.index_select(axis - first + 1, wanted), shape, input._once)
    # each position that is asked for meets all elements that have this index: those follow one another once sorted
    ordered, order = _C.sort(input._i[axis], stable=True)
    begin = _C.searchsorted(ordered, wanted)
    counts = _C.searchsorted(ordered, wanted, right=True) - begin
    which = _C.repeat_interleave(_C.arange(wanted.numel()), counts)
    before = counts.cumsum(0) - counts
    met = _C.arange(which.numel()) - before.index_select(0, which) + begin.index_select(0, which)
    met = order.index_select(0, met)
    indices = input._i.index_select(1, met)
    indices[axis] = which
    made = coo(indices, input._v.index_select(0, met), shape, False)
    made._once = (axis == 0 and input._once) or made._once
    return made


@operation(Coo, "__getitem__")
def _item(input: Any, key: Any) -> Any:
    keys = key if isinstance(key, tuple) else (key,)
    used = sum(each is not None and each is not Ellipsis for each in keys)
    if used > input.dim():
        raise IndexError(f"too many indices for tensor of dimension {input.dim()}")
    made, axis = input, 0
    for each in keys:
        if each is Ellipsis:
            axis += input.dim() - used
        elif each is None:
            made, axis = made.unsqueeze(axis), axis + 1
        elif isinstance(each, int) and not isinstance(each, bool):
            length = made.size(axis)
            if not -length <= each < length:
                raise IndexError(f"index {each} is out of bounds for dimension {axis} with size {length}")
            made = made.select(axis, each)
        elif isinstance(each, slice) and each == slice(None) and len(keys) > 1:
            axis += 1
        else:
            kind = "as_strided" if isinstance(each, slice) else "index.Tensor"
            raise NotImplementedError(
                f"Could not run 'aten::{kind}' with arguments from the 'SparseCPU' backend: sparse tensors are indexed by "
                "integers; index_select() picks several"
            )
    return made


@operation(Compressed, "__getitem__")
def _item_line(input: Any, key: Any) -> Any:
    return _item(_coordinates(input), key)


@operation(Coo, "unbind")
def _unbind(input: Any, dim: int = 0) -> tuple[Any, ...]:
    return tuple(_select(input, dim, place) for place in range(input.size(dim)))


def _list(tensors: Any) -> list[Any]:
    made = list(tensors)
    if any(not isinstance(each, Sparse) for each in made):
        raise RuntimeError("cat: expected all tensors to be sparse or all to be dense")
    return [each.to_sparse_coo() for each in made]


@operation(Coo, "cat", "concat", "concatenate")
def _cat(tensors: Any, dim: int = 0) -> Any:
    parts = _list(tensors)
    head = parts[0]
    axis, first = _axis(dim, head.dim()), head.sparse_dim()
    for place, each in enumerate(parts):
        fits = (
            each.sparse_dim() == first
            and all(
                a == b for at, (a, b) in enumerate(zip(each.shape, head.shape, strict=True)) if at != axis
            )
            if each.dim() == head.dim()
            else False
        )
        if not fits:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {axis}. Expected {list(head.shape)} but got "
                f"{list(each.shape)} for tensor number {place} in the list"
            )
    shape = [*head.shape]
    shape[axis] = sum(each.size(axis) for each in parts)
    moved, stored, before = [], [], 0
    for each in parts:
        indices, values = each._i, each._v
        if axis < first:
            if before:
                indices = indices.clone()
                indices[axis] += before
        else:  # zeros on both sides
            at = axis - first + 1
            sides = [[*values.shape], [*values.shape]]
            sides[0][at], sides[1][at] = before, shape[axis] - before - each.size(axis)
            values = _C.cat([values.new_zeros(sides[0]), values, values.new_zeros(sides[1])], at)
        before += each.size(axis)
        moved.append(indices)
        stored.append(values)
    return coo(_C.cat(moved, 1), _C.cat(stored), shape)


@operation(Coo, "stack")
def _stack(tensors: Any, dim: int = 0) -> Any:
    parts = _list(tensors)
    axis = _axis(dim, parts[0].dim() + 1)
    return _cat([each.unsqueeze(axis) for each in parts], axis)


# ---- places of another tensor
def mask(input: Any, mask: Any) -> Any:
    """The elements at the places that `mask` stores."""
    if not isinstance(mask, Sparse):
        raise RuntimeError(f"sparse_mask: expected mask to be sparse, but got layout {mask.layout}")
    if input.shape != mask.shape:
        raise RuntimeError(
            f"sparse_mask(): operands have incompatible sizes; self has size {list(input.shape)} but mask has size {list(mask.shape)}"
        )
    if not isinstance(input, Sparse):
        return mask._like(mask._pick(input)) if isinstance(mask, Compressed) else _masked(input, mask)
    if input is mask or (isinstance(input, Coo) and isinstance(mask, Coo) and input._i is mask._i):
        return input._like(input._v.view_as(input._v))
    source = input.to_sparse_coo().coalesce()
    theirs = source._places().flat
    mine = mask._flat() if isinstance(mask, Compressed) else mask._places().flat
    if theirs.numel() == 0:
        return mask._like(_C.zeros(mask._v.shape, dtype=input.dtype))
    at = _C.searchsorted(theirs, mine)
    near = at.clamp(max=theirs.numel() - 1)
    there = theirs.index_select(0, near) == mine
    values = source._v.index_select(0, near)
    there = there.view(-1, *[1] * (values.dim() - 1))
    return mask._like(_C.where(there, values, _C.zeros((), dtype=values.dtype)))


def _masked(input: Tensor, mask: Any) -> Any:
    return coo(mask._i, mask._pick(input), mask.shape, mask._once)


def _resize_(input: Any, size: Any, sparse_dim: int, dense_dim: int) -> Any:
    raise NotImplementedError(
        "sparse_resize_: the shape of a sparse tensor does not change; make another one with sparse_coo_tensor(indices, values, size)"
    )


for _kind in (Coo, Compressed):
    for _function, _names in (
        (_to_sparse, "to_sparse"),
        (_to_sparse_csr, "to_sparse_csr"),
        (_to_sparse_csc, "to_sparse_csc"),
        (_to_blocks, "to_sparse_bsr to_sparse_bsc"),
        (_to, "to"),
        (_type, "type"),
        (_clone, "clone"),
        (_detach, "detach"),
        (_detach_, "detach_"),
        (_copy_, "copy_"),
        (_contiguous, "contiguous"),
        (_zeros_like, "zeros_like empty_like"),
        (mask, "sparse_mask"),
        (_resize_, "sparse_resize_ sparse_resize_and_clear_"),
    ):
        operation(_kind, *_names.split())(_function)
    for _name in "float double half bfloat16 int long short char byte bool cfloat cdouble cpu cuda".split():
        operation(_kind, _name)(_by(_name))
    for _name in ("is_floating_point", "is_complex", "is_signed", "is_conj", "is_neg", "is_inference"):
        operation(_kind, _name)(lambda input, _name=_name: getattr(input._v, _name)())
operation(Coo, "new_zeros", "new_empty", "new")(_new)


def _module_load(input: Any, other: Any, assign: bool = False) -> Any:
    return other if assign else _copy_(input, other.detach())


def _is_same_size(input: Any, other: Any) -> bool:
    return bool(input.shape == other.shape)


def _format(input: Any, spec: str) -> str:
    return object.__format__(input, spec)


for _kind in (Coo, Compressed):
    operation(_kind, "module_load")(_module_load)
    operation(_kind, "is_same_size")(_is_same_size)
    operation(_kind, "__format__", "format")(_format)
