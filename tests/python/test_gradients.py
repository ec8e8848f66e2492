"""First and second derivatives against finite differences in double precision, one row for each op."""

import json
from dataclasses import dataclass

import pytest
import rushlight as rl
from rushlight.autograd import gradcheck, gradgradcheck
from rushlight.nn import functional as F

D = rl.float64


def normal(*shape, seed=0, scale=1.0, shift=0.0):
    g = rl.Generator().manual_seed(seed + 17 * len(shape))
    return rl.randn(*shape, generator=g, dtype=D) * scale + shift


def between(low, high, *shape, seed=0):
    g = rl.Generator().manual_seed(seed)
    return rl.rand(*shape, generator=g, dtype=D) * (high - low) + low


def apart(*shape, seed=0):
    """Values no two of which are close: maxima, medians and sorts have slopes there."""
    n = 1
    for d in shape:
        n *= d
    g = rl.Generator().manual_seed(seed)
    return (rl.randperm(n, generator=g).to(D) * 0.37 - n * 0.17).reshape(shape)


def complex_normal(*shape, seed=0):
    return rl.complex(normal(*shape, seed=seed), normal(*shape, seed=seed + 1))


@dataclass
class Case:
    """A function of tensors that all require gradients."""

    name: str
    function: object
    inputs: list
    # the second derivative is checked too, unless there is a reason not to
    second: str = ""

    def __repr__(self):
        return self.name


def unary(name, low=-2.0, high=2.0, **options):
    f = rl
    for part in name.split("."):
        f = getattr(f, part)
    return Case(name, f, [between(low, high, 3, 4)], **options)


def nn(name, *args, low=-2.0, high=2.0, **keywords):
    f = getattr(F, name)
    return Case(name, lambda x: f(x, *args, **keywords), [between(low, high, 3, 5)])


INDEX = rl.tensor([[0, 2, 1], [1, 0, 2]])
ROWS = rl.tensor([2, 0, 2])
MASK = rl.tensor([[True, False, True, False], [False, True, True, False], [True, True, False, False]])
TARGET = rl.tensor([1, 0, 3])
SIGNS = rl.tensor([1.0, -1.0, 1.0], dtype=D)

