"""FCOS (Tian et al., 2019: Fully convolutional one-stage object detection)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .... import cat, float32, full, int64, nn, no_grad, stack, where
from ...._C import Tensor
from ....nn import functional as F
from ...ops import generalized_box_iou_loss, sigmoid_focal_loss
from ...ops.feature_pyramid_network import LastLevelP6P7
from .._api import builder, published
from ._one_stage import LeveledDetector, by_anchor, one_hot
from ._utils import BoxLinearCoder
from .anchor_utils import AnchorGenerator
from .faster_rcnn import MEAN, RESNET, STD, WORDS, check_kind, out_channels, over_resnet50
from .retinanet import prior
from .transform import GeneralizedRCNNTransform

__all__ = ["FCOS", "FCOS_ResNet50_FPN_Weights", "fcos_resnet50_fpn"]

Norm = Callable[..., nn.Module]


class FCOSHead(nn.Module):
    """Two towers over each map: classes; and the box around a place, with how near its middle the place is.

    Args:
        in_channels (int): of the maps.
        num_anchors (int): at each place.
        num_classes (int): classes.
        num_convs (int): in each tower.
    """

    def __init__(self, in_channels: int, num_anchors: int, num_classes: int, num_convs: int = 4) -> None:
        super().__init__()
        self.box_coder = BoxLinearCoder(normalize_by_size=True)
        self.classification_head = FCOSClassificationHead(in_channels, num_anchors, num_classes, num_convs)
        self.regression_head = FCOSRegressionHead(in_channels, num_anchors, num_convs)

    def compute_loss(self, targets, head_outputs, anchors, matched_idxs) -> dict[str, Tensor]:
        """``classification``, ``bbox_regression`` and ``bbox_ctrness``, for each place that shows something."""
        labels, boxes = [], []
        for target, match in zip(targets, matched_idxs):
            known = match.clamp(min=0)
            if len(target["labels"]):
                label, box = target["labels"][known], target["boxes"][known]
            else:
                label, box = target["labels"].new_zeros((len(match),)), target["boxes"].new_zeros((len(match), 4))
            labels.append(label.masked_fill(match < 0, -1))
            boxes.append(box)
        wanted, around, base = stack(labels), stack(boxes), stack(list(anchors))
        shown = wanted >= 0
        count = max(1, int(shown.sum()))
        logits, ctrness = head_outputs["cls_logits"], head_outputs["bbox_ctrness"].squeeze(dim=2)
        rows = where(shown.flatten())[0]
        classes = one_hot(logits.flatten(0, 1), rows, wanted.flatten()[rows]).view(logits.shape)
        with no_grad():
            sides = self.box_coder.encode(base, around)[shown]
            across, down = sides[:, [0, 2]], sides[:, [1, 3]]
            middle = ((across.amin(-1) / across.amax(-1)) * (down.amin(-1) / down.amax(-1))).sqrt()
        found = self.box_coder.decode(head_outputs["bbox_regression"], base)
        return {
            "classification": sigmoid_focal_loss(logits, classes, reduction="sum") / count,
            "bbox_regression": generalized_box_iou_loss(found[shown], around[shown], reduction="sum") / count,
            "bbox_ctrness": F.binary_cross_entropy_with_logits(ctrness[shown], middle, reduction="sum") / count,
        }

    def forward(self, x: list[Tensor]) -> dict[str, Tensor]:
        logits = self.classification_head(x)
        boxes, ctrness = self.regression_head(x)
        return {"cls_logits": logits, "bbox_regression": boxes, "bbox_ctrness": ctrness}


def _tower(in_channels: int, num_convs: int, norm_layer: Norm | None) -> nn.Sequential:
    norm = norm_layer or partial(nn.GroupNorm, 32)
    layers: list[nn.Module] = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(in_channels, in_channels, kernel_size=3, stride=1, padding=1), norm(in_channels), nn.ReLU()]
    return nn.Sequential(*layers)


def _small(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.normal_(layer.weight, std=0.01)
        nn.init.zeros_(layer.bias)


class FCOSClassificationHead(nn.Module):
    """Logits of classes for each place.

    Args:
        in_channels, num_anchors, num_classes, num_convs (int): as of ``FCOSHead``.
        prior_probability (float): how likely every class is at first.
        norm_layer (callable, optional): in the tower; 32 groups, if None.
    """

    def __init__(
        self,
        in_channels: int,
        num_anchors: int,
        num_classes: int,
        num_convs: int = 4,
        prior_probability: float = 0.01,
        norm_layer: Norm | None = None,
    ) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.num_anchors = num_anchors
        self.conv = _tower(in_channels, num_convs, norm_layer)
        self.conv.apply(_small)
        self.cls_logits = nn.Conv2d(in_channels, num_anchors * num_classes, kernel_size=3, stride=1, padding=1)
        nn.init.normal_(self.cls_logits.weight, std=0.01)
        nn.init.constant_(self.cls_logits.bias, prior(prior_probability))

    def forward(self, x: list[Tensor]) -> Tensor:
        return cat([by_anchor(self.cls_logits(self.conv(one)), self.num_classes) for one in x], dim=1)


class FCOSRegressionHead(nn.Module):
    """Distances to the sides of the box around each place, and a logit of how near its middle the place is.

    Args:
        in_channels, num_anchors, num_convs (int): as of ``FCOSHead``.
        norm_layer (callable, optional): in the tower; 32 groups, if None.
    """

    def __init__(self, in_channels: int, num_anchors: int, num_convs: int = 4, norm_layer: Norm | None = None):
        super().__init__()
        self.conv = _tower(in_channels, num_convs, norm_layer)
        self.bbox_reg = nn.Conv2d(in_channels, num_anchors * 4, kernel_size=3, stride=1, padding=1)
        self.bbox_ctrness = nn.Conv2d(in_channels, num_anchors, kernel_size=3, stride=1, padding=1)
        for layer in (self.bbox_reg, self.bbox_ctrness):
            _small(layer)
        self.conv.apply(_small)

    def forward(self, x: list[Tensor]) -> tuple[Tensor, Tensor]:
        hidden = [self.conv(one) for one in x]
        boxes = [by_anchor(F.relu(self.bbox_reg(one)), 4) for one in hidden]
        return cat(boxes, dim=1), cat([by_anchor(self.bbox_ctrness(one), 1) for one in hidden], dim=1)


class FCOS(LeveledDetector):
    """FCOS: boxes and classes, one anchor at each place.

    Args:
        backbone (Module): with an attribute ``out_channels``.
        num_classes (int): classes.
        min_size, max_size (int): bounds of pictures' sides.
        image_mean, image_std (list of float, optional): ImageNet's, if None.
        anchor_generator, head (Module, optional): the parts.
        center_sampling_radius (float): a place so many of its anchor's sides from the middle of a box may show it.
        score_thresh (float): what is less likely is not answered.
        nms_thresh (float): overlap from which the less likely goes.
        detections_per_img (int): at most so many are answered.
        topk_candidates (int): how many of each map are looked at.
        **kwargs: for ``GeneralizedRCNNTransform``.

    Raises:
        ValueError: for a backbone without ``out_channels``.
        TypeError: for another generator of anchors.
    """

    def __init__(
        self,
        backbone: nn.Module,
        num_classes: int,
        min_size: int = 800,
        max_size: int = 1333,
        image_mean: list[float] | None = None,
        image_std: list[float] | None = None,
        anchor_generator: AnchorGenerator | None = None,
        head: nn.Module | None = None,
        center_sampling_radius: float = 1.5,
        score_thresh: float = 0.2,
        nms_thresh: float = 0.6,
        detections_per_img: int = 100,
        topk_candidates: int = 1000,
        **kwargs,
    ):
        super().__init__()
        width = out_channels(backbone)
        check_kind("anchor_generator", anchor_generator, AnchorGenerator)
        self.backbone = backbone
        self.anchor_generator = anchor_generator or AnchorGenerator(((8,), (16,), (32,), (64,), (128,)), ((1.0,),) * 5)
        if self.anchor_generator.num_anchors_per_location()[0] != 1:
            raise AssertionError(
                f"anchor_generator.num_anchors_per_location()[0] should be 1 instead of {self.anchor_generator.num_anchors_per_location()[0]}"
            )
        self.head = head or FCOSHead(width, self.anchor_generator.num_anchors_per_location()[0], num_classes)
        self.box_coder = BoxLinearCoder(normalize_by_size=True)
        self.transform = GeneralizedRCNNTransform(min_size, max_size, image_mean or MEAN, image_std or STD, **kwargs)
        self.center_sampling_radius = center_sampling_radius
        self.score_thresh = score_thresh
        self.nms_thresh = nms_thresh
        self.detections_per_img = detections_per_img
        self.topk_candidates = topk_candidates

    def _match(self, anchors: Tensor, boxes: Tensor, levels: list[int]) -> Tensor:
        """Of each anchor the smallest box that it lies in, near whose middle it is, and whose size suits its map; or -1."""
        if boxes.numel() == 0:
            return full((anchors.size(0),), -1, dtype=int64, device=anchors.device)
        at, size = (anchors[:, :2] + anchors[:, 2:]) / 2, anchors[:, 2] - anchors[:, 0]
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        near = (at[:, None] - middle[None]).abs().amax(dim=2) < self.center_sampling_radius * size[:, None]
        sides = cat((at[:, None] - boxes[None, :, :2], boxes[None, :, 2:] - at[:, None]), dim=2)
        least, most = size * 4, size * 8
        least[: levels[0]] = 0
        most[-levels[-1] :] = float("inf")
        far = sides.amax(dim=2)
        suits = near & (sides.amin(dim=2) > 0) & (far > least[:, None]) & (far < most[:, None])
        area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        best, match = (suits.to(float32) * (1e8 - area[None])).max(dim=1)
        return match.masked_fill(best < 1e-5, -1)

    def compute_loss(self, targets, head_outputs, anchors, num_anchors_per_level) -> dict[str, Tensor]:
        """The head's losses, after each place is given its box."""
        matched = [self._match(mine, target["boxes"], num_anchors_per_level) for mine, target in zip(anchors, targets)]
        return self.head.compute_loss(targets, head_outputs, anchors, matched)

    def losses(self, targets, said, anchors, maps):
        return self.compute_loss(targets, said, anchors, self.levels(maps, anchors[0].shape[0]))

    def likelihood(self, said):
        return (said["cls_logits"].sigmoid() * said["bbox_ctrness"].sigmoid()).sqrt()

    def moved(self, moves, anchors):
        return self.box_coder.decode(moves, anchors)


FCOS_ResNet50_FPN_Weights = published("FCOS_ResNet50_FPN_Weights")
fcos_resnet50_fpn = builder(
    "fcos_resnet50_fpn",
    FCOS_ResNet50_FPN_Weights,
    over_resnet50(FCOS, None, partial(LastLevelP6P7, 256, 256), [2, 3, 4]),
    "FCOS over ResNet-50.",
    "COCO_V1",
    RESNET,
    **WORDS,
)
