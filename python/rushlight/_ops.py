"""``torch.ops``: operations by namespace. ``aten`` are the engine's; others are those of :mod:`rushlight.library`."""

from __future__ import annotations

from . import _C

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


class OpOverload:
    """One form of an operation: ``torch.ops.aten.add.Tensor``."""

    def __init__(self, packet: OpOverloadPacket, name: str) -> None:
        self._packet, self._overloadname = packet, name
        self.namespace = packet._namespace
        self.__name__ = f"{packet.__name__}.{name}"
        self.__module__ = f"torch._ops.{packet._namespace}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._packet(*args, **kwargs)

    @property
    def overloadpacket(self) -> OpOverloadPacket:
        """All forms together."""
        return self._packet

    def name(self) -> str:
        """The full name."""
        return f"{self._packet._namespace}::{self._packet.__name__}" + (
            "" if self._overloadname == "default" else f".{self._overloadname}"
        )

    def __repr__(self) -> str:
        return f"<OpOverload(op='{self._packet._namespace}.{self._packet.__name__}', overload='{self._overloadname}')>"

    def __str__(self) -> str:
        return f"{self._packet._namespace}.{self._packet.__name__}.{self._overloadname}"


class OpOverloadPacket:
    """An operation; the engine finds its form by the arguments."""

    def __init__(self, namespace: str, name: str, function: Any) -> None:
        self._namespace, self.__name__, self._op = namespace, name, function
        self._forms: dict[str, OpOverload] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._op(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._forms:
            self._forms[name] = OpOverload(self, name)
        return self._forms[name]

    def __repr__(self) -> str:
        return f"<OpOverloadPacket(op='{self._namespace}.{self.__name__}')>"

    def __str__(self) -> str:
        return f"{self._namespace}.{self.__name__}"


class _Namespace:
    """The operations of one library."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: dict[str, OpOverloadPacket] = {}

    def _lookup(self, name: str) -> Any:
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._found:
            function = self._lookup(name)
            if function is None:
                raise AttributeError(f"'_OpNamespace' '{self._name}' object has no attribute '{name}'")
            self._found[name] = OpOverloadPacket(self._name, name, function)
        return self._found[name]

    def __dir__(self) -> list[str]:
        return sorted(self._found)


def _absent(name):
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"torch.ops.aten.{name}: call the functions of torch.sparse instead")

    return refuse


class _Aten(_Namespace):
    def _lookup(self, name: str) -> Any:
        for place in (_C, _C._nn):
            function = vars(place).get(name)
            if callable(function) and not name.startswith("_"):
                return function
        from ._doubles import aten

        if name in vars(aten) and getattr(vars(aten)[name], "__module__", "") == aten.slice.__module__:
            return vars(aten)[name]
        if name.startswith("_sparse_"):
            return _absent(name)
        if name.startswith("_foreach_"):
            from . import _foreach

            return getattr(_foreach, name, None)
        for prefix in ("linalg", "fft", "special"):
            if name.startswith(prefix + "_") and hasattr(getattr(_C, "_" + prefix), name[len(prefix) + 1 :]):
                return getattr(getattr(_C, "_" + prefix), name[len(prefix) + 1 :])
        method = vars(_C.Tensor).get(name) or vars(_C.Tensor).get(name.removeprefix("_"))
        return method if callable(method) else None


class _TorchVision(_Namespace):
    def _lookup(self, name: str) -> Any:
        from .vision.ops import _registered

        return getattr(_registered, name) if name in _registered.__all__ else None


class _Ops:
    """All namespaces."""

    def __init__(self) -> None:
        self.aten = _Aten("aten")
        self.prims = _Namespace("prims")
        self.torchvision = _TorchVision("torchvision")
        self.loaded_libraries: set[str] = set()

    def __getattr__(self, name: str) -> _Namespace:
        if name.startswith("__"):
            raise AttributeError(name)
        space = _Namespace(name)
        setattr(self, name, space)
        return space

    def load_library(self, path: Any) -> None:
        """Compiled operations of PyTorch's.

        Errors: OSError: they are written for its engine.
        """
        raise OSError(f"{path}: operations compiled for PyTorch cannot be loaded here")

    def import_module(self, module: str) -> None:
        """Imports a module that defines operations."""
        import importlib

        importlib.import_module(module)


ops = _Ops()
