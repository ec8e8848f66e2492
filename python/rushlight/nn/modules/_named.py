"""Errors about a layer's arguments name the layer that the program made: ``Conv2d.__init__() missing ...``."""

from __future__ import annotations

from types import FunctionType

# Constructors that PyTorch too names after what the layers share
_SHARED = frozenset(
    "_AdaptiveAvgPoolNd _AdaptiveMaxPoolNd _BatchNorm _DropoutNd _InstanceNorm _LPPoolNd _LazyNormBase _Loss _MaxPoolNd _NormBase "
    "_WeightedLoss".split()
)


def name_constructor(kind: type) -> None:
    """Gives a layer of this package the constructor it inherits under its own name, if what it inherits from is private."""
    if "__init__" in vars(kind):
        return
    found = kind.__init__
    if not isinstance(found, FunctionType) or not found.__module__.startswith("rushlight.nn.modules."):
        return
    owner = found.__qualname__.partition(".")[0]
    if kind.__name__ != "_BatchNorm" and (owner[0] != "_" or owner in _SHARED):
        return
    made = FunctionType(
        found.__code__, found.__globals__, found.__name__, found.__defaults__, found.__closure__
    )
    made.__kwdefaults__, made.__annotations__ = found.__kwdefaults__, found.__annotations__
    made.__doc__, made.__module__ = found.__doc__, found.__module__
    made.__qualname__ = f"{kind.__name__}.__init__"
    kind.__init__ = made
