"""Sparse tensors: what they say of themselves, their operations against dense ones, gradients, text, files."""

import copy
import io
import pickle

import numpy as np
import pytest
import rushlight as rl

LAYOUTS = [rl.sparse_coo, rl.sparse_csr, rl.sparse_csc]


def made(n=6, m=5, count=14, dtype=rl.float64, seed=0, once=False):
    """A matrix with some places stored twice, and the dense one of the same values."""
    g = rl.Generator().manual_seed(seed)
    places = rl.stack([rl.randint(0, n, (count,), generator=g), rl.randint(0, m, (count,), generator=g)])
    values = rl.randn(count, generator=g, dtype=dtype)
    dense = rl.zeros(n, m, dtype=dtype).index_put((places[0], places[1]), values, accumulate=True)
    x = rl.sparse_coo_tensor(places, values, (n, m))
    return (x.coalesce() if once else x), dense


def same(a, b, tolerance=1e-12):
    a = a.to_dense()
    assert a.shape == b.shape and a.dtype == b.dtype
    assert rl.allclose(a, b, rtol=0, atol=tolerance), (a, b)


def test_what_it_is():
    x, dense = made()
    assert isinstance(x, rl.Tensor) and type(x).__name__ == "Tensor" and rl.is_tensor(x)
    assert x.shape == dense.shape and x.dtype == dense.dtype and x.device == dense.device
    assert x.layout == rl.sparse_coo and x.is_sparse and not x.is_sparse_csr and not dense.is_sparse
    assert x.dim() == 2 and x.sparse_dim() == 2 and x.dense_dim() == 0 and x._nnz() == 14 and len(x) == 6
    assert x.type() == "torch.sparse.DoubleTensor" and isinstance(x, rl.sparse.DoubleTensor)
    assert not isinstance(x, rl.DoubleTensor) and dense.sparse_dim() == 0 and dense.dense_dim() == 2
    csr = x.to_sparse_csr()
    assert csr.is_sparse_csr and not csr.is_sparse and csr.t().layout == rl.sparse_csc


def test_coalesce_sums_what_is_stored_twice():
    x, dense = made()
    with pytest.raises(RuntimeError, match="uncoalesced tensor, please call"):
        x.values()
    y = x.coalesce()
    assert y.is_coalesced() and y._nnz() < x._nnz() and y.coalesce() is y
    flat = y.indices()[0] * 5 + y.indices()[1]
    assert bool((flat[1:] > flat[:-1]).all())
    same(x, dense)
    same(y, dense)
    h = rl.sparse_coo_tensor([[1, 0, 1]], [[1.0, 2], [3, 4], [5, 6]], (3, 2))
    assert h.coalesce().values().tolist() == [[3, 4], [6, 8]] and h.dense_dim() == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_products(layout):
    x, dense = made(once=True)
    x = x.to_sparse(layout=layout)
    g = rl.Generator().manual_seed(1)
    right, left = rl.randn(5, 3, generator=g, dtype=rl.float64), rl.randn(3, 6, generator=g, dtype=rl.float64)
    for found in (
        x @ right,
        rl.mm(x, right),
        rl.sparse.mm(x, right),
        rl.spmm(x, right),
        x.mm(right),
        x.matmul(right),
    ):
        same(found, dense @ right)
    same(left @ x, left @ dense)
    same(x @ right[:, 0], dense @ right[:, 0])
    same(x.t() @ left.t(), dense.t() @ left.t())
    same(x @ x.t(), dense @ dense.t())
    bias = rl.ones(6, 3, dtype=rl.float64)
    same(rl.addmm(bias, x, right, beta=2, alpha=3), rl.addmm(bias, dense, right, beta=2, alpha=3))
    same(rl.sparse.addmm(bias, x, right), bias + dense @ right)
    same(rl.nn.functional.linear(right.t(), x), right.t() @ dense.t())


@pytest.mark.parametrize("dtype", [rl.float16, rl.bfloat16, rl.int64, rl.int32, rl.complex128])
def test_products_of_other_dtypes(dtype):
    a = rl.tensor([[0, 1, 0], [2, 0, 3]]).to(dtype)
    b = rl.arange(6).reshape(3, 2).to(dtype)
    same(a.to_sparse() @ b, rl.tensor([[2, 3], [12, 17]]).to(dtype))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_gradients_of_products_and_theirs(layout):
    x, _dense = made(once=True)
    places = x.indices()
    right = rl.randn(5, 3, dtype=rl.float64, requires_grad=True)
    values = x.values().clone().requires_grad_()

    def f(values, right):
        s = rl.sparse_coo_tensor(places, values, (6, 5), is_coalesced=True).to_sparse(layout=layout)
        return (s @ right).sin() + (s * 2).to_dense().sum()

    assert rl.autograd.gradcheck(f, (values, right))
    assert rl.autograd.gradgradcheck(f, (values, right))


