"""Parameters that are computed from others: the computation is a module, its input is what is learned."""

from __future__ import annotations

from contextlib import contextmanager, suppress

from ... import _C
from ...autograd.grad_mode import no_grad
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module
from ..parameter import Parameter

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

Tensor = _C.Tensor

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]

_blocks = 0  # of `cached`, within one another
_cache: dict[tuple[int, str], Any] = {}


@contextmanager
def cached() -> Iterator[None]:
    """A block in which every parametrized tensor is computed once, however often it is read."""
    global _blocks
    _blocks += 1
    try:
        yield
    finally:
        _blocks -= 1
        if not _blocks:
            _cache.clear()


def _register(module, name, tensor):
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _replace(tensor, value):
    """Gives a tensor other values, and another shape if need be, without its becoming another object."""
    tensor.data = value.detach()


def _check_kept(what, before, after, names):
    if before != after:
        raise ValueError(
            f"Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag is enabled.\n"
            f"{names[0]} {what}: {before}\n{names[1]} {what}: {after}"
        )


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, applied one after the other, and what the first of them starts from.

    Args:
        modules (sequence of Module): the parametrizations.
        original (Parameter or Tensor): the tensor that is parametrized.
        unsafe (bool): do not check that dtype and shape stay. Default: ``False``

    Attributes:
        original: what is learned; ``original0``, ``original1``, ... where ``right_inverse`` gives several tensors.

    Errors: ValueError without modules, for a ``right_inverse`` that gives no tensors, for a dtype or shape that changes.
    """

    original: Tensor

    def __init__(self, modules: Any, original: Tensor, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        new: Any = original
        with no_grad():
            for module in reversed(list(self)):
                if hasattr(module, "right_inverse"):
                    with suppress(NotImplementedError):
                        new = module.right_inverse(new)
        several = "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). "
        if not isinstance(new, (Tensor, list, tuple)):
            raise ValueError(f"{several}Got {type(new).__name__}")
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            self._check_one("dtype", original, new, "original", "right_inverse(original)")
            self._check_one("device", original, new, "original", "right_inverse(original)")
            with no_grad():
                _replace(original, new)
            _register(self, "original", original)
        else:
            for place, part in enumerate(new):
                if not isinstance(part, Tensor):
                    raise ValueError(
                        f"{several}Got element {place} of the sequence with type {type(part).__name__}."
                    )
                if isinstance(original, Parameter):
                    part = Parameter(part, original.requires_grad)
                part.requires_grad_(original.requires_grad)
                _register(self, f"original{place}", part)
        if not unsafe:
            result = self()
            if not isinstance(result, Tensor):
                raise ValueError(f"A parametrization must return a tensor. Got {type(result).__name__}.")
            _check_kept("dtype", dtype, result.dtype, ("unparametrized", "parametrized"))
            _check_kept("shape", shape, result.shape, ("unparametrized", "parametrized"))

    def _check_one(self, what, old, new, *names):
        before, after = getattr(old, what), getattr(new, what)
        if before != after:
            raise ValueError(
                f"When `right_inverse` outputs one tensor, it may not change the {what}.\n"
                f"{names[0]}.{what}: {before}\n{names[1]}.{what}: {after}"
            )

    def right_inverse(self, value: Tensor) -> None:
        """Sets what is learned so that the parametrized tensor becomes `value`.

        Errors: RuntimeError if a parametrization has no ``right_inverse``; ValueError for a result that does not fit.
        """
        found: Any = value
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement right_inverse."
                    )
                found = module.right_inverse(found)
            if self.is_tensor:
                if not isinstance(found, Tensor):
                    raise ValueError(f"`right_inverse` should return a tensor. Got {type(found).__name__}")
                if found.dtype != self.original.dtype:
                    raise ValueError(
                        f"The tensor returned by `right_inverse` has dtype {found.dtype} "
                        f"while `original` has dtype {self.original.dtype}"
                    )
                _replace(self.original, found)
                return
            if not isinstance(found, (list, tuple)):
                raise ValueError(
                    f"'right_inverse' must return a sequence of tensors. Got {type(found).__name__}."
                )
            if len(found) != self.ntensors:
                raise ValueError(
                    f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. "
                    f"Got a sequence of length {len(found)}."
                )
            for place, part in enumerate(found):
                original = getattr(self, f"original{place}")
                if not isinstance(part, Tensor):
                    raise ValueError(
                        f"`right_inverse` must return a sequence of tensors. Got element {place} of type "
                        f"{type(part).__name__}"
                    )
                if original.dtype != part.dtype:
                    raise ValueError(
                        f"Tensor {place} returned by `right_inverse` has dtype {part.dtype} "
                        f"while `original{place}` has dtype {original.dtype}"
                    )
                _replace(original, part)

    def forward(self) -> Tensor:
        modules: list[Any] = list(self)
        if self.is_tensor:
            value = modules[0](self.original)
        else:
            value = modules[0](*(getattr(self, f"original{place}") for place in range(self.ntensors)))
        for module in modules[1:]:
            value = module(value)
        return value


def _refuse_to_pickle(self):
    raise RuntimeError(
        "Serialization of parametrized modules is only supported through state_dict(). See:\n"
        "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
        "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
    )


def _deepcopy(self, memo):
    """As of any module: what refuses is the pickle alone."""
    from copy import deepcopy

    known = memo.get(id(self))
    if known is not None:
        return known
    memo[id(self)] = copied = self.__new__(type(self))
    copied.__setstate__(deepcopy(Module.__getstate__(self), memo))
    return copied


def _own_class(module):
    """Gives a module a class of its own, to which properties can be added."""
    kind = type(module)
    members: dict[str, Any] = {
        "__getstate__": _refuse_to_pickle,
        "__module__": _refuse_to_pickle.__module__.replace("rushlight", Module.__module__.partition(".")[0]),
    }
    if not hasattr(kind, "__deepcopy__"):
        members["__deepcopy__"] = _deepcopy
    module.__class__ = type(f"Parametrized{kind.__name__}", (kind,), members)


def _own_property(module, name):
    def compute(self):
        if not _blocks:
            return self.parametrizations[name]()
        key = (id(self), name)
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def assign(self, value):
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(compute, assign))


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Makes a tensor of a module the result of `parametrization`; a second one is applied to the result of the first.

    Args:
        module (Module): whose parameter or buffer it is.
        tensor_name (str): its name.
        parametrization (Module): from the tensor that is learned to the one that is used. Its ``right_inverse``, if it has
            one, is called on the tensor's value now and on whatever is assigned to it later.
        unsafe (bool): do not check that dtype and shape stay. Default: ``False``

    Errors: ValueError if there is no such tensor, or its dtype or shape changes.

    Examples::

        >>> class Symmetric(rl.nn.Module):
        ...     def forward(self, x):
        ...         return x.triu() + x.triu(1).T
        >>> layer = rl.nn.utils.parametrize.register_parametrization(rl.nn.Linear(3, 3), "weight", Symmetric())
        >>> bool((layer.weight == layer.weight.T).all())
        True
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            value = getattr(module, tensor_name)
            result = parametrization(value)
            if not isinstance(result, Tensor):
                raise ValueError(f"A parametrization must return a tensor. Got {type(result).__name__}.")
            _check_kept("dtype", value.dtype, result.dtype, ("module." + tensor_name, "parametrization"))
            _check_kept("shape", value.shape, result.shape, ("module." + tensor_name, "parametrization"))
            if hasattr(parametrization, "right_inverse"):
                try:
                    back = parametrization.right_inverse(result)
                except NotImplementedError:
                    pass
                else:
                    if not isinstance(back, Tensor):
                        raise ValueError(
                            f"parametrization.right_inverse must return a tensor. Got: {type(back).__name__}"
                        )
                    if back.dtype != value.dtype:
                        raise ValueError(
                            "The tensor returned by parametrization.right_inverse must have the same dtype as "
                            f"module.{tensor_name}, unless the `unsafe` flag is enabled.\nmodule.{tensor_name}.dtype: "
                            f"{value.dtype}\nreturned dtype: {back.dtype}"
                        )
        module.parametrizations[tensor_name].append(parametrization)
        module.parametrizations[tensor_name].unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        parametrizations = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _own_class(module)
            module.parametrizations = ModuleDict()
        _own_property(module, tensor_name)
        module.parametrizations[tensor_name] = parametrizations
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
            f"'{tensor_name}'"
        )
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module has a parametrized tensor, or one of this name."""
    found = module.__dict__.get("_modules", {}).get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Makes a parametrized tensor an ordinary one again.

    Args:
        module (Module): whose tensor it is.
        tensor_name (str): its name.
        leave_parametrized (bool): with the value it has now, rather than that of ``original``. Default: ``True``

    Errors: ValueError if it is not parametrized, or ``original`` is asked for where there are several.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    parametrizations = module.parametrizations[tensor_name]
    if parametrizations.is_tensor:
        original = parametrizations.original
        if leave_parametrized:
            with no_grad():
                _replace(original, getattr(module, tensor_name))
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value.detach()) if value.requires_grad else value
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor "
            "that is parametrized in terms of a sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    _register(module, tensor_name, original)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class a module had before its first parametrization."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Gives a module the parametrizations of another, and the parameters they are made of.

    Args:
        from_module (Module): whose they are.
        to_module (Module): who gets them.
        tensor_name (str, optional): of which tensor; of all if ``None``.
    """
    if not is_parametrized(from_module):
        return to_module
    table = from_module.parametrizations
    for name in [tensor_name] if tensor_name is not None else list(table):
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach().clone()))
        for parametrization in table[name]:
            register_parametrization(to_module, name, parametrization)
        source, target = table[name], to_module.parametrizations[name]
        for part in ["original"] if source.is_tensor else [f"original{i}" for i in range(source.ntensors)]:
            setattr(target, part, getattr(source, part))
    return to_module
