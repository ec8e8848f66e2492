"""Saving."""

from __future__ import annotations

import os

from ._archive import ALIGNMENT, ArchiveWriter
from ._legacy import write_legacy
from ._options import DEFAULT_PROTOCOL, _Settings, _within
from ._pickler import dumped
from ._replace import replacing


def save(
    obj,
    f,
    pickle_module=None,
    pickle_protocol=DEFAULT_PROTOCOL,
    _use_new_zipfile_serialization=True,
    _disable_byteorder_record=False,
):
    """Writes an object with all its tensors to a file.

    A path is written in full under another name first, so that what was there is replaced by a complete file
    or not at all. Tensors that share memory share it in the file.

    Args:
        obj (object): what is saved.
        f (str, PathLike or file): where to.
        pickle_module (module, optional): accepted; the pickler is this package's own, which knows tensors.
        pickle_protocol (int): of the part that is no tensor. Default: 2

    Errors:
        RuntimeError if the folder does not exist, or if one memory is saved under two dtypes;
        ``pickle.PicklingError`` or AttributeError for what cannot be pickled.

    Examples::

        >>> import io
        >>> buffer = io.BytesIO()
        >>> rl.save({"x": rl.ones(2)}, buffer)
        >>> _ = buffer.seek(0)
        >>> rl.load(buffer)
        {'x': tensor([1., 1.])}
    """
    if not isinstance(f, (str, os.PathLike)):
        if not callable(getattr(f, "write", None)):
            if not hasattr(f, "write"):
                raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")
            raise TypeError(f"Buffer of {str(type(f)).strip('<>')} has no callable attribute 'write'")
        _write(obj, f, pickle_protocol, _use_new_zipfile_serialization, _disable_byteorder_record)
        return
    path = os.fsdecode(f)
    stem = os.path.splitext(os.path.basename(path))[0]
    folder = stem if stem and path.isascii() else "archive"  # as in PyTorch
    with replacing(path) as out:
        _write(obj, out, pickle_protocol, _use_new_zipfile_serialization, _disable_byteorder_record, folder)


def _write(obj, out, protocol, archive, without_byteorder, folder="archive"):
    skip = _within.skip_data
    if not archive:
        write_legacy(obj, out, protocol, skip)
        return
    text, storages = dumped(obj, protocol)
    records = ArchiveWriter(out, _Settings.crc32, folder)
    records.add("data.pkl", text)
    records.add(".format_version", b"1")
    records.add(".storage_alignment", str(ALIGNMENT).encode())
    if not without_byteorder:
        records.add("byteorder", b"little")
    for number, storage, _ in storages:
        count = storage.nbytes()
        records.add(f"data/{number}", count if skip else memoryview(storage.cpu()._bytes) if count else b"")
    records.add("version", b"3\n")
    records.close()
