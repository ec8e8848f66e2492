"""Weights set to zero for good: a mask beside every pruned parameter, by which it is multiplied before each call."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ... import _C
from ..modules.module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

Tensor = _C.Tensor

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]


class BasePruningMethod(ABC):
    """A way to choose what goes; the hook that applies the mask. A subclass writes ``compute_mask``.

    Attributes:
        PRUNING_TYPE (str): what is chosen: ``'unstructured'`` elements, ``'structured'`` slices, or ``'global'``.
    """

    _tensor_name: str
    PRUNING_TYPE = "unstructured"

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask for `t`: ones for what stays, and zero wherever `default_mask` is zero already."""

    def apply_mask(self, module: Module) -> Tensor:
        """The pruned parameter: the original times its mask.

        Errors: AssertionError if the module was not pruned.
        """
        if self._tensor_name is None:
            raise AssertionError(f"Module {module} has to be pruned")
        mask = getattr(module, self._tensor_name + "_mask")
        original = getattr(module, self._tensor_name + "_orig")
        return mask.to(dtype=original.dtype) * original

    @classmethod
    def apply(
        cls, module: Module, name: str, *args: Any, importance_scores: Tensor | None = None, **kwargs: Any
    ) -> Any:
        """Prunes a parameter, in what is left of it if it was pruned before.

        Args:
            module (Module): whose parameter it is.
            name (str): its name.
            importance_scores (Tensor, optional): decide in place of the parameter's own values; of its shape.
            others: what the class is made with.
        """
        found = [
            (key, hook)
            for key, hook in module._forward_pre_hooks.items()
            if isinstance(hook, BasePruningMethod) and hook._tensor_name == name
        ]
        if len(found) > 1:
            raise AssertionError(
                f"Avoid adding multiple pruning hooks to the same tensor {name} of module {module}. "
                "Use a PruningContainer."
            )
        method: Any = cls(*args, **kwargs)
        method._tensor_name = name
        if found:
            key, earlier = found[0]
            container: Any = earlier
            if not isinstance(earlier, PruningContainer):
                container = PruningContainer()
                container._tensor_name = name
                container.add_pruning_method(earlier)
            container.add_pruning_method(method)
            method = container
            del module._forward_pre_hooks[key]
        pruned_before = bool(found)
        original = getattr(module, name)
        if importance_scores is not None:
            if importance_scores.shape != original.shape:
                raise AssertionError(
                    f"importance_scores should have the same shape as parameter {name} of {module}"
                )
        else:
            importance_scores = original
        if pruned_before:
            default_mask = getattr(module, name + "_mask").detach().clone()
        else:
            default_mask = _C.ones_like(original)
            # the parameter goes on under another name; its own is that of the product
            module.register_parameter(name + "_orig", original)
            del module._parameters[name]
        try:
            mask = method.compute_mask(importance_scores, default_mask=default_mask)
        except Exception:
            if not pruned_before:
                kept = getattr(module, name + "_orig")
                module.register_parameter(name, kept)
                del module._parameters[name + "_orig"]
            raise
        module.register_buffer(name + "_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(
        self, t: Tensor, default_mask: Tensor | None = None, importance_scores: Tensor | None = None
    ) -> Tensor:
        """`t` pruned, without a module.

        Args:
            t (Tensor): what is pruned.
            default_mask (Tensor, optional): what is pruned already.
            importance_scores (Tensor, optional): decide in place of the values of `t`; of its shape.
        """
        if importance_scores is not None:
            if importance_scores.shape != t.shape:
                raise AssertionError("importance_scores should have the same shape as tensor t")
        else:
            importance_scores = t
        default_mask = default_mask if default_mask is not None else _C.ones_like(t)
        return t * self.compute_mask(importance_scores, default_mask=default_mask)

    def remove(self, module: Module) -> None:
        """Makes the pruned parameter an ordinary one, zeros included.

        Errors: AssertionError if the module was not pruned.
        """
        if self._tensor_name is None:
            raise AssertionError(f"Module {module} has to be pruned before pruning can be removed")
        name = self._tensor_name
        weight = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters[name + "_orig"]
        original.data = weight.data
        del module._parameters[name + "_orig"]
        del module._buffers[name + "_mask"]
        setattr(module, name, original)


