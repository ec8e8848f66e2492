"""What ``compile`` makes of a module: another one around it, under the names that PyTorch's checkpoints have."""

from __future__ import annotations

from collections.abc import Sized

from ..nn.modules.module import _LAZY, Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class OptimizedModule(Module):
    """A module around another one, whose attributes are the inner one's; nothing is compiled.

    Parameters and buffers are named ``_orig_mod.`` and their own name, as in checkpoints of compiled modules.

    Args:
        mod (Module): what it stands for; the attribute ``_orig_mod``.
        dynamo_ctx: accepted for compatibility.

    Example::

        >>> net = rl.compile(nn.Linear(2, 1))
        >>> list(net.state_dict()), net._orig_mod
        (['_orig_mod.weight', '_orig_mod.bias'], Linear(in_features=2, out_features=1, bias=True))
    """

    _own = frozenset(("_orig_mod", "dynamo_ctx", "_torchdynamo_orig_callable", "forward", "__dict__"))

    def __init__(self, mod: Module, dynamo_ctx: Any = None) -> None:
        super().__init__()
        self._orig_mod = mod
        self.dynamo_ctx = dynamo_ctx

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The inner module's result."""
        return self._orig_mod(*args, **kwargs)

    @property
    def training(self) -> bool:
        """The inner module's mode."""
        return self._orig_mod.training

    @training.setter
    def training(self, value: bool) -> None:
        if "_orig_mod" in self.__dict__.get("_modules", ()):  # not so while this object is being made
            self._orig_mod.training = value

    def __getattr__(self, name: str) -> Any:
        if name in _LAZY:  # hooks, which each of the two has by itself
            return super().__getattr__(name)
        inner = self.__dict__["_modules"].get("_orig_mod") if "_modules" in self.__dict__ else None
        if inner is None:
            raise AttributeError(name)
        return inner if name == "_orig_mod" else getattr(inner, name)

    def __setattr__(self, name: str, value: Any) -> None:
        made = "_orig_mod" in self.__dict__.get("_modules", ())
        if not made or name in self._own or name in _LAZY or hasattr(type(self), name):
            super().__setattr__(name, value)
        else:
            setattr(self._orig_mod, name, value)

    def __delattr__(self, name: str) -> None:
        if hasattr(type(self), name) or name in self._own:
            super().__delattr__(name)
        else:
            delattr(self._orig_mod, name)

    def __len__(self) -> int:
        if isinstance(self._orig_mod, Sized):
            return len(self._orig_mod)
        raise TypeError(f"{type(self._orig_mod).__name__} does not support len()")

    def __bool__(self) -> bool:
        return True

    def __reduce__(self) -> Any:
        return type(self), (self._orig_mod, self.dynamo_ctx)

    def __dir__(self) -> list[str]:
        inner = list(dir(self._orig_mod))
        return inner + [name for name in super().__dir__() if name not in inner]


__all__ = ["OptimizedModule"]
