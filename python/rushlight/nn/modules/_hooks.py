"""Everything a module does only when somebody listens: registering hooks, and the call that runs them."""

from __future__ import annotations

from collections import OrderedDict

from ... import _C
from ...utils.hooks import RemovableHandle

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Tensor = _C.Tensor

#: The tables a module makes for itself the first time somebody asks for one.
HOOK_TABLES = frozenset(
    (
        "_forward_hooks",
        "_forward_hooks_with_kwargs",
        "_forward_hooks_always_called",
        "_forward_pre_hooks",
        "_forward_pre_hooks_with_kwargs",
        "_backward_hooks",
        "_backward_pre_hooks",
    )
)
STATE_TABLES = frozenset(
    (
        "_state_dict_hooks",
        "_state_dict_pre_hooks",
        "_load_state_dict_pre_hooks",
        "_load_state_dict_post_hooks",
    )
)

_global_forward_hooks: OrderedDict = OrderedDict()
_global_forward_hooks_with_kwargs: OrderedDict = OrderedDict()
_global_forward_hooks_always_called: OrderedDict = OrderedDict()
_global_forward_pre_hooks: OrderedDict = OrderedDict()
_global_backward_hooks: OrderedDict = OrderedDict()
_global_backward_pre_hooks: OrderedDict = OrderedDict()
_global_parameter_registration_hooks: OrderedDict = OrderedDict()
_global_buffer_registration_hooks: OrderedDict = OrderedDict()
_global_module_registration_hooks: OrderedDict = OrderedDict()
_global_is_full_backward_hook = None
_BOTH_KINDS = (
    "Cannot use both regular backward hooks and full backward hooks on a single Module. "
    "Please use only one of them."
)


class _ForAll(RemovableHandle):
    """The handle of a hook for all modules: when the last of them is gone, calls go straight to ``forward`` again."""

    def remove(self) -> None:
        super().remove()
        if not any(globals()[name] for name in _CALLED):
            HookMethods._hooked = False


# Tables that a call looks into.
_CALLED = frozenset(
    "_global_forward_hooks _global_forward_pre_hooks _global_backward_hooks _global_backward_pre_hooks".split()
)


def _insert(table, hook, prepend=False, kind=RemovableHandle, **marks):
    """Puts `hook` into `table`, its id into the tables whose flag in `marks` is set; returns the handle."""
    chosen = [extra for extra, wanted in marks.values() if wanted]
    handle = kind(table, extra_dict=[extra for extra, _ in marks.values()])
    table[handle.id] = hook
    for extra in chosen:
        extra[handle.id] = True
    if prepend:
        table.move_to_end(handle.id, last=False)
    return handle


