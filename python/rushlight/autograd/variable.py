"""The old name of tensors that record gradients."""

from __future__ import annotations

from .._C import Tensor

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


class VariableMeta(type):
    """Every tensor is an instance of :class:`Variable`."""

    def __instancecheck__(cls, obj: Any) -> bool:
        return isinstance(obj, Tensor)


class Variable(metaclass=VariableMeta):
    """The old name of a tensor that may require gradients: ``Variable(x, requires_grad=True)`` is a tensor.

    Errors: TypeError for data that are no tensor.

    >>> rl.autograd.Variable(rl.ones(2), requires_grad=True).requires_grad
    True
    """

    def __new__(cls, data: Any = None, requires_grad: bool = False, volatile: bool = False) -> Any:
        if data is not None and not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        tensor = Tensor() if data is None else data.detach()
        return tensor.requires_grad_(requires_grad) if requires_grad else tensor


__all__ = ["Variable", "VariableMeta"]
