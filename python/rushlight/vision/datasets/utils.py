"""Files of data sets: downloaded, checked, unpacked, and read with care."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import pathlib
import pickle
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .. import _download
from .._utils import sequence_to_str


def calculate_md5(fpath: Any, chunk_size: int = 1024 * 1024) -> str:
    """The MD5 of a file, in hexadecimal digits."""
    return _download.digest(os.fspath(fpath), "md5")


def check_md5(fpath: Any, md5: str, **kwargs: Any) -> bool:
    """Whether a file has this MD5."""
    return md5 == calculate_md5(fpath, **kwargs)


def check_integrity(fpath: Any, md5: str | None = None) -> bool:
    """Whether a file is there, and has this MD5."""
    return os.path.isfile(fpath) and (md5 is None or check_md5(fpath, md5))


def download_url(url: str, root: Any, filename: str | None = None, md5: str | None = None, max_redirect_hops: int = 3) -> None:
    """Downloads a file into a folder, unless it is there already.

    What has come goes on where it broke off, is tried again, and gets its name when it is whole and has the MD5.

    Args:
        url (str): its address.
        root (str or path): the folder.
        filename (str, optional): its name; by default what the address ends with.
        md5 (str, optional): what it must have.

    Raises:
        RuntimeError: if the file that came is not the one that was published.
        OSError: if the server cannot be reached.
    """
    root = os.path.expanduser(root)
    path = os.path.join(root, filename or os.path.basename(url))
    os.makedirs(root, exist_ok=True)
    if check_integrity(path, md5):
        return
    _download.fetch(url, path, (lambda part: check_md5(part, md5)) if md5 else None)


def list_dir(root: Any, prefix: bool = False) -> list[str]:
    """The folders in a folder."""
    names = [name for name in os.listdir(os.path.expanduser(root)) if os.path.isdir(os.path.join(root, name))]
    return [os.path.join(root, name) for name in names] if prefix else names


def list_files(root: Any, suffix: str | tuple[str, ...], prefix: bool = False) -> list[str]:
    """The files in a folder whose names end so."""
    names = [n for n in os.listdir(os.path.expanduser(root)) if os.path.isfile(os.path.join(root, n)) and n.endswith(suffix)]
    return [os.path.join(root, name) for name in names] if prefix else names


def _extract_tar(source: str, target: str, how: str | None) -> None:
    mode: Any = f"r:{how}" if how else "r"
    with tarfile.open(source, mode) as archive:
        archive.extractall(target, filter="data")  # nothing outside the folder, no devices


def _extract_zip(source: str, target: str, how: str | None) -> None:
    kind = {None: zipfile.ZIP_STORED, ".bz2": zipfile.ZIP_BZIP2, ".xz": zipfile.ZIP_LZMA}[f".{how}" if how else None]
    with zipfile.ZipFile(source, "r", compression=kind) as archive:
        archive.extractall(target)


_COMPRESSED: dict[str, Callable] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
_ALIASES = {".tbz": (".tar", "bz2"), ".tbz2": (".tar", "bz2"), ".tgz": (".tar", "gz")}


def _kind(path: str) -> tuple[str | None, str | None]:
    """Archive and compression that a name says.

    Raises:
        RuntimeError: if it says neither.
    """
    suffixes = pathlib.Path(path).suffixes
    if not suffixes:
        raise RuntimeError(f"File '{path}' has no suffixes that could be used to detect the archive type and compression.")
    last = suffixes[-1]
    if last in _ALIASES:
        return _ALIASES[last]
    if last in (".tar", ".zip"):
        return last, None
    if last[1:] in _COMPRESSED:
        before = suffixes[-2] if len(suffixes) > 1 else None
        return (before, last[1:]) if before in (".tar", ".zip") else (None, last[1:])
    known = sorted({*_ALIASES, ".tar", ".zip", *(f".{name}" for name in _COMPRESSED)})
    raise RuntimeError(f"Unknown compression or archive type: '{last}'.\nKnown suffixes are: '{known}'.")


def extract_archive(from_path: Any, to_path: Any = None, remove_finished: bool = False) -> Any:
    """Unpacks an archive, or a file that was compressed.

    Args:
        from_path (str or path): the archive.
        to_path (str or path, optional): the folder; by default where the archive lies.
        remove_finished (bool): whether to delete the archive after.

    Returns:
        path: where it was unpacked to.

    Raises:
        RuntimeError: if the name says no format.
        EOFError: if a compressed file ends too soon.
    """
    source = os.fspath(from_path)
    target = os.path.dirname(source) if to_path is None else os.fspath(to_path)
    archive, how = _kind(source)
    if archive is None:
        name = pathlib.Path(source).name.removesuffix(f".{how}")
        out = os.path.join(target, name) if to_path is None or os.path.isdir(target) or not pathlib.Path(target).suffix else target
        os.makedirs(os.path.dirname(out) or ".", exist_ok=True)
        assert how is not None
        with _COMPRESSED[how](source, "rb") as file:
            content = file.read()  # whole before anything is written
        with open(out, "wb") as file:
            file.write(content)
        target = out
    else:
        (_extract_tar if archive == ".tar" else _extract_zip)(source, target, how)
    if remove_finished:
        os.remove(source)
    return pathlib.Path(target) if isinstance(from_path, pathlib.Path) else target


def download_and_extract_archive(
    url: str,
    download_root: Any,
    extract_root: Any = None,
    filename: str | None = None,
    md5: str | None = None,
    remove_finished: bool = False,
) -> None:
    """Downloads an archive, and unpacks it."""
    download_root = os.path.expanduser(download_root)
    name = filename or os.path.basename(url)
    download_url(url, download_root, name, md5)
    extract_archive(os.path.join(download_root, name), download_root if extract_root is None else extract_root, remove_finished)


def verify_str_arg(value: Any, arg: str | None = None, valid_values: Iterable | None = None, custom_msg: str | None = None) -> Any:
    """``value``, if it is a string, one of ``valid_values``.

    Raises:
        ValueError: if not.
    """
    if not isinstance(value, str):
        of = f" for argument {arg}" if arg is not None else ""
        raise ValueError(f"Expected type str{of}, but got type {type(value)}.")
    if valid_values is None:
        return value
    values = list(valid_values)
    if value not in values:
        raise ValueError(custom_msg or f"Unknown value '{value}' for argument {arg}. Valid values are {{{sequence_to_str(values)}}}.")
    return value


class _ArrayUnpickler(pickle.Unpickler):
    """Reads plain containers and NumPy arrays, and nothing that could run code."""

    def find_class(self, module: str, name: str) -> Any:
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return np.empty(0).__reduce__()[0]
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        if (module, name) == ("_codecs", "encode"):
            import _codecs

            return _codecs.encode
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of pictures")


def load_pickled_arrays(file: Any, encoding: str = "latin1") -> Any:
    """Dicts, lists, strings and arrays from a pickle, Python 2's as well.

    Raises:
        UnpicklingError: if the file names anything else.
    """
    return _ArrayUnpickler(file, encoding=encoding).load()


def missing(what: str, root: Any) -> RuntimeError:
    """The error for files that are not there, or broken."""
    return RuntimeError(f"{what} not found or corrupted in {root}. You can use download=True to download it")


def load_mat(path: Any, squeeze: bool = False) -> Any:
    """The variables of a MATLAB file.

    Args:
        path (str or path): the file.
        squeeze (bool): whether axes of one element go.

    Raises:
        ImportError: where SciPy, which reads them, is not installed.
    """
    try:
        import scipy.io  # type: ignore[import-untyped]
    except ImportError as error:
        raise ImportError(f"{path} is a MATLAB file, which SciPy reads: pip install scipy") from error
    return scipy.io.loadmat(path, squeeze_me=squeeze)


def iterable_to_str(iterable: Iterable) -> str:
    """Words in quotes, with commas between."""
    return "'" + "', '".join(str(item) for item in iterable) + "'"


def download_file_from_google_drive(file_id: str, root: Any, filename: str | None = None, md5: str | None = None) -> None:
    """Downloads a file that its authors put on Google Drive; as ``download_url`` else.

    Args:
        file_id (str): its number there.
        root (str or path): the folder.
        filename (str, optional): its name; by default the number.
        md5 (str, optional): what it must have.
    """
    url = f"https://drive.usercontent.google.com/download?id={file_id}&export=download&confirm=t"
    download_url(url, root, filename or file_id, md5)


def _read_pfm(file_name: Any, slice_channels: int = 2) -> np.ndarray:
    """The first channels of a file in PFM format, (C, H, W) of float32.

    Raises:
        ValueError: if it is in no such format, or broken.
    """
    with open(file_name, "rb") as file:
        kind = file.readline().rstrip()
        if kind not in (b"PF", b"Pf"):
            raise ValueError(f"Invalid PFM file: {file_name} begins with {kind[:10]!r}")
        sizes = re.match(rb"^(\d+)\s+(\d+)\s$", file.readline())
        if not sizes:
            raise ValueError(f"Malformed PFM header in {file_name}")
        width, height = (int(size) for size in sizes.groups())
        little = float(file.readline().rstrip()) < 0
        values = np.frombuffer(file.read(), dtype="<f4" if little else ">f4")
    channels = 3 if kind == b"PF" else 1
    if values.size != width * height * channels:
        raise ValueError(f"{file_name} is broken: {values.size} numbers where {channels} x {height} x {width} belong")
    upright = values.reshape(height, width, channels).transpose(2, 0, 1)[:, ::-1]  # rows go from the bottom up
    return upright[:slice_channels].astype(np.float32)
