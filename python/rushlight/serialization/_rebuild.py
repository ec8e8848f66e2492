"""What a pickle calls to make tensors: ``torch._utils._rebuild_tensor_v2`` and its kin, with arguments checked.

The arguments come from a file, and whoever wrote it may have meant harm: a tensor stays within its storage, and no
message prints what was not looked at first.
"""

from __future__ import annotations

from pickle import UnpicklingError

from .. import _C
from ..nn.parameter import Parameter
from ..storage import TypedStorage, UntypedStorage
from ._budget import brief

Tensor = _C.Tensor

# As many as PyTorch's tensors can have.
_MOST_AXES = 64


def _is_size(value):
    return type(value) is int and 0 <= value < 1 << 63


def _is_sizes(values):
    return isinstance(values, (tuple, list)) and len(values) <= _MOST_AXES and all(map(_is_size, values))


def _check(offset, size, stride):
    if not (_is_size(offset) and _is_sizes(size) and _is_sizes(stride)) or len(size) != len(stride):
        raise UnpicklingError(
            f"invalid tensor: offset {brief(offset)}, size {brief(size)}, stride {brief(stride)}"
        )


def _tensor(storage, dtype, offset, size, stride, metadata=None):
    """A tensor over `storage`, after checking that it stays inside."""
    if not isinstance(storage, TypedStorage):
        raise UnpicklingError(f"a tensor needs a storage and not {brief(storage)}")
    if not isinstance(dtype, _C.dtype):
        raise UnpicklingError(f"a tensor needs a dtype and not {brief(dtype)}")
    _check(offset, size, stride)
    if metadata is not None and not isinstance(metadata, dict):
        raise UnpicklingError(f"the metadata of a tensor are {brief(metadata)}")
    untyped = storage._untyped_storage
    if metadata:
        untyped = _resolved(untyped, dtype, bool(metadata.get("conj")), bool(metadata.get("neg")))
    count = untyped.nbytes() // dtype.itemsize
    if 0 in size:
        offset = min(offset, count)
    else:
        last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
        if last >= count:
            raise UnpicklingError(
                f"a tensor of size {brief(size)}, stride {brief(stride)} and offset {offset} needs {last + 1} "
                f"elements, but its storage has {count}"
            )
    data = untyped._bytes
    first, rest = divmod(data.storage_offset(), dtype.itemsize)
    if rest:
        raise UnpicklingError("a tensor begins within an element of its storage")
    flat = data[: count * dtype.itemsize].view(dtype)
    # `set_` and not a view: the tensor belongs to itself, with a version of its own
    return _C.empty(0, dtype=dtype, device=data.device).set_(flat, first + offset, tuple(size), tuple(stride))


def _resolved(untyped, dtype, conj, neg):
    """The storage with its elements conjugated or negated, made once for all tensors that ask for it."""
    if not (conj or neg):
        return untyped
    made = untyped._resolved = untyped._resolved or {}
    if (conj, neg, dtype) not in made:
        flat = untyped._bytes[: untyped.nbytes() // dtype.itemsize * dtype.itemsize].view(dtype)
        flat = flat.conj() if conj else flat
        flat = flat.neg() if neg else flat
        made[conj, neg, dtype] = UntypedStorage._over(flat.clone().view(_C.uint8))
    return made[conj, neg, dtype]


def rebuild_tensor(storage, offset, size, stride):
    return _tensor(storage, getattr(storage, "dtype", None), offset, size, stride)


def rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, metadata=None):
    return rebuild_tensor_v3(
        storage,
        offset,
        size,
        stride,
        requires_grad,
        backward_hooks,
        getattr(storage, "dtype", None),
        metadata,
    )


def rebuild_tensor_v3(storage, offset, size, stride, requires_grad, backward_hooks, dtype, metadata=None):
    tensor = _tensor(storage, dtype, offset, size, stride, metadata)
    return tensor.requires_grad_() if requires_grad is True else tensor


def rebuild_meta_tensor(dtype, size, stride, requires_grad):
    _check(0, size, stride)
    if not isinstance(dtype, _C.dtype):
        raise UnpicklingError(f"a tensor needs a dtype and not {brief(dtype)}")
    tensor = _C.empty_strided(tuple(size), tuple(stride), dtype=dtype, device="meta")
    return tensor.requires_grad_() if requires_grad is True else tensor


def rebuild_sparse_tensor(layout, data):
    from ..sparse.saving import checked

    try:
        return checked(layout, data)
    except (ValueError, TypeError, RuntimeError, IndexError, NotImplementedError) as error:
        raise UnpicklingError(f"invalid sparse tensor: {brief(str(error))}") from None


def rebuild_parameter(data, requires_grad, backward_hooks):
    if not isinstance(data, Tensor):
        raise UnpicklingError(f"a parameter needs a tensor and not {brief(data)}")
    return Parameter(data, requires_grad is True)


def rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    return with_state(rebuild_parameter(data, requires_grad, backward_hooks), state)


def rebuild_from_type_v2(function, kind, args, state):
    if not callable(function) or function not in REBUILDERS or not isinstance(args, tuple):
        raise UnpicklingError(f"tensors are not rebuilt by {brief(function)}")
    if not isinstance(kind, type) or not issubclass(kind, Tensor):
        raise UnpicklingError(f"{brief(kind)} is no class of tensors")
    made = function(*args)
    if type(made) is not kind:
        made = Tensor._make_subclass(kind, made, made.requires_grad)
    if hasattr(kind, "__setstate__"):
        made.__setstate__(state)
        return made
    return with_state(made, state)


def with_state(made, state):
    """A tensor with the attributes it was saved with; none may stand in for one of the class."""
    if isinstance(state, tuple):
        if len(state) != 2 or not all(part is None or isinstance(part, dict) for part in state):
            raise UnpicklingError(f"invalid serialized state: {brief(state)}")
        state = {**(state[0] or {}), **(state[1] or {})}
    if state is None:
        return made
    if not isinstance(state, dict):
        raise UnpicklingError(f"invalid serialized state: {brief(state)}")
    for name, value in state.items():
        if type(name) is not str or name.startswith("__") or hasattr(type(made), name):
            raise UnpicklingError(f"can not set the attribute {brief(name)} of {type(made).__name__}")
        setattr(made, name, value)
    return made


REBUILDERS = {
    rebuild_tensor: ("torch._utils", "_rebuild_tensor"),
    rebuild_tensor_v2: ("torch._utils", "_rebuild_tensor_v2"),
    rebuild_tensor_v3: ("torch._utils", "_rebuild_tensor_v3"),
    rebuild_meta_tensor: ("torch._utils", "_rebuild_meta_tensor_no_storage"),
    rebuild_sparse_tensor: ("torch._utils", "_rebuild_sparse_tensor"),
    rebuild_parameter: ("torch._utils", "_rebuild_parameter"),
    rebuild_parameter_with_state: ("torch._utils", "_rebuild_parameter_with_state"),
    rebuild_from_type_v2: ("torch._tensor", "_rebuild_from_type_v2"),
}
