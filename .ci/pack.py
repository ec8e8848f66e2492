"""Packs wheels again, smaller: the same files, deflated by libdeflate at its highest level, which any reader of zip files takes.

    python .ci/pack.py dist

Of the extension module zlib's level 9, maturin's best, leaves 3.2 % more (12.65 MB for 12.25); zopfli leaves 0.1 % less in
seventeen times the time.
"""

import pathlib
import sys
import zipfile

import deflate

LEVEL = 12


class Compressor:
    """What `zipfile` asks of an object of `zlib.compressobj`, for a library that takes all at once."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def compress(self, data: bytes) -> bytes:
        self.parts.append(data)
        return b""

    def flush(self) -> bytes:
        return bytes(deflate.deflate_compress(b"".join(self.parts), LEVEL))


def pack(wheel: pathlib.Path) -> None:
    """Replaces a wheel by one of the same contents in the same order."""
    target = wheel.with_suffix(".tmp")
    # the one place where `zipfile` makes its compressors
    zipfile._get_compressor = lambda *_: Compressor()  # type: ignore[attr-defined]
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info, old.read(info), zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(target) as new:
        assert all(old.read(name) == new.read(name) for name in old.namelist()), f"{wheel} was not packed well"
    before, after = wheel.stat().st_size, target.stat().st_size
    if after < before:
        target.replace(wheel)
    target.unlink(missing_ok=True)
    print(f"{wheel.name}: {before / 1e6:.2f} MB, packed {min(before, after) / 1e6:.2f} MB")


for folder in sys.argv[1:]:
    for found in sorted(pathlib.Path(folder).glob("*.whl")):
        pack(found)
