"""Functional transforms against loops, against one another, and against derivatives known in closed form."""

import numpy as np
import pytest
import rushlight as rl
from rushlight import func as F
from rushlight.autograd import forward_ad

rl.manual_seed(0)
nn = rl.nn.functional
X = rl.randn(5, 3, 4, dtype=rl.float64)
Y = rl.randn(5, 4, 2, dtype=rl.float64)
V = rl.randn(5, 4, dtype=rl.float64)
AT = rl.tensor([[0, 2], [1, 1], [3, 0], [2, 2], [0, 1]])


def by_loop(f, *args, dims=None):
    dims = dims or (0,) * len(args)
    size = next(a.size(d) for a, d in zip(args, dims) if d is not None)
    rows = [f(*(a if d is None else a.select(d, i) for a, d in zip(args, dims))) for i in range(size)]
    return rl.stack(rows)


def close(a, b, tolerance=1e-10):
    assert a.shape == b.shape and a.dtype == b.dtype
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=tolerance, atol=tolerance)


# one of each kind of op: what runs for all samples at once, and what runs sample by sample
OPS = {
    "elementwise": (lambda x: (x.sin() * x + 2).exp(), (X,)),
    "promotion": (lambda x, v: x + v.float()[0], (X, V)),
    "where": (lambda x: rl.where(x > 0, x, -x), (X,)),
    "sum": (lambda x: x.sum(), (X,)),
    "sum dim": (lambda x: x.sum(0, keepdim=True), (X,)),
    "mean var": (lambda x: x.mean(-1) + x.var(-1), (X,)),
    "prod": (lambda x: x.prod(1), (X,)),
    "max": (lambda x: x.max(1).values * x.amax(), (X,)),
    "argmax": (lambda x: x.argmax(1), (X,)),
    "norm": (lambda x: x.norm(dim=1), (X,)),
    "any": (lambda x: (x > 0).any(0), (X,)),
    "softmax": (lambda x: x.softmax(0) + x.log_softmax(-1), (X,)),
    "logsumexp": (lambda x: x.logsumexp(1), (X,)),
    "cumsum": (lambda x: x.cumsum(0) + x.cumprod(1), (X,)),
    "sort": (lambda x: x.sort(1).values + x.topk(2, 1).values.sum(1, keepdim=True), (X,)),
    "views": (lambda x: x.t()[1:, ::2].unsqueeze(1).expand(3, 2, 2).reshape(-1), (X,)),
    "flip cat": (lambda x: rl.cat([x.flip(0), x.roll(1, 1)]), (X,)),
    "stack": (lambda v: rl.stack([v, v * 2], 1), (V,)),
    "diagonal": (lambda x: x.diagonal() + rl.diag_embed(x.diagonal()).tril().sum(0), (X,)),
    "repeat": (lambda x: x.repeat(2, 1) + x.tile(2, 1), (X,)),
    "nothing": (lambda x: x[:0].abs().sum(0), (X,)),
    "pad": (lambda x: nn.pad(x, (1, 2), value=3.0), (X,)),
    "matmul": (lambda x, y: x @ y, (X, Y)),
    "mv": (lambda x, v: x @ v, (X, V)),
    "dot": (lambda v: v.dot(v), (V,)),
    "outer": (lambda v: rl.outer(v, v), (V,)),
    "einsum": (lambda x, y: rl.einsum("ij,jk->ki", x, y), (X, Y)),
    "linear": (lambda v: nn.linear(v, rl.ones(3, 4, dtype=rl.float64), rl.ones(3, dtype=rl.float64)), (V,)),
    "gather": (lambda v, i: v.gather(0, i) + v[i], (V, AT)),
    "index": (lambda x, i: x[i.clamp(max=2)], (X, AT)),
    "scatter": (lambda v, i: v.scatter_add(0, i, v[:2]), (V, AT)),
    "masked": (lambda x: x.masked_fill(x > 0, 1.0), (X,)),
    "one_hot": (lambda i: nn.one_hot(i, 4), (AT,)),
    "embedding": (lambda i: nn.embedding(i, rl.arange(8.0).reshape(4, 2)), (AT,)),
    "conv1d": (lambda x: nn.conv1d(x.unsqueeze(0), rl.ones(2, 3, 2, dtype=rl.float64)), (X,)),
    "layer_norm": (lambda x: nn.layer_norm(x, (4,)), (X,)),
    "pools": (lambda x: nn.max_pool1d(x, 2) + nn.avg_pool1d(x, 2), (X,)),
    "cross_entropy": (lambda v: nn.cross_entropy(v, rl.tensor(1)), (V,)),
    "losses": (lambda x: nn.mse_loss(x, x * 0) + nn.huber_loss(x, x * 0), (X,)),
    "in place": (lambda x: x.clone().mul_(2).add_(x)[0].copy_(x[1]), (X,)),
    "assigned": (lambda x: assigned(x), (X,)),
    "like": (lambda x: rl.zeros_like(x).add_(x) + x.new_ones(4), (X,)),
    "cast": (lambda x: x.float().to(rl.float64) + x.int(), (X,)),
    "complex": (lambda x: rl.view_as_real(rl.complex(x, x) * 1j).abs(), (X,)),
    "fft": (lambda v: rl.fft.rfft(v).abs(), (V,)),
    "rnn": (lambda x: nn.gelu(x).tanh(), (X,)),
}


