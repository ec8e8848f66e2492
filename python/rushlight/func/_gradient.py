"""Derivatives of functions: by gradients backwards, by tangents forwards, and the two together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import _C
from ..autograd.grad_mode import enable_grad
from ..utils._pytree import TreeSpec, tree_flatten, tree_map
from ._vmap import Level

__all__ = ["grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "vjp"]

_transform = _C._transform
Tensor = _C.Tensor


# ---- what all share ---------------------------------------------------------------------------------------------------


def _chosen(args: tuple, argnums: Any) -> tuple[Any, list[int]]:
    """The arguments to differentiate by, and their positions."""
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    numbers = argnums if isinstance(argnums, tuple) else (argnums,)
    if not numbers:
        raise RuntimeError("argnums must be non-empty")
    for n in numbers:
        if not isinstance(n, int):
            raise RuntimeError(f"argnum must be int, got: {type(n)}")
        if not -len(args) <= n < len(args):
            raise RuntimeError(f"Got argnum={n}, but only {len(args)} positional inputs")
    places = [n % len(args) for n in numbers]
    if len(set(places)) != len(places):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    return (tuple(args[p] for p in places) if isinstance(argnums, tuple) else args[places[0]]), places


class _Recorded:
    """A run of a function on arguments at places of their own in the graph.

    Args:
        func (callable): what is run.
        args (tuple): all its arguments.
        chosen: those to differentiate by, as a tree.
        numbers (list of int): where these stand.
        several (bool): ``chosen`` is a tuple of them.
        kwargs (dict): keyword arguments.
        forward (bool): tangents are pushed along it, which leave the function free to overwrite its arguments and what it made,
            and to run without gradients.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        args: tuple,
        chosen: Any,
        numbers: list[int],
        several: bool,
        kwargs: dict,
        forward: bool = False,
    ) -> None:
        self.outer = [t for t in tree_flatten(chosen)[0] if isinstance(t, Tensor)]
        self.keeps = _C.is_grad_enabled()
        with enable_grad():
            placed = tree_map(_place, chosen)
            self.inputs, self.spec = tree_flatten(placed)
            fixed = [t for t in self.outer if t.requires_grad and t.is_leaf] if forward else self.inputs
            if forward:
                placed = tree_map(_place, placed)  # no leaf: it may be written to
            full = list(args)
            for n, value in zip(numbers, placed if several else (placed,), strict=True):
                full[n] = value
            _transform.enter_run(self.inputs, fixed)
            if forward:
                _transform.forward(True)
            try:
                self.answer = func(*full, **kwargs)
            finally:
                if forward:
                    _transform.forward(False)
                _transform.leave_run()

    def needed(self, *results: Any) -> bool:
        """Whether somebody outside differentiates by what the results depend on."""
        return self.keeps and (
            any(t.requires_grad for t in self.outer) or _transform.depends(list(results), self.inputs)
        )

    def outward(self, tree: Any, needed: bool) -> Any:
        """Results as they are seen outside."""
        return tree if needed else tree_map(lambda t: t.detach() if isinstance(t, Tensor) else t, tree)


def _place(x: Any) -> Any:
    if not isinstance(x, Tensor):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
    if not (x.is_floating_point() or x.is_complex()):
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    return _transform.place(x)


def _with_aux(answer: Any, has_aux: bool, what: str) -> tuple[Any, Any]:
    if not has_aux:
        return answer, None
    if not (isinstance(answer, tuple) and len(answer) == 2):
        raise RuntimeError(f"{what}: output of function f should be a tuple: (output, aux) if has_aux is True")
    return answer


def _only_tensors(leaves: list[Any], what: str) -> None:
    if not leaves or (len(leaves) == 1 and leaves[0] is None):
        raise RuntimeError(
            f"{what}: Expected f to be a function that has non-empty output (got output = {list(leaves)})"
        )
    for leaf in leaves:
        if not isinstance(leaf, Tensor):
            raise RuntimeError(f"{what}: expected f(*primals) to return only tensors, got unsupported type {type(leaf)}")


def _only_differentiable(leaves: list[Any]) -> None:
    for y in leaves:
        if not (y.is_floating_point() or y.is_complex()):
            raise RuntimeError(
                "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype "
                f"{y.dtype}"
            )


