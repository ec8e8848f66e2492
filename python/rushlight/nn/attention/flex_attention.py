"""Attention with a program's own scores and masks (``torch.nn.attention.flex_attention``; J. Dong et al., *Flex attention*,
arXiv:2412.05496).

Functions of scores and masks are called once, with tensors of indices that broadcast, so they may do anything that works
element by element, and index other tensors. All scores are held at once.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ... import _C

Tensor = _C.Tensor
_DEFAULT_SPARSE_BLOCK_SIZE = 128


def noop_mask(batch: Any, head: Any, token_q: Any, token_kv: Any) -> Any:
    """Everything is seen."""
    return _C.ones((), dtype=_C.bool, device=getattr(batch, "device", None))


def _indices(*sizes: int, device: Any = None) -> list[Any]:
    """Of each axis its indices, shaped to broadcast with the others."""
    return [
        _C.arange(n, device=device).view([n if i == axis else 1 for i in range(len(sizes))])
        for axis, n in enumerate(sizes)
    ]


class BlockMask:
    """Which query sees which key, and which blocks of them need computing at all.

    Attributes:
        mask_mod (callable): the mask.
        seq_lengths (tuple of int): numbers of queries and keys.
        kv_num_blocks, kv_indices (Tensor): of each block of queries how many blocks of keys it sees, and which.
    """

    def __init__(self, mask: Any, mask_mod: Any, block_size: tuple[int, int]) -> None:
        self._mask, self.mask_mod, self.BLOCK_SIZE = mask, mask_mod, block_size
        self.seq_lengths = (mask.size(-2), mask.size(-1))
        blocks = self.to_dense().int()
        self.kv_num_blocks = blocks.sum(-1, dtype=_C.int32)
        self.kv_indices = blocks.argsort(dim=-1, descending=True, stable=True).to(_C.int32)

    @property
    def shape(self) -> tuple[int, ...]:
        """Batches, heads, queries, keys."""
        return tuple(self._mask.shape)

    def numel(self) -> int:
        """How many pairs."""
        return self._mask.numel()

    def to_dense(self) -> Any:
        """Which blocks have a pair that is seen."""
        q, k = self.BLOCK_SIZE
        rows, columns = -(-self.seq_lengths[0] // q), -(-self.seq_lengths[1] // k)
        padded = self._mask.new_zeros(*self._mask.shape[:2], rows * q, columns * k)
        padded[..., : self.seq_lengths[0], : self.seq_lengths[1]] = self._mask
        return padded.view(*self._mask.shape[:2], rows, q, columns, k).any(5).any(3)

    def sparsity(self) -> float:
        """Per cent of blocks without a pair that is seen."""
        blocks = self.to_dense()
        return 100 * (1 - blocks.sum().item() / blocks.numel())

    def __getitem__(self, index: Any) -> BlockMask:
        index = index if isinstance(index, tuple) else (index,)
        index = tuple(slice(i, i + 1) if isinstance(i, int) else i for i in index[:2])
        return BlockMask(self._mask[index], self.mask_mod, self.BLOCK_SIZE)

    def to(self, device: Any) -> BlockMask:
        """The same on another device."""
        return BlockMask(self._mask.to(device), self.mask_mod, self.BLOCK_SIZE)

    def __repr__(self) -> str:
        return f"BlockMask(shape={self.shape}, sparsity={self.sparsity():.2f}%)"


def create_mask(
    mod_fn: Any, B: int | None, H: int | None, Q_LEN: int, KV_LEN: int, device: Any = None
) -> Tensor:  # noqa: N803, RUF100
    """The whole mask of ``mask_mod(batch, head, query, key)``, of shape ``(B, H, Q_LEN, KV_LEN)``."""
    found = mod_fn(*_indices(B or 1, H or 1, Q_LEN, KV_LEN, device=device))
    return _C.as_tensor(found).expand(B or 1, H or 1, Q_LEN, KV_LEN)


def create_block_mask(
    mask_mod: Any,
    B: int | None,  # noqa: N803, RUF100
    H: int | None,  # noqa: N803, RUF100
    Q_LEN: int,  # noqa: N803, RUF100
    KV_LEN: int,  # noqa: N803, RUF100
    device: Any = None,
    BLOCK_SIZE: Any = _DEFAULT_SPARSE_BLOCK_SIZE,  # noqa: N803, RUF100
    _compile: bool = False,
    separate_full_blocks: bool = True,
    compute_dq_write_order: bool = False,
    dq_kv_order: bool = True,
) -> BlockMask:
    """The mask of ``mask_mod(batch, head, query, key)``, by blocks.

    Args:
        mask_mod (callable): from tensors of indices to whether the pair is seen.
        B, H (int, optional): batches and heads, if the mask differs between them.
        Q_LEN, KV_LEN (int): numbers of queries and keys.
        device (device, optional): where the mask is. Default: the default device; attention takes it to its operands'
        BLOCK_SIZE (int or tuple): of a block. Default: 128

    Example::

        >>> from rushlight.nn.attention.flex_attention import create_block_mask
        >>> create_block_mask(lambda b, h, q, kv: q >= kv, None, None, 256, 256)
        BlockMask(shape=(1, 1, 256, 256), sparsity=25.00%)
    """
    size = (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else tuple(BLOCK_SIZE)
    return BlockMask(create_mask(mask_mod, B, H, Q_LEN, KV_LEN, device), mask_mod, size)


def and_masks(*mask_mods: Any) -> Any:
    """A mask of pairs that all masks let through."""

    def mask(b: Any, h: Any, q: Any, kv: Any) -> Any:
        found = noop_mask(b, h, q, kv)
        for each in mask_mods:
            found = found & each(b, h, q, kv)
        return found

    return mask


def or_masks(*mask_mods: Any) -> Any:
    """A mask of pairs that one of the masks lets through."""

    def mask(b: Any, h: Any, q: Any, kv: Any) -> Any:
        found = ~noop_mask(b, h, q, kv)
        for each in mask_mods:
            found = found | each(b, h, q, kv)
        return found

    return mask


class AuxRequest(NamedTuple):
    """What :func:`flex_attention` is to give besides its result.

    Args:
        lse (bool): the logarithms of the sums of exponentials. Default: ``False``
        max_scores (bool): the largest score of each query. Default: ``False``
    """

    lse: bool = False
    max_scores: bool = False


class AuxOutput(NamedTuple):
    """What was asked for by :class:`AuxRequest`; ``None`` for the rest."""

    lse: Any = None
    max_scores: Any = None


def flex_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    score_mod: Any = None,
    block_mask: BlockMask | None = None,
    scale: float | None = None,
    enable_gqa: bool = False,
    return_lse: bool = False,
    kernel_options: Any = None,
    *,
    return_aux: Any = None,
) -> Any:
    """Attention whose scores a function changes, among pairs that a mask lets through.

    Args:
        query (Tensor): (batches, heads, queries, width).
        key, value (Tensor): (batches, heads, keys, width).
        score_mod (callable, optional): ``score_mod(score, batch, head, query, key)``, from tensors that broadcast.
        block_mask (BlockMask, optional): see :func:`create_block_mask`.
        scale (float, optional): of products. Default: one over the root of the width
        enable_gqa (bool): keys and values may have fewer heads, each for several of the queries. Default: ``False``
        return_lse (bool): the logarithms of the sums of exponentials too. Default: ``False``
        return_aux (AuxRequest, optional): further results that are wanted, given as an :class:`AuxOutput`

    Errors: ValueError for heads or lengths that do not fit.

    Example::

        >>> from rushlight.nn.attention.flex_attention import create_block_mask, flex_attention
        >>> causal = create_block_mask(lambda b, h, q, kv: q >= kv, None, None, 3, 3)
        >>> x = rl.eye(3).expand(1, 1, 3, 3)
        >>> flex_attention(x, x, x, block_mask=causal)[0, 0, 0]
        tensor([1., 0., 0.])
    """
    if query.dim() != 4 or key.dim() != 4 or value.dim() != 4:
        raise NotImplementedError("NYI: query, key, and value must be 4D tensors")
    heads = query.size(1)
    if key.size(1) != heads:
        if not enable_gqa:
            raise ValueError(
                f"Expect query and key/value to have the same number of heads but got Hq={heads} and Hkv={key.size(1)}. "
                "Try setting enable_gqa=True for GQA."
            )
        if heads % key.size(1):
            raise ValueError(
                f"Expect number of query heads to be a multiple of kv heads for GQA but got Hq={heads} and Hkv={key.size(1)}."
            )
        key, value = (t.repeat_interleave(heads // t.size(1), dim=1) for t in (key, value))
    scores = (query @ key.transpose(-2, -1)) * (1 / math.sqrt(query.size(-1)) if scale is None else scale)
    if score_mod is not None:
        scores = score_mod(scores, *_indices(query.size(0), heads, query.size(2), key.size(2), device=query.device))
    if block_mask is not None:
        if block_mask.seq_lengths[0] < query.size(2) or block_mask.seq_lengths[1] < key.size(2):
            raise ValueError(
                f"block_mask was created for block_mask.shape={block_mask.shape} but got q_len={query.size(2)} and kv_len={key.size(2)}."
            )
        seen = block_mask._mask[..., : query.size(2), : key.size(2)].to(scores.device)
        scores = scores.masked_fill(~seen, -math.inf)
    if return_lse and return_aux is not None:
        raise ValueError("Cannot specify both return_lse and return_aux. return_lse is deprecated, please use return_aux instead.")
    lse = scores.logsumexp(-1)
    # a query that sees nothing gets zeros
    weights = (scores - lse.masked_fill(lse == -math.inf, 0.0).unsqueeze(-1)).exp().to(value.dtype)
    result = weights @ value
    if return_aux is not None:
        largest = scores.amax(-1) if return_aux.max_scores else None
        return result, AuxOutput(lse if return_aux.lse else None, largest)
    return (result, lse) if return_lse else result


__all__ = [
    "AuxOutput",
    "AuxRequest",
    "BlockMask",
    "and_masks",
    "create_block_mask",
    "create_mask",
    "flex_attention",
    "noop_mask",
    "or_masks",
]
