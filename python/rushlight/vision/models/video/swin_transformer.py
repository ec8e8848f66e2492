"""Swin transformers of videos (Liu et al., 2022: Video Swin transformer)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from .... import nn
from ...._C import Tensor
from ....fx import wrap
from ....nn import functional as F
from .._api import builder, classifier, published
from ..swin_transformer import (
    PatchMerging,
    ShiftedWindowAttention,
    SwinTransformerBlock,
    init_linear,
    relative_positions,
    shifted_window_attention,
    swin_stages,
)

__all__ = [
    "SwinTransformer3d",
    "Swin3D_T_Weights",
    "Swin3D_S_Weights",
    "Swin3D_B_Weights",
    "swin3d_t",
    "swin3d_s",
    "swin3d_b",
]


@wrap
def _get_window_and_shift_size(shift_size: list[int], size_dhw: list[int], window_size: list[int]) -> tuple[list[int], list[int]]:
    """Windows no larger than what there is, unshifted where they are as large."""
    windows = [min(size, w) for size, w in zip(size_dhw, window_size)]
    return windows, [0 if size <= w else s for size, w, s in zip(size_dhw, window_size, shift_size)]


@wrap
def _get_relative_position_bias(relative_position_bias_table: Tensor, relative_position_index: Tensor, window_size: list[int]) -> Tensor:
    """The biases of a table as (1, heads, positions, positions), for a window that may be smaller than the table's."""
    n = math.prod(window_size)
    bias = relative_position_bias_table[relative_position_index[:n, :n].flatten()].view(n, n, -1)
    return bias.permute(2, 0, 1).contiguous().unsqueeze(0)


@wrap
def _compute_pad_size_3d(size_dhw: tuple[int, int, int], patch_size: tuple[int, int, int]) -> tuple[int, int, int]:
    """What each size lacks to be whole patches."""
    t, h, w = ((p - size % p) % p for size, p in zip(size_dhw, patch_size))
    return t, h, w


@wrap
def shifted_window_attention_3d(
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
    training: bool = True,
) -> Tensor:
    """``shifted_window_attention`` of videos (N, T, H, W, C)."""
    return shifted_window_attention(
        input, qkv_weight, proj_weight, relative_position_bias, window_size, num_heads, shift_size, attention_dropout, dropout,
        qkv_bias, proj_bias, training=training,
    )  # fmt: skip


class ShiftedWindowAttention3d(ShiftedWindowAttention):
    """Attention within windows of time and space; windows shrink to what is smaller than they."""

    dimensions = 3

    def define_relative_position_index(self) -> None:
        n = math.prod(self.window_size)
        self.register_buffer("relative_position_index", relative_positions(self.window_size).reshape(n, n))

    def get_relative_position_bias(self, window_size: list[int] | None = None) -> Tensor:
        windows = self.window_size if window_size is None else window_size
        return _get_relative_position_bias(self.relative_position_bias_table, self.relative_position_index, windows)

    def forward(self, x: Tensor) -> Tensor:
        _, t, h, w, _ = x.shape
        windows, shifts = _get_window_and_shift_size(self.shift_size, [t, h, w], self.window_size)
        bias = self.get_relative_position_bias(windows)
        return shifted_window_attention_3d(
            x,
            self.qkv.weight,
            self.proj.weight,
            bias,
            windows,
            self.num_heads,
            shift_size=shifts,
            attention_dropout=self.attention_dropout,
            dropout=self.dropout,
            qkv_bias=self.qkv.bias,
            proj_bias=self.proj.bias,
            training=self.training,
        )


class PatchEmbed3d(nn.Module):
    """Patches of time and space as vectors."""

    def __init__(self, patch_size: list[int], in_channels: int = 3, embed_dim: int = 96, norm_layer: Callable[..., nn.Module] | None = None):
        super().__init__()
        self.tuple_patch_size = (patch_size[0], patch_size[1], patch_size[2])
        self.proj = nn.Conv3d(in_channels, embed_dim, kernel_size=self.tuple_patch_size, stride=self.tuple_patch_size)
        self.norm = norm_layer(embed_dim) if norm_layer is not None else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        _, _, t, h, w = x.size()
        border = _compute_pad_size_3d((t, h, w), self.tuple_patch_size)
        x = F.pad(x, (0, border[2], 0, border[1], 0, border[0]))
        return self.norm(self.proj(x).permute(0, 2, 3, 4, 1))


class SwinTransformer3d(nn.Module):
    """A Swin transformer for videos (N, 3, T, H, W); arguments as of ``SwinTransformer``, with three sizes."""

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
        num_classes: int = 400,
        norm_layer: Callable[..., nn.Module] | None = None,
        block: Callable[..., nn.Module] | None = None,
        downsample_layer: Callable[..., nn.Module] = PatchMerging,
        patch_embed: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        self.num_classes = num_classes
        block = block or partial(SwinTransformerBlock, attn_layer=ShiftedWindowAttention3d)
        norm_layer = norm_layer or partial(nn.LayerNorm, eps=1e-5)
        self.patch_embed = (patch_embed or PatchEmbed3d)(patch_size=patch_size, embed_dim=embed_dim, norm_layer=norm_layer)
        self.pos_drop = nn.Dropout(p=dropout)
        stages, width = swin_stages(
            embed_dim, depths, num_heads, window_size, mlp_ratio, dropout, attention_dropout, stochastic_depth_prob,
            norm_layer, block, downsample_layer,
        )  # fmt: skip
        self.features = nn.Sequential(*stages)
        self.num_features = width
        self.norm = norm_layer(width)
        self.avgpool = nn.AdaptiveAvgPool3d(1)
        self.head = nn.Linear(width, num_classes)
        init_linear(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.features(self.pos_drop(self.patch_embed(x))))
        return self.head(self.avgpool(x.permute(0, 4, 1, 2, 3)).flatten(1))


def _swin3d(embed_dim, depths, num_heads):
    def make(**kwargs):
        words = {"stochastic_depth_prob": 0.1, **kwargs}
        return SwinTransformer3d([2, 4, 4], embed_dim, depths, num_heads, [8, 7, 7], **words)

    return classifier(make)


Swin3D_T_Weights = published("Swin3D_T_Weights")
Swin3D_S_Weights = published("Swin3D_S_Weights")
Swin3D_B_Weights = published("Swin3D_B_Weights")

_HEADS = [3, 6, 12, 24]
swin3d_t = builder("swin3d_t", Swin3D_T_Weights, _swin3d(96, [2, 2, 6, 2], _HEADS), "The tiny Swin transformer of videos.", "KINETICS400_V1")
swin3d_s = builder("swin3d_s", Swin3D_S_Weights, _swin3d(96, [2, 2, 18, 2], _HEADS), "The small Swin transformer of videos.", "KINETICS400_V1")
swin3d_b = builder(
    "swin3d_b", Swin3D_B_Weights, _swin3d(128, [2, 2, 18, 2], [4, 8, 16, 32]), "The base Swin transformer of videos.", "KINETICS400_V1"
)
