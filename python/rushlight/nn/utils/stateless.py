"""A module called with other parameters than its own, for one call."""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

__all__ = ["functional_call"]


def functional_call(
    module: Any,
    parameters_and_buffers: Any,
    args: Any = None,
    kwargs: Any = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Calls a module with some of its parameters and buffers replaced; gradients flow to what replaces them.

    Args:
        module (Module): what is called.
        parameters_and_buffers (dict): tensors by their full names.
        args (Any or tuple): arguments of the call.
        kwargs (dict, optional): keyword arguments of the call.
        tie_weights (bool): what replaces a tensor replaces it under its other names as well. Default: ``True``
        strict (bool): refuse names that are missing or too many. Default: ``False``

    Errors: RuntimeError for missing and unexpected names; KeyError or AttributeError for one that does not exist.

    Examples::

        >>> layer = rl.nn.Linear(2, 1, bias=False)
        >>> rl.nn.utils.stateless.functional_call(layer, {"weight": rl.ones(1, 2)}, (rl.ones(2),))
        tensor([2.])
    """
    from ..._warn import warn

    warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future "
        "version of PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.",
        FutureWarning,
    )
    return call_with(module, parameters_and_buffers, args, kwargs, tie_weights, strict)


def call_with(module, tensors, args, kwargs, tie_weights=True, strict=False):
    """The call of :func:`functional_call`."""
    given = _given(module, tensors, tie_weights, strict)
    if args is None:
        args = ()
    elif not isinstance(args, tuple):
        args = (args,)
    with _replaced(module, given, tensors):
        return module(*args, **({} if kwargs is None else kwargs))


def _given(module, tensors, tie_weights, strict):
    """What replaces which tensor, under all of its names."""
    own = dict(module.named_parameters(remove_duplicate=False))
    own.update(module.named_buffers(remove_duplicate=False))
    given = dict(tensors)
    if tie_weights:
        for name in list(given):
            if name in own:
                given.update(
                    {other: given[name] for other, t in own.items() if t is own[name] and other not in given}
                )
    if strict:
        missing, extra = [n for n in own if n not in given], [n for n in given if n not in own]
        if extra or missing:
            lines = [f"Unexpected key(s): {', '.join(map(repr, extra))}."] * bool(extra)
            lines += [f"Missing key(s): {', '.join(map(repr, missing))}."] * bool(missing)
            raise RuntimeError(
                f"Error(s) in reparametrizing for {module._get_name()}:\n\t" + "\n\t".join(lines)
            )
    return given


@contextmanager
def _replaced(module, tensors, told=None):
    """A block in which parameters and buffers of a module are others, by their full names. A dict is told of those that the
    module exchanged meanwhile."""
    places = []
    try:
        for name, tensor in tensors.items():
            path, _, last = name.rpartition(".")
            owner = module.get_submodule(path)
            table = owner._parameters if last in owner._parameters else owner._buffers
            if last not in table:
                raise AttributeError(f"{type(owner).__name__} has no parameter or buffer `{last}`")
            places.append((table, last, table[last], name))
            table[last] = tensor
        yield module
    finally:
        for table, last, tensor, name in reversed(places):
            if told is not None and name in told and table[last] is not tensors[name]:
                told[name] = table[last]
            table[last] = tensor


def _reparametrize_module(module, parameters_and_buffers, tie_weights=False, strict=False, stack_weights=False):
    return _replaced(module, _given(module, parameters_and_buffers, tie_weights, strict))
