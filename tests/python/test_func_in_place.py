"""In-place ops within transforms of functions, and tangents of what runs without gradients."""

import pytest
import rushlight as rl
from rushlight.autograd import forward_ad
from rushlight.func import grad, hessian, jacfwd, jacrev, jvp, linearize, vjp

T = rl.tensor([1.0, 0.5, 2.0])


def fresh():
    return rl.tensor([1.0, 2.0, 3.0])


def doubled(x):
    x.mul_(2)
    return x * x


def part(x):
    x[1:].mul_(x[:1])
    return x * x


def overwritten(x):
    y = x.exp()
    z = y * y
    y.mul_(x)
    return z + y


@pytest.mark.parametrize("f", [doubled, part])
def test_gradients_refuse_to_write_to_their_argument(f):
    words = "leaf Variable that requires grad is being used in an in-place operation"
    for run in (
        lambda x: grad(lambda x: f(x).sum())(x),
        lambda x: vjp(f, x),
        lambda x: jacrev(f)(x),
        lambda x: hessian(lambda x: f(x).sum())(x),
        lambda x: grad(lambda y: grad(lambda x: f(x).sum())(y).sum())(x),
        lambda x: grad(lambda y: jvp(f, (y,), (T,))[1].sum())(x),
        lambda x: grad(lambda x: rl.vmap(f)(x).sum())(x.expand(2, 3).clone()),
    ):
        with pytest.raises(RuntimeError, match=words):
            run(fresh())


@pytest.mark.parametrize("f", [doubled, part, overwritten])
def test_tangents_follow_what_is_overwritten(f):
    eps = 1e-6
    x, t = fresh().double(), T.double()
    want = (f(x + eps * t) - f(x - eps * t)) / (2 * eps)
    for got in (
        jvp(f, (fresh().double(),), (t,))[1],
        jacfwd(f)(fresh().double()) @ t,
        linearize(f, fresh().double())[1](t),
    ):
        assert rl.allclose(got, want, rtol=1e-6)
    with forward_ad.dual_level():
        assert rl.allclose(forward_ad.unpack_dual(f(forward_ad.make_dual(fresh().double(), t))).tangent, want, rtol=1e-6)
    x = fresh()
    jvp(doubled, (x,), (T,))
    assert rl.equal(x, 2 * fresh())  # the argument itself


def test_several_views_may_be_written_to_under_tangents():
    def f(x):
        a, b, c = (x * 1).unbind()
        a.mul_(b)
        return rl.stack([a, b, c])

    assert jvp(f, (fresh(),), (T,))[1].tolist() == [2.5, 0.5, 2.0]


def test_no_grad_ends_gradients_not_tangents():
    def f(x):
        with rl.no_grad():
            assert not rl.is_grad_enabled()
            y = x * x
            y.add_(x)
        return y

    want = [3.0, 2.5, 14.0]
    assert jvp(f, (fresh(),), (T,))[1].tolist() == want
    with rl.no_grad(), forward_ad.dual_level():
        dual = forward_ad.make_dual(fresh(), T)
        assert forward_ad.unpack_dual(f(dual)).tangent.tolist() == want
        w = rl.ones(3, requires_grad=True)
        w.add_(1)  # a parameter is data here
        assert w.is_leaf and w.tolist() == [2.0, 2.0, 2.0]
    assert grad(lambda x: f(x).sum() + x.sum())(fresh()).tolist() == [1.0, 1.0, 1.0]
    with rl.no_grad():
        assert not (rl.ones(2, requires_grad=True) * 2).requires_grad


def test_jacfwd_draws_as_it_was_told():
    f = lambda x: x * rl.rand(1)  # noqa: E731
    with pytest.raises(RuntimeError, match="called random operation while in randomness error mode"):
        jacfwd(f)(fresh())
    same = jacfwd(f, randomness="same")(fresh()).diagonal()
    assert same.unique().numel() == 1
    assert jacfwd(f, randomness="different")(fresh()).diagonal().unique().numel() == 3


def test_results_that_have_no_jacobian_are_refused():
    for run in (vjp, lambda f, x: jacrev(f)(x)):
        with pytest.raises(RuntimeError, match=r"must be floating-point or complex Tensors, got Tensor with dtype torch.int64"):
            run(lambda x: x.argmax(), fresh())
    for name, run in (("jacrev", jacrev), ("jacfwd", jacfwd)):
        with pytest.raises(RuntimeError, match=f"{name}: Expected all outputs to be real but received complex tensor"):
            run(lambda x: rl.complex(x, x))(fresh())
        with pytest.raises(RuntimeError, match="non-empty output"):
            run(lambda x: ())(fresh())
