"""Every elementwise row of the op table against NumPy and `math` in double precision.

One object for each row says what it computes, where, and for which kinds of dtypes; each is then tried over dtypes and
memory layouts, in place, with ``out=`` and on the meta device. `test_every_row_is_here` fails when a row is added to the
table and not to this list.
"""

import json
import math
from dataclasses import dataclass

import numpy as np
import pytest
import rushlight as rl

KINDS = {
    "b": ["bool"],
    "i": ["uint8", "int8", "int16", "int32", "int64"],
    "f": ["float16", "bfloat16", "float32", "float64"],
    "c": ["complex64", "complex128"],
}
# relative error of a result: half a unit in the last place for the half types, a few units for the others
RTOL = {
    "float16": 6e-4,
    "bfloat16": 4.5e-3,
    "float32": 1.2e-6,
    "float64": 4e-14,
    "complex64": 3e-6,
    "complex128": 1e-13,
}
ATOL = {
    "float16": 1e-7,
    "bfloat16": 1e-12,
    "float32": 2e-7,
    "float64": 1e-14,
    "complex64": 1e-6,
    "complex128": 1e-14,
}


@dataclass
class Row:
    """What a row must compute: the reference, the interval its inputs are from, the kinds of dtypes it takes."""

    name: str
    reference: object
    low: float = -4.0
    high: float = 4.0
    kinds: str = "bifc"
    # kinds that must be refused; kinds in neither string are not tested
    refused: str = ""
    # the second operand's interval
    second: tuple = (-4.0, 4.0)
    # the reference computes in the dtype of its operands, not in double precision
    native: bool = False
    # multiplies the tolerances, with the reason beside the row
    loose: float = 1.0

    def __repr__(self):
        return self.name


def each(f):
    """A function of numbers, over arrays."""
    return np.vectorize(f, otypes=[np.float64])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sgn(z):
    return np.where(z == 0, 0, z / np.where(z == 0, 1, np.abs(z))) if np.iscomplexobj(z) else np.sign(z)


