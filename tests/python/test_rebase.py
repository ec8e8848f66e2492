"""Writing in place where there is a history: views of other element sizes, leaves, user functions, kept gradients."""

import pytest
import rushlight as rl
from rushlight import nn


def leaf(values, **kwargs):
    return rl.tensor(values, requires_grad=True, **kwargs)


# ---- views between complex and real numbers --------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["real", "imag"])
def test_scaling_one_part_of_a_complex_tensor(part):
    x = leaf([1.0, 2.0, 3.0, 4.0])
    c = rl.complex(x, 2 * x)
    getattr(c, part).mul_(3)
    c.abs().sum().backward()
    re, im = (3, 2) if part == "real" else (1, 6)
    assert rl.allclose(x.grad, rl.full((4,), (re * re + im * im) ** 0.5))


def test_slices_of_parts():
    x = leaf([1.0, 2.0, 3.0, 4.0, 5.0], dtype=rl.float64)
    c = rl.complex(x, 2 * x)
    c.imag[1:4:2].mul_(5)
    rl.view_as_real(c)[0, 1].add_(x[0] * 3)
    rl.view_as_real(c).pow(2).sum().backward()
    # |c|^2 is x^2 (1 + 4), with 100 for the scaled imaginary parts and (2x + 3x)^2 at the front
    expected = 2 * x.detach() * rl.tensor([26.0, 101.0, 5.0, 101.0, 5.0], dtype=rl.float64)
    assert rl.allclose(x.grad, expected)


def test_scaling_through_view_as_complex():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    y = x * 1
    rl.view_as_complex(y).mul_(2)
    (y * y).sum().backward()
    assert rl.equal(x.grad, 8 * x.detach())


def test_an_odd_part_of_pairs():
    x = rl.arange(1.0, 9.0).requires_grad_()
    y = (x * 1).view(4, 2)
    rl.view_as_complex(y)[1::2].mul_(1j)
    (y * rl.arange(8.0).view(4, 2)).sum().backward()
    # (a + bi) i = -b + ai
    assert x.grad.tolist() == [0.0, 1.0, 3.0, -2.0, 4.0, 5.0, 7.0, -6.0]


def test_second_derivative_through_a_part():
    def f(x):
        c = rl.complex(x, x * x)
        c.real.mul_(x)
        return rl.view_as_real(c).pow(2).sum(-1)

    x = rl.linspace(0.5, 2.0, 4, dtype=rl.float64).requires_grad_()
    assert rl.autograd.gradcheck(f, (x,))
    assert rl.autograd.gradgradcheck(f, (x,))


# ---- leaves that are views -------------------------------------------------------------------------------------------

