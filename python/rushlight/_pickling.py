"""Pickles in which tensors are references into an archive, under the names that PyTorch gives them.

Files go both ways: a pickle written here names ``torch._utils._rebuild_tensor_v2`` and the like, and those
names are looked up here as this package's own.
"""

from __future__ import annotations

import pickle
from collections import Counter, OrderedDict
from typing import ClassVar

from . import _C
from ._types import Size
from .nn.parameter import Parameter, _rebuild_parameter

Tensor = _C.Tensor

# Name of the storage class in the file, dtype, bytes an element.
_TYPED = {
    "DoubleStorage": ("float64", 8),
    "FloatStorage": ("float32", 4),
    "HalfStorage": ("float16", 2),
    "BFloat16Storage": ("bfloat16", 2),
    "LongStorage": ("int64", 8),
    "IntStorage": ("int32", 4),
    "ShortStorage": ("int16", 2),
    "CharStorage": ("int8", 1),
    "ByteStorage": ("uint8", 1),
    "BoolStorage": ("bool", 1),
    "ComplexDoubleStorage": ("complex128", 16),
    "ComplexFloatStorage": ("complex64", 8),
}
_STORAGE_OF = {dtype: name for name, (dtype, _) in _TYPED.items()}
_DTYPES = (*_STORAGE_OF, "uint16", "uint32", "uint64")


class StorageType:
    """A storage class as files name it: what its elements are."""

    def __init__(self, name):
        self.name = name
        dtype, self.itemsize = _TYPED.get(name, ("uint8", 1))
        self.dtype = getattr(_C, dtype)

    def __call__(self, *args):
        raise pickle.UnpicklingError(f"a {self.name} cannot be made without its data")


class Storage:
    """The bytes behind one or more tensors, as a flat tensor."""

    def __init__(self, flat):
        self.flat = flat

    def view(self, dtype):
        """The same bytes as elements of `dtype`."""
        return self.flat if self.flat.dtype == dtype else self.flat.view(dtype)

    @property
    def device(self):
        return self.flat.device

    def cpu(self):
        return Storage(self.flat.cpu())

    def cuda(self, device=None, non_blocking=False):
        return Storage(self.flat.cuda(device))

    def untyped(self):
        return self


# ---------------------------------------------------------------------- what the names stand for
def _is_size(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _tensor(storage, dtype, offset, size, stride):
    """A tensor over `storage`, after checking that it stays inside."""
    if not isinstance(storage, Storage):
        raise pickle.UnpicklingError("a tensor needs a storage")
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride) or not all(map(_is_size, (offset, *size, *stride))):
        raise pickle.UnpicklingError(
            f"invalid tensor description: offset {offset}, size {size}, stride {stride}"
        )
    flat = storage.view(dtype)
    if 0 not in size:
        last = offset + sum((n - 1) * step for n, step in zip(size, stride))
        if last >= flat.numel():
            raise pickle.UnpicklingError(
                f"a tensor of size {size}, stride {stride} and offset {offset} needs {last + 1} elements, "
                f"but its storage has {flat.numel()}"
            )
    elif offset > flat.numel():
        offset = 0
    return flat.as_strided(size, stride, offset)


def _finished(tensor, requires_grad, metadata):
    if metadata:
        if metadata.get("conj"):
            tensor = tensor.conj()
        if metadata.get("neg"):
            tensor = -tensor
    return tensor.requires_grad_() if requires_grad else tensor


def _rebuild_tensor(storage, offset, size, stride):
    return _tensor(storage, storage.flat.dtype, offset, size, stride)


def _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, metadata=None):
    dtype = getattr(storage, "dtype", None)
    return _finished(_tensor(storage, dtype, offset, size, stride), requires_grad, metadata)


def _rebuild_tensor_v3(storage, offset, size, stride, requires_grad, backward_hooks, dtype, metadata=None):
    return _finished(_tensor(storage, dtype, offset, size, stride), requires_grad, metadata)


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    return _with_state(Parameter(data, requires_grad), state)


def _rebuild_from_type_v2(function, kind, args, state):
    if function not in (_rebuild_tensor, _rebuild_tensor_v2, _rebuild_tensor_v3, _rebuild_parameter):
        raise pickle.UnpicklingError(f"tensors are not rebuilt by {function}")
    return _with_state(function(*args), state)


def _with_state(tensor, state):
    if isinstance(state, tuple):
        state = state[0]
    for name, value in (state or {}).items():
        if isinstance(name, str) and not name.startswith("__"):
            setattr(tensor, name, value)
    return tensor


