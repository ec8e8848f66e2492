"""Names of ``torch`` that are functions of ``nn`` in other clothes, lists at a time, and arrays of any kind."""

import array

import numpy as np
import pytest
import rushlight as rl
from rushlight import nn
from rushlight.nn import functional as F


def close(ours, theirs):
    rl.testing.assert_close(ours, theirs)


# ---------------------------------------------------------------------- lists at a time
def some():
    return [rl.tensor([1.0, -2.0]), rl.tensor([[0.5], [4.0]])]


@pytest.mark.parametrize("name", "abs ceil exp neg sign tanh reciprocal round erf trunc".split())
def test_each_of_a_list(name):
    kept = some()
    made = getattr(rl, f"_foreach_{name}")(kept)
    assert type(made) is tuple
    for ours, x in zip(made, some(), strict=True):
        close(ours, getattr(x, name)())
    assert getattr(rl, f"_foreach_{name}_")(kept) is kept
    close(kept, list(made))


@pytest.mark.parametrize("name", "add sub mul div pow maximum minimum clamp_min clamp_max".split())
def test_lists_and_what_stands_beside(name):
    ways = {"maximum": rl.maximum, "minimum": rl.minimum, "clamp_min": rl.maximum, "clamp_max": rl.minimum}
    single = ways.get(name) or getattr(rl, name)
    for other in (2.0, [2.0, 3.0], [x + 1 for x in some()]):
        each = other if isinstance(other, list) else [other] * 2
        wanted = [single(x, rl.as_tensor(y)) for x, y in zip(some(), each, strict=True)]
        rl.testing.assert_close(list(getattr(rl, f"_foreach_{name}")(some(), other)), wanted, equal_nan=True)
        kept = some()
        assert getattr(rl, f"_foreach_{name}_")(kept, other) is kept
        rl.testing.assert_close(kept, wanted, equal_nan=True)


def test_other_lists():
    x, y = some(), [t * 2 for t in some()]
    close(list(rl._foreach_add(x, y, alpha=3)), [a + 3 * b for a, b in zip(x, y, strict=True)])
    close(list(rl._foreach_add(x, rl.tensor(2.0))), [a + 2 for a in x])
    close(list(rl._foreach_addcmul(x, x, y, 0.5)), [a + 0.5 * a * b for a, b in zip(x, y, strict=True)])
    close(list(rl._foreach_addcdiv(x, x, y, rl.tensor([1.0, 2.0]))), [x[0] + 0.5, x[1] + 1.0])
    close(list(rl._foreach_lerp(x, y, 0.25)), [a.lerp(b, 0.25) for a, b in zip(x, y, strict=True)])
    close(list(rl._foreach_norm(x)), [a.norm() for a in x])
    close(list(rl._foreach_norm(x, ord=float("inf"))), [a.abs().max() for a in x])
    close(list(rl._foreach_pow(2.0, x)), [2.0**a for a in x])
    average = [t.clone() for t in x]
    rl._foreach_mul_(average, 0.9)
    rl._foreach_add_(average, y, alpha=0.1)
    close(average, [0.9 * a + 0.1 * b for a, b in zip(x, y, strict=True)])
    rl._foreach_copy_(average, x)
    close(average, x)
    assert not any(t.any() for t in rl._foreach_zero_(average))


def test_lists_that_do_not_fit():
    with pytest.raises(RuntimeError, match="at least one tensor"):
        rl._foreach_abs([])
    with pytest.raises(RuntimeError, match="same number of tensors, got 2 and 1"):
        rl._foreach_add(some(), some()[:1])
    with pytest.raises(RuntimeError, match="same number of elements as scalar list"):
        rl._foreach_add(some(), [1.0])
    with pytest.raises(TypeError, match="must be tuple of Tensors"):
        rl._foreach_abs(iter(some()))
    with pytest.raises(AttributeError):
        rl._foreach_nonsense  # noqa: B018


