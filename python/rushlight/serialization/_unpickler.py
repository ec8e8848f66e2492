"""Reading: pickles in which tensors are references to storages. Two readers: one for whom nothing in a file is
trusted, and one that does whatever a pickle says."""

from __future__ import annotations

import functools
import pickle
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections import Counter, OrderedDict
from pickle import UnpicklingError
from typing import ClassVar

from .. import _C
from .._types import Size
from ..nn.parameter import Parameter
from ..storage import TypedStorage
from ._budget import brief
from ._names import StorageType, _get_layout, encode, refuse_what_is_lacking, resolve, torch_names
from ._options import SourceChangeWarning
from ._rebuild import REBUILDERS, rebuild_parameter, with_state
from ._safe_globals import allowed, is_allowed

Tensor = _C.Tensor

# What an object beside its elements is counted as: little enough for any that is written out, and a bound on those
# that are called up by five bytes.
_OBJECT = 64

# A program in a file has no business with these, allowed or not.
_BLOCKED = ("sys", "os", "posix", "nt")


class Storages:
    """From persistent ids to storages, each read once.

    Args:
        read (Callable): from a key, a number of bytes and a dtype to an ``UntypedStorage`` as the file has it.
        place (Callable): from a storage and its tag to the storage where it is wanted.
    """

    def __init__(self, read, place):
        self.read, self.place = read, place
        self.loaded = {}  # key -> (storage where it is wanted, bytes in the file)
        self._parts = {}

    def __call__(self, pid):
        if not isinstance(pid, tuple) or not pid or type(pid[0]) not in (str, bytes):
            raise UnpicklingError(f"unknown persistent id {brief(pid)}")
        tag = _ascii(pid[0])
        if tag == "module" and len(pid) == 4:
            return _class_with_source(*pid[1:])
        if tag != "storage" or not 5 <= len(pid) <= 6:
            raise UnpicklingError(f"unknown persistent id {brief(tag)}")
        kind, key, location, count = pid[1], _ascii(pid[2]), _ascii(pid[3]), pid[4]
        valid = isinstance(kind, StorageType) and isinstance(key, (str, int)) and isinstance(location, str)
        if not valid or type(count) is not int or not 0 <= count < 1 << 62:
            raise UnpicklingError(f"invalid storage {brief(key)} of {brief(count)} elements")
        nbytes = count * kind.dtype.itemsize
        if key not in self.loaded:
            self.loaded[key] = self.place(self.read(key, nbytes, kind.dtype), location), nbytes
        storage, known = self.loaded[key]
        if known != nbytes:
            raise UnpicklingError(f"storage {brief(key)} is described in two ways")
        if len(pid) == 6 and pid[5] is not None:
            storage = self._part(storage, kind.dtype.itemsize, pid[5])
        return TypedStorage(wrap_storage=storage, dtype=kind.dtype)

    def _part(self, storage, width, view):
        """A storage within another: a form in which old files had shared memory."""
        if (
            not isinstance(view, tuple)
            or len(view) != 3
            or not all(type(n) is int and n >= 0 for n in view[1:])
        ):
            raise UnpicklingError(f"invalid part of a storage: {brief(view)}")
        key, first, count = _ascii(view[0]), view[1] * width, view[2] * width
        if not isinstance(key, (str, int)) or first + count > storage.nbytes():
            raise UnpicklingError("a part of a storage reaches beyond it")
        return self._parts.setdefault((key, first, count), storage[first : first + count])


def _ascii(text):
    return text.decode("ascii", "replace") if isinstance(text, bytes) else text


def _class_with_source(kind, file, source):
    """A class that an old file names together with its source, which is compared and never run."""
    if not isinstance(kind, type):
        raise UnpicklingError(f"{brief(kind)} is no class")
    if isinstance(source, str) and not kind.__module__.startswith(("rushlight.", "torch.")):
        import inspect
        import warnings

        try:
            same = inspect.getsource(kind) == source
        except (OSError, TypeError):
            warnings.warn(
                f"Couldn't retrieve source code for container of type {kind.__name__}. It won't be checked for "
                "correctness upon loading.",
                stacklevel=2,
            )
        else:
            if not same:
                warnings.warn(
                    f"source code of class '{kind.__module__}.{kind.__qualname__}' has changed. you can retrieve the "
                    "original source code by accessing the object's source attribute",
                    SourceChangeWarning,
                    stacklevel=2,
                )
    return kind