def _latin1(text, encoding="latin1"):
    """How protocol 2 writes bytes."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes in the encoding {encoding!r}")
    return text.encode("latin1")


class TypedStorage(Storage):
    """A storage as one tensor names it: with the dtype of its elements."""

    def __init__(self, flat, dtype):
        super().__init__(flat)
        self.dtype = dtype


_UTILS = "torch._utils"
_FUNCTIONS = {
    (_UTILS, "_rebuild_tensor"): _rebuild_tensor,
    (_UTILS, "_rebuild_tensor_v2"): _rebuild_tensor_v2,
    (_UTILS, "_rebuild_tensor_v3"): _rebuild_tensor_v3,
    (_UTILS, "_rebuild_parameter"): _rebuild_parameter,
    (_UTILS, "_rebuild_parameter_with_state"): _rebuild_parameter_with_state,
    ("torch._tensor", "_rebuild_from_type_v2"): _rebuild_from_type_v2,
}
_NAMES_OF = {function: name for name, function in _FUNCTIONS.items()}


def _torch_names():
    names = dict(_FUNCTIONS)
    names.update({("torch", name): StorageType(name) for name in _TYPED})
    names["torch", "UntypedStorage"] = names["torch.storage", "UntypedStorage"] = StorageType(
        "UntypedStorage"
    )
    names.update({("torch", name): getattr(_C, name) for name in _DTYPES if hasattr(_C, name)})
    names.update(
        {
            ("torch", "Size"): Size,
            ("torch", "device"): _C.device,
            ("torch", "Tensor"): Tensor,
            ("torch._tensor", "Tensor"): Tensor,
            ("torch.nn.parameter", "Parameter"): Parameter,
            ("torch.nn", "Parameter"): Parameter,
        }
    )
    return names


def _safe_names():
    names = _torch_names()
    names["collections", "OrderedDict"] = OrderedDict
    names["collections", "Counter"] = Counter
    names["_codecs", "encode"] = _latin1
    for module in ("builtins", "__builtin__"):
        names.update({(module, kind.__name__): kind for kind in (set, frozenset, complex, bytearray)})
    return names


# ---------------------------------------------------------------------- writing
class _Reference:
    """A storage on its way into the archive."""

    def __init__(self, tensor, dtype):
        self.tensor, self.dtype = tensor, dtype


class TensorPickler(pickle._Pickler):
    """Writes tensors as references; `storages` collects ``(number, tensor)`` for the archive."""

    dispatch: ClassVar[dict] = dict(pickle._Pickler.dispatch)

    def __init__(self, file, protocol=2):
        super().__init__(file, protocol)
        self.storages = {}
        self._dtypes = {}

    def persistent_id(self, obj):
        if not isinstance(obj, _Reference):
            return None
        tensor, dtype = obj.tensor, obj.dtype
        key = tensor._storage_key()
        if key not in self.storages:
            self.storages[key] = (str(len(self.storages)), tensor, tensor._storage_bytes())
            self._dtypes[key] = dtype
        elif self._dtypes[key] != dtype:
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different types"
            )
        number, _, data = self.storages[key]
        name = str(dtype).rsplit(".", 1)[-1]
        device = tensor.device
        location = (
            device.type if device.index is None or device.type == "cpu" else f"{device.type}:{device.index}"
        )
        if name in _STORAGE_OF:
            kind = StorageType(_STORAGE_OF[name])
            return ("storage", kind, number, location, memoryview(data).nbytes // kind.itemsize)
        return ("storage", StorageType("UntypedStorage"), number, location, memoryview(data).nbytes)

    def reducer_override(self, obj):
        if isinstance(obj, Parameter):
            return _rebuild_parameter, (obj.data, obj.requires_grad, OrderedDict())
        if isinstance(obj, Tensor):
            plain = obj.detach()
            arguments = (
                _Reference(plain, plain.dtype),
                plain.storage_offset(),
                tuple(plain.shape),
                tuple(plain.stride()),
                obj.requires_grad,
                OrderedDict(),
            )
            if str(plain.dtype).rsplit(".", 1)[-1] in _STORAGE_OF:
                return _rebuild_tensor_v2, arguments
            return _rebuild_tensor_v3, (*arguments, plain.dtype)
        if isinstance(obj, Size):
            return Size, (tuple(obj),)
        if isinstance(obj, _C.device):
            return _C.device, (obj.type,) if obj.index is None else (obj.type, obj.index)
        return NotImplemented

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, StorageType):
            self._write_name(obj, "torch" if obj.name in _TYPED else "torch.storage", obj.name)
        elif isinstance(obj, _C.dtype):
            self._write_name(obj, "torch", str(obj).rsplit(".", 1)[-1])
        else:
            super().save(obj, save_persistent_id)

    def _write_name(self, obj, module, name):
        known = self.memo.get(id(obj))
        if known is not None:
            self.write(self.get(known[0]))
        else:
            self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
            self.memoize(obj)

    def save_global(self, obj, name=None):
        known = _NAMES_OF.get(obj) if callable(obj) else None
        if known is None and obj in (Size, _C.device):
            known = ("torch", obj.__name__)
        if known is None:
            known = _torch_path(obj)
        if known is None:
            super().save_global(obj, name)
        else:
            self._write_name(obj, *known)

    def save_type(self, obj):
        if obj in (type(None), type(NotImplemented), type(...)):
            super().save_type(obj)
        else:
            self.save_global(obj)

    def get(self, index):
        return pickle._Pickler.get(self, index)

    dispatch[type] = save_type
    dispatch[type(_latin1)] = save_global


def _torch_path(obj):
    """Where PyTorch has a class of this package; None if it has not, or if the class is another's."""
    package, *path = (getattr(obj, "__module__", None) or "").split(".")
    ours = package == __name__.partition(".")[0] and path[:1] in (["nn"], ["optim"], ["utils"])
    if ours and not any(part.startswith("_") for part in path):
        return ".".join(["torch", *path]), obj.__qualname__
    return None


