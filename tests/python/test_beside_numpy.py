"""Tensors in expressions and functions of NumPy's."""

import numpy as np
import pytest
import rushlight as rl


@pytest.mark.parametrize(
    "call, want",
    [
        (lambda t, a: t + a, [3.0, 4.0]),
        (lambda t, a: t - a, [-1.0, 0.0]),
        (lambda t, a: t * a, [2.0, 4.0]),
        (lambda t, a: a / t, [2.0, 1.0]),
        (lambda t, a: t / a, [0.5, 1.0]),
        (lambda t, a: t**a, [1.0, 4.0]),
        (lambda t, a: np.sqrt(t * t), [1.0, 2.0]),
        (lambda t, a: np.clip(t, 0, 1.5), [1.0, 1.5]),
        (lambda t, a: np.maximum(a, t), [2.0, 2.0]),
        (lambda t, a: np.float64(2) * t, [2.0, 4.0]),
    ],
)
def test_arithmetic_gives_tensors(call, want):
    got = call(rl.tensor([1.0, 2.0]), np.full(2, 2.0))
    assert isinstance(got, rl.Tensor) and got.tolist() == want


def test_equality_gives_tensors():
    t, a = rl.tensor([1.0, 2.0]), np.array([1.0, 3.0])
    for got in (t == a, a == t):
        assert isinstance(got, rl.Tensor) and got.tolist() == [True, False]
    assert (t != a).tolist() == [False, True]
    assert (t == np.array(["a", "b"])) is False


def test_truth_values_of_numpy_are_numbers():
    assert (rl.ones(2) - np.bool_(True)).tolist() == [0, 0]
    assert (rl.ones(2, dtype=rl.int64) * np.bool_(True)).dtype == rl.float32


def test_arrays_of_what_requires_grad():
    x = rl.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        x.numpy()
    with rl.no_grad():
        assert x.numpy().tolist() == [1, 1]


@pytest.mark.parametrize("make", [rl.from_numpy, rl.tensor, rl.as_tensor])
def test_other_byte_orders_are_refused(make):
    with pytest.raises(ValueError, match="byte order different from the native byte order"):
        make(np.ones(2, dtype=">f4"))
    with pytest.raises(TypeError, match=r"can.t convert np\.ndarray of type numpy\.str_"):
        make(np.array(["a"]))
