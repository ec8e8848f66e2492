"""RetinaNet (Lin et al., 2017: Focal loss for dense object detection; the second version as Zhang et al., 2020, improve it)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from .... import cat, full, int64, nn, where
from ...._C import Tensor
from ...ops import Conv2dNormActivation, sigmoid_focal_loss
from ...ops.boxes import box_iou
from ...ops.feature_pyramid_network import LastLevelP6P7
from .._api import builder, load_weights, published
from ..resnet import ResNet50_Weights, resnet50
from ._one_stage import LeveledDetector, by_anchor, one_hot
from ._utils import BoxCoder, Matcher, _box_loss
from .anchor_utils import AnchorGenerator
from .backbone_utils import _resnet_fpn_extractor
from .faster_rcnn import MEAN, RATIOS, RESNET, STD, WORDS, check_kind, out_channels, over_resnet50, settled
from .transform import GeneralizedRCNNTransform

__all__ = [
    "RetinaNet",
    "RetinaNet_ResNet50_FPN_V2_Weights",
    "RetinaNet_ResNet50_FPN_Weights",
    "retinanet_resnet50_fpn",
    "retinanet_resnet50_fpn_v2",
]

Norm = Callable[..., nn.Module]


def _default_anchorgen() -> AnchorGenerator:
    sizes = tuple((x, int(x * 2 ** (1.0 / 3)), int(x * 2 ** (2.0 / 3))) for x in (32, 64, 128, 256, 512))
    return AnchorGenerator(sizes, (RATIOS,) * len(sizes))


def prior(probability: float) -> float:
    """The logit of a probability: with it as bias, what is rare costs little from the start."""
    return -math.log((1 - probability) / probability)


class RetinaNetHead(nn.Module):
    """Two towers over each map: classes, and how anchors are to be moved.

    Args:
        in_channels (int): of the maps.
        num_anchors (int): at each place.
        num_classes (int): classes.
        norm_layer (callable, optional): in the towers.
    """

    def __init__(self, in_channels: int, num_anchors: int, num_classes: int, norm_layer: Norm | None = None):
        super().__init__()
        self.classification_head = RetinaNetClassificationHead(in_channels, num_anchors, num_classes, norm_layer=norm_layer)
        self.regression_head = RetinaNetRegressionHead(in_channels, num_anchors, norm_layer=norm_layer)

    def compute_loss(self, targets, head_outputs, anchors, matched_idxs) -> dict[str, Tensor]:
        """``classification`` and ``bbox_regression``."""
        return {
            "classification": self.classification_head.compute_loss(targets, head_outputs, matched_idxs),
            "bbox_regression": self.regression_head.compute_loss(targets, head_outputs, anchors, matched_idxs),
        }

    def forward(self, x: list[Tensor]) -> dict[str, Tensor]:
        return {"cls_logits": self.classification_head(x), "bbox_regression": self.regression_head(x)}


class _Tower(nn.Module):
    """Four convolutions, and what stood in older weights as convolutions and activations in turn."""

    _version = 2

    def __init__(self, in_channels: int, norm_layer: Norm | None):
        super().__init__()
        self.conv = nn.Sequential(*(Conv2dNormActivation(in_channels, in_channels, norm_layer=norm_layer) for _ in range(4)))

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        version = local_metadata.get("version", None)
        if version is None or version < 2:
            for i in range(4):
                for kind in ("weight", "bias"):
                    old = f"{prefix}conv.{2 * i}.{kind}"
                    if old in state_dict:
                        state_dict[f"{prefix}conv.{i}.0.{kind}"] = state_dict.pop(old)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)


def _init_tower(tower: nn.Module) -> None:
    for layer in tower.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, std=0.01)
            if layer.bias is not None:
                nn.init.constant_(layer.bias, 0)


class RetinaNetClassificationHead(_Tower):
    """Logits of classes for each anchor.

    Args:
        in_channels, num_anchors, num_classes (int): as of ``RetinaNetHead``.
        prior_probability (float): how likely every class is at first.
        norm_layer (callable, optional): in the tower.
    """

    def __init__(
        self, in_channels: int, num_anchors: int, num_classes: int, prior_probability: float = 0.01, norm_layer: Norm | None = None
    ):
        super().__init__(in_channels, norm_layer)
        _init_tower(self.conv)
        self.cls_logits = nn.Conv2d(in_channels, num_anchors * num_classes, kernel_size=3, stride=1, padding=1)
        nn.init.normal_(self.cls_logits.weight, std=0.01)
        nn.init.constant_(self.cls_logits.bias, prior(prior_probability))
        self.num_classes = num_classes
        self.num_anchors = num_anchors
        self.BETWEEN_THRESHOLDS = Matcher.BETWEEN_THRESHOLDS

    def compute_loss(self, targets, head_outputs, matched_idxs) -> Tensor:
        """Focal loss of all anchors but those left out, for each that shows something."""
        losses: list[Tensor] = []
        for target, logits, match in zip(targets, head_outputs["cls_logits"], matched_idxs):
            shown = match >= 0
            rows = where(shown)[0]
            wanted = one_hot(logits, rows, target["labels"][match[rows]])
            valid = match != self.BETWEEN_THRESHOLDS
            losses.append(sigmoid_focal_loss(logits[valid], wanted[valid], reduction="sum") / max(1, int(shown.sum())))
        return sum(losses[1:], losses[0]) / len(targets)

    def forward(self, x: list[Tensor]) -> Tensor:
        return cat([by_anchor(self.cls_logits(self.conv(one)), self.num_classes) for one in x], dim=1)


class RetinaNetRegressionHead(_Tower):
    """How each anchor is to be moved.

    Args:
        in_channels, num_anchors (int): as of ``RetinaNetHead``.
        norm_layer (callable, optional): in the tower.
    """

    def __init__(self, in_channels: int, num_anchors: int, norm_layer: Norm | None = None):
        super().__init__(in_channels, norm_layer)
        self.bbox_reg = nn.Conv2d(in_channels, num_anchors * 4, kernel_size=3, stride=1, padding=1)
        nn.init.normal_(self.bbox_reg.weight, std=0.01)
        nn.init.zeros_(self.bbox_reg.bias)
        _init_tower(self.conv)
        self.box_coder = BoxCoder(weights=(1.0, 1.0, 1.0, 1.0))
        self._loss_type = "l1"

    def compute_loss(self, targets, head_outputs, anchors, matched_idxs) -> Tensor:
        """The distance of boxes, of anchors that show something, for each of them."""
        losses: list[Tensor] = []
        for target, moves, mine, match in zip(targets, head_outputs["bbox_regression"], anchors, matched_idxs):
            shown = where(match >= 0)[0]
            boxes = target["boxes"][match[shown]]
            losses.append(_box_loss(self._loss_type, self.box_coder, mine[shown], boxes, moves[shown]) / max(1, shown.numel()))
        return sum(losses[1:], losses[0]) / len(targets)

    def forward(self, x: list[Tensor]) -> Tensor:
        return cat([by_anchor(self.bbox_reg(self.conv(one)), 4) for one in x], dim=1)


class RetinaNet(LeveledDetector):
    """RetinaNet: boxes and classes.

    Args:
        backbone (Module): with an attribute ``out_channels``.
        num_classes (int): classes.
        min_size, max_size (int): bounds of pictures' sides.
        image_mean, image_std (list of float, optional): ImageNet's, if None.
        anchor_generator, head, proposal_matcher (optional): the parts.
        score_thresh (float): what is less likely is not answered.
        nms_thresh (float): overlap from which the less likely goes.
        detections_per_img (int): at most so many are answered.
        fg_iou_thresh, bg_iou_thresh (float): overlap with a box from which an anchor shows it, and below which it shows nothing.
        topk_candidates (int): how many of each map are looked at.
        **kwargs: for ``GeneralizedRCNNTransform``.

    Raises:
        ValueError: for a backbone without ``out_channels``.
        TypeError: for another generator of anchors.
    """

    def __init__(
        self,
        backbone,
        num_classes,
        min_size=800,
        max_size=1333,
        image_mean=None,
        image_std=None,
        anchor_generator=None,
        head=None,
        proposal_matcher=None,
        score_thresh=0.05,
        nms_thresh=0.5,
        detections_per_img=300,
        fg_iou_thresh=0.5,
        bg_iou_thresh=0.4,
        topk_candidates=1000,
        **kwargs,
    ):
        super().__init__()
        width = out_channels(backbone)
        check_kind("anchor_generator", anchor_generator, AnchorGenerator)
        self.backbone = backbone
        self.anchor_generator = anchor_generator or _default_anchorgen()
        self.head = head or RetinaNetHead(width, self.anchor_generator.num_anchors_per_location()[0], num_classes)
        self.proposal_matcher = proposal_matcher or Matcher(fg_iou_thresh, bg_iou_thresh, allow_low_quality_matches=True)
        self.box_coder = BoxCoder(weights=(1.0, 1.0, 1.0, 1.0))
        self.transform = GeneralizedRCNNTransform(min_size, max_size, image_mean or MEAN, image_std or STD, **kwargs)
        self.score_thresh = score_thresh
        self.nms_thresh = nms_thresh
        self.detections_per_img = detections_per_img
        self.topk_candidates = topk_candidates

    def compute_loss(self, targets, head_outputs, anchors) -> dict[str, Tensor]:
        """The head's losses, after each anchor is given its box."""
        matched = []
        for mine, target in zip(anchors, targets):
            if target["boxes"].numel() == 0:
                matched.append(full((mine.size(0),), -1, dtype=int64, device=mine.device))
            else:
                matched.append(self.proposal_matcher(box_iou(target["boxes"], mine)))
        return self.head.compute_loss(targets, head_outputs, anchors, matched)

    def losses(self, targets, said, anchors, maps):
        return self.compute_loss(targets, said, anchors)

    def likelihood(self, said):
        return said["cls_logits"].sigmoid()

    def moved(self, moves, anchors):
        return self.box_coder.decode_single(moves, anchors)


