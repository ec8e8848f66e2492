"""Transforms of pictures; those of ``transforms.v2`` take boxes, masks and videos as well."""

from ..._lazy import on_demand
from .. import _pillow
from .autoaugment import *
from .transforms import *

__getattr__, _, _ = on_demand(__name__, {}, "v2")
