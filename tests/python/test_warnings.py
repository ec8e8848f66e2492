"""PyTorch's warnings: their first line, at the line of the program that caused them."""

from __future__ import annotations

import inspect
import pathlib
import warnings

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.nn import functional as F

TALL, FLAT = rl.ones(2, 1), rl.ones(2)
SIZES = (
    "Using a target size (torch.Size([2])) that is different to the input size (torch.Size([2, 1])). This will likely "
    "lead to incorrect results due to broadcasting. Please ensure they have the same size."
)
OLD = "size_average and reduce args will be deprecated, please use reduction='{}' instead."
AXIS = "Implicit dimension choice for {} has been deprecated. Change the call to include dim=X as an argument."
CORNERS = "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0."


def encoder(**options):
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(6, options.pop("heads", 2), 8, **options), 1)


def early_step():
    optimizer = rl.optim.SGD([nn.Parameter(rl.ones(1))], lr=0.1)
    rl.optim.lr_scheduler.StepLR(optimizer, 2).step()


CASES = {
    "mse_loss": (lambda: F.mse_loss(TALL, FLAT), SIZES),
    "l1_loss": (lambda: F.l1_loss(TALL, FLAT), SIZES),
    "smooth_l1_loss": (lambda: F.smooth_l1_loss(TALL, FLAT), SIZES),
    "huber_loss": (lambda: F.huber_loss(TALL, FLAT), SIZES),
    "MSELoss": (lambda: nn.MSELoss()(TALL, FLAT), SIZES),
    "HuberLoss": (lambda: nn.HuberLoss()(TALL, FLAT), SIZES),
    "softmax": (lambda: F.softmax(FLAT), AXIS.format("softmax")),
    "log_softmax": (lambda: F.log_softmax(FLAT), AXIS.format("log_softmax")),
    "softmin": (lambda: F.softmin(FLAT), AXIS.format("softmin")),
    "Softmax": (lambda: nn.Softmax()(FLAT), AXIS.format("softmax")),
    "kl_div": (lambda: F.kl_div(FLAT, FLAT), "reduction: 'mean' divides the total loss by both the batch size"),
    "size_average": (lambda: F.mse_loss(FLAT, FLAT, size_average=False), OLD.format("sum")),
    "reduce": (lambda: F.cross_entropy(rl.ones(1, 2), rl.tensor([0]), reduce=False), OLD.format("none")),
    "layer's reduce": (lambda: nn.L1Loss(reduce=False), OLD.format("none")),
    "layer with a margin": (lambda: nn.HingeEmbeddingLoss(size_average=True), OLD.format("mean")),
    "dropout2d of 3 axes": (lambda: F.dropout2d(rl.ones(1, 2, 3)), "dropout2d: Received a 3D input to dropout2d and"),
    "dropout2d of 2 axes": (lambda: F.dropout2d(TALL), "dropout2d: Received a 2-D input to dropout2d, which is"),
    "Dropout3d of 3 axes": (lambda: nn.Dropout3d()(rl.ones(1, 2, 3)), "dropout3d: Received a 3-D input to dropout3d"),
    "grid_sample": (lambda: F.grid_sample(rl.ones(1, 1, 2, 2), rl.zeros(1, 2, 2, 2)), CORNERS),
    "affine_grid": (lambda: F.affine_grid(rl.ones(1, 2, 3), [1, 1, 2, 2]), CORNERS),
    "affine_grid of one row": (
        lambda: F.affine_grid(rl.ones(1, 2, 3), [1, 1, 1, 2], align_corners=True),
        "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True.",
    ),
    "range": (lambda: rl.range(1, 3), "torch.range is deprecated and will be removed in a future release because its"),
    "meshgrid": (lambda: rl.meshgrid(FLAT, FLAT), "torch.meshgrid: in an upcoming release, it will be required to pass"),
    "gumbel_softmax": (lambda: F.gumbel_softmax(FLAT, eps=1e-3), "`eps` parameter is deprecated and has no effect."),
    "masks": (
        lambda: nn.MultiheadAttention(2, 1)(
            *[rl.ones(2, 1, 2)] * 3, key_padding_mask=rl.zeros(1, 2, dtype=rl.bool), attn_mask=rl.zeros(2, 2)
        ),
        "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead.",
    ),
    "upsample": (lambda: F.upsample(rl.ones(1, 1, 2), 4), "`nn.functional.upsample` is deprecated."),
    "upsample_nearest": (lambda: F.upsample_nearest(rl.ones(1, 1, 2), 4), "`nn.functional.upsample_nearest` is"),
    "encoder": (
        encoder,
        "enable_nested_tensor is True, but self.use_nested_tensor is False because encoder_layer.self_attn.batch_first "
        "was not True(use batch_first for better inference performance)",
    ),
    "encoder, odd": (
        lambda: encoder(batch_first=True, heads=3),
        "enable_nested_tensor is True, but self.use_nested_tensor is False because encoder_layer.self_attn.num_heads "
        "is odd",
    ),
    "schedule": (early_step, "Detected call of `lr_scheduler.step()` before `optimizer.step()`. "),
    "recurrent dropout": (lambda: nn.LSTM(1, 1, dropout=0.5), "dropout option adds dropout after all but last"),
}


@pytest.mark.parametrize("name", CASES)
def test_it_warns_in_pytorchs_words_at_the_callers_line(name):
    call, text = CASES[name]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    found = [w for w in caught if str(w.message).startswith(text)]
    assert len(found) == 1, [str(w.message) for w in caught]
    assert found[0].category is UserWarning
    assert pathlib.Path(found[0].filename) == pathlib.Path(__file__)
    if call in (encoder, early_step) or name.startswith("encoder"):
        return  # the line is in a helper of this file
    lines, first = inspect.getsourcelines(call)
    assert first <= found[0].lineno < first + len(lines)


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.mse_loss(FLAT, FLAT),
        lambda: F.softmax(FLAT, 0),
        lambda: F.kl_div(FLAT, FLAT, reduction="batchmean"),
        lambda: F.dropout2d(rl.ones(1, 2, 3, 3)),
        lambda: F.grid_sample(rl.ones(1, 1, 2, 2), rl.zeros(1, 2, 2, 2), align_corners=False),
        lambda: encoder(batch_first=True),
        lambda: rl.meshgrid(FLAT, FLAT, indexing="ij"),
        lambda: nn.KLDivLoss(reduction="sum")(FLAT, FLAT),
    ],
)
def test_good_calls_say_nothing(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call()


def test_once_a_place():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            F.softmax(FLAT)
    assert len(caught) == 1
