"""Kinetics: films of hundreds of things that people do."""

from __future__ import annotations

import csv
import os
import urllib.parse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .folder import find_classes, make_dataset
from .utils import check_integrity, download_and_extract_archive, download_url, verify_str_arg
from .video_utils import VideoClips
from .vision import VisionDataset


class Kinetics(VisionDataset):
    """Clips of films, their sound, and what is done in them (Kay et al., 2017).

    Args:
        root (str or path): the folder with ``train``, ``val`` and ``test``, each a folder of folders of videos.
        frames_per_clip (int): frames of a clip.
        num_classes (str): ``"400"``, ``"600"`` or ``"700"``.
        split (str): ``train``, ``val`` or ``test``.
        frame_rate (float, optional): frames of a second, if they shall be others than there are.
        step_between_clips (int): from the start of a clip to that of the next.
        transform (callable, optional): of the frames.
        extensions (tuple of str): what names of videos end with.
        download (bool): whether to download what is not there.
        num_download_workers, num_workers (int): of downloads, and processes that count frames.
        output_format (str): ``"THWC"`` or ``"TCHW"``.

    Raises:
        ValueError: for other words.
        ImportError: where PyAV, which reads videos, is not installed.
    """

    _TAR_URLS = {
        "400": "https://s3.amazonaws.com/kinetics/400/{split}/k400_{split}_path.txt",
        "600": "https://s3.amazonaws.com/kinetics/600/{split}/k600_{split}_path.txt",
        "700": "https://s3.amazonaws.com/kinetics/700_2020/{split}/k700_2020_{split}_path.txt",
    }
    _ANNOTATION_URLS = {
        "400": "https://s3.amazonaws.com/kinetics/400/annotations/{split}.csv",
        "600": "https://s3.amazonaws.com/kinetics/600/annotations/{split}.csv",
        "700": "https://s3.amazonaws.com/kinetics/700_2020/annotations/{split}.csv",
    }

    def __init__(
        self,
        root: Any,
        frames_per_clip: int,
        num_classes: str = "400",
        split: str = "train",
        frame_rate: int | None = None,
        step_between_clips: int = 1,
        transform: Callable | None = None,
        extensions: tuple[str, ...] = ("avi", "mp4"),
        download: bool = False,
        num_download_workers: int = 1,
        num_workers: int = 1,
        _precomputed_metadata: dict[str, Any] | None = None,
        _video_width: int = 0,
        _video_height: int = 0,
        _video_min_dimension: int = 0,
        _audio_samples: int = 0,
        _audio_channels: int = 0,
        _legacy: bool = False,
        output_format: str = "TCHW",
    ) -> None:
        self.num_classes = verify_str_arg(num_classes, "num_classes", ["400", "600", "700"])
        self.extensions = extensions
        self.num_download_workers = num_download_workers
        self._legacy = _legacy
        super().__init__(root)
        if _legacy:
            self.split_folder, self.split, output_format = self.root, "unknown", "THWC"
            if download:
                raise ValueError("Cannot download the videos using legacy_structure.")
        else:
            self.split_folder = os.path.join(self.root, split)
            self.split = verify_str_arg(split, "split", ["train", "val", "test"])
        if download:
            self.download_and_process_videos()
        self.classes, class_to_idx = find_classes(self.split_folder)
        self.samples = make_dataset(self.split_folder, class_to_idx, extensions)
        self.video_clips = VideoClips(
            [path for path, _ in self.samples],
            frames_per_clip,
            step_between_clips,
            frame_rate,
            _precomputed_metadata,
            num_workers=num_workers,
            output_format=output_format,
        )
        self.transform = transform

    def download_and_process_videos(self) -> None:
        """Downloads the videos, and lays each in its class's folder."""
        self._download_videos()
        self._make_ds_structure()

    def _download_videos(self) -> None:
        if os.path.exists(self.split_folder):
            return
        lists = os.path.join(self.root, "files")
        url = self._TAR_URLS[self.num_classes].format(split=self.split)
        path = os.path.join(lists, os.path.basename(url))
        if not check_integrity(path):
            download_url(url, lists)
        with open(path) as file:
            urls = [urllib.parse.quote(line, safe="/,:") for line in file.read().splitlines()]
        with ThreadPoolExecutor(self.num_download_workers) as pool:
            list(pool.map(lambda one: download_and_extract_archive(one, os.path.join(self.root, "tars"), self.split_folder), urls))

    def _make_ds_structure(self) -> None:
        folder = os.path.join(self.root, "annotations")
        path = os.path.join(folder, f"{self.split}.csv")
        if not check_integrity(path):
            download_url(self._ANNOTATION_URLS[self.num_classes].format(split=self.split), folder)
        with open(path) as file:
            for row in csv.DictReader(file):
                name = f"{row['youtube_id']}_{int(row['time_start']):06}_{int(row['time_end']):06}.mp4"
                label = row["label"].replace(" ", "_").translate(str.maketrans("", "", "'()"))
                os.makedirs(os.path.join(self.split_folder, label), exist_ok=True)
                if os.path.isfile(os.path.join(self.split_folder, name)):
                    os.replace(os.path.join(self.split_folder, name), os.path.join(self.split_folder, label, name))

    @property
    def metadata(self) -> dict[str, Any]:
        """What takes time to find out of the videos, to be given as ``_precomputed_metadata``."""
        return self.video_clips.metadata

    def __len__(self) -> int:
        return self.video_clips.num_clips()

    def __getitem__(self, idx: int) -> tuple[Any, Any, int]:
        video, sound, _, number = self.video_clips.get_clip(idx)
        return (video if self.transform is None else self.transform(video)), sound, self.samples[number][1]
