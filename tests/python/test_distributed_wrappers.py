"""Wrappers written for many processes, in a world of one: states fit with and without them, and steps are the same."""

from __future__ import annotations

import functools

import pytest
import rushlight as rl
import rushlight.distributed as dist
from rushlight import nn
from rushlight.distributed.algorithms._checkpoint.checkpoint_wrapper import (
    CheckpointImpl,
    CheckpointWrapper,
    apply_activation_checkpointing,
    checkpoint_wrapper,
    offload_wrapper,
)
from rushlight.distributed.checkpoint.state_dict import get_model_state_dict, get_optimizer_state_dict
from rushlight.distributed.fsdp import (
    FSDPModule,
    FullStateDictConfig,
    OptimStateKeyType,
    StateDictType,
    fully_shard,
)
from rushlight.distributed.fsdp.fully_sharded_data_parallel import FullyShardedDataParallel as FSDP
from rushlight.distributed.fsdp.sharded_grad_scaler import ShardedGradScaler
from rushlight.distributed.fsdp.wrap import (
    CustomPolicy,
    ModuleWrapPolicy,
    enable_wrap,
    lambda_auto_wrap_policy,
    size_based_auto_wrap_policy,
    transformer_auto_wrap_policy,
    wrap,
)
from rushlight.distributed.optim import ZeroRedundancyOptimizer


@pytest.fixture
def world(monkeypatch):
    for name, value in (("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", "29531"), ("RANK", "0"), ("WORLD_SIZE", "1")):
        monkeypatch.setenv(name, value)
    dist.init_process_group("gloo")
    yield
    dist.destroy_process_group()


def net():
    rl.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


@pytest.mark.parametrize("make", [checkpoint_wrapper, offload_wrapper], ids=["again", "on the processor"])
def test_activations_are_not_kept(make):
    plain, wrapped = net(), net()
    calls = []
    wrapped[0].register_forward_hook(lambda *_: calls.append(1))
    apply_activation_checkpointing(wrapped, make, check_fn=lambda module: isinstance(module, nn.Linear))
    x = rl.randn(5, 3)
    for model in (plain, wrapped):
        model(x).square().sum().backward()
    for one, other in zip(plain.parameters(), wrapped.parameters(), strict=True):
        assert rl.equal(one.grad, other.grad)
    assert len(calls) == (2 if make is checkpoint_wrapper else 1)
    assert list(wrapped.state_dict()) == list(plain.state_dict())
    assert str(wrapped.load_state_dict(plain.state_dict())) == "<All keys matched successfully>"
    assert wrapped[0].in_features == 3 and [name for name, _ in wrapped[0].named_parameters()] == ["weight", "bias"]
    assert list(get_model_state_dict(wrapped)) == list(plain.state_dict())


def test_how_activations_are_computed_again():
    layer = nn.Linear(2, 2)
    x = rl.ones(1, 2, requires_grad=True)
    old = CheckpointWrapper(layer, CheckpointImpl.REENTRANT)
    old(x).sum().backward()
    assert layer.weight.grad is not None
    seen = []
    own = checkpoint_wrapper(layer, checkpoint_fn=lambda run, *args, word: seen.append(word) or run(*args), word="w")
    assert rl.equal(own(x), layer(x)) and seen == ["w"]
    model = net()
    policy = functools.partial(size_based_auto_wrap_policy, min_num_params=12)
    apply_activation_checkpointing(model, auto_wrap_policy=policy)
    assert [type(module) for module in model] == [CheckpointWrapper, nn.Tanh, nn.Linear]
    model = nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.ReLU()))
    apply_activation_checkpointing(model, auto_wrap_policy=policy)
    assert type(model[0]) is nn.Sequential  # all that it has is in the layer that is wrapped
    assert type(model[0][0]) is CheckpointWrapper


