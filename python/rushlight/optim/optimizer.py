"""What all optimizers have in common: groups of parameters, state, hooks, saving."""

from __future__ import annotations

import math
from collections import OrderedDict, defaultdict

from .. import _C
from ..autograd.grad_mode import enable_grad
from ..utils.hooks import RemovableHandle

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Tensor = _C.Tensor
_global_step_pre_hooks: OrderedDict = OrderedDict()
_global_step_post_hooks: OrderedDict = OrderedDict()
_HOOK_TABLES = tuple(
    f"_optimizer_{moment}_hooks"
    for moment in (
        "step_pre",
        "step_post",
        "state_dict_pre",
        "state_dict_post",
        "load_state_dict_pre",
        "load_state_dict_post",
    )
)


class _Required:
    """Stands for an option that every group must give."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


def _typename(value):
    if isinstance(value, Tensor):
        return value.type()
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _add_hook(table, hook, prepend=False):
    handle = RemovableHandle(table)
    table[handle.id] = hook
    if prepend:
        table.move_to_end(handle.id, last=False)
    return handle


def _with_hooks(step):
    """`step` between the hooks; put into a class when the first hook for it is registered."""
    from functools import wraps

    @wraps(step)
    def hooked_step(*args, **kwargs):
        self = args[0]  # hooks see the optimizer among the arguments, as in PyTorch
        for hook in [*_global_step_pre_hooks.values(), *self._optimizer_step_pre_hooks.values()]:
            result = hook(self, args, kwargs)
            if result is not None:
                if not (isinstance(result, tuple) and len(result) == 2):
                    raise RuntimeError(
                        f"{step} must return None or a tuple of (new_args, new_kwargs), but got {result}."
                    )
                args, kwargs = result
        out = step(*args, **kwargs)
        for hook in [*self._optimizer_step_post_hooks.values(), *_global_step_post_hooks.values()]:
            hook(self, args, kwargs)
        return out

    hooked_step.hooked = True
    return hooked_step


def _hook_class(kind):
    if not getattr(kind.step, "hooked", False):
        kind.step = _with_hooks(kind.step)


def _all_subclasses(kind):
    for below in kind.__subclasses__():
        yield below
        yield from _all_subclasses(below)


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> Any:
    """Calls ``hook(optimizer, args, kwargs)`` before every step of every optimizer.

    >>> handle = optim.optimizer.register_optimizer_step_pre_hook(lambda opt, args, kwargs: print("steps"))
    >>> optim.SGD([nn.Parameter(rl.ones(2))], lr=0.1).step()
    steps
    >>> handle.remove()
    """
    for kind in _all_subclasses(Optimizer):
        if "step" in kind.__dict__:
            _hook_class(kind)
    return _add_hook(_global_step_pre_hooks, hook)


def register_optimizer_step_post_hook(hook: Callable[..., Any]) -> Any:
    """Calls ``hook(optimizer, args, kwargs)`` after every step of every optimizer.

    >>> handle = optim.optimizer.register_optimizer_step_post_hook(lambda opt, args, kwargs: print("stepped"))
    >>> optim.SGD([nn.Parameter(rl.ones(2))], lr=0.1).step()
    stepped
    >>> handle.remove()
    """
    for kind in _all_subclasses(Optimizer):
        if "step" in kind.__dict__:
            _hook_class(kind)
    return _add_hook(_global_step_post_hooks, hook)


def _get_capturable_supported_devices(supports_xla: bool = True) -> list[str]:
    """Kinds of devices whose steps could be captured in a graph: none is."""
    return []


class Optimizer:
    """The base class of all optimizers.

    Args:
        params (iterable): parameters, pairs of name and parameter, or dicts, each a group with options of its own.
        defaults (dict): the options of groups that do not give them.

    Attributes:
        param_groups (list of dict): the groups, their parameters under ``params``
        state (dict): what is kept for every parameter

    >>> opt = optim.SGD([nn.Parameter(rl.ones(2))], lr=0.1)
    >>> isinstance(opt, optim.Optimizer), len(opt.param_groups)
    (True, 1)
    """

    state: Any
    param_groups: list[dict[str, Any]]

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # of the class that this is mixed into

    def __init__(self, params: Any, defaults: Any) -> None:
        self.defaults = defaults
        for table in _HOOK_TABLES:
            setattr(self, table, OrderedDict())
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + _typename(params)
            )
        if (_global_step_pre_hooks or _global_step_post_hooks) and type(self).step is not Optimizer.step:
            _hook_class(type(self))
        self.state: Any = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self) -> Any:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: Any) -> Any:
        self.__dict__.update(state)
        for table in _HOOK_TABLES:
            if table not in self.__dict__:
                setattr(self, table, OrderedDict())
        self.__dict__.setdefault("defaults", {}).setdefault("differentiable", False)

    def __repr__(self) -> str:
        text = type(self).__name__ + " ("
        for place, group in enumerate(self.param_groups):
            text += f"\nParameter Group {place}\n"
            for key in sorted(group):
                if key != "params":
                    text += f"    {key}: {group[key]}\n"
        return text + ")"

    # ------------------------------------------------------------------ hooks
    def register_step_pre_hook(self, hook: Callable[..., Any]) -> Any:
        """Calls ``hook(optimizer, args, kwargs)`` before every step; it may return new args and kwargs."""
        _hook_class(type(self))
        return _add_hook(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> Any:
        """Calls ``hook(optimizer, args, kwargs)`` after every step."""
        _hook_class(type(self))
        return _add_hook(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Any:
        """Calls ``hook(optimizer)`` before :meth:`state_dict`."""
        return _add_hook(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Any:
        """Calls ``hook(optimizer, state_dict)`` after :meth:`state_dict`; what it returns is used instead."""
        return _add_hook(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Any:
        """Calls ``hook(optimizer, state_dict)`` before :meth:`load_state_dict`; what it returns is used instead."""
        return _add_hook(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Any:
        """Calls ``hook(optimizer)`` after :meth:`load_state_dict`."""
        return _add_hook(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    # ------------------------------------------------------------------ saving
    def state_dict(self) -> dict[str, Any]:
        """State and groups, with numbers in place of the parameters.

        Returns:
            dict: ``state``, by number of the parameter, and ``param_groups``
        """
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers = {}
        groups = []
        for group in self.param_groups:
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
            packed = {key: value for key, value in group.items() if key != "params"}
            packed["params"] = [numbers[id(p)] for p in group["params"]]
            groups.append(packed)
        state = {
            numbers[id(key)] if isinstance(key, Tensor) else key: value for key, value in self.state.items()
        }
        saved = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            result = hook(self, saved)
            if result is not None:
                saved = result
        return saved

    def load_state_dict(self, state_dict: Any) -> Any:
        """Takes up what :meth:`state_dict` gave; tensors go to the device and dtype of their parameters.

        Args:
            state_dict (dict): from an optimizer with the same groups.
        """
        from copy import deepcopy

        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            result = hook(self, state_dict)
            if result is not None:
                state_dict = result
        groups, saved_groups = self.param_groups, deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(mine["params"]) != len(saved["params"]) for mine, saved in zip(groups, saved_groups)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        params = {}
        for mine, saved in zip(groups, saved_groups):
            for number, p in zip(saved["params"], mine["params"]):
                params[number] = (p, saved)
        state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            if key in params:
                p, saved = params[key]
                state[p] = _adapted(p, value, bool(saved.get("capturable") or saved.get("fused")))
            else:
                state[key] = value
        for mine, saved in zip(groups, saved_groups):
            saved["params"] = mine["params"]
            if "param_names" in mine and "param_names" not in saved:
                saved["param_names"] = mine["param_names"]
        self.__setstate__({"state": state, "param_groups": saved_groups})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    @staticmethod
    def _group_tensors_by_device_and_dtype(tensorlistlist, with_indices=False):
        from ..utils._foreach_utils import _group_tensors_by_device_and_dtype

        return _group_tensors_by_device_and_dtype(tensorlistlist, with_indices)

    # ------------------------------------------------------------------ use
    def zero_grad(self, set_to_none: bool = True) -> None:
        """Resets the gradients of all parameters.

        Args:
            set_to_none (bool): drop them, rather than fill them with zeros. Default: ``True``
        """
        for group in self.param_groups:
            if set_to_none:
                for p in group["params"]:
                    p.grad = None
                continue
            for p in group["params"]:
                grad = p.grad
                if grad is not None:
                    if grad.grad_fn is not None:
                        grad.detach_()
                    else:
                        grad.requires_grad_(False)
                    grad.zero_()

    def step(self, closure: Any = None) -> Any:
        """Changes the parameters by one step.

        Args:
            closure (Callable, optional): computes the loss anew and returns it.
        """
        raise NotImplementedError

    def add_param_group(self, param_group: Any) -> None:
        """Adds a group of parameters, with options of its own.

        Args:
            param_group (dict): ``params`` and options.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in "
                "sets will change between runs. Please use a list instead."
            )
        params = [params] if isinstance(params, Tensor) else list(params)
        names = [entry[0] for entry in params if isinstance(entry, tuple)]
        if names:
            if len(names) != len(params):
                raise ValueError(
                    "all optimizer params should be with/without names. Some param names are missing"
                )
            param_group["param_names"] = names
            params = [entry[1] for entry in params]
        param_group["params"] = params
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one of the params is {_typename(p)}"
                )
            if not self.defaults.get("differentiable", None) and not (p.is_leaf or p.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(
                    f"parameter group didn't specify a value of required optimization parameter {name}"
                )
            param_group.setdefault(name, default)
        if len(params) != len(set(params)):
            from .._warn import warn

            warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an "
                "error; see github.com/pytorch/pytorch/issues/40967 for more information",
            )
        taken = set()
        for group in self.param_groups:
            taken.update(group["params"])
            if ("param_names" in param_group) != ("param_names" in group):
                given = "with names" if "param_names" in param_group else "without names"
                raise ValueError(
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {given} to the optimizer"
                )
        if not taken.isdisjoint(params):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)


