"""RegNet (Radosavovic et al., 2020: Designing network design spaces)."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

from ... import nn
from ..._C import Tensor
from ..ops.misc import Conv2dNormActivation, SqueezeExcitation
from ._api import builder, classifier, published
from ._utils import _make_divisible

__all__ = [
    "RegNet",
    "RegNet_Y_400MF_Weights",
    "RegNet_Y_800MF_Weights",
    "RegNet_Y_1_6GF_Weights",
    "RegNet_Y_3_2GF_Weights",
    "RegNet_Y_8GF_Weights",
    "RegNet_Y_16GF_Weights",
    "RegNet_Y_32GF_Weights",
    "RegNet_Y_128GF_Weights",
    "RegNet_X_400MF_Weights",
    "RegNet_X_800MF_Weights",
    "RegNet_X_1_6GF_Weights",
    "RegNet_X_3_2GF_Weights",
    "RegNet_X_8GF_Weights",
    "RegNet_X_16GF_Weights",
    "RegNet_X_32GF_Weights",
    "regnet_y_400mf",
    "regnet_y_800mf",
    "regnet_y_1_6gf",
    "regnet_y_3_2gf",
    "regnet_y_8gf",
    "regnet_y_16gf",
    "regnet_y_32gf",
    "regnet_y_128gf",
    "regnet_x_400mf",
    "regnet_x_800mf",
    "regnet_x_1_6gf",
    "regnet_x_3_2gf",
    "regnet_x_8gf",
    "regnet_x_16gf",
    "regnet_x_32gf",
]


class SimpleStemIN(Conv2dNormActivation):
    """The first convolution: 3 x 3 with stride 2."""

    def __init__(self, width_in: int, width_out: int, norm_layer: Callable[..., nn.Module], activation_layer: Callable[..., nn.Module]):
        super().__init__(width_in, width_out, kernel_size=3, stride=2, norm_layer=norm_layer, activation_layer=activation_layer)


class BottleneckTransform(nn.Sequential):
    """1 x 1, 3 x 3 in groups, squeeze and excitation, 1 x 1."""

    def __init__(
        self,
        width_in: int,
        width_out: int,
        stride: int,
        norm_layer: Callable[..., nn.Module],
        activation_layer: Callable[..., nn.Module],
        group_width: int,
        bottleneck_multiplier: float,
        se_ratio: float | None,
    ) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        inside = round(width_out * bottleneck_multiplier)
        how: dict[str, Any] = {"norm_layer": norm_layer, "activation_layer": activation_layer}
        layers["a"] = Conv2dNormActivation(width_in, inside, kernel_size=1, stride=1, **how)
        layers["b"] = Conv2dNormActivation(inside, inside, kernel_size=3, stride=stride, groups=inside // group_width, **how)
        if se_ratio:
            layers["se"] = SqueezeExcitation(inside, round(se_ratio * width_in), activation=activation_layer)
        layers["c"] = Conv2dNormActivation(inside, width_out, kernel_size=1, stride=1, norm_layer=norm_layer, activation_layer=None)
        super().__init__(layers)


class ResBottleneckBlock(nn.Module):
    """``BottleneckTransform`` with a shortcut."""

    def __init__(
        self,
        width_in: int,
        width_out: int,
        stride: int,
        norm_layer: Callable[..., nn.Module],
        activation_layer: Callable[..., nn.Module],
        group_width: int = 1,
        bottleneck_multiplier: float = 1.0,
        se_ratio: float | None = None,
    ) -> None:
        super().__init__()
        self.proj = None
        if width_in != width_out or stride != 1:
            self.proj = Conv2dNormActivation(width_in, width_out, kernel_size=1, stride=stride, norm_layer=norm_layer, activation_layer=None)
        self.f = BottleneckTransform(
            width_in, width_out, stride, norm_layer, activation_layer, group_width, bottleneck_multiplier, se_ratio
        )
        self.activation = activation_layer(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.activation((x if self.proj is None else self.proj(x)) + self.f(x))


class AnyStage(nn.Sequential):
    """Blocks of one width."""

    def __init__(
        self,
        width_in: int,
        width_out: int,
        stride: int,
        depth: int,
        block_constructor: Callable[..., nn.Module],
        norm_layer: Callable[..., nn.Module],
        activation_layer: Callable[..., nn.Module],
        group_width: int,
        bottleneck_multiplier: float,
        se_ratio: float | None = None,
        stage_index: int = 0,
    ) -> None:
        super().__init__()
        for i in range(depth):
            block = block_constructor(
                width_in if i == 0 else width_out,
                width_out,
                stride if i == 0 else 1,
                norm_layer,
                activation_layer,
                group_width,
                bottleneck_multiplier,
                se_ratio,
            )
            self.add_module(f"block{stage_index}-{i}", block)


class BlockParams:
    """Widths, depths and groups of the stages."""

    def __init__(self, depths, widths, group_widths, bottleneck_multipliers, strides, se_ratio: float | None = None) -> None:
        self.depths, self.widths, self.group_widths = depths, widths, group_widths
        self.bottleneck_multipliers, self.strides, self.se_ratio = bottleneck_multipliers, strides, se_ratio

    @classmethod
    def from_init_params(
        cls,
        depth: int,
        w_0: int,
        w_a: float,
        w_m: float,
        group_width: int,
        bottleneck_multiplier: float = 1.0,
        se_ratio: float | None = None,
        **kwargs,
    ) -> BlockParams:
        """The stages that the paper's formula gives: widths ``w_0 + w_a i`` laid on powers of ``w_m`` and on multiples of 8."""
        if w_a < 0 or w_0 <= 0 or w_m <= 1 or w_0 % 8 != 0:
            raise ValueError("Invalid RegNet settings")
        powers = [round(math.log((w_0 + w_a * i) / w_0) / math.log(w_m)) for i in range(depth)]
        block_widths = [round(w_0 * w_m**power / 8) * 8 for power in powers]
        stages = sorted(set(block_widths))
        depths = [block_widths.count(width) for width in stages]
        inside = [int(width * bottleneck_multiplier) for width in stages]
        groups = [min(group_width, width) for width in inside]
        widths = [int(_make_divisible(w, g) / bottleneck_multiplier) for w, g in zip(inside, groups)]
        n = len(stages)
        return cls(depths, widths, groups, [bottleneck_multiplier] * n, [2] * n, se_ratio)

    def _get_expanded_params(self):
        return zip(self.widths, self.strides, self.depths, self.group_widths, self.bottleneck_multipliers)