class PruningContainer(BasePruningMethod):
    """Several methods for one parameter; each prunes what the ones before have left.

    Errors: TypeError for what is no method, ValueError for one of another parameter.
    """

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[Any, ...] = ()
        if not isinstance(args, (list, tuple)) or len(args) == 1:
            self._tensor_name = args[0]._tensor_name
            self.add_pruning_method(args[0])
        elif args:
            self._tensor_name = args[0]._tensor_name
            for method in args:
                self.add_pruning_method(method)

    def add_pruning_method(self, method: Any) -> None:
        """Adds a method for the same parameter."""
        if not isinstance(method, BasePruningMethod) and method is not None:
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}."
                f" Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: Any) -> Any:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask of the latest method, for what was left, together with the mask before."""
        method, mask = self._pruning_methods[-1], default_mask
        if method.PRUNING_TYPE == "unstructured":
            left: Any = mask == 1
        elif method.PRUNING_TYPE == "structured":
            if not hasattr(method, "dim"):
                raise AttributeError(
                    "Pruning methods of PRUNING_TYPE 'structured' need to have the attribute `dim` defined."
                )
            axes, dim = t.dim(), method.dim
            dim = dim + axes if dim < 0 else dim
            # slices of which something is left
            kept = mask.sum(dim=[d for d in range(axes) if d != dim]) != 0
            left = tuple(kept if d == dim else slice(None) for d in range(axes))
        elif method.PRUNING_TYPE == "global":
            left = tuple(slice(None) for _ in range(t.dim()))
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        new = method.compute_mask(t[left], default_mask=mask[left])
        mask = mask.clone()
        mask[left] = new.to(mask.dtype)
        return mask


class Identity(BasePruningMethod):
    """Prunes nothing, and makes the mask all the same."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask

    @classmethod
    def apply(cls, module: Module, name: str) -> Any:
        """Puts it on a parameter."""
        return super().apply(module, name)


class _Unstructured(BasePruningMethod):
    """Prunes so many elements, wherever they are. A subclass says which."""

    def __init__(self, amount: float) -> None:
        _check_amount(amount)
        self.amount = amount

    @abstractmethod
    def _gone(self, t: Tensor, count: int) -> Tensor:
        """The positions of `count` elements to prune."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        size = t.nelement()
        count = _count(self.amount, size)
        _check_count(count, size)
        mask = default_mask.clone()
        if count != 0:
            mask.view(-1)[self._gone(t, count)] = 0
        return mask


class RandomUnstructured(_Unstructured):
    """Prunes elements by chance.

    Args:
        amount (int or float): how many; a share of all between 0 and 1.
    """

    def _gone(self, t: Tensor, count: int) -> Tensor:
        return _C.topk(_C.rand_like(t).view(-1), k=count).indices

    @classmethod
    def apply(cls, module: Module, name: str, amount: float) -> Any:
        """Puts it on a parameter."""
        return super().apply(module, name, amount=amount)


class L1Unstructured(_Unstructured):
    """Prunes the elements that are least.

    Args:
        amount (int or float): how many; a share of all between 0 and 1.
    """

    def _gone(self, t: Tensor, count: int) -> Tensor:
        return _C.topk(t.abs().view(-1), k=count, largest=False).indices

    @classmethod
    def apply(
        cls, module: Module, name: str, amount: float, importance_scores: Tensor | None = None
    ) -> Any:
        """Puts it on a parameter."""
        return super().apply(module, name, amount=amount, importance_scores=importance_scores)


class _Structured(BasePruningMethod):
    """Prunes so many slices along an axis. A subclass says which stay."""

    PRUNING_TYPE = "structured"
    amount: float
    dim: int

    @abstractmethod
    def _kept(self, t: Tensor, size: int, count: int) -> Tensor:
        """Which of `size` slices stay where `count` go: their positions, or a mask of them."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        _check_axes(t)
        _check_dim(t, self.dim)
        size = t.shape[self.dim]
        count = _count(self.amount, size)
        _check_count(count, size)
        if count == 0:
            return default_mask
        mask = _C.zeros_like(t)
        places: list[Any] = [slice(None)] * t.dim()
        places[self.dim] = self._kept(t, size, count)
        mask[tuple(places)] = 1
        return mask * default_mask.to(dtype=mask.dtype)


class RandomStructured(_Structured):
    """Prunes slices by chance.

    Args:
        amount (int or float): how many; a share of all between 0 and 1.
        dim (int): along which axis. Default: -1
    """

    def __init__(self, amount: float, dim: int = -1) -> None:
        _check_amount(amount)
        self.amount = amount
        self.dim = dim

    def _kept(self, t: Tensor, size: int, count: int) -> Tensor:
        chance = _C.rand(size, device=t.device)
        return chance > _C.kthvalue(chance, k=count).values

    @classmethod
    def apply(cls, module: Module, name: str, amount: float, dim: int = -1) -> Any:
        """Puts it on a parameter."""
        return super().apply(module, name, amount=amount, dim=dim)


class LnStructured(_Structured):
    """Prunes the slices of the least norm.

    Args:
        amount (int or float): how many; a share of all between 0 and 1.
        n (int or float or str): of the norm.
        dim (int): along which axis. Default: -1
    """

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        _check_amount(amount)
        self.amount = amount
        self.n = n
        self.dim = dim

    def _kept(self, t: Tensor, size: int, count: int) -> Tensor:
        return _C.topk(_norm(t, self.n, self.dim), k=size - count).indices

    @classmethod
    def apply(
        cls,
        module: Module,
        name: str,
        amount: float,
        n: Any,
        dim: int,
        importance_scores: Tensor | None = None,
    ) -> Any:
        """Puts it on a parameter."""
        return super().apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)


class CustomFromMask(BasePruningMethod):
    """Prunes what a mask says."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if default_mask.shape != self.mask.shape:
            raise AssertionError("the mask has another shape than the parameter")
        return default_mask * self.mask.to(dtype=default_mask.dtype)

    @classmethod
    def apply(cls, module: Module, name: str, mask: Tensor) -> Any:
        """Puts it on a parameter."""
        return super().apply(module, name, mask=mask)


