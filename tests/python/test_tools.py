"""Tools that programs import beside tensors: what is honest without a compiler or GPU, and what really measures."""

from __future__ import annotations

import copy
import http.server
import importlib
import io
import json
import os
import pickle
import threading
import warnings

import pytest
import rushlight as rl
from rushlight import nn


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.GELU())

    def forward(self, x):
        return self.inner(x)


class Foreign(Own):
    """One that no test saves by `jit.save`."""


# ------------------------------------------------------------------ compile
def test_compiling_a_function_gives_the_function():
    net = nn.Linear(1, 1)
    assert rl.compile(len, mode="reduce-overhead", fullgraph=True) is len
    assert rl.compile(options={"a": 1})(len) is len and rl.compiler.compile is rl.compile
    assert rl.compiler.disable(net) is net and rl.compiler.disable(reason="x")(net) is net
    assert net.compile() is None and list(net.state_dict()) == ["weight", "bias"]
    assert not rl.compiler.is_compiling()
    with pytest.raises(RuntimeError, match="Either mode or options"):
        rl.compile(net, mode="default", options={})
    with pytest.raises(AssertionError, match="A callable function is expected, but <class 'int'> is provided"):
        rl.compile(3)
    with pytest.raises(RuntimeError, match="stance"):
        rl.compiler.set_stance("sometimes")


def test_a_compiled_module_stands_for_the_module():
    net = Own()
    made = rl.compile(net, mode="max-autotune")
    assert isinstance(made, rl._dynamo.OptimizedModule) and isinstance(made, nn.Module) and not isinstance(made, Own)
    assert rl._dynamo.eval_frame.OptimizedModule is rl._dynamo.OptimizedModule
    assert isinstance(rl._dynamo.optimize("inductor")(net), rl._dynamo.OptimizedModule)
    assert rl.compile(made) is made and made._orig_mod is net and rl.compile(net, disable=True) is net
    assert list(made.state_dict()) == [f"_orig_mod.{name}" for name in net.state_dict()]
    assert repr(made).startswith("OptimizedModule(\n  (_orig_mod): Own(\n")
    x = rl.randn(4, 2)
    assert rl.equal(made.eval()(x), net(x)) and not net.training and made.train().training and net.training
    made.extra = 3
    assert net.extra == 3 and made.inner is net.inner and "extra" not in vars(made)
    del made.extra
    assert not hasattr(net, "extra") and "inner" in dir(made)
    called = []
    net.register_forward_hook(lambda module, args, out: called.append("inner"))
    made.register_forward_hook(lambda module, args, out: called.append("outer"))
    made(x)
    assert called == ["inner", "outer"]
    assert made.load_state_dict(made.state_dict()).missing_keys == []
    with pytest.raises(RuntimeError, match="loading state_dict for OptimizedModule"):
        made.load_state_dict(net.state_dict())
    copied = copy.deepcopy(made)
    assert type(copied) is type(made) and copied.inner[0].weight is not net.inner[0].weight
    assert len(rl.compile(nn.Sequential(nn.ReLU(), nn.ReLU()))) == 2
    with pytest.raises(TypeError, match=r"Own does not support len\(\)"):
        len(made)
    with pytest.raises(AttributeError, match="'Own' object has no attribute 'absent'"):
        _ = made.absent


def test_a_script_of_the_programs_own_class_is_read_by_the_process_that_wrote_it():
    file = io.BytesIO()
    net = rl.jit.script(Own())
    rl.jit.save(net, file)
    file.seek(0)
    again = rl.jit.load(file)
    assert isinstance(again, Own) and rl.equal(again.inner[0].weight, net.inner[0].weight)


def test_settings_are_kept_and_given_back():
    config = rl._dynamo.config
    with config.patch(cache_size_limit=3, suppress_errors=True):
        assert (config.cache_size_limit, config.suppress_errors) == (3, True)
    assert (config.cache_size_limit, config.suppress_errors) == (8, False)
    rl._inductor.config.triton.cudagraphs = True
    with rl._inductor.config.patch({"triton.cudagraphs": False}):
        assert rl._inductor.config.triton.cudagraphs is False
    assert rl._inductor.config.triton.cudagraphs is True
    with rl.backends.cudnn.flags(benchmark=True):
        assert rl.backends.cudnn.benchmark
    assert not rl.backends.cudnn.benchmark
    with pytest.raises(TypeError, match="unexpected keyword"), rl.backends.cudnn.flags(bench=True):
        pass
    rl.set_float32_matmul_precision("high")
    assert rl.backends.cuda.matmul.allow_tf32 and rl.get_float32_matmul_precision() == "high"
    rl.backends.cuda.matmul.allow_tf32 = False
    assert rl.get_float32_matmul_precision() == "highest"
    with pytest.warns(UserWarning, match="the currentsetFloat32MatmulPrecision call has no effect"):
        rl.set_float32_matmul_precision("low")
    rl.set_deterministic_debug_mode("warn")
    assert rl.is_deterministic_algorithms_warn_only_enabled() and rl.get_deterministic_debug_mode() == 1
    rl.set_deterministic_debug_mode(0)
    assert not rl.are_deterministic_algorithms_enabled()


