"""Writing: a pickle in which tensors are references to storages, under the names that PyTorch gives them.

Two picklers write the same. CPython's own, in C, looks every name up where it says it is, and puts another in its
place only for protocols below 3, by a table that is meant for the names of Python 2. The table gets the names that
nothing but this file writes: the functions that rebuild tensors, and words that stand for classes. An object that
holds a class or function of this package itself is written by the pickler in Python, and so are later protocols.
"""

from __future__ import annotations

import pickle
from _compat_pickle import REVERSE_NAME_MAPPING
from collections import OrderedDict
from io import BytesIO
from typing import ClassVar

from .. import _C
from .._types import Size, _ReturnType
from ..nn.parameter import Parameter, UninitializedTensorMixin
from ..storage import _CLASS_OF, TypedStorage, UntypedStorage, _flat, _name_of
from . import _names
from ._names import ADDRESS, StorageType, Word, encode, torch_path, words
from ._places import location_tag
from ._rebuild import (
    REBUILDERS,
    rebuild_from_type_v2,
    rebuild_meta_tensor,
    rebuild_parameter,
    rebuild_parameter_with_state,
    rebuild_sparse_tensor,
    rebuild_tensor_v2,
    rebuild_tensor_v3,
)

Tensor = _C.Tensor


def _register():
    """PyTorch's names for what is written; where programs see this package as ``torch``, it is called so already."""
    names = {(f.__module__, f.__name__): path for f, path in REBUILDERS.items()}
    names |= {(_names.__name__, ADDRESS.format(name)): torch_path(word) for name, word in words().items()}
    for (module, name), path in names.items():
        inside = module.partition(".")[2]
        for package in ("rushlight", "torch"):
            REVERSE_NAME_MAPPING[f"{package}.{inside}", name] = path


_register()


def dumped(obj, protocol, legacy=False):
    """An object as a pickle, and the storages behind its tensors.

    Args:
        obj (object): what is written.
        protocol (int): of the pickle.
        legacy (bool): whether references have the form of files before archives. Default: ``False``

    Returns:
        tuple: a buffer of bytes, and a list of ``(number, storage, dtype)`` in the order of the pickle
    """
    kinds = (_Quick, _Named) if 0 <= protocol < 3 else (_Named,)
    for kind in kinds:
        out = BytesIO()
        pickler = kind(out, protocol)
        pickler.refer_to(legacy)
        try:
            pickler.dump(obj)
        except _Unnameable:
            continue
        return out.getbuffer(), list(pickler.storages.values())
    raise AssertionError("the last of the picklers finds a name for everything")


class _Unnameable(Exception):
    """A class, function or dtype whose name in PyTorch the quick pickler cannot write."""


class _Reference:
    """The storage of a tensor, to be referred to."""

    __slots__ = ("dtype", "tensor")

    def __init__(self, tensor, dtype):
        self.tensor, self.dtype = tensor, dtype