class WeightsUnpickler(pickle._Unpickler):
    """Reads tensors, containers and plain values; calls nothing that is not on its list.

    Args:
        file: the pickle.
        storages (Callable): from persistent ids to storages.
        budget (Budget): what the file may cost.
        encoding (str): of text that Python 2 wrote.
    """

    dispatch: ClassVar[dict] = dict(pickle._Unpickler.dispatch)

    def __init__(self, file, storages, budget, encoding="utf-8"):
        super().__init__(file, encoding=encoding)
        self._storages, self._budget = storages, budget
        self._makers = {
            OrderedDict: self._ordered_dict,
            Counter: self._counter,
            set: self._set,
            bytearray: self._bytearray,
            encode: self._encode,
            complex: _complex,
            Size: _size,
            _C.device: _device,
            Parameter: _parameter,
            _get_layout: _get_layout,
            **{function: functools.partial(self._rebuild, function) for function in REBUILDERS},
        }

    def persistent_load(self, pid):
        return self._storages(pid)

    def load(self):
        try:
            return super().load()
        finally:
            self._makers.clear()  # methods of its own: a circle, which would keep all that was read until the next collection

    # ------------------------------------------------------------------ names
    def find_class(self, module, name):
        module, name = modern(module, name, self.proto)
        if module in _BLOCKED:
            raise UnpicklingError(
                f"Trying to load unsupported GLOBAL {module}.{name} whose module {module} is blocked."
            )
        found = _NAMES.get((module, name))
        if found is None:
            found = torch_names().get((module, name)) if (module, name) not in _NOT_SAFE else None
        if found is None:
            found = allowed(module, name)
        if found is None:
            refuse_what_is_lacking(module, name)
            full = name if module == "builtins" else f"{module}.{name}"
            last = full.rpartition(".")[2]
            raise UnpicklingError(
                f"Unsupported global: GLOBAL {full} was not an allowed global by default. Please use "
                f"`torch.serialization.add_safe_globals([{last}])` or the "
                f"`torch.serialization.safe_globals([{last}])` context manager to allowlist this global if you "
                "trust this class/function."
            )
        return found

    # ------------------------------------------------------------------ calls
    def load_reduce(self):
        args = self.stack.pop()
        function = self.stack[-1]
        if not callable(function) or not isinstance(args, tuple):
            raise UnpicklingError(f"Trying to call reduce for unrecognized function {brief(function)}")
        maker = self._makers.get(function)
        if maker is None:
            if not is_allowed(function):
                raise UnpicklingError(f"Trying to call reduce for unrecognized function {brief(function)}")
            maker = function
            for value in args:
                if isinstance(value, (list, tuple, set, dict)):  # it may well be copied, or hashed
                    self._budget.take(8 * len(value))
                    self._budget.hash(value)
        self.stack[-1] = maker(*args)

    def load_newobj(self):
        args = self.stack.pop()
        kind = self.stack.pop()
        if not isinstance(kind, type) or not isinstance(args, tuple):
            raise UnpicklingError(f"Trying to call new for {brief(kind)}")
        if kind in (OrderedDict, Parameter, Counter):
            self.append(self._makers[kind](*args))
        elif is_allowed(kind):
            self.append(kind.__new__(kind, *args))
        else:
            raise UnpicklingError(
                "Can only create new object for parameter or classes allowlisted via `add_safe_globals` but got "
                f"{brief(kind)}"
            )

    def load_build(self):
        state = self.stack.pop()
        target = self.stack[-1]
        if type(target) is OrderedDict:
            if not isinstance(state, dict):
                raise UnpicklingError("Can only build an OrderedDict from a dict")
            self._budget.take(8 * len(state))
            for name, value in state.items():
                if type(name) is not str or name.startswith("__") or hasattr(OrderedDict, name):
                    raise UnpicklingError(f"Can not set the attribute {brief(name)} of an OrderedDict")
                setattr(target, name, value)
        elif isinstance(target, Tensor):
            for part in state if isinstance(state, tuple) else [state]:
                self._budget.take(8 * len(part) if isinstance(part, dict) else 0)
            with_state(target, state)
        elif is_allowed(type(target)):
            _build(target, state)
        else:
            raise UnpicklingError(
                "Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, but "
                f"got {brief(type(target))}"
            )

    def _rebuild(self, function, *args):
        self._budget.take(_OBJECT)
        for value in args:
            if isinstance(value, dict):  # attributes, which are set one by one
                self._budget.take(8 * len(value))
        return function(*args)

    def _ordered_dict(self, pairs=()):
        if not isinstance(pairs, (list, tuple)) or not all(
            type(p) in (list, tuple) and len(p) == 2 for p in pairs
        ):
            raise UnpicklingError("an OrderedDict is made of pairs")
        self._budget.take(_OBJECT + 8 * len(pairs))
        self._budget.hash(key for key, _ in pairs)
        return OrderedDict(pairs)

    def _counter(self, counts=None):
        counts = {} if counts is None else counts
        if type(counts) is not dict:
            raise UnpicklingError("a Counter is made of a dict")
        self._budget.take(_OBJECT + 8 * len(counts))
        made = Counter()
        dict.update(made, counts)
        return made

    def _set(self, items=()):
        if type(items) not in (list, tuple):
            raise UnpicklingError("a set is made of a list")
        self._budget.take(_OBJECT + 8 * len(items))
        self._budget.hash(items)
        return set(items)

    def _bytearray(self, data=b"", encoding=None):
        if encoding is not None:
            data = self._encode(data, encoding)
        if not isinstance(data, bytes):
            raise UnpicklingError(f"a bytearray is made of bytes and not of {brief(data)}")
        self._budget.take(len(data))
        return bytearray(data)

    def _encode(self, text, encoding="latin1"):
        if isinstance(text, str):
            self._budget.take(len(text))
        return encode(text, encoding)

    # ------------------------------------------------------------------ containers
    def load_append(self):
        value = self.stack.pop()
        self._list(self.stack[-1]).append(value)

    def load_appends(self):
        items = self.pop_mark()
        self._list(self.stack[-1]).extend(items)

    def _list(self, target):
        if type(target) is not list and not is_allowed(type(target)):
            raise UnpicklingError(f"Can only append to lists, but got {brief(type(target))}")
        return target

    def load_setitem(self):
        value = self.stack.pop()
        key = self.stack.pop()
        self._set_items([key, value])

    def load_setitems(self):
        self._set_items(self.pop_mark())

    def _set_items(self, items):
        target = self.stack[-1]
        if type(target) not in (dict, OrderedDict, Counter) and not is_allowed(type(target)):
            raise UnpicklingError(
                f"Can only set items of dict, OrderedDict and Counter, but got {brief(type(target))}"
            )
        keys = items[::2]
        self._budget.hash(keys)
        for key, value in zip(keys, items[1::2], strict=True):
            target[key] = value

    def load_dict(self):
        items = self.pop_mark()
        self.append({})
        self._set_items(items)

    def load_additems(self):
        items = self.pop_mark()
        target = self.stack[-1]
        if type(target) is not set:
            raise UnpicklingError(f"Can only add items to sets, but got {brief(type(target))}")
        self._budget.hash(items)
        target.update(items)

    # ------------------------------------------------------------------ bytes and what is not read
    def load_bytearray8(self):
        length = int.from_bytes(self.read(8), "little")
        data = self.read(min(length, self._budget.size + 1))
        if len(data) != length:
            raise UnpicklingError("pickle data was truncated")
        self._budget.take(length)
        self.append(bytearray(data))

    def load_frozenset(self):
        raise UnpicklingError("Unsupported operand FROZENSET")

    def _unsupported(self):
        raise UnpicklingError("Unsupported operand")

    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.APPEND[0]] = load_append
    dispatch[pickle.APPENDS[0]] = load_appends
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.DICT[0]] = load_dict
    dispatch[pickle.ADDITEMS[0]] = load_additems
    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8
    dispatch[pickle.FROZENSET[0]] = load_frozenset
    for _code in (pickle.NEWOBJ_EX, pickle.INST, pickle.OBJ, pickle.EXT1, pickle.EXT2, pickle.EXT4):
        dispatch[_code[0]] = _unsupported
    for _code in (pickle.NEXT_BUFFER, pickle.READONLY_BUFFER):
        dispatch[_code[0]] = _unsupported
    del _code


