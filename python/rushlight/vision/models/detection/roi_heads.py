"""What is said of regions: class and box, and with them a mask or key points; and the losses of that."""

from __future__ import annotations

from .... import (
    arange,
    cat,
    float16,
    float32,
    float64,
    full_like,
    int64,
    nn,
    sigmoid,
    softmax,
    stack,
    where,
    zeros,
)
from ...._C import Tensor
from ....nn import functional as F
from ...ops.boxes import batched_nms, box_iou, clip_boxes_to_image, remove_small_boxes
from ...ops.roi_align import roi_align
from ._paste import expand_boxes, expand_masks, paste_masks_in_image
from ._utils import BalancedPositiveNegativeSampler, BoxCoder, Matcher

__all__ = [
    "RoIHeads",
    "expand_boxes",
    "expand_masks",
    "fastrcnn_loss",
    "heatmaps_to_keypoints",
    "keypointrcnn_inference",
    "keypointrcnn_loss",
    "keypoints_to_heatmap",
    "maskrcnn_inference",
    "maskrcnn_loss",
    "paste_masks_in_image",
    "project_masks_on_boxes",
]

Target = dict[str, Tensor]


def fastrcnn_loss(
    class_logits: Tensor, box_regression: Tensor, labels: list[Tensor], regression_targets: list[Tensor]
) -> tuple[Tensor, Tensor]:
    """Cross entropy of classes, and a smooth distance of the boxes of those that show something (Girshick, 2015, section 2.3)."""
    wanted, shifts = cat(labels, dim=0), cat(regression_targets, dim=0)
    shown = where(wanted > 0)[0]
    own = box_regression.reshape(class_logits.shape[0], -1, 4)[shown, wanted[shown]]
    box_loss = F.smooth_l1_loss(own, shifts[shown], beta=1 / 9, reduction="sum") / wanted.numel()
    return F.cross_entropy(class_logits, wanted), box_loss


def maskrcnn_inference(x: Tensor, labels: list[Tensor]) -> list[Tensor]:
    """Of logits for all classes (N, classes, M, M) the masks of the classes found, (n, 1, M, M) for each picture."""
    counts, found = [label.shape[0] for label in labels], cat(labels)
    own = sigmoid(x)[arange(x.shape[0], device=found.device), found][:, None]
    return list(own.split(counts, dim=0))


def project_masks_on_boxes(gt_masks: Tensor, boxes: Tensor, matched_idxs: Tensor, M: int) -> Tensor:
    """What of the masks (L, H, W) lies in boxes (N, 4), whose masks are ``matched_idxs``: (N, M, M)."""
    rois = cat([matched_idxs.to(boxes)[:, None], boxes], dim=1)
    return roi_align(gt_masks[:, None].to(rois), rois, (M, M), 1.0)[:, 0]


def maskrcnn_loss(
    mask_logits: Tensor, proposals: list[Tensor], gt_masks: list[Tensor], gt_labels: list[Tensor], mask_matched_idxs: list[Tensor]
) -> Tensor:
    """Cross entropy of the pixels of each region's mask, of its own class alone (He et al., 2017, section 3)."""
    labels = cat([label[match] for label, match in zip(gt_labels, mask_matched_idxs)])
    side = mask_logits.shape[-1]
    wanted = cat([project_masks_on_boxes(m, p, i, side) for m, p, i in zip(gt_masks, proposals, mask_matched_idxs)])
    if wanted.numel() == 0:
        return mask_logits.sum() * 0
    own = mask_logits[arange(labels.shape[0], device=labels.device), labels]
    return F.binary_cross_entropy_with_logits(own, wanted)


def keypoints_to_heatmap(keypoints: Tensor, rois: Tensor, heatmap_size: int) -> tuple[Tensor, Tensor]:
    """In which cell of a square map over its region each key point (N, K, 3) lies, counted row by row; and whether it is seen there."""
    cells, there = [], keypoints[..., 2] > 0
    for axis in (0, 1):
        low, high, at = rois[:, axis, None], rois[:, axis + 2, None], keypoints[..., axis]
        cell = ((at - low) * (heatmap_size / (high - low))).floor().to(int64)
        cell = cell.masked_fill(at == high, heatmap_size - 1)
        there = there & (cell >= 0) & (cell < heatmap_size)
        cells.append(cell)
    valid = there.to(int64)
    return (cells[1] * heatmap_size + cells[0]) * valid, valid


