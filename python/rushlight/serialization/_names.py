"""Names in files and what they stand for here: a pickle says ``torch.FloatStorage``, whoever wrote it."""

from __future__ import annotations

import functools
from pickle import UnpicklingError

from .. import _C
from .._types import _RETURN_TYPES, Size
from ..nn.parameter import Parameter
from ..storage import _CLASS_OF, TypedStorage, UntypedStorage, _name_of
from ._rebuild import REBUILDERS

_PACKAGE = __name__.partition(".")[0]
_DTYPE_OF = {kind: dtype for dtype, kind in _CLASS_OF.items()}

# What PyTorch has and this engine may not: said by name, since "unsupported global" would send the reader astray.
_DTYPES = (
    *_CLASS_OF,
    *("uint16", "uint32", "uint64", "complex32", "quint8", "qint8", "qint32", "quint4x2", "quint2x4"),
    *(
        "float8_e4m3fn",
        "float8_e5m2",
        "float8_e4m3fnuz",
        "float8_e5m2fnuz",
        "float8_e8m0fnu",
        "float4_e2m1fn_x2",
    ),
    *(f"{kind}{bits}" for kind in ("uint", "int") for bits in range(1, 8)),
)
_OTHER_STORAGES = {
    "QUInt8Storage": "quint8",
    "QInt8Storage": "qint8",
    "QInt32Storage": "qint32",
    "QUInt4x2Storage": "quint4x2",
    "QUInt2x4Storage": "quint2x4",
    "ComplexHalfStorage": "complex32",
}
_OTHER_REBUILDERS = {
    "_rebuild_qtensor": "quantized tensors",
    "_rebuild_nested_tensor": "nested tensors",
    "_rebuild_wrapper_subclass": "wrapper subclasses",
    "_rebuild_device_tensor_from_numpy": "tensors of that device",
    "_rebuild_device_tensor_from_cpu_tensor": "tensors of that device",
    "_rebuild_xla_tensor": "XLA tensors",
}


class StorageType:
    """A storage class as files name it: what its elements are.

    Args:
        name (str): such as ``FloatStorage``, or ``UntypedStorage`` for bytes.

    Example::

        >>> rl.serialization.StorageType("HalfStorage").dtype
        torch.float16
    """

    def __init__(self, name):
        self.module, self.name = ("torch" if name in _DTYPE_OF else "torch.storage"), name
        if name in _OTHER_STORAGES:
            lacking(f"the dtype torch.{_OTHER_STORAGES[name]}")
        self.dtype = getattr(_C, _DTYPE_OF.get(name, "uint8"))

    def __str__(self):
        return f"StorageType(dtype={self.dtype})"

    __repr__ = __str__


class Word:
    """A name of PyTorch's that is written for a call: what it stands for here comes from :func:`torch_names`.

    Args:
        module (str): PyTorch's.
        name (str): in it.
    """

    def __init__(self, module, name):
        self.module, self.name = module, name

    def __call__(self, *args):
        return torch_names()[self.module, self.name](*args)


def lacking(what):
    """Refuses a file for something that this engine does not have."""
    raise UnpicklingError(f"the file holds what {_PACKAGE} does not have: {what}")


def _get_layout(name):
    """A layout by the name it prints."""
    found = (
        getattr(_C, name.removeprefix("torch."), None) if isinstance(name, str) and len(name) < 40 else None
    )
    if not isinstance(found, _C.layout):
        lacking(f"the layout {name[:40]}" if isinstance(name, str) else "a layout without a name")
    return found


