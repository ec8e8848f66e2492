"""Swin transformers (Liu et al., 2021 and 2022: Hierarchical vision transformer using shifted windows)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import partial

from ... import arange, cat, log, log2, meshgrid, nn, ones, roll, sigmoid, sign, stack, zeros
from ..._C import Tensor
from ...fx import wrap
from ...nn import functional as F
from ..ops.misc import MLP, Permute
from ..ops.stochastic_depth import StochasticDepth
from ._api import builder, classifier, published

__all__ = [
    "SwinTransformer",
    "Swin_T_Weights",
    "Swin_S_Weights",
    "Swin_B_Weights",
    "Swin_V2_T_Weights",
    "Swin_V2_S_Weights",
    "Swin_V2_B_Weights",
    "swin_t",
    "swin_s",
    "swin_b",
    "swin_v2_t",
    "swin_v2_s",
    "swin_v2_b",
]


def window_mask(sizes: list[int], windows: list[int], shifts: list[int], device) -> Tensor:
    """What may not see what within each window of a shifted grid: (windows, positions, positions), -100 where not.

    Args:
        sizes, windows, shifts: of each axis; the regions are what a shift joins that was apart.
    """
    regions = zeros(sizes, device=device)
    spans = [((0, -w), (-w, -s), (-s, None)) if s else ((0, None),) * 3 for w, s in zip(windows, shifts)]
    for number, corner in enumerate(itertools.product(*spans)):
        regions[tuple(slice(*span) for span in corner)] = number
    regions = partition(regions[None, ..., None], windows).squeeze(-1)
    apart = regions.unsqueeze(1) - regions.unsqueeze(2)
    return zeros(apart.shape, device=device).masked_fill(apart != 0, -100.0)


def partition(x: Tensor, windows: list[int]) -> Tensor:
    """(N, *sizes, C) as (N * windows, positions, C)."""
    n, *sizes, c = x.shape
    k = len(sizes)
    split = [part for size, w in zip(sizes, windows) for part in (size // w, w)]
    order = [0, *range(1, 2 * k, 2), *range(2, 2 * k + 1, 2), 2 * k + 1]
    return x.reshape(n, *split, c).permute(order).reshape(-1, math.prod(windows), c)


def unpartition(x: Tensor, n: int, sizes: list[int], windows: list[int]) -> Tensor:
    """The inverse of ``partition``."""
    k = len(sizes)
    order = [0, *(axis for i in range(k) for axis in (1 + i, 1 + k + i)), 2 * k + 1]
    counts = [size // w for size, w in zip(sizes, windows)]
    return x.reshape(n, *counts, *windows, -1).permute(order).reshape(n, *sizes, -1)


def relative_positions(windows: list[int]) -> Tensor:
    """For each two positions in a window, the row of the table of biases, flattened."""
    grid = stack(meshgrid(*(arange(w) for w in windows), indexing="ij")).flatten(1)
    apart = (grid[:, :, None] - grid[:, None, :]).permute(1, 2, 0)
    index = zeros(apart.shape[:2], dtype=apart.dtype)
    for axis, w in enumerate(windows):
        index = index * (2 * w - 1) + apart[:, :, axis] + (w - 1)
    return index.flatten()


@wrap
def shifted_window_attention(
    input: Tensor,
    qkv_weight: Tensor,
    proj_weight: Tensor,
    relative_position_bias: Tensor,
    window_size: list[int],
    num_heads: int,
    shift_size: list[int],
    attention_dropout: float = 0.0,
    dropout: float = 0.0,
    qkv_bias: Tensor | None = None,
    proj_bias: Tensor | None = None,
    logit_scale: Tensor | None = None,
    training: bool = True,
) -> Tensor:
    """Attention within windows of an input (N, *sizes, C), of two or three sizes; ``logit_scale`` makes it the cosine one."""
    n, *true_sizes, c = input.shape
    padding = [0, 0]  # from the last axis on
    for size, w in zip(reversed(true_sizes), reversed(window_size)):
        padding += [0, (w - size % w) % w]
    x = F.pad(input, padding)
    sizes = list(x.shape[1:-1])
    shifts = [0 if w >= size else s for w, size, s in zip(window_size, sizes, shift_size)]
    axes = list(range(1, 1 + len(sizes)))
    if any(shifts):
        x = roll(x, shifts=[-s for s in shifts], dims=axes)
    x = partition(x, window_size)
    if logit_scale is not None and qkv_bias is not None:
        length = qkv_bias.numel() // 3
        qkv_bias = cat([qkv_bias[:length], zeros(length, dtype=qkv_bias.dtype, device=qkv_bias.device), qkv_bias[2 * length :]])
    qkv = F.linear(x, qkv_weight, qkv_bias)
    qkv = qkv.reshape(x.shape[0], x.shape[1], 3, num_heads, c // num_heads).permute(2, 0, 3, 1, 4)
    q, k, v = qkv[0], qkv[1], qkv[2]
    if logit_scale is not None:
        attention = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
        attention = attention * logit_scale.clamp(max=math.log(100.0)).exp()
    else:
        attention = (q * (c // num_heads) ** -0.5).matmul(k.transpose(-2, -1))
    attention = attention + relative_position_bias
    if any(shifts):
        mask = window_mask(sizes, window_size, shifts, x.device)
        count = mask.shape[0]
        attention = attention.view(n, count, num_heads, x.shape[1], x.shape[1]) + mask.unsqueeze(1).unsqueeze(0)
        attention = attention.view(-1, num_heads, x.shape[1], x.shape[1])
    attention = F.dropout(F.softmax(attention, dim=-1), p=attention_dropout, training=training)
    x = attention.matmul(v).transpose(1, 2).reshape(x.shape[0], x.shape[1], c)
    x = F.dropout(F.linear(x, proj_weight, proj_bias), p=dropout, training=training)
    x = unpartition(x, n, sizes, window_size)
    if any(shifts):
        x = roll(x, shifts=shifts, dims=axes)
    return x[(slice(None), *(slice(size) for size in true_sizes))].contiguous()


@wrap
def _patch_merging_pad(x: Tensor) -> Tensor:
    """(..., H, W, C) as (..., H/2, W/2, 4C), odd sizes padded."""
    h, w = x.shape[-3:-1]
    x = F.pad(x, (0, 0, 0, w % 2, 0, h % 2))
    return cat([x[..., i::2, j::2, :] for j in (0, 1) for i in (0, 1)], -1)


@wrap
def _get_relative_position_bias(relative_position_bias_table: Tensor, relative_position_index: Tensor, window_size: list[int]) -> Tensor:
    """The biases of a table as (1, heads, positions, positions)."""
    n = math.prod(window_size)
    bias = relative_position_bias_table[relative_position_index].view(n, n, -1)
    return bias.permute(2, 0, 1).contiguous().unsqueeze(0)


class PatchMerging(nn.Module):
    """Half the size, twice the channels."""

    normed = 4  # parts of ``dim`` that the norm sees

    def __init__(self, dim: int, norm_layer: Callable[..., nn.Module] = nn.LayerNorm):
        super().__init__()
        self.dim = dim
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)
        self.norm = norm_layer(self.normed * dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.reduction(self.norm(_patch_merging_pad(x)))


class PatchMergingV2(PatchMerging):
    """As ``PatchMerging``, with the norm behind."""

    normed = 2

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.reduction(_patch_merging_pad(x)))


class ShiftedWindowAttention(nn.Module):
    """Attention within windows, with a bias for each relative position."""

    def __init__(
        self,
        dim: int,
        window_size: list[int],
        shift_size: list[int],
        num_heads: int,
        qkv_bias: bool = True,
        proj_bias: bool = True,
        attention_dropout: float = 0.0,
        dropout: float = 0.0,
    ):
        super().__init__()
        self._check(window_size, shift_size)
        self.window_size = window_size
        self.shift_size = shift_size
        self.num_heads = num_heads
        self.attention_dropout = attention_dropout
        self.dropout = dropout
        self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim, bias=proj_bias)
        self.define_relative_position_bias_table()
        self.define_relative_position_index()

    dimensions = 2

    def _check(self, window_size, shift_size) -> None:
        if len(window_size) != self.dimensions or len(shift_size) != self.dimensions:
            raise ValueError(f"window_size and shift_size must be of length {self.dimensions}")

    def define_relative_position_bias_table(self) -> None:
        """Draws the table of biases."""
        rows = math.prod(2 * w - 1 for w in self.window_size)
        self.relative_position_bias_table = nn.Parameter(zeros(rows, self.num_heads))
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)

    def define_relative_position_index(self) -> None:
        """Keeps the rows of the table for each two positions."""
        self.register_buffer("relative_position_index", relative_positions(self.window_size))

    def get_relative_position_bias(self) -> Tensor:
        """The biases as (1, heads, positions, positions)."""
        return _get_relative_position_bias(self.relative_position_bias_table, self.relative_position_index, self.window_size)

    def _attend(self, x: Tensor, *also: str) -> Tensor:
        bias = self.get_relative_position_bias()
        return shifted_window_attention(
            x,
            self.qkv.weight,
            self.proj.weight,
            bias,
            self.window_size,
            self.num_heads,
            shift_size=self.shift_size,
            attention_dropout=self.attention_dropout,
            dropout=self.dropout,
            qkv_bias=self.qkv.bias,
            proj_bias=self.proj.bias,
            training=self.training,
            **{word: getattr(self, word) for word in also},
        )

    def forward(self, x: Tensor) -> Tensor:
        return self._attend(x)


class ShiftedWindowAttentionV2(ShiftedWindowAttention):
    """Attention by cosines within windows, with biases from a small network over the logarithms of distances."""

    def __init__(
        self,
        dim: int,
        window_size: list[int],
        shift_size: list[int],
        num_heads: int,
        qkv_bias: bool = True,
        proj_bias: bool = True,
        attention_dropout: float = 0.0,
        dropout: float = 0.0,
    ):
        super().__init__(dim, window_size, shift_size, num_heads, qkv_bias, proj_bias, attention_dropout, dropout)
        self.logit_scale = nn.Parameter(log(10 * ones((num_heads, 1, 1))))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512, bias=True), nn.ReLU(inplace=True), nn.Linear(512, num_heads, bias=False)
        )
        if qkv_bias:
            length = self.qkv.bias.numel() // 3
            self.qkv.bias[length : 2 * length].data.zero_()

    def define_relative_position_bias_table(self) -> None:
        """Keeps the logarithms of the distances."""
        axes = [arange(-(w - 1), w).float() / (w - 1) * 8 for w in self.window_size]
        table = stack(meshgrid(*axes, indexing="ij")).permute(1, 2, 0).contiguous().unsqueeze(0)
        self.register_buffer("relative_coords_table", sign(table) * log2(table.abs() + 1.0) / 3.0)

    def get_relative_position_bias(self) -> Tensor:
        table = self.cpb_mlp(self.relative_coords_table).view(-1, self.num_heads)
        return 16 * sigmoid(_get_relative_position_bias(table, self.relative_position_index, self.window_size))

    def forward(self, x: Tensor) -> Tensor:
        return self._attend(x, "logit_scale")


class SwinTransformerBlock(nn.Module):
    """Attention within windows and two linear layers, each behind a norm and beside a shortcut."""

    def __init__(
        self,
        dim: int,
        num_heads: int,
        window_size: list[int],
        shift_size: list[int],
        mlp_ratio: float = 4.0,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        stochastic_depth_prob: float = 0.0,
        norm_layer: Callable[..., nn.Module] = nn.LayerNorm,
        attn_layer: Callable[..., nn.Module] = ShiftedWindowAttention,
    ):
        super().__init__()
        self.norm1 = norm_layer(dim)
        self.attn = attn_layer(dim, window_size, shift_size, num_heads, attention_dropout=attention_dropout, dropout=dropout)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")
        self.norm2 = norm_layer(dim)
        self.mlp = MLP(dim, [int(dim * mlp_ratio), dim], activation_layer=nn.GELU, inplace=None, dropout=dropout)
        for m in self.mlp.modules():
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
                if m.bias is not None:
                    nn.init.normal_(m.bias, std=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.stochastic_depth(self.attn(self.norm1(x)))
        return x + self.stochastic_depth(self.mlp(self.norm2(x)))


class SwinTransformerBlockV2(SwinTransformerBlock):
    """As ``SwinTransformerBlock``, with the norms behind."""

    def __init__(
        self,
        dim: int,
        num_heads: int,
        window_size: list[int],
        shift_size: list[int],
        mlp_ratio: float = 4.0,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        stochastic_depth_prob: float = 0.0,
        norm_layer: Callable[..., nn.Module] = nn.LayerNorm,
        attn_layer: Callable[..., nn.Module] = ShiftedWindowAttentionV2,
    ):
        super().__init__(
            dim, num_heads, window_size, shift_size, mlp_ratio, dropout, attention_dropout, stochastic_depth_prob,
            norm_layer, attn_layer,
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.stochastic_depth(self.norm1(self.attn(x)))
        return x + self.stochastic_depth(self.norm2(self.mlp(x)))


def swin_stages(embed_dim, depths, num_heads, window_size, mlp_ratio, dropout, attention_dropout, stochastic_depth_prob, norm_layer, block, downsample_layer):
    """The stages of a Swin transformer with what halves the size between them, and the last width."""
    layers: list[nn.Module] = []
    total, done = sum(depths), 0
    for i, depth in enumerate(depths):
        dim = embed_dim * 2**i
        stage = []
        for j in range(depth):
            stage.append(
                block(
                    dim,
                    num_heads[i],
                    window_size=window_size,
                    shift_size=[0 if j % 2 == 0 else w // 2 for w in window_size],
                    mlp_ratio=mlp_ratio,
                    dropout=dropout,
                    attention_dropout=attention_dropout,
                    stochastic_depth_prob=stochastic_depth_prob * float(done) / (total - 1),
                    norm_layer=norm_layer,
                )
            )
            done += 1
        layers.append(nn.Sequential(*stage))
        if i < len(depths) - 1 and downsample_layer is not None:
            layers.append(downsample_layer(dim, norm_layer))
    return layers, embed_dim * 2 ** (len(depths) - 1)


def init_linear(model: nn.Module) -> None:
    """Draws the weights of linear layers from a truncated normal."""
    for m in model.modules():
        if isinstance(m, nn.Linear):
            nn.init.trunc_normal_(m.weight, std=0.02)
            if m.bias is not None:
                nn.init.zeros_(m.bias)


class SwinTransformer(nn.Module):
    """A Swin transformer for pictures (N, 3, H, W).

    Args:
        patch_size (list of int): of the first convolution.
        embed_dim (int): channels of the first stage.
        depths, num_heads (list of int): blocks and heads of each stage.
        window_size (list of int): of attention.
        mlp_ratio (float): hidden width of the linear layers, over the channels.
        dropout, attention_dropout, stochastic_depth_prob (float): probabilities.
        num_classes (int): outputs.
        norm_layer, block, downsample_layer (callable, optional): what the parts are.
    """

    def __init__(
        self,
        patch_size: list[int],
        embed_dim: int,
        depths: list[int],
        num_heads: list[int],
        window_size: list[int],
        mlp_ratio: float = 4.0,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        stochastic_depth_prob: float = 0.1,
        num_classes: int = 1000,
        norm_layer: Callable[..., nn.Module] | None = None,
        block: Callable[..., nn.Module] | None = None,
        downsample_layer: Callable[..., nn.Module] = PatchMerging,
    ):
        super().__init__()
        self.num_classes = num_classes
        block = block or SwinTransformerBlock
        norm_layer = norm_layer or partial(nn.LayerNorm, eps=1e-5)
        size = (patch_size[0], patch_size[1])
        first = nn.Sequential(nn.Conv2d(3, embed_dim, kernel_size=size, stride=size), Permute([0, 2, 3, 1]), norm_layer(embed_dim))
        stages, width = swin_stages(
            embed_dim, depths, num_heads, window_size, mlp_ratio, dropout, attention_dropout, stochastic_depth_prob,
            norm_layer, block, downsample_layer,
        )  # fmt: skip
        self.features = nn.Sequential(first, *stages)
        self.norm = norm_layer(width)
        self.permute = Permute([0, 3, 1, 2])
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten(1)
        self.head = nn.Linear(width, num_classes)
        init_linear(self)

    def forward(self, x):
        x = self.permute(self.norm(self.features(x)))
        return self.head(self.flatten(self.avgpool(x)))


def _swin(embed_dim, depths, num_heads, window, probability, **fixed):
    def make(**kwargs):
        words = {"stochastic_depth_prob": probability, **fixed, **kwargs}
        return SwinTransformer([4, 4], embed_dim, depths, num_heads, [window, window], **words)

    return classifier(make)


Swin_T_Weights = published("Swin_T_Weights")
Swin_S_Weights = published("Swin_S_Weights")
Swin_B_Weights = published("Swin_B_Weights")
Swin_V2_T_Weights = published("Swin_V2_T_Weights")
Swin_V2_S_Weights = published("Swin_V2_S_Weights")
Swin_V2_B_Weights = published("Swin_V2_B_Weights")

_T, _S, _B = (96, [2, 2, 6, 2], [3, 6, 12, 24]), (96, [2, 2, 18, 2], [3, 6, 12, 24]), (128, [2, 2, 18, 2], [4, 8, 16, 32])
_SECOND = {"block": SwinTransformerBlockV2, "downsample_layer": PatchMergingV2}
swin_t = builder("swin_t", Swin_T_Weights, _swin(*_T, 7, 0.2), "The tiny Swin transformer.")
swin_s = builder("swin_s", Swin_S_Weights, _swin(*_S, 7, 0.3), "The small Swin transformer.")
swin_b = builder("swin_b", Swin_B_Weights, _swin(*_B, 7, 0.5), "The base Swin transformer.")
swin_v2_t = builder("swin_v2_t", Swin_V2_T_Weights, _swin(*_T, 8, 0.2, **_SECOND), "The tiny Swin transformer v2.")
swin_v2_s = builder("swin_v2_s", Swin_V2_S_Weights, _swin(*_S, 8, 0.3, **_SECOND), "The small Swin transformer v2.")
swin_v2_b = builder("swin_v2_b", Swin_V2_B_Weights, _swin(*_B, 8, 0.5, **_SECOND), "The base Swin transformer v2.")
