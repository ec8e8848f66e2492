"""What PyTorch has and this package has not: what to say of it, and what to do instead.

Read only when a name was not found. A name that has come to be found by now does no harm here.
"""

from __future__ import annotations

# PyTorch's public names, without those of the machinery behind its compilers, by the package they are missing from
_NAMES = {
    "": (
        "CallStack GraphExecutorState LoggerBase StorageBase SymBool SymFloat "
        "SymInt addmv_ adjoint affine_grid_generator ao as_strided_ asarray binary_cross_entropy_with_logits "
        "bit broadcast_shapes cholesky cholesky_inverse "
        "cholesky_solve choose_qparams_optimized combinations cond contrib cosine_embedding_loss "
        "cross dequantize det detach_ dsmm eig embedding_bag embedding_renorm_ empty_quantized export fill_ "
        "frobenius_norm from_file frombuffer geqrf get_device get_file_path grid_sampler grid_sampler_2d "
        "grid_sampler_3d gru gru_cell hinge_embedding_loss histogramdd hsmm hspmm "
        "import_ir_module import_ir_module_from_buffer index_put_ init_num_threads "
        "int_repr inverse is_anomaly_check_nan_enabled is_distributed is_inference is_nonzero "
        "is_same_size istft kl_div legacy_contiguous_format lobpcg logdet lstm lstm_cell lstsq lu lu_solve "
        "lu_unpack margin_ranking_loss masked matrix_exp matrix_rank max_pool1d_with_indices "
        "merge_type_from_type_comment monitor native_batch_norm native_channel_shuffle native_dropout "
        "native_group_norm native_layer_norm native_norm nested nonzero_static norm_except_dim nuclear_norm "
        "orgqr ormqr package parse_ir parse_schema parse_type_comment pca_lowrank per_channel_affine "
        "per_channel_affine_float_qparams per_channel_symmetric per_tensor_affine per_tensor_symmetric "
        "pinverse poisson_nll_loss prepare_multiprocessing_environment "
        "profiler_allow_cudagraph_cupti_lazy_reinit_cuda12 q_per_channel_axis q_per_channel_scales "
        "q_per_channel_zero_points q_scale q_zero_point qr qscheme quantization "
        "quantize_per_channel quantize_per_tensor quantize_per_tensor_dynamic "
        "resize_as_ resize_as_sparse_ rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell saddmm segment_reduce "
        "set_anomaly_enabled signal slice_inverse slogdet smm solve sparse sparse_bsc_tensor "
        "sparse_bsr_tensor sparse_compressed_tensor sparse_coo_tensor sparse_csc_tensor sparse_csr_tensor "
        "spmm sspaddmm stft svd svd_lowrank sym_constrain_range sym_constrain_range_for_size sym_float "
        "sym_fresh_size sym_int sym_ite sym_max sym_min sym_not sym_sqrt sym_sum symeig thread_safe_generator "
        "trace triangular_solve triplet_margin_loss "
        "unify_type_list unravel_index unsafe_chunk unsafe_split unsafe_split_with_sizes vander "
        "while_loop zero_"
    ),
    "autograd.graph": (
        "GradientEdge allow_mutation_on_saved_tensors disable_saved_tensors_hooks get_gradient_edge "
        "increment_version register_multi_grad_hook save_on_cpu "
        "saved_tensors_hooks"
    ),
    "nn": "CrossMapLRN2d backends intrinsic qat quantizable quantized",
    "nn.functional": (
        "adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices adaptive_max_pool3d_with_indices "
        "native_channel_shuffle"
    ),
    "optim": "SparseAdam",
    "utils": "bottleneck cpp_extension mobile_optimizer",
}

_NOT_CUDA = "GPUs are used through Vulkan, Metal or DirectX 12, not through CUDA's own libraries"
_ONE_KIND = "a GPU of any maker is 'cuda' here, and rushlight.cuda its module; device='cpu' is always there"
_NOT_TRACED = "programs are not traced; keep the Python code, and save parameters with save(module.state_dict(), path)"
_NOT_QUANTISED = "there are no quantised tensors; bfloat16 and float16 halve the memory"
_BLOCKS = "there are no matrices of blocks; use sparse_csr_tensor or sparse_coo_tensor"

# What to do instead; the longest beginning of the full name decides.
_INSTEAD = {
    "ao": _NOT_QUANTISED,
    "cuda": _NOT_CUDA,
    "cuda.gds": "files are read by the processor; load(..., map_location='cuda') brings them to the device",
    "cuda.jiterator": "kernels are not compiled from C++; write the function in tensor ops, whose calls are batched for the device",
    "cuda.nccl": "there is one process and one device; nn.parallel.comm copies and sums",
    "cuda.sparse": "sparse tensors are in rushlight.sparse",
    "cuda.tunable": "products are not tuned while a program runs; leave it out",
    "mps": _ONE_KIND,
    "mtia": _ONE_KIND,
    "xpu": _ONE_KIND,
    "distributed": "there is one process, which uses all cores",
    "export": _NOT_TRACED,
    "masked": "multiply by masks, or index with them",
    "nested": "pad sequences with nn.utils.rnn.pad_sequence, or pack them with pack_padded_sequence",
    "nn.intrinsic": _NOT_QUANTISED,
    "nn.qat": _NOT_QUANTISED,
    "nn.quantizable": _NOT_QUANTISED,
    "nn.quantized": _NOT_QUANTISED,
    "package": _NOT_TRACED,
    "quantization": _NOT_QUANTISED,
    "quantize": _NOT_QUANTISED,
    "sparse_bsr_tensor": _BLOCKS,
    "sparse_bsc_tensor": _BLOCKS,
    "utils.bottleneck": "Python's own cProfile shows where time goes",
    "utils.cpp_extension": "ops are written in Rust; see CONTRIBUTING.md",
}


WHERE = "`python -m rushlight.torch --missing` lists PyTorch's names that are not here"


def missing() -> list[str]:
    """PyTorch's names that this package has not, with what to do instead, by package."""
    from importlib import import_module

    lines = []
    for package, names in _NAMES.items():
        owner = import_module(f"rushlight.{package}" if package else "rushlight")
        there = set(dir(owner))  # which imports nothing
        lacking = [name for name in names.split() if name not in there]
        lines += [explain(owner.__name__, name) or "" for name in lacking]
    return sorted(lines)


def explain(package: str, name: str) -> str | None:
    """What to say of ``package.name``; ``None`` if PyTorch has no such name, as far as this file knows."""
    inside = package.partition(".")[2]
    path = f"{inside}.{name}" if inside else name
    # all of a device's names are missing with the device, and what several processes need with those
    whole = inside in ("cuda", "xpu", "mps", "mtia") or inside.startswith("distributed")
    if name.startswith("_") or not (whole or name in _NAMES.get(inside, "").split()):
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

    shown = getattr(sys.modules.get(package), "__name__", package)  # PyTorch's, while a program says `import torch`
    text, reason = f"module '{shown}' has no attribute '{name}'", explain(package, name)
    if reason is None:
        names = dir(sys.modules[package]) if package in sys.modules else []
        if len(names) >= 750:  # from there on Python makes no guess of its own
            from difflib import get_close_matches

            close = get_close_matches(name, names, 1, 0.75)
            text += f". Did you mean: '{close[0]}'?" if close else ""
        return AttributeError(text, name=name, obj=sys.modules.get(package))
    return AttributeError(f"{text}. {reason} ({WHERE})", obj=sys.modules.get(package))