# ------------------------------------------------------------------ jit
@pytest.fixture
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_scripted_modules_are_the_same_object(quiet):
    net = Own().eval()
    assert rl.jit.script(net) is net and isinstance(net, rl.jit.ScriptModule) and isinstance(net, Own)
    assert rl.jit.trace(net, rl.ones(1, 2)) is net and net.original_name == "Own"
    assert list(net.state_dict()) == list(Own().state_dict())
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert type(other) is type(net) and rl.equal(other.inner[0].weight, net.inner[0].weight)
        assert other.inner[0].weight is not net.inner[0].weight
    assert rl.jit.script(len) is len and rl.jit.ignore(len) is len and rl.jit.ignore(drop=True)(len) is len
    assert rl.jit.freeze(net) is net
    with pytest.raises(RuntimeError, match="eval mode"):
        rl.jit.freeze(net.train())


def test_saved_modules_come_back_and_run_no_code(quiet, tmp_path):
    net = nn.Sequential(
        nn.Linear(2, 3), nn.LSTM(3, 2), nn.MultiheadAttention(2, 1), nn.TransformerEncoderLayer(2, 1)
    )
    path = tmp_path / "net.pt"
    rl.jit.script(net).save(path, {"note": "text"})
    extra = {"note": ""}
    back = rl.jit.load(path, _extra_files=extra)
    assert extra == {"note": b"text"} and isinstance(back, rl.jit.ScriptModule)
    for (name, a), (other, b) in zip(net.state_dict().items(), back.state_dict().items(), strict=True):
        assert name == other and rl.equal(a, b)
    file = io.BytesIO()
    rl.save({"rushlight.jit.module": Foreign(), "rushlight.jit.extra_files": {}}, file)
    with pytest.raises(pickle.UnpicklingError, match="Foreign"):
        file.seek(0)
        rl.jit.load(file)
    with rl.serialization.safe_globals([Foreign]):
        file.seek(0)
        assert rl.jit.load(file).eval()(rl.ones(1, 2)).shape == (1, 3)

    class Evil:
        def __reduce__(self):
            return os.system, ("echo bad",)

    file = io.BytesIO()
    rl.save({"rushlight.jit.module": Evil(), "rushlight.jit.extra_files": {}}, file)
    with pytest.raises(pickle.UnpicklingError, match="system"):
        file.seek(0)
        rl.jit.load(file)
    file = io.BytesIO()
    rl.save({"a": 1}, file)
    with pytest.raises(RuntimeError, match=r"not written by jit\.save"):
        file.seek(0)
        rl.jit.load(file)


def test_futures_hand_on_values_and_errors():
    assert rl.jit.wait(rl.jit.fork(lambda x: x + 1, 2)) == 3
    with pytest.raises(ZeroDivisionError):
        rl.jit.fork(lambda: 1 / 0).wait()
    later = rl.futures.Future()
    following = later.then(lambda done: done.value() * 2)
    threading.Timer(0.01, later.set_result, (4,)).start()
    assert rl.futures.collect_all([later, following]).wait() == [later, following] and following.wait() == 8
    with pytest.raises(RuntimeError, match="once"):
        later.set_result(5)


# ------------------------------------------------------------------ devices (the GPU's own are in test_cuda_*.py)
@pytest.mark.parametrize("name", ["xpu", "mtia"])
def test_a_device_that_is_not_there_says_so(name):
    module = importlib.import_module(f"rushlight.{name}")
    assert not module.is_available() and module.device_count() == 0
    with pytest.raises(RuntimeError, match=rf"no {name.upper()} device: .*'cuda'"):
        module.synchronize()


