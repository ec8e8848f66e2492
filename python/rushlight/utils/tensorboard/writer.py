"""Writers of TensorBoard's files."""

from __future__ import annotations

import os
import time
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from ... import Tensor
from . import summary


class FileWriter:
    """Writes records to one file.

    Args:
        log_dir (str): the folder.
        max_queue (int), flush_secs (int): how many records, and seconds, may wait. Default: 10, 120
        filename_suffix (str): what the file's name ends in.
    """

    def __init__(
        self, log_dir: Any, max_queue: int = 10, flush_secs: int = 120, filename_suffix: str = ""
    ) -> None:
        self.event_writer = EventFileWriter(str(log_dir), max_queue, flush_secs, filename_suffix)

    def get_logdir(self) -> str:
        """The folder."""
        return self.event_writer.get_logdir()

    def add_event(self, event: Any, step: Any = None, walltime: float | None = None) -> None:
        """Writes a record of any kind."""
        event.wall_time = time.time() if walltime is None else walltime
        if step is not None:
            event.step = int(step)
        self.event_writer.add_event(event)

    def add_summary(self, summary: Any, global_step: Any = None, walltime: float | None = None) -> None:
        """Writes values."""
        self.add_event(Event(summary=summary), global_step, walltime)

    def flush(self) -> None:
        """Writes what waits."""
        self.event_writer.flush()

    def close(self) -> None:
        """The same, and ends."""
        self.event_writer.close()

    def reopen(self) -> None:
        """Writes on after :meth:`close`."""
        self.event_writer = EventFileWriter(self.get_logdir())