def test_a_sharded_module_has_its_own_names(world):
    plain, wrapped = net(), FSDP(net(), auto_wrap_policy=ModuleWrapPolicy({nn.Linear}))
    assert list(wrapped.state_dict()) == list(plain.state_dict()) and wrapped[0].out_features == 4
    wrapped.load_state_dict(plain.state_dict())
    assert rl.equal(wrapped(rl.ones(1, 3)), plain(rl.ones(1, 3)))
    optimizer = rl.optim.Adam(wrapped.parameters())
    with wrapped.no_sync():
        wrapped(rl.ones(1, 3)).sum().backward()
    optimizer.step()
    with FSDP.state_dict_type(wrapped, StateDictType.FULL_STATE_DICT, FullStateDictConfig(offload_to_cpu=True)):
        assert FSDP.get_state_dict_type(wrapped).state_dict_config.offload_to_cpu
        state = FSDP.optim_state_dict(wrapped, optimizer)
    assert not FSDP.get_state_dict_type(wrapped).state_dict_config.offload_to_cpu
    assert list(state["state"]) == list(plain.state_dict()) == state["param_groups"][0]["params"]
    again = rl.optim.Adam(wrapped.parameters())
    again.load_state_dict(FSDP.optim_state_dict_to_load(wrapped, again, state))
    assert rl.equal(again.state[wrapped[0].weight]["exp_avg"], optimizer.state[wrapped[0].weight]["exp_avg"])
    numbers = FSDP.rekey_optim_state_dict(state, OptimStateKeyType.PARAM_ID, wrapped, optim=optimizer)
    assert list(numbers["state"]) == [0, 1, 2, 3]
    assert list(get_optimizer_state_dict(wrapped, optimizer)["state"]) == list(plain.state_dict())
    outer = nn.Sequential(FSDP(nn.Sequential(FSDP(nn.Linear(1, 1)))))
    assert len(FSDP.fsdp_modules(outer)) == 2 and len(FSDP.fsdp_modules(outer, root_only=True)) == 1
    with pytest.raises(ValueError, match="no module is wrapped"):
        FSDP.get_state_dict_type(plain)


def test_a_module_says_that_it_is_sharded(world):
    model = net()
    for module in (*model[::2], model):
        assert fully_shard(module) is module
    assert isinstance(model, FSDPModule) and isinstance(model, nn.Sequential)
    assert repr(model).startswith("FSDPSequential(\n  (0): FSDPLinear(")
    model.set_requires_gradient_sync(False)
    assert model.unshard(async_op=True).wait() is None and model.unshard() is None
    assert list(model.state_dict()) == list(net().state_dict()) and rl.equal(model(rl.ones(1, 3)), net()(rl.ones(1, 3)))
    with pytest.raises(ValueError, match="do not implement forward"):
        fully_shard(nn.ModuleList([nn.Linear(1, 1)]))


def test_policies_say_which_modules():
    small, large = nn.Linear(1, 1), nn.Linear(9, 9)
    size = functools.partial(size_based_auto_wrap_policy, min_num_params=50)
    assert size(large, False, 90) and not size(small, False, 2) and not size(nn.ModuleList([large]), False, 90)
    assert not size(nn.MultiheadAttention(8, 2), True, 1000)
    blocks = functools.partial(transformer_auto_wrap_policy, transformer_layer_cls={nn.Linear})
    assert blocks(small, False, 0) and not blocks(nn.ReLU(), False, 0) and blocks(nn.ReLU(), True, 0)
    assert lambda_auto_wrap_policy(small, False, 0, lambda module: module is small)
    assert ModuleWrapPolicy([nn.ReLU])(nn.ReLU(), False) and CustomPolicy(lambda _: {})(small, False)
    assert wrap(small) is small
    with enable_wrap(wrapper_cls=CheckpointWrapper, checkpoint_impl=CheckpointImpl.REENTRANT):
        assert wrap(small).checkpoint_impl == CheckpointImpl.REENTRANT
        assert wrap(small, checkpoint_impl=CheckpointImpl.NO_REENTRANT).checkpoint_impl == CheckpointImpl.NO_REENTRANT


def test_an_optimizer_cut_over_one_process_is_whole(world):
    plain, cut = net(), net()
    one = rl.optim.AdamW(plain.parameters(), lr=0.1)
    two = ZeroRedundancyOptimizer(cut.parameters(), rl.optim.AdamW, lr=0.1)
    schedule = rl.optim.lr_scheduler.StepLR(two, 1)
    for _ in range(2):
        for model, optimizer in ((plain, one), (cut, two)):
            optimizer.zero_grad()
            model(rl.ones(2, 3)).sum().backward()
            optimizer.step()
    for a, b in zip(plain.parameters(), cut.parameters(), strict=True):
        assert rl.equal(a, b)
    two.consolidate_state_dict()
    assert len(two.state_dict()["state"]) == 4
    two.load_state_dict(one.state_dict())
    assert two.state[cut[0].weight]["step"] == 2
    schedule.step()
    assert two.optim.param_groups[0]["lr"] == pytest.approx(0.01)
    two.add_param_group({"params": [nn.Parameter(rl.ones(1))], "lr": 3.0})
    assert two.optim.param_groups[1]["lr"] == 3.0 and len(two.param_groups) == 2
    with pytest.raises(TypeError, match="class of optimizers"):
        ZeroRedundancyOptimizer(cut.parameters(), nn.Linear)
    assert ShardedGradScaler(enabled=False).scale(rl.ones(1)) == 1