ELEMENTWISE = [
    unary("square"),
    unary("special.ndtr", -0.9, 0.9),
    unary("logit", 0.1, 0.9),
    unary("nan_to_num"),
    Case("polygamma", lambda x: rl.polygamma(1, x), [between(0.5, 3, 4)]),
    Case("mvlgamma", lambda x: rl.mvlgamma(x, 2), [between(2, 4, 4)]),
    Case("complex exp", rl.exp, [complex_normal(3)]),
    Case("complex log", rl.log, [complex_normal(3)]),
    Case("complex abs", rl.abs, [complex_normal(3)]),
    Case("complex angle", rl.angle, [complex_normal(3)]),
    Case("complex product", lambda a, b: a * b.conj(), [complex_normal(2, 3), complex_normal(3, seed=5)]),
    Case("complex quotient", lambda a, b: a / b, [complex_normal(2, 3), complex_normal(3, seed=5)]),
    Case("complex tanh", rl.tanh, [complex_normal(3)]),
    Case("complex sigmoid", rl.sigmoid, [complex_normal(3)]),
    Case("complex sqrt", rl.sqrt, [complex_normal(3)]),
    Case("complex sine", rl.sin, [complex_normal(3)]),
    Case("real and imag", lambda z: z.real * z.imag, [complex_normal(3)]),
    Case("view_as_real", rl.view_as_real, [complex_normal(3)]),
    Case("view_as_complex", rl.view_as_complex, [normal(3, 2)]),
    Case("complex of parts", lambda a, b: rl.complex(a, b).abs(), [normal(3), normal(3, seed=1)]),
    Case("polar", lambda a, b: rl.view_as_real(rl.polar(a, b)), [between(0.5, 2, 3), normal(3)]),
    Case("add", lambda a, b: rl.add(a, b, alpha=2.5), [normal(2, 3), normal(3, seed=1)]),
    Case("sub", lambda a, b: rl.sub(a, b, alpha=2.5), [normal(2, 1), normal(3, seed=1)]),
    Case("rsub", rl.rsub, [normal(2, 3), normal(3, seed=1)]),
    Case("mul", rl.mul, [normal(2, 3), normal(3, seed=1)]),
    Case("mul by itself", lambda x: x * x * x, [normal(4)]),
    Case("div", rl.div, [normal(2, 3), between(0.5, 2, 3)]),
    Case("number over tensor", lambda x: 2.0 / x, [between(0.5, 2, 3)]),
    Case("pow", rl.pow, [between(0.5, 2, 2, 3), normal(3)]),
    Case("pow of a number", lambda x: 2.5**x, [normal(3)]),
    Case("pow by a number", lambda x: x**3, [normal(3)]),
    Case("pow by a half", lambda x: x**0.5, [between(0.5, 2, 3)]),
    Case("float_power", lambda x: rl.float_power(x, 2.5), [between(0.5, 2, 3)]),
    Case("atan2", rl.atan2, [normal(2, 3), normal(3, seed=1)]),
    Case("hypot", rl.hypot, [normal(2, 3), normal(3, seed=1)]),
    Case("logaddexp", rl.logaddexp, [normal(2, 3), normal(3, seed=1)]),
    Case("logaddexp2", rl.logaddexp2, [normal(2, 3), normal(3, seed=1)]),
    Case("xlogy", rl.xlogy, [between(0.5, 2, 3), between(0.5, 2, 3, seed=1)]),
    Case("xlog1py", rl.special.xlog1py, [between(0.5, 2, 3), between(0.5, 2, 3, seed=1)]),
    Case("maximum", rl.maximum, [apart(6), apart(6, seed=1) + 0.1]),
    Case("minimum", rl.minimum, [apart(6), apart(6, seed=1) + 0.1]),
    Case("fmax", rl.fmax, [apart(6), apart(6, seed=1) + 0.1]),
    Case("fmin", rl.fmin, [apart(6), apart(6, seed=1) + 0.1]),
    Case("fmod", lambda a: rl.fmod(a, 0.7), [between(0.8, 1.3, 4)]),
    Case("remainder", lambda a: rl.remainder(a, 0.7), [between(0.8, 1.3, 4)]),
    Case("copysign", rl.copysign, [between(0.5, 1, 4), between(0.5, 1, 4, seed=1)]),
    Case("ldexp", lambda x: rl.ldexp(x, rl.tensor([1, 2, 3])), [normal(3)]),
    Case("where", lambda a, b: rl.where(MASK, a, b), [normal(3, 4), normal(4, seed=1)]),
    Case("clamp", lambda x: x.clamp(-0.55, 0.8), [normal(3, 4)]),
    Case("clamp by tensors", rl.clamp, [apart(6), apart(6, seed=2) - 0.6, apart(6, seed=2) + 0.5]),
    Case("lerp", lambda a, b: rl.lerp(a, b, 0.3), [normal(2, 3), normal(3, seed=1)]),
    Case("lerp by a tensor", rl.lerp, [normal(2, 3), normal(3, seed=1), between(0, 1, 2, 3)]),
    Case(
        "addcmul",
        lambda a, b, c: rl.addcmul(a, b, c, value=0.7),
        [normal(2, 3), normal(3, seed=1), normal(2, 1, seed=2)],
    ),
    Case(
        "addcdiv",
        lambda a, b, c: rl.addcdiv(a, b, c, value=0.7),
        [normal(2, 3), normal(3, seed=1), between(1, 2, 3)],
    ),
    Case("to float32 and back", lambda x: x.float().double() * 0 + x, [normal(3)]),
]

ACTIVATIONS = [
    *map(nn, "gelu silu mish logsigmoid softplus softsign tanhshrink elu celu selu relu leaky_relu".split()),
    Case("gelu tanh", lambda x: F.gelu(x, approximate="tanh"), [normal(4)]),
    *(nn(n, low=-0.45, high=0.45) for n in ("hardtanh", "hardsigmoid", "hardswish")),
    nn("relu6", low=0.5, high=5.5),
    nn("hardshrink", low=0.6, high=2.0),
    nn("softshrink", low=0.6, high=2.0),
    nn("threshold", 0.1, 20.0, low=0.3, high=2.0),
    Case("prelu", F.prelu, [normal(2, 3, 4), between(0.1, 0.4, 3)]),
    Case("glu", F.glu, [normal(3, 4)]),
    Case("rrelu in evaluation", lambda x: F.rrelu(x, training=False), [normal(4)]),
    Case("softmax", lambda x: F.softmax(x, 1), [normal(2, 3, 2)]),
    Case("log_softmax", lambda x: F.log_softmax(x, -1), [normal(2, 4)]),
    Case("softmin", lambda x: F.softmin(x, 0), [normal(3, 2)]),
    Case("normalize", F.normalize, [normal(3, 4)]),
]

