"""What a program does with tensors that are saved for a backward, and hooks on several gradients at once."""

import pytest
import rushlight as rl
from rushlight.autograd import graph


def test_what_is_saved_goes_through_the_hooks():
    packed, unpacked = [], []

    def pack(t):
        packed.append(t.detach().clone())
        return t.tolist()

    def unpack(kept):
        unpacked.append(kept)
        return rl.tensor(kept)

    a = rl.tensor([1.0, 2.0], requires_grad=True)
    b = rl.tensor([3.0, 4.0], requires_grad=True)
    with graph.saved_tensors_hooks(pack, unpack):
        y = (a * b).sum()
    assert [t.tolist() for t in packed] == [[3, 4], [1, 2]] and not unpacked
    y.backward()
    assert a.grad.tolist() == [3, 4] and b.grad.tolist() == [1, 2] and len(unpacked) == 2


def test_the_value_that_comes_back_counts():
    x = rl.ones(2, requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t * 10):
        y = (x * x).sum()
    y.backward()
    assert x.grad.tolist() == [20, 20]


def test_second_derivatives_go_through_what_was_packed():
    x = rl.tensor(3.0, requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: t.item(), rl.tensor):
        y = x.exp() * x**3
        (g,) = rl.autograd.grad(y, x, create_graph=True)
        (h,) = rl.autograd.grad(g, x)
    e = rl.tensor(3.0).exp().item()
    assert g.item() == pytest.approx(e * (27 + 27), rel=1e-5)
    assert h.item() == pytest.approx(e * (27 + 27 + 27 + 18), rel=1e-5)


def test_results_are_packed_too():
    kept = []
    x = rl.tensor([0.5], requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: kept.append(t.item()) or t.detach(), lambda t: t):
        y = x.sigmoid()
    y.backward()
    assert kept == [y.item()]
    assert x.grad.item() == pytest.approx(y.item() * (1 - y.item()))


def test_functions_of_a_program():
    class Square(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * x * g

    seen = []
    x = rl.tensor([3.0], requires_grad=True)
    with graph.saved_tensors_hooks(lambda t: seen.append(1) or t.detach(), lambda t: t + 1):
        y = Square.apply(x)
    y.backward()
    assert seen == [1] and x.grad.item() == 8


def test_errors_leave_the_engine_whole():
    x = rl.ones(2, requires_grad=True)

    def fails(t):
        raise KeyError("pack")

    with pytest.raises(KeyError, match="pack"), graph.saved_tensors_hooks(fails, fails):
        x * x
    with graph.saved_tensors_hooks(lambda t: t, lambda t: 3):
        y = (x * x).sum()
    with pytest.raises(TypeError, match="unpack_hook expected to be a Tensor but got result of type int"):
        y.backward()
    y = x * 1
    hooks = graph.saved_tensors_hooks(lambda t: t.detach().mul_(2), lambda t: t)
    with pytest.raises(RuntimeError, match="pack hook is modifying its input in place"), hooks:
        y.exp()
    (x * x).sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_the_innermost_hooks_count():
    x = rl.ones(1, requires_grad=True)
    log = []
    with graph.saved_tensors_hooks(lambda t: log.append("outer") or t, lambda t: t):
        with graph.saved_tensors_hooks(lambda t: log.append("inner") or t, lambda t: t):
            x.exp()
        x.exp()
    x.exp()
    assert log == ["inner", "outer"]


def test_disabled():
    with graph.disable_saved_tensors_hooks("not now"):
        assert not rl._C._saved_tensors_hooks_is_enabled()
        with pytest.raises(RuntimeError, match="not now"), graph.save_on_cpu():
            pass
    with graph.save_on_cpu():
        with pytest.raises(RuntimeError, match="either"), graph.disable_saved_tensors_hooks("either"):
            pass
        x = rl.ones(2, requires_grad=True)
        y = (x.exp() * x).sum()
    y.backward()
    assert rl.allclose(x.grad, 2 * rl.ones(2).exp())


def test_writing_is_allowed_where_it_is_said():
    x = rl.ones(2, requires_grad=True)
    with graph.allow_mutation_on_saved_tensors():
        y = x.clone()
        z = y.sin()
        y.mul_(100)
        z.sum().backward()
    assert rl.allclose(x.grad, rl.ones(2).cos())
    with graph.allow_mutation_on_saved_tensors():
        z = x.clone().sin().sum()
    with pytest.raises(RuntimeError, match="outside of the 'allow_mutation_on_saved_tensors'"):
        z.backward()


@pytest.mark.parametrize("mode", ["all", "any"])
def test_a_hook_on_several_gradients(mode):
    a, b, c = (rl.ones(1, requires_grad=True) for _ in range(3))
    calls = []
    handle = graph.register_multi_grad_hook((a, b, c), calls.append, mode=mode)
    (a * 2 + b * 3).sum().backward()
    (a * 2 + b * 3 + c).sum().backward()
    handle.remove()
    (a * 2).sum().backward()
    if mode == "all":
        assert [[None if g is None else g.item() for g in call] for call in calls] == [[2, 3, None], [2, 3, 1]]
    else:
        assert len(calls) == 2
    with pytest.raises(ValueError, match="mode to be one of"):
        graph.register_multi_grad_hook((a,), calls.append, mode="some")


def test_nodes_show_what_they_keep():
    x = rl.tensor([2.0], requires_grad=True)
    y = x.exp()
    assert y.grad_fn._saved_result.item() == y.item()
    z = x * y
    assert z.grad_fn._saved_self.item() == 2 and z.grad_fn._saved_other.item() == y.item()
    z.grad_fn.metadata["note"] = 1
    assert z.grad_fn.metadata == {"note": 1}
    assert [g.item() for g in z.grad_fn(rl.ones(1))] == [y.item(), 2]
    with pytest.raises(RuntimeError, match="another shape"):
        z.grad_fn(rl.ones(3))
    with pytest.raises(RuntimeError, match="expected 1 gradients"):
        z.grad_fn()
    z.backward()
    with pytest.raises(RuntimeError, match="second time"):
        _ = y.grad_fn._saved_result
    with pytest.raises(AttributeError):
        _ = y.grad_fn._saved_nothing


def test_edges_and_versions():
    x = rl.ones(2, requires_grad=True)
    assert graph.get_gradient_edge(x).node.variable.tolist() == [1, 1]
    y = x * 2
    edge = graph.get_gradient_edge(y)
    assert edge._fields == ("node", "output_nr", "ownership_token") and edge.ownership_token is None
    assert edge.node == y.grad_fn and edge.output_nr == 0
    with pytest.raises(RuntimeError, match="does not require gradients"):
        graph.get_gradient_edge(rl.ones(1))
    plain = rl.ones(2)
    graph.increment_version(plain)
    assert plain._version == 1


def test_a_number_beside_a_tensor_has_a_place_among_the_inputs():
    x = rl.ones(2, requires_grad=True)
    for y in (x * 3, x + 3, x - 3, x / 3):
        assert [place[0] is None for place in y.grad_fn.next_functions] == [False, True]
    assert len((x**2).grad_fn.next_functions) == 1
    y, seen = x * 3, []
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append((len(inputs), inputs[1], outputs[0].tolist())))
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 2, None))
    y.sum().backward()
    assert seen == [(2, None, [1, 1])] and x.grad.tolist() == [6, 6]
