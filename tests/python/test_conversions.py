"""What becomes of floats that an integer dtype does not hold: PyTorch's answers on x86, where 8, 16 and 32 signed bits are cut by the
instruction for 32 and all others by that for 64."""

import math

import numpy as np
import pytest
import rushlight as rl

FAR = [math.inf, -math.inf, math.nan, 3e9 + 1, -3e9 - 1, 2147483647.0, 2147483648.0, -2147483648.0, -2147483650.0, 1e30, 5.7, -5.7]


def cut(v, bits):
    """The truncated number, or the least of so many bits."""
    least = -(2 ** (bits - 1))
    return int(v) if math.isfinite(v) and least <= int(v) < -least else least


def wrapped(v, bits, signed):
    v %= 2**bits
    return v - 2**bits if signed and v >= 2 ** (bits - 1) else v


@pytest.mark.parametrize("source", [rl.float64, rl.float32, rl.float16, rl.bfloat16, rl.complex128], ids=str)
@pytest.mark.parametrize(
    ("target", "through", "bits", "signed"),
    [
        (rl.int8, 32, 8, True),
        (rl.int16, 32, 16, True),
        (rl.int32, 32, 32, True),
        (rl.int64, 64, 64, True),
        (rl.uint8, 64, 8, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("repeats", [1, 7])
@pytest.mark.filterwarnings("ignore:Casting complex")
def test_integers_of_floats_beyond_them(source, target, through, bits, signed, repeats):
    x = rl.tensor(FAR * repeats, dtype=rl.float64).to(source)
    held = x.real.to(rl.float64).tolist()  # as the source has them
    assert x.to(target).tolist() == [wrapped(cut(v, through), bits, signed) for v in held]


def test_unsigned_integers_of_floats_within_them():
    assert rl.tensor([3e9, 5.5]).to(rl.uint32).tolist() == [3000000000, 5]
    assert rl.tensor([6e4, 5.5], dtype=rl.float64).to(rl.uint16).tolist() == [60000, 5]
    assert rl.tensor([1e19, 5.5], dtype=rl.float64).to(rl.uint64).tolist() == [10**19, 5]
    assert rl.tensor([200.0, 255.9] * 40).to(rl.uint8).tolist() == [200, 255] * 40


NUMPY_NUMBERS = {
    np.float16: rl.float16, np.float32: rl.float32, np.float64: rl.float64, np.bool_: rl.bool, np.int8: rl.int8,
    np.uint8: rl.uint8, np.int16: rl.int16, np.uint16: rl.uint16, np.int32: rl.int32, np.uint32: rl.uint32,
    np.int64: rl.int64, np.uint64: rl.uint64, np.complex64: rl.complex64, np.complex128: rl.complex128,
}  # fmt: skip


@pytest.mark.parametrize("kind", NUMPY_NUMBERS, ids=lambda kind: kind.__name__)
def test_numbers_of_numpy_keep_their_dtype(kind):
    x = kind(1)
    for made in (rl.tensor(x), rl.as_tensor(x), rl.asarray(x)):
        assert made.dtype is NUMPY_NUMBERS[kind] and made.shape == () and made.item() == x.item()
    assert rl.tensor([x, x]).dtype is NUMPY_NUMBERS[kind]
    assert rl.tensor(x, dtype=rl.float32).dtype is rl.float32


@pytest.mark.parametrize("kind", ["datetime64", "timedelta64", "bytes_", "str_", "void"])
def test_what_is_no_number_of_numpy_is_refused(kind):
    value = {"datetime64": "2020-01-01", "timedelta64": 3, "bytes_": b"a", "str_": "a", "void": b"ab"}[kind]
    for make in (rl.tensor, rl.as_tensor):
        with pytest.raises(TypeError):
            make(getattr(np, kind)(value))


def test_text_is_no_data():
    for text in ("a", "", b"ab", [b"a"], [1, "a"], [""]):
        with pytest.raises(TypeError, match=r"invalid data type '(str|bytes)'"):
            rl.tensor(text)
    for text in (["a", "b"], [["a"]]):
        with pytest.raises(ValueError, match="too many dimensions 'str'"):
            rl.tensor(text)
