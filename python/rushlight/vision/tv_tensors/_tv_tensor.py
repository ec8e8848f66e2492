"""What tensors that know what they are have in common."""

from __future__ import annotations

from typing import Any

from ... import _C, as_tensor
from ..._C import Tensor
from . import _torch_function_helpers as returned


def _as(kind: Any, tensor: Tensor) -> Any:
    return tensor.as_subclass(kind)


class TVTensor(Tensor):
    """The base of all of them."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if not all(issubclass(cls, kind) for kind in types):
            return NotImplemented
        with _C.DisableTorchFunctionSubclass():
            out = func(*args, **(kwargs or {}))
        if returned.keeps_class:
            return cls._wrap_output(out, args, kwargs or {})
        return out.as_subclass(Tensor) if isinstance(out, cls) else out

    @classmethod
    def _wrap_output(cls, output: Any, args: Any = (), kwargs: Any = None) -> Any:
        """What an operation answered, in this class; several results each."""
        if isinstance(output, Tensor):
            return output if isinstance(output, cls) else cls._kept(output, args, kwargs)
        if isinstance(output, (tuple, list)):
            return type(output)([cls._wrap_output(part, args, kwargs) for part in output])
        return output

    @classmethod
    def _kept(cls, output: Tensor, args: Any, kwargs: Any) -> Any:
        """A result of an operation of ``args`` in this class."""
        return output.as_subclass(cls)

    @staticmethod
    def _to_tensor(data: Any, dtype=None, device=None, requires_grad: bool | None = None) -> Tensor:
        if requires_grad is None:
            requires_grad = data.requires_grad if isinstance(data, Tensor) else False
        return as_tensor(data, dtype=dtype, device=device).requires_grad_(requires_grad)

    @classmethod
    def wrap(cls, tensor: Tensor, like: Any, **kwargs: Any) -> Any:
        """``tensor`` in this class, with what ``like`` knows, but for what ``kwargs`` says."""
        return tensor.as_subclass(cls)

    def _like(self, tensor: Tensor):
        return type(self).wrap(tensor, self)

    def as_plain(self) -> Tensor:
        """The same memory as a plain tensor."""
        return self.as_subclass(Tensor)

    def _said(self, **known: Any) -> str:
        """The numbers as they are printed, under the class's name, and what else is known."""
        with _C.DisableTorchFunctionSubclass():
            text = Tensor.__repr__(self)
        return f"{text[:-1]}, {', '.join(f'{name}={value}' for name, value in known.items())})"

    def clone(self, *args, **kwargs):
        return self._like(self.as_plain().clone(*args, **kwargs))

    def to(self, *args, **kwargs):
        return self._like(self.as_plain().to(*args, **kwargs))

    def detach(self):
        return self._like(self.as_plain().detach())

    def requires_grad_(self, requires_grad: bool = True):
        with _C.DisableTorchFunctionSubclass():
            super().requires_grad_(requires_grad)
        return self

    def __deepcopy__(self, memo):
        return self._like(self.as_plain().detach().clone()).requires_grad_(self.requires_grad)


def _first(kind: type, tree: Any) -> Any:
    """The first tensor of a class in a nest of tuples, lists and dicts."""
    if isinstance(tree, kind):
        return tree
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, (tuple, list)) else ()
    return next((found for found in (_first(kind, part) for part in parts) if found is not None), None)