WRITES = {
    "sub": lambda w: w.sub_(1.0),
    "isub": lambda w: w.__isub__(1.0),
    "zero": lambda w: w.zero_(),
    "fill": lambda w: w.fill_(2.0),
    "copy": lambda w: w.copy_(rl.zeros(3, 1)),
    "index": lambda w: w.__setitem__(0, 1.0),
    "slice": lambda w: w[:2].mul_(2.0),
    "transposed": lambda w: w.t().mul_(2.0),
    "reshaped": lambda w: w.reshape(-1).add_(1.0),
    "clamp": lambda w: w.clamp_(0, 1),
    "normal": lambda w: w.normal_(),
    "masked_fill": lambda w: w.masked_fill_(w > 1, 0.0),
    "relu": lambda w: w.relu_(),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_leaf_that_is_a_view_is_not_written(write):
    w = rl.arange(3.0).view(3, 1).requires_grad_()
    (w * 2).sum().backward()
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad is being used in an in-place"):
        WRITES[write](w)
    assert w.tolist() == [[0.0], [1.0], [2.0]]
    with rl.no_grad():
        w -= 0.5 * w.grad
    assert w.tolist() == [[-1.0], [0.0], [1.0]]


# ---- user functions --------------------------------------------------------------------------------------------------


class OwnView(rl.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return (x * 2).view(-1)

    @staticmethod
    def backward(ctx, g):
        return g.view(2, 2) * 100


class Same(rl.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, g):
        return g * 100


@pytest.mark.parametrize("function", [OwnView, Same])
def test_a_view_from_a_function_is_not_written(function):
    x = rl.ones(2, 2, requires_grad=True)
    y = function.apply(x * 1)
    with pytest.raises(RuntimeError, match="created inside a custom Function"):
        y.mul_(3)
    y.sum().backward()
    assert rl.equal(x.grad, rl.full((2, 2), 100.0))


def test_a_new_result_of_a_function_may_be_written():
    class Double(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = rl.ones(3, requires_grad=True)
    y = Double.apply(x)
    y.mul_(5)
    y.sum().backward()
    assert x.grad.tolist() == [10.0] * 3


def test_full_backward_hook_before_an_in_place_activation():
    layer = nn.Linear(2, 2)
    layer.register_full_backward_hook(lambda *_: None)
    with pytest.raises(RuntimeError, match="is a view and is being modified inplace"):
        nn.ReLU(inplace=True)(layer(rl.ones(1, 2)))


def test_views_made_without_recording():
    x = rl.ones(4, requires_grad=True) * 1
    with rl.no_grad():
        v = x[:2]
        v.mul_(2)
    with pytest.raises(RuntimeError, match="no_grad mode and is being modified inplace with grad mode enabled"):
        v.mul_(2)
    plain = rl.ones(4)
    with rl.no_grad():
        v = plain[:2]
    v.mul_(2)
    assert plain.tolist() == [2.0, 2.0, 1.0, 1.0]
    with pytest.raises(RuntimeError, match="no_grad mode"):
        v.mul_(x[:2])


def test_one_of_several_views():
    for parts in [(rl.ones(4, requires_grad=True) * 1).split(2), (rl.ones(2, 2, requires_grad=True) * 1).unbind()]:
        with pytest.raises(RuntimeError, match="function that returns multiple views"):
            parts[1].mul_(2)


# ---- kept gradients --------------------------------------------------------------------------------------------------


def test_a_kept_gradient_is_that_of_the_new_value():
    z = rl.ones(2, requires_grad=True)
    b = z * 1
    b.retain_grad()
    b.mul_(2)
    (b * 3).sum().backward()
    assert b.retains_grad and b.grad.tolist() == [3.0, 3.0] and z.grad.tolist() == [6.0, 6.0]
    c = z * 1
    c.retain_grad()
    c[0].mul_(5)
    (c * 3).sum().backward()
    assert c.grad.tolist() == [3.0, 3.0]


def test_backward_with_results_among_the_inputs():
    z = rl.ones(2, requires_grad=True)
    b = z * 2
    (b * 2).sum().backward(inputs=[b], retain_graph=True)
    assert b.grad.tolist() == [2.0, 2.0] and z.grad is None and not b.retains_grad
    (b * 2).sum().backward(inputs=[b, z])
    assert b.grad.tolist() == [4.0, 4.0] and z.grad.tolist() == [4.0, 4.0]
    kept = z * 2
    kept.retain_grad()
    (kept * 2).sum().backward(inputs=[kept])
    assert kept.grad.tolist() == [2.0, 2.0]


# ---- large offsets and long lines ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [rl.float32, rl.float64])
@pytest.mark.parametrize("shape", [(2,), (3, 2), (2, 5), (4, 40), (3, 3000)])
def test_log_softmax_with_a_large_common_offset(shape, dtype):
    big = 1e8 if dtype == rl.float32 else 1e15
    for dim in range(len(shape)):
        n = shape[dim]
        x = rl.full(shape, big, dtype=dtype, requires_grad=True)
        y = rl.log_softmax(x, dim)
        assert rl.allclose(y, rl.full(shape, -rl.tensor(float(n)).log().item(), dtype=dtype))
        x.logsumexp(dim).sum().backward()
        assert rl.allclose(x.grad, rl.full(shape, 1 / n, dtype=dtype))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_with_a_large_common_offset(smoothing):
    for shape in [(2, 4), (2, 4, 3), (1, 3000)]:
        x = rl.full(shape, 1e8, requires_grad=True)
        target = rl.zeros((shape[0], *shape[2:]), dtype=rl.int64)
        loss = nn.functional.cross_entropy(x, target, label_smoothing=smoothing)
        assert loss.item() == pytest.approx(rl.tensor(float(shape[1])).log().item(), rel=1e-5)
        loss.backward()
        plain = rl.zeros(shape, requires_grad=True)
        nn.functional.cross_entropy(plain, target, label_smoothing=smoothing).backward()
        assert rl.allclose(x.grad, plain.grad)


@pytest.mark.parametrize("dim", [0, 1])
def test_long_running_sums(dim):
    shape = (1_000_000, 1) if dim == 0 else (1, 1_000_000)
    assert rl.full(shape, 0.1).cumsum(dim).flatten()[-1].item() == pytest.approx(100000, rel=1e-6)
    near_one = rl.full(shape, 1 + 2**-20)
    assert near_one.cumprod(dim).flatten()[-1].item() == pytest.approx((1 + 2**-20) ** 1_000_000, rel=1e-6)
    assert rl.full((100_000, 2), 0.1).cumsum(0)[-1].tolist() == pytest.approx([10000, 10000], rel=1e-6)
