"""Whether a device computes what it should: each family of kernels, forward and backward, against the processor.

What a driver gets wrong, it mostly gets wrong everywhere; so operands are small, and their sizes odd: tails of vectors, borders of tiles,
axes that are not dense.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from .. import _C, nn, optim
from ..autograd import grad
from ..autograd.grad_mode import no_grad
from ..nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._C import Tensor


class Outcome(NamedTuple):
    """What became of a family."""

    family: str
    ok: bool
    milliseconds: (
        float  # of a second run, when shaders are translated; operands are made and results fetched in it
    )
    detail: str  # what was wrong


class Operands:
    """Operands that are the same numbers on every device."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.source = _C.Generator().manual_seed(20)

    def normal(self, *shape: int, gradient: bool = False) -> Tensor:
        drawn = _C.randn(shape, generator=self.source, device="cpu").to(self.device)
        return drawn.requires_grad_() if gradient else drawn

    def integers(self, below: int, *shape: int) -> Tensor:
        return _C.randint(below, shape, generator=self.source, device="cpu").to(self.device)

    def module(self, module: nn.Module) -> nn.Module:
        """The layer, with parameters of our own."""
        with no_grad():
            for parameter in module.parameters():
                parameter.copy_(_C.randn(parameter.shape, generator=self.source, device="cpu") * 0.3)
        return module.to(self.device)


def _with_gradients(result: Tensor, *inputs: Tensor) -> list[Tensor]:
    """The result and the gradients of a sum in which every element counts differently."""
    weights = (
        _C.arange(result.numel(), device="cpu")
        .add(1)
        .div(result.numel())
        .to(result.device)
        .view(result.shape)
    )
    return [result, *grad((result * weights).sum(), inputs)]


def _copies(o: Operands) -> list[Tensor]:
    x = o.normal(7, 33)
    filled = _C.zeros(5, 70, device=o.device)
    filled[1:4, 2:68:2] = x[:3]
    return [
        x.t().contiguous(),
        x[:, ::3].clone(),
        _C.cat([x, x.flip(0)]),
        filled,
        x.half().float(),
        x.to(_C.int32),
        x.expand(3, 7, 33).clone(),
    ]


def _elementwise(o: Operands) -> list[Tensor]:
    x, y = o.normal(13, 129, gradient=True), o.normal(129, gradient=True)
    z = _C.where(x > y, (x * y).tanh(), x.exp() / (y.abs() + 1)) + F.gelu(x)
    return [*_with_gradients(z, x, y), x.detach().bfloat16().mul(y.detach().bfloat16()).float()]


def _integers(o: Operands) -> list[Tensor]:
    x, y = o.integers(1000, 7, 65), o.integers(9, 65) + 1
    small = x.to(_C.uint8)
    return [
        x + y,
        x * y - 3,
        x.int() // y.int(),
        small + small,
        (x > 500) & (y != 3),
        x.eq(y),
        (x % 2 == 0).sum(1),
    ]


def _reductions(o: Operands) -> list[Tensor]:
    x = o.normal(9, 37, 65, gradient=True)
    total = x.sum(1) + x.mean(1) + x.amax(1) + x.var(1)
    d = x.detach()
    return [
        *_with_gradients(total, x),
        d.sum(),
        d.sum((0, 2)),
        d.argmax(2),
        d.min(0).values,
        d.norm(),
        (d > 0).all(0),
        (d > 3).any(),
    ]


def _scans(o: Operands) -> list[Tensor]:
    x = o.normal(5, 131, gradient=True)
    return [*_with_gradients(x.softmax(1) + x.cumsum(1) / 50 + x.log_softmax(0), x), x.detach().logsumexp(1)]


def _products(o: Operands) -> list[Tensor]:
    x, y = o.normal(67, 129, gradient=True), o.normal(35, 129, gradient=True)
    several = o.normal(3, 17, 33) @ o.normal(33, 18)
    halves = x.detach().half() @ y.detach().half().t()
    return [
        *_with_gradients(F.linear(x, y, o.normal(35)), x, y),
        several,
        o.normal(65, 3).t() @ o.normal(65),
        halves.float() / 8,
    ]


