"""Rows that say from which interval tests draw (`on`): gradients to second order, layouts, twins, `out=` and meta by a loop."""

import json

import pytest
import rushlight as rl
from rushlight.autograd import gradcheck, gradgradcheck

ROWS = [r for r in json.loads(rl._C._describe()) if r["on"]]


def sample(row, *shape):
    """Operands of the row's interval, float64, the same in every run."""
    low, high = row["on"]
    g = rl.Generator().manual_seed(len(row["name"]))
    return low + (high - low) * rl.rand(*shape, generator=g, dtype=rl.float64)


def function(row):
    module = rl if "Torch" in row["places"] else getattr(rl, row["places"][0].lower())
    return getattr(module, row["name"])


def named(row):
    return row["name"]


def test_most_rows_of_one_operand_have_an_interval():
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_gradients_to_second_order(row):
    f = function(row)
    x = sample(row, 3, 4).requires_grad_()
    assert gradcheck(f, x)
    assert gradgradcheck(f, x)
    # through strides that are not those of the result
    assert gradcheck(lambda t: f(t.t()[::2]), x)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_layouts_give_the_same_bits(row):
    f, x = function(row), sample(row, 6, 5)
    want = f(x)
    for same in (x.t().contiguous().t(), x.repeat_interleave(2, 1)[:, ::2], x.flip(0).flip(0)):
        assert rl.equal(f(same), want)
    assert f(x[:0]).shape == (0, 5) and f(x[0, 0]).shape == ()


@pytest.mark.parametrize("row", [r for r in ROWS if r["twin"]], ids=named)
def test_in_place_is_the_same(row):
    x = sample(row, 4, 3)
    want = function(row)(x)
    same = x.clone()
    assert getattr(same, row["name"] + "_")() is same
    assert rl.equal(same, want)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_out_and_meta(row):
    f, x = function(row), sample(row, 4, 3)
    want, out = f(x), rl.empty(0, dtype=rl.float64)
    assert f(x, out=out) is out and rl.equal(out, want)
    answer = f(x.to("meta"))
    assert answer.device.type == "meta" and answer.shape == want.shape and answer.dtype == want.dtype


def test_facts_of_a_row_are_fields():
    """Shaders' expressions, mixed precision and `out=` are read from the table."""
    rows = {r["name"]: r for r in json.loads(rl._C._describe()) if "Torch" in r["places"]}
    assert rows["exp"]["wgsl"] == "exp_f(x)" and rows["mul"]["wgsl"] == "a * b"
    assert rows["matmul"]["autocast"] == "Half" and rows["cumsum"]["autocast"] == "GpuFloat32"
    assert rows["prod"]["autocast"] == "Float32" and rows["cat"]["autocast"] == "Widest"
    assert (rows["cumsum"]["out"], rows["cat"]["out"], rows["sort"]["out"]) == ("Told", "Join", "Keep")
