"""Walking over a module and its descendants: listing, finding, converting, switching modes."""

from __future__ import annotations

from ... import _C
from ...autograd.grad_mode import no_grad
from ..parameter import Parameter, is_lazy

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Self

    from ..._C import Tensor
    from .module import Module

Tensor = _C.Tensor


class TraversalMethods:
    """The part of :class:`Module` that visits all of it."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # of the class that this is mixed into

    # ------------------------------------------------------------------ listing
    def _named_members(self, members, prefix="", recurse=True, remove_duplicate=True):
        seen = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, value in members(module):
                if value is None or value in seen:
                    continue
                if remove_duplicate:
                    seen.add(value)
                yield (f"{path}.{name}" if path else str(name)), value

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters, each once.

        Args:
            recurse (bool): those of the descendants too. Default: ``True``
        """
        if type(self).named_parameters is not TraversalMethods.named_parameters:
            for _, param in self.named_parameters(recurse=recurse):
                yield param
            return
        seen = set()
        for module in self.modules() if recurse else (self,):
            for param in module._parameters.values():
                if param is not None and param not in seen:
                    seen.add(param)
                    yield param

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their full names.

        Args:
            prefix (str): put before every name. Default: ``''``
            recurse (bool): those of the descendants too. Default: ``True``
            remove_duplicate (bool): a shared parameter once only. Default: ``True``
        """
        yield from self._named_members(lambda m: m._parameters.items(), prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers, each once."""
        for _, buf in self.named_buffers(recurse=recurse):
            yield buf

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers with their full names."""
        yield from self._named_members(lambda m: m._buffers.items(), prefix, recurse, remove_duplicate)

    def children(self) -> Iterator[Module]:
        """The modules directly below this one."""
        if type(self).named_children is not TraversalMethods.named_children:
            for _, module in self.named_children():
                yield module
            return
        seen = set()
        for module in self._modules.values():
            if module is not None and module not in seen:
                seen.add(module)
                yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly below this one, with their names."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all its descendants, each once."""
        if type(self).named_modules is not TraversalMethods.named_modules:
            for _, module in self.named_modules(remove_duplicate=remove_duplicate):
                yield module
            return
        memo: set[Any] = set()
        waiting: list[Any] = [self]
        while waiting:
            module = waiting.pop()
            if module in memo:
                continue
            if remove_duplicate:
                memo.add(module)
            yield module
            if below := module._modules:
                waiting += [each for each in reversed(below.values()) if each is not None]

    def named_modules(
        self, memo: Any = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all its descendants, with their full names."""
        memo = set() if memo is None else memo
        # a list instead of generators inside one another, each of which would hand every module on
        waiting: list[Any] = [(prefix, self)]
        while waiting:
            prefix, module = waiting.pop()
            if module is not self and type(module).named_modules is not TraversalMethods.named_modules:
                yield from module.named_modules(memo, prefix, remove_duplicate)
                continue
            if module in memo:
                continue
            if remove_duplicate:
                memo.add(module)
            yield prefix, module
            if below := module._modules:
                dot = f"{prefix}." if prefix else ""
                waiting += [(f"{dot}{name}", each) for name, each in reversed(below.items()) if each is not None]

    # ------------------------------------------------------------------ finding
    def get_submodule(self, target: str) -> Module:
        """The descendant with the full name `target`; ``AttributeError`` if there is none."""
        module: Any = self
        for name in target.split(".") if target else ():
            if not hasattr(module, name):
                raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, TraversalMethods):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: Any, strict: bool = False) -> None:
        """Puts `module` in place of the descendant with the full name `target`.

        Args:
            target (str): the full name.
            module (Module): what is put there.
            strict (bool): refuse if there is nothing under that name yet. Default: ``False``
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, TraversalMethods):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise AttributeError(f"{parent._get_name()} has no attribute `{name}`")
        if hasattr(parent, name) and not isinstance(getattr(parent, name), TraversalMethods):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter with the full name `target`; ``AttributeError`` if there is none."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        param = getattr(module, name)
        if not isinstance(param, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return param

    def get_buffer(self, target: str) -> Tensor:
        """The buffer with the full name `target`; ``AttributeError`` if there is none."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return getattr(module, name)

    # ------------------------------------------------------------------ converting
    def _apply(self, fn, recurse=True):
        """Passes every parameter, gradient and buffer through `fn`, keeping the parameter objects."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for name, param in self._parameters.items():
            if param is None:
                continue
            grad = param.grad
            with no_grad():
                applied = fn(param)
                grad_applied = None if grad is None else fn(grad)
            if (applied.device.type == "meta") != (param.device.type == "meta"):
                fresh = Parameter(applied, param.requires_grad)
                fresh.grad = grad_applied
                self._parameters[name] = fresh
            else:
                if grad is not None:
                    param.grad = None
                param.data = applied
                if grad is not None:
                    if grad.is_sparse:  # what holds a sparse one cannot change its dtype
                        grad = grad_applied
                    else:
                        grad.data = grad_applied
                    param.grad = grad
        for name, buf in self._buffers.items():
            if is_lazy(buf):
                moved = fn(buf.data)
                self._buffers[name] = type(buf)(device=moved.device, dtype=moved.dtype)
            elif buf is not None:
                self._buffers[name] = fn(buf)
        return self

    def apply(self, fn: Callable[..., Any]) -> Self:
        """Calls `fn` on every descendant and then on the module itself; returns the module.

        Examples::

            >>> def to_zero(m):
            ...     if isinstance(m, rl.nn.Linear):
            ...         m.weight.data.fill_(0)
            >>> net = rl.nn.Sequential(rl.nn.Linear(2, 2)).apply(to_zero)
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Moves or converts parameters and buffers in place.

        Takes a device, a floating point or complex dtype, both, another tensor, or ``memory_format``;
        integer buffers keep their dtype.

        Returns:
            Module: itself
        """
        device, dtype, non_blocking, memory_format = _parse_to(*args, **kwargs)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired dtype="
                + str(dtype)
            )
        if dtype is not None and dtype.is_complex:
            from ..._warn import warn

            warn(
                "Complex modules are a new feature under active development whose design may change, and some modules"
                " might not work as expected when using complex tensors as parameters or buffers. Please file an issue"
                " at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml if a complex module does"
                " not work as expected."
            )

        def convert(t):
            wanted = dtype if dtype is not None and (t.is_floating_point() or t.is_complex()) else t.dtype
            options = {"non_blocking": non_blocking}
            if memory_format is not None and t.dim() in (4, 5):
                options["memory_format"] = memory_format
            try:
                return t.to(t.device if device is None else device, wanted, **options)
            except NotImplementedError as error:
                if str(error) != "Cannot copy out of meta tensor; no data!":
                    raise
                raise NotImplementedError(
                    f"{error} Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() when moving"
                    " module from meta to a different device."
                ) from None

        return self._apply(convert)

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Moves the module to `device` without the values."""
        return self._apply(lambda t: _C.empty_like(t, device=device), recurse=recurse)

    def cpu(self) -> Self:
        """Moves the module to the processor."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Moves the module to the GPU."""
        return self._apply(lambda t: t.cuda(device))

    def xpu(self, device: Any = None) -> Self:
        """Moves the module to an Intel GPU."""
        return self._apply(lambda t: t.xpu(device))

    def mtia(self, device: Any = None) -> Self:
        """Moves the module to an MTIA accelerator."""
        return self._apply(lambda t: t.mtia(device))

    def ipu(self, device: Any = None) -> Self:
        """Moves the module to an IPU."""
        return self._apply(lambda t: t.ipu(device))

    def _to_dtype(self, dtype):
        return self._apply(lambda t: t.to(dtype) if t.is_floating_point() else t)

    def type(self, dst_type: Any) -> Self:
        """Converts all parameters and buffers to `dst_type`."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self) -> Self:
        """Converts floating point parameters and buffers to float32."""
        return self._to_dtype(_C.float32)

    def double(self) -> Self:
        """Converts floating point parameters and buffers to float64."""
        return self._to_dtype(_C.float64)

    def half(self) -> Self:
        """Converts floating point parameters and buffers to float16."""
        return self._to_dtype(_C.float16)

    def bfloat16(self) -> Self:
        """Converts floating point parameters and buffers to bfloat16."""
        return self._to_dtype(_C.bfloat16)

    def share_memory(self) -> Self:
        """Moves parameters and buffers into shared memory."""
        return self._apply(lambda t: t.share_memory_())

    # ------------------------------------------------------------------ modes
    def train(self, mode: bool = True) -> Self:
        """Switches the module and its descendants into training mode, or out of it.

        Args:
            mode (bool): training if ``True``, evaluation if ``False``. Default: ``True``
        """
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Switches the module and its descendants into evaluation mode."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Sets whether gradients are recorded for the parameters."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Resets the gradients of all parameters.

        Args:
            set_to_none (bool): drop them, rather than fill them with zeros. Default: ``True``
        """
        for param in self.parameters():
            grad = param.grad
            if grad is None:
                continue
            if set_to_none:
                param.grad = None
            else:
                if grad.grad_fn is not None:
                    grad.detach_()
                else:
                    grad.requires_grad_(False)
                grad.zero_()