def assigned(x):
    y = x.clone()
    y[0] = x[1] * 3
    y[:, 1] += 1
    return y


@pytest.mark.parametrize("name", OPS)
def test_vmap_is_a_loop(name):
    f, args = OPS[name]
    close(F.vmap(f)(*args), by_loop(f, *args))


@pytest.mark.parametrize(
    "name", [n for n, (f, a) in OPS.items() if n not in ("argmax", "any", "one_hot", "embedding")]
)
def test_gradients_of_samples_and_of_the_map(name):
    f, args = OPS[name]
    floats = tuple(i for i, a in enumerate(args) if a.is_floating_point())

    def number(*a):
        return (f(*a).double() ** 2).sum()

    each = F.vmap(F.grad(number, floats))(*args)
    whole = F.grad(lambda *a: F.vmap(number)(*a).sum(), floats)(*args)
    leaves = [a.clone().requires_grad_() if i in floats else a for i, a in enumerate(args)]
    known = rl.autograd.grad(by_loop(number, *leaves).sum(), [leaves[i] for i in floats])
    for a, b, c in zip(each, whole, known):
        close(a, c)
        close(b, c)


@pytest.mark.parametrize(
    "name", [n for n, (f, a) in OPS.items() if n not in ("argmax", "any", "one_hot", "embedding")]
)
def test_tangents_are_the_jacobian_times_the_direction(name):
    f, args = OPS[name]
    sample = tuple(a[0] for a in args)
    floats = [i for i, a in enumerate(sample) if a.is_floating_point()]

    def g(*moved):
        full = list(sample)
        for i, m in zip(floats, moved):
            full[i] = m
        return f(*full)

    primals = tuple(sample[i] for i in floats)
    directions = tuple(rl.randn_like(p) for p in primals)
    value, tangent = F.jvp(g, primals, directions)
    close(value, f(*sample))
    jacobians = F.jacrev(g, tuple(range(len(primals))))(*primals)
    known = sum(
        (j.reshape(value.numel(), -1) @ d.reshape(-1)).reshape(value.shape)
        for j, d in zip(jacobians, directions)
    )
    close(tangent, known.to(tangent.dtype), 1e-6)
    for a, b in zip(jacobians, F.jacfwd(g, tuple(range(len(primals))))(*primals)):
        close(a, b, 1e-6)


def test_axes_of_arguments_and_results():
    f = lambda a, b: (a * b, a.sum())  # noqa: E731
    x = rl.randn(3, 5)
    one, two = F.vmap(f, in_dims=(1, None), out_dims=(1, 0))(x, rl.ones(3))
    close(one, x)
    close(two, x.sum(0), 1e-5)
    nested = F.vmap(F.vmap(lambda a, b: a * b, (0, None)), (None, 0))(rl.ones(2), rl.arange(3.0))
    assert nested.tolist() == [[0, 0], [1, 1], [2, 2]]
    tree = F.vmap(lambda d: {"y": d["x"] + 1})({"x": x})
    close(tree["y"], x + 1)


def test_chunks_change_nothing():
    x = rl.randn(7, 3)
    for size in (1, 2, 3, 7, 10):
        close(F.vmap(lambda v: v.cumsum(0), chunk_size=size)(x), x.cumsum(1))
        close(F.jacrev(lambda v: v * v, chunk_size=size)(x[0]), rl.diag(2 * x[0]))