UNARY = [
    Row("exp", np.exp),
    Row("exp2", lambda x: np.exp(x * math.log(2))),
    Row("expm1", np.expm1),
    Row("log", np.log, 0.05, 9),
    Row("log2", np.log2, 0.05, 9),
    Row("log10", np.log10, 0.05, 9),
    Row("log1p", np.log1p, -0.9, 9),
    Row("sqrt", np.sqrt, 0, 9),
    Row("rsqrt", lambda x: 1 / np.sqrt(x), 0.1, 9),
    Row("reciprocal", lambda x: 1 / x, 0.2, 9),
    Row("sigmoid", sigmoid),
    Row("neg", np.negative, kinds="ifc", refused="b", native=True),
    Row("square", np.square, -11, 11, kinds="ifc", native=True),
    Row("abs", np.abs, kinds="ifc", native=True),
    Row("sign", np.sign, kinds="if", refused="c", native=True),
    Row("sgn", sgn, kinds="ifc"),
    Row("ceil", np.ceil, kinds="if", refused="c"),
    Row("floor", np.floor, kinds="if", refused="c"),
    Row("trunc", np.trunc, kinds="if", refused="c"),
    Row("frac", lambda x: x - np.trunc(x), kinds="f"),
    Row("round", np.round, kinds="if", refused="c"),
    Row("positive", lambda x: x, kinds="ifc", refused="b"),
    Row("sin", np.sin, -20, 20),
    Row("cos", np.cos, -20, 20),
    Row("tan", np.tan, -1.4, 1.4),
    Row("asin", np.arcsin, -1, 1),
    Row("acos", np.arccos, -1, 1),
    Row("atan", np.arctan, -9, 9),
    Row("sinh", np.sinh),
    Row("cosh", np.cosh),
    Row("tanh", np.tanh),
    Row("asinh", np.arcsinh, -9, 9),
    Row("acosh", np.arccosh, 1, 9),
    Row("atanh", np.arctanh, -0.9, 0.9),
    Row("erf", each(math.erf), kinds="bif", refused="c"),
    Row("erfc", each(math.erfc), kinds="bif", refused="c"),
    Row("lgamma", each(lambda x: math.lgamma(x) if x else math.inf), 0.1, 9, kinds="bif", refused="c"),
    Row("sinc", np.sinc),
    Row("deg2rad", np.deg2rad, -360, 360, kinds="bif"),
    Row("rad2deg", np.rad2deg, kinds="bif"),
    Row("i0", np.i0, kinds="bif", refused="c", loose=4.0),  # np.i0 is itself good to 4 units only
    Row("logical_not", np.logical_not, -1.5, 1.5),
    Row("bitwise_not", np.invert, kinds="bi", refused="fc", native=True),
    Row("isnan", np.isnan),
    Row("isinf", np.isinf),
    Row("isfinite", np.isfinite),
    Row("isposinf", np.isposinf, kinds="bif", refused="c"),
    Row("isneginf", np.isneginf, kinds="bif", refused="c"),
    Row("isreal", np.isreal),
    Row("signbit", np.signbit, kinds="if", refused="c"),
    Row("angle", np.angle, kinds="ifc"),
    Row("conj_physical", np.conj, kinds="ifc"),
    Row("relu", lambda x: np.maximum(x, 0), kinds="if", refused="c"),
    Row("special.i0e", lambda x: np.i0(x) * np.exp(-np.abs(x)), kinds="bif", refused="c", loose=8.0),  # as i0
    Row(
        "special.erfcx", each(lambda x: math.exp(x * x) * math.erfc(x)), -3, 3, kinds="bif", loose=40.0
    ),  # e^(x^2) magnifies
    Row(
        "special.entr",
        each(lambda x: -x * math.log(x) if x > 0 else (0.0 if x == 0 else -math.inf)),
        kinds="bif",
    ),
    Row(
        "special.ndtr", each(lambda x: 0.5 * math.erfc(-x / math.sqrt(2))), kinds="bif", loose=8.0
    ),  # of several ops
    Row(
        "special.log_ndtr",
        each(lambda x: math.log(0.5 * math.erfc(-x / math.sqrt(2)))),
        kinds="bif",
        loose=8.0,
    ),
]

# Rows whose reference is a property, not a function of NumPy or `math`: named with the test that has them.
UNARY_ELSEWHERE = {
    "erfinv": "test_inverses",
    "special.ndtri": "test_inverses",
    "logit": "test_inverses",
    "digamma": "test_digamma_is_the_slope_of_lgamma",
    **dict.fromkeys(
        "i1 i1e bessel_j0 bessel_j1 bessel_y0 bessel_y1 airy_ai modified_bessel_i0 modified_bessel_i1 "
        "modified_bessel_k0 modified_bessel_k1 scaled_modified_bessel_k0 scaled_modified_bessel_k1 "
        "spherical_bessel_j0".split(),
        "test_bessel_values",
    ),
}


