"""Reductions, scans, softmax, norms, losses, sorts and searches on a graphics card against those of the CPU."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import rushlight as torch
from rushlight.nn import functional as F

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no graphics card, and no software adapter asked for"
)

FLOATS = (torch.float32, torch.float16, torch.bfloat16)
DTYPES = (*FLOATS, torch.int64, torch.int32, torch.uint8, torch.bool)
TOLERANCE = {torch.float32: 3e-5, torch.float16: 3e-3, torch.bfloat16: 3e-2}


def numbers(shape: tuple[int, ...], dtype: Any) -> Any:
    torch.manual_seed(3)
    if dtype == torch.bool:
        return torch.rand(shape) > 0.4
    if dtype.is_floating_point:
        return torch.randn(shape).to(dtype)
    return torch.randint(0 if dtype == torch.uint8 else -5, 6, shape).to(dtype)


def layouts(dtype: Any, long: bool = True) -> list[Any]:
    """Tensors that lie in different ways: dense, transposed, in steps, channels last, spread, without axes, empty, long."""
    x = numbers((6, 5, 4, 7), dtype)
    found = [
        numbers((7,), dtype),
        numbers((300, 7), dtype),
        x.contiguous(memory_format=torch.channels_last),
        x.transpose(0, 3),
        x[:, 1::2],
        numbers((5, 1), dtype).expand(5, 6),
        numbers((), dtype),
        numbers((0, 3), dtype),
        numbers((3, 0), dtype),
    ]
    # cut into parts
    return found + (
        [numbers((9000,), dtype), numbers((2, 9001), dtype), numbers((9001, 2), dtype)] if long else []
    )


def flat(y: Any) -> list[Any]:
    return [t for part in y for t in flat(part)] if isinstance(y, (tuple, list)) else [y]


def same(f: Callable[..., Any], *xs: Any, tolerance: float | None = None) -> None:
    """`f` answers alike on both devices, or refuses on both."""
    try:
        want = flat(f(*xs))
    except (RuntimeError, IndexError) as e:
        with pytest.raises(type(e)):
            f(*[x.cuda() for x in xs])
        return
    got = flat(f(*[x.cuda() for x in xs]))
    for w, g in zip(want, got, strict=True):
        assert g.is_cuda and g.dtype == w.dtype and g.shape == w.shape, (w.dtype, g.dtype, w.shape, g.shape)
        if w.dtype.is_floating_point:
            t = tolerance or max(TOLERANCE.get(x.dtype, 0.0) for x in xs) or 1e-5
            torch.testing.assert_close(g.cpu().float(), w.float(), rtol=t, atol=t, equal_nan=True)
        else:
            assert torch.equal(g.cpu(), w)


def axes_of(x: Any) -> list[Any]:
    return [None, *range(x.ndim), *([(0, 2), (1, 3)] if x.ndim > 3 else [])]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_reductions(dtype: Any) -> None:
    ops = [torch.sum, torch.amax, torch.amin, torch.any, torch.all, torch.count_nonzero, torch.mean]
    for x in layouts(dtype):
        for d in axes_of(x):
            k = {} if d is None else {"dim": d}
            for op in ops:
                if op is torch.mean and not dtype.is_floating_point:
                    continue
                # the order of float additions differs
                t = {"tolerance": 1e-3} if dtype == torch.float32 and op is torch.sum else {}
                same(lambda x, op=op, k=k: op(x, **k), x, **t)
            if not isinstance(d, tuple) and dtype != torch.bool:
                same(lambda x, k=k: (torch.argmax(x, **k), torch.argmin(x, **k)), x)
                if d is not None:
                    same(lambda x, k=k: (tuple(torch.max(x, **k)), tuple(torch.min(x, **k))), x)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_variance_and_norms(dtype: Any) -> None:
    for x in layouts(dtype):
        for d in axes_of(x):
            same(lambda x, d=d: torch.var_mean(x, dim=d), x)
            same(lambda x, d=d: torch.std(x, dim=d, correction=0), x)
            for p in (0, 1, 2, 3, math.inf, -math.inf):
                t = {"tolerance": 1e-3} if dtype == torch.float32 and p == 1 else {}
                same(lambda x, d=d, p=p: torch.linalg.vector_norm(x, p, d), x, **t)
    same(torch.dist, numbers((3, 4), dtype), numbers((4,), dtype))


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_softmax(dtype: Any) -> None:
    for x in layouts(dtype):
        for d in range(max(x.ndim, 1)):
            for op in (torch.softmax, torch.log_softmax):

                def both(x: Any, op: Any = op, d: int = d) -> Any:
                    x = x.detach().requires_grad_()
                    y = op(x, d)
                    weights = (
                        torch.arange(y.numel(), device=y.device).reshape(y.shape).remainder(7).to(y.dtype)
                    )
                    (y * weights).sum().backward()
                    return y, x.grad

                same(both, x, tolerance=5e-4 if dtype == torch.float32 else 0.1)
            same(lambda x, d=d: torch.logsumexp(x, d), x)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_scans(dtype: Any) -> None:
    wide = {torch.float32: 2e-2, torch.float16: 1.0, torch.bfloat16: 4.0}.get(dtype)
    for x in layouts(dtype):
        for d in range(max(x.ndim, 1)):
            same(lambda x, d=d: torch.cumsum(x, d), x, tolerance=wide)
            same(lambda x, d=d: (tuple(torch.cummax(x, d)), tuple(torch.cummin(x, d))), x)
            if dtype.is_floating_point:
                same(lambda x, d=d: torch.logcumsumexp(x, d), x)
    x = numbers((4, 9), torch.float32)
    for d in (0, 1):

        def gradient(x: Any, d: int = d) -> Any:
            x = x.detach().requires_grad_()
            torch.cumprod(x, d).sum().backward()
            return x.grad

        same(gradient, x, tolerance=1e-3)


@pytest.mark.parametrize(
    "values",
    [[math.nan, 1, 2], [1, math.nan, math.inf], [-math.inf] * 2, [math.inf, 1, math.inf], [0.0, -0.0]],
    ids=str,
)
def test_what_is_no_number(values: list[float]) -> None:
    x = torch.tensor(values)
    for name in "sum amax amin argmax argmin var nansum all any median nanmedian norm".split():
        same(getattr(torch, name), x)
    for name in "softmax log_softmax logsumexp cumsum cummax cummin logcumsumexp max min sort median nanmedian mode".split():
        same(lambda x, name=name: getattr(torch, name)(x, 0), x)


def graded(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` and the gradients of its arguments."""

    def run(*xs: Any) -> Any:
        xs = tuple(x.detach().requires_grad_() if x.dtype.is_floating_point else x for x in xs)
        y = f(*xs)
        weights = torch.arange(y.numel(), device=y.device).remainder(5).sub(2).reshape(y.shape).to(y.dtype)
        (y * weights).sum().backward()
        return [y, *(x.grad for x in xs if x.requires_grad)]

    return run


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("shape", [(4, 6), (2, 6, 5), (3, 6, 7, 9), (1, 6, 100, 101)], ids=str)
def test_normalisation(dtype: Any, shape: tuple[int, ...]) -> None:
    dense = numbers(shape, dtype)
    for x in [dense, dense.transpose(0, -1).contiguous().transpose(0, -1)] + (
        [dense.contiguous(memory_format=torch.channels_last)] if len(shape) == 4 else []
    ):
        c, n = shape[1], shape[-1]
        w, b, v = numbers((c,), dtype), numbers((c,), dtype), numbers((c,), dtype).abs() + 0.5
        lw, lb = numbers((n,), dtype), numbers((n,), dtype)
        t = 5e-3 if dtype == torch.float32 else 0.3

        def training(x: Any, w: Any, b: Any, c: int = c) -> Any:
            mean, var = (torch.full((c,), v, dtype=dtype, device=x.device) for v in (0.0, 1.0))
            return F.batch_norm(x, mean, var, w, b, training=True), mean, var

        same(training, x, w, b, tolerance=t)
        same(graded(lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True)), x, w, b, tolerance=t)
        same(
            graded(lambda x, w, b, v=v: F.batch_norm(x, v.to(x.device), v.to(x.device), w, b)),
            x,
            w,
            b,
            tolerance=t,
        )
        same(graded(lambda x, w, b: F.group_norm(x, 3, w, b)), x, w, b, tolerance=t)
        same(graded(lambda x, w, b, n=n: F.layer_norm(x, (n,), w, b)), x, lw, lb, tolerance=t)
        same(graded(lambda x: F.layer_norm(x, x.shape[1:])), x, tolerance=t)
        same(graded(lambda x, w, n=n: F.rms_norm(x, (n,), w)), x, lw, tolerance=t)


