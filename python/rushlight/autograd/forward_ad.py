"""Forward mode with dual numbers: a tensor with a tangent, and results that have one in consequence.

Within a level the ops on dual tensors are recorded as for a gradient, and ``unpack_dual`` pushes the tangents along that
record; a dual tensor therefore says that it requires a gradient. ``no_grad`` ends gradients, not tangents, and in-place ops
may overwrite what the record needs: it is copied before.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import _C

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]

_transform = _C._transform

# the dual tensors of the level that is open, with their tangents; None outside
_open: list[_Dual] | None = None


class _Dual(NamedTuple):
    """A place in the graph, the dual tensor at it, its version when it was made, and its tangent."""

    place: Any
    tensor: Any
    version: int
    tangent: Any


class UnpackedDualTensor(NamedTuple):
    """What :func:`unpack_dual` answers with.

    Args:
        primal (Tensor): the value.
        tangent (Tensor, optional): its derivative along the directions given to :func:`make_dual`.
    """

    primal: Any
    tangent: Any


def enter_dual_level() -> int:
    """Opens a level, of which there is one at a time; answers with its number, 0.

    Raises:
        RuntimeError: one is open.

    Example::

        >>> from rushlight.autograd import forward_ad
        >>> forward_ad.enter_dual_level()
        0
        >>> forward_ad.exit_dual_level()
    """
    global _open
    if _open is not None:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    _open = []
    _transform.forward(True)
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Closes the level; the tangents are gone.

    Args:
        level (int, optional): its number.

    Raises:
        RuntimeError: none is open, or another one.
    """
    global _open
    if _open is None:
        raise RuntimeError("Dual level must be a positive number.")
    if level not in (None, 0):
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    _open = None
    _transform.forward(False)


class dual_level:
    """A ``with`` block within which tensors may be dual.

    Example::

        >>> import rushlight as rl
        >>> from rushlight.autograd import forward_ad
        >>> with forward_ad.dual_level():
        ...     x = forward_ad.make_dual(rl.tensor([2.0]), rl.tensor([1.0]))
        ...     forward_ad.unpack_dual(x * x).tangent
        tensor([4.])
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *_: object) -> None:
        exit_dual_level()

    def __call__(self, func: Any) -> Any:
        import functools

        @functools.wraps(func)
        def within(*args: Any, **kwargs: Any) -> Any:
            with dual_level():
                return func(*args, **kwargs)

        return within


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Any:
    """A tensor with a tangent.

    Args:
        tensor (Tensor): the value, of floats or complex numbers.
        tangent (Tensor): a direction of the same shape.
        level (int, optional): the number of the level.

    Raises:
        RuntimeError: no level is open, or the shapes differ. ValueError: a tensor of integers.
    """
    if _open is None:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    if not (tensor.is_floating_point() or tensor.is_complex()):
        raise ValueError(f"Expected primal to be floating point or complex, but got: {tensor.dtype}")
    if not (tangent.is_floating_point() or tangent.is_complex()):
        raise ValueError(f"Expected tangent to be floating point or complex, but got: {tangent.dtype}")
    if tensor.shape != tangent.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(tensor.shape)} while the given forward gradient is of size "
            f"{list(tangent.shape)}."
        )
    place = _transform.place(tensor)
    dual = place if tensor.requires_grad and tensor.is_leaf else _transform.place(place)  # no leaf: it may be written to
    _open.append(_Dual(place, dual, dual._version, tangent))
    return dual


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """The value and the tangent of a tensor; the tangent is ``None`` where no dual tensor went into it.

    Args:
        tensor (Tensor): any result.
        level (int, optional): the number of the level.

    Example: see :class:`dual_level`.
    """
    duals = _open or []
    if not tensor.requires_grad or not duals:
        return UnpackedDualTensor(tensor, None)
    inputs, tangents = [d.place for d in duals], [d.tangent for d in duals]
    outer = _C.is_grad_enabled() and _transform.depends([tensor], inputs)
    keep = outer or any(t.requires_grad for t in tangents)
    for dual in duals:
        if dual.tensor is tensor and dual.version == tensor._version:
            return UnpackedDualTensor(tensor.detach(), dual.tangent)
    tangent = _transform.push(inputs, tangents, [tensor], keep)[0]
    return UnpackedDualTensor(tensor if outer else tensor.detach(), tangent)