BINARY = [
    Row("add", np.add, kinds="bifc", native=True),
    Row("sub", np.subtract, kinds="ifc", refused="b", native=True),
    Row("rsub", lambda a, b: b - a, kinds="ifc", refused="b", native=True),
    Row("mul", np.multiply, kinds="bifc", native=True),
    Row("div", np.divide, second=(0.5, 5.0)),
    Row("true_divide", np.divide, second=(0.5, 5.0)),
    Row("floor_divide", np.floor_divide, kinds="if", refused="c", second=(1.0, 5.0), native=True),
    Row("remainder", np.remainder, kinds="if", refused="c", second=(1.0, 5.0), native=True),
    Row("fmod", np.fmod, kinds="if", refused="c", second=(1.0, 5.0), native=True),
    Row("pow", np.power, 0.1, 4, kinds="ifc", second=(0.0, 3.0), native=True),
    Row("float_power", np.float_power, 0.1, 4, kinds="if", second=(-2.0, 3.0)),
    Row("maximum", np.maximum, kinds="bif", refused="c", native=True),
    Row("minimum", np.minimum, kinds="bif", refused="c", native=True),
    Row("clamp_min", np.maximum, kinds="if", refused="c", native=True),
    Row("clamp_max", np.minimum, kinds="if", refused="c", native=True),
    Row("fmax", np.fmax, kinds="bif", refused="c", native=True),
    Row("fmin", np.fmin, kinds="bif", refused="c", native=True),
    Row("atan2", np.arctan2, kinds="bif", refused="c"),
    Row("hypot", np.hypot, kinds="f", refused="c"),
    Row("copysign", np.copysign, kinds="bif", refused="c"),
    Row("logaddexp", np.logaddexp, kinds="f"),
    Row("logaddexp2", np.logaddexp2, kinds="f"),
    Row("xlogy", lambda a, b: np.where(a == 0, 0, a * np.log(b)), kinds="bif", second=(0.5, 4.0)),
    Row("xlog1py", lambda a, b: np.where(a == 0, 0, a * np.log1p(b)), kinds="bif", second=(-0.5, 4.0)),
    Row("heaviside", np.heaviside, -1.4, 1.4, kinds="f"),
    Row("gcd", np.gcd, -60, 60, kinds="i", refused="f", second=(1, 60), native=True),
    Row("lcm", np.lcm, -9, 9, kinds="i", refused="f", second=(1, 9), native=True),
    Row("eq", np.equal, -2, 2, second=(-2, 2)),
    Row("ne", np.not_equal, -2, 2, second=(-2, 2)),
    Row("lt", np.less, -2, 2, kinds="bif", refused="c", second=(-2, 2)),
    Row("le", np.less_equal, -2, 2, kinds="bif", refused="c", second=(-2, 2)),
    Row("gt", np.greater, -2, 2, kinds="bif", refused="c", second=(-2, 2)),
    Row("ge", np.greater_equal, -2, 2, kinds="bif", refused="c", second=(-2, 2)),
    Row("logical_and", np.logical_and, -1.5, 1.5, second=(-1.5, 1.5)),
    Row("logical_or", np.logical_or, -1.5, 1.5, second=(-1.5, 1.5)),
    Row("logical_xor", np.logical_xor, -1.5, 1.5, second=(-1.5, 1.5)),
    Row("bitwise_and", np.bitwise_and, -99, 99, kinds="bi", refused="fc", second=(-99, 99), native=True),
    Row("bitwise_or", np.bitwise_or, -99, 99, kinds="bi", refused="fc", second=(-99, 99), native=True),
    Row("bitwise_xor", np.bitwise_xor, -99, 99, kinds="bi", refused="fc", second=(-99, 99), native=True),
    Row("bitwise_left_shift", np.left_shift, 0, 15, kinds="i", second=(0, 3), native=True),
    Row("bitwise_right_shift", np.right_shift, 0, 99, kinds="i", second=(0, 5), native=True),
]
BINARY_ELSEWHERE = {
    "nextafter": "test_neighbours",
    "ldexp": "test_powers_of_two",
    "zeta": "test_zeta_values",
    "igamma": "test_incomplete_gamma",
    "igammac": "test_incomplete_gamma",
    **dict.fromkeys(
        (
            f"{kind}"
            for kind in (
                "chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w "
                "shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v "
                "shifted_chebyshev_polynomial_w hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l "
                "legendre_polynomial_p"
            ).split()
        ),
        "test_polynomials",
    ),
}


def function(name):
    """The function of a row; dotted names are in a module."""
    value = rl
    for part in name.split("."):
        value = getattr(value, part)
    return value


def kind_of(dtype):
    return next(k for k, names in KINDS.items() if dtype in names)


def cases(rows):
    return [
        pytest.param(row, dtype, id=f"{row}-{dtype}") for row in rows for k in row.kinds for dtype in KINDS[k]
    ]