class SummaryWriter:
    """Writes curves, images, histograms and text for TensorBoard; also a context manager.

    Args:
        log_dir (str, optional): the folder. Default: ``runs/<date>_<host>`` with ``comment`` after it
        comment (str): see there.
        purge_step (int, optional): records from this step on, of a run that was cut off, are hidden.
        max_queue, flush_secs, filename_suffix: see :class:`FileWriter`.

    Example::

        >>> with SummaryWriter("runs/first") as writer:  # doctest: +SKIP
        ...     writer.add_scalar("loss", 0.5, global_step=1)
    """

    def __init__(
        self,
        log_dir: Any = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        if not log_dir:
            import socket

            log_dir = os.path.join(
                "runs", time.strftime("%b%d_%H-%M-%S") + "_" + socket.gethostname() + comment
            )
        self.log_dir, self.purge_step = log_dir, purge_step
        self._options = (max_queue, flush_secs, filename_suffix)
        self.file_writer: Any = None
        self.all_writers: Any = None
        self._get_file_writer()

    def _get_file_writer(self) -> FileWriter:
        if self.file_writer is None:
            self.file_writer = FileWriter(self.log_dir, *self._options)
            self.all_writers = {self.file_writer.get_logdir(): self.file_writer}
            if self.purge_step is not None:
                self.file_writer.add_event(Event(step=self.purge_step, file_version="brain.Event:2"))
                self.file_writer.add_event(
                    Event(step=self.purge_step, session_log=SessionLog(status=SessionLog.START))
                )
                self.purge_step = None
        return self.file_writer

    def get_logdir(self) -> Any:
        """The folder."""
        return self.log_dir

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: Any = None,
        walltime: Any = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """A point of a curve.

        Args:
            tag (str): the curve's name.
            scalar_value (number or Tensor): its value.
            global_step (int, optional): where.
        """
        made = summary.scalar(tag, scalar_value, new_style=new_style, double_precision=double_precision)
        self._get_file_writer().add_summary(made, global_step, walltime)

    def add_scalars(
        self, main_tag: str, tag_scalar_dict: Any, global_step: Any = None, walltime: Any = None
    ) -> None:
        """Points of several curves in one picture, each in a file of its own."""
        self._get_file_writer()
        for tag, value in tag_scalar_dict.items():
            folder = os.path.join(str(self.log_dir), f"{main_tag.replace('/', '_')}_{tag}")
            if folder not in self.all_writers:
                self.all_writers[folder] = FileWriter(folder, *self._options)
            self.all_writers[folder].add_summary(summary.scalar(main_tag, value), global_step, walltime)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: Any = None,
        bins: Any = "tensorflow",
        walltime: Any = None,
        max_bins: Any = None,
    ) -> None:
        """How values are distributed."""
        self._get_file_writer().add_summary(
            summary.histogram(tag, values, bins, max_bins), global_step, walltime
        )

    def add_histogram_raw(
        self,
        tag: str,
        min: Any,
        max: Any,
        num: Any,
        sum: Any,
        sum_squares: Any,
        bucket_limits: Any,
        bucket_counts: Any,
        global_step: Any = None,
        walltime: Any = None,
    ) -> None:
        """The same, counted already.

        Errors: ValueError for as many limits as counts do not have.
        """
        if len(bucket_limits) != len(bucket_counts):
            raise ValueError("len(bucket_limits) != len(bucket_counts), see the document.")
        made = summary.histogram_raw(tag, min, max, num, sum, sum_squares, bucket_limits, bucket_counts)
        self._get_file_writer().add_summary(made, global_step, walltime)

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: Any = None,
        walltime: Any = None,
        dataformats: str = "CHW",
    ) -> None:
        """An image; ``dataformats`` names its axes."""
        self._get_file_writer().add_summary(
            summary.image(tag, img_tensor, dataformats=dataformats), global_step, walltime
        )

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: Any = None,
        walltime: Any = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Several images side by side."""
        self.add_image(tag, img_tensor, global_step, walltime, dataformats)

    def add_figure(
        self, tag: str, figure: Any, global_step: Any = None, close: bool = True, walltime: Any = None
    ) -> None:
        """A picture of matplotlib's, or several."""
        import numpy as np

        pixels = []
        for each in figure if isinstance(figure, list) else [figure]:
            each.canvas.draw()
            pixels.append(np.asarray(each.canvas.buffer_rgba())[..., :3])
            if close:
                import matplotlib.pyplot as plt

                plt.close(each)
        self.add_image(tag, np.stack(pixels), global_step, walltime, "NHWC")

    def add_audio(
        self,
        tag: str,
        snd_tensor: Any,
        global_step: Any = None,
        sample_rate: int = 44100,
        walltime: Any = None,
    ) -> None:
        """Sound."""
        self._get_file_writer().add_summary(
            summary.audio(tag, snd_tensor, sample_rate), global_step, walltime
        )

    def add_text(self, tag: str, text_string: str, global_step: Any = None, walltime: Any = None) -> None:
        """Text, in Markdown."""
        self._get_file_writer().add_summary(summary.text(tag, text_string), global_step, walltime)

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: Any = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: Any = None,
    ) -> None:
        """Precision and recall of a classifier."""
        made = summary.pr_curve(tag, labels, predictions, num_thresholds, weights)
        self._get_file_writer().add_summary(made, global_step, walltime)

    def add_hparams(
        self,
        hparam_dict: Any,
        metric_dict: Any,
        hparam_domain_discrete: Any = None,
        run_name: Any = None,
        global_step: Any = None,
    ) -> None:
        """Settings of a run and what it came to, in a folder of their own."""
        records = summary.hparams(hparam_dict, metric_dict, hparam_domain_discrete)
        folder = os.path.join(str(self.get_logdir()), run_name or str(time.time()))
        with SummaryWriter(folder) as writer:
            for record in records:
                writer._get_file_writer().add_summary(record, global_step)
            for name, value in metric_dict.items():
                writer.add_scalar(name, value, global_step)

    def add_tensor(self, tag: str, tensor: Any, global_step: Any = None, walltime: Any = None) -> None:
        """A small tensor, as text: TensorBoard has no page for others."""
        if not isinstance(tensor, Tensor):
            raise TypeError(f"add_tensor: expected a tensor, got {type(tensor).__name__}")
        self.add_text(tag, f"```\n{tensor}\n```", global_step, walltime)

    def add_graph(
        self, model: Any, input_to_model: Any = None, verbose: bool = False, use_strict_trace: bool = True
    ) -> None:
        """The graph of a model.

        Errors: NotImplementedError: programs are not traced; ``rushlight.summary`` lists a model's layers and shapes.
        """
        raise NotImplementedError(
            "add_graph: programs are not traced; rushlight.summary(model, input_size) lists layers and shapes"
        )

    def add_embedding(self, *args: Any, **kwargs: Any) -> None:
        """Points for the projector.

        Errors: NotImplementedError.
        """
        raise NotImplementedError("add_embedding: the projector's files are not written")

    add_video = add_mesh = add_embedding

    def flush(self) -> None:
        """Writes what waits."""
        for writer in (self.all_writers or {}).values():
            writer.flush()

    def close(self) -> None:
        """The same, and ends; what is added afterwards goes to a new file."""
        for writer in (self.all_writers or {}).values():
            writer.flush()
            writer.close()
        self.file_writer = self.all_writers = None

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
