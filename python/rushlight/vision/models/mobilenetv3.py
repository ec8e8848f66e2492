"""MobileNet v3 (Howard et al., 2019: Searching for MobileNetV3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ... import flatten, nn
from ..._C import Tensor
from ..ops.misc import Conv2dNormActivation, SqueezeExcitation as SElayer
from ._api import builder, load_weights, published
from ._utils import _make_divisible, _ovewrite_named_param
from .mobilenetv2 import init_mobile

__all__ = ["MobileNetV3", "MobileNet_V3_Large_Weights", "MobileNet_V3_Small_Weights", "mobilenet_v3_large", "mobilenet_v3_small"]


class InvertedResidualConfig:
    """A row of the paper's tables."""

    def __init__(
        self,
        input_channels: int,
        kernel: int,
        expanded_channels: int,
        out_channels: int,
        use_se: bool,
        activation: str,
        stride: int,
        dilation: int,
        width_mult: float,
    ):
        self.input_channels = self.adjust_channels(input_channels, width_mult)
        self.kernel = kernel
        self.expanded_channels = self.adjust_channels(expanded_channels, width_mult)
        self.out_channels = self.adjust_channels(out_channels, width_mult)
        self.use_se = use_se
        self.use_hs = activation == "HS"
        self.stride = stride
        self.dilation = dilation

    @staticmethod
    def adjust_channels(channels: int, width_mult: float) -> int:
        """Channels of a network of another width."""
        return _make_divisible(channels * width_mult, 8)


_SQUEEZE = partial(SElayer, scale_activation=nn.Hardsigmoid)


