"""Memory that processes share, and the processes."""

import copy
import gc
import io
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import pytest
import rushlight as rl
import rushlight.multiprocessing as mp
from rushlight import nn

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="memory is shared on POSIX systems")
methods = pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])


# what processes run: found by name where they are spawned
def add_one(*tensors):
    with rl.no_grad():
        for tensor in tensors:
            tensor.add_(1)


def train(net):
    net(rl.ones(1, 2)).sum().backward()
    add_one(*net.parameters(), *net.buffers())


def send(queue, wait):
    tensors = [
        rl.arange(6.0).share_memory_(),
        rl.ones(2, dtype=rl.bfloat16),
        nn.Parameter(rl.ones(2)),
        rl.empty(0),
    ]
    queue.put(tensors)
    wait.get()
    queue.put(tensors[0].sum().item())


def fill(queue, done):
    tensor = queue.get()
    tensor.fill_(7)
    done.put(tensor.is_shared())


def set_index(index, tensor):
    tensor[index] = index + 1


def fail_at_one(index):
    if index == 1:
        raise ValueError("number one")
    time.sleep(60)


def die_at_zero(index):
    if index == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def leave(index):
    sys.exit(3)


def multiply():
    x = rl.ones(120, 120)  # work for two threads, in memory that the child's own thread keeps
    for _ in range(3):
        x = (x @ x) / 120


def run(method, function, *args):
    process = mp.get_context(method).Process(target=function, args=args)
    process.start()
    process.join(60)
    assert process.exitcode == 0


# ---------------------------------------------------------------------- sharing
@methods
def test_a_child_s_writes_are_seen(method):
    plain, leaf = rl.zeros(3, 2), rl.zeros(3, requires_grad=True)
    turned, brain = rl.zeros(2, 3).t(), rl.zeros(2, dtype=rl.bfloat16)
    tensors = [plain, leaf, turned, brain]
    for tensor in tensors:
        stride, version = tensor.stride(), id(tensor)
        assert not tensor.is_shared()
        assert tensor.share_memory_() is tensor and id(tensor) == version
        assert tensor.is_shared() and tensor.stride() == stride and tensor.untyped_storage().is_shared()
    run(method, add_one, *tensors)
    for tensor in tensors:
        assert (tensor == 1).all()
    leaf.sum().backward()
    assert leaf.is_leaf and leaf.grad.tolist() == [1, 1, 1]


@methods
def test_modules_are_shared(method):
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2).eval())
    net[1].weight = net[0].bias  # shared by both before, and after
    assert net.share_memory() is net
    before = [t.detach().clone() for t in (*net.parameters(), *net.buffers())]
    run(method, train, net)
    for old, new in zip(before, (*net.parameters(), *net.buffers()), strict=True):
        assert new.is_shared() and rl.equal(old + 1, new.detach())
    assert net[1].weight is net[0].bias and net[0].weight.grad is None


def test_sharing_twice_is_sharing_once():
    x = rl.arange(4.0).share_memory_()
    pointer = x.data_ptr()
    assert x.share_memory_().data_ptr() == pointer
    parts = [x[1:], x.view(2, 2), x.detach(), x.data]
    assert all(part.is_shared() for part in parts)
    parts[0].zero_()
    assert x.tolist() == [0, 0, 0, 0]
    assert rl.empty(0).share_memory_().numel() == 0


def test_memory_goes_with_its_last_tensor():
    from rushlight.multiprocessing import _memory

    before, descriptors = len(_memory._live), len(os.listdir("/proc/self/fd"))
    x = rl.zeros(1000).share_memory_()
    part = x[3:]
    del x
    part.fill_(2)
    assert part.sum() == 2 * 997 and len(_memory._live) == before + 1
    del part
    gc.collect()
    assert len(_memory._live) == before and len(os.listdir("/proc/self/fd")) == descriptors


def test_copies_share_their_memory():
    """``copy.copy`` shares, as ``copy.deepcopy`` does not."""
    leaf = rl.ones(3, requires_grad=True)
    leaf.mark = "a mark"
    parameter = nn.Parameter(rl.ones(2), requires_grad=False)
    for x in (rl.arange(4.0), leaf, parameter, rl.arange(6).view(2, 3).t(), rl.zeros(2, dtype=rl.bfloat16)):
        shallow, deep = copy.copy(x), copy.deepcopy(x)
        assert shallow is not x and type(shallow) is type(x) and shallow.stride() == x.stride()
        assert shallow.requires_grad == x.requires_grad and shallow.is_leaf
        with rl.no_grad():
            x.add_(1)
        assert rl.equal(shallow.detach(), x.detach()) and not rl.equal(deep.detach(), x.detach())
    assert copy.copy(leaf).mark == "a mark" and copy.copy(leaf).grad is None
    assert copy.copy([leaf])[0] is leaf


