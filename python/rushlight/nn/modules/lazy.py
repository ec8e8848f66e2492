"""Layers that learn their input size from the first input."""

from __future__ import annotations

from ...autograd.grad_mode import no_grad
from ..parameter import is_lazy
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


class LazyModuleMixin:
    """Parameters without a shape until the first call, after which the layer is one of class ``cls_to_become``.

    A subclass fills its parameters in ``initialize_parameters``, which gets the arguments of that call.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # of the class that this is mixed into

    cls_to_become: Any = None

    def has_uninitialized_params(self) -> Any:
        """Whether something has no shape yet."""
        tensors = (*self._parameters.values(), *self._buffers.values())
        return any(is_lazy(tensor) for tensor in tensors)

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> Any:
        """Gives the parameters their shapes and values."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def _become(self):
        if self.cls_to_become is not None:
            self.__class__ = self.cls_to_become

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.has_uninitialized_params():
            self.initialize_parameters(*args, **kwargs)
            if self.has_uninitialized_params():
                raise RuntimeError(f"module {self._get_name()} has not been fully initialized")
        self._become()
        module: Any = self
        return Module.__call__(module, *args, **kwargs)

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        super()._save_to_state_dict(destination, prefix, keep_vars)
        for table in (self._parameters, self._buffers):
            for name, tensor in table.items():
                if is_lazy(tensor) and prefix + name in destination:  # it says itself that it has no values yet
                    destination[prefix + name] = tensor

    def _load_from_state_dict(self, state_dict, prefix, *rest):
        for table in (self._parameters, self._buffers):
            for name, tensor in table.items():
                given = state_dict.get(prefix + name)
                if tensor is not None and given is not None and is_lazy(tensor) and not is_lazy(given):
                    with no_grad():
                        tensor.materialize(given.shape)
        super()._load_from_state_dict(state_dict, prefix, *rest)