def refusals(rows):
    return [pytest.param(row, KINDS[k][-1], id=f"{row}-{KINDS[k][-1]}") for row in rows for k in row.refused]


def sample(dtype, low, high, shape=(5, 7), seed=0):
    """Values of the dtype, as a NumPy array of it (float64 for bfloat16, rounded to it)."""
    rng = np.random.default_rng(seed)
    kind = kind_of(dtype)
    if kind == "b":
        return rng.random(shape) < 0.5
    if kind == "i":
        low = max(low, 0) if dtype == "uint8" else low
        return rng.integers(math.ceil(low), math.floor(high) + 1, shape).astype(dtype)
    if kind == "c":
        radius = (
            rng.uniform(max(low, 0.1), max(high, 0.2), shape) if high > 0.2 else rng.uniform(0.1, 0.5, shape)
        )
        return (np.minimum(radius, 3.0) * np.exp(1j * rng.uniform(-3, 3, shape))).astype(dtype)
    values = rng.uniform(low, high, shape)
    if dtype == "bfloat16":
        values = rl.tensor(values).bfloat16().double().numpy()
        return np.clip(values, low, high) if low in (-1, 0, 1) else values
    return values.astype(dtype)


def make(array, dtype):
    """A dense tensor of the array."""
    return rl.tensor(array).to(getattr(rl, dtype))


def layouts(array, dtype):
    """(name, tensor, array) over ways to lie in memory."""
    yield "dense", make(array, dtype), array
    yield "transposed", make(array.T.copy(), dtype).t(), array
    wide = make(np.repeat(array, 2, axis=-1), dtype)
    yield "strided", wide[:, ::2], array
    padded = make(np.pad(array, ((1, 1), (2, 1)), mode="edge"), dtype)
    yield "offset", padded[1:-1, 2:-1], array
    row = make(array[:1], dtype)
    yield "expanded", row.expand(array.shape), np.broadcast_to(array[:1], array.shape)
    yield "0-d", make(array[1, 2], dtype), array[1, 2]
    yield "empty", make(array[:0], dtype), array[:0]
    yield "one axis", make(array.ravel(), dtype)[3::4], array.ravel()[3::4]


def wide(array, row):
    """The operand as the reference takes it."""
    if row.native:
        return array
    if np.iscomplexobj(array):
        return array.astype(np.complex128)
    return array if array.dtype == bool and row.reference is np.logical_not else array.astype(np.float64)


def plain(t):
    """Elements as NumPy has them; bfloat16 in double precision."""
    return (t.double() if t.dtype in (rl.bfloat16,) else t).numpy()


def check(got, want, row, where):
    """Shape, and values to the precision of the result's dtype."""
    want = np.asarray(want)
    assert tuple(got.shape) == want.shape, f"{where}: shape {tuple(got.shape)}, expected {want.shape}"
    name = str(got.dtype).removeprefix("torch.")
    value = plain(got)
    if name not in RTOL:
        np.testing.assert_array_equal(value, want.astype(value.dtype), err_msg=where)
        return
    value = value.astype(np.complex128 if np.iscomplexobj(value) else np.float64)
    with np.errstate(all="ignore"):
        error = np.abs(value - want)
        bound = row.loose * (RTOL[name] * np.abs(want) + ATOL[name])
        bad = ~((error <= bound) | (np.isnan(value) & np.isnan(want)) | (value == want))
    if bad.any():
        at = tuple(np.argwhere(bad)[0])
        pytest.fail(f"{where}: {bad.sum()} of {bad.size} wrong; at {at} {value[at]!r}, expected {want[at]!r}")


@pytest.mark.parametrize(("row", "dtype"), cases(UNARY))
def test_unary(row, dtype):
    f = function(row.name)
    with np.errstate(all="ignore"):
        for name, x, array in layouts(sample(dtype, row.low, row.high), dtype):
            want = row.reference(wide(array, row))
            y = f(x)
            check(y, want, row, f"{row.name} of {dtype}, {name}")
            m = f(x.to("meta"))
            assert m.shape == y.shape and m.dtype == y.dtype, f"{row.name} on meta, {name}"
            assert y is x or m.stride() == y.stride(), f"{row.name} on meta, {name}"