def test_a_leaf_gets_a_sparse_gradient():
    x, dense = made(once=True)
    right = rl.randn(5, 3, dtype=rl.float64)
    x.requires_grad_()
    (x @ right).sum().backward()
    assert x.grad.layout == rl.sparse_coo and x.grad is x.grad
    whole = rl.ones(6, 3, dtype=rl.float64) @ right.t()
    same(x.grad, whole * (dense != 0))
    (found,) = rl.autograd.grad((x @ right).sum(), x)
    same(found, whole * (dense != 0))
    x.grad = None
    assert x.grad is None
    uncoalesced, dense = made()
    uncoalesced.requires_grad_()
    (uncoalesced @ right).sum().backward()
    assert rl.allclose(uncoalesced.grad._values(), whole[tuple(uncoalesced._indices())])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_element_by_element(layout):
    x, dense = made(once=True)
    x = x.to_sparse(layout=layout)
    same(x * 3, dense * 3)
    same(3 * x, dense * 3)
    same(x / 2, dense / 2)
    same(-x, -dense)
    same(x.abs().sqrt(), dense.abs().sqrt())
    same(rl.nn.functional.relu(x), dense.relu())
    same(x.pow(2), dense.pow(2))
    same(x * dense, dense * dense)
    same(x * x.t().t(), dense * dense)
    same(x + x, dense + dense)
    same(dense + x, dense + dense)
    same(rl.add(dense, x, alpha=3), dense * 4)
    same(x - x * 2, -dense)
    same(dense.clone().sub_(x), dense - dense)
    same(x.clone().mul_(2), dense * 2)
    assert x.float().dtype == rl.float32 and x.to("cpu") is x


def test_two_of_different_places():
    (x, a), (y, b) = made(once=True), made(seed=3, once=True)
    same(x + y, a + b)
    same(x - y, a - b)
    same(x * y, a * b)
    same(x.to_sparse_csr() + y.to_sparse_csr(), a + b)
    same(x.sparse_mask(y), a * (b != 0))
    same(a.sparse_mask(y), a * (b != 0))
    assert (x + y).is_coalesced()


def test_shapes_and_parts():
    x, dense = made()
    same(x.t(), dense.t())
    same(x.T, dense.T)
    same(x.transpose(0, 1).coalesce(), dense.t())
    same(x.unsqueeze(1), dense.unsqueeze(1))
    same(x[2], dense[2])
    same(x[:, -1], dense[:, -1])
    same(x[2, 1], dense[2, 1])
    at = rl.tensor([3, 0, 3, 5])
    same(x.index_select(0, at), dense[at])
    same(x.coalesce().index_select(0, at), dense[at])
    same(rl.cat([x, x], 1), rl.cat([dense, dense], 1))
    same(rl.stack([x, x], 1), rl.stack([dense, dense], 1))
    for row, plain in zip(x, dense, strict=True):
        same(row, plain)
    h = rl.randn(3, 4, 2).to_sparse(1)
    same(h.permute(0, 2, 1), h.to_dense().permute(0, 2, 1))
    with pytest.raises(IndexError, match="index 6 is out of bounds for dimension 0 with size 6"):
        x[6]


def test_sums_and_softmax():
    x, dense = made()
    same(rl.sparse.sum(x), dense.sum())
    same(x.sum(0), dense.sum(0))
    same(rl.sparse.sum(x, 1), dense.sum(1))
    same(x.sum(1, keepdim=True), dense.sum(1, keepdim=True))
    same(x.to_sparse_csr().sum(1, keepdim=True), dense.sum(1, keepdim=True))
    filled = dense.masked_fill(dense == 0, -float("inf"))
    for dim in (0, 1):
        same(rl.sparse.softmax(x, dim), filled.softmax(dim).nan_to_num() * (dense != 0))
        y = rl.sparse.log_softmax(x, dim).coalesce()
        assert rl.allclose(y.values(), filled.log_softmax(dim)[tuple(y.indices())])
    values = rl.randn(4, dtype=rl.float64, requires_grad=True)
    places = rl.tensor([[0, 0, 1, 1], [0, 2, 1, 2]])
    assert rl.autograd.gradcheck(
        lambda v: rl.sparse.softmax(rl.sparse_coo_tensor(places, v, (2, 3)), 1).to_dense(), values
    )


