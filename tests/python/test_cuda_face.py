"""``rushlight.cuda`` and what hangs on it as programs see them, over a stand-in for the backend."""

import threading

import pytest
import rushlight as rl
from rushlight import _C, nn

cuda = rl.cuda
no_gpu = pytest.mark.skipif(cuda.is_available(), reason="there is a GPU")


# ------------------------------------------------------------------ which device
def test_an_index_is_what_pytorch_makes_of_it(backend):
    index = cuda._utils._get_device_index
    assert [index(1), index("cuda:1"), index(rl.device("cuda:1")), index(-1)] == [1, 1, 1, -1]
    assert (
        index(None, optional=True) == index("cuda", optional=True) == 0 and index("cpu", allow_cpu=True) == -1
    )
    for bad, words in (("cpu", "Expected a cuda device, but got: cpu"), ("meta", "Expected a cuda device"),
                       (None, "a specified index or an integer, but got:None"), ("cuda", "integer, but got:cuda"), (2.5, "but got:2.5"), (True, "but got:True")):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            index(bad)


def test_the_device_in_use_is_each_threads(backend):
    assert cuda.is_available() and cuda.device_count() == 2 and cuda.current_device() == 0
    cuda.set_device(1)
    assert cuda.current_device() == rl.accelerator.current_device_index() == 1 and backend.asked[-1] == (
        "current",
        1,
    )
    seen = []
    thread = threading.Thread(target=lambda: seen.append(cuda.current_device()))
    thread.start(), thread.join()
    assert seen == [0]
    with cuda.device("cuda:0"):
        assert cuda.current_device() == 0
        with rl.accelerator.device_index(1), rl.accelerator.device_index(None):
            assert cuda.current_device() == 1
        assert cuda.current_device() == 0
    assert cuda.current_device() == 1
    with pytest.raises(ZeroDivisionError), cuda.device(0):
        1 / 0  # noqa: B018
    assert cuda.current_device() == 1
    for call in (
        lambda: cuda.set_device(2),
        lambda: cuda.device(2).__enter__(),
        lambda: cuda.get_device_name(5),
        lambda: cuda.synchronize(7),
    ):
        with pytest.raises(rl.AcceleratorError, match="invalid device ordinal"):
            call()
    with pytest.raises(ValueError, match="Expected a cuda device"):
        cuda.set_device("cpu")
    assert cuda.current_device() == 1


def test_what_a_device_is(backend):
    told = cuda.get_device_properties(1)
    assert told.name == cuda.get_device_name("cuda:1") == "Card 1" and told.total_memory == 8 << 30
    assert (
        told.warp_size == 32 and told.max_threads_per_block == 1024 and told.shared_memory_per_block == 49152
    )
    assert (
        told.multi_processor_count == 0
        and told.is_integrated == 0
        and told.vendor == 0x10DE
        and told.backend == "Vulkan"
    )
    assert told.uuid == cuda.get_device_properties(1).uuid != cuda.get_device_properties(0).uuid
    assert repr(told).startswith(
        "_CudaDeviceProperties(name='Card 1', major=8, minor=0, total_memory=8192MB, multi_processor_count=0, uuid="
    )
    capability = cuda.get_device_capability()
    # both halves are there, eight-bit floats are not
    assert capability >= (7, 0) and capability >= (8, 0) and not capability >= (8, 9)
    assert cuda.is_bf16_supported() and not cuda.is_bf16_supported(including_emulation=False)
    assert not cuda.can_device_access_peer(0, 1)
    with pytest.raises(AssertionError, match="Invalid peer device id"):
        cuda.can_device_access_peer(0, 2)
    can = rl.accelerator.get_device_capability()["supported_dtypes"]
    assert {rl.float32, rl.bfloat16, rl.int64} < can and rl.float64 not in can


@pytest.mark.parametrize(
    "name", ["utilization", "memory_usage", "temperature", "power_draw", "clock_rate", "device_memory_used"]
)
def test_what_only_the_makers_library_tells(name, backend):
    with pytest.raises(ModuleNotFoundError, match="nvidia-ml-py does not seem to be installed"):
        getattr(cuda, name)()


