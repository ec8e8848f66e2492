"""UCF101: films of 101 things that people do."""

from __future__ import annotations

import os

from ._folds import FoldedVideos


class UCF101(FoldedVideos):
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

    def _select_fold(self, video_list: list[str], annotation_path: str, fold: int, train: bool) -> list[int]:
        with open(os.path.join(annotation_path, f"{'train' if train else 'test'}list{fold:02d}.txt")) as file:
            wanted = {os.path.join(self.root, *line.strip().split(" ")[0].split("/")) for line in file}
        return [i for i, path in enumerate(video_list) if path in wanted]
