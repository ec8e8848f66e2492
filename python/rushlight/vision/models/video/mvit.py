"""Multiscale vision transformers (Fan et al., 2021; the second version Li et al., 2022)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from .... import arange, cat, einsum, matmul, nn, repeat_interleave, tensor_split, zeros
from ...._C import Tensor
from ....fx import wrap
from ....nn import functional as F
from ...ops import MLP, StochasticDepth
from .._api import builder, load_weights, published
from .._utils import _ovewrite_named_param

__all__ = ["MViT", "MViT_V1_B_Weights", "MViT_V2_S_Weights", "mvit_v1_b", "mvit_v2_s"]

Size = tuple[int, ...]
Norm = Callable[..., nn.Module]


@dataclass
class MSBlockConfig:
    """A block: heads, channels before and after, and how queries, and keys and values, are pooled over time, height and width."""

    num_heads: int
    input_channels: int
    output_channels: int
    kernel_q: list[int]
    kernel_kv: list[int]
    stride_q: list[int]
    stride_kv: list[int]


@wrap
def _unsqueeze(x: Tensor, target_dim: int, expand_dim: int) -> tuple[Tensor, int]:
    """A tensor with ``target_dim`` axes, if need be by one at ``expand_dim``, and how many it had.

    Raises:
        ValueError: if it lacks more than one, or has too many.
    """
    axes = x.dim()
    if axes == target_dim - 1:
        return x.unsqueeze(expand_dim), axes
    if axes != target_dim:
        raise ValueError(f"Unsupported input dimension {x.shape}")
    return x, axes


@wrap
def _squeeze(x: Tensor, target_dim: int, expand_dim: int, tensor_dim: int) -> Tensor:
    """The inverse of ``_unsqueeze``."""
    return x.squeeze(expand_dim) if tensor_dim == target_dim - 1 else x


class Pool(nn.Module):
    """Tokens (N, heads, 1 + T H W, C) pooled as the video they are, the first one passed by.

    Args:
        pool (Module): of videos.
        norm (Module, optional): of the tokens.
        activation (Module, optional): behind the norm.
        norm_before_pool (bool): whether these come before the pooling, without the first token.
    """

    def __init__(
        self, pool: nn.Module, norm: nn.Module | None, activation: nn.Module | None = None, norm_before_pool: bool = False
    ) -> None:
        super().__init__()
        self.pool = pool
        behind = [layer for layer in (norm, activation) if layer is not None]
        self.norm_act = nn.Sequential(*behind) if behind else None
        self.norm_before_pool = norm_before_pool

    def forward(self, x: Tensor, thw: Size) -> tuple[Tensor, Size]:
        x, axes = _unsqueeze(x, 4, 1)
        first, x = tensor_split(x, indices=(1,), dim=2)
        x = x.transpose(2, 3)
        n, heads, channels = x.shape[:3]
        x = x.reshape((n * heads, channels, *thw)).contiguous()
        if self.norm_before_pool and self.norm_act is not None:
            x = self.norm_act(x)
        x = self.pool(x)
        t, h, w = x.shape[2:]
        x = x.reshape(n, heads, channels, -1).transpose(2, 3)
        x = cat((first, x), dim=2)
        if not self.norm_before_pool and self.norm_act is not None:
            x = self.norm_act(x)
        return _squeeze(x, 4, 1, axes), (t, h, w)


def _between(q: int, k: int, table: Tensor) -> Tensor:
    """Rows of a table of distances for each of ``q`` places and each of ``k``, that stretch over the same length: (q, k, C)."""
    length = 2 * max(q, k) - 1
    if table.shape[0] != length:
        table = F.interpolate(table.t().unsqueeze(0), size=length, mode="linear").squeeze(0).t()
    at, other = arange(q, device=table.device)[:, None], arange(k, device=table.device)[None, :]
    return table[(at * max(k / q, 1.0) - (other + (1.0 - k)) * max(q / k, 1.0)).long()]


@wrap
def _add_shortcut(x: Tensor, shortcut: Tensor, residual_with_cls_embed: bool) -> Tensor:
    """The sum; the first token has its part only if asked for."""
    return x + shortcut if residual_with_cls_embed else cat((x[:, :, :1], x[:, :, 1:] + shortcut[:, :, 1:]), dim=2)


@wrap
def _add_rel_pos(
    attn: Tensor, q: Tensor, q_thw: Size, k_thw: Size, rel_pos_h: Tensor, rel_pos_w: Tensor, rel_pos_t: Tensor
) -> Tensor:
    n, heads, _, channels = q.shape
    asked = q[:, :, 1:].reshape(n, heads, *q_thw, channels)
    t, h, w = (_between(a, b, table) for a, b, table in zip(q_thw, k_thw, (rel_pos_t, rel_pos_h, rel_pos_w)))
    along_t = einsum("bythwc,tkc->bythwk", asked, t)[..., :, None, None]
    along_h = einsum("bythwc,hkc->bythwk", asked, h)[..., None, :, None]
    along_w = einsum("bythwc,wkc->bythwk", asked, w)[..., None, None, :]
    bias = (along_h + along_w + along_t).reshape(n, heads, math.prod(q_thw), math.prod(k_thw))
    return attn + F.pad(bias, (1, 0, 1, 0))  # the first token has no place


class MultiscaleAttention(nn.Module):
    """Attention among pooled tokens.

    Args:
        input_size (list of int): time, height and width of the tokens.
        embed_dim, output_dim (int): channels before and after.
        num_heads (int): heads.
        kernel_q, kernel_kv, stride_q, stride_kv (list of int): of the poolings; none where they are empty or ones.
        residual_pool (bool): whether pooled queries are added to the result.
        residual_with_cls_embed (bool): whether the first token's too.
        rel_pos_embed (bool): whether distances count.
        dropout (float): probability behind the last layer.
        norm_layer (callable): of pooled tokens.
    """

    def __init__(
        self,
        input_size: list[int],
        embed_dim: int,
        output_dim: int,
        num_heads: int,
        kernel_q: list[int],
        kernel_kv: list[int],
        stride_q: list[int],
        stride_kv: list[int],
        residual_pool: bool,
        residual_with_cls_embed: bool,
        rel_pos_embed: bool,
        dropout: float = 0.0,
        norm_layer: Norm = nn.LayerNorm,
    ) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.output_dim = output_dim
        self.num_heads = num_heads
        self.head_dim = output_dim // num_heads
        self.scaler = 1.0 / math.sqrt(self.head_dim)
        self.residual_pool = residual_pool
        self.residual_with_cls_embed = residual_with_cls_embed
        self.qkv = nn.Linear(embed_dim, 3 * output_dim)
        layers: list[nn.Module] = [nn.Linear(output_dim, output_dim)]
        if dropout > 0.0:
            layers.append(nn.Dropout(dropout, inplace=True))
        self.project = nn.Sequential(*layers)

        def pooled(kernel: list[int], stride: list[int]) -> Pool | None:
            if math.prod(kernel) <= 1 and math.prod(stride) <= 1:
                return None
            c, padding = self.head_dim, [side // 2 for side in kernel]
            conv = nn.Conv3d(c, c, kernel, stride=stride, padding=padding, groups=c, bias=False)
            return Pool(conv, norm_layer(c))

        self.pool_q = pooled(kernel_q, stride_q)
        self.pool_k = pooled(kernel_kv, stride_kv)
        self.pool_v = pooled(kernel_kv, stride_kv)
        self.rel_pos_h: nn.Parameter | None = None
        self.rel_pos_w: nn.Parameter | None = None
        self.rel_pos_t: nn.Parameter | None = None
        if rel_pos_embed:
            side = max(input_size[1:])
            longest = max(side // stride[1] if stride else side for stride in (stride_q, stride_kv))
            tables = [nn.Parameter(zeros(2 * n - 1, self.head_dim)) for n in (longest, longest, input_size[0])]
            self.rel_pos_h, self.rel_pos_w, self.rel_pos_t = tables
            for table in tables:
                nn.init.trunc_normal_(table, std=0.02)

    def forward(self, x: Tensor, thw: Size) -> tuple[Tensor, Size]:
        n, tokens, _ = x.shape
        q, k, v = self.qkv(x).reshape(n, tokens, 3, self.num_heads, self.head_dim).transpose(1, 3).unbind(dim=2)
        k_thw = thw
        if self.pool_k is not None:
            k, k_thw = self.pool_k(k, thw)
        if self.pool_v is not None:
            v = self.pool_v(v, thw)[0]
        if self.pool_q is not None:
            q, thw = self.pool_q(q, thw)
        attn = matmul(self.scaler * q, k.transpose(2, 3))
        if self.rel_pos_h is not None and self.rel_pos_w is not None and self.rel_pos_t is not None:
            attn = _add_rel_pos(attn, q, thw, k_thw, self.rel_pos_h, self.rel_pos_w, self.rel_pos_t)
        x = matmul(attn.softmax(dim=-1), v)
        if self.residual_pool:
            x = _add_shortcut(x, q, self.residual_with_cls_embed)
        return self.project(x.transpose(1, 2).reshape(n, -1, self.output_dim)), thw


class MultiscaleBlock(nn.Module):
    """Attention and a perceptron, each with a shortcut.

    Args:
        input_size (list of int): time, height and width of the tokens.
        cnf (MSBlockConfig): the block.
        residual_pool, residual_with_cls_embed, rel_pos_embed (bool): of the attention.
        proj_after_attn (bool): whether channels change in the attention, not in the perceptron.
        dropout (float): probability in both.
        stochastic_depth_prob (float): probability that a branch is left out.
        norm_layer (callable): the norm.
    """

    def __init__(
        self,
        input_size: list[int],
        cnf: MSBlockConfig,
        residual_pool: bool,
        residual_with_cls_embed: bool,
        rel_pos_embed: bool,
        proj_after_attn: bool,
        dropout: float = 0.0,
        stochastic_depth_prob: float = 0.0,
        norm_layer: Norm = nn.LayerNorm,
    ) -> None:
        super().__init__()
        self.proj_after_attn = proj_after_attn
        self.pool_skip: nn.Module | None = None
        if math.prod(cnf.stride_q) > 1:
            kernel = [side + 1 if side > 1 else side for side in cnf.stride_q]
            self.pool_skip = Pool(nn.MaxPool3d(kernel, stride=cnf.stride_q, padding=[side // 2 for side in kernel]), None)
        inner = cnf.output_channels if proj_after_attn else cnf.input_channels
        self.norm1 = norm_layer(cnf.input_channels)
        self.norm2 = norm_layer(inner)
        self.needs_transposal = isinstance(self.norm1, nn.BatchNorm1d)
        self.attn = MultiscaleAttention(
            input_size,
            cnf.input_channels,
            inner,
            cnf.num_heads,
            kernel_q=cnf.kernel_q,
            kernel_kv=cnf.kernel_kv,
            stride_q=cnf.stride_q,
            stride_kv=cnf.stride_kv,
            residual_pool=residual_pool,
            residual_with_cls_embed=residual_with_cls_embed,
            rel_pos_embed=rel_pos_embed,
            dropout=dropout,
            norm_layer=norm_layer,
        )
        self.mlp = MLP(inner, [4 * inner, cnf.output_channels], activation_layer=nn.GELU, dropout=dropout, inplace=None)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")
        self.project: nn.Module | None = None
        if cnf.input_channels != cnf.output_channels:
            self.project = nn.Linear(cnf.input_channels, cnf.output_channels)

    def _normed(self, norm: nn.Module, x: Tensor) -> Tensor:
        return norm(x.transpose(1, 2)).transpose(1, 2) if self.needs_transposal else norm(x)

    def forward(self, x: Tensor, thw: Size) -> tuple[Tensor, Size]:
        before = self._normed(self.norm1, x)
        attended, after = self.attn(before, thw)
        if self.project is not None and self.proj_after_attn:
            x = self.project(before)
        if self.pool_skip is not None:
            x = self.pool_skip(x, thw)[0]
        x = x + self.stochastic_depth(attended)
        between = self._normed(self.norm2, x)
        if self.project is not None and not self.proj_after_attn:
            x = self.project(between)
        return x + self.stochastic_depth(self.mlp(between)), after


class PositionalEncoding(nn.Module):
    """A first token, and unless distances count the place and time of each.

    Args:
        embed_size (int): channels.
        spatial_size (tuple of int): height and width.
        temporal_size (int): time.
        rel_pos_embed (bool): whether distances count.
    """

    def __init__(self, embed_size: int, spatial_size: tuple[int, int], temporal_size: int, rel_pos_embed: bool) -> None:
        super().__init__()
        self.spatial_size = spatial_size
        self.temporal_size = temporal_size
        self.class_token = nn.Parameter(zeros(embed_size))
        self.spatial_pos: nn.Parameter | None = None
        self.temporal_pos: nn.Parameter | None = None
        self.class_pos: nn.Parameter | None = None
        if not rel_pos_embed:
            self.spatial_pos = nn.Parameter(zeros(math.prod(spatial_size), embed_size))
            self.temporal_pos = nn.Parameter(zeros(temporal_size, embed_size))
            self.class_pos = nn.Parameter(zeros(embed_size))

    def forward(self, x: Tensor) -> Tensor:
        first = self.class_token.expand(x.size(0), -1).unsqueeze(1)
        x = cat((first, x), dim=1)
        if self.spatial_pos is not None and self.temporal_pos is not None and self.class_pos is not None:
            places, width = self.spatial_pos.shape
            where = repeat_interleave(self.temporal_pos, places, dim=0)
            where.add_(self.spatial_pos.unsqueeze(0).expand(self.temporal_size, -1, -1).reshape(-1, width))
            x.add_(cat((self.class_pos.unsqueeze(0), where), dim=0).unsqueeze(0))
        return x


class MViT(nn.Module):
    """A transformer whose tokens become fewer and wider, for videos (N, 3, T, H, W).

    Args:
        spatial_size (tuple of int): height and width.
        temporal_size (int): frames.
        block_setting (sequence of MSBlockConfig): the blocks.
        residual_pool, residual_with_cls_embed, rel_pos_embed, proj_after_attn (bool): of the blocks.
        dropout (float): probability before the last layer.
        attention_dropout (float): in the blocks.
        stochastic_depth_prob (float): of the last block; those before grow to it evenly.
        num_classes (int): outputs.
        block, norm_layer (callable, optional): the block and the norm.
        patch_embed_kernel, patch_embed_stride, patch_embed_padding (tuple of int): of the convolution that makes tokens.

    Raises:
        ValueError: for no blocks.
    """

    def __init__(
        self,
        spatial_size: tuple[int, int],
        temporal_size: int,
        block_setting: Sequence[MSBlockConfig],
        residual_pool: bool,
        residual_with_cls_embed: bool,
        rel_pos_embed: bool,
        proj_after_attn: bool,
        dropout: float = 0.5,
        attention_dropout: float = 0.0,
        stochastic_depth_prob: float = 0.0,
        num_classes: int = 400,
        block: Callable[..., nn.Module] | None = None,
        norm_layer: Norm | None = None,
        patch_embed_kernel: tuple[int, int, int] = (3, 7, 7),
        patch_embed_stride: tuple[int, int, int] = (2, 4, 4),
        patch_embed_padding: tuple[int, int, int] = (1, 3, 3),
    ) -> None:
        super().__init__()
        if not block_setting:
            raise ValueError("The configuration parameter can't be empty.")
        block = block or MultiscaleBlock
        norm_layer = norm_layer or partial(nn.LayerNorm, eps=1e-6)
        width = block_setting[0].input_channels
        self.conv_proj = nn.Conv3d(3, width, patch_embed_kernel, stride=patch_embed_stride, padding=patch_embed_padding)
        size = [side // stride for side, stride in zip((temporal_size, *spatial_size), patch_embed_stride)]
        self.pos_encoding = PositionalEncoding(width, (size[1], size[2]), size[0], rel_pos_embed)
        self.blocks = nn.ModuleList()
        for i, cnf in enumerate(block_setting):
            self.blocks.append(
                block(
                    input_size=size,
                    cnf=cnf,
                    residual_pool=residual_pool,
                    residual_with_cls_embed=residual_with_cls_embed,
                    rel_pos_embed=rel_pos_embed,
                    proj_after_attn=proj_after_attn,
                    dropout=attention_dropout,
                    stochastic_depth_prob=stochastic_depth_prob * i / (len(block_setting) - 1.0),
                    norm_layer=norm_layer,
                )
            )
            if cnf.stride_q:
                size = [side // stride for side, stride in zip(size, cnf.stride_q)]
        self.norm = norm_layer(block_setting[-1].output_channels)
        self.head = nn.Sequential(nn.Dropout(dropout, inplace=True), nn.Linear(block_setting[-1].output_channels, num_classes))
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.trunc_normal_(layer.weight, std=0.02)
                if layer.bias is not None:
                    nn.init.constant_(layer.bias, 0.0)
            elif isinstance(layer, nn.LayerNorm):
                nn.init.constant_(layer.weight, 1.0)
                nn.init.constant_(layer.bias, 0.0)
            elif isinstance(layer, PositionalEncoding):
                for table in layer.parameters():
                    nn.init.trunc_normal_(table, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        x = _unsqueeze(x, 5, 2)[0]  # one picture is a video of one frame
        x = self.pos_encoding(self.conv_proj(x).flatten(2).transpose(1, 2))
        thw: Size = (self.pos_encoding.temporal_size, *self.pos_encoding.spatial_size)
        for block in self.blocks:
            x, thw = block(x, thw)
        return self.head(self.norm(x)[:, 0])


def _settings(widths: list[tuple[int, int]], still: list[int], kernel: list[int]) -> list[MSBlockConfig]:
    """Sixteen blocks in four stages: queries are halved where a stage begins, and elsewhere pooled as ``kernel`` and ``still`` say."""
    heads = [1, 2, 2, *[4] * 11, 8, 8]
    apart = [8, 4, 4, *[2] * 11, 1, 1]
    blocks = []
    for i, (head, (before, after), step) in enumerate(zip(heads, widths, apart)):
        halved = i in (1, 3, 14)
        asked = ([3, 3, 3], [1, 2, 2]) if halved else (kernel, still)
        blocks.append(MSBlockConfig(head, before, after, list(asked[0]), [3, 3, 3], list(asked[1]), [1, step, step]))
    return blocks


_V1 = _settings([(96, 192), (192, 192), (192, 384), *[(384, 384)] * 10, (384, 768), *[(768, 768)] * 2], [], [])
_V2 = _settings(
    [(96, 96), (96, 192), (192, 192), (192, 384), *[(384, 384)] * 10, (384, 768), (768, 768)], [1, 1, 1], [3, 3, 3]
)


def _mvit(setting: list[MSBlockConfig], second: bool):
    def build(weights=None, progress=True, **kwargs):
        if weights is not None:
            _ovewrite_named_param(kwargs, "num_classes", len(weights.meta["categories"]))
            for i, key in enumerate(("spatial_size", "temporal_size")):
                _ovewrite_named_param(kwargs, key, (weights.meta["min_size"], weights.meta["min_temporal_size"])[i])
        how = {"spatial_size": (224, 224), "temporal_size": 16, "stochastic_depth_prob": 0.2}
        ways = {"residual_pool": second, "residual_with_cls_embed": False, "rel_pos_embed": second, "proj_after_attn": second}
        return load_weights(MViT(block_setting=setting, **{**how, **ways, **kwargs}), weights, progress)

    return build


MViT_V1_B_Weights = published("MViT_V1_B_Weights")
MViT_V2_S_Weights = published("MViT_V2_S_Weights")
mvit_v1_b = builder("mvit_v1_b", MViT_V1_B_Weights, _mvit(_V1, False), "MViT, base.", "KINETICS400_V1")
mvit_v2_s = builder("mvit_v2_s", MViT_V2_S_Weights, _mvit(_V2, True), "MViT v2, small.", "KINETICS400_V1")