def test_what_is_cudas_own_says_so(backend):
    for call in (cuda.cudart, cuda.current_blas_handle, cuda.current_solver_handle, cuda.GreenContext.create):
        with pytest.raises(RuntimeError, match="through Vulkan, Metal or DirectX 12"):
            call()
    cuda.check_error(0)
    with pytest.raises(cuda.CudaError, match="CUDA error 2"):
        cuda.check_error(2)
    with pytest.warns(UserWarning, match="not reported"):
        cuda.set_sync_debug_mode("warn")
    assert cuda.get_sync_debug_mode() == 1
    cuda.set_sync_debug_mode(0)
    with pytest.raises(RuntimeError, match="debug_mode"):
        cuda.set_sync_debug_mode("loud")


def test_the_clock_of_the_benchmarks_waits_for_the_device(backend):
    rl.utils.benchmark.timer()
    assert backend.asked == [("synchronize", 0)]
    backend.held["allocations"] = 0
    rl.utils.benchmark.timer()
    assert backend.asked == [("synchronize", 0)]


@no_gpu
def test_types_of_a_gpu_by_name_need_one():
    for call in (
        lambda: rl.ones(1).type("torch.cuda.FloatTensor"),
        lambda: rl.set_default_tensor_type(cuda.FloatTensor),
    ):
        with pytest.raises(RuntimeError, match="no GPU device"):
            call()
    with pytest.raises(ValueError, match=r"invalid type: 'torch\.cuda\.Nonsense'"):
        rl.ones(1).type("torch.cuda.Nonsense")
    with pytest.raises(AttributeError, match=r"non-CUDA tensor type: torch\.FloatTensor If CUDA data"):
        rl.ones(1).__cuda_array_interface__  # noqa: B018


# ------------------------------------------------------------------ queues and events
def test_streams_are_names_for_the_one_queue(backend):
    first, other = cuda.current_stream(), cuda.Stream(priority=-1)
    assert first == cuda.default_stream() and first != other and hash(first) != hash(other)
    assert repr(first) == "<torch.cuda.Stream device=cuda:0 cuda_stream=0x0>" and other.cuda_stream > 0
    assert isinstance(other, rl.Stream) and other.device == rl.device("cuda:0") and other.priority == -1
    with cuda.stream(other):
        assert cuda.current_stream() == rl.accelerator.current_stream() == other
        with cuda.stream(cuda.Stream(1)):
            assert cuda.current_device() == 1 and cuda.current_stream(0) == other
        assert cuda.current_device() == 0 and cuda.current_stream() == other
    assert cuda.current_stream() == first
    with other as entered:
        assert entered is other is cuda.current_stream()
    assert cuda.current_stream() == first
    other.wait_stream(first), first.wait_event(other.record_event())
    assert other.query() and backend.asked[-1] == ("synchronize", 0)
    cuda.set_stream(other)
    assert cuda.current_stream() is other
    with pytest.raises(RuntimeError, match="no stream of CUDA's"):
        cuda.ExternalStream(123456)
    assert cuda.get_stream_from_external(0) == first
    with pytest.raises(ValueError, match="Expected a cuda device"):
        cuda.Stream("cpu")


def test_events_measure_and_wait(backend):
    start, end = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
    with pytest.raises(ValueError, match="Both events must be recorded"):
        start.elapsed_time(end)
    start.record()
    end.record(cuda.current_stream())
    assert backend.marks == [0, 0] and start.elapsed_time(end) == 2.5
    assert end.event_id and "uninitialized" not in repr(end)
    before = len(backend.asked)
    end.synchronize(), end.wait()
    assert backend.asked[before:] == [("synchronize", 0)] and end.query()
    plain = cuda.Event()
    plain.record()
    assert backend.marks == [0, 0]  # a time is only asked for where it is wanted
    with pytest.raises(ValueError, match="enable_timing=True"):
        start.elapsed_time(plain)
    with cuda.device(1):
        end.record()
    with pytest.raises(ValueError, match="on the same device"):
        start.elapsed_time(end)
    for call in (end.ipc_handle, lambda: cuda.Event.from_ipc_handle(0, b"")):
        with pytest.raises(RuntimeError, match="not shared between processes"):
            call()


def test_queues_of_the_processor():
    stream, event = rl.Stream("cpu"), rl.Event("cpu")
    stream.synchronize()
    assert stream.query() and event.query() and stream == rl.Stream(device="cpu")
    assert repr(stream) == "torch.Stream device_type=cpu, device_index=-1, stream_id=0"
    with stream, pytest.raises(RuntimeError, match="cpu backend doesn't support events"):
        event.record(stream)


