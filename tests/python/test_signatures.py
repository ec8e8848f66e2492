"""Constructors and functions written in Python have PyTorch's parameters and defaults."""

from __future__ import annotations

import inspect

import pytest
import rushlight as rl
from rushlight import nn

_CONV = "kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None, dtype=None"
_TRANSPOSED = (
    "out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, "
    "padding_mode='zeros', device=None, dtype=None"
)
_MARGIN = "size_average=None, reduce=None, reduction='mean'"
_NORM = (
    "eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True"
)
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


@pytest.mark.parametrize(
    "call",
    [
        lambda: rl.compile(lambda x: x, fulgraph=True),
        lambda: rl.profiler.profile(activites=[]),
        lambda: rl.autograd.profiler.profile(use_cud=True),
        lambda: rl.nn.parallel.DistributedDataParallel(rl.nn.Linear(1, 1), static_grap=True),
        lambda: rl.nn.attention.flex_attention.create_block_mask(lambda *a: True, 1, 1, 2, 2, BLOCKSIZE=1),
        lambda: rl.library.opcheck("a::b", (), atoll=1),
        lambda: rl.distributed.new_group([0], backnd="gloo"),
        lambda: rl.distributed.split_group(None, [[0]], desc="a"),
    ],
)
def test_misspelled_options_are_refused(call):
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        call()


def test_options_have_pytorchs_types():
    for call, words in (
        (lambda: rl.use_deterministic_algorithms(1), r"argument 'mode' \(position 1\) must be bool, not int"),
        (
            lambda: rl.autograd.set_detect_anomaly(1),
            r"argument 'enabled' \(position 1\) must be bool, not int",
        ),
        (
            lambda: rl.set_anomaly_enabled(True, 3),
            r"argument 'check_nan' \(position 2\) must be bool, not int",
        ),
        (lambda: rl.autograd.set_multithreading_enabled(None), "must be bool, not NoneType"),
        (lambda: rl.autograd.Variable([1.0]), "Variable data has to be a tensor, but got list"),
    ):
        with pytest.raises(TypeError, match=words):
            call()
    for call, words in (
        (lambda: rl.set_float32_matmul_precision(3), "expects a str, but got int"),
        (lambda: rl.set_deterministic_debug_mode(7), "expected 0, 1, or 2, but got 7"),
        (
            lambda: rl.set_deterministic_debug_mode("x"),
            "expected one of `default`, `warn`, `error`, but got x",
        ),
        (lambda: rl.autograd.graph.increment_version(3), r"expect a Iterable\[Tensor\] as input"),
        (lambda: rl.autograd.graph.increment_version("a"), "each element of the iterable to be a tensor"),
    ):
        with pytest.raises(RuntimeError, match=words):
            call()
    with pytest.warns(UserWarning, match="x is not one of 'highest', 'high', or 'medium'"):
        rl.set_float32_matmul_precision("x")
    assert rl.get_float32_matmul_precision() == "highest"
    rl.set_anomaly_enabled(True)
    assert rl.is_anomaly_enabled()
    rl.set_anomaly_enabled(False)
    assert not rl.is_anomaly_enabled()


def test_orders_of_axes_that_are_not_the_only_ones():
    several = (
        "The tensor does not have unique dim order, or cannot map to exact one of the given memory formats."
    )
    assert rl.empty(2, 3, 5, 7).dim_order(ambiguity_check=True) == (0, 1, 2, 3)
    x = rl.empty(1, 2, 3, 4)
    assert x.dim_order(ambiguity_check=[rl.contiguous_format, rl.channels_last]) == (0, 1, 2, 3)
    for check in (True, [], [rl.channels_last]):
        with pytest.raises(RuntimeError, match=several):
            x.dim_order(ambiguity_check=check)
    with pytest.raises(RuntimeError, match=r"does not have unique dim order\."):
        rl.ones(3, 1).expand(3, 4).dim_order(ambiguity_check=True)
    with pytest.raises(TypeError, match="must be a bool or a list of memory formats"):
        x.dim_order(ambiguity_check="a")


def test_asarray_leaves_a_history_out_where_it_is_told():
    x = rl.ones(2, requires_grad=True) * 2
    assert rl.asarray(x) is x and not rl.asarray(x, requires_grad=False).requires_grad
    assert rl.asarray(x, requires_grad=False).data_ptr() == x.data_ptr()


def test_kernels_of_attention_are_shown_by_name():
    from rushlight.nn.attention import SDPBackend

    assert str(SDPBackend.MATH) == f"{SDPBackend.MATH}" == "SDPBackend.MATH" and SDPBackend.MATH == 0
    assert repr(SDPBackend.MATH) == "<SDPBackend.MATH: 0>"
