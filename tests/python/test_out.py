"""`out=`: which dtypes, shapes and tensors a result goes into, and what is refused before anything is written."""

import warnings

import numpy as np
import pytest
import rushlight as rl

X = rl.tensor([[1.5, 2.25], [3.75, -1.0]])
I64 = rl.int64


def out(dtype, *shape):
    return rl.zeros(shape, dtype=dtype)


def test_the_answer_is_the_tensor_given():
    for given in (out(rl.float32, 2, 2), out(rl.float32, 0), out(rl.float64, 2, 2)):
        assert rl.exp(X, out=given) is given
        assert np.allclose(given.numpy(), np.exp(X.numpy()))
    values, indices = out(rl.float32, 2), out(I64, 2)
    answer = rl.max(X, 0, out=[values, indices])
    assert answer.values is values and answer.indices is indices
    assert values.tolist() == [3.75, 2.25] and indices.tolist() == [1, 0]


@pytest.mark.parametrize(
    "call",
    [
        lambda o: rl.abs(X, out=o),
        lambda o: rl.floor(X, out=o),
        lambda o: rl.mm(X, X, out=o),
        lambda o: rl.amax(X, 0, out=o),
        lambda o: rl.softmax(X, 0, out=o),
        lambda o: rl.gather(X, 0, rl.zeros(2, 2, dtype=I64), out=o),
        lambda o: rl.index_select(X, 0, rl.tensor([0]), out=o),
        lambda o: rl.tril(X, out=o),
        lambda o: rl.complex(X, X, out=o),
        lambda o: rl.all(X, 0, out=o),
        lambda o: rl.argmax(X, 0, out=o),
        lambda o: rl.multinomial(X.abs(), 1, out=o),
        lambda o: rl.max(X, 0, out=(out(rl.float32, 2), o)),
        lambda o: rl.aminmax(X, dim=0, out=(out(rl.float32, 2), o)),
        lambda o: rl.zeros(2, dtype=rl.float32, out=o),
        lambda o: rl.full((2,), 1.0, dtype=rl.float32, out=o),
        lambda o: rl.isin(X, 1.5, out=o),
        lambda o: rl.searchsorted(X[0], 1.5, out=o),
    ],
)
def test_what_does_not_promote_wants_its_own_dtype(call):
    with pytest.raises(RuntimeError, match="Expected out tensor to have dtype"):
        call(out(rl.float64, 2, 2))


def test_what_promotes_takes_every_wider_dtype():
    for call in (
        lambda o: rl.sin(X, out=o),
        lambda o: rl.angle(X, out=o),
        lambda o: rl.add(X, 1, out=o),
        lambda o: rl.cat((X, X), out=o),
        lambda o: rl.var(X, 0, out=o),
        lambda o: rl.logsumexp(X, 0, out=o),
        lambda o: rl.eq(X, X, out=o),
        lambda o: rl.fft.fft(X, out=o),
    ):
        assert call(out(rl.complex128, 0)).dtype == rl.complex128
    for call in (lambda o: rl.sin(X, out=o), lambda o: rl.var(X, 0, out=o), lambda o: rl.add(X, 1, out=o)):
        with pytest.raises(
            RuntimeError, match="result type Float can't be cast to the desired output type Long"
        ):
            call(out(I64, 0))
    for join in (rl.cat, rl.stack, rl.hstack):
        with pytest.raises(TypeError, match=r"torch.cat\(\): input types can't be cast"):
            join((X, X), out=out(I64, 0))


def test_what_is_told_a_dtype_follows_out():
    assert rl.sum(X, 0, out=out(I64, 2)).tolist() == [4, 1]
    assert rl.prod(X, 0, out=out(I64, 2)).tolist() == [3, -2]
    assert rl.cumsum(X, 0, out=out(I64, 0)).tolist() == [[1, 2], [4, 1]]
    # computed in the wider dtype, not cast to it afterwards
    big = rl.tensor([2.0**24, 1.0])
    assert rl.sum(big, 0, out=out(rl.float64)).item() == 2**24 + 1
    assert rl.full((1,), 1.7, out=out(rl.float64, 0)).item() == 1.7
    assert rl.zeros(2, out=out(rl.bool, 0)).tolist() == [False, False]
    assert rl.eye(2, out=out(rl.int32, 0)).tolist() == [[1, 0], [0, 1]]
    assert rl.linspace(0, 1, 3, out=out(I64, 0)).tolist() == [0, 0, 1]
    rl.manual_seed(0)
    drawn = rl.rand(3, out=out(rl.float64, 0))
    rl.manual_seed(0)
    assert rl.equal(drawn, rl.rand(3, dtype=rl.float64))
    assert rl.zeros(2, out=rl.empty(0, device="meta")).device.type == "meta"


def test_a_range_of_int64_counts_in_integers():
    assert rl.arange(0, 3, 1.5, out=out(I64, 0)).tolist() == [0, 1, 2]
    assert rl.arange(0, 3, 1.5, out=out(rl.int32, 0)).tolist() == [0, 1]
    assert rl.arange(-2.7, 3.2, dtype=I64).tolist() == [-2, -1, 0, 1, 2]
    assert rl.arange(-2.7, 3.2, dtype=rl.int32).tolist() == [-2, -1, 0, 1, 2, 3]
    assert rl.arange(5, 0, -1.5, dtype=I64).tolist() == [5, 4, 3, 2, 1]
    with pytest.raises(ValueError, match="step must be nonzero"):
        rl.arange(0, 64, 0.5, out=out(I64, 0))
    with pytest.raises(RuntimeError, match="step must be nonzero"):
        rl.arange(0, 5, 0)