def test_unscaling_finds_what_is_not_finite():
    found = rl.zeros(1)
    grads = [rl.tensor([2.0, 4.0])]
    rl._amp_foreach_non_finite_check_and_unscale_(grads, found, rl.tensor(0.5))
    close(grads[0], rl.tensor([1.0, 2.0]))
    assert not found
    rl._amp_foreach_non_finite_check_and_unscale_([rl.tensor([float("inf")])], found, rl.tensor(0.5))
    assert found


# ---------------------------------------------------------------------- layers
@pytest.mark.parametrize(("layer", "name"), [("LSTM", "lstm"), ("GRU", "gru"), ("RNN", "rnn_tanh")])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_recurrent_layers_as_functions(layer, name, batch_first, bidirectional):
    model = getattr(nn, layer)(4, 3, 2, batch_first=batch_first, bidirectional=bidirectional)
    x = rl.randn(5, 2, 4)
    batch = 5 if batch_first else 2
    state = rl.randn(2 * (1 + bidirectional), batch, 3)
    hx = (state, state * 2) if layer == "LSTM" else state
    wanted, ends = model(x, hx)
    out, *last = getattr(rl, name)(x, hx, model._flat_weights, True, 2, 0.0, False, bidirectional, batch_first)
    close(out, wanted)
    close(last, list(ends) if layer == "LSTM" else [ends])


def test_packed_sequences():
    model = nn.GRU(4, 3)
    packed = nn.utils.rnn.pack_padded_sequence(rl.randn(3, 2, 4), [3, 2])
    wanted, end = model(packed)
    out, last = rl.gru(
        packed.data, packed.batch_sizes, rl.zeros(1, 2, 3), model._flat_weights, True, 1, 0.0, False, False
    )
    close(out, wanted.data)
    close(last, end)


def test_cells():
    x, h = rl.randn(2, 4), rl.randn(2, 3)
    for cell, name in ((nn.GRUCell(4, 3), "gru_cell"), (nn.RNNCell(4, 3), "rnn_tanh_cell")):
        close(getattr(rl, name)(x, h, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh), cell(x, h))
    cell = nn.LSTMCell(4, 3)
    close(rl.lstm_cell(x, (h, h), *cell.parameters()), cell(x, (h, h)))


def test_losses_by_number():
    x, y, z = rl.rand(4, 3), rl.rand(4, 3), rl.rand(4, 3)
    sign = rl.tensor([1.0, -1.0, 1.0, 1.0])
    for number, word in enumerate(("none", "mean", "sum")):
        close(
            rl.binary_cross_entropy_with_logits(x, y, None, None, number),
            F.binary_cross_entropy_with_logits(x, y, reduction=word),
        )
        close(rl.kl_div(x, y, number), F.kl_div(x, y, reduction=word))
        close(rl.hinge_embedding_loss(x[:, 0], sign, 1.0, number), F.hinge_embedding_loss(x[:, 0], sign, reduction=word))
        close(rl.cosine_embedding_loss(x, y, sign, 0.1, number), F.cosine_embedding_loss(x, y, sign, 0.1, reduction=word))
        close(rl.triplet_margin_loss(x, y, z, reduction=number), F.triplet_margin_loss(x, y, z, reduction=word))
        close(
            rl.margin_ranking_loss(x[:, 0], y[:, 0], sign, 0.1, number),
            F.margin_ranking_loss(x[:, 0], y[:, 0], sign, 0.1, reduction=word),
        )
        close(rl.poisson_nll_loss(x, y, True, False, 1e-8, number), F.poisson_nll_loss(x, y, reduction=word))


def test_bags():
    table, indices, offsets = rl.randn(5, 3), rl.tensor([0, 4, 2, 1, 1]), rl.tensor([0, 3])
    for number, word in enumerate(("sum", "mean", "max")):
        out, bag, sizes, found = rl.embedding_bag(table, indices, offsets, False, number)
        close(out, F.embedding_bag(indices, table, offsets, mode=word))
        if number:
            assert bag.tolist() == [0, 0, 0, 1, 1] and sizes.tolist() == [3, 2]
        if word == "max":
            close(table.gather(0, found), out)


