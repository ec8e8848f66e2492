"""Recomputation in the backward pass gives the gradients of a run that keeps everything, whichever way it is asked for."""

from __future__ import annotations

import gc
import warnings

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.utils.checkpoint import CheckpointError, checkpoint, checkpoint_sequential


def block():
    rl.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Dropout(0.3), nn.Linear(4, 4))


def gradients(call):
    """Gradients of an input, of parameters of the block, and of parameters before it."""
    net, before = block(), nn.Linear(4, 4)
    nn.init.constant_(before.weight, 0.1)
    nn.init.constant_(before.bias, 0.2)
    rl.manual_seed(3)
    x = rl.linspace(-1, 1, 8).reshape(2, 4).requires_grad_()
    call(net, before(x), x * 2).square().sum().backward()
    return [x.grad, *(p.grad for p in net.parameters()), before.weight.grad]


@pytest.mark.parametrize("reentrant", [True, False])
def test_gradients_are_those_of_the_plain_run(reentrant):
    plain = gradients(lambda net, h, z: net(h) * z)
    # `z` is a result of earlier work that only the closure holds
    again = gradients(
        lambda net, h, z: (
            checkpoint(lambda t: net(t) * z, h, use_reentrant=False)
            if not reentrant
            else checkpoint(lambda t, w: net(t) * w, h, z, use_reentrant=True)
        )
    )
    for a, b in zip(plain, again, strict=True):
        assert rl.equal(a, b)


class Hidden:
    """Holds a tensor where nobody looks for it."""

    def __init__(self, value):
        self.deep = [{"value": [value]}]

    def __call__(self, x):
        return x * self.deep[0]["value"][0]


class Deeper:
    def __init__(self, value):
        self.inner = Hidden(value)

    def __call__(self, x):
        return self.inner(x)


@pytest.mark.parametrize("kind", [Hidden, Deeper])
def test_what_is_held_out_of_sight_has_its_gradient(kind):
    w = rl.tensor([2.0, 3.0], requires_grad=True)
    for value in (w, w * w):  # a leaf is found in the record; a result keeps the record
        x = rl.tensor([1.0, 5.0], requires_grad=True)
        w.grad = None
        checkpoint(kind(value), x, use_reentrant=False).sum().backward()
        assert rl.equal(x.grad, value.detach())
        assert rl.equal(w.grad, x.detach() if value is w else 2 * w.detach() * x.detach())


def test_gradients_with_respect_to_parameters_alone_and_of_gradients():
    net = block().eval().double()
    x = rl.randn(2, 4, dtype=rl.float64)
    plain = rl.autograd.grad(net(x).sum(), list(net.parameters()))
    again = rl.autograd.grad(checkpoint(net, x, use_reentrant=False).sum(), list(net.parameters()))
    assert all(rl.equal(a, b) for a, b in zip(plain, again, strict=True))
    x.requires_grad_()
    assert rl.autograd.gradcheck(lambda t: checkpoint(net, t, use_reentrant=False), (x,))
    assert rl.autograd.gradgradcheck(lambda t: checkpoint(net, t, use_reentrant=False), (x,))


def test_intermediate_results_are_not_kept():
    kept = []

    class Watched(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x.clone())
            kept.append(ctx)
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    gc.collect()
    x = rl.ones(4, requires_grad=True)
    before = rl._C._live_nodes()
    y = checkpoint(lambda t: Watched.apply(Watched.apply(Watched.apply(t))), x, use_reentrant=False)
    kept.clear()
    gc.collect()
    assert rl._C._live_nodes() - before <= 3  # the checkpoint's own, whatever the function does
    y.sum().backward()
    assert x.grad.tolist() == [8.0] * 4