REDUCTIONS = [
    Case("sum", rl.sum, [normal(2, 3)]),
    Case("sum over dims", lambda x: x.sum((0, 2), keepdim=True), [normal(2, 3, 2)]),
    Case("mean", lambda x: x.mean(1), [normal(2, 3)]),
    Case("nansum", rl.nansum, [normal(2, 3)]),
    Case("nanmean", rl.nanmean, [normal(2, 3)]),
    Case("prod", rl.prod, [normal(4)]),
    Case("prod over a dim", lambda x: x.prod(1), [normal(2, 3)]),
    Case(
        "prod with zeros",
        lambda x: (x * rl.tensor([[1.0, 0, 1], [0, 0, 1]], dtype=D)).prod(1),
        [normal(2, 3)],
    ),
    Case("var", lambda x: x.var(1), [normal(2, 4)]),
    Case("var biased", lambda x: rl.var(x, (0, 1), correction=0), [normal(2, 4)]),
    Case("std", lambda x: x.std(0), [normal(3, 4)]),
    Case("var_mean", lambda x: rl.var_mean(x, 1), [normal(3, 4)]),
    Case("std_mean", lambda x: rl.std_mean(x, 1), [normal(3, 4)]),
    Case("logsumexp", lambda x: rl.logsumexp(x, 1), [normal(3, 4)]),
    Case("logcumsumexp", lambda x: rl.logcumsumexp(x, 1), [normal(2, 4)]),
    Case("norm", rl.norm, [normal(3, 4)]),
    Case("norm of order 3", lambda x: x.norm(3, 1), [normal(3, 4)]),
    Case("vector_norm of order 1", lambda x: rl.linalg.vector_norm(x, 1, 1), [between(0.5, 2, 3, 4)]),
    Case(
        "vector_norm of order inf", lambda x: rl.linalg.vector_norm(x, float("inf"), 1), [apart(3, 4) + 0.05]
    ),
    Case("dist", lambda a, b: rl.dist(a, b, 3), [normal(4), normal(4, seed=1)]),
    Case("max", rl.max, [apart(2, 3)]),
    Case("max over a dim", lambda x: x.max(1).values, [apart(2, 3)]),
    Case("min over a dim", lambda x: x.min(0).values, [apart(2, 3)]),
    Case("amax", lambda x: x.amax((0, 1)), [apart(2, 3, 2)]),
    Case("amin", lambda x: x.amin(1), [apart(2, 3)]),
    Case("aminmax", lambda x: rl.aminmax(x, dim=1), [apart(2, 3)]),
    Case("median", rl.median, [apart(5)]),
    Case("nanmedian over a dim", lambda x: x.nanmedian(1).values, [apart(2, 5)]),
    Case("mode", lambda x: x.mode(1).values, [apart(2, 3)]),
    Case("kthvalue", lambda x: x.kthvalue(2, 1).values, [apart(2, 3)]),
    Case("quantile", lambda x: rl.quantile(x, rl.tensor([0.2, 0.7], dtype=D), dim=1), [apart(2, 5)]),
    Case("cumsum", lambda x: x.cumsum(1), [normal(2, 3)]),
    Case("cumprod", lambda x: x.cumprod(1), [normal(2, 3)]),
    Case("cumprod with zeros", lambda x: (x * rl.tensor([1.0, 0, 1, 0], dtype=D)).cumprod(0), [normal(4)]),
    Case("cummax", lambda x: x.cummax(1).values, [apart(2, 4)]),
    Case("cummin", lambda x: x.cummin(1).values, [apart(2, 4)]),
    Case("sort", lambda x: x.sort(1).values, [apart(2, 4)]),
    Case("msort", rl.msort, [apart(4, 2)]),
    Case("topk", lambda x: x.topk(2, 1).values, [apart(2, 4)]),
    Case("diff", lambda x: x.diff(n=2), [normal(2, 5)]),
    Case("trapezoid", rl.trapezoid, [normal(2, 4), normal(2, 4, seed=1)]),
    Case("cumulative_trapezoid", rl.cumulative_trapezoid, [normal(2, 4)]),
    Case("cov", rl.cov, [normal(2, 4)]),
    Case("corrcoef", rl.corrcoef, [normal(2, 5)]),
    Case("renorm", lambda x: x.renorm(2, 0, 0.7), [normal(3, 4)]),
]

