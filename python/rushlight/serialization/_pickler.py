"""Writing: a pickle in which tensors are references to storages, under the names that PyTorch gives them."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from typing import ClassVar

from .. import _C
from .._types import Size
from ..nn.parameter import Parameter, UninitializedTensorMixin
from ..storage import _CLASS_OF, TypedStorage, UntypedStorage, _flat, _name_of
from ._names import StorageType, _get_layout, encode, torch_names, torch_path
from ._places import location_tag
from ._rebuild import (
    rebuild_from_type_v2,
    rebuild_meta_tensor,
    rebuild_parameter,
    rebuild_parameter_with_state,
    rebuild_sparse_tensor,
    rebuild_tensor_v2,
    rebuild_tensor_v3,
)

Tensor = _C.Tensor

# Most of what a file holds beside tensors; asked for first.
_PLAIN = frozenset(
    (str, int, float, bool, type(None), tuple, list, dict, OrderedDict, bytes, StorageType, _C.dtype)
)


class TensorPickler(pickle._Pickler):
    """Writes tensors as references.

    `storages` collects ``key: (number, bytes, dtype)`` for the file; numbers count up in the order of the pickle.
    """

    dispatch: ClassVar[dict] = dict(pickle._Pickler.dispatch)

    def __init__(self, file, protocol, legacy=False):
        super().__init__(file, protocol)
        self.storages = {}
        self._legacy = legacy

    # ------------------------------------------------------------------ storages
    def persistent_id(self, obj):
        if isinstance(obj, TypedStorage):
            storage, dtype = obj._untyped_storage, obj.dtype
            name = _CLASS_OF.get(_name_of(dtype), "UntypedStorage")
        elif isinstance(obj, UntypedStorage):
            storage, dtype, name = obj, _C.uint8, "UntypedStorage"
        else:
            return None
        if storage.device.type == "meta":
            raise RuntimeError("the storage of a meta tensor has no data to save")
        key = storage.data_ptr() or ("empty", dtype)
        number, _, known = self.storages.setdefault(key, (str(len(self.storages)), storage, dtype))
        if known != dtype:
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different types"
            )
        count = storage.nbytes() if name == "UntypedStorage" else storage.nbytes() // dtype.itemsize
        kind = torch_names()["torch", name]
        reference = ("storage", kind, number, location_tag(storage), count)
        return (*reference, None) if self._legacy else reference  # None: it is no part of another storage

    # ------------------------------------------------------------------ objects
    def reducer_override(self, obj):
        if type(obj) in _PLAIN:
            return NotImplemented
        if isinstance(obj, Tensor):
            return _tensor(obj)
        if isinstance(obj, Size):
            return Size, (tuple(obj),)
        if isinstance(obj, _C.device):
            return _C.device, (obj.type,) if obj.index is None else (obj.type, obj.index)
        if isinstance(obj, _C.layout):
            return _get_layout, (str(obj),)
        if isinstance(obj, tuple) and type(obj).__module__ == "torch.return_types":
            return type(obj), (tuple(obj), {})
        return NotImplemented

    def _write_name(self, obj, module, name):
        known = self.memo.get(id(obj))
        if known is not None:
            self.write(self.get(known[0]))
        else:
            self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
            self.memoize(obj)

    def save_global(self, obj, name=None):
        known = torch_path(obj)
        if known is None:
            super().save_global(obj, name)
        else:
            self._write_name(obj, *known)

    def save_named(self, obj):
        self._write_name(obj, *torch_path(obj))

    def save_type(self, obj):
        if obj in (type(None), type(NotImplemented), type(...)):
            super().save_type(obj)
        else:
            self.save_global(obj)

    dispatch[type] = save_type
    dispatch[type(encode)] = save_global
    dispatch[type(_C.add)] = save_global
    dispatch[StorageType] = dispatch[_C.dtype] = save_named


def _tensor(obj):
    """What rebuilds a tensor: a function and its arguments."""
    if isinstance(obj, UninitializedTensorMixin):
        return NotImplemented
    state = dict(obj.__dict__) if obj.layout == _C.strided else {}
    if isinstance(obj, Parameter):
        arguments = (obj.data, obj.requires_grad, OrderedDict())
        return (
            (rebuild_parameter_with_state, (*arguments, state)) if state else (rebuild_parameter, arguments)
        )
    if obj.layout != _C.strided:  # whether it requires a gradient is not in PyTorch's files
        parts = tuple(part.detach() for part in obj._parts())
        once = (obj.is_coalesced(),) if obj.is_sparse else ()
        return rebuild_sparse_tensor, (obj.layout, (*parts, obj.shape, *once))
    plain = obj.detach()
    if plain.device.type == "meta":
        shown = (plain.dtype, tuple(plain.shape), tuple(plain.stride()), obj.requires_grad)
        function, arguments = rebuild_meta_tensor, shown
    else:
        storage = TypedStorage(wrap_storage=UntypedStorage._over(_flat(plain)), dtype=plain.dtype)
        shown = (storage, plain.storage_offset(), tuple(plain.shape), tuple(plain.stride()))
        function, arguments = rebuild_tensor_v2, (*shown, obj.requires_grad, OrderedDict())
        if _name_of(plain.dtype) not in _CLASS_OF:
            function, arguments = rebuild_tensor_v3, (*arguments, plain.dtype)
    if type(obj) is Tensor and not state:
        return function, arguments
    return rebuild_from_type_v2, (function, type(obj), arguments, state)
