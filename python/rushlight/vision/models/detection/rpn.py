"""Proposals of regions (Ren et al., 2015: Faster R-CNN, section 3.1)."""

from __future__ import annotations

from .... import arange, cat, full, int64, nn, no_grad, sigmoid, where, zeros_like
from ...._C import Tensor
from ....nn import functional as F
from ...ops import Conv2dNormActivation
from ...ops.boxes import batched_nms, box_iou, clip_boxes_to_image, remove_small_boxes
from ._utils import BalancedPositiveNegativeSampler, BoxCoder, Matcher
from .anchor_utils import AnchorGenerator
from .image_list import ImageList


class RPNHead(nn.Module):
    """Convolutions of a map, and of each anchor how likely it shows something and how it is to be moved.

    Args:
        in_channels (int): of the map.
        num_anchors (int): at each place.
        conv_depth (int): how many convolutions. Default: 1.
    """

    _version = 2

    def __init__(self, in_channels: int, num_anchors: int, conv_depth: int = 1) -> None:
        super().__init__()
        layers = [Conv2dNormActivation(in_channels, in_channels, kernel_size=3, norm_layer=None) for _ in range(conv_depth)]
        self.conv = nn.Sequential(*layers)
        self.cls_logits = nn.Conv2d(in_channels, num_anchors, kernel_size=1, stride=1)
        self.bbox_pred = nn.Conv2d(in_channels, num_anchors * 4, kernel_size=1, stride=1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.normal_(layer.weight, std=0.01)
                if layer.bias is not None:
                    nn.init.constant_(layer.bias, 0)

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        version = local_metadata.get("version", None)
        if version is None or version < 2:  # the convolution stood alone
            for kind in ("weight", "bias"):
                if f"{prefix}conv.{kind}" in state_dict:
                    state_dict[f"{prefix}conv.0.0.{kind}"] = state_dict.pop(f"{prefix}conv.{kind}")
        super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)

    def forward(self, x: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        hidden = [self.conv(one) for one in x]
        return [self.cls_logits(one) for one in hidden], [self.bbox_pred(one) for one in hidden]


def permute_and_flatten(layer: Tensor, N: int, A: int, C: int, H: int, W: int) -> Tensor:
    """Of a map (N, A C, H, W) the C numbers of each anchor, place by place: (N, H W A, C)."""
    return layer.view(N, -1, C, H, W).permute(0, 3, 4, 1, 2).reshape(N, -1, C)


def concat_box_prediction_layers(box_cls: list[Tensor], box_regression: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Scores and shifts of the anchors of all maps of all pictures, each one list: (N anchors, classes) and (N anchors, 4)."""
    scores, shifts = [], []
    for score, shift in zip(box_cls, box_regression):
        n, wide, h, w = score.shape
        anchors = shift.shape[1] // 4
        scores.append(permute_and_flatten(score, n, anchors, wide // anchors, h, w))
        shifts.append(permute_and_flatten(shift, n, anchors, 4, h, w))
    return cat(scores, dim=1).flatten(0, -2), cat(shifts, dim=1).reshape(-1, 4)


class RegionProposalNetwork(nn.Module):
    """Moves anchors as its head says, and keeps the likeliest that do not overlap.

    Args:
        anchor_generator (Module): makes the anchors of maps.
        head (Module): answers with scores and shifts for each map.
        fg_iou_thresh, bg_iou_thresh (float): overlap with a box from which an anchor shows it, and below which it shows nothing.
        batch_size_per_image (int): anchors of a picture that are learned from.
        positive_fraction (float): at most such a part of them shows something.
        pre_nms_top_n, post_nms_top_n (dict): how many are kept of each map before overlaps are removed, and of a picture after,
            in ``training`` and ``testing``.
        nms_thresh (float): overlap from which the less likely goes.
        score_thresh (float): what is less likely goes. Default: 0.0.
    """

    def __init__(
        self,
        anchor_generator: AnchorGenerator,
        head: nn.Module,
        fg_iou_thresh: float,
        bg_iou_thresh: float,
        batch_size_per_image: int,
        positive_fraction: float,
        pre_nms_top_n: dict[str, int],
        post_nms_top_n: dict[str, int],
        nms_thresh: float,
        score_thresh: float = 0.0,
    ) -> None:
        super().__init__()
        self.anchor_generator = anchor_generator
        self.head = head
        self.box_coder = BoxCoder(weights=(1.0, 1.0, 1.0, 1.0))
        self.box_similarity = box_iou
        self.proposal_matcher = Matcher(fg_iou_thresh, bg_iou_thresh, allow_low_quality_matches=True)
        self.fg_bg_sampler = BalancedPositiveNegativeSampler(batch_size_per_image, positive_fraction)
        self._pre_nms_top_n = pre_nms_top_n
        self._post_nms_top_n = post_nms_top_n
        self.nms_thresh = nms_thresh
        self.score_thresh = score_thresh
        self.min_size = 1e-3

    def pre_nms_top_n(self) -> int:
        """How many proposals of a map are kept before overlaps are removed."""
        return self._pre_nms_top_n["training" if self.training else "testing"]

    def post_nms_top_n(self) -> int:
        """How many proposals of a picture are kept after."""
        return self._post_nms_top_n["training" if self.training else "testing"]

    def assign_targets_to_anchors(self, anchors: list[Tensor], targets: list[dict[str, Tensor]]) -> tuple[list[Tensor], list[Tensor]]:
        """For each anchor 1 where it shows something, 0 where nothing, -1 where it is left out; and the box it shows."""
        labels, matched = [], []
        for anchor, target in zip(anchors, targets):
            boxes = target["boxes"]
            if boxes.numel() == 0:
                matched.append(zeros_like(anchor))
                labels.append(anchor.new_zeros((anchor.shape[0],)))
                continue
            match = self.proposal_matcher(self.box_similarity(boxes, anchor))
            matched.append(boxes[match.clamp(min=0)])
            label = (match >= 0).to(anchor.dtype)
            labels.append(label.masked_fill(match == self.proposal_matcher.BETWEEN_THRESHOLDS, -1.0))
        return labels, matched

    def _get_top_n_idx(self, objectness: Tensor, num_anchors_per_level: list[int]) -> Tensor:
        places, offset = [], 0
        for part in objectness.split(num_anchors_per_level, 1):
            best = part.topk(min(part.shape[1], self.pre_nms_top_n()), dim=1)[1]
            places.append(best + offset)
            offset += part.shape[1]
        return cat(places, dim=1)

    def filter_proposals(
        self, proposals: Tensor, objectness: Tensor, image_shapes: list[tuple[int, int]], num_anchors_per_level: list[int]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Of all anchors moved (N, A, 4) those that are proposed for each picture, and how likely they show something."""
        n, device = proposals.shape[0], proposals.device
        objectness = objectness.detach().reshape(n, -1)
        levels = cat([full((count,), i, dtype=int64, device=device) for i, count in enumerate(num_anchors_per_level)])
        best = self._get_top_n_idx(objectness, num_anchors_per_level)
        each = arange(n, device=device)[:, None]
        found: tuple[list[Tensor], list[Tensor]] = ([], [])
        rows = zip(proposals[each, best], sigmoid(objectness[each, best]), levels[best], image_shapes)
        for boxes, scores, level, shape in rows:
            boxes = clip_boxes_to_image(boxes, shape)
            keep = remove_small_boxes(boxes, self.min_size)
            keep = keep[where(scores[keep] >= self.score_thresh)[0]]
            boxes, scores, level = boxes[keep], scores[keep], level[keep]
            keep = batched_nms(boxes, scores, level, self.nms_thresh)[: self.post_nms_top_n()]
            found[0].append(boxes[keep])
            found[1].append(scores[keep])
        return found

    def compute_loss(
        self, objectness: Tensor, pred_bbox_deltas: Tensor, labels: list[Tensor], regression_targets: list[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Cross entropy of what anchors show, and a smooth distance of how they move, over the anchors that were drawn."""
        positive, negative = (where(cat(masks))[0] for masks in self.fg_bg_sampler(labels))
        drawn = cat([positive, negative])
        wanted, shifts = cat(labels), cat(regression_targets)
        box_loss = F.smooth_l1_loss(pred_bbox_deltas[positive], shifts[positive], beta=1 / 9, reduction="sum") / drawn.numel()
        return F.binary_cross_entropy_with_logits(objectness.flatten()[drawn], wanted[drawn]), box_loss

    def forward(
        self, images: ImageList, features: dict[str, Tensor], targets: list[dict[str, Tensor]] | None = None
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Proposals (N, 4) for each picture, and in training ``loss_objectness`` and ``loss_rpn_box_reg``."""
        maps = list(features.values())
        scores, shifts = self.head(maps)
        anchors = self.anchor_generator(images, maps)
        counts = [one.shape[1] * one.shape[2] * one.shape[3] for one in scores]
        objectness, deltas = concat_box_prediction_layers(scores, shifts)
        moved = self.box_coder.decode(deltas.detach(), anchors).view(len(anchors), -1, 4)
        boxes, _ = self.filter_proposals(moved, objectness, images.image_sizes, counts)
        losses = {}
        if self.training:
            if targets is None:
                raise ValueError("targets should not be None")
            with no_grad():
                labels, matched = self.assign_targets_to_anchors(anchors, targets)
                wanted = self.box_coder.encode(matched, anchors)
            objectness_loss, box_loss = self.compute_loss(objectness, deltas, labels, wanted)
            losses = {"loss_objectness": objectness_loss, "loss_rpn_box_reg": box_loss}
        return boxes, losses
