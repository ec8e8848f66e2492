"""Unsigned integers beyond uint8 and eight-bit floats: made, moved, converted, compared, printed, saved."""

import copy
import io
import math
import pickle

import numpy as np
import pytest
import rushlight as rl
import rushlight.nn.functional as F

UNSIGNED = [rl.uint16, rl.uint32, rl.uint64]
EIGHT = [rl.float8_e4m3fn, rl.float8_e5m2]
ALL = UNSIGNED + EIGHT


@pytest.fixture(params=ALL, ids=str)
def dtype(request):
    return request.param


def same(x, values):
    return x.tolist() == values


def test_tensors_are_made(dtype):
    for x in (rl.ones(3, dtype=dtype), rl.full((3,), 1, dtype=dtype), rl.tensor([1, 1, 1], dtype=dtype)):
        assert x.dtype is dtype and same(x, [1, 1, 1])
    assert same(rl.zeros_like(rl.ones(2, dtype=dtype)), [0, 0])
    assert rl.empty(2, dtype=dtype).element_size() == dtype.itemsize
    assert rl.ones(1, dtype=dtype).item() == 1 and bool(rl.ones(1, dtype=dtype))


def test_elements_move(dtype):
    x = rl.arange(6).to(dtype)
    assert same(x.view(2, 3).t().contiguous(), [[0, 3], [1, 4], [2, 5]])
    assert same(rl.cat([x[:2], x[4:]]), [0, 1, 4, 5]) and same(rl.stack([x[:1], x[1:2]]), [[0], [1]])
    assert same(x.flip(0), [5, 4, 3, 2, 1, 0]) and same(x.roll(1), [5, 0, 1, 2, 3, 4])
    assert same(x[1:2].expand(2), [1, 1]) and same(x[:2].repeat(2), [0, 1, 0, 1])
    assert same(F.pad(x[1:3], (1, 1)), [0, 1, 2, 0])
    assert same(rl.where(rl.arange(6) > 2, x, rl.zeros_like(x)), [0, 0, 0, 3, 4, 5])
    assert x.equal(x.clone()) and x.equal(copy.deepcopy(x)) and x.view(rl.uint8).view(dtype).equal(x)


def test_elements_are_indexed(dtype):
    x = rl.arange(6).to(dtype)
    assert same(x[2], 2) and same(x[1:3], [1, 2]) and same(x[rl.tensor([0, 5])], [0, 5])
    assert same(x[rl.arange(6) > 3], [4, 5]) and same(x.index_select(0, rl.tensor([3])), [3])
    assert same(x.gather(0, rl.tensor([2, 1])), [2, 1])
    x[0], x[1:3] = 7, x[4:]
    assert same(x, [7, 4, 5, 3, 4, 5])
    x[rl.tensor([0])] = 1
    x[rl.arange(6) > 3] = 0
    assert same(x, [1, 4, 5, 3, 0, 0])
    assert same(x.masked_fill(x == 4, 2).fill_(3), [3] * 6)


def test_elements_are_converted(dtype):
    for other in (
        rl.bool,
        rl.uint8,
        rl.int16,
        rl.int64,
        rl.float16,
        rl.bfloat16,
        rl.float32,
        rl.complex64,
        *ALL,
    ):
        x = rl.tensor([0, 1, 1], dtype=other)
        assert same(x.to(dtype), [0, 1, 1]), other
        assert x.to(dtype).to(other).equal(x), other
    assert rl.ones(3).copy_(rl.arange(3).to(dtype)).tolist() == [0, 1, 2]


def test_integers_wrap_and_end_where_they_should():
    assert same(rl.tensor([-1]).to(rl.uint16), [65535]) and same(rl.tensor([70000.0]).to(rl.uint16), [4464])
    assert same(rl.tensor([-1]).to(rl.uint64), [2**64 - 1])
    big = rl.tensor([2**63, 2**64 - 1], dtype=rl.uint64)
    assert same(big, [2**63, 2**64 - 1]) and repr(big).startswith(
        "tensor([ 9223372036854775808, 18446744073709551615]"
    )
    assert big.double()[0].item() == 2.0**63 and same(big.double()[:1].to(rl.uint64), [2**63])
    assert same(rl.full((1,), -1, dtype=rl.uint32), [2**32 - 1])
    for dtype, value in (
        (rl.uint16, 2**16),
        (rl.uint32, 2**32),
        (rl.uint64, 1e20),
        (rl.float8_e4m3fn, 449),
        (rl.uint16, -1.0),
    ):
        with pytest.raises(RuntimeError, match="without overflow"):
            rl.full((1,), value, dtype=dtype)


