"""Elementwise rows on a card against the CPU: dtypes, layouts, ends of words, infinities."""

import math

import pytest
import rushlight as rl

pytestmark = pytest.mark.skipif(
    not rl.cuda.is_available(), reason="no GPU (RUSHLIGHT_GPU=software asks for one in software)"
)

FLOATS = [rl.float32, rl.float16, rl.bfloat16]
UNARY = (
    "abs neg sign ceil floor trunc frac round sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sinc exp exp2 expm1 log log2 "
    "log10 log1p sqrt rsqrt reciprocal sigmoid erf erfc erfinv lgamma digamma deg2rad rad2deg relu isnan isinf isfinite signbit "
    "logical_not i0 square"
).split()
BINARY = (
    "add sub mul div maximum minimum fmax fmin pow atan2 hypot copysign fmod remainder floor_divide eq ne lt le gt ge logical_and "
    "logical_or logical_xor logaddexp logaddexp2 xlogy heaviside"
).split()


def wanted(dtype):
    """Tolerances: a few units in the last place of the dtype."""
    return {rl.float32: (3e-5, 2e-6), rl.float16: (2e-3, 1e-3), rl.bfloat16: (2e-2, 1e-2)}.get(dtype, (0, 0))


def same(card, here):
    assert card.device.type == "cuda" and card.dtype == here.dtype and card.shape == here.shape
    rtol, atol = wanted(here.dtype)
    rl.testing.assert_close(card.cpu(), here, rtol=rtol, atol=atol, equal_nan=True)


def layouts(x):
    """The tensor, transposed, a slice that begins within a word, every second element, expanded, one element, none."""
    return [x, x.t(), x[1:, 1:], x[:, ::2], x[:1].expand_as(x), x[0, 0], x[:0]]


def data(dtype, n=37, m=41, low=-3.0, high=3.0):
    rl.manual_seed(n * m)
    x = rl.empty(n, m).uniform_(low, high)
    return (x * 20).to(dtype) if not dtype.is_floating_point and dtype != rl.bool else x.to(dtype)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_operand(name, dtype):
    f = getattr(rl, name)
    for x in layouts(data(dtype)):
        same(f(x.cuda()), f(x))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_operands(name, dtype):
    f = getattr(rl, name)
    a, b = data(dtype, low=0.1), data(dtype, 37, 41, 0.2, 2.0)
    for x, y in zip(layouts(a), layouts(b)):
        same(f(x.cuda(), y.cuda()), f(x, y))
    same(f(a.cuda(), b[0].cuda()), f(a, b[0]))


@pytest.mark.parametrize("dtype", [rl.int64, rl.int32, rl.int16, rl.int8, rl.uint8])
@pytest.mark.parametrize(
    "name",
    "add sub mul maximum minimum eq lt bitwise_and bitwise_or bitwise_xor floor_divide remainder fmod gcd".split(),
)
def test_integers_wrap_as_on_the_cpu(name, dtype):
    f = getattr(rl, name)
    a, b = data(dtype), data(dtype, 37, 41, 0.5, 3.0).clamp(min=1)
    for x, y in zip(layouts(a), layouts(b)):
        same(f(x.cuda(), y.cuda()), f(x, y))


@pytest.mark.parametrize(
    "name", "mul add maximum minimum bitwise_and bitwise_or bitwise_xor logical_and eq lt".split()
)
def test_bools(name):
    f = getattr(rl, name)
    a, b = data(rl.float32) > 0, data(rl.float32, 41, 37).t() > 0
    for x, y in zip(layouts(a), layouts(b)):
        same(f(x.cuda(), y.cuda()), f(x, y))
    same(~a.cuda(), ~a)


def test_ends_of_floats():
    """Infinities, nan, zeros of both signs and numbers that a card may take for zero go through as on the CPU."""
    x = rl.tensor([0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 3e38, 1e-37, 1e5, 1e20])
    for name in "exp log log2 log1p expm1 sin cos tanh sigmoid sqrt rsqrt erf atan isnan isinf signbit round abs sign relu".split():
        same(getattr(rl, name)(x.cuda()), getattr(rl, name)(x))
    for name in "maximum minimum fmax fmin atan2 pow eq ne lt".split():
        f = getattr(rl, name)
        same(f(x[:, None].cuda(), x.cuda()), f(x[:, None], x))


@pytest.mark.parametrize("n", [1, 3, 4095, 4096, 4097, 4099, 70001])
@pytest.mark.parametrize("dtype", [*FLOATS, rl.int64, rl.uint8, rl.bool])
def test_sizes_around_words_and_fours(n, dtype):
    """What lies beside a slice is left as it was."""
    base = data(rl.float32, 1, n + 8)[0].to(dtype)
    for start in (0, 1, 4):
        card, here = base.cuda(), base.clone()
        for x in (card, here):
            part = x[start : start + n]
            part.logical_not_() if dtype == rl.bool else part.add_(1)
        same(card, here)
        same(base.cuda()[start : start + n] * 1, base[start : start + n] * 1)


@pytest.mark.parametrize("source", [*FLOATS, rl.int64, rl.int32, rl.int8, rl.uint8, rl.bool])
@pytest.mark.parametrize("target", [*FLOATS, rl.int64, rl.int32, rl.int8, rl.uint8, rl.bool])
def test_casts_between_all_dtypes(source, target):
    x = (data(rl.float32, low=0.0) * 7).to(source)
    for view in layouts(x):
        same(view.cuda().to(target), view.to(target))


def test_numbers_and_tensors_of_the_cpu_without_axes_go_along():
    x = data(rl.float32)
    same(x.cuda() * 2.5 + rl.tensor(3.0), x * 2.5 + rl.tensor(3.0))
    with pytest.raises(RuntimeError, match="two devices"):
        x.cuda() + rl.ones(41)


def test_gradients_go_between_devices():
    x = data(rl.float32).requires_grad_()
    (x.cuda().exp() * 2).sum().cpu().backward()
    rl.testing.assert_close(x.grad, 2 * x.detach().exp(), rtol=1e-5, atol=1e-6)


def test_the_same_seed_draws_what_pytorch_draws_on_cuda():
    """Known answers of `torch.manual_seed(0)` on CUDA cards."""
    rl.manual_seed(0)
    rl.testing.assert_close(
        rl.rand(3, device="cuda").cpu(), rl.tensor([0.3990, 0.5167, 0.0249]), rtol=0, atol=6e-5
    )
    rl.manual_seed(0)
    rl.testing.assert_close(
        rl.randn(3, device="cuda").cpu(), rl.tensor([-0.9247, -0.4253, -2.6438]), rtol=0, atol=6e-5
    )
