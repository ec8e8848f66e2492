"""Length and direction of a weight as parameters of their own, by a hook: the former way of ``parametrizations``."""

from __future__ import annotations

from ... import _C
from ..modules.module import Module
from ..parameter import Parameter

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

Tensor = _C.Tensor

__all__ = ["WeightNorm", "remove_weight_norm", "weight_norm"]


def norm_except(v: Tensor, dim: int) -> Tensor:
    """The length of every slice along `dim`, which stays; of the whole for -1."""
    if dim == -1:
        return v.norm()
    return _C.norm(v, 2, [d for d in range(v.dim()) if d != dim], keepdim=True)


def scaled(v: Tensor, g: Tensor, dim: int) -> Tensor:
    """`v` with the lengths `g`."""
    return v * (g / norm_except(v, dim))


class WeightNorm:
    """The hook that computes the weight before every call."""

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module: Module) -> Any:
        """The weight of what is learned."""
        return scaled(getattr(module, self.name + "_v"), getattr(module, self.name + "_g"), self.dim)

    @staticmethod
    def apply(module: Module, name: str, dim: int | None) -> WeightNorm:
        """Puts the hook on a module.

        Errors: RuntimeError if there is one for this weight; ValueError for a weight without a shape yet.
        """
        for hook in module._forward_pre_hooks.values():
            if isinstance(hook, WeightNorm) and hook.name == name:
                raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
        made = WeightNorm(name, dim)
        weight = getattr(module, name)
        del module._parameters[name]
        module.register_parameter(name + "_g", Parameter(norm_except(weight, made.dim).data))
        module.register_parameter(name + "_v", Parameter(weight.data))
        setattr(module, name, made.compute_weight(module))
        module.register_forward_pre_hook(made)
        return made

    def remove(self, module: Module) -> None:
        """Makes the weight a parameter again."""
        weight = self.compute_weight(module)
        delattr(module, self.name)
        del module._parameters[self.name + "_g"]
        del module._parameters[self.name + "_v"]
        setattr(module, self.name, Parameter(weight.data))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


WeightNorm.__module__ = __name__.replace("._", ".")  # where PyTorch has it, and pickles look for it


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Learns length and direction of a weight apart; ``parametrizations.weight_norm`` takes its place.

    Args:
        module (Module): whose weight it is.
        name (str): its name. Default: ``'weight'``
        dim (int, optional): the axis whose slices have a length each; ``None`` for one of the whole. Default: 0

    >>> m = nn.utils.weight_norm(nn.Linear(2, 3))
    >>> sorted(name for name, _ in m.named_parameters())
    ['bias', 'weight_g', 'weight_v']
    """
    from ..._warn import warn

    warn(
        "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
    )
    WeightNorm.apply(module, name, dim)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Makes the weight a parameter again.

    Errors: ValueError if :func:`weight_norm` was not applied to it.

    >>> m = nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Linear(2, 3)))
    >>> sorted(name for name, _ in m.named_parameters())
    ['bias', 'weight']
    """
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, WeightNorm) and hook.name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"weight_norm of '{name}' not found in {module}")
