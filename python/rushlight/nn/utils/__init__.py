"""Gradient clipping, and parameters as one vector."""

from __future__ import annotations

from ..._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import rnn as rnn
    from .clip_grad import *
    from .convert_parameters import *

# the file of each name
_FILES = {
    "clip_grad": "clip_grad_norm clip_grad_norm_ clip_grad_value_ clip_grads_with_norm_ get_total_norm",
    "convert_parameters": "parameters_to_vector vector_to_parameters",
}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, _FILES, "rnn")
