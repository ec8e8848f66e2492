"""What is in open files."""

from __future__ import annotations

from typing import Any

from ..datapipe import IterDataPipe, functional_datapipe


@functional_datapipe("read_from_stream")
class StreamReaderIterDataPipe(IterDataPipe):
    """Pairs of a name and what its stream holds, in pieces if ``chunk`` is their size. Streams are closed when they are read.

    Args:
        datapipe (IterDataPipe): pairs of a name and a stream.
        chunk (int, optional): the most that is read at once. Default: all
    """

    def __init__(self, datapipe: Any, chunk: int | None = None) -> None:
        self.datapipe, self.chunk = datapipe, chunk

    def __iter__(self) -> Any:
        for name, stream in self.datapipe:
            try:
                while piece := stream.read(self.chunk):
                    yield name, piece
                    if self.chunk is None:
                        break
            finally:
                if hasattr(stream, "close"):
                    stream.close()


__all__ = ["StreamReaderIterDataPipe"]
