"""``rushlight.cuda`` and what hangs on it: as programs see it without a GPU, over a stand-in for the backend, and on a device if there is one.

The stand-in replaces the functions of the extension that ``rushlight.cuda._device`` calls. It counts and answers; tensors cannot lie on it.
"""

import importlib
import os
import pickle
import subprocess
import sys
import threading

import pytest
import rushlight as rl
from rushlight import _C, nn
from rushlight.cuda._self_test import FAMILIES, _outcome

cuda = rl.cuda
HAS_GPU = cuda.is_available()
on_gpu = pytest.mark.skipif(
    not HAS_GPU, reason="no GPU: RUSHLIGHT_GPU=software and a software driver would do"
)
no_gpu = pytest.mark.skipif(HAS_GPU, reason="there is a GPU")


class Backend:
    """A backend of two devices that writes down what it is asked."""

    def __init__(self):
        self.asked = []
        self.generators = [rl.Generator(), rl.Generator()]
        self.marks = []
        self.held = {
            "allocated": 1024, "allocated_peak": 4096, "reserved": 8192, "reserved_peak": 8192, "allocations": 5, "frees": 3,
            "dispatches": 70, "submits": 2, "bytes_to_device": 4096, "bytes_from_device": 4,
        }  # fmt: skip
        self.knows_memory = self.is_open = True

    def _gpu_count(self):
        return 2

    def _gpu_properties(self, i):
        return {
            "name": f"Card {i}", "vendor": 0x10DE, "device_id": 0x2330, "kind": "DiscreteGpu", "backend": "Vulkan",
            "driver": "driver", "driver_info": "1.2", "total_memory": 8 << 30, "subgroup_min": 32, "subgroup_max": 32,
            "limits": {"max_compute_invocations_per_workgroup": 1024, "max_compute_workgroup_storage_size": 49152},
            "features": ["int64", "timestamps"],
        }  # fmt: skip

    def _gpu_adapters(self):
        return [
            self._gpu_properties(0),
            {**self._gpu_properties(1), "name": "llvmpipe", "vendor": 0x10005, "kind": "Cpu"},
        ]

    def _gpu_synchronize(self, i):
        self.asked.append(("synchronize", i))

    def _gpu_memory(self, i):
        return dict(self.held)

    def _gpu_memory_info(self, i):
        if not self.knows_memory:
            raise RuntimeError("mem_get_info: the driver does not tell")
        return 6 << 30, 8 << 30

    def _gpu_reset_peak(self, i):
        self.held["allocated_peak"] = self.held["allocated"]
        self.asked.append(("reset_peak", i))

    def _gpu_empty_cache(self, i):
        self.asked.append(("empty_cache", i))

    def _gpu_opened(self, i):
        return self.is_open

    def _gpu_mark(self, i):
        self.marks.append(i)
        return len(self.marks)

    def _gpu_between(self, i, a, b):
        return (b - a) * 2.5

    def _gpu_default_generator(self, i):
        return self.generators[i]

    def seed_all(self, seed):
        for each in (rl.default_generator, *self.generators):
            each.manual_seed(seed)

    def _gpu_set_current(self, i):
        self.asked.append(("current", i))


@pytest.fixture
def backend(monkeypatch):
    """The package over the stand-in, on a thread's first device."""
    made = Backend()
    for name in dir(made):
        if name.startswith("_gpu_"):
            monkeypatch.setattr(_C, name, getattr(made, name), raising=False)
    monkeypatch.setattr(rl.random, "_seed_all", made.seed_all)
    monkeypatch.setattr(cuda._device, "_thread", threading.local())
    monkeypatch.setattr(cuda._device, "_asked", False)
    monkeypatch.setattr(importlib.import_module("rushlight.cuda.memory"), "_since", {})
    return made


@pytest.fixture
def nothing(monkeypatch):
    """A build with the backend, on a machine without a driver."""
    monkeypatch.setattr(_C, "_gpu_count", lambda: 0, raising=False)
    monkeypatch.setattr(_C, "_gpu_adapters", list, raising=False)
    monkeypatch.setattr(_C, "_gpu_properties", None, raising=False)


