"""Activations computed again in the backward pass instead of being kept (T. Chen et al., *Training deep nets with sublinear
memory cost*, arXiv:1604.06174).

Both of PyTorch's ways are here. ``use_reentrant=True`` runs the function without recording and, in the backward pass, a
backward pass of its own. ``use_reentrant=False`` records the function once to learn which tensors it depends on, lets the
record go, and computes gradients with respect to those tensors later: parameters that the function merely refers to,
``autograd.grad``, and gradients of gradients work as without it.
"""

from __future__ import annotations

import contextlib
import sys
from copy import copy
from enum import Enum
from itertools import repeat

from .. import _C
from .._C import Tensor
from .._warn import warn
from ..autograd import grad
from ..autograd.function import Function
from ..autograd.grad_mode import enable_grad
from ..random import fork_rng, get_rng_state, set_rng_state
from ._pytree import tree_map as tree_map

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_DETERMINISM = ("default", "none")


class CheckpointError(RuntimeError):
    """The function did something else when it ran again."""


class CheckpointPolicy(Enum):
    """What a policy says of an operation: keep its result, or compute it again."""

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3
    MUST_CPU_OFFLOAD = 4
    PREFER_CPU_OFFLOAD = 5


class DefaultDeviceType:
    """The kind of device whose random state is kept where the arguments do not tell."""

    _kind = "cuda"

    @staticmethod
    def set_device_type(device: str = "cuda") -> None:
        """Sets it."""
        DefaultDeviceType._kind = device

    @staticmethod
    def get_device_type() -> str:
        """The kind that was set."""
        return DefaultDeviceType._kind


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same arguments, tensors among them without their history.

    Errors: RuntimeError for what is no tuple.
    """
    if not isinstance(inputs, tuple):
        raise RuntimeError(
            "Only tuple of tensors is supported. Got Unsupported input type: ", type(inputs).__name__
        )
    return tuple(
        each.detach().requires_grad_(each.requires_grad) if isinstance(each, Tensor) else each
        for each in inputs
    )


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """Warns if no argument requires a gradient, in which case the reentrant way has none to give."""
    if not any(isinstance(each, Tensor) and each.requires_grad for each in inputs):
        warn("None of the inputs have requires_grad=True. Gradients will be None")


def get_device_states(*args: Any) -> tuple[list[int], list[Tensor]]:
    """The GPUs that tensors among the arguments are on, and their random states.

    Args:
        args: tensors, others, and lists, tuples and tables of them.
    """
    devices = sorted({each.get_device() for each in _tensors(args, []) if each.is_cuda})
    if not devices:
        return [], []
    from ..cuda import get_rng_state

    return devices, [get_rng_state(device) for device in devices]


def set_device_states(devices: Any, states: Any, *, device_type: str | None = None) -> None:
    """Sets the random states of GPUs.

    Args:
        devices (list of int), states (list of Tensor): as :func:`get_device_states` gave them.
        device_type (str, optional): accepted; there is one type.

    Errors: RuntimeError for a device that is not there.
    """
    if devices:
        from ..cuda import set_rng_state

        for device, state in zip(devices, states, strict=True):
            set_rng_state(state, device)


def noop_context_fn() -> tuple[Any, Any]:
    """Two blocks that do nothing: what surrounds the first run and the second."""
    return contextlib.nullcontext(), contextlib.nullcontext()


def set_checkpoint_early_stop(enable: bool) -> Any:
    """A block in which the second run would end as soon as all is there that is needed. It always runs to its end."""
    return contextlib.nullcontext()


def set_checkpoint_debug_enabled(enabled: bool | None) -> Any:
    """A block in which differences between the two runs would be reported at length: they always name what differs."""
    return contextlib.nullcontext()


def _autocast_now() -> list[Any]:
    """What makes blocks with today's autocast; none if no program has asked for autocast yet."""
    state: Any = sys.modules.get("rushlight.amp._state")
    if state is None:
        return []
    from functools import partial

    import rushlight

    amp: Any = vars(rushlight)["amp"]
    kept = {
        kind: {"enabled": state.is_autocast_enabled(kind), "dtype": state.get_autocast_dtype(kind)}
        for kind in ("cpu", "cuda")
        if kind == "cpu" or state.is_autocast_enabled(kind)
    }
    cache = state.is_autocast_cache_enabled()
    return [partial(amp.autocast, kind, cache_enabled=cache, **options) for kind, options in kept.items()]


