"""ResNet, ResNeXt and Wide ResNet (He et al., 2016; Xie et al., 2017; Zagoruyko and Komodakis, 2016)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ... import flatten, nn
from ..._C import Tensor
from ._api import builder, classifier, published

__all__ = [
    "ResNet",
    "ResNet18_Weights",
    "ResNet34_Weights",
    "ResNet50_Weights",
    "ResNet101_Weights",
    "ResNet152_Weights",
    "ResNeXt50_32X4D_Weights",
    "ResNeXt101_32X8D_Weights",
    "ResNeXt101_64X4D_Weights",
    "Wide_ResNet50_2_Weights",
    "Wide_ResNet101_2_Weights",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
]


def conv3x3(in_planes: int, out_planes: int, stride: int = 1, groups: int = 1, dilation: int = 1) -> nn.Conv2d:
    """A 3 x 3 convolution that keeps the size at stride 1."""
    return nn.Conv2d(
        in_planes, out_planes, kernel_size=3, stride=stride, padding=dilation, groups=groups, bias=False, dilation=dilation
    )


def conv1x1(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    """A 1 x 1 convolution."""
    return nn.Conv2d(in_planes, out_planes, kernel_size=1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions and a shortcut."""

    expansion: int = 1

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        norm_layer = norm_layer or nn.BatchNorm2d
        if groups != 1 or base_width != 64:
            raise ValueError("BasicBlock only supports groups=1 and base_width=64")
        if dilation > 1:
            raise NotImplementedError("Dilation > 1 not supported in BasicBlock")
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm_layer(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm_layer(planes)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class Bottleneck(nn.Module):
    """A 3 x 3 convolution between two of 1 x 1, and a shortcut; the stride is the 3 x 3 one's."""

    expansion: int = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        norm_layer = norm_layer or nn.BatchNorm2d
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1 = conv1x1(inplanes, width)
        self.bn1 = norm_layer(width)
        self.conv2 = conv3x3(width, width, stride, groups, dilation)
        self.bn2 = norm_layer(width)
        self.conv3 = conv1x1(width, planes * self.expansion)
        self.bn3 = norm_layer(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet(nn.Module):
    """A residual network for pictures (N, 3, H, W).

    Args:
        block (type): ``BasicBlock`` or ``Bottleneck``.
        layers (list of int): how many of them in each of the four stages.
        num_classes (int): outputs.
        zero_init_residual (bool): whether the last norm of each block begins at zero, so that blocks begin as identities.
        groups, width_per_group (int): of the 3 x 3 convolutions in ``Bottleneck``.
        replace_stride_with_dilation (list of bool, optional): for each of the last three stages.
        norm_layer (callable, optional): ``BatchNorm2d`` by default.

    Example:

        >>> from rushlight.vision.models.resnet import BasicBlock, ResNet
        >>> model = ResNet(BasicBlock, [1, 1, 1, 1], num_classes=10)
        >>> tuple(model(torch.rand(2, 3, 32, 32)).shape)
        (2, 10)
    """

    def __init__(
        self,
        block: type[BasicBlock | Bottleneck],
        layers: list[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
        groups: int = 1,
        width_per_group: int = 64,
        replace_stride_with_dilation: list[bool] | None = None,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        norm_layer = norm_layer or nn.BatchNorm2d
        self._norm_layer = norm_layer
        self.inplanes = 64
        self.dilation = 1
        dilate = [False, False, False] if replace_stride_with_dilation is None else replace_stride_with_dilation
        if len(dilate) != 3:
            raise ValueError(f"replace_stride_with_dilation should be None or a 3-element tuple, got {replace_stride_with_dilation}")
        self.groups = groups
        self.base_width = width_per_group
        self.conv1 = nn.Conv2d(3, self.inplanes, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = norm_layer(self.inplanes)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], stride=2, dilate=dilate[0])
        self.layer3 = self._make_layer(block, 256, layers[2], stride=2, dilate=dilate[1])
        self.layer4 = self._make_layer(block, 512, layers[3], stride=2, dilate=dilate[2])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)

        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
        if zero_init_residual:
            for m in self.modules():
                if isinstance(m, Bottleneck) and m.bn3.weight is not None:
                    nn.init.constant_(m.bn3.weight, 0)
                elif isinstance(m, BasicBlock) and m.bn2.weight is not None:
                    nn.init.constant_(m.bn2.weight, 0)

    def _make_layer(self, block, planes: int, blocks: int, stride: int = 1, dilate: bool = False) -> nn.Sequential:
        before = self.dilation
        if dilate:
            self.dilation *= stride
            stride = 1
        width = planes * block.expansion
        shortcut = None
        if stride != 1 or self.inplanes != width:
            shortcut = nn.Sequential(conv1x1(self.inplanes, width, stride), self._norm_layer(width))
        shared = (self.groups, self.base_width)
        layers = [block(self.inplanes, planes, stride, shortcut, *shared, before, self._norm_layer)]
        self.inplanes = width
        layers += [block(width, planes, 1, None, *shared, self.dilation, self._norm_layer) for _ in range(1, blocks)]
        return nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(flatten(self.avgpool(x), 1))


def _resnet(block, layers, **fixed):
    return classifier(lambda **kwargs: ResNet(block, layers, **{**fixed, **kwargs}))


ResNet18_Weights = published("ResNet18_Weights")
ResNet34_Weights = published("ResNet34_Weights")
ResNet50_Weights = published("ResNet50_Weights")
ResNet101_Weights = published("ResNet101_Weights")
ResNet152_Weights = published("ResNet152_Weights")
ResNeXt50_32X4D_Weights = published("ResNeXt50_32X4D_Weights")
ResNeXt101_32X8D_Weights = published("ResNeXt101_32X8D_Weights")
ResNeXt101_64X4D_Weights = published("ResNeXt101_64X4D_Weights")
Wide_ResNet50_2_Weights = published("Wide_ResNet50_2_Weights")
Wide_ResNet101_2_Weights = published("Wide_ResNet101_2_Weights")

_50, _101 = partial(_resnet, Bottleneck, [3, 4, 6, 3]), partial(_resnet, Bottleneck, [3, 4, 23, 3])
resnet18 = builder("resnet18", ResNet18_Weights, _resnet(BasicBlock, [2, 2, 2, 2]), "ResNet of 18 layers.")
resnet34 = builder("resnet34", ResNet34_Weights, _resnet(BasicBlock, [3, 4, 6, 3]), "ResNet of 34 layers.")
resnet50 = builder("resnet50", ResNet50_Weights, _50(), "ResNet of 50 layers.")
resnet101 = builder("resnet101", ResNet101_Weights, _101(), "ResNet of 101 layers.")
resnet152 = builder("resnet152", ResNet152_Weights, _resnet(Bottleneck, [3, 8, 36, 3]), "ResNet of 152 layers.")
resnext50_32x4d = builder(
    "resnext50_32x4d", ResNeXt50_32X4D_Weights, _50(groups=32, width_per_group=4), "ResNeXt of 50 layers, 32 groups of 4."
)
resnext101_32x8d = builder(
    "resnext101_32x8d", ResNeXt101_32X8D_Weights, _101(groups=32, width_per_group=8), "ResNeXt of 101 layers, 32 groups of 8."
)
resnext101_64x4d = builder(
    "resnext101_64x4d", ResNeXt101_64X4D_Weights, _101(groups=64, width_per_group=4), "ResNeXt of 101 layers, 64 groups of 4.", None
)
wide_resnet50_2 = builder(
    "wide_resnet50_2", Wide_ResNet50_2_Weights, _50(width_per_group=128), "ResNet of 50 layers, twice as wide inside."
)
wide_resnet101_2 = builder(
    "wide_resnet101_2", Wide_ResNet101_2_Weights, _101(width_per_group=128), "ResNet of 101 layers, twice as wide inside."
)