@pytest.mark.filterwarnings("ignore:An output with one or more elements was resized")
def test_other_sizes_stay_in_the_memory_where_they_fit():
    base = rl.zeros(6)
    part = base[:4]
    rl.add(rl.ones(2), 1, out=part)
    assert part.tolist() == [2, 2] and base.tolist() == [2, 2, 0, 0, 0, 0]
    end = base[4:]
    rl.add(rl.ones(1), 1, out=end)
    assert base.tolist() == [2, 2, 0, 0, 2, 0]
    rl.add(rl.ones(3), 1, out=end)
    assert end.tolist() == [2, 2, 2]
    strided = rl.zeros(4, 2).t()
    rl.add(rl.ones(2, 2), 1, out=strided)
    assert strided.is_contiguous() and strided.tolist() == [[2, 2], [2, 2]]


def test_other_sizes_are_warned_of():
    with pytest.warns(UserWarning, match="was resized"):
        rl.add(rl.ones(3), 1, out=rl.zeros(2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rl.add(rl.ones(3), 1, out=rl.zeros(0))


@pytest.mark.filterwarnings("ignore:An output with one or more elements was resized")
@pytest.mark.cpu("shares memory with an array")
def test_an_array_of_numpy_is_never_outgrown():
    array = np.zeros(2, dtype=np.float32)
    shared = rl.from_numpy(array)
    for call in (
        lambda: rl.add(rl.ones(3), 1, out=shared),
        lambda: rl.cat((rl.ones(2), rl.ones(2)), out=shared),
        lambda: shared.resize_(3),
        lambda: shared.data.resize_(3),
    ):
        with pytest.raises(RuntimeError, match="not resizable"):
            call()
    rl.add(rl.ones(1), 1, out=shared)
    assert array.tolist() == [2, 0]
    own = rl.zeros(2)
    own.data.resize_(5)


@pytest.mark.filterwarnings("ignore:An output with one or more elements was resized")
def test_elements_that_share_a_place_are_refused_at_any_size():
    for shape in ((3,), (2,)):
        with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
            rl.add(rl.ones(shape), 1, out=rl.zeros(1).expand(3))
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        rl.index_select(rl.ones(3, 6), 1, rl.tensor([0, 1]), out=rl.zeros(6).as_strided((2, 6), (0, 1)))


def test_an_operand_may_be_the_result():
    m = rl.arange(4.0).reshape(2, 2)
    rl.mm(m, m, out=m)
    assert m.tolist() == [[2, 3], [6, 11]]
    rl.add(m, m, out=m)
    assert m.tolist() == [[4, 6], [12, 22]]


def test_nothing_is_written_into_a_graph():
    leaf = X.clone().requires_grad_()
    text = "functions with out=... arguments don't support automatic differentiation"
    for call in (
        lambda: rl.exp(leaf, out=out(rl.float32, 2, 2)),
        lambda: rl.exp(X, out=leaf),
        lambda: rl.max(leaf, 0, out=(out(rl.float32, 2), out(I64, 2))),
        lambda: rl.max(X, 0, out=(out(rl.float32, 2).requires_grad_(), out(I64, 2))),
    ):
        with pytest.raises(RuntimeError, match=text):
            call()
    assert leaf.tolist() == X.tolist()
    with rl.no_grad():
        assert rl.exp(X, out=leaf) is leaf


def test_nothing_is_written_where_one_of_several_is_wrong():
    values = out(rl.float32, 2)
    for indices in (out(rl.float32, 2), rl.empty(2, dtype=I64, device="meta")):
        with pytest.raises(RuntimeError):
            rl.max(X, 0, out=(values, indices))
        assert values.tolist() == [0, 0]


def test_the_number_and_kind_of_results():
    t = out(rl.float32, 2)
    with pytest.raises(TypeError, match="expected tuple of 2 elements but got 1"):
        rl.max(X, 0, out=(t,))
    with pytest.raises(TypeError, match="expected tuple of 2 elements but got 3"):
        rl.max(X, 0, out=(t, out(I64, 2), t))
    with pytest.raises(TypeError, match="must be tuple of Tensors, not Tensor"):
        rl.median(X, 0, out=t)
    with pytest.raises(TypeError, match="must be Tensor, not tuple"):
        rl.add(X, 1, out=(t,))


def test_methods_and_functions_in_place_have_none():
    t = out(rl.float32, 2, 2)
    for call in (
        lambda: X.add(1, out=t),
        lambda: X.clone().add_(1, out=t),
        lambda: rl.relu_(X.clone(), out=t),
        lambda: rl.numel(X, out=t),
        lambda: rl.equal(X, X, out=t),
    ):
        with pytest.raises(TypeError, match="unexpected keyword argument 'out'"):
            call()
    assert not t.any()


def test_ranges_go_where_there_are_as_many_elements():
    x = rl.zeros(2, 2)
    assert rl.arange(4, out=x) is x and x.tolist() == [[0, 1], [2, 3]]
    assert rl.linspace(0, 3, 4, out=rl.zeros(2, 4)[:, ::2]).tolist() == [[0, 1], [2, 3]]
    assert rl.arange(3, out=rl.zeros(0)).tolist() == [0, 1, 2]


def test_choices_and_bounds_keep_their_dtype():
    for call in (
        lambda out: rl.clamp(rl.ones(2), 0, 1, out=out),
        lambda out: rl.where(rl.ones(2) > 0, rl.ones(2), rl.zeros(2), out=out),
    ):
        with pytest.raises(RuntimeError, match="dtype"):
            call(rl.zeros(2, dtype=rl.float64))
