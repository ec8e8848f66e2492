"""The order of draws is PyTorch's wherever they go: that of memory. What is expected here is what PyTorch 2.13 drew on a CPU."""

import pytest
import rushlight as rl
from rushlight.nn import functional as F


@pytest.fixture(autouse=True)
def seeded():
    rl.manual_seed(0)


def by_columns():
    return rl.zeros(4, 3).t()


def test_draws_by_probabilities_go_in_the_order_of_memory():
    x = by_columns().bernoulli_(rl.linspace(0, 1, 12).reshape(3, 4))
    assert x.int().tolist() == [[0, 0, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1]]


def test_new_draws_are_dense():
    y = rl.full((4, 3), 0.5).t().bernoulli()
    assert y.int().tolist() == [[1, 0, 1, 1], [1, 0, 1, 0], [1, 0, 1, 1]]
    assert y.stride() == (4, 1)
    rl.manual_seed(0)
    soft = F.gumbel_softmax(rl.zeros(3, 2).t())
    assert soft.flatten().tolist() == pytest.approx([0.1047, 0.2984, 0.5969, 0.1974, 0.4831, 0.3195], abs=1e-4)


def test_draws_into_a_place_go_in_its_order():
    x = by_columns()
    assert rl.bernoulli(rl.full((3, 4), 0.5), out=x) is x
    assert x.int().tolist() == [[1, 1, 1, 0], [0, 1, 0, 1], [1, 0, 1, 1]]
    rl.manual_seed(0)
    assert rl.randint(9, (3, 4), out=by_columns()).int().tolist() == [[8, 6, 7, 0], [0, 7, 1, 8], [2, 6, 1, 2]]
    rl.manual_seed(0)
    strided = rl.randn(5, 4, out=rl.zeros(5, 8)[:, ::2])
    want = [1.541, -0.2934, -2.1788, 0.5684, -1.0845, -1.3986, 0.4033, 0.838, -0.7193, -0.4033]
    assert strided.flatten().tolist()[:10] == pytest.approx(want, abs=1e-4)


def test_categories_by_columns():
    assert rl.multinomial(rl.ones(4, 3).t(), 2).tolist() == [[2, 3], [2, 3], [3, 0]]


def test_dtypes_that_laws_do_not_give():
    ints, half = rl.ones(3, dtype=rl.int64), rl.ones(3, dtype=rl.float16)
    with pytest.raises(RuntimeError, match=r"Exponential distribution is a continuous probability distribution. dtype must be"):
        ints.exponential_()
    with pytest.raises(RuntimeError, match="but you specified long int"):
        ints.cauchy_()
    with pytest.raises(ValueError, match="binomial only supports floating-point dtypes for count, got: Long"):
        rl.binomial(ints, half)
    with pytest.raises(RuntimeError, match="result type Float can't be cast to the desired output type Long"):
        F.dropout(ints)
    for call in (
        lambda: rl.normal(ints, 1.0),
        lambda: ints.bernoulli_(ints),
        lambda: rl.binomial(half, half),
        lambda: rl._standard_gamma(half),
        lambda: rl._sample_dirichlet(ints),
        lambda: F.rrelu(-half, training=True),
    ):
        with pytest.raises(NotImplementedError, match="not implemented for"):
            call()
    assert F.rrelu(-half.bfloat16(), training=True).dtype is rl.bfloat16