def test_a_captured_tensor_inside_and_outside_of_the_map():
    x = rl.randn(4, 3)

    def f(w):
        return F.vmap(lambda v: (w * v).sum())(x).sum() + (w * w).sum()

    w = rl.randn(3)
    close(F.grad(f)(w), x.sum(0) + 2 * w, 1e-5)
    close(F.hessian(f)(w), 2 * rl.eye(3), 1e-6)
    leaf = w.clone().requires_grad_()
    f(leaf).backward()
    close(leaf.grad, x.sum(0) + 2 * w, 1e-5)


def test_samples_of_a_gradient_by_a_shared_argument():
    x = rl.randn(4, 3)
    w = rl.randn(3)
    close(F.vmap(F.grad(lambda w, v: ((w * 2) * v).sum()), (None, 0))(w, x), 2 * x)


def test_samples_of_a_gradient_that_was_broadcast_reach_a_parameter_outside():
    w, x = rl.rand(3, 2, requires_grad=True), rl.rand(5, 2)
    for f in (rl.exp, rl.tanh, rl.sigmoid, rl.square):
        (got,) = rl.autograd.grad(F.vmap(F.grad(lambda x, f=f: f(x * w).sum()))(x).pow(2).sum(), w)
        total = 0.0
        for sample in x:
            leaf = sample.clone().requires_grad_()
            (g,) = rl.autograd.grad(f(leaf * w).sum(), leaf, create_graph=True)
            total = total + g.pow(2).sum()
        (want,) = rl.autograd.grad(total, w)
        close(got, want, 1e-4)


def test_derivatives_nest():
    x = rl.tensor(0.7, dtype=rl.float64)
    cube = lambda t: t**3  # noqa: E731
    assert F.grad(F.grad(F.grad(cube)))(x).item() == pytest.approx(6)
    one = rl.ones_like(x)
    second = F.jvp(lambda t: F.jvp(cube, (t,), (one,))[1], (x,), (one,))[1]
    assert second.item() == pytest.approx(6 * 0.7)
    mixed = F.grad(lambda t: F.jvp(cube, (t,), (one,))[1])(x)
    assert mixed.item() == pytest.approx(6 * 0.7)
    # a derivative within a derivative differentiates by its own variable alone
    confused = F.grad(lambda a: a * F.grad(lambda b: a + b)(rl.ones_like(a)))(x)
    assert confused.item() == 1
    v = rl.randn(4, dtype=rl.float64)
    f = lambda t: (t.sin() * t.sum()).sum()  # noqa: E731
    for outer in (F.jacfwd, F.jacrev):
        for inner in (F.jacfwd, F.jacrev):
            close(outer(inner(f))(v), F.hessian(f)(v))
    close(F.vmap(F.hessian(f))(rl.stack([v, v])), rl.stack([F.hessian(f)(v)] * 2))


def test_results_carry_a_graph_only_where_somebody_outside_needs_it():
    x = rl.randn(3)
    w = rl.randn(3, requires_grad=True)
    assert not F.grad(lambda t: (t * t).sum())(x).requires_grad
    assert not F.vjp(rl.sin, x)[0].requires_grad
    assert not F.jvp(rl.sin, (x,), (x,))[1].requires_grad
    g = F.grad(lambda t: (t * t * w).sum())(x)
    close(rl.autograd.grad(g.sum(), w)[0], 2 * x)
    assert x.grad is None and w.grad is None
    with rl.no_grad():
        assert not F.grad(lambda t: (t * t * w).sum())(x).requires_grad


def test_linearize_and_vjp_run_the_function_once():
    calls = []

    def f(x):
        calls.append(1)
        return x.sin()

    x = rl.randn(3, dtype=rl.float64)
    _, push = F.linearize(f, x)
    _, pull = F.vjp(f, x)
    for _ in range(3):
        close(push(x), x.cos() * x)
        close(pull(x)[0], x.cos() * x)
    assert len(calls) == 2


