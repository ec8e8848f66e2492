"""`vmap` of each op is what a loop over the samples gives, and says nothing of loops of its own."""

import itertools
import warnings

import pytest
import rushlight as rl
import rushlight.nn.functional as F
from rushlight.func import grad, vmap

SAMPLES = 3


def r(*shape):
    return rl.randn(shape, dtype=rl.float64)


@pytest.fixture(autouse=True)
def every_loop_is_told_of():
    rl._C._transform.forget_loops()


def of(n, *shape):
    return rl.randint(0, n, shape)


def spd(n):
    a = r(n, n)
    return a @ a.T + n * rl.eye(n, dtype=rl.float64)


def stacked(make):
    return rl.stack([make() for _ in range(SAMPLES)])


# op of a sample, and what makes one sample of each operand
CASES = {
    "addmm": (
        lambda c, a, b: rl.addmm(c, a, b, beta=2, alpha=3),
        [lambda: r(4), lambda: r(2, 3), lambda: r(3, 4)],
    ),
    "addmm whole": (rl.addmm, [lambda: r(2, 4), lambda: r(2, 3), lambda: r(3, 4)]),
    "mv": (rl.mv, [lambda: r(2, 3), lambda: r(3)]),
    "addmv": (rl.addmv, [lambda: r(2), lambda: r(2, 3), lambda: r(3)]),
    "baddbmm": (rl.baddbmm, [lambda: r(2, 1, 4), lambda: r(2, 3, 5), lambda: r(2, 5, 4)]),
    "addbmm": (rl.addbmm, [lambda: r(3, 4), lambda: r(2, 3, 5), lambda: r(2, 5, 4)]),
    "linear": (F.linear, [lambda: r(2, 3), lambda: r(4, 3), lambda: r(4)]),
    "solve": (rl.linalg.solve, [lambda: spd(3), lambda: r(3, 2)]),
    "solve vector": (rl.linalg.solve, [lambda: spd(3), lambda: r(3)]),
    "inv": (rl.linalg.inv, [lambda: spd(3)]),
    "solve_triangular": (
        lambda a, b: rl.linalg.solve_triangular(a.tril(), b, upper=False),
        [lambda: spd(3), lambda: r(3, 2)],
    ),
    "lu": (lambda a: rl.linalg.lu(a)[1:], [lambda: spd(3)]),
    "lu_solve": (
        lambda a, b: rl.linalg.lu_solve(*rl.linalg.lu_factor(a), b),
        [lambda: spd(3), lambda: r(3, 2)],
    ),
    "ldl": (lambda a, b: rl.linalg.ldl_solve(*rl.linalg.ldl_factor(a), b), [lambda: spd(3), lambda: r(3, 2)]),
    "householder": (rl.linalg.householder_product, [lambda: r(4, 3), lambda: r(2)]),
    "ormqr": (rl.ormqr, [lambda: r(4, 3), lambda: r(3), lambda: r(4, 2)]),
    "cdist": (rl.cdist, [lambda: r(3, 2), lambda: r(4, 2)]),
    "argmax": (lambda x: x.argmax(1), [lambda: r(2, 5)]),
    "argmin whole": (lambda x: x.argmin(), [lambda: r(2, 5)]),
    "cumsum": (lambda x: x.cumsum(1), [lambda: r(2, 5)]),
    "cumprod": (lambda x: x.cumprod(0), [lambda: r(4, 2)]),
    "cummax": (lambda x: tuple(x.cummax(0)), [lambda: r(4, 2)]),
    "logcumsumexp": (lambda x: x.logcumsumexp(0), [lambda: r(4, 2)]),
    "pad": (lambda x: F.pad(x, (1, 2, -1, 0), value=3.0), [lambda: r(3, 4)]),
    "slice_scatter": (lambda x, s: x.slice_scatter(s, 1, 1, 3), [lambda: r(3, 4), lambda: r(3, 2)]),
    "select_scatter": (lambda x, s: x.select_scatter(s, 1, 2), [lambda: r(3, 4), lambda: r(3)]),
    "diagonal_scatter": (lambda x, s: x.diagonal_scatter(s), [lambda: r(3, 4), lambda: r(3)]),
    "repeat": (lambda x: x.repeat(2, 1, 3), [lambda: r(3, 4)]),
    "roll": (lambda x: x.roll((1, 2), (0, 1)), [lambda: r(3, 4)]),
    "roll flat": (lambda x: x.roll(5), [lambda: r(3, 4)]),
    "diag_embed": (lambda x: x.diag_embed(1), [lambda: r(3, 4)]),
    "gather": (lambda x, i: x.gather(1, i), [lambda: r(3, 4), lambda: of(4, 3, 2)]),
    "scatter": (
        lambda x, i, s: x.scatter(1, i, s),
        [lambda: r(3, 4), lambda: rl.randperm(4)[None, :2], lambda: r(3, 2)],
    ),
    "scatter_add": (
        lambda x, i, s: x.scatter_add(0, i, s),
        [lambda: r(3, 4), lambda: of(3, 5, 4), lambda: r(5, 4)],
    ),
    "scatter_reduce": (
        lambda x, i, s: x.scatter_reduce(0, i, s, "mean", include_self=False),
        [lambda: r(3, 4), lambda: of(3, 5, 4), lambda: r(5, 4)],
    ),
    "masked_fill": (lambda x, m: x.masked_fill(m, 2.0), [lambda: r(3, 4), lambda: of(2, 4).bool()]),
    "index": (lambda x, i: x[i], [lambda: r(5, 2), lambda: of(5, 2, 3)]),
    "index second axis": (lambda x, i: x[:, i], [lambda: r(2, 5, 2), lambda: of(5, 3)]),
    "index two": (lambda x, i, j: x[i, j], [lambda: r(5, 4, 2), lambda: of(5, 3), lambda: of(4, 2, 3)]),
    "index apart": (lambda x, i, j: x[i, :, j], [lambda: r(5, 2, 4), lambda: of(5, 3), lambda: of(4, 3)]),
    "index later two": (lambda x, i, j: x[:, i, j], [lambda: r(2, 5, 4), lambda: of(5, 3), lambda: of(4, 1)]),
    "take": (lambda x, i: x.take(i), [lambda: r(3, 4), lambda: of(12, 2, 2)]),
    "index_select": (lambda x, i: x.index_select(1, i), [lambda: r(3, 4), lambda: of(4, 6)]),
    "index_add": (lambda x, i, s: x.index_add(1, i, s), [lambda: r(3, 4), lambda: of(4, 6), lambda: r(3, 6)]),
    "index_copy": (
        lambda x, i, s: x.index_copy(0, i, s),
        [lambda: r(4, 2), lambda: rl.randperm(4)[:2], lambda: r(2, 2)],
    ),
    "index_put": (
        lambda x, i, v: x.index_put((i,), v, accumulate=True),
        [lambda: r(4, 2), lambda: of(4, 5), lambda: r(2)],
    ),
    "index_put later": (
        lambda x, i, v: x.clone().index_put_((rl.tensor([0, 1])[:, None], i), v),
        [lambda: r(2, 4, 2), lambda: rl.randperm(4)[:3], lambda: r(2, 3, 2)],
    ),
    "kthvalue": (lambda x: x.kthvalue(2, 1)[0], [lambda: r(2, 5)]),
    "median": (lambda x: x.median(), [lambda: r(2, 5)]),
    "mode": (lambda x: x.mode(0)[0], [lambda: of(3, 5, 2).double()]),
    "searchsorted": (lambda b, v: rl.searchsorted(b.sort()[0], v), [lambda: r(4), lambda: r(2, 3)]),
    "searchsorted rows": (lambda b, v: rl.searchsorted(b.sort()[0], v), [lambda: r(2, 4), lambda: r(2, 3)]),
    "fill": (lambda x, v: x.clone().fill_(v), [lambda: r(2, 3), lambda: r()]),
    "mse_loss": (F.mse_loss, [lambda: r(2, 3), lambda: r(2, 3)]),
    "l1 sums": (lambda x, y: F.l1_loss(x, y, reduction="sum"), [lambda: r(2, 3), lambda: r(2, 3)]),
    "huber terms": (lambda x, y: F.huber_loss(x, y, reduction="none"), [lambda: r(2, 3), lambda: r(2, 3)]),
    "bce": (F.binary_cross_entropy_with_logits, [lambda: r(2, 3), lambda: r(2, 3).sigmoid()]),
    "kl_div": (
        lambda x, y: F.kl_div(x, y.softmax(-1), reduction="batchmean"),
        [lambda: r(2, 3), lambda: r(2, 3)],
    ),
    "cross_entropy": (F.cross_entropy, [lambda: r(4, 3), lambda: of(3, 4)]),
    "cross_entropy of one": (F.cross_entropy, [lambda: r(3), lambda: of(3)]),
    "cross_entropy of weights": (
        lambda x, y, w: F.cross_entropy(x, y, w, ignore_index=0, label_smoothing=0.1),
        [lambda: r(4, 3, 2), lambda: of(3, 4, 2), lambda: r(3).abs() + 1],
    ),
    "cross_entropy of rows": (
        lambda x, y: F.cross_entropy(x, y, ignore_index=1, reduction="none"),
        [lambda: r(4, 3), lambda: of(3, 4)],
    ),
    "nll_loss sum": (
        lambda x, y: F.nll_loss(x.log_softmax(0), y, reduction="sum"),
        [lambda: r(3), lambda: of(3)],
    ),
    "nll_loss": (lambda x, y: F.nll_loss(x.log_softmax(1), y), [lambda: r(4, 3), lambda: of(3, 4)]),
    "multi_margin": (F.multi_margin_loss, [lambda: r(4, 3), lambda: of(3, 4)]),
    "layer_norm": (
        lambda x, w, b: F.layer_norm(x, (4,), w, b),
        [lambda: r(3, 4), lambda: r(4), lambda: r(4)],
    ),
    "layer_norm of a row": (lambda x: F.layer_norm(x, (4,)), [lambda: r(4)]),
    "group_norm of images": (
        lambda x, w, b: F.group_norm(x, 2, w, b),
        [lambda: r(2, 4, 3, 2), lambda: r(4), lambda: r(4)],
    ),
    "group_norm": (lambda x, w: F.group_norm(x, 2, w), [lambda: r(2, 4, 3), lambda: r(4)]),
    "rms_norm": (lambda x, w: F.rms_norm(x, (4,), w), [lambda: r(3, 4), lambda: r(4)]),
    "batch_norm": (
        lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
        [lambda: r(5, 2, 3), lambda: r(2), lambda: r(2)],
    ),
    "batch_norm given": (
        lambda x, m, v, w: F.batch_norm(x, m, v.abs() + 1, w),
        [lambda: r(5, 2), lambda: r(2), lambda: r(2), lambda: r(2)],
    ),
    "instance_norm": (lambda x: F.instance_norm(x), [lambda: r(2, 3, 4)]),
    "embedding": (lambda i, w: F.embedding(i, w), [lambda: of(5, 2, 3), lambda: r(5, 2)]),
    "conv2d": (
        lambda x, w, b: F.conv2d(x, w, b, padding=1),
        [lambda: r(1, 2, 4, 4), lambda: r(3, 2, 3, 3), lambda: r(3)],
    ),
    "conv2d of groups": (
        lambda x, w, b: F.conv2d(x, w, b, stride=2, groups=2),
        [lambda: r(2, 4, 5, 5), lambda: r(6, 2, 3, 3), lambda: r(6)],
    ),
    "conv2d of many channels": (F.conv2d, [lambda: r(2, 20, 3, 3), lambda: r(2, 20, 2, 2)]),
    "conv1d": (lambda x, w: F.conv1d(x, w, dilation=2), [lambda: r(2, 2, 7), lambda: r(3, 2, 3)]),
    "conv_transpose1d": (
        lambda x, w: F.conv_transpose1d(x, w, stride=2),
        [lambda: r(2, 2, 4), lambda: r(2, 3, 3)],
    ),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), [lambda: r(1, 2, 4, 4)]),
    "max_pool2d of a picture": (lambda x: F.max_pool2d(x, 2), [lambda: r(2, 4, 4)]),
    "max_pool1d positions": (lambda x: F.max_pool1d(x, 2, return_indices=True), [lambda: r(2, 2, 4)]),
    "max_unpool1d": (
        lambda x: F.max_unpool1d(*F.max_pool1d(x, 2, return_indices=True), 2),
        [lambda: r(2, 2, 4)],
    ),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, 2), [lambda: r(2, 2, 4, 4)]),
    "adaptive": (lambda x: F.adaptive_avg_pool2d(x, 3), [lambda: r(2, 2, 4, 5)]),
    "attention": (
        F.scaled_dot_product_attention,
        [lambda: r(2, 3, 4), lambda: r(2, 5, 4), lambda: r(2, 5, 6)],
    ),
    "attention with a mask": (
        lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m),
        [lambda: r(2, 3, 4), lambda: r(2, 5, 4), lambda: r(2, 5, 6), lambda: r(3, 5)],
    ),
    "interpolate": (lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"), [lambda: r(1, 2, 3, 3)]),
    "pixel_shuffle": (lambda x: F.pixel_shuffle(x, 2), [lambda: r(4, 2, 3)]),
    "channel_shuffle": (lambda x: F.channel_shuffle(x, 2), [lambda: r(2, 4, 3)]),
    "unfold": (lambda x: F.unfold(x, 2), [lambda: r(1, 2, 3, 3)]),
    "fold": (lambda x: F.fold(x, (3, 3), 2), [lambda: r(1, 8, 4)]),
    "grid_sample": (
        lambda x, g: F.grid_sample(x, g.tanh(), align_corners=False),
        [lambda: r(1, 2, 3, 3), lambda: r(1, 2, 2, 2)],
    ),
    "fft": (lambda x: rl.fft.rfft(x).abs(), [lambda: r(2, 8)]),
    "fft of both axes": (lambda x: rl.fft.fft2(x).real, [lambda: r(4, 6)]),
    "fft back": (lambda x, y: rl.fft.irfft2(rl.complex(x, y)), [lambda: r(4, 5), lambda: r(4, 5)]),
    "hfft": (lambda x: rl.fft.hfft(x.cdouble(), dim=0), [lambda: r(5, 3)]),
    "gru": (
        lambda x, w, u: rl.gru(
            x, rl.zeros(1, 2, 2, dtype=rl.float64), [w, u], False, 1, 0.0, False, False, False
        )[0],
        [lambda: r(3, 2, 4), lambda: r(6, 4), lambda: r(6, 2)],
    ),
}
IN_PLACE = {"fill", "index_put later"}  # whose first operand has room for all samples or for none
WITHOUT = {
    "batch_norm given": {1, 2},
    "cross_entropy of weights": {2},
}  # operands that a function refuses to differentiate by
NO_GRADIENT = {"argmax", "argmin whole", "searchsorted", "searchsorted rows", "ldl"}