# ------------------------------------------------------------------ library, ops, overrides
def test_an_operation_of_ones_own():
    @rl.library.custom_op("test_tools::scaled_sum", mutates_args=())
    def scaled_sum(x: rl.Tensor, y: rl.Tensor, scale: float = 2.0) -> rl.Tensor:
        return (x + y) * scale

    @scaled_sum.register_fake
    def _(x, y, scale=2.0):
        return rl.empty_like(x)

    def keep(ctx, inputs, output):
        ctx.scale = inputs[2]

    rl.library.register_autograd(
        "test_tools::scaled_sum", lambda ctx, g: (g * ctx.scale, g * ctx.scale, None), setup_context=keep
    )
    x = rl.ones(2, dtype=rl.float64, requires_grad=True)
    op = rl.ops.test_tools.scaled_sum
    assert op.default(x, x).tolist() == [4.0, 4.0] and op(x, y=x, scale=3.0).tolist() == [6.0, 6.0]
    assert rl.autograd.gradcheck(lambda a: op(a, a * 2, 5.0), (x,))
    assert scaled_sum(rl.empty(3, device="meta"), rl.empty(3, device="meta")).shape == (3,)
    assert rl.library.opcheck(scaled_sum, (x, x))["test_schema"] == "SUCCESS"
    schema = rl.library.infer_schema(scaled_sum._init_fn, mutates_args=())
    assert schema == "(Tensor x, Tensor y, float scale=2.0) -> Tensor"
    with pytest.raises(ValueError, match="namespace::name"):
        rl.library.custom_op("nothing", mutates_args=())
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        rl.ops.test_tools.absent  # noqa: B018


def test_a_library_declared_in_parts():
    library = rl.library.Library("test_tools_parts", "DEF")
    library.define("double(Tensor x) -> Tensor")
    with pytest.raises(NotImplementedError, match="no kernel"):
        rl.ops.test_tools_parts.double(rl.ones(1))
    library.impl("double", lambda x: x * 2, "CPU")
    assert rl.ops.test_tools_parts.double(rl.ones(1)).item() == 2.0
    with pytest.raises(NotImplementedError, match="cannot be replaced"):
        rl.library.Library("aten", "IMPL")
    assert rl.ops.aten.add.Tensor(rl.ones(1), rl.ones(1)).item() == 2.0
    assert str(rl.ops.aten.mm.default) == "aten.mm.default"


def test_functions_ask_the_classes_of_their_arguments():
    class Base:
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return cls.__name__, func.__name__, len(types)

    class Derived(Base):
        pass

    class Silent:
        @classmethod
        def __torch_function__(cls, *args):
            return NotImplemented

    @rl.overrides.wrap_torch_function(lambda a, b: (a, b))
    def join(a, b):
        return "plain"

    assert join(1, rl.ones(1)) == "plain"
    assert join(Base(), Derived()) == ("Derived", "join", 2)
    with pytest.raises(TypeError, match=r"no implementation found for .*join. on types"):
        join(Silent(), 1)
    assert rl.overrides.resolve_name(nn.functional.relu) == "torch.nn.functional.relu"
    assert rl.overrides.is_tensor_method_or_property(rl.Tensor.add)
    with pytest.raises(NotImplementedError), rl.overrides.TorchFunctionMode():
        rl.ones(1)


# ------------------------------------------------------------------ measuring
def test_a_profile_sees_what_is_called(tmp_path):
    net = nn.Sequential(nn.Linear(8, 4), nn.ReLU())
    descriptors, functions = dict(vars(rl.Tensor)), dict(vars(rl._C))
    with rl.profiler.profile(
        record_shapes=True, profile_memory=True, with_flops=True, with_stack=True
    ) as found:
        for _ in range(3):
            with rl.profiler.record_function("part"):
                loss = (net(rl.ones(2, 8)) * 2 + 1).sum()
            loss.backward()
    assert dict(vars(rl.Tensor)) == descriptors and dict(vars(rl._C)) == functions  # nothing stays behind
    rows = {row.key: row for row in found.key_averages()}
    assert {
        "part",
        "aten::ones",
        "aten::linear",
        "aten::relu",
        "aten::mul",
        "aten::add",
        "aten::sum",
        "aten::backward",
    } <= set(rows)
    assert rows["aten::linear"].count == 3 and rows["aten::linear"].flops == 3 * 2 * 2 * 8 * 4
    assert rows["aten::linear"].cpu_memory_usage == 3 * 2 * 4 * 4
    assert rows["part"].cpu_time_total >= rows["aten::linear"].cpu_time_total
    assert rows["part"].self_cpu_time_total < rows["part"].cpu_time_total
    first = next(event for event in found.events() if event.name == "aten::linear")
    assert first.input_shapes == [[2, 8], [4, 8], [4]] and first.cpu_parent.name == "part"
    assert any("test_tools.py" in line for line in first.stack)
    table = found.key_averages(group_by_input_shape=True).table(sort_by="count", row_limit=2)
    assert "Self CPU time total" in table and "# of Calls" in table and len(table.splitlines()) == 7
    with pytest.raises(AttributeError, match="sort_by"):
        found.key_averages().table(sort_by="nonsense")
    found.export_chrome_trace(str(tmp_path / "trace.json"))
    trace = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert sum(event["name"] == "aten::linear" for event in trace) == 3
    found.export_stacks(str(tmp_path / "stacks.txt"))
    assert "test_tools.py" in (tmp_path / "stacks.txt").read_text()