class _References:
    """What the two picklers share: tensors become references to storages, which `storages` collects."""

    def refer_to(self, legacy):
        self.storages = {}
        self._legacy = legacy
        self._known = {}  # of storages behind tensors: (address, dtype) -> the reference

    def persistent_id(self, obj):
        kind = type(obj)
        if kind is _Reference:
            address = obj.tensor._storage_key() if obj.tensor._storage_nbytes() else None
            found = self._known.get((address, obj.dtype))
            if found is None:
                storage = UntypedStorage._over(_flat(obj.tensor))
                found = self._known[address, obj.dtype] = self._refer(storage, obj.dtype)
            return (*found,)  # a new one each time, as in PyTorch's files
        if kind in _WITHOUT:
            return None
        if isinstance(obj, TypedStorage):
            return self._refer(obj._untyped_storage, obj.dtype)
        if isinstance(obj, UntypedStorage):
            return self._refer(obj, _C.uint8, "UntypedStorage")
        return None

    def _refer(self, storage, dtype, name=None):
        name = name or _CLASS_OF.get(_name_of(dtype), "UntypedStorage")
        if storage.device.type == "meta":
            raise RuntimeError("the storage of a meta tensor has no data to save")
        key = storage.data_ptr() or ("empty", dtype)
        number, _, known = self.storages.setdefault(key, (str(len(self.storages)), storage, dtype))
        if known != dtype:
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different types"
            )
        count = storage.nbytes() if name == "UntypedStorage" else storage.nbytes() // dtype.itemsize
        kind = words()[name]
        reference = ("storage", kind, number, location_tag(storage), count)
        return (*reference, None) if self._legacy else reference  # None: it is no part of another storage

    def reducer_override(self, obj):
        kind = type(obj)
        if kind in _PLAIN:
            return NotImplemented
        if isinstance(obj, Tensor):
            return _tensor(obj)
        if kind is OrderedDict and not obj and not obj.__dict__:
            return OrderedDict, ()
        if isinstance(obj, Size):
            return words()["Size"], (tuple(obj),)
        if isinstance(obj, _C.device):
            return words()["device"], (obj.type,) if obj.index is None else (obj.type, obj.index)
        if isinstance(obj, _C.layout):
            return words()["_get_layout"], (str(obj),)
        if isinstance(obj, tuple) and kind.__module__ == "torch.return_types":
            return kind, (tuple(obj), {})
        return self._by_name(obj)

    def _by_name(self, obj):
        return NotImplemented


_FUNCTIONS = (type(encode), type(_C.add))

# Most of what a file holds beside tensors; asked for first.
_PLAIN = frozenset((str, int, float, bool, type(None), tuple, list, dict, bytes))
_WITHOUT = _PLAIN | {OrderedDict, Tensor, Parameter, StorageType, Word, type, *_FUNCTIONS}


class _Quick(_References, pickle.Pickler):
    """CPython's own pickler, for what has no names beside those in its table."""

    def _by_name(self, obj):
        if isinstance(obj, (StorageType, Word)):
            return ADDRESS.format(obj.name)
        if isinstance(obj, (type, *_FUNCTIONS, _C.dtype)) and torch_path(obj) not in (None, REBUILDERS.get(obj)):
            raise _Unnameable
        return NotImplemented


class _Named(_References, pickle._Pickler):
    """The pickler in Python, which writes any name for anything."""

    dispatch: ClassVar[dict] = dict(pickle._Pickler.dispatch)

    def save_global(self, obj, name=None):
        path = torch_path(obj)
        if path is None:
            super().save_global(obj, name)
            return
        known = self.memo.get(id(obj))
        if known is not None:
            self.write(self.get(known[0]))
        else:
            self.write(pickle.GLOBAL + "{}\n{}\n".format(*path).encode())
            self.memoize(obj)

    def save_type(self, obj):
        if obj in (type(None), type(NotImplemented), type(...)):
            super().save_type(obj)
        else:
            self.save_global(obj)

    dispatch[type] = dispatch[_ReturnType] = save_type


for _kind in (*_FUNCTIONS, StorageType, Word, _C.dtype):
    _Named.dispatch[_kind] = _Named.save_global


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
    if obj.device.type == "meta":
        shown = (obj.dtype, tuple(obj.shape), tuple(obj.stride()), obj.requires_grad)
        function, arguments = rebuild_meta_tensor, shown
    else:
        plain, dtype = obj.detach(), obj.dtype
        shown = (_Reference(plain, dtype), plain.storage_offset(), tuple(plain.shape), tuple(plain.stride()))
        function, arguments = rebuild_tensor_v2, (*shown, obj.requires_grad, OrderedDict())
        if _name_of(dtype) not in _CLASS_OF:
            function, arguments = rebuild_tensor_v3, (*arguments, dtype)
    if type(obj) is Tensor and not state:
        return function, arguments
    return rebuild_from_type_v2, (function, type(obj), arguments, state)
