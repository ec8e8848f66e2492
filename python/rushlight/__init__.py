"""rushlight: PyTorch's API on an engine of its own.

    import rushlight as torch

Tensors, autograd and kernels are the extension module ``rushlight._C``; this package lays layers, optimizers and
data loading over it.
"""

from __future__ import annotations

import sys

from . import _C, _types
from ._C import *
from ._C import (
    Generator,
    Tensor,
    default_generator,
    device,
    dtype,
    layout,
    memory_format,
)
from ._lazy import Absent, on_demand
from ._types import OutOfMemoryError, Size, finfo, iinfo

# every function of the op table; names with an underscore stay private to the package
globals().update({name: value for name, value in vars(_C).items() if not name.startswith("_")})

from math import e, inf, nan, pi

from . import _tensor, autograd
from ._backends import backends
from ._settings import (
    are_deterministic_algorithms_enabled,
    get_default_device,
    get_num_interop_threads,
    is_grad_enabled,
    is_storage,
    set_default_tensor_type,
    set_num_interop_threads,
    set_printoptions,
    use_deterministic_algorithms,
)
from ._tensor import (
    BFloat16Tensor,
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
    is_tensor,
    numel,
    typename,
)
from .autograd.grad_mode import (
    enable_grad,
    inference_mode,
    no_grad,
    set_grad_enabled,
)
from .random import (
    fork_rng,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from .torch_version import __version__

newaxis = None
long, bool = _C.int64, _C.bool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import cuda, fft, linalg, nn, optim, return_types, special, types, utils
    from .serialization import load, save

_eager = [name for name in globals() if not name.startswith("_") and name not in ("Absent", "annotations", "sys", "on_demand")]
__getattr__, __dir__, _later = on_demand(
    __name__,
    {"serialization": "load save"},
    "cuda fft linalg nn optim return_types serialization special types utils",
)

if Absent not in sys.meta_path:
    sys.meta_path.append(Absent)

__all__ = list(_eager + _later)
