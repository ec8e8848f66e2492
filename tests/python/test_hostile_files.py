"""Files that mean harm: no code runs, memory and work stay in proportion to the file, errors are the documented ones."""

import io
import pickle
import struct
import subprocess
import sys
import zipfile

import pytest
import rushlight as rl

DOCUMENTED = (pickle.UnpicklingError, RuntimeError, EOFError, MemoryError)


def archive_of(text, method=zipfile.ZIP_STORED, **records):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in {"data.pkl": text, "version": "3\n", **records}.items():
            archive.writestr("archive/" + name, data)
    return buffer.getvalue()


def name(module, attribute):
    return f"c{module}\n{attribute}\n".encode()


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value):
    data = pickle.encode_long(value)
    return b"\x8b" + struct.pack("<i", len(data)) + data


def tensor(key="0", count=4, size=4, legacy=False):
    pid = b"(" + text("storage") + name("torch", "FloatStorage") + text(key) + text("cpu") + number(count)
    pid += (b"N" if legacy else b"") + b"tQ"
    sizes = number(0) + number(size) + b"\x85" + number(1) + b"\x85"
    return name("torch._utils", "_rebuild_tensor_v2") + b"(" + pid + sizes + b"\x89}tR"


def dag(depth):
    """A tuple that holds itself twice over, `depth` times."""
    return b")" + b"q\x00h\x00\x86" * depth


def wrap(*body):
    return b"\x80\x02" + b"".join(body) + b"."


def legacy(*body, keys, data):
    head = (
        pickle.dumps(0x1950A86A20F9469CFC6C, 2)
        + pickle.dumps(1001, 2)
        + pickle.dumps({"little_endian": True}, 2)
    )
    return head + wrap(*body) + pickle.dumps(keys, 2) + data


SET, ORDERED, ENCODE = (
    name("__builtin__", "set"),
    name("collections", "OrderedDict"),
    name("_codecs", "encode"),
)
BYTEARRAY, REBUILD = name("__builtin__", "bytearray"), name("torch._utils", "_rebuild_tensor_v2")
LIST = b"]q\x01(" + b"K\x01" * 100_000 + b"e0"
PAIRS = b"]q\x01(" + b"".join(b"M" + struct.pack("<H", i) + b"N\x86" for i in range(50_000)) + b"e0"
LONG = text("x" * 1_000_000) + b"q\x01" + text("x" * 1_000_000) + b"q\x0200"

ARGUMENTS = tensor()[len(REBUILD) : -1] + b"q\x020"
ATTRIBUTES = b"".join(text(f"a{i}") + b"N" for i in range(20_000))

