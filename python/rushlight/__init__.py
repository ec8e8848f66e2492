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
from ._types import (
    AcceleratorError as AcceleratorError,
    OutOfMemoryError as OutOfMemoryError,
    Size as Size,
    finfo as finfo,
    iinfo as iinfo,
)

# every function of the op table; names with an underscore stay private to the package
globals().update({name: value for name, value in vars(_C).items() if not name.startswith("_")})

from math import e as e, inf as inf, nan as nan, pi as pi

from . import _tensor, autograd as autograd
from ._deprecated import meshgrid as meshgrid, range as range  # type: ignore[assignment]
from ._settings import (
    _assert as _assert,
    _assert_async as _assert_async,
    _check as _check,
    _check_index as _check_index,
    _check_is_size as _check_is_size,
    _check_not_implemented as _check_not_implemented,
    _check_tensor_all as _check_tensor_all,
    _check_tensor_all_with as _check_tensor_all_with,
    _check_type as _check_type,
    _check_value as _check_value,
    _check_with as _check_with,
    are_deterministic_algorithms_enabled as are_deterministic_algorithms_enabled,
    compiled_with_cxx11_abi as compiled_with_cxx11_abi,
    get_default_device as get_default_device,
    get_deterministic_debug_mode as get_deterministic_debug_mode,
    get_device_module as get_device_module,
    get_float32_matmul_precision as get_float32_matmul_precision,
    get_num_interop_threads as get_num_interop_threads,
    is_deterministic_algorithms_warn_only_enabled as is_deterministic_algorithms_warn_only_enabled,
    is_grad_enabled as is_grad_enabled,
    is_storage as is_storage,
    is_vulkan_available as is_vulkan_available,
    is_warn_always_enabled as is_warn_always_enabled,
    set_default_device as set_default_device,
    set_default_tensor_type as set_default_tensor_type,
    set_deterministic_debug_mode as set_deterministic_debug_mode,
    set_float32_matmul_precision as set_float32_matmul_precision,
    set_flush_denormal as set_flush_denormal,
    set_num_interop_threads as set_num_interop_threads,
    set_printoptions as set_printoptions,
    set_warn_always as set_warn_always,
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
_METHODS = "addmv_ as_strided_ detach_ fill_ get_device index_put_ is_inference is_same_size resize_as_ zero_"
globals().update({name: getattr(_C.Tensor, name) for name in _METHODS.split()})

newaxis = None
has_lapack = has_spectral = has_openmp = True  # linear algebra, transforms and threads are there, under other makers' names
has_mkl = has_mps = has_cuda = False
long, bool = _C.int64, _C.bool
legacy_contiguous_format = _C.contiguous_format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import (
        accelerator as accelerator,
        amp as amp,
        backends as backends,
        compiler as compiler,
        cpu as cpu,
        cuda as cuda,
        distributed as distributed,
        distributions as distributions,
        fft as fft,
        futures as futures,
        fx as fx,
        hub as hub,
        jit as jit,
        library as library,
        linalg as linalg,
        mps as mps,
        mtia as mtia,
        multiprocessing as multiprocessing,
        nn as nn,
        onnx as onnx,
        optim as optim,
        overrides as overrides,
        profiler as profiler,
        return_types as return_types,
        serialization as serialization,
        signal as signal,
        sparse as sparse,
        special as special,
        storage as storage,
        testing as testing,
        types as types,
        utils as utils,
        version as version,
        vision as vision,
        xpu as xpu,
    )
    from ._doubles.aten import (
        _convert_indices_from_coo_to_csr as _convert_indices_from_coo_to_csr,
        _convert_indices_from_csr_to_coo as _convert_indices_from_csr_to_coo,
        _log_softmax_backward_data as _log_softmax_backward_data,
        _sample_dirichlet as _sample_dirichlet,
        _shape_as_tensor as _shape_as_tensor,
        _softmax_backward_data as _softmax_backward_data,
        _standard_gamma as _standard_gamma,
    )
    from ._doubles.control import cond as cond, while_loop as while_loop
    from ._doubles.layers import (
        affine_grid_generator as affine_grid_generator,
        embedding_bag as embedding_bag,
        embedding_renorm_ as embedding_renorm_,
        grid_sampler as grid_sampler,
        grid_sampler_2d as grid_sampler_2d,
        grid_sampler_3d as grid_sampler_3d,
        max_pool1d_with_indices as max_pool1d_with_indices,
        native_batch_norm as native_batch_norm,
        native_dropout as native_dropout,
        native_group_norm as native_group_norm,
        native_layer_norm as native_layer_norm,
    )
    from ._doubles.losses import (
        binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
        cosine_embedding_loss as cosine_embedding_loss,
        hinge_embedding_loss as hinge_embedding_loss,
        kl_div as kl_div,
        margin_ranking_loss as margin_ranking_loss,
        poisson_nll_loss as poisson_nll_loss,
        triplet_margin_loss as triplet_margin_loss,
    )
    from ._doubles.matrices import vander as vander
    from ._doubles.memory import (
        asarray as asarray,
        from_file as from_file,
        frombuffer as frombuffer,
    )
    from ._doubles.questions import (
        is_anomaly_check_nan_enabled as is_anomaly_check_nan_enabled,
        is_distributed as is_distributed,
        is_nonzero as is_nonzero,
        set_anomaly_enabled as set_anomaly_enabled,
    )
    from ._doubles.recurrent import (
        gru as gru,
        gru_cell as gru_cell,
        lstm as lstm,
        lstm_cell as lstm_cell,
        rnn_relu as rnn_relu,
        rnn_relu_cell as rnn_relu_cell,
        rnn_tanh as rnn_tanh,
        rnn_tanh_cell as rnn_tanh_cell,
    )
    from ._doubles.reductions import (
        frobenius_norm as frobenius_norm,
        norm_except_dim as norm_except_dim,
        nuclear_norm as nuclear_norm,
        segment_reduce as segment_reduce,
    )
    from ._doubles.sizes import (
        SymBool as SymBool,
        SymFloat as SymFloat,
        SymInt as SymInt,
        sym_float as sym_float,
        sym_int as sym_int,
        sym_ite as sym_ite,
        sym_max as sym_max,
        sym_min as sym_min,
        sym_not as sym_not,
        sym_sqrt as sym_sqrt,
        sym_sum as sym_sum,
    )
    from ._lobpcg import lobpcg as lobpcg
    from ._lowrank import pca_lowrank as pca_lowrank, svd_lowrank as svd_lowrank
    from ._ops import ops as ops
    from ._plot import plot_losses as plot_losses
    from ._streams import Event as Event, Stream as Stream
    from ._summary import summary as summary
    from .amp import GradScaler as GradScaler
    from .compiler import compile as compile
    from .functional import (
        broadcast_shapes as broadcast_shapes,
        histogramdd as histogramdd,
        unravel_index as unravel_index,
    )
    from .futures import Future as Future
    from .jit import fork as fork, wait as wait
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
            "compiler": "compile",
            "_ops": "ops",
            "_plot": "plot_losses",
            "_streams": "Event Stream",
            "_summary": "summary",
            "futures": "Future",
            "jit": "fork wait",
            "amp": "GradScaler autocast",
            "amp._state": "autocast_decrement_nesting autocast_increment_nesting clear_autocast_cache "
            "get_autocast_cpu_dtype get_autocast_dtype get_autocast_gpu_dtype get_autocast_ipu_dtype get_autocast_xla_dtype "
            "is_autocast_cache_enabled is_autocast_cpu_enabled is_autocast_enabled is_autocast_ipu_enabled "
            "is_autocast_xla_enabled set_autocast_cache_enabled set_autocast_cpu_dtype set_autocast_cpu_enabled "
            "set_autocast_dtype set_autocast_enabled set_autocast_gpu_dtype set_autocast_ipu_dtype set_autocast_ipu_enabled "
            "set_autocast_xla_dtype set_autocast_xla_enabled",
            "_lobpcg": "lobpcg",
            "_lowrank": "pca_lowrank svd_lowrank",
            "_doubles.control": "cond while_loop",
            "_doubles.fake_quantize": "fake_quantize_per_channel_affine fake_quantize_per_tensor_affine",
            "_doubles.layers": "affine_grid_generator embedding_bag embedding_renorm_ grid_sampler grid_sampler_2d "
            "grid_sampler_3d max_pool1d_with_indices native_batch_norm native_dropout native_group_norm "
            "native_layer_norm",
            "_doubles.losses": "binary_cross_entropy_with_logits cosine_embedding_loss hinge_embedding_loss kl_div "
            "margin_ranking_loss poisson_nll_loss triplet_margin_loss",
            "_doubles.matrices": "vander",
            "_doubles.memory": "asarray from_file frombuffer",
            "_doubles.questions": "is_anomaly_check_nan_enabled is_distributed is_nonzero set_anomaly_enabled",
            "_doubles.recurrent": "gru gru_cell lstm lstm_cell rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell",
            "_doubles.reductions": "frobenius_norm norm_except_dim nuclear_norm segment_reduce",
            "_doubles.sizes": "SymBool SymFloat SymInt sym_float sym_int sym_ite sym_max sym_min sym_not sym_sqrt sym_sum",
            "functional": "broadcast_shapes histogramdd unravel_index",
            "serialization": "load save",
            "func": "vmap",
            "sparse.create": "sparse_coo_tensor sparse_compressed_tensor sparse_csr_tensor sparse_csc_tensor",
            "sparse.functions": "dsmm hsmm hspmm saddmm smm spmm",
            "storage": "TypedStorage UntypedStorage DoubleStorage FloatStorage HalfStorage BFloat16Storage LongStorage "
            "IntStorage ShortStorage CharStorage ByteStorage BoolStorage ComplexDoubleStorage ComplexFloatStorage",
        },
        "__config__ __future__ _dynamo _higher_order_ops _inductor _jit_internal _lobpcg _lowrank _ops _subclasses _tensor_str _utils "
        "accelerator amp backends compiler cpu cuda distributed distributions fft func functional futures "
        "fx hub jit library linalg mps mtia multiprocessing nn onnx optim overrides profiler return_types serialization signal sparse special storage "
        "testing types utils vision version xpu",
    )
    __all__ = list(_eager + _later)
    _found = __getattr__
    _BENEATH = (
        "_convert_indices_from_coo_to_csr _convert_indices_from_csr_to_coo _log_softmax_backward_data _sample_dirichlet "
        "_shape_as_tensor _softmax_backward_data _standard_gamma"
    ).split()

    def __getattr__(name: str):
        if name.startswith(("_foreach_", "_amp_foreach_")):
            from . import _foreach

            return getattr(_foreach, name)
        if name in _BENEATH:
            from ._doubles import aten

            return getattr(aten, name)
        if name in ("ScriptModule", "ScriptFunction", "TensorType"):
            from . import jit

            return getattr(jit, name)
        if name == "PyTorchFileReader":
            from .serialization._reader import PyTorchFileReader

            return PyTorchFileReader
        return _found(name)


if Absent not in sys.meta_path:
    sys.meta_path.append(Absent)
