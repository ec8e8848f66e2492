"""Dtypes that are known by name alone: they compare, hash, print and pickle, and no tensor holds them."""

import copy
import pickle

import pytest
import rushlight as rl

NAMES = (
    "complex32 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2 uint1 uint2 uint3 uint4 uint5 uint6 uint7 "
    "int1 int2 int3 int4 int5 int6 int7 bits8 bits16 bits1x8 bits2x4 bits4x2 qint8 qint32 quint8 quint4x2 quint2x4"
).split()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_an_object_like_any_dtype(name):
    dtype = getattr(rl, name)
    assert isinstance(dtype, rl.dtype) and repr(dtype) == f"torch.{name}"
    assert pickle.loads(pickle.dumps(dtype)) is dtype and copy.deepcopy(dtype) is dtype
    assert dtype in (rl.float32, dtype) and dtype not in (rl.float32, rl.uint8) and {dtype: 1}[dtype] == 1
    assert rl.ones(1).dtype != dtype


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "use",
    [
        lambda d: rl.zeros(2, dtype=d),
        lambda d: rl.tensor([1], dtype=d),
        lambda d: rl.ones(2).to(d),
        lambda d: rl.ones(2).type(d),
        lambda d: rl.ones(2).view(d),
        lambda d: rl.ones(2).sum(dtype=d),
        lambda d: rl.promote_types(d, rl.float32),
        lambda d: rl.frombuffer(bytearray(8), dtype=d),
        lambda d: rl.set_default_dtype(d),
    ],
)
def test_no_tensor_holds_one(name, use):
    with pytest.raises(NotImplementedError, match=f"no tensor holds torch.{name}, .*torch.* is the nearest"):
        use(getattr(rl, name))
    assert rl.get_default_dtype() is rl.float32


def test_what_they_say_of_themselves():
    assert rl.chalf is rl.complex32 and rl.complex32.is_complex and rl.complex32.itemsize == 4
    assert rl.complex32.to_real() is rl.float16 and rl.complex32.to_complex() is rl.complex32
    assert [getattr(rl, n).itemsize for n in ("bits16", "qint32", "uint4", "quint2x4")] == [2, 4, 1, 1]
    assert {n for n in NAMES if getattr(rl, n).is_floating_point} == {n for n in NAMES if n.startswith("float")}
    assert rl.int4.is_signed and rl.float8_e4m3fnuz.is_signed and not rl.uint4.is_signed
    assert not rl.float8_e8m0fnu.is_signed
    with pytest.raises(RuntimeError, match="Bits types are undefined"):
        _ = rl.bits8.is_signed
    with pytest.raises(RuntimeError, match="isSignedType not supported for quantized types"):
        _ = rl.qint8.is_signed
    with pytest.raises(RuntimeError, match="Unknown Complex ScalarType for UInt4"):
        rl.uint4.to_complex()


def test_their_limits():
    assert rl.finfo(rl.complex32) == rl.finfo(rl.float16)
    e8 = rl.finfo(rl.float8_e8m0fnu)
    assert (e8.min, e8.max, e8.eps) == (2.0**-127, 2.0**127, 1.0)
    assert (rl.finfo(rl.float8_e4m3fnuz).min, rl.finfo(rl.float8_e5m2fnuz).tiny) == (-240.0, 2.0**-15)
    limits = {n: (rl.iinfo(getattr(rl, n)).min, rl.iinfo(getattr(rl, n)).max) for n in NAMES if "q" in n}
    assert limits == {
        "qint8": (-128, 127),
        "qint32": (-(2**31), 2**31 - 1),
        "quint8": (0, 255),
        "quint4x2": (0, 255),
        "quint2x4": (0, 255),
    }
    for name in "int4", "uint1", "bits8":
        with pytest.raises(TypeError, match="requires an integer input type"):
            rl.iinfo(getattr(rl, name))
        with pytest.raises(TypeError, match="requires a floating point input type"):
            rl.finfo(getattr(rl, name))