def test_structures_keywords_and_several_results():
    def f(pair, *, table, factor=1.0):
        return {"sum": pair[0] + pair[1], "product": (pair[0] * table["w"] * factor, "text")}

    a, b, w = (rl.tensor([v], requires_grad=True) for v in (2.0, 3.0, 4.0))
    made = checkpoint(f, (a, b), table={"w": w}, factor=2.0, use_reentrant=False)
    assert made["product"][1] == "text"
    (made["sum"] + made["product"][0]).backward()
    assert (a.grad.item(), b.grad.item(), w.grad.item()) == (9.0, 1.0, 4.0)


def test_random_numbers_go_on_as_if_drawn_once():
    for reentrant in (True, False):
        rl.manual_seed(1)
        x = rl.ones(8, requires_grad=True)
        y = checkpoint(lambda t: nn.functional.dropout(t, 0.5), x, use_reentrant=reentrant)
        after = rl.get_rng_state()
        y.sum().backward()
        assert rl.equal(y.detach(), x.grad)
        assert rl.equal(rl.get_rng_state(), after)


def test_a_second_run_that_differs_is_refused():
    sizes = iter([2, 3])
    x = rl.ones(1, requires_grad=True)
    y = checkpoint(lambda t: t.expand(next(sizes)) * 2, x, use_reentrant=False)
    with pytest.raises(CheckpointError, match="different metadata"):
        y.sum().backward()


def test_arguments_are_checked():
    x = rl.ones(1, requires_grad=True)
    with pytest.warns(UserWarning, match="use_reentrant parameter should be passed"):
        checkpoint(lambda t: t * 2, x)
    with pytest.raises(ValueError, match="Unexpected keyword arguments: k"):
        checkpoint(lambda t: t, x, k=1, use_reentrant=True)
    with pytest.raises(ValueError, match="context_fn"):
        checkpoint(lambda t: t, x, context_fn=lambda: None, use_reentrant=True)
    with pytest.raises(ValueError, match="determinism_check"):
        checkpoint(lambda t: t, x, determinism_check="some", use_reentrant=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with rl.no_grad():
            assert not checkpoint(lambda t: t * 2, x, use_reentrant=False).requires_grad


def test_what_is_changed_in_place_afterwards_is_noticed():
    x = rl.ones(3, requires_grad=True)
    h = x * 2
    y = checkpoint(lambda t: t.sin(), h, use_reentrant=False)
    h.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@pytest.mark.parametrize("segments", [1, 2, 3, 4])
def test_sequences_in_parts(segments):
    net = block().eval()
    x = rl.ones(2, 4, requires_grad=True)
    y = checkpoint_sequential(net, segments, x, use_reentrant=False)
    assert rl.equal(y, net(x))
    y.sum().backward()
    found, x.grad = x.grad, None
    net(x).sum().backward()
    assert rl.equal(found, x.grad)


def test_blocks_around_both_runs():
    seen = []

    class Around:
        def __init__(self, name):
            self.name = name

        def __enter__(self):
            seen.append(self.name)

        def __exit__(self, *error):
            seen.append("end")

    x = rl.ones(1, requires_grad=True)
    y = checkpoint(
        lambda t: t * 3, x, use_reentrant=False, context_fn=lambda: (Around("first"), Around("second"))
    )
    y.backward()
    assert seen == ["first", "end", "second", "end"]


def test_arguments_that_depend_on_one_another():
    """Their own history is left alone: it is walked once, after the function's, and nothing counts twice."""
    layer, scale = rl.nn.Linear(2, 2), rl.rand(2, requires_grad=True)

    def run(call):
        for each in (*layer.parameters(), scale):
            each.grad = None
        t = scale * 3
        a = layer(t)  # of t, and of parameters that the function uses, too
        call(lambda a, t: layer(a).sin() * t, a, t).sum().backward()
        return [each.grad.clone() for each in (*layer.parameters(), scale)]

    plain = run(lambda function, *args: function(*args))
    again = run(lambda function, *args: checkpoint(function, *args, use_reentrant=False))
    rl.testing.assert_close(again, plain)
