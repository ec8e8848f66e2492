"""Nodes of the graph, for looking at it and hooking into it: what is saved for a backward, and which gradients have arrived."""

from __future__ import annotations

from typing import NamedTuple

from .. import _C
from .._C import Node, Tensor
from .._lazy import absent

TYPE_CHECKING = False  # known to type checkers
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "region_activation_memory_budget",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
    "set_override_stale_capture_stream",
    "set_warn_on_accumulate_grad_stream_mismatch",
]

_engine = _C._autograd


class GradientEdge(NamedTuple):
    """A place of the graph: a node, and which of its results.

    Attributes:
        node (Node): what computed the result.
        output_nr (int): the place among its results.
        ownership_token (optional): whatever has to live as long as the edge; a node here lives by itself, so it is ``None``.
    """

    node: Any
    output_nr: int
    ownership_token: Any = None


def region_activation_memory_budget(budget: float) -> Any:
    """How much of what a compiled forward keeps may be kept, from 0 to 1. Nothing is compiled here, so that no block can
    stand in such a region: entering one raises, as it does in PyTorch outside of ``torch.compile``. What
    :func:`rushlight.utils.checkpoint.checkpoint` runs is computed again instead of kept.

    Errors: ValueError for other numbers; RuntimeError when the block is entered.

    >>> block = rl.autograd.graph.region_activation_memory_budget(0.5)
    """
    if not 0 <= budget <= 1:
        raise ValueError(f"torch.autograd.graph.region_activation_memory_budget: must be in [0, 1], got {budget}")
    return _Region()


class _Region:
    def __enter__(self) -> None:
        raise RuntimeError(
            "torch.autograd.graph.region_activation_memory_budget can only be used inside a torch.compile region;"
            " it has no effect in eager mode."
        )

    def __exit__(self, *error: object) -> None:
        """Nothing was changed."""


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The place in the graph where the gradient of ``tensor`` arrives.

    Errors: RuntimeError if the tensor does not require a gradient.

    Example::

        >>> x = rl.ones(2, requires_grad=True)
        >>> rl.autograd.graph.get_gradient_edge(x * 2).output_nr
        0
    """
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    return GradientEdge(_node(tensor), tensor.output_nr)


def _node(tensor: Tensor) -> Any:
    if tensor.grad_fn is not None:
        return tensor.grad_fn
    with _enabled():
        view = tensor.view_as(tensor)
    assert view.grad_fn is not None
    return view.grad_fn.next_functions[0][0]


def _enabled() -> Any:
    from .grad_mode import enable_grad

    return enable_grad()


def increment_version(tensor: Tensor | Sequence[Tensor]) -> None:
    """Says that the memory of a tensor was written by other means, so that a backward that saved it refuses to use it.

    Args:
        tensor (Tensor or sequence of Tensors): what was written.

    Errors: RuntimeError for anything else.

    Example::

        >>> x = rl.ones(2)
        >>> rl.autograd.graph.increment_version(x)
        >>> x._version
        1
    """
    if not hasattr(tensor, "__iter__"):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for each in (tensor,) if isinstance(tensor, Tensor) else tensor:
        if not isinstance(each, Tensor):
            raise RuntimeError("increment_version expects each element of the iterable to be a tensor")
        with _no_grad():
            each.detach()[:0].zero_() if each.dim() else each.detach().expand(0).zero_()


def _no_grad() -> Any:
    from .grad_mode import no_grad

    return no_grad()


class saved_tensors_hooks:
    """A block in which what is saved for a backward goes through a program's hands.

    ``pack_hook`` is called with each tensor that an operation saves and returns anything; ``unpack_hook`` is called with that
    thing when the backward reads it, and returns the tensor. Of blocks inside one another the innermost counts.

    Args:
        pack_hook (callable): from a tensor to anything; it must not write into the tensor.
        unpack_hook (callable): from that to a tensor of the same values, shape and dtype.

    Errors: RuntimeError where hooks are disabled (:func:`disable_saved_tensors_hooks`), or if the tensor was written;
        TypeError in the backward if no tensor comes back.

    Example::

        >>> x = rl.tensor([1.0, 2.0], requires_grad=True)
        >>> with rl.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), rl.tensor):
        ...     y = (x * x).sum()
        >>> y.backward()
        >>> x.grad
        tensor([2., 4.])
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        _engine._push_saved_tensors_default_hooks(self.pack_hook, self.unpack_hook)

    def __exit__(self, *error: object) -> None:
        _engine._pop_saved_tensors_default_hooks()


