"""What a tensor is printed as within a transform, and what a class of parameters is printed as: PyTorch's words."""

import rushlight as rl
from rushlight import nn, vmap
from rushlight.func import grad, hessian, jacrev, jvp

X = rl.tensor([1.0, 2.0])
M = rl.arange(4.0).reshape(2, 2)


def seen(run):
    """What the function that is run shows of its argument."""
    texts = []
    run(lambda x: (texts.append(repr(x)), x)[1])
    return texts[0]


def test_gradients_wrap_what_they_track():
    assert seen(lambda p: grad(lambda x: p(x).sum())(X)) == "GradTrackingTensor(lvl=1, value=\n    tensor([1., 2.])\n)"
    assert seen(lambda p: jvp(lambda x: p(x * x), (X,), (X,))) == "GradTrackingTensor(lvl=1, value=\n    tensor([1., 4.])\n)"
    assert seen(lambda p: jacrev(lambda x: p(x.sum()))(X)) == "GradTrackingTensor(lvl=1, value=\n    tensor(3.)\n)"
    assert seen(lambda p: grad(lambda x: p(M).sum() + x.sum())(X)) == "tensor([[0., 1.],\n        [2., 3.]])"
    inner = "GradTrackingTensor(lvl=3, value=\n    GradTrackingTensor(lvl=2, value=\n        tensor([1., 4.])\n    )\n)"
    assert seen(lambda p: hessian(lambda x: p(x * x).sum())(X)) == inner


def test_levels_of_maps_and_gradients_are_counted_together():
    assert seen(lambda p: vmap(p)(M)) == "BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[0., 1.],\n            [2., 3.]])\n)"
    assert seen(lambda p: vmap(grad(lambda x: p(x).sum()))(M)) == (
        "GradTrackingTensor(lvl=2, value=\n    BatchedTensor(lvl=1, bdim=0, value=\n        tensor([[0., 1.],\n"
        "                [2., 3.]])\n    )\n)"
    )
    assert seen(lambda p: grad(lambda m: vmap(p)(m).sum())(M)) == (
        "BatchedTensor(lvl=2, bdim=0, value=\n    GradTrackingTensor(lvl=1, value=\n        tensor([[0., 1.],\n"
        "                [2., 3.]])\n    )\n)"
    )


def test_a_history_outside_is_shown_inside():
    outer = rl.tensor([1.0, 2.0], requires_grad=True)
    assert seen(lambda p: vmap(lambda x: p(x.sin()))(outer.expand(1, 2))).count("grad_fn=<SinBackward0>") == 1
    assert "requires_grad=True" in seen(lambda p: grad(lambda x: p(x).sum())(outer))
    assert repr(outer) == "tensor([1., 2.], requires_grad=True)"


def test_classes_of_parameters_are_named():
    class Weight(nn.Parameter):
        pass

    assert repr(Weight(X)) == "Parameter containing:\nParameter(Weight([1., 2.], requires_grad=True))"
    assert repr(nn.Parameter(X)) == "Parameter containing:\ntensor([1., 2.], requires_grad=True)"
