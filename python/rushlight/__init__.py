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
    Generator as Generator,
    Tensor as Tensor,
    default_generator as default_generator,
    device as device,
    dtype as dtype,
    layout as layout,
    memory_format as memory_format,
)
from ._lazy import Absent, on_demand
from ._types import OutOfMemoryError as OutOfMemoryError, Size as Size, finfo as finfo, iinfo as iinfo

# every function of the op table; names with an underscore stay private to the package
globals().update({name: value for name, value in vars(_C).items() if not name.startswith("_")})

from math import e as e, inf as inf, nan as nan, pi as pi

from . import _tensor, autograd as autograd
from ._backends import backends as backends
from ._deprecated import meshgrid as meshgrid, range as range  # type: ignore[assignment]
from ._settings import (
    are_deterministic_algorithms_enabled as are_deterministic_algorithms_enabled,
    get_default_device as get_default_device,
    get_num_interop_threads as get_num_interop_threads,
    is_grad_enabled as is_grad_enabled,
    is_storage as is_storage,
    set_default_tensor_type as set_default_tensor_type,
    set_num_interop_threads as set_num_interop_threads,
    set_printoptions as set_printoptions,
    use_deterministic_algorithms as use_deterministic_algorithms,
)
from ._tensor import (
    BFloat16Tensor as BFloat16Tensor,
    BoolTensor as BoolTensor,
    ByteTensor as ByteTensor,
    CharTensor as CharTensor,
    DoubleTensor as DoubleTensor,
    FloatTensor as FloatTensor,
    HalfTensor as HalfTensor,
    IntTensor as IntTensor,
    LongTensor as LongTensor,
    ShortTensor as ShortTensor,
    is_tensor as is_tensor,
    numel as numel,
    typename as typename,
)
from .autograd.grad_mode import (
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from .random import (
    fork_rng as fork_rng,
    get_rng_state as get_rng_state,
    initial_seed as initial_seed,
    manual_seed as manual_seed,
    seed as seed,
    set_rng_state as set_rng_state,
)
from .torch_version import __version__ as __version__

# methods that PyTorch has as functions, too
_METHODS = "addmv_ as_strided_ detach_ fill_ get_device index_put_ is_inference is_same_size zero_"
globals().update({name: getattr(_C.Tensor, name) for name in _METHODS.split()})

newaxis = None
long, bool = _C.int64, _C.bool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import (
        cuda as cuda,
        fft as fft,
        linalg as linalg,
        multiprocessing as multiprocessing,
        nn as nn,
        optim as optim,
        return_types as return_types,
        signal as signal,
        special as special,
        storage as storage,
        types as types,
        utils as utils,
    )
    from ._lobpcg import lobpcg as lobpcg
    from ._lowrank import pca_lowrank as pca_lowrank, svd_lowrank as svd_lowrank
    from .functional import (
        broadcast_shapes as broadcast_shapes,
        histogramdd as histogramdd,
        unravel_index as unravel_index,
    )
    from .storage import TypedStorage as TypedStorage, UntypedStorage as UntypedStorage

    # as in `serialization`, which is imported when first asked for
    def load(
        f: Any,
        map_location: Any = None,
        pickle_module: Any = None,
        *,
        weights_only: Any = None,
        mmap: Any = None,
        **pickle_load_args: Any,
    ) -> Any: ...
    def save(
        obj: Any,
        f: Any,
        pickle_module: Any = None,
        pickle_protocol: Any = 2,
        _use_new_zipfile_serialization: Any = True,
    ) -> None: ...

_eager = [name for name in globals() if not name.startswith("_") and name not in ("Absent", "annotations", "sys", "on_demand")]
if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, _later = on_demand(
        __name__,
        {
            "_lobpcg": "lobpcg",
            "_lowrank": "pca_lowrank svd_lowrank",
            "functional": "broadcast_shapes histogramdd unravel_index",
            "serialization": "load save",
            "storage": "TypedStorage UntypedStorage DoubleStorage FloatStorage HalfStorage BFloat16Storage LongStorage "
            "IntStorage ShortStorage CharStorage ByteStorage BoolStorage ComplexDoubleStorage ComplexFloatStorage",
        },
        "cuda fft functional linalg multiprocessing nn optim return_types serialization signal special storage types utils",
    )
    __all__ = list(_eager + _later)

if Absent not in sys.meta_path:
    sys.meta_path.append(Absent)
