"""Names whose files are imported when they are first asked for.

A program uses a few of the package's hundred files. ``import rushlight`` takes 14 instead of 89 ms for it.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType


def names_of(module: ModuleType) -> dict:
    """What ``vars(module)`` is of a plain module: the names that are in it so far."""
    return _TABLE.__get__(module)


_TABLE = vars(ModuleType)["__dict__"]


def absent(package: str):
    """The ``__getattr__`` of a package that has all it will ever have: says what PyTorch has there and it has not."""

    def __getattr__(name: str):
        from ._absent import attribute_error

        raise attribute_error(package, name)

    return __getattr__


class Absent:
    """The last of Python's finders, so that ``import rushlight.jit`` says what is missing, too."""

    @staticmethod
    def find_spec(fullname: str, path=None, target=None):
        """Finds nothing: raises for modules of PyTorch's, and leaves all others to Python's own error."""
        if fullname.startswith("rushlight."):
            from ._absent import explain

            package, _, name = fullname.rpartition(".")
            reason = explain(package, name)
            if reason is not None:  # with the whole name in it, `from rushlight import jit` would hide the text
                raise ModuleNotFoundError(f"No module named '{fullname}'. {reason}", name=name)
        return None


class _Package(ModuleType):
    """A package that has imported all its files when it is asked for its table of names, as programs do that choose a
    class by name: ``models.__dict__["resnet18"]``, ``vars(optim)``."""

    @property
    def __dict__(self):
        for name in self.__dir__():
            try:
                name.startswith("__") or getattr(self, name)
            except (ImportError, AttributeError):  # of what needs a package that is not installed
                continue
        return names_of(self)

    def __dir__(self):
        listed = names_of(self).get("__dir__")  # it is the last to be set
        return listed() if listed is not None else sorted(names_of(self))

    def __reduce__(self):
        return importlib.import_module, (self.__name__,)


def on_demand(package: str, files: dict[str, str], submodules: str = ""):
    """``__getattr__``, ``__dir__`` and the names of a package that imports its files on demand.

    Args:
        package (str): its ``__name__``.
        files (dict): for each file the names it defines, separated by spaces.
        submodules (str): files and packages that are attributes themselves.
    """
    places = {name: file for file, names in files.items() for name in names.split()}
    modules = submodules.split()
    missing = absent(package)

    def __getattr__(name: str):
        if name in modules:
            return importlib.import_module(f"{package}.{name}")
        file = places.get(name)
        if file is None:
            missing(name)
        value = getattr(importlib.import_module(f"{package}.{file}"), name)
        setattr(sys.modules[package], name, value)  # from now on it is found without this detour
        return value

    def __dir__():
        return sorted({*names_of(sys.modules[package]), *places, *modules})

    if "." in package:  # the package itself stays a plain module, whose names Python finds fastest
        sys.modules[package].__class__ = _Package
    return __getattr__, __dir__, [*places, *modules]


def also_at(package: str, files: dict[str, str]) -> None:
    """Makes files of a package known under further names, those that they have in PyTorch.

    They are files whose own name would hide a function: after an import of ``nn.utils.weight_norm`` as a file, the
    attribute ``weight_norm`` of ``nn.utils`` would be that file. What is already known is not imported, and hides nothing.

    Args:
        package (str): its ``__name__``.
        files (dict): for each further name the file.
    """
    from importlib.machinery import ModuleSpec

    for name, file in files.items():
        address = f"{package}.{name}"
        made = ModuleType(address, f"See `{file}`.")
        made.__spec__ = ModuleSpec(address, None)
        made.__getattr__ = _reader(f"{package}.{file}")  # type: ignore[method-assign]
        sys.modules.setdefault(address, made)


def _reader(file: str):
    def __getattr__(name: str):
        if name.startswith("__"):  # the import system asks for these
            raise AttributeError(name)
        return getattr(importlib.import_module(file), name)

    return __getattr__