def test_csr_reductions_and_samples():
    a = rl.tensor([[0.0, 2, 3], [0, 0, 0], [4, 0, 0]])
    x, b = a.to_sparse_csr(), rl.tensor([[1.0, -1], [2, 5], [3, 0]])
    assert rl.sparse.mm(x, b, "mean").tolist() == [[6.5, 5], [0, 0], [4, -4]]
    assert rl.sparse.mm(x, b, "amax").tolist() == [[9, 10], [0, 0], [4, -4]]
    assert rl.sparse.mm(x, b, "amin").tolist() == [[4, 0], [0, 0], [4, -4]]
    got = rl.sparse.sampled_addmm(x, rl.ones(3, 2), rl.ones(2, 3), beta=2, alpha=3)
    assert got.values().tolist() == [10, 12, 14]


def test_text():
    x = rl.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0], (2, 3), requires_grad=True)
    assert repr(x) == (
        "tensor(indices=tensor([[0, 1, 1],\n                       [2, 0, 2]]),\n       values=tensor([3., 4., 5.]),\n"
        "       size=(2, 3), nnz=3, layout=torch.sparse_coo, requires_grad=True)"
    )
    assert "grad_fn=<MulBackward0>" in repr(x * 2)
    assert repr(x.detach().to_sparse_csr().double()) == (
        "tensor(crow_indices=tensor([0, 1, 3]),\n       col_indices=tensor([2, 0, 2]),\n"
        "       values=tensor([3., 4., 5.]), size=(2, 3), nnz=3, dtype=torch.float64,\n       layout=torch.sparse_csr)"
    )
    assert repr(rl.sparse_coo_tensor((2, 3))) == (
        "tensor(indices=tensor([], size=(2, 0)),\n       values=tensor([], size=(0,)),\n"
        "       size=(2, 3), nnz=0, layout=torch.sparse_coo)"
    )
    assert "38,\n                            39, 40])" in repr(rl.eye(40).to_sparse_csr())
    assert rl._C._printoptions()["linewidth"] == 80


def test_what_does_not_fit_is_refused():
    x, dense = made()
    with pytest.raises(
        RuntimeError, match="must have same nnz, but got nnz from indices: 2, nnz from values: 3"
    ):
        rl.sparse_coo_tensor([[0, 1]], [1.0, 2, 3], (2,))
    with pytest.raises(RuntimeError, match=r"'len\(size\) == sparse_dim \+ dense_dim' is not satisfied"):
        rl.sparse_coo_tensor([[0, 1]], [1.0, 2], (2, 2))
    with pytest.raises(RuntimeError, match="found negative index -1 for dim 0"):
        rl.sparse_coo_tensor([[0, -1]], [1.0, 2])
    with pytest.raises(TypeError, match="argument 'size'"):
        rl.sparse_coo_tensor(rl.zeros(2, 2))
    with pytest.raises(RuntimeError, match="Expected dim 0 size 5, got 4"):
        x @ rl.ones(4, 2, dtype=rl.float64)
    with pytest.raises(RuntimeError, match="expected scalar type Double but found Float"):
        x @ rl.ones(5, 2)
    with pytest.raises(RuntimeError, match=r"Use add\(dense, sparse\) instead"):
        x + dense
    with pytest.raises(NotImplementedError, match="aten::cos"):
        x.cos()
    with pytest.raises(TypeError, match=r"Use Tensor\.to_dense"):
        x.numpy()
    with pytest.raises(
        RuntimeError, match="coalesce expected sparse coordinate tensor layout but got Strided"
    ):
        dense.coalesce()
    with pytest.raises(NotImplementedError, match="blocks"):
        dense.to_sparse_bsr((2, 2))


def test_indices_outside_are_refused_when_they_are_used():
    x = rl.sparse_coo_tensor([[0, 5]], [1.0, 2.0], (2,))
    with pytest.raises(RuntimeError, match="for dim 0, size is 2 but found index 5"):
        x.to_dense()
    with pytest.raises(RuntimeError, match="found index 5"):
        rl.sparse_coo_tensor([[0, 5]], [1.0, 2.0], (2,), check_invariants=True)
    y = rl.sparse_csr_tensor([0, 1], [5], [1.0], (1, 2))
    with pytest.raises(RuntimeError, match="`0 <= col_indices < ncols` is not satisfied"):
        y @ rl.ones(2, 2)
    with rl.sparse.check_sparse_tensor_invariants(), pytest.raises(RuntimeError, match="col_indices"):
        rl.sparse_csr_tensor([0, 1], [5], [1.0], (1, 2))
    assert not rl.sparse.check_sparse_tensor_invariants.is_enabled()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_empty_ones(layout):
    x = rl.zeros(3, 4).to_sparse(layout=layout)
    assert x._nnz() == 0
    same(x, rl.zeros(3, 4))
    same(x @ rl.ones(4, 2), rl.zeros(3, 2))
    same(x + x, rl.zeros(3, 4))
    same(x.t() @ rl.ones(3, 0), rl.zeros(4, 0))


