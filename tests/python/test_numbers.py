"""Numbers beside tensors: integers beyond int64, and those that a dtype cannot hold."""

import math

import pytest
import rushlight as rl
import rushlight.nn.functional as F

BIG = 2**63
NO = "value cannot be converted to type {} without overflow"


@pytest.mark.parametrize(
    "make",
    [
        lambda: rl.ones(1) * BIG,
        lambda: rl.full((1,), BIG, dtype=rl.float32),
        lambda: rl.zeros(1).fill_(BIG),
        lambda: rl.zeros(1).masked_fill(rl.ones(1, dtype=rl.bool), BIG),
        lambda: rl.zeros(1).index_fill(0, rl.tensor([0]), BIG),
        lambda: rl.zeros(1).scatter(0, rl.tensor([0]), BIG),
        lambda: rl.zeros(1).add(rl.ones(1), alpha=BIG),
        lambda: rl.ones(1).clamp(BIG),
        lambda: BIG - rl.zeros(1),
        lambda: BIG / rl.ones(1),
        lambda: rl.pow(BIG, rl.ones(1)),
        lambda: rl.tensor([BIG], dtype=rl.float32),
        lambda: rl.scalar_tensor(BIG).reshape(1),
    ],
)
def test_integers_beyond_int64_keep_their_sign(make):
    assert make().tolist() == [float(BIG)]


def test_integers_beyond_int64_are_compared_as_they_are():
    assert (rl.ones(1) < BIG).item() and not (rl.ones(1) > BIG).item()
    assert (rl.ones(1) % BIG).item() == 1 and (rl.ones(1) // BIG).item() == 0
    assert (rl.full((1,), 2.0**63) == BIG).item()


@pytest.mark.parametrize("value", [BIG, 2**64, -BIG - 1])
def test_no_int64_tensor_is_made_of_what_int64_cannot_hold(value):
    for make in (
        lambda: rl.tensor(value),
        lambda: rl.tensor([value]),
        lambda: rl.tensor(value, dtype=rl.int32),
        lambda: rl.zeros(1).__setitem__(0, value),
    ):
        with pytest.raises(ValueError, match="Overflow when unpacking long long"):
            make()
    assert rl.tensor(value, dtype=rl.float64).item() == float(value)


@pytest.mark.parametrize("value", [2**64, -BIG - 1])
def test_operands_beyond_uint64_are_refused(value):
    with pytest.raises(OverflowError):
        rl.ones(1) * value


UNFIT = [
    (rl.int8, 300, "int8_t"),
    (rl.int8, -129, "int8_t"),
    (rl.uint8, 300, "uint8_t"),
    (rl.uint8, -256, "uint8_t"),
    (rl.int16, 2**15, "int16_t"),
    (rl.int32, 2**31, "int"),
    (rl.int64, BIG, "int64_t"),
    (rl.int64, math.inf, "int64_t"),
    (rl.int32, math.nan, "int"),
    (rl.float16, 1e6, "c10::Half"),
    (rl.bfloat16, 1e39, "c10::BFloat16"),
    (rl.float32, 1e39, "float"),
    (rl.float32, 1 + 2j, "float"),
    (rl.complex64, 1e39, "c10::complex<float>"),
]
MASK = rl.ones(2, dtype=rl.bool)
PLACE = rl.tensor([0])


@pytest.mark.parametrize("dtype, value, name", UNFIT, ids=lambda v: str(v))
@pytest.mark.parametrize(
    "write",
    [
        lambda x, v: rl.full((2,), v, dtype=x.dtype),
        lambda x, v: rl.full_like(x, v),
        lambda x, v: x.new_full((2,), v),
        lambda x, v: x.fill_(v),
        lambda x, v: x.masked_fill(MASK, v),
        lambda x, v: x.masked_fill_(MASK, v),
        lambda x, v: x.scatter(0, PLACE, v),
        lambda x, v: rl.constant_pad_nd(x, (1, 1), v),
        lambda x, v: x.index_fill(0, PLACE, v),
    ],
    ids=[
        "full",
        "full_like",
        "new_full",
        "fill_",
        "masked_fill",
        "masked_fill_",
        "scatter",
        "pad",
        "index_fill",
    ],
)
def test_numbers_that_do_not_fit_are_refused(dtype, value, name, write, request):
    if "index_fill" in request.node.callspec.id and isinstance(value, complex):
        name = None  # PyTorch has other words there
    with pytest.raises(RuntimeError) as error:
        write(rl.ones(2, dtype=dtype), value)
    assert name is None or str(error.value) == NO.format(name)


def test_factors_must_fit_too():
    for dtype, value in ((rl.int8, 300), (rl.float16, 1e6), (rl.float32, 1e39)):
        x = rl.ones(2, dtype=dtype)
        for call in (
            lambda x=x, v=value: x.add(x, alpha=v),
            lambda x=x, v=value: x.index_add(0, rl.tensor([0, 1]), x, alpha=v),
        ):
            with pytest.raises(RuntimeError, match="without overflow"):
                call()
    for dtype, value in ((rl.int8, 300), (rl.float32, 1e39), (rl.float16, 1e39)):
        x = rl.ones(2, dtype=dtype)
        with pytest.raises(RuntimeError, match="without overflow"):
            x.addcmul(x, x, value=value)
    with pytest.raises(RuntimeError, match="alpha must not be a complex number"):
        rl.ones(2).add(1, alpha=1 + 2j)


def test_bounds_must_fit_the_common_dtype():
    for dtype, bound in ((rl.int8, 300), (rl.float16, 1e6), (rl.float32, 1e60), (rl.int64, BIG)):
        with pytest.raises(RuntimeError, match="without overflow"):
            rl.ones(2, dtype=dtype).clamp(max=bound)
    assert rl.ones(2, dtype=rl.int8).clamp(max=0.5).tolist() == [0.5, 0.5]
    with pytest.raises(RuntimeError, match="without overflow"):
        F.hardtanh(rl.ones(1), -1e39, 1e39)


def test_assigned_numbers():
    for value in (1 + 2j, 1e39):
        for index in (0, slice(None), PLACE, rl.tensor([True, False])):
            with pytest.raises(RuntimeError, match="type float without overflow"):
                rl.zeros(2)[index] = value
    half = rl.zeros(2, dtype=rl.float16)
    half[0] = 1e6  # assignment rounds first, as in PyTorch
    assert half.tolist() == [math.inf, 0]
    x = rl.zeros(2)
    x[0] = 1 + 0j
    assert x.tolist() == [1, 0]


def test_what_fits_is_taken():
    assert rl.full((2,), -1, dtype=rl.uint8).tolist() == [255, 255]
    assert rl.full((1,), 2.5, dtype=rl.int64).tolist() == [2]
    assert rl.full((1,), math.inf, dtype=rl.float16).item() == math.inf
    assert rl.full((1,), 2, dtype=rl.bool).tolist() == [True]
    assert rl.tensor(1e6, dtype=rl.float16).item() == math.inf
    with pytest.raises(TypeError, match="must be real number, not complex"):
        rl.tensor([1 + 2j], dtype=rl.float32)
    with pytest.raises(RuntimeError, match="type int64 without overflow"):
        rl.tensor([math.nan], dtype=rl.int64)


def test_a_tensor_in_a_list_is_the_number_it_holds():
    assert rl.tensor([rl.tensor([1.0]), rl.tensor([2.0])]).shape == (2,)
    assert rl.tensor([1, rl.tensor([[2.5]])]).tolist() == [1, 2.5]
    assert rl.tensor([[1, 2], rl.tensor([3, 4])]).tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="only one element tensors can be converted to Python scalars"):
        rl.tensor([rl.tensor([1.0, 2.0])])
    with pytest.raises(TypeError, match="only integer tensors of a single element"):
        rl.tensor([rl.tensor([1, 2])])