def test_a_profile_by_steps():
    lengths = []
    plan = rl.profiler.schedule(wait=1, warmup=1, active=2, repeat=2, skip_first=1)
    assert [plan(step).name for step in range(6)] == [
        "NONE",
        "NONE",
        "WARMUP",
        "RECORD",
        "RECORD_AND_SAVE",
        "NONE",
    ]
    with rl.profiler.profile(
        schedule=plan, on_trace_ready=lambda p: lengths.append(len(p.events()))
    ) as found:
        for _ in range(12):
            rl.ones(2)
            found.step()
    assert lengths == [4, 4]  # two steps, an operation in each
    with rl.profiler.profile(), pytest.raises(RuntimeError, match="already enabled"):
        rl.profiler.profile().start()
    with pytest.raises(ZeroDivisionError), rl.profiler.profile():
        1 / 0  # noqa: B018
    with rl.autograd.profiler.profile() as found:
        rl.ones(2)
    assert found.key_averages()[0].key == "aten::ones"


def test_operations_are_counted_once():
    net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Flatten(), nn.Linear(4 * 25, 10))
    with rl.utils.flop_counter.FlopCounterMode(display=False) as counter:
        net(rl.ones(2, 3, 5, 5))
        rl.ones(2, 3) @ rl.ones(3, 4)
    counts = counter.get_flop_counts()
    assert counts["Global"] == {
        "conv2d": 2 * 2 * 4 * 25 * 27,
        "linear": 2 * 2 * 100 * 10,
        "matmul": 2 * 2 * 3 * 4,
    }
    assert counts["Sequential.Linear"] == {"linear": 4000} and "Sequential.Conv2d" in counter.get_table()
    assert counter.get_total_flops() == sum(counts["Global"].values())


def test_statements_are_timed():
    threads = rl.get_num_threads()
    timer = rl.utils.benchmark.Timer(
        "x @ x", globals={"x": rl.ones(8, 8)}, label="product", description="now"
    )
    fast, slow = timer.timeit(50), rl.utils.benchmark.Timer("import time; time.sleep(0.001)").timeit(3)
    assert fast.median < slow.median and slow.median > 0.001 and fast.number_per_run == 50
    assert rl.get_num_threads() == threads
    found = timer.blocked_autorange(min_run_time=0.01)
    assert sum(found.raw_times) >= 0.01 and "Median" in repr(found)
    assert "[product]" in str(rl.utils.benchmark.Compare([fast, found]))


def test_a_summary_runs_once_and_leaves_no_trace():
    net = Own()
    state = rl.get_rng_state()
    statistics = net.inner[1].running_mean.clone()
    found = rl.summary(net, (4, 2))
    assert [row[2] for row in found.rows] == ["Own", "Sequential", "Linear", "BatchNorm1d", "GELU"]
    assert [row[3] and tuple(row[3]) for row in found.rows] == [(4, 3)] * 5
    assert found.total_params == 9 + 6 == sum(row[4] for row in found.rows)
    assert (
        net.training
        and rl.equal(net.inner[1].running_mean, statistics)
        and rl.equal(rl.get_rng_state(), state)
    )
    assert not net.inner[0]._forward_hooks


# ------------------------------------------------------------------ files from elsewhere
class Server(http.server.BaseHTTPRequestHandler):
    """Gives out one file; half of it at first."""

    data = bytes(range(256)) * 40
    cut = False
    ranges: list = []

    def do_GET(self):
        asked = self.headers.get("Range")
        Server.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        body = self.data[start:]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if Server.cut else body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Server.cut, Server.ranges = False, []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}/weights-"
        made.shutdown()


def test_downloads_are_whole_or_not_there(server, tmp_path, capsys):
    import hashlib

    target = tmp_path / "file.bin"
    Server.cut = True
    with pytest.raises(Exception, match=r"ended after|IncompleteRead"):
        rl.hub.download_url_to_file(server, str(target))
    assert not target.exists()
    Server.cut = False
    digest = hashlib.sha256(Server.data).hexdigest()
    rl.hub.download_url_to_file(server, str(target), hash_prefix=digest[:8])
    assert target.read_bytes() == Server.data and Server.ranges[-1].startswith(
        "bytes="
    )  # it went on where it ended
    with pytest.raises(RuntimeError, match="invalid hash value"):
        rl.hub.download_url_to_file(server, str(tmp_path / "other.bin"), hash_prefix="00000000")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file.bin"]
    assert capsys.readouterr().err == ""  # no bar where there is no terminal


