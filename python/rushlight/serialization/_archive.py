"""The zip archive around a pickle and its storages: written with data at multiples of 64, read within a budget."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from struct import Struct, error as StructError
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from .. import _C

ALIGNMENT = 64
_CHUNK = 1 << 26
_SMALL = 1 << 13
_CACHED = 1 << 18
_LIMIT = 0xFFFFFFFF  # sizes and offsets from here on need the fields of zip64
_UTF8 = 1 << 11
_FIRST_DAY = 0x21  # 1980-01-01, so that equal objects make equal files

# the extra field that makes up for what is missing to a multiple of the alignment
_PADDING = [b"FB" + count.to_bytes(2, "little") + b"Z" * count for count in range(ALIGNMENT)]

_LOCAL = Struct("<4s5H3L2H")
_CENTRAL = Struct("<4s6H3L5H2L")


class ArchiveWriter:
    """Writes an archive front to back, into anything that has ``write``.

    Args:
        out: where to.
        checksums (bool): whether to compute them; 0 stands for none.
        folder (str): what the names of all records begin with: the file's own name, as in PyTorch.
    """

    def __init__(self, out, checksums=True, folder="archive"):
        self._out, self._checksums, self._folder = out, checksums, folder.encode() + b"/"
        self._offset, self._waiting, self._directory = 0, [], []

    def add(self, name, data):
        """One record.

        Args:
            name (str): its name.
            data (bytes or memoryview, or int): what it holds, or for how many zeros there is to be room.
        """
        skipped = isinstance(data, int)
        size = data if skipped else len(data)
        crc = 0 if skipped or not self._checksums else _C._crc32(data)
        path = self._folder + name.encode()
        offset = self._offset
        large = size >= _LIMIT
        extra = b"\1\0\x10\0" + size.to_bytes(8, "little") * 2 if large else b""
        padding = -(offset + _LOCAL.size + len(path) + len(extra) + 4) % ALIGNMENT
        extra += _PADDING[padding]
        stated, version = (_LIMIT, 45) if large else (size, 20)
        head = _LOCAL.pack(
            b"PK\3\4", version, _UTF8, 0, 0, _FIRST_DAY, crc, stated, stated, len(path), len(extra)
        )
        self._directory.append(_listed(path, crc, size, offset))
        self._write(head + path + extra)
        if skipped:
            for begin in range(0, size, _CHUNK):
                self._write(bytes(min(_CHUNK, size - begin)))
        else:
            self._write(data)

    def close(self):
        """The directory at the end; without it the archive cannot be read."""
        start = self._offset
        self._write(b"".join(self._directory))
        count, length = len(self._directory), self._offset - start
        if count >= 0xFFFF or length >= _LIMIT or start >= _LIMIT:
            end = self._offset
            numbers = Struct("<4sQ2H2L4Q").pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start)
            self._write(numbers + Struct("<4sLQL").pack(b"PK\6\7", 0, end, 1))
        few = min(count, 0xFFFF)
        self._write(
            Struct("<4s4H2LH").pack(b"PK\5\6", 0, 0, few, few, min(length, _LIMIT), min(start, _LIMIT), 0)
        )
        self._flush()

    def _write(self, data):
        """What is small waits for more; what is large goes out by itself, without a copy."""
        self._offset += len(data)
        if len(data) < _SMALL:
            self._waiting.append(bytes(data))
            if len(self._waiting) < 64:
                return
            data = b""
        self._flush()
        for begin in range(0, len(data), _CHUNK):
            write_all(self._out, data[begin : begin + _CHUNK])

    def _flush(self):
        write_all(self._out, b"".join(self._waiting))
        self._waiting.clear()


def _listed(path, crc, size, offset):
    """The line of a record in the directory."""
    extra, version = b"", 20
    if size >= _LIMIT or offset >= _LIMIT:
        far = [value for value in (size, size, offset) if value >= _LIMIT]
        extra = b"\1\0" + (8 * len(far)).to_bytes(2, "little")
        extra += b"".join(value.to_bytes(8, "little") for value in far)
        size, offset, version = min(size, _LIMIT), min(offset, _LIMIT), 45
    numbers = (version, version, _UTF8, 0, 0, _FIRST_DAY, crc, size, size)
    return _CENTRAL.pack(b"PK\1\2", *numbers, len(path), len(extra), 0, 0, 0, 0, offset) + path + extra


def write_all(out, data):
    """Writes `data` whole: an unbuffered file takes what it can."""
    view = memoryview(data).cast("B")
    while view.nbytes:
        written = out.write(view)
        if not isinstance(written, int) or written >= view.nbytes:
            return
        view = view[written:]


class ArchiveReader:
    """The records of an archive.

    Args:
        file: a file that can be read and sought.
        budget (Budget): what the file may cost.
    """

    def __init__(self, file, budget):
        self._file, self._budget = file, budget
        with _damaged():
            self._zip = ZipFile(file)
            self._records = {info.filename.partition("/")[2]: info for info in self._zip.infolist()}
        # an archive may stand behind other data
        self.size = file.seek(0, 2)

    def __contains__(self, name):
        return name in self._records

    def __iter__(self):
        return iter(self._records)

    def nbytes(self, name):
        """How many bytes a record says to have."""
        if name not in self._records:
            raise RuntimeError(f"PytorchStreamReader failed locating file {name[:100]}: file not found")
        return self._records[name].file_size

    def place(self, name):
        """Where in the file the data of a record begin; None if they are deflated."""
        info = self._records[name]
        if info.compress_type != ZIP_STORED or info.flag_bits & 1:
            return None
        with _damaged():
            self._file.seek(info.header_offset)
            head = self._file.read(_LOCAL.size)
            if head[:4] != b"PK\3\4":
                raise BadZipFile("a record is not where the directory says")
            lengths = _LOCAL.unpack(head)[-2:]
            path = self._file.read(lengths[0])
            if path.decode("utf-8" if info.flag_bits & _UTF8 else "cp437") != info.orig_filename:
                raise BadZipFile("a record has another name than in the directory")
            start = info.header_offset + _LOCAL.size + sum(lengths)
            if start + info.file_size > self.size or info.compress_size != info.file_size:
                raise BadZipFile("a record reaches beyond the file")
        return start

    def read(self, name, most):
        """The bytes of a small record.

        Args:
            name (str): of the record.
            most (int): more bytes are refused.
        """
        if self.nbytes(name) > most:
            raise RuntimeError(
                f"the record {name} of {self.nbytes(name)} bytes is damaged: it has {most} at most"
            )
        data = bytearray(self.nbytes(name))
        self.read_into(name, memoryview(data))
        return bytes(data)

    def read_into(self, name, view):
        """Fills `view`, which has the size of the record, and compares the checksum; 0 stands for none."""
        info = self._records[name]
        start = self.place(name)
        with _damaged():
            if start is None:
                with self._zip.open(info) as packed:
                    _fill(packed, view)
                return
            self._file.seek(start)
            if _fill(self._file, view, bool(info.CRC)) != info.CRC:
                raise BadZipFile(f"Bad CRC-32 for {name[:100]}")


def _fill(file, view, check=False):
    """Reads until `view` is full; its checksum, or 0 without `check`, computed while the bytes are in the cache."""
    done = crc = 0
    while done < view.nbytes:
        part = view[done : done + (_CACHED if check else _CHUNK)]
        if hasattr(file, "readinto"):
            count = file.readinto(part)
        else:
            data = file.read(part.nbytes)
            count = len(data)
            part[:count] = data
        if not count:
            raise BadZipFile("the file ends within a record")
        if check:
            crc = _C._crc32(part[:count], crc)
        done += count
    return crc


@contextmanager
def _damaged():
    """Whatever a damaged archive leads to is one exception."""
    try:
        yield
    except (
        BadZipFile,
        zlib.error,
        StructError,
        EOFError,
        ValueError,
        OverflowError,
        NotImplementedError,
    ) as error:
        problem = error
    except (IndexError, KeyError, AttributeError) as error:
        problem = error
    except OSError as error:
        if error.errno != 22:  # EINVAL: sought before the beginning
            raise
        problem = error
    except RuntimeError as error:
        problem = error
    else:
        return
    raise RuntimeError(
        "PytorchStreamReader failed reading zip archive: failed finding central directory or a record "
        f"({str(problem)[:300]}); the file is damaged or incomplete"
    ) from problem
