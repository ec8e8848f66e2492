"""UCF101: films of 101 things that people do."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .folder import find_classes, make_dataset
from .video_utils import VideoClips
from .vision import VisionDataset


class UCF101(VisionDataset):
    """Clips of films, their sound, and what is done in them (Soomro et al., 2012).

    Args:
        root (str or path): the folder of folders of videos.
        annotation_path (str or path): the folder of lists.
        frames_per_clip, step_between_clips (int): frames of a clip, and from the start of one to that of the next.
        frame_rate (int, optional): frames of a second, if they shall be others than there are.
        fold (int): one of three ways to part the videos, from 1.
        train (bool): which part.
        transform (callable, optional): of the frames.
        num_workers (int): processes that count frames.
        output_format (str): ``"THWC"`` or ``"TCHW"``.

    Raises:
        ValueError: for another fold or format.
        ImportError: where PyAV, which reads videos, is not installed.
    """

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

    def _select_fold(self, video_list: list[str], annotation_path: str, fold: int, train: bool) -> list[int]:
        with open(os.path.join(annotation_path, f"{'train' if train else 'test'}list{fold:02d}.txt")) as file:
            wanted = {os.path.join(self.root, *line.strip().split(" ")[0].split("/")) for line in file}
        return [i for i, path in enumerate(video_list) if path in wanted]

    def __len__(self) -> int:
        return self.video_clips.num_clips()

    def __getitem__(self, idx: int) -> tuple[Any, Any, int]:
        video, sound, _, number = self.video_clips.get_clip(idx)
        return (video if self.transform is None else self.transform(video)), sound, self.samples[self.indices[number]][1]