PRODUCTS = [
    Case("mm", rl.mm, [normal(2, 3), normal(3, 4, seed=1)]),
    Case("mm of transposes", lambda a, b: a.t() @ b.t(), [normal(3, 2), normal(4, 3, seed=1)]),
    Case("bmm", rl.bmm, [normal(2, 2, 3), normal(2, 3, 2, seed=1)]),
    Case("matmul broadcasting", rl.matmul, [normal(2, 1, 2, 3), normal(2, 3, 2, seed=1)]),
    Case("matrix by vector", rl.matmul, [normal(2, 3, 4), normal(4, seed=1)]),
    Case("vector by matrix", rl.matmul, [normal(3), normal(2, 3, 2, seed=1)]),
    Case("mv", rl.mv, [normal(2, 3), normal(3, seed=1)]),
    Case("dot", rl.dot, [normal(4), normal(4, seed=1)]),
    Case("vdot of complex", rl.vdot, [complex_normal(3), complex_normal(3, seed=4)]),
    Case("mm of complex", rl.mm, [complex_normal(2, 2), complex_normal(2, 2, seed=4)]),
    Case(
        "addmm",
        lambda c, a, b: rl.addmm(c, a, b, beta=0.5, alpha=2),
        [normal(4), normal(2, 3), normal(3, 4, seed=1)],
    ),
    Case("addmv", rl.addmv, [normal(2), normal(2, 3), normal(3, seed=1)]),
    Case(
        "baddbmm",
        lambda c, a, b: rl.baddbmm(c, a, b, beta=0.5, alpha=2),
        [normal(2, 2, 2), normal(2, 2, 3), normal(2, 3, 2, seed=1)],
    ),
    Case("addbmm", rl.addbmm, [normal(2, 2), normal(3, 2, 3), normal(3, 3, 2, seed=1)]),
    Case("addr", rl.addr, [normal(2, 3), normal(2), normal(3)]),
    Case("outer", rl.outer, [normal(2), normal(3)]),
    Case("inner", rl.inner, [normal(2, 3), normal(3)]),
    Case("kron", rl.kron, [normal(2, 2), normal(2, 3)]),
    Case("tensordot", lambda a, b: rl.tensordot(a, b, dims=([1], [0])), [normal(2, 3), normal(3, 2)]),
    Case(
        "multi_dot",
        lambda a, b, c: rl.linalg.multi_dot([a, b, c]),
        [normal(2, 3), normal(3, 2), normal(2, 3, seed=1)],
    ),
    Case("matrix_power", lambda x: rl.matrix_power(x, 3), [normal(2, 2)]),
    Case("einsum", lambda a, b: rl.einsum("bij,bjk->ik", a, b), [normal(2, 2, 3), normal(2, 3, 2)]),
    Case("einsum of a diagonal", lambda a: rl.einsum("ii->i", a), [normal(3, 3)]),
    Case("linear", F.linear, [normal(2, 3), normal(4, 3), normal(4)]),
    Case("bilinear", F.bilinear, [normal(2, 3), normal(2, 2), normal(4, 3, 2), normal(4)]),
    Case("cdist", rl.cdist, [normal(3, 2), normal(4, 2, seed=1)]),
    Case("cdist of order 1", lambda a, b: rl.cdist(a, b, p=1.0), [apart(2, 2), apart(3, 2, seed=1) + 0.1]),
    Case("pdist", rl.pdist, [normal(4, 2)]),
    Case("cosine_similarity", F.cosine_similarity, [normal(2, 3), normal(2, 3, seed=1)]),
    Case("pairwise_distance", F.pairwise_distance, [normal(2, 3), normal(2, 3, seed=1)]),
    Case(
        "attention",
        F.scaled_dot_product_attention,
        [normal(1, 2, 3, 2), normal(1, 2, 4, 2, seed=1), normal(1, 2, 4, 2, seed=2)],
    ),
    Case(
        "causal attention",
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
        [normal(2, 3, 2), normal(2, 3, 2, seed=1), normal(2, 3, 2, seed=2)],
    ),
]

