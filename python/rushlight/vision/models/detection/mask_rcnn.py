"""Mask R-CNN (He et al., 2017; the second version as Li et al., 2021, train it)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from .... import nn
from ...ops import Conv2dNormActivation, MultiScaleRoIAlign
from .._api import builder, published
from ..resnet import ResNet50_Weights
from .faster_rcnn import (
    RESNET,
    WORDS,
    FasterRCNN,
    check_classes,
    check_kind,
    heads_v2,
    out_channels,
    over_resnet50,
    over_resnet50_v2,
)

__all__ = [
    "MaskRCNN",
    "MaskRCNN_ResNet50_FPN_V2_Weights",
    "MaskRCNN_ResNet50_FPN_Weights",
    "maskrcnn_resnet50_fpn",
    "maskrcnn_resnet50_fpn_v2",
]


class MaskRCNN(FasterRCNN):
    """Mask R-CNN: boxes, classes and ``masks`` (N, 1, H, W) of how likely each pixel is the thing's.

    Args:
        backbone, num_classes: as in ``FasterRCNN``, whose other arguments stand as ``args`` and ``kwargs``.
        mask_roi_pool, mask_head, mask_predictor (Module, optional): of the masks.

    Raises:
        ValueError, TypeError: as ``FasterRCNN``.
    """

    def __init__(
        self, backbone, num_classes=None, *args, mask_roi_pool=None, mask_head=None, mask_predictor=None, **kwargs
    ):
        check_kind("mask_roi_pool", mask_roi_pool, MultiScaleRoIAlign)
        check_classes(num_classes, "mask_predictor", mask_predictor)
        width = out_channels(backbone)
        pool = mask_roi_pool or MultiScaleRoIAlign(featmap_names=["0", "1", "2", "3"], output_size=14, sampling_ratio=2)
        head = mask_head or MaskRCNNHeads(width, (256, 256, 256, 256), 1)
        predictor = mask_predictor or MaskRCNNPredictor(256, 256, num_classes)
        super().__init__(backbone, num_classes, *args, **kwargs)
        self.roi_heads.mask_roi_pool = pool
        self.roi_heads.mask_head = head
        self.roi_heads.mask_predictor = predictor


class MaskRCNNHeads(nn.Sequential):
    """Convolutions over a region.

    Args:
        in_channels (int): of the region.
        layers (sequence of int): channels after each convolution.
        dilation (int): of each.
        norm_layer (callable, optional): behind each.
    """

    _version = 2

    def __init__(self, in_channels: int, layers, dilation: int, norm_layer: Callable[..., nn.Module] | None = None):
        blocks = []
        for channels in layers:
            how: dict[str, Any] = {"kernel_size": 3, "stride": 1, "padding": dilation, "dilation": dilation, "norm_layer": norm_layer}
            blocks.append(Conv2dNormActivation(in_channels, channels, **how))
            in_channels = channels
        super().__init__(*blocks)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        version = local_metadata.get("version", None)
        if version is None or version < 2:  # each convolution stood alone and was counted from one
            for i in range(len(self)):
                for kind in ("weight", "bias"):
                    old = f"{prefix}mask_fcn{i + 1}.{kind}"
                    if old in state_dict:
                        state_dict[f"{prefix}{i}.0.{kind}"] = state_dict.pop(old)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)


class MaskRCNNPredictor(nn.Sequential):
    """Twice the size, and a mask for each class.

    Args:
        in_channels (int): of the region.
        dim_reduced (int): channels before the masks.
        num_classes (int): classes, with nothing as class 0.
    """

    def __init__(self, in_channels: int, dim_reduced: int, num_classes: int):
        super().__init__(
            OrderedDict(
                conv5_mask=nn.ConvTranspose2d(in_channels, dim_reduced, 2, 2, 0),
                relu=nn.ReLU(inplace=True),
                mask_fcn_logits=nn.Conv2d(dim_reduced, num_classes, 1, 1, 0),
            )
        )
        for name, parameter in self.named_parameters():
            if "weight" in name:
                nn.init.kaiming_normal_(parameter, mode="fan_out", nonlinearity="relu")


def _heads_v2(backbone: nn.Module) -> dict[str, nn.Module]:
    width = out_channels(backbone)
    return {**heads_v2(backbone), "mask_head": MaskRCNNHeads(width, [256] * 4, 1, norm_layer=nn.BatchNorm2d)}


MaskRCNN_ResNet50_FPN_Weights = published("MaskRCNN_ResNet50_FPN_Weights")
MaskRCNN_ResNet50_FPN_V2_Weights = published("MaskRCNN_ResNet50_FPN_V2_Weights")
maskrcnn_resnet50_fpn = builder(
    "maskrcnn_resnet50_fpn",
    MaskRCNN_ResNet50_FPN_Weights,
    over_resnet50(MaskRCNN, [MaskRCNN_ResNet50_FPN_Weights["COCO_V1"]]),
    "Mask R-CNN over ResNet-50.",
    "COCO_V1",
    RESNET,
    **WORDS,
)
maskrcnn_resnet50_fpn_v2 = builder(
    "maskrcnn_resnet50_fpn_v2",
    MaskRCNN_ResNet50_FPN_V2_Weights,
    over_resnet50_v2(MaskRCNN, _heads_v2),
    "Mask R-CNN over ResNet-50, the second version.",
    "COCO_V1",
    (ResNet50_Weights, None),
    **WORDS,
)
