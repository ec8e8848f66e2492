"""What the engine says where it refuses, and small answers, in PyTorch's classes and words."""

import pytest
import rushlight as rl
import rushlight.nn.functional as F
from rushlight import nn

Z = rl.tensor([1 + 2j, 3j])


class Three(rl.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 1

    @staticmethod
    def backward(ctx, g):
        return 3


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: F.dropout(Z), NotImplementedError, "\"bernoulli_scalar_cpu_\" not implemented for 'ComplexFloat'"),
        (lambda: F.pad(rl.ones(3), (1, 1), mode="x"), NotImplementedError, "Unrecognised padding mode x"),
        (lambda: rl.clamp(Z, 0), NotImplementedError, "clamp is not supported for complex types"),
        (lambda: rl.clamp_max(Z, 0), NotImplementedError, "clamp is not supported for complex types"),
        (lambda: rl.clamp(Z, 0, 1), NotImplementedError, "clamp is not supported for complex types"),
        (lambda: rl.relu(Z), NotImplementedError, "clamp is not supported for complex types"),
        (lambda: rl.sign(Z), NotImplementedError, "Unlike NumPy, torch.sign"),
        (lambda: rl.maximum(Z, Z), RuntimeError, "maximum not implemented for complex tensors"),
        (lambda: rl.minimum(Z, Z), RuntimeError, "minimum not implemented for complex tensors"),
        (lambda: rl.fmax(Z, Z), RuntimeError, "fmax not implemented for complex tensors"),
        (lambda: rl.fmin(Z, Z), RuntimeError, "fmin not implemented for complex tensors"),
        (lambda: rl.narrow_copy(rl.ones(2), 1, 0, 0), RuntimeError, "Expected dim < .* to be true, but got false"),
        (lambda: rl.narrow_copy(rl.ones(2), -2, 0, 0), IndexError, "Dimension out of range"),
        (lambda: nn.GRUCell(2, 3)(rl.ones(1, 5)), RuntimeError, "input has inconsistent input_size: got 5 expected 2"),
        (lambda: rl.set_num_threads("a"), RuntimeError, "set_num_threads expects an int, but got str"),
        (lambda: rl.set_num_threads(True), RuntimeError, "set_num_threads expects an int, but got bool"),
        (lambda: rl.set_num_interop_threads("a"), RuntimeError, "set_num_interop_threads expects an int, but got str"),
        (lambda: rl.set_num_interop_threads(0), RuntimeError, "expects a positive integer"),
        (lambda: rl.ones(2)["a"], TypeError, r"new\(\): invalid data type 'str'"),
        (lambda: rl.ones(2)[b"a"], TypeError, r"new\(\): invalid data type 'bytes'"),
        (lambda: rl.ones(2)[..., "a"], TypeError, r"new\(\): invalid data type 'str'"),
        (lambda: rl.ones(2).__setitem__("a", 1), TypeError, r"new\(\): invalid data type 'str'"),
        (lambda: rl.ones(2)[1.5], IndexError, "only integers, slices"),
        (lambda: rl.zeros(0, 3).index_select(0, rl.tensor([0])), RuntimeError, "self indexing axis dim should be positive"),
        (lambda: rl.zeros(3, 0).index_select(1, rl.tensor([0])), RuntimeError, "self indexing axis dim should be positive"),
        (lambda: rl.zeros(2, 3).index_select(0, rl.tensor([2])), IndexError, "index out of range in self"),
        (lambda: nn.utils.rnn.pad_sequence([rl.ones(2)], batch_first="a"), TypeError, "must be bool, not str"),
        (lambda: nn.utils.rnn.pad_sequence([rl.ones(2), 3]), TypeError, "expected Tensor as element 1 in argument 0, but got int"),
        (lambda: rl.ones(2).untyped_storage().resize_(4), RuntimeError, "Trying to resize storage that is not resizable"),
        (lambda: rl.ones(2).storage().resize_(8), RuntimeError, "Trying to resize storage that is not resizable"),
        (lambda: rl.ones(2).storage().resize_(1.5), TypeError, "must be int, not float"),
        (lambda: rl.device(-1), RuntimeError, "Device index must not be negative"),
        (lambda: setattr(rl.ones(1), "requires_grad", 1), RuntimeError, "requires_grad must be a bool"),
        (lambda: Three.apply(rl.ones(1, requires_grad=True)).backward(), RuntimeError, r"expected Variable or None \(got int\)"),
        (
            lambda: nn.GRUCell(2, 3)(rl.ones(1, 2), rl.ones(1, 4)),
            RuntimeError,
            "hidden0 has inconsistent hidden_size: got 4, expected 3",
        ),
        (
            lambda: nn.LSTMCell(2, 3)(rl.ones(1, 2), (rl.ones(1, 3), rl.ones(2, 3))),
            RuntimeError,
            "Input batch size 1 doesn't match hidden1 batch size 2",
        ),
    ],
)
def test_refusals(call, kind, words):
    with pytest.raises(kind, match=words) as caught:
        call()
    assert caught.type is kind


