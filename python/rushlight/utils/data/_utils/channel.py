"""Objects from process to process, with the memory of their tensors and arrays beside them.

A message is a pickle of protocol 5, which leaves large buffers out. Together these are one block: a short one follows
in the stream, a longer one is a nameless file in memory whose descriptor is passed and which the receiver maps, so
that nothing is copied there. The file is gone when nobody holds it; no death leaves anything behind.
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

Tensor = _C.Tensor

INLINE = 32 << 10
"""Blocks up to this many bytes follow in the stream: making, passing and mapping a file takes longer."""

_HEADER = struct.Struct("<QQQ")  # bytes of the pickle, bytes of the block, number of buffers
_SPAN = struct.Struct("<QQ")  # where a buffer begins in the block, and its length
_PASSES_FILES = hasattr(socket, "SCM_RIGHTS")
_PAD = bytes(_memory.ALIGN)


class _Pickler(ForkingPickler):
    """Locks, queues and sockets pass as they do to a new process; what owns large memory leaves it out."""

    def __init__(self, file, buffers):
        super().__init__(file, 5, True, buffers.append)

    def reducer_override(self, obj):
        """Tensors describe themselves and leave their memory out; the registered way makes a file of each."""
        return obj.__reduce_ex__(5) if isinstance(obj, Tensor) else NotImplemented


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

    def close(self) -> None:
        """Ends the stream; the other end reads ConnectionResetError."""
        self._stream.close()

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
        head = _HEADER.pack(len(text), end, len(buffers))
        if end <= INLINE or not _PASSES_FILES:
            self._send([head, *spans, text, *_padded(buffers)])
            return
        fd = _memory.create(0)
        try:
            _write(fd, _padded(buffers))
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [fd]))]
            self._send([head, *spans, text], rights)
        finally:
            os.close(fd)

    def _send(self, parts, rights=()) -> None:
        whole = b"".join(parts) if len(parts) > 1 else parts[0]
        sent = self._stream.sendmsg([whole], rights) if rights else 0
        if sent < len(whole):
            self._stream.sendall(memoryview(whole)[sent:])

    # ---- receiving
    def receive(self) -> Any:
        """The next object.

        Errors: ConnectionResetError if the other end is gone.
        """
        head, fd = self._head()
        try:
            size, length, count = _HEADER.unpack(head)
            body = self._exactly(bytearray(_SPAN.size * count + size))
            memory = self._block(length, fd)
            fd = -1
        finally:
            if fd >= 0:
                os.close(fd)
        text = memoryview(body)
        where = _SPAN.iter_unpack(text[: _SPAN.size * count])
        buffers = [memory[begin : begin + n] for begin, n in where]
        return pickle.loads(text[_SPAN.size * count :], buffers=buffers)

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

    def _block(self, length: int, fd: int) -> memoryview:
        if fd >= 0:
            return _memory.Block(fd, length, keep=False).bytes()
        memory: Any = _C.empty(length, dtype=_C.uint8)
        return self._exactly(memoryview(memory))

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


def _write(fd: int, buffers) -> None:
    """Writes buffers one after the other; the kernel copies them into pages that it need not clear before."""
    pending = [buffer for buffer in buffers if len(buffer)]
    first = 0
    while first < len(pending):
        done = os.writev(fd, pending[first : first + 512])
        while done:
            size = len(pending[first])
            if done < size:
                pending[first] = memoryview(pending[first])[done:]
                break
            done -= size
            first += 1
