"""Saving and loading: what comes back, what is refused, what survives accidents."""

import io
import os
import pickle
import zipfile
from collections import OrderedDict

import pytest
import rushlight as rl
from rushlight import nn, serialization


def round_trip(obj, **options):
    buffer = io.BytesIO()
    rl.save(obj, buffer)
    buffer.seek(0)
    return rl.load(buffer, **options)


def test_values():
    obj = {
        "n": [1, 2.5, "x", None, True, b"bytes", (1, 2), {3}, 1 + 2j],
        "t": rl.arange(6.0).view(2, 3).t(),
        "e": rl.empty(0, 3),
        "s": rl.tensor(3),
        "d": rl.float16,
        "z": rl.ones(2).shape,
        "o": OrderedDict(a=1),
    }
    for back in (round_trip(obj), round_trip(obj, weights_only=False)):
        assert (
            back["n"] == obj["n"] and back["d"] == rl.float16 and back["z"] == (2,) and back["o"] == obj["o"]
        )
        assert rl.equal(back["t"], obj["t"]) and back["t"].stride() == obj["t"].stride()
        assert back["e"].shape == (0, 3) and back["s"].item() == 3


@pytest.mark.parametrize(
    "name",
    "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128".split(),
)
def test_dtypes(name):
    x = rl.tensor([0, 1, 2]).to(getattr(rl, name))
    back = round_trip(x)
    assert back.dtype == x.dtype and rl.equal(back, x)


def test_shared_memory_stays_shared():
    base = rl.arange(10.0)
    back = round_trip({"base": base, "part": base[2:5]})
    back["part"][0] = 99
    assert back["base"][2].item() == 99


def test_parameters_and_modules():
    p = nn.Parameter(rl.ones(2), requires_grad=False)
    back = round_trip([p, rl.ones(1, requires_grad=True)])
    assert isinstance(back[0], nn.Parameter) and not back[0].requires_grad and back[1].requires_grad
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    state = round_trip(net.state_dict())
    assert type(state) is OrderedDict and state._metadata == net.state_dict()._metadata
    whole = round_trip(net, weights_only=False)
    assert repr(whole) == repr(net) and rl.equal(whole[0].weight, net[0].weight)
    with pytest.raises(pickle.UnpicklingError, match="Sequential"):
        round_trip(net)


def test_optimizer_state():
    p = nn.Parameter(rl.ones(2))
    optimizer = rl.optim.Adam([p])
    p.grad = rl.ones(2)
    optimizer.step()
    fresh = rl.optim.Adam([nn.Parameter(rl.ones(2))])
    fresh.load_state_dict(round_trip(optimizer.state_dict()))
    assert fresh.state_dict()["state"][0]["step"].item() == 1


def test_file_is_an_archive_with_the_usual_names(tmp_path):
    path = tmp_path / "x.pt"
    rl.save({"w": rl.ones(3)}, path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert names[0] == "archive/data.pkl" and "archive/data/0" in names and "archive/version" in names
        text = archive.read("archive/data.pkl")
        assert b"torch._utils\n_rebuild_tensor_v2\n" in text and b"torch\nFloatStorage\n" in text
        assert archive.read("archive/data/0") == rl.ones(3).numpy().tobytes()


def test_nothing_is_executed():
    class Evil:
        def __reduce__(self):
            return os.mkdir, ("/nonexistent/evil",)

    with pytest.raises(pickle.UnpicklingError, match="whose module posix is blocked"):
        round_trip({"e": Evil()})


def archive_of(text, storage=b"\0" * 16, method=zipfile.ZIP_STORED, **records):
    buffer = io.BytesIO()
    records = {"data.pkl": text, "data/0": storage, "version": "3\n", **records}
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in records.items():
            if data is not None:
                archive.writestr("archive/" + name, data)
    buffer.seek(0)
    return buffer


@pytest.mark.parametrize(
    "text",
    [
        b"cposix\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"(S'x'\niposix\nsystem\n.",
        b"ctorch\nTensor\n)\x81.",
        b"ccollections\nOrderedDict\n}(S'clear'\nI1\nub.",
        b"ccollections\nOrderedDict\n)R}(S'__class__'\nI1\nub.",
        b"ctorch._utils\n_rebuild_tensor_v2\n)R.",
        b"\x82\x01.",
        b"garbage",
    ],
)
def test_hostile_pickles(text):
    with pytest.raises(pickle.UnpicklingError):
        rl.load(archive_of(text))


def tensor_pickle(count, offset, size, stride):
    numbers = "".join(f"I{n}\n" for n in size), "".join(f"I{n}\n" for n in stride)
    return (
        "ctorch._utils\n_rebuild_tensor_v2\n((S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\n"
        f"I{count}\ntQI{offset}\n({numbers[0]}t({numbers[1]}tI00\nccollections\nOrderedDict\n)RtR."
    ).encode()


def test_tensors_stay_inside_their_storage():
    assert rl.load(archive_of(tensor_pickle(4, 0, (2, 2), (2, 1)))).shape == (2, 2)
    for bad in (
        (4, 0, (2, 3), (3, 1)),
        (4, 2, (3,), (1,)),
        (4, -1, (2,), (1,)),
        (4, 0, (2,), (-1,)),
        (4, 0, (5,), (1, 1)),
        (4, 0, (2**40, 2**40), (1, 1)),
    ):
        with pytest.raises(pickle.UnpicklingError):
            rl.load(archive_of(tensor_pickle(*bad)))
    with pytest.raises(RuntimeError, match="bytes"):
        rl.load(archive_of(tensor_pickle(5, 0, (2,), (1,))))


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


def test_map_location():
    x = {"w": rl.ones(2)}
    places = []
    for where in ("cpu", rl.device("cpu"), {"cpu": "cpu"}, lambda s, p: places.append(p) or s):
        assert rl.equal(round_trip(x, map_location=where)["w"], x["w"])
    assert places == ["cpu"]


class Own:
    def __init__(self):
        self.x = 1


def test_safe_globals():
    with serialization.safe_globals([Own]):
        assert round_trip(Own()).x == 1
    with pytest.raises(pickle.UnpicklingError, match="Own"):
        round_trip(Own())
    with serialization.safe_globals([nn.Linear]):  # which files name as PyTorch does
        assert repr(round_trip(nn.Linear(2, 3))) == repr(nn.Linear(2, 3))
