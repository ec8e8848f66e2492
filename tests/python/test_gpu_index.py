"""Shapes and indices on a card: what the processor answers, over dtypes, layouts and sizes that take other ways."""

from __future__ import annotations

import pytest
import rushlight as torch

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no GPU (RUSHLIGHT_GPU=software with Mesa is one)"
)

DTYPES = [
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.int64,
    torch.int32,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.bool,
]
names = [str(d)[6:] if str(d).startswith("torch.") else str(d) for d in DTYPES]
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=names)


def made(shape, dtype, seed=0):
    g = torch.Generator("cpu").manual_seed(seed + len(shape))
    x = torch.randint(-5, 6, shape, generator=g, device="cpu")
    if dtype == torch.bool:
        return x > 0
    return x.abs().to(dtype) if dtype == torch.uint8 else x.to(dtype)


def layouts(dtype):
    a, b = made((5, 6), dtype), made((3, 4, 5), dtype)
    yield from (made((7,), dtype), a, a.t(), a[:, ::2], b, b.transpose(0, 2), b[1:, ::2])
    yield made((4, 3, 2, 5), dtype).contiguous(memory_format=torch.channels_last)


def there(x):
    if isinstance(x, torch.Tensor):
        return x.cuda()
    return type(x)(there(v) for v in x) if isinstance(x, (list, tuple)) else x


def check(f, *args):
    """A function of tensors has the same results on a card."""
    want, got = f(*args), f(*there(args))
    if isinstance(want, torch.Tensor):
        want, got = [want], [got]
    for a, b in zip(got, want, strict=True):
        assert a.is_cuda and a.dtype == b.dtype and a.shape == b.shape
        if b.is_floating_point():
            loose = 1e-2 if b.element_size() == 2 else 1e-5
            assert torch.allclose(a.cpu().double(), b.double(), rtol=loose, atol=loose, equal_nan=True)
        else:
            assert torch.equal(a.cpu(), b)


@dtypes
def test_shapes(dtype):
    for x in layouts(dtype):
        check(lambda a: torch.cat([a, a, a.flip(0)], 0), x)
        check(lambda a: torch.stack([a, a], -1), x)
        check(lambda a: torch.roll(a, 2), x)
        check(lambda a: torch.roll(a, (1, -1), (0, -1)), x)
        check(lambda a: torch.flip(a, [0]), x)
        check(lambda a: a.repeat(*[2] * a.ndim), x)
        check(lambda a: a.repeat_interleave(3, 0), x)
        check(lambda a, n: a.repeat_interleave(n, 0), x, torch.arange(x.shape[0]))
        check(lambda a: torch.diag_embed(a, 1), x)
        check(lambda a: torch.select_scatter(a, torch.zeros_like(a.select(0, 1)), 0, 1), x)
        check(lambda a: a.contiguous().as_strided((3, 2), (1, 1)).clone(), x)
        if x.ndim > 1:
            check(lambda a: torch.tril(a, -1), x)
            check(lambda a: torch.triu(a, 1), x)
            check(lambda a: torch.nn.functional.pad(a, (1, 2, -1, 1)), x)


@dtypes
def test_reading(dtype):
    for x in layouts(dtype):
        n = x.shape[0]
        at = torch.tensor([0, n - 1, 2 % n, 2 % n, -1])
        check(lambda a, i: a[i], x, at)
        check(lambda a, i: a[i], x, at.int())
        check(lambda a, i: a[i.view(1, 5).expand(3, 5)], x, at)
        check(lambda a, i: a.take(i), x, at)
        check(lambda a, i: a.index_select(0, i), x, at.abs())
        check(lambda a, i: torch.take_along_dim(a, i), x, torch.tensor([0, 3, 2]))
        if x.ndim > 1:
            m = x.shape[1]
            other = torch.tensor([0, m - 1, 1, 0, -1])
            check(lambda a, i, j: a[i, j], x, at, other)
            check(lambda a, j: a[:, j], x, other)
            g = torch.randint(
                0, m, (n, 4, *x.shape[2:]), generator=torch.Generator("cpu").manual_seed(1), device="cpu"
            )
            check(lambda a, i: a.gather(1, i), x, g)
        assert torch.equal(x.cuda()[at].cpu(), x[at])  # an index that lies on the processor goes along


@dtypes
def test_masks(dtype):
    for x in layouts(dtype):
        mask = made(x.shape, torch.bool, 3)
        check(lambda a, m: a[m], x, mask)
        check(lambda a, m: a.masked_select(m), x, mask)
        check(lambda a, m: a.masked_fill(m, 1), x, mask)
        check(lambda a, m: a.masked_scatter(m, a.flip(0).contiguous()), x, mask)
        check(lambda a: a.nonzero(), x)
        check(lambda a: a.nonzero(as_tuple=True), x)

        def put(a, m):
            b = a.clone()
            b[m] = 1
            return b

        check(put, x, mask)
    for n in (0, 1, 255, 2048, 2049, 70_001):
        check(lambda m: m.nonzero(), made((n,), torch.bool))


@dtypes
def test_writing(dtype):
    for x in layouts(dtype):
        n = x.shape[0]
        at, own = (
            torch.tensor([0, n - 1, 2 % n, 2 % n, 0]),
            torch.randperm(n, generator=torch.Generator("cpu"), device="cpu")[:3],
        )
        check(lambda a, i: a.index_put((i,), a[:3]), x, own)
        check(lambda a, i: a.index_put((i,), a[i], accumulate=True), x, at)
        check(lambda a, i: a.index_add(0, i, a[i]), x, at)
        check(lambda a, i: a.index_copy(0, i, a[:3]), x, own)
        check(lambda a, i: a.index_fill(0, i, 1), x, at)
        check(
            lambda a, i: a.clone().put_(i, a.flatten()[:3].contiguous(), accumulate=True),
            x,
            torch.tensor([0, 3, 0]),
        )
        if x.ndim > 1:
            i = torch.randint(
                0, x.shape[1], x.shape, generator=torch.Generator("cpu").manual_seed(2), device="cpu"
            )
            check(lambda a, i: a.scatter(1, i, 1), x, i)
            check(lambda a, i: a.scatter_add(1, i, a), x, i)
            if dtype != torch.bool:
                for how in ("sum", "prod", "mean", "amax", "amin"):
                    for own_too in (True, False):
                        check(lambda a, i: a.scatter_reduce(1, i, a, how, include_self=own_too), x, i)  # noqa: B023


