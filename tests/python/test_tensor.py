"""The class: making, printing, converting, sharing memory."""

import copy
import pickle

import numpy as np
import pytest
import rushlight as rl


def test_inference_of_dtype_and_shape():
    assert rl.tensor([1, 2]).dtype is rl.int64
    assert rl.tensor([1, 2.0]).dtype is rl.float32
    assert rl.tensor([True]).dtype is rl.bool
    assert rl.tensor(1j).dtype is rl.complex64
    assert rl.tensor([[1], [2]]).shape == (2, 1)
    assert rl.tensor([]).shape == (0,) and rl.tensor([]).dtype is rl.float32
    assert rl.tensor(np.float64(1)).dtype is rl.float64 and rl.tensor([np.int32(1)]).dtype is rl.int32
    assert rl.tensor(np.ones(2)).dtype is rl.float64


@pytest.mark.parametrize(
    ("data", "error"),
    [([[1, 2], [3]], ValueError), (["a"], (TypeError, ValueError)), ([[1], 2], (TypeError, ValueError)), ({1: 2}, RuntimeError), (None, RuntimeError)],
)
def test_bad_data(data, error):
    with pytest.raises(error):
        rl.tensor(data)


def test_out_of_memory_is_an_error():
    with pytest.raises(MemoryError):
        rl.empty(10**15)
    with pytest.raises(RuntimeError):
        rl.empty(10**15)
    with pytest.raises(RuntimeError):
        rl.empty(2**62, 2**62)


def test_size_prints_and_behaves():
    s = rl.zeros(2, 3).shape
    assert repr(s) == "torch.Size([2, 3])" and s == (2, 3) and s.numel() == 6
    assert repr(s[1:]) == "torch.Size([3])" and repr(s + (4,)) == "torch.Size([2, 3, 4])"  # noqa: RUF005
    assert pickle.loads(pickle.dumps(s)) == s


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: rl.tensor(1.0), "tensor(1.)"),
        (lambda: rl.tensor([1.5, 2.25]), "tensor([1.5000, 2.2500])"),
        (lambda: rl.tensor([1e-5, 1.0]), "tensor([1.0000e-05, 1.0000e+00])"),
        (lambda: rl.tensor([1, 200]), "tensor([  1, 200])"),
        (lambda: rl.tensor([True, False]), "tensor([ True, False])"),
        (lambda: rl.zeros(0, 3), "tensor([], size=(0, 3))"),
        (lambda: rl.ones(2, dtype=rl.float64), "tensor([1., 1.], dtype=torch.float64)"),
        (lambda: rl.tensor([float("nan"), float("inf")]), "tensor([nan, inf])"),
        (lambda: rl.tensor([1 + 2j]), "tensor([1.+2.j])"),
        (lambda: rl.empty(2, device="meta"), "tensor(..., device='meta', size=(2,))"),
    ],
)
def test_printing(make, text):
    assert repr(make()) == text


def test_print_options():
    try:
        rl.set_printoptions(precision=2)
        assert repr(rl.tensor(3.14159)) == "tensor(3.14)"
        rl.set_printoptions(sci_mode=True)
        assert repr(rl.tensor(3.14159)) == "tensor(3.14e+00)"
    finally:
        rl.set_printoptions(profile="default")


def test_scalars():
    assert int(rl.tensor(3.7)) == 3 and float(rl.tensor(2)) == 2.0 and complex(rl.tensor(1j)) == 1j
    assert [10, 20][rl.tensor(1)] == 20
    assert bool(rl.tensor([1])) and not bool(rl.tensor(0.0))
    with pytest.raises(RuntimeError, match="ambiguous"):
        bool(rl.ones(2))
    with pytest.raises(TypeError):
        [1][rl.tensor(0.5)]
    with pytest.raises(RuntimeError, match="cannot be converted to Scalar"):
        rl.ones(2).item()
    assert f"{rl.tensor(1.25):.1f}" == "1.2"
    with pytest.raises(TypeError, match="0-d"):
        len(rl.tensor(1))


def test_numpy_shares_memory():
    a = np.zeros((2, 3), dtype=np.float32)
    t = rl.from_numpy(a)
    t[0, 1] = 5
    assert a[0, 1] == 5
    b = t.t().numpy()
    b[2, 1] = 7
    assert a[1, 2] == 7 and b.shape == (3, 2)
    assert np.asarray(t).ctypes.data == a.ctypes.data
    with pytest.raises(ValueError, match="negative"):
        rl.from_numpy(a[::-1])
    with pytest.raises(TypeError):
        rl.from_numpy([1])
    with pytest.raises(TypeError):
        rl.from_numpy(np.array(["x"]))
    with pytest.raises(TypeError, match="BFloat16"):
        rl.ones(1, dtype=rl.bfloat16).numpy()


