"""Programs that say ``import torch``, answered by this package: unchanged, in this process and its children.

From the shell, with the arguments that ``python`` itself takes::

    python -m rushlight.torch train.py --epochs 3      # the same as the command `rushlight`
    python -m rushlight.torch -m package.module
    python -m rushlight.torch -c "import torch; print(torch.__version__)"

or in a program, before anything imports ``torch``::

    import rushlight.torch
    rushlight.torch.install()

``torch.nn`` is then the module ``rushlight.nn`` itself, and so on to any depth; ``torchvision`` is ``rushlight.vision``.
Nothing is written anywhere: a program that did not ask never sees it.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from types import BuiltinFunctionType, FunctionType

from ._lazy import names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

# what a program asks for, and what answers
_ANSWERS = {"torch": "rushlight", "torchvision": "rushlight.vision"}
# the releases that the answers follow, as programs and installers compare them
_VERSIONS = {"torch": "2.13.0", "torchvision": "0.28.0"}


def _version(name: str) -> str:
    from .torch_version import _OWN

    return f"{_VERSIONS[name]}+rushlight.{_OWN}"


def _answer(name: str) -> str | None:
    """The module here that answers ``name``: ``torch.nn`` is ``rushlight.nn``."""
    top, dot, rest = name.partition(".")
    return _ANSWERS[top] + dot + rest if top in _ANSWERS else None


def _address(name: str) -> str | None:
    """The other way: what a program calls the module ``name`` of this package."""
    for asked, ours in sorted(_ANSWERS.items(), key=lambda pair: -len(pair[1])):
        if name == ours or name.startswith(ours + "."):
            return asked + name[len(ours) :]
    return None


def _introduce(module: ModuleType) -> None:
    """Gives a module of this package, and the classes in it, the names that programs know.

    Programs print classes and modules, compare ``type(x).__module__``, and pickle by it. The module goes by both names, so
    that what looks a class's module up finds it; imports within the package go by ``__package__``, which stays.
    """
    own = _own(module)
    address = _address(own)
    if address is None or module is sys.modules.get("rushlight.torch"):
        return
    sys.modules.setdefault(address, module)
    for name in list(sys.modules):  # files known under further names, which no import will introduce
        if name.startswith(f"{own}.") and "__file__" not in names_of(sys.modules[name]):
            sys.modules.setdefault(address + name[len(own) :], sys.modules[name])
    # a file with an underscore is no address of PyTorch's: its classes are those of the package that shows them
    shown, shown_as = module, own
    while shown_as.rpartition(".")[2].startswith("_") and "." in shown_as:
        shown_as = shown_as.rpartition(".")[0]
        shown = sys.modules[shown_as]
    further = own.replace("._", ".")
    for name, value in list(names_of(module).items()):
        if isinstance(value, type) and value.__module__ == further != own and further in sys.modules:
            value.__module__ = _address(further) or further
        elif isinstance(value, type) and value.__module__ in (own, shown_as):
            public = value.__module__ == shown_as or names_of(shown).get(name) is value
            try:
                value.__module__ = (_address(shown_as) if public else address) or address
            except TypeError:  # of a class that cannot be changed
                continue
        elif isinstance(value, FunctionType) and value.__module__ == own:
            value.__module__ = address
        elif isinstance(value, BuiltinFunctionType) and value.__module__ in (own, shown_as):
            value.__module__ = _address(value.__module__) or address
    module.__name__ = address


def _own(module: ModuleType) -> str:
    """The name of a module in this package."""
    return module.__spec__.name if module.__spec__ is not None else module.__name__


class _Alias:
    """The loader of ``torch.nn``: hands out the module that there is."""

    def __init__(self, real: str, spec: Any) -> None:
        self.real, self.spec = real, spec

    def create_module(self, spec: Any) -> ModuleType:
        module = importlib.import_module(self.real)
        self.own = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.own  # the import system has put the alias's into its place
        _introduce(module)

    def get_code(self, name: str) -> Any:
        """For ``-m torch.utils.collect_env``."""
        return self.spec.loader.get_code(self.real)

    def is_package(self, name: str) -> bool:
        return self.spec.submodule_search_locations is not None


class _Naming:
    """Around the loader of a module of this package: introduces the module when it has been loaded."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def create_module(self, spec: Any) -> Any:
        return self.loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__loader__ = module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        _introduce(module)

    def get_code(self, name: str) -> Any:
        """For ``-m torch.utils.collect_env``, before anything has imported it."""
        return self.loader.get_code(name)