def test_nothing_is_recorded_and_the_functions_themselves_are_handed_back(backend):
    layer = nn.ReLU()
    assert cuda.make_graphed_callables(layer, (rl.ones(1),)) is layer
    assert cuda.make_graphed_callables((layer, layer), ((rl.ones(1),), (rl.ones(1),))) == (layer, layer)
    with pytest.raises(ValueError, match="2 callables"):
        cuda.make_graphed_callables((layer, layer), ((rl.ones(1),),))
    for call in (cuda.CUDAGraph, lambda: cuda.graph(None), rl.accelerator.Graph):
        with pytest.raises(RuntimeError, match="cannot be replayed"):
            call()
    assert cuda.graph_pool_handle() != cuda.graph_pool_handle()


# ------------------------------------------------------------------ memory
def test_memory_is_told_by_pytorchs_names(backend):
    assert (cuda.memory_allocated(), cuda.max_memory_allocated()) == (1024, 4096)
    assert (cuda.memory_reserved(), cuda.max_memory_reserved()) == (8192, 8192)
    stats = cuda.memory_stats(1)
    assert stats["allocated_bytes.all.peak"] == stats["active_bytes.all.peak"] == 4096
    assert stats["inactive_split_bytes.all.current"] == 7168 and stats["allocation.all.current"] == 2
    assert stats["dispatches"] == 70 and list(stats) == sorted(stats)
    assert cuda.memory_stats_as_nested_dict()["reserved_bytes"]["all"]["current"] == 8192
    assert rl.accelerator.memory_allocated("cuda:1") == 1024 and rl.accelerator.get_memory_info() == (
        6 << 30,
        8 << 30,
    )
    cuda.reset_peak_memory_stats()
    assert backend.asked[-1] == ("reset_peak", 0) and cuda.max_memory_allocated() == 1024
    cuda.reset_accumulated_memory_stats()
    backend.held["dispatches"] += 5
    assert cuda.memory_stats()["dispatches"] == 5 and cuda.memory_stats(1)["dispatches"] == 75
    page = cuda.memory_summary()
    assert "held by tensors" in page and "1,024 B" in page and "bytes to device" in page
    assert "bytes to device" not in cuda.memory_summary(abbreviated=True)
    cuda.empty_cache()
    assert backend.asked[-2:] == [("empty_cache", 0), ("empty_cache", 1)]
    assert cuda.is_initialized() and cuda.mem_get_info("cuda") == (6 << 30, 8 << 30)
    assert cuda.list_gpu_processes().startswith("GPU:0")


def test_what_the_allocator_does_not_do_says_so(backend):
    with pytest.warns(UserWarning, match="not enforced"):
        cuda.set_per_process_memory_fraction(0.5)
    assert cuda.get_per_process_memory_fraction() == 0.5 and cuda.get_per_process_memory_fraction(1) == 1.0
    with pytest.raises(TypeError, match="must be `float`"):
        cuda.set_per_process_memory_fraction(1)
    with pytest.raises(ValueError, match="Allowed range: 0~1"):
        cuda.set_per_process_memory_fraction(1.5)
    with pytest.raises(RuntimeError, match="single blocks"):
        cuda.memory_snapshot()
    for call in (
        lambda: cuda.caching_allocator_alloc(8),
        lambda: cuda.caching_allocator_delete(8),
        lambda: cuda.CUDAPluggableAllocator("a", "b", "c"),
    ):
        with pytest.raises(RuntimeError, match="no addresses"):
            call()
    with pytest.raises(RuntimeError, match="one pool"):
        cuda.MemPool()
    with cuda.caching_allocator_disabled():
        pass
    for old in (
        "memory_cached",
        "max_memory_cached",
        "reset_max_memory_allocated",
        "reset_max_memory_cached",
    ):
        with pytest.warns(FutureWarning):
            getattr(cuda, old)()
    assert issubclass(cuda.OutOfMemoryError, RuntimeError) and cuda.OutOfMemoryError is rl.OutOfMemoryError


def test_a_device_is_not_opened_by_questions(backend, monkeypatch):
    backend.is_open = False
    monkeypatch.setattr(_C, "_gpu_memory", None)
    assert (
        cuda.is_available()
        and not cuda.is_initialized()
        and cuda.memory_stats() == {}
        and cuda.memory_allocated(1) == 0
    )
    cuda.reset_peak_memory_stats(), cuda.reset_accumulated_memory_stats(), cuda.empty_cache()
    assert cuda.memory_summary() == "no memory of a GPU is in use" and backend.asked == []
    with pytest.raises(rl.AcceleratorError, match="invalid device ordinal"):
        cuda.memory_allocated(2)
    cuda.init()
    assert cuda.is_initialized() and backend.asked == [("synchronize", 0)]