def test_old_constructors():
    places, values = rl.tensor([[0, 1], [1, 0]]), rl.tensor([2.0, 3.0])
    same(rl.sparse.FloatTensor(places, values, rl.Size([2, 3])), rl.tensor([[0.0, 2, 0], [3, 0, 0]]))
    same(rl.sparse.FloatTensor(places, values), rl.tensor([[0.0, 2], [3, 0]]))
    assert rl.sparse.FloatTensor(2, 3).shape == (2, 3)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_copies_and_pickles(layout):
    x, dense = made(once=True)
    x = x.to_sparse(layout=layout).requires_grad_()
    for y in (copy.deepcopy(x), copy.copy(x), pickle.loads(pickle.dumps(x))):
        assert y.layout == layout and y.requires_grad and y.is_leaf
        same(y.detach(), dense)


def test_a_module_keeps_one_as_a_buffer():
    module = rl.nn.Module()
    x, dense = made(once=True)
    module.register_buffer("adj", x)
    same(module.float().adj, dense.float())
    other = rl.nn.Module()
    other.register_buffer("adj", (x * 0).float())
    other.load_state_dict(module.state_dict())
    same(other.adj, dense.float())


def tables(make):
    g = rl.Generator().manual_seed(0)
    weight = rl.randn(6, 3, generator=g)
    return make(weight.clone(), True), make(weight.clone(), False)


@pytest.mark.parametrize("padding", [None, 1, -2])
def test_an_embeddings_gradient_stores_what_was_looked_up(padding):
    at = rl.tensor([[1, 4, 1], [0, 4, 4]])
    a, b = tables(lambda w, s: rl.nn.Embedding(6, 3, padding_idx=padding, _weight=w, sparse=s))
    for _ in range(2):  # gradients add up
        for each in (a, b):
            (each(at) * rl.arange(3.0)).sum().backward()
    assert a.weight.grad.is_sparse and a.weight.grad.sparse_dim() == 1
    same(a.weight.grad, b.weight.grad, 1e-6)
    (found,) = rl.autograd.grad((a(at) * rl.arange(3.0)).sum(), a.weight)
    assert found.is_sparse
    same(found, b.weight.grad / 2, 1e-6)


def test_dense_and_sparse_gradients_of_one_table_add_up():
    at = rl.tensor([1, 1, 2])
    for first in (True, False):
        a, b = tables(lambda w, s: rl.nn.Embedding(6, 3, _weight=w, sparse=s))
        for each in (a, b):
            lookup, whole = each(at).sum(), (each.weight * 2).sum()
            (lookup + whole).backward(retain_graph=True)
            (lookup if first else whole).backward(retain_graph=True)
        a.weight.grad = b.weight.grad = None
        for each in (a, b):
            (each(at).sum() if first else (each.weight * 2).sum()).backward()
            ((each.weight * 2).sum() if first else each(at).sum()).backward()
        same(a.weight.grad, b.weight.grad, 1e-6)


@pytest.mark.parametrize("mode", ["sum", "mean"])
@pytest.mark.parametrize("padding", [None, 4])
def test_bags(mode, padding):
    at, begin = rl.tensor([1, 4, 1, 0, 4]), rl.tensor([0, 2, 2])
    a, b = tables(lambda w, s: rl.nn.EmbeddingBag(6, 3, mode=mode, padding_idx=padding, _weight=w, sparse=s))
    for each in (a, b):
        (each(at, begin) * rl.arange(9.0).view(3, 3)).sum().backward()
    assert a.weight.grad.is_sparse
    same(a.weight.grad, b.weight.grad, 1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda p: rl.optim.SGD(p, lr=0.1),
        lambda p: rl.optim.SGD(p, lr=0.1, momentum=0.9),
        lambda p: rl.optim.Adagrad(p, lr=0.1),
    ],
)
def test_optimizers_step_as_with_dense_gradients(make):
    a, b = tables(lambda w, s: rl.nn.Embedding(6, 3, _weight=w, sparse=s))
    steps = make(a.parameters()), make(b.parameters())
    for at in ([1, 4, 1], [0, 4, 4]):
        for each, step in zip((a, b), steps, strict=True):
            step.zero_grad()
            each(rl.tensor(at)).pow(2).sum().backward()
            step.step()
    same(a.weight.detach(), b.weight.detach(), 1e-6)