class Finder:
    """The first of Python's finders, once :func:`install` has put it there."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The spec of a module under the name that a program uses, or of a module of this package.

        Errors: ModuleNotFoundError for a module of PyTorch's that is not here, which says so.
        """
        if name.startswith("rushlight."):
            return self._own(name, path)
        real = _answer(name)
        if real is None:
            return None
        loaded = sys.modules.get(real)
        try:
            spec = loaded.__spec__ if loaded is not None else importlib.util.find_spec(real)
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(self._missing(name, error), name=name) from None
        if spec is None:
            raise ModuleNotFoundError(self._missing(name), name=name)
        loader: Any = _Alias(real, spec)
        alias = importlib.machinery.ModuleSpec(
            name,
            loader,
            origin=spec.origin,
            is_package=spec.submodule_search_locations is not None,
        )
        if spec.submodule_search_locations is not None:
            alias.submodule_search_locations = list(spec.submodule_search_locations)
        return alias

    def _own(self, name: str, path: Any) -> Any:
        for other in sys.meta_path:
            spec: Any = None if other is self else other.find_spec(name, path)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Naming(spec.loader)
                return spec
        return None

    @staticmethod
    def _missing(name: str, error: Any = None) -> str:
        from ._absent import WHERE

        reason = str(error).partition(". ")[2] if error is not None else ""
        return f"No module named '{name}'. {reason or f'rushlight answers for PyTorch here and has no such module; {WHERE}'}"

    def find_distributions(self, context: Any = None) -> Iterator[Any]:
        """What ``importlib.metadata`` knows of ``torch``."""
        asked = None if context is None or context.name is None else context.name.lower().replace("_", "-")
        for name, ours in _ANSWERS.items():
            if asked in (None, name) and importlib.util.find_spec(ours) is not None:
                yield _distribution(name)

    def invalidate_caches(self) -> None:
        """There are none."""


def _distribution(name: str) -> Any:
    import pathlib
    from importlib.metadata import Distribution

    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {_version(name)}\nSummary: answered by rushlight\n"

    class Answered(Distribution):
        def read_text(self, filename: str) -> str | None:
            return text if filename == "METADATA" else None

        def locate_file(self, path: Any) -> Any:
            return pathlib.Path(__file__).parent / path

    return Answered()


class _Installed:
    """In what a new process is told of its parent: installs there, before the program's main module is imported."""

    def __reduce__(self) -> Any:
        return install, ()


def _tell_children() -> None:
    """Children of ``spawn`` and ``forkserver`` begin with an interpreter of their own; those of ``fork`` have ours."""
    from multiprocessing import forkserver, spawn

    prepare = spawn.get_preparation_data

    def get_preparation_data(name: str) -> dict[str, Any]:
        return {**prepare(name), "rushlight": _Installed()}

    spawn.get_preparation_data = get_preparation_data
    # The server of `forkserver` may import modules before any child is there. Ours comes first, and in the place of the
    # program's main module, which each child imports anyway.
    server = getattr(forkserver, "_forkserver", None)
    if server is not None:
        preload = server.set_forkserver_preload

        def set_forkserver_preload(modules_names: Any) -> None:
            names = modules_names if isinstance(modules_names, list) else list(modules_names)
            preload([_PRELOAD, *(name for name in names if name != "__main__")])

        server.set_forkserver_preload = set_forkserver_preload
        set_forkserver_preload(server._preload_modules)
        forkserver.set_forkserver_preload = set_forkserver_preload


_PRELOAD = "rushlight._preload"


def install() -> None:
    """From now on ``import torch`` gives this package, in this process and in those that it starts.

    Calling it again changes nothing.

    Errors: ImportError if another ``torch`` or ``torchvision`` is loaded already.

    Example::

        >>> import subprocess, sys
        >>> code = "import rushlight.torch as t; t.install(); import torch.nn as nn; print(nn.Linear)"
        >>> subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
        "<class 'torch.nn.modules.linear.Linear'>\\n"
    """
    if any(isinstance(finder, Finder) for finder in sys.meta_path):
        return
    for name, ours in _ANSWERS.items():
        if name in sys.modules and sys.modules[name] is not sys.modules.get(ours):
            raise ImportError(
                f"another {name} is loaded already ({getattr(sys.modules[name], '__file__', None)}): call "
                "rushlight.torch.install() before anything imports it, or run the program with `python -m rushlight.torch`"
            )
    package: Any = sys.modules[_ANSWERS["torch"]]
    from .torch_version import TorchVersion

    package.__version__ = TorchVersion(_version("torch"))
    sys.meta_path.insert(0, Finder())
    for name in [name for name in sys.modules if name == "rushlight" or name.startswith("rushlight.")]:
        _introduce(sys.modules[name])
    _tell_children()


def __getattr__(name: str) -> Any:
    """``torch.torch.Tensor``, as some programs have it: PyTorch's module has itself as an attribute."""
    package = sys.modules["rushlight"]
    if name.startswith("__") or not any(isinstance(finder, Finder) for finder in sys.meta_path):
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(package, name)


__all__ = ["Finder", "install"]

if __name__ == "__main__":
    from rushlight._command import main

    main()
