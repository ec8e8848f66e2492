"""The frame of detectors of one stage: a backbone, a head over all its maps, and anchors that the head speaks of."""

from __future__ import annotations

from collections import OrderedDict

from .... import arange, cat, nn, where, zeros_like
from ...._C import Tensor
from ...ops.boxes import batched_nms, clip_boxes_to_image
from ._utils import check_extent, check_targets

Target = dict[str, Tensor]


def by_anchor(map: Tensor, numbers: int) -> Tensor:
    """Of a map (N, A numbers, H, W) the numbers of each anchor, place by place: (N, H W A, numbers)."""
    n, _, h, w = map.shape
    return map.view(n, -1, numbers, h, w).permute(0, 3, 4, 1, 2).reshape(n, -1, numbers)


class OneStageDetector(nn.Module):
    """What RetinaNet, FCOS and SSD have in common; ``compute_loss`` and ``postprocess_detections`` are their own.

    ``transform``, ``backbone``, ``anchor_generator``, ``head``, ``nms_thresh`` and ``detections_per_img`` are attributes.
    """

    score_thresh: float
    nms_thresh: float
    detections_per_img: int
    topk_candidates: int
    _has_warned = False

    def eager_outputs(self, losses: dict[str, Tensor], detections: list[Target]):
        """Losses in training, otherwise answers."""
        return losses if self.training else detections

    def forward(self, images: list[Tensor], targets: list[Target] | None = None):
        """Losses in training, otherwise for each picture a dict of ``boxes``, ``scores`` and ``labels``.

        Args:
            images (list of Tensor): pictures (3, H, W), floats in [0, 1].
            targets (list of dict): in training, ``boxes`` (N, 4) and ``labels`` (N,).

        Raises:
            AssertionError: for targets that are missing or wrong.
        """
        if self.training:
            check_targets(targets)
        before = [(int(image.shape[-2]), int(image.shape[-1])) for image in images]
        batch, targets = self.transform(images, targets)
        check_extent(targets)
        features = self.backbone(batch.tensors)
        if isinstance(features, Tensor):
            features = OrderedDict([("0", features)])
        maps = list(features.values())
        said = self.head(maps)
        anchors = self.anchor_generator(batch, maps)
        if self.training:
            assert targets is not None
            return self.eager_outputs(self.losses(targets, said, anchors, maps), [])
        answers = self.answers(said, anchors, batch.image_sizes, maps)
        return self.eager_outputs({}, self.transform.postprocess(answers, batch.image_sizes, before))

    def losses(self, targets: list[Target], said: Target, anchors: list[Tensor], maps: list[Tensor]) -> dict[str, Tensor]:
        """The losses of what the head said."""
        raise NotImplementedError

    def answers(self, said: Target, anchors: list[Tensor], sizes: list[tuple[int, int]], maps: list[Tensor]) -> list[Target]:
        """For each picture the boxes, scores and labels that are answered, in the pixels of the batch."""
        raise NotImplementedError

    def kept(self, boxes: Tensor, scores: Tensor, labels: Tensor) -> Target:
        """Those that nothing likelier of their class overlaps, the likeliest first, no more than ``detections_per_img``."""
        keep = batched_nms(boxes, scores, labels, self.nms_thresh)[: self.detections_per_img]
        return {"boxes": boxes[keep], "scores": scores[keep], "labels": labels[keep]}


class LeveledDetector(OneStageDetector):
    """A detector whose candidates are taken map by map, the likeliest of each: RetinaNet and FCOS."""

    def levels(self, maps: list[Tensor], anchors: int) -> list[int]:
        """How many of a picture's ``anchors`` each map has."""
        places = [one.shape[2] * one.shape[3] for one in maps]
        each = anchors // sum(places)
        return [n * each for n in places]

    def likelihood(self, said: Target) -> Tensor:
        """Scores (N, anchors, classes) in [0, 1]."""
        raise NotImplementedError

    def postprocess_detections(
        self, head_outputs: Target, anchors: list[list[Tensor]], image_shapes: list[tuple[int, int]], levels: list[int]
    ) -> list[Target]:
        """Answers for each picture, of whose anchors (a list for each map) the head said ``head_outputs``."""
        likely = self.likelihood(head_outputs)
        classes = likely.shape[-1]
        found = []
        for scores, moves, mine, shape in zip(likely, head_outputs["bbox_regression"], anchors, image_shapes):
            parts: list[tuple[Tensor, Tensor, Tensor]] = []
            for score, move, anchor in zip(scores.split(levels), moves.split(levels), mine):
                score = score.flatten()
                above = where(score > self.score_thresh)[0]
                score, best = score[above].topk(min(self.topk_candidates, above.shape[0]))
                at = above[best]
                row = at.div(classes, rounding_mode="floor")
                boxes = clip_boxes_to_image(self.moved(move[row], anchor[row]), shape)
                parts.append((boxes, score, at % classes))
            found.append(self.kept(*(cat(list(column)) for column in zip(*parts))))
        return found

    def moved(self, moves: Tensor, anchors: Tensor) -> Tensor:
        """Anchors as the head moves them."""
        raise NotImplementedError

    def answers(self, said, anchors, sizes, maps):
        levels = self.levels(maps, anchors[0].shape[0])
        return self.postprocess_detections(said, [list(one.split(levels)) for one in anchors], sizes, levels)


def best_of_classes(scores: Tensor, boxes: Tensor, threshold: float, most: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of scores (N, classes) the ``most`` likeliest of each class but 0 that pass ``threshold``: boxes, scores and labels, by class."""
    best, at = scores[:, 1:].t().topk(min(most, scores.shape[0]), dim=1)
    labels = arange(1, scores.shape[1], device=scores.device)[:, None].expand_as(best)
    passed = best > threshold
    return boxes[at[passed]], best[passed], labels[passed]


def one_hot(logits: Tensor, rows: Tensor, labels: Tensor) -> Tensor:
    """Zeros as ``logits`` (N, classes), but ones where ``rows`` have their ``labels``."""
    wanted = zeros_like(logits.detach())
    wanted[rows, labels] = 1.0
    return wanted
