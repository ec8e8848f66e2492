"""Attention within sequences of different lengths that lie one behind the other, without padding."""

from __future__ import annotations

from dataclasses import dataclass

from ... import _C
from .. import functional as F

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    Tensor = _C.Tensor


@dataclass(frozen=True)
class AuxRequest:
    """What is wanted beside the result: ``lse``, the logarithms of the sums of exponentials of scores."""

    lse: bool = False


def varlen_attn(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    cu_seq_q: Tensor,
    cu_seq_k: Tensor | None,
    max_q: int,
    max_k: int,
    *,
    return_aux: AuxRequest | None = None,
    scale: float | None = None,
    window_size: tuple[int, int] = (-1, -1),
    enable_gqa: bool = False,
    seqused_k: Tensor | None = None,
    block_table: Tensor | None = None,
    num_splits: int | None = None,
) -> Any:
    """Attention of each sequence to its own keys: :func:`~rushlight.nn.functional.scaled_dot_product_attention`, one after another.

    Args:
        query (Tensor): (T_q, H_q, D): the sequences one behind the other.
        key, value (Tensor): (T_k, H_kv, D).
        cu_seq_q (Tensor): (N + 1): where each of N sequences begins, and the last one ends.
        cu_seq_k (Tensor, optional): the same of the keys. Default: as of the queries
        max_q, max_k (int): how long the longest are.
        return_aux (AuxRequest, optional): whether the logarithms of the sums, (H_q, T_q), are wanted.
        scale (float, optional): of the scores. Default: ``1 / sqrt(D)``
        window_size (tuple): how many keys to the left and to the right of its own place a query sees, counted from the ends of
            both sequences; -1 for all; (-1, 0) is causal. Default: (-1, -1)
        enable_gqa (bool): several heads of queries share one of keys. Default: ``False``
        seqused_k (Tensor, optional): how many keys of each sequence count.
        num_splits (int, optional): accepted.

    Errors: NotImplementedError for keys in pages; RuntimeError for shapes that do not fit.

    Example::

        >>> from rushlight.nn.attention.varlen import varlen_attn
        >>> x, ends = rl.ones(5, 1, 4), rl.tensor([0, 2, 5])
        >>> varlen_attn(x, x, x, ends, ends, 3, 3, window_size=(-1, 0)).shape
        torch.Size([5, 1, 4])
    """
    if block_table is not None:
        raise NotImplementedError("varlen_attn: keys in pages (block_table) are not there; lay each sequence in one piece")
    for name, each in (("query", query), ("key", key), ("value", value)):
        if each.dim() != 3:
            raise RuntimeError(f"varlen_attn: {name} must be of shape (T, H, D), but has {each.dim()} axes")
    if query.shape[1] != key.shape[1] and not enable_gqa:
        raise RuntimeError(
            f"varlen_attn: {query.shape[1]} heads of queries and {key.shape[1]} of keys need enable_gqa=True"
        )
    starts_q = cu_seq_q.tolist()
    starts_k = starts_q if cu_seq_k is None else cu_seq_k.tolist()
    used = None if seqused_k is None else seqused_k.tolist()
    if len(starts_q) != len(starts_k):
        raise RuntimeError(f"varlen_attn: {len(starts_q) - 1} sequences of queries, but {len(starts_k) - 1} of keys")
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    parts, sums = [], []
    for n in range(len(starts_q) - 1):
        last_k = starts_k[n + 1] if used is None else starts_k[n] + used[n]
        q = query[starts_q[n] : starts_q[n + 1]].transpose(0, 1)
        k, v = (each[starts_k[n] : last_k].transpose(0, 1) for each in (key, value))
        seen = _seen(q.shape[1], k.shape[1], window_size, q.device)
        part = F.scaled_dot_product_attention(
            q[None], k[None], v[None], attn_mask=seen, scale=scale, enable_gqa=enable_gqa
        )[0]
        parts.append(part.transpose(0, 1))
        if return_aux is not None and return_aux.lse:
            sums.append(_log_sums(q, k, scale, seen))
    out = _C.cat(parts) if parts else _C.zeros_like(query)
    return (out, _C.cat(sums, 1)) if sums else out


def _seen(queries: int, keys: int, window: tuple[int, int], device: Any) -> Any:
    """Which keys each query sees; none for all."""
    left, right = window
    if left < 0 and right < 0:
        return None
    place = _C.arange(queries, device=device)[:, None] + (keys - queries)
    at = _C.arange(keys, device=device)[None]
    seen = _C.ones(queries, keys, dtype=_C.bool, device=device)
    if left >= 0:
        seen = seen & (at >= place - left)
    if right >= 0:
        seen = seen & (at <= place + right)
    return seen


def _log_sums(q: Tensor, k: Tensor, scale: float, seen: Any) -> Tensor:
    k = k.repeat_interleave(q.shape[0] // k.shape[0], 0)
    scores = (q.float() @ k.float().transpose(-2, -1)) * scale
    if seen is not None:
        scores = scores.masked_fill(~seen, -float("inf"))
    return scores.logsumexp(-1)


def varlen_attn_out(out: Tensor, *args: Any, **kwargs: Any) -> Any:
    """:func:`varlen_attn` into a tensor that is given."""
    made = varlen_attn(*args, **kwargs)
    if isinstance(made, tuple):
        return out.copy_(made[0]), made[1]
    return out.copy_(made)


__all__ = ["AuxRequest", "varlen_attn", "varlen_attn_out"]