def test_random_draws_in_each_mode():
    x = rl.zeros(4, 3)
    with pytest.raises(RuntimeError, match="randomness error mode"):
        F.vmap(lambda v: v + rl.randn(3))(x)
    rl.manual_seed(3)
    apart = F.vmap(lambda v: v + rl.randn(3), randomness="different")(x)
    rl.manual_seed(3)
    close(apart, rl.randn(4, 3))
    same = F.vmap(lambda v: v + rl.randn(3), randomness="same")(x)
    assert (same == same[0]).all() and not (apart == apart[0]).all()
    kept = F.vmap(lambda v: nn.dropout(v + 1, 0.5), randomness="different")(rl.zeros(50, 20))
    assert 0.3 < (kept == 0).float().mean().item() < 0.7 and kept.unique().tolist() == [0, 2]
    picks = F.vmap(lambda p: rl.multinomial(p, 2), randomness="different")(rl.ones(6, 3))
    assert picks.shape == (6, 2)
    orders = F.vmap(lambda v: rl.randperm(5), randomness="different")(x)
    assert orders.sort(1).values.tolist() == [[0, 1, 2, 3, 4]] * 4


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda v: v.sum().item(), r"calling \.item\(\)"),
        (lambda v: v if v.sum() > 0 else -v, "data-dependent control flow"),
        (lambda v: v.tolist(), "Cannot access data pointer"),
        (lambda v: v.numpy(), "Cannot access data pointer"),
        (lambda v: v.data_ptr(), "Cannot access data pointer"),
        (lambda v: v.__dlpack__(), "Cannot access data pointer"),
        (lambda v: v.nonzero(), "dynamic shape"),
        (lambda v: v[v > 0], "dynamic shape|mapped over"),
        (lambda v: rl.zeros(3).add_(v), "inplace arithmetic"),
        (lambda v: rl.zeros(3).copy_(v), "inplace arithmetic"),
    ],
)
def test_what_cannot_be_mapped_says_so(f, words):
    with pytest.raises(RuntimeError, match=words):
        F.vmap(f)(rl.randn(4, 3))
    close(F.vmap(lambda v: v + 1)(rl.zeros(2, 2)), rl.ones(2, 2))  # the level is closed again


def test_a_mapped_tensor_shows_its_samples():
    seen = []
    F.vmap(lambda v: (seen.append(repr(v)), v)[1])(rl.ones(2, 1))
    assert seen == ["BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[1.],\n            [1.]])\n)"]


def test_an_ensemble_and_gradients_of_samples():
    models = [rl.nn.Sequential(rl.nn.Linear(3, 4), rl.nn.Tanh(), rl.nn.Linear(4, 2)) for _ in range(3)]
    params, buffers = F.stack_module_state(models)
    x = rl.randn(5, 3)
    out = F.vmap(lambda p, b: F.functional_call(models[0], (p, b), (x,)))(params, buffers)
    close(out, rl.stack([m(x) for m in models]), 1e-5)
    own = dict(models[0].named_parameters())
    target = rl.randn(5, 2)

    def loss(p, a, t):
        return nn.mse_loss(F.functional_call(models[0], p, (a,)), t)

    each = F.vmap(F.grad(loss), (None, 0, 0))({k: v.detach() for k, v in own.items()}, x, target)
    for i in range(5):
        models[0].zero_grad()
        nn.mse_loss(models[0](x[i]), target[i]).backward()
        for name, p in own.items():
            close(each[name][i], p.grad, 1e-4)


def test_functions_of_ones_own():
    class Cube(rl.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x):
            return x**3

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)
            ctx.save_for_forward(*inputs)

        @staticmethod
        def backward(ctx, g):
            return 3 * ctx.saved_tensors[0] ** 2 * g

    class WithRules(Cube):
        generate_vmap_rule = False
        used = []

        @staticmethod
        def jvp(ctx, t):
            WithRules.used.append("jvp")
            return 3 * ctx.saved_tensors[0] ** 2 * t

        @staticmethod
        def vmap(info, in_dims, x):
            WithRules.used.append((info.batch_size, in_dims))
            return WithRules.apply(x), 0

    class Bare(Cube):
        generate_vmap_rule = False

    x = rl.randn(4, dtype=rl.float64)
    for cls in (Cube, WithRules):
        close(F.vmap(cls.apply)(x), x**3)
        close(F.vmap(F.grad(cls.apply))(x), 3 * x**2)
        close(F.jvp(cls.apply, (x,), (x,))[1], 3 * x**3)
    assert "jvp" in WithRules.used and (4, (0,)) in WithRules.used
    with pytest.raises(RuntimeError, match="does not have vmap support"):
        F.vmap(Bare.apply)(x)


def test_dual_numbers():
    x = rl.randn(3, dtype=rl.float64)
    with forward_ad.dual_level():
        d = forward_ad.make_dual(x, rl.ones_like(x))
        y = (d * d).clone()
        y.mul_(3.0)
        value, tangent = forward_ad.unpack_dual(y)
        close(tangent, 6 * x)
        close(value, 3 * x * x)
        assert not value.requires_grad
        assert forward_ad.unpack_dual(x).tangent is None
    with pytest.raises(RuntimeError, match="no level exists"):
        forward_ad.make_dual(x, x)


