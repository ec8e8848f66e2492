"""``torch.linalg``: rows of the op table under their own name."""

from __future__ import annotations

from . import _C
from ._lazy import absent

globals().update({name: value for name, value in vars(_C._linalg).items() if not name.startswith("_")})
LinAlgError = _C._LinAlgError
__getattr__ = absent(__name__)
