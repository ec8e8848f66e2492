"""The form before archives: pickles one after the other, then the storages."""

from __future__ import annotations

import pickle
from pickle import UnpicklingError

from .. import _C
from ..storage import UntypedStorage
from ._archive import write_all
from ._budget import brief
from ._pickler import dumped
from ._unpickler import Storages, WeightsUnpickler, load_pickle

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_SIZES = {"short": 2, "int": 4, "long": 4}


def write_legacy(obj, out, protocol, skip=False):
    """Writes `obj`; several may follow one another in a stream."""
    pickle.dump(_MAGIC, out, protocol)
    pickle.dump(_PROTOCOL, out, protocol)
    pickle.dump({"protocol_version": _PROTOCOL, "little_endian": True, "type_sizes": _SIZES}, out, protocol)
    text, found = dumped(obj, protocol, legacy=True)
    write_all(out, text)
    storages = {number: (storage, dtype) for number, storage, dtype in found}
    pickle.dump(list(storages), out, protocol)
    for storage, dtype in storages.values():
        write_all(out, (storage.nbytes() // dtype.itemsize).to_bytes(8, "little"))
        if storage.nbytes():
            write_all(out, bytes(storage.nbytes()) if skip else memoryview(storage.cpu()._bytes))


def read_legacy(file, place, safe, budget, encoding):
    """Reads one object and leaves the stream behind it."""
    if _plain(file, budget, first=True) != _MAGIC:
        raise UnpicklingError("Invalid magic number; corrupt file? It is not one that `save` has written.")
    if _plain(file, budget) != _PROTOCOL:
        raise UnpicklingError("Invalid protocol version; corrupt file?")
    # Its order of bytes is that of the machine; the data that follow are little-endian on every one.
    if not isinstance(_plain(file, budget), dict):
        raise UnpicklingError("the description of the machine is no dict; corrupt file?")
    # The data come after the object that refers to them: storages are made first and filled then.
    here = file.tell()
    left = file.seek(0, 2) - here
    file.seek(here)

    def reserve(key, nbytes, dtype):
        nonlocal left
        left -= nbytes + 8
        if left < 0:
            raise RuntimeError(
                f"storage {brief(key)} should have {nbytes} bytes: the file is damaged or incomplete"
            )
        return UntypedStorage._over(_C.empty(nbytes, dtype=_C.uint8, device="cpu"))

    dtypes = {}

    def read(key, nbytes, dtype):
        dtypes[key] = dtype
        return reserve(key, nbytes, dtype)

    storages = Storages(read, place)
    result = load_pickle(file, storages, safe, budget, encoding)
    keys = _plain(file, budget)
    if type(keys) is not list or not all(type(key) in (str, int) for key in keys):
        raise UnpicklingError("the list of storages is none; corrupt file?")
    for key in keys:
        if key not in dtypes:
            raise UnpicklingError(f"storage {brief(key)} belongs to no tensor; corrupt file?")
        _fill(file, key, *storages.loaded[key], dtypes.pop(key))
    if dtypes:
        raise RuntimeError(
            f"storage {brief(next(iter(dtypes)))} has no data: the file is damaged or incomplete"
        )
    return result


def _plain(file, budget, first=False):
    """A pickle of numbers and text; None for what is no pickle at the beginning."""

    def nothing(pid):
        raise UnpicklingError("a storage where none can be")

    try:
        return WeightsUnpickler(file, nothing, budget).load()
    except MemoryError:
        raise
    except Exception as error:
        if first:
            return None
        raise UnpicklingError(f"{type(error).__name__}: {str(error)[:300]}; corrupt file?") from error


def _fill(file, key, storage, nbytes, dtype):
    count, data = int.from_bytes(file.read(8), "little"), file.read(nbytes)
    if count != nbytes // dtype.itemsize or len(data) != nbytes:
        raise RuntimeError(
            f"storage {brief(key)} should have {nbytes} bytes: the file is damaged or incomplete"
        )
    if storage.device.type == "meta" or not nbytes:
        return
    filled = _C._from_buffer(data, _C.uint8, nbytes)
    storage._bytes.copy_(filled.ne(0) if dtype == _C.bool else filled)