def test_pickles_leave_the_memory_out():
    """Protocol 5 hands large buffers to its carrier, and what is read over them is not copied."""
    for x in (rl.arange(10000.0), rl.arange(12).view(3, 4).t(), rl.ones(5, dtype=rl.bfloat16), rl.tensor(3)):
        buffers = []
        text = pickle.dumps(x, protocol=5, buffer_callback=buffers.append)
        assert len(text) < 1000 and len(buffers) == 1
        carried = [bytearray(buffer.raw()) for buffer in buffers]
        got = pickle.loads(text, buffers=carried)
        assert rl.equal(got, x) and got.dtype == x.dtype and got.stride() == x.stride()
        got.zero_()
        assert x.nbytes < 10000 or not any(carried[0])
        fixed = pickle.loads(text, buffers=[bytes(buffer.raw()) for buffer in buffers])
        assert rl.equal(fixed.add_(0), x)  # read-only bytes are copied
        for protocol in range(2, 6):
            got = pickle.loads(pickle.dumps(x, protocol=protocol))
            assert rl.equal(got.add_(0), x) and not got._is_view()


def test_copies_and_pickles_of_meta_tensors():
    x = rl.empty(2, 3, device="meta", dtype=rl.float64).t().requires_grad_()
    for got in (copy.copy(x), *(pickle.loads(pickle.dumps(x, protocol)) for protocol in (2, 4, 5))):
        assert got.is_meta and got.shape == (3, 2) and got.stride() == x.stride() and got.dtype == rl.float64
        assert got.requires_grad and got.is_leaf


def test_copies_keep_class_and_attributes():
    class Named(rl.Tensor):
        pass

    x = rl.Tensor._make_subclass(Named, rl.ones(2))
    x.name_ = "n"
    assert type(copy.copy(x)) is Named and copy.copy(x).name_ == "n"
    result = rl.ones(2, requires_grad=True) * 2
    assert copy.copy(result).is_leaf and copy.copy(result).requires_grad


# ---------------------------------------------------------------------- queues
@methods
def test_tensors_through_queues_share_memory(method):
    context = mp.get_context(method)
    queue, go = context.Queue(), context.SimpleQueue()
    process = context.Process(target=send, args=(queue, go))
    process.start()
    shared, brain, parameter, empty = queue.get(timeout=60)
    assert shared.tolist() == [0, 1, 2, 3, 4, 5] and brain.dtype == rl.bfloat16 and brain.tolist() == [1, 1]
    assert type(parameter) is nn.Parameter and parameter.requires_grad and empty.numel() == 0
    shared.fill_(2)
    go.put(None)
    assert queue.get(timeout=60) == 12
    process.join(60)

    process = context.Process(target=fill, args=(queue, go))
    process.start()
    x = rl.zeros(4)
    queue.put(x)
    assert go.get() is True and x.tolist() == [7] * 4  # sending moved it
    process.join(60)
    assert process.exitcode == 0


def test_what_arrives_twice_is_one_memory():
    queue = mp.SimpleQueue()
    x = rl.arange(4.0).share_memory_()
    queue.put([x, x[1:]])
    queue.put(x)
    (whole, part), again = queue.get(), queue.get()
    assert whole.data_ptr() + 4 == part.data_ptr() and again.data_ptr() == whole.data_ptr()
    part.zero_()
    assert x.tolist() == [0, 0, 0, 0]


def test_results_with_a_history_stay():
    queue = mp.SimpleQueue()
    with pytest.raises(
        RuntimeError, match="Cowardly refusing to serialize non-leaf tensor which requires_grad"
    ):
        queue.put(rl.ones(2, requires_grad=True) * 2)
    queue.put((rl.ones(2, requires_grad=True) * 2).detach())
    assert queue.get().tolist() == [2, 2]


def test_batches_and_views_through_queues():
    """A batch of a loader moves into a block of its own; a view stays where its base is."""
    (batch,) = rl.utils.data.DataLoader([rl.zeros(20000)] * 2, 2, num_workers=1)
    base = rl.arange(6.0)
    queue = mp.SimpleQueue()
    queue.put([batch, base[2:4]])
    got, part = queue.get()
    got.fill_(3)
    part.fill_(3)
    assert (batch == 3).all() and batch.is_shared() and base.tolist() == [0, 1, 2, 3, 4, 5]
    base.zero_()
    assert base[2:4].tolist() == [0, 0]