# ------------------------------------------------------------------ without a device
NEEDS_ONE = {
    "init": cuda.init,
    "current_device": cuda.current_device,
    "set_device": lambda: cuda.set_device(0),
    "device": lambda: cuda.device(0).__enter__(),
    "get_device_name": cuda.get_device_name,
    "get_device_properties": lambda: cuda.get_device_properties(0),
    "get_device_capability": cuda.get_device_capability,
    "can_device_access_peer": lambda: cuda.can_device_access_peer(0, 1),
    "synchronize": cuda.synchronize,
    "Stream": cuda.Stream,
    "current_stream": cuda.current_stream,
    "default_stream": cuda.default_stream,
    "ExternalStream": lambda: cuda.ExternalStream(0),
    "Event.record": lambda: cuda.Event().record(),
    "CUDAGraph": cuda.CUDAGraph,
    "make_graphed_callables": lambda: cuda.make_graphed_callables(nn.ReLU(), (rl.ones(1),)),
    "initial_seed": cuda.initial_seed,
    "get_rng_state": cuda.get_rng_state,
    "set_rng_state": lambda: cuda.set_rng_state(rl.get_rng_state()),
    "mem_get_info": cuda.mem_get_info,
    "list_gpu_processes": cuda.list_gpu_processes,
    "set_per_process_memory_fraction": lambda: cuda.set_per_process_memory_fraction(0.5),
    "caching_allocator_alloc": lambda: cuda.caching_allocator_alloc(8),
    "MemPool": cuda.MemPool,
    "cudart": cuda.cudart,
    "current_blas_handle": cuda.current_blas_handle,
    "GreenContext": cuda.GreenContext,
    "profiler.start": cuda.profiler.start,
    "tensor": lambda: rl.ones(1).cuda(),
    "module": lambda: nn.Linear(1, 1).cuda(),
    "DataParallel": lambda: nn.DataParallel(nn.Linear(1, 1), device_ids=[0]),
}


@no_gpu
@pytest.mark.parametrize("name", NEEDS_ONE)
@pytest.mark.parametrize("build", ["without the backend", "without a driver"])
def test_what_needs_a_device_says_that_there_is_none(name, build, request):
    if build == "without a driver":
        request.getfixturevalue("nothing")
    elif cuda._device.built():
        pytest.skip("this build has the backend")
    words = "no GPU backend" if build == "without the backend" else "python -m rushlight.gpu"
    with pytest.raises(RuntimeError, match=f"no GPU device: .*{words}.*device='cpu'"):
        NEEDS_ONE[name]()


@no_gpu
def test_programs_that_ask_first_run_without_a_device():
    assert not cuda.is_available() and cuda.device_count() == 0 and not cuda.is_initialized()
    assert not cuda.is_bf16_supported() and not cuda.is_tf32_supported() and cuda.default_generators == ()
    assert (
        cuda.memory_allocated()
        == cuda.max_memory_allocated()
        == cuda.memory_reserved()
        == cuda.max_memory_reserved()
        == 0
    )
    assert (
        cuda.memory_stats() == {}
        and cuda.memory_snapshot() == []
        and "no GPU device" in cuda.memory_summary()
    )
    assert cuda.get_rng_state_all() == [] and not cuda.is_current_stream_capturing()
    for seed in (cuda.manual_seed, cuda.manual_seed_all):
        seed(-3)
    cuda.seed(), cuda.seed_all(), cuda.set_rng_state_all([])
    (
        cuda.empty_cache(),
        cuda.ipc_collect(),
        cuda.reset_peak_memory_stats(),
        cuda.reset_accumulated_memory_stats(),
    )
    cuda.set_device(-1), cuda.set_stream(None)
    with cuda.device(-1), cuda.device(None), cuda.stream(None), cuda.device_of(rl.ones(1)):
        pass
    event = cuda.Event(enable_timing=True)
    assert event.query() and repr(event) == "<torch.cuda.Event uninitialized>"
    assert not isinstance(rl.ones(1), cuda.FloatTensor) and cuda.FloatTensor.dtype is rl.float32
    for kind in (cuda.FloatTensor, cuda.HalfStorage):
        with pytest.raises(TypeError, match=r"type torch\.cuda\.\w+ not available"):
            kind(2)
    assert rl.get_device_module() is rl.cpu and rl.get_device_module("cuda") is cuda


