"""The base class of every layer and every network."""

from __future__ import annotations

from collections import OrderedDict

from ... import _C
from ..parameter import Buffer, Parameter
from . import _hooks
from ._hooks import (
    HOOK_TABLES,
    STATE_TABLES,
    HookMethods,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from ._mirror import Mirror
from ._named import name_constructor
from ._state_dict import _EXTRA_STATE_KEY_SUFFIX, StateMethods, _IncompatibleKeys
from ._traversal import TraversalMethods

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..._C import Tensor

__all__ = [
    "_EXTRA_STATE_KEY_SUFFIX",
    "Module",
    "_IncompatibleKeys",
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

Tensor = _C.Tensor
_MIRRORS = ("_parameters", "_buffers", "_modules")
_LAZY = HOOK_TABLES | STATE_TABLES
_SPECIAL = _LAZY.union(_MIRRORS)


def _typename(value):
    if isinstance(value, Tensor):
        return value.type()
    kind = value if isinstance(value, type) else type(value)
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def _checked_name(module, kind, name, table):
    if not isinstance(name, str):
        raise TypeError(f"{kind} name should be a string. Got {_typename(name)}")
    if "." in name:
        got = f", got: {name}" if kind == "module" else ""
        raise KeyError(f'{kind} name can\'t contain "."{got}')
    if name == "":
        raise KeyError(f'{kind} name can\'t be empty string ""')
    if name not in table and hasattr(module, name):
        raise KeyError(f"attribute '{name}' already exists")


def _filtered(hooks, module, name, value):
    for hook in hooks.values():
        other = hook(module, name, value)
        if other is not None:
            value = other
    return value


class Module(HookMethods, StateMethods, TraversalMethods):
    """A part of a network: holds parameters, buffers and further modules, and computes with them in ``forward``.

    Whatever parameter or module is assigned as an attribute is registered; it appears in
    :meth:`parameters`, in :meth:`state_dict` and in the printed form, and moves with :meth:`to`.

    Attributes:
        training (bool): whether the module is in training (``True``) or evaluation mode

    Examples::

        >>> class Net(rl.nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.hidden = rl.nn.Linear(2, 3)
        ...     def forward(self, x):
        ...         return self.hidden(x).relu()
        >>> Net()
        Net(
          (hidden): Linear(in_features=2, out_features=3, bias=True)
        )
    """

    dump_patches = False
    call_super_init = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("rushlight.nn.modules."):
            name_constructor(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not self.call_super_init:
            if kwargs:
                raise TypeError(
                    f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
                )
            if args:
                raise TypeError(
                    f"{type(self).__name__}.__init__() takes 1 positional argument but {len(args) + 1} were given"
                )
        own = self.__dict__
        own["training"] = True
        own["_parameters"] = Mirror(self)
        own["_buffers"] = Mirror(self)
        own["_non_persistent_buffers_set"] = set()
        own["_modules"] = Mirror(self)
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    if TYPE_CHECKING:
        forward: Callable[..., Any]  # a subclass takes what it likes
    else:

        def forward(self, *args):
            """The computation of the module; every subclass has its own."""
            raise NotImplementedError(
                f'Module [{type(self).__name__}] is missing the required "forward" function'
            )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._hooked:
            return self._call_with_hooks(args, kwargs)
        return self.forward(*args, **kwargs)

    _call_impl = __call__

    # ------------------------------------------------------------------ registering
    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Adds a tensor that is part of the module's state but no parameter.

        Args:
            name (str): the attribute under which it is reached.
            tensor (Tensor or None): the buffer; ``None`` is kept out of ``state_dict``.
            persistent (bool): whether it is part of ``state_dict``. Default: ``True``
        """
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        _checked_name(self, "buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{_typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        self._buffers[name] = _filtered(_hooks._global_buffer_registration_hooks, self, name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_parameter(self, name: str, param: Any) -> None:
        """Adds a parameter, or ``None``, under `name`.

        Errors:
            ``KeyError`` for a name that is taken or unusable, ``TypeError`` for what is no parameter,
            ``ValueError`` for a tensor that was computed from others.
        """
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        _checked_name(self, "parameter", name, self._parameters)
        if param is not None:
            if not isinstance(param, Parameter):
                raise TypeError(
                    f"cannot assign '{_typename(param)}' object to parameter '{name}' "
                    "(torch.nn.Parameter or None required)"
                )
            if param.grad_fn is not None:
                raise ValueError(
                    f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created "
                    f"explicitly. To express '{name}' as a function of another Tensor, compute the value in "
                    "the forward() method."
                )
            param = _filtered(_hooks._global_parameter_registration_hooks, self, name, param)
        self._parameters[name] = param

    def add_module(self, name: str, module: Any) -> None:
        """Adds a child module, or ``None``, under `name`."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{_typename(module)} is not a Module subclass")
        _checked_name(self, "module", name, self._modules)
        self._modules[name] = _filtered(_hooks._global_module_registration_hooks, self, name, module)

    def register_module(self, name: str, module: Any) -> None:
        """Another name of :meth:`add_module`."""
        self.add_module(name, module)

    # ------------------------------------------------------------------ attributes
    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, Parameter):
            if "_parameters" not in own:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self._make_room(name, "_parameters")
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            if name in own.get("_parameters", ()):
                raise TypeError(
                    f"cannot assign '{_typename(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            if "_modules" not in own:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self._make_room(name, "_modules")
            own["_modules"][name] = _filtered(_hooks._global_module_registration_hooks, self, name, value)
        elif name in own.get("_parameters", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_typename(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            self.register_parameter(name, value)
        elif name in own.get("_modules", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_typename(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                )
            own["_modules"][name] = _filtered(_hooks._global_module_registration_hooks, self, name, value)
        elif name in own.get("_buffers", ()) or isinstance(value, Buffer):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{_typename(value)}' as buffer '{name}' "
                    "(torch.nn.Buffer, torch.Tensor or None expected)"
                )
            if isinstance(value, Buffer):
                persistent = value.persistent
            else:
                persistent = name not in self._non_persistent_buffers_set
            if name not in self._buffers:
                own.pop(name, None)
            self.register_buffer(name, value, persistent)
        elif name in _SPECIAL:
            self._set_table(name, value)
        else:
            object.__setattr__(self, name, value)

    def _make_room(self, name, kept):
        """Takes `name` away from wherever it was, so that the table `kept` can have it."""
        own = self.__dict__
        for table in _MIRRORS:
            if table != kept:
                own[table].pop(name, None)
        self._non_persistent_buffers_set.discard(name)
        if name not in own[kept]:
            own.pop(name, None)

    def _set_table(self, name, value):
        own = self.__dict__
        if name in _MIRRORS:
            if value is own.get(name):
                return
            if isinstance(own.get(name), Mirror):
                own[name].clear()
            own[name] = Mirror(self, value)
        else:
            own[name] = value
            if name in HOOK_TABLES:
                own["_hooked"] = True

    def __getattr__(self, name: str) -> Any:
        # Only what the instance dictionary lacks comes here.
        own = self.__dict__
        if name in _LAZY:
            fresh = own[name] = OrderedDict()
            if name in HOOK_TABLES:
                own["_hooked"] = True
            return fresh
        for table in _MIRRORS:
            found = own.get(table)
            if found is not None and name in found:
                return found[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        for table in _MIRRORS:
            found = self.__dict__.get(table)
            if found is not None and name in found:
                del found[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*dir(type(self)), *self.__dict__}
        for table in _MIRRORS:
            names.update(name for name in self.__dict__[table] if isinstance(name, str))
        return sorted(name for name in names if not name[:1].isdigit())

    # ------------------------------------------------------------------ copies and files
    def __getstate__(self) -> Any:
        state = {name: OrderedDict() for name in _LAZY}
        state["_is_full_backward_hook"] = None
        state.update(self.__dict__)
        state.pop("_hooked", None)
        for table in _MIRRORS:
            entries = state.get(table)
            if isinstance(entries, Mirror):
                for name, value in entries.items():
                    if isinstance(name, str) and state.get(name, self) is value:
                        del state[name]
                state[table] = dict(entries)
        return state

    def __setstate__(self, state: Any) -> Any:
        own = self.__dict__
        for name, value in state.items():
            if name in _LAZY:
                if value:
                    own[name] = value
                    if name in HOOK_TABLES:
                        own["_hooked"] = True
            elif name not in _MIRRORS and not (name == "_is_full_backward_hook" and value is None):
                own[name] = value
        own.setdefault("_non_persistent_buffers_set", set())
        for table in _MIRRORS:
            own[table] = Mirror(self, state.get(table, ()))

    # ------------------------------------------------------------------ printing
    def _get_name(self):
        return type(self).__name__

    def extra_repr(self) -> str:
        """The text between the brackets of the printed form; to be overridden."""
        return ""

    def __repr__(self):
        # Children first, in a loop: a recursion would end at some 300 modules within one another.
        texts, opened, waiting = {}, set(), [self]
        while waiting:
            module = waiting[-1]
            if id(module) in texts:
                waiting.pop()
                continue
            below = [
                child
                for child in module._modules.values()
                if type(child).__repr__ is Module.__repr__ and id(child) not in texts
            ]
            if not below:
                texts[id(module)] = module._shown(texts)
                waiting.pop()
            elif id(module) in opened:
                raise RecursionError(f"a {module._get_name()} holds itself")
            else:
                opened.add(id(module))
                waiting.extend(reversed(below))
        return texts[id(self)]

    def _shown(self, texts):
        """This module as text, after its children's `texts`."""
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = []
        for name, module in self._modules.items():
            text = texts[id(module)] if id(module) in texts else repr(module)
            children.append(f"({name}): " + text.replace("\n", "\n  "))
        if len(lines) == 1 and not children:
            return f"{self._get_name()}({lines[0]})"
        if not lines and not children:
            return f"{self._get_name()}()"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines + children) + "\n)"

    # ------------------------------------------------------------------ not for this engine
    def compile(self, *args: Any, **kwargs: Any) -> Any:
        """Accepted and without effect: operations already run compiled."""


def _addindent(s_, numSpaces):
    """A text whose lines, but for the first, begin further to the right."""
    first, *rest = s_.split("\n")
    return "\n".join([first, *(" " * numSpaces + line for line in rest)])
