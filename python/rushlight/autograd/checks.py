"""Gradients checked against finite differences."""

from __future__ import annotations

from .. import _C
from .grad_mode import enable_grad, no_grad

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]

Tensor = _C.Tensor


class GradcheckError(RuntimeError):
    """A gradient does not agree with the function."""


def _tuple(value):
    if isinstance(value, tuple):
        return value
    return tuple(value) if isinstance(value, list) else (value,)


def _differentiable(value):
    return isinstance(value, Tensor) and value.requires_grad


def _outputs(value):
    return tuple(out for out in _tuple(value) if _differentiable(out))


def _grad(*args, **kwargs):
    from . import grad

    return grad(*args, **kwargs)


def _real_parts(tensor):
    """A flat real view of the memory of a tensor; complex elements count twice."""
    flat = tensor.detach().reshape(-1)
    return _C.view_as_real(flat.resolve_conj()).reshape(-1) if flat.is_complex() else flat


def _numerical(function, inputs, which, eps):
    """For every output, the matrix of its derivatives: a row for each real number in the input `which`."""
    target = inputs[which]
    parts = (eps, 1j * eps) if target.is_complex() else (eps,)
    rows = None
    with no_grad():
        original = target.detach().clone()
        for place in range(target.numel()):
            for delta in parts:
                sides = []
                for sign in (1, -1):
                    moved = original.clone().reshape(-1)
                    moved[place] = moved[place] + sign * delta
                    target.data.copy_(moved.view_as(original))
                    sides.append([_real_parts(out).clone() for out in _tuple(function(*inputs))])
                row = [(after - before) / (2 * eps) for after, before in zip(*sides)]
                rows = [[part] for part in row] if rows is None else [[*o, p] for o, p in zip(rows, row)]
        target.data.copy_(original)
    return None if rows is None else [_C.stack(row) for row in rows]


def _analytical(output, inputs, allow_unused=True):
    """For every input, the same matrix, from one backward pass for each real number in `output`."""
    columns = [[] for _ in inputs]
    for place in range(output.numel()):
        for unit in (1, 1j) if output.is_complex() else (1,):
            direction = _C.zeros_like(output.detach()).reshape(-1)
            direction[place] = unit
            direction = direction.view_as(output)
            grads = _grad(output, inputs, direction, retain_graph=True, allow_unused=allow_unused)
            for column, grad, tensor in zip(columns, grads, inputs):
                if grad is None:
                    grad = _C.zeros_like(tensor.detach())
                if grad.shape != tensor.shape:
                    raise GradcheckError("Analytical gradient has incorrect size")
                column.append((_real_parts(grad.to(tensor.dtype)), grad.dtype))
    return columns


def _pushed(function, inputs, which):
    """For every output, the same matrix in forward mode: a call of the function for each real number in the input `which`."""
    from . import forward_ad

    target = inputs[which]
    rows = None
    with forward_ad.dual_level():
        for place in range(target.numel()):
            for unit in (1, 1j) if target.is_complex() else (1,):
                direction = _C.zeros_like(target.detach()).reshape(-1)
                direction[place] = unit
                moved = forward_ad.make_dual(target.detach().requires_grad_(), direction.view_as(target))
                outputs = _tuple(function(*inputs[:which], moved, *inputs[which + 1 :]))
                row = []
                for out in outputs:
                    tangent = forward_ad.unpack_dual(out).tangent if isinstance(out, Tensor) else None
                    row.append(_real_parts(_C.zeros_like(out) if tangent is None else tangent).clone())
                rows = [[part] for part in row] if rows is None else [[*o, p] for o, p in zip(rows, row)]
    return None if rows is None else [_C.stack(row) for row in rows]


def _check_forward(function, inputs, eps, atol, rtol, fast_mode):
    inputs = _tuple(inputs)
    agree = _projected if fast_mode else _close
    kept = [k for k, out in enumerate(_tuple(function(*inputs))) if _differentiable(out)]
    for place in [i for i, tensor in enumerate(inputs) if _differentiable(tensor)]:
        numerical, pushed = _numerical(function, inputs, place, eps), _pushed(function, inputs, place)
        if numerical is None or pushed is None:
            continue
        for k, at in enumerate(kept):
            if not agree(pushed[at], numerical[at], atol, rtol):
                raise GradcheckError(
                    f"Jacobian computed with forward mode mismatch for output {k} with respect to input {place},\n"
                    f"numerical:{numerical[at]}\nanalytical:{pushed[at]}\n"
                )


def _check_inputs(inputs):
    found = False
    for place, tensor in enumerate(inputs):
        if not _differentiable(tensor):
            continue
        found = True
        if tensor.dtype not in (_C.float64, _C.complex128):
            from .._warn import warn

            warn(
                f"Input #{place} requires gradient and is not a double precision floating point or complex. "
                "This check will likely fail if all the inputs are not of double precision floating point or "
                "complex. ",
            )
        if any(step == 0 and size > 1 for step, size in zip(tensor.stride(), tensor.shape)):
            raise RuntimeError(
                f"The {place}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call "
                ".contiguous on the input before passing it to gradcheck."
            )
    if not found:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, "
            "but none of them have requires_grad=True."
        )


