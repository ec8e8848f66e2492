"""The scaler of losses: what it does to gradients, steps and scale; functions that keep their precision."""

from __future__ import annotations

import math
import pickle

import pytest
import rushlight as rl
from rushlight import amp, nn, optim

needs_autocast = pytest.mark.skipif(not hasattr(rl, "autocast"), reason="needs autocast")


def setup(value=1.0, **options):
    p = nn.Parameter(rl.full((2,), value))
    return p, optim.SGD([p], lr=0.1), amp.GradScaler("cpu", **options)


def test_a_scaled_step_is_the_step():
    p, optimizer, scaler = setup(init_scale=8.0)
    scaler.scale((p * p).sum()).backward()
    assert p.grad.tolist() == [16.0, 16.0]
    scaler.step(optimizer)
    scaler.update()
    assert p.tolist() == pytest.approx([0.8, 0.8])
    assert scaler.state_dict()["_growth_tracker"] == 1


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_makes_no_step(bad):
    p, optimizer, scaler = setup(init_scale=8.0, backoff_factor=0.25)
    scaler.scale(rl.tensor(1.0))
    p.grad = rl.tensor([1.0, bad])
    assert scaler.step(optimizer) is None
    scaler.update()
    assert p.tolist() == [1.0, 1.0]
    assert scaler.get_scale() == 2.0


def test_the_scale_grows_after_an_interval_and_never_to_infinity():
    p, optimizer, scaler = setup(init_scale=2.0**126, growth_factor=2.0, growth_interval=2)
    scales = []
    for _ in range(6):
        scaler.scale(rl.tensor(1.0))
        p.grad = rl.zeros(2)
        scaler.step(optimizer)
        scaler.update()
        scales.append(math.log2(scaler.get_scale()))
    assert scales == [126, 127, 127, 127, 127, 127]


def test_one_optimizers_infinity_stops_it_alone():
    p, first, scaler = setup(init_scale=4.0)
    q = nn.Parameter(rl.ones(1))
    second = optim.SGD([q], lr=0.1)
    scaler.scale(rl.tensor(1.0))
    p.grad, q.grad = rl.tensor([math.nan, 0.0]), rl.tensor([4.0])
    scaler.step(first)
    scaler.step(second)
    scaler.update()
    assert p.tolist() == [1.0, 1.0]
    assert q.item() == pytest.approx(0.9)
    assert scaler.get_scale() == 2.0


def test_unscaled_gradients_can_be_clipped():
    p, optimizer, scaler = setup(init_scale=16.0)
    scaler.scale((p * rl.tensor([3.0, 4.0])).sum()).backward()
    scaler.unscale_(optimizer)
    assert nn.utils.clip_grad_norm_([p], 1.0) == 5.0
    scaler.step(optimizer)
    scaler.update()
    assert p.tolist() == pytest.approx([0.94, 0.92])


def test_the_order_of_calls():
    p, optimizer, scaler = setup()
    with pytest.raises(AssertionError, match="Attempted step but _scale is None"):
        scaler.step(optimizer)
    loss = scaler.scale(p.sum())
    with pytest.raises(AssertionError, match="No inf checks were recorded prior to update"):
        scaler.update()
    with pytest.raises(RuntimeError, match="Closure use is not currently supported"):
        scaler.step(optimizer, closure=lambda: loss)
    loss.backward()
    scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match=r"unscale_\(\) has already been called"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(RuntimeError, match=r"unscale_\(\) is being called after step\(\)"):
        scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match=r"step\(\) has already been called"):
        scaler.step(optimizer)
    with pytest.raises(AssertionError, match="may only be pickled at the beginning"):
        pickle.dumps(scaler)
    scaler.update()
    scaler.scale(p.sum())


def test_gradients_in_half_precision_are_refused():
    p = nn.Parameter(rl.ones(1, dtype=rl.float16))
    optimizer, scaler = optim.SGD([p], lr=0.1), amp.GradScaler("cpu")
    scaler.scale(p.sum()).backward()
    with pytest.raises(ValueError, match="Attempting to unscale FP16 gradients"):
        scaler.unscale_(optimizer)


def test_losses_in_containers():
    scaler = amp.GradScaler("cpu", init_scale=4.0)
    assert scaler.scale([rl.tensor(1.0), (rl.tensor(2.0),)]) == [rl.tensor(4.0), (rl.tensor(8.0),)]
    assert [x.item() for x in scaler.scale(rl.tensor(float(k)) for k in range(2))] == [0.0, 4.0]
    with pytest.raises(ValueError, match="outputs must be a Tensor or an iterable of Tensors"):
        scaler.scale(3)


