"""Keypoint R-CNN (He et al., 2017: Mask R-CNN, section 5)."""

from __future__ import annotations

from .... import nn
from ...._C import Tensor
from ....nn import functional as F
from ...ops import MultiScaleRoIAlign
from .._api import builder, published
from .._utils import _ovewrite_value_param
from .faster_rcnn import RESNET, WORDS, FasterRCNN, check_classes, check_kind, out_channels, over_resnet50

__all__ = ["KeypointRCNN", "KeypointRCNN_ResNet50_FPN_Weights", "keypointrcnn_resnet50_fpn"]


class KeypointRCNN(FasterRCNN):
    """Keypoint R-CNN: boxes, classes, ``keypoints`` (N, K, 3) of x, y and visibility, and ``keypoints_scores`` (N, K).

    Args:
        backbone, num_classes: as in ``FasterRCNN``, whose other arguments stand as ``args`` and ``kwargs``.
        min_size (int or sequence of int, optional): 640 to 800 in steps of 32, if None.
        keypoint_roi_pool, keypoint_head, keypoint_predictor (Module, optional): of the key points.
        num_keypoints (int, optional): 17, if None; unless ``keypoint_predictor`` is given.

    Raises:
        ValueError, TypeError: as ``FasterRCNN``.
    """

    def __init__(
        self,
        backbone,
        num_classes=None,
        min_size=None,
        *args,
        keypoint_roi_pool=None,
        keypoint_head=None,
        keypoint_predictor=None,
        num_keypoints=None,
        **kwargs,
    ):
        check_kind("keypoint_roi_pool", keypoint_roi_pool, MultiScaleRoIAlign)
        if num_keypoints is None and keypoint_predictor is None:
            num_keypoints = 17
        check_classes(num_keypoints, "keypoint_predictor", keypoint_predictor, "num_keypoints")
        width = out_channels(backbone)
        pool = keypoint_roi_pool or MultiScaleRoIAlign(featmap_names=["0", "1", "2", "3"], output_size=14, sampling_ratio=2)
        head = keypoint_head or KeypointRCNNHeads(width, (512,) * 8)
        predictor = keypoint_predictor or KeypointRCNNPredictor(512, num_keypoints)
        super().__init__(backbone, num_classes, min_size or (640, 672, 704, 736, 768, 800), *args, **kwargs)
        self.roi_heads.keypoint_roi_pool = pool
        self.roi_heads.keypoint_head = head
        self.roi_heads.keypoint_predictor = predictor


class KeypointRCNNHeads(nn.Sequential):
    """Convolutions over a region.

    Args:
        in_channels (int): of the region.
        layers (sequence of int): channels after each convolution.
    """

    def __init__(self, in_channels: int, layers):
        blocks: list[nn.Module] = []
        for channels in layers:
            blocks += [nn.Conv2d(in_channels, channels, 3, stride=1, padding=1), nn.ReLU(inplace=True)]
            in_channels = channels
        super().__init__(*blocks)
        for layer in self.children():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                nn.init.constant_(layer.bias, 0)


class KeypointRCNNPredictor(nn.Module):
    """Four times the size, and a map for each key point.

    Args:
        in_channels (int): of the region.
        num_keypoints (int): key points.
    """

    def __init__(self, in_channels: int, num_keypoints: int):
        super().__init__()
        self.kps_score_lowres = nn.ConvTranspose2d(in_channels, num_keypoints, 4, stride=2, padding=1)
        nn.init.kaiming_normal_(self.kps_score_lowres.weight, mode="fan_out", nonlinearity="relu")
        nn.init.constant_(self.kps_score_lowres.bias, 0)
        self.up_scale = 2
        self.out_channels = num_keypoints

    def forward(self, x: Tensor) -> Tensor:
        low = self.kps_score_lowres(x)
        return F.interpolate(low, scale_factor=float(self.up_scale), mode="bilinear", align_corners=False, recompute_scale_factor=False)


KeypointRCNN_ResNet50_FPN_Weights = published("KeypointRCNN_ResNet50_FPN_Weights")
_resnet50 = over_resnet50(KeypointRCNN, [KeypointRCNN_ResNet50_FPN_Weights["COCO_V1"]])


def _keypointrcnn(weights=None, num_classes=None, num_keypoints=None, **kwargs):
    if weights is not None:
        num_keypoints = _ovewrite_value_param("num_keypoints", num_keypoints, len(weights.meta["keypoint_names"]))
    elif num_classes is None:
        num_classes = 2
    return _resnet50(weights=weights, num_classes=num_classes, num_keypoints=17 if num_keypoints is None else num_keypoints, **kwargs)


keypointrcnn_resnet50_fpn = builder(
    "keypointrcnn_resnet50_fpn",
    KeypointRCNN_ResNet50_FPN_Weights,
    _keypointrcnn,
    "Keypoint R-CNN over ResNet-50.",
    lambda flag: "COCO_LEGACY" if flag == "legacy" else "COCO_V1",
    RESNET,
    num_keypoints=None,
    **WORDS,
)
