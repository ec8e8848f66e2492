"""Watching the calls of the engine's operations that a program makes.

For the length of a block every operation, wherever this package's modules and the class of tensors hold it, is replaced by
a function that reports the call. Outside such blocks nothing costs anything. Not seen: operations that a program's own
module holds by name (``from torch import add``) and those inside the engine, such as the steps of a backward pass.
"""

from __future__ import annotations

import functools
import sys
import types

from .. import _C
from .._lazy import names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_QUICK = frozenset(  # what only looks at a tensor
    "size dim ndimension stride numel nelement storage_offset element_size is_contiguous is_floating_point is_complex is_signed "
    "data_ptr is_set_to is_same_size get_device register_hook register_post_accumulate_grad_hook retain_grad requires_grad_ "
    "result_type can_cast promote_types get_default_dtype set_default_dtype is_grad_enabled set_grad_enabled is_inference "
    "get_num_threads set_num_threads manual_seed set_printoptions is_inference_mode_enabled is_conj is_neg is_tensor "
    "is_anomaly_enabled type_as_name".split()
)
_OPERATORS = {
    **{f"__{name}__": name for name in "add sub mul matmul neg abs eq ne lt le gt ge and or xor".split()},
    "__truediv__": "div",
    "__floordiv__": "floor_divide",
    "__mod__": "remainder",
    "__pow__": "pow",
    "__invert__": "bitwise_not",
    "__radd__": "add",
    "__rsub__": "rsub",
    "__rmul__": "mul",
    "__rtruediv__": "div",
    "__rpow__": "pow",
    "__rmatmul__": "matmul",
    "__iadd__": "add_",
    "__isub__": "sub_",
    "__imul__": "mul_",
    "__itruediv__": "div_",
    "__ipow__": "pow_",
    "__getitem__": "index",
    "__setitem__": "index_put_",
}
_SPACES = {
    "_nn": "",
    "_linalg": "linalg_",
    "_fft": "fft_",
    "_special": "special_",
    "_optim": "",
    "_vision": "",
    "_autograd": "",
}


def _functions() -> dict[Any, str]:
    """The engine's functions and what they are called."""
    found: dict[Any, str] = {}
    for space, prefix in (("", ""), *_SPACES.items()):
        for name, value in vars(getattr(_C, space) if space else _C).items():
            if (
                isinstance(value, types.BuiltinFunctionType)
                and not name.startswith("_")
                and name not in _QUICK
            ):
                found.setdefault(
                    value, f"autograd::{name}" if space == "_autograd" else f"aten::{prefix}{name}"
                )
    return found


class watching:  # noqa: N801, RUF100
    """A block in which ``report(name, function, args, kwargs)`` is called in the place of every operation.

    Args:
        report (callable): calls the function and returns its result.
    """

    def __init__(self, report: Callable[..., Any]) -> None:
        self.report = report
        self.undo: list[tuple[Any, str, Any]] = []

    def _wrapped(self, name: str, function: Any) -> Any:
        report = self.report

        @functools.wraps(function, updated=())
        def watched(*args: Any, **kwargs: Any) -> Any:
            return report(name, function, args, kwargs)

        return watched

    def _replace(self, owner: Any, name: str, new: Any) -> None:
        self.undo.append((owner, name, vars(owner)[name]))
        setattr(owner, name, new)

    def __enter__(self) -> watching:
        wrapped = {function: self._wrapped(name, function) for function, name in _functions().items()}
        modules = [
            m for name, m in list(sys.modules.items()) if name.startswith("rushlight") and m is not None
        ]
        for module in {id(m): m for m in (*modules, *(getattr(_C, space) for space in _SPACES))}.values():
            if (module.__package__ or "") == __package__:
                continue
            for name, value in list(names_of(module).items()):
                if isinstance(value, types.BuiltinFunctionType) and value in wrapped:
                    self._replace(module, name, wrapped[value])
        for name, value in list(vars(_C.Tensor).items()):
            if (
                isinstance(value, types.MethodDescriptorType)
                and not name.startswith("_")
                and name not in _QUICK
            ):
                self._replace(_C.Tensor, name, self._wrapped(f"aten::{name}", value))
            elif name in _OPERATORS:
                self._replace(_C.Tensor, name, self._wrapped(f"aten::{_OPERATORS[name]}", value))
        return self

    def __exit__(self, *error: object) -> None:
        while self.undo:
            owner, name, value = self.undo.pop()
            setattr(owner, name, value)