@pytest.mark.parametrize(("row", "dtype"), cases(r for r in UNARY if hasattr(rl.Tensor, r.name + "_")))
def test_unary_in_place(row, dtype):
    f = function(row.name)
    for name, x, array in layouts(sample(dtype, row.low, row.high), dtype):
        want = f(x)
        if not rl.can_cast(want.dtype, x.dtype) or (row.name == "abs" and x.is_complex()):
            with pytest.raises(
                RuntimeError, match=r"can't be cast|not supported for complex|single memory location"
            ):
                getattr(x, row.name + "_")()
            continue
        if name == "expanded":
            with pytest.raises(RuntimeError, match="single memory location"):
                getattr(x, row.name + "_")()
            continue
        version = x._version
        assert getattr(x, row.name + "_")() is x
        # the conjugate of a real tensor is the tensor: nothing was written
        assert x._version == version + (want is not x) and x.dtype == getattr(rl, dtype)
        np.testing.assert_array_equal(
            plain(x), plain(want.to(x.dtype)), err_msg=f"{row.name}_ of {dtype}, {name}"
        )
        assert x.shape == np.shape(array)


@pytest.mark.parametrize(
    "row", [r for r in UNARY if "f" in r.kinds and not r.name.startswith("special.")], ids=repr
)
def test_unary_out(row):
    """`out=` takes a tensor of any layout and gives back that very tensor; a wrong shape is made right."""
    f = function(row.name)
    x = make(sample("float32", row.low, row.high), "float32")
    want = f(x)
    for out in (
        rl.empty(5, 7, dtype=want.dtype),
        rl.empty(7, 5, dtype=want.dtype).t(),
        rl.empty(0, dtype=want.dtype),
    ):
        assert f(x, out=out) is out
        np.testing.assert_array_equal(plain(out), plain(want))
    if want.dtype is rl.float32:
        with pytest.raises(RuntimeError, match=r"can't be cast|Expected out tensor to have dtype"):
            f(x, out=rl.empty(5, 7, dtype=rl.int64))


@pytest.mark.parametrize(("row", "dtype"), refusals(UNARY))
def test_unary_refuses(row, dtype):
    with pytest.raises((RuntimeError, TypeError)):
        function(row.name)(make(sample(dtype, row.low, row.high), dtype))


@pytest.mark.parametrize("row", [r for r in UNARY if "f" in r.kinds], ids=repr)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_unary_many_elements(row, dtype):
    """Vector tails, blocks and threads: odd sizes around every boundary."""
    f = function(row.name)
    array = sample(dtype, row.low, row.high, 70_001)
    x = make(array, dtype)
    want = row.reference(array.astype(np.float64))
    check(f(x), want, row, f"{row.name}, 70001 elements")
    check(f(x[::3]), want[::3], row, f"{row.name}, every third element")
    for n in (1, 2, 3, 7, 8, 9, 15, 17, 31, 33, 511, 513, 1025):
        check(f(x[1 : n + 1]), want[1 : n + 1], row, f"{row.name}, {n} elements")


def pairs(row, dtype):
    """(name, first, second, arrays) with the second operand in its own interval."""
    a, b = sample(dtype, row.low, row.high, seed=1), sample(dtype, *row.second, seed=2)
    if kind_of(dtype) == "b" and row.name in ("div", "xlogy", "xlog1py"):
        b = np.ones_like(b)
    firsts, seconds = list(layouts(a, dtype)), list(layouts(b, dtype))
    for (name, x, ax), (_, y, ay) in zip(firsts, seconds, strict=True):
        yield f"{name}, {name}", x, y, ax, ay
    dense = firsts[0]
    for name, y, ay in seconds[1:5]:
        yield f"dense, {name}", dense[1], y, dense[2], ay
    yield "dense, row", dense[1], make(b[0], dtype), a, b[0]
    yield "column, row", make(a[:, :1], dtype), make(b[:1], dtype), a[:, :1], b[:1]
    yield "transposed, column", firsts[1][1], make(b[:, :1], dtype), a, b[:, :1]


