"""Products with Jacobians and Hessians of functions of tensors (``torch.autograd.functional``)."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from . import grad
from .grad_mode import enable_grad

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _listed(value, what, function):
    """A tuple of tensors, and whether the caller gave one."""
    several = isinstance(value, tuple)
    items = value if several else (value,)
    for i, item in enumerate(items):
        if not isinstance(item, Tensor):
            place = f"the value at index {i}" if several else f"the given {what}"
            raise TypeError(
                f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but {place} has "
                f"type {type(item)}."
            )
    return items, several


def _given_back(items, several):
    return tuple(items) if several else items[0]


def _prepared(inputs, create_graph, need_graph=True):
    """Inputs apart from the caller's graph, or views within it if that is to be continued."""
    if create_graph:
        return tuple(
            x.view_as(x) if x.requires_grad else x.detach().requires_grad_(need_graph) for x in inputs
        )
    return tuple(x.detach().requires_grad_(need_graph) for x in inputs)


def _outputs(func, inputs, function, strict):
    outputs, several = _listed(func(*inputs), "outputs of the user-provided function", function)
    if strict:
        for i, y in enumerate(outputs):
            if not y.requires_grad:
                raise RuntimeError(
                    f"Output {i} of the user-provided function does not require gradients. The outputs must be"
                    " computed in a differentiable manner from the input when running in strict mode."
                )
    return outputs, several


def _finished(items, create_graph):
    return tuple(items) if create_graph else tuple(x.detach() for x in items)


def _filled(gradients, inputs, strict, function):
    """Zeros where nothing depends on an input; an error if ``strict``."""
    out = []
    for i, (g, x) in enumerate(zip(gradients, inputs)):
        if g is None:
            if strict:
                raise RuntimeError(
                    f"The output of the user-provided function is independent of input {i}. This is not allowed in strict mode when {function} is asked for."
                )
            g = _C.zeros_like(x)
        out.append(g)
    return tuple(out)


def _checked_vector(v, like, what, function):
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(
                f"The vector v can only be None if {what} a single Tensor with a single element."
            )
        return (_C.ones_like(like[0]),)
    v, _ = _listed(v, "v", function)
    if len(v) != len(like):
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}.")
    for i, (a, b) in enumerate(zip(v, like)):
        if a.size() != b.size():
            entry = f"Entry {i} in v" if len(v) > 1 else "v"
            raise RuntimeError(f"{entry} has invalid size: should be {b.size()} but got {a.size()}.")
    return v


