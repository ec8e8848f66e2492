"""HMDB51: films of 51 movements."""

from __future__ import annotations

import glob
import os

from ._folds import FoldedVideos


class HMDB51(FoldedVideos):
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

    def _select_fold(self, video_list: list[str], annotations_dir: str, fold: int, train: bool) -> list[int]:
        wanted = self.TRAIN_TAG if train else self.TEST_TAG
        names = set()
        for path in glob.glob(os.path.join(annotations_dir, f"*test_split{fold}.txt")):
            with open(path) as file:
                names |= {name for name, tag in map(str.split, file) if int(tag) == wanted}
        return [i for i, path in enumerate(video_list) if os.path.basename(path) in names]
