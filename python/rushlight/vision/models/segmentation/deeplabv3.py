"""DeepLab v3 (Chen et al., 2017: Rethinking atrous convolution for semantic image segmentation)."""

from __future__ import annotations

from collections.abc import Sequence

from .... import cat, nn
from ...._C import Tensor
from ....nn import functional as F
from .._api import builder, published
from ..mobilenetv3 import MobileNet_V3_Large_Weights, mobilenet_v3_large
from ..resnet import ResNet50_Weights, ResNet101_Weights, resnet50, resnet101
from ._utils import _SimpleSegmentationModel, mobilenet_maps, resnet_maps, segmenter
from .fcn import FCNHead

__all__ = [
    "DeepLabV3",
    "DeepLabV3_ResNet50_Weights",
    "DeepLabV3_ResNet101_Weights",
    "DeepLabV3_MobileNet_V3_Large_Weights",
    "deeplabv3_mobilenet_v3_large",
    "deeplabv3_resnet50",
    "deeplabv3_resnet101",
]


class DeepLabV3(_SimpleSegmentationModel):
    """A backbone and a head that looks near and far; answers as ``FCN``.

    Args:
        backbone (Module): answers with maps ``out`` and ``aux``.
        classifier (Module): the head over ``out``.
        aux_classifier (Module, optional): the head over ``aux``.
    """


class ASPPConv(nn.Sequential):
    """A dilated convolution, its norm and ReLU."""

    def __init__(self, in_channels: int, out_channels: int, dilation: int) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )


class ASPPPooling(nn.Sequential):
    """What the whole picture is like, everywhere."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(in_channels, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[-2:]
        return F.interpolate(super().forward(x), size=size, mode="bilinear", align_corners=False)


class ASPP(nn.Module):
    """Convolutions of several dilations side by side, and a pooling."""

    def __init__(self, in_channels: int, atrous_rates: Sequence[int], out_channels: int = 256) -> None:
        super().__init__()
        modules: list[nn.Module] = [
            nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels), nn.ReLU())
        ]
        modules += [ASPPConv(in_channels, out_channels, rate) for rate in atrous_rates]
        modules.append(ASPPPooling(in_channels, out_channels))
        self.convs = nn.ModuleList(modules)
        self.project = nn.Sequential(
            nn.Conv2d(len(modules) * out_channels, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Dropout(0.5),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.project(cat([conv(x) for conv in self.convs], dim=1))


class DeepLabHead(nn.Sequential):
    """``ASPP``, a convolution of 3 x 3, and one of 1 x 1 to the classes."""

    def __init__(self, in_channels: int, num_classes: int, atrous_rates: Sequence[int] = (12, 24, 36)) -> None:
        super().__init__(
            ASPP(in_channels, atrous_rates),
            nn.Conv2d(256, 256, 3, padding=1, bias=False),
            nn.BatchNorm2d(256),
            nn.ReLU(),
            nn.Conv2d(256, num_classes, 1),
        )


def _over_resnet(backbone):
    return segmenter(DeepLabV3, DeepLabHead, FCNHead, backbone, resnet_maps, replace_stride_with_dilation=[False, True, True])


DeepLabV3_ResNet50_Weights = published("DeepLabV3_ResNet50_Weights")
DeepLabV3_ResNet101_Weights = published("DeepLabV3_ResNet101_Weights")
DeepLabV3_MobileNet_V3_Large_Weights = published("DeepLabV3_MobileNet_V3_Large_Weights")

_LEGACY, _WORDS = "COCO_WITH_VOC_LABELS_V1", {"num_classes": None, "aux_loss": None}
deeplabv3_resnet50 = builder(
    "deeplabv3_resnet50",
    DeepLabV3_ResNet50_Weights,
    _over_resnet(resnet50),
    "DeepLab v3 over ResNet-50.",
    _LEGACY,
    (ResNet50_Weights, "IMAGENET1K_V1"),
    **_WORDS,
)
deeplabv3_resnet101 = builder(
    "deeplabv3_resnet101",
    DeepLabV3_ResNet101_Weights,
    _over_resnet(resnet101),
    "DeepLab v3 over ResNet-101.",
    _LEGACY,
    (ResNet101_Weights, "IMAGENET1K_V1"),
    **_WORDS,
)
deeplabv3_mobilenet_v3_large = builder(
    "deeplabv3_mobilenet_v3_large",
    DeepLabV3_MobileNet_V3_Large_Weights,
    segmenter(DeepLabV3, DeepLabHead, FCNHead, mobilenet_v3_large, mobilenet_maps, dilated=True),
    "DeepLab v3 over MobileNet v3, large.",
    _LEGACY,
    (MobileNet_V3_Large_Weights, "IMAGENET1K_V1"),
    **_WORDS,
)
