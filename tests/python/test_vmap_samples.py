"""``vmap`` of what reads values: a result for each sample where PyTorch has one, otherwise its error and its words."""

import pytest
import rushlight as rl
from rushlight.nn import functional as F

X = rl.arange(12.0).reshape(3, 4) - 5
MASK = rl.arange(12).reshape(3, 4) % 3 == 0
INDEX = rl.tensor([[0, 2, 1], [1, 1, 0], [3, 2, 2]])


def one_by_one(f, *args):
    return rl.stack([f(*(a[i] for a in args)) for i in range(3)])


@pytest.mark.parametrize(
    "f",
    [
        lambda x, m: x.masked_scatter(m, 10 * x),
        lambda x, m: x.clone().masked_scatter_(m, 10 * x),
        lambda x, m: rl.nonzero_static(x, size=5),
        lambda x, m: rl.histc(x),
        lambda x, m: rl.histogram(x, bins=4).hist,
        lambda x, m: rl.bincount(m.long(), minlength=3),
        lambda x, m: rl.bincount(m.long(), x, minlength=3),
        lambda x, m: x.index_fill(0, rl.tensor([0, 1]), x[3]),
        lambda x, m: rl.vander(x),
    ],
)
def test_what_reads_values_is_done_for_each_sample(f):
    assert rl.equal(rl.vmap(f)(X, MASK), one_by_one(f, X, MASK))
    nested = rl.vmap(rl.vmap(f))(X[:, None], MASK[:, None])
    assert rl.equal(nested[:, 0], one_by_one(f, X, MASK))


def test_a_mask_of_its_own_scatters_with_a_gradient():
    source = X.clone().requires_grad_()
    y = rl.vmap(lambda x, m, s: x.masked_scatter(m, s))(X, MASK, source)
    (g,) = rl.autograd.grad((y * X).sum(), source)
    want = rl.zeros(3, 4)
    for i in range(3):
        taken = X[i][MASK[i]]
        want[i, : len(taken)] = taken
    assert rl.equal(g, want)
    with pytest.raises(RuntimeError, match="Number of elements of source < number of ones in mask"):
        rl.vmap(lambda x, m: x.masked_scatter(m, rl.ones(1)))(X, MASK)


def test_one_mask_for_all_samples_selects():
    want = X[:, MASK[0]]
    assert rl.equal(rl.vmap(lambda x: x[MASK[0]])(X), want)
    assert rl.equal(rl.vmap(lambda x: x.masked_select(MASK[0]))(X), want)


def test_rows_are_renormalised_in_each_sample():
    w = rl.randn(3, 5, 4)
    got = rl.vmap(lambda w, i: F.embedding(i, w, max_norm=1.0))(w.clone(), INDEX)
    want = rl.stack([F.embedding(INDEX[i], w[i].clone(), max_norm=1.0) for i in range(3)])
    assert rl.equal(got, want)
    with pytest.raises(RuntimeError, match="is not possible because there exists a Tensor `other`"):
        rl.vmap(lambda i: F.embedding(i, w[0], max_norm=1.0))(INDEX)


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x, m: x.masked_select(m), "Attempted to vmap over `mask` in torch.masked_select"),
        (lambda x, m: x.nonzero(), "can output dynamic shape. Attempted to vmap over aten::nonzero"),
        (lambda x, m: rl.argwhere(m), r"stack expects each tensor to be equal size, but got \[2, 1\] at entry 0 and \[1, 1\]"),
        (lambda x, m: rl.bincount(INDEX[0] + m.sum()), "stack expects each tensor to be equal size"),
        (lambda x, m: rl.arange(x[0].long()), r"calling .item\(\) on a Tensor"),
        (lambda x, m: X[: x[0].long()], r"calling .item\(\) on a Tensor"),
        (lambda x, m: x.data, "accessing `data` under vmap transform is not allowed"),
        (lambda x, m: F.one_hot(m.long()), "please provide an explicit positive num_classes"),
    ],
)
def test_what_has_no_result_says_so_as_pytorch_does(f, words):
    with pytest.raises(RuntimeError, match=words):
        rl.vmap(f)(X, MASK)


def test_same_draws_are_one_draw_for_all_samples_and_chunks():
    f = rl.vmap(lambda x: rl.empty_like(x).normal_() + rl.rand(4), randomness="same", chunk_size=2)
    y = f(X)
    assert rl.equal(y, y[:1].expand(3, 4))
    different = rl.vmap(lambda x: x.clone().bernoulli_(rl.full((4,), 0.5)), randomness="different")(X)
    assert different.shape == (3, 4)
    with pytest.raises(RuntimeError, match="does not currently support same randomness"):
        rl.vmap(lambda x: x.sigmoid().bernoulli_(x.sigmoid()), randomness="same")(X)