class _Again:
    """A function, and the random state at its first run, of the devices of its arguments too."""

    def __init__(self, function: Any, keep: bool, context: Any, args: Any) -> None:
        self.function, self.context = function, context
        self.state = get_rng_state() if keep else None
        self.devices, self.states = get_device_states(*args) if keep else ([], [])
        self.autocast = _autocast_now()

    def __call__(self, args: Any, kwargs: Any) -> Any:
        with contextlib.ExitStack() as stack:
            if self.state is not None:
                stack.enter_context(fork_rng(self.devices))
                set_rng_state(self.state)
                set_device_states(self.devices, self.states)
            stack.enter_context(enable_grad())
            for region in self.autocast:
                stack.enter_context(region())
            stack.enter_context(self.context)
            return self.function(*args, **kwargs)


class CheckpointFunction(Function):
    """The reentrant way: ``apply(function, preserve_rng_state, *args)``."""

    @staticmethod
    def forward(ctx: Any, run_function: Any, preserve_rng_state: bool, *args: Any) -> Any:
        check_backward_validity(args)
        ctx.again = _Again(run_function, preserve_rng_state, contextlib.nullcontext(), args)
        ctx.places = [place for place, each in enumerate(args) if isinstance(each, Tensor)]
        ctx.others = [None if isinstance(each, Tensor) else each for each in args]
        ctx.save_for_backward(*(args[place] for place in ctx.places))
        return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        given = list(ctx.others)
        for place, each in zip(ctx.places, ctx.saved_tensors, strict=True):
            given[place] = each
        args = detach_variable(tuple(given))
        outputs = ctx.again(args, {})
        outputs = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
        pairs = [
            (y, g) for y, g in zip(outputs, grads, strict=True) if isinstance(y, Tensor) and y.requires_grad
        ]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        _C._autograd.backward(tuple(y for y, _ in pairs), tuple(g for _, g in pairs), None, False, None)
        return None, None, *(each.grad if isinstance(each, Tensor) else None for each in args)


def _tensors(value: Any, found: list[Any]) -> list[Any]:
    """Tensors in lists, tuples and tables, in order."""
    if isinstance(value, Tensor):
        found.append(value)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _tensors(each, found)
    elif isinstance(value, dict):
        for each in value.values():
            _tensors(each, found)
    return found


_HOLE: Any = object()  # where a tensor was


def _replaced(value: Any, new: Any) -> Any:
    """The same structure with the next of `new` for each tensor."""
    if isinstance(value, Tensor) or value is _HOLE:
        return next(new)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_replaced(each, new) for each in value))
    if isinstance(value, (list, tuple)):
        return type(value)([_replaced(each, new) for each in value])
    if isinstance(value, dict):
        made = copy(value)
        for key, each in value.items():
            made[key] = _replaced(each, new)
        return made
    return value


def _mentioned(function: Any) -> list[Any]:
    """Tensors that a function holds beside its arguments: in its closure, its defaults, the object it belongs to."""
    values: list[Any] = []
    while True:
        if hasattr(function, "func") and hasattr(function, "keywords"):  # functools.partial
            values += [*function.args, *function.keywords.values()]
            function = function.func
        elif hasattr(function, "__func__"):
            values += vars(function.__self__).values() if hasattr(function.__self__, "__dict__") else ()
            function = function.__func__
        else:
            break
    for cell in getattr(function, "__closure__", None) or ():
        with contextlib.suppress(ValueError):  # of a name that is not bound yet
            values.append(cell.cell_contents)
    values += getattr(function, "__defaults__", None) or ()
    code = getattr(function, "__code__", None)
    values += (
        [function.__globals__[name] for name in code.co_names if name in function.__globals__] if code else ()
    )
    if hasattr(function, "__dict__"):
        values += vars(function).values()
    return _tensors([v for v in values if isinstance(v, (Tensor, list, tuple, dict))], [])


def _node(tensor: Any) -> Any:
    """The node that takes a tensor's gradient."""
    return (
        tensor.grad_fn if tensor.grad_fn is not None else tensor.view_as(tensor).grad_fn.next_functions[0][0]
    )


def _sources(outputs: list[Any], inputs: list[Any], since: int) -> tuple[list[Any], bool]:
    """Leaves that the results depend on beside the inputs; and whether there are results of earlier work among them.

    Nodes count up as they are made, so those before ``since`` belong to what lies before the function.
    """
    known = {_node(each) for each in inputs if each.requires_grad}
    leaves: list[Any] = []
    open_end, seen, stack = False, set(), [each.grad_fn for each in outputs if each.grad_fn is not None]
    while stack:
        node = stack.pop()
        if node in seen or node in known:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            leaves.append(leaf)
        elif node._sequence_nr < since:
            open_end = True
        else:
            stack += [parent for parent, _ in node.next_functions if parent is not None]
    return leaves, open_end