def _convolution(o: Operands) -> list[Tensor]:
    x = o.normal(2, 6, 13, 11, gradient=True)
    w, g, t = o.normal(8, 6, 3, 3, gradient=True), o.normal(6, 1, 3, 3), o.normal(6, 4, 2, 2)
    y = F.conv2d(x, w, o.normal(8), stride=2, padding=1)
    d = x.detach()
    return [
        *_with_gradients(y, x, w),
        F.conv2d(d, g, groups=6),
        F.conv_transpose2d(d, t, stride=2),
        F.conv1d(d[..., 0], w.detach()[..., 0]),
    ]


def _pooling(o: Operands) -> list[Tensor]:
    x = o.normal(2, 3, 11, 13, gradient=True)
    return _with_gradients(
        F.max_pool2d(x, 3, 2, 1) + F.avg_pool2d(x, 3, 2, 1) + F.adaptive_avg_pool2d(x, (6, 7)), x
    )


def _normalisation(o: Operands) -> list[Tensor]:
    x, w = o.normal(4, 6, 35, gradient=True), o.normal(35, gradient=True)
    y = F.layer_norm(x, (35,), w) + F.group_norm(x, 3) + F.batch_norm(x, None, None, training=True)
    return [*_with_gradients(y, x, w), F.rms_norm(x.detach(), (35,))]


def _attention(o: Operands) -> list[Tensor]:
    q, k, v = (o.normal(2, 3, 19, 16, gradient=True) for _ in range(3))
    return _with_gradients(F.scaled_dot_product_attention(q, k, v, is_causal=True), q, k, v)


def _embedding(o: Operands) -> list[Tensor]:
    table = o.normal(11, 9, gradient=True)
    return _with_gradients(F.embedding(o.integers(11, 4, 7), table), table)


def _indexing(o: Operands) -> list[Tensor]:
    x, at = o.normal(8, 21, gradient=True), o.integers(21, 8, 5)
    y = x.gather(1, at) + x[:, [3, 0, 3, 20, 7]]
    d = x.detach()
    added = _C.zeros(8, 21, device=o.device).scatter_add(1, at, o.normal(8, 5))
    return [
        *_with_gradients(y, x),
        added,
        d.index_select(1, at[0]),
        d.masked_fill(d > 0, -1.0),
        d[d > 1],
        (d > 1).nonzero(),
    ]


def _order(o: Operands) -> list[Tensor]:
    x = o.normal(5, 77)
    return [
        x.sort(1).values,
        x.sort(1).indices,
        x.topk(6, 1).values,
        o.integers(9, 50).unique(),
        x.kthvalue(5, 1).values,
    ]


def _recurrent(o: Operands) -> list[Tensor]:
    layer, x = o.module(nn.LSTM(5, 7)), o.normal(6, 3, 5, gradient=True)
    return _with_gradients(layer(x)[0], x, *layer.parameters())


def _resampling(o: Operands) -> list[Tensor]:
    x = o.normal(1, 2, 9, 7, gradient=True)
    y = F.interpolate(x, size=(13, 11), mode="bilinear", align_corners=False) + F.interpolate(
        x, size=(13, 11), mode="nearest"
    )
    return [
        *_with_gradients(y, x),
        F.grid_sample(x.detach(), o.normal(1, 5, 5, 2).tanh(), align_corners=False),
    ]


def _losses(o: Operands) -> list[Tensor]:
    x, y = o.normal(9, 13, gradient=True), o.integers(13, 9)
    total = F.cross_entropy(x, y) + F.mse_loss(x, o.normal(9, 13)) + F.smooth_l1_loss(x, o.normal(9, 13))
    return _with_gradients(total + F.binary_cross_entropy_with_logits(x, o.integers(2, 9, 13).float()), x)


