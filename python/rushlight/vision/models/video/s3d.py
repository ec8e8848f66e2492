"""S3D (Xie et al., 2018: Rethinking spatiotemporal feature learning)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .... import cat, mean, nn
from ...._C import Tensor
from ...ops.misc import Conv3dNormActivation
from .._api import builder, classifier, published

__all__ = ["S3D", "S3D_Weights", "s3d"]


class TemporalSeparableConv(nn.Sequential):
    """A convolution of space, then one of time."""

    def __init__(self, in_planes: int, out_planes: int, kernel_size: int, stride: int, padding: int, norm_layer: Callable[..., nn.Module]):
        k, s, p = kernel_size, stride, padding
        super().__init__(
            Conv3dNormActivation(
                in_planes, out_planes, kernel_size=(1, k, k), stride=(1, s, s), padding=(0, p, p), bias=False, norm_layer=norm_layer
            ),
            Conv3dNormActivation(
                out_planes, out_planes, kernel_size=(k, 1, 1), stride=(s, 1, 1), padding=(p, 0, 0), bias=False, norm_layer=norm_layer
            ),
        )


class SepInceptionBlock3D(nn.Module):
    """Four branches side by side, as of GoogLeNet."""

    def __init__(self, in_planes: int, b0: int, b1_mid: int, b1: int, b2_mid: int, b2: int, b3: int, norm_layer: Callable[..., nn.Module]):
        super().__init__()
        point = partial(Conv3dNormActivation, kernel_size=1, stride=1, norm_layer=norm_layer)
        self.branch0 = point(in_planes, b0)
        self.branch1 = nn.Sequential(point(in_planes, b1_mid), TemporalSeparableConv(b1_mid, b1, 3, 1, 1, norm_layer))
        self.branch2 = nn.Sequential(point(in_planes, b2_mid), TemporalSeparableConv(b2_mid, b2, 3, 1, 1, norm_layer))
        self.branch3 = nn.Sequential(nn.MaxPool3d(kernel_size=(3, 3, 3), stride=1, padding=1), point(in_planes, b3))

    def forward(self, x: Tensor) -> Tensor:
        return cat((self.branch0(x), self.branch1(x), self.branch2(x), self.branch3(x)), 1)


class S3D(nn.Module):
    """S3D for videos (N, 3, T, H, W) of 14 frames and 224 pixels a side or more.

    Args:
        num_classes (int): outputs.
        dropout (float): probability before the last layer.
        norm_layer (callable, optional): the norm.
    """

    def __init__(self, num_classes: int = 400, dropout: float = 0.2, norm_layer: Callable[..., nn.Module] | None = None) -> None:
        super().__init__()
        norm = norm_layer or partial(nn.BatchNorm3d, eps=0.001, momentum=0.001)
        block = partial(SepInceptionBlock3D, norm_layer=norm)
        self.features = nn.Sequential(
            TemporalSeparableConv(3, 64, 7, 2, 3, norm),
            nn.MaxPool3d(kernel_size=(1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)),
            Conv3dNormActivation(64, 64, kernel_size=1, stride=1, norm_layer=norm),
            TemporalSeparableConv(64, 192, 3, 1, 1, norm),
            nn.MaxPool3d(kernel_size=(1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)),
            block(192, 64, 96, 128, 16, 32, 32),
            block(256, 128, 128, 192, 32, 96, 64),
            nn.MaxPool3d(kernel_size=(3, 3, 3), stride=(2, 2, 2), padding=(1, 1, 1)),
            block(480, 192, 96, 208, 16, 48, 64),
            block(512, 160, 112, 224, 24, 64, 64),
            block(512, 128, 128, 256, 24, 64, 64),
            block(512, 112, 144, 288, 32, 64, 64),
            block(528, 256, 160, 320, 32, 128, 128),
            nn.MaxPool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2), padding=(0, 0, 0)),
            block(832, 256, 160, 320, 32, 128, 128),
            block(832, 384, 192, 384, 48, 128, 128),
        )
        self.avgpool = nn.AvgPool3d(kernel_size=(2, 7, 7), stride=1)
        self.classifier = nn.Sequential(nn.Dropout(p=dropout), nn.Conv3d(1024, num_classes, kernel_size=1, stride=1, bias=True))

    def forward(self, x: Tensor) -> Tensor:
        return mean(self.classifier(self.avgpool(self.features(x))), dim=(2, 3, 4))


S3D_Weights = published("S3D_Weights")
s3d = builder("s3d", S3D_Weights, classifier(S3D), "S3D.", "KINETICS400_V1")
