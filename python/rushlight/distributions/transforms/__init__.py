"""Maps between sets of numbers, with their inverses and the logarithms of their volume change.

A transform maps its ``domain`` to its ``codomain``; ``t(x)``, ``t.inv(y)`` and ``t.log_abs_det_jacobian(x, y)`` are what
a density needs to follow a change of variables. With ``cache_size=1`` it keeps its last pair, so that the inverse of
what it has just computed costs nothing and is exact.

Example::

    >>> from rushlight.distributions.transforms import AffineTransform, ComposeTransform, ExpTransform
    >>> t = ComposeTransform([AffineTransform(1.0, 2.0), ExpTransform()])
    >>> x = rl.tensor([0.0, 0.5])
    >>> y = t(x)
    >>> t.inv(y), t.log_abs_det_jacobian(x, y)
    (tensor([0.0000, 0.5000]), tensor([1.6931, 2.6931]))
"""

from __future__ import annotations

from ._base import Transform, _InverseTransform
from .composed import (
    CatTransform,
    ComposeTransform,
    IndependentTransform,
    StackTransform,
    identity_transform,
)
from .scalar import (
    AbsTransform,
    AffineTransform,
    CumulativeDistributionTransform,
    ExpTransform,
    PowerTransform,
    SigmoidTransform,
    SoftplusTransform,
    TanhTransform,
)
from .vector import (
    CorrCholeskyTransform,
    LowerCholeskyTransform,
    PositiveDefiniteTransform,
    ReshapeTransform,
    SoftmaxTransform,
    StickBreakingTransform,
)

__all__ = [
    "AbsTransform",
    "AffineTransform",
    "CatTransform",
    "ComposeTransform",
    "CorrCholeskyTransform",
    "CumulativeDistributionTransform",
    "ExpTransform",
    "IndependentTransform",
    "LowerCholeskyTransform",
    "PositiveDefiniteTransform",
    "PowerTransform",
    "ReshapeTransform",
    "SigmoidTransform",
    "SoftmaxTransform",
    "SoftplusTransform",
    "StackTransform",
    "StickBreakingTransform",
    "TanhTransform",
    "Transform",
    "identity_transform",
]

# In PyTorch this is one file; pickles name a transform by it.
for _name in [*__all__, "_InverseTransform"]:
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = __name__
del _name
