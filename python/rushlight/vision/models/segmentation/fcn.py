"""Fully convolutional networks (Long et al., 2015)."""

from __future__ import annotations

from .... import nn
from .._api import builder, published
from ..resnet import ResNet50_Weights, ResNet101_Weights, resnet50, resnet101
from ._utils import _SimpleSegmentationModel, resnet_maps, segmenter

__all__ = ["FCN", "FCN_ResNet50_Weights", "FCN_ResNet101_Weights", "fcn_resnet50", "fcn_resnet101"]


class FCN(_SimpleSegmentationModel):
    """A backbone and a head; answers with ``out`` and, if it has a second head, ``aux``, of the picture's size.

    Args:
        backbone (Module): answers with maps ``out`` and ``aux``.
        classifier (Module): the head over ``out``.
        aux_classifier (Module, optional): the head over ``aux``.
    """


class FCNHead(nn.Sequential):
    """A convolution of 3 x 3, and one of 1 x 1 to the classes."""

    def __init__(self, in_channels: int, channels: int) -> None:
        inter = in_channels // 4
        super().__init__(
            nn.Conv2d(in_channels, inter, 3, padding=1, bias=False),
            nn.BatchNorm2d(inter),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Conv2d(inter, channels, 1),
        )


def _fcn(backbone):
    return segmenter(FCN, FCNHead, FCNHead, backbone, resnet_maps, replace_stride_with_dilation=[False, True, True])


FCN_ResNet50_Weights = published("FCN_ResNet50_Weights")
FCN_ResNet101_Weights = published("FCN_ResNet101_Weights")

_LEGACY, _WORDS = "COCO_WITH_VOC_LABELS_V1", {"num_classes": None, "aux_loss": None}
fcn_resnet50 = builder(
    "fcn_resnet50", FCN_ResNet50_Weights, _fcn(resnet50), "FCN over ResNet-50.", _LEGACY, (ResNet50_Weights, "IMAGENET1K_V1"), **_WORDS
)
fcn_resnet101 = builder(
    "fcn_resnet101", FCN_ResNet101_Weights, _fcn(resnet101), "FCN over ResNet-101.", _LEGACY, (ResNet101_Weights, "IMAGENET1K_V1"), **_WORDS
)
