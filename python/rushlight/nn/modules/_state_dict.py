"""What a module writes down of itself, and how it takes it up again."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Mapping

from ... import _C
from ...autograd.grad_mode import no_grad
from ..parameter import Parameter, is_lazy

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Tensor = _C.Tensor
_EXTRA_STATE_KEY_SUFFIX = "_extra_state"


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """The keys that were missing from a loaded state, and those the module does not know."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class StateMethods:
    """The ``state_dict`` part of :class:`Module`."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # of the class that this is mixed into

    _version = 1

    def get_extra_state(self) -> Any:
        """What a subclass wants to keep besides parameters and buffers; to be overridden."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called. Please file an issue at"
            " https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug."
        )

    def set_extra_state(self, state: Any) -> None:
        """Takes back what :meth:`get_extra_state` returned; to be overridden."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called. Please file an issue at"
            " https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug."
        )

    def _register_state_dict_hook(self, hook):
        from ._hooks import _insert

        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was "
                "previously registered via register_state_dict_post_hook"
            )
        return _insert(self._state_dict_hooks, hook)

    def register_state_dict_post_hook(self, hook: Any) -> Any:
        """Calls ``hook(module, state_dict, prefix, local_metadata)`` after :meth:`state_dict` has filled it."""
        from ._hooks import _insert

        hook._from_public_api = True
        return _insert(self._state_dict_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> Any:
        """Calls ``hook(module, prefix, keep_vars)`` before :meth:`state_dict` begins."""
        from ._hooks import _insert

        return _insert(self._state_dict_pre_hooks, hook)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        from ._hooks import _insert

        return _insert(self._load_state_dict_pre_hooks, _LoadHook(hook, self if with_module else None))

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> Any:
        """Calls ``hook(module, state_dict, prefix, local_metadata, strict, missing, unexpected, errors)`` before loading."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> Any:
        """Calls ``hook(module, incompatible_keys)`` after loading; it may change the lists of keys."""
        from ._hooks import _insert

        return _insert(self._load_state_dict_post_hooks, hook)

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, param in self._parameters.items():
            if param is not None:
                destination[prefix + name] = param if keep_vars else param.detach()
        transient = self._non_persistent_buffers_set
        for name, buf in self._buffers.items():
            if buf is not None and name not in transient:
                destination[prefix + name] = buf if keep_vars else buf.detach()
        if type(self).get_extra_state is not StateMethods.get_extra_state:
            destination[prefix + _EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """All parameters and persistent buffers, by their full names; the tensors share the module's memory.

        Args:
            destination (dict, optional): the dictionary to fill.
            prefix (str, optional): put before every name. Default: ``''``
            keep_vars (bool, optional): give the parameters themselves, not detached tensors. Default: ``False``

        Returns:
            OrderedDict: with the version of each module in its attribute ``_metadata``

        Examples::

            >>> list(rl.nn.Linear(2, 1).state_dict())
            ['weight', 'bias']
        """
        if args:
            from ..._warn import warn

            warn(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict "
                "for details.",
                FutureWarning,
            )
            destination = args[0] if destination is None else destination
            prefix = args[1] if len(args) > 1 and prefix == "" else prefix
            keep_vars = args[2] if len(args) > 2 and keep_vars is False else keep_vars
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        tables = self.__dict__
        for hook in tables.get("_state_dict_pre_hooks", {}).values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in tables.get("_state_dict_hooks", {}).values():
            replaced = hook(self, destination, prefix, local_metadata)
            if replaced is None:
                continue
            if getattr(hook, "_from_public_api", False):
                raise RuntimeError("state_dict post-hook must return None")
            destination = replaced
        return destination

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ):
        """Takes the entries of this module alone, without its children; subclasses change old layouts here."""
        for hook in self.__dict__.get("_load_state_dict_pre_hooks", {}).values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        local = {name: p for name, p in self._parameters.items() if p is not None}
        transient = self._non_persistent_buffers_set
        local.update({n: b for n, b in self._buffers.items() if b is not None and n not in transient})
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, param in local.items():
            key = prefix + name
            if key in state_dict:
                error = self._load_one(name, key, param, state_dict[key], assign)
                if error is not None:
                    error_msgs.append(error)
            elif strict:
                missing_keys.append(key)

        extra_key = prefix + _EXTRA_STATE_KEY_SUFFIX
        if type(self).set_extra_state is not StateMethods.set_extra_state:
            if extra_key in state_dict:
                self.set_extra_state(state_dict[extra_key])
            elif strict:
                missing_keys.append(extra_key)
        elif strict and extra_key in state_dict:
            unexpected_keys.append(extra_key)
        if strict:
            children = {str(name) for name in self._modules}
            for key in state_dict:
                if key.startswith(prefix) and key != extra_key:
                    first, *rest = key[len(prefix) :].split(".", 1)
                    if first not in (children if rest else local):
                        unexpected_keys.append(key)

    def _load_one(self, name, key, param, value, assign):
        """Copies or assigns one tensor; returns what was wrong, or None."""
        if not isinstance(value, Tensor):
            return (
                f'While copying the parameter named "{key}", '
                f"expected torch.Tensor or Tensor-like object from checkpoint but received {type(value)}"
            )
        lazy = is_lazy(param)
        if not lazy:
            if param.dim() == 0 and tuple(value.shape) == (1,):
                value = value[0]
            if value.shape != param.shape:
                return (
                    f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
                    f"the shape in current model is {param.shape}."
                )
        try:
            with no_grad():
                if assign:
                    if isinstance(param, Parameter):
                        if isinstance(value, Parameter):
                            value.requires_grad_(param.requires_grad)
                        else:
                            value = Parameter(value, requires_grad=param.requires_grad)
                    setattr(self, name, value)
                elif param.device.type == "meta" and value.device.type != "meta":
                    from ..._warn import warn

                    warn(
                        f"for {key}: copying from a non-meta parameter in the checkpoint to a meta parameter "
                        "in the current model, which is a no-op. (Did you mean to pass `assign=True` to "
                        "assign items in the state dictionary to their corresponding key in the module "
                        "instead of copying them in place?)",
                    )
                else:
                    param.copy_(value)
        except Exception as error:
            return (
                f'While copying the parameter named "{key}", whose dimensions in the model are {param.size()} and '
                f"whose dimensions in the checkpoint are {value.size()}, an exception occurred : {error.args}."
            )
        return None

    def load_state_dict(self, state_dict: Any, strict: bool = True, assign: bool = False) -> Any:
        """Copies parameters and buffers from `state_dict` into this module and its descendants.

        Args:
            state_dict (dict): names and tensors.
            strict (bool, optional): whether the names must agree exactly. Default: ``True``
            assign (bool, optional): take the tensors themselves, with their dtype and device, rather than
                copying into the present ones. Default: ``False``

        Returns:
            a named tuple with ``missing_keys`` and ``unexpected_keys``

        Errors:
            ``RuntimeError`` lists every missing or unexpected name and every shape that does not fit.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        missing, unexpected, errors = [], [], []
        metadata = getattr(state_dict, "_metadata", None)
        state_dict = OrderedDict(state_dict)
        if metadata is not None:
            state_dict._metadata = metadata
        _load(self, state_dict, "", metadata, assign, missing, unexpected, errors)
        if strict:
            if unexpected:
                errors.insert(0, f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
            if missing:
                errors.insert(0, f"Missing key(s) in state_dict: {_quoted(missing)}. ")
        if errors:
            raise RuntimeError(
                "Error(s) in loading state_dict for {}:\n\t{}".format(
                    type(self).__name__, "\n\t".join(errors)
                )
            )
        return _IncompatibleKeys(missing, unexpected)


def _quoted(keys):
    return ", ".join(f'"{key}"' for key in keys)


def _load(module, state, prefix, metadata, assign, missing, unexpected, errors):
    local_metadata = {} if metadata is None else metadata.get(prefix[:-1], {})
    if assign:
        local_metadata["assign_to_params_buffers"] = assign
    module._load_from_state_dict(state, prefix, local_metadata, True, missing, unexpected, errors)
    for name, child in module._modules.items():
        if child is not None:
            below = f"{prefix}{name}."
            part = {key: value for key, value in state.items() if key.startswith(below)}
            _load(child, part, below, metadata, assign, missing, unexpected, errors)
    for hook in list(module.__dict__.get("_load_state_dict_post_hooks", {}).values()):
        if hook(module, _IncompatibleKeys(missing, unexpected)) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new "
                "values, if incompatible_keys need to be modified, it should be done inplace."
            )


class _LoadHook:
    """A hook that may want its module as first argument; the module is held weakly."""

    def __init__(self, hook: Callable[..., Any], module: Any) -> None:
        from weakref import ref

        self.hook, self.with_module = hook, module is not None
        self.module = ref(module) if module is not None else None

    def __call__(self, *args: Any) -> Any:
        return self.hook(self.module(), *args) if self.with_module else self.hook(*args)

    def __getstate__(self) -> Any:
        return {"hook": self.hook, "with_module": self.with_module, "module": self.module and self.module()}

    def __setstate__(self, state: Any) -> Any:
        from weakref import ref

        self.hook, self.with_module = state["hook"], state["with_module"]
        self.module = ref(state["module"]) if state["module"] is not None else None