def test_sparse_adam_steps_rows_as_adam_does():
    a, b = tables(lambda w, s: rl.nn.Embedding(6, 3, _weight=w, sparse=s))
    before = a.weight.detach().clone()
    steps = rl.optim.SparseAdam(a.parameters(), lr=0.1), rl.optim.Adam(b.parameters(), lr=0.1)
    for _ in range(3):
        for each, step in zip((a, b), steps, strict=True):
            step.zero_grad()
            each(rl.tensor([1, 4, 1])).pow(2).sum().backward()
            step.step()
    same(a.weight.detach(), b.weight.detach(), 1e-5)
    assert rl.equal(a.weight[0], before[0]) and not rl.equal(a.weight[1], before[1])
    b.weight.grad = rl.ones(6, 3)
    with pytest.raises(RuntimeError, match="SparseAdam does not support dense gradients"):
        other = rl.optim.SparseAdam(b.parameters())
        other.step()
    a(rl.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match="Adam does not support sparse gradients"):
        rl.optim.Adam(a.parameters()).step()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_saved_and_loaded(layout):
    x, dense = made(once=True)
    file = io.BytesIO()
    rl.save({"x": x.to_sparse(layout=layout), "raw": made()[0]}, file)
    file.seek(0)
    found = rl.load(file)
    assert found["x"].layout == layout and not found["raw"].is_coalesced()
    same(found["x"], dense)
    same(found["raw"], dense)


def test_a_file_with_indices_outside_is_refused():
    file = io.BytesIO()
    rl.save(rl.sparse_coo_tensor([[0, 9]], [1.0, 2.0], (2,)), file)
    file.seek(0)
    with pytest.raises(pickle.UnpicklingError, match="found index 9"):
        rl.load(file)


def test_the_others_refuse_sparse_gradients():
    for kind in (rl.optim.RMSprop, rl.optim.Adamax, rl.optim.RAdam):
        table = rl.nn.Embedding(3, 2, sparse=True)
        table(rl.tensor([1])).sum().backward()
        with pytest.raises(RuntimeError, match=f"{kind.__name__} does not support sparse gradients"):
            kind(table.parameters(), lr=0.1).step()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_assert_close_compares_places_and_values(layout):
    x, dense = made(once=True)
    x = x.to_sparse(layout=layout)
    rl.testing.assert_close(x, x.clone())
    with pytest.raises(AssertionError, match="not close"):
        rl.testing.assert_close(x, x * 1.5)
    with pytest.raises(AssertionError, match="The number of specified values in sparse"):
        rl.testing.assert_close(x, (dense * 0).to_sparse(layout=layout))
    with pytest.raises(AssertionError, match="layout"):
        rl.testing.assert_close(x, dense)


def test_a_copy_of_a_table_adds_up_gradients_too():
    table = rl.nn.Embedding(3, 2, sparse=True)
    table(rl.tensor([1])).sum().backward()
    other = copy.deepcopy(table)
    assert not other.weight.__dict__
    other(rl.tensor([1, 1])).sum().backward()
    other.weight.sum().backward()
    assert other.weight.grad.tolist() == [[1, 1], [3, 3], [1, 1]]


def test_what_does_not_ask_never_reads_zeros():
    """The handle has no memory: code that takes it for a plain tensor finds the meta device."""
    x = rl.tensor([[0.0, 2.0], [3.0, 0.0]])
    s = x.to_sparse()
    for read in (
        lambda: rl.tensor(s),
        lambda: np.asarray(s),
        lambda: s.as_subclass(rl.Tensor),
        lambda: rl.zeros(2, 2).set_(s),
        lambda: rl.vmap(lambda row: row * 2)(s),
        lambda: (x.clone().requires_grad_() * 2).backward(s),
    ):
        try:
            found = read()
        except (RuntimeError, NotImplementedError, TypeError, ValueError):
            continue
        assert isinstance(found, rl.Tensor) and found.is_meta


@pytest.mark.parametrize("make", [lambda x: x.to_sparse(), lambda x: x.to_sparse_csr()], ids=["coo", "csr"])
def test_what_the_handle_knows_is_answered_however_it_is_asked(make):
    x = make(rl.eye(2, 3))
    assert x.size() == x.shape == (2, 3) and x.size(0) == x.size(dim=-2) == 2 and len(x) == 2
    assert x.dim() == x.ndimension() == x.ndim == 2 and x.numel() == x.nelement() == rl.numel(x) == 6
    assert x.element_size() == x.itemsize == 4 and rl.Tensor.dim(x) == 2