def test_pools_and_pipes():
    with mp.get_context("fork").Pool(2) as pool:
        assert [t.tolist() for t in pool.map(rl.neg, [rl.ones(1), rl.ones(2)])] == [[-1], [-1, -1]]
    one, other = mp.Pipe()
    one.send({"x": rl.ones(3)})
    assert other.recv()["x"].tolist() == [1, 1, 1]


# ---------------------------------------------------------------------- processes
def test_a_child_computes_though_its_parent_was_at_it():
    """A fork takes place while another thread of the parent has the engine's threads at work."""
    threads, stop = rl.get_num_threads(), threading.Event()
    work, other = rl.ones(3000000), rl.ones(3000000)

    def at_it():
        while not stop.is_set():
            rl.sin(work, out=other)

    rl.set_num_threads(2)
    busy = threading.Thread(target=at_it)
    busy.start()
    try:
        for _ in range(10):
            time.sleep(0.003)
            process = mp.get_context("fork").Process(target=multiply)
            process.start()
            process.join(20)
            code = process.exitcode
            process.kill()
            assert code == 0
    finally:
        stop.set()
        busy.join()
        rl.set_num_threads(threads)


def test_spawn():
    x = rl.zeros(2).share_memory_()
    assert mp.spawn(set_index, (x,), nprocs=2) is None and x.tolist() == [1, 2]
    context = mp.spawn(set_index, (x,), nprocs=2, join=False)
    assert isinstance(context, mp.SpawnContext) and len(context.pids()) == 2
    while not context.join():
        pass


def test_start_processes_reports_the_first_failure_and_ends_the_others():
    began = time.monotonic()
    with pytest.raises(mp.ProcessRaisedException) as caught:
        mp.start_processes(fail_at_one, nprocs=3, start_method="fork")
    text = str(caught.value)
    assert text.startswith(
        "\n\n-- Process 1 terminated with the following error:\nTraceback (most recent call"
    )
    assert "ValueError: number one" in text and caught.value.error_index == 1
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == text and again.error_pid == caught.value.error_pid

    with pytest.raises(mp.ProcessExitedException, match="process 0 terminated with signal SIGKILL") as killed:
        mp.start_processes(die_at_zero, nprocs=2, start_method="fork")
    assert (killed.value.exit_code, killed.value.signal_name) == (-signal.SIGKILL, "SIGKILL")
    again = pickle.loads(pickle.dumps(killed.value))
    assert (again.exit_code, again.signal_name) == (-signal.SIGKILL, "SIGKILL")

    with pytest.raises(mp.ProcessExitedException, match=r"process \d terminated with exit code 3"):
        mp.start_processes(leave, nprocs=2, start_method="fork")
    assert time.monotonic() - began < 20 and not multiprocessing.active_children()


# ---------------------------------------------------------------------- names
def test_it_is_python_s_multiprocessing_and_more():
    for name in multiprocessing.__all__:
        assert getattr(mp, name) is getattr(multiprocessing, name), name
    assert mp.get_all_sharing_strategies() == {"file_descriptor", "file_system"}
    assert mp.get_sharing_strategy() == "file_descriptor"
    mp.set_sharing_strategy("file_system")
    assert mp.get_sharing_strategy() == "file_system"
    mp.set_sharing_strategy("file_descriptor")
    with pytest.raises(AssertionError):
        mp.set_sharing_strategy("by post")


def test_it_is_imported_when_it_is_asked_for():
    text = """
import sys, rushlight
x = rushlight.zeros(2)
assert not x.is_shared() and "multiprocessing" not in sys.modules
assert rushlight.multiprocessing.Queue and x.share_memory_().is_shared()
"""
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="looks into /dev/shm")
def test_a_death_leaves_no_memory_behind():
    text = """
import os, sys, rushlight as rl, rushlight.multiprocessing as mp
x = rl.zeros(100000).share_memory_()
q = mp.SimpleQueue()
if os.fork() == 0:
    q.put(rl.ones(100000))
    print("sent", flush=True)
    os.kill(os.getpid(), 9)
os.wait()
os.kill(os.getpid(), 9)
"""
    before = set(os.listdir("/dev/shm"))
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert done.returncode == -9 and done.stdout == "sent\n" and "resource_tracker" not in done.stderr
    assert set(os.listdir("/dev/shm")) <= before


def test_saving_shared_tensors_saves_their_values():
    x = rl.arange(3.0).share_memory_()
    file = io.BytesIO()
    rl.save({"x": x}, file)
    file.seek(0)
    got = rl.load(file)["x"]
    assert rl.equal(got, x) and not got.is_shared()
