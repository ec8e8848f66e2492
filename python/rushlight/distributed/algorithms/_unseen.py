"""Modules around a module whose own name does not show in states: a checkpoint fits with the wrapper and without it."""

from __future__ import annotations

from ...nn.modules.module import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Unseen(Module):
    """Runs a module, which lies under the name ``_prefix`` and is not seen in states.

    Args: module (Module): what to run.
    """

    _prefix: str

    def __init__(self, module: Any) -> None:
        super().__init__()
        setattr(self, self._prefix, module)
        self._register_state_dict_hook(self._without)
        self.register_load_state_dict_pre_hook(self._within)

    @staticmethod
    def _without(module: Any, state_dict: Any, prefix: str, local_metadata: Any) -> None:
        inner = f"{prefix}{module._prefix}."
        for name in [name for name in state_dict if name.startswith(inner)]:
            state_dict[prefix + name[len(inner) :]] = state_dict.pop(name)

    @staticmethod
    def _within(module: Any, state_dict: Any, prefix: str, *args: Any) -> None:
        inner = f"{prefix}{module._prefix}."
        for name in [name for name in state_dict if name.startswith(prefix) and not name.startswith(inner)]:
            state_dict[inner + name[len(prefix) :]] = state_dict.pop(name)

    @property
    def module(self) -> Any:
        """The module."""
        return self._modules[self._prefix]

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name == self._prefix:
                raise
            return getattr(self.module, name)

    def __getitem__(self, key: Any) -> Any:
        return self.module[key]

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def named_parameters(self, *args: Any, **kwargs: Any) -> Iterator[tuple[str, Any]]:
        """As those of the module."""
        for name, parameter in super().named_parameters(*args, **kwargs):
            yield name.replace(f"{self._prefix}.", ""), parameter
