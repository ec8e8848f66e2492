"""Embedding tables and bags of their rows on a card, and the way back."""

from __future__ import annotations

import pytest
import rushlight as torch
import rushlight.nn.functional as F

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no GPU (RUSHLIGHT_GPU=software with Mesa is one)"
)
dtypes = pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)


def check(f, *args):
    """A function of tensors has the same results on a card."""
    want, got = f(*args), f(*(a.cuda() for a in args))
    for a, b in zip(got, want, strict=True):
        loose = 1e-2 if b.element_size() == 2 else 1e-5
        assert a.is_cuda and a.dtype == b.dtype
        assert torch.allclose(a.cpu().double(), b.double(), rtol=loose, atol=loose)


def table(dtype, rows=50, columns=6):
    return torch.randn(rows, columns, generator=torch.Generator("cpu").manual_seed(1), device="cpu").to(dtype)


def indices(*shape, rows=50):
    return torch.randint(0, rows, shape, generator=torch.Generator("cpu").manual_seed(2), device="cpu")


@dtypes
@pytest.mark.parametrize("how", [{}, {"padding_idx": 3}, {"scale_grad_by_freq": True}], ids=str)
def test_rows_and_their_gradient(dtype, how):
    def run(w, i):
        w = w.detach().clone().requires_grad_()
        y = F.embedding(i, w, **how)
        y.backward(torch.ones_like(y) * 2)
        return y.detach(), w.grad

    check(run, table(dtype), indices(4, 9))
    check(run, table(dtype), indices(300, 3).int())
    check(run, table(dtype), indices(0))


@dtypes
@pytest.mark.parametrize("p", [2.0, 1.0, float("inf"), 3.0])
def test_rows_are_scaled_to_a_norm(dtype, p):
    def run(w, i):
        w = w.clone()
        return F.embedding(i, w, max_norm=1.0, norm_type=p), w

    check(run, table(dtype), indices(4, 9))


@dtypes
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("padding", [None, 3])
def test_bags(dtype, mode, padding):
    def run(w, i, offsets):
        w = w.detach().clone().requires_grad_()
        y = F.embedding_bag(i, w, offsets, mode=mode, padding_idx=padding)
        y.backward(torch.ones_like(y))
        return y.detach(), w.grad

    check(run, table(dtype), indices(36), torch.tensor([0, 3, 3, 20]))

    def square(w, i):
        return (F.embedding_bag(i, w, mode=mode),)

    check(square, table(dtype), indices(4, 5))


@dtypes
def test_weighted_bags(dtype):
    def run(w, i, offsets, f):
        w, f = w.detach().clone().requires_grad_(), f.detach().clone().requires_grad_()
        y = F.embedding_bag(i, w, offsets, mode="sum", per_sample_weights=f)
        y.backward(torch.ones_like(y))
        return y.detach(), w.grad, f.grad

    check(run, table(dtype), indices(36), torch.tensor([0, 3, 3, 20]), table(dtype, 36, 1).view(-1))


def test_a_row_that_is_none():
    w = torch.zeros(5, 3, device="cuda")
    for bad in (5, -1):
        y = F.embedding(torch.tensor([bad], device="cuda"), w)
        with pytest.raises(IndexError, match="index out of range in self"):
            y.cpu()
    y = F.embedding_bag(torch.tensor([[9]], device="cuda"), w)
    with pytest.raises(RuntimeError, match="index of input is 9, which is not in the valid range"):
        y.cpu()