def test_checkpoints_are_downloaded_once(server, tmp_path, monkeypatch):
    file = io.BytesIO()
    rl.save({"w": rl.ones(2)}, file)
    monkeypatch.setattr(Server, "data", file.getvalue())
    for _ in range(2):
        found = rl.hub.load_state_dict_from_url(server + "x.pt", model_dir=str(tmp_path), progress=False)
        assert found["w"].tolist() == [1.0, 1.0]
    assert len(Server.ranges) == 1


def test_models_of_a_folder(tmp_path):
    (tmp_path / "hubconf.py").write_text(
        "dependencies = ['json']\ndef small(n=1):\n    'A small one.'\n    return n + 1\n"
    )
    folder = str(tmp_path)
    assert rl.hub.list(folder) == ["small"] and rl.hub.help(folder, "small") == "A small one."
    assert rl.hub.load(folder, "small", 3, source="local") == 4
    with pytest.raises(RuntimeError, match="Cannot find callable large"):
        rl.hub.load(folder, "large", source="local")


# ------------------------------------------------------------------ curves
def test_curves_need_the_extra_and_are_read_back(tmp_path):
    try:
        from rushlight.utils.tensorboard import SummaryWriter
    except ImportError as error:
        assert "rushlight[tensorboard]" in str(error)
        return
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(3):
            writer.add_scalar("loss", rl.tensor(1.0 / (step + 1)), step)
        writer.add_histogram("weights", rl.arange(100.0), 0)
        writer.add_image("image", rl.rand(3, 4, 5), 0)
        writer.add_hparams({"lr": 0.1, "name": "sgd"}, {"best": 0.5})
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0})
    found.Reload()
    assert [(e.step, round(e.value, 4)) for e in found.Scalars("loss")] == [(0, 1.0), (1, 0.5), (2, 0.3333)]
    kept = found.Histograms("weights")[0].histogram_value
    assert kept.num == 100 == sum(kept.bucket) and kept.max == 99.0
    assert (found.Images("image")[0].height, found.Images("image")[0].width) == (4, 5)
    with pytest.raises(ValueError, match="no element"):
        SummaryWriter(str(tmp_path)).add_histogram("none", rl.empty(0))


def test_a_picture_of_losses(tmp_path):
    pytest.importorskip("matplotlib")
    ax = rl.plot_losses({"train": [3.0, 1.0, 2.0], "valid": [2.0, 1.0]}, tmp_path / "losses.png", smooth=0.5, log=True)
    assert (tmp_path / "losses.png").read_bytes()[:4] == b"\x89PNG"
    averages = ax.lines[0].get_ydata()
    assert averages[0] == 3.0 and abs(averages[1] - (0.5 * 1.5 + 0.5) / 0.75) < 1e-12
    assert list(ax.lines[1].get_ydata()) == [3.0, 1.0, 2.0] and ax.get_yscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["train", "valid"]
    assert rl.plot_losses(rl.tensor([1.0, 2.0]), ax=ax, smooth=0) is ax
    for bad in ({"losses": []}, {"losses": [1.0], "smooth": 1.0}):
        with pytest.raises(ValueError):
            rl.plot_losses(**bad)


def test_lists_of_tensors_as_one_vector():
    parts = [rl.ones(2, 2), rl.zeros(3), rl.tensor(5.0)]
    flat = rl._utils._flatten_dense_tensors(parts)
    assert flat.tolist() == [1, 1, 1, 1, 0, 0, 0, 5]
    again = rl._utils._unflatten_dense_tensors(flat, parts)
    assert all(rl.equal(a, b) for a, b in zip(again, parts, strict=True))
    again[0].zero_()
    assert flat[:4].sum() == 0  # they share memory
    assert rl._utils._element_size(rl.bfloat16) == 2 and rl._utils._get_device_module("cpu") is rl.cpu
    with pytest.raises(ValueError, match="Expected a non cpu device"):
        rl._utils._get_device_index("cpu")
    with pytest.raises(ValueError, match="specified index"):
        rl._utils._get_device_index(rl.device("cuda"))
    with pytest.raises(AttributeError, match="_nonsense"):
        _ = rl._utils._nonsense