def test_eight_bits_round_to_even():
    x = rl.tensor([1.0625, 1.1875, 449.0, math.inf, 2.0**-10, -1.3])
    assert same(x.to(rl.float8_e4m3fn), [1.0, 1.25, 448.0, 448.0, 0.0, -1.25])
    x = rl.tensor([1.125, 1.375, 60000.0, 61440.0, -math.inf])
    assert same(x.to(rl.float8_e5m2), [1.0, 1.5, 57344.0, math.inf, -math.inf])
    for dtype in EIGHT:
        every = rl.arange(256, dtype=rl.uint8).view(dtype)
        back = every.float().to(dtype).view(rl.uint8)
        number = ~every.isnan()
        assert back[number].equal(rl.arange(256, dtype=rl.uint8)[number])


def test_equality(dtype):
    x = rl.arange(3).to(dtype)
    assert (
        same(x == x, [True] * 3) and same(x == 1, [False, True, False]) and same(x != 1, [True, False, True])
    )
    assert x.any() and not x.all() and not x.isnan().any()


def test_arithmetic_is_pytorchs():
    for dtype in UNSIGNED:
        x = rl.arange(3).to(dtype)
        assert (x * 2).dtype is dtype and same(x * x, [0, 1, 4])
        assert same(x & 1, [0, 1, 0]) and same(x | x, [0, 1, 2]) and same(x ^ x, [0, 0, 0])
        assert (x / 2).dtype is rl.float32 and same(x + rl.ones(3), [1, 2, 3])
        assert same(rl.full((1,), -1, dtype=dtype) * rl.full((1,), -1, dtype=dtype), [1])
        assert x.sum().dtype is rl.int64 and x.sum().item() == 3 and same(x.cumsum(0), [0, 1, 3])
    assert same(rl.tensor([2**63], dtype=rl.uint64) * 2, [0])


REFUSED = {
    "add": lambda x: x + 1,
    "sub": lambda x: x - x,
    "less": lambda x: x < 2,
    "floor": lambda x: x // 2,
    "pow": lambda x: x**2,
    "neg": lambda x: -x,
    "max": lambda x: x.max(),
    "sort": lambda x: x.sort(),
    "clamp": lambda x: x.clamp(1, 2),
    "maximum": lambda x: rl.maximum(x, x),
    "unique": lambda x: x.unique(),
    "matmul": lambda x: x.view(3, 1) @ x.view(1, 3),
    "index_add": lambda x: x.index_add(0, rl.tensor([0]), x[:1]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_operations_are_refused(name, dtype):
    with pytest.raises(NotImplementedError, match=r"not implemented for '(UInt|Float8)"):
        REFUSED[name](rl.arange(3).to(dtype))


def test_dtypes_that_have_nothing_in_common():
    for a in UNSIGNED:
        with pytest.raises(RuntimeError, match="Promotion for uint16, uint32, uint64 types is not supported"):
            rl.ones(2, dtype=a) * rl.ones(2, dtype=rl.int64)
        assert rl.promote_types(a, rl.float16) is rl.float16
    for a in EIGHT:
        with pytest.raises(RuntimeError, match="Promotion for Float8 Types is not supported"):
            rl.promote_types(a, rl.float32)


def test_files_and_pickles(dtype):
    x = rl.arange(6).to(dtype).view(2, 3)
    file = io.BytesIO()
    rl.save({"x": x, "y": x.t()}, file)
    file.seek(0)
    loaded = rl.load(file)
    assert loaded["x"].dtype is dtype and loaded["x"].equal(x) and loaded["y"].equal(x.t())
    assert pickle.loads(pickle.dumps(x)).equal(x)


def test_arrays():
    for dtype in UNSIGNED:
        name = str(dtype).rpartition(".")[2]
        a = np.arange(3, dtype=name)
        x = rl.from_numpy(a)
        x[0] = 9
        assert x.dtype is dtype and a[0] == 9 and x.numpy().dtype == name and np.shares_memory(x.numpy(), a)
        assert rl.tensor(a).dtype is dtype and rl.tensor(a).tolist() == [9, 1, 2]
    with pytest.raises(TypeError, match="unsupported ScalarType Float8_e4m3fn"):
        rl.ones(1, dtype=rl.float8_e4m3fn).numpy()


def test_words(dtype):
    x = rl.ones(2, dtype=dtype)
    assert repr(x) == f"tensor([{', '.join(['1.' if dtype in EIGHT else '1'] * 2)}], dtype={dtype})"
    assert (rl.finfo if dtype in EIGHT else rl.iinfo)(dtype).bits == 8 * dtype.itemsize
    assert dtype.is_floating_point is (dtype in EIGHT) and dtype.is_signed is (dtype in EIGHT)
    assert x.type().startswith("torch.UInt" if dtype in UNSIGNED else "torch.Float8")
