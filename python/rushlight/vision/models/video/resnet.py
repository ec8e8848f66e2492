"""ResNets of three dimensions, whole, mixed and taken apart (Tran et al., 2018: A closer look at spatiotemporal convolutions)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .... import nn
from ...._C import Tensor
from .._api import builder, classifier, published

__all__ = [
    "VideoResNet",
    "R3D_18_Weights",
    "MC3_18_Weights",
    "R2Plus1D_18_Weights",
    "r3d_18",
    "mc3_18",
    "r2plus1d_18",
]


class Conv3DSimple(nn.Conv3d):
    """A convolution of 3 x 3 x 3."""

    def __init__(self, in_planes: int, out_planes: int, midplanes: int | None = None, stride: int = 1, padding: int = 1) -> None:
        super().__init__(in_planes, out_planes, kernel_size=(3, 3, 3), stride=stride, padding=padding, bias=False)

    @staticmethod
    def get_downsample_stride(stride: int) -> tuple[int, int, int]:
        return stride, stride, stride


class Conv2Plus1D(nn.Sequential):
    """A convolution of 1 x 3 x 3, then one of 3 x 1 x 1."""

    def __init__(self, in_planes: int, out_planes: int, midplanes: int, stride: int = 1, padding: int = 1) -> None:
        super().__init__(
            nn.Conv3d(
                in_planes, midplanes, kernel_size=(1, 3, 3), stride=(1, stride, stride), padding=(0, padding, padding), bias=False
            ),
            nn.BatchNorm3d(midplanes),
            nn.ReLU(inplace=True),
            nn.Conv3d(midplanes, out_planes, kernel_size=(3, 1, 1), stride=(stride, 1, 1), padding=(padding, 0, 0), bias=False),
        )

    @staticmethod
    def get_downsample_stride(stride: int) -> tuple[int, int, int]:
        return stride, stride, stride


class Conv3DNoTemporal(nn.Conv3d):
    """A convolution of 1 x 3 x 3."""

    def __init__(self, in_planes: int, out_planes: int, midplanes: int | None = None, stride: int = 1, padding: int = 1) -> None:
        size, steps, border = (1, 3, 3), (1, stride, stride), (0, padding, padding)
        super().__init__(in_planes, out_planes, kernel_size=size, stride=steps, padding=border, bias=False)

    @staticmethod
    def get_downsample_stride(stride: int) -> tuple[int, int, int]:
        return 1, stride, stride


class BasicBlock(nn.Module):
    """Two convolutions and a shortcut."""

    expansion = 1

    def __init__(self, inplanes: int, planes: int, conv_builder: Callable[..., nn.Module], stride: int = 1, downsample: nn.Module | None = None):
        midplanes = (inplanes * planes * 3 * 3 * 3) // (inplanes * 3 * 3 + 3 * planes)
        super().__init__()
        self.conv1 = nn.Sequential(conv_builder(inplanes, planes, midplanes, stride), nn.BatchNorm3d(planes), nn.ReLU(inplace=True))
        self.conv2 = nn.Sequential(conv_builder(planes, planes, midplanes), nn.BatchNorm3d(planes))
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        out = self.conv2(self.conv1(x))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class BasicStem(nn.Sequential):
    """The first convolution."""

    def __init__(self) -> None:
        super().__init__(
            nn.Conv3d(3, 64, kernel_size=(3, 7, 7), stride=(1, 2, 2), padding=(1, 3, 3), bias=False),
            nn.BatchNorm3d(64),
            nn.ReLU(inplace=True),
        )


class R2Plus1dStem(nn.Sequential):
    """The first convolution, taken apart."""

    def __init__(self) -> None:
        super().__init__(
            nn.Conv3d(3, 45, kernel_size=(1, 7, 7), stride=(1, 2, 2), padding=(0, 3, 3), bias=False),
            nn.BatchNorm3d(45),
            nn.ReLU(inplace=True),
            nn.Conv3d(45, 64, kernel_size=(3, 1, 1), stride=(1, 1, 1), padding=(1, 0, 0), bias=False),
            nn.BatchNorm3d(64),
            nn.ReLU(inplace=True),
        )


class VideoResNet(nn.Module):
    """A residual network for videos (N, 3, T, H, W).

    Args:
        block (type): the block.
        conv_makers (list): the convolution of each of the four stages.
        layers (list of int): blocks of each.
        stem (callable): the first convolution.
        num_classes (int): outputs.
        zero_init_residual (bool): whether the last norm of each bottleneck begins at zero.
    """

    def __init__(
        self,
        block,
        conv_makers: Sequence,
        layers: list[int],
        stem: Callable[..., nn.Module],
        num_classes: int = 400,
        zero_init_residual: bool = False,
    ) -> None:
        super().__init__()
        self.inplanes = 64
        self.stem = stem()
        self.layer1 = self._make_layer(block, conv_makers[0], 64, layers[0], stride=1)
        self.layer2 = self._make_layer(block, conv_makers[1], 128, layers[1], stride=2)
        self.layer3 = self._make_layer(block, conv_makers[2], 256, layers[2], stride=2)
        self.layer4 = self._make_layer(block, conv_makers[3], 512, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool3d((1, 1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv3d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                if m.bias is not None:
                    nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.BatchNorm3d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.01)
                nn.init.constant_(m.bias, 0)
        if zero_init_residual:
            for m in self.modules():
                if hasattr(m, "bn3"):
                    nn.init.constant_(m.bn3.weight, 0)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))
        return self.fc(self.avgpool(x).flatten(1))

    def _make_layer(self, block, conv_builder, planes: int, blocks: int, stride: int = 1) -> nn.Sequential:
        width = planes * block.expansion
        shortcut = None
        if stride != 1 or self.inplanes != width:
            steps = conv_builder.get_downsample_stride(stride)
            shortcut = nn.Sequential(
                nn.Conv3d(self.inplanes, width, kernel_size=1, stride=steps, bias=False), nn.BatchNorm3d(width)
            )
        layers = [block(self.inplanes, planes, conv_builder, stride, shortcut)]
        self.inplanes = width
        layers += [block(width, planes, conv_builder) for _ in range(1, blocks)]
        return nn.Sequential(*layers)


def _video(conv_makers, stem):
    return classifier(lambda **kwargs: VideoResNet(BasicBlock, conv_makers, [2, 2, 2, 2], stem, **kwargs))


R3D_18_Weights = published("R3D_18_Weights")
MC3_18_Weights = published("MC3_18_Weights")
R2Plus1D_18_Weights = published("R2Plus1D_18_Weights")

r3d_18 = builder("r3d_18", R3D_18_Weights, _video([Conv3DSimple] * 4, BasicStem), "ResNet of three dimensions.", "KINETICS400_V1")
mc3_18 = builder(
    "mc3_18",
    MC3_18_Weights,
    _video([Conv3DSimple] + [Conv3DNoTemporal] * 3, BasicStem),
    "ResNet whose first stage alone looks along time.",
    "KINETICS400_V1",
)
r2plus1d_18 = builder(
    "r2plus1d_18", R2Plus1D_18_Weights, _video([Conv2Plus1D] * 4, R2Plus1dStem), "ResNet of space, then time.", "KINETICS400_V1"
)