def test_same_bits_at_any_number_of_threads():
    x, w = rl.randn(64, 33), rl.randn(33, 17)
    before = rl.get_num_threads()
    try:
        answers = []
        for n in (1, 2, 4):
            rl.set_num_threads(n)
            answers.append(F.vmap(F.grad(lambda v: (v @ w).softmax(0).norm()))(x).numpy().tobytes())
        assert len(set(answers)) == 1
    finally:
        rl.set_num_threads(before)


def test_decompositions_take_all_samples_at_once():
    a = rl.randn(4, 3, 3, dtype=rl.float64)
    spd = a @ a.mT + rl.eye(3, dtype=rl.float64)
    b = rl.randn(4, 3, dtype=rl.float64)
    close(F.vmap(rl.linalg.cholesky)(spd), rl.linalg.cholesky(spd))
    close(F.vmap(rl.linalg.inv)(spd), rl.linalg.inv(spd))
    close(F.vmap(rl.linalg.solve)(spd, b), rl.linalg.solve(spd, b))
    close(F.vmap(rl.linalg.matrix_exp)(a), rl.linalg.matrix_exp(a))
    close(F.vmap(rl.linalg.eigvalsh, in_dims=1)(spd.movedim(0, 1)), rl.linalg.eigvalsh(spd))
    close(F.vmap(F.grad(rl.logdet))(spd), rl.linalg.inv(spd).mT)
    with pytest.raises(rl.linalg.LinAlgError):
        F.vmap(rl.linalg.cholesky)(-spd)


def test_jacobians_of_autograd_in_one_pass():
    f = lambda x, y: ((x * y).sin(), x.sum() * y)  # noqa: E731
    x, y = rl.randn(3, dtype=rl.float64), rl.randn(3, dtype=rl.float64)
    jacobian = rl.autograd.functional.jacobian
    for one, row in zip(jacobian(f, (x, y)), jacobian(f, (x, y), vectorize=True)):
        for a, b in zip(one, row):
            close(a, b)


def writes():
    """Ways to write to `t`, a vector of three, the second operand a value of the function."""
    return {
        "add_": lambda t, x: t.add_(x),
        "a number": lambda t, x: t.add_(1),
        "zero_": lambda t, x: t.zero_(),
        "copy_": lambda t, x: t.copy_(x),
        "item": lambda t, x: t.__setitem__(0, x[0]),
        "slice": lambda t, x: t.__setitem__(slice(None), x),
        "view": lambda t, x: t.view(3, 1)[1:].mul_(x[0]),
        "detached": lambda t, x: t.detach().add_(1),
        "data": lambda t, x: t.data.add_(1),
        "fill_": lambda t, x: t.fill_(x[0]),
        "index_add_": lambda t, x: t.index_add_(0, rl.tensor([0, 1, 2]), x),
        "random": lambda t, x: t.bernoulli_(),
        "relu_": lambda t, x: nn.relu(t, inplace=True),
        "init": lambda t, x: rl.nn.init.ones_(t),
        "unsqueeze_": lambda t, x: t.unsqueeze_(0),
        "resize_": lambda t, x: t.resize_(2),
        "set_": lambda t, x: t.set_(rl.zeros(2)),
    }


@pytest.mark.parametrize("name", writes())
def test_captured_tensors_are_not_written_to(name):
    write, x = writes()[name], rl.ones(3)
    outside = rl.ones(3)
    words = "would mutate a captured Tensor"

    def f(x):
        write(outside, x)
        return (x * 2).sum()

    for run in (
        lambda: F.grad(f)(x),
        lambda: F.vjp(f, x),
        lambda: F.jvp(f, (x,), (x,)),
        lambda: F.grad(lambda y: F.grad(f)(y).sum())(x),
        lambda: F.grad(lambda y: F.vmap(lambda z: f(y) * z, randomness="same")(x).sum())(x),
    ):
        with pytest.raises(RuntimeError, match=words):
            run()
        assert rl.equal(outside, rl.ones(3)) and outside.shape == (3,)
    write(outside, x)  # it is free again

    def g(x):
        own = rl.ones(3)
        write(own, x.detach())
        return (x * 2).sum()

    assert F.grad(g)(x).tolist() == [2, 2, 2]