def test_norms_with_their_statistics():
    x = rl.randn(4, 6, 5)
    out, mean, rstd = rl.native_layer_norm(x, [5], None, None, 1e-5)
    close(out, (x - mean) * rstd)
    close(out, F.layer_norm(x, [5]))
    out, mean, rstd = rl.native_group_norm(x, None, None, 4, 6, 5, 2, 1e-5)
    close(out, ((x.view(4, 2, 15) - mean[..., None]) * rstd[..., None]).view_as(x))
    out, mean, rstd = rl.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5)
    close(out, (x - mean[:, None]) * rstd[:, None])
    out, mask = rl.native_dropout(rl.ones(1000), 0.5, True)
    close(out, mask * 2.0)
    close(rl.norm_except_dim(x, 2, 1), x.norm(2, (0, 2), keepdim=True))
    close(rl.nuclear_norm(x[0]), rl.linalg.matrix_norm(x[0], "nuc"))
    close(rl.frobenius_norm(x, [1, 2]), rl.linalg.matrix_norm(x))


def test_segments():
    data, lengths = rl.arange(12.0).view(6, 2), rl.tensor([2, 0, 4])
    wanted = {
        "sum": [data[:2].sum(0), rl.zeros(2), data[2:].sum(0)],
        "max": [data[1], rl.full((2,), -float("inf")), data[5]],
        "mean": [data[:2].mean(0), rl.full((2,), float("nan")), data[2:].mean(0)],
    }
    for name, rows in wanted.items():
        made = rl.segment_reduce(data, name, lengths=lengths)
        rl.testing.assert_close(made, rl.stack(rows), equal_nan=True)
    with pytest.raises(RuntimeError, match="sum to"):
        rl.segment_reduce(data, "sum", lengths=rl.tensor([1]))


def test_grids_and_pools():
    x = rl.randn(1, 2, 4, 4)
    grid = rl.affine_grid_generator(rl.eye(2, 3)[None], [1, 2, 4, 4], False)
    close(rl.grid_sampler(x, grid, 0, 0, False), x)
    close(rl.max_pool1d_with_indices(rl.arange(4.0)[None], 2), (rl.tensor([[1.0, 3.0]]), rl.tensor([[1, 3]])))
    values, at = F.adaptive_max_pool2d_with_indices(x, 2)
    close(x.flatten(2).gather(2, at.flatten(2)).view_as(values), values)


# ---------------------------------------------------------------------- arrays
def test_asarray_shares_where_it_can():
    x = rl.ones(2)
    numbers = np.ones(3, np.float32)
    assert rl.asarray(x).data_ptr() == x.data_ptr()
    assert rl.asarray(numbers).data_ptr() == numbers.ctypes.data
    assert rl.asarray(x, copy=True).data_ptr() != x.data_ptr()
    assert rl.asarray(numbers, copy=True).data_ptr() != numbers.ctypes.data
    assert rl.asarray([1, 2], dtype=rl.float64).dtype is rl.float64
    assert rl.asarray(np.float32(3)).shape == () and rl.asarray(3).dtype is rl.int64
    assert rl.asarray(x, requires_grad=True).requires_grad
    assert rl.asarray(array.array("f", [1.0, 2.0])).tolist() == [1.0, 2.0]
    for given, options, text in (
        ([1], {}, "arbitrary sequence"),
        (x, {"dtype": rl.int64}, "'Float' into dtype 'Long'"),
        (x, {"device": "meta"}, "'cpu' to 'meta'"),
    ):
        with pytest.raises(ValueError, match=text):
            rl.asarray(given, copy=False, **options)


