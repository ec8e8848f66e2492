"""Attention in several heads."""

from __future__ import annotations

from .. import _C
from . import functional as F
from . import init
from .linear import NonDynamicallyQuantizableLinear
from .module import Module
from .parameter import Parameter


class MultiheadAttention(Module):
    r"""Attends from queries to keys and takes the values found there, in several heads at once.

    Args:
        embed_dim (int): size of the whole.
        num_heads (int): number of heads, among which it is divided.
        dropout (float): of the attention weights. Default: 0
        bias (bool): of the projections. Default: ``True``
        add_bias_kv (bool): append a learnt key and value. Default: ``False``
        add_zero_attn (bool): append a key and value of zeros. Default: ``False``
        kdim, vdim (int, optional): sizes of keys and values. Default: `embed_dim`
        batch_first (bool): inputs and output have shape (batch, time, features). Default: ``False``

    Shape:
        - query :math:`(L, N, E)`, key and value :math:`(S, N, E)`; output :math:`(L, N, E)` and weights
          :math:`(N, L, S)`

    Examples::

        >>> x = rl.randn(5, 2, 8)
        >>> out, weights = rl.nn.MultiheadAttention(8, 2)(x, x, x)
        >>> out.shape, weights.shape
        (torch.Size([5, 2, 8]), torch.Size([2, 5, 5]))

    Source: Vaswani et al. (2017), Attention is all you need.
    """

    def __init__(
        self,
        embed_dim,
        num_heads,
        dropout=0.0,
        bias=True,
        add_bias_kv=False,
        add_zero_attn=False,
        kdim=None,
        vdim=None,
        batch_first=False,
        device=None,
        dtype=None,
    ):
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, "
                f"got embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = kdim if kdim is not None else embed_dim
        self.vdim = vdim if vdim is not None else embed_dim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")

        def add(name, shape, wanted):
            fresh = Parameter(_C.empty(shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, fresh)

        same = self._qkv_same_embed_dim
        if same:
            add("in_proj_weight", (3 * embed_dim, embed_dim), True)
        add("q_proj_weight", (embed_dim, embed_dim), not same)
        add("k_proj_weight", (embed_dim, self.kdim), not same)
        add("v_proj_weight", (embed_dim, self.vdim), not same)
        if not same:
            add("in_proj_weight", (), False)
        add("in_proj_bias", 3 * embed_dim, bias)
        self.out_proj = NonDynamicallyQuantizableLinear(
            embed_dim, embed_dim, bias=bias, device=device, dtype=dtype
        )
        if add_bias_kv:
            add("bias_k", (1, 1, embed_dim), True)
            add("bias_v", (1, 1, embed_dim), True)
        else:
            self.bias_k = self.bias_v = None
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self):
        if self._qkv_same_embed_dim:
            init.xavier_uniform_(self.in_proj_weight)
        else:
            for weight in (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.constant_(self.in_proj_bias, 0.0)
            init.constant_(self.out_proj.bias, 0.0)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def __setstate__(self, state):
        state.setdefault("_qkv_same_embed_dim", True)
        super().__setstate__(state)

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
        is_causal=False,
    ):
        """Attends.

        Args:
            query, key, value (Tensor): what attends, to what, and what is found there.
            key_padding_mask (Tensor, optional): of shape :math:`(N, S)`; keys where it is true are left out.
            need_weights (bool): give the attention weights too. Default: ``True``
            attn_mask (Tensor, optional): of shape :math:`(L, S)` or :math:`(N H, L, S)`; true where not to attend.
            average_attn_weights (bool): the mean of the weights of all heads. Default: ``True``
            is_causal (bool): `attn_mask` hides the future. Default: ``False``
        """
        swap = self.batch_first and query.dim() == 3
        if swap:
            same_kv, same_qk = key is value, query is key
            query = query.transpose(1, 0)
            key = query if same_qk else key.transpose(1, 0)
            value = key if same_kv else value.transpose(1, 0)
        separate = not self._qkv_same_embed_dim
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=separate,
            q_proj_weight=self.q_proj_weight if separate else None,
            k_proj_weight=self.k_proj_weight if separate else None,
            v_proj_weight=self.v_proj_weight if separate else None,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return (output.transpose(1, 0) if swap else output), weights
