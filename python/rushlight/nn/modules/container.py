"""Modules that hold other modules, or parameters, in order or by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from operator import index as as_index

from ... import _C
from ..parameter import Parameter
from .module import Module, _typename

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any, Self



def _position(length, place):
    place = as_index(place)
    if not -length <= place < length:
        raise IndexError(f"index {place} is out of range")
    return place % length


def _renumber(container):
    container._modules = {str(i): module for i, module in enumerate(container._modules.values())}


class Container(Module):
    """Modules by name; :class:`Module` itself does all of it.

    Args: kwargs: the modules.

    >>> "a" in dict(nn.Container(a=nn.ReLU()).named_children())
    True
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        from ..._warn import warn

        warn(
            "`nn.Container` is deprecated. All of its functionality is now implemented in `nn.Module`. Subclass that"
            " instead.",
            FutureWarning,
        )
        for name, module in kwargs.items():
            self.add_module(name, module)


class Sequential(Module):
    """Modules one after the other: the output of each is the input of the next.

    Args:
        *args: the modules, or one ``OrderedDict`` of names and modules.

    Examples::

        >>> net = rl.nn.Sequential(rl.nn.Linear(2, 3), rl.nn.ReLU())
        >>> net[1]
        ReLU()
        >>> len(net[:1])
        1
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for place, module in enumerate(args):
                self.add_module(str(place), module)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)(OrderedDict(list(self._modules.items())[idx]))
        return list(self._modules.values())[_position(len(self), idx)]

    def __setitem__(self, idx: Any, module: Any) -> None:
        setattr(self, list(self._modules)[_position(len(self), idx)], module)

    def __delitem__(self, idx: Any) -> None:
        names = list(self._modules)
        for name in names[idx] if isinstance(idx, slice) else [names[_position(len(self), idx)]]:
            delattr(self, name)
        _renumber(self)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Any:
        return iter(self._modules.values())

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Sequential):
            raise ValueError(
                f"add operator supports only objects of Sequential class, but {type(other)} is given."
            )
        return Sequential(*self, *other)

    def __iadd__(self, other: Any) -> Any:
        if not isinstance(other, Sequential):
            raise ValueError(
                f"add operator supports only objects of Sequential class, but {type(other)} is given."
            )
        return self.extend(list(other))

    def _times(self, count):
        if not isinstance(count, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(count)}")
        if count <= 0:
            raise ValueError(f"Non-positive multiplication factor {count} for {type(self)}")
        return list(self) * count

    def __mul__(self, other: Any) -> Any:
        return Sequential(*self._times(other))

    __rmul__ = __mul__

    def __imul__(self, other: Any) -> Any:
        return self.extend(self._times(other)[len(self) :])

    def append(self, module: Any) -> Self:
        """Adds `module` at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, sequential: Any) -> Self:
        """Adds all modules of `sequential` at the end."""
        for module in sequential:
            self.append(module)
        return self

    def insert(self, index: Any, module: Any) -> Self:
        """Puts `module` before the position `index`."""
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        count = len(self._modules)
        if not -count <= index <= count:
            raise IndexError(f"Index out of range: {index}")
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._modules = {str(i): m for i, m in enumerate(modules)}
        return self

    def pop(self, key: Any) -> Any:
        """Takes out the module at `key` and returns it."""
        module = self[key]
        del self[key]
        return module