@pytest.mark.parametrize(
    ("m", "slots", "columns"), [(300, 50, 4), (3000, 7, 5), (5000, 3000, 1), (70_000, 1000, 1), (1000, 1, 3)]
)
@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.bfloat16, torch.int64, torch.bool, torch.uint8], ids=str
)
def test_many_values_meet(m, slots, columns, dtype):
    v = made((m, columns), dtype)
    i = torch.randint(0, slots, (m,), generator=torch.Generator("cpu").manual_seed(m), device="cpu")
    check(lambda v, i: torch.zeros(slots, columns, dtype=dtype, device=v.device).index_add(0, i, v), v, i)
    check(
        lambda v, i: torch.zeros(m, columns, dtype=dtype, device=v.device).index_put((i,), v),
        v,
        torch.randperm(m, device="cpu"),
    )


def test_sums_repeat_to_the_bit():
    g = torch.Generator("cpu").manual_seed(4)
    v = torch.randn(20_000, 3, generator=g, device="cpu").cuda()
    i = torch.randint(0, 10, (20_000,), generator=g, device="cpu").cuda()
    first = torch.zeros(10, 3, device="cuda").index_add(0, i, v).cpu()
    for _ in range(3):
        assert torch.equal(torch.zeros(10, 3, device="cuda").index_add(0, i, v).cpu(), first)


def test_of_equal_places_the_last_value_stays():
    for dtype in (torch.uint8, torch.float16):
        i = torch.tensor([1, 1, 2, 1])
        check(
            lambda v, i: torch.zeros(4, dtype=v.dtype, device=v.device).index_put((i,), v),
            torch.tensor([1, 2, 3, 4]).to(dtype),
            i,
        )


def test_a_bad_index_is_told_when_something_is_read():
    x = torch.zeros(3, 2, device="cuda")
    y = x[torch.tensor([0, 5], device="cuda")]
    with pytest.raises(IndexError, match="index 5 is out of bounds for dimension 0 with size 3"):
        y.cpu()
    assert y.cpu().shape == (2, 2)  # told once; the tensor holds something, and the card goes on
    x.index_add(0, torch.tensor([-1], device="cuda"), torch.ones(1, 2, device="cuda"))
    with pytest.raises(RuntimeError, match="index -1 is out of bounds for dimension 0 with size 3"):
        torch.cuda.synchronize()
    x.gather(0, torch.tensor([[7, 0]], device="cuda"))
    with pytest.raises(RuntimeError, match="index 7 is out of bounds for dimension 0 with size 3"):
        x.sum().item()
    with pytest.raises(IndexError):
        torch.zeros(0, 2, device="cuda")[torch.tensor([0], device="cuda")]
    assert torch.equal(x.cpu(), torch.zeros(3, 2))


def test_indices_of_another_device_are_refused():
    x = torch.zeros(3)
    with pytest.raises((RuntimeError, IndexError)):
        x[torch.tensor([0], device="cuda")]
    with pytest.raises(RuntimeError):
        x.cuda().index_add(0, torch.tensor([0]), torch.ones(1))


def test_gradients_of_indexing():
    x, i = made((6, 4), torch.float32), torch.tensor([0, 5, 2, 2, -1])

    def gradient(f):
        def run(x, i):
            x = x.clone().requires_grad_()
            y = f(x, i)
            y.backward(torch.arange(1.0, y.numel() + 1, device=y.device).view(y.shape))
            return x.grad

        return run

    check(gradient(lambda x, i: x[i]), x, i)
    check(gradient(lambda x, i: x.index_select(1, i.abs() % 4)), x, i)
    check(gradient(lambda x, i: x.gather(0, i.view(5, 1).abs().expand(5, 4))), x, i)
    check(gradient(lambda x, i: x[x > 0]), x, i)
    check(gradient(lambda x, i: x.masked_fill(x > 0, 3.0)), x, i)
    check(gradient(lambda x, i: torch.cat([x, x[:2]]).flip(1).tril()), x, i)
    check(gradient(lambda x, i: x.as_strided((5, 4), (3, 1))), x, i)


def test_ranges_combinations_and_classes():
    check(lambda x: torch.combinations(x, 2), torch.arange(5))
    for start, end, step in [(0, 5, 1), (2**31, 2**31 + 5, 1), (-7, 20, 3), (5, -5, -2)]:
        for dtype in (torch.int64, torch.int32, torch.float32):
            if dtype == torch.int64 or end < 2**31:
                want = torch.arange(start, end, step, dtype=dtype, device="cpu")
                assert torch.equal(torch.arange(start, end, step, dtype=dtype, device="cuda").cpu(), want)
    check(lambda x: torch.nn.functional.one_hot(x, 5), torch.tensor([[0, 4], [2, 1]]))
    check(lambda x: torch.nn.functional.one_hot(x), torch.tensor([0, 4, 2]))
    check(lambda n: torch.repeat_interleave(n), torch.tensor([2, 0, 3]))
    with pytest.raises(RuntimeError, match="negative"):
        torch.repeat_interleave(torch.tensor([2, -1], device="cuda"))
