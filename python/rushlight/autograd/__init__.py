"""Gradients: ``backward``, ``grad``, modes, functions of one's own, checks by finite differences."""

from __future__ import annotations

import sys

from .. import _C
from .._C import Tensor
from .._lazy import also_at, on_demand
from . import function, grad_mode, graph
from .function import Function, NestedIOFunction
from .grad_mode import (
    enable_grad,
    enforce_grad_layout_policy,
    inference_mode,
    no_grad,
    set_grad_enabled,
    set_multithreading_enabled,
)
from .variable import Variable


def _tuple(value):
    return (value,) if isinstance(value, (Tensor, graph.GradientEdge)) else tuple(value)


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: Any = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Sums of gradients of ``tensors`` with respect to the leaves of their graphs, added to ``.grad``.

    Args:
        tensors (Tensor or sequence): where to start.
        grad_tensors (Tensor or sequence, optional): the gradient at each of them; may be left out for scalars.
        retain_graph (bool, optional): keep what the graph saved, for another run (default ``create_graph``).
        create_graph (bool): record the gradients' own graph.
        inputs (Tensor or sequence, optional): accumulate into these leaves alone.

    Errors: RuntimeError if a tensor has no graph, is no scalar and no gradient is given, or the graph was freed.

    >>> x = rl.tensor([1.0, 2.0], requires_grad=True)
    >>> rl.autograd.backward((x * x).sum())
    >>> x.grad
    tensor([2., 4.])
    """
    if grad_variables is not None and grad_tensors is None:
        grad_tensors = grad_variables
    _C._autograd.backward(_tuple(tensors), grad_tensors, retain_graph, create_graph, inputs)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: Any = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: Any = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor, ...]:
    """The sum of gradients of ``outputs`` with respect to ``inputs``, as a tuple; no ``.grad`` is touched.

    Args:
        outputs, inputs (Tensor or sequence): differentiate the former with respect to the latter.
        grad_outputs (Tensor or sequence, optional): the gradient at each output; may be left out for scalars.
        allow_unused (bool, optional): answer ``None`` for inputs the outputs do not depend on (default
            ``materialize_grads``).
        is_grads_batched (bool): ``grad_outputs`` have a leading axis of several gradients, each run in turn.
        materialize_grads (bool): zeros instead of ``None``.

    Errors: RuntimeError if an input does not require grad or is unused (unless allowed), or the graph was freed.

    Example::

        >>> import rushlight as rl
        >>> x = rl.tensor(3.0, requires_grad=True)
        >>> rl.autograd.grad(x * x, x)
        (tensor(6.),)
    """
    outputs, inputs = _tuple(outputs), _tuple(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if allow_unused is None:
        allow_unused = materialize_grads
    if is_grads_batched:
        return _batched(outputs, inputs, _tuple(grad_outputs), create_graph, allow_unused, materialize_grads)
    edges = [isinstance(x, graph.GradientEdge) for x in inputs]
    for x, edge in zip(inputs, edges, strict=True):
        if not (edge or isinstance(x, _C.Tensor)):
            raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(x).__name__}")
    if materialize_grads and any(edges):
        raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
    # a sparse tensor is what its values are
    stored = [x if edge or x.layout == _C.strided else x._v for x, edge in zip(inputs, edges, strict=True)]
    lookups = sys.modules.get(f"{__package__.rpartition('.')[0]}.sparse.embedding")
    if lookups is None:
        found = _C._autograd.grad(outputs, stored, grad_outputs, retain_graph, create_graph)
    else:  # some lookup of this program may have a sparse gradient
        found, by_rows = lookups.collect(
            lambda: _C._autograd.grad(outputs, stored, grad_outputs, retain_graph, create_graph)
        )
        if by_rows:
            found = tuple(lookups.together(g, by_rows.get(id(x))) for g, x in zip(found, inputs, strict=True))
    if any(v is not x for v, x in zip(stored, inputs, strict=True)):
        found = tuple(
            x._like(g) if v is not x and g is not None else g for v, x, g in zip(stored, inputs, found, strict=True)
        )
    if materialize_grads:
        return tuple(_C.zeros_like(x) if g is None else g for g, x in zip(found, inputs, strict=True))
    if not allow_unused:
        for place, g in enumerate(found):
            if g is None:
                raise RuntimeError(
                    f"The differentiated Tensor at index {place} appears to not have been used in the graph. Set"
                    " allow_unused=True if this is the desired behavior."
                )
    return found


def _batched(outputs, inputs, grads, create_graph, allow_unused, materialize):
    rows = [
        grad(
            outputs,
            inputs,
            tuple(g[i] for g in grads),
            True,
            create_graph,
            True,
            allow_unused,
            False,
            materialize,
        )
        for i in range(grads[0].size(0))
    ]
    return tuple(None if column[0] is None else _C.stack(column) for column in zip(*rows, strict=True))


def variable(*args: Any, **kwargs: Any) -> Any:
    """PyTorch's oldest way to make a tensor.

    Errors: RuntimeError, always.
    """
    raise RuntimeError("torch.autograd.variable(...) is deprecated, use torch.tensor(...) instead")


class detect_anomaly:
    """A block in which a backward that produces nan raises, naming the node that did.

    Args:
        check_nan (bool): look for nan. Default: ``True``

    Errors: RuntimeError ``Function 'X' returned nan values in its 0th output.``

    >>> import warnings
    >>> warnings.simplefilter("ignore")
    >>> with rl.autograd.detect_anomaly(): print(rl.is_anomaly_enabled())
    True
    """

    def __init__(self, check_nan: bool = True) -> None:
        from .._warn import warn

        self.check_nan = check_nan
        warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for"
            " debugging."
        )

    def __enter__(self) -> Any:
        self.block = set_detect_anomaly(True, self.check_nan)

    def __exit__(self, *error: Any) -> None:
        self.block.__exit__()


class set_detect_anomaly:
    """Turns :class:`detect_anomaly` on or off, at once, and for a block if used with ``with``.

    Args:
        mode (bool): on or off.
        check_nan (bool): look for nan. Default: ``True``

    >>> with rl.autograd.set_detect_anomaly(False): print(rl.is_anomaly_enabled())
    False
    """

    looks_for_nan = True  # whether detection, when it is on, is for nan

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        for place, (name, value) in enumerate((("enabled", mode), ("check_nan", check_nan)), 1):
            if not isinstance(value, bool):
                raise TypeError(
                    f"set_anomaly_enabled(): argument '{name}' (position {place}) must be bool, not {type(value).__name__}"
                )
        self.previous = _C._set_anomaly(bool(mode and check_nan)), set_detect_anomaly.looks_for_nan
        set_detect_anomaly.looks_for_nan = check_nan

    def __enter__(self) -> Any:
        return None

    def __exit__(self, *error: Any) -> None:
        _C._set_anomaly(self.previous[0])
        set_detect_anomaly.looks_for_nan = self.previous[1]


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import (
        anomaly_mode as anomaly_mode,
        functional as functional,
        profiler as profiler,
    )
    from .checks import (
        GradcheckError as GradcheckError,
        gradcheck as gradcheck,
        gradgradcheck as gradgradcheck,
    )

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, _later = on_demand(
        __name__, {"checks": "GradcheckError gradcheck gradgradcheck"}, "anomaly_mode forward_ad functional profiler profiler_legacy profiler_util"
    )
also_at(__name__, {"gradcheck": "checks"})
__all__ = [
    "Function",
    "NestedIOFunction",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "enforce_grad_layout_policy",
    "function",
    "grad",
    "grad_mode",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_multithreading_enabled",
]
