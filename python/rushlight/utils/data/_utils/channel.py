"""Objects from process to process, with the memory of their tensors and arrays beside them.

A message is a pickle of protocol 5, which leaves large buffers out. Together these are one block: a short one follows
in the stream, a longer one is a nameless file in memory whose descriptor is passed and which the receiver maps, so
that nothing is copied there, and which comes back to be written again. The file is gone when nobody holds it; no death
leaves anything behind.
"""

from __future__ import annotations

import io
import os
import pickle
import socket
import struct
from array import array
from multiprocessing.reduction import ForkingPickler
from typing import Any

from .... import _C
from ....multiprocessing import _memory
from ....multiprocessing.reductions import check_leaf
from .blocks import Files, Mappings

Tensor = _C.Tensor

INLINE = 32 << 10
"""Blocks up to this many bytes follow in the stream: making, passing and mapping a file takes longer."""

_HEADER = struct.Struct("<QQQqQHHH")
"""Bytes of the pickle and of the block, number of buffers, the block's number and capacity, and how many blocks are
returned, forgotten and dropped."""
_IN_STREAM = -2
_NUMBER = struct.Struct("<Q")
_SPAN = struct.Struct("<QQ")  # where a buffer begins in the block, and its length
_PASSES_FILES = hasattr(socket, "SCM_RIGHTS")
_PAD = bytes(_memory.ALIGN)


class _Pickler(ForkingPickler):
    """Locks, queues and sockets pass as they do to a new process; what owns large memory leaves it out."""

    def __init__(self, file, buffers):
        super().__init__(file, 5, True, buffers.append)

    def reducer_override(self, obj):
        """Tensors describe themselves and leave their memory out; the registered way makes a file of each."""
        if not isinstance(obj, Tensor):
            return NotImplemented
        check_leaf(obj)
        return obj.__reduce_ex__(5)


def dumps(obj) -> tuple[memoryview, list[memoryview]]:
    """The pickle of `obj`, and the buffers that it refers to."""
    file = io.BytesIO()
    buffers: list[pickle.PickleBuffer] = []
    _Pickler(file, buffers).dump(obj)
    return file.getbuffer(), [buffer.raw() for buffer in buffers]


class Channel:
    """One end of a stream between two processes.

    Args:
        stream (socket.socket): a connected one, which becomes the channel's.
    """

    def __init__(self, stream: socket.socket):
        self._stream = stream
        self.fileno = stream.fileno
        self._files = Files()  # what this end writes
        self._mappings = Mappings()  # what it reads

    def close(self) -> None:
        """Ends the stream; the other end reads ConnectionResetError."""
        self._stream.close()
        self._files.close()
        self._mappings.close()

    def forked(self) -> None:
        """A child of this process sees what was received until now: that memory is not written again."""
        self._mappings.forked()

    # ---- sending
    def send(self, obj) -> None:
        """Sends an object. What cannot be pickled raises before anything is sent.

        Errors: OSError if the other end is gone.
        """
        text, buffers = dumps(obj)
        spans, end = [], 0
        for buffer in buffers:
            spans.append(_SPAN.pack(end, buffer.nbytes))
            end += buffer.nbytes + -buffer.nbytes % _memory.ALIGN
        returned, forgotten = self._mappings.news()
        if end <= INLINE or not _PASSES_FILES:
            numbers = [_NUMBER.pack(number) for number in (*returned, *forgotten)]
            head = _HEADER.pack(len(text), end, len(buffers), _IN_STREAM, 0, len(returned), len(forgotten), 0)
            self._send([head, *numbers, *spans, text, *_padded(buffers)])
            return
        file, dropped = self._files.take(end)
        try:
            file.write(_padded(buffers))
            numbers = [_NUMBER.pack(number) for number in (*returned, *forgotten, *dropped)]
            head = _HEADER.pack(
                len(text),
                end,
                len(buffers),
                file.number,
                file.room,
                len(returned),
                len(forgotten),
                len(dropped),
            )
            self._send([head, *numbers, *spans, text], -1 if file.passed else file.fd)
            file.passed = True
        finally:
            self._files.sent(file)

    def send_at_once(self, obj) -> None:
        """Sends a last object if that is possible without waiting.

        Errors: OSError if it is not.
        """
        self._stream.setblocking(False)
        self.send(obj)

    def _send(self, parts, fd: int = -1) -> None:
        whole = b"".join(parts)
        sent = 0
        if fd >= 0:
            sent = self._stream.sendmsg([whole], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [fd]))])
        if sent < len(whole):
            self._stream.sendall(memoryview(whole)[sent:])

    # ---- receiving
    def receive(self) -> Any:
        """The next object.

        Errors: ConnectionResetError if the other end is gone.
        """
        head, fd = self._head()
        try:
            size, length, count, number, room, *news = _HEADER.unpack(head)
            body = memoryview(self._exactly(bytearray(_NUMBER.size * sum(news) + _SPAN.size * count + size)))
            spans = _NUMBER.size * sum(news)
            text = spans + _SPAN.size * count
            self._hear([n for (n,) in _NUMBER.iter_unpack(body[:spans])], *news)
            if number == _IN_STREAM:
                block: Any = _C.empty(length, dtype=_C.uint8, device="cpu")
                memory = self._exactly(memoryview(block))
            else:
                mine, fd = fd, -1
                memory = self._mappings.take(number, mine, room)
        finally:
            if fd >= 0:
                os.close(fd)
        buffers = [memory[begin : begin + n] for begin, n in _SPAN.iter_unpack(body[spans:text])]
        del memory
        return pickle.loads(body[text:], buffers=buffers)

    def _hear(self, numbers: list[int], returned: int, forgotten: int, dropped: int) -> None:
        """What the other end says of blocks."""
        end = returned + forgotten
        self._files.news(numbers[:returned], numbers[returned:end])
        self._mappings.drop(numbers[end:])

    def _head(self) -> tuple[bytearray, int]:
        """A header, and the descriptor that came with it."""
        head = bytearray(_HEADER.size)
        if not _PASSES_FILES:
            return self._exactly(head), -1
        room = socket.CMSG_SPACE(4)
        got, extra, _, _ = self._stream.recvmsg_into([head], room, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
        if not got:
            raise ConnectionResetError("the other end is gone")
        fds = array("i")
        for _, kind, data in extra:
            if kind == socket.SCM_RIGHTS:
                fds.frombytes(data)
        self._exactly(memoryview(head)[got:])
        return head, fds[0] if fds else -1

    def _exactly(self, buffer):
        """Fills `buffer`."""
        rest = memoryview(buffer)
        while rest.nbytes:
            got = self._stream.recv_into(rest)
            if not got:
                raise ConnectionResetError("the other end is gone")
            rest = rest[got:]
        return buffer


def _padded(buffers):
    """The buffers with what fills each up to where the next begins."""
    for buffer in buffers:
        yield buffer
        if gap := -buffer.nbytes % _memory.ALIGN:
            yield _PAD[:gap]
