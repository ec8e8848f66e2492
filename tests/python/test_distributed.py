"""A world of one process: programs written for many run, and what cannot be done says so."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import warnings

import pytest
import rushlight as rl
import rushlight.distributed as dist
from rushlight import nn
from rushlight.nn.parallel import DistributedDataParallel


@pytest.fixture
def world(monkeypatch):
    for name, value in (
        ("RANK", "0"),
        ("WORLD_SIZE", "1"),
        ("MASTER_ADDR", "127.0.0.1"),
        ("MASTER_PORT", "29500"),
    ):
        monkeypatch.setenv(name, value)
    dist.init_process_group("gloo")
    yield
    if dist.is_initialized():
        dist.destroy_process_group()


def test_the_world_begins_and_ends(world):
    assert (dist.get_rank(), dist.get_world_size(), dist.get_backend()) == (0, 1, "gloo")
    assert dist.group.WORLD is not None and dist.get_process_group_ranks(dist.group.WORLD) == [0]
    with pytest.raises(ValueError, match="twice"):
        dist.init_process_group("gloo")
    dist.destroy_process_group()
    assert not dist.is_initialized() and dist.group.WORLD is None
    for call in (dist.get_rank, dist.get_world_size, dist.barrier, dist.destroy_process_group):
        with pytest.raises(ValueError, match="Default process group has not been initialized"):
            call()


@pytest.mark.parametrize("backend", ["nope", "cpu:gloo,cuda:nope"])
def test_a_backend_must_be_known(backend):
    with pytest.raises(AssertionError, match="Unknown backend type nope"):
        dist.init_process_group(backend, init_method="tcp://127.0.0.1:29500", rank=0, world_size=1)
    assert not dist.is_initialized()


def test_what_a_launcher_sets_is_read(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="environment variable RANK expected, but not set"):
        dist.init_process_group("gloo")
    with pytest.raises(NotImplementedError, match="a world of 4 processes"):
        dist.init_process_group("gloo", init_method="tcp://127.0.0.1:1", rank=0, world_size=4)
    with pytest.raises(ValueError, match="rank 1 is not in a world of 1"):
        dist.init_process_group("gloo", init_method="tcp://127.0.0.1:1", rank=1, world_size=1)
    assert not dist.is_initialized()
    assert dist.get_node_local_rank(fallback_rank=0) == 0
    with pytest.raises(RuntimeError, match="LOCAL_RANK"):
        dist.get_node_local_rank()


def test_collectives_do_what_they_do_alone(world):
    x, y = rl.arange(4.0), rl.zeros(4)
    for op in (dist.ReduceOp.SUM, dist.ReduceOp.MAX, dist.ReduceOp.AVG):
        dist.all_reduce(x, op)
    dist.broadcast(x, src=0)
    dist.reduce(x, dst=0)
    assert x.tolist() == [0, 1, 2, 3]
    writes = (
        lambda: dist.all_gather([y], x),
        lambda: dist.gather(x, [y], dst=0),
        lambda: dist.scatter(y, [x], src=0),
        lambda: dist.reduce_scatter(y, [x]),
        lambda: dist.all_to_all([y], [x]),
        lambda: dist.all_gather_single(y, x),
        lambda: dist.reduce_scatter_single(y, x),
        lambda: dist.all_to_all_single(y, x),
    )
    for write in writes:
        y.zero_()
        write()
        assert rl.equal(x, y)
    work = dist.all_reduce(x, async_op=True)
    assert work.wait() and work.is_completed() and work.get_future().wait()[0] is x
    given, found = {"a": [1]}, [None]
    dist.all_gather_object(found, given)
    assert found == [given] and found[0] is not given
    dist.barrier()
    with pytest.raises(ValueError, match="do not fit"):
        dist.all_gather([rl.zeros(3)], x)
    with pytest.raises(ValueError, match="has one tensor, not 2"):
        dist.all_gather([y, y], x)
    with pytest.raises(TypeError, match="Invalid function argument"):
        dist.all_reduce([x])
    with pytest.raises(ValueError, match="same as the rank of the current process"):
        dist.send(x, 0)
    with pytest.raises(ValueError, match="not in a world of 1"):
        dist.broadcast(x, src=2)


def test_groups_and_meshes(world):
    inside, outside = dist.new_group([0]), dist.new_group([])
    assert dist.get_rank(inside) == 0 and dist.get_rank(outside) == -1
    assert dist.all_reduce(rl.ones(1), group=outside, async_op=True) is None
    with pytest.raises(ValueError, match="within the world_size"):
        dist.new_group([0, 1])
    mesh = dist.init_device_mesh("cpu", (1, 1), mesh_dim_names=("data", "model"))
    assert mesh["data"].shape == (1,) and mesh.get_local_rank("model") == 0 and mesh.ndim == 2
    with pytest.raises(RuntimeError, match="bigger than default world size"):
        dist.init_device_mesh("cpu", (2,))


def test_a_store_is_shared_by_threads():
    import threading
    from datetime import timedelta

    store = dist.PrefixStore("run", dist.HashStore())
    threading.Timer(0.01, store.set, ("key", "value")).start()
    assert store.get("key") == b"value" and store.add("count", 2) == 2 and store.add("count", 3) == 5
    with pytest.raises(dist.DistStoreError, match="timeout"):
        store.wait(["never"], timedelta(milliseconds=10))


def train(net):
    optimizer = rl.optim.SGD(net.parameters(), 0.1)
    for _ in range(3):
        optimizer.zero_grad()
        net(rl.ones(2, 2)).square().sum().backward()
        optimizer.step()


def test_wrapped_modules_train_like_themselves(world):
    rl.manual_seed(0)
    plain = nn.Linear(2, 1)
    ddp, dp = DistributedDataParallel(copy.deepcopy(plain)), nn.DataParallel(copy.deepcopy(plain))
    for net in (plain, ddp, dp):
        train(net)
    for net in (ddp, dp):
        assert list(net.state_dict()) == ["module.weight", "module.bias"]
        assert rl.equal(net.module.weight, plain.weight)
    with ddp.no_sync():
        assert not ddp.require_backward_grad_sync
    assert ddp.require_backward_grad_sync
    with pytest.raises(RuntimeError, match="doesn't have any parameter"):
        DistributedDataParallel(nn.ReLU())
    with pytest.raises(RuntimeError, match="no GPU device"):
        nn.DataParallel(plain, device_ids=[0])
    dist.destroy_process_group()
    with pytest.raises(ValueError, match="not been initialized"):
        DistributedDataParallel(plain)


def test_a_sampler_takes_the_whole_set(world):
    sampler = rl.utils.data.distributed.DistributedSampler(range(5), shuffle=False)
    assert list(sampler) == [0, 1, 2, 3, 4] and sampler.num_replicas == 1


@pytest.mark.parametrize("n", [1, 2, 3])
def test_gradients_of_convolutions_by_themselves(n):
    rl.manual_seed(0)
    x = rl.randn(2, 4, *[5] * n, requires_grad=True)
    w = rl.randn(6, 2, *[3] * n, requires_grad=True)
    y = getattr(nn.functional, f"conv{n}d")(x, w, stride=2, padding=1, groups=2)
    g = rl.randn_like(y)
    y.backward(g)
    options = {"stride": 2, "padding": 1, "groups": 2}
    assert rl.equal(getattr(nn.grad, f"conv{n}d_input")(x.shape, w.detach(), g, **options), x.grad)
    assert rl.equal(getattr(nn.grad, f"conv{n}d_weight")(x.detach(), w.shape, g, **options), w.grad)


def test_gradients_pass_through_collectives(world):
    from rushlight.distributed.nn import functional as passing

    for collective in (
        passing.all_reduce,
        lambda x: rl.cat(passing.all_gather(x)),
        lambda x: passing.broadcast(x, 0),
        lambda x: passing.scatter([x]),
        lambda x: passing.reduce_scatter(rl.empty(2), [x]),
        lambda x: passing.all_to_all([rl.empty(2)], [x])[0],
        lambda x: passing.all_to_all_single(rl.empty(2), x),
        lambda x: passing.gather(x)[0],
        lambda x: passing.reduce(x, 0),
    ):
        x = rl.tensor([1.0, 2.0], requires_grad=True)
        y = collective(x)
        assert y is not x and y.tolist() == [1.0, 2.0]
        (y * rl.tensor([3.0, 4.0])).sum().backward()
        assert x.grad.tolist() == [3.0, 4.0]
    with pytest.raises(ValueError, match="a tensor for each of the 1 processes, got 2"):
        passing.scatter([rl.ones(1), rl.ones(1)])


def test_modules_that_would_be_cut_run_as_they_are(world):
    from rushlight.distributed.fsdp import FullyShardedDataParallel, MixedPrecisionPolicy, fully_shard

    net, x = nn.Linear(2, 2), rl.ones(1, 2)
    wrapped = FullyShardedDataParallel(net)
    assert rl.equal(wrapped(x), net(x)) and wrapped.module is net and fully_shard(net) is net
    wrapped(x).sum().backward()
    assert wrapped.clip_grad_norm_(1.0).item() == pytest.approx(6**0.5, rel=1e-5)
    with pytest.raises(NotImplementedError, match="use autocast"):
        fully_shard(net, mp_policy=MixedPrecisionPolicy(param_dtype=rl.bfloat16))


def test_no_tensor_is_of_several_processes():
    from rushlight.distributed import tensor

    assert not isinstance(rl.ones(1), tensor.DTensor)
    assert tensor.Shard(0) == tensor.Shard(0) != tensor.Shard(1) and tensor.Shard(1).is_shard(1)
    assert repr([tensor.Shard(1), tensor.Replicate(), tensor.Partial()]) == "[Shard(dim=1), Replicate(), Partial(sum)]"
    with pytest.raises(RuntimeError, match="use the tensor itself"):
        tensor.distribute_tensor(rl.ones(1))


def test_older_names_of_collectives_warn(world):
    x, y = rl.arange(4.0), rl.zeros(4)
    for name in ("all_gather_into_tensor", "reduce_scatter_tensor"):
        with pytest.warns(FutureWarning, match=f"`torch.distributed.{name}` is deprecated"):
            getattr(dist, name)(y, x)
        assert rl.equal(x, y)
    for call, name in (
        (lambda: dist.all_reduce_coalesced([x]), "all_reduce_coalesced"),
        (lambda: dist.all_gather_coalesced([[y]], [x]), "all_gather_coalesced"),
    ):
        with pytest.warns(FutureWarning, match=f"`torch.distributed.{name}` will be deprecated"):
            call()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dist.all_gather_single(y, x)
        dist.reduce_scatter_single(y, x)
        rl.nn.parallel.DistributedDataParallel(rl.nn.Linear(2, 2))
    with pytest.warns(FutureWarning, match="`broadcast_buffers` is deprecated"):
        rl.nn.parallel.DistributedDataParallel(rl.nn.Linear(2, 2), broadcast_buffers=False)


CHILD = """
import os, sys
import torch, torch.distributed as dist
dist.init_process_group("gloo")
print(dist.get_rank(), dist.get_world_size(), os.environ["LOCAL_RANK"], dist.is_torchelastic_launched(), sys.argv[1:])
sys.exit(int(os.environ.get("STATUS", "0")))
"""


def started(*words, **more):
    command = [sys.executable, "-m", "rushlight.torch", "-m", *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **more})


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("torch.distributed.run", "--standalone", "--nproc_per_node=1"), "0 1 0 True ['--epochs', '3']"),
        (("torch.distributed.launch", "--nproc-per-node", "auto"), "0 1 0 True ['--local-rank=0', '--epochs', '3']"),
    ],
)
def test_a_program_is_started_in_a_world_of_one(tmp_path, command, said):
    program = tmp_path / "train.py"
    program.write_text(CHILD)
    done = started(*command, str(program), "--epochs", "3")
    assert done.stdout.strip() == said, done.stderr
    done = started(*command, str(program), STATUS="7")
    assert done.returncode == 7 and "ended with status 7" in done.stderr


def test_no_program_is_started_in_a_world_of_several():
    from rushlight.distributed import launch, run

    for words in (["--nproc_per_node=2"], ["--nnodes", "2"], ["--nnodes=2:4"]):
        with pytest.raises(ValueError, match="there is one process here"):
            run.main([*words, "train.py"])
    with pytest.raises(ValueError, match="Don't use both"):
        run.main(["--no-python", "-m", "train"])
    with pytest.raises(ValueError, match="must also set"):
        launch.main(["--no-python", "train"])
