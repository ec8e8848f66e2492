"""DenseNet (Huang et al., 2017: Densely connected convolutional networks)."""

from __future__ import annotations

import re
from collections import OrderedDict

from ... import cat, flatten, nn
from ..._C import Tensor
from ...nn import functional as F
from ._api import builder, published
from ._utils import _ovewrite_named_param

__all__ = [
    "DenseNet",
    "DenseNet121_Weights",
    "DenseNet161_Weights",
    "DenseNet169_Weights",
    "DenseNet201_Weights",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
]


class _DenseLayer(nn.Module):
    def __init__(self, num_input_features: int, growth_rate: int, bn_size: int, drop_rate: float, memory_efficient: bool = False):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(num_input_features)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(num_input_features, bn_size * growth_rate, kernel_size=1, stride=1, bias=False)
        self.norm2 = nn.BatchNorm2d(bn_size * growth_rate)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(bn_size * growth_rate, growth_rate, kernel_size=3, stride=1, padding=1, bias=False)
        self.drop_rate = float(drop_rate)
        self.memory_efficient = memory_efficient  # taken for compatibility: what is saved is the same

    def forward(self, input: Tensor) -> Tensor:
        before = [input] if not isinstance(input, (list, tuple)) else input
        narrow = self.conv1(self.relu1(self.norm1(cat(before, 1))))
        new = self.conv2(self.relu2(self.norm2(narrow)))
        return F.dropout(new, p=self.drop_rate, training=self.training) if self.drop_rate > 0 else new


class _DenseBlock(nn.ModuleDict):
    _version = 2

    def __init__(self, num_layers: int, num_input_features: int, bn_size: int, growth_rate: int, drop_rate: float, memory_efficient: bool = False):
        super().__init__()
        for i in range(num_layers):
            layer = _DenseLayer(num_input_features + i * growth_rate, growth_rate, bn_size, drop_rate, memory_efficient)
            self.add_module(f"denselayer{i + 1}", layer)

    def forward(self, init_features: Tensor) -> Tensor:
        features = [init_features]
        for layer in self.values():
            features.append(layer(features))
        return cat(features, 1)


class _Transition(nn.Sequential):
    def __init__(self, num_input_features: int, num_output_features: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(num_input_features, num_output_features, kernel_size=1, stride=1, bias=False)
        self.pool = nn.AvgPool2d(kernel_size=2, stride=2)


class DenseNet(nn.Module):
    """A densely connected network: each layer reads all that came before it in its block.

    Args:
        growth_rate (int): channels that a layer adds.
        block_config (tuple of int): layers in each block.
        num_init_features (int): channels of the first convolution.
        bn_size (int): channels inside a layer, as a multiple of ``growth_rate``.
        drop_rate (float): dropout after each layer.
        num_classes (int): outputs.
        memory_efficient (bool): taken for compatibility.
    """

    def __init__(
        self,
        growth_rate: int = 32,
        block_config: tuple[int, int, int, int] = (6, 12, 24, 16),
        num_init_features: int = 64,
        bn_size: int = 4,
        drop_rate: float = 0,
        num_classes: int = 1000,
        memory_efficient: bool = False,
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(
            OrderedDict(
                conv0=nn.Conv2d(3, num_init_features, kernel_size=7, stride=2, padding=3, bias=False),
                norm0=nn.BatchNorm2d(num_init_features),
                relu0=nn.ReLU(inplace=True),
                pool0=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
            )
        )
        width = num_init_features
        for i, num_layers in enumerate(block_config):
            block = _DenseBlock(num_layers, width, bn_size, growth_rate, drop_rate, memory_efficient)
            self.features.add_module(f"denseblock{i + 1}", block)
            width += num_layers * growth_rate
            if i != len(block_config) - 1:
                self.features.add_module(f"transition{i + 1}", _Transition(width, width // 2))
                width //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                nn.init.constant_(m.bias, 0)

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.features(x), inplace=True)
        return self.classifier(flatten(F.adaptive_avg_pool2d(out, (1, 1)), 1))


_OLD_NAME = re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\.(?:weight|bias|running_mean|running_var))")


def _densenet(growth_rate, block_config, num_init_features):
    def build(weights=None, progress=True, **kwargs):
        if weights is not None:
            _ovewrite_named_param(kwargs, "num_classes", len(weights.meta["categories"]))
        model = DenseNet(growth_rate, block_config, num_init_features, **kwargs)
        if weights is not None:  # the files are older than the names: `norm.1.weight` is `norm1.weight` today
            state = weights.get_state_dict(progress=progress, check_hash=True)
            model.load_state_dict({_OLD_NAME.sub(r"\1\2", key): value for key, value in state.items()})
        return model

    return build


DenseNet121_Weights = published("DenseNet121_Weights")
DenseNet161_Weights = published("DenseNet161_Weights")
DenseNet169_Weights = published("DenseNet169_Weights")
DenseNet201_Weights = published("DenseNet201_Weights")

densenet121 = builder("densenet121", DenseNet121_Weights, _densenet(32, (6, 12, 24, 16), 64), "DenseNet of 121 layers.")
densenet161 = builder("densenet161", DenseNet161_Weights, _densenet(48, (6, 12, 36, 24), 96), "DenseNet of 161 layers.")
densenet169 = builder("densenet169", DenseNet169_Weights, _densenet(32, (6, 12, 32, 32), 64), "DenseNet of 169 layers.")
densenet201 = builder("densenet201", DenseNet201_Weights, _densenet(32, (6, 12, 48, 32), 64), "DenseNet of 201 layers.")