def close(found, expected):
    if isinstance(expected, (tuple, list)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            close(one, other)
        return
    assert found.shape == expected.shape and found.dtype == expected.dtype
    if found.dtype.is_floating_point:
        rl.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    else:
        assert rl.equal(found, expected)


def by_loop(function, operands, dims):
    each = [
        function(*(x if d is None else x.select(d, i) for x, d in zip(operands, dims, strict=True)))
        for i in range(SAMPLES)
    ]
    return joined(each)


def joined(each):
    if isinstance(each[0], (tuple, list)):
        return tuple(joined([one[i] for one in each]) for i in range(len(each[0])))
    return rl.stack(each)


def ways(name, makers):
    """Which operands are mapped: all of them, each alone, and all along their last axis."""
    yield tuple(0 for _ in makers)
    yield tuple(-1 for _ in makers)
    if len(makers) > 1:
        for i in range(1 if name in IN_PLACE else len(makers)):
            yield tuple(0 if j == i else None for j in range(len(makers)))


def operands_for(makers, dims):
    made = [m() if d is None else stacked(m) for m, d in zip(makers, dims, strict=True)]
    return [x.movedim(0, -1).contiguous() if d == -1 else x for x, d in zip(made, dims, strict=True)]


RUNS = [(name, dims) for name, (_, makers) in CASES.items() for dims in ways(name, makers)]


@pytest.mark.parametrize(("name", "dims"), RUNS, ids=[f"{n}-{d}" for n, d in RUNS])
def test_all_samples_at_once_are_the_samples_one_by_one(name, dims):
    rl.manual_seed(0)
    function, makers = CASES[name]
    operands = operands_for(makers, dims)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*performance drop")
        close(vmap(function, in_dims=dims)(*operands), by_loop(function, operands, dims))


GRADIENTS = [run for run in RUNS if run[0] not in NO_GRADIENT]


@pytest.mark.parametrize(("name", "dims"), GRADIENTS, ids=[f"{n}-{d}" for n, d in GRADIENTS])
def test_gradients_of_all_samples_are_those_of_each(name, dims):
    rl.manual_seed(0)
    function, makers = CASES[name]
    operands = operands_for(makers, dims)
    wanted = tuple(
        i for i, x in enumerate(operands) if x.is_floating_point() and i not in WITHOUT.get(name, ())
    )

    def loss(*args):
        result = function(*args)
        results = result if isinstance(result, (tuple, list)) else (result,)
        return sum((y.sin() * 2).sum() for y in results if y.is_floating_point())

    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*performance drop")
        found = vmap(grad(loss, argnums=wanted), in_dims=dims)(*operands)
    close(found, by_loop(grad(loss, argnums=wanted), operands, dims))


@pytest.mark.parametrize(
    "name",
    [
        "index second axis",
        "cross_entropy",
        "batch_norm",
        "addmm",
        "max_pool2d",
        "roll flat",
        "conv2d",
        "mv",
        "layer_norm",
    ],
)
def test_samples_of_samples(name):
    rl.manual_seed(0)
    function, makers = CASES[name]
    operands = [rl.stack([stacked(m) for _ in range(2)]) for m in makers]
    found = vmap(vmap(function))(*operands)
    close(
        found, rl.stack([by_loop(function, [x[i] for x in operands], (0,) * len(makers)) for i in range(2)])
    )


def test_an_index_out_of_range_names_the_axis_that_a_sample_sees():
    x, i = rl.ones(2, 3, 4), rl.tensor([[0, 4], [1, 2]])
    with pytest.raises(IndexError, match="index 4 is out of bounds for dimension 1 with size 4"):
        vmap(lambda x, i: x[:, i])(x, i)


def test_wherever_the_axis_of_samples_lies():
    rl.manual_seed(0)
    for dims in itertools.product(range(3), repeat=2):
        x, i = r(3, 3, 3), of(3, 3, 3, 3)
        found = vmap(lambda x, i: x[:, i], in_dims=dims)(x, i)
        close(found, by_loop(lambda x, i: x[:, i], [x, i], dims))


def test_one_matrix_or_one_vector_for_the_samples_of_a_level():
    rl.manual_seed(0)
    a, v = r(2, 4, 5), r(3, 5)
    found = vmap(vmap(rl.mv, in_dims=(None, 0)), in_dims=(0, None))(a, v)
    close(found, rl.stack([rl.stack([m @ x for x in v]) for m in a]))
    found = vmap(vmap(rl.mv, in_dims=(0, None)), in_dims=(None, 0))(a, v)
    close(found, rl.stack([rl.stack([m @ x for m in a]) for x in v]))
    found = vmap(vmap(rl.mv, in_dims=(None, 0)), in_dims=(None, 0))(a[0], rl.stack([v, -v]))
    close(found, rl.stack([v @ a[0].T, -v @ a[0].T]))


def test_a_target_out_of_range_in_one_sample():
    y = rl.tensor([[0], [2], [3]])
    with pytest.raises(IndexError, match="Target 3 is out of bounds"):
        vmap(F.cross_entropy)(r(3, 1, 3), y)


def test_no_samples_are_samples():
    """A batch of nothing has the shape of a batch, whatever the function does with a sample."""
    x = rl.ones(0, 3)
    assert vmap(lambda s: s.sum())(x).shape == (0,)
    assert vmap(lambda s: s.softmax(0).sort()[0])(x).shape == (0, 3)
    assert vmap(lambda a, b: a @ b)(rl.ones(0, 3, 2), rl.ones(0, 2, 4)).shape == (0, 3, 4)
    for view in (lambda s: s.expand(2, 3), lambda s: s[1:].view(1, 2), lambda s: s.as_strided((2,), (1,)), lambda s: s[0]):
        assert vmap(view)(x).shape == (0, *view(rl.ones(3)).shape)
        assert vmap(grad(lambda s, view=view: view(s).sum()))(x).shape == (0, 3)
    for of_matrices in (rl.trace, rl.linalg.lu_factor_ex, rl.matrix_exp, rl.linalg.eigvals, lambda s: F.max_pool1d(s, 2)):
        made, one = vmap(of_matrices)(rl.ones(0, 3, 3)), of_matrices(rl.eye(3))
        made, one = (made, one) if isinstance(one, rl.Tensor) else (made[0], one[0])
        assert made.shape == (0, *one.shape) and made.dtype == one.dtype
    assert rl.func.hessian(lambda s: s.sum())(rl.ones(0)).shape == (0, 0)
    assert rl.func.jacfwd(lambda s: s.sum())(rl.ones(0)).shape == (0,)


@pytest.mark.parametrize(
    "solve",
    [
        rl.linalg.eigvals,
        lambda a: rl.linalg.eig(a)[0],
        rl.cholesky_inverse,
        lambda a: rl.linalg.lstsq(a, a)[0],
        lambda a: rl.linalg.svd(a)[1],
        grad(rl.linalg.det),
        grad(lambda a: rl.linalg.slogdet(a)[1]),
    ],
    ids=["eigvals", "eig", "cholesky_inverse", "lstsq", "svd", "det", "slogdet"],
)
def test_matrices_of_all_samples_are_checked_at_once(solve):
    rl.manual_seed(3)
    a = rl.randn(3, 4, 4, dtype=rl.float64)
    rl.testing.assert_close(vmap(solve)(a), rl.stack([solve(each) for each in a]))


def test_the_gradient_of_singular_matrices_among_others():
    a = rl.stack([rl.eye(3), rl.ones(3, 3), rl.diag(rl.tensor([1.0, 2.0, 0.0]))]).double()
    slope = grad(rl.linalg.det)
    rl.testing.assert_close(vmap(slope)(a), rl.stack([slope(each) for each in a]))


def test_what_is_wrong_in_one_sample_is_refused():
    a = rl.eye(2).repeat(3, 1, 1)
    with pytest.raises(RuntimeError, match="should not contain infs or NaNs"):
        vmap(rl.linalg.eigvals)(a.index_fill(0, rl.tensor([1]), rl.inf))
    with pytest.raises(RuntimeError, match="The diagonal element 2 is zero"):
        vmap(rl.cholesky_inverse)(rl.stack([a[0], rl.diag(rl.tensor([1.0, 0.0]))]))
    with pytest.raises(ValueError, match="negative entry"):
        vmap(F.gaussian_nll_loss)(a[0], a[0], rl.tensor([[1.0, 1.0], [1.0, -1.0]]))


def test_probabilities_of_all_samples_are_checked_at_once():
    p, target = rl.tensor([[0.25, 0.5], [0.5, 0.75]]), rl.tensor([[0.0, 1.0], [1.0, 0.0]])
    loss = vmap(F.binary_cross_entropy)(p, target)
    assert rl.equal(loss, rl.stack([F.binary_cross_entropy(a, b) for a, b in zip(p, target, strict=True)]))
    slope = vmap(grad(F.binary_cross_entropy))(p, target)
    assert rl.equal(slope, rl.stack([grad(F.binary_cross_entropy)(a, b) for a, b in zip(p, target, strict=True)]))
    with pytest.raises(RuntimeError, match="all elements of input should be between 0 and 1"):
        vmap(F.binary_cross_entropy)(p + 0.5, target)
