"""Products of groups, and of eight-bit floats with scales."""

import pytest
import rushlight as rl
import rushlight.nn.functional as F

TENSOR, ROW = F.ScalingType.TensorWise, F.ScalingType.RowWise


def ends(*values):
    return rl.tensor(values, dtype=rl.int32)


@pytest.mark.parametrize("dtype", [rl.float32, rl.float16, rl.bfloat16])
def test_grouped_rows_columns_and_inner_axes(dtype):
    rl.manual_seed(0)
    rows, columns, table = rl.randn(5, 3).to(dtype), rl.randn(3, 5).to(dtype), rl.randn(2, 3, 4).to(dtype)
    found = F.grouped_mm(rows, table, offs=ends(2, 4))
    assert found.dtype is dtype and found.shape == (5, 4)
    assert rl.equal(found[:2], rows[:2] @ table[0]) and rl.equal(found[2:4], rows[2:4] @ table[1])
    assert found[4].eq(0).all()  # behind the last end
    turned = F.grouped_mm(table.transpose(1, 2).contiguous(), columns, offs=ends(1, 5))
    assert rl.equal(turned[:, 1:], table[1].T.contiguous() @ columns[:, 1:])
    inner = F.grouped_mm(columns, rows, offs=ends(2, 5))
    assert inner.shape == (2, 3, 3) and rl.equal(inner[0], columns[:, :2] @ rows[:2])
    whole = F.grouped_mm(table.transpose(1, 2).contiguous(), table)
    assert rl.equal(whole[1], table[1].T.contiguous() @ table[1])


def test_grouped_products_have_gradients():
    a, b = rl.ones(3, 2, requires_grad=True), rl.ones(2, 2, 1, requires_grad=True)
    F.grouped_mm(a, b, offs=ends(1, 3)).sum().backward()
    assert a.grad.eq(1).all() and b.grad.flatten().tolist() == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda a, b: F.grouped_mm(a, b), "Have to provide offsets"),
        (lambda a, b: F.grouped_mm(a, b, offs=rl.tensor([3])), "Offsets have to be int32"),
        (lambda a, b: F.grouped_mm(a, b, offs=ends(2, 1)), "offs should rise"),
        (lambda a, b: F.grouped_mm(a, b, offs=ends(2, 9)), "offs should rise"),
        (lambda a, b: F.grouped_mm(a, b, offs=ends(3)), "matrix batch sizes have to match"),
        (lambda a, b: F.grouped_mm(a[:, :1], b, offs=ends(2, 3)), "contraction dimension"),
        (lambda a, b: F.grouped_mm(a[0], b, offs=ends(2, 3)), "mat_a has to be 2 or 3d"),
        (lambda a, b: F.grouped_mm(a, b, offs=ends(2, 3), bias=rl.ones(1)), "Bias not supported yet"),
        (lambda a, b: F.grouped_mm(a.double(), b, offs=ends(2, 3)), "Expected mat_a to be"),
        (lambda a, b: F.grouped_mm(a, b, offs=ends(2, 3), out_dtype=rl.float64), "output dtype must match"),
    ],
)
def test_what_grouped_products_refuse(call, words):
    with pytest.raises(RuntimeError, match=words):
        call(rl.ones(3, 2), rl.ones(2, 2, 4))


def test_scaled_products():
    rl.manual_seed(0)
    a, b = rl.randn(4, 8).to(rl.float8_e4m3fn), rl.randn(8, 3).to(rl.float8_e5m2)
    plain, one = a.float() @ b.float(), rl.tensor(2.0)
    assert F.scaled_mm(a, b, one, TENSOR, one, TENSOR).dtype is rl.bfloat16
    assert rl.equal(F.scaled_mm(a, b, one, TENSOR, [one], [TENSOR], output_dtype=rl.float32), plain * 4)
    rows, columns = rl.arange(1.0, 5).view(4, 1), rl.arange(1.0, 4).view(1, 3)
    found = F.scaled_mm(a, b, rows, ROW, columns, ROW, bias=rl.ones(3), output_dtype=rl.float32)
    assert rl.allclose(found, plain * rows * columns + 1)
    with pytest.raises(ValueError, match="BlockWise1x32 is not taken"):
        F.scaled_mm(a, b, one, F.ScalingType.BlockWise1x32, one, TENSOR)
    with pytest.raises(ValueError, match="3 elements for 4 rows"):
        F.scaled_mm(a, b, columns, ROW, columns, ROW)
    with pytest.raises(RuntimeError, match="Expected mat_a to be float8"):
        F.scaled_mm(a.float(), b, one, TENSOR, one, TENSOR)


def test_scaled_grouped_products():
    rl.manual_seed(0)
    a, b = rl.randn(4, 8).to(rl.float8_e4m3fn), rl.randn(2, 8, 3).to(rl.float8_e4m3fn)
    rows, columns = rl.arange(1.0, 5), rl.arange(1.0, 7).view(2, 3)
    found = F.scaled_grouped_mm(a, b, rows, ROW, columns, ROW, offs=ends(1, 4), output_dtype=rl.float32)
    last = (a[1:].float() @ b[1].float()) * rows[1:, None] * columns[1]
    assert rl.allclose(found[1:], last, rtol=1e-5)
    with pytest.raises(ValueError, match="grouped products take RowWise scales"):
        F.scaled_grouped_mm(a, b, rows, TENSOR, columns, ROW, offs=ends(1, 4))