def test_what_a_function_may_write_to():
    x = rl.ones(3)
    assert F.grad(lambda x: rl.zeros(3).add_(x).mul_(x).sum())(x).tolist() == [2, 2, 2]

    # what an outer function made is outside of the inner one
    def outer(x):
        own = rl.ones(3)
        own.add_(x)
        F.grad(lambda y: (own * y).sum())(x)
        own.mul_(2)  # and is its own again
        return own.sum()

    assert F.grad(outer)(x).tolist() == [2, 2, 2]
    with pytest.raises(RuntimeError, match="captured"):
        F.grad(lambda x: F.grad(lambda y: x.mul_(y).sum())(rl.ones(3)).sum())(x)


def test_jacobians_of_numbers_and_of_nothing():
    x, none = rl.tensor(2.0), rl.ones(0)
    for jacobian in (rl.func.jacrev, rl.func.jacfwd):
        assert jacobian(rl.square)(x).tolist() == 4 and jacobian(rl.square)(x).shape == ()
        assert jacobian(lambda v: v.sum())(none).shape == (0,)
        assert jacobian(lambda v: v[:0])(rl.ones(3)).shape == (0, 3)
    for strategy in ("reverse-mode", "forward-mode"):
        assert rl.autograd.functional.jacobian(rl.square, x, vectorize=True, strategy=strategy).tolist() == 4
    assert rl.func.hessian(lambda v: v**3)(x).tolist() == 12
    assert rl.func.hessian(lambda v: (v**3).sum())(none).shape == (0, 0)
    assert rl.func.jacrev(lambda v: {"a": v, "b": [v.sin()]})(rl.tensor(0.0)) == {"a": 1, "b": [1]}


def test_the_gradient_of_a_complex_number_is_refused():
    with pytest.raises(RuntimeError, match=r"only for real scalar outputs but got .*complex64"):
        rl.func.grad(lambda z: z.sum())(rl.ones(2, dtype=rl.complex64))
    assert rl.func.grad(lambda z: z.abs().sum())(rl.ones(1, dtype=rl.complex64)).tolist() == [1]


@pytest.mark.parametrize("f", [lambda x: x**3, lambda x: x * x.prod(), lambda x: x * x.sum()])
@pytest.mark.parametrize("inner", [lambda x: x.sin(), lambda x: x * x.sum()])
def test_gradients_of_tangents_of_jacobians(f, inner):
    """What arrives where there are no samples is summed there: a part of it may have none, and was taken once for each."""
    x = rl.tensor([0.7, -0.4, 1.3], dtype=rl.float64)

    def of_jacobian(x):
        z = inner(x)
        return F.jacfwd(f)(z) @ z

    for g in (
        lambda x: F.jvp(of_jacobian, (x,), (x,))[1],
        lambda x: F.jacfwd(of_jacobian)(x) @ x,
        lambda x: F.grad(lambda z: of_jacobian(z).sum())(x),
    ):
        eps = 1e-5
        rows = [(g(x + eps * e) - g(x - eps * e)) / (2 * eps) for e in rl.eye(3, dtype=rl.float64)]
        want = rl.stack(rows, 1)
        for jacobian in (F.jacrev(g)(x), F.jacfwd(g)(x)):
            assert rl.allclose(jacobian, want, rtol=1e-5, atol=1e-6)


class Both(rl.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x, y):
        return x * y

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_forward(*inputs)

    @staticmethod
    def jvp(ctx, a, b):
        x, y = ctx.saved_tensors
        return a * y + b * x


def test_a_rule_for_tangents_gets_zeros_where_none_arrives():
    x = rl.tensor([1.0, 2.0])
    assert F.jvp(lambda x: Both.apply(x, 3 * rl.ones(2)), (x,), (x,))[1].tolist() == [3.0, 6.0]
    assert F.jacfwd(lambda x: Both.apply(rl.ones(2), x))(x).tolist() == [[1.0, 0.0], [0.0, 1.0]]


class Summed(rl.autograd.Function):
    @staticmethod
    def forward(x):
        return x * x

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * x * g

    @staticmethod
    def vmap(info, in_dims, x):
        return Summed.apply(x).sum(0), None


def test_a_rule_may_leave_the_map():
    m = rl.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert rl.equal(F.grad(lambda m: F.vmap(Summed.apply)(m).sum())(m), 4 * m)
