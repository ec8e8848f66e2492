"""Functions of ``nn.functional`` that are written in those of the engine."""

from __future__ import annotations

import math

from .. import _C

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor

F = _C._nn

__all__ = [
    "adaptive_max_pool1d_with_indices",
    "adaptive_max_pool2d_with_indices",
    "adaptive_max_pool3d_with_indices",
    "gumbel_softmax",
    "linear_cross_entropy",
    "local_response_norm",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "multi_head_attention_forward",
    "native_channel_shuffle",
    "triplet_margin_with_distance_loss",
    "upsample",
    "upsample_bilinear",
    "upsample_nearest",
]


def _with_indices(n):
    def function(input: Any, output_size: Any, return_indices: bool = False) -> tuple[Tensor, Tensor]:
        return getattr(F, f"adaptive_max_pool{n}d")(input, output_size, True)

    function.__name__ = function.__qualname__ = f"adaptive_max_pool{n}d_with_indices"
    function.__doc__ = f"""As :func:`adaptive_max_pool{n}d`, always with the positions.

    >>> values, at = F.adaptive_max_pool{n}d_with_indices(rl.arange({2**n}.0).view(1{", 2" * n}), 1)
    >>> values.item(), at.item()
    ({2**n - 1}.0, {2**n - 1})
    """
    return function


adaptive_max_pool1d_with_indices, adaptive_max_pool2d_with_indices, adaptive_max_pool3d_with_indices = map(
    _with_indices, (1, 2, 3)
)


def native_channel_shuffle(input: Any, groups: int) -> Tensor:
    """As :func:`channel_shuffle`.

    >>> F.native_channel_shuffle(rl.arange(6.0).view(1, 6, 1, 1), 2).flatten()
    tensor([0., 3., 1., 4., 2., 5.])
    """
    return F.channel_shuffle(input, groups)


def _reduced(loss, reduction):
    if reduction == "none":
        return loss
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    raise ValueError(f"{reduction} is not a valid value for reduction")


