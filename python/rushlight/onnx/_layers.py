"""Rows of layers: convolutions, pools, norms, attention, tables, resampling."""

from __future__ import annotations

import math
from typing import Any

from .. import _C
from .._types import finfo
from ._graph import Builder, Value, row, tuple_of
from ._reduce import deviation, reduced
from .errors import UnsupportedOperatorError

Tensor = _C.Tensor


def _batched(b: Builder, input: Value, axes: int) -> tuple[Value, bool]:
    """An input with an axis of samples, and whether it had one; axes counts those of planes."""
    if input.ndim == axes + 2:
        return input, True
    made = b.op("Unsqueeze", input, [0])
    made.example = input.example.unsqueeze(0)
    made.other = input.other.unsqueeze(0) if isinstance(input.other, Tensor) else None
    return made, False


def _unbatched(b: Builder, output: Value, had: bool) -> Value:
    return output if had else b.op("Squeeze", output, [0])


# ---------------------------------------------------------------------- convolutions
def _conv(n: int) -> None:
    @row(f"conv{n}d")
    def written(
        b: Builder,
        input: Value,
        weight: Value,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Value:
        dilation, kernel = tuple_of(dilation, n), list(weight.shape[2:])
        if padding == "same":
            total = [d * (k - 1) for d, k in zip(dilation, kernel)]
            pads = [each // 2 for each in total] + [each - each // 2 for each in total]
        else:
            pads = tuple_of(0 if padding == "valid" else padding, n) * 2
        x, had = _batched(b, input, n)
        made = b.op(
            "Conv",
            x,
            weight,
            bias,
            kernel_shape=kernel,
            strides=tuple_of(stride, n),
            pads=pads,
            dilations=dilation,
            group=groups,
        )
        return _unbatched(b, made, had)

    @row(f"conv_transpose{n}d")
    def transposed(
        b: Builder,
        input: Value,
        weight: Value,
        bias: Any = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Value:
        x, had = _batched(b, input, n)
        made = b.op(
            "ConvTranspose",
            x,
            weight,
            bias,
            kernel_shape=list(weight.shape[2:]),
            strides=tuple_of(stride, n),
            pads=tuple_of(padding, n) * 2,
            output_padding=tuple_of(output_padding, n),
            dilations=tuple_of(dilation, n),
            group=groups,
        )
        return _unbatched(b, made, had)


# ---------------------------------------------------------------------- pools
def _pool(n: int) -> None:
    @row(f"max_pool{n}d")
    def largest(
        b: Builder,
        input: Value,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Value:
        if return_indices:
            raise UnsupportedOperatorError(f"max_pool{n}d", "with positions")
        x, had = _batched(b, input, n)
        made = b.op(
            "MaxPool",
            x,
            kernel_shape=tuple_of(kernel_size, n),
            strides=tuple_of(kernel_size if stride in (None, [], ()) else stride, n),
            pads=tuple_of(padding, n) * 2,
            dilations=tuple_of(dilation, n),
            ceil_mode=int(ceil_mode),
        )
        return _unbatched(b, made, had)

    @row(f"avg_pool{n}d")
    def mean(
        b: Builder,
        input: Value,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: Any = None,
    ) -> Value:
        if divisor_override is not None:
            raise UnsupportedOperatorError(f"avg_pool{n}d", "with a divisor of its own")
        x, had = _batched(b, input, n)
        made = b.op(
            "AveragePool",
            x,
            kernel_shape=tuple_of(kernel_size, n),
            strides=tuple_of(kernel_size if stride in (None, [], ()) else stride, n),
            pads=tuple_of(padding, n) * 2,
            ceil_mode=int(ceil_mode),
            count_include_pad=int(count_include_pad),
        )
        return _unbatched(b, made, had)

    def adaptive(name: str, whole: str, part: str) -> None:
        @row(name)
        def written(b: Builder, input: Value, output_size: Any, return_indices: bool = False) -> Value:
            given = list(input.shape[-n:])
            wanted = [g if w is None else w for w, g in zip(tuple_of(output_size, n), given)]
            x, had = _batched(b, input, n)
            if return_indices:
                raise UnsupportedOperatorError(name, "with positions")
            if wanted == [1] * n:
                return _unbatched(b, b.op(whole, x), had)
            if not b.fixed(input) and any(map(input.is_free, range(input.ndim - n, input.ndim))):
                raise UnsupportedOperatorError(name, "of planes of any size, to other sizes than 1")
            if any(g % w for g, w in zip(given, wanted)):
                if whole == "GlobalAveragePool":
                    return _unbatched(b, _shares(b, x, given, wanted), had)
                raise UnsupportedOperatorError(name, f"{wanted} does not divide {given}")
            steps = [g // w for g, w in zip(given, wanted)]
            return _unbatched(b, b.op(part, x, kernel_shape=steps, strides=steps), had)

    adaptive(f"adaptive_avg_pool{n}d", "GlobalAveragePool", "AveragePool")
    adaptive(f"adaptive_max_pool{n}d", "GlobalMaxPool", "MaxPool")


def _shares(b: Builder, input: Value, given: list[int], wanted: list[int]) -> Value:
    """Means over parts of planes that overlap: along each axis a product with the shares of its elements."""
    n = len(given)
    for axis, (g, w) in enumerate(zip(given, wanted)):
        shares = _C.zeros(g, w, dtype=input.dtype)
        for i in range(w):
            begin, end = i * g // w, -(-(i + 1) * g // w)
            shares[begin:end, i] = 1 / (end - begin)
        order = list(range(n + 2))
        order[axis + 2], order[-1] = order[-1], order[axis + 2]
        moved = b.op("Transpose", input, perm=order)
        input = b.op("Transpose", b.op("MatMul", moved, b.constant(shares)), perm=order)
    return input


for _n in (1, 2, 3):
    _conv(_n)
    _pool(_n)


# ---------------------------------------------------------------------- norms
@row("batch_norm")
def _batch_norm(
    b: Builder,
    input: Value,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Value:
    axes = [0, *range(2, input.ndim)]
    if training or running_mean is None:
        centred = b.op("Sub", input, reduced(b, "ReduceMean", input, axes, True))
        spread = b.op("Sqrt", b.op("Add", deviation(b, input, axes, 0, True), float(eps)))
        return _affine(b, b.op("Div", centred, spread), weight, bias, input.ndim)
    count = running_mean.shape[0]
    weight = b.constant(_C.ones(count, dtype=input.dtype)) if weight is None else weight
    bias = b.constant(_C.zeros(count, dtype=input.dtype)) if bias is None else bias
    return b.op("BatchNormalization", input, weight, bias, running_mean, running_var, epsilon=float(eps))


def _affine(b: Builder, input: Value, weight: Any, bias: Any, ndim: int) -> Value:
    """Scale and shift of every channel."""
    for operator, by in (("Mul", weight), ("Add", bias)):
        if by is not None:
            input = b.op(operator, input, b.op("Reshape", by, [1, -1] + [1] * (ndim - 2)))
    return input


@row("layer_norm")
def _layer_norm(
    b: Builder, input: Value, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Value:
    sizes = [b.number(each) for each in normalized_shape]
    weight = b.constant(_C.ones(tuple(sizes), dtype=input.dtype)) if weight is None else weight
    return b.op("LayerNormalization", input, weight, bias, axis=-len(sizes), epsilon=float(eps))


@row("rms_norm")
def _rms_norm(
    b: Builder, input: Value, normalized_shape: Any, weight: Any = None, eps: Any = None
) -> Value:
    axes = list(range(input.ndim - len(normalized_shape), input.ndim))
    eps = finfo(input.dtype).eps if eps is None else eps
    mean = reduced(b, "ReduceMean", b.op("Mul", input, input), axes, True)
    made = b.op("Div", input, b.op("Sqrt", b.op("Add", mean, float(eps))))
    return made if weight is None else b.op("Mul", made, weight)


@row("instance_norm")
def _instance_norm(
    b: Builder,
    input: Value,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Value:
    if not use_input_stats:
        return _batch_norm(b, input, running_mean, running_var, weight, bias, False, momentum, eps)
    count = input.shape[1]
    weight = b.constant(_C.ones(count, dtype=input.dtype)) if weight is None else weight
    bias = b.constant(_C.zeros(count, dtype=input.dtype)) if bias is None else bias
    return b.op("InstanceNormalization", input, weight, bias, epsilon=float(eps))


@row("group_norm")
def _group_norm(
    b: Builder,
    input: Value,
    num_groups: int,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Value:
    # a group is one channel of a layer that normalises each
    grouped = b.op("Reshape", input, [0, num_groups, -1])
    ones = b.constant(_C.ones(num_groups, dtype=input.dtype))
    zeros = b.constant(_C.zeros(num_groups, dtype=input.dtype))
    made = b.op("InstanceNormalization", grouped, ones, zeros, epsilon=float(eps))
    return _affine(b, b.op("Reshape", made, b.op("Shape", input, dtype=_C.int64)), weight, bias, input.ndim)


@row("local_response_norm")
def _local_response_norm(
    b: Builder, input: Value, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Value:
    return b.op("LRN", input, size=size, alpha=float(alpha), beta=float(beta), bias=float(k))


# ---------------------------------------------------------------------- tables and attention
@row("embedding")
def _embedding(b: Builder, input: Value, weight: Value, *args: Any, **kwargs: Any) -> Value:
    return b.op("Gather", weight, input, axis=0, dtype=weight.dtype)


@row("scaled_dot_product_attention")
def _attention(
    b: Builder,
    query: Value,
    key: Value,
    value: Value,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: Any = None,
    enable_gqa: bool = False,
) -> Value:
    if enable_gqa and query.shape[-3] != key.shape[-3]:
        raise UnsupportedOperatorError("scaled_dot_product_attention", "with fewer heads of keys than of queries")
    order = [*range(key.ndim - 2), key.ndim - 1, key.ndim - 2]
    scores = b.op("MatMul", query, b.op("Transpose", key, perm=order))
    scores = b.op("Mul", scores, float(1 / math.sqrt(query.shape[-1]) if scale is None else scale))
    if is_causal:
        sizes = b.ints([b.size(query, -2), b.size(key, -2)])
        seen = b.op("Trilu", b.op("Expand", b.constant(1, _C.int32), sizes), upper=0, dtype=_C.int32)
        attn_mask = b.cast(seen, _C.bool)
    if attn_mask is not None and attn_mask.dtype is _C.bool:
        least = b.constant(float("-inf"), query.dtype)
        scores = b.op("Where", attn_mask, scores, least, dtype=query.dtype)
    elif attn_mask is not None:
        scores = b.op("Add", scores, attn_mask)
    return b.op("MatMul", b.op("Softmax", scores, axis=-1), value)


# ---------------------------------------------------------------------- images
_PADS = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@row("pad", "constant_pad_nd")
def _pad(b: Builder, input: Value, pad: Any, mode: str = "constant", value: Any = None) -> Value:
    if mode == "circular" and b.opset < 19:
        raise UnsupportedOperatorError("pad", "circular before opset 19")
    pads = [b.number(each) for each in pad]
    axes = input.ndim - len(pads) // 2
    before = [0] * axes + pads[-2::-2]
    after = [0] * axes + pads[::-2]
    fill = b.constant(value or 0, input.dtype) if mode == "constant" else None
    return b.op("Pad", input, [*before, *after], fill, mode=_PADS[mode])


@row("interpolate", "upsample")
def _interpolate(
    b: Builder,
    input: Value,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: Any = None,
    recompute_scale_factor: Any = None,
    antialias: bool = False,
) -> Value:
    if mode not in ("nearest", "linear", "bilinear", "trilinear", "bicubic") or antialias:
        raise UnsupportedOperatorError("interpolate", f"mode {mode}{' with antialias' * antialias}")
    how = {"nearest": "nearest", "bicubic": "cubic"}.get(mode, "linear")
    place = "asymmetric" if how == "nearest" else "align_corners" if align_corners else "half_pixel"
    if place == "half_pixel" and 1 in b.result.shape[2:]:
        place = "pytorch_half_pixel"
    attributes: Any = {
        "mode": how,
        "coordinate_transformation_mode": place,
        "nearest_mode": "floor" if how == "nearest" else None,
        "cubic_coeff_a": -0.75 if how == "cubic" else None,
    }
    if size is None and not recompute_scale_factor:
        scales = [1.0, 1.0, *map(float, tuple_of(scale_factor, input.ndim - 2))]
        return b.op("Resize", input, None, b.constant(scales, _C.float32), **attributes)
    wanted = list(b.result.shape[2:]) if size is None else tuple_of(size, input.ndim - 2)
    return b.op("Resize", input, None, None, b.ints([*b.sizes(input, 0, 2), *wanted]), **attributes)


@row("pixel_shuffle")
def _pixel_shuffle(b: Builder, input: Value, upscale_factor: int) -> Value:
    return b.op("DepthToSpace", input, blocksize=upscale_factor, mode="CRD")


@row("pixel_unshuffle")
def _pixel_unshuffle(b: Builder, input: Value, downscale_factor: int) -> Value:
    r = downscale_factor
    channels, height, width = input.shape[-3:]
    apart = b.op("Reshape", input, [-1, channels, height // r, r, width // r, r])
    moved = b.op("Transpose", apart, perm=[0, 1, 3, 5, 2, 4])
    return b.op("Reshape", moved, [-1, channels * r * r, height // r, width // r])


@row("channel_shuffle")
def _channel_shuffle(b: Builder, input: Value, groups: int) -> Value:
    shape = b.op("Shape", input, dtype=_C.int64)
    apart = b.op("Reshape", input, [0, groups, input.shape[1] // groups, -1])
    return b.op("Reshape", b.op("Transpose", apart, perm=[0, 2, 1, 3]), shape)


@row("grid_sample", "grid_sampler")
def _grid_sample(
    b: Builder,
    input: Value,
    grid: Value,
    mode: Any = "bilinear",
    padding_mode: Any = "zeros",
    align_corners: Any = None,
) -> Value:
    modes = {"bilinear": "linear", "nearest": "nearest", "bicubic": "cubic"}
    how = ("bilinear", "nearest", "bicubic")[mode] if isinstance(mode, int) else mode
    edge = ("zeros", "border", "reflection")[padding_mode] if isinstance(padding_mode, int) else padding_mode
    return b.op(
        "GridSample",
        input,
        grid,
        mode=modes[how] if b.opset >= 20 else how,
        padding_mode=edge,
        align_corners=int(bool(align_corners)),
    )
