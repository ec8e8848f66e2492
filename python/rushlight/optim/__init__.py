"""Optimizers and the schedules of their learning rates."""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import lr_scheduler as lr_scheduler, swa_utils as swa_utils
    from .adadelta import *
    from .adafactor import *
    from .adagrad import *
    from .adam import *
    from .adamax import *
    from .adamw import *
    from .asgd import *
    from .lbfgs import *
    from .muon import *
    from .nadam import *
    from .optimizer import *
    from .radam import *
    from .rmsprop import *
    from .rprop import *
    from .sgd import *
    from .sparse_adam import *

# the file of each name
_FILES = {
    "adadelta": "Adadelta",
    "adafactor": "Adafactor",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamax": "Adamax",
    "adamw": "AdamW",
    "asgd": "ASGD",
    "lbfgs": "LBFGS",
    "muon": "Muon",
    "nadam": "NAdam",
    "optimizer": "Optimizer register_optimizer_step_post_hook register_optimizer_step_pre_hook required "
    "swap_in_optimizer_params_and_state",
    "radam": "RAdam",
    "rmsprop": "RMSprop",
    "rprop": "Rprop",
    "sgd": "SGD",
    "sparse_adam": "SparseAdam",
}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, _FILES, "_functional lr_scheduler swa_utils")
