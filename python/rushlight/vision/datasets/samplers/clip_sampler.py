"""Which clips of videos are taken, in which order, and by whom."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sized
from typing import Any

from .... import Generator, arange, cat, int64, linspace, randperm, tensor
from ....utils.data import Sampler
from ..video_utils import VideoClips


class DistributedSampler(Sampler):
    """A part of a data set, or of a sampler, for each of several processes; some in a row stay together.

    Args:
        dataset (Dataset or Sampler): what is parted.
        num_replicas, rank (int, optional): how many parts, and which; by default as the processes' group says.
        shuffle (bool): whether to draw the order, by the number of the epoch.
        group_size (int): how many stay together.

    Raises:
        ValueError: if ``group_size`` does not divide the length.
    """

    def __init__(
        self, dataset: Sized, num_replicas: int | None = None, rank: int | None = None, shuffle: bool = False, group_size: int = 1
    ) -> None:
        if num_replicas is None or rank is None:
            from .... import distributed

            num_replicas = distributed.get_world_size() if num_replicas is None else num_replicas
            rank = distributed.get_rank() if rank is None else rank
        if len(dataset) % group_size != 0:
            raise ValueError(f"dataset length must be a multiplier of group size dataset length: {len(dataset)}, group size: {group_size}")
        self.dataset = dataset
        self.group_size = group_size
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.num_group_samples = math.ceil(len(dataset) // group_size / num_replicas)
        self.num_samples = self.num_group_samples * group_size
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle

    def __iter__(self) -> Iterator[int]:
        count = len(self.dataset)
        order = arange(count)
        if self.shuffle:
            order = randperm(count, generator=Generator().manual_seed(self.epoch))
        order = cat([order, order[: self.total_size - count]])  # the first ones again, until all parts are as long
        groups = order.reshape(-1, self.group_size)[self.rank :: self.num_replicas]
        mine = groups.flatten().tolist()
        if isinstance(self.dataset, Sampler):
            drawn: Any = list(self.dataset)
            mine = [drawn[i] for i in mine]
        return iter(mine)

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """The number that the order is drawn by."""
        self.epoch = epoch


def _check(video_clips: Any) -> None:
    if not isinstance(video_clips, VideoClips):
        raise TypeError(f"Expected video_clips to be an instance of VideoClips, got {type(video_clips)}")


class UniformClipSampler(Sampler):
    """As many clips of each video, spread evenly.

    Args:
        video_clips (VideoClips): the clips.
        num_clips_per_video (int): how many.

    Raises:
        TypeError: for anything but clips.
    """

    def __init__(self, video_clips: VideoClips, num_clips_per_video: int) -> None:
        _check(video_clips)
        self.video_clips = video_clips
        self.num_clips_per_video = num_clips_per_video

    def __iter__(self) -> Iterator[int]:
        found, start = [], 0
        for clips in self.video_clips.clips:
            count = len(clips)
            if count:
                found += linspace(start, start + count - 1, steps=self.num_clips_per_video).floor().to(int64).tolist()
            start += count
        return iter(found)

    def __len__(self) -> int:
        return sum(self.num_clips_per_video for clips in self.video_clips.clips if len(clips) > 0)


class RandomClipSampler(Sampler):
    """Up to so many clips of each video, drawn, in an order that is drawn.

    Args:
        video_clips (VideoClips): the clips.
        max_clips_per_video (int): how many at most.

    Raises:
        TypeError: for anything but clips.
    """

    def __init__(self, video_clips: VideoClips, max_clips_per_video: int) -> None:
        _check(video_clips)
        self.video_clips = video_clips
        self.max_clips_per_video = max_clips_per_video

    def __iter__(self) -> Iterator[int]:
        found, start = [tensor([], dtype=int64)], 0
        for clips in self.video_clips.clips:
            found.append(randperm(len(clips))[: self.max_clips_per_video] + start)
            start += len(clips)
        drawn = cat(found)
        return iter(drawn[randperm(len(drawn))].tolist())

    def __len__(self) -> int:
        return sum(min(len(clips), self.max_clips_per_video) for clips in self.video_clips.clips)