SHAPES = [
    Case("reshape", lambda x: x.t().reshape(2, 6), [normal(3, 4)]),
    Case("view", lambda x: x.view(4, 3), [normal(3, 4)]),
    Case("transpose", lambda x: x.transpose(0, 2) * 2, [normal(2, 3, 2)]),
    Case("permute", lambda x: x.permute(2, 0, 1), [normal(2, 3, 2)]),
    Case("movedim", lambda x: x.movedim(0, 2), [normal(2, 3, 2)]),
    Case("expand", lambda x: x.expand(4, 2, 3), [normal(2, 1)]),
    Case("squeeze", lambda x: x.squeeze().unsqueeze(1), [normal(2, 1, 3)]),
    Case("flatten", lambda x: x.flatten(1).unflatten(1, (3, 2)), [normal(2, 3, 2)]),
    Case("select and narrow", lambda x: x.select(0, 1).narrow(0, 1, 2), [normal(2, 3, 2)]),
    Case("as_strided", lambda x: x.as_strided((2, 2), (1, 2), 1), [normal(6)]),
    Case("as_strided overlapping", lambda x: x.as_strided((3, 2), (1, 1)), [normal(4)]),
    Case("unfold", lambda x: x.unfold(1, 3, 2), [normal(2, 7)]),
    Case("diagonal", lambda x: x.diagonal(1), [normal(3, 4)]),
    Case("split", lambda x: x.split([1, 3], 1), [normal(2, 4)]),
    Case("chunk", lambda x: x.chunk(2), [normal(3, 2)]),
    Case("unbind", lambda x: x.unbind(1), [normal(2, 3)]),
    Case("tensor_split", lambda x: rl.tensor_split(x, 3), [normal(5, 2)]),
    Case("cat", lambda a, b: rl.cat([a, b, a], 1), [normal(2, 3), normal(2, 2)]),
    Case("stack", lambda a, b: rl.stack([a, b], 1), [normal(2, 3), normal(2, 3, seed=1)]),
    Case(
        "hstack and vstack",
        lambda a, b: rl.vstack([rl.hstack([a, b]), rl.hstack([b, a])]),
        [normal(2), normal(2, seed=1)],
    ),
    Case("block_diag", lambda a, b: rl.block_diag(a, b), [normal(2, 2), normal(1, 3)]),
    Case("meshgrid", lambda a, b: rl.meshgrid(a, b, indexing="ij"), [normal(2), normal(3)]),
    Case("cartesian_prod", rl.cartesian_prod, [normal(2), normal(3)]),
    Case("repeat", lambda x: x.repeat(2, 3), [normal(2, 2)]),
    Case("tile", lambda x: x.tile(2), [normal(2, 2)]),
    Case("repeat_interleave", lambda x: x.repeat_interleave(rl.tensor([1, 2]), 0), [normal(2, 2)]),
    Case("roll", lambda x: x.roll((1, -1), (0, 1)), [normal(2, 3)]),
    Case("flip", lambda x: x.flip(0, 1), [normal(2, 3)]),
    Case("rot90", rl.rot90, [normal(2, 3)]),
    Case("tril and triu", lambda x: x.tril() - x.triu(1), [normal(3, 3)]),
    Case("diag", rl.diag, [normal(3)]),
    Case("diag_embed", rl.diag_embed, [normal(2, 3)]),
    Case("pad", lambda x: F.pad(x, (1, 2, 0, 1)), [normal(2, 3)]),
    Case("pad reflecting", lambda x: F.pad(x, (2, 1), mode="reflect"), [normal(1, 2, 4)]),
    Case("pad replicating", lambda x: F.pad(x, (2, 1), mode="replicate"), [normal(1, 2, 4)]),
    Case("pad circular", lambda x: F.pad(x, (2, 1), mode="circular"), [normal(1, 2, 4)]),
    Case("select_scatter", lambda a, b: rl.select_scatter(a, b, 0, 1), [normal(2, 3), normal(3)]),
    Case("slice_scatter", lambda a, b: rl.slice_scatter(a, b, 1, 1, 3), [normal(2, 4), normal(2, 2)]),
    Case("diagonal_scatter", rl.diagonal_scatter, [normal(3, 3), normal(3)]),
    Case("clone of a view", lambda x: x[::2].clone(), [normal(5)]),
    Case("in place on a view", lambda x: in_place_on_a_view(x), [normal(3, 3)]),
]


def in_place_on_a_view(x):
    y = x * 2
    y[1].mul_(x[0])
    y[:, 0].exp_()
    return y * y


