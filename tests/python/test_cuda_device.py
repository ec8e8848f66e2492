"""On a GPU, or on a driver that computes on the processor: tensors, files, time, memory, draws, modules, and every family of kernels."""

import os
import pickle
import subprocess
import sys

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.cuda._self_test import FAMILIES, _outcome

cuda = rl.cuda
pytestmark = pytest.mark.skipif(
    not cuda.is_available(), reason="no GPU: RUSHLIGHT_GPU=software and a software driver would do"
)


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


def test_time_passes_on_the_device():
    start, end = (cuda.Event(enable_timing=True) for _ in range(2))
    x = rl.ones(256, 256, device="cuda")
    start.record()
    for _ in range(4):
        x = x @ x * 0.01
    end.record()
    end.synchronize()
    assert 0 <= start.elapsed_time(end) < 60_000


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


def test_a_module_runs_on_the_one_device():
    net = nn.DataParallel(nn.Linear(3, 2))
    out = net(rl.ones(4, 3))
    assert out.is_cuda and net.module.weight.is_cuda and net.device_ids == [0]
    out.sum().backward()
    assert net.module.weight.grad.is_cuda


def test_mixed_precision_is_half():
    layer = nn.Linear(4, 4).cuda()
    with rl.autocast("cuda"):
        assert layer(rl.ones(2, 4, device="cuda")).dtype is rl.float16
    with rl.autocast("cuda", dtype=rl.bfloat16):
        assert layer(rl.ones(2, 4, device="cuda")).dtype is rl.bfloat16
    assert layer(rl.ones(2, 4, device="cuda")).dtype is rl.float32


def test_a_checkpoint_draws_the_same_mask_again():
    x = rl.ones(64, device="cuda", requires_grad=True)
    y = rl.utils.checkpoint.checkpoint(lambda t: nn.functional.dropout(t, 0.5), x, use_reentrant=False)
    y.sum().backward()
    assert rl.equal(y.detach().cpu(), x.grad.cpu())


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_kernels_computes_what_it_should(family):
    outcome = _outcome(family, FAMILIES[family], "cuda:0")
    if outcome.detail.startswith("NotImplementedError"):
        raise NotImplementedError(outcome.detail)
    assert outcome.ok, outcome.detail


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


def test_bytes_seen_as_bools_are_bools():
    a = rl.tensor([0, 1, 2, 255], dtype=rl.uint8, device="cuda").view(rl.bool)
    assert a.tolist() == [False, True, True, True]
    assert a.cpu().sum().item() == 3
    assert a[2].item() is True
