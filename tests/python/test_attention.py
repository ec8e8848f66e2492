"""The fused attention against products and a softmax: masks, blocks, strides, derivatives, threads."""

import math

import pytest
import rushlight as rl
from rushlight.autograd import gradcheck, gradgradcheck
from rushlight.nn import functional as F

D = rl.float64


def normal(*shape, seed=0, dtype=D):
    g = rl.Generator().manual_seed(seed + sum(shape))
    return rl.randn(*shape, generator=g, dtype=D).to(dtype)


def reference(q, k, v, mask=None, causal=False, scale=None):
    scores = q @ k.transpose(-2, -1) * (1 / math.sqrt(q.size(-1)) if scale is None else scale)
    if causal:
        mask = rl.ones(q.size(-2), k.size(-2), dtype=rl.bool).tril()
    if mask is not None and mask.dtype == rl.bool:
        scores = scores.masked_fill(~mask, -math.inf)
    elif mask is not None:
        scores = scores + mask
    weights = scores.softmax(-1)
    if mask is not None:  # a query that sees nothing answers with zero
        weights = weights.masked_fill((scores == -math.inf).all(-1, keepdim=True), 0.0)
    return weights @ v


def visible(*shape, seed=0):
    g = rl.Generator().manual_seed(seed)
    return rl.rand(*shape, generator=g) > 0.3