@pytest.mark.parametrize(("row", "dtype"), cases(BINARY))
def test_binary(row, dtype):
    f = function(row.name)
    # NumPy computes float16 in float32 and rounds, as we do; bfloat16 it has not
    with np.errstate(all="ignore"):
        for name, x, y, ax, ay in pairs(row, dtype):
            want = row.reference(wide(ax, row), wide(ay, row))
            z = f(x, y)
            check(z, want, row, f"{row.name} of {dtype}, {name}")
            m = f(x.to("meta"), y.to("meta"))
            assert m.shape == z.shape and m.dtype == z.dtype and m.stride() == z.stride(), (
                f"{row.name} on meta, {name}"
            )


NUMBERS = {"b": True, "i": 3, "f": 1.5, "c": 1.5 + 0.5j}
TENSORS_ONLY = (
    "logical_and",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "atan2",
    "hypot",
    "logaddexp",
    "logaddexp2",
    "heaviside",
    "gcd",
    "lcm",
)


@pytest.mark.parametrize(("row", "dtype"), cases(r for r in BINARY if r.name not in TENSORS_ONLY))
def test_binary_with_a_number(row, dtype):
    """A number as the second operand is what a 0-d tensor of its kind would be."""
    f, number = function(row.name), NUMBERS[kind_of(dtype)]
    x = make(sample(dtype, row.low, row.high), dtype)
    got, want = f(x, number), f(x, rl.tensor(number).to(x.dtype))
    assert got.dtype == want.dtype
    np.testing.assert_array_equal(plain(got), plain(want), err_msg=row.name)


@pytest.mark.parametrize(("row", "dtype"), cases(r for r in BINARY if hasattr(rl.Tensor, r.name + "_")))
def test_binary_in_place(row, dtype):
    f = function(row.name)
    for name, x, y, _, _ in pairs(row, dtype):
        want = f(x, y)
        if "expanded" in name.split(", ")[0]:
            continue
        # `float_power_` insists on double precision
        refused = row.name == "float_power" and x.dtype is not rl.float64
        if refused or want.shape != x.shape or not rl.can_cast(want.dtype, x.dtype):
            with pytest.raises(RuntimeError):
                getattr(x.clone(), row.name + "_")(y)
            continue
        version = x._version
        assert getattr(x, row.name + "_")(y) is x
        assert x._version == version + 1
        np.testing.assert_array_equal(
            plain(x), plain(want.to(x.dtype)), err_msg=f"{row.name}_ of {dtype}, {name}"
        )
        if name == "dense, dense":
            break  # the first operand is spent: the others share its memory


@pytest.mark.parametrize(
    "row", [r for r in BINARY if hasattr(rl.Tensor, r.name + "_") and "f" in r.kinds], ids=repr
)
def test_binary_onto_itself(row):
    """An operand that is the result gives the value of the separate computation; one that shows it otherwise is refused."""
    f = function(row.name)
    x = make(np.abs(sample("float64", row.low, row.high)) + 0.5, "float64")
    want = f(x, x)
    if want.dtype is rl.bool:
        want = want.double()
    y = x.clone()
    np.testing.assert_array_equal(plain(getattr(y, row.name + "_")(y)), plain(want))
    square = x[:, :5].contiguous()
    twin = square.clone()
    with pytest.raises(RuntimeError, match="refer to a single memory location"):
        getattr(twin, row.name + "_")(twin.t())
    assert rl.equal(twin, square)
    # neither part fills a stretch of memory: as if the operand had been copied first
    want = f(x[:, 1:], x[:, :-1])
    twin = x.clone()
    np.testing.assert_array_equal(plain(getattr(twin[:, 1:], row.name + "_")(twin[:, :-1])), plain(want.double()))


