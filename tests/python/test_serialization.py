"""Saving and loading: what comes back, what is refused, what survives accidents."""

import io
import os
import pickle
import subprocess
import sys
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


def saved(obj, **options):
    buffer = io.BytesIO()
    rl.save(obj, buffer, **options)
    return buffer.getvalue()


def loaded(data, **options):
    return rl.load(io.BytesIO(data), **options)


LEGACY = {"_use_new_zipfile_serialization": False}


@pytest.mark.parametrize("options", [{}, LEGACY], ids=["archive", "legacy"])
def test_both_forms_keep_everything(options):
    base = rl.arange(12.0)
    obj = {
        "base": base,
        "part": base[2:5],
        "turned": base.view(3, 4).t(),
        "empty": rl.empty(0, 3),
        "bool": rl.tensor([True, False]),
        "bytes": b"\0\xff",
        "deep": [(1, {"a": (2, [3, None])})],
        "layout": rl.strided,
        "memory": rl.empty(2, 3, device="meta"),
        "parameter": nn.Parameter(rl.ones(2)),
    }
    for safe in (True, False):
        back = loaded(saved(obj, **options), weights_only=safe)
        assert rl.equal(back["turned"], obj["turned"]) and back["turned"].stride() == (1, 4)
        back["part"][0] = 99
        assert back["base"][2].item() == 99 and back["turned"][2, 0].item() == 99
        assert back["empty"].shape == (0, 3) and back["bool"].tolist() == [True, False]
        assert back["bytes"] == obj["bytes"] and back["deep"] == obj["deep"] and back["layout"] is rl.strided
        assert back["memory"].device.type == "meta" and back["memory"].shape == (2, 3)
        assert isinstance(back["parameter"], nn.Parameter)


@pytest.mark.parametrize(
    "name", [n for n in "uint16 uint32 uint64 float8_e4m3fn quint8".split() if not hasattr(rl, n)]
)
def test_dtypes_that_the_engine_lacks_are_named(name):
    text = f"ctorch\n{name}\n."
    kind = f"ctorch\n{name.replace('quint8', 'QUInt8')}Storage\n."
    for body in [text] + [kind] * (name == "quint8"):
        for safe in (True, False):
            with pytest.raises(pickle.UnpicklingError, match=f"does not have: the dtype torch.{name}"):
                rl.load(archive_of(body), weights_only=safe)


def test_map_location_in_every_spelling():
    data = saved({"w": rl.ones(2)})
    for where in ("meta", rl.device("meta"), b"meta", {"cpu": "meta"}, lambda s, place: s._to("meta")):
        back = loaded(data, map_location=where)["w"]
        assert back.device.type == "meta" and back.shape == (2,)
    for where in (
        "cpu",
        rl.device("cpu"),
        {"cuda:0": "cpu"},
        {},
        lambda s, place: None,
        lambda s, place: s.cpu(),
    ):
        assert loaded(data, map_location=where)["w"].tolist() == [1, 1]
    for there in ("meta", {"cpu": "meta"}):
        assert loaded(saved(rl.ones(2), **LEGACY), map_location=there).device.type == "meta"


def test_storages_are_saved_as_what_they_are():
    x = rl.arange(4.0)
    whole = loaded(saved([x.storage(), x[1:]]))
    assert (
        type(whole[0]).__name__ == "TypedStorage" and whole[0].tolist() == [0, 1, 2, 3] and len(whole[0]) == 4
    )
    whole[0][1] = 9
    assert whole[1][0].item() == 9
    bytes_of = loaded(saved(x.untyped_storage()))
    assert bytes_of.nbytes() == 16 and bytes_of.dtype == rl.uint8
    assert isinstance(whole[0], rl.FloatStorage) and not isinstance(whole[0], rl.HalfStorage)
    assert rl.IntStorage([1, 2]).tolist() == [1, 2] and rl.IntStorage(3).dtype == rl.int32
    assert x.storage_type() is rl.FloatStorage
    assert isinstance(x.untyped_storage(), rl.UntypedStorage) and rl.is_storage(x.storage())
    again = pickle.loads(pickle.dumps(x.storage()))
    assert again.tolist() == [0, 1, 2, 3] and again.dtype == rl.float32


def test_attributes_of_tensors_are_saved():
    x, p = rl.ones(2), nn.Parameter(rl.ones(1))
    x.note, p.note = "hello", [1, 2]
    for options in ({}, LEGACY):
        for safe in (True, False):
            back = loaded(saved([x, p], **options), weights_only=safe)
            assert back[0].note == "hello" and back[1].note == [1, 2] and isinstance(back[1], nn.Parameter)
    back = pickle.loads(pickle.dumps([x, p]))
    assert back[0].note == "hello" and back[1].note == [1, 2]
    buffer = nn.Buffer(rl.ones(2), persistent=False)
    assert isinstance(loaded(saved(buffer)), nn.Buffer)


class Marked(rl.Tensor):
    pass