class HookMethods:
    """The hook part of :class:`Module`.

    ``_hooked`` is false until a hook table of the module is touched, or a hook for all modules is
    registered; while it is false a call goes straight to ``forward``.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # of the class that this is mixed into

    _hooked = False
    _is_full_backward_hook = None

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> Any:
        """Calls ``hook(module, args, output)`` after every ``forward``; what it returns replaces the output.

        Args:
            hook (Callable): the function to call.
            prepend (bool): call it before the hooks registered earlier. Default: ``False``
            with_kwargs (bool): call it as ``hook(module, args, kwargs, output)``. Default: ``False``
            always_call (bool): call it also when ``forward`` raised. Default: ``False``

        Returns:
            a handle whose ``remove()`` takes the hook away
        """
        return _insert(
            self._forward_hooks,
            hook,
            prepend,
            with_kwargs=(self._forward_hooks_with_kwargs, with_kwargs),
            always_call=(self._forward_hooks_always_called, always_call),
        )

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Any:
        """Calls ``hook(module, args)`` before every ``forward``; what it returns replaces the arguments.

        Args:
            hook (Callable): the function to call.
            prepend (bool): call it before the hooks registered earlier. Default: ``False``
            with_kwargs (bool): call it as ``hook(module, args, kwargs)``; it returns ``None`` or both. Default: ``False``

        Returns:
            a handle whose ``remove()`` takes the hook away
        """
        return _insert(
            self._forward_pre_hooks,
            hook,
            prepend,
            with_kwargs=(self._forward_pre_hooks_with_kwargs, with_kwargs),
        )

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Any:
        """Calls ``hook(module, grad_input, grad_output)`` when the gradients of the inputs are known.

        What it returns replaces ``grad_input``.

        Returns:
            a handle whose ``remove()`` takes the hook away
        """
        if self._is_full_backward_hook is False:
            raise RuntimeError(_BOTH_KINDS)
        self._is_full_backward_hook = True
        return _insert(self._backward_hooks, hook, prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Any:
        """Calls ``hook(module, grad_output)`` before the backward pass; what it returns replaces ``grad_output``.

        Returns:
            a handle whose ``remove()`` takes the hook away
        """
        return _insert(self._backward_pre_hooks, hook, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> Any:
        """The older form of :meth:`register_full_backward_hook`: sees the last operation of the module alone."""
        if self._is_full_backward_hook is True:
            raise RuntimeError(_BOTH_KINDS)
        self._is_full_backward_hook = False
        return _insert(self._backward_hooks, hook)

    def _call_with_hooks(self, args, kwargs):
        state = _Call(self, args, kwargs)
        try:
            return state.run()
        except Exception:
            state.run_always_called()
            raise


class _Call:
    """One call of a module that has hooks."""

    def __init__(self, module: Any, args: Any, kwargs: Any) -> None:
        self.module, self.args, self.kwargs, self.result = module, args, kwargs, None
        self.called = set()

    def run(self) -> Any:
        module = self.module
        pre = [*_global_backward_pre_hooks.values(), *module._backward_pre_hooks.values()]
        full, plain = [], []
        if _global_backward_hooks:
            (full if _global_is_full_backward_hook else plain).extend(_global_backward_hooks.values())
        if module._backward_hooks:
            (full if module._is_full_backward_hook else plain).extend(module._backward_hooks.values())
        self.run_pre_hooks()
        watch = None
        if full or pre:
            watch = _BackwardWatch(module, full, pre)
            self.args = watch.inputs(self.args)
        self.result = module.forward(*self.args, **self.kwargs)
        for hook_id, hook, with_kwargs, always in self.forward_hooks():
            if always:
                self.called.add(hook_id)
            out = (
                hook(module, self.args, self.kwargs, self.result)
                if with_kwargs
                else hook(module, self.args, self.result)
            )
            if out is not None:
                self.result = out
        if watch is not None:
            self.result = watch.outputs(self.result)
        if plain:
            self.attach_plain(plain)
        return self.result

    def run_pre_hooks(self) -> Any:
        module = self.module
        with_kwargs = module._forward_pre_hooks_with_kwargs
        for hook_id, hook in (*_global_forward_pre_hooks.items(), *module._forward_pre_hooks.items()):
            if hook_id in with_kwargs:
                out = hook(module, self.args, self.kwargs)
                if out is None:
                    continue
                if not (isinstance(out, tuple) and len(out) == 2):
                    raise RuntimeError(
                        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {out}."
                    )
                self.args, self.kwargs = out
            else:
                out = hook(module, self.args)
                if out is not None:
                    self.args = out if isinstance(out, tuple) else (out,)

    def forward_hooks(self) -> Any:
        module = self.module
        for hook_id, hook in list(_global_forward_hooks.items()):
            yield (
                hook_id,
                hook,
                hook_id in _global_forward_hooks_with_kwargs,
                hook_id in _global_forward_hooks_always_called,
            )
        for hook_id, hook in list(module._forward_hooks.items()):
            yield (
                hook_id,
                hook,
                hook_id in module._forward_hooks_with_kwargs,
                hook_id in module._forward_hooks_always_called,
            )

    def run_always_called(self) -> Any:
        for hook_id, hook, with_kwargs, always in self.forward_hooks():
            if not always or hook_id in self.called:
                continue
            try:
                out = (
                    hook(self.module, self.args, self.kwargs, self.result)
                    if with_kwargs
                    else hook(self.module, self.args, self.result)
                )
                if out is not None:
                    self.result = out
            except Exception as error:
                from ..._warn import warn

                warn(
                    "module forward hook with ``always_call=True`` raised an exception "
                    f"that was silenced as another error was raised in forward: {error}",
                )

    def attach_plain(self, hooks: Any) -> Any:
        found: Any = self.result
        while not isinstance(found, Tensor):
            found = next(iter(found.values() if isinstance(found, dict) else found))
        node = found.grad_fn
        if node is not None:
            module = self.module
            for hook in hooks:
                node.register_hook(lambda grad_in, grad_out, hook=hook: hook(module, grad_in, grad_out))


class _BackwardWatch:
    """Identity nodes around a module, through which its gradients pass on their way back."""

    def __init__(self, module: Any, hooks: Any, pre_hooks: Any) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.count, self.grad_outputs, self.has_input_node = 0, None, False

    def _wrap(self, values, on_backward):
        places = [i for i, v in enumerate(values) if isinstance(v, Tensor) and v.requires_grad]
        if not places or not _C.is_grad_enabled():
            return values, False

        def spread(grads):
            whole = [None] * len(values)
            for place, grad in zip(places, grads):
                whole[place] = grad
            whole = on_backward(tuple(whole))
            return tuple(whole[place] for place in places)

        passed = _boundary().apply(spread, *[values[i] for i in places])
        replaced = list(values)
        for place, tensor in zip(places, passed if isinstance(passed, tuple) else (passed,)):
            replaced[place] = tensor
        return type(values)(*replaced) if hasattr(values, "_fields") else tuple(replaced), True

    def inputs(self, args: Any) -> Any:
        self.count = len(args)
        args, self.has_input_node = self._wrap(args, self.on_inputs)
        return args

    def outputs(self, result: Any) -> Any:
        if isinstance(result, Tensor):
            return self._wrap((result,), self.on_outputs)[0][0]
        if isinstance(result, tuple):
            return self._wrap(result, self.on_outputs)[0]
        return result

    def on_outputs(self, grads: Any) -> Any:
        for hook in self.pre_hooks:
            out = hook(self.module, grads)
            if out is None:
                continue
            out = out if isinstance(out, tuple) else (out,)
            if len(out) != len(grads):
                raise RuntimeError(
                    f"Backward pre hook returned an invalid number of grad_output, got {len(out)}, "
                    f"but expected {len(grads)}"
                )
            grads = out
        self.grad_outputs = grads
        if not self.has_input_node and self.hooks:
            from ..._warn import warn

            warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs "
                "since no inputs require gradients. See "
                "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
                "#torch.nn.Module.register_full_backward_hook for more details.",
            )
            self.on_inputs((None,) * self.count, may_replace=False)
        return grads

    def on_inputs(self, grads: Any, may_replace: bool = True) -> Any:
        for hook in self.hooks:
            out = hook(self.module, grads, self.grad_outputs)
            if out is None:
                continue
            if not may_replace:
                if not isinstance(out, tuple) or any(g is not None for g in out):
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always "
                        "return None or None for all gradients."
                    )
                continue
            out = out if isinstance(out, tuple) else (out,)
            if len(out) != len(grads):
                raise RuntimeError(
                    f"Backward hook returned an invalid number of grad_input, got {len(out)}, "
                    f"but expected {len(grads)}"
                )
            grads = out
        return grads


_boundary_class = None


def _boundary():
    """The identity of the graph; made when first needed, since ``autograd`` comes after ``nn``."""
    global _boundary_class
    if _boundary_class is None:
        from ...autograd import Function

        class BackwardHookFunction(Function):
            @staticmethod
            def forward(ctx, on_backward, *tensors):
                ctx.on_backward = on_backward
                ctx.set_materialize_grads(False)
                return tuple(tensor.view_as(tensor) for tensor in tensors)

            @staticmethod
            def backward(ctx, *grads):
                return (None, *ctx.on_backward(grads))

        _boundary_class = BackwardHookFunction
    return _boundary_class


def _for_all(table, hook, **options):
    HookMethods._hooked = True
    return _insert(table, hook, kind=_ForAll, **options)


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> Any:
    """Calls ``hook(module, args)`` before the ``forward`` of every module.

    >>> handle = nn.modules.module.register_module_forward_pre_hook(lambda module, args: print(type(module).__name__))
    >>> _ = nn.Linear(2, 1)(rl.ones(1, 2))
    Linear
    >>> handle.remove()
    """
    return _for_all(_global_forward_pre_hooks, hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> Any:
    """Calls ``hook(module, args, output)`` after the ``forward`` of every module.

    >>> handle = nn.modules.module.register_module_forward_hook(lambda module, args, output: print(output.shape))
    >>> _ = nn.Linear(2, 1)(rl.ones(1, 2))
    torch.Size([1, 1])
    >>> handle.remove()
    """
    return _for_all(
        _global_forward_hooks,
        hook,
        with_kwargs=(_global_forward_hooks_with_kwargs, with_kwargs),
        always_call=(_global_forward_hooks_always_called, always_call),
    )


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> Any:
    """Calls ``hook(module, grad_output)`` before the backward pass of every module.

    >>> handle = nn.modules.module.register_module_full_backward_pre_hook(lambda module, grads: print(grads[0]))
    >>> nn.Linear(2, 1)(rl.ones(1, 2, requires_grad=True)).sum().backward()
    tensor([[1.]])
    >>> handle.remove()
    """
    return _for_all(_global_backward_pre_hooks, hook)


def _register_global_backward(hook, full):
    global _global_is_full_backward_hook
    if _global_is_full_backward_hook is (not full):
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks as a global Module hook. "
            "Please use only one of them."
        )
    _global_is_full_backward_hook = full
    return _for_all(_global_backward_hooks, hook)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> Any:
    """Calls ``hook(module, grad_input, grad_output)`` in the backward pass of every module.

    >>> handle = nn.modules.module.register_module_full_backward_hook(lambda module, ins, outs: print(outs[0]))
    >>> nn.Linear(2, 1)(rl.ones(1, 2, requires_grad=True)).sum().backward()
    tensor([[1.]])
    >>> handle.remove()
    """
    return _register_global_backward(hook, True)


def register_module_backward_hook(hook: Callable[..., Any]) -> Any:
    """The older form of :func:`register_module_full_backward_hook`.

    >>> callable(nn.modules.module.register_module_backward_hook)  # once any is set, full hooks are refused
    True
    """
    return _register_global_backward(hook, False)


def register_module_parameter_registration_hook(hook: Callable[..., Any]) -> Any:
    """Calls ``hook(module, name, parameter)`` whenever a parameter is registered; it may return another.

    >>> handle = nn.modules.module.register_module_parameter_registration_hook(lambda module, name, p: print(name))
    >>> _ = nn.Linear(2, 1)
    weight
    bias
    >>> handle.remove()
    """
    return _insert(_global_parameter_registration_hooks, hook)


def register_module_buffer_registration_hook(hook: Callable[..., Any]) -> Any:
    """Calls ``hook(module, name, buffer)`` whenever a buffer is registered; it may return another.

    >>> handle = nn.modules.module.register_module_buffer_registration_hook(lambda module, name, b: print(name))
    >>> _ = nn.BatchNorm1d(2)
    running_mean
    running_var
    num_batches_tracked
    >>> handle.remove()
    """
    return _insert(_global_buffer_registration_hooks, hook)


def register_module_module_registration_hook(hook: Callable[..., Any]) -> Any:
    """Calls ``hook(module, name, submodule)`` whenever a submodule is registered; it may return another.

    >>> handle = nn.modules.module.register_module_module_registration_hook(lambda module, name, m: print(name))
    >>> _ = nn.Sequential(nn.ReLU(), nn.Tanh())
    0
    1
    >>> handle.remove()
    """
    return _insert(_global_module_registration_hooks, hook)
