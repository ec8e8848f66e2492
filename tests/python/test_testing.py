"""What tests compare and draw with."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rushlight as rl
from rushlight.testing import assert_allclose, assert_close, make_tensor


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (rl.ones(2), rl.ones(2) + 1e-6),
        (1.0, 1.0 + 1e-9),
        (1, 1),
        (True, True),
        (None, None),
        (1 + 1j, 1 + 1j),
        ([rl.ones(1), 2], (rl.ones(1), 2)),
        ({"a": rl.ones(1), 3: [1]}, {3: [1], "a": rl.ones(1)}),
        (np.ones(2), np.ones(2)),
        (math.inf, math.inf),
        (rl.tensor([math.inf]), rl.tensor([math.inf])),
        (rl.empty(0), rl.empty(0)),
        (rl.nn.Parameter(rl.ones(1)), rl.ones(1)),
    ],
)
def test_close(actual, expected):
    assert_close(actual, expected)


def message(*args, **kwargs):
    with pytest.raises(AssertionError) as caught:
        assert_close(*args, **kwargs)
    return str(caught.value)


def test_messages():
    assert message(rl.tensor([[1.0, 2.0], [3.0, 4.0]]), rl.tensor([[1.0, 2.0], [3.0, 5.0]])) == (
        "Tensor-likes are not close!\n\n"
        "Mismatched elements: 1 / 4 (25.0%)\n"
        "Greatest absolute difference: 1.0 at index (1, 1) (up to 1e-05 allowed)\n"
        "Greatest relative difference: 0.20000000298023224 at index (1, 1) (up to 1.3e-06 allowed)"
    )
    assert message(rl.tensor([1, 2]), rl.tensor([1, 3])) == (
        "Tensor-likes are not equal!\n\n"
        "Mismatched elements: 1 / 2 (50.0%)\n"
        "Greatest absolute difference: 1 at index (1,)\n"
        "Greatest relative difference: 0.3333333432674408 at index (1,)"
    )
    assert message(1.0, 2.0) == (
        "Scalars are not close!\n\nExpected 2.0 but got 1.0.\n"
        "Absolute difference: 1.0 (up to 1e-07 allowed)\nRelative difference: 0.5 (up to 1e-07 allowed)"
    )
    assert message([1, [2, 3]], [1, [2, 4]]).endswith("\n\nThe failure occurred for item [1][1]")
    assert message({"a": [1]}, {"a": [2]}).endswith("The failure occurred for item ['a'][0]")
    # unsigned numbers do not wrap, infinities that are equal do not count
    assert "absolute difference: 245" in message(
        rl.tensor([250], dtype=rl.uint8), rl.tensor([5], dtype=rl.uint8)
    )
    assert "absolute difference: 1.0 at index (1,)" in message(
        rl.tensor([math.inf, 1.0]), rl.tensor([math.inf, 2.0])
    )


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (
            rl.ones(2),
            rl.ones(3),
            "The values for attribute 'shape' do not match: torch.Size([2]) != torch.Size([3]).",
        ),
        (rl.ones(2), rl.ones(2).double(), "attribute 'dtype' do not match: torch.float32 != torch.float64."),
        (rl.ones(2), rl.ones(2, device="meta"), "attribute 'device' do not match: cpu != meta."),
        (1, 1.0, "The (d)types do not match: <class 'int'> != <class 'float'>."),
        ([1], [1, 2], "The length of the sequences mismatch: 1 != 2"),
        (
            {"a": 1},
            {"b": 1},
            "Missing keys in the actual mapping: ['b']\nAdditional keys in the actual mapping: ['a']",
        ),
        (None, 1, "None mismatch: None is not 1"),
        (True, False, "Booleans mismatch: True is not False"),
        (math.nan, math.nan, "Expected nan but got nan."),
    ],
)
def test_what_differs_beside_values(actual, expected, words):
    assert words in message(actual, expected)


def test_options():
    assert_close(rl.ones(2), rl.ones(2).double(), check_dtype=False)
    assert_close(rl.tensor([math.nan]), rl.tensor([math.nan]), equal_nan=True)
    assert_close(math.nan, math.nan, equal_nan=True)
    assert_close(rl.tensor([1.0]), rl.tensor([1.1]), rtol=0.2, atol=0.0)
    assert "stride()" in message(rl.ones(2, 3), rl.ones(3, 2).t(), check_stride=True)
    assert message(1, 2, msg="own") == "own"
    assert message([1], [2], msg=lambda text: "Own: " + text).startswith("Own: Scalars are not equal!")
    with pytest.raises(ValueError, match="must be either specified or omitted, but got no atol"):
        assert_close(1.0, 1.0, rtol=0.1)
    with pytest.raises(TypeError, match="No comparison pair"):
        assert_close(rl.nn.Parameter(rl.ones(1)), rl.ones(1), allow_subclasses=False)


@pytest.mark.parametrize(
    "pair", [("a", "a"), (rl.ones(1), [1.0]), (rl.tensor(1.0), 1.0), (object(), object()), ({1}, {1})]
)
def test_what_cannot_be_compared(pair):
    with pytest.raises(TypeError, match="No comparison pair was able to handle inputs of type"):
        assert_close(*pair)


def test_the_older_comparison():
    with pytest.warns(FutureWarning, match="deprecated since 1.12") as caught:
        assert_allclose([1.0, math.nan], rl.tensor([1.0, math.nan], dtype=rl.float64))
    assert caught[0].filename == __file__
    with pytest.warns(FutureWarning), pytest.raises(AssertionError, match=r"up to 0\.0001 allowed"):
        assert_allclose(rl.tensor([1.0]), [1.1])


NUMBERS = [rl.uint8, rl.int8, rl.int16, rl.int32, rl.int64]
FLOATS = [rl.float16, rl.bfloat16, rl.float32, rl.float64, rl.complex64, rl.complex128]


@pytest.mark.parametrize("dtype", [rl.bool, *NUMBERS, *FLOATS])
def test_drawn_tensors(dtype):
    x = make_tensor(50, 4, dtype=dtype, device="cpu")
    assert x.dtype is dtype
    assert x.shape == (50, 4)
    assert x.is_contiguous()
    parts = rl.view_as_real(x) if x.is_complex() else x.double()
    low, high = (
        (0, 2) if dtype is rl.bool else (0, 10) if dtype is rl.uint8 else (-9, 10 if dtype in NUMBERS else 9)
    )
    assert low <= parts.min() and parts.max() <= (high - 1 if dtype in NUMBERS else high)
    assert len(parts.unique()) > 1
    y = make_tensor((6, 5), dtype=dtype, device="cpu", low=0, high=2, noncontiguous=True, exclude_zero=True)
    assert y.shape == (6, 5)
    assert not y.is_contiguous()
    assert (y != 0).all()
    narrow = make_tensor(100, dtype=dtype, device="cpu", low=0, high=1)
    if dtype in NUMBERS or dtype is rl.bool:
        assert (narrow == 0).all()
    elif not x.is_complex():
        assert ((narrow >= 0) & (narrow <= 1)).all()


def test_drawn_tensors_are_laid_as_told():
    x = make_tensor(
        2, 3, 4, 4, dtype=rl.float32, device="cpu", memory_format=rl.channels_last, requires_grad=True
    )
    assert x.is_contiguous(memory_format=rl.channels_last)
    assert x.requires_grad and x.is_leaf
    assert make_tensor((), dtype=rl.float32, device="cpu").shape == ()
    wide = make_tensor(100, dtype=rl.float32, device="cpu", low=-math.inf, high=math.inf)
    assert wide.isfinite().all() and wide.abs().max() > 1e38


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (
            {"dtype": rl.int64, "requires_grad": True},
            ValueError,
            "not supported for boolean and integral dtypes",
        ),
        (
            {"dtype": rl.float32, "low": 3, "high": 1},
            ValueError,
            "`low` must be less than `high`, but got 3 >= 1",
        ),
        ({"dtype": rl.float32, "low": math.nan}, ValueError, "cannot be NaN"),
        ({"dtype": rl.bool, "low": 3, "high": 5}, ValueError, r"but torch.bool only supports \[0, 2\)"),
        ({"dtype": 3}, TypeError, "The requested dtype '3' is not supported"),
        (
            {"dtype": rl.float32, "noncontiguous": True, "memory_format": rl.channels_last},
            ValueError,
            "mutually exclusive",
        ),
    ],
)
def test_what_is_not_drawn(options, error, words):
    with pytest.raises(error, match=words):
        make_tensor(3, device="cpu", **options)
    with pytest.warns(FutureWarning, match="Passing `low==high`"):
        assert make_tensor(2, dtype=rl.float32, device="cpu", low=1, high=1).tolist() == [1, 1]


def test_what_differs_of_sparse_tensors_is_named():
    x, moved = rl.tensor([[0.0, 1, 0], [2, 0, 3]]), rl.tensor([[1.0, 0, 0], [2, 0, 3]])
    for make, places, kind in (
        (rl.Tensor.to_sparse, "indices", "COO"),
        (rl.Tensor.to_sparse_csr, "col_indices", "CSR"),
        (rl.Tensor.to_sparse_csc, "ccol_indices", "CSC"),
    ):
        with pytest.raises(AssertionError, match=f"^Sparse {kind} values are not close!"):
            rl.testing.assert_close(make(x), make(x * 2))
        with pytest.raises(AssertionError, match=f"^Sparse {kind} {places} are not equal!"):
            rl.testing.assert_close(make(x), make(moved))
    with pytest.raises(AssertionError, match="attribute 'layout' do not match"):
        rl.testing.assert_close(x.to_sparse(), x.to_sparse_csr())
    rl.testing.assert_close(x.to_sparse(), x.to_sparse_csr(), check_layout=False)