_PYTHON_DTYPES = {float: _C.float64, int: _C.int64, bool: _C.bool, complex: _C.complex128}


_OPTIONS_OF_TO = "bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)"
_FORMS_OF_TO = (
    f" * (torch.device device = None, torch.dtype dtype = None, {_OPTIONS_OF_TO}\n"
    f" * (torch.dtype dtype, {_OPTIONS_OF_TO}\n"
    f" * (Tensor tensor, {_OPTIONS_OF_TO}\n"
)


def _parse_to(*args, **kwargs):
    """The forms of ``to``: device, dtype, both, or another tensor; then ``non_blocking`` and ``copy``."""
    device, dtype = kwargs.pop("device", None), kwargs.pop("dtype", None)
    other = kwargs.pop("tensor", kwargs.pop("other", None))
    non_blocking, memory_format = kwargs.pop("non_blocking", False), kwargs.pop("memory_format", None)
    copy = kwargs.pop("copy", False)
    rest = list(args)
    if rest and isinstance(rest[0], Tensor):
        other = rest.pop(0)
    elif rest and isinstance(rest[0], (_C.dtype, type)):
        dtype = rest.pop(0)
    elif rest:
        device = rest.pop(0)
        if rest and (rest[0] is None or isinstance(rest[0], (_C.dtype, type))):
            dtype = rest.pop(0)
    if rest and isinstance(rest[0], bool):
        non_blocking = rest.pop(0)
        if rest and isinstance(rest[0], bool):
            copy = rest.pop(0)
    if copy:
        raise RuntimeError(".to() does not accept copy argument")
    if rest or kwargs:
        shown = ", ".join(
            [*(type(a).__name__ for a in args), *(f"{k}={type(v).__name__}" for k, v in kwargs.items())]
        )
        raise TypeError(
            f"to() received an invalid combination of arguments - got ({shown}), but expected one of:\n{_FORMS_OF_TO}"
        )
    if other is not None:
        device, dtype = other.device, other.dtype
    if isinstance(dtype, type):
        dtype = _PYTHON_DTYPES.get(dtype, dtype)
    if device is not None and not isinstance(device, _C.device):
        device = _C.device(device)
    return device, dtype, non_blocking, memory_format