# ---------------------------------------------------------------------- reading
_user_safe: dict = {}
_REFUSED = (
    "Weights only load failed. This file can still be loaded with `weights_only=False`, but that can run any code "
    "the file contains: do it only if you trust its source.\n\tWeightsUnpickler error: {}\n"
)


def _refuse(what):
    raise pickle.UnpicklingError(_REFUSED.format(what))


class WeightsUnpickler(pickle._Unpickler):
    """Reads tensors, containers and plain values; calls nothing that is not on its list."""

    dispatch: ClassVar[dict] = dict(pickle._Unpickler.dispatch)

    def __init__(self, file, load_storage, encoding="utf-8"):
        super().__init__(file, encoding=encoding)
        self._load_storage = load_storage
        self._names = _safe_names()
        self._made = (*_FUNCTIONS.values(), _latin1, OrderedDict, Counter, set, frozenset, complex, bytearray)

    def persistent_load(self, pid):
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
            _refuse(f"unknown persistent id {pid!r}")
        return self._load_storage(pid)

    def find_class(self, module, name):
        found = self._names.get((module, name))
        if found is None:
            found = _user_safe.get(f"{module}.{name}")
        if found is None:
            full = f"{module}.{name}"
            _refuse(
                f"Unsupported global: GLOBAL {full} was not an allowed global by default. Please use "
                f"`torch.serialization.add_safe_globals([{name}])` or the "
                f"`torch.serialization.safe_globals([{name}])` context manager to allowlist this global if you "
                "trust this class/function."
            )
        return found

    def _may_call(self, function):
        allowed = (*self._made, Size, _C.device, Parameter, *_user_safe.values())
        return any(function is one for one in allowed)

    def load_reduce(self):
        args = self.stack.pop()
        function = self.stack[-1]
        if not self._may_call(function) or not isinstance(args, tuple):
            _refuse(f"Trying to call reduce for unrecognized function {function}")
        self.stack[-1] = function(*args)

    def load_newobj(self):
        args = self.stack.pop()
        kind = self.stack.pop()
        if not (kind is OrderedDict or any(kind is one for one in _user_safe.values())):
            _refuse(f"Trying to call new for unrecognized class {kind}")
        self.append(kind.__new__(kind, *args))

    def load_newobj_ex(self):
        _refuse("Unsupported operand NEWOBJ_EX")

    def load_build(self):
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, type):
            _refuse(f"Can not build a class: {target}")
        elif type(target) is OrderedDict or isinstance(target, Tensor):
            if not isinstance(state, dict):
                _refuse(f"Can only build {type(target)} from a dict")
            for name, value in state.items():
                if not isinstance(name, str) or name.startswith("__") or hasattr(type(target), name):
                    _refuse(f"Can not set the attribute {name!r} of {type(target)}")
                setattr(target, name, value)
        elif any(type(target) is one for one in _user_safe.values()):
            if hasattr(target, "__setstate__"):
                target.__setstate__(state)
            else:
                target.__dict__.update(state)
        else:
            _refuse(
                f"Can only build Tensor, Parameter, OrderedDict or types allowlisted, but got {type(target)}"
            )

    def _unsupported(self):
        _refuse("Unsupported operand")

    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build
    for _code in (pickle.INST, pickle.OBJ, pickle.EXT1, pickle.EXT2, pickle.EXT4):
        dispatch[_code[0]] = _unsupported
    del _code


class AnyUnpickler(pickle.Unpickler):
    """Reads whatever a pickle may hold, with PyTorch's names meaning this package's."""

    def __init__(self, file, load_storage, encoding="utf-8"):
        super().__init__(file, encoding=encoding)
        self._load_storage = load_storage
        self._names = _torch_names()

    def persistent_load(self, pid):
        return self._load_storage(pid)

    def find_class(self, module, name):
        found = self._names.get((module, name))
        if found is not None:
            return found
        if module == "torch" or module.startswith("torch."):
            from importlib import import_module

            try:
                found = import_module(__name__.partition(".")[0] + module[len("torch") :])
                for part in name.split("."):
                    found = getattr(found, part)
                return found
            except (ImportError, AttributeError):
                raise pickle.UnpicklingError(f"this package has no {module}.{name}") from None
        return super().find_class(module, name)
