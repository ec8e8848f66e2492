"""``torch.linalg``: rows of the op table under their own name."""

from __future__ import annotations

from . import _C
from ._lazy import absent

globals().update({name: value for name, value in vars(_C._linalg).items() if not name.startswith("_")})
LinAlgError = _C._LinAlgError
LinAlgError.__doc__ = """A matrix does not allow what was asked: it is singular, not positive definite, or nothing converged.

>>> try:
...     rl.linalg.inv(rl.zeros(2, 2))
... except rl.linalg.LinAlgError as error:
...     print(isinstance(error, RuntimeError))
True
"""
__getattr__ = absent(__name__)