@pytest.mark.parametrize("dtype", (torch.float32, torch.float16), ids=str)
@pytest.mark.parametrize("shape", [(5, 7), (3, 4, 6), (2, 20000), (70, 3, 5, 5)], ids=str)
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_losses(dtype: Any, shape: tuple[int, ...], reduction: str) -> None:
    x, y, w = numbers(shape, dtype), numbers(shape, dtype).flip(0), numbers((shape[1],), dtype).abs()
    target = torch.randint(0, shape[1], shape[:1] + shape[2:])
    target.view(-1)[0] = -100
    t = 3e-4 if dtype == torch.float32 else 3e-2
    for smoothing in (0.0, 0.1):
        k = {"reduction": reduction, "label_smoothing": smoothing}
        same(graded(lambda x, t, k=k: F.cross_entropy(x, t, **k)), x, target, tolerance=t)
        same(
            graded(lambda x, t, w=w, k=k: F.cross_entropy(x, t, w.to(x.device), **k)), x, target, tolerance=t
        )
    same(
        graded(lambda x, t, w=w: F.nll_loss(x, t, w.to(x.device), reduction=reduction)),
        x,
        target,
        tolerance=t,
    )
    for f in (
        F.mse_loss,
        F.smooth_l1_loss,
        F.huber_loss,
        F.soft_margin_loss,
        F.binary_cross_entropy_with_logits,
    ):
        same(graded(lambda x, y, f=f: f(x, y, reduction=reduction)), x, y, tolerance=10 * t)
    same(
        graded(lambda x: F.binary_cross_entropy(x.sigmoid(), torch.full_like(x, 0.25), reduction=reduction)),
        x,
        tolerance=10 * t,
    )


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_losses_of_margins_and_alignments(reduction: str) -> None:
    x, target = numbers((4, 6), torch.float32), torch.tensor([3, 0, 5, 2])
    several = torch.tensor(
        [[1, 2, -1, 0, 0, 0], [0, -1, 0, 0, 0, 0], [5, 4, 3, 2, 1, 0], [-1, 0, 0, 0, 0, 0]]
    )
    for p in (1, 2):
        same(graded(lambda x, t, p=p: F.multi_margin_loss(x, t, p=p, reduction=reduction)), x, target)
    same(graded(lambda x, t: F.multilabel_margin_loss(x, t, reduction=reduction)), x, several)
    scores, labels = (
        numbers((9, 3, 5), torch.float32),
        torch.tensor([[1, 1, 2, 3], [4, 2, 2, 1], [3, 1, 4, 4]]),
    )
    same(
        graded(lambda s, t: F.ctc_loss(s.log_softmax(2), t, (9, 8, 7), (3, 4, 2), reduction=reduction)),
        scores,
        labels,
        tolerance=1e-4,
    )
    # a target that cannot be spelled in so few frames
    same(
        graded(
            lambda s, t: F.ctc_loss(
                s.log_softmax(2), t, (9, 2, 7), (3, 4, 2), reduction=reduction, zero_infinity=True
            )
        ),
        scores,
        labels,
        tolerance=1e-4,
    )


