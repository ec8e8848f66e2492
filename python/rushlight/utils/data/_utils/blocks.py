"""Blocks of shared memory that travel between two processes again and again.

A fresh block costs its pages: the system clears them for who writes, and finds them for who reads, which takes four times
as long as writing. So a block goes back to its writer when the last tensor over it is gone.
"""

from __future__ import annotations

import os
import sys
import weakref

from ....multiprocessing import _memory

KNOWN = 8
"""Blocks that a writer keeps; when so many are in use, further ones go out once, and cost no descriptor."""
IDLE = 4
"""Blocks that a reader gives back before it lets go of them."""
ONCE = -1


class File:
    """A block as its writer knows it."""

    __slots__ = ("fd", "number", "passed", "room")

    def __init__(self, number: int, room: int):
        self.number, self.room, self.passed = number, room, False
        self.fd = _memory.create(room)

    def write(self, buffers) -> None:
        """Writes buffers from the beginning, one after the other."""
        pending = [buffer for buffer in buffers if len(buffer)]
        if sys.platform != "linux":  # where such files can be mapped, and not written
            from mmap import mmap

            with mmap(self.fd, self.room) as memory:
                for buffer in pending:
                    memory.write(buffer)
            return
        first = place = 0
        while first < len(pending):
            done = os.pwritev(self.fd, pending[first : first + 512], place)
            place += done
            while done:
                size = len(pending[first])
                if done < size:
                    pending[first] = memoryview(pending[first])[done:]
                    break
                done -= size
                first += 1


class Files:
    """The writer's side: what is free and what is out."""

    def __init__(self) -> None:
        self._next = 0
        self._free: dict[int, File] = {}
        self._out: dict[int, File] = {}
        self._news: list[tuple] = []  # by the thread that listens; looked at by the one that writes

    def take(self, nbytes: int) -> tuple[File, list[int]]:
        """A file where `nbytes` fit, and the numbers of those that were given up for it."""
        while self._news:
            returned, forgotten = self._news.pop(0)
            for number in returned:
                self._free[number] = self._out.pop(number)
            for number in forgotten:
                os.close(self._out.pop(number).fd)
        fitting = [file for file in self._free.values() if file.room >= nbytes]
        if fitting:
            file = min(fitting, key=lambda file: file.room)
            self._out[file.number] = self._free.pop(file.number)
            return file, []
        dropped = []
        if self._free and len(self._out) + len(self._free) >= KNOWN:  # batches have grown
            small = min(self._free.values(), key=lambda file: file.room)
            os.close(self._free.pop(small.number).fd)
            dropped = [small.number]
        if len(self._out) + len(self._free) >= KNOWN:
            return File(ONCE, nbytes), dropped
        self._next += 1
        self._out[self._next] = File(
            self._next, 1 << (nbytes - 1).bit_length()
        )  # untouched pages do not exist
        return self._out[self._next], dropped

    def sent(self, file: File) -> None:
        """A file is on its way, or could not be written."""
        if file.number == ONCE:
            os.close(file.fd)

    def news(self, returned, forgotten) -> None:
        """What the reader has done with, and what it has forgotten."""
        if returned or forgotten:
            self._news.append((returned, forgotten))

    def close(self) -> None:
        """Lets go of all."""
        for files in (self._free, self._out):
            while files:
                os.close(files.popitem()[1].fd)


class Loan:
    """The use of a block: over it tensors are made, and with their end it ends."""

    __slots__ = ("_block", "_epoch", "_number", "_owner")

    def __init__(self, owner: Mappings, number: int, block: _memory.Block):
        self._owner = weakref.ref(owner)
        self._number, self._block, self._epoch = number, block, owner.epoch

    @property
    def __array_interface__(self) -> dict:
        return self._block.__array_interface__

    def __del__(self):
        owner = self._owner()
        if owner is not None:
            owner.ended.append(
                (self._number, self._epoch)
            )  # by whichever thread; looked at when a message goes


class Mappings:
    """The reader's side: what is mapped."""

    def __init__(self) -> None:
        self._blocks: dict[int, _memory.Block] = {}
        self._idle = 0
        self.epoch = 0
        self.ended: list[tuple[int, int]] = []

    def take(self, number: int, fd: int, room: int) -> memoryview:
        """The bytes of a block; `fd` is -1 for one that came before, and otherwise becomes the block's."""
        import numpy as np

        if number == ONCE:
            return _memory.Block(fd, room, keep=False).bytes()
        if fd >= 0:
            self._blocks[number] = _memory.Block(fd, room, keep=False, populate=False)
        else:
            self._idle -= 1
        return memoryview(np.asarray(Loan(self, number, self._blocks[number])))  # type: ignore[arg-type]

    def forked(self) -> None:
        """A child sees what is in use now, and may do so for as long as it lives: it is not written again."""
        self.epoch += 1

    def drop(self, numbers) -> None:
        """Lets go of blocks that the writer gave up."""
        for number in numbers:
            del self._blocks[number]
            self._idle -= 1

    def news(self) -> tuple[list[int], list[int]]:
        """What the writer may use again, and what it must forget."""
        returned: list[int] = []
        forgotten: list[int] = []
        while self.ended:
            number, epoch = self.ended.pop()
            if epoch == self.epoch and self._idle < IDLE:
                self._idle += 1
                returned.append(number)
            else:
                del self._blocks[number]
                forgotten.append(number)
        return returned, forgotten

    def close(self) -> None:
        """Lets go of all; what is in use stays until its end."""
        self._blocks.clear()
        self.ended = []
