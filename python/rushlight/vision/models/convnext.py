"""ConvNeXt (Liu et al., 2022: A ConvNet for the 2020s)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ... import nn, ones
from ..._C import Tensor
from ...nn import functional as F
from ..ops.misc import Conv2dNormActivation, Permute
from ..ops.stochastic_depth import StochasticDepth
from ._api import builder, classifier, published

__all__ = [
    "ConvNeXt",
    "ConvNeXt_Tiny_Weights",
    "ConvNeXt_Small_Weights",
    "ConvNeXt_Base_Weights",
    "ConvNeXt_Large_Weights",
    "convnext_tiny",
    "convnext_small",
    "convnext_base",
    "convnext_large",
]


class LayerNorm2d(nn.LayerNorm):
    """A layer norm over the channels of (N, C, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        x = F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class CNBlock(nn.Module):
    """A depthwise 7 x 7 convolution, then two linear layers over the channels."""

    def __init__(self, dim, layer_scale: float, stochastic_depth_prob: float, norm_layer: Callable[..., nn.Module] | None = None):
        super().__init__()
        norm_layer = norm_layer or partial(nn.LayerNorm, eps=1e-6)
        self.block = nn.Sequential(
            nn.Conv2d(dim, dim, kernel_size=7, padding=3, groups=dim, bias=True),
            Permute([0, 2, 3, 1]),
            norm_layer(dim),
            nn.Linear(in_features=dim, out_features=4 * dim, bias=True),
            nn.GELU(),
            nn.Linear(in_features=4 * dim, out_features=dim, bias=True),
            Permute([0, 3, 1, 2]),
        )
        self.layer_scale = nn.Parameter(ones(dim, 1, 1) * layer_scale)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")

    def forward(self, input: Tensor) -> Tensor:
        result = self.stochastic_depth(self.layer_scale * self.block(input))
        result += input
        return result


class CNBlockConfig:
    """A stage: its channels, those of the next one, and its blocks."""

    def __init__(self, input_channels: int, out_channels: int | None, num_layers: int) -> None:
        self.input_channels = input_channels
        self.out_channels = out_channels
        self.num_layers = num_layers

    def __repr__(self) -> str:
        return f"{type(self).__name__}(input_channels={self.input_channels}, out_channels={self.out_channels}, num_layers={self.num_layers})"


class ConvNeXt(nn.Module):
    """ConvNeXt for pictures (N, 3, H, W).

    Args:
        block_setting (list of CNBlockConfig): the stages.
        stochastic_depth_prob (float): with which the last block is left out; earlier ones less, in proportion.
        layer_scale (float): what each block's output is scaled by at first.
        num_classes (int): outputs.
        block, norm_layer (callable, optional): the block and the norm.
    """

    def __init__(
        self,
        block_setting: list[CNBlockConfig],
        stochastic_depth_prob: float = 0.0,
        layer_scale: float = 1e-6,
        num_classes: int = 1000,
        block: Callable[..., nn.Module] | None = None,
        norm_layer: Callable[..., nn.Module] | None = None,
        **kwargs,
    ) -> None:
        super().__init__()
        if not block_setting:
            raise ValueError("The block_setting should not be empty")
        if not (isinstance(block_setting, (list, tuple)) and all(isinstance(s, CNBlockConfig) for s in block_setting)):
            raise TypeError("The block_setting should be List[CNBlockConfig]")
        block = block or CNBlock
        norm_layer = norm_layer or partial(LayerNorm2d, eps=1e-6)
        first = block_setting[0].input_channels
        layers: list[nn.Module] = [
            Conv2dNormActivation(3, first, kernel_size=4, stride=4, padding=0, norm_layer=norm_layer, activation_layer=None, bias=True)
        ]
        total, done = sum(cnf.num_layers for cnf in block_setting), 0
        for cnf in block_setting:
            stage = []
            for _ in range(cnf.num_layers):
                stage.append(block(cnf.input_channels, layer_scale, stochastic_depth_prob * done / (total - 1.0)))
                done += 1
            layers.append(nn.Sequential(*stage))
            if cnf.out_channels is not None:
                down = nn.Conv2d(cnf.input_channels, cnf.out_channels, kernel_size=2, stride=2)
                layers.append(nn.Sequential(norm_layer(cnf.input_channels), down))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        last = block_setting[-1].out_channels or block_setting[-1].input_channels
        self.classifier = nn.Sequential(norm_layer(last), nn.Flatten(1), nn.Linear(last, num_classes))
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.trunc_normal_(m.weight, std=0.02)
                if m.bias is not None:
                    nn.init.zeros_(m.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)))


def _convnext(widths, depths, stochastic_depth_prob):
    def make(**kwargs):
        setting = [CNBlockConfig(a, b, n) for a, b, n in zip(widths, [*widths[1:], None], depths)]
        return ConvNeXt(setting, **{"stochastic_depth_prob": stochastic_depth_prob, **kwargs})

    return classifier(make)


ConvNeXt_Tiny_Weights = published("ConvNeXt_Tiny_Weights")
ConvNeXt_Small_Weights = published("ConvNeXt_Small_Weights")
ConvNeXt_Base_Weights = published("ConvNeXt_Base_Weights")
ConvNeXt_Large_Weights = published("ConvNeXt_Large_Weights")

_T, _S = [96, 192, 384, 768], [3, 3, 27, 3]
convnext_tiny = builder("convnext_tiny", ConvNeXt_Tiny_Weights, _convnext(_T, [3, 3, 9, 3], 0.1), "ConvNeXt, tiny.")
convnext_small = builder("convnext_small", ConvNeXt_Small_Weights, _convnext(_T, _S, 0.4), "ConvNeXt, small.")
convnext_base = builder("convnext_base", ConvNeXt_Base_Weights, _convnext([128, 256, 512, 1024], _S, 0.5), "ConvNeXt, base.")
convnext_large = builder("convnext_large", ConvNeXt_Large_Weights, _convnext([192, 384, 768, 1536], _S, 0.5), "ConvNeXt, large.")
