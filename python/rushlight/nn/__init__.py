"""Layers, losses and the modules that hold them."""

from __future__ import annotations

from .._lazy import on_demand
from .modules import _FILES as _LAYERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import (
        attention as attention,
        functional as functional,
        grad as grad,
        init as init,
        modules as modules,
        parallel as parallel,
        parameter as parameter,
        utils as utils,
    )
    from .modules import *
    from .modules.module import *
    from .modules.utils import factory_kwargs as factory_kwargs
    from .parallel import DataParallel as DataParallel
    from .parameter import *

# the file of each name
_FILES = {
    **{f"modules.{file}": names for file, names in _LAYERS.items()},
    "modules._hooks": (
        "register_module_backward_hook register_module_buffer_registration_hook "
        "register_module_forward_hook register_module_forward_pre_hook "
        "register_module_full_backward_hook register_module_full_backward_pre_hook "
        "register_module_module_registration_hook register_module_parameter_registration_hook"
    ),
    "modules.utils": "factory_kwargs",
    "parallel": "DataParallel",
    "parameter": "Buffer Parameter UninitializedBuffer UninitializedParameter",
}

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(__name__, _FILES, "_reduction attention common_types functional grad init modules parallel parameter utils")