RetinaNet_ResNet50_FPN_Weights = published("RetinaNet_ResNet50_FPN_Weights")
RetinaNet_ResNet50_FPN_V2_Weights = published("RetinaNet_ResNet50_FPN_V2_Weights")


def _v2(weights=None, progress=True, num_classes=None, weights_backbone=None, trainable_backbone_layers=None, **kwargs):
    num_classes, weights_backbone, trainable, _ = settled(weights, num_classes, weights_backbone, trainable_backbone_layers, 5)
    backbone = resnet50(weights=weights_backbone, progress=progress)
    body = _resnet_fpn_extractor(backbone, trainable, returned_layers=[2, 3, 4], extra_blocks=LastLevelP6P7(2048, 256))
    anchors = _default_anchorgen()
    per_place = anchors.num_anchors_per_location()[0]
    head = RetinaNetHead(body.out_channels, per_place, num_classes, norm_layer=partial(nn.GroupNorm, 32))
    head.regression_head._loss_type = "giou"
    return load_weights(RetinaNet(body, num_classes, anchor_generator=anchors, head=head, **kwargs), weights, progress)


retinanet_resnet50_fpn = builder(
    "retinanet_resnet50_fpn",
    RetinaNet_ResNet50_FPN_Weights,
    over_resnet50(RetinaNet, [RetinaNet_ResNet50_FPN_Weights["COCO_V1"]], partial(LastLevelP6P7, 256, 256), [2, 3, 4]),
    "RetinaNet over ResNet-50.",
    "COCO_V1",
    RESNET,
    **WORDS,
)
retinanet_resnet50_fpn_v2 = builder(
    "retinanet_resnet50_fpn_v2",
    RetinaNet_ResNet50_FPN_V2_Weights,
    _v2,
    "RetinaNet over ResNet-50, the second version.",
    "COCO_V1",
    (ResNet50_Weights, None),
    **WORDS,
)