INDEXING = [
    Case("slices", lambda x: x[1:, ::2], [normal(3, 4)]),
    Case("integers and None", lambda x: x[None, 1, ..., None], [normal(3, 4)]),
    Case("a list of rows", lambda x: x[ROWS], [normal(3, 2)]),
    Case("pairs of indices", lambda x: x[rl.tensor([0, 2, 0]), rl.tensor([1, 1, 1])], [normal(3, 2)]),
    Case("a mask", lambda x: x[MASK], [normal(3, 4)]),
    Case("masked_select", lambda x: x.masked_select(MASK), [normal(3, 4)]),
    Case("masked_fill", lambda x: x.masked_fill(MASK, 2.0), [normal(3, 4)]),
    Case("masked_scatter", lambda x, s: x.masked_scatter(MASK, s), [normal(3, 4), normal(7)]),
    Case("gather", lambda x: x.gather(1, INDEX), [normal(2, 3)]),
    Case("scatter", lambda x, s: x.scatter(1, INDEX, s), [normal(2, 3), normal(2, 3, seed=1)]),
    Case(
        "scatter_add",
        lambda x, s: x.scatter_add(1, rl.tensor([[0, 0, 1], [2, 2, 2]]), s),
        [normal(2, 3), normal(2, 3, seed=1)],
    ),
    Case(
        "scatter_reduce by mean",
        lambda x, s: x.scatter_reduce(1, rl.tensor([[0, 0, 1], [2, 2, 2]]), s, "mean"),
        [normal(2, 3), normal(2, 3, seed=1)],
    ),
    Case("index_select", lambda x: x.index_select(0, ROWS), [normal(3, 2)]),
    Case("index_add", lambda x, s: x.index_add(0, ROWS, s, alpha=2), [normal(3, 2), normal(3, 2, seed=1)]),
    Case(
        "index_copy", lambda x, s: x.index_copy(0, rl.tensor([2, 0]), s), [normal(3, 2), normal(2, 2, seed=1)]
    ),
    Case("index_fill", lambda x: x.index_fill(0, ROWS, 1.0), [normal(3, 2)]),
    Case(
        "index_put", lambda x, s: x.index_put((rl.tensor([0, 2]),), s), [normal(3, 2), normal(2, 2, seed=1)]
    ),
    Case(
        "index_put adding",
        lambda x, s: x.index_put((ROWS,), s, accumulate=True),
        [normal(3, 2), normal(3, 2, seed=1)],
    ),
    Case("take", lambda x: x.take(rl.tensor([0, 5, 5])), [normal(2, 3)]),
    Case("take_along_dim", lambda x: rl.take_along_dim(x, INDEX, 1), [normal(2, 3)]),
    Case("assignment", lambda x, s: assigned(x, s), [normal(3, 2), normal(2)]),
    Case("embedding", lambda w: F.embedding(rl.tensor([[0, 2], [2, 1]]), w), [normal(3, 2)]),
]


def assigned(x, s):
    y = x.clone()
    y[1] = s * s
    y[rl.tensor([True, False, True]), 0] = s
    return y * y


IMAGE, VOLUME = normal(2, 2, 5, 5), normal(1, 2, 4, 4, 4)
LAYERS = [
    Case(
        "conv1d",
        lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1),
        [normal(2, 2, 6), normal(3, 2, 3), normal(3)],
    ),
    Case("conv2d", lambda x, w, b: F.conv2d(x, w, b, padding=1), [IMAGE, normal(3, 2, 3, 3), normal(3)]),
    Case(
        "conv2d strided dilated",
        lambda x, w: F.conv2d(x, w, stride=2, padding=2, dilation=2),
        [IMAGE, normal(2, 2, 3, 3)],
    ),
    Case("conv2d in groups", lambda x, w: F.conv2d(x, w, groups=2), [IMAGE, normal(4, 1, 2, 2)]),
    Case(
        "conv2d same", lambda x, w: F.conv2d(x, w, padding="same"), [normal(1, 1, 4, 4), normal(1, 1, 2, 2)]
    ),
    Case("conv3d", F.conv3d, [VOLUME, normal(2, 2, 2, 2, 2), normal(2)]),
    Case(
        "conv_transpose1d",
        lambda x, w: F.conv_transpose1d(x, w, stride=2, output_padding=1),
        [normal(1, 2, 4), normal(2, 3, 3)],
    ),
    Case(
        "conv_transpose2d",
        lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1),
        [normal(1, 2, 3, 3), normal(2, 2, 3, 3), normal(2)],
    ),
    Case("conv_transpose3d", F.conv_transpose3d, [normal(1, 1, 2, 2, 2), normal(1, 2, 2, 2, 2)]),
    Case("max_pool1d", lambda x: F.max_pool1d(x, 2), [apart(1, 2, 6)]),
    Case("max_pool2d", lambda x: F.max_pool2d(x, 3, stride=2, padding=1), [apart(1, 2, 5, 5)]),
    Case("max_pool3d", lambda x: F.max_pool3d(x, 2), [apart(1, 1, 4, 4, 4)]),
    Case("avg_pool1d", lambda x: F.avg_pool1d(x, 3, 2, 1), [normal(1, 2, 6)]),
    Case(
        "avg_pool2d",
        lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False),
        [normal(1, 2, 6, 5)],
    ),
    Case("avg_pool3d", lambda x: F.avg_pool3d(x, 2), [VOLUME]),
    Case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (3, 2)), [IMAGE]),
    Case("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x, (3, 2)), [apart(1, 2, 5, 5)]),
    Case(
        "max_unpool2d",
        lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2),
        [apart(1, 1, 4, 4)],
    ),
    Case("lp_pool2d", lambda x: F.lp_pool2d(x, 2, 2), [between(0.5, 2, 1, 1, 4, 4)]),
    Case("unfold of images", lambda x: F.unfold(x, 2, padding=1), [normal(1, 2, 3, 3)]),
    Case("fold", lambda x: F.fold(x, (4, 4), 2, stride=2), [normal(1, 8, 4)]),
    Case("interpolate nearest", lambda x: F.interpolate(x, scale_factor=2), [normal(1, 2, 3, 3)]),
    Case(
        "interpolate bilinear", lambda x: F.interpolate(x, size=(5, 4), mode="bilinear"), [normal(1, 2, 3, 3)]
    ),
    Case(
        "interpolate bilinear by corners",
        lambda x: F.interpolate(x, size=(5, 4), mode="bilinear", align_corners=True),
        [normal(1, 2, 3, 3)],
    ),
    Case(
        "layer_norm",
        lambda x, w, b: F.layer_norm(x, (4,), w, b),
        [normal(3, 4), normal(4), normal(4, seed=1)],
    ),
    Case("layer_norm over two axes", lambda x: F.layer_norm(x, (2, 3)), [normal(2, 2, 3)]),
    Case("rms_norm", lambda x, w: F.rms_norm(x, (4,), w), [normal(3, 4), normal(4)]),
    Case(
        "group_norm",
        lambda x, w, b: F.group_norm(x, 2, w, b),
        [normal(2, 4, 3), normal(4), normal(4, seed=1)],
    ),
    Case("instance_norm", lambda x: F.instance_norm(x), [normal(2, 2, 4)]),
    Case(
        "batch_norm training",
        lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
        [normal(3, 2, 4), normal(2), normal(2, seed=1)],
    ),
    Case(
        "batch_norm evaluating",
        lambda x, w, b: F.batch_norm(x, rl.zeros(2, dtype=D), rl.ones(2, dtype=D) * 2, w, b),
        [normal(3, 2), normal(2), normal(2, seed=1)],
    ),
    Case("local_response_norm", lambda x: F.local_response_norm(x, 2), [normal(1, 4, 3)]),
    Case("dropout in evaluation", lambda x: F.dropout(x, 0.5, training=False) * x, [normal(4)]),
]

