"""Saving and loading, in PyTorch's file format."""

from __future__ import annotations

from . import _C

__all__ = [
    "add_safe_globals",
    "clear_safe_globals",
    "get_safe_globals",
    "load",
    "safe_globals",
    "save",
]

_ALIGNMENT = 64
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C


# ---------------------------------------------------------------------- saving
def save(obj, f, pickle_module=None, pickle_protocol=2, _use_new_zipfile_serialization=True):
    """Writes an object with all its tensors to a file.

    A path is written in full under another name first, so that what was there is replaced by a complete file
    or not at all. Tensors that share memory share it in the file.

    Args:
        obj (object): what is saved.
        f (str, PathLike or file): where to.
        pickle_protocol (int): of the part that is no tensor. Default: 2

    Examples::

        >>> import io
        >>> buffer = io.BytesIO()
        >>> rl.save({"x": rl.ones(2)}, buffer)
        >>> _ = buffer.seek(0)
        >>> rl.load(buffer)
        {'x': tensor([1., 1.])}
    """
    import os

    if hasattr(f, "write"):
        _write_archive(obj, f, pickle_protocol)
        return
    path = os.fspath(f)
    if not isinstance(path, (str, bytes)):
        raise TypeError(f"expected a path or a file open for writing, got {type(f).__name__}")
    path = os.path.realpath(os.fsdecode(path))
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise RuntimeError(f"Parent directory {folder} does not exist.")
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as out:
            _write_archive(obj, out, pickle_protocol)
        return
    partial = f"{path}.{os.getpid()}-{os.urandom(4).hex()}.partial"
    try:
        with open(partial, "xb") as out:
            _write_archive(obj, out, pickle_protocol)
            out.flush()
            os.fsync(out.fileno())
        if os.path.exists(path):
            os.chmod(partial, os.stat(path).st_mode & 0o777)
        os.replace(partial, path)
    except BaseException:
        if os.path.exists(partial):
            os.unlink(partial)
        raise


def _write_archive(obj, out, protocol):
    from io import BytesIO
    from zipfile import ZIP_STORED, ZipFile

    from ._pickling import TensorPickler

    text = BytesIO()
    pickler = TensorPickler(text, protocol)
    pickler.dump(obj)
    with ZipFile(out, "w", ZIP_STORED, allowZip64=True) as archive:
        _write_entry(archive, "data.pkl", text.getbuffer())
        _write_entry(archive, ".format_version", b"1")
        _write_entry(archive, ".storage_alignment", str(_ALIGNMENT).encode())
        _write_entry(archive, "byteorder", b"little")
        for number, _, data in pickler.storages.values():
            _write_entry(archive, f"data/{number}", data)
        _write_entry(archive, "version", b"3\n")


def _write_entry(archive, name, data):
    """One entry, its data at a multiple of the alignment so that files can be mapped into memory."""
    from zipfile import ZIP64_LIMIT, ZipInfo

    data = memoryview(data).cast("B")
    info = ZipInfo("archive/" + name, (1980, 1, 1, 0, 0, 0))
    info.file_size = data.nbytes
    large = data.nbytes * 1.05 > ZIP64_LIMIT
    start = archive.start_dir + 30 + len(info.filename) + 4 + (20 if large else 0)
    padding = -start % _ALIGNMENT
    info.extra = b"FB" + padding.to_bytes(2, "little") + b"Z" * padding
    with archive.open(info, "w", force_zip64=large) as entry:
        for begin in range(0, data.nbytes, 1 << 26):
            entry.write(data[begin : begin + (1 << 26)])