@no_gpu
def test_the_accelerator_is_the_gpu_or_nothing(nothing):
    a = rl.accelerator
    assert (
        not a.is_available() and a.device_count() == 0 and a.current_accelerator(check_available=True) is None
    )
    assert a.current_accelerator() == rl.device("cuda")  # what the build is for
    assert a.memory_allocated() == a.max_memory_reserved() == 0 and a.memory_stats() == {}
    a.empty_cache(), a.empty_host_cache(), a.reset_peak_memory_stats()
    for call in (
        a.current_device_index,
        a.current_stream,
        a.synchronize,
        a.get_memory_info,
        a.get_device_capability,
        a.Graph,
    ):
        with pytest.raises(RuntimeError, match="no GPU device"):
            call()
    with pytest.raises(ValueError, match="cpu doesn't match the current accelerator cuda"):
        a.set_device_index("cpu")


@pytest.mark.skipif(cuda._device.built(), reason="this build has the backend")
def test_without_the_backend_there_is_no_accelerator():
    assert rl.accelerator.current_accelerator() is None
    with pytest.raises(RuntimeError, match="no accelerator: this build"):
        rl.accelerator.synchronize()


@no_gpu
def test_files_of_a_gpu_say_how_to_load_them():
    words = r"Attempting to deserialize object on a CUDA device but torch.cuda.is_available\(\) is False.*map_location"
    storage = rl.ones(2).untyped_storage()
    for place in ("cuda", "cuda:0"):
        with pytest.raises(RuntimeError, match=words):
            rl.serialization.default_restore_location(storage, place)
    about = (b"\0" * 8, (2,), (1,), 0, rl.float32, False, rl.Tensor, None)
    with pytest.raises(RuntimeError, match=words):
        rl._tensor._rebuild_on("cuda:0", *about)
    with pytest.raises(RuntimeError, match=words):
        importlib.import_module("rushlight.storage")._rebuild(rl.float32, b"\0" * 8, "cuda:0")


@no_gpu
def test_a_loader_that_pins_memory_warns_without_a_device():
    with pytest.warns(UserWarning, match="no accelerator is found"):
        next(iter(rl.utils.data.DataLoader([1, 2], pin_memory=True)))


@no_gpu
def test_apples_names_say_what_the_device_is_called():
    assert not rl.mps.is_available() and not rl.backends.mps.is_available()
    rl.mps.manual_seed(1), rl.mps.empty_cache()
    for call in (
        rl.mps.synchronize,
        rl.mps.current_allocated_memory,
        rl.mps.get_rng_state,
        rl.backends.mps.get_name,
    ):
        with pytest.raises(RuntimeError, match="no MPS device: "):
            call()


def test_none_of_it_is_imported_with_the_package():
    code = "import sys, rushlight; print([m for m in sys.modules if m.startswith(('rushlight.cuda', 'rushlight.accel', 'rushlight._str'))])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
    code = "import sys, rushlight as rl; rl.manual_seed(0); rl.seed(); print('rushlight.cuda' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


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


# ------------------------------------------------------------------ what is made beside operands
def far(*shape, dtype=None):
    """A tensor that is not on the processor: ``meta`` is a device every build has, and operands of two are refused."""
    return rl.empty(shape, dtype=dtype, device="meta")


def flex():
    from rushlight.nn.attention.flex_attention import create_block_mask, flex_attention

    causal = create_block_mask(lambda b, h, q, k: q >= k, None, None, 4, 4, device="cpu")
    return flex_attention(
        *(far(1, 1, 4, 8) for _ in range(3)), score_mod=lambda s, b, h, q, k: s + q - k, block_mask=causal
    )