def _adapted(param, value, step_on_device, key=None):
    """A loaded value, its tensors on the device and with the dtype of `param`; step counters stay as they are."""
    if isinstance(value, Tensor):
        if key == "step":
            return value.to(dtype=_C.float32, device=param.device) if step_on_device else value
        if param.is_floating_point():
            return value.to(dtype=param.dtype, device=param.device)
        return value.to(device=param.device)
    if isinstance(value, dict):
        return {k: _adapted(param, v, step_on_device, k) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_adapted(param, v, step_on_device) for v in value)
    return value


def _evaluate(closure):
    """The loss of a closure, with gradients."""
    if closure is None:
        return None
    with enable_grad():
        return closure()


def _scalar(value):
    return value.item() if isinstance(value, Tensor) else value


def _check_rate(lr):
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    if lr < 0.0 or lr != lr:
        raise ValueError(f"Invalid learning rate: {lr}")


def _check(name, value):
    if not value >= 0.0:
        raise ValueError(f"Invalid {name}: {value}")


def _check_betas(betas):
    for place, beta in enumerate((betas[0], betas[1])):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {place}: {beta}")


def _check_fused(fused, foreach, differentiable):
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def _get_value(x):
    """A tensor's number; a number itself."""
    return _scalar(x)


def _dispatch_sqrt(x):
    """The square root of a number or a tensor."""
    return x.sqrt() if isinstance(x, Tensor) else math.sqrt(x)