# queries, keys, depth, width: one block, blocks of queries, blocks of keys, uneven ends, fewer keys than queries
SIZES = [(5, 7, 8, 8), (64, 64, 32, 32), (300, 300, 16, 24), (130, 1100, 8, 8), (1, 9, 4, 4), (70, 17, 8, 5)]
MASKS = {
    "none": lambda m, n: {},
    "causal": lambda m, n: {"causal": True},
    "bool": lambda m, n: {"mask": visible(2, 1, m, n)},
    "keys": lambda m, n: {"mask": visible(1, n).index_fill(1, rl.tensor([0]), True)},
    "float": lambda m, n: {"mask": normal(m, n)},
    "blind": lambda m, n: {"mask": visible(m, n).index_fill(0, rl.tensor([m // 2]), False)},
    "scale": lambda m, n: {"scale": -0.3},
}


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_results_and_gradients(size, mask):
    m, n, depth, width = size
    # queries and values as a joint projection leaves them, keys with their columns apart
    q = normal(2, m, 3, depth).transpose(1, 2).requires_grad_()
    k = normal(2, 3, depth, n, seed=1).transpose(2, 3).requires_grad_()
    v = normal(2, n, 3, width, seed=2).transpose(1, 2).requires_grad_()
    options = MASKS[mask](m, n)
    called = {{"mask": "attn_mask", "causal": "is_causal"}.get(key, key): x for key, x in options.items()}
    out = F.scaled_dot_product_attention(q, k, v, **called)
    want = reference(q, k, v, **options)
    assert rl.allclose(out, want, atol=1e-12)
    g = normal(*out.shape, seed=3)
    got = rl.autograd.grad((out * g).sum(), [q, k, v])
    wanted = rl.autograd.grad((want * g).sum(), [q, k, v])
    assert all(rl.allclose(a, b, atol=1e-11) for a, b in zip(got, wanted))
    if "attn_mask" in called and called["attn_mask"].dtype != rl.bool:
        called["attn_mask"] = called["attn_mask"].float()
    single = F.scaled_dot_product_attention(q.float(), k.float(), v.float(), **called)
    # float32: sums of up to 1100 weighted values
    assert rl.allclose(single.double(), want, atol=2e-5)


def test_heads_are_shared_and_axes_broadcast():
    q, k, v = normal(2, 6, 9, 4), normal(2, 2, 11, 4, seed=1), normal(2, 2, 11, 4, seed=2)
    wide = [t.repeat_interleave(3, 1) for t in (k, v)]
    leaves = [t.requires_grad_() for t in (q, k, v)]
    got = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    want = reference(q, k.repeat_interleave(3, 1), v.repeat_interleave(3, 1))
    assert rl.allclose(got, want) and rl.allclose(got, reference(q, *wide))
    for a, b in zip(rl.autograd.grad(got.sum(), leaves), rl.autograd.grad(want.sum(), leaves)):
        assert rl.allclose(a, b, atol=1e-12)
    q, k, v = normal(9, 4), normal(1, 3, 7, 4), normal(2, 1, 7, 4)
    got = F.scaled_dot_product_attention(q.expand(1, 1, 9, 4), k, v)
    assert got.shape == (2, 3, 9, 4) and rl.allclose(got, reference(q, k, v))
    flat = F.scaled_dot_product_attention(q, k[0, 0], v[0, 0])
    assert rl.allclose(flat, got[0, 0])


@pytest.mark.parametrize("mask", MASKS)
def test_first_and_second_derivatives(mask):
    q, k, v = (normal(2, 2, n, 3, seed=i).requires_grad_() for i, n in enumerate((4, 5, 5)))
    options = MASKS[mask](4, 5)
    called = {{"mask": "attn_mask", "causal": "is_causal"}.get(key, key): x for key, x in options.items()}

    def attend(q, k, v):
        return F.scaled_dot_product_attention(q, k, v, **called)

    assert gradcheck(attend, [q, k, v])
    assert gradgradcheck(attend, [q, k, v])
    # one tensor in three places, computed from one another
    assert gradgradcheck(lambda x: attend(x[..., :4, :], x.sin(), x.cos()), [k])


def test_a_mask_may_have_a_gradient():
    q, mask = normal(2, 4, 3), normal(4, 4, seed=1).requires_grad_()
    assert gradcheck(lambda m: F.scaled_dot_product_attention(q, q, q, m), [mask])


def test_results_lie_as_the_queries():
    q = normal(2, 5, 3, 4).transpose(1, 2)
    out = F.scaled_dot_product_attention(q, q, q)
    assert out.transpose(1, 2).is_contiguous()
    assert F.scaled_dot_product_attention(*[q.contiguous()] * 3).is_contiguous()


def test_half_precision_is_rounded_once():
    q = normal(2, 3, 40, 8).half()
    out = F.scaled_dot_product_attention(q, q, q)
    wide = q.float()
    assert out.dtype == rl.float16
    assert rl.equal(out, F.scaled_dot_product_attention(wide, wide, wide).half())


def test_nan_and_infinity_show():
    q, k, v = normal(1, 4, 4), normal(1, 6, 4, seed=1), normal(1, 6, 4, seed=2)
    q[0, 1, 0] = math.nan
    out = F.scaled_dot_product_attention(q, k, v)
    assert out[0, 1].isnan().all() and not out[0, [0, 2, 3]].isnan().any()
    hidden = rl.full((4, 6), -math.inf, dtype=D)
    assert (F.scaled_dot_product_attention(q[:, :1], k, v, hidden[:1]) == 0).all()


def test_threads_change_no_bit():
    q, k, v = (normal(2, 3, n, 32, seed=i, dtype=rl.float32).requires_grad_() for i, n in enumerate((200, 600, 600)))
    before, runs = rl.get_num_threads(), []
    try:
        for n in (1, 2, 3, 5):
            rl.set_num_threads(n)
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            runs.append([out, *rl.autograd.grad(out.square().sum(), [q, k, v])])
    finally:
        rl.set_num_threads(before)
    assert all(rl.equal(a, b) for run in runs[1:] for a, b in zip(runs[0], run))


def test_kernels_may_be_named_and_causal_masks_made():
    from rushlight.nn.attention import SDPBackend, bias, sdpa_kernel

    q, k = rl.randn(1, 1, 2, 4), rl.randn(1, 1, 3, 4)
    with sdpa_kernel([SDPBackend.MATH, SDPBackend.FLASH_ATTENTION]):
        masked = rl.nn.functional.scaled_dot_product_attention(q, k, k, bias.causal_upper_left(2, 3))
    assert rl.equal(masked, rl.nn.functional.scaled_dot_product_attention(q, k, k, is_causal=True))
    assert bias.causal_lower_right(2, 3).tolist() == [[True, True, False], [True, True, True]]
    with pytest.raises(AssertionError, match="Backend must be an instance of SDPBackend"), sdpa_kernel("math"):
        pass


@pytest.mark.parametrize(
    ("batched", "mask", "kind", "words"),
    [
        (True, (3,), AssertionError, "For batched (3-D) `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found 1-D"),
        (False, (3,), AssertionError, "For unbatched (2-D) `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found 1-D"),
        (False, (3, 4, 4), AssertionError, "Expected `attn_mask` shape to be (2, 4, 4) but got torch.Size([3, 4, 4])"),
        (True, (2, 2), RuntimeError, "The shape of the 2D attn_mask is torch.Size([2, 2]), but should be (4, 4)."),
    ],
)
def test_masks_of_a_wrong_shape_are_refused_in_words(batched, mask, kind, words):
    x = rl.ones(3, 4, 8) if batched else rl.ones(4, 8)
    with pytest.raises(kind) as caught:
        rl.nn.MultiheadAttention(8, 2, batch_first=True)(x, x, x, attn_mask=rl.zeros(mask))
    assert words in str(caught.value)


def test_flex_attention_takes_four_axes():
    from rushlight.nn.attention.flex_attention import flex_attention

    with pytest.raises(NotImplementedError, match="must be 4D tensors"):
        flex_attention(rl.ones(2, 3, 4), rl.ones(2, 3, 4), rl.ones(2, 3, 4))


@pytest.mark.parametrize("window", [(-1, -1), (-1, 0), (2, 0), (1, 1)])
def test_sequences_one_behind_the_other_attend_to_their_own_keys(window):
    from rushlight.nn.attention.varlen import AuxRequest, varlen_attn, varlen_attn_out

    rl.manual_seed(0)
    lengths_q, lengths_k = [3, 0, 5], [4, 2, 5]
    starts = [rl.tensor([0, *length]).cumsum(0) for length in (lengths_q, lengths_k)]
    q = rl.randn(8, 4, 6, requires_grad=True)
    k, v = rl.randn(2, 11, 2, 6)
    out, sums = varlen_attn(
        q, k, v, *starts, 5, 5, window_size=window, enable_gqa=True, scale=0.3, return_aux=AuxRequest(lse=True)
    )
    assert out.shape == q.shape and sums.shape == (4, 8)
    for n in (0, 2):
        of_q, of_k = (slice(int(s[n]), int(s[n + 1])) for s in starts)
        for head in range(4):
            scores = 0.3 * q[of_q, head] @ k[of_k, head // 2].T
            for i in range(lengths_q[n]):
                place = i + lengths_k[n] - lengths_q[n]
                for j in range(lengths_k[n]):
                    if (window[0] >= 0 and j < place - window[0]) or (window[1] >= 0 and j > place + window[1]):
                        scores[i, j] = -float("inf")
            wanted = scores.softmax(-1) @ v[of_k, head // 2]
            assert (out[of_q, head] - wanted).abs().max() < 1e-5
            assert (sums[head, of_q] - scores.logsumexp(-1)).abs().max() < 1e-5
    out.sum().backward()
    assert q.grad.isfinite().all()
    held = rl.empty(8, 4, 6)
    again = varlen_attn_out(held, q.detach(), k, v, *starts, 5, 5, window_size=window, enable_gqa=True, scale=0.3)
    assert again is held and (held - out).abs().max() < 1e-6
    used = varlen_attn(q, k, v, *starts, 5, 5, enable_gqa=True, seqused_k=rl.tensor([1, 0, 5]))
    assert (used[:3] - v[0].repeat_interleave(2, 0)).abs().max() < 1e-6
    with pytest.raises(RuntimeError, match="need enable_gqa=True"):
        varlen_attn(q, k, v, *starts, 5, 5)
    with pytest.raises(NotImplementedError, match="in pages"):
        varlen_attn(q, k, v, *starts, 5, 5, block_table=rl.zeros(3, 1))
