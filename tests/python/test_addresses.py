"""Classes and functions are where PyTorch has them: users and checkpoints name these paths."""

import importlib
import inspect
import io
import pickle
import subprocess
import sys

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.nn import _composed, functional
from rushlight.optim import lr_scheduler

# the files of ``torch.nn.modules``, and a class or function of each
FILES = {
    "activation": "MultiheadAttention",
    "adaptive": "AdaptiveLogSoftmaxWithLoss",
    "batchnorm": "SyncBatchNorm",
    "channelshuffle": "ChannelShuffle",
    "container": "ParameterDict",
    "conv": "LazyConv2d",
    "distance": "CosineSimilarity",
    "dropout": "Dropout2d",
    "flatten": "Unflatten",
    "fold": "Unfold",
    "instancenorm": "LazyInstanceNorm1d",
    "lazy": "LazyModuleMixin",
    "linear": "Bilinear",
    "loss": "CTCLoss",
    "module": "register_module_forward_hook",
    "normalization": "LocalResponseNorm",
    "padding": "ZeroPad1d",
    "pixelshuffle": "PixelUnshuffle",
    "pooling": "LPPool2d",
    "rnn": "LSTMCell",
    "sparse": "EmbeddingBag",
    "transformer": "TransformerDecoderLayer",
    "upsampling": "UpsamplingNearest2d",
    "utils": "_pair",
}

FUNCTIONS = (
    "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d "
    "adaptive_max_pool3d affine_grid alpha_dropout avg_pool1d avg_pool2d avg_pool3d batch_norm bilinear "
    "binary_cross_entropy binary_cross_entropy_with_logits celu celu_ channel_shuffle conv1d conv2d "
    "conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d cosine_embedding_loss "
    "cosine_similarity cross_entropy ctc_loss dropout dropout1d dropout2d dropout3d elu elu_ embedding "
    "embedding_bag feature_alpha_dropout fold fractional_max_pool2d fractional_max_pool2d_with_indices "
    "fractional_max_pool3d fractional_max_pool3d_with_indices gaussian_nll_loss gelu glu grid_sample "
    "group_norm gumbel_softmax hardshrink hardsigmoid hardswish hardtanh hardtanh_ hinge_embedding_loss "
    "huber_loss instance_norm interpolate kl_div l1_loss layer_norm leaky_relu leaky_relu_ linear "
    "linear_cross_entropy local_response_norm log_softmax logsigmoid lp_pool1d lp_pool2d lp_pool3d "
    "margin_ranking_loss max_pool1d max_pool1d_with_indices max_pool2d max_pool2d_with_indices max_pool3d "
    "max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d mish mse_loss "
    "multi_head_attention_forward multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss "
    "nll_loss normalize one_hot pad pairwise_distance pdist pixel_shuffle pixel_unshuffle "
    "poisson_nll_loss prelu relu relu6 relu_ rms_norm rrelu rrelu_ scaled_dot_product_attention selu "
    "selu_ sigmoid silu smooth_l1_loss soft_margin_loss softmax softmin softplus softshrink softsign tanh "
    "tanhshrink threshold threshold_ triplet_margin_loss triplet_margin_with_distance_loss unfold "
    "upsample upsample_bilinear upsample_nearest"
).split()


@pytest.mark.parametrize("file", FILES)
def test_files_of_layers(file):
    module = importlib.import_module(f"rushlight.nn.modules.{file}")
    assert callable(getattr(module, FILES[file]))
    assert getattr(nn.modules, file) is module


def public_classes():
    for package in (nn, nn.modules, nn.utils.rnn, rl.optim, lr_scheduler):
        for name in dir(package):
            value = getattr(package, name)
            if isinstance(value, type) and not name.startswith("_"):
                yield name, value


def test_a_class_is_where_it_says():
    count = 0
    for name, kind in public_classes():
        file = importlib.import_module(kind.__module__)
        assert getattr(file, name) is kind, kind
        assert not any(part.startswith("_") for part in kind.__module__.split(".")), kind
        count += 1
    assert count > 250