def _view_as_real(params, *state_and_grads):
    """Lists of tensors with their complex members seen as pairs of numbers, in place."""
    for at, p in enumerate(params):
        if p.is_complex():
            for tensors in (params, *state_and_grads):
                tensors[at] = _C.view_as_real(tensors[at])


def _default_to_fused_or_foreach(params, differentiable, use_fused=False):
    """Whether a program's own optimizer should use fused steps, or lists: neither, on the processor."""
    return False, False


def _use_grad_for_differentiable(func):
    """A ``step`` that records what it does only where the option ``differentiable`` is set."""
    import functools

    from ..autograd.grad_mode import set_grad_enabled

    @functools.wraps(func)
    def step(*args, **kwargs):
        with set_grad_enabled(bool(args[0].defaults["differentiable"]) and _C.is_grad_enabled()):
            return func(*args, **kwargs)

    return step


class swap_in_optimizer_params_and_state:  # noqa: N801, RUF100
    """A block in which an optimizer has other parameters and another state.

    :meth:`Optimizer.load_state_dict` takes up a state for the parameters that there are; this also replaces these, so that
    :meth:`Optimizer.step` moves the given tensors. Afterwards parameters, groups and state are what they were.

    Args:
        optimizer (Optimizer): which.
        swapin_parameters (dict): tensors by name, in the order of the optimizer's parameters.
        swapin_optim_state (dict): as :meth:`Optimizer.state_dict` gives it. Its tensors are used themselves, and are changed
            by steps; what a step adds or replaces stays inside the block.

    Errors: ValueError for another number of parameters, groups, or parameters of a group.

    Example::

        >>> weight, other = rl.nn.Parameter(rl.ones(2)), rl.zeros(2, requires_grad=True)
        >>> optimizer = rl.optim.SGD([weight], lr=0.5)
        >>> other.grad = rl.ones(2)
        >>> with rl.optim.swap_in_optimizer_params_and_state(optimizer, {"w": other}, optimizer.state_dict()):
        ...     optimizer.step()
        >>> weight.tolist(), other.tolist()
        ([1.0, 1.0], [-0.5, -0.5])
    """

    def __init__(self, optimizer: Any, swapin_parameters: Any, swapin_optim_state: Any) -> None:
        self.optimizer = optimizer
        self.given = swapin_parameters, swapin_optim_state

    def __enter__(self) -> None:
        optimizer, (parameters, saved) = self.optimizer, self.given
        groups, saved_groups = optimizer.param_groups, saved["param_groups"]
        if len(groups) != len(saved_groups):
            raise ValueError(
                f"the optimizer has {len(groups)} parameter groups, but the state has {len(saved_groups)}"
            )
        counts = [len(group["params"]) for group in groups]
        saved_counts = [len(group["params"]) for group in saved_groups]
        if counts != saved_counts:
            raise ValueError(
                f"the optimizer's groups have {counts} parameters, but the state's have {saved_counts}"
            )
        if len(parameters) != sum(counts):
            raise ValueError(f"the optimizer has {sum(counts)} parameters, but {len(parameters)} were given")
        self.before = optimizer.state, [dict(group) for group in groups]
        tensors = iter(parameters.values())
        state: defaultdict = defaultdict(dict)
        for group, saved_group in zip(groups, saved_groups):
            params = [next(tensors) for _ in group["params"]]
            group.update(saved_group, params=params)
            for param, number in zip(params, saved_group["params"]):
                state[param] = dict(saved["state"].get(number, {}))
        optimizer.state = state

    def __exit__(self, *error: object) -> None:
        self.optimizer.state, groups = self.before
        for group, before in zip(self.optimizer.param_groups, groups):
            group.clear()
            group.update(before)


def __getattr__(name: str):
    if name in ("ParamsT", "params_t"):  # an annotation
        from collections.abc import Iterable
        from typing import Any

        return Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
