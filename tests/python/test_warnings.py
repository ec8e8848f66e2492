"""PyTorch's warnings: their first line, at the line of the program that caused them."""

from __future__ import annotations

import inspect
import json
import pathlib
import subprocess
import sys
import warnings

import numpy as np
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
AXIS = (
    "Implicit dimension choice for {} has been deprecated. Change the call to include dim=X as an argument."
)
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
    "kl_div": (
        lambda: F.kl_div(FLAT, FLAT),
        "reduction: 'mean' divides the total loss by both the batch size",
    ),
    "size_average": (lambda: F.mse_loss(FLAT, FLAT, size_average=False), OLD.format("sum")),
    "reduce": (lambda: F.cross_entropy(rl.ones(1, 2), rl.tensor([0]), reduce=False), OLD.format("none")),
    "layer's reduce": (lambda: nn.L1Loss(reduce=False), OLD.format("none")),
    "layer with a margin": (lambda: nn.HingeEmbeddingLoss(size_average=True), OLD.format("mean")),
    "dropout2d of 3 axes": (
        lambda: F.dropout2d(rl.ones(1, 2, 3)),
        "dropout2d: Received a 3D input to dropout2d and",
    ),
    "dropout2d of 2 axes": (
        lambda: F.dropout2d(TALL),
        "dropout2d: Received a 2-D input to dropout2d, which is",
    ),
    "Dropout3d of 3 axes": (
        lambda: nn.Dropout3d()(rl.ones(1, 2, 3)),
        "dropout3d: Received a 3-D input to dropout3d",
    ),
    "grid_sample": (lambda: F.grid_sample(rl.ones(1, 1, 2, 2), rl.zeros(1, 2, 2, 2)), CORNERS),
    "affine_grid": (lambda: F.affine_grid(rl.ones(1, 2, 3), [1, 1, 2, 2]), CORNERS),
    "affine_grid of one row": (
        lambda: F.affine_grid(rl.ones(1, 2, 3), [1, 1, 1, 2], align_corners=True),
        "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True.",
    ),
    "range": (
        lambda: rl.range(1, 3),
        "torch.range is deprecated and will be removed in a future release because its",
    ),
    "meshgrid": (
        lambda: rl.meshgrid(FLAT, FLAT),
        "torch.meshgrid: in an upcoming release, it will be required to pass",
    ),
    "gumbel_softmax": (
        lambda: F.gumbel_softmax(FLAT, eps=1e-3),
        "`eps` parameter is deprecated and has no effect.",
    ),
    "masks": (
        lambda: nn.MultiheadAttention(2, 1)(
            *[rl.ones(2, 1, 2)] * 3, key_padding_mask=rl.zeros(1, 2, dtype=rl.bool), attn_mask=rl.zeros(2, 2)
        ),
        "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead.",
    ),
    "upsample": (lambda: F.upsample(rl.ones(1, 1, 2), 4), "`nn.functional.upsample` is deprecated."),
    "upsample_nearest": (
        lambda: F.upsample_nearest(rl.ones(1, 1, 2), 4),
        "`nn.functional.upsample_nearest` is",
    ),
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
    "recurrent dropout": (
        lambda: nn.LSTM(1, 1, dropout=0.5),
        "dropout option adds dropout after all but last",
    ),
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


# What is said the first time only, and with it what is said each time: the step, and how the text begins.
SAID = {
    "rl.ones(1).std()": "std(): degrees of freedom is <= 0. Correction should be strictly less than",
    "rl.ones(3).var(correction=3)": "var(): degrees of freedom is <= 0.",
    "rl.std_mean(rl.ones(1))": "std_mean(): degrees of freedom is <= 0.",
    "rl.cov(rl.ones(2, 1))": "cov(): degrees of freedom is <= 0.",
    "rl.tensor(rl.ones(2))": "To copy construct from a tensor, it is recommended to use",
    "(rl.ones(2) + 1j).float()": "Casting complex values to real discards the imaginary part",
    "rl.ones(2, 2, 2).T": "The use of `x.T` on tensors of dimension other than 2",
    "float(rl.ones(1, requires_grad=True))": "Converting a tensor with requires_grad=True to a scalar",
    "rl.tensor([np.ones(2), np.ones(2)])": "Creating a tensor from a list of numpy.ndarrays is extremely slow.",
    "rl.ones(2, requires_grad=True).sum().backward(create_graph=True)": "Using backward() with create_graph=True",
    "rl.stft(rl.ones(64), 16, return_complex=True)": "A window was not provided. A rectangular window will be applied,which",
    "rl.istft(rl.ones(9, 17) + 0j, 16)": "A window was not provided. A rectangular window will be applied.Please",
    "rl.nn.functional.conv1d(rl.ones(1, 1, 8), rl.ones(1, 1, 2), padding='same')": "Using padding='same' with even kernel",
    "rl.chain_matmul(rl.eye(2), rl.eye(2))": "torch.chain_matmul is deprecated",
    "rl.lu_solve(rl.ones(2, 1), *rl.linalg.lu_factor(rl.eye(2)))": "torch.lu_solve is deprecated in favor of torch.linalg.lu_solve",
    "rl.cholesky(rl.eye(2))": "torch.cholesky is deprecated in favor of torch.linalg.cholesky",
    "rl.qr(rl.eye(2))": "torch.qr is deprecated in favor of torch.linalg.qr",
    "rl.lu(rl.eye(2))": "torch.lu is deprecated in favor of torch.linalg.lu_factor",
    "rl.triangular_solve(rl.ones(2, 1), rl.eye(2))": "torch.triangular_solve is deprecated in favor of",
    "rl.zeros(3).index_reduce(0, rl.tensor([0]), rl.ones(1), 'amax')": "index_reduce() is in beta and the API may change",
    "rl.cross(rl.ones(3, 3), rl.ones(3, 3))": "Using torch.cross without specifying the dim arg is deprecated.",
}
EACH_TIME = {"std", "var", "std_mean", "cov", "To"}


def test_old_spellings_and_doubtful_calls_are_told_of():
    program = (
        "import sys, json, warnings, numpy as np, rushlight as rl\nfound = {}\nfor step in json.load(sys.stdin):\n"
        + (
            "    with warnings.catch_warnings(record=True) as said:\n        warnings.simplefilter('always')\n"
            "        eval(step), eval(step)\n    found[step] = [str(w.message) for w in said]\nprint(json.dumps(found))"
        )
    )
    out = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(list(SAID)),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for step, texts in json.loads(out).items():
        count = 2 if SAID[step].split(" ")[0].removesuffix("():") in EACH_TIME else 1
        assert len(texts) == count and all(t.startswith(SAID[step]) for t in texts), (step, texts)


def test_what_loses_nothing_says_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rl.ones(2).std()
        rl.ones(1).std(correction=0)
        (rl.ones(2) + 1j).bool()
        rl.ones(2, 2).T, rl.ones(()).T
        float(rl.ones(1))
        rl.tensor([1.0, rl.ones(())])
        rl.tensor([np.float32(1), np.float64(2)])


@pytest.mark.parametrize("kind", ["float", "complex"])
def test_a_number_without_a_gradient_is_nothing_to_say_where_none_is_recorded(kind):
    program = f"""
import warnings, rushlight as rl
x = rl.ones(1, requires_grad=True)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    with rl.no_grad():
        {kind}(x)
    {kind}(x.detach()), int(x), bool(x), x.item()
    assert not said, said
    {kind}(x)
    assert [str(w.message).startswith("Converting a tensor with requires_grad=True to a scalar") for w in said] == [True], said
"""
    subprocess.run([sys.executable, "-c", program], check=True)