def identity(module: Module, name: str) -> Module:
    """Gives a parameter a mask that prunes nothing."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Prunes elements of a parameter by chance.

    Args:
        module (Module): whose parameter it is.
        name (str): its name.
        amount (int or float): how many; a share of all between 0 and 1.
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(
    module: Module, name: str, amount: float, importance_scores: Tensor | None = None
) -> Module:
    """Prunes the least elements of a parameter.

    Args:
        module (Module): whose parameter it is.
        name (str): its name.
        amount (int or float): how many; a share of all between 0 and 1.
        importance_scores (Tensor, optional): decide in place of the parameter's own values.

    Examples::

        >>> layer = rl.nn.utils.prune.l1_unstructured(rl.nn.Linear(4, 2), "weight", amount=0.5)
        >>> int(layer.weight_mask.sum())
        4
    """
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Prunes slices of a parameter by chance; arguments as in :func:`ln_structured`."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Module, name: str, amount: float, n: Any, dim: int, importance_scores: Tensor | None = None
) -> Module:
    """Prunes the slices of least norm of a parameter.

    Args:
        module (Module): whose parameter it is.
        name (str): its name.
        amount (int or float): how many; a share of all between 0 and 1.
        n (int or float or str): of the norm.
        dim (int): the axis whose slices are meant.
        importance_scores (Tensor, optional): decide in place of the parameter's own values.
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Prunes what a mask says: its zeros."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Any, pruning_method: Any, importance_scores: Any = None, **kwargs: Any
) -> None:
    """Prunes several parameters as one.

    Args:
        parameters (iterable): pairs of a module and a name.
        pruning_method (type): an unstructured method.
        importance_scores (dict, optional): for such a pair a tensor that decides in place of the parameter's values.
        others: what the method is made with.

    Errors: TypeError for parameters that are no iterable or scores that are no dict, and for a method of slices.
    """
    if not hasattr(parameters, "__iter__"):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    parameters = list(parameters)
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    values = [scores.get(pair, getattr(*pair)) for pair in parameters]
    flat_scores = _C.cat([value.reshape(-1) for value in values])
    ones = [getattr(m, n + "_mask", None) for m, n in parameters]
    flat_mask = _C.cat(
        [
            _C.ones_like(getattr(*p)).view(-1) if mask is None else mask.view(-1)
            for p, mask in zip(parameters, ones)
        ]
    )
    container: Any = PruningContainer()
    container._tensor_name = "temp"
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    container.add_pruning_method(method)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for '
            f"the `pruning_method`. Found method {pruning_method} of type {method.PRUNING_TYPE}"
        )
    final = container.compute_mask(flat_scores, flat_mask)
    start = 0
    for module, name in parameters:
        param = getattr(module, name)
        count = param.numel()
        custom_from_mask(module, name, mask=final[start : start + count].view_as(param))
        start += count


def remove(module: Module, name: str) -> Module:
    """Makes a pruned parameter an ordinary one, zeros included.

    Errors: ValueError if it was not pruned.
    """
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Module) -> bool:
    """Whether a parameter of a module, or of one within it, is pruned."""
    return any(
        isinstance(hook, BasePruningMethod)
        for part in module.modules()
        for hook in part._forward_pre_hooks.values()
    )


def _check_amount(amount):
    if not isinstance(amount, (int, float)) or isinstance(amount, bool):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    if (isinstance(amount, int) and amount < 0) or (isinstance(amount, float) and not 0.0 <= amount <= 1.0):
        raise ValueError(
            f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer"
        )


def _check_count(count, size):
    if count > size:
        raise ValueError(f"amount={count} should be smaller than the number of parameters to prune={size}")


def _count(amount, size):
    return amount if isinstance(amount, int) else round(amount * size)


def _check_axes(t):
    if len(t.shape) <= 1:
        raise ValueError(
            "Structured pruning can only be applied to "
            f"multidimensional tensors. Found tensor of shape {t.shape} with {len(t.shape)} dims"
        )


def _check_dim(t, dim):
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")


def _norm(t, n, dim):
    """The norm of every slice along `dim`."""
    axes = list(range(t.dim()))
    if dim < 0:
        dim = axes[dim]
    axes.remove(dim)
    return _C.norm(t, p=n, dim=axes)