class save_on_cpu(saved_tensors_hooks):
    """A block in which what is saved for a backward waits in the memory of the host, and returns to its device when it is read.

    Args:
        pin_memory (bool): accepted; memory of the host is as fast either way. Default: ``False``
        device_type (str): the device that is relieved.

    Example::

        >>> x = rl.ones(3, requires_grad=True)
        >>> with rl.autograd.graph.save_on_cpu():
        ...     y = x.exp().sum()
        >>> y.backward()
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        def pack(tensor: Tensor) -> tuple[Any, Tensor]:
            return tensor.device, tensor.detach().to("cpu", copy=True)

        def unpack(packed: tuple[Any, Tensor]) -> Tensor:
            device, tensor = packed
            return tensor.to(device, non_blocking=pin_memory)

        super().__init__(pack, unpack)


class disable_saved_tensors_hooks:
    """A block, or a function, in which hooks on saved tensors are refused.

    Args:
        error_message (str): what the RuntimeError says.
        fail_if_non_empty (bool): refuse the block itself if hooks are set around it. Default: ``True``

    Example::

        >>> with rl.autograd.graph.disable_saved_tensors_hooks("not here"):
        ...     rl.autograd.graph.save_on_cpu().__enter__()
        Traceback (most recent call last):
        RuntimeError: not here
    """

    def __init__(self, error_message: str, fail_if_non_empty: bool = True) -> None:
        self.error_message, self.fail_if_non_empty = error_message, fail_if_non_empty
        self._before: list[str | None] = []

    def __enter__(self) -> None:
        self._before.append(_engine._saved_tensors_hooks_disable(self.error_message, self.fail_if_non_empty))

    def __exit__(self, *error: object) -> None:
        _engine._saved_tensors_hooks_disable(self._before.pop(), False)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        from functools import wraps

        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with disable_saved_tensors_hooks(self.error_message, self.fail_if_non_empty):
                return function(*args, **kwargs)

        return inside


class _Mutable:
    """What a block of :func:`allow_mutation_on_saved_tensors` keeps."""

    def __init__(self) -> None:
        self._open = True

    def clear(self) -> None:
        """Forgets what was kept: a backward through the block is refused from now on."""
        self._open = False

    def _pack(self, tensor: Tensor) -> Tensor:
        return tensor.detach().clone()

    def _unpack(self, kept: Tensor) -> Tensor:
        if not self._open:
            raise RuntimeError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context in which the graph was "
                "originally recorded."
            )
        return kept


class allow_mutation_on_saved_tensors:
    """A block in which tensors that a backward needs may be written in place: the backward reads what they were before.

    Each is copied when it is saved, so the block takes the memory of all that is saved in it. The backward must run inside.

    Example::

        >>> x = rl.ones(2, requires_grad=True)
        >>> with rl.autograd.graph.allow_mutation_on_saved_tensors():
        ...     y = x.clone()
        ...     z = y.sin()
        ...     _ = y.mul_(100)
        ...     z.sum().backward()
        >>> x.grad
        tensor([0.5403, 0.5403])
    """

    def __enter__(self) -> _Mutable:
        self._kept = _Mutable()
        _engine._push_saved_tensors_default_hooks(self._kept._pack, self._kept._unpack)
        return self._kept

    def __exit__(self, *error: object) -> None:
        _engine._pop_saved_tensors_default_hooks()
        self._kept.clear()


class _Handles:
    """Takes several hooks away at once."""

    def __init__(self, handles: list[Any]) -> None:
        self._handles = handles

    def remove(self) -> None:
        """Takes the hooks away."""
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def __enter__(self) -> _Handles:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor],
    fn: Callable[[Sequence[Tensor | None]], None] | Callable[[Tensor], None],
    *,
    mode: str = "all",
) -> Any:
    """A hook on the gradients of several tensors, called once in a backward.

    Args:
        tensors (sequence of Tensors): all of them require a gradient.
        fn (callable): with ``"all"``, called when the gradients of all tensors that the backward reaches are there, with a
            list of them, None for the others; with ``"any"``, with the first that is there.
        mode (str): ``"all"`` or ``"any"``. Default: ``"all"``

    Returns:
        A handle with ``remove()``.

    Errors: ValueError for another mode.

    Example::

        >>> a, b = rl.ones(1, requires_grad=True), rl.ones(1, requires_grad=True)
        >>> handle = rl.autograd.graph.register_multi_grad_hook((a, b), lambda grads: print([g.item() for g in grads]))
        >>> (a * 2 + b * 3).backward()
        [2.0, 3.0]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    _engine._watch_reach()
    tensors = list(tensors)
    # of each backward that runs: gradients by place, how many there are, how many there will be
    passes: dict[int, tuple[list[Tensor | None], list[int], int]] = {}
    last: list[int] = [-1]

    def arrived(place: int, grad: Tensor) -> None:
        number = _engine._current_graph_task_id()
        if mode == "any":
            if last[0] != number:
                last[0] = number
                fn(grad)  # type: ignore[arg-type]
            return
        if number not in passes:
            passes[number] = ([None] * len(tensors), [0], sum(map(_engine._will_reach, tensors)))
        grads, count, expected = passes[number]
        grads[place] = grad
        count[0] += 1
        if count[0] == expected:
            del passes[number]
            fn(grads)  # type: ignore[arg-type]

    def hook(place: int) -> Callable[[Tensor], None]:
        return lambda grad: arrived(place, grad)

    return _Handles([tensor.register_hook(hook(i)) for i, tensor in enumerate(tensors)])


def set_warn_on_accumulate_grad_stream_mismatch(enabled: bool) -> None:
    """Accepted: streams of a device share one queue, so that gradients never come from another.

    Args:
        enabled (bool): whether there would be a warning.

    Example::

        >>> rl.autograd.graph.set_warn_on_accumulate_grad_stream_mismatch(False)
    """


def set_override_stale_capture_stream(enabled: bool) -> None:
    """Accepted: no work is recorded for a replay, in which a stream could be stale.

    Args:
        enabled (bool): whether the stream would be taken from who made the gradient.

    Example::

        >>> rl.autograd.graph.set_override_stale_capture_stream(False)
    """


__getattr__ = absent(__name__)