HOSTILE = {
    # one reference costs two bytes, and what it names is made or hashed anew
    "a dag is a key": wrap(b"}", dag(60), b"Ns"),
    "a dag is in a set": wrap(SET, b"(](", dag(60), b"etR"),
    "a dag is in pairs": wrap(ORDERED, b"(]", dag(60), b"N\x86atR"),
    "a dag is a key beside others": wrap(b"(", dag(60), b"Nd"),
    "a deep tuple is a key": wrap(b"}", b")" + b"\x85" * 200_000, b"Ns"),
    "a deep tuple is in a set": wrap(SET, b"(](", b")" + b"\x85" * 200_000, b"etR"),
    "a large tuple is a key again and again": wrap(
        b"(" + b"K\x01" * 200_000 + b"tq\x00}", b"h\x00Ns" * 100_000
    ),
    "a long number is a key again and again": wrap(number(1 << 8_000_000), b"q\x00}", b"h\x00Ns" * 100_000),
    "two long texts are compared again and again": wrap(LONG, b"}", b"h\x01Nsh\x02Ns" * 100_000),
    "a set of a list, again and again": wrap(SET, b"q\x00", LIST, b"h\x00h\x01\x85R" * 20_000),
    "pairs of a list, again and again": wrap(ORDERED, b"q\x00", PAIRS, b"h\x00h\x01\x85R" * 20_000),
    "bytes of a text, again and again": wrap(
        ENCODE, b"q\x00", text("x" * 1_000_000), b"q\x010", b"h\x00h\x01\x85R" * 20_000
    ),
    "ints of one hash": wrap(b"}(", *[number((2**61 - 1) * i) + b"N" for i in range(1, 100_000)], b"u"),
    "tuples of one hash": wrap(b"}(", *[number((2**61 - 1) * i) + b"\x85N" for i in range(1, 100_000)], b"u"),
    "tensors of the same words": wrap(
        tensor() + b"0", REBUILD, b"q\x01", ARGUMENTS, b"h\x01h\x02R" * 200_000
    ),
    "attributes again and again": wrap(tensor(), b"}(" + ATTRIBUTES + b"uq\x01b", b"h\x01b" * 100_000),
    "bytearray of a number": wrap(BYTEARRAY, number(6 * 10**9), b"\x85R"),
    "bytearray of less": wrap(BYTEARRAY, number(1 << 30), b"\x85R"),
    "bytearray8": b"\x80\x05\x96" + struct.pack("<Q", 3 << 29) + b".",
    "bytearray8 again": b"\x80\x05" + (b"\x96" + struct.pack("<Q", 1 << 28) + b"0") * 20 + b".",
    # where a message would print what the file holds
    "a dag is called": wrap(dag(60), b")R"),
    "a dag is an id": wrap(dag(60), b"Q"),
    "a dag is a size": wrap(REBUILD, b"(N", number(0), dag(60), dag(60), b"\x89}tR"),
    "a dag is a storage": wrap(REBUILD, b"(", dag(60), number(0), b"))\x89}tR"),
    "a dag is a device": wrap(name("torch", "device"), dag(60), b"\x85R"),
    "a dag is a torch.Size": wrap(name("torch", "Size"), dag(60), b"\x85R"),
    # what is no one's business
    "a tensor is changed": wrap(tensor(), number(0), number(5), b"s"),
    "a number of a million digits": wrap(b"L" + b"9" * 10**6 + b"L\n"),
    "frozenset": wrap(name("__builtin__", "frozenset"), b"(]tR"),
    "generator": wrap(name("torch._C", "Generator"), b")R"),
    "no text": wrap(b"T" + struct.pack("<i", -5)),
}


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_pickles_are_refused(label):
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed") as caught:
        rl.load(io.BytesIO(archive_of(HOSTILE[label], **{"data/0": bytes(16)})))
    assert len(str(caught.value)) < 3000


def measured(data, megabytes):
    """Runs `load` in a process that may have so much memory more than it begins with; what it raised."""
    code = (
        "import io, resource, sys, rushlight as rl\n"
        "data = sys.stdin.buffer.read()\n"
        "rl.load(io.BytesIO(open(sys.argv[1], 'rb').read()))\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (int(sys.argv[2]) << 20),) * 2)\n"
        "try: rl.load(io.BytesIO(data))\n"
        "except BaseException as error: print(type(error).__name__, str(error)[:300])\n"
        "else: print('loaded')\n"
    )
    import tempfile

    with tempfile.NamedTemporaryFile() as good:
        rl.save([rl.ones(2)], good.name)
        done = subprocess.run(
            [sys.executable, "-c", code, good.name, str(megabytes)],
            input=data,
            capture_output=True,
            timeout=120,
        )
    return done.stdout.decode() or done.stderr.decode()[-500:]


