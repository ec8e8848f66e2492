"""PyTorch's names of the files that hold the layers."""

from __future__ import annotations

import sys

from .. import _sizes as utils
from .. import (
    activation,
    attention,
    containers,
    conv,
    dropout,
    embedding,
    flatten,
    linear,
    loss,
    misc,
    module,
    norm,
    padding,
    pool,
    ranking_loss,
    rnn,
    transformer,
)

_PLACES = {
    "activation": activation,
    "batchnorm": norm,
    "channelshuffle": misc,
    "container": containers,
    "conv": conv,
    "distance": misc,
    "dropout": dropout,
    "flatten": flatten,
    "fold": misc,
    "instancenorm": norm,
    "linear": linear,
    "loss": loss,
    "module": module,
    "normalization": norm,
    "padding": padding,
    "pixelshuffle": misc,
    "pooling": pool,
    "rnn": rnn,
    "sparse": embedding,
    "transformer": transformer,
    "upsampling": misc,
    "utils": utils,
}
for _name, _place in _PLACES.items():
    globals()[_name] = sys.modules[f"{__name__}.{_name}"] = _place
    if _place is not utils:
        for _member, _value in vars(_place).items():
            if isinstance(_value, type) and not _member.startswith("_"):
                globals()[_member] = _value
for _place in (attention, ranking_loss):  # kept in one file with others in PyTorch
    for _member, _value in vars(_place).items():
        if isinstance(_value, type) and _value.__module__ == _place.__name__:
            setattr(activation if _place is attention else loss, _member, _value)
del _name, _place, _member, _value