# ---------------------------------------------------------------------- loading
def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """Reads what :func:`save` wrote, here or in PyTorch.

    By default only tensors, plain values and containers are read, and nothing in the file is executed.

    Args:
        f (str, PathLike or file): where from; a file must be able to ``read`` and ``seek``.
        map_location (str, device, dict or Callable, optional): where tensors go, or from where to where.
        weights_only (bool, optional): read only what cannot run code. Default: ``True``
        mmap (bool, optional): accepted; the file is read. Default: ``False``

    Errors:
        ``pickle.UnpicklingError`` for what may not be read, or makes no sense; ``RuntimeError`` for a file that
        is damaged or incomplete.
    """
    encoding = pickle_load_args.pop("encoding", "utf-8")
    if pickle_load_args:
        raise TypeError(f"load() got an unexpected keyword argument '{next(iter(pickle_load_args))}'")
    safe = pickle_module is None if weights_only is None else bool(weights_only)
    if hasattr(f, "read"):
        return _read(f, map_location, safe, encoding)
    with open(f, "rb") as file:
        return _read(file, map_location, safe, encoding)


def _read(file, map_location, safe, encoding):
    from zipfile import BadZipFile

    start = file.tell()
    head = file.read(4)
    file.seek(start)
    if head == b"":
        raise EOFError("Ran out of input")
    if head[:2] != b"PK":
        return _read_legacy(file, map_location, safe, encoding)
    try:
        return _read_archive(file, map_location, safe, encoding)
    except BadZipFile as error:
        raise RuntimeError(
            "PytorchStreamReader failed reading zip archive: failed finding central directory "
            f"or an entry ({error}); the file is damaged or incomplete"
        ) from None


def _read_archive(file, map_location, safe, encoding):
    from zipfile import ZIP_STORED, ZipFile

    with ZipFile(file) as archive:
        entries = {info.filename.partition("/")[2]: info for info in archive.infolist()}
        if "data.pkl" not in entries:
            if "constants.pkl" in entries or any(name.startswith("code/") for name in entries):
                raise RuntimeError("this is a TorchScript archive, which holds a program and not an object")
            raise RuntimeError("PytorchStreamReader failed locating file data.pkl: file not found")
        if "byteorder" in entries and archive.read(entries["byteorder"]).strip() != b"little":
            raise RuntimeError("the file was written on a big-endian machine, which is not supported")

        def read_storage(key, nbytes):
            info = entries.get(f"data/{key}")
            if info is None:
                raise RuntimeError(f"PytorchStreamReader failed locating file data/{key}: file not found")
            if info.file_size != nbytes or info.compress_type != ZIP_STORED:
                raise RuntimeError(
                    f"storage {key} should have {nbytes} bytes, but the file has {info.file_size}"
                )
            return archive.read(info)

        from io import BytesIO

        loader = _StorageLoader(read_storage, _mapping(map_location))
        return _unpickle(BytesIO(archive.read(entries["data.pkl"])), loader, safe, encoding)


def _unpickle(file, loader, safe, encoding):
    from pickle import UnpicklingError
    from zipfile import BadZipFile

    from ._pickling import AnyUnpickler, WeightsUnpickler

    if not safe:
        return AnyUnpickler(file, loader, encoding).load()
    try:
        return WeightsUnpickler(file, loader, encoding).load()
    except (UnpicklingError, RuntimeError, MemoryError, BadZipFile):
        raise
    except Exception as error:  # whatever a malformed pickle leads to
        raise UnpicklingError(f"Weights only load failed: {type(error).__name__}: {error}") from error


class _StorageLoader:
    """From persistent ids to storages, each read once."""

    def __init__(self, read, place):
        self.read, self.place, self.loaded = read, place, {}

    def __call__(self, pid):
        from pickle import UnpicklingError

        from ._pickling import Storage, StorageType, TypedStorage, _is_size

        _, kind, key, location, count = pid[:5]
        if not isinstance(kind, StorageType) or not isinstance(key, str) or not _is_size(count):
            raise UnpicklingError(f"invalid storage {pid!r}")
        if key not in self.loaded:
            nbytes = count * kind.itemsize
            data = self.read(key, nbytes)
            flat = _C._from_buffer(data, kind.dtype, nbytes)
            self.loaded[key] = self.place(Storage(flat), location)
        storage = self.loaded[key]
        if storage.flat.numel() * storage.flat.element_size() != count * kind.itemsize:
            raise UnpicklingError(f"storage {key} is described in two ways")
        return TypedStorage(storage.flat, kind.dtype)