def overlapping(count, size):
    """An archive with `count` storages that are all the same bytes of the file."""
    whole = archive_of(
        wrap(b"(", *[tensor(str(i), size // 4) for i in range(count)], b"l"), **{"data/0": bytes(size)}
    )
    at, directory = whole.index(b"archive/data/0") - 30, whole.index(b"PK\1\2")
    entry = whole.index(b"archive/data/0", directory) - 46
    central = whole[directory:entry]
    for i in range(count):
        path = f"archive/data/{i}".encode()
        central += (
            whole[entry : entry + 28] + struct.pack("<H", len(path)) + whole[entry + 30 : entry + 46] + path
        )
    assert struct.unpack("<L", whole[entry + 42 : entry + 46])[0] == at
    rest = struct.pack("<HHHHLLH", 0, 0, count + 2, count + 2, len(central), directory, 0)
    return whole[:directory] + central + b"PK\5\6" + rest


@pytest.mark.skipif(sys.platform != "linux", reason="limits and measures of Linux")
def test_memory_is_bounded_by_the_size_of_the_file():
    deflated = archive_of(wrap(b"]" * (1 << 26)), zipfile.ZIP_DEFLATED)
    assert len(deflated) < 1 << 20
    assert "UnpicklingError a file of" in measured(deflated, 100)
    zeros = archive_of(
        wrap(tensor(count=1 << 26, size=1)), zipfile.ZIP_DEFLATED, **{"data/0": bytes(1 << 28)}
    )
    assert "UnpicklingError" in measured(zeros, 100)
    order = archive_of(wrap(b"N"), zipfile.ZIP_DEFLATED, byteorder=bytes(1 << 27))
    assert "RuntimeError" in measured(order, 100)
    many = legacy(
        b"(",
        *[tensor(str(i), 1 << 18, 1, legacy=True) for i in range(3000)],
        b"l",
        keys=["0"],
        data=bytes(1 << 20),
    )
    assert "RuntimeError storage" in measured(many, 100)
    assert "Error" in measured(overlapping(400, 1 << 20), 100)


def test_deflated_archives_are_read():
    whole = io.BytesIO()
    rl.save({"x": rl.arange(1000.0), "n": list(range(100))}, whole)
    packed = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for info in source.infolist():
            out.writestr(info.filename, source.read(info))
    packed.seek(0)
    back = rl.load(packed)
    assert rl.equal(back["x"], rl.arange(1000.0)) and back["n"] == list(range(100))


def test_honest_keys_are_not_refused():
    keys = [2**64 + 1, tuple(range(1000)), *((i, (str(i), i)) for i in range(1000))]
    obj = [{key: i for i, key in enumerate(keys)} for _ in range(20)]
    buffer = io.BytesIO()
    rl.save(obj, buffer)
    buffer.seek(0)
    assert rl.load(buffer) == obj
    shared = io.BytesIO()
    rl.save(set(range(100_000)), shared)
    shared.seek(0)
    assert rl.load(shared) == set(range(100_000))


def test_a_mutated_file_raises_what_is_documented():
    import random

    originals = []
    for options in ({}, {"_use_new_zipfile_serialization": False}):
        buffer = io.BytesIO()
        rl.save({"x": rl.ones(3, 4), "y": [rl.arange(5), (1, "text", b"bytes", 1j)]}, buffer, **options)
        originals.append(buffer.getvalue())
    draws = random.Random(0)
    for turn in range(3000):
        data = bytearray(originals[turn % 2])
        for _ in range(draws.choice([1, 1, 2, 8])):
            at = draws.randrange(min(len(data), 700))
            data[at] = draws.choice([draws.randrange(256), data[at] ^ (1 << draws.randrange(8))])
        try:
            rl.load(io.BytesIO(bytes(data)))
        except DOCUMENTED as error:
            assert not isinstance(error, RecursionError)


def test_bools_are_0_or_1():
    pid = b"(" + text("storage") + name("torch", "BoolStorage") + text("0") + text("cpu") + number(4) + b"tQ"
    one = REBUILD + b"(" + pid + number(0) + number(4) + b"\x85" + number(1) + b"\x85\x89}tR"
    x = rl.load(io.BytesIO(archive_of(wrap(one), **{"data/0": b"\x00\x01\x02\xff"})))
    assert x.tolist() == [False, True, True, True] and x.sum().item() == 3