# ------------------------------------------------------------------ random numbers
def test_seeds_reach_every_device(backend):
    rl.manual_seed(11)
    assert [g.initial_seed() for g in cuda.default_generators] == [11, 11]
    with cuda.device(1):
        cuda.manual_seed(5)
        assert cuda.initial_seed() == 5
    assert cuda.initial_seed() == 11
    cuda.manual_seed_all(-1)
    assert cuda.initial_seed() == 2**64 - 1
    cuda.seed_all()
    assert backend.generators[0].initial_seed() == backend.generators[1].initial_seed() == cuda.initial_seed()
    assert rl.seed() == cuda.initial_seed()
    states = cuda.get_rng_state_all()
    first = rl.rand(3, generator=backend.generators[1])
    cuda.set_rng_state_all(states)
    assert rl.equal(first, rl.rand(3, generator=backend.generators[1]))
    state = cuda.get_rng_state("cuda:1")
    again = rl.rand(3, generator=backend.generators[1])
    cuda.set_rng_state(state, 1)
    assert rl.equal(again, rl.rand(3, generator=backend.generators[1]))


def test_forked_randomness_is_the_devices_too(backend):
    rl.manual_seed(3)
    want = [g.get_state() for g in backend.generators]
    with rl.random.fork_rng():
        rl.manual_seed(4)
        assert not rl.equal(want[0], cuda.get_rng_state(0))
    assert all(rl.equal(a, cuda.get_rng_state(i)) for i, a in enumerate(want))
    with rl.random.fork_rng(devices=[1]):
        rl.manual_seed(4)
    assert not rl.equal(want[0], cuda.get_rng_state(0)) and rl.equal(want[1], cuda.get_rng_state(1))
    with rl.random.fork_rng(enabled=False):
        rl.manual_seed(9)
    assert rl.initial_seed() == 9


# ------------------------------------------------------------------ what hangs on it
def test_one_gpu_runs_a_module_and_several_are_refused(backend):
    with pytest.raises(RuntimeError, match="one GPU here, but device_ids names 2"):
        nn.DataParallel(nn.Linear(1, 1), device_ids=[0, 1])
    with pytest.raises(rl.AcceleratorError, match="invalid device ordinal"):
        nn.parallel.data_parallel(nn.Linear(1, 1), rl.ones(1, 1), device_ids=["cuda:3"])
    with pytest.raises(RuntimeError, match="one GPU"):
        nn.parallel.replicate(nn.Linear(1, 1), [0, 1])


def test_parts_and_copies():
    comm = nn.parallel.comm
    a, b = comm.scatter(rl.arange(5), ["cpu", "cpu"], [2, 3])
    assert a.tolist() == [0, 1] and b.tolist() == [2, 3, 4] and cuda.comm.scatter is comm.scatter
    out = [rl.zeros(2), rl.zeros(1)]
    comm.scatter(rl.ones(3), out=out)
    assert out[0].sum() + out[1].sum() == 3
    with pytest.raises(RuntimeError, match="Exactly one of 'devices' and 'out'"):
        comm.scatter(rl.ones(3))
    with pytest.raises(RuntimeError, match="chunk_sizes"):
        comm.scatter(rl.ones(3), chunk_sizes=[3], out=[rl.zeros(3)])
    copies = comm.broadcast_coalesced([rl.ones(1), rl.zeros(1)], ["cpu", "cpu"])
    assert len(copies) == 2 and copies[1][0].item() == 1
    assert comm.gather([rl.ones(1), rl.zeros(2)], destination=-1).tolist() == [1, 0, 0]
    assert comm.reduce_add([rl.ones(2), rl.ones(2)], -1).tolist() == [2, 2]
    with pytest.raises(ValueError, match="invalid size"):
        comm.reduce_add([rl.ones(2), rl.ones(3)], -1)
    parts = nn.parallel.scatter_gather.scatter_kwargs(
        (rl.arange(4), {"k": [rl.arange(2)]}), {"flag": 1}, ["cpu", "cpu"]
    )
    (x, table), named = parts[0][1], parts[1][1]
    assert x.tolist() == [2, 3] and table["k"][0].tolist() == [1] and named == {"flag": 1}
    assert nn.parallel.scatter_gather.scatter_kwargs((), {}, ["cpu"]) == (((),), ({},))
    x = rl.ones(4, requires_grad=True)
    nn.parallel.gather(nn.parallel.scatter(x, ["cpu", "cpu"]), "cpu").sum().backward()
    assert x.grad.tolist() == [1, 1, 1, 1]


