"""Files as such: the two forms, what stands in an archive, what a save leaves behind, what is refused and how."""

import io
import os
import pickle
import subprocess
import sys
import zipfile

import pytest
import rushlight as rl
from rushlight import nn, serialization

LEGACY = {"_use_new_zipfile_serialization": False}


def saved(obj, **options):
    buffer = io.BytesIO()
    rl.save(obj, buffer, **options)
    return buffer.getvalue()


def loaded(data, **options):
    return rl.load(io.BytesIO(data), **options)


def test_file_is_an_archive_with_the_usual_names(tmp_path):
    path = tmp_path / "x.pt"
    rl.save({"w": rl.ones(3)}, path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert names[0] == "x/data.pkl" and "x/data/0" in names and "x/version" in names
        text = archive.read("x/data.pkl")
        assert b"torch._utils\n_rebuild_tensor_v2\n" in text and b"torch\nFloatStorage\n" in text
        assert archive.read("x/data/0") == rl.ones(3).numpy().tobytes()
    for name, folder in (("a.tar.gz", "a.tar"), ("b", "b"), ("\u00e4.pt", "archive")):
        rl.save(rl.ones(1), tmp_path / name)
        assert zipfile.ZipFile(tmp_path / name).namelist()[0] == f"{folder}/data.pkl"
    assert zipfile.ZipFile(io.BytesIO(saved(1))).namelist()[0] == "archive/data.pkl"


def test_damaged_files_are_refused():
    buffer = io.BytesIO()
    rl.save({"w": rl.randn(1000)}, buffer)
    whole = buffer.getvalue()
    for length in (0, 3, 10, 100, 3000, len(whole) - 30):
        with pytest.raises((RuntimeError, EOFError, pickle.UnpicklingError)):
            rl.load(io.BytesIO(whole[:length]))
    flipped = bytearray(whole)
    flipped[3000] ^= 1
    with pytest.raises(RuntimeError, match="damaged"):
        rl.load(io.BytesIO(bytes(flipped)))


def test_failed_save_keeps_the_old_file(tmp_path):
    path = tmp_path / "x.pt"
    rl.save({"w": rl.ones(3)}, path)
    before = path.read_bytes()
    with pytest.raises((pickle.PicklingError, AttributeError)):
        rl.save({"w": rl.ones(3), "f": lambda: 0}, path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["x.pt"]
    with pytest.raises(RuntimeError, match="does not exist"):
        rl.save(1, tmp_path / "no" / "x.pt")


def test_a_stream_holds_several_objects_in_the_old_form():
    stream = io.BytesIO()
    for obj in (rl.ones(1), {"x": rl.zeros(2)}, 5):
        rl.save(obj, stream, **LEGACY)
    stream.seek(0)
    assert rl.equal(rl.load(stream), rl.ones(1)) and rl.equal(rl.load(stream)["x"], rl.zeros(2))
    assert rl.load(stream) == 5
    with pytest.raises(EOFError):
        rl.load(stream)


def legacy_of(body, keys=(), data=b"", little_endian=True):
    head = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2)
    head += pickle.dumps({"protocol_version": 1001, "little_endian": little_endian, "type_sizes": {}}, 2)
    return head + b"\x80\x02" + body + b"." + pickle.dumps(list(keys), 2) + data


class Kept(nn.Module):
    pass


def test_whole_modules_of_the_old_form_name_their_source():
    kind = f"c{__name__}\nKept\n".encode()
    body = b"(U\6module" + kind + b"U\4file%U\5classtQ)\x81}(U\1aK\1ub".replace(b"%", b"")
    with pytest.warns(serialization.SourceChangeWarning, match="Kept"):
        assert loaded(legacy_of(body), weights_only=False).a == 1
    with pytest.raises(pickle.UnpicklingError, match="Kept"):
        loaded(legacy_of(body))
    ours = b"(U\6modulectorch.nn.modules.activation\nReLU\nU\4fileU\5classtQ."
    assert loaded(legacy_of(ours[:-1]), weights_only=False) is nn.ReLU


def test_the_old_form_has_parts_of_storages_and_is_little_endian_everywhere():
    pid = "(S'storage'\nctorch\nFloatStorage\nS'7'\nS'cpu'\nI4\n{}tQ"
    pid = "(S'storage'\nctorch\nFloatStorage\nS'7'\nS'cpu'\nI4\n(S'8'\nI1\nI2\nttQ"
    body = f"ctorch._utils\n_rebuild_tensor\n({pid}I0\n(I2\nt(I1\nttR".encode()
    data = (4).to_bytes(8, "little") + rl.arange(4.0).numpy().tobytes()
    for little_endian in (True, False):
        assert loaded(legacy_of(body, ["7"], data, little_endian)).tolist() == [1.0, 2.0]
    beyond = body.replace(b"I1\nI2\nt", b"I3\nI2\nt")
    with pytest.raises(pickle.UnpicklingError, match="beyond"):
        loaded(legacy_of(beyond, ["7"], data))


def rewritten(data, **records):
    """An archive with other records, None for none."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as made:
        for info in source.infolist():
            name = info.filename.partition("/")[2]
            value = records.get(name, source.read(info))
            if value is not None:
                made.writestr(info.filename, value)
    return out.getvalue()


@pytest.mark.parametrize(
    "name", "float64 float32 float16 bfloat16 int64 int16 uint8 bool complex64 complex128".split()
)
def test_files_of_big_endian_machines(name):
    x = rl.tensor([0, 1, 300]).to(getattr(rl, name))
    plain = rl.view_as_real(x) if x.is_complex() else x
    width, data = plain.itemsize, bytes(x.untyped_storage())
    swapped = b"".join(data[i : i + width][::-1] for i in range(0, len(data), width))
    big = rewritten(saved(x), byteorder=b"big", **{"data/0": swapped})
    assert rl.equal(loaded(big), x)
    unnamed = rewritten(saved(x), byteorder=None, **{"data/0": swapped})
    serialization.set_default_load_endianness(serialization.LoadEndianness.BIG)
    try:
        assert rl.equal(loaded(unnamed), x)
    finally:
        serialization.set_default_load_endianness(None)
    assert rl.equal(loaded(rewritten(saved(x), byteorder=None)), x)
    with pytest.raises(RuntimeError, match="Unknown endianness"):
        loaded(rewritten(saved(x), byteorder=b"middle"))


def test_conjugated_and_negated_tensors():
    x = rl.tensor([1 + 2j, 3 - 4j])
    text = zipfile.ZipFile(io.BytesIO(saved([x, x[1:]]))).read("archive/data.pkl")
    mark = b"}(X\4\0\0\0conj\x88X\3\0\0\0neg\x88u"
    end = b"tq\x0bR"  # of the arguments that rebuild the first
    assert text.count(end) == 1
    marked = text.replace(end, mark + end)
    both = loaded(rewritten(saved([x, x[1:]]), **{"data.pkl": marked}))
    assert rl.equal(both[0], -x.conj()) and rl.equal(both[1], x[1:])


def test_what_is_refused_with_a_clear_word(tmp_path):
    data = saved({"x": rl.ones(2)})
    for wrong in (3, [1], None, b"x.pt", object()):
        with pytest.raises(AttributeError, match=r"You can only torch\.load from a file that is seekable"):
            rl.load(wrong)
        with pytest.raises(AttributeError, match="with a 'write' attribute"):
            rl.save(1, wrong)
    with pytest.raises(RuntimeError, match="locating file version"):
        loaded(rewritten(data, version=None))
    with pytest.raises(RuntimeError, match="version 11, but the maximum supported version for reading is 10"):
        loaded(rewritten(data, version=b"11\n"))
    with pytest.raises(ValueError, match="f must be a file path in order to use the mmap argument"):
        loaded(data, mmap=True)
    rl.save(1, tmp_path / "old.pt", **LEGACY)
    with pytest.raises(RuntimeError, match="mmap can only be used with files saved with"):
        rl.load(tmp_path / "old.pt", mmap=True)
    with pytest.raises(
        RuntimeError, match="Can not safely load weights when explicit pickle_module is specified"
    ):
        loaded(data, pickle_module=pickle, weights_only=True)
    with pytest.raises(TypeError, match="map_location"):
        loaded(data, map_location=3)
    with pytest.raises(
        RuntimeError, match=r"don't know how to restore data location .* \(tagged with mars\)"
    ):
        loaded(data, map_location="mars")
    for far in ("cuda", "cuda:1", "hpu:0"):
        with pytest.raises(RuntimeError, match="map your storages to the CPU"):
            loaded(data, map_location=far)
    with pytest.raises(pickle.UnpicklingError, match=r"Weights only load failed(.|\n)*frozenset"):
        loaded(saved(frozenset([1])))
    assert loaded(saved(frozenset([1])), weights_only=False) == {1}


def test_registered_places():
    before = list(serialization._places._registry)
    seen = []
    try:
        serialization.register_package(1, lambda s: "moon", lambda s, place: seen.append(place) or s)
        assert rl.equal(loaded(saved(rl.ones(2))), rl.ones(2)) and seen == ["moon"]
        assert serialization.location_tag(rl.ones(1).untyped_storage()) == "moon"
    finally:
        serialization._places._registry[:] = before


def test_mapped_files(tmp_path):
    import mmap

    path = tmp_path / "x.pt"
    rl.save({"x": rl.arange(1000.0), "b": rl.tensor([True, False]), "e": rl.empty(0)}, path)
    before = path.read_bytes()
    x = rl.load(path, mmap=True)["x"]
    assert rl.equal(x, rl.arange(1000.0)) and x.untyped_storage().nbytes() == 4000
    x[0] = 7
    assert path.read_bytes() == before and rl.load(path)["x"][0].item() == 0
    with serialization.set_default_mmap_options(mmap.MAP_SHARED):
        rl.load(str(path), mmap=True)["x"][0] = 7
    assert rl.load(path, mmap=True)["x"][0].item() == 7
    with pytest.raises(RuntimeError, match="CRC"):  # the file was saved with checksums
        rl.load(path)
    with pytest.raises(ValueError, match="Invalid argument in function set_default_mmap_options"):
        serialization.set_default_mmap_options(mmap.MAP_SHARED | mmap.MAP_PRIVATE)


def test_unsafe_globals_of_a_file():
    ask = serialization.get_unsafe_globals_in_checkpoint
    for protocol in (2, 4, 5):
        whole = saved([nn.Linear(1, 1), nn.Linear(1, 1), {1}], pickle_protocol=protocol)
        assert ask(io.BytesIO(whole)) == ["torch.nn.modules.linear.Linear"]
    assert ask(io.BytesIO(saved(nn.Linear(1, 1).state_dict()))) == []
    with serialization.safe_globals([nn.Linear, (Kept, "elsewhere.Kept")]):
        assert ask(io.BytesIO(whole)) == []
        assert serialization.get_safe_globals() == [nn.Linear, (Kept, "elsewhere.Kept")]
    assert serialization.get_safe_globals() == []
    with pytest.raises(ValueError, match="Expected input to be a checkpoint"):
        ask(io.BytesIO(saved(1, **LEGACY)))


def test_room_without_data(tmp_path):
    path = tmp_path / "x.pt"
    with serialization.skip_data():
        rl.save({"w": rl.ones(1000)}, path)
        with pytest.raises(RuntimeError, match="skip_data"):
            rl.load(path)
    assert rl.equal(rl.load(path)["w"], rl.zeros(1000))
    data = bytearray(path.read_bytes())
    at = data.index(bytes(4000))
    data[at : at + 4000] = bytes(rl.full((1000,), 2.0).untyped_storage())
    assert rl.equal(loaded(bytes(data))["w"], rl.full((1000,), 2.0))


def test_checksums_can_be_left_out():
    assert serialization.get_crc32_options() is True
    serialization.set_crc32_options(False)
    try:
        data = saved(rl.ones(100))
    finally:
        serialization.set_crc32_options(True)
    assert {info.CRC for info in zipfile.ZipFile(io.BytesIO(data)).infolist()} == {0}
    assert rl.equal(loaded(data), rl.ones(100))


def test_records_are_aligned_and_files_the_same_each_time():
    obj = {"a": rl.ones(3), "b": rl.arange(5), "c": rl.zeros(0)}
    data = saved(obj)
    assert data == saved(obj)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for info in archive.infolist():
            lengths = data[info.header_offset + 26 : info.header_offset + 30]
            start = (
                info.header_offset
                + 30
                + int.from_bytes(lengths[:2], "little")
                + int.from_bytes(lengths[2:], "little")
            )
            assert start % 64 == 0 and data[start : start + info.file_size] == archive.read(info)


def test_an_archive_of_many_records_and_of_large_ones():
    from rushlight.serialization import _archive

    out = io.BytesIO()
    writer = _archive.ArchiveWriter(out)
    for i in range(70_000):
        writer.add(str(i), b"x")
    writer.close()
    with zipfile.ZipFile(out) as archive:
        assert len(archive.infolist()) == 70_000 and archive.read("archive/69999") == b"x"

    class Counted:
        length, kept = 0, b""

        def write(self, data):
            self.length += len(data)
            self.kept = (self.kept + (bytes(data) if len(data) < 1000 else b""))[-2000:]

    sink = Counted()
    writer = _archive.ArchiveWriter(sink)
    writer._offset = 5 << 32  # as if so much stood before
    writer.add("far", b"abc")
    writer.close()
    assert (5 << 32).to_bytes(8, "little") in sink.kept and b"PK\6\6" in sink.kept


def test_saving_leaves_nothing_behind(tmp_path):
    long = tmp_path / ("y" * 255)
    rl.save(rl.ones(2), long)
    assert rl.equal(rl.load(long), rl.ones(2)) and os.listdir(tmp_path) == ["y" * 255]
    with pytest.raises(OSError, match="too long"):
        rl.save(1, tmp_path / ("y" * 256))
    os.unlink(long)
    code = (
        "import os, sys, rushlight as rl\n"
        "class Last:\n"
        "    def __reduce__(self): os.kill(os.getpid(), 9)\n"
        "rl.save([rl.ones(1000), Last()], sys.argv[1])\n"
    )
    for i in range(4):  # killed in the middle, each time under another name
        assert subprocess.run([sys.executable, "-c", code, str(tmp_path / f"{i}.pt")]).returncode == -9
    assert len(os.listdir(tmp_path)) == 1
    rl.save(rl.ones(2), tmp_path / "5.pt")
    assert os.listdir(tmp_path) == ["5.pt"]


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_two_writers_of_a_folder_do_not_meet(tmp_path):
    from rushlight.serialization._replace import replacing

    with replacing(str(tmp_path / "a")) as first, replacing(str(tmp_path / "b")) as second:
        first.write(b"a")
        second.write(b"b")
        rl.save(rl.ones(1), tmp_path / "c")
        assert len(os.listdir(tmp_path)) == 3
    assert (tmp_path / "a").read_bytes() == b"a" and (tmp_path / "b").read_bytes() == b"b"
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "c"]
    umask = os.umask(0o027)
    try:
        rl.save(1, tmp_path / "d")
    finally:
        os.umask(umask)
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o640


def test_an_unbuffered_file_and_one_that_can_only_be_written(tmp_path):
    class Slow:
        def __init__(self):
            self.data = b""

        def write(self, data):
            part = bytes(data[:1000])
            self.data += part
            return len(part)

    out = Slow()
    rl.save(rl.arange(3000), out)
    assert rl.equal(loaded(out.data), rl.arange(3000))
    with open(tmp_path / "x", "wb", buffering=0) as raw:
        rl.save(rl.arange(3000), raw)
    with open(tmp_path / "x", "rb", buffering=0) as raw:
        assert rl.equal(rl.load(raw), rl.arange(3000))


def test_names_of_the_module():
    assert (
        serialization.DEFAULT_PROTOCOL == 2 and serialization.StorageType("HalfStorage").dtype == rl.float16
    )
    assert serialization.check_module_version_greater_or_equal(zipfile_like("1.10.2"), (1, 9))
    assert not serialization.check_module_version_greater_or_equal(zipfile_like("1.8"), (1, 9))
    with pytest.raises(RuntimeError, match="malformed"):
        serialization.check_module_version_greater_or_equal(zipfile_like("x"), (1, 9))
    assert serialization.normalize_storage_type(rl.storage.UntypedStorage).dtype == rl.uint8
    with pytest.raises(TypeError):
        serialization.set_default_load_endianness("big")
    for name in serialization.__all__:
        assert getattr(serialization, name) is not None


def zipfile_like(version):
    module = type(os)("module")
    module.__version__ = version
    return module