@pytest.mark.parametrize("logits", [True, False])
def test_a_target_that_is_no_class_is_told_when_something_is_read(logits: bool) -> None:
    x, target = torch.zeros(2, 3).cuda(), torch.tensor([0, 3]).cuda()
    y = F.cross_entropy(x, target) if logits else F.nll_loss(x, target)
    with pytest.raises(IndexError, match="Target 3 is out of bounds"):
        y.item()
    assert F.cross_entropy(x, torch.tensor([0, 2]).cuda()).item() > 1.0


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_order(dtype: Any) -> None:
    for x in [
        *layouts(dtype, long=False),
        numbers((2500,), dtype),
        numbers((2, 2100), dtype),
        numbers((1025, 2), dtype),
    ]:
        for d in range(max(x.ndim, 1)):
            n = x.shape[d] if x.ndim else 1
            for descending in (False, True):
                same(lambda x, d=d, r=descending: tuple(torch.sort(x, d, descending=r, stable=True)), x)
            if n:
                same(lambda x, d=d, n=n: torch.topk(x, min(3, n), d).values, x)
                same(lambda x, d=d, n=n: torch.kthvalue(x, 1 + n // 2, d).values, x)
                same(lambda x, d=d: torch.median(x, d).values, x)
                same(lambda x, d=d: tuple(torch.mode(x, d)), x)


def test_equal_elements_keep_their_order() -> None:
    x = torch.arange(5000).remainder(3).float().cuda()
    assert torch.equal(torch.sort(x, stable=True).indices.cpu(), torch.sort(x.cpu(), stable=True).indices)


@pytest.mark.parametrize("dtype", (torch.float32, torch.float16, torch.int64), ids=str)
def test_searches_and_counts(dtype: Any) -> None:
    edges, values = torch.sort(numbers((50,), dtype)).values, numbers((7, 9), dtype)
    rows = numbers((7, 20), dtype)
    for right in (False, True):
        same(lambda s, v, r=right: torch.searchsorted(s, v, right=r), edges, values)
        same(lambda s, v, r=right: torch.bucketize(v, s, right=r, out_int32=True), edges, values)
        same(
            lambda s, v, o, r=right: torch.searchsorted(s, v, sorter=o, right=r),
            rows,
            values,
            torch.argsort(rows, 1),
        )
    if dtype.is_floating_point:
        same(lambda x: torch.histc(x, 10, -1, 1), numbers((1000,), dtype))
    else:
        x = numbers((1000,), dtype).abs()
        same(lambda x: torch.bincount(x, minlength=9), x)
        same(lambda x, w: torch.bincount(x, w), x, numbers((1000,), torch.float32), tolerance=1e-3)
    if dtype == torch.float32:
        same(lambda x: tuple(torch.histogram(x, 10, range=(-1.0, 1.0))), numbers((1000,), dtype))
        same(
            lambda x, w, e: tuple(torch.histogram(x, e, weight=w)),
            numbers((1000,), dtype),
            numbers((1000,), dtype),
            edges,
            tolerance=1e-3,
        )


@pytest.mark.parametrize("dtype", (torch.float32, torch.int64, torch.uint8, torch.bool), ids=str)
def test_distinct(dtype: Any) -> None:
    x = numbers((30, 2), dtype)
    x = x.round() if dtype.is_floating_point else x
    for f in (torch.unique, torch.unique_consecutive):
        for d in (None, 0, 1):
            same(lambda x, f=f, d=d: f(x, return_inverse=True, return_counts=True, dim=d), x)
        same(lambda x, f=f: f(x, return_inverse=True, return_counts=True), x[:0])


def test_a_run_repeats_to_the_bit() -> None:
    x = numbers((3, 70001), torch.float32).cuda()
    for f in (
        torch.sum,
        lambda x: torch.sum(x, 1),
        lambda x: torch.sum(x, 0),
        torch.var,
        lambda x: torch.cumsum(x, 1),
    ):
        assert torch.equal(f(x).cpu(), f(x).cpu())