COMPOSED = {
    **{
        f"embedding_bag {mode}": lambda mode=mode: rl.embedding_bag(
            far(4, 3), far(5, dtype=rl.int64), far(2, dtype=rl.int64), mode=mode
        )[0]
        for mode in range(3)
    },
    "conv2d_input": lambda: nn.grad.conv2d_input((1, 2, 5, 5), far(3, 2, 3, 3), far(1, 3, 3, 3)),
    "flex_attention": flex,
    "jacobian": lambda: rl.autograd.functional.jacobian(lambda x: x * 2, far(3), vectorize=True),
    "jacrev": lambda: rl.func.jacrev(rl.sin)(far(3)),
    "hessian": lambda: rl.func.hessian(lambda x: x.sin().sum())(far(3)),
    "LSTM": lambda: nn.LSTM(3, 4, device="meta")(far(5, 2, 3))[0],
    "MultiheadAttention": lambda: nn.MultiheadAttention(8, 2, device="meta")(*(far(3, 1, 8),) * 3)[0],
    "pack_padded_sequence": lambda: nn.utils.rnn.pack_padded_sequence(far(4, 2, 3), [4, 2]).data,
    "adaptive softmax": lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 10, [3, 6], device="meta").log_prob(
        far(2, 4)
    ),
    "stft": lambda: rl.stft(far(64), 16, return_complex=True),
    "sparse_": lambda: nn.init.sparse_(far(3, 4), 0.3),
    "drop_block2d": lambda: rl.vision.ops.drop_block2d(far(1, 2, 8, 8), 0.3, 3),
    "deform_conv2d": lambda: rl.vision.ops.deform_conv2d(far(1, 2, 5, 5), far(1, 18, 3, 3), far(4, 2, 3, 3)),
}


@pytest.mark.parametrize("name", COMPOSED)
def test_what_is_made_beside_operands_is_where_they_are(name):
    assert COMPOSED[name]().device.type == "meta"


def test_the_data_path_stays_on_the_processor():
    data = rl.utils.data
    numbers = data.TensorDataset(rl.arange(6))
    with rl.device("meta"):  # a default device that has no values to draw indices with
        assert sorted(data.RandomSampler(numbers)) == list(range(6))
        assert sorted(data.SubsetRandomSampler([4, 7])) == [4, 7]
        assert len(list(data.WeightedRandomSampler([1.0, 2.0], 3))) == 3
        assert [len(part) for part in data.random_split(numbers, [2, 4])] == [2, 4]
        assert sorted(data.DistributedSampler(numbers, num_replicas=1, rank=0)) == list(range(6))
        state = pickle.loads(pickle.dumps(rl.ones(2, device="cpu")))
        assert state.device.type == "cpu" and state.tolist() == [1, 1]
        p = nn.Parameter(rl.ones(1, device="cpu"))
        p.grad = rl.ones(1, device="cpu")
        rl.optim.Adam([p], lr=0.5).step()
        assert p.item() == pytest.approx(0.5)


# ------------------------------------------------------------------ python -m rushlight.gpu
def test_the_page_of_a_machine_with_a_device(backend, monkeypatch):
    from rushlight import gpu
    from rushlight.cuda import _self_test

    results = [
        _self_test.Outcome("elementwise", True, 1.25, ""),
        _self_test.Outcome("products", True, 3.5, ""),
    ]
    monkeypatch.setattr(_self_test, "run", lambda device: results)

    monkeypatch.delenv("RUSHLIGHT_GPU", raising=False)
    page, code = gpu.report()
    assert code == 0 and "Card 0 (NVIDIA, DiscreteGpu, Vulkan)" in page
    assert "llvmpipe (Mesa, Cpu, Vulkan; counts with RUSHLIGHT_GPU=software)" in page
    assert "6.0 of 8.0 GiB free" in page and "int64, timestamps" in page and "49,152" in page
    assert "2 of 2 families" in page and page.count("cuda:") == 2
    results[1] = _self_test.Outcome("products", False, 3.5, "result 0: 3 of 9 are off")
    backend.knows_memory = False
    page, code = gpu.report()
    assert (
        code == 1
        and "products                  FAILED" in page
        and "3 of 9 are off" in page
        and "8.0 GiB" in page
    )


def test_the_page_of_a_machine_without_one(nothing):
    from rushlight import gpu

    page, code = gpu.report()
    assert (
        code == 2
        and "mesa-vulkan-drivers" in page
        and "RUSHLIGHT_GPU=software" in page
        and "adapters: none" in page
    )