def test_a_replica_shares_its_parameters():
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    shadow = nn.parallel.replicate.__globals__["_shadow"]
    copy = shadow(net, "cpu", False)
    assert copy is not net and copy[0] is not net[0] and copy[0].weight is net[0].weight
    copy(rl.randn(4, 2)).sum().backward()
    assert net[0].weight.grad is not None and net[1].running_mean.abs().sum() > 0
    assert not shadow(net, "cpu", True)[0].weight.requires_grad


def test_batches_of_ones_own_are_pinned_by_their_own_method(backend):
    class Batch:
        def __init__(self, samples):
            self.samples, self.pinned = samples, False

        def pin_memory(self):
            self.pinned = True
            return self

    loader = rl.utils.data.DataLoader(
        [1, 2, 3], batch_size=2, pin_memory=True, collate_fn=lambda s: {"b": Batch(s), "t": (rl.ones(1), "x")}
    )
    batches = list(loader)
    assert (
        all(each["b"].pinned for each in batches)
        and batches[0]["t"][1] == "x"
        and isinstance(batches[0]["t"][0], rl.Tensor)
    )


def test_the_scaler_and_autocast_are_on_where_there_is_a_device(backend, monkeypatch):
    told = []
    monkeypatch.setattr(_C._transform, "autocast_gpu", told.append, raising=False)
    assert rl.amp.GradScaler().is_enabled() and rl.amp.GradScaler("cuda").is_enabled()
    with rl.autocast("cuda"):
        assert rl.is_autocast_enabled("cuda") and not rl.is_autocast_enabled("cpu")
        assert told[-1] is rl.float16 and rl.get_autocast_dtype("cuda") is rl.float16
        with rl.autocast("cuda", enabled=False):
            assert told[-1] is None
    assert told[-1] is None
    with pytest.warns(FutureWarning), cuda.amp.autocast(dtype=rl.bfloat16):
        assert told[-1] is rl.bfloat16
    assert not cuda.amp.common.amp_definitely_not_available()


def test_the_device_module_is_the_gpus(backend):
    assert rl.get_device_module() is cuda and rl.accelerator.current_accelerator(True) == rl.device("cuda")
    with pytest.raises(ValueError, match="with a specified index"):
        rl.accelerator.set_device_index("cuda")
    text = rl.utils.collect_env.get_pretty_env_info()
    assert (
        "Is CUDA available: True" in text
        and "GPU 1: Card 1 (DiscreteGpu, 8.0 GiB; Vulkan, driver 1.2)" in text
    )


def test_a_file_of_another_machine_finds_its_device(backend):
    check = rl.serialization.validate_cuda_device
    assert check("cuda:1") == 1 and check("cuda") == 0
    with cuda.device(1):
        assert check("cuda") == 1
    with pytest.raises(RuntimeError, match=r"CUDA device 5 but torch\.cuda\.device_count\(\) is 2"):
        check("cuda:5")


def test_switches_of_cudas_libraries_keep_what_was_set():
    b = rl.backends.cuda
    b.cufft_plan_cache.max_size = 32
    assert (
        b.cufft_plan_cache.max_size == 32 and b.cufft_plan_cache[1].max_size == 0 == b.cufft_plan_cache.size
    )
    with pytest.raises(RuntimeError, match="read-only"):
        b.cufft_plan_cache.size = 3
    b.cufft_plan_cache.max_size = 0
    assert b.cublas_workspace_size(64) == b.cublas_workspace_size() == 64 and b.cublaslt_workspace_size() == 0
    b.cublas_workspace_size(0)
    asked = b.SDPAParams(rl.ones(1), rl.ones(1), rl.ones(1), None, 0.0, False, False)
    assert not b.can_use_flash_attention(asked) and b.is_built() == cuda._device.built()


def test_the_profiler_takes_the_devices_activity():
    kinds = rl.profiler.ProfilerActivity
    with rl.profiler.profile(activities=[kinds.CPU, kinds.CUDA]) as found:
        rl.ones(2) + 1
    assert any(event.key == "aten::add" for event in found.key_averages())
