"""ShuffleNet v2 (Ma et al., 2018: Practical guidelines for efficient CNN architecture design)."""

from __future__ import annotations

from functools import partial

from ... import cat, nn
from ..._C import Tensor
from ._api import builder, classifier, published

__all__ = [
    "ShuffleNetV2",
    "ShuffleNet_V2_X0_5_Weights",
    "ShuffleNet_V2_X1_0_Weights",
    "ShuffleNet_V2_X1_5_Weights",
    "ShuffleNet_V2_X2_0_Weights",
    "shufflenet_v2_x0_5",
    "shufflenet_v2_x1_0",
    "shufflenet_v2_x1_5",
    "shufflenet_v2_x2_0",
]


def channel_shuffle(x: Tensor, groups: int) -> Tensor:
    """Channels of (N, C, H, W) dealt out: the first of each group, the second of each, and so on."""
    n, c, h, w = x.size()
    return x.view(n, groups, c // groups, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


class InvertedResidual(nn.Module):
    """Half of the channels through the branch, then all of them shuffled."""

    def __init__(self, inp: int, oup: int, stride: int) -> None:
        super().__init__()
        if not 1 <= stride <= 3:
            raise ValueError("illegal stride value")
        self.stride = stride
        half = oup // 2
        if stride == 1 and inp != half << 1:
            raise ValueError(f"Invalid combination of stride {stride}, inp {inp} and oup {oup} values. If stride == 1 then inp should be equal to oup // 2 << 1.")
        if stride > 1:
            self.branch1 = nn.Sequential(
                self.depthwise_conv(inp, inp, kernel_size=3, stride=stride, padding=1),
                nn.BatchNorm2d(inp),
                nn.Conv2d(inp, half, kernel_size=1, stride=1, padding=0, bias=False),
                nn.BatchNorm2d(half),
                nn.ReLU(inplace=True),
            )
        else:
            self.branch1 = nn.Sequential()
        self.branch2 = nn.Sequential(
            nn.Conv2d(inp if stride > 1 else half, half, kernel_size=1, stride=1, padding=0, bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
            self.depthwise_conv(half, half, kernel_size=3, stride=stride, padding=1),
            nn.BatchNorm2d(half),
            nn.Conv2d(half, half, kernel_size=1, stride=1, padding=0, bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(inplace=True),
        )

    @staticmethod
    def depthwise_conv(i: int, o: int, kernel_size: int, stride: int = 1, padding: int = 0, bias: bool = False) -> nn.Conv2d:
        """A convolution of each channel by itself."""
        return nn.Conv2d(i, o, kernel_size, stride, padding, bias=bias, groups=i)

    def forward(self, x: Tensor) -> Tensor:
        if self.stride == 1:
            kept, changed = x.chunk(2, dim=1)
            out = cat((kept, self.branch2(changed)), dim=1)
        else:
            out = cat((self.branch1(x), self.branch2(x)), dim=1)
        return channel_shuffle(out, 2)


class ShuffleNetV2(nn.Module):
    """ShuffleNet v2 for pictures (N, 3, H, W).

    Args:
        stages_repeats (list of int): blocks of the three stages.
        stages_out_channels (list of int): channels of the first convolution, the stages and the last convolution.
        num_classes (int): outputs.
    """

    def __init__(self, stages_repeats: list[int], stages_out_channels: list[int], num_classes: int = 1000, inverted_residual=InvertedResidual):
        super().__init__()
        if len(stages_repeats) != 3:
            raise ValueError("expected stages_repeats as list of 3 positive ints")
        if len(stages_out_channels) != 5:
            raise ValueError("expected stages_out_channels as list of 5 positive ints")
        self._stage_out_channels = stages_out_channels
        width = stages_out_channels[0]
        self.conv1 = nn.Sequential(nn.Conv2d(3, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True))
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        for i, (repeats, out) in enumerate(zip(stages_repeats, stages_out_channels[1:])):
            blocks = [inverted_residual(width, out, 2)] + [inverted_residual(out, out, 1) for _ in range(repeats - 1)]
            setattr(self, f"stage{i + 2}", nn.Sequential(*blocks))
            width = out
        last = stages_out_channels[-1]
        self.conv5 = nn.Sequential(nn.Conv2d(width, last, 1, 1, 0, bias=False), nn.BatchNorm2d(last), nn.ReLU(inplace=True))
        self.fc = nn.Linear(last, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stage4(self.stage3(self.stage2(self.maxpool(self.conv1(x)))))
        return self.fc(self.conv5(x).mean([2, 3]))


def _shuffle(*widths):
    return classifier(partial(ShuffleNetV2, [4, 8, 4], list(widths)))


ShuffleNet_V2_X0_5_Weights = published("ShuffleNet_V2_X0_5_Weights")
ShuffleNet_V2_X1_0_Weights = published("ShuffleNet_V2_X1_0_Weights")
ShuffleNet_V2_X1_5_Weights = published("ShuffleNet_V2_X1_5_Weights")
ShuffleNet_V2_X2_0_Weights = published("ShuffleNet_V2_X2_0_Weights")

_DOC = "ShuffleNet v2, {} times as wide as the paper's."
shufflenet_v2_x0_5 = builder("shufflenet_v2_x0_5", ShuffleNet_V2_X0_5_Weights, _shuffle(24, 48, 96, 192, 1024), _DOC.format(0.5))
shufflenet_v2_x1_0 = builder("shufflenet_v2_x1_0", ShuffleNet_V2_X1_0_Weights, _shuffle(24, 116, 232, 464, 1024), _DOC.format(1))
shufflenet_v2_x1_5 = builder("shufflenet_v2_x1_5", ShuffleNet_V2_X1_5_Weights, _shuffle(24, 176, 352, 704, 1024), _DOC.format(1.5))
shufflenet_v2_x2_0 = builder("shufflenet_v2_x2_0", ShuffleNet_V2_X2_0_Weights, _shuffle(24, 244, 488, 976, 2048), _DOC.format(2))