def _apart(tensor: Any, recorded: bool) -> Any:
    """The same tensor, on which no other depends."""
    return tensor.view_as(tensor) if recorded else tensor.detach().requires_grad_()


class _Recomputed(Function):
    """The results of a function, with its gradients by a second run of it."""

    @staticmethod
    def forward(
        ctx: Any, again: Any, structure: Any, flags: Any, shown: Any, count: int, *tensors: Any
    ) -> Any:
        # of the tensors the first `count` are results, already computed; the others what they depend on
        ctx.again, ctx.structure, ctx.flags, ctx.shown, ctx.count = again, structure, flags, shown, count
        ctx.set_materialize_grads(False)
        results = tuple(each.detach() for each in tensors[:count])
        ctx.mark_non_differentiable(*(each for each, flag in zip(results, flags, strict=True) if not flag))
        ctx.save_for_backward(*tensors[count:])
        return results

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        inputs = ctx.saved_tensors
        recorded = _C.is_grad_enabled()
        # An argument may come from another one, or from a parameter that the function uses, too. Those paths are no
        # business of this node: the function gets the arguments without their history, or on top of it.
        cut = [_apart(each, recorded) if each.requires_grad else each for each in inputs]
        left = iter(cut)
        arguments = _replaced(ctx.structure, left)
        beside = len(list(left))
        inputs = (*cut[: len(cut) - beside], *inputs[len(inputs) - beside :])
        outputs = _tensors(ctx.again(*arguments), [])
        if ctx.shown is not None:
            _compare(ctx.shown, outputs)
        wanted = [each for each in inputs if each.requires_grad]
        pairs = [
            (y, g) for y, g, flag in zip(outputs, grads, ctx.flags, strict=True) if flag and g is not None
        ]
        if not pairs or not wanted:
            return (None,) * (5 + ctx.count + len(inputs))
        results, weights = zip(*pairs, strict=True)
        found = iter(grad(results, wanted, weights, create_graph=recorded, allow_unused=True))
        return (*(None,) * (5 + ctx.count), *(next(found) if each.requires_grad else None for each in inputs))


def _facts(tensors: Any) -> list[Any]:
    return [(tuple(each.shape), each.dtype, each.device) for each in tensors]


def _compare(first: Any, outputs: Any) -> None:
    second = _facts(outputs)
    if len(first) != len(second):
        raise CheckpointError(
            "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
            f"recomputation: {len(first)} results, then {len(second)}"
        )
    for place, (before, after) in enumerate(zip(first, second, strict=True)):
        if before != after:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than "
                f"during the forward pass: result {place} was {before}, and is {after}"
            )