def heatmaps_to_keypoints(maps: Tensor, rois: Tensor) -> tuple[Tensor, Tensor]:
    """Where the maps (N, K, S, S), stretched over their regions, are highest: (N, K, 3) of x, y, 1; and how high, (N, K)."""
    sizes = (rois[:, 2:] - rois[:, :2]).clamp(min=1)
    pixels = sizes.ceil()
    whole = pixels.to(int64).tolist()
    points, scores = [], []
    for one, (width, height) in zip(maps, whole):  # each is stretched to a size of its own
        over = F.interpolate(one[:, None], size=(height, width), mode="bicubic", align_corners=False)[:, 0].flatten(1)
        score, at = over.max(dim=1)
        points.append(stack((at % width, at // width), dim=1))
        scores.append(score)
    if not points:
        return maps.new_zeros((0, maps.shape[1], 3)), maps.new_zeros((0, maps.shape[1]))
    at = (stack(points).to(maps.dtype) + 0.5) * (sizes / pixels)[:, None] + rois[:, None, :2]
    return cat((at, full_like(at[..., :1], 1)), dim=2).float(), stack(scores).float()


def keypointrcnn_loss(
    keypoint_logits: Tensor, proposals: list[Tensor], gt_keypoints: list[Tensor], keypoint_matched_idxs: list[Tensor]
) -> Tensor:
    """Cross entropy of the cell of each key point that is seen, among all cells of its map (He et al., 2017, section 5)."""
    n, k, h, w = keypoint_logits.shape
    if h != w:
        raise ValueError(
            f"keypoint_logits height and width (last two elements of shape) should be equal. Instead got H = {h} and W = {w}"
        )
    rows = zip(gt_keypoints, proposals, keypoint_matched_idxs)
    pairs = [keypoints_to_heatmap(points[match], boxes, h) for points, boxes, match in rows]
    wanted = cat([cells.reshape(-1) for cells, _ in pairs])
    valid = where(cat([seen.reshape(-1) for _, seen in pairs]))[0]
    if wanted.numel() == 0 or len(valid) == 0:
        return keypoint_logits.sum() * 0
    return F.cross_entropy(keypoint_logits.view(n * k, h * w)[valid], wanted[valid])


def keypointrcnn_inference(x: Tensor, boxes: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """``heatmaps_to_keypoints`` for each picture."""
    counts = [box.size(0) for box in boxes]
    pairs = [heatmaps_to_keypoints(maps, box) for maps, box in zip(x.split(counts, dim=0), boxes)]
    return [points for points, _ in pairs], [scores for _, scores in pairs]


class RoIHeads(nn.Module):
    """The second stage: regions pooled, and heads over them.

    Args:
        box_roi_pool, box_head, box_predictor (Module): pool regions, describe them, and say class and box.
        fg_iou_thresh, bg_iou_thresh (float): overlap with a box from which a proposal shows it, and below which it shows nothing.
        batch_size_per_image (int): proposals of a picture that are learned from.
        positive_fraction (float): at most such a part of them shows something.
        bbox_reg_weights (tuple of float, optional): of ``BoxCoder``. Default: (10, 10, 5, 5).
        score_thresh (float): what is less likely is not answered.
        nms_thresh (float): overlap from which the less likely goes.
        detections_per_img (int): at most so many are answered.
        mask_roi_pool, mask_head, mask_predictor (Module, optional): for masks.
        keypoint_roi_pool, keypoint_head, keypoint_predictor (Module, optional): for key points.
    """

    def __init__(
        self,
        box_roi_pool,
        box_head,
        box_predictor,
        fg_iou_thresh,
        bg_iou_thresh,
        batch_size_per_image,
        positive_fraction,
        bbox_reg_weights,
        score_thresh,
        nms_thresh,
        detections_per_img,
        mask_roi_pool=None,
        mask_head=None,
        mask_predictor=None,
        keypoint_roi_pool=None,
        keypoint_head=None,
        keypoint_predictor=None,
    ):
        super().__init__()
        self.box_similarity = box_iou
        self.proposal_matcher = Matcher(fg_iou_thresh, bg_iou_thresh, allow_low_quality_matches=False)
        self.fg_bg_sampler = BalancedPositiveNegativeSampler(batch_size_per_image, positive_fraction)
        self.box_coder = BoxCoder(bbox_reg_weights if bbox_reg_weights is not None else (10.0, 10.0, 5.0, 5.0))
        self.box_roi_pool = box_roi_pool
        self.box_head = box_head
        self.box_predictor = box_predictor
        self.score_thresh = score_thresh
        self.nms_thresh = nms_thresh
        self.detections_per_img = detections_per_img
        self.mask_roi_pool = mask_roi_pool
        self.mask_head = mask_head
        self.mask_predictor = mask_predictor
        self.keypoint_roi_pool = keypoint_roi_pool
        self.keypoint_head = keypoint_head
        self.keypoint_predictor = keypoint_predictor

    def has_mask(self) -> bool:
        """Whether there are heads for masks."""
        return None not in (self.mask_roi_pool, self.mask_head, self.mask_predictor)

    def has_keypoint(self) -> bool:
        """Whether there are heads for key points."""
        return None not in (self.keypoint_roi_pool, self.keypoint_head, self.keypoint_predictor)

    def assign_targets_to_proposals(
        self, proposals: list[Tensor], gt_boxes: list[Tensor], gt_labels: list[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """For each proposal which box it shows (0 where none), and its class: 0 for nothing, -1 where it is left out."""
        matched, labels = [], []
        for proposal, boxes, known in zip(proposals, gt_boxes, gt_labels):
            if boxes.numel() == 0:
                none = zeros((proposal.shape[0],), dtype=int64, device=proposal.device)
                matched.append(none)
                labels.append(none.clone())
                continue
            match = self.proposal_matcher(self.box_similarity(boxes, proposal))
            index = match.clamp(min=0)
            label = known[index].to(int64).masked_fill(match == self.proposal_matcher.BELOW_LOW_THRESHOLD, 0)
            matched.append(index)
            labels.append(label.masked_fill(match == self.proposal_matcher.BETWEEN_THRESHOLDS, -1))
        return matched, labels

    def subsample(self, labels: list[Tensor]) -> list[Tensor]:
        """The proposals of each picture that are learned from."""
        return [where(positive | negative)[0] for positive, negative in zip(*self.fg_bg_sampler(labels))]

    def add_gt_proposals(self, proposals: list[Tensor], gt_boxes: list[Tensor]) -> list[Tensor]:
        """The boxes themselves are proposals too."""
        return [cat((proposal, boxes)) for proposal, boxes in zip(proposals, gt_boxes)]

    def check_targets(self, targets: list[Target] | None) -> None:
        """Raises ValueError where boxes, labels or masks are missing."""
        if targets is None:
            raise ValueError("targets should not be None")
        for key in ["boxes", "labels"] + ["masks"] * self.has_mask():
            if not all(key in target for target in targets):
                raise ValueError(f"Every element of targets should have a {key} key")

    def select_training_samples(
        self, proposals: list[Tensor], targets: list[Target] | None
    ) -> tuple[list[Tensor], list[Tensor], list[Tensor], list[Tensor]]:
        """Proposals that are learned from, which boxes they show, their classes, and how they are to be moved."""
        self.check_targets(targets)
        assert targets is not None
        dtype = proposals[0].dtype
        boxes = [target["boxes"].to(dtype) for target in targets]
        proposals = self.add_gt_proposals(proposals, boxes)
        matched, labels = self.assign_targets_to_proposals(proposals, boxes, [target["labels"] for target in targets])
        shown = []
        for i, drawn in enumerate(self.subsample(labels)):
            proposals[i], labels[i], matched[i] = proposals[i][drawn], labels[i][drawn], matched[i][drawn]
            known = boxes[i] if boxes[i].numel() else boxes[i].new_zeros((1, 4))
            shown.append(known[matched[i]])
        return proposals, matched, labels, self.box_coder.encode(shown, proposals)

    def postprocess_detections(
        self, class_logits: Tensor, box_regression: Tensor, proposals: list[Tensor], image_shapes: list[tuple[int, int]]
    ) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        """Boxes, scores and classes that are answered for each picture."""
        counts = [boxes.shape[0] for boxes in proposals]
        classes = class_logits.shape[-1]
        moved = self.box_coder.decode(box_regression, proposals).reshape(-1, classes, 4)
        found: tuple[list[Tensor], list[Tensor], list[Tensor]] = ([], [], [])
        for boxes, scores, shape in zip(moved.split(counts, 0), softmax(class_logits, -1).split(counts, 0), image_shapes):
            boxes = clip_boxes_to_image(boxes, shape)[:, 1:].reshape(-1, 4)  # class 0 is nothing
            labels = arange(1, classes, device=scores.device).expand(scores.shape[0], classes - 1).reshape(-1)
            scores = scores[:, 1:].reshape(-1)
            keep = where(scores > self.score_thresh)[0]
            keep = keep[remove_small_boxes(boxes[keep], min_size=1e-2)]
            keep = keep[batched_nms(boxes[keep], scores[keep], labels[keep], self.nms_thresh)[: self.detections_per_img]]
            for answers, kept in zip(found, (boxes, scores, labels)):
                answers.append(kept[keep])
        return found

    def forward(
        self, features: dict[str, Tensor], proposals: list[Tensor], image_shapes: list[tuple[int, int]], targets: list[Target] | None = None
    ) -> tuple[list[Target], dict[str, Tensor]]:
        """Answers for each picture, and in training the losses."""
        for target in targets or []:
            if target["boxes"].dtype not in (float32, float64, float16):
                raise TypeError(f"target boxes must of float type, instead got {target['boxes'].dtype}")
            if target["labels"].dtype != int64:
                raise TypeError(f"target labels must of int64 type, instead got {target['labels'].dtype}")
            if self.has_keypoint() and target["keypoints"].dtype != float32:
                raise TypeError(f"target keypoints must of float type, instead got {target['keypoints'].dtype}")
        matched: list[Tensor] = []
        labels: list[Tensor] = []
        shifts: list[Tensor] = []
        if self.training:
            proposals, matched, labels, shifts = self.select_training_samples(proposals, targets)
        pooled = self.box_roi_pool(features, proposals, image_shapes)
        class_logits, box_regression = self.box_predictor(self.box_head(pooled))
        result: list[Target] = []
        losses: dict[str, Tensor] = {}
        shown = matched
        if self.training:
            losses["loss_classifier"], losses["loss_box_reg"] = fastrcnn_loss(class_logits, box_regression, labels, shifts)
            there = [where(label > 0)[0] for label in labels]  # masks and key points are learned from what shows something
            regions = [boxes[index] for boxes, index in zip(proposals, there)]
            shown = [match[index] for match, index in zip(matched, there)]
        else:
            answers = self.postprocess_detections(class_logits, box_regression, proposals, image_shapes)
            result = [{"boxes": boxes, "labels": label, "scores": scores} for boxes, scores, label in zip(*answers)]
            regions = [answer["boxes"] for answer in result]
        if self.has_mask():
            logits = self.mask_predictor(self.mask_head(self.mask_roi_pool(features, regions, image_shapes)))
            if self.training:
                assert targets is not None
                masks, known = [target["masks"] for target in targets], [target["labels"] for target in targets]
                losses["loss_mask"] = maskrcnn_loss(logits, regions, masks, known, shown)
            else:
                for answer, mask in zip(result, maskrcnn_inference(logits, [answer["labels"] for answer in result])):
                    answer["masks"] = mask
        if self.has_keypoint():
            logits = self.keypoint_predictor(self.keypoint_head(self.keypoint_roi_pool(features, regions, image_shapes)))
            if self.training:
                assert targets is not None
                losses["loss_keypoint"] = keypointrcnn_loss(logits, regions, [target["keypoints"] for target in targets], shown)
            else:
                for answer, points, scores in zip(result, *keypointrcnn_inference(logits, regions)):
                    answer["keypoints"], answer["keypoints_scores"] = points, scores
        return result, losses
