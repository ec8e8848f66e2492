"""What builders share: widths that divide, arguments that weights decide, and a model cut at its layers."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from ... import nn


class IntermediateLayerGetter(nn.ModuleDict):
    """The children of a model up to the last that is wanted, answering with the outputs of those that are.

    Args:
        model (Module): its direct children are called one after another.
        return_layers (dict): of a child's name, the key of its output.

    Example:

        >>> from rushlight.vision.models._utils import IntermediateLayerGetter
        >>> from rushlight.vision.models import resnet18
        >>> body = IntermediateLayerGetter(resnet18(), {"layer1": "low", "layer3": "high"})
        >>> [(k, tuple(v.shape)) for k, v in body(torch.rand(1, 3, 64, 64)).items()]
        [('low', (1, 64, 16, 16)), ('high', (1, 256, 4, 4))]
    """

    _version = 2

    def __init__(self, model: nn.Module, return_layers: dict[str, str]) -> None:
        names = [name for name, _ in model.named_children()]
        if not set(return_layers) <= set(names):
            raise ValueError("return_layers are not present in model")
        wanted = {str(key): str(value) for key, value in return_layers.items()}
        last = max(names.index(name) for name in wanted) if wanted else len(names) - 1
        super().__init__(OrderedDict(list(model.named_children())[: last + 1]))
        self.return_layers = wanted

    def forward(self, x):
        out = OrderedDict()
        for name, module in self.items():
            x = module(x)
            if name in self.return_layers:
                out[self.return_layers[name]] = x
        return out


def stages(features: nn.Sequential) -> list[int]:
    """Where the maps of a MobileNet become smaller: the first layer, each block that halves, and the last."""
    return [0] + [i for i, block in enumerate(features) if getattr(block, "_is_cn", False)] + [len(features) - 1]


def _make_divisible(v: float, divisor: int, min_value: int | None = None) -> int:
    """The multiple of ``divisor`` next to ``v``, never more than a tenth below it (MobileNet's rule for widths)."""
    width = max(min_value or divisor, int(v + divisor / 2) // divisor * divisor)
    return width + divisor if width < 0.9 * v else width


def _ovewrite_value_param(param: str, actual, expected):
    """``expected``, after a check that ``actual`` says nothing else."""
    if actual is not None and actual != expected:
        raise ValueError(f"The parameter '{param}' expected value {expected} but got {actual} instead.")
    return expected


def _ovewrite_named_param(kwargs: dict[str, Any], param: str, new_value) -> None:
    """Sets a keyword argument that weights decide, after a check that it says nothing else."""
    if param in kwargs:
        if kwargs[param] != new_value:
            raise ValueError(f"The parameter '{param}' expected value {new_value} but got {kwargs[param]} instead.")
    else:
        kwargs[param] = new_value
