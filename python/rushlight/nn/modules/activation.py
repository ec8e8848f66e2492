"""Activation functions as layers; attention in several heads, which PyTorch keeps among them."""

from __future__ import annotations

from ... import _C
from .. import functional as F, init
from ..parameter import Parameter
from .linear import NonDynamicallyQuantizableLinear
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


class _Inplace(Module):
    """An activation whose only option is to overwrite its input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class ReLU(_Inplace):
    r"""Applies :math:`\max(0, x)` element by element.

    Args:
        inplace (bool): overwrite the input. Default: ``False``

    Examples::

        >>> rl.nn.ReLU()(rl.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    def forward(self, input: Tensor) -> Any:
        return F.relu(input, self.inplace)


class SiLU(_Inplace):
    r"""Applies :math:`x\,\sigma(x)`.

    Args:
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.SiLU()(rl.tensor([-1.0, 1.0]))
    tensor([-0.2689,  0.7311])
    """

    def forward(self, input: Tensor) -> Any:
        return F.silu(input, self.inplace)


class Mish(_Inplace):
    r"""Applies :math:`x \tanh(\text{softplus}(x))`.

    Args:
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.Mish()(rl.tensor([-1.0, 1.0]))
    tensor([-0.3034,  0.8651])
    """

    def forward(self, input: Tensor) -> Any:
        return F.mish(input, self.inplace)


class SELU(_Inplace):
    r"""Applies :math:`s\,(\max(0, x) + \min(0, \alpha (e^x - 1)))`, whose constants keep mean 0 and variance 1.

    Args:
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.SELU()(rl.tensor([-1.0, 1.0]))
    tensor([-1.1113,  1.0507])
    """

    def forward(self, input: Tensor) -> Any:
        return F.selu(input, self.inplace)


class Hardsigmoid(Module):
    r"""Applies :math:`\min(\max(0, x / 6 + 1 / 2), 1)`.

    Args:
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.Hardsigmoid()(rl.tensor([-4.0, 0.0, 4.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Any:
        return F.hardsigmoid(input, self.inplace)


class Hardswish(Module):
    r"""Applies :math:`x \min(\max(0, x / 6 + 1 / 2), 1)`.

    Args:
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.Hardswish()(rl.tensor([-4.0, 1.0, 4.0]))
    tensor([-0.0000, 0.6667, 4.0000])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Any:
        return F.hardswish(input, self.inplace)


class Sigmoid(Module):
    r"""Applies :math:`1 / (1 + e^{-x})`.

    >>> nn.Sigmoid()(rl.tensor([0.0, 2.0]))
    tensor([0.5000, 0.8808])
    """

    def forward(self, input: Tensor) -> Any:
        return _C.sigmoid(input)


class Tanh(Module):
    r"""Applies :math:`\tanh(x)`.

    >>> nn.Tanh()(rl.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """

    def forward(self, input: Tensor) -> Any:
        return _C.tanh(input)


class LogSigmoid(Module):
    r"""Applies :math:`\log(1 / (1 + e^{-x}))`.

    >>> nn.LogSigmoid()(rl.tensor([-1.0, 1.0]))
    tensor([-1.3133, -0.3133])
    """

    def forward(self, input: Tensor) -> Any:
        return F.logsigmoid(input)


class Softsign(Module):
    r"""Applies :math:`x / (1 + |x|)`.

    >>> nn.Softsign()(rl.tensor([-1.0, 1.0]))
    tensor([-0.5000,  0.5000])
    """

    def forward(self, input: Tensor) -> Any:
        return F.softsign(input)


class Tanhshrink(Module):
    r"""Applies :math:`x - \tanh(x)`.

    >>> nn.Tanhshrink()(rl.tensor([-1.0, 1.0]))
    tensor([-0.2384,  0.2384])
    """

    def forward(self, input: Tensor) -> Any:
        return F.tanhshrink(input)


class Threshold(Module):
    r"""Replaces what is not above `threshold` by `value`.

    Args:
        threshold (float): the limit.
        value (float): the replacement.
        inplace (bool): overwrite the input. Default: ``False``

    >>> nn.Threshold(1.0, 9.0)(rl.tensor([-2.0, 3.0]))
    tensor([9., 3.])
    """

    def __init__(self, threshold: float, value: Any, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Any:
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}, value={self.value}{', inplace=True' if self.inplace else ''}"


class RReLU(Module):
    r"""Multiplies negative values by a slope drawn from :math:`U(\text{lower}, \text{upper})`; in evaluation by the mean.

    Args:
        lower (float): Default: 1/8
        upper (float): Default: 1/3
        inplace (bool): overwrite the input. Default: ``False``

    >>> nn.RReLU(0.5, 0.5)(rl.tensor([-2.0, 3.0]))
    tensor([-1.,  3.])
    """

    def __init__(self, lower: Any = 1.0 / 8, upper: Any = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Any:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}{', inplace=True' if self.inplace else ''}"


class Hardtanh(Module):
    r"""Limits to :math:`[\text{min\_val}, \text{max\_val}]`.

    Args:
        min_val (float): Default: -1
        max_val (float): Default: 1
        inplace (bool): overwrite the input. Default: ``False``
        min_value (float, optional): old name of ``min_val``.
        max_value (float, optional): old name of ``max_val``.

    >>> nn.Hardtanh()(rl.tensor([-2.0, 0.5, 3.0]))
    tensor([-1.0000,  0.5000,  1.0000])
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: Any = None,
        max_value: Any = None,
    ) -> None:
        super().__init__()
        for old, name in ((min_value, "min_val"), (max_value, "max_val")):
            if old is not None:
                from ..._warn import warn

                warn(
                    f"keyword argument `{name}ue` is deprecated and renamed to `{name}`",
                    FutureWarning,
                )
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(
                f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})"
            )

    def forward(self, input: Tensor) -> Any:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}{', inplace=True' if self.inplace else ''}"


class ReLU6(Hardtanh):
    r"""Applies :math:`\min(\max(0, x), 6)`.

    Args:
        inplace (bool): writes over the input. Default: ``False``

    >>> nn.ReLU6()(rl.tensor([-2.0, 3.0, 8.0]))
    tensor([0., 3., 6.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class _Alpha(Module):
    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}{', inplace=True' if self.inplace else ''}"


class ELU(_Alpha):
    r"""Applies :math:`x` where it is positive, :math:`\alpha (e^x - 1)` elsewhere.

    Args:
        alpha (float): Default: 1
        inplace (bool): overwrite the input. Default: ``False``

    >>> nn.ELU()(rl.tensor([-1.0, 1.0]))
    tensor([-0.6321,  1.0000])
    """

    def forward(self, input: Tensor) -> Any:
        return F.elu(input, self.alpha, self.inplace)


class CELU(_Alpha):
    r"""Applies :math:`\max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))`.

    Args:
        alpha (float): Default: 1
        inplace (bool): overwrite the input. Default: ``False``

    >>> nn.CELU(alpha=2.0)(rl.tensor([-1.0, 1.0]))
    tensor([-0.7869,  1.0000])
    """

    def forward(self, input: Tensor) -> Any:
        return F.celu(input, self.alpha, self.inplace)


class LeakyReLU(Module):
    r"""Applies :math:`\max(0, x) + \text{negative\_slope} \cdot \min(0, x)`.

    Args:
        negative_slope (float): Default: 0.01
        inplace (bool): overwrite the input. Default: ``False``

    >>> nn.LeakyReLU(0.1)(rl.tensor([-2.0, 3.0]))
    tensor([-0.2000,  3.0000])
    """

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Any:
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}{', inplace=True' if self.inplace else ''}"


class PReLU(Module):
    r"""Applies :math:`\max(0, x) + a \min(0, x)` with a learnt :math:`a`.

    Args:
        num_parameters (int): 1, or the number of channels. Default: 1
        init (float): the first value of :math:`a`. Default: 0.25

    >>> nn.PReLU()(rl.tensor([-2.0, 3.0])).tolist()
    [-0.5, 3.0]
    """

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(_C.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Any:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class GELU(Module):
    r"""Applies :math:`x\,\Phi(x)`, :math:`\Phi` being the normal distribution function.

    Args:
        approximate (str): ``'none'`` or ``'tanh'``. Default: ``'none'``

    >>> nn.GELU()(rl.tensor([-1.0, 1.0]))
    tensor([-0.1587,  0.8413])
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Any:
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class Softplus(Module):
    r"""Applies :math:`\frac{1}{\beta} \log(1 + e^{\beta x})`; where :math:`\beta x` is above the threshold, :math:`x`.

    Args:
        beta (float): Default: 1
        threshold (float): Default: 20

    >>> nn.Softplus()(rl.tensor([-1.0, 1.0]))
    tensor([0.3133, 1.3133])
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Any:
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class _Lambda(Module):
    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        return str(self.lambd)


class Hardshrink(_Lambda):
    r"""Sets values within :math:`[-\lambda, \lambda]` to zero.

    Args:
        lambd (float): Default: 0.5

    >>> nn.Hardshrink()(rl.tensor([-2.0, 0.3, 3.0]))
    tensor([-2.,  0.,  3.])
    """

    def forward(self, input: Tensor) -> Any:
        return F.hardshrink(input, self.lambd)


class Softshrink(_Lambda):
    r"""Moves values towards zero by :math:`\lambda`.

    Args:
        lambd (float): Default: 0.5

    >>> nn.Softshrink()(rl.tensor([-2.0, 0.3, 3.0]))
    tensor([-1.5000,  0.0000,  2.5000])
    """

    def forward(self, input: Tensor) -> Any:
        return F.softshrink(input, self.lambd)


class _Along(Module):
    """An activation along one dimension."""

    def __init__(self, dim: Any = None) -> None:
        super().__init__()
        self.dim = dim

    def __setstate__(self, state: Any) -> Any:
        super().__setstate__(state)
        if not hasattr(self, "dim"):
            self.dim = None

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class GLU(_Along):
    r"""Splits in two halves and applies :math:`a \otimes \sigma(b)`.

    Args:
        dim (int): along which to split. Default: -1

    >>> nn.GLU()(rl.tensor([1.0, 2.0, 0.0, 0.0]))
    tensor([0.5000, 1.0000])
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__(dim)

    def forward(self, input: Tensor) -> Any:
        return F.glu(input, self.dim)


class Softmax(_Along):
    r"""Applies :math:`e^{x_i} / \sum_j e^{x_j}` along `dim`.

    Args:
        dim (int): the dimension whose elements add up to 1.

    Examples::

        >>> rl.nn.Softmax(dim=1)(rl.zeros(1, 2))
        tensor([[0.5000, 0.5000]])
    """

    def forward(self, input: Tensor) -> Any:
        return F.softmax(input, self.dim)


class Softmin(_Along):
    r"""Applies :class:`Softmax` to :math:`-x`.

    >>> nn.Softmin(dim=0)(rl.tensor([1.0, 2.0]))
    tensor([0.7311, 0.2689])
    """

    def forward(self, input: Tensor) -> Any:
        return F.softmin(input, self.dim)


class LogSoftmax(_Along):
    r"""Applies :math:`\log(e^{x_i} / \sum_j e^{x_j})` along `dim`.

    >>> nn.LogSoftmax(dim=0)(rl.tensor([1.0, 2.0]))
    tensor([-1.3133, -0.3133])
    """

    def forward(self, input: Tensor) -> Any:
        return F.log_softmax(input, self.dim)


class Softmax2d(Module):
    """Applies :class:`Softmax` over the channels at every place of an image.

    >>> nn.Softmax2d()(rl.zeros(1, 2, 1, 1)).flatten()
    tensor([0.5000, 0.5000])
    """

    def forward(self, input: Tensor) -> Any:
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3)


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
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: Any = None,
        vdim: Any = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
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

    def __setstate__(self, state: Any) -> Any:
        state.setdefault("_qkv_same_embed_dim", True)
        super().__setstate__(state)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> Any:
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

    def merge_masks(
        self, attn_mask: Tensor | None, key_padding_mask: Tensor | None, query: Tensor
    ) -> tuple[Tensor | None, int | None]:
        """One mask of both, and of what kind it is: 0 of attention, 1 of padding, 2 of both; ``None`` for neither.

        Args:
            attn_mask (Tensor or None): of shape :math:`(L, S)` or :math:`(N H, L, S)`
            key_padding_mask (Tensor or None): of shape :math:`(N, S)`
            query (Tensor): of shape :math:`(N, L, E)`

        Returns:
            a mask of padding as it is, else one of shape :math:`(N, H, L, S)`

        >>> mask, kind = nn.MultiheadAttention(4, 2).merge_masks(rl.zeros(3, 3), None, rl.ones(2, 3, 4))
        >>> mask.shape, kind
        (torch.Size([2, 2, 3, 3]), 2)
        """
        if attn_mask is None:
            return key_padding_mask, None if key_padding_mask is None else 1
        batch, length = query.shape[:2]
        if attn_mask.dim() == 3:
            merged = attn_mask.view(batch, -1, length, length)
        else:
            merged = attn_mask.view(1, 1, length, length).expand(batch, self.num_heads, -1, -1)
        if key_padding_mask is not None:
            padding = key_padding_mask.view(batch, 1, 1, length).expand(-1, self.num_heads, -1, -1)
            merged = merged + padding
        return merged, 2