def _mapping(map_location):
    """The function from a storage and its place in the file to a storage where it is wanted."""
    from . import cuda
    from ._pickling import Storage

    def move(storage, location):
        device = _C.device(location)
        if device.type == "cpu":
            return storage
        if device.type == "cuda" and not cuda.is_available():
            raise RuntimeError(
                "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you "
                "are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') "
                "to map your storages to the CPU."
            )
        return Storage(storage.flat.to(device))

    if map_location is None:
        return move
    if isinstance(map_location, dict):
        return lambda storage, location: move(storage, map_location.get(location, location))
    if callable(map_location):

        def chosen(storage, location):
            result = map_location(storage, location)
            if result is None:
                return move(storage, location)
            return result if isinstance(result, Storage) else Storage(result)

        return chosen
    return lambda storage, location: move(storage, map_location)


def _read_legacy(file, map_location, safe, encoding):
    """The format before archives: pickles one after the other, then the storages."""
    from pickle import UnpicklingError

    from ._pickling import WeightsUnpickler

    def nothing(pid):
        raise UnpicklingError("a storage where none can be")

    try:
        magic = WeightsUnpickler(file, nothing).load()
    except (UnpicklingError, EOFError, ValueError, IndexError, KeyError, AttributeError, TypeError):
        magic = None
    if magic != _LEGACY_MAGIC:
        raise UnpicklingError("Invalid magic number; corrupt file? It is not one that `save` has written.")
    WeightsUnpickler(file, nothing).load()  # protocol
    if WeightsUnpickler(file, nothing).load().get("little_endian") is not True:
        raise RuntimeError("the file was written on a big-endian machine, which is not supported")
    # The data come after the object that refers to them: storages are made first and filled then.
    here = file.tell()
    left = file.seek(0, 2) - here
    file.seek(here)

    def reserve(key, nbytes):
        if nbytes > left:
            raise RuntimeError(f"storage {key} should have {nbytes} bytes: the file is damaged or incomplete")
        return bytes(nbytes)

    loader = _StorageLoader(reserve, _mapping(map_location))
    result = _unpickle(file, loader, safe, encoding)
    for key in WeightsUnpickler(file, nothing).load():
        flat = loader.loaded[key].flat
        nbytes = flat.numel() * flat.element_size()
        count, data = int.from_bytes(file.read(8), "little"), file.read(nbytes)
        if count != flat.numel() or len(data) != nbytes:
            raise RuntimeError(f"storage {key} should have {nbytes} bytes: the file is damaged or incomplete")
        flat.copy_(_C._from_buffer(data, flat.dtype, nbytes))
    return result


# ---------------------------------------------------------------------- what else may be read
def _named(item):
    from ._pickling import _torch_path

    if isinstance(item, tuple):
        return item[1], item[0]
    return ".".join(_torch_path(item) or (item.__module__, item.__qualname__)), item


def add_safe_globals(safe_globals):
    """Adds classes or functions that :func:`load` may use with ``weights_only=True``.

    Args:
        safe_globals (list): the classes and functions, or pairs of one and the full name it has in files.
    """
    from ._pickling import _user_safe

    _user_safe.update(_named(item) for item in safe_globals)


def get_safe_globals():
    """What :func:`add_safe_globals` has added."""
    from ._pickling import _user_safe

    return list(_user_safe.values())


def clear_safe_globals():
    """Takes back what :func:`add_safe_globals` has added."""
    from ._pickling import _user_safe

    _user_safe.clear()


class safe_globals:
    """Adds classes or functions as :func:`add_safe_globals` does, for the length of a ``with`` block."""

    def __init__(self, safe_globals):
        self.items = safe_globals

    def __enter__(self):
        from ._pickling import _user_safe

        self.before = dict(_user_safe)
        add_safe_globals(self.items)

    def __exit__(self, kind, value, trace):
        from ._pickling import _user_safe

        _user_safe.clear()
        _user_safe.update(self.before)
