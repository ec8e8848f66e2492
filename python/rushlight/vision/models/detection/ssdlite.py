"""SSDlite (Howard et al., 2018: MobileNetV2, section 6.2; 2019: Searching for MobileNetV3, section 6.3)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

from .... import nn
from ...._C import Tensor
from ...ops.misc import Conv2dNormActivation
from .._api import builder, load_weights, published
from .._utils import stages
from ..mobilenetv3 import MobileNet_V3_Large_Weights, mobilenet_v3_large
from ._utils import retrieve_out_channels
from .anchor_utils import DefaultBoxGenerator
from .backbone_utils import freeze_stages
from .faster_rcnn import WORDS, settled
from .ssd import SSD, SSDScoringHead, warn_of_size

__all__ = ["SSDLite320_MobileNet_V3_Large_Weights", "ssdlite320_mobilenet_v3_large"]

Norm = Callable[..., nn.Module]


def _prediction_block(in_channels: int, out_channels: int, kernel_size: int, norm_layer: Norm) -> nn.Sequential:
    return nn.Sequential(
        Conv2dNormActivation(
            in_channels, in_channels, kernel_size=kernel_size, groups=in_channels, norm_layer=norm_layer, activation_layer=nn.ReLU6
        ),
        nn.Conv2d(in_channels, out_channels, 1),
    )


def _extra_block(in_channels: int, out_channels: int, norm_layer: Norm) -> nn.Sequential:
    inner = out_channels // 2
    how: dict[str, Any] = {"norm_layer": norm_layer, "activation_layer": nn.ReLU6}
    return nn.Sequential(
        Conv2dNormActivation(in_channels, inner, kernel_size=1, **how),
        Conv2dNormActivation(inner, inner, kernel_size=3, stride=2, groups=inner, **how),
        Conv2dNormActivation(inner, out_channels, kernel_size=1, **how),
    )


def _normal_init(conv: nn.Module) -> None:
    for layer in conv.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, mean=0.0, std=0.03)
            if layer.bias is not None:
                nn.init.constant_(layer.bias, 0.0)


class SSDLiteHead(nn.Module):
    """``SSDHead`` of depthwise convolutions.

    Args:
        in_channels, num_anchors, num_classes: as of ``SSDHead``.
        norm_layer (callable): behind the depthwise ones.
    """

    def __init__(self, in_channels: list[int], num_anchors: list[int], num_classes: int, norm_layer: Norm):
        super().__init__()
        self.classification_head = SSDLiteClassificationHead(in_channels, num_anchors, num_classes, norm_layer)
        self.regression_head = SSDLiteRegressionHead(in_channels, num_anchors, norm_layer)

    def forward(self, x: list[Tensor]) -> dict[str, Tensor]:
        return {"bbox_regression": self.regression_head(x), "cls_logits": self.classification_head(x)}


def _layers(in_channels: list[int], num_anchors: list[int], numbers: int, norm_layer: Norm) -> nn.ModuleList:
    layers = nn.ModuleList(_prediction_block(c, numbers * n, 3, norm_layer) for c, n in zip(in_channels, num_anchors))
    _normal_init(layers)
    return layers


class SSDLiteClassificationHead(SSDScoringHead):
    """Logits of classes: as of ``SSDLiteHead``."""

    def __init__(self, in_channels: list[int], num_anchors: list[int], num_classes: int, norm_layer: Norm):
        super().__init__(_layers(in_channels, num_anchors, num_classes, norm_layer), num_classes)


class SSDLiteRegressionHead(SSDScoringHead):
    """How default boxes are to be moved: as of ``SSDLiteHead``."""

    def __init__(self, in_channels: list[int], num_anchors: list[int], norm_layer: Norm):
        super().__init__(_layers(in_channels, num_anchors, 4, norm_layer), 4)


class SSDLiteFeatureExtractorMobileNet(nn.Module):
    """MobileNet's last two maps, and further ones behind.

    Args:
        backbone (Sequential): the features of a MobileNet.
        c4_pos (int): the block whose wide inside is the first map.
        norm_layer (callable): of the further ones.
        width_mult (float): how wide those are.
        min_depth (int): at least so wide.
    """

    def __init__(self, backbone: nn.Sequential, c4_pos: int, norm_layer: Norm, width_mult: float = 1.0, min_depth: int = 16):
        super().__init__()
        block = backbone[c4_pos]
        if block.use_res_connect:
            raise AssertionError("backbone[c4_pos].use_res_connect should be False")
        self.features = nn.Sequential(
            nn.Sequential(*backbone[:c4_pos], block.block[0]),
            nn.Sequential(block.block[1:], *backbone[c4_pos + 1 :]),
        )
        widths = [backbone[-1].out_channels, *(max(min_depth, int(d * width_mult)) for d in (512, 256, 256, 128))]
        self.extra = nn.ModuleList(_extra_block(a, b, norm_layer) for a, b in pairwise(widths))
        _normal_init(self.extra)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        maps = []
        for block in (*self.features, *self.extra):
            x = block(x)
            maps.append(x)
        return OrderedDict((str(i), one) for i, one in enumerate(maps))


def _mobilenet_extractor(backbone: nn.Module, trainable_layers: int, norm_layer: Norm) -> SSDLiteFeatureExtractorMobileNet:
    features = backbone.features
    at = stages(features)
    freeze_stages(features, at, trainable_layers)
    return SSDLiteFeatureExtractorMobileNet(features, at[-2], norm_layer)


def _ssdlite320(
    weights=None, progress=True, num_classes=None, weights_backbone=None, trainable_backbone_layers=None, norm_layer=None, **kwargs
):
    warn_of_size(kwargs)
    num_classes, weights_backbone, trainable, _ = settled(
        weights, num_classes, weights_backbone, trainable_backbone_layers, 6, default=6
    )
    untrained = weights_backbone is None
    norm = norm_layer or partial(nn.BatchNorm2d, eps=0.001, momentum=0.03)
    backbone = mobilenet_v3_large(weights=weights_backbone, progress=progress, norm_layer=norm, reduced_tail=untrained)
    if untrained:
        _normal_init(backbone)
    body = _mobilenet_extractor(backbone, trainable, norm)
    size = (320, 320)
    anchors = DefaultBoxGenerator([[2, 3] for _ in range(6)], min_ratio=0.2, max_ratio=0.95)
    channels, per_place = retrieve_out_channels(body, size), anchors.num_anchors_per_location()
    how: dict[str, Any] = {
        "score_thresh": 0.001,
        "nms_thresh": 0.55,
        "detections_per_img": 300,
        "topk_candidates": 300,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        **kwargs,
    }
    model = SSD(body, anchors, size, num_classes, head=SSDLiteHead(channels, per_place, num_classes, norm), **how)
    return load_weights(model, weights, progress)


SSDLite320_MobileNet_V3_Large_Weights = published("SSDLite320_MobileNet_V3_Large_Weights")
ssdlite320_mobilenet_v3_large = builder(
    "ssdlite320_mobilenet_v3_large",
    SSDLite320_MobileNet_V3_Large_Weights,
    _ssdlite320,
    "SSDlite over MobileNet v3, large, for pictures of 320 pixels.",
    "COCO_V1",
    (MobileNet_V3_Large_Weights, "IMAGENET1K_V1"),
    **WORDS,
    norm_layer=None,
)
