"""Attention with masks and scores of a program's own is attention, where both can say the same."""

from __future__ import annotations

import math

import pytest
import rushlight as rl
from rushlight.nn.attention.flex_attention import (
    BlockMask,
    and_masks,
    create_block_mask,
    create_mask,
    flex_attention,
    or_masks,
)
from rushlight.nn.functional import scaled_dot_product_attention


def operands(heads=4, kv_heads=4, n=9):
    rl.manual_seed(0)
    return rl.randn(2, heads, n, 8), rl.randn(2, kv_heads, n, 8), rl.randn(2, kv_heads, n, 8)


def causal(b, h, q, kv):
    return q >= kv


def test_masks_and_scores():
    q, k, v = operands()
    mask = create_block_mask(causal, None, None, 9, 9, BLOCK_SIZE=4)
    assert rl.allclose(flex_attention(q, k, v), scaled_dot_product_attention(q, k, v), atol=1e-6)
    expected = scaled_dot_product_attention(q, k, v, is_causal=True)
    assert rl.allclose(flex_attention(q, k, v, block_mask=mask), expected, atol=1e-6)
    slope = rl.tensor([0.5, 0.25, 0.125, 0.0625])
    bias = slope.view(4, 1, 1) * (rl.arange(9) - rl.arange(9).view(9, 1))
    expected = scaled_dot_product_attention(q, k, v, attn_mask=bias.expand(2, 4, 9, 9))
    found, lse = flex_attention(
        q, k, v, score_mod=lambda s, b, h, i, j: s + slope[h] * (j - i), return_lse=True
    )
    assert rl.allclose(found, expected, atol=1e-6)
    assert rl.allclose(lse, (q @ k.mT / math.sqrt(8) + bias).logsumexp(-1), atol=1e-5)


def test_masks_are_joined_and_counted_by_blocks():
    documents = rl.tensor([0, 0, 0, 0, 1, 1, 1, 1])
    same = lambda b, h, q, kv: documents[q] == documents[kv]  # noqa: E731
    mask = create_block_mask(and_masks(causal, same), None, None, 8, 8, BLOCK_SIZE=2)
    assert mask.to_dense()[0, 0].int().tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]]
    assert mask.kv_num_blocks.tolist() == [[[1, 2, 1, 2]]] and mask.kv_indices[0, 0, 3, :2].tolist() == [2, 3]
    assert mask.sparsity() == 100 * 10 / 16 and isinstance(mask[0], BlockMask)
    either = create_mask(or_masks(causal, same), None, None, 8, 8)
    assert rl.equal(either[0, 0], rl.tril(rl.ones(8, 8)).bool() | (documents == documents.view(8, 1)))


def test_shared_heads_gradients_and_queries_that_see_nothing():
    q, k, v = (t.double().requires_grad_() for t in operands(4, 2, 3))
    nothing = create_block_mask(lambda b, h, i, j: (i >= j) & (i > 0), None, None, 3, 3)
    call = lambda q, k, v: flex_attention(q, k, v, block_mask=nothing, enable_gqa=True)  # noqa: E731
    assert call(q, k, v)[:, :, 0].abs().sum().item() == 0.0
    assert rl.autograd.gradcheck(call, (q, k, v))
    expected = scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
    assert rl.allclose(call(q, k, v)[:, :, 1:], expected[:, :, 1:])
    with pytest.raises(ValueError, match="enable_gqa"):
        flex_attention(q, k, v)
    with pytest.raises(ValueError, match="block_mask was created for"):
        flex_attention(*operands(n=5), block_mask=nothing)
