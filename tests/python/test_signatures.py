"""Constructors and functions written in Python have PyTorch's parameters and defaults."""

from __future__ import annotations

import inspect

import pytest
import rushlight as rl
from rushlight import nn

_CONV = (
    "kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None, dtype=None"
)
_TRANSPOSED = (
    "out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, "
    "padding_mode='zeros', device=None, dtype=None"
)
_MARGIN = "size_average=None, reduce=None, reduction='mean'"
_NORM = "eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True"
_RECURRENT = "bias=True, batch_first=False, dropout=0.0, bidirectional=False"

CONSTRUCTORS = {
    "HingeEmbeddingLoss": f"margin=1.0, {_MARGIN}",
    "CosineEmbeddingLoss": f"margin=0.0, {_MARGIN}",
    "MarginRankingLoss": f"margin=0.0, {_MARGIN}",
    **{f"Conv{n}d": f"in_channels, out_channels, {_CONV}" for n in (1, 2, 3)},
    **{f"LazyConv{n}d": f"out_channels, {_CONV}" for n in (1, 2, 3)},
    **{f"LazyConvTranspose{n}d": _TRANSPOSED for n in (1, 2, 3)},
    **{f"LazyBatchNorm{n}d": _NORM for n in (1, 2, 3)},
    **{f"LazyInstanceNorm{n}d": _NORM for n in (1, 2, 3)},
    "SyncBatchNorm": (
        "num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, process_group=None, "
        "device=None, dtype=None, *, bias=True"
    ),
    "LSTM": f"input_size, hidden_size, num_layers=1, {_RECURRENT}, proj_size=0, device=None, dtype=None",
    "GRU": f"input_size, hidden_size, num_layers=1, {_RECURRENT}, device=None, dtype=None, **refused",
    "RNN": (
        f"input_size, hidden_size, num_layers=1, nonlinearity='tanh', {_RECURRENT}, device=None, dtype=None, **refused"
    ),
}


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_constructors_have_pytorchs_parameters(name):
    signature = inspect.signature(getattr(nn, name))
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    assert str(inspect.Signature(bare)) == f"({CONSTRUCTORS[name]})"


def test_transformers_default_to_the_function():
    for layer in (nn.Transformer, nn.TransformerEncoderLayer, nn.TransformerDecoderLayer):
        assert inspect.signature(layer).parameters["activation"].default is nn.functional.relu


@pytest.mark.parametrize("layer", [nn.RNN, nn.GRU])
def test_only_an_lstm_projects(layer):
    with pytest.raises(ValueError, match="proj_size argument is only supported for LSTM"):
        layer(2, 2, proj_size=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'biases'"):
        layer(2, 2, biases=True)


@pytest.mark.parametrize("kind", [nn.LazyConv2d, nn.LazyConvTranspose2d])
@pytest.mark.parametrize("bias", [True, False])
def test_lazy_convolutions_take_every_argument(kind, bias):
    layer = kind(4, (3, 2), 2, padding=1, bias=bias)
    assert layer(rl.ones(1, 3, 9, 9)).shape[1] == 4
    assert (layer.bias is not None) == bias
    assert layer.padding == (1, 1) and layer.stride == (2, 2)


def test_a_synchronised_norm_may_have_no_bias():
    assert nn.SyncBatchNorm(3, bias=False).bias is None


def test_functions_of_autograd_show_their_options():
    names = list(inspect.signature(rl.autograd.gradcheck).parameters)
    assert names[:5] == ["func", "inputs", "eps", "atol", "rtol"]
    assert "gen_non_contig_grad_outputs" in inspect.signature(rl.autograd.gradgradcheck).parameters