def test_memory_outlives_its_maker():
    t = rl.from_numpy(np.arange(1000.0))
    a = rl.arange(1000).numpy()
    assert t[999] == 999 and a[999] == 999


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128"])
def test_numpy_round_trip(dtype):
    a = np.array([[0, 1], [1, 0]], dtype=dtype)
    t = rl.from_numpy(a)
    assert str(t.dtype) == "torch." + dtype
    np.testing.assert_array_equal(t.numpy(), a)
    np.testing.assert_array_equal(np.from_dlpack(t) if dtype != "bool" else t.numpy(), a)
    assert memoryview(t).shape == (2, 2)


def test_dlpack_both_ways():
    t = rl.arange(6, dtype=rl.float32).view(2, 3).t()
    u = rl.from_dlpack(t)
    u[0, 0] = 9
    assert t[0, 0] == 9 and u.stride() == t.stride()
    a = np.arange(4.0)
    v = rl.from_dlpack(a)
    v += 1
    assert a.tolist() == [1, 2, 3, 4]
    with pytest.raises((BufferError, RuntimeError)):
        rl.ones(1, requires_grad=True).__dlpack__()
    between = np.frombuffer(bytearray(17), np.uint8)[1:].view(np.float64)
    with pytest.raises(BufferError, match="not aligned to its element size"):
        rl.from_dlpack(between)


def test_copies_and_pickles():
    x = rl.arange(6, dtype=rl.float32).view(2, 3).t().requires_grad_()
    for y in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert y.tolist() == x.tolist() and y.requires_grad and y.data_ptr() != x.data_ptr()
    assert copy.copy(x).shape == x.shape
    p = rl.nn.Parameter(rl.ones(2))
    q = copy.deepcopy(p)
    assert type(q) is rl.nn.Parameter and q.requires_grad
    shared = [x.detach(), x.detach()]
    a, b = copy.deepcopy(shared)
    assert a.data_ptr() == b.data_ptr()
    with pytest.raises(RuntimeError, match="graph leaves"):
        copy.deepcopy(x * 1)


def test_identity_hash_and_attributes():
    x = rl.ones(2)
    assert {x: 1}[x] == 1 and x in [x]
    x.note = "kept"
    assert x.note == "kept" and not hasattr(rl.ones(1), "note")
    assert 1.0 in x and 5 not in x


def test_iteration_and_unpacking():
    a, b = rl.tensor([[1, 2], [3, 4]])
    assert a.tolist() == [1, 2] and [int(i) for i in b] == [3, 4]
    with pytest.raises(TypeError):
        iter(rl.tensor(1))


def test_typed_constructors():
    assert rl.FloatTensor([1, 2]).dtype is rl.float32 and rl.LongTensor(2, 3).shape == (2, 3)
    assert isinstance(rl.ones(1), rl.FloatTensor) and not isinstance(rl.ones(1), rl.LongTensor)
    assert rl.Tensor(2, 3).shape == (2, 3) and rl.Tensor([1, 2]).tolist() == [1.0, 2.0]
    assert rl.ones(1).type() == "torch.FloatTensor" and rl.ones(1).type(rl.int64).dtype is rl.int64


def test_default_dtype():
    try:
        rl.set_default_dtype(rl.float64)
        assert rl.tensor(1.0).dtype is rl.float64 and repr(rl.tensor(1.0)) == "tensor(1.)"
        assert rl.zeros(1).dtype is rl.float64
    finally:
        rl.set_default_dtype(rl.float32)
    with pytest.raises(TypeError):
        rl.set_default_dtype(rl.int64)


def test_devices():
    assert repr(rl.device("cuda:1")) == "device(type='cuda', index=1)" and str(rl.device("cpu")) == "cpu"
    assert rl.device("cpu") == rl.ones(1).device and rl.device("mps").type == "cuda"
    with pytest.raises(RuntimeError):
        rl.device("nonsense")
    with pytest.raises(RuntimeError):
        rl.ones(1).cuda()
    m = rl.ones(2, 3, device="meta")
    assert (m + m).shape == (2, 3) and (m @ m.t()).is_meta
    with pytest.raises((RuntimeError, NotImplementedError)):
        m.cpu()


def test_geometry_in_place():
    x = rl.arange(6).view(2, 3)
    x.t_()
    assert x.shape == (3, 2) and x.tolist() == [[0, 3], [1, 4], [2, 5]]
    x.unsqueeze_(0).squeeze_(0).transpose_(0, 1)
    assert x.shape == (2, 3)
    y = rl.arange(4)
    y.resize_(2, 2)
    assert y.tolist() == [[0, 1], [2, 3]]
    z = rl.ones(1)
    z.data = rl.zeros(3)
    assert z.tolist() == [0.0, 0.0, 0.0]


