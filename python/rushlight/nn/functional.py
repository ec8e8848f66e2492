"""The functions behind the layers; they live in the engine and are named here.

What is composed of other functions, or chooses between them, is said in Python in ``_composites``;
where the engine has a function of its own under that name, the engine's is used.
"""

from __future__ import annotations

from .. import _C
from . import _composites

_NAMES = (
    "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d "
    "adaptive_max_pool3d affine_grid alpha_dropout avg_pool1d avg_pool2d avg_pool3d batch_norm bilinear "
    "binary_cross_entropy binary_cross_entropy_with_logits celu celu_ channel_shuffle conv1d conv2d conv3d "
    "conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d cosine_embedding_loss cosine_similarity "
    "cross_entropy ctc_loss dropout dropout1d dropout2d dropout3d elu elu_ embedding embedding_bag "
    "feature_alpha_dropout fold fractional_max_pool2d fractional_max_pool3d gaussian_nll_loss gelu glu "
    "grid_sample group_norm gumbel_softmax hardshrink hardsigmoid hardswish hardtanh hardtanh_ "
    "hinge_embedding_loss huber_loss instance_norm interpolate kl_div l1_loss layer_norm leaky_relu "
    "leaky_relu_ linear local_response_norm log_softmax logsigmoid lp_pool1d lp_pool2d lp_pool3d "
    "margin_ranking_loss max_pool1d max_pool2d max_pool3d max_pool1d_with_indices max_pool2d_with_indices "
    "max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d mish mse_loss "
    "multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss nll_loss normalize one_hot pad "
    "pairwise_distance pdist pixel_shuffle pixel_unshuffle poisson_nll_loss prelu relu relu6 relu_ rms_norm "
    "rrelu rrelu_ scaled_dot_product_attention selu selu_ sigmoid silu smooth_l1_loss soft_margin_loss "
    "softmax softmin softplus softshrink softsign tanh tanhshrink threshold threshold_ triplet_margin_loss "
    "unfold upsample upsample_bilinear upsample_nearest adaptive_max_pool1d_with_indices "
    "adaptive_max_pool2d_with_indices adaptive_max_pool3d_with_indices fractional_max_pool2d_with_indices "
    "fractional_max_pool3d_with_indices linear_cross_entropy"
).split()

# Functions that the root namespace offers under the same name and meaning.
_SHARED = (
    "alpha_dropout avg_pool1d bilinear celu celu_ channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d "
    "conv_transpose2d conv_transpose3d cosine_similarity hardshrink pdist pixel_shuffle pixel_unshuffle prelu "
    "relu relu_ selu selu_ sigmoid tanh threshold_ rms_norm pairwise_distance"
).split()

for _name in _SHARED:
    if hasattr(_C, _name):
        globals()[_name] = getattr(_C, _name)
for _name in _composites.__all__:
    globals()[_name] = getattr(_composites, _name)
for _name in _NAMES:
    if hasattr(_C._nn, _name):
        globals()[_name] = getattr(_C._nn, _name)
multi_head_attention_forward = _composites.multi_head_attention_forward
triplet_margin_with_distance_loss = _composites.triplet_margin_with_distance_loss
del _name
