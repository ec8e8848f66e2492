"""Ways of calling that PyTorch takes."""

import pytest
import rushlight as rl
from rushlight import nn


class Times(rl.autograd.Function):
    @staticmethod
    def forward(x, k=3):
        return x * k

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.k = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.k, None


def test_functions_take_keywords():
    x = rl.ones(1, requires_grad=True)
    y = Times.apply(x, k=5)
    y.backward()
    assert y.item() == 5 and x.grad.item() == 5
    assert Times.apply(x).item() == 3

    class Together(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x, k=3):
            return x * k

    assert Together.apply(x, k=5).item() == 5
    with pytest.raises(TypeError, match="keyword argument 'c'"):
        Together.apply(x, c=5)


def test_a_node_has_the_attributes_of_its_context():
    x = rl.ones(1, requires_grad=True)
    node = Times.apply(x, 5).grad_fn
    assert node.k == 5 and node.saved_tensors[0].tolist() == [1] and node.needs_input_grad == (True, False)
    node.more = 7
    assert node.more == 7
    with pytest.raises(AttributeError, match="'TimesBackward' object has no attribute 'less'"):
        _ = node.less
    with pytest.raises(AttributeError):
        _ = (x * 2).grad_fn.k


def test_backward_runs_again_where_nothing_was_saved():
    x = rl.ones(2, 2, requires_grad=True)
    for make in (
        lambda: (x + 1).sum(),
        lambda: rl.cat([x, x]).mean(),
        lambda: x[0].clone().neg().view(2, 1).t().sum(),
    ):
        y = make()
        x.grad = None
        y.backward()
        once = x.grad.clone()
        y.backward()
        assert x.grad.equal(2 * once)
    for make in (lambda: (x * x).sum(), lambda: (x * 2).sum(), lambda: x.exp().sum(), lambda: (x / 2).sum()):
        y = make()
        y.backward()
        with pytest.raises(RuntimeError, match="backward through the graph a second time"):
            y.backward()


def test_tensors_are_reversed_along_their_first_axis():
    assert [t.item() for t in reversed(rl.arange(3))] == [2, 1, 0]
    assert reversed(rl.arange(6).view(2, 3)).tolist() == [[3, 4, 5], [0, 1, 2]]
    assert reversed(rl.tensor(1)).item() == 1


def test_a_device_is_the_default_within_its_block():
    with rl.device("meta"):
        layer = nn.Linear(2, 2)
        made = [
            rl.ones(2),
            rl.tensor([1.0]),
            rl.as_tensor([1.0]),
            rl.rand(2),
            rl.arange(3),
            rl.eye(2),
            layer.weight,
        ]
        with rl.device("cpu"):
            assert rl.ones(2).device.type == "cpu"
        assert rl.ones(2, device="cpu").device.type == "cpu"
        assert rl.get_default_device() == rl.device("meta")
    assert {t.device.type for t in made} == {"meta"}
    assert rl.ones(2).device.type == rl.get_default_device().type == "cpu"


@pytest.mark.parametrize(
    "options", [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}]
)
def test_descent_of_complex_parameters(options):
    w = nn.Parameter(rl.tensor([1 + 1j, 2 - 1j]))
    parts = nn.Parameter(rl.view_as_real(w.detach()).clone())
    steps = [rl.optim.SGD([p], lr=0.1, **options) for p in (w, parts)]
    for _ in range(3):
        for p, optimizer in zip((w, parts), steps):
            optimizer.zero_grad()
            (p * p.conj()).real.sum().backward()
            optimizer.step()
    assert rl.view_as_real(w.detach()).allclose(parts.detach())


def test_batches_of_no_sequence():
    for kind, cell in ((nn.LSTM, nn.LSTMCell), (nn.GRU, nn.GRUCell), (nn.RNN, nn.RNNCell)):
        x = rl.zeros(0, 2, requires_grad=True)
        out = cell(2, 3)(x)
        out = out[0] if isinstance(out, tuple) else out
        out.sum().backward()
        assert out.shape == (0, 3) and x.grad.shape == (0, 2)
        for options in ({}, {"bidirectional": True}, {"num_layers": 2}):
            layer = kind(2, 3, **options)
            x = rl.zeros(4, 0, 2, requires_grad=True)
            out = layer(x)[0]
            out.sum().backward()
            assert out.shape[:2] == (4, 0) and x.grad.shape == x.shape
            assert all(p.grad.eq(0).all() for p in layer.parameters())


def test_nothing_is_divided_by_zero():
    for x in (rl.zeros(0, dtype=rl.int64), rl.zeros(0, 3, dtype=rl.int32)):
        for f in (
            lambda x: x // 0,
            lambda x: x % 0,
            lambda x: x.fmod(0),
            lambda x: x.div(0, rounding_mode="trunc"),
        ):
            assert f(x).shape == x.shape and f(x).dtype == x.dtype
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        rl.ones(1, dtype=rl.int64) // 0


def test_factors_before_what_they_scale():
    x, m, b = rl.ones(1), rl.ones(1, 1), rl.ones(1, 1, 1)
    calls = {
        "add": (lambda: rl.add(x, 2, x), 3),
        "add of a tensor": (lambda: x.add(2, x), 3),
        "sub": (lambda: rl.sub(x, 2, x), -1),
        "addcmul": (lambda: rl.addcmul(x, 2, x, x), 3),
        "addcdiv": (lambda: x.addcdiv(2, x, x), 3),
        "addmm": (lambda: rl.addmm(2, m, 3, m, m), 5),
        "addmm without alpha": (lambda: rl.addmm(2, m, m, m), 3),
        "addmm of a tensor": (lambda: m.addmm(2, 3, m, m), 5),
        "addmv": (lambda: rl.addmv(2, x, 3, m, x), 5),
        "addr": (lambda: rl.addr(2, m, 3, x, x), 5),
        "baddbmm": (lambda: rl.baddbmm(2, b, 3, b, b), 5),
        "addbmm": (lambda: rl.addbmm(2, m, 3, b, b), 5),
        "in place": (lambda: rl.ones(1).add_(2, x), 3),
    }
    for name, (call, want) in calls.items():
        with pytest.warns(UserWarning, match=r"This overload of \w+ is deprecated:"):
            assert call().item() == want, name
    for wrong in (
        lambda: rl.add(x, x, 2),
        lambda: rl.add(2, x, x),
        lambda: rl.add(x, "a", x),
        lambda: rl.mul(x, 2, x),
    ):
        with pytest.raises(TypeError):
            wrong()


def test_results_that_are_no_tensors_have_no_gradient():
    class Odd(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, "text", 5, x * 3

        @staticmethod
        def backward(ctx, *grads):
            seen.extend(grads)
            return grads[0] * 2

    seen = []
    x = rl.ones(1, requires_grad=True)
    y, text, number, _ = Odd.apply(x)
    y.sum().backward()
    assert (text, number, x.grad.item()) == ("text", 5, 2)
    assert seen[1] is seen[2] is None and seen[3].item() == 0


def test_only_tensors_and_numbers_are_assigned():
    for value in ([1, 2], (1,), "a", None):
        with pytest.raises(TypeError, match=f"can't assign a {type(value).__name__} to a torch.FloatTensor"):
            rl.zeros(2)[0:2] = value