def _check(function, inputs, eps, atol, rtol, nondet_tol, check_grad_dtypes, fast_mode):
    inputs = _tuple(inputs)
    _check_inputs(inputs)
    places = [i for i, tensor in enumerate(inputs) if _differentiable(tensor)]
    leaves = [inputs[i] for i in places]
    for tensor in leaves:
        tensor.retain_grad()
    returned = _tuple(function(*inputs))
    outputs = _outputs(returned)
    if not outputs:
        for place in places:
            rows = _numerical(function, inputs, place, eps) or []
            if any(bool(row.ne(0).any()) for row in rows if row.dtype.is_floating_point):
                raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    kept = [k for k, out in enumerate(returned) if _differentiable(out)]
    numerical = [_numerical(function, inputs, place, eps) for place in places]
    for k, output in enumerate(outputs):
        if output.numel() == 0:
            continue
        first, second = _analytical(output, leaves), _analytical(output, leaves)
        for j, place in enumerate(places):
            if numerical[j] is None:
                continue
            if check_grad_dtypes and any(dtype != leaves[j].dtype for _, dtype in first[j]):
                raise GradcheckError("Gradient has dtype mismatch")
            expected = numerical[j][kept[k]]
            found = _C.stack([column for column, _ in first[j]], 1)
            again = _C.stack([column for column, _ in second[j]], 1)
            agree = _projected if fast_mode else _close
            if not agree(found, expected, atol, rtol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {k} with respect to input {place},\n"
                    f"numerical:{expected}\nanalytical:{found}\n"
                )
            if not bool(((found - again).abs() <= nondet_tol).all()):
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple "
                    "times gives different values, although analytical gradient matches numerical gradient."
                    f"The tolerance for nondeterminism was {nondet_tol}."
                )


def _close(found, expected, atol, rtol):
    return _C.allclose(found, expected.to(found.dtype), rtol, atol)


def _projected(found, expected, atol, rtol):
    """Compares one weighted sum of both matrices."""
    rows = _C.arange(1, found.size(0) + 1, dtype=found.dtype, device=found.device).cos()
    columns = _C.arange(1, found.size(1) + 1, dtype=found.dtype, device=found.device).sin()
    return _C.allclose(
        rows @ found @ columns, rows @ expected.to(found.dtype) @ columns, rtol, atol * found.numel()
    )


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: Any = None,
) -> bool:
    """Compares the gradients of a function with central differences.

    Args:
        func (function): of tensors; returns a tensor or a tuple of them.
        inputs (tuple of Tensor or Tensor): those that require gradients should be float64 or complex128.
        eps (float, optional): by how much inputs are moved. Default: 1e-6
        atol, rtol (float, optional): what counts as equal. Default: 1e-5, 1e-3
        raise_exception (bool, optional): raise, rather than return ``False``. Default: ``True``
        nondet_tol (float, optional): how much two backward passes may differ. Default: 0
        check_forward_ad (bool, optional): compare the tangents of forward mode, too. Default: ``False``
        check_backward_ad (bool, optional): compare the gradients. Default: ``True``
        check_grad_dtypes (bool, optional): gradients must have the dtype of their inputs. Default: ``False``
        fast_mode (bool, optional): compare one weighted sum instead of all elements. Default: ``False``

    Returns:
        ``True`` if all gradients agree

    Examples::

        >>> x = rl.randn(3, dtype=rl.float64, requires_grad=True)
        >>> rl.autograd.gradcheck(rl.sin, (x,))
        True
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    try:
        if check_backward_ad:
            _check(func, inputs, eps, atol, rtol, nondet_tol, check_grad_dtypes, fast_mode)
        if check_forward_ad:
            _check_inputs(_tuple(inputs))
            _check_forward(func, inputs, eps, atol, rtol, fast_mode)
    except RuntimeError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Compares the gradients of the gradients of a function with central differences.

    Args:
        func (function): of tensors; returns a tensor or a tuple of them.
        inputs (tuple of Tensor or Tensor): as in :func:`gradcheck`.
        grad_outputs (tuple of Tensor, optional): the vectors of the first backward pass; random ones if left out.
        others: as in :func:`gradcheck`.

    >>> rl.autograd.gradgradcheck(rl.sin, rl.rand(3, dtype=rl.float64, requires_grad=True))
    True
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    inputs = _tuple(inputs)
    if grad_outputs is None:
        grad_outputs = tuple(
            _C.empty_like(out.detach(), dtype=out.dtype if out.is_complex() else _C.float64)
            .copy_(_C.rand_like(out.detach()) * 2 - 1)
            .requires_grad_()
            for out in _outputs(func(*inputs))
        )
    else:
        grad_outputs = _tuple(grad_outputs)
    count = len(grad_outputs)

    def first_gradients(*args):
        with enable_grad():  # the differences are taken without a graph of their own
            own = args[:-count]
            leaves = tuple(x for x in own if _differentiable(x))
            grads = _grad(_outputs(func(*own)), leaves, args[-count:], create_graph=True, allow_unused=True)
        return tuple(grad for grad in grads if grad is not None)

    return gradcheck(
        first_gradients,
        inputs + grad_outputs,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )
