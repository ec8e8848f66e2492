"""``torch._foreach_*``: one operation on each tensor of a list, as optimizers and averages of programs use it.

The names are PyTorch's, and begin with an underscore there. A name with one at the end writes into the tensors and gives
the list back; one without gives a tuple.
"""

from __future__ import annotations

from typing import Any

from . import _C

Tensor = _C.Tensor

_UNARY = (
    "abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg reciprocal round "
    "rsqrt sigmoid sign sin sinh sqrt tan tanh trunc"
)
_BINARY = "add sub mul div pow maximum minimum clamp_max clamp_min"
_POINTWISE = "addcmul addcdiv"
# what a single number or tensor means, where the engine has the operation under another name
_BOUNDS = {"maximum": "clamp_min", "minimum": "clamp_max"}


def _listed(tensors: Any, name: str, place: str = "self") -> list[Any]:
    if not isinstance(tensors, (list, tuple)):
        raise TypeError(
            f"_foreach_{name}(): argument '{place}' (position 1) must be tuple of Tensors, not {type(tensors).__name__}"
        )
    if not tensors:
        raise RuntimeError("Tensor list must have at least one tensor.")
    return list(tensors)


def _beside(tensors: list[Any], other: Any, name: str) -> list[Any]:
    """For each tensor what stands beside it: the same for all, or an item of a list."""
    if isinstance(other, (list, tuple)):
        if len(other) != len(tensors):
            if other and isinstance(other[0], Tensor):
                raise RuntimeError(
                    f"Tensor lists must have the same number of tensors, got {len(tensors)} and {len(other)}"
                )
            raise RuntimeError("Tensor list must have same number of elements as scalar list.")
        return list(other)
    if isinstance(other, Tensor) and other.dim():
        raise RuntimeError(
            f"scalar tensor expected to be 0 dim but it has {other.dim()} dimensions and {other.numel()} elements."
        )
    if not isinstance(other, (Tensor, int, float, complex)):
        raise TypeError(
            f"_foreach_{name}() received an invalid combination of arguments - got (list, {type(other).__name__})"
        )
    return [other] * len(tensors)


def _unary(name: str) -> None:
    def made(self: Any) -> tuple[Any, ...]:
        return tuple(map(method, _listed(self, name)))

    def written(self: Any) -> Any:
        for tensor in _listed(self, f"{name}_"):
            in_place(tensor)
        return self

    method, in_place = getattr(Tensor, name), getattr(Tensor, f"{name}_")
    _put(name, made, f"``{name}`` of every tensor of a list.")
    _put(f"{name}_", written, f"``{name}`` of every tensor of a list, in place.")


def _binary(name: str) -> None:
    def each(self: Any, other: Any, alpha: Any, suffix: str) -> list[Any]:
        tensors = _listed(self, name + suffix)
        given = _beside(tensors, other, name + suffix)
        which = name if isinstance(given[0], Tensor) else _BOUNDS.get(name, name)
        method = getattr(Tensor, which + suffix, None) or _written_by(getattr(Tensor, which))
        keywords = {} if alpha is None else {"alpha": alpha}
        return [method(tensor, value, **keywords) for tensor, value in zip(tensors, given, strict=True)]

    def made(self: Any, other: Any, *, alpha: Any = None) -> tuple[Any, ...]:
        if name == "pow" and isinstance(self, (int, float, complex)):
            return tuple(_C.pow(self, tensor) for tensor in _listed(other, name))
        return tuple(each(self, other, alpha, ""))

    def written(self: Any, other: Any, *, alpha: Any = None) -> Any:
        each(self, other, alpha, "_")
        return self

    text = f"``{name}`` of every tensor of a list and a number, or the tensor or number that stands at its place in `other`"
    _put(name, made, f"{text}.")
    _put(f"{name}_", written, f"{text}, in place.")


def _written_by(method: Any) -> Any:
    """The form that writes into its operand, of a method that has none."""
    return lambda tensor, value: tensor.copy_(method(tensor, value))


def _pointwise(name: str) -> None:
    def each(self: Any, tensor1: Any, tensor2: Any, value: Any, scalars: Any, suffix: str) -> list[Any]:
        tensors = _listed(self, name + suffix)
        factors = scalars if scalars is not None else value
        if isinstance(factors, Tensor):
            factors = factors.tolist()
        lists = [_beside(tensors, given, name + suffix) for given in (tensor1, tensor2, factors)]
        method = getattr(Tensor, name + suffix)
        return [method(x, a, b, value=c) for x, a, b, c in zip(tensors, *lists, strict=True)]

    def made(self: Any, tensor1: Any, tensor2: Any, value: Any = 1, *, scalars: Any = None) -> tuple[Any, ...]:
        return tuple(each(self, tensor1, tensor2, value, scalars, ""))

    def written(self: Any, tensor1: Any, tensor2: Any, value: Any = 1, *, scalars: Any = None) -> Any:
        each(self, tensor1, tensor2, value, scalars, "_")
        return self

    text = f"``{name}`` of every tensor of a list and those that stand at its place in two others"
    _put(name, made, f"{text}.")
    _put(f"{name}_", written, f"{text}, in place.")


def _put(name: str, function: Any, doc: str) -> None:
    function.__name__ = function.__qualname__ = f"_foreach_{name}"
    function.__doc__ = doc
    globals()[f"_foreach_{name}"] = function


for _name in _UNARY.split():
    _unary(_name)
for _name in _BINARY.split():
    _binary(_name)
for _name in _POINTWISE.split():
    _pointwise(_name)


def _foreach_lerp(self: Any, tensors1: Any, weight: Any) -> tuple[Any, ...]:
    """From every tensor of a list a part of the way to the one at its place in another."""
    tensors = _listed(self, "lerp")
    ends, weights = _beside(tensors, tensors1, "lerp"), _beside(tensors, weight, "lerp")
    return tuple(Tensor.lerp(x, end, w) for x, end, w in zip(tensors, ends, weights, strict=True))


def _foreach_lerp_(self: Any, tensors1: Any, weight: Any) -> Any:
    """As :func:`_foreach_lerp`, in place."""
    tensors = _listed(self, "lerp_")
    ends, weights = _beside(tensors, tensors1, "lerp_"), _beside(tensors, weight, "lerp_")
    for x, end, w in zip(tensors, ends, weights, strict=True):
        x.lerp_(end, w)
    return self


def _foreach_copy_(self: Any, src: Any, non_blocking: bool = False) -> Any:
    """Copies into every tensor of a list the one at its place in another."""
    tensors = _listed(self, "copy_")
    for x, value in zip(tensors, _beside(tensors, src, "copy_"), strict=True):
        x.copy_(value)
    return self


def _foreach_zero_(self: Any) -> Any:
    """Fills every tensor of a list with zeros."""
    for x in _listed(self, "zero_"):
        x.zero_()
    return self


def _foreach_clone(self: Any, *, memory_format: Any = None) -> tuple[Any, ...]:
    """A copy of every tensor of a list."""
    return tuple(x.clone() for x in _listed(self, "clone"))


def _foreach_norm(self: Any, ord: Any = 2, dtype: Any = None) -> tuple[Any, ...]:
    """The norm of every tensor of a list."""
    return tuple(_C._linalg.vector_norm(x, ord, dtype=dtype) for x in _listed(self, "norm"))


def _foreach_max(self: Any) -> tuple[Any, ...]:
    """The greatest element of every tensor of a list."""
    return tuple(x.max() for x in _listed(self, "max"))


def _foreach_mm(self: Any, mat2: Any) -> tuple[Any, ...]:
    """The product of every matrix of a list and the one at its place in another."""
    tensors = _listed(self, "mm")
    return tuple(x.mm(y) for x, y in zip(tensors, _beside(tensors, mat2, "mm"), strict=True))


def _amp_foreach_non_finite_check_and_unscale_(self: Any, found_inf: Any, inv_scale: Any) -> None:
    """Multiplies every tensor of a list by `inv_scale`, and sets `found_inf` to one if any of them is not finite."""
    for x in self:
        if not x.isfinite().all():
            found_inf.fill_(1.0)
        x.mul_(inv_scale)