def modern(module, name, protocol):
    """A name as Python 3 has it; the first protocols write Python 2's."""
    if protocol < 3:
        if (module, name) in NAME_MAPPING:
            return NAME_MAPPING[module, name]
        return IMPORT_MAPPING.get(module, module), name
    return module, name


# Beside PyTorch's own names. These are standard, and their makers check what they are given.
_NAMES = {
    ("collections", "OrderedDict"): OrderedDict,
    ("collections", "Counter"): Counter,
    ("_codecs", "encode"): encode,
    ("builtins", "set"): set,
    ("builtins", "complex"): complex,
    ("builtins", "bytearray"): bytearray,
}
_NOT_SAFE = {("torch._C", "Generator"), ("torch", "Generator")}


def is_safe(module, name):
    """Whether a file may use this name when only weights are read."""
    known = (module, name) in _NAMES or ((module, name) in torch_names() and (module, name) not in _NOT_SAFE)
    return known or allowed(module, name) is not None


def _complex(real=0.0, imag=0.0):
    if not all(isinstance(part, (int, float)) for part in (real, imag)):
        raise UnpicklingError("a complex is made of two numbers")
    return complex(real, imag)


def _size(sizes=()):
    if not isinstance(sizes, (tuple, list)) or not all(isinstance(n, int) for n in sizes):
        raise UnpicklingError("a torch.Size is made of ints")
    return Size(sizes)


