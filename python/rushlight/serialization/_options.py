"""Settings of saving and loading, and the small names that go with them."""

from __future__ import annotations

from enum import Enum
from threading import local

DEFAULT_PROTOCOL = 2


class SourceChangeWarning(Warning):
    """A class has another source than the one it was saved with."""


class LoadEndianness(Enum):
    """The order of bytes that files without a record of it are read in."""

    NATIVE = 1
    LITTLE = 2
    BIG = 3


class _Settings:
    """What the functions below read and write."""

    endianness: LoadEndianness | None = None
    crc32 = True
    mmap_flags = 2  # MAP_PRIVATE


class _Within(local):
    """What holds inside of a ``with`` block of this thread."""

    skip_data = False


_within = _Within()


def get_default_load_endianness():
    """The order of bytes for files that do not record theirs; None stands for little-endian.

    Example::

        >>> rl.serialization.get_default_load_endianness()
    """
    return _Settings.endianness


def set_default_load_endianness(endianness):
    """Sets the order of bytes for files that do not record theirs.

    Args:
        endianness (LoadEndianness or None): the order; None for little-endian.

    Errors:
        TypeError for anything else.

    Example::

        >>> rl.serialization.set_default_load_endianness(rl.serialization.LoadEndianness.LITTLE)
        >>> rl.serialization.set_default_load_endianness(None)
    """
    if endianness is not None and not isinstance(endianness, LoadEndianness):
        raise TypeError("Invalid argument type in function set_default_load_endianness")
    _Settings.endianness = endianness


def get_crc32_options() -> bool:
    """Whether :func:`save` computes a checksum for every record.

    Example::

        >>> rl.serialization.get_crc32_options()
        True
    """
    return _Settings.crc32


def set_crc32_options(compute_crc32: bool):
    """Sets whether :func:`save` computes a checksum for every record.

    Without, saving is faster, :func:`load` cannot tell a damaged record, and other programs may refuse the archive.

    Args:
        compute_crc32 (bool): whether to.

    Example::

        >>> rl.serialization.set_crc32_options(True)
    """
    _Settings.crc32 = bool(compute_crc32)


def get_default_mmap_options() -> int:
    """How :func:`load` maps files with ``mmap=True``: ``mmap.MAP_PRIVATE`` or ``mmap.MAP_SHARED``.

    Example::

        >>> import mmap
        >>> rl.serialization.get_default_mmap_options() == mmap.MAP_PRIVATE
        True
    """
    return _Settings.mmap_flags


class set_default_mmap_options:
    """Sets how :func:`load` maps files with ``mmap=True``, for good or for the length of a ``with`` block.

    Args:
        flags (int): ``mmap.MAP_PRIVATE``, where writing to a tensor leaves the file as it is, or ``mmap.MAP_SHARED``,
            where it changes the file: one saved with ``set_crc32_options(False)``, or it can only be mapped from then
            on, since its checksums no longer hold.

    Errors:
        ValueError for other flags.

    Example::

        >>> import mmap
        >>> with rl.serialization.set_default_mmap_options(mmap.MAP_SHARED):
        ...     rl.serialization.get_default_mmap_options() == mmap.MAP_SHARED
        True
    """

    def __init__(self, flags: int) -> None:
        if flags not in (1, 2):  # MAP_SHARED, MAP_PRIVATE; the module `mmap` lacks them on Windows
            raise ValueError(
                "Invalid argument in function set_default_mmap_options, expected mmap.MAP_PRIVATE or "
                f"mmap.MAP_SHARED, but got {flags}"
            )
        self.before = _Settings.mmap_flags
        _Settings.mmap_flags = flags

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, value, trace) -> None:
        _Settings.mmap_flags = self.before


class skip_data:
    """Within a ``with`` block, :func:`save` leaves room for the data of tensors and writes zeros there.

    Args:
        materialize_fake_tensors (bool, optional): accepted; there are no fake tensors. Default: ``False``

    Example::

        >>> import io
        >>> with rl.serialization.skip_data():
        ...     rl.save(rl.ones(3), io.BytesIO())
    """

    def __init__(self, materialize_fake_tensors: bool = False):
        self.materialize_fake_tensors = materialize_fake_tensors

    def __enter__(self) -> None:
        self.before = _within.skip_data
        _within.skip_data = True

    def __exit__(self, kind, value, trace) -> None:
        _within.skip_data = self.before
