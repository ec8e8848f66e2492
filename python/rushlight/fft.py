"""``torch.fft``: rows of the op table under their own name."""

from __future__ import annotations

from . import _C
from ._C import Tensor as Tensor
from ._lazy import absent

globals().update({name: value for name, value in vars(_C._fft).items() if not name.startswith("_")})
__getattr__ = absent(__name__)