def test_a_disabled_scaler_does_nothing():
    p = nn.Parameter(rl.ones(2))
    optimizer, scaler = optim.SGD([p], lr=0.1), amp.GradScaler("cpu", enabled=False)
    loss = p.sum()
    assert scaler.scale(loss) is loss
    loss.backward()
    scaler.step(optimizer)
    scaler.update()
    assert p.tolist() == pytest.approx([0.9, 0.9])
    assert (scaler.state_dict(), scaler.get_scale(), scaler.is_enabled()) == ({}, 1.0, False)


def test_a_scaler_for_a_gpu_that_is_not_there_is_disabled():
    with pytest.warns(UserWarning, match="GradScaler is enabled, but CUDA is not available"):
        assert not rl.GradScaler().is_enabled()
    with pytest.warns(
        FutureWarning, match=r"torch\.cuda\.amp\.GradScaler\(args\.\.\.\)` is deprecated"
    ) as caught:
        scaler = rl.cuda.amp.GradScaler(enabled=False)
    assert caught[0].filename == __file__
    assert isinstance(scaler, amp.GradScaler)


def test_state_goes_through_checkpoints():
    p, optimizer, scaler = setup(init_scale=8.0, growth_interval=3)
    scaler.scale(p.sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    again = amp.GradScaler("cpu")
    again.load_state_dict(scaler.state_dict())
    for other in (again, pickle.loads(pickle.dumps(scaler))):
        assert other.state_dict() == scaler.state_dict()
        assert other.scale(rl.tensor(1.0)) == 8.0
    with pytest.raises(RuntimeError, match="The source state dict is empty"):
        again.load_state_dict({})


def test_the_scale_can_be_set():
    scaler = amp.GradScaler("cpu", init_scale=2.0)
    scaler.scale(rl.tensor(1.0))
    scaler.update(5.0)
    assert scaler.get_scale() == 5.0
    scaler.update(rl.tensor(7.0))
    assert scaler.get_scale() == 7.0
    with pytest.raises(AssertionError, match="1-element"):
        scaler.update(rl.ones(2))
    for wrong in ({"growth_factor": 1.0}, {"backoff_factor": 1.0}):
        with pytest.raises(AssertionError, match="factor must be"):
            amp.GradScaler("cpu", **wrong)


class Own(optim.SGD):
    """An optimizer that unscales by itself, as fused ones do."""

    _step_supports_amp_scaling = True

    def step(self, closure=None):
        self.seen = self.grad_scale, self.found_inf.item()


def test_optimizers_that_unscale_by_themselves():
    p = nn.Parameter(rl.ones(2))
    optimizer, scaler = Own([p], lr=0.1), amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale(p.sum()).backward()
    scaler.step(optimizer)
    assert optimizer.seen == (4.0, 0.0)
    assert not hasattr(optimizer, "grad_scale")
    scaler.update()
    p.grad = rl.tensor([math.inf, 0.0])
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    assert optimizer.seen == (None, 1.0)


def test_autocast_is_known_for_types_of_devices():
    assert amp.is_autocast_available("cuda:0")
    assert not amp.is_autocast_available("vulkan")
    with pytest.raises(RuntimeError, match="device"):
        amp.is_autocast_available("nonsense")
    with pytest.raises(TypeError, match="must be str, not int"):
        amp.is_autocast_available(3)
    for decorator in (amp.custom_fwd, amp.custom_bwd):
        with pytest.raises(ValueError, match="Expected `device_type` of type `str`"):
            decorator(lambda ctx: None, device_type=3)
        with pytest.raises(TypeError, match="device_type"):
            decorator(lambda ctx: None)


@needs_autocast
@pytest.mark.parametrize("cast", [None, rl.float32])
def test_a_function_goes_back_as_it_came(cast):
    seen = []

    class Product(rl.autograd.Function):
        @staticmethod
        @amp.custom_fwd(device_type="cpu", cast_inputs=cast)
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            seen.append((rl.is_autocast_enabled("cpu"), a.dtype))
            return a @ b

        @staticmethod
        @amp.custom_bwd(device_type="cpu")
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            seen.append((rl.is_autocast_enabled("cpu"), a.dtype))
            return g @ b.mT, a.mT @ g

    a = rl.eye(2, dtype=rl.bfloat16 if cast else rl.float32, requires_grad=True)
    with rl.autocast("cpu", dtype=rl.bfloat16):
        y = Product.apply(a, rl.ones(2, 2))
    y.float().sum().backward()
    assert seen == [(cast is None, rl.float32)] * 2
    assert y.dtype == (cast or rl.bfloat16)
    assert a.grad.dtype == a.dtype
