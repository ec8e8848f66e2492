"""The memory order of elementwise results: that of the operands, the first before all others, as PyTorch has it."""

import pytest
import rushlight as torch


def nchw():
    return torch.rand(2, 3, 4, 5)


def nhwc():
    return torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last)


CONTIGUOUS, CHANNELS_LAST = (60, 20, 5, 1), (60, 1, 15, 3)
BINARY = [
    torch.add,
    torch.maximum,
    torch.atan2,
    torch.lt,
    torch.pow,
    lambda a, b: torch.addcmul(a, b, b),
    lambda a, b: torch.nn.functional.mse_loss(a, b, reduction="none"),
]


@pytest.mark.parametrize("op", BINARY)
def test_the_first_operand_decides(op):
    assert op(nhwc(), nchw()).stride() == CHANNELS_LAST
    assert op(nchw(), nhwc()).stride() == CONTIGUOUS


@pytest.mark.parametrize("op", BINARY[:5])
def test_what_is_repeated_leaves_it_to_the_next(op):
    bias, number = torch.rand(3, 1, 1), torch.tensor(0.5)
    for other in (bias, number):
        assert op(other, nhwc()).stride() == op(nhwc(), other).stride() == CHANNELS_LAST
    rows = torch.rand(1, 3).expand(2, 3)
    assert op(rows, torch.rand(3, 2).t()).stride() == (1, 2)


def test_a_mask_is_an_operand():
    assert torch.where(nchw() > 0.5, nhwc(), nhwc()).stride() == CONTIGUOUS
    assert torch.where(nhwc() > 0.5, nchw(), nchw()).stride() == CHANNELS_LAST


def test_gaps_and_repeats_close():
    x = torch.rand(4, 6).t()[:, ::2]
    assert x.exp().stride() == torch.zeros_like(x).stride() == (1, 6)
    y = torch.rand(3, 2, 1).permute(2, 1, 0).expand(4, 2, 3)
    assert y.exp().stride() == torch.empty_like(y).stride() == y.double().stride()
    assert y.exp().stride() == (6, 1, 2)


def test_values_do_not_depend_on_it():
    a, b = nchw(), nchw()
    last = b.to(memory_format=torch.channels_last)
    assert torch.equal(a + last, a + b) and torch.equal(last + a, b + a)
    assert torch.equal(torch.where(last > 0.5, a, last), torch.where(b > 0.5, a, b))