def test_the_self_test_finds_what_is_wrong(monkeypatch):
    from rushlight.cuda import _self_test

    outcomes = _self_test.run("cpu")
    assert len(outcomes) == len(_self_test.FAMILIES) > 15 and not [each for each in outcomes if not each.ok]
    calls = []

    def unsteady(operands):  # what a second device answers otherwise
        calls.append(operands)
        return [rl.ones(4), rl.arange(3) + (len(calls) > 1)]

    def broken(operands):
        if calls.append(operands) or len(calls) > 1:
            raise NotImplementedError("sort: no kernel for device cuda\nmore")
        return []

    monkeypatch.setattr(_self_test, "FAMILIES", {"unsteady": unsteady})
    (outcome,) = _self_test.run("cpu")
    assert not outcome.ok and outcome.detail == "result 1: 3 of 3 differ"
    calls.clear()
    monkeypatch.setattr(_self_test, "FAMILIES", {"broken": broken})
    assert _self_test.run("cpu")[0].detail == "NotImplementedError: sort: no kernel for device cuda"
    off = _self_test._difference
    assert (
        "1 of 2 are off, by 0.5" in off(0, rl.tensor([1.0, 2.5]), rl.tensor([1.0, 2.0]))
        and off(0, rl.ones(2), rl.ones(2)) == ""
    )
    assert "torch.float32 [2], and should be torch.int64 [2]" in off(
        0, rl.ones(2), rl.ones(2, dtype=rl.int64)
    )
    assert "2 of 2 are off" in off(0, rl.full((2,), float("nan")), rl.ones(2))


def test_the_command_ends_with_the_code():
    done = subprocess.run(
        [sys.executable, "-m", "rushlight.gpu"], capture_output=True, text=True, timeout=300
    )
    assert (
        done.returncode in ((0, 1) if HAS_GPU else (2,))
        and "adapters" in done.stdout
        and "Traceback" not in done.stderr
    )


# ------------------------------------------------------------------ on a device
@on_gpu
def test_tensors_go_there_and_back():
    x = rl.arange(6.0).view(2, 3)
    y = x.cuda()
    assert (
        y.is_cuda
        and y.device == rl.device("cuda", cuda.current_device())
        and y.get_device() == cuda.current_device()
    )
    assert rl.equal(y.cpu(), x) and rl.equal((y + 1).cpu(), x + 1) and y.cuda() is y
    assert isinstance(y, cuda.FloatTensor) and not isinstance(x, cuda.FloatTensor)
    with pytest.raises(RuntimeError):
        x + y
    with pytest.raises(BufferError):
        y.__dlpack__()
    with rl.device("cuda"):
        assert rl.zeros(2).is_cuda and rl.testing.make_tensor(3, dtype=rl.float32, device="cuda").is_cuda
    y.record_stream(cuda.current_stream())


@on_gpu
def test_types_by_name_say_where():
    x = rl.ones(2).cuda()
    assert x.type() == "torch.cuda.FloatTensor" and x.type("torch.cuda.HalfTensor").dtype is rl.float16
    assert (
        x.type(cuda.LongTensor).is_cuda and x.type(rl.int64).is_cuda and x.cpu().type(cuda.LongTensor).is_cuda
    )
    assert not x.type("torch.FloatTensor").is_cuda and not x.type(rl.LongTensor).is_cuda
    assert x.new(3).is_cuda and cuda.FloatTensor([1, 2]).tolist() == [1, 2]
    with pytest.raises(AttributeError, match="no address of CUDA's"):
        x.__cuda_array_interface__  # noqa: B018
    rl.set_default_tensor_type("torch.cuda.FloatTensor")
    try:
        assert rl.ones(1).is_cuda
    finally:
        rl.set_default_tensor_type(rl.FloatTensor)
    assert not rl.ones(1).is_cuda


@on_gpu
def test_files_bring_tensors_back_to_their_device(tmp_path):
    path, want = tmp_path / "t.pt", rl.arange(4.0)
    rl.save({"w": want.cuda()}, path)
    assert rl.load(path)["w"].is_cuda
    for place in ("cpu", rl.device("cpu"), {"cuda:0": "cpu"}, lambda storage, where: storage):
        assert rl.equal(rl.load(path, map_location=place)["w"], want)
    rl.save(want, path)
    for place in ("cuda", "cuda:0", lambda storage, where: storage.cuda()):
        loaded = rl.load(path, map_location=place)
        assert loaded.is_cuda and rl.equal(loaded.cpu(), want)
    again = pickle.loads(pickle.dumps(want.cuda().requires_grad_()))
    assert again.is_cuda and again.requires_grad and rl.equal(again.detach().cpu(), want)
    assert pickle.loads(pickle.dumps(want.cuda().untyped_storage())).is_cuda


