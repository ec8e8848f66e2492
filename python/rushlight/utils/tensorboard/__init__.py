"""Curves, images and histograms for TensorBoard (``torch.utils.tensorboard``), on the package ``tensorboard``: extra
``tensorboard``."""

try:
    import tensorboard as _tensorboard
except ImportError as error:
    raise ImportError(
        "rushlight.utils.tensorboard needs the package tensorboard: pip install rushlight[tensorboard]"
    ) from error

from tensorboard.summary.writer.record_writer import RecordWriter as RecordWriter

from .writer import FileWriter as FileWriter, SummaryWriter as SummaryWriter

__all__ = ["FileWriter", "RecordWriter", "SummaryWriter"]
