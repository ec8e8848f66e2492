"""What PyTorch has and this package has not: what to say of it, and what to do instead.

Read only when a name was not found. A name that has come to be found by now does no harm here.
"""

from __future__ import annotations

# PyTorch's public names, without those of the machinery behind its compilers, by the package they are missing from
_NAMES = {
    "": (
        "AcceleratorError CallStack Event Future GradScaler GraphExecutorState LoggerBase StorageBase "
        "Stream SymBool SymFloat SymInt accelerator addmv_ adjoint affine_grid_generator amp ao as_strided_ "
        "asarray autocast autocast_decrement_nesting autocast_increment_nesting "
        "binary_cross_entropy_with_logits bit bits16 bits1x8 bits2x4 bits4x2 bits8 broadcast_shapes chalf "
        "cholesky cholesky_inverse cholesky_solve choose_qparams_optimized clamp_ clamp_max_ clamp_min_ "
        "clear_autocast_cache clip_ combinations compile compiled_with_cxx11_abi compiler complex32 cond "
        "contrib cosine_embedding_loss cross dequantize det detach_ distributed distributions dsmm eig "
        "embedding_bag embedding_renorm_ empty_quantized export fill_ float4_e2m1fn_x2 float8_e4m3fn "
        "float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu fork frobenius_norm from_file "
        "frombuffer func futures fx geqrf get_autocast_cpu_dtype get_autocast_dtype get_autocast_gpu_dtype "
        "get_autocast_ipu_dtype get_autocast_xla_dtype get_deterministic_debug_mode get_device "
        "get_device_module get_file_path get_float32_matmul_precision grid_sampler grid_sampler_2d "
        "grid_sampler_3d gru gru_cell has_lapack has_mkl has_openmp has_spectral hash_tensor "
        "hinge_embedding_loss histogramdd hsmm hspmm hub import_ir_module import_ir_module_from_buffer "
        "index_put_ init_num_threads int1 int2 int3 int4 int5 int6 int7 int_repr inverse "
        "is_anomaly_check_nan_enabled is_autocast_cache_enabled is_autocast_cpu_enabled is_autocast_enabled "
        "is_autocast_ipu_enabled is_autocast_xla_enabled is_deterministic_algorithms_warn_only_enabled "
        "is_distributed is_inference is_nonzero is_same_size is_vulkan_available is_warn_always_enabled "
        "istft jit kl_div legacy_contiguous_format library lobpcg logdet logit_ lstm lstm_cell lstsq lu "
        "lu_solve lu_unpack margin_ranking_loss masked matrix_exp matrix_rank max_pool1d_with_indices "
        "merge_type_from_type_comment monitor mps mtia multiprocessing nan_to_num_ native_batch_norm "
        "native_channel_shuffle native_dropout native_group_norm native_layer_norm native_norm nested "
        "nonzero_static norm_except_dim nuclear_norm onnx orgqr ormqr overrides package parse_ir "
        "parse_schema parse_type_comment pca_lowrank per_channel_affine per_channel_affine_float_qparams "
        "per_channel_symmetric per_tensor_affine per_tensor_symmetric pinverse poisson_nll_loss "
        "prepare_multiprocessing_environment profiler profiler_allow_cudagraph_cupti_lazy_reinit_cuda12 "
        "q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale q_zero_point qint32 "
        "qint8 qr qscheme quantization quantize_per_channel quantize_per_tensor quantize_per_tensor_dynamic "
        "quint2x4 quint4x2 quint8 resize_as_ resize_as_sparse_ rnn_relu rnn_relu_cell rnn_tanh "
        "rnn_tanh_cell round_ saddmm segment_reduce set_anomaly_enabled set_autocast_cache_enabled "
        "set_autocast_cpu_dtype set_autocast_cpu_enabled set_autocast_dtype set_autocast_enabled "
        "set_autocast_gpu_dtype set_autocast_ipu_dtype set_autocast_ipu_enabled set_autocast_xla_dtype "
        "set_autocast_xla_enabled set_default_device set_deterministic_debug_mode "
        "set_float32_matmul_precision set_flush_denormal set_warn_always signal slice_inverse slogdet smm "
        "solve sparse sparse_bsc_tensor sparse_bsr_tensor sparse_compressed_tensor sparse_coo_tensor "
        "sparse_csc_tensor sparse_csr_tensor spmm sspaddmm stft svd svd_lowrank sym_constrain_range "
        "sym_constrain_range_for_size sym_float sym_fresh_size sym_int sym_ite sym_max sym_min sym_not "
        "sym_sqrt sym_sum symeig testing thread_safe_generator trace triangular_solve triplet_margin_loss "
        "uint1 uint16 uint2 uint3 uint32 uint4 uint5 uint6 uint64 uint7 unify_type_list unravel_index "
        "unsafe_chunk unsafe_split unsafe_split_with_sizes vander vmap wait while_loop xpu zero_ "
    ),
    "autograd": (
        "NestedIOFunction enforce_grad_layout_policy forward_ad set_multithreading_enabled variable "
    ),
    "autograd.graph": (
        "GradientEdge allow_mutation_on_saved_tensors disable_saved_tensors_hooks get_gradient_edge "
        "increment_version region_activation_memory_budget register_multi_grad_hook save_on_cpu "
        "saved_tensors_hooks set_override_stale_capture_stream set_warn_on_accumulate_grad_stream_mismatch "
    ),
    "nn": (
        "CrossMapLRN2d DataParallel LinearCrossEntropyOptions backends intrinsic parallel qat "
        "quantizable quantized "
    ),
    "nn.functional": (
        "adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices adaptive_max_pool3d_with_indices "
        "grouped_mm handle_torch_function has_torch_function has_torch_function_unary "
        "has_torch_function_variadic native_channel_shuffle scaled_grouped_mm scaled_mm "
    ),
    "nn.utils.parametrizations": "orthogonal",
    "optim": (
        "SparseAdam swap_in_optimizer_params_and_state "
    ),
    "utils": (
        "benchmark bottleneck checkpoint collect_env cpp_extension dlpack mobile_optimizer model_zoo "
        "tensorboard weak "
    ),
    "utils.data": (
        "DFIterDataPipe DataChunk IterDataPipe MapDataPipe argument_validation functional_datapipe "
        "guaranteed_datapipes_determinism non_deterministic runtime_validation runtime_validation_disabled "
    ),
}

