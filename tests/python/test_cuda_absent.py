"""Where there is no GPU: programs that ask first run, and what needs one says what to do."""

import importlib
import subprocess
import sys

import pytest
import rushlight as rl
from rushlight import nn

cuda = rl.cuda
no_gpu = pytest.mark.skipif(cuda.is_available(), reason="there is a GPU")

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
