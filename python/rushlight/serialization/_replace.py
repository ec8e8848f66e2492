"""A file that is replaced whole or not at all, and leaves nothing behind when its writer is killed."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress

# How many writers of one folder have a place that a later one will clear up.
_PLACES = 64


@contextmanager
def replacing(path):
    """A file to write; at the end it takes the place of `path`, and if anything is raised `path` stays as it was.

    What is written stands beside `path` under a name that belongs to the folder and not to the file:
    ``.rushlight-0.partial``, or the next number while another writer holds that. A writer that is killed gives up
    its name, and the next one in the folder writes over what it left. So there is never more of it than there were
    writers at a time.

    Args:
        path (str): the file.

    Errors:
        RuntimeError if there is no such folder; OSError if it cannot be written.
    """
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise RuntimeError(f"Parent directory {folder} does not exist.")
    if os.path.exists(path) and not os.path.isfile(path):  # a device, a pipe
        with open(path, "wb") as out:
            yield out
        return
    if len(os.path.basename(path).encode()) > 255:
        raise OSError(36, "File name too long", path)  # said before all is written under another name
    partial, descriptor, locked = _claim(folder)
    try:
        with open(descriptor, "wb") as out:
            try:
                yield out
                out.flush()
                os.fsync(descriptor)
                if os.path.exists(path):
                    os.chmod(partial, os.stat(path).st_mode & 0o777)
                if locked:
                    os.replace(partial, path)
            except BaseException:
                if locked:  # the name is ours while the file is open, and not a moment longer
                    _remove(partial)
                raise
        if not locked:
            os.replace(partial, path)
    except BaseException:
        if not locked:
            _remove(partial)
        raise


def _remove(path):
    with suppress(FileNotFoundError):
        os.unlink(path)


def _locks():
    try:
        import fcntl
    except ImportError:
        return None
    return fcntl


def _claim(folder):
    """A new file in `folder` that nobody else writes: its path, its descriptor, and whether a lock keeps it."""
    fcntl = _locks()
    for number in range(_PLACES if fcntl else 0):
        partial = os.path.join(folder, f".rushlight-{number}.partial")
        descriptor = _take(partial, fcntl)
        if descriptor is not None:
            return partial, descriptor, True
    partial = os.path.join(folder, f".rushlight-{os.getpid()}-{os.urandom(4).hex()}.partial")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return partial, os.open(partial, flags, 0o666), False


def _take(partial, fcntl):
    """The descriptor of a new file of this name under a lock, or None if another writer has it."""
    for _ in range(3):
        try:
            descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        except FileNotFoundError:
            raise
        except OSError:
            if not os.path.lexists(partial):
                raise  # the folder cannot be written
            return None  # another user's
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine, named = os.fstat(descriptor), os.lstat(partial)
            if (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino) and mine.st_uid == os.geteuid():
                if mine.st_size == 0 and mine.st_nlink == 1:
                    return descriptor
                os.unlink(partial)  # what a killed writer left: begin anew, with today's permissions
            os.close(descriptor)
        except OSError:  # locked, renamed or removed meanwhile, or a file system without locks
            os.close(descriptor)
            return None
    return None
