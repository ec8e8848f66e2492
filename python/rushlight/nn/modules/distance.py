"""How far apart two tensors are."""

from __future__ import annotations

from .. import functional as F
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from ..._C import Tensor


class PairwiseDistance(Module):
    r"""The distance :math:`\lVert x_1 - x_2 + \epsilon \rVert_p` along the last dimension.

    Args:
        p (float, optional): Default: 2
        eps (float, optional): Default: 1e-6
        keepdim (bool, optional): keep the last dimension. Default: ``False``

    >>> nn.PairwiseDistance()(rl.zeros(1, 2), rl.tensor([[3.0, 4.0]]))
    tensor([5.0000])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class CosineSimilarity(Module):
    r"""The cosine of the angle, :math:`x_1 \cdot x_2 / \max(\lVert x_1 \rVert \lVert x_2 \rVert, \epsilon)`.

    Args:
        dim (int, optional): Default: 1
        eps (float, optional): Default: 1e-8

    >>> nn.CosineSimilarity()(rl.tensor([[1.0, 0.0]]), rl.tensor([[1.0, 1.0]]))
    tensor([0.7071])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