def _optimizers(o: Operands) -> list[Tensor]:
    parameters = [o.normal(33, 5), o.normal(7)]
    for stepped in (
        optim.SGD(parameters, lr=0.01, momentum=0.9),
        optim.Adam(parameters, lr=0.01),
        optim.AdamW(parameters, lr=0.01, weight_decay=0.1),
    ):
        for _ in range(3):
            for each in parameters:
                each.grad = o.normal(*each.shape)
            stepped.step()
    return parameters


def _random(o: Operands) -> list[Tensor]:
    """Not numbers but what is true of them: they differ between devices, as in PyTorch."""
    g = _C.Generator(o.device).manual_seed(3)
    even, normal = (
        _C.rand(40_000, device=o.device, generator=g),
        _C.randn(40_000, device=o.device, generator=g),
    )
    again = _C.rand(40_000, device=o.device, generator=_C.Generator(o.device).manual_seed(3))
    kept = F.dropout(_C.ones(40_000, device=o.device), 0.25)
    whole = _C.randint(3, 9, (40_000,), device=o.device, generator=g)
    facts = [
        (even >= 0).all() & (even < 1).all(),
        (even.mean() - 0.5).abs() < 0.01,
        normal.mean().abs() < 0.03,
        (normal.std() - 1).abs() < 0.03,
        (even == again).all(),
        (kept.mean() - 1).abs() < 0.03,
        (whole >= 3).all() & (whole < 9).all(),
    ]
    return [fact.to("cpu") for fact in facts]


FAMILIES: dict[str, Callable[[Operands], list[Tensor]]] = {
    "copies and casts": _copies,
    "elementwise": _elementwise,
    "integers": _integers,
    "reductions": _reductions,
    "scans and softmax": _scans,
    "products": _products,
    "convolution": _convolution,
    "pooling": _pooling,
    "normalisation": _normalisation,
    "attention": _attention,
    "embedding": _embedding,
    "indexing": _indexing,
    "order": _order,
    "recurrent": _recurrent,
    "resampling": _resampling,
    "losses": _losses,
    "optimizers": _optimizers,
    "random numbers": _random,
}


def run(device: str) -> list[Outcome]:
    """All families on a device, as ``"cuda:0"``."""
    return [_outcome(family, function, device) for family, function in FAMILIES.items()]


def _outcome(family: str, function: Callable[[Operands], list[Tensor]], device: str) -> Outcome:
    want = function(Operands("cpu"))
    try:
        got = [each.cpu() for each in function(Operands(device))]
        began = time.perf_counter()
        for each in function(Operands(device)):
            each.cpu()  # waits
        taken = (time.perf_counter() - began) * 1e3
    except (RuntimeError, MemoryError, TypeError, ValueError, IndexError) as error:
        return Outcome(family, False, 0.0, f"{type(error).__name__}: {error}".splitlines()[0])
    wrong = [
        text for place, (a, b) in enumerate(zip(got, want, strict=True)) if (text := _difference(place, a, b))
    ]
    return Outcome(family, not wrong, taken, wrong[0] if wrong else "")


def _difference(place: int, got: Tensor, want: Tensor) -> str:
    """What is wrong with a result; nothing if it is right. Sums are ordered otherwise, and halves rounded."""
    if got.shape != want.shape or got.dtype != want.dtype:
        return f"result {place} is {got.dtype} {[*got.shape]}, and should be {want.dtype} {[*want.shape]}"
    if not want.is_floating_point():
        count = int((got != want).sum())
        return f"result {place}: {count} of {want.numel()} differ" if count else ""
    off = (got.detach() - want.detach()).abs()
    bad = ~(off <= 2e-3 * (1 + want.detach().abs()))
    return (
        f"result {place}: {int(bad.sum())} of {want.numel()} are off, by {off.max().item():.3g} at most"
        if bool(bad.any())
        else ""
    )
