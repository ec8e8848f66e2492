"""What becomes of floats that an integer dtype does not hold: PyTorch's answers on x86, where 8, 16 and 32 signed bits are cut by the
instruction for 32 and all others by that for 64."""

import math

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