def test_complex_dropout_of_everything_or_nothing():
    assert rl.equal(F.dropout(Z, 0.5, training=False), Z) and F.dropout(Z, 1.0).eq(0).all()


def test_ranks_are_those_of_the_matrices():
    rl.manual_seed(0)
    a, b = rl.randn(1, 4, 3), rl.randn(2, 4, 2)
    for driver, values in ("gelsy", (0,)), ("gelsd", (1, 3)), ("gelss", (1, 3)):
        found = rl.linalg.lstsq(a, b, driver=driver)
        assert found.rank.tolist() == [3] and found.singular_values.shape == values
        assert found.solution.shape == (2, 3, 2)
    found = rl.linalg.lstsq(rl.randn(2, 1, 3, 3), rl.randn(2, 5, 3, 1), driver="gelsd")
    assert found.rank.shape == (2, 1) and found.singular_values.shape == (2, 1, 3)


def test_gradients_that_no_result_is_left_for_go_unused():
    x = rl.ones(1, requires_grad=True)
    one = rl.ones(())
    assert rl.autograd.grad(x.sum(), x, grad_outputs=[one, one])[0].tolist() == [1.0]
    with pytest.raises(RuntimeError, match="got 2 tensors and 1 gradients"):
        rl.autograd.grad([x.sum(), x.sum()], x, grad_outputs=[one])


@pytest.mark.parametrize("make", [lambda: nn.LSTMCell(3, 4), None])
def test_the_memory_of_a_cell_stays_wide_in_mixed_precision(make):
    rl.manual_seed(0)
    x, h, c = rl.randn(2, 3), rl.randn(2, 4), rl.randn(2, 4)
    cell = nn.LSTMCell(3, 4)
    weights = cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh
    run = cell if make else lambda x, states: rl.lstm_cell(x, states, *weights)
    whole = run(x, (h, c))
    with rl.autocast("cpu"):
        found = run(x, (h, c))
    assert [t.dtype for t in found] == [rl.float32, rl.float32]
    for one, other in zip(found, whole, strict=True):
        rl.testing.assert_close(one, other, rtol=0.05, atol=0.05)
    found[0].sum().backward()
    assert cell.weight_ih.grad.dtype is rl.float32


@pytest.mark.parametrize("dtype", [rl.float16, rl.bfloat16])
def test_factors_of_halves_are_not_rounded(dtype):
    rl.manual_seed(0)
    c, a, b, v = (rl.randn(*shape).to(dtype) for shape in ((8, 8), (8, 8), (8, 8), (8,)))
    exact = 0.3 * c.float() + 0.1 * (a.float() @ b.float())
    assert rl.equal(rl.addmm(c, a, b, alpha=0.1, beta=0.3), exact.to(dtype))
    assert rl.equal(c.clone().addmm_(a, b, alpha=0.1, beta=0.3), exact.to(dtype))
    line = 0.3 * v.float() + 0.1 * (a.float() @ v.float())
    assert rl.equal(rl.addmv(v, a, v, alpha=0.1, beta=0.3), line.to(dtype))


def test_a_storage_keeps_its_size():
    x = rl.arange(3.0)
    assert x.untyped_storage().resize_(12).nbytes() == 12 and x.storage().resize_(3).size() == 3
    assert not x.untyped_storage().resizable() and x.tolist() == [0, 1, 2]


def test_a_gradient_in_a_list_is_no_gradient():
    class Listed(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            return [g]

    with pytest.raises(RuntimeError, match=r"expected Variable or None \(got list\)"):
        Listed.apply(rl.ones(1, requires_grad=True)).backward()