LOSSES = [
    Case("mse_loss", F.mse_loss, [normal(2, 3), normal(2, 3, seed=1)]),
    Case("l1_loss", F.l1_loss, [normal(2, 3), normal(2, 3, seed=1)]),
    Case(
        "smooth_l1_loss", lambda a, b: F.smooth_l1_loss(a, b, beta=0.4), [normal(2, 3), normal(2, 3, seed=1)]
    ),
    Case("huber_loss", lambda a, b: F.huber_loss(a, b, delta=0.7), [normal(2, 3), normal(2, 3, seed=1)]),
    Case("cross_entropy", lambda x: F.cross_entropy(x, TARGET), [normal(3, 4)]),
    Case(
        "cross_entropy weighted and smoothed",
        lambda x: F.cross_entropy(x, TARGET, rl.tensor([0.5, 1, 2, 1], dtype=D), label_smoothing=0.2),
        [normal(3, 4)],
    ),
    Case(
        "cross_entropy of probabilities",
        lambda x, t: F.cross_entropy(x, t.softmax(1)),
        [normal(3, 4), normal(3, 4, seed=1)],
    ),
    Case(
        "cross_entropy of images",
        lambda x: F.cross_entropy(x, rl.tensor([[[0, 1], [-100, 1]]]), reduction="sum"),
        [normal(1, 2, 2, 2)],
    ),
    Case("nll_loss", lambda x: F.nll_loss(F.log_softmax(x, 1), TARGET, reduction="none"), [normal(3, 4)]),
    Case(
        "binary_cross_entropy", F.binary_cross_entropy, [between(0.1, 0.9, 3), between(0.1, 0.9, 3, seed=1)]
    ),
    Case(
        "binary_cross_entropy_with_logits",
        lambda x, t: F.binary_cross_entropy_with_logits(x, t, pos_weight=rl.tensor(1.5, dtype=D)),
        [normal(3), between(0.1, 0.9, 3)],
    ),
    Case(
        "kl_div", lambda x, t: F.kl_div(x, t, reduction="batchmean"), [normal(2, 3), between(0.1, 0.9, 2, 3)]
    ),
    Case(
        "kl_div of logarithms",
        lambda x, t: F.kl_div(x, t, log_target=True, reduction="sum"),
        [normal(2, 3), normal(2, 3, seed=1)],
    ),
    Case(
        "poisson_nll_loss", lambda x, t: F.poisson_nll_loss(x, t, full=False), [normal(3), between(1, 3, 3)]
    ),
    Case("gaussian_nll_loss", F.gaussian_nll_loss, [normal(3), normal(3, seed=1), between(0.5, 2, 3)]),
    Case("soft_margin_loss", lambda x: F.soft_margin_loss(x, SIGNS), [normal(3)]),
    Case("hinge_embedding_loss", lambda x: F.hinge_embedding_loss(x, SIGNS), [normal(3)]),
    Case(
        "margin_ranking_loss",
        lambda a, b: F.margin_ranking_loss(a, b, SIGNS, margin=0.3),
        [normal(3), normal(3, seed=1)],
    ),
    Case(
        "cosine_embedding_loss",
        lambda a, b: F.cosine_embedding_loss(a, b, SIGNS, margin=-0.9),
        [normal(3, 4), normal(3, 4, seed=1)],
    ),
    Case(
        "triplet_margin_loss",
        lambda a, b, c: F.triplet_margin_loss(a, b, c, margin=5.0),
        [normal(2, 3), normal(2, 3, seed=1), normal(2, 3, seed=2)],
    ),
    Case(
        "multilabel_soft_margin_loss",
        lambda x: F.multilabel_soft_margin_loss(x, rl.tensor([[1.0, 0, 1]], dtype=D)),
        [normal(1, 3)],
    ),
]

