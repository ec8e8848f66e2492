"""Places of the graph (``GradientEdge``) instead of tensors, as where gradients begin and as what they are wanted for."""

import pytest
import rushlight as rl
from rushlight.autograd.graph import get_gradient_edge as edge


def chain():
    x = rl.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    return x, y, y.sin()


def test_gradients_at_edges():
    x, y, z = chain()
    s = z.sum()
    by_tensor = rl.autograd.grad(s, (y, x), retain_graph=True)
    by_edge = rl.autograd.grad(s, (edge(y), edge(x)), retain_graph=True)
    assert all(rl.equal(a, b) for a, b in zip(by_tensor, by_edge, strict=True))
    (alone,) = rl.autograd.grad(s, edge(y), retain_graph=True)
    assert rl.equal(alone, by_tensor[0])
    kept = edge(y)
    del y
    assert rl.equal(rl.autograd.grad(s, kept)[0], by_tensor[0])


def test_gradients_from_edges():
    x, y, z = chain()
    want = 2 * x.detach() * y.detach().cos()
    (g,) = rl.autograd.grad(edge(z), x, grad_outputs=rl.ones(2), retain_graph=True)
    assert rl.equal(g, want)
    rl.autograd.backward(edge(z.sum()), retain_graph=True)
    assert rl.equal(x.grad, want)
    _, b = (x * 1).split(1)
    assert edge(b).output_nr == 1
    assert rl.autograd.grad([edge(b)], [x], grad_outputs=[rl.ones(1)])[0].tolist() == [0.0, 1.0]
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs"):
        rl.autograd.grad(edge(z), x)
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        rl.autograd.grad(edge(z), x, grad_outputs=rl.ones(3))


def test_backward_into_edges():
    x, _, z = chain()
    z.sum().backward(inputs=[edge(x)], retain_graph=True)
    assert x.grad is not None
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        rl.autograd.grad(z.sum(), edge(rl.ones(2, requires_grad=True) * 2))
    with pytest.raises(RuntimeError, match="materialize_grads cannot be used when the given input is a GradientEdge"):
        rl.autograd.grad(z.sum(), edge(x), materialize_grads=True)
    with pytest.raises(RuntimeError, match="all inputs have to be Tensors or GradientEdges, but got str"):
        rl.autograd.grad(z.sum(), "x")