@pytest.mark.parametrize(("row", "dtype"), refusals(BINARY))
def test_binary_refuses(row, dtype):
    with pytest.raises((RuntimeError, TypeError)):
        function(row.name)(
            make(sample(dtype, row.low, row.high), dtype), make(sample(dtype, *row.second), dtype)
        )


@pytest.mark.parametrize("row", [r for r in BINARY if "f" in r.kinds], ids=repr)
def test_binary_out(row):
    f = function(row.name)
    x, y = (make(sample("float32", *ends), "float32") for ends in ((row.low, row.high), row.second))
    want = f(x, y)
    out = rl.empty(7, 5, dtype=want.dtype).t()
    assert f(x, y, out=out) is out
    np.testing.assert_array_equal(plain(out), plain(want))


# ---- rows tested by what they must satisfy -----------------------------------------------------------------------------


def test_inverses():
    x = rl.linspace(-0.95, 0.95, 41, dtype=rl.float64)
    np.testing.assert_allclose(rl.erf(rl.erfinv(x)).numpy(), x.numpy(), rtol=1e-13)
    p = rl.linspace(0.01, 0.99, 41, dtype=rl.float64)
    np.testing.assert_allclose(rl.special.ndtr(rl.special.ndtri(p)).numpy(), p.numpy(), rtol=1e-12)
    np.testing.assert_allclose(rl.sigmoid(rl.logit(p)).numpy(), p.numpy(), rtol=1e-13)
    assert rl.erfinv(rl.tensor([-1.0, 1.0])).tolist() == [-math.inf, math.inf]


def test_digamma_is_the_slope_of_lgamma():
    x = rl.linspace(0.5, 6, 23, dtype=rl.float64)
    h = 1e-5
    slope = (rl.lgamma(x + h) - rl.lgamma(x - h)) / (2 * h)
    np.testing.assert_allclose(rl.digamma(x).numpy(), slope.numpy(), rtol=1e-7, atol=1e-8)
    assert math.isclose(
        rl.digamma(rl.tensor(1.0, dtype=rl.float64)).item(), -0.5772156649015329, rel_tol=1e-14
    )


def test_bessel_values():
    """Abramowitz and Stegun, tables 9.1, 9.8 and 10.11, and their recurrences."""
    one = rl.tensor(1.0, dtype=rl.float64)
    known = {
        "i1": 0.565159103992485,
        "i1e": 0.565159103992485 / math.e,
        "bessel_j0": 0.7651976865579666,
        "bessel_j1": 0.44005058574493355,
        "bessel_y0": 0.08825696421567697,
        "bessel_y1": -0.7812128213002887,
        "modified_bessel_i0": 1.2660658777520082,
        "modified_bessel_i1": 0.565159103992485,
        "modified_bessel_k0": 0.42102443824070834,
        "modified_bessel_k1": 0.6019072301972346,
        "scaled_modified_bessel_k0": 0.42102443824070834 * math.e,
        "scaled_modified_bessel_k1": 0.6019072301972346 * math.e,
        "spherical_bessel_j0": math.sin(1.0),
        "airy_ai": 0.13529241631288141,
    }
    for name, value in known.items():
        got = getattr(rl.special, name)(one).item()
        assert math.isclose(got, value, rel_tol=2e-13), f"{name}(1) is {got}, expected {value}"
    x = rl.linspace(0.5, 12, 40, dtype=rl.float64)
    wronskian = rl.special.bessel_j1(x) * rl.special.bessel_y0(x) - rl.special.bessel_j0(
        x
    ) * rl.special.bessel_y1(x)
    np.testing.assert_allclose(wronskian.numpy(), 2 / (math.pi * x.numpy()), rtol=1e-11)


