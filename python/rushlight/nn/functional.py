"""The functions behind the layers.

Nearly all of them are the engine's: a row with a place in ``nn`` appears here by itself.
"""

from __future__ import annotations

from .. import _C
from .._lazy import absent
from ._composed import *

globals().update({name: row for name, row in vars(_C._nn).items() if name[0] != "_"})

# the numbers of these modes in ``torch.grid_sampler``
GRID_SAMPLE_INTERPOLATION_MODES = {"bilinear": 0, "nearest": 1, "bicubic": 2}
GRID_SAMPLE_PADDING_MODES = {"zeros": 0, "border": 1, "reflection": 2}

__getattr__ = absent(__name__)
