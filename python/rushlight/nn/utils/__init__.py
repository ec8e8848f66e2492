"""Gradient clipping, parametrizations, pruning, fusion, and parameters as one vector."""

from __future__ import annotations

from ..._lazy import also_at, on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import (
        fusion as fusion,
        parametrizations as parametrizations,
        parametrize as parametrize,
        prune as prune,
        rnn as rnn,
        stateless as stateless,
    )
    from ._spectral_norm import remove_spectral_norm as remove_spectral_norm, spectral_norm as spectral_norm
    from ._weight_norm import remove_weight_norm as remove_weight_norm, weight_norm as weight_norm
    from .clip_grad import *
    from .convert_parameters import *
    from .fusion import *
    from .init import skip_init as skip_init
    from .memory_format import *

# the file of each name; files with an underscore would hide the function of their name as soon as they are imported
_FILES = {
    "clip_grad": "clip_grad_norm clip_grad_norm_ clip_grad_value_ clip_grads_with_norm_ get_total_norm",
    "convert_parameters": "parameters_to_vector vector_to_parameters",
    "fusion": "fuse_conv_bn_eval fuse_conv_bn_weights fuse_linear_bn_eval fuse_linear_bn_weights",
    "init": "skip_init",
    "memory_format": "convert_conv2d_weight_memory_format convert_conv3d_weight_memory_format",
    "_spectral_norm": "remove_spectral_norm spectral_norm",
    "_weight_norm": "remove_weight_norm weight_norm",
}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(
        __name__, _FILES, "clip_grad convert_parameters fusion init memory_format parametrizations parametrize prune rnn stateless"
    )
also_at(__name__, {"spectral_norm": "_spectral_norm", "weight_norm": "_weight_norm"})
