"""Videos in folders by what is done in them, parted in three ways by lists."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from .folder import find_classes, make_dataset
from .video_utils import VideoClips
from .vision import VisionDataset


class FoldedVideos(ABC, VisionDataset):
    """What such data sets share: clips, and the number of the folder that each is from. A subclass reads its lists."""

    def __init__(
        self,
        root: Any,
        annotation_path: str,
        frames_per_clip: int,
        step_between_clips: int = 1,
        frame_rate: int | None = None,
        fold: int = 1,
        train: bool = True,
        transform: Callable | None = None,
        _precomputed_metadata: dict[str, Any] | None = None,
        num_workers: int = 1,
        _video_width: int = 0,
        _video_height: int = 0,
        _video_min_dimension: int = 0,
        _audio_samples: int = 0,
        output_format: str = "THWC",
    ) -> None:
        super().__init__(root)
        if fold not in (1, 2, 3):
            raise ValueError(f"fold should be between 1 and 3, got {fold}")
        self.fold = fold
        self.train = train
        self.classes, class_to_idx = find_classes(self.root)
        self.samples = make_dataset(self.root, class_to_idx, ("avi",))
        paths = [path for path, _ in self.samples]
        self.full_video_clips = VideoClips(
            paths, frames_per_clip, step_between_clips, frame_rate, _precomputed_metadata, num_workers, output_format=output_format
        )
        self.indices = self._select_fold(paths, annotation_path, fold, train)
        self.video_clips = self.full_video_clips.subset(self.indices)
        self.transform = transform

    @property
    def metadata(self) -> dict[str, Any]:
        """What takes time to find out of the videos, to be given as ``_precomputed_metadata``."""
        return self.full_video_clips.metadata

    @abstractmethod
    def _select_fold(self, video_list: list[str], annotation_path: str, fold: int, train: bool) -> list[int]:
        """The positions of the videos that are of a part."""

    def __len__(self) -> int:
        return self.video_clips.num_clips()

    def __getitem__(self, idx: int) -> tuple[Any, Any, int]:
        video, sound, _, number = self.video_clips.get_clip(idx)
        return (video if self.transform is None else self.transform(video)), sound, self.samples[self.indices[number]][1]
