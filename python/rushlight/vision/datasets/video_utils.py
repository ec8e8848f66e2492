"""Videos as clips: some frames in a row, and some more a little later."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from typing import Any

from ... import Tensor, arange, as_tensor, cat, empty, float32, from_numpy, int64, stack
from ..._warn import warn
from ...utils.data import DataLoader


def _av() -> Any:
    try:
        import av
    except ImportError as error:
        raise ImportError("videos are read by PyAV: pip install av") from error
    return av


def unfold(tensor: Tensor, size: int, step: int, dilation: int = 1) -> Tensor:
    """Windows of ``size`` numbers, each ``step`` after the one before, as views.

    Args:
        tensor (Tensor): of one axis.
        size (int): of a window.
        step (int): from one to the next.
        dilation (int): from one number in a window to the next.

    Raises:
        ValueError: for more axes.

    >>> from rushlight.vision.datasets.video_utils import unfold
    >>> unfold(torch.arange(6), size=3, step=2)
    tensor([[0, 1, 2],
            [2, 3, 4]])
    """
    if tensor.dim() != 1:
        raise ValueError(f"tensor should have 1 dimension instead of {tensor.dim()}")
    count = max((tensor.numel() - (dilation * (size - 1) + 1)) // step + 1, 0)
    stride = tensor.stride(0)
    return tensor.as_strided((count, size), (step * stride, dilation * stride))


class _Frames:
    """How many frames videos have, and how many in a second."""

    def __init__(self, video_paths: Sequence[str]) -> None:
        self.video_paths = video_paths

    def __len__(self) -> int:
        return len(self.video_paths)

    def __getitem__(self, index: int) -> tuple[list[int], float]:
        with _av().open(str(self.video_paths[index])) as container:
            stream = container.streams.video[0]
            count = stream.frames or sum(1 for _ in container.decode(stream))
            return list(range(count)), float(stream.average_rate or 1)


def _as_list(rows: list) -> list:
    return rows


def read_frames(path: str, first: int, last: int) -> tuple[Tensor, float]:
    """Frames of a video (T, H, W, 3), the last one included, and how many there are in a second.

    Raises:
        IndexError: if the video ends before.
        ImportError: where PyAV, which reads them, is not installed.
    """
    with _av().open(str(path)) as container:
        stream = container.streams.video[0]
        frames = []
        for i, frame in enumerate(container.decode(stream)):
            if i > last:
                break
            if i >= first:
                frames.append(from_numpy(frame.to_ndarray(format="rgb24")))
        if len(frames) != last - first + 1:
            raise IndexError(f"{path} ends before frame {last}")
        return stack(frames), float(stream.average_rate or 1)


def read_sound(path: str, start: float, end: float) -> Tensor:
    """Samples (channels, N) that are heard from one second to another; none of a video without sound."""
    with _av().open(str(path)) as container:
        if not container.streams.audio:
            return empty((1, 0), dtype=float32)
        stream, parts, at = container.streams.audio[0], [], 0.0
        resample = _av().AudioResampler(format="fltp")
        for frame in container.decode(stream):
            for piece in resample.resample(frame):
                values = piece.to_ndarray()
                seconds = at + arange(values.shape[1]) / piece.sample_rate
                parts.append(from_numpy(values)[:, (seconds >= start) & (seconds < end)])
                at += values.shape[1] / piece.sample_rate
            if at >= end:
                break
        return cat(parts, 1) if parts else empty((stream.channels, 0), dtype=float32)


class VideoClips:
    """All clips of some videos.

    Args:
        video_paths (list of str): the files.
        clip_length_in_frames (int): frames of a clip.
        frames_between_clips (int): from the start of a clip to that of the next.
        frame_rate (float, optional): frames of a second, if they shall be others than there are.
        num_workers (int): processes that count frames.
        output_format (str): ``"THWC"`` or ``"TCHW"``.

    Raises:
        ValueError: for another format.
        ImportError: where PyAV, which reads videos, is not installed.
    """

    def __init__(
        self,
        video_paths: list[str],
        clip_length_in_frames: int = 16,
        frames_between_clips: int = 1,
        frame_rate: float | None = None,
        _precomputed_metadata: dict[str, Any] | None = None,
        num_workers: int = 0,
        _video_width: int = 0,
        _video_height: int = 0,
        _video_min_dimension: int = 0,
        _video_max_dimension: int = 0,
        _audio_samples: int = 0,
        _audio_channels: int = 0,
        output_format: str = "THWC",
    ) -> None:
        self.video_paths = video_paths
        self.num_workers = num_workers
        self.output_format = output_format.upper()
        if self.output_format not in ("THWC", "TCHW"):
            raise ValueError(f"output_format should be either 'THWC' or 'TCHW', got {output_format}.")
        if _precomputed_metadata is None:
            self._compute_frame_pts()
        else:
            self._init_from_metadata(_precomputed_metadata)
        self.compute_clips(clip_length_in_frames, frames_between_clips, frame_rate)

    def _compute_frame_pts(self) -> None:
        self.video_pts: list[Tensor] = []
        self.video_fps: list[float] = []
        known: Any = _Frames(self.video_paths)
        for batch in DataLoader(known, batch_size=16, num_workers=self.num_workers, collate_fn=_as_list):
            for frames, rate in batch:
                self.video_pts.append(as_tensor(frames, dtype=int64))
                self.video_fps.append(rate)

    def _init_from_metadata(self, metadata: dict[str, Any]) -> None:
        self.video_paths, self.video_pts, self.video_fps = (metadata[f"video_{key}"] for key in ("paths", "pts", "fps"))
        if not len(self.video_paths) == len(self.video_pts) == len(self.video_fps):
            raise AssertionError("the metadata has not as many paths, frames and rates")

    @property
    def metadata(self) -> dict[str, Any]:
        """What takes time to find out, to be given to the next ``VideoClips`` of the same files."""
        return {"video_paths": self.video_paths, "video_pts": self.video_pts, "video_fps": self.video_fps}

    def subset(self, indices: list[int]) -> VideoClips:
        """The clips of some of the videos."""
        metadata = {key: [values[i] for i in indices] for key, values in self.metadata.items()}
        return type(self)(
            metadata["video_paths"],
            clip_length_in_frames=self.num_frames,
            frames_between_clips=self.step,
            frame_rate=self.frame_rate,
            _precomputed_metadata=metadata,
            num_workers=self.num_workers,
            output_format=self.output_format,
        )

    @staticmethod
    def compute_clips_for_video(video_pts: Tensor, num_frames: int, step: int, fps: float | None, frame_rate: float | None = None) -> tuple[Tensor, Any]:
        """The frames of each clip (N, num_frames), and where they lie among those of the wanted rate."""
        rate = fps or 1
        wanted = rate if frame_rate is None else frame_rate
        places = VideoClips._resample_video_idx(math.floor(len(video_pts) * wanted / rate), rate, wanted)
        clips = unfold(video_pts[places], num_frames, step)
        if not clips.numel():
            warn("There aren't enough frames in the current video to get a clip for the given clip length and frames between clips. The video (and potentially others) will be skipped.", UserWarning)
        return clips, [places] * len(clips) if isinstance(places, slice) else unfold(places, num_frames, step)

    def compute_clips(self, num_frames: int, step: int, frame_rate: float | None = None) -> None:
        """Finds the clips anew.

        Args:
            num_frames (int): of a clip.
            step (int): from the start of a clip to that of the next.
            frame_rate (float, optional): frames of a second.
        """
        self.num_frames, self.step, self.frame_rate = num_frames, step, frame_rate
        rows = zip(self.video_pts, self.video_fps)
        found = [self.compute_clips_for_video(pts, num_frames, step, fps, frame_rate) for pts, fps in rows]
        self.clips = [clips for clips, _ in found]
        self.resampling_idxs = [places for _, places in found]
        self.cumulative_sizes = as_tensor([len(clips) for clips in self.clips], dtype=int64).cumsum(0).tolist()

    def __len__(self) -> int:
        return self.num_clips()

    def num_videos(self) -> int:
        """The number of videos."""
        return len(self.video_paths)

    def num_clips(self) -> int:
        """The number of clips."""
        return self.cumulative_sizes[-1] if self.cumulative_sizes else 0

    def get_clip_location(self, idx: int) -> tuple[int, int]:
        """The video of a clip, and which of its clips it is."""
        video = bisect.bisect_right(self.cumulative_sizes, idx)
        return video, idx - (self.cumulative_sizes[video - 1] if video else 0)

    @staticmethod
    def _resample_video_idx(num_frames: int, original_fps: float, new_fps: float) -> Any:
        step = original_fps / new_fps
        if float(step).is_integer():
            return slice(None, None, int(step))
        return (arange(num_frames, dtype=float32) * step).floor().to(int64)

    def get_clip(self, idx: int) -> tuple[Tensor, Tensor, dict[str, Any], int]:
        """Frames, sound, ``{"video_fps": rate}`` and the video's number.

        Raises:
            IndexError: if there are not so many clips.
        """
        if idx >= self.num_clips():
            raise IndexError(f"Index {idx} out of range ({self.num_clips()} number of clips)")
        video, clip = self.get_clip_location(idx)
        path, frames = self.video_paths[video], self.clips[video][clip].tolist()
        pictures, rate = read_frames(path, frames[0], frames[-1])
        sound = read_sound(path, frames[0] / rate, (frames[-1] + 1) / rate)
        info = {"video_fps": rate}
        if self.frame_rate is not None:
            places = self.resampling_idxs[video][clip]
            pictures = pictures[places if isinstance(places, slice) else places - places[0]]
            info["video_fps"] = self.frame_rate
        if len(pictures) != self.num_frames:
            raise AssertionError(f"{tuple(pictures.shape)} x {self.num_frames}")
        return pictures.permute(0, 3, 1, 2) if self.output_format == "TCHW" else pictures, sound, info, video

    def __getstate__(self) -> dict[str, Any]:
        made = ("clips", "resampling_idxs", "cumulative_sizes")  # of the rest
        return {key: value for key, value in self.__dict__.items() if key not in made}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ = state
        self.compute_clips(self.num_frames, self.step, self.frame_rate)