CASES = ELEMENTWISE + ACTIVATIONS + REDUCTIONS + PRODUCTS + SHAPES + INDEXING + LAYERS + LOSSES


def leaves(case):
    return tuple(x.detach().clone().requires_grad_() for x in case.inputs)


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_first_derivative(case):
    assert gradcheck(case.function, leaves(case))


@pytest.mark.parametrize("case", [c for c in CASES if not c.second], ids=repr)
def test_second_derivative(case):
    """The gradient, as a function, has a gradient that agrees with differences too."""
    inputs = leaves(case)
    outputs = case.function(*inputs)
    for output in outputs if isinstance(outputs, (tuple, list)) else [outputs]:
        if not output.requires_grad:
            continue
        grads = rl.autograd.grad(
            output.sum() if not output.is_complex() else output.abs().sum(),
            inputs,
            create_graph=True,
            allow_unused=True,
        )
        assert any(g is not None for g in grads)
    # the full check is quadratic in the number of elements: small inputs only
    if sum(x.numel() for x in inputs) <= 100:
        assert gradgradcheck(case.function, inputs)
    else:
        check_second_derivative_along_lines(case, inputs)


def check_second_derivative_along_lines(case, inputs):
    """d/dt of the gradient at inputs + t * v, against the Hessian times v, for one random direction."""
    along = [normal(*x.shape, seed=9 + i) for i, x in enumerate(inputs)]
    weight = None

    def gradients(points):
        nonlocal weight
        y = case.function(*points)
        weight = normal(*y.shape, seed=3) if weight is None else weight
        # a curved function of the output, so that linear ops have a second derivative to get wrong
        return rl.autograd.grad((y * y * weight).sum(), points, create_graph=True)

    product = rl.autograd.grad(
        sum((g * v).sum() for g, v in zip(gradients(inputs), along, strict=True)), inputs
    )
    h = 1e-5
    ends = [
        [(x + s * h * v).detach().requires_grad_() for x, v in zip(inputs, along, strict=True)]
        for s in (1, -1)
    ]
    up, down = (gradients(end) for end in ends)
    for exact, a, b in zip(product, up, down, strict=True):
        slope = (a - b) / (2 * h)
        error = (exact - slope).abs().max().item()
        assert error <= 1e-5 * (1 + slope.abs().max().item()), f"{case}: second derivative is off by {error}"


def test_nodes_are_freed(no_new_nodes):
    for case in (ELEMENTWISE[0], PRODUCTS[0], LAYERS[1]):
        case.function(*leaves(case)).sum().backward()


# Rows that record a node and have slope zero wherever they have one.
CONSTANT = ("ceil", "floor", "trunc", "round", "sign")


def test_names_are_unique():
    """A case that shadows another would not be seen to be missing."""
    names = [c.name for c in CASES]
    assert len(names) == len(set(names))


def test_every_elementwise_row_has_a_case():
    """Rows with one tensor and an in-place twin that record a node: each has a case, or no slope to speak of."""
    missing = []
    for row in json.loads(rl._C._describe()):
        if row["on"] or not row["twin"] or "Torch" not in row["places"] or row["doc"].strip().startswith("Alias of") or len(row["params"]) != 1:
            continue
        x = rl.tensor([0.5], dtype=D, requires_grad=True)
        try:
            y = getattr(rl, row["name"])(x)
        except RuntimeError:
            continue
        named = any(row["name"] in c.name.split() for c in CASES)
        if y.requires_grad and not named and row["name"] not in CONSTANT and y is not x:
            missing.append(row["name"])
    assert not missing, missing