def _lp_pool(n):
    name = f"lp_pool{n}d"

    def lp_pool(input, norm_type, kernel_size, stride=None, ceil_mode=False):
        average = getattr(F, f"avg_pool{n}d")
        mean = average(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
        size = kernel_size**n if isinstance(kernel_size, int) else math.prod(kernel_size)
        return (mean.sign() * mean.abs().relu()).mul(size).pow(1.0 / norm_type)

    lp_pool.__name__ = lp_pool.__qualname__ = name
    lp_pool.__doc__ = f"""The p-norm of every window; see :class:`LPPool{n}d`.

    >>> F.lp_pool{n}d(rl.full((1, 1{", 4" * n}), 3.0), 1, 2).flatten()[0] == 3 * 2**{n}
    tensor(True)
    """
    return lp_pool


lp_pool1d, lp_pool2d, lp_pool3d = map(_lp_pool, (1, 2, 3))


def gumbel_softmax(
    logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    r"""Draws from the Gumbel-softmax distribution.

    Args:
        logits (Tensor): unnormalised log probabilities.
        tau (float): the temperature. Default: 1
        hard (bool): give one-hot vectors, with the gradients of the soft ones. Default: ``False``
        dim (int): along which softmax is taken. Default: -1

    Source: Jang et al. (2016), Categorical reparameterization with Gumbel-softmax.

    >>> F.gumbel_softmax(rl.zeros(2, 3), hard=True).sum(1)
    tensor([1., 1.])
    """
    if eps != 1e-10:
        from .._warn import warn

        warn("`eps` parameter is deprecated and has no effect.")
    noise = -_C.empty_like(logits, memory_format=_C.contiguous_format).exponential_().log()
    soft = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    one_hot = _C.zeros_like(logits).scatter_(dim, index, 1.0)
    return one_hot - soft.detach() + soft


def local_response_norm(
    input: Any, size: Any, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Divides by a power of the energy in neighbouring channels; see :class:`LocalResponseNorm`.

    >>> F.local_response_norm(rl.ones(1, 4, 2, 2), 2).shape
    torch.Size([1, 4, 2, 2])
    """
    dim = input.dim()
    if dim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {dim} dimensions)")
    if input.numel() == 0:
        return input
    energy = input.mul(input)
    if dim == 3:
        energy = F.pad(energy.unsqueeze(1), (0, 0, size // 2, (size - 1) // 2))
        energy = F.avg_pool2d(energy, (size, 1), stride=1).squeeze(1)
    else:
        sizes = input.size()
        energy = energy.view(sizes[0], 1, sizes[1], sizes[2], -1)
        energy = F.pad(energy, (0, 0, 0, 0, size // 2, (size - 1) // 2))
        energy = F.avg_pool3d(energy, (size, 1, 1), stride=1).squeeze(1).view(sizes)
    return input / energy.mul(alpha).add(k).pow(beta)


def linear_cross_entropy(
    input: Any,
    linear_weight: Any,
    target: Tensor,
    *,
    linear_bias: Any = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: Any = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Tensor:
    """Cross entropy of a linear map of the input; see :class:`LinearCrossEntropyLoss`.

    >>> F.linear_cross_entropy(rl.ones(4, 8), rl.ones(3, 8), rl.tensor([0, 1, 2, 0]))
    tensor(1.0986)
    """
    if options is not None:
        from .modules.linear_cross_entropy_options import LinearCrossEntropyOptions

        if not isinstance(options, LinearCrossEntropyOptions):
            raise TypeError(
                f"linear_cross_entropy: options should be LinearCrossEntropyOptions or None, not {type(options).__name__}"
            )
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(
            f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}"
        )
    (*outputs, size), given = linear_weight.shape, input.shape[-1]
    if given != size:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), "
            f"got {given} and {size}, respectively"
        )
    if linear_bias is not None and list(linear_bias.shape) != outputs:
        raise RuntimeError(f"expected linear_bias shape {tuple(outputs)}, got {tuple(linear_bias.shape)}")
    if len(outputs) > 1 and input.dim() == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires "
            f"batched input, (N, {size}), got unbatched input with shape {tuple(input.shape)}"
        )
    shape = (*input.shape[:-1], *outputs)
    if ignore_index is not None and target.shape == shape:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    flat_bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits = F.linear(input, linear_weight.reshape(-1, size), flat_bias).reshape(shape)
    ignored = -100 if ignore_index is None else ignore_index
    return F.cross_entropy(
        logits,
        target,
        weight=weight,
        ignore_index=ignored,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Any = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Triplet loss with a distance of one's own; see :class:`TripletMarginWithDistanceLoss`.

    >>> F.triplet_margin_with_distance_loss(rl.zeros(1, 2), rl.tensor([[3.0, 4.0]]), rl.tensor([[0.0, 5.0]]))
    tensor(1.0000)
    """
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    distance = distance_function if distance_function is not None else F.pairwise_distance
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, "
            f"but got: anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = _C.minimum(far, distance(positive, negative))
    return _reduced(_C.clamp_min(margin + near - far, 0), reduction)


def upsample(
    input: Any, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: Any = None
) -> Tensor:
    """The former name of ``interpolate``.

    >>> F.upsample(rl.tensor([[[1.0, 3.0]]]), scale_factor=2)
    tensor([[[1., 1., 3., 3.]]])
    """
    from .._warn import warn

    warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.")
    return F.interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    """``interpolate`` with the nearest value.

    >>> F.upsample_nearest(rl.ones(1, 1, 2, 2), scale_factor=2).shape
    torch.Size([1, 1, 4, 4])
    """
    from .._warn import warn

    warn("`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.")
    return F.interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    """``interpolate``, bilinear, with the corners aligned.

    >>> F.upsample_bilinear(rl.ones(1, 1, 2, 2), scale_factor=2).shape
    torch.Size([1, 1, 4, 4])
    """
    from .._warn import warn

    warn("`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.")
    return F.interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _project(query, key, value, weight, bias):
    """Queries, keys and values through the three parts of one weight."""
    size = query.size(-1)
    if key is value:
        if query is key:
            packed = F.linear(query, weight, bias)
            return (
                packed.unflatten(-1, (3, size))
                .unsqueeze(0)
                .transpose(0, -2)
                .squeeze(-2)
                .contiguous()
                .unbind(0)
            )
        first = (None, None) if bias is None else bias.split([size, size * 2])
        weights = weight.split([size, size * 2])
        both = F.linear(key, weights[1], first[1])
        both = both.unflatten(-1, (2, size)).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
        return F.linear(query, weights[0], first[0]), both[0], both[1]
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    return tuple(F.linear(x, w, b) for x, w, b in zip((query, key, value), weight.chunk(3), biases))


def _additive(mask, name, dtype):
    """A mask of booleans as zeros and minus infinities; one of floats as it is."""
    if mask is None:
        return None
    if mask.dtype is not _C.bool and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {name} are supported")
    if mask.is_floating_point():
        return mask
    return _C.zeros_like(mask, dtype=dtype).masked_fill_(mask, float("-inf"))


def multi_head_attention_forward(
    query: Any,
    key: Any,
    value: Any,
    embed_dim_to_check: Any,
    num_heads: int,
    in_proj_weight: Any,
    in_proj_bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: Any,
    dropout_p: Any,
    out_proj_weight: Any,
    out_proj_bias: Any,
    training: bool = True,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Any = None,
    k_proj_weight: Any = None,
    v_proj_weight: Any = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> Any:
    """Attention in several heads, from the projections of the inputs to that of the output; see :class:`MultiheadAttention`.

    Shape:
        - query :math:`(L, N, E)`, key and value :math:`(S, N, E)`; without :math:`N` if unbatched
        - Output: :math:`(L, N, E)`, and weights :math:`(N, L, S)` or ``None``

    >>> m, x = nn.MultiheadAttention(8, 2), rl.ones(5, 1, 8)
    >>> inside, outside = (m.in_proj_weight, m.in_proj_bias), (m.out_proj.weight, m.out_proj.bias)
    >>> out, weights = F.multi_head_attention_forward(x, x, x, 8, 2, *inside, None, None, False, 0.0, *outside)
    >>> out.shape, weights.shape
    (torch.Size([5, 1, 8]), torch.Size([1, 5, 5]))
    """
    batched = query.dim() == 3
    if not batched:
        if query.dim() != 2:
            raise AssertionError(
                f"query should be unbatched 2D or batched 3D tensor but received {query.dim()}-D query tensor"
            )
        same_kv, same_qk = key is value, query is key
        query = query.unsqueeze(1)
        key = query if same_qk else key.unsqueeze(1)
        value = key if same_kv else value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, size = query.shape
    source = key.shape[0]
    if key_padding_mask is not None and attn_mask is not None and key_padding_mask.dtype != attn_mask.dtype:
        from .._warn import warn

        warn(
            "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead."
        )
    key_padding_mask = _additive(key_padding_mask, "key_padding_mask", query.dtype)
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None  # the kernel makes the triangle itself
    else:
        attn_mask = _additive(attn_mask, "attn_mask", query.dtype)
        is_causal = False if key_padding_mask is not None else is_causal
    if size != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {size}")
    head = size // num_heads
    if head * num_heads != size:
        raise AssertionError(f"embed_dim {size} not divisible by num_heads {num_heads}")
    if use_separate_proj_weight:
        biases = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3)
        weights = (q_proj_weight, k_proj_weight, v_proj_weight)
        if key.shape[:2] != value.shape[:2]:
            raise AssertionError(
                f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
            )
        q, k, v = (F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases))
    else:
        if key.shape != value.shape:
            raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
        q, k, v = _project(query, key, value, in_proj_weight, in_proj_bias)
    if attn_mask is not None:
        if attn_mask.dim() not in (2, 3):
            what = "batched (3-D)" if batched else "unbatched (2-D)"
            raise AssertionError(
                f"For {what} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.dim()}-D tensor "
                "instead"
            )
        if not batched and attn_mask.dim() == 3 and tuple(attn_mask.shape) != (num_heads, length, source):
            raise AssertionError(
                f"Expected `attn_mask` shape to be {(num_heads, length, source)} but got {attn_mask.shape}"
            )
        wanted = (length, source) if attn_mask.dim() == 2 else (batch * num_heads, length, source)
        if tuple(attn_mask.shape) != wanted:
            raise RuntimeError(
                f"The shape of the {attn_mask.dim()}D attn_mask is {attn_mask.shape}, but should be {wanted}."
            )
        attn_mask = attn_mask.unsqueeze(0) if attn_mask.dim() == 2 else attn_mask
    extra = 0
    if bias_k is not None and bias_v is not None:
        k, v = _C.cat([k, bias_k.repeat(1, batch, 1)]), _C.cat([v, bias_v.repeat(1, batch, 1)])
        extra += 1
    q = q.view(length, batch * num_heads, head).transpose(0, 1)
    k = k.view(k.shape[0], batch * num_heads, head).transpose(0, 1) if static_k is None else static_k
    v = v.view(v.shape[0], batch * num_heads, head).transpose(0, 1) if static_v is None else static_v
    if add_zero_attn:
        zero = _C.zeros((batch * num_heads, 1, head), dtype=k.dtype, device=k.device)
        k, v = _C.cat([k, zero], dim=1), _C.cat([v, zero], dim=1)
        extra += 1
    if extra:
        attn_mask = None if attn_mask is None else F.pad(attn_mask, (0, extra))
        key_padding_mask = None if key_padding_mask is None else F.pad(key_padding_mask, (0, extra))
    source = k.size(1)
    if key_padding_mask is not None:
        if key_padding_mask.shape != (batch, source):
            raise AssertionError(
                f"expecting key_padding_mask shape of {(batch, source)}, but got {key_padding_mask.shape}"
            )
        key_padding_mask = (
            key_padding_mask.view(batch, 1, 1, source)
            .expand(-1, num_heads, -1, -1)
            .reshape(batch * num_heads, 1, source)
        )
        attn_mask = key_padding_mask if attn_mask is None else attn_mask + key_padding_mask
    dropout = dropout_p if training else 0.0
    if need_weights:
        scaled = q * math.sqrt(1.0 / float(head))
        if attn_mask is not None:
            weights = _C.baddbmm(attn_mask, scaled, k.transpose(-2, -1))
        else:
            weights = _C.bmm(scaled, k.transpose(-2, -1))
        weights = F.softmax(weights, dim=-1)
        if dropout > 0.0:
            weights = F.dropout(weights, p=dropout)
        out = _C.bmm(weights, v).transpose(0, 1).contiguous().view(length * batch, size)
        out = F.linear(out, out_proj_weight, out_proj_bias).view(length, batch, out_proj_weight.size(0))
        weights = weights.view(batch, num_heads, length, source)
        if average_attn_weights:
            weights = weights.mean(dim=1)
        return (out, weights) if batched else (out.squeeze(1), weights.squeeze(0))
    if attn_mask is not None:
        if attn_mask.size(0) == 1 and attn_mask.dim() == 3:
            attn_mask = attn_mask.unsqueeze(0)
        else:
            attn_mask = attn_mask.view(batch, num_heads, -1, source)
    q, k, v = (t.view(batch, num_heads, n, head) for t, n in ((q, length), (k, source), (v, source)))
    out = F.scaled_dot_product_attention(q, k, v, attn_mask, dropout, is_causal)
    out = out.permute(2, 0, 1, 3).contiguous().view(batch * length, size)
    out = F.linear(out, out_proj_weight, out_proj_bias).view(length, batch, out_proj_weight.size(0))
    return (out if batched else out.squeeze(1)), None
