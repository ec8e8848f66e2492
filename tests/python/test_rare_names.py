"""Names that few programs ask for, and what they do."""

import json

import numpy as np
import pytest
import rushlight as rl
from rushlight import nn
from rushlight.utils.data.datapipes.iter import IterableWrapper


def test_redispatch_skips_one_step_alone():
    asked = []

    class Logged(rl.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args, kwargs=None):
            asked.append(func.__name__)
            return rl.overrides.redispatch_function(func, types, args, kwargs)

    def scaled(a, b):
        if rl.overrides.has_torch_function((a, b)):
            return rl.overrides.handle_torch_function(scaled, (a, b), a, b)
        return a * b + 1

    x = rl.ones(1).as_subclass(Logged)
    assert type(scaled(x, x)) is rl.Tensor and asked == ["scaled", "mul"]

    class Mode(rl.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args, kwargs=None):
            asked.append(func.__name__)
            with self:
                return rl.overrides.redispatch_function(func, types, args, kwargs)

    asked.clear()
    one = rl.ones(1)
    with Mode():
        found = scaled(one, one)
    assert found.tolist() == [2.0]
    assert asked == ["scaled", "mul", "add"]


def test_structseqs_are_taken_apart():
    class Pair(tuple):
        pass

    rl.return_types.pytree_register_structseq(Pair)
    twice = rl.utils._pytree.tree_map(lambda v: v * 2, Pair([1, 2]))
    assert type(twice) is Pair and twice == (2, 4)
    with pytest.raises(ValueError, match="already registered"):
        rl.return_types.pytree_register_structseq(Pair)


def test_containers_and_options():
    with pytest.warns(FutureWarning, match="nn.Container.* is deprecated"):
        made = nn.Container(a=nn.Linear(2, 3))
    assert list(made.state_dict()) == ["a.weight", "a.bias"]
    x, w, y = rl.ones(2, 4), rl.ones(3, 4), rl.tensor([0, 2])
    options = nn.LinearCrossEntropyOptions(chunking_method="aspect_ratio:2", acc_policy="compact")
    loss = nn.functional.linear_cross_entropy
    assert rl.equal(loss(x, w, y, options=options), loss(x, w, y))
    with pytest.raises(TypeError, match="options should be"):
        loss(x, w, y, options=3)
    for wrong in {"chunking_method": "aspect_ratio:0"}, {"batch_chunk_size": 0}, {"acc_policy": "x"}, {"acc_dtype": rl.int64}:
        with pytest.raises(ValueError):
            nn.LinearCrossEntropyOptions(**wrong)


def test_a_region_without_a_compiler_is_refused():
    region = rl.autograd.graph.region_activation_memory_budget
    with pytest.raises(RuntimeError, match=r"only be used inside a torch\.compile region"), region(0.5):
        pass
    with pytest.raises(ValueError, match=r"must be in \[0, 1\], got 2"):
        region(2)
    with pytest.raises(TypeError, match="must be bool, not int"):
        rl.autograd.enforce_grad_layout_policy(1)


def test_an_execution_trace(tmp_path):
    path = tmp_path / "trace.json"
    observer = rl.profiler.ExecutionTraceObserver()
    with pytest.raises(RuntimeError, match="register_callback"):
        observer.start()
    observer.register_callback(str(path)).start()
    assert observer.is_registered and observer.is_running()
    with rl.profiler.record_function("mine"):
        rl.ones(2, 3).sum(0)
    observer.stop()
    rl.ones(1).exp()
    observer.unregister_callback()
    nodes = {each["name"]: each for each in json.loads(path.read_text())["nodes"]}
    assert nodes["aten::sum"]["inputs"]["shapes"][0] == [2, 3] and "aten::exp" not in nodes
    assert nodes["aten::sum"]["ctrl_deps"] == nodes["mine"]["id"]


def test_graphs_of_pipelines():
    graph, settings = rl.utils.data.graph, rl.utils.data.graph_settings
    pipe = IterableWrapper(range(10)).shuffle().sharding_filter().map(lambda v: v * 2)
    steps = settings.get_all_graph_pipes(graph.traverse_dps(pipe))
    names = ["Mapper", "ShardingFilter", "Shuffler", "IterableWrapper"]
    assert [type(step).__name__ for step in steps] == [f"{name}IterDataPipe" for name in names]
    settings.apply_shuffle_settings(pipe, False)
    settings.apply_sharding(pipe, 5, 2)
    assert list(pipe) == [4, 14]
    settings.apply_shuffle_settings(pipe, True)
    first, again = (list(settings.apply_random_seed(pipe, rl.Generator().manual_seed(1))) for _ in range(2))
    assert first == again
    with pytest.raises(RuntimeError, match="Sharding twice"):
        settings.apply_sharding(pipe.sharding_filter(), 2, 0)
    with pytest.warns(UserWarning, match="does not contain a `Shuffler`"):
        assert sorted(settings.apply_shuffle_settings(IterableWrapper(range(3)), True)) == [0, 1, 2]
    with pytest.raises(RuntimeError, match="is found"):
        graph.traverse_dps(3)


