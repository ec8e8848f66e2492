"""Loading."""

from __future__ import annotations

import os
from contextlib import nullcontext
from io import BytesIO, UnsupportedOperation

from .. import _C
from ..storage import UntypedStorage, _mapped
from ._archive import ArchiveReader
from ._budget import Budget, brief
from ._legacy import read_legacy
from ._options import LoadEndianness, _Settings, _within
from ._places import mapping
from ._unpickler import Storages, load_pickle

_MAP_SHARED = 1
_VERSIONS = range(1, 11)


def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """Reads what :func:`save` wrote, here or in PyTorch.

    By default only tensors, plain values and containers are read, and nothing in the file is executed. What a file
    costs in memory stays in proportion to its size.

    Args:
        f (str, PathLike or file): where from; a file must be able to ``read`` and ``seek``.
        map_location (str, device, dict or Callable, optional): where tensors go, or from where to where.
        pickle_module (module, optional): accepted without `weights_only`; the reader is this package's own.
        weights_only (bool, optional): read only what cannot run code. Default: ``True``
        mmap (bool, optional): map the file into memory, so that a tensor is read when it is used; `f` must be a
            path. Default: ``False``
        encoding (str, optional): of text that Python 2 wrote. Default: ``"utf-8"``

    Errors:
        ``pickle.UnpicklingError`` for what may not be read, or makes no sense; RuntimeError for a file that is
        damaged, incomplete or of another device than there is here; EOFError for an empty one; MemoryError where
        memory does not suffice.

    Example::

        >>> import io
        >>> buffer = io.BytesIO()
        >>> rl.save([rl.ones(2), "text"], buffer)
        >>> _ = buffer.seek(0)
        >>> rl.load(buffer, map_location="meta")[0].device
        device(type='meta')
    """
    encoding = pickle_load_args.pop("encoding", "utf-8")
    if pickle_load_args:
        raise TypeError(f"load() got an unexpected keyword argument '{next(iter(pickle_load_args))}'")
    safe = _is_safe(weights_only, pickle_module)
    if _within.skip_data:
        raise RuntimeError(
            "`torch.load` called within a torch.serialization.skip_data context manager is not supported yet. "
            "Please call torch.load outside the skip_data context manager."
        )
    place = mapping(map_location)
    with opened(f) as file:
        start = file.tell()
        size = file.seek(0, 2) - start
        file.seek(start)
        head = file.read(4)
        file.seek(start)
        if head == b"":
            raise EOFError("Ran out of input")
        budget = Budget(size)
        if head == b"PK\3\4":
            if mmap and not isinstance(f, (str, os.PathLike)):
                raise ValueError("f must be a file path in order to use the mmap argument")
            return _read_archive(file, f if mmap else None, place, safe, budget, encoding)
        if mmap:
            name = f"{f}, " if isinstance(f, str) else ""
            raise RuntimeError(
                "mmap can only be used with files saved with "
                f"`torch.save({name}_use_new_zipfile_serialization=True), please torch.save your checkpoint with "
                "this option in order to use mmap."
            )
        return read_legacy(file, place, safe, budget, encoding)


def _is_safe(weights_only, pickle_module):
    forced = _set("TORCH_FORCE_WEIGHTS_ONLY_LOAD")
    freed = _set("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD")
    if forced and freed:
        raise RuntimeError(
            "Only one of `TORCH_FORCE_WEIGHTS_ONLY_LOAD` or `TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD` should be set, but "
            "both were set."
        )
    if forced:
        weights_only = True
    elif weights_only is None:
        weights_only = pickle_module is None and not freed
    if weights_only and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    return bool(weights_only)


def _set(variable):
    return os.environ.get(variable, "0") in ("1", "y", "yes", "true")


def opened(f):
    """A file to read, to be used in a ``with`` statement: opened and closed if `f` is a path."""
    if isinstance(f, (str, os.PathLike)):
        return open(f, "rb")
    try:
        f.seek(f.tell())
    except (UnsupportedOperation, AttributeError) as error:
        if "seek" not in str(error) and "tell" not in str(error):
            raise
        raise type(error)(
            f"{error}. You can only torch.load from a file that is seekable. Please pre-load the data into a buffer "
            "like io.BytesIO and try to load from it instead."
        ) from None
    if not hasattr(f, "read"):
        raise AttributeError(f"'{type(f).__name__}' object has no attribute 'read'")
    return nullcontext(f)


def read_pickle(archive, budget):
    """The pickle of an archive, as a file."""
    if "data.pkl" not in archive and (
        "constants.pkl" in archive or any(n.startswith("code/") for n in archive)
    ):
        raise RuntimeError(
            "Cannot use ``torch.load`` with TorchScript archives: they hold a program and not an object"
        )
    if "version" not in archive and ".data/version" not in archive:
        raise RuntimeError("PytorchStreamReader failed locating file version: file not found")
    version = archive.read("version" if "version" in archive else ".data/version", 100).strip()
    if not version.isdigit():
        raise RuntimeError(
            "PytorchStreamReader failed reading the version of the format; the file is damaged"
        )
    if int(version) not in _VERSIONS:
        end = ("minimum", 1) if int(version) < 1 else ("maximum", 10)
        raise RuntimeError(
            f"Attempted to read a PyTorch file with version {int(version)}, but the {end[0]} supported version for "
            f"reading is {end[1]}."
        )
    budget.take(archive.nbytes("data.pkl"))
    return BytesIO(archive.read("data.pkl", archive.nbytes("data.pkl")))


def _is_big(archive):
    """Whether the numbers in storages have their high bytes first."""
    if "byteorder" not in archive:
        endianness = _Settings.endianness
        if endianness is LoadEndianness.NATIVE:
            from sys import byteorder

            return byteorder == "big"
        return endianness is LoadEndianness.BIG
    order = archive.read("byteorder", 100).strip()
    if order not in (b"little", b"big"):
        raise RuntimeError(
            f"Unknown endianness type: {order.decode('ascii', 'replace')}; the file is damaged"
        )
    return order == b"big"


def _read_archive(file, path, place, safe, budget, encoding):
    archive = ArchiveReader(file, budget)
    text = read_pickle(archive, budget)
    big = _is_big(archive)

    def read(key, nbytes, dtype):
        name = f"data/{key}"
        found = archive.nbytes(name)
        if found != nbytes:
            raise RuntimeError(f"storage {brief(key)} should have {nbytes} bytes, but the file has {found}")
        start = archive.place(name)
        if path is not None and start is not None and start % dtype.itemsize == 0:
            data = _mapped(path, _Settings.mmap_flags == _MAP_SHARED, start, nbytes)
        else:
            budget.take(nbytes)
            data = _C.empty(nbytes, dtype=_C.uint8, device="cpu")
            if nbytes:
                archive.read_into(name, memoryview(data))
        if dtype == _C.bool and nbytes and data.max().item() > 1:
            data = data.ne(0).view(_C.uint8)  # a bool is 0 or 1, whatever a file says
        storage = UntypedStorage._over(data)
        if big:
            storage.byteswap(dtype)
        return storage

    return load_pickle(text, Storages(read, place), safe, budget, encoding)