_NO_GPU = "there is no GPU backend; keep tensors and modules on device='cpu'"
_NOT_TRACED = "programs are not traced; keep the Python code, and save parameters with save(module.state_dict(), path)"
_NOT_QUANTISED = "there are no quantised tensors; bfloat16 and float16 halve the memory"
_NOT_COMPILED = "nothing is compiled; call the function or the module itself, results are the same"
_DENSE = "there are no sparse tensors; use dense ones"
_NOT_MIXED = "there is no autocast; convert with .to(rushlight.bfloat16), or stay with float32"
_TRANSFORMS = "rushlight.autograd.functional has jacobian, hessian, vjp, jvp, hvp and vhp"

# What to do instead; the longest beginning of the full name decides.
_INSTEAD = {
    "accelerator": _NO_GPU,
    "amp": _NOT_MIXED,
    "ao": _NOT_QUANTISED,
    "autocast": _NOT_MIXED,
    "autograd.forward_ad": _TRANSFORMS,
    "compile": _NOT_COMPILED,
    "cuda": _NO_GPU,
    "distributed": "one process uses all cores; leave the process group out",
    "distributions": "draw with normal, rand, bernoulli, multinomial and poisson",
    "export": _NOT_TRACED,
    "func": _TRANSFORMS,
    "fx": _NOT_TRACED,
    "GradScaler": _NOT_MIXED,
    "hub": "download the file yourself and read it with load(path)",
    "jit": _NOT_TRACED,
    "masked": "multiply by masks, or index with them",
    "mps": _NO_GPU,
    "mtia": _NO_GPU,
    "multiprocessing": "Python's own multiprocessing takes its place; DataLoader has workers of its own",
    "nested": "pad sequences with nn.utils.rnn.pad_sequence, or pack them with pack_padded_sequence",
    "nn.DataParallel": "one process uses all cores; call the module itself",
    "nn.intrinsic": _NOT_QUANTISED,
    "nn.parallel": "one process uses all cores; call the module itself",
    "nn.qat": _NOT_QUANTISED,
    "nn.quantizable": _NOT_QUANTISED,
    "nn.quantized": _NOT_QUANTISED,
    "onnx": _NOT_TRACED,
    "package": _NOT_TRACED,
    "profiler": "Python's own cProfile shows where time goes",
    "qint": _NOT_QUANTISED,
    "quantization": _NOT_QUANTISED,
    "quantize": _NOT_QUANTISED,
    "quint": _NOT_QUANTISED,
    "sparse": _DENSE,
    "testing": "allclose(a, b), or numpy.testing.assert_allclose",
    "utils.bottleneck": "Python's own cProfile shows where time goes",
    "utils.cpp_extension": "ops are written in Rust; see CONTRIBUTING.md",
    "utils.tensorboard": "write figures with Python's csv or json",
    "vmap": "write the batch axis out: ops broadcast, and einsum names axes",
    "xpu": _NO_GPU,
}


def explain(package: str, name: str) -> str | None:
    """What to say of ``package.name``; ``None`` if PyTorch has no such name, as far as this file knows."""
    inside = package.partition(".")[2]
    path = f"{inside}.{name}" if inside else name
    # all of a device's names are missing with the device
    if name.startswith("_") or (inside != "cuda" and name not in _NAMES.get(inside, "").split()):
        return None
    fits = [start for start in _INSTEAD if path.startswith(start)]
    text = f"PyTorch's {path} is not in rushlight"
    return f"{text}: {_INSTEAD[max(fits, key=len)]}" if fits else text


def attribute_error(package: str, name: str) -> AttributeError:
    """The error for ``package.name``.

    With a reason in it the error does not say which name was looked for: Python would add a guess to it
    (``compile``? "Did you mean: 'complex'?").
    """
    import sys

    text, reason = f"module '{package}' has no attribute '{name}'", explain(package, name)
    if reason is None:
        return AttributeError(text, name=name, obj=sys.modules.get(package))
    return AttributeError(f"{text}. {reason}", obj=sys.modules.get(package))