class InvertedResidual(nn.Module):
    """1 x 1, depthwise, squeeze and excitation, 1 x 1 without activation; around them a shortcut."""

    def __init__(
        self,
        cnf: InvertedResidualConfig,
        norm_layer: Callable[..., nn.Module],
        se_layer: Callable[..., nn.Module] = _SQUEEZE,
    ):
        super().__init__()
        if not 1 <= cnf.stride <= 2:
            raise ValueError("illegal stride value")
        self.use_res_connect = cnf.stride == 1 and cnf.input_channels == cnf.out_channels
        how: dict[str, Any] = {"norm_layer": norm_layer, "activation_layer": nn.Hardswish if cnf.use_hs else nn.ReLU}
        width = cnf.expanded_channels
        layers: list[nn.Module] = []
        if width != cnf.input_channels:
            layers.append(Conv2dNormActivation(cnf.input_channels, width, kernel_size=1, **how))
        stride = 1 if cnf.dilation > 1 else cnf.stride
        layers.append(
            Conv2dNormActivation(width, width, kernel_size=cnf.kernel, stride=stride, dilation=cnf.dilation, groups=width, **how)
        )
        if cnf.use_se:
            layers.append(se_layer(width, _make_divisible(width // 4, 8)))
        layers.append(Conv2dNormActivation(width, cnf.out_channels, kernel_size=1, norm_layer=norm_layer, activation_layer=None))
        self.block = nn.Sequential(*layers)
        self.out_channels = cnf.out_channels
        self._is_cn = cnf.stride > 1

    def forward(self, input: Tensor) -> Tensor:
        result = self.block(input)
        if self.use_res_connect:
            result += input
        return result


class MobileNetV3(nn.Module):
    """MobileNet v3 for pictures (N, 3, H, W).

    Args:
        inverted_residual_setting (list of InvertedResidualConfig): the blocks.
        last_channel (int): width of the hidden linear layer.
        num_classes (int): outputs.
        block, norm_layer (callable, optional): the block and the norm.
        dropout (float): probability before the last layer.
    """

    def __init__(
        self,
        inverted_residual_setting: list[InvertedResidualConfig],
        last_channel: int,
        num_classes: int = 1000,
        block: Callable[..., nn.Module] | None = None,
        norm_layer: Callable[..., nn.Module] | None = None,
        dropout: float = 0.2,
        **kwargs,
    ) -> None:
        super().__init__()
        setting = inverted_residual_setting
        if not setting:
            raise ValueError("The inverted_residual_setting should not be empty")
        if not (isinstance(setting, (list, tuple)) and all(isinstance(s, InvertedResidualConfig) for s in setting)):
            raise TypeError("The inverted_residual_setting should be List[InvertedResidualConfig]")
        block = block or InvertedResidual
        norm_layer = norm_layer or partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
        how: dict[str, Any] = {"norm_layer": norm_layer, "activation_layer": nn.Hardswish}
        layers: list[nn.Module] = [Conv2dNormActivation(3, setting[0].input_channels, kernel_size=3, stride=2, **how)]
        layers += [block(cnf, norm_layer) for cnf in setting]
        width = setting[-1].out_channels
        layers.append(Conv2dNormActivation(width, 6 * width, kernel_size=1, **how))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(6 * width, last_channel),
            nn.Hardswish(inplace=True),
            nn.Dropout(p=dropout, inplace=True),
            nn.Linear(last_channel, num_classes),
        )
        init_mobile(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(flatten(self.avgpool(self.features(x)), 1))


# input, kernel, expanded, output, squeeze and excitation, activation, stride; `/` where a tail may be thinned and dilated
_LARGE = """16 3 16 16 - RE 1, 16 3 64 24 - RE 2, 24 3 72 24 - RE 1, 24 5 72 40 SE RE 2, 40 5 120 40 SE RE 1, 40 5 120 40 SE RE 1,
40 3 240 80 - HS 2, 80 3 200 80 - HS 1, 80 3 184 80 - HS 1, 80 3 184 80 - HS 1, 80 3 480 112 SE HS 1, 112 3 672 112 SE HS 1,
112 5 672 160/ SE HS 2/, 160/ 5 960/ 160/ SE HS 1/, 160/ 5 960/ 160/ SE HS 1/"""
_SMALL = """16 3 16 16 SE RE 2, 16 3 72 24 - RE 2, 24 3 88 24 - RE 1, 24 5 96 40 SE HS 2, 40 5 240 40 SE HS 1, 40 5 240 40 SE HS 1,
40 5 120 48 SE HS 1, 48 5 144 48 SE HS 1, 48 5 288 96/ SE HS 2/, 96/ 5 576/ 96/ SE HS 1/, 96/ 5 576/ 96/ SE HS 1/"""


def _mobilenet_v3_conf(arch: str, width_mult: float = 1.0, reduced_tail: bool = False, dilated: bool = False, **kwargs):
    table, last = {"mobilenet_v3_large": (_LARGE, 1280), "mobilenet_v3_small": (_SMALL, 1024)}[arch]
    divide = 2 if reduced_tail else 1

    def number(word: str) -> int:
        return int(word[:-1]) // divide if word.endswith("/") else int(word)

    setting = []
    for row in table.split(","):
        inp, kernel, expanded, out, se, activation, stride = row.split()
        dilation = 2 if stride.endswith("/") and dilated else 1
        setting.append(
            InvertedResidualConfig(
                number(inp), int(kernel), number(expanded), number(out), se == "SE", activation,
                int(stride.rstrip("/")), dilation, width_mult,
            )
        )  # fmt: skip
    return setting, InvertedResidualConfig.adjust_channels(last // divide, width_mult)


def _mobilenet_v3(arch: str):
    def build(weights=None, progress=True, **kwargs):
        setting, last_channel = _mobilenet_v3_conf(arch, **kwargs)
        for word in ("width_mult", "reduced_tail", "dilated"):
            kwargs.pop(word, None)
        if weights is not None:
            _ovewrite_named_param(kwargs, "num_classes", len(weights.meta["categories"]))
        return load_weights(MobileNetV3(setting, last_channel, **kwargs), weights, progress)

    return build


MobileNet_V3_Large_Weights = published("MobileNet_V3_Large_Weights")
MobileNet_V3_Small_Weights = published("MobileNet_V3_Small_Weights")
mobilenet_v3_large = builder("mobilenet_v3_large", MobileNet_V3_Large_Weights, _mobilenet_v3("mobilenet_v3_large"), "MobileNet v3, large.")
mobilenet_v3_small = builder("mobilenet_v3_small", MobileNet_V3_Small_Weights, _mobilenet_v3("mobilenet_v3_small"), "MobileNet v3, small.")