def test_neighbours():
    for dtype in ("float32", "float64"):
        a, b = sample(dtype, -4, 4, seed=1), sample(dtype, -4, 4, seed=2)
        np.testing.assert_array_equal(
            rl.nextafter(make(a, dtype), make(b, dtype)).numpy(), np.nextafter(a, b)
        )


def test_powers_of_two():
    a, e = sample("float64", -4, 4), np.arange(35).reshape(5, 7) - 17
    np.testing.assert_array_equal(rl.ldexp(make(a, "float64"), rl.tensor(e)).numpy(), np.ldexp(a, e))


def test_zeta_values():
    two = rl.tensor(2.0, dtype=rl.float64)
    assert math.isclose(rl.special.zeta(two, 1.0).item(), math.pi**2 / 6, rel_tol=1e-14)
    assert math.isclose(rl.special.zeta(two * 2, 1.0).item(), math.pi**4 / 90, rel_tol=1e-14)


def test_incomplete_gamma():
    x = rl.linspace(0.1, 9, 30, dtype=rl.float64)
    lower, upper = rl.igamma(rl.ones_like(x), x), rl.igammac(rl.ones_like(x), x)
    np.testing.assert_allclose(lower.numpy(), 1 - np.exp(-x.numpy()), rtol=1e-12)
    np.testing.assert_allclose(upper.numpy(), np.exp(-x.numpy()), rtol=1e-11)
    a = rl.linspace(0.3, 12, 30, dtype=rl.float64)
    np.testing.assert_allclose((rl.igamma(a, x) + rl.igammac(a, x)).numpy(), np.ones(30), rtol=1e-12)


def test_polynomials():
    from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre

    values = np.linspace(-0.9, 0.9, 11)
    angle = np.arccos(values)
    x = rl.tensor(values)
    for n in range(6):
        one = [0] * n + [1]
        known = {
            "chebyshev_polynomial_t": chebyshev.chebval(values, one),
            "chebyshev_polynomial_u": np.sin((n + 1) * angle) / np.sin(angle),
            "chebyshev_polynomial_v": np.cos((n + 0.5) * angle) / np.cos(angle / 2),
            "chebyshev_polynomial_w": np.sin((n + 0.5) * angle) / np.sin(angle / 2),
            "hermite_polynomial_h": hermite.hermval(values, one),
            "hermite_polynomial_he": hermite_e.hermeval(values, one),
            "laguerre_polynomial_l": laguerre.lagval(values, one),
            "legendre_polynomial_p": legendre.legval(values, one),
        }
        for name, want in known.items():
            got = getattr(rl.special, name)(x, n)
            np.testing.assert_allclose(
                got.numpy(), want, rtol=1e-11, atol=1e-12, err_msg=f"{name}, degree {n}"
            )
            if name.startswith("chebyshev"):
                shifted = getattr(rl.special, "shifted_" + name)((x + 1) / 2, n)
                np.testing.assert_allclose(
                    shifted.numpy(), want, rtol=1e-11, atol=1e-11, err_msg=f"shifted {name}, {n}"
                )


def test_every_row_is_here():
    """Rows of one or two operands that answer with a tensor: each has a reference above, or is tested elsewhere."""
    known = {r.name for r in UNARY + BINARY} | set(UNARY_ELSEWHERE) | set(BINARY_ELSEWHERE)
    known |= {name.split(".")[-1] for name in known}
    missing = set()
    for row in json.loads(rl._C._describe()):
        if row["doc"].strip().startswith("Alias of") or not (row["twin"] or "Special" in row["places"]):
            continue
        types = [p["type"] for p in row["params"] if not p["keyword"]]
        elementwise = row["returns"] == "Tensor" and (
            types == ["Tensor"]
            or (
                len(types) == 2
                and types[0] in ("Tensor", "Tensor | Number")
                and types[1] == "Tensor | Number"
            )
        )
        if elementwise and row["name"] not in known and row["name"].split(".")[-1] not in known:
            missing.add(row["name"])
    assert not missing, f"rows without a reference in this file: {sorted(missing)}"
