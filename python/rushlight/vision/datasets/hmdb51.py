"""HMDB51: films of 51 movements."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable
from typing import Any

from .folder import find_classes, make_dataset
from .video_utils import VideoClips
from .vision import VisionDataset


class HMDB51(VisionDataset):
    """Clips of films, their sound, and what is done in them (Kuehne et al., 2011).

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

    data_url = "https://serre-lab.clps.brown.edu/wp-content/uploads/2013/10/hmdb51_org.rar"
    splits = {
        "url": "https://serre-lab.clps.brown.edu/wp-content/uploads/2013/10/test_train_splits.rar",
        "md5": "15e67781e70dcfbdce2d7dbb9b3344b5",
    }
    TRAIN_TAG = 1
    TEST_TAG = 2

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

    def _select_fold(self, video_list: list[str], annotations_dir: str, fold: int, train: bool) -> list[int]:
        wanted = self.TRAIN_TAG if train else self.TEST_TAG
        names = set()
        for path in glob.glob(os.path.join(annotations_dir, f"*test_split{fold}.txt")):
            with open(path) as file:
                names |= {name for name, tag in map(str.split, file) if int(tag) == wanted}
        return [i for i, path in enumerate(video_list) if os.path.basename(path) in names]

    def __len__(self) -> int:
        return self.video_clips.num_clips()

    def __getitem__(self, idx: int) -> tuple[Any, Any, int]:
        video, sound, _, number = self.video_clips.get_clip(idx)
        return (video if self.transform is None else self.transform(video)), sound, self.samples[self.indices[number]][1]
