"""Normalisation over the features of a sample: all of them, groups, neighbours."""

from __future__ import annotations

from ... import _C
from .. import functional as F, init
from ..parameter import Parameter
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


def _shape_tuple(shape):
    return (shape,) if isinstance(shape, int) else tuple(shape)


class LayerNorm(Module):
    r"""Normalises over the last dimensions: :math:`y = (x - E[x]) / \sqrt{Var[x] + \epsilon} \cdot \gamma + \beta`.

    Args:
        normalized_shape (int, list or Size): the sizes of those dimensions.
        eps (float): added to the variance. Default: 1e-5
        elementwise_affine (bool): whether there are :math:`\gamma` and :math:`\beta`. Default: ``True``
        bias (bool): whether there is a :math:`\beta`. Default: ``True``

    Shape:
        - Input and output: :math:`(*, \text{normalized\_shape})`

    Attributes:
        weight, bias: of shape :math:`\text{normalized\_shape}`, ones and zeros at first

    Examples::

        >>> rl.nn.LayerNorm(10)(rl.randn(20, 5, 10)).shape
        torch.Size([20, 5, 10])

    Source: Ba et al. (2016), Layer normalization.
    """

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape_tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            fresh = Parameter(_C.empty(self.normalized_shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, fresh)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        if self.elementwise_affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class GroupNorm(Module):
    r"""Normalises groups of channels of every sample.

    Args:
        num_groups (int): into how many groups the channels are divided.
        num_channels (int): number of channels.
        eps (float): added to the variance. Default: 1e-5
        affine (bool): whether every channel has a weight and a bias. Default: ``True``
        bias (bool): whether there is a bias. Default: ``True``

    Shape:
        - Input and output: :math:`(N, C, *)`

    Examples::

        >>> rl.nn.GroupNorm(3, 6)(rl.randn(20, 6, 10, 10)).shape
        torch.Size([20, 6, 10, 10])

    Source: Wu and He (2018), Group normalization.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            fresh = Parameter(_C.empty(num_channels, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, fresh)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    r"""Divides by the root mean square over the last dimensions: :math:`y = x / \sqrt{E[x^2] + \epsilon} \cdot \gamma`.

    Args:
        normalized_shape (int, list or Size): the sizes of those dimensions.
        eps (float, optional): Default: the machine epsilon of the dtype
        elementwise_affine (bool): whether there is a :math:`\gamma`. Default: ``True``

    Source: Zhang and Sennrich (2019), Root mean square layer normalization.

    >>> nn.RMSNorm(2)(rl.tensor([[3.0, 4.0]])).detach()
    tensor([[0.8485, 1.1314]])
    """

    def __init__(
        self,
        normalized_shape: Any,
        eps: Any = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape_tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        if elementwise_affine:
            self.weight = Parameter(_C.empty(self.normalized_shape, device=device, dtype=dtype))
        else:
            self.register_parameter("weight", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        if self.elementwise_affine:
            init.ones_(self.weight)

    def forward(self, x: Any) -> Tensor:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LocalResponseNorm(Module):
    r"""Divides by a power of the energy in neighbouring channels: :math:`b_c = a_c (k + \frac{\alpha}{n} \sum a^2)^{-\beta}`.

    Args:
        size (int): number of neighbouring channels :math:`n`.
        alpha (float): Default: 0.0001
        beta (float): Default: 0.75
        k (float): Default: 1

    >>> nn.LocalResponseNorm(2)(rl.ones(1, 4, 2, 2)).shape
    torch.Size([1, 4, 2, 2])
    """

    def __init__(self, size: Any, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(Module):
    r"""As :class:`LocalResponseNorm`, by its older name, on images.

    Args:
        size (int): number of neighbouring channels :math:`n`.
        alpha (float): Default: 0.0001
        beta (float): Default: 0.75
        k (float): Default: 1

    Shape:
        - Input: :math:`(N, C, H, W)`
        - Output: the same

    >>> nn.CrossMapLRN2d(3, alpha=3.0, beta=1.0)(rl.ones(1, 2, 1, 1)).flatten()
    tensor([0.3333, 0.3333])
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