def test_frombuffer_shares_and_checks():
    data = bytearray(b"\1\0\2\0\3\0")
    made = rl.frombuffer(data, dtype=rl.int16, offset=2)
    assert made.tolist() == [2, 3]
    made[0] = 7
    assert data[2] == 7
    assert rl.frombuffer(data, dtype=rl.int16, count=1).tolist() == [1]
    for options, text in (
        ({"dtype": rl.int32}, "multiple of element size"),
        ({"dtype": rl.int16, "count": 9}, "must not be greater"),
        ({"dtype": rl.int16, "offset": 6}, "must be non-negative"),
        ({"dtype": rl.int16, "count": 0}, "must not be 0"),
    ):
        with pytest.raises(ValueError, match=text):
            rl.frombuffer(data, **options)
    with pytest.warns(UserWarning, match="not writable"):
        assert rl.frombuffer(b"ab", dtype=rl.uint8).tolist() == [97, 98]


def test_from_file(tmp_path):
    path = str(tmp_path / "numbers")
    rl.arange(4.0).numpy().tofile(path)
    assert rl.from_file(path, size=4).tolist() == [0.0, 1.0, 2.0, 3.0]


def test_diagonals():
    x = rl.zeros(3, 3)
    assert x.fill_diagonal_(2) is x and x.equal(2 * rl.eye(3))
    tall = rl.zeros(7, 3)
    tall.fill_diagonal_(1, wrap=True)
    wanted = np.zeros((7, 3), np.float32)
    np.fill_diagonal(wanted, 1, wrap=True)
    assert (tall.numpy() == wanted).all()
    part = rl.zeros(4, 4)
    part[1:, 1:].fill_diagonal_(5)
    assert part.diagonal().tolist() == [0, 5, 5, 5]
    with pytest.raises(RuntimeError, match="equal length"):
        rl.zeros(2, 2, 3).fill_diagonal_(1)


def test_detection_says_what_it_looks_for():
    assert rl.is_anomaly_check_nan_enabled()
    with rl.autograd.detect_anomaly(check_nan=False):
        assert not rl.is_anomaly_check_nan_enabled()
    assert rl.is_anomaly_check_nan_enabled() and not rl.is_anomaly_enabled()


def test_numbers_of_sizes():
    assert not isinstance(rl.ones(2).size(0), (rl.SymInt, rl.SymFloat, rl.SymBool))
    assert (rl.sym_int(-2.7), rl.sym_float(2), rl.sym_max(3, 2.0), rl.sym_min(2, 1)) == (-2, 2.0, 3.0, 1)
    assert type(rl.sym_max(3, 2.0)) is float and rl.sym_sum((1, 2)) == 3 and rl.sym_sqrt(9) == 3.0
    assert rl.sym_not(0) and rl.sym_ite(True, 1, 2) == 1
    with pytest.raises(AssertionError, match="expected SymBool or bool, got <class 'int'>"):
        rl.sym_ite(1, 1, 2)


def test_branches_and_loops():
    x = rl.tensor([1.0, -3.0], requires_grad=True)
    y = rl.cond(x.sum() > 0, lambda t: t, lambda t: -t, (x,))
    y.sum().backward()
    assert y.tolist() == [-1, 3] and x.grad.tolist() == [-1, -1]
    i, y = rl.while_loop(lambda i, t: i < 3, lambda i, t: (i + 1, t * 2), (rl.tensor(0), rl.ones(2)))
    assert i.item() == 3 and y.tolist() == [8, 8]
    with pytest.raises(RuntimeError, match="same number of elements"):
        rl.while_loop(lambda t: True, lambda t: (t, t), (rl.ones(1),))
    with pytest.raises(RuntimeError, match="Expect operands to be a tuple"):
        rl.cond(True, lambda: 1, lambda: 2, 3)