def _without_reentrance(function: Any, args: Any, kwargs: Any, keep: bool, contexts: Any, check: str) -> Any:
    first, second = contexts
    if not _C.is_grad_enabled():
        with first:
            return function(*args, **kwargs)
    again = _Again(function, keep, second, (args, kwargs))
    inputs = _tensors((args, kwargs), [])
    begin: Any = (_C.empty(0, requires_grad=True) * 1).grad_fn
    since = begin._sequence_nr
    with first:
        made = function(*args, **kwargs)
    results = _tensors(made, [])
    recorded = [each for each in results if each.grad_fn is not None]
    if not recorded:
        return made
    given = {id(each) for each in inputs}
    held = [each for each in _mentioned(function) if each.grad_fn is not None and id(each) not in given]
    leaves, open_end = _sources(recorded, [*inputs, *held], since)
    if (
        open_end
    ):  # it reads results of earlier work that nothing here holds: their edges are in this record alone
        return made
    flags = tuple(each.requires_grad for each in results)
    data = [each.detach() for each in results]
    shown = _facts(data) if check == "default" else None
    structure = _replaced((args, kwargs), repeat(_HOLE))
    del recorded, results  # the record ends here, and with it what it kept
    outputs = _Recomputed.apply(again, structure, flags, shown, len(data), *data, *inputs, *held, *leaves)
    return _replaced(made, iter(outputs))


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], tuple[Any, Any]] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """The results of ``function(*args, **kwargs)``; in the backward pass it runs again, instead of having kept what it computed.

    Args:
        function (callable): run twice, so it must compute the same both times.
        use_reentrant (bool): which way; see the module. ``False`` is the better one. Default: ``True``, with a warning
        preserve_rng_state (bool): the second run draws the numbers of the first. Default: ``True``
        context_fn (callable): returns two blocks, one around each run (not with ``use_reentrant=True``).
        determinism_check (str): ``'default'`` compares shapes and dtypes of the results, ``'none'`` does not.
        debug (bool), early_stop (bool): accepted; see :func:`set_checkpoint_early_stop`.

    Errors: ValueError for unknown arguments; CheckpointError where the second run gives results of other shapes or dtypes.

    What ``function`` reads beside its arguments is found: parameters whatever way, results of earlier work where a closure or
    the function's object holds them. If it reads others (from a list in a list in a module, say), the record of the first
    run is kept as without this function.

    Example::

        >>> from rushlight.utils.checkpoint import checkpoint
        >>> layer, x = nn.Linear(2, 2), rl.ones(1, 2)
        >>> checkpoint(layer, x, use_reentrant=False).sum().backward()
        >>> layer.bias.grad
        tensor([1., 1.])
    """
    if use_reentrant is None:
        warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling "
            "checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need to "
            "preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the "
            "differences between the two variants."
        )
        use_reentrant = True
    keep = kwargs.pop("preserve_rng_state", True)
    if kwargs and use_reentrant:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if use_reentrant:
        if context_fn is not noop_context_fn or debug is not False:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return CheckpointFunction.apply(function, keep, *args)
    if determinism_check not in _DETERMINISM:
        raise ValueError(
            f"determinism_check should be one of {list(_DETERMINISM)}, but got {determinism_check}"
        )
    return _without_reentrance(function, args, kwargs, keep, context_fn(), determinism_check)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Runs modules one after another in ``segments`` parts, of which all but the last are checkpointed.

    Args:
        functions (Sequential or list): modules or functions of one argument.
        segments (int): how many parts.
        input (Tensor): what goes into the first.
        use_reentrant (bool), preserve_rng_state (bool): as in :func:`checkpoint`.

    Errors: ValueError for unknown arguments.
    """
    if use_reentrant is None:
        warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. "
            "use_reentrant=False is recommended."
        )
        use_reentrant = True
    keep = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    from ..nn import Sequential

    steps = list(functions.children()) if isinstance(functions, Sequential) else list(functions)
    size = len(steps) // segments
    end = -1

    def part(start: int, end: int) -> Any:
        def forward(x: Any) -> Any:
            for step in steps[start : end + 1]:
                x = step(x)
            return x

        return forward

    for start in range(0, size * (segments - 1), size or 1):
        end = start + size - 1
        input = checkpoint(part(start, end), input, use_reentrant=use_reentrant, preserve_rng_state=keep)
    return part(end + 1, len(steps) - 1)(input)


class SelectiveCheckpointContext:
    """What a policy is told beside the operation.

    Args:
        is_recompute (bool): whether this is the second run.
        op_output: what the operation gave, in the first.
    """

    def __init__(self, *, is_recompute: bool, op_output: Any = None) -> None:
        self.is_recompute, self.op_output = is_recompute, op_output


SAC_IGNORED_OPS: set[Any] = set()


def create_selective_checkpoint_contexts(
    policy_fn_or_list: Any, allow_cache_entry_mutation: bool = False
) -> tuple[Any, Any]:
    """The two blocks for ``context_fn`` that would keep the results of certain operations.

    Operations cannot be told apart here while they run, so everything is computed again: the results are the same, and no
    policy is asked.

    Args:
        policy_fn_or_list (callable or list): a policy, or the operations whose results to keep.

    Errors: TypeError for what is neither.
    """
    if not callable(policy_fn_or_list) and not isinstance(policy_fn_or_list, list):
        raise TypeError("policy_fn_or_list must be either a function or a list of ops.")
    return noop_context_fn()


__all__ = [
    "CheckpointError",
    "CheckpointFunction",
    "CheckpointPolicy",
    "DefaultDeviceType",
    "SelectiveCheckpointContext",
    "check_backward_validity",
    "checkpoint",
    "checkpoint_sequential",
    "create_selective_checkpoint_contexts",
    "detach_variable",
    "get_device_states",
    "noop_context_fn",
    "set_checkpoint_debug_enabled",
    "set_checkpoint_early_stop",
    "set_device_states",
]
