"""Transforms of pictures; those of ``transforms.v2`` take boxes, masks and videos as well."""

from .transforms import *
from .autoaugment import *

from ..._lazy import on_demand

__getattr__, _, _ = on_demand(__name__, {}, "v2")