class RegNet(nn.Module):
    """RegNet for pictures (N, 3, H, W).

    Args:
        block_params (BlockParams): the stages.
        num_classes (int): outputs.
        stem_width (int): channels of the first convolution.
        stem_type, block_type, norm_layer, activation (callable, optional): what the parts are.
    """

    def __init__(
        self,
        block_params: BlockParams,
        num_classes: int = 1000,
        stem_width: int = 32,
        stem_type: Callable[..., nn.Module] | None = None,
        block_type: Callable[..., nn.Module] | None = None,
        norm_layer: Callable[..., nn.Module] | None = None,
        activation: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        norm_layer = norm_layer or nn.BatchNorm2d
        block_type = block_type or ResBottleneckBlock
        activation = activation or nn.ReLU
        self.stem = (stem_type or SimpleStemIN)(3, stem_width, norm_layer, activation)
        width = stem_width
        blocks = []
        for i, (out, stride, depth, group_width, multiplier) in enumerate(block_params._get_expanded_params()):
            stage = AnyStage(
                width, out, stride, depth, block_type, norm_layer, activation, group_width, multiplier,
                block_params.se_ratio, i + 1,
            )  # fmt: skip
            blocks.append((f"block{i + 1}", stage))
            width = out
        self.trunk_output = nn.Sequential(OrderedDict(blocks))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(in_features=width, out_features=num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                fan_out = m.kernel_size[0] * m.kernel_size[1] * m.out_channels
                nn.init.normal_(m.weight, mean=0.0, std=math.sqrt(2.0 / fan_out))
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.ones_(m.weight)
                nn.init.zeros_(m.bias)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, mean=0.0, std=0.01)
                nn.init.zeros_(m.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.trunk_output(self.stem(x)))
        return self.fc(x.flatten(start_dim=1))


def _regnet(*numbers, se_ratio=None):
    def make(**kwargs):
        kwargs.setdefault("norm_layer", partial(nn.BatchNorm2d, eps=1e-05, momentum=0.1))
        return RegNet(BlockParams.from_init_params(*numbers, se_ratio=se_ratio, **kwargs), **kwargs)

    return classifier(make)


RegNet_Y_400MF_Weights = published("RegNet_Y_400MF_Weights")
RegNet_Y_800MF_Weights = published("RegNet_Y_800MF_Weights")
RegNet_Y_1_6GF_Weights = published("RegNet_Y_1_6GF_Weights")
RegNet_Y_3_2GF_Weights = published("RegNet_Y_3_2GF_Weights")
RegNet_Y_8GF_Weights = published("RegNet_Y_8GF_Weights")
RegNet_Y_16GF_Weights = published("RegNet_Y_16GF_Weights")
RegNet_Y_32GF_Weights = published("RegNet_Y_32GF_Weights")
RegNet_Y_128GF_Weights = published("RegNet_Y_128GF_Weights")
RegNet_X_400MF_Weights = published("RegNet_X_400MF_Weights")
RegNet_X_800MF_Weights = published("RegNet_X_800MF_Weights")
RegNet_X_1_6GF_Weights = published("RegNet_X_1_6GF_Weights")
RegNet_X_3_2GF_Weights = published("RegNet_X_3_2GF_Weights")
RegNet_X_8GF_Weights = published("RegNet_X_8GF_Weights")
RegNet_X_16GF_Weights = published("RegNet_X_16GF_Weights")
RegNet_X_32GF_Weights = published("RegNet_X_32GF_Weights")

_Y = partial(_regnet, se_ratio=0.25)
# depth, first width, slope, ratio, width of a group
regnet_y_400mf = builder("regnet_y_400mf", RegNet_Y_400MF_Weights, _Y(16, 48, 27.89, 2.09, 8), "RegNet Y of 400MF.")
regnet_y_800mf = builder("regnet_y_800mf", RegNet_Y_800MF_Weights, _Y(14, 56, 38.84, 2.4, 16), "RegNet Y of 800MF.")
regnet_y_1_6gf = builder("regnet_y_1_6gf", RegNet_Y_1_6GF_Weights, _Y(27, 48, 20.71, 2.65, 24), "RegNet Y of 1.6GF.")
regnet_y_3_2gf = builder("regnet_y_3_2gf", RegNet_Y_3_2GF_Weights, _Y(21, 80, 42.63, 2.66, 24), "RegNet Y of 3.2GF.")
regnet_y_8gf = builder("regnet_y_8gf", RegNet_Y_8GF_Weights, _Y(17, 192, 76.82, 2.19, 56), "RegNet Y of 8GF.")
regnet_y_16gf = builder("regnet_y_16gf", RegNet_Y_16GF_Weights, _Y(18, 200, 106.23, 2.48, 112), "RegNet Y of 16GF.")
regnet_y_32gf = builder("regnet_y_32gf", RegNet_Y_32GF_Weights, _Y(20, 232, 115.89, 2.53, 232), "RegNet Y of 32GF.")
regnet_y_128gf = builder("regnet_y_128gf", RegNet_Y_128GF_Weights, _Y(27, 456, 160.83, 2.52, 264), "RegNet Y of 128GF.", None)
regnet_x_400mf = builder("regnet_x_400mf", RegNet_X_400MF_Weights, _regnet(22, 24, 24.48, 2.54, 16), "RegNet X of 400MF.")
regnet_x_800mf = builder("regnet_x_800mf", RegNet_X_800MF_Weights, _regnet(16, 56, 35.73, 2.28, 16), "RegNet X of 800MF.")
regnet_x_1_6gf = builder("regnet_x_1_6gf", RegNet_X_1_6GF_Weights, _regnet(18, 80, 34.01, 2.25, 24), "RegNet X of 1.6GF.")
regnet_x_3_2gf = builder("regnet_x_3_2gf", RegNet_X_3_2GF_Weights, _regnet(25, 88, 26.31, 2.25, 48), "RegNet X of 3.2GF.")
regnet_x_8gf = builder("regnet_x_8gf", RegNet_X_8GF_Weights, _regnet(23, 80, 49.56, 2.88, 120), "RegNet X of 8GF.")
regnet_x_16gf = builder("regnet_x_16gf", RegNet_X_16GF_Weights, _regnet(22, 216, 55.59, 2.1, 128), "RegNet X of 16GF.")
regnet_x_32gf = builder("regnet_x_32gf", RegNet_X_32GF_Weights, _regnet(23, 320, 69.86, 2.0, 168), "RegNet X of 32GF.")