def test_powers_of_a_vector():
    x = rl.tensor([1, 2, 3])
    assert rl.vander(x, 2).tolist() == [[1, 1], [2, 1], [3, 1]]
    assert rl.vander(x.double(), increasing=True).tolist() == [[1, 1, 1], [1, 2, 4], [1, 3, 9]]
    assert rl.vander(x, 0).shape == (3, 0) and rl.vander(x).dtype == rl.int64
    with pytest.raises(RuntimeError, match=r"x must be a one-dimensional tensor\."):
        rl.vander(rl.ones(2, 2))


def test_what_is_asked_of_devices_and_storages():
    x = rl.ones(2)
    for kind in ("xpu", "mps", "ipu", "xla", "mtia", "maia", "vulkan"):
        assert getattr(x, f"is_{kind}") is False
    with pytest.raises(RuntimeError, match="use device='cpu'"):
        rl.nn.Linear(2, 2).mtia()
    assert x.grad_dtype == rl.float32 and (x.requires_grad_() * 2).grad_dtype is None
    storage = rl.FloatStorage([1.5, -2.0])
    assert storage.int().tolist() == [1, -2] and storage.int().dtype == rl.int32
    assert storage.double().dtype == rl.float64 and storage.type(rl.int8).dtype == rl.int8
    assert rl.UntypedStorage([0, 3]).bool().tolist() == [False, True]
    assert storage.get_device() is None and not storage.is_pinned() and storage.filename is None


def test_rounding_as_quantisation_would():
    x = rl.tensor([float("nan"), float("inf"), -float("inf"), 0.05, 0.15, 0.25, -0.05], requires_grad=True)
    y = rl.fake_quantize_per_tensor_affine(x, 0.1, 0, -8, 7)
    close(y, rl.tensor([-0.8, 0.7, -0.8, 0.0, 0.2, 0.2, 0.0]))  # halves to even
    y.sum().backward()
    assert x.grad.tolist() == [0, 0, 0, 1, 1, 1, 1]
    moved = rl.fake_quantize_per_tensor_affine(x[3:], rl.tensor(0.1), rl.tensor([2]), -8, 7)
    close(moved, rl.tensor([0.0, 0.2, 0.2, 0.0]))
    assert rl.fake_quantize_per_tensor_affine(x.half(), 0.1, 0, -8, 7).dtype == rl.float16
    w = rl.tensor([[0.7, -1.3], [0.7, -1.3]], requires_grad=True)
    steps, zeros = rl.tensor([0.1, 0.2]), rl.tensor([0, -2], dtype=rl.int32)
    close(rl.fake_quantize_per_channel_affine(w, steps, zeros, 0, -8, 7), rl.tensor([[0.7, -0.8], [0.8, -1.2]]))
    across = rl.fake_quantize_per_channel_affine(w, steps, zeros.float(), -1, -8, 7)
    close(across, rl.tensor([[0.7, -1.2], [0.7, -1.2]]))
    across.sum().backward()
    assert w.grad.tolist() == [[1, 1], [1, 1]]
    for zero, low, high, said in ((30, -8, 7, "must be between"), (0, 8, 7, "less than or equal")):
        with pytest.raises(RuntimeError, match=said):
            rl.fake_quantize_per_tensor_affine(x, 0.1, zero, low, high)
    with pytest.raises(NotImplementedError, match="rounds floating point numbers"):
        rl.fake_quantize_per_tensor_affine(rl.arange(3), 0.1, 0, -8, 7)
    for steps_, zeros_, axis, error, said in (
        (steps, zeros.long(), 0, RuntimeError, "Zero-point must be"),
        (steps.double(), zeros, 0, RuntimeError, "Scale must be"),
        (steps[None], zeros, 0, RuntimeError, "1-D"),
        (steps[:1], zeros[:1], 0, RuntimeError, "not consistent"),
        (steps, zeros + 20, 0, RuntimeError, "must be between"),
        (steps, zeros, 2, IndexError, "out of range"),
    ):
        with pytest.raises(error, match=said):
            rl.fake_quantize_per_channel_affine(w, steps_, zeros_, axis, -8, 7)