def test_a_list_that_holds_tensors_is_a_tuple_of_indices():
    x = rl.arange(4).view(2, 2)
    assert x[[rl.tensor([0, 1]), rl.tensor([1, 0])]].tolist() == [1, 2]
    assert x[[slice(0, 1), 1]].tolist() == [1]
    assert x[[0, 1]].shape == (2, 2)


@pytest.mark.parametrize(
    "dtype, after_one, least", [(rl.float16, 1 + 2**-10, 2.0**-24), (rl.bfloat16, 1 + 2**-7, 2.0**-133)]
)
def test_neighbours_of_halves(dtype, after_one, least):
    x = rl.tensor([1.0, -1.0, 0.0, 0.0, 1.0, math.nan], dtype=dtype)
    to = rl.tensor([2.0, -2.0, 1.0, -1.0, 1.0, 0.0], dtype=dtype)
    got = x.nextafter(to).tolist()
    assert got[:5] == [after_one, -after_one, least, -least, 1.0] and math.isnan(got[5])


def test_mish_far_below_zero_has_no_slope():
    for dtype, values in ((rl.float32, [-1e38, -3e38]), (rl.float64, [-1e308]), (rl.bfloat16, [-1e38])):
        x = rl.tensor(values, dtype=dtype, requires_grad=True)
        F.mish(x).sum().backward()
        assert x.grad.tolist() == [0.0] * len(values)


def test_spaced_halves_pass_through_zero():
    for dtype in (rl.float16, rl.bfloat16):
        assert rl.linspace(-10, 10, 101, dtype=dtype)[50].item() == 0
    assert rl.linspace(-10, 10, 101, dtype=rl.bfloat16)[:5].tolist() == [
        -10.0,
        -9.8125,
        -9.625,
        -9.375,
        -9.1875,
    ]
    assert rl.linspace(-1, 3, 3, dtype=rl.uint8).tolist() == [255, 129, 3]


def test_elements_do_not_see_their_neighbours():
    rl.manual_seed(0)
    for scale in (1, 1e4, 1e7):
        x = rl.randn(500) * scale
        for f in (rl.sin, rl.cos, rl.tan):
            whole = f(x)
            assert all(f(x[i : i + 1]).item() == whole[i].item() for i in range(0, 500, 7)), (f, scale)


def test_numbers_beside_halves_are_rounded_first():
    x = rl.tensor([5.5, -3.3, 100.0], dtype=rl.float16)
    third = rl.tensor(0.3, dtype=rl.float16)
    for f in (rl.remainder, rl.fmod, rl.pow, rl.add, rl.sub):
        assert f(x.abs(), 0.3).tolist() == f(x.abs(), third.expand(3)).tolist(), f
    assert (rl.tensor([-1.0], dtype=rl.float16) + 0.7).item() == -0.2998046875
    # products and quotients keep the digits of the number
    wide = (x.float() * 0.7).half()
    assert (x * 0.7).tolist() == wide.tolist()
    assert (rl.tensor([2.0], dtype=rl.float16) == 2.0007).item()