def test_gradients_are_exchanged_by_hooks(world):
    from rushlight.distributed.algorithms.ddp_comm_hooks import (
        DDPCommHookType,
        default_hooks,
        register_ddp_comm_hook,
    )

    x, plain = rl.randn(5, 3), net()
    plain(x).square().sum().backward()

    def gradients(hook=None, kind=None):
        model = nn.parallel.DistributedDataParallel(net())
        if kind is not None:
            register_ddp_comm_hook(kind, model)
        else:
            model.register_comm_hook(None, hook)
        with model.no_sync():
            (0 * model(x)).sum().backward()
        model(x).square().sum().backward()
        with pytest.raises(RuntimeError, match="only be called once"):
            model.register_comm_hook(None, hook)
        return [p.grad for p in model.parameters()]

    wanted = [p.grad for p in plain.parameters()]
    for kind in (DDPCommHookType.ALLREDUCE, None):
        found = gradients(default_hooks.allreduce_hook, kind)
        assert all(rl.equal(a, b) for a, b in zip(found, wanted, strict=True))
    for hook, dtype in (
        (default_hooks.fp16_compress_hook, rl.float16),
        (default_hooks.bf16_compress_wrapper(default_hooks.allreduce_hook), rl.bfloat16),
    ):
        assert all(rl.equal(a, b.to(dtype).float()) for a, b in zip(gradients(hook), wanted, strict=True))
    seen = []

    def own(state, bucket: dist.GradBucket):
        seen.append((bucket.index(), bucket.is_last(), bucket.buffer().dim(), bucket.gradients()[0].shape))
        future = rl.futures.Future()
        future.set_result(-bucket.buffer())
        return future

    assert all(rl.equal(a, -b) for a, b in zip(gradients(own), wanted, strict=True))
    assert sorted(seen)[0] == (0, False, 1, (4, 3)) and sorted(seen)[-1][:2] == (3, True) and len(seen) == 4


def test_a_plan_for_one_process_cuts_nothing(world):
    from rushlight.distributed.tensor import Replicate, Shard
    from rushlight.distributed.tensor.parallel import (
        ColwiseParallel,
        PrepareModuleInput,
        PrepareModuleOutput,
        RowwiseParallel,
        SequenceParallel,
        loss_parallel,
        parallelize_module,
    )

    model = net()
    wanted = model(rl.ones(1, 3))
    mesh = dist.init_device_mesh("cpu", (1,))
    plan = {
        "0": ColwiseParallel(output_layouts=Shard(-1)),
        "*": SequenceParallel(),
        "2": RowwiseParallel(input_layouts=Shard(-1)),
    }
    assert parallelize_module(model, mesh, plan) is model and rl.equal(model(rl.ones(1, 3)), wanted)
    with loss_parallel():
        nn.functional.cross_entropy(model(rl.ones(1, 3)), rl.tensor([0])).backward()
    with pytest.warns(UserWarning, match="Parallelize plan key '9' could not be resolved"):
        parallelize_module(model, mesh, {"9": ColwiseParallel()})
    with pytest.warns(UserWarning, match="no-op"):
        parallelize_module(model, mesh)
    with pytest.raises(TypeError, match="for parallelize_plan, <class 'int'> found"):
        parallelize_module(model, mesh, 3)
    with pytest.raises(ValueError, match="a mesh of one axis"):
        parallelize_module(model, dist.init_device_mesh("cpu", (1, 1)), plan)
    with pytest.raises(AssertionError, match="should have same length"):
        PrepareModuleInput(input_layouts=(None, None), desired_input_layouts=(Replicate(),))
    assert "Replicate()" in repr(PrepareModuleOutput(output_layouts=Replicate(), desired_output_layouts=Shard(1)))
