"""Memory that several processes see: blocks behind a descriptor, mapped.

The files have no name from the beginning (or lose it at once), so that whatever dies, the system takes them back. A
mapping needs no descriptor: who only reads a block closes it, and thousands of batches cost none.
"""

from __future__ import annotations

import os
import sys
import weakref
from typing import Any

from .. import _C
from .._tensor import _over

ALIGN = 64  # what the engine gives its own memory
POSIX = os.name == "posix"


def create(nbytes: int) -> int:
    """A descriptor of `nbytes` fresh bytes that have no name.

    Errors: OSError if the system refuses.
    """
    if not POSIX:
        raise OSError("memory is shared between processes on POSIX systems only")
    fd = _nameless()
    try:
        if nbytes:
            os.ftruncate(fd, nbytes)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _nameless() -> int:
    if sys.platform == "linux":
        return os.memfd_create("rushlight", os.MFD_CLOEXEC)
    import _posixshmem  # type: ignore[import-not-found]  # what multiprocessing.shared_memory uses
    import secrets

    name = f"/rl_{secrets.token_hex(8)}"
    fd = _posixshmem.shm_open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode=0o600)
    _posixshmem.shm_unlink(name)
    return fd


_system: Any = None


def _libc():
    """``mmap`` and ``munmap``. Python's own ``mmap`` keeps a descriptor for each mapping."""
    global _system
    if _system is None:
        import ctypes

        _system = ctypes.CDLL(None, use_errno=True)
        _system.mmap.restype = ctypes.c_void_p
        _system.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_longlong)
        _system.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    return _system


class Block:
    """A mapping, alive as long as anything is made over it.

    Args:
        fd (int): the memory's descriptor, which becomes the block's.
        nbytes (int): its length, not zero.
        keep (bool): keep the descriptor, to pass the block on to others. Default: ``True``
        populate (bool): find all pages now, which is faster than one by one. Default: ``True``
    """

    __slots__ = ("__weakref__", "_unmap", "address", "fd", "nbytes")

    def __init__(self, fd: int, nbytes: int, keep: bool = True, populate: bool = True):
        import mmap

        self.address: int | None = None
        self.fd, self.nbytes = fd, nbytes
        flags = mmap.MAP_SHARED | (getattr(mmap, "MAP_POPULATE", 0) if populate else 0)
        self._unmap = _libc().munmap
        address = _libc().mmap(None, nbytes, mmap.PROT_READ | mmap.PROT_WRITE, flags, fd, 0)
        if address in (None, sys.maxsize * 2 + 1):  # MAP_FAILED, -1
            import ctypes

            code = ctypes.get_errno()
            raise OSError(code, f"cannot map {nbytes} shared bytes: {os.strerror(code)}")
        self.address = address
        if not keep:
            os.close(fd)
            self.fd = -1
        _live.add(self)

    def __del__(self, _close=os.close):
        if self.fd >= 0:
            _close(self.fd)
        if self.address is not None:
            self._unmap(self.address, self.nbytes)

    @property
    def __array_interface__(self) -> dict:
        return {"shape": (self.nbytes,), "typestr": "|u1", "data": (self.address, False), "version": 3}

    def bytes(self) -> memoryview:
        """The block as a buffer that keeps it alive."""
        import numpy as np

        return memoryview(np.asarray(self))  # type: ignore[arg-type]


_live: weakref.WeakSet[Block] = weakref.WeakSet()


def find(tensor) -> Block | None:
    """The block in which the memory of `tensor` lies."""
    if not _live or not tensor.is_cpu or not tensor._storage_nbytes():
        return None
    address = tensor._storage_key()
    for block in _live:
        if block.address is not None and block.address <= address < block.address + block.nbytes:
            return block
    return None


def view(source, size, stride, offset):
    """A tensor over the memory of `source` that is nobody's view."""
    return _C.empty(0, dtype=source.dtype, device="cpu").set_(source.detach(), offset, tuple(size), tuple(stride))


def share(tensor):
    """Moves the memory of `tensor` to where other processes see it; the object stays the same.

    Other tensors over the old memory (views, a base) stay with that: the engine has no way yet to move a storage
    under all who use it. Share first, look at parts afterwards.
    """
    if not tensor.is_cpu or not tensor._storage_nbytes() or find(tensor) is not None:
        return tensor
    return move(tensor)


def move(tensor):
    """Moves the memory of `tensor` into a new block."""
    nbytes = tensor._storage_nbytes()
    flat = _over(Block(create(nbytes), nbytes).bytes(), tensor.dtype)
    flat.copy_(view(tensor, (nbytes // tensor.itemsize,), (1,), 0))
    tensor.data = view(flat, tensor.shape, tensor.stride(), tensor.storage_offset())
    return tensor


def copied(tensor):
    """A tensor like `tensor` in shared memory of its own, which holds what `tensor` shows and no more."""
    source = tensor.detach()
    if source._storage_nbytes() != source.nbytes or not source.nbytes:
        source = source.clone()
    return move(view(source, source.shape, source.stride(), source.storage_offset()))