def encode(text, encoding="latin1"):
    """How protocol 2 writes bytes."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise UnpicklingError("bytes are written in the encoding latin1 only")
    return text.encode("latin1")


def _result(name, values, fields=None):
    """A named result; PyTorch also passes the fields that have no position, of which there are none."""
    from .. import return_types

    return getattr(return_types, name)(values)


@functools.cache
def torch_names():
    """(module, name) -> what it stands for here; the same for every reader."""
    names = {name: function for function, name in REBUILDERS.items()}
    for name in _DTYPE_OF:
        names["torch", name] = names["torch.storage", name] = StorageType(name)
    for module in ("torch", "torch.storage"):
        names[module, "UntypedStorage"] = StorageType("UntypedStorage")
        names[module, "TypedStorage"] = TypedStorage
    names |= {("torch", name): getattr(_C, name) for name in _DTYPES if hasattr(_C, name)}
    names |= {
        ("torch.serialization", "_get_layout"): _get_layout,
        ("torch", "Size"): Size,
        ("torch", "device"): _C.device,
        ("torch", "Tensor"): _C.Tensor,
        ("torch._tensor", "Tensor"): _C.Tensor,
        ("torch.nn.parameter", "Parameter"): Parameter,
        ("torch.nn", "Parameter"): Parameter,
        ("torch._C", "Generator"): _C.Generator,
        ("torch", "Generator"): _C.Generator,
    }
    return names


def refuse_what_is_lacking(module, name):
    """Says so if a name is one of PyTorch's that this engine has nothing for."""
    if module in ("torch", "torch.storage") and name in _OTHER_STORAGES:
        lacking(f"the dtype torch.{_OTHER_STORAGES[name]}")
    if module == "torch" and name in _DTYPES and not hasattr(_C, name):
        lacking(f"the dtype torch.{name}; in PyTorch, save `tensor.to(...)` of another dtype")
    if module == "torch._utils" and name in _OTHER_REBUILDERS:
        lacking(_OTHER_REBUILDERS[name])


def resolve(module, name):
    """What a name of PyTorch's stands for, imported if need be; None for a name that is not PyTorch's."""
    found = torch_names().get((module, name))
    if found is not None:
        return found
    if module != "torch" and not module.startswith("torch."):
        return None
    if module == "torch.return_types":
        return functools.partial(_result, name)
    refuse_what_is_lacking(module, name)
    from importlib import import_module

    try:
        found = import_module(_PACKAGE + module[len("torch") :])
        for part in name.split("."):
            found = getattr(found, part)
        return found
    except (ImportError, AttributeError):
        raise UnpicklingError(f"this package has no {module}.{name}") from None


def torch_path(obj):
    """Where PyTorch has a class or function of this package; None if it has not, or if it is another's."""
    if isinstance(obj, (StorageType, Word)):
        return obj.module, obj.name
    if isinstance(obj, _C.dtype):
        return "torch", _name_of(obj)
    if not callable(obj):
        return None
    for known in _PLACES, REBUILDERS:
        if obj in known:
            return known[obj]
    name = getattr(obj, "__qualname__", None) or getattr(obj, "__name__", None)
    module = getattr(obj, "__module__", None)
    if module == "torch.return_types":
        return (module, name) if _RETURN_TYPES.get(name) is obj else None
    if module is None and isinstance(obj, type(_C.add)):  # a function of the table
        return ("torch.nn.functional", name) if getattr(_C._nn, name or "", None) is obj else None
    package, *path = (module or "").split(".")
    ours = package == _PACKAGE and path[:1] in (["nn"], ["optim"], ["utils"])
    if ours and not any(part.startswith("_") for part in path):
        return ".".join(["torch", *path]), name
    return None


_PLACES = {
    Size: ("torch", "Size"),
    _C.device: ("torch", "device"),
    _C.Tensor: ("torch", "Tensor"),
    _C.Generator: ("torch._C", "Generator"),
    _get_layout: ("torch.serialization", "_get_layout"),
    UntypedStorage: ("torch.storage", "UntypedStorage"),
    TypedStorage: ("torch.storage", "TypedStorage"),
}


@functools.cache
def words():
    """What pickles name that is no object here, by its name: storage classes, and words for what is called."""
    found = {name: torch_names()["torch", name] for name in (*_DTYPE_OF, "UntypedStorage")}
    pairs = (("torch", "Size"), ("torch", "device"), ("torch.serialization", "_get_layout"))
    return found | {name: Word(module, name) for module, name in pairs}


# Where CPython's pickler finds a word; a name that no other pickle has.
ADDRESS = "_word_{}"


def __getattr__(name: str):
    found = words().get(name.removeprefix("_word_")) if name.startswith("_word_") else None
    if found is None:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return found