def test_a_layer_has_one_address():
    """No second list: what the package offers is what its files define."""
    for file in set(FILES) - {"lazy", "module", "utils"}:
        module = importlib.import_module(f"rushlight.nn.modules.{file}")
        defined = {
            name
            for name, value in vars(module).items()
            if isinstance(value, type) and value.__module__ == module.__name__ and not name.startswith("_")
        }
        offered = {
            name for name in dir(nn) if getattr(getattr(nn, name), "__module__", "") == module.__name__
        }
        assert defined - {"NonDynamicallyQuantizableLinear"} == offered


def test_pickles_name_the_paths_of_pytorch():
    for value, path in (
        (nn.Linear(1, 1), b"torch.nn.modules.linear\nLinear\n"),
        (nn.MultiheadAttention(2, 1), b"torch.nn.modules.activation\nMultiheadAttention\n"),
        (nn.Parameter, b"torch.nn.parameter\nParameter\n"),
        (nn.utils.rnn.PackedSequence, b"torch.nn.utils.rnn\nPackedSequence\n"),
        (rl.optim.SGD, b"torch.optim.sgd\nSGD\n"),
        (lr_scheduler.CyclicLR, b"torch.optim.lr_scheduler\nCyclicLR\n"),
    ):
        file = io.BytesIO()
        rl.save(value, file)
        assert path in file.getvalue()
        file.seek(0)
        back = rl.load(file, weights_only=False)
        assert back is value if isinstance(value, type) else type(back) is type(value)
    assert pickle.loads(pickle.dumps(lr_scheduler.StepLR)) is lr_scheduler.StepLR
    assert lr_scheduler.StepLR.__module__ == "rushlight.optim.lr_scheduler"


def test_functional_holds_every_row_with_a_place_in_nn():
    rows = {name for name in vars(rl._C._nn) if not name.startswith("_")}
    assert len(rows) > 100
    for name in rows:
        if name not in ("embedding", "embedding_bag"):  # which may have sparse gradients
            assert getattr(functional, name) is getattr(rl._C._nn, name)
    assert not hasattr(functional, "_recurrence")


def test_functions_keep_their_names():
    """`functional` takes what the engine has: a row that is renamed would leave without a word."""
    assert not set(FUNCTIONS) - set(dir(functional))


def test_no_composed_function_hides_behind_the_engine():
    assert not set(_composed.__all__) & set(vars(rl._C._nn))
    for name in _composed.__all__:
        assert getattr(functional, name) is getattr(_composed, name)
        assert inspect.isfunction(getattr(functional, name))


def test_a_function_of_two_places_is_one_object():
    for name in (
        "avg_pool1d bilinear celu_ channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d "
        "conv_transpose3d cosine_similarity hardshrink pairwise_distance pdist pixel_shuffle pixel_unshuffle prelu "
        "rrelu_ selu_ threshold_"
    ).split():
        assert getattr(rl.nn.functional, name) is getattr(rl, name), name
    for name in "celu relu rrelu selu softmax threshold layer_norm".split():
        assert getattr(rl.nn.functional, name) is not getattr(rl, name), name


def test_files_are_attributes_where_pytorch_has_imported_them():
    code = """
import rushlight as rl
for path in (
    "_utils._flatten_dense_tensors", "_tensor_str.PRINT_OPTS", "_jit_internal", "_ops.ops", "_lowrank.svd_lowrank",
    "nn.utils.clip_grad.clip_grad_norm_", "nn.utils.convert_parameters", "nn.common_types", "nn._reduction",
    "autograd.profiler_util", "fx._symbolic_trace.Tracer", "optim._functional", "testing._comparison",
    "utils._python_dispatch", "utils.data.graph.traverse_dps", "utils.data.graph_settings.apply_sharding",
    "distributed.algorithms.join.Join", "vision.models.mobilenet.mobilenet_v2", "vision._utils",
):
    found = rl
    for name in path.split("."):
        found = getattr(found, name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
