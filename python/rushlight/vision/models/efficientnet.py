"""EfficientNet and EfficientNet v2 (Tan and Le, 2019 and 2021)."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ... import flatten, nn
from ..._C import Tensor
from ..ops.misc import Conv2dNormActivation, SqueezeExcitation
from ..ops.stochastic_depth import StochasticDepth
from ._api import builder, classifier, published
from ._utils import _make_divisible

__all__ = [
    "EfficientNet",
    "EfficientNet_B0_Weights",
    "EfficientNet_B1_Weights",
    "EfficientNet_B2_Weights",
    "EfficientNet_B3_Weights",
    "EfficientNet_B4_Weights",
    "EfficientNet_B5_Weights",
    "EfficientNet_B6_Weights",
    "EfficientNet_B7_Weights",
    "EfficientNet_V2_S_Weights",
    "EfficientNet_V2_M_Weights",
    "EfficientNet_V2_L_Weights",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_v2_s",
    "efficientnet_v2_m",
    "efficientnet_v2_l",
]


@dataclass
class _MBConvConfig:
    expand_ratio: float
    kernel: int
    stride: int
    input_channels: int
    out_channels: int
    num_layers: int
    block: Callable[..., nn.Module]

    @staticmethod
    def adjust_channels(channels: int, width_mult: float, min_value: int | None = None) -> int:
        return _make_divisible(channels * width_mult, 8, min_value)


class MBConvConfig(_MBConvConfig):
    """A stage of ``MBConv`` blocks, of a network scaled in width and depth."""

    def __init__(
        self,
        expand_ratio: float,
        kernel: int,
        stride: int,
        input_channels: int,
        out_channels: int,
        num_layers: int,
        width_mult: float = 1.0,
        depth_mult: float = 1.0,
        block: Callable[..., nn.Module] | None = None,
    ) -> None:
        widths = self.adjust_channels(input_channels, width_mult), self.adjust_channels(out_channels, width_mult)
        super().__init__(expand_ratio, kernel, stride, *widths, self.adjust_depth(num_layers, depth_mult), block or MBConv)

    @staticmethod
    def adjust_depth(num_layers: int, depth_mult: float) -> int:
        """Layers of a network of another depth."""
        return math.ceil(num_layers * depth_mult)


class FusedMBConvConfig(_MBConvConfig):
    """A stage of ``FusedMBConv`` blocks."""

    def __init__(
        self,
        expand_ratio: float,
        kernel: int,
        stride: int,
        input_channels: int,
        out_channels: int,
        num_layers: int,
        block: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__(expand_ratio, kernel, stride, input_channels, out_channels, num_layers, block or FusedMBConv)


class _Residual(nn.Module):
    """A block around which a shortcut leads, if sizes allow; then it is left out by chance."""

    def __init__(self, cnf: _MBConvConfig, layers: list[nn.Module], stochastic_depth_prob: float) -> None:
        super().__init__()
        if not 1 <= cnf.stride <= 2:
            raise ValueError("illegal stride value")
        self.use_res_connect = cnf.stride == 1 and cnf.input_channels == cnf.out_channels
        self.block = nn.Sequential(*layers)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")
        self.out_channels = cnf.out_channels

    def forward(self, input: Tensor) -> Tensor:
        result = self.block(input)
        if self.use_res_connect:
            result = self.stochastic_depth(result)
            result += input
        return result


class MBConv(_Residual):
    """1 x 1, depthwise, squeeze and excitation, 1 x 1 without activation."""

    def __init__(
        self,
        cnf: MBConvConfig,
        stochastic_depth_prob: float,
        norm_layer: Callable[..., nn.Module],
        se_layer: Callable[..., nn.Module] = SqueezeExcitation,
    ) -> None:
        how: dict[str, Any] = {"norm_layer": norm_layer, "activation_layer": nn.SiLU}
        layers: list[nn.Module] = []
        width = cnf.adjust_channels(cnf.input_channels, cnf.expand_ratio)
        if width != cnf.input_channels:
            layers.append(Conv2dNormActivation(cnf.input_channels, width, kernel_size=1, **how))
        layers.append(Conv2dNormActivation(width, width, kernel_size=cnf.kernel, stride=cnf.stride, groups=width, **how))
        layers.append(se_layer(width, max(1, cnf.input_channels // 4), activation=partial(nn.SiLU, inplace=True)))
        layers.append(Conv2dNormActivation(width, cnf.out_channels, kernel_size=1, norm_layer=norm_layer, activation_layer=None))
        super().__init__(cnf, layers, stochastic_depth_prob)


class FusedMBConv(_Residual):
    """A whole convolution where ``MBConv`` has a 1 x 1 and a depthwise one."""

    def __init__(self, cnf: FusedMBConvConfig, stochastic_depth_prob: float, norm_layer: Callable[..., nn.Module]) -> None:
        how: dict[str, Any] = {"kernel_size": cnf.kernel, "stride": cnf.stride, "norm_layer": norm_layer, "activation_layer": nn.SiLU}
        width = cnf.adjust_channels(cnf.input_channels, cnf.expand_ratio)
        if width != cnf.input_channels:
            layers: list[nn.Module] = [
                Conv2dNormActivation(cnf.input_channels, width, **how),
                Conv2dNormActivation(width, cnf.out_channels, kernel_size=1, norm_layer=norm_layer, activation_layer=None),
            ]
        else:
            layers = [Conv2dNormActivation(cnf.input_channels, cnf.out_channels, **how)]
        super().__init__(cnf, layers, stochastic_depth_prob)


class EfficientNet(nn.Module):
    """EfficientNet for pictures (N, 3, H, W).

    Args:
        inverted_residual_setting (list of MBConvConfig or FusedMBConvConfig): the stages.
        dropout (float): probability before the last layer.
        stochastic_depth_prob (float): with which the last block is left out; earlier ones less, in proportion.
        num_classes (int): outputs.
        norm_layer (callable, optional): ``BatchNorm2d`` by default.
        last_channel (int, optional): of the last convolution; by default four times the last stage's.
    """

    def __init__(
        self,
        inverted_residual_setting: Sequence[MBConvConfig | FusedMBConvConfig],
        dropout: float,
        stochastic_depth_prob: float = 0.2,
        num_classes: int = 1000,
        norm_layer: Callable[..., nn.Module] | None = None,
        last_channel: int | None = None,
    ) -> None:
        super().__init__()
        setting = inverted_residual_setting
        if not setting:
            raise ValueError("The inverted_residual_setting should not be empty")
        if not (isinstance(setting, Sequence) and all(isinstance(s, _MBConvConfig) for s in setting)):
            raise TypeError("The inverted_residual_setting should be List[MBConvConfig]")
        norm_layer = norm_layer or nn.BatchNorm2d
        how: dict[str, Any] = {"norm_layer": norm_layer, "activation_layer": nn.SiLU}
        layers: list[nn.Module] = [Conv2dNormActivation(3, setting[0].input_channels, kernel_size=3, stride=2, **how)]
        total, done = sum(cnf.num_layers for cnf in setting), 0
        for cnf in setting:
            stage: list[nn.Module] = []
            for _ in range(cnf.num_layers):
                block = copy.copy(cnf)
                if stage:
                    block.input_channels, block.stride = block.out_channels, 1
                stage.append(block.block(block, stochastic_depth_prob * float(done) / total, norm_layer))
                done += 1
            layers.append(nn.Sequential(*stage))
        width = setting[-1].out_channels
        last = last_channel if last_channel is not None else 4 * width
        layers.append(Conv2dNormActivation(width, last, kernel_size=1, **how))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Dropout(p=dropout, inplace=True), nn.Linear(last, num_classes))
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out")
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
            elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
                nn.init.ones_(m.weight)
                nn.init.zeros_(m.bias)
            elif isinstance(m, nn.Linear):
                bound = 1.0 / math.sqrt(m.out_features)
                nn.init.uniform_(m.weight, -bound, bound)
                nn.init.zeros_(m.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(flatten(self.avgpool(self.features(x)), 1))


# expansion, kernel, stride, input, output, layers
_BASE = ((1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3), (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1))  # fmt: skip
_SECOND = {  # three fused stages, then others
    "s": ((1, 3, 1, 24, 24, 2), (4, 3, 2, 24, 48, 4), (4, 3, 2, 48, 64, 4), (4, 3, 2, 64, 128, 6), (6, 3, 1, 128, 160, 9), (6, 3, 2, 160, 256, 15)),
    "m": ((1, 3, 1, 24, 24, 3), (4, 3, 2, 24, 48, 5), (4, 3, 2, 48, 80, 5), (4, 3, 2, 80, 160, 7), (6, 3, 1, 160, 176, 14), (6, 3, 2, 176, 304, 18), (6, 3, 1, 304, 512, 5)),
    "l": ((1, 3, 1, 32, 32, 4), (4, 3, 2, 32, 64, 7), (4, 3, 2, 64, 96, 7), (4, 3, 2, 96, 192, 10), (6, 3, 1, 192, 224, 19), (6, 3, 2, 224, 384, 25), (6, 3, 1, 384, 640, 7)),
}  # fmt: skip


def _first(width: float, depth: float, dropout: float, **norm):
    def make(**kwargs):
        setting = [MBConvConfig(*row, width_mult=width, depth_mult=depth) for row in _BASE]
        if norm:
            kwargs.setdefault("norm_layer", partial(nn.BatchNorm2d, **norm))
        return EfficientNet(setting, kwargs.pop("dropout", dropout), **kwargs)

    return classifier(make)


def _second(size: str, dropout: float):
    def make(**kwargs):
        rows = _SECOND[size]
        setting = [FusedMBConvConfig(*row) for row in rows[:3]] + [MBConvConfig(*row) for row in rows[3:]]
        kwargs.setdefault("norm_layer", partial(nn.BatchNorm2d, eps=1e-03))
        return EfficientNet(setting, kwargs.pop("dropout", dropout), **{"last_channel": 1280, **kwargs})

    return classifier(make)


EfficientNet_B0_Weights = published("EfficientNet_B0_Weights")
EfficientNet_B1_Weights = published("EfficientNet_B1_Weights")
EfficientNet_B2_Weights = published("EfficientNet_B2_Weights")
EfficientNet_B3_Weights = published("EfficientNet_B3_Weights")
EfficientNet_B4_Weights = published("EfficientNet_B4_Weights")
EfficientNet_B5_Weights = published("EfficientNet_B5_Weights")
EfficientNet_B6_Weights = published("EfficientNet_B6_Weights")
EfficientNet_B7_Weights = published("EfficientNet_B7_Weights")
EfficientNet_V2_S_Weights = published("EfficientNet_V2_S_Weights")
EfficientNet_V2_M_Weights = published("EfficientNet_V2_M_Weights")
EfficientNet_V2_L_Weights = published("EfficientNet_V2_L_Weights")

_LATE = {"eps": 0.001, "momentum": 0.01}  # of the norms of the large ones
efficientnet_b0 = builder("efficientnet_b0", EfficientNet_B0_Weights, _first(1.0, 1.0, 0.2), "EfficientNet B0.")
efficientnet_b1 = builder("efficientnet_b1", EfficientNet_B1_Weights, _first(1.0, 1.1, 0.2), "EfficientNet B1.")
efficientnet_b2 = builder("efficientnet_b2", EfficientNet_B2_Weights, _first(1.1, 1.2, 0.3), "EfficientNet B2.")
efficientnet_b3 = builder("efficientnet_b3", EfficientNet_B3_Weights, _first(1.2, 1.4, 0.3), "EfficientNet B3.")
efficientnet_b4 = builder("efficientnet_b4", EfficientNet_B4_Weights, _first(1.4, 1.8, 0.4), "EfficientNet B4.")
efficientnet_b5 = builder("efficientnet_b5", EfficientNet_B5_Weights, _first(1.6, 2.2, 0.4, **_LATE), "EfficientNet B5.")
efficientnet_b6 = builder("efficientnet_b6", EfficientNet_B6_Weights, _first(1.8, 2.6, 0.5, **_LATE), "EfficientNet B6.")
efficientnet_b7 = builder("efficientnet_b7", EfficientNet_B7_Weights, _first(2.0, 3.1, 0.5, **_LATE), "EfficientNet B7.")
efficientnet_v2_s = builder("efficientnet_v2_s", EfficientNet_V2_S_Weights, _second("s", 0.2), "EfficientNet v2, small.")
efficientnet_v2_m = builder("efficientnet_v2_m", EfficientNet_V2_M_Weights, _second("m", 0.3), "EfficientNet v2, medium.")
efficientnet_v2_l = builder("efficientnet_v2_l", EfficientNet_V2_L_Weights, _second("l", 0.4), "EfficientNet v2, large.")
