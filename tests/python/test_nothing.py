"""Matrices of no rows or columns, maps over no samples: values and errors of PyTorch's, and no gradient that ends in a panic."""

import pytest
import rushlight as rl
from rushlight.func import jacfwd, jacrev
from rushlight.nn import functional as F

SHAPES = [(0, 0), (0, 3), (3, 0), (2, 0, 3), (0, 2, 2)]


@pytest.mark.parametrize("shape", SHAPES)
def test_jacobians_over_no_elements(shape):
    x = rl.zeros(shape)
    for f in (
        rl.linalg.lu,
        rl.linalg.svd,
        rl.linalg.qr,
        lambda x: x.narrow(0, 0, 0),
        lambda x: x.masked_scatter(x > 0, x),
        lambda x: rl.lu_unpack(*rl.linalg.lu_factor(x)),
    ):
        for transform in (jacrev, jacfwd):
            parts = transform(f)(x)
            for part in parts if isinstance(parts, tuple) else (parts,):
                assert part.numel() == 0 and part.shape[-len(shape) :] == shape
    even = rl.zeros([2 * n for n in shape])
    assert jacrev(F.glu)(even).shape[-len(shape) :] == even.shape


@pytest.mark.parametrize("shape", SHAPES)
def test_norms_of_nothing(shape):
    x = rl.zeros(shape)
    batch = shape[:-2]
    assert rl.linalg.matrix_norm(x, 2).tolist() == rl.zeros(batch).tolist()
    assert rl.linalg.matrix_norm(x, 2, keepdim=True).shape == (*batch, 1, 1)
    for p in (1, -1, 2, -2, float("inf"), -float("inf"), None):
        assert rl.equal(rl.linalg.cond(x, p), rl.zeros(batch))
    if 0 in shape[-2:]:
        with pytest.raises(IndexError, match="to have non-zero size"):
            rl.linalg.matrix_norm(x, -2)
    for p in (2, -2, "nuc"):
        with pytest.raises(RuntimeError, match=r"Low precision dtypes not supported. Got Half"):
            rl.linalg.matrix_norm(x.half(), p)


def test_a_nuclear_norm_is_that_of_a_matrix():
    with pytest.raises(RuntimeError, match=r"dim must be a 2-tuple. Got 0 1 2"):
        rl.norm(rl.ones(2, 3, 3), "nuc")


@pytest.mark.parametrize("dtype", [rl.float32, rl.float64, rl.bfloat16, rl.complex64, rl.complex128])
def test_the_logarithm_of_no_exponentials(dtype):
    none = -float("inf")
    assert rl.zeros(0, dtype=dtype).logsumexp(0).real == none
    assert (rl.zeros(3, 0, dtype=dtype).logsumexp(1).real == none).all() and (rl.zeros(0, 40, dtype=dtype).logsumexp(0).real == none).all()
    assert rl.zeros(0, 40, dtype=dtype).logsumexp(1).shape == (0,) and rl.zeros(40, 3, 0, dtype=dtype).logsumexp((0, 1)).shape == (0,)