class ModuleList(Module):
    """A list of modules that are registered; it computes nothing by itself.

    Args:
        modules (iterable, optional): the modules.

    Examples::

        >>> layers = rl.nn.ModuleList([rl.nn.Linear(2, 2) for _ in range(3)])
        >>> len(list(layers.parameters()))
        6
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self += modules

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)(list(self._modules.values())[idx])
        return list(self._modules.values())[_position(len(self), idx)]

    def __setitem__(self, idx: Any, module: Any) -> None:
        setattr(self, str(_position(len(self), idx)), module)

    def __delitem__(self, idx: Any) -> None:
        places = range(len(self))[idx] if isinstance(idx, slice) else [_position(len(self), idx)]
        for place in places:
            delattr(self, str(place))
        _renumber(self)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Any:
        return iter(self._modules.values())

    def __iadd__(self, modules: Any) -> Any:
        return self.extend(modules)

    def __add__(self, other: Any) -> Any:
        return ModuleList([*self, *other])

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.isdigit()]

    def insert(self, index: Any, module: Any) -> None:
        """Puts `module` before the position `index`."""
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._modules = {str(i): m for i, m in enumerate(modules)}

    def append(self, module: Any) -> Self:
        """Adds `module` at the end."""
        self.add_module(str(len(self)), module)
        return self

    def pop(self, key: Any) -> Any:
        """Takes out the module at `key` and returns it."""
        module = self[key]
        del self[key]
        return module

    def extend(self, modules: Any) -> Self:
        """Adds all of `modules` at the end."""
        if not hasattr(modules, "__iter__"):
            raise TypeError(
                f"ModuleList.extend should be called with an iterable, but got {type(modules).__name__}"
            )
        for place, module in enumerate(list(modules), len(self)):
            self.add_module(str(place), module)
        return self

    def __repr__(self) -> str:
        shown = [repr(module) for module in self]
        if not shown:
            return self._get_name() + "()"
        runs: list[Any] = []  # equal neighbours are shown once
        for place, text in enumerate(shown):
            if runs and runs[-1][2] == text:
                runs[-1][1] = place
            else:
                runs.append([place, place, text])
        lines = []
        for first, last, text in runs:
            name = f"({first}): " if first == last else f"({first}-{last}): {last - first + 1} x "
            lines.append((name + text).replace("\n", "\n  "))
        return self._get_name() + "(\n  " + "\n  ".join(lines) + "\n)"


def _pairs(given, kind):
    """The items of a mapping, or of an iterable of pairs, checked one by one."""
    if hasattr(given, "items"):
        yield from given.items()
        return
    for place, item in enumerate(given):
        if not hasattr(item, "__iter__"):
            raise TypeError(
                f"{kind} update sequence element #{place} should be Iterable; is{type(item).__name__}"
            )
        if len(item) != 2:
            raise ValueError(f"{kind} update sequence element #{place} has length {len(item)}; 2 is required")
        yield item


def _check_iterable(given, kind):
    if not hasattr(given, "__iter__"):
        raise TypeError(
            f"{kind}.update should be called with an iterable of key/value pairs, but got {type(given).__name__}"
        )


class ModuleDict(Module):
    """A dictionary of modules that are registered.

    Args:
        modules (mapping or iterable of pairs, optional): names and modules.

    Examples::

        >>> choices = rl.nn.ModuleDict({"relu": rl.nn.ReLU(), "tanh": rl.nn.Tanh()})
        >>> choices["tanh"]
        Tanh()
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: Any) -> Any:
        return self._modules[key]

    def __setitem__(self, key: Any, module: Any) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: Any) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Any:
        return iter(self._modules)

    def __contains__(self, key: Any) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Takes out all modules."""
        self._modules.clear()

    def pop(self, key: Any) -> Any:
        """Takes out the module under `key` and returns it."""
        return self._modules.pop(key)

    def keys(self) -> Any:
        """The names."""
        return self._modules.keys()

    def items(self) -> Any:
        """The names and modules."""
        return self._modules.items()

    def values(self) -> Any:
        """The modules."""
        return self._modules.values()

    def update(self, modules: Any) -> Any:
        """Adds modules, in place of those of the same names."""
        _check_iterable(modules, "ModuleDict")
        for name, module in _pairs(modules, "ModuleDict"):
            self[name] = module


def _held(value):
    """Tensors that are no parameters become parameters."""
    if isinstance(value, _C.Tensor) and not isinstance(value, Parameter):
        return Parameter(value)
    return value


def _shown(value, kind_of=_typename):
    """A parameter in one line, with what says of which type it is."""
    if not isinstance(value, _C.Tensor):
        return "Object of type: " + type(value).__name__
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    dtype = kind_of(value)
    where = "" if value.device.type == "cpu" else f" ({value.device})"
    return f"{kind} containing: [{dtype} of size {'x'.join(str(n) for n in value.size())}{where}]"


class ParameterList(Module):
    """A list of parameters that are registered; other values are kept as they are.

    Args:
        values (iterable, optional): the parameters; tensors are made into parameters.

    >>> p = nn.ParameterList([nn.Parameter(rl.ones(2)) for _ in range(3)])
    >>> len(p), p[0].shape
    (3, torch.Size([2]))
    """

    def __init__(self, values: Any = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self += values

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)([getattr(self, str(i)) for i in range(*idx.indices(len(self)))])
        return getattr(self, str(_position(len(self), idx)))

    def __setitem__(self, idx: Any, value: Any) -> None:
        setattr(self, str(_position(len(self), idx)), _held(value))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Any:
        return iter(self[i] for i in range(len(self)))

    def __iadd__(self, values: Any) -> Any:
        return self.extend(values)

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.isdigit()]

    def append(self, value: Any) -> Self:
        """Adds `value` at the end."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values: Any) -> Self:
        """Adds all of `values` at the end."""
        if not hasattr(values, "__iter__") or isinstance(values, _C.Tensor):
            raise TypeError(
                f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}"
            )
        for value in list(values):
            self.append(value)
        return self

    def extra_repr(self) -> str:
        return "\n".join(
            f"  ({place}): {_shown(value, lambda v: v.dtype)}" for place, value in enumerate(self)
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("ParameterList should not be called.")


class ParameterDict(Module):
    """A dictionary of parameters that are registered; other values are kept as they are.

    Args:
        parameters (mapping or iterable of pairs, optional): names and parameters.

    >>> p = nn.ParameterDict({"left": nn.Parameter(rl.ones(2))})
    >>> p["right"] = nn.Parameter(rl.zeros(3))
    >>> list(p)
    ['left', 'right']
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys = {}
        if parameters is not None:
            self.update(parameters)

    def _key_to_attr(self, key):
        if not isinstance(key, str):
            raise TypeError(
                "Index given to ParameterDict cannot be used as a key as it is not a string "
                f"(type is '{type(key).__name__}'). Open an issue on github if you need non-string keys."
            )
        return key

    def __getitem__(self, key: Any) -> Any:
        return getattr(self, self._key_to_attr(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._keys[key] = None
        setattr(self, self._key_to_attr(key), _held(value))

    def __delitem__(self, key: Any) -> None:
        del self._keys[key]
        delattr(self, self._key_to_attr(key))

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Any:
        return iter(self._keys)

    def __reversed__(self) -> Any:
        return reversed(list(self._keys))

    def __contains__(self, key: Any) -> bool:
        return key in self._keys

    def __or__(self, other: Any) -> Any:
        merged = self.copy()
        merged.update(other)
        return merged

    def __ror__(self, other: Any) -> Any:
        merged = other.copy()
        merged.update(self)
        return merged

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def copy(self) -> Any:
        """Another dictionary of the same parameters."""
        return ParameterDict(OrderedDict((key, self[key]) for key in self._keys))

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """The value under `key`, which is set to `default` if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """Takes out everything."""
        for key in list(self._keys):
            del self[key]

    def pop(self, key: Any) -> Any:
        """Takes out the value under `key` and returns it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> Any:
        """Takes out the last pair and returns it."""
        key = next(reversed(self._keys))
        return key, self.pop(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """The value under `key`, or `default`."""
        return self[key] if key in self._keys else default

    def fromkeys(self, keys: Any, default: Any = None) -> Any:
        """A dictionary with the given keys, all of value `default`."""
        return ParameterDict((key, default) for key in keys)

    def keys(self) -> Any:
        """The names."""
        return self._keys.keys()

    def items(self) -> Any:
        """The names and values."""
        return ((key, self[key]) for key in self._keys)

    def values(self) -> Any:
        """The values."""
        return (self[key] for key in self._keys)

    def update(self, parameters: Any) -> Any:
        """Adds values, in place of those of the same names.

        Those of a plain ``dict`` are added in the order of their names; an ``OrderedDict``, another ``ParameterDict`` and
        a list of pairs keep their own.
        """
        _check_iterable(parameters, "ParameterDict")
        pairs = _pairs(parameters, "ParameterDict")
        if isinstance(parameters, Mapping) and not isinstance(parameters, (OrderedDict, ParameterDict)):
            pairs = sorted(pairs)
        for key, value in pairs:
            self[key] = value

    def extra_repr(self) -> str:
        return "\n".join(f"  ({key}): {_shown(value)}" for key, value in self.items())

    def __call__(self, input: Any) -> Any:
        raise RuntimeError("ParameterDict should not be called.")