def _vector_jacobian(outputs, inputs, v, create_graph):
    pairs = [(y, u) for y, u in zip(outputs, v) if y.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    return grad(
        [y for y, _ in pairs], inputs, [u for _, u in pairs], create_graph=create_graph, allow_unused=True,
        retain_graph=True,
    )  # fmt: skip


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """Outputs of ``func``, and ``v`` times its Jacobian.

    Args:
        func (callable): of tensors, answers with a tensor or a tuple of them.
        inputs (Tensor or tuple): where.
        v (Tensor or tuple): shaped like the outputs; may be left out for a single number.
        create_graph (bool): the results can be differentiated again.
        strict (bool): an input that nothing depends on is an error instead of zeros.

    Errors: RuntimeError for a ``v`` that does not fit, TypeError for what is no tensor.

    Example::

        >>> import rushlight as rl
        >>> x = rl.tensor([1.0, 2.0])
        >>> rl.autograd.functional.vjp(lambda x: x**2, x, rl.ones(2))
        (tensor([1., 4.]), tensor([2., 4.]))
    """
    with enable_grad():
        items, several = _listed(inputs, "inputs", "vjp")
        items = _prepared(items, create_graph)
        outputs, several_outputs = _outputs(func, items, "vjp", strict)
        v = _checked_vector(v, outputs, "the user-provided function returns", "vjp")
        product = _filled(_vector_jacobian(outputs, items, v, create_graph), items, strict, "vjp")
    return (
        _given_back(_finished(outputs, create_graph), several_outputs),
        _given_back(_finished(product, create_graph), several),
    )


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """Outputs of ``func``, and its Jacobian times ``v`` (by differentiating a product with its transpose).

    Args: as :func:`vjp`, with ``v`` shaped like the inputs.
    """
    with enable_grad():
        items, _ = _listed(inputs, "inputs", "jvp")
        v = _checked_vector(v, items, "the input to the user-provided function is", "jvp")
        items = _prepared(items, create_graph)
        outputs, several_outputs = _outputs(func, items, "jvp", strict)
        unknown = tuple(_C.zeros_like(y, requires_grad=True) for y in outputs)
        rows = _filled(_vector_jacobian(outputs, items, unknown, True), items, strict, "jvp")
        depends = [(r, u) for r, u in zip(rows, v) if r.requires_grad]
        product = (
            grad(
                [r for r, _ in depends],
                unknown,
                [u for _, u in depends],
                create_graph=create_graph,
                allow_unused=True,
            )
            if depends
            else (None,) * len(unknown)
        )
        product = _filled(product, outputs, strict, "jvp")
    return (
        _given_back(_finished(outputs, create_graph), several_outputs),
        _given_back(_finished(product, create_graph), several_outputs),
    )


def _rows_at_once(outputs, inputs, create_graph):
    """For each output the Jacobians by all inputs: one pass over the rows of the unit matrix, as samples of a map."""
    from ..func._vmap import Level

    blocks = []
    for y in outputs:
        count = y.numel()
        with Level(count, "different") as level:
            seed = level.enter(_C.eye(count, dtype=y.dtype, device=y.device).reshape(count, *y.shape), 0)
            found = _vector_jacobian((y,), inputs, (seed,), create_graph)
            found = [_C.zeros_like(x.detach()) if g is None else g for x, g in zip(inputs, found)]
            blocks.append([level.leave(g, 0).reshape((*y.shape, *x.shape)) for g, x in zip(found, inputs)])
    return blocks


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of ``func``: for each output and input a tensor of the output's, then the input's shape.

    Args:
        func (callable): of tensors, answers with a tensor or a tuple of them.
        inputs (Tensor or tuple): where.
        create_graph (bool): the result can be differentiated again.
        strict (bool): an input that nothing depends on is an error instead of zeros.
        vectorize (bool): all rows in one pass, with room for all of them; not with ``strict``. Default: ``False``
        strategy (str): accepted; the pass goes backwards for either.

    Shape: ``(*output.shape, *input.shape)``, in a tuple for several inputs, in tuples of tuples for several outputs.

    Example::

        >>> import rushlight as rl
        >>> rl.autograd.functional.jacobian(lambda x: x**2, rl.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    if strategy not in ("reverse-mode", "forward-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs'
            ' than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        if create_graph:
            raise NotImplementedError(
                "torch.autograd.functional.jacobian: `create_graph=True` and `strategy=\"forward-mode\"` are not"
                " supported together (yet). Please either set `create_graph=False` or `strategy=\"reverse-mode\"`."
            )
        if strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `strategy=\"forward-mode\"` are not supported"
                " together (yet). Please either set `strict=False` or `strategy=\"reverse-mode\"`."
            )
        if not vectorize:
            raise NotImplementedError(
                "Computing Jacobian using forward-AD or forward-over-reverse Hessian is"
                " only implemented for `vectorize=True`."
            )
    if vectorize and strict:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together."
            " Please either set `strict=False` or `vectorize=False`."
        )
    with enable_grad():
        items, several = _listed(inputs, "inputs", "jacobian")
        items = _prepared(items, create_graph)
        outputs, several_outputs = _outputs(func, items, "jacobian", strict)
        blocks = []
        if vectorize:
            return _given_back(
                [
                    _given_back(_finished(parts, create_graph), several)
                    for parts in _rows_at_once(outputs, items, create_graph)
                ],
                several_outputs,
            )
        for y in outputs:
            rows = [[] for _ in items]
            for element in y.reshape(-1).unbind():
                got = _vector_jacobian((element,), items, (_C.ones_like(element),), create_graph)
                for row, g in zip(rows, _filled(got, items, strict, "jacobian")):
                    row.append(g)
            parts = [
                _C.stack(row).view((*y.size(), *x.size())) if row else x.new_zeros((*y.size(), *x.size()))
                for row, x in zip(rows, items)
            ]
            blocks.append(_given_back(_finished(parts, create_graph), several))
    return _given_back(blocks, several_outputs)


def _single(func, function):
    """``func``, which must answer with one number."""

    def checked(*inputs):
        y = func(*inputs)
        if not isinstance(y, Tensor):
            _listed(y, "outputs of the user-provided function", function)
            raise RuntimeError(f"The function given to {function} should return a single Tensor")
        if y.numel() != 1:
            raise RuntimeError(
                f"The Tensor returned by the function given to {function} should contain a single element"
            )
        return y.reshape(())

    return checked


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Second derivatives of a function that answers with one number.

    Args: as :func:`jacobian`.
    Shape: ``(*input.shape, *input.shape)``, in tuples of tuples for several inputs.
    Errors: RuntimeError if ``func`` answers with anything but one number.
    """
    if outer_jacobian_strategy not in ("reverse-mode", "forward-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    if outer_jacobian_strategy == "forward-mode" and not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian is only implemented for"
            " `vectorize=True`."
        )
    items, several = _listed(inputs, "inputs", "hessian")
    number = _single(func, "hessian")

    def gradient(*inner):
        got = jacobian(number, inner, create_graph=True, strict=strict)
        return tuple(g.view_as(x) for g, x in zip(got, inner))

    blocks = jacobian(gradient, items, create_graph=create_graph, strict=strict, vectorize=vectorize)
    return blocks if several else blocks[0][0]


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """The value of ``func`` and ``v`` times its Hessian. Args: as :func:`vjp`, with ``v`` shaped like the inputs."""
    return _hessian_product(func, inputs, v, create_graph, strict, "vhp")


def _hessian_product(func, inputs, v, create_graph, strict, function):
    with enable_grad():
        items, several = _listed(inputs, "inputs", function)
        v = _checked_vector(v, items, "the input to the user-provided function is", function)
        items = _prepared(items, create_graph)
        value = _single(func, function)(*items)
        _outputs(lambda: value, (), function, strict)
        first = _filled(_vector_jacobian((value,), items, (_C.ones_like(value),), True), items, strict, function)
        product = _filled(_vector_jacobian(first, items, v, create_graph), items, strict, function)
    return _finished((value,), create_graph)[0], _given_back(_finished(product, create_graph), several)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """The value of ``func`` and its Hessian times ``v``: the same as :func:`vhp`, since the Hessian is symmetric."""
    return _hessian_product(func, inputs, v, create_graph, strict, "hvp")