def test_errors_name_what_was_wrong():
    with pytest.raises(TypeError, match=r"argument 'dim0' .* must be int, not str"):
        rl.ones(2, 2).transpose("a", 1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'foo'"):
        rl.exp(rl.ones(1), foo=1)
    with pytest.raises(TypeError, match="missing 1 required positional"):
        rl.exp()
    with pytest.raises(TypeError, match="invalid combination of arguments"):
        rl.ones(2, 2).view("a")
    with pytest.raises(IndexError, match="Dimension out of range"):
        rl.ones(2, 2).transpose(0, 5)
    with pytest.raises(RuntimeError, match="must match the size of tensor b"):
        rl.ones(2) + rl.ones(3)
    with pytest.raises(TypeError):
        rl.ones(2) + "a"


def test_a_collection_may_begin_while_a_tensor_is_made():
    """An object of a subclass is in the collector's lists before there is a tensor in it."""
    import gc

    before = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        kept = [rl.nn.Parameter(rl.ones(2)) for _ in range(200)]
    finally:
        gc.set_threshold(*before)
    assert all(p.tolist() == [1, 1] for p in kept)


def test_new_tensor_takes_dtype_and_device_of_its_tensor():
    x = rl.ones(2, dtype=rl.float64)
    assert x.new_tensor([1, 2]).dtype == rl.float64 and x.new_tensor([1, 2], dtype=rl.int8).dtype == rl.int8
    assert x.new_tensor(3, requires_grad=True).requires_grad
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        copied = x.new_tensor(x)
    assert copied.data_ptr() != x.data_ptr() and copied.tolist() == [1, 1]
    assert rl.tensor(2).is_nonzero() and not rl.tensor(0.0).is_nonzero()


def test_what_notebooks_show():
    x = rl.tensor([[1.0, -2.5], [float("nan"), 1e6]], requires_grad=True)
    html = x._repr_html_()
    assert html.startswith("<table><caption>shape (2, 2), torch.float32, requires_grad</caption><tr><td>")
    assert html.count("<tr>") == 2 and html.count("<td>") == 4 and "nan" in html
    assert "grad_fn=MulBackward0" in (x * 2)._repr_html_()
    long = rl.arange(5000)._repr_html_()
    assert "<td>...</td>" in long and long.count("<td>") == 7
    many = rl.zeros(200, 200)._repr_html_()
    assert many.count("<td>...</td>") == 7 and many.count("<tr>") == 7
    for other in (rl.ones(2, 2, 2), rl.tensor(1.0), rl.zeros(0), rl.ones(2, device="meta"), rl.eye(2).to_sparse()):
        assert other._repr_html_().startswith("<pre>tensor(")
    assert rl.nn.Parameter(rl.ones(1, 1, 1))._repr_html_().startswith("<pre>Parameter containing:")


def test_sizes_stay_sizes():
    s, five, none = rl.zeros(2, 3, 4).shape, (5,), ()
    assert s[0] == 2 and s[-1] == 4 and s[True] == 3 and s[rl.tensor(1)] == 3
    for made, want in [
        (s[:2], (2, 3)), (s[::-1], (4, 3, 2)), (s + five, (2, 3, 4, 5)), (five + s, (5, 2, 3, 4)), (s * 2, (2, 3, 4, 2, 3, 4)), (2 * s, (2, 3, 4, 2, 3, 4)),
        (s + rl.Size([1]), (2, 3, 4, 1)), (none + s, (2, 3, 4)), (s + rl.Size([7]), (2, 3, 4, 7)), (s[5:], ()),
    ]:  # fmt: skip
        assert type(made) is rl.Size and made == want and hash(made) == hash(want)
    assert repr(s) == str(s) == f"{s}" == "torch.Size([2, 3, 4])" and repr(s[3:]) == "torch.Size([])"
    words, one = ("a",), [1]
    for wrong, error in [
        (lambda: s[3], IndexError), (lambda: s["a"], TypeError), (lambda: s[1.0], TypeError), (lambda: s[1 << 80], IndexError), (lambda: s + one, TypeError),
        (lambda: one + s, TypeError), (lambda: s + 1, TypeError), (lambda: s + words, TypeError), (lambda: s * 1.5, TypeError), (lambda: s * (1 << 70), OverflowError),
    ]:  # fmt: skip
        with pytest.raises(error):
            wrong()
    assert pickle.loads(pickle.dumps(s)) == copy.deepcopy(s) == s and type(copy.copy(s)) is rl.Size
    assert (s + np.ones(3)).tolist() == [3.0, 4.0, 5.0]


def test_a_leaf_asked_for_its_gradient_twice_is_the_same():
    x = rl.ones(2).requires_grad_()
    assert x.requires_grad_() is x and x.requires_grad and not x.requires_grad_(False).requires_grad
    with pytest.raises(RuntimeError):
        rl.arange(2).requires_grad_()
