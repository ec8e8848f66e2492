"""How a call of a function of ``nn.functional`` is written down: required arguments by place, all others by name.

PyTorch's functions of that module that are written in Python hand their arguments on in this form, so that a pass over a graph
finds ``inplace`` or ``training`` under its name however the program spelled the call, and defaults too.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

# Functions that PyTorch records as they were called, because they are none of Python's there
_AS_CALLED = frozenset(
    "adaptive_avg_pool1d avg_pool1d avg_pool2d avg_pool3d bilinear celu_ channel_shuffle conv1d conv2d conv3d conv_tbc "
    "conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity elu_ gelu hardshrink hardtanh_ leaky_relu_ linear "
    "logsigmoid native_channel_shuffle one_hot pairwise_distance pdist pixel_shuffle pixel_unshuffle prelu relu_ rrelu_ "
    "scaled_dot_product_attention selu_ softplus softshrink threshold_ sigmoid tanh".split()
)
_OF_TORCH = frozenset(
    "cdist norm pca_lowrank split stft svd_lowrank tensordot unique unique_consecutive".split()
)
# Those that take their arguments in several ways here, and say so in their signature
_FORMS = {
    "interpolate": "size=None scale_factor=None mode='nearest' align_corners=None recompute_scale_factor=None antialias=False",
    "ctc_loss": "targets input_lengths target_lengths blank=0 reduction='mean' zero_infinity=False",
    "norm": "p='fro' dim=None keepdim=False out=None dtype=None",
    "tensordot": "b dims=2 out=None",
}
_FIRST = {"ctc_loss": "log_probs", "tensordot": "a"}


@functools.cache
def _signature(function: Any) -> inspect.Signature | None:
    """The parameters of a function whose calls have this form; ``None`` for the others."""
    import rushlight

    from .. import nn

    name = getattr(function, "__name__", "")
    bare = getattr(function, "__wrapped__", function)
    for space, named in ((nn.functional, name not in _AS_CALLED), (rushlight, name in _OF_TORCH)):
        found = getattr(space, name, None) if named else None
        if found is not None and getattr(found, "__wrapped__", found) in (function, bare):
            if name in _FORMS:
                return _read(name)
            try:
                return inspect.signature(found)
            except ValueError:
                return None
    return None


def _read(name: str) -> inspect.Signature:
    """The parameters that the table above has for a function."""
    from ast import literal_eval

    made = []
    for text in [_FIRST.get(name, "input"), *_FORMS[name].split()]:
        parameter, _, default = text.partition("=")
        value = literal_eval(default) if default else inspect.Parameter.empty
        made.append(inspect.Parameter(parameter, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=value))
    return inspect.Signature(made)


def recorded(function: Any, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """The arguments of a call as its node has them.

    Args:
        function (callable): what is called.
        args (tuple), kwargs (dict): as the program has them.
    """
    try:
        signature = _signature(function)
    except TypeError:  # not hashable
        return args, kwargs
    if signature is None:
        return args, kwargs
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError:  # the call is wrong, which the function itself will say when it is run
        return args, kwargs
    bound.apply_defaults()
    kinds = signature.parameters
    if any(
        kinds[name].kind in (kinds[name].VAR_POSITIONAL, kinds[name].VAR_KEYWORD) for name in bound.arguments
    ):
        return args, kwargs
    required = tuple(
        v for name, v in bound.arguments.items() if kinds[name].default is inspect.Parameter.empty
    )
    return required, {
        n: v for n, v in bound.arguments.items() if kinds[n].default is not inspect.Parameter.empty
    }


__all__ = ["recorded"]
