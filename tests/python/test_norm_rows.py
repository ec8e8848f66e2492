"""Groups and planes of few elements are rows for layer normalisation; what they give must not tell."""

import itertools

import pytest
import rushlight as torch
import rushlight.nn.functional as F

DTYPES = {"float32": 2e-4, "float64": 1e-9, "bfloat16": 6e-2, "float16": 1e-2}


def by_hand(x, groups, w, b, eps):
    """As the formula says, in float64."""
    n, c = x.shape[:2]
    rows = x.reshape(n, groups, -1)
    mean = rows.mean(-1, keepdim=True)
    var = ((rows - mean) ** 2).mean(-1, keepdim=True)
    y = ((rows - mean) / (var + eps).sqrt()).reshape(x.shape)
    shape = [1, c] + [1] * (x.ndim - 2)
    y = y if w is None else y * w.reshape(shape)
    return y if b is None else y + b.reshape(shape)


def leaf(t):
    return None if t is None else t.detach().clone().requires_grad_()


def check(op, reference, x, w, b, tolerance):
    mine = [leaf(x), leaf(w), leaf(b)]
    wide = [leaf(None if t is None else t.double()) for t in (x, w, b)]
    y, want = op(*mine), reference(*wide)
    g = torch.randn(y.shape, dtype=torch.float64).to(x.dtype)
    torch.testing.assert_close(y.double(), want, rtol=tolerance, atol=tolerance)
    grads = torch.autograd.grad(y, [t for t in mine if t is not None], g)
    wanted = torch.autograd.grad(want, [t for t in wide if t is not None], g.double())
    for got, exact in zip(grads, wanted, strict=True):
        size = max(1.0, float(exact.abs().max()))
        torch.testing.assert_close(got.double() / size, exact / size, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "n, c, groups", [(1, 6, 3), (7, 8, 8), (9, 8, 2), (40, 24, 4), (3, 96, 1), (35, 300, 100)]
)
def test_groups_of_small_planes(dtype, n, c, groups):
    dt = getattr(torch, dtype)
    torch.manual_seed(n)
    for s, plain in itertools.product(
        [(), (2,), (3, 5), (31,), (8, 8), (65,), (99,), (10, 10), (130,)], ("", "w", "wb")
    ):
        if n * c > 1000 and s and s[0] > 3:
            continue
        x = (torch.randn((n, c, *s)) * 2 + 1).to(dt)
        w = (torch.rand(c) + 0.5).to(dt) if "w" in plain else None
        b = torch.randn(c).to(dt) if "b" in plain else None
        check(
            lambda x, w, b: F.group_norm(x, groups, w, b, 1e-2),
            lambda x, w, b: by_hand(x, groups, w, b, 1e-2),
            x, w, b, DTYPES[dtype],
        )  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
def test_instances_of_small_planes(dtype):
    dt = getattr(torch, dtype)
    for n, c, s in itertools.product((1, 5, 16), (1, 3, 40), ((2,), (3, 3), (4, 8), (100,))):
        x = (torch.randn((n, c, *s)) * 2 + 1).to(dt)
        for w in (None, (torch.rand(c) + 0.5).to(dt)):
            check(
                lambda x, w, b: F.instance_norm(x, weight=w, bias=b, eps=1e-2),
                lambda x, w, b: by_hand(x, x.shape[1], w, b, 1e-2),
                x, w, w, DTYPES[dtype],
            )  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
def test_layers_of_short_rows(dtype):
    dt = getattr(torch, dtype)
    for rows, n in itertools.product((1, 7, 8, 23, 700), (1, 2, 10, 31, 32, 33, 64)):
        x = (torch.randn(rows, n) * 2 + 1).to(dt)
        for w in (None, (torch.rand(n) + 0.5).to(dt)):
            check(
                lambda x, w, b: F.layer_norm(x, x.shape[1:], w, b, 1e-2),
                by_hand_row,
                x, w, w, DTYPES[dtype],
            )  # fmt: skip


def by_hand_row(x, w, b):
    mean = x.mean(-1, keepdim=True)
    y = (x - mean) / (((x - mean) ** 2).mean(-1, keepdim=True) + 1e-2).sqrt()
    return y if w is None else y * w + b


def test_statistics_of_a_spread_far_from_zero():
    """The mean is taken off before squares are summed."""
    x = torch.randn(64, 12, 3) + 1000
    got = F.group_norm(x, 3)
    torch.testing.assert_close(got.double(), by_hand(x.double(), 3, None, None, 1e-5), rtol=1e-3, atol=1e-3)
    got = F.instance_norm(x)
    torch.testing.assert_close(got.double(), by_hand(x.double(), 12, None, None, 1e-5), rtol=1e-3, atol=1e-3)


def test_the_same_bits_at_any_number_of_threads():
    before = torch.get_num_threads()
    x, w = torch.randn(300, 64, 9, requires_grad=True), torch.rand(64, requires_grad=True)
    found = []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            y = F.group_norm(x, 8, w, w)
            found.append((y, *torch.autograd.grad(y.square().sum(), (x, w))))
    finally:
        torch.set_num_threads(before)
    for other in found[1:]:
        assert all(torch.equal(a, b) for a, b in zip(found[0], other, strict=True))


def test_nothing_has_gradients_of_zeros():
    for shape in ((0, 6), (0, 6, 4), (2, 6, 0), (2, 6, 0, 3), (0, 6, 0)):
        x, w = torch.randn(shape, requires_grad=True), torch.rand(6, requires_grad=True)
        grads = torch.autograd.grad(F.group_norm(x, 3, w, w).sum(), (x, w))
        assert grads[0].shape == shape and grads[1].tolist() == [0] * 6
    x, w = torch.randn(0, 6, requires_grad=True), torch.rand(6, requires_grad=True)
    assert torch.autograd.grad(F.layer_norm(x, (6,), w, w).sum(), w)[0].tolist() == [0] * 6