def test_subclasses_of_tensors():
    x = rl.Tensor._make_subclass(Marked, rl.ones(2))
    x.note = 1
    with pytest.raises(pickle.UnpicklingError, match="Marked"):
        loaded(saved(x))
    with serialization.safe_globals([Marked]):
        back = loaded(saved(x))
    assert type(back) is Marked and back.note == 1 and rl.equal(back.as_subclass(rl.Tensor), rl.ones(2))
    assert type(back.as_subclass(rl.Tensor)) is rl.Tensor
    assert type(rl.ones(2).as_subclass(Marked) * 2) is Marked


def test_pickling_of_what_is_no_leaf():
    y = rl.ones(2, requires_grad=True) * 2
    back = pickle.loads(pickle.dumps(y))
    assert back.tolist() == [2, 2] and back.requires_grad and back.is_leaf
    assert not pickle.loads(pickle.dumps(y.data)).requires_grad
    memory = pickle.loads(pickle.dumps(rl.empty(2, 3, device="meta")))
    assert memory.is_meta and memory.shape == (2, 3)


def test_generators():
    g = rl.Generator().manual_seed(3)
    rl.rand(5, generator=g)
    others = [pickle.loads(pickle.dumps(g)), loaded(saved(g), weights_only=False)]
    expected = rl.rand(4, generator=g)
    for other in others:
        assert other.initial_seed() == 3 and rl.equal(rl.rand(4, generator=other), expected)


def test_named_results():
    result = rl.max(rl.tensor([1.0, 3.0]), 0)
    back = loaded(saved(result), weights_only=False)
    assert type(back) is type(result) is rl.return_types.max and back.indices.item() == 1
    assert b"ctorch.return_types\nmax\n" in zipfile.ZipFile(io.BytesIO(saved(result))).read(
        "archive/data.pkl"
    )
    assert (
        rl.return_types.linalg_svd._fields == ("U", "S", "Vh") and len(rl.return_types.all_return_types) > 30
    )


def test_functions_are_named_as_in_pytorch():
    text = zipfile.ZipFile(io.BytesIO(saved(nn.functional.relu))).read("archive/data.pkl")
    assert b"ctorch.nn.functional\nrelu\n" in text
    assert loaded(saved(nn.functional.relu), weights_only=False) is nn.functional.relu


def test_modules_within_one_another():
    net = nn.ReLU()
    for _ in range(400):
        net = nn.Sequential(net)
    assert repr(net).count("Sequential") == 400
    own = nn.Sequential()
    own._modules["me"] = own
    with pytest.raises(RecursionError):
        repr(own)


def test_parameter_dict_get():
    held = nn.ParameterDict({"a": rl.ones(1)})
    assert held.get("a") is held["a"] and held.get("b") is None and held.get("b", 4) == 4


def test_both_picklers_write_the_same():
    """CPython's pickler writes what the one in Python does, which alone can name classes of this package."""
    from rushlight.serialization import _pickler

    x = rl.arange(6.0).reshape(2, 3)
    optimizer = rl.optim.Adam(nn.Linear(2, 2).parameters())
    for value in (
        [x, x.t(), x[:0], x.to(rl.bfloat16), x.to(rl.uint16), nn.Parameter(x), nn.Buffer(x), x.max(0)],
        {"size": x.shape, "device": x.device, "layout": x.layout, "storage": x.storage(), "text": b"\xff"},
        nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).state_dict(),
        optimizer.state_dict(),
        rl.empty(2, device="meta"),
    ):
        written = []
        for kind in (_pickler._Quick, _pickler._Named):
            out = io.BytesIO()
            pickler = kind(out, 2)
            pickler.refer_to(False)
            try:
                pickler.dump(value)
            except _pickler._Unnameable:
                written.append(None)
            else:
                written.append(out.getvalue())
        assert written[1] and written[0] in (None, written[1])
        assert b"rushlight" not in written[1]
    assert written[0] is None  # the last one names a dtype


def test_the_table_of_names_changes_no_other_pickle():
    for value in (rl.ones(2), rl.Size([2]), rl.float32, rl.device("cpu"), nn.Linear(1, 1)):
        rl.save(value, io.BytesIO())
        assert b"ctorch" not in pickle.dumps(value, 2)


def test_classes_of_named_results_in_plain_pickles():
    result = rl.rand(3, 3).max(0)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(type(result), protocol)) is type(result)
        back = pickle.loads(pickle.dumps(result, protocol))
        assert type(back) is type(result) and back.values.equal(result.values)
    assert loaded(saved(type(result)), weights_only=False)((1, 2)) == (1, 2)
    assert b"ctorch.return_types\nmax\n" in zipfile.ZipFile(io.BytesIO(saved(type(result)))).read("archive/data.pkl")


def test_files_are_the_same_where_the_package_is_called_torch():
    code = (
        "import io, sys, torch\n"
        "out = io.BytesIO(); torch.save([torch.ones(2), torch.nn.Parameter(torch.ones(1)), torch.Size([1])], out)\n"
        "sys.stdout.buffer.write(out.getvalue())"
    )
    done = subprocess.run([sys.executable, "-m", "rushlight.torch", "-c", code], capture_output=True, check=True)
    assert done.stdout == saved([rl.ones(2), nn.Parameter(rl.ones(1)), rl.Size([1])])