def test_native_kernels_of_python_are_none():
    native = rl.backends.python_native
    assert native.all_dsls == native.available_dsls == []
    with native.operations_disabled("mm"):
        assert native.is_operation_disabled("mm")
    assert not native.is_operation_disabled("mm")
    with pytest.raises(ValueError, match="no DSL 'triton'"):
        native.get_dsl_operations("triton")


def test_hashes_are_the_exclusive_or_of_bits():
    rng = np.random.default_rng(0)
    a = rng.standard_normal((3, 4, 5))
    for x, bits in [(a, a.view(np.int64)), (a.astype(np.float32), a.astype(np.float32).astype(np.float64).view(np.int64)), ((a * 9).astype(np.int8), (a * 9).astype(np.int8).astype(np.int64))]:
        t = rl.from_numpy(x)
        for dim, axes in [(None, (0, 1, 2)), (1, (1,)), ((0, -1), (0, 2)), ([], (0, 1, 2))]:
            want = np.bitwise_xor.reduce(bits, axis=axes)
            got = rl.hash_tensor(t, dim) if dim is not None else t.hash_tensor()
            assert got.dtype is rl.uint64 and got.tolist() == want.view(np.uint64).tolist()
            if dim:
                assert rl.hash_tensor(t.mT.contiguous().mT, dim, keepdim=True).shape == np.bitwise_xor.reduce(bits, axis=axes, keepdims=True).shape
    assert rl.hash_tensor(rl.ones(2, 0), 0).shape == (0,) and rl.hash_tensor(rl.ones(()), -1, keepdim=True).item() == 4607182418800017408
    for wrong, error in [
        (lambda: rl.hash_tensor(rl.ones(0)), RuntimeError), (lambda: rl.hash_tensor(rl.ones(2, 0), 1), IndexError), (lambda: rl.ones(2).hash_tensor(mode=1), RuntimeError),
        (lambda: rl.hash_tensor(rl.ones(1, dtype=rl.complex64)), NotImplementedError),
    ]:  # fmt: skip
        with pytest.raises(error):
            wrong()


def test_statistics_of_native_norms_have_no_gradient():
    x = rl.randn(2, 4, 3, requires_grad=True)
    assert [t.requires_grad for t in rl.native_layer_norm(x, [3], None, None, 1e-5)] == [True, False, False]
    assert [t.requires_grad for t in rl.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5)] == [True, False, False]
    for shape in [(0, 2, 3), (2, 4, 0)]:
        out, mean, _ = rl.native_group_norm(rl.zeros(shape), None, None, *shape, 2, 1e-5)
        assert out.shape == shape and mean.shape == (shape[0], 2)


def test_sums_over_one_against_many_keep_the_dtype():
    for dtype in (rl.uint8, rl.int16, rl.int64, rl.float32):
        a, b = rl.ones(1, 2, dtype=dtype), rl.ones(3, 4, dtype=dtype)
        out = rl.tensordot(a, b, dims=([0], [0]))
        assert out.dtype is dtype and out.tolist() == [[3] * 4] * 2


def test_an_outer_product_times_zero_keeps_nan():
    x, u = rl.ones(1, 2), rl.tensor([float("nan")])
    assert rl.addr(x, u, rl.ones(2), beta=0, alpha=0).isnan().all() and rl.addr(x, u, rl.ones(2), alpha=0).isnan().all()
    assert rl.addr(rl.ones(3, 2), rl.ones(3), rl.ones(2), beta=2, alpha=0).tolist() == [[2.0, 2.0]] * 3


def test_reductions_take_up_to_64_axes():
    assert rl.ones([1] * 64).amax(0).ndim == 63
    for f in (rl.amax, rl.amin, rl.sum, rl.all):
        with pytest.raises(RuntimeError, match="only tensors with up to 64 dims are supported"):
            f(rl.ones([1] * 65), 0)