def _device(kind, index=None):
    if not isinstance(kind, str) or len(kind) > 40 or type(index) not in (int, type(None)):
        raise UnpicklingError("a device has a name, and may have a number")
    return _C.device(kind) if index is None else _C.device(kind, index)


def _parameter(data=None, requires_grad=True):
    return Parameter() if data is None else rebuild_parameter(data, requires_grad, None)


def _build(target, state):
    """Gives an object that the user has allowed its state, as any pickle would."""
    if hasattr(target, "__setstate__"):
        target.__setstate__(state)
        return
    slots = None
    if isinstance(state, tuple) and len(state) == 2:
        state, slots = state
    if state:
        target.__dict__.update(state)
    for name, value in (slots or {}).items():
        setattr(target, name, value)


class AnyUnpickler(pickle.Unpickler):
    """Reads whatever a pickle may hold, with PyTorch's names meaning this package's."""

    def __init__(self, file, storages, encoding="utf-8"):
        super().__init__(file, encoding=encoding)
        self.persistent_load = storages

    def find_class(self, module, name):
        found = resolve(module, name)
        return super().find_class(module, name) if found is None else found


def load_pickle(file, storages, safe, budget, encoding):
    """One pickle; what a malformed one leads to is an ``UnpicklingError``."""
    if not safe:
        return AnyUnpickler(file, storages, encoding).load()
    try:
        return WeightsUnpickler(file, storages, budget, encoding).load()
    except UnpicklingError as error:
        raise UnpicklingError(_advice(str(error))) from None
    except RecursionError as error:
        raise UnpicklingError(_advice(str(error))) from None
    except (RuntimeError, MemoryError):
        raise
    except Exception as error:  # whatever a malformed pickle leads to
        raise UnpicklingError(_advice(f"{type(error).__name__}: {str(error)[:1000]}")) from error


_UNSAFE = (
    "Re-running `torch.load` with `weights_only` set to `False` will likely succeed, but it can result in arbitrary "
    "code execution. Do it only if you got the file from a trusted source."
)


def _advice(message):
    """The message of a refusal; only where a file may hold more than weights does it name the way round."""
    if "was not an allowed global by default" in message:
        return (
            "Weights only load failed. This file can still be loaded, to do so you have two options, "
            "\033[1mdo those steps only if you trust the source of the checkpoint\033[0m. "
            f"\n\t(1) {_UNSAFE}\n\t(2) Alternatively, to load with "
            "`weights_only=True` please check the recommended steps in the following error message.\n"
            f"\tWeightsUnpickler error: {message}"
        )
    if message.startswith(("Can only ", "Trying to call ", "Unsupported operand")):
        return f"Weights only load failed. {_UNSAFE}\n\nWeightsUnpickler error: {message}"
    return f"Weights only load failed. {message}"