def _only_real(leaves: list[Any], what: str, which: str) -> None:
    for i, t in enumerate(leaves):
        if t.is_complex():
            raise RuntimeError(
                f"{what}: Expected all {which} to be real but received complex tensor at flattened input idx: {i}"
            )


def _pull(outputs: list[Any], inputs: list[Any], cotangents: list[Any], create_graph: bool, keep: bool) -> list[Any]:
    """The gradients of the inputs, zeros where there are none."""
    pairs = [(y, g) for y, g in zip(outputs, cotangents, strict=True) if y.requires_grad]
    found: Any = [None] * len(inputs)
    if pairs and inputs:
        found = _C._autograd.grad(
            [y for y, _ in pairs], inputs, [g for _, g in pairs], keep or create_graph, create_graph
        )
    return [_C.zeros_like(x.detach()) if g is None else g for x, g in zip(inputs, found, strict=True)]


# ---- backwards --------------------------------------------------------------------------------------------------------


def grad_and_value(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that answers with the gradient of ``func`` and its value.

    Args:
        func (callable): returns a tensor of one element and no axes (with ``has_aux`` a pair of it and anything else).
        argnums (int or tuple of int): the arguments to differentiate by. Default: 0
        has_aux (bool): ``func`` returns a pair. Default: ``False``

    Returns: ``(gradient, value)``, or ``(gradient, (value, aux))``; a gradient is as the argument, a tuple of them for a
    tuple of ``argnums``.

    Raises:
        RuntimeError: ``func`` returns anything else, or ``argnums`` does not fit the arguments.

    Example::

        >>> import rushlight as rl
        >>> rl.func.grad_and_value(lambda x: (x * x).sum())(rl.tensor([1.0, 2.0]))
        (tensor([2., 4.]), tensor(5.))
    """
    what = "grad_and_value(f)(*args)"

    @functools.wraps(func)
    def derived(*args: Any, **kwargs: Any) -> Any:
        chosen, numbers = _chosen(args, argnums)
        run = _Recorded(func, args, chosen, numbers, isinstance(argnums, tuple), kwargs)
        value, aux = _with_aux(run.answer, has_aux, what)
        if not isinstance(value, Tensor):
            raise RuntimeError(f"{what}: Expected f(*args) to return a Tensor, got {type(value)}")
        if value.dim() != 0:
            raise RuntimeError(
                f"{what}: Expected f(*args) to return a scalar Tensor, got tensor with {value.dim()} dims. Maybe you "
                "wanted to use the vjp or jacrev APIs instead?"
            )
        if value.is_complex():
            raise RuntimeError(
                f"grad can be implicitly created only for real scalar outputs but got {value.dtype}"
            )
        needed = run.needed(value)
        gradients = run.spec.unflatten(_pull([value], run.inputs, [_C.ones_like(value.detach())], needed, False))
        value = run.outward(value, needed)
        return gradients, ((value, run.outward(aux, needed)) if has_aux else value)

    return derived


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that answers with the gradient of ``func``; see :func:`grad_and_value`.

    Args:
        func (callable): returns a tensor of one element and no axes (with ``has_aux`` a pair of it and anything else).
        argnums (int or tuple of int): the arguments to differentiate by. Default: 0
        has_aux (bool): ``func`` returns a pair, and so does the new function. Default: ``False``

    Example::

        >>> import rushlight as rl
        >>> rl.func.grad(rl.func.grad(lambda x: x**3))(rl.tensor(2.0))
        tensor(12.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def derived(*args: Any, **kwargs: Any) -> Any:
        gradients, value = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return derived


class _Pull:
    """What :func:`vjp` answers with: cotangents to gradients."""

    def __init__(self, run: _Recorded, outputs: list[Any], spec: TreeSpec, bare: bool) -> None:
        self.run, self.outputs, self.spec, self.bare = run, outputs, spec, bare
        self.needed = run.needed(*outputs)

    def __call__(self, cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        flat, spec = tree_flatten(cotangents)
        if spec != self.spec:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. "
                f"cotangents: {_short(spec)}, primal output: {_short(self.spec)}"
            )
        if create_graph is None:
            create_graph = _C.is_grad_enabled() and (self.needed or any(g.requires_grad for g in flat))
        found = _pull(self.outputs, self.run.inputs, flat, create_graph, retain_graph)
        return found[0] if self.bare else self.run.spec.unflatten(found)


def _short(spec: TreeSpec) -> str:
    """A structure as containers of stars."""
    return repr(spec.unflatten([_Star()] * spec.num_leaves))


class _Star:
    def __repr__(self) -> str:
        return "*"


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of ``func`` and the function that multiplies vectors by its Jacobian, from the left.

    Args:
        func (callable): returns tensors, or containers of them.
        primals: its arguments, tensors or containers of them.
        has_aux (bool): ``func`` returns a pair of its result and anything else. Default: ``False``

    Returns: ``(output, vjp_fn)``, with ``has_aux`` ``(output, vjp_fn, aux)``. ``vjp_fn(cotangents)`` takes what has the
    structure of the output and answers with one gradient for each argument: a tuple, for one argument the gradient alone.

    Example::

        >>> import rushlight as rl
        >>> y, pull = rl.func.vjp(rl.sin, rl.zeros(2))
        >>> pull(rl.tensor([1.0, 2.0]))
        (tensor([1., 2.]),)
    """
    what = "vjp(f, *primals)"
    run = _Recorded(func, primals, primals, list(range(len(primals))), True, {})
    output, aux = _with_aux(run.answer, has_aux, what)
    outputs, spec = tree_flatten(output)
    _only_tensors(outputs, what)
    _only_differentiable(outputs)
    pull = _Pull(run, outputs, spec, False)
    output = run.outward(output, pull.needed)
    return (output, pull, run.outward(aux, pull.needed)) if has_aux else (output, pull)


def _basis(tensors: list[Any], start: int, stop: int) -> list[Any]:
    """Rows ``start`` to ``stop`` of the unit matrix over all elements of tensors, cut to their shapes."""
    at, out = 0, []
    for t in tensors:
        rows = _C.arange(start, stop, device=t.device)
        columns = _C.arange(at, at + t.numel(), device=t.device)
        hot = (rows.unsqueeze(1) == columns).to(t.dtype)
        out.append(hot.reshape(stop - start, *t.shape))
        at += t.numel()
    return out


def _rows(tensors: list[Any], chunk_size: int | None) -> list[tuple[int, int]]:
    total = sum(t.numel() for t in tensors)
    step = chunk_size or max(total, 1)
    return [(i, min(i + step, total)) for i in range(0, total, step)] or [(0, 0)]


def _stacked(parts: list[list[Any]]) -> list[Any]:
    """Results for chunks of the basis, joined."""
    return parts[0] if len(parts) == 1 else [_C.cat(list(column), 0) for column in zip(*parts, strict=True)]


def jacrev(
    func: Callable[..., Any],
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """A function that answers with the Jacobian of ``func``, by gradients: best where there are fewer results than arguments.

    Args:
        func (callable): returns tensors, or containers of them.
        argnums (int or tuple of int): the arguments to differentiate by. Default: 0
        has_aux (bool): ``func`` returns a pair of its result and anything else. Default: ``False``
        chunk_size (int, optional): so many rows at a time; all by default.

    Shapes: for a result ``(M...)`` and an argument ``(N...)`` it is ``(M..., N...)``.

    Raises:
        RuntimeError: results that are no tensors, ``argnums`` that do not fit. ValueError: ``chunk_size`` below 1.

    Example::

        >>> import rushlight as rl
        >>> rl.func.jacrev(lambda x: x * x)(rl.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def derived(*args: Any, **kwargs: Any) -> Any:
        chosen, numbers = _chosen(args, argnums)
        run = _Recorded(func, args, chosen, numbers, isinstance(argnums, tuple), kwargs)
        output, aux = _with_aux(run.answer, has_aux, "vjp(f, *primals)")
        outputs, out_spec = tree_flatten(output)
        _only_tensors(outputs, "vjp(f, *primals)")
        _only_differentiable(outputs)
        _only_real(outputs, "jacrev", "outputs")
        _only_real(run.inputs, "jacrev", "inputs")
        needed = run.needed(*outputs)
        parts = []
        for start, stop in _rows(outputs, chunk_size):
            with Level(stop - start, "different") as level:
                seeds = [level.enter(b, 0) for b in _basis(outputs, start, stop)]
                found = _pull(outputs, run.inputs, seeds, needed, True)
                parts.append([level.leave(g, 0) for g in found])
        columns = _stacked(parts)
        sizes = [y.numel() for y in outputs]
        split = [c.split(sizes) for c in columns]
        jacobians = [
            run.spec.unflatten(
                [split[j][i].reshape((*y.shape, *x.shape)) for j, x in enumerate(run.inputs)]
            )
            for i, y in enumerate(outputs)
        ]
        result = out_spec.unflatten(jacobians)
        return (result, run.outward(aux, needed)) if has_aux else result

    return derived


# ---- forwards ---------------------------------------------------------------------------------------------------------


def _push(run: _Recorded, outputs: list[Any], tangents: list[Any], create_graph: bool) -> list[Any]:
    """The tangents of the outputs, zeros where nothing arrives."""
    found = _transform.push(run.inputs, tangents, outputs, create_graph)
    return [_C.zeros_like(y.detach()) if t is None else t for y, t in zip(outputs, found, strict=True)]


def _columns(run: _Recorded, outputs: list[Any], level: Level, total: int, create_graph: bool) -> list[Any]:
    """The tangents of the outputs for each row of the unit matrix, along a last axis."""
    basis = [level.enter(b, 0) for b in _basis(run.inputs, 0, total)]
    return [level.leave(t, -1) for t in _push(run, outputs, basis, create_graph)]


def _check_tangent(x: Any, t: Any) -> None:
    if tuple(x.shape) != tuple(t.shape):
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size {list(t.shape)}."
        )


def jvp(
    func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> Any:
    """The value of ``func`` and its derivative along a direction: the product of its Jacobian with a vector.

    Args:
        func (callable): returns tensors, or containers of them.
        primals (tuple): its arguments, tensors or containers of them.
        tangents (tuple): the direction, structured as ``primals``.
        strict (bool): refuse results that do not depend on the arguments. Default: ``False``
        has_aux (bool): ``func`` returns a pair of its result and anything else. Default: ``False``

    Returns: ``(output, tangent)``, with ``has_aux`` ``(output, tangent, aux)``.

    Raises:
        RuntimeError: structures or shapes that differ, results that are no tensors.

    Example::

        >>> import rushlight as rl
        >>> rl.func.jvp(rl.square, (rl.tensor([1.0, 2.0]),), (rl.tensor([1.0, 10.0]),))
        (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    what = "jvp(f, primals, tangents)"
    if not isinstance(primals, tuple):
        raise RuntimeError(
            f"{what}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    flat, spec = tree_flatten(primals)
    directions, direction_spec = tree_flatten(tangents)
    if spec != direction_spec:
        raise RuntimeError(
            f"{what}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple "
            f"of 3 tensors, tangents also must be. Got primals with structure {spec} and tangents with structure "
            f"{direction_spec}"
        )
    if not flat:
        raise RuntimeError(f"{what}: Expected primals to contain at least one Tensor.")
    for name, leaves in (("primals", flat), ("tangents", directions)):
        for leaf in leaves:
            if not isinstance(leaf, Tensor):
                raise RuntimeError(f"{what}: Expected {name} to only contain Tensors, got {type(leaf)}")
    for x, t in zip(flat, directions, strict=True):
        _check_tangent(x, t)
    run = _Recorded(func, primals, primals, list(range(len(primals))), True, {}, forward=True)
    output, aux = _with_aux(run.answer, has_aux, what)
    outputs, out_spec = tree_flatten(output)
    _only_tensors(outputs, what)
    if strict and any(t is None for t in _transform.push(run.inputs, directions, outputs, False)):
        raise RuntimeError(
            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not allowed "
            "with strict=True."
        )
    needed = run.needed(*outputs) or (run.keeps and any(t.requires_grad for t in directions))
    found = out_spec.unflatten(_push(run, outputs, directions, needed))
    output = run.outward(output, needed)
    return (output, found, run.outward(aux, needed)) if has_aux else (output, found)


def jacfwd(
    func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable[..., Any]:
    """A function that answers with the Jacobian of ``func``, by tangents: best where there are fewer arguments than results.

    Args:
        func (callable): returns tensors, or containers of them.
        argnums (int or tuple of int): the arguments to differentiate by. Default: 0
        has_aux (bool): ``func`` returns a pair of its result and anything else. Default: ``False``
        randomness (str): what ``func`` may draw: nothing (``"error"``), the same for all columns, or for each of them
            (``"different"``). Default: ``"error"``

    Shapes: for a result ``(M...)`` and an argument ``(N...)`` it is ``(M..., N...)``.

    Example::

        >>> import rushlight as rl
        >>> rl.func.jacfwd(lambda x: x.cumsum(0))(rl.ones(2))
        tensor([[1., 0.],
                [1., 1.]])
    """

    @functools.wraps(func)
    def derived(*args: Any, **kwargs: Any) -> Any:
        chosen, numbers = _chosen(args, argnums)
        for x in tree_flatten(chosen)[0]:
            if isinstance(x, Tensor) and not (x.is_floating_point() or x.is_complex()):
                raise ValueError(f"Expected primal to be floating point or complex, but got: {x.dtype}")
        total = sum(x.numel() for x in tree_flatten(chosen)[0] if isinstance(x, Tensor))
        # the function runs within a map over the directions: what it draws may differ from one to the next
        with Level(total, randomness) as level:
            run = _Recorded(func, args, chosen, numbers, isinstance(argnums, tuple), kwargs, forward=True)
            output, aux = _with_aux(run.answer, has_aux, "jvp(f, primals, tangents)")
            outputs, out_spec = tree_flatten(output)
            _only_tensors(outputs, "jvp(f, primals, tangents)")
            _only_real(outputs, "jacfwd", "outputs")
            _only_real(run.inputs, "jacfwd", "inputs")
            needed = run.needed(*outputs)
            drawn = any(_transform.is_mapped(y, level.id) for y in outputs)
            if drawn:
                found = _columns(run, outputs, level, total, needed)
        if not drawn:  # a younger map: gradients of the Jacobian are summed over it where they reach the function
            with Level(total, "different") as level:
                found = _columns(run, outputs, level, total, needed)
        sizes = [x.numel() for x in run.inputs]
        jacobians = [
            run.spec.unflatten(
                [
                    part.reshape((*y.shape, *x.shape))
                    for part, x in zip(t.split(sizes, -1), run.inputs, strict=True)
                ]
            )
            for y, t in zip(outputs, found, strict=True)
        ]
        result = out_spec.unflatten(jacobians)
        return (result, run.outward(aux, needed)) if has_aux else result

    return derived


def hessian(func: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
    """A function that answers with the matrix of second derivatives: tangents of gradients.

    Args:
        func (callable): returns tensors, or containers of them.
        argnums (int or tuple of int): the arguments to differentiate by. Default: 0

    Shapes: for a result ``(M...)`` and an argument ``(N...)`` it is ``(M..., N..., N...)``.

    Example::

        >>> import rushlight as rl
        >>> rl.func.hessian(lambda x: (x**3).sum())(rl.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of ``func`` and the linear function that it is at that point; the function itself is run but once.

    Args:
        func (callable): returns tensors, or containers of them.
        primals: its arguments, tensors or containers of them.

    Returns: ``(output, jvp_fn)``; ``jvp_fn(*tangents)`` answers with the tangent of the output.

    Raises:
        RuntimeError: tangents of another structure, shape or dtype than the arguments.

    Example::

        >>> import rushlight as rl
        >>> y, push = rl.func.linearize(rl.square, rl.tensor(3.0))
        >>> push(rl.tensor(1.0)), push(rl.tensor(2.0))
        (tensor(6.), tensor(12.))
    """
    run = _Recorded(func, primals, primals, list(range(len(primals))), True, {}, forward=True)
    outputs, out_spec = tree_flatten(run.answer)
    tensors = [y for y in outputs if isinstance(y, Tensor)]
    needed = run.needed(*tensors)

    def jvp_fn(*tangents: Any) -> Any:
        directions, spec = tree_flatten(tangents)
        if spec != run.spec:
            raise RuntimeError(
                f"Expected the tangents {spec} to have the same argspec as the primals {run.spec}"
            )
        for i, (x, t) in enumerate(zip(run.inputs, directions, strict=True)):
            for kind in ("shape", "dtype"):
                if getattr(x, kind) != getattr(t, kind):
                    raise RuntimeError(
                        f"tangent:{i} with {kind} {getattr(t, kind)} in flattened pytree doesn't match the {kind} "
                        f"{getattr(x, kind)} of the corresponding primal."
                    )
        graph = _C.is_grad_enabled() and (needed or any(t.requires_grad for t in directions))
        found = iter(_push(run, tensors, directions, graph))
        return out_spec.unflatten([next(found) if isinstance(y, Tensor) else y for y in outputs])

    return run.outward(run.answer, needed), jvp_fn