@on_gpu
def test_time_passes_on_the_device():
    start, end = (cuda.Event(enable_timing=True) for _ in range(2))
    x = rl.ones(256, 256, device="cuda")
    start.record()
    for _ in range(4):
        x = x @ x * 0.01
    end.record()
    end.synchronize()
    assert 0 <= start.elapsed_time(end) < 60_000


@on_gpu
def test_memory_is_counted():
    before = cuda.memory_allocated()
    x = rl.ones(1 << 20, device="cuda")
    held = cuda.memory_allocated() - before
    assert (
        held >= x.nbytes
        and cuda.max_memory_allocated() >= cuda.memory_allocated()
        and cuda.memory_reserved() >= held
    )
    del x
    cuda.synchronize()
    assert cuda.memory_allocated() <= before
    cuda.empty_cache()


@on_gpu
def test_the_same_seed_draws_the_same():
    rl.manual_seed(5)
    first = rl.rand(8, device="cuda").cpu()
    state = cuda.get_rng_state()
    second = rl.rand(8, device="cuda").cpu()
    cuda.set_rng_state(state)
    assert rl.equal(second, rl.rand(8, device="cuda").cpu()) and not rl.equal(first, second)
    cuda.manual_seed(5)
    assert rl.equal(first, rl.rand(8, device="cuda").cpu())
    own = rl.Generator("cuda").manual_seed(5)
    assert rl.equal(first, rl.rand(8, device="cuda", generator=own).cpu())


@on_gpu
def test_a_module_runs_on_the_one_device():
    net = nn.DataParallel(nn.Linear(3, 2))
    out = net(rl.ones(4, 3))
    assert out.is_cuda and net.module.weight.is_cuda and net.device_ids == [0]
    out.sum().backward()
    assert net.module.weight.grad.is_cuda


@on_gpu
def test_mixed_precision_is_half():
    layer = nn.Linear(4, 4).cuda()
    with rl.autocast("cuda"):
        assert layer(rl.ones(2, 4, device="cuda")).dtype is rl.float16
    with rl.autocast("cuda", dtype=rl.bfloat16):
        assert layer(rl.ones(2, 4, device="cuda")).dtype is rl.bfloat16
    assert layer(rl.ones(2, 4, device="cuda")).dtype is rl.float32


@on_gpu
def test_a_checkpoint_draws_the_same_mask_again():
    x = rl.ones(64, device="cuda", requires_grad=True)
    y = rl.utils.checkpoint.checkpoint(lambda t: nn.functional.dropout(t, 0.5), x, use_reentrant=False)
    y.sum().backward()
    assert rl.equal(y.detach().cpu(), x.grad.cpu())


@on_gpu
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_kernels_computes_what_it_should(family):
    outcome = _outcome(family, FAMILIES[family], "cuda:0")
    if outcome.detail.startswith("NotImplementedError"):
        raise NotImplementedError(outcome.detail)
    assert outcome.ok, outcome.detail


@on_gpu
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_is_refused_and_the_parent_goes_on():
    code = """
import os, rushlight as rl
a = rl.arange(4.0, device="cuda")
child = os.fork()
if child == 0:
    refused = 0
    for use in (lambda: a + 1, lambda: a.tolist(), lambda: rl.zeros(2, device="cuda"), lambda: rl.cuda.synchronize()):
        try:
            use()
        except RuntimeError as e:
            refused += "forked subprocess" in str(e)
    os._exit(refused)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), (a + 1).tolist())
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "4 [1.0, 2.0, 3.0, 4.0]", run.stderr


@on_gpu
def test_bytes_seen_as_bools_are_bools():
    a = rl.tensor([0, 1, 2, 255], dtype=rl.uint8, device="cuda").view(rl.bool)
    assert a.tolist() == [False, True, True, True]
    assert a.cpu().sum().item() == 3
    assert a[2].item() is True
