"""A softmax over very many classes."""

from __future__ import annotations

from collections import namedtuple

from .. import functional as F
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """A softmax whose rare classes are reached through clusters, each with a smaller projection.

    Args:
        in_features (int): number of features.
        n_classes (int): number of classes, the most frequent first.
        cutoffs (sequence of int): where the clusters begin.
        div_value (float, optional): by which the projections shrink from cluster to cluster. Default: 4
        head_bias (bool, optional): Default: ``False``

    Shape:
        - input :math:`(N, F)` or :math:`(F)`, target :math:`(N)` or :math:`()`; output the log probabilities of the
          targets, and the loss

    Source: Grave et al. (2016), Efficient softmax approximation for GPUs.

    >>> m = nn.AdaptiveLogSoftmaxWithLoss(8, 20, cutoffs=[5, 10])
    >>> m(rl.ones(4, 8), rl.tensor([0, 6, 12, 19])).output.shape
    torch.Size([4])
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Any,
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            cutoffs != sorted(set(cutoffs))
            or min(cutoffs) <= 0
            or max(cutoffs) > n_classes - 1
            or any(int(c) != c for c in cutoffs)
        ):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, "
                "where each value is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        options = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **options)
        self.tail = ModuleList()
        for i in range(self.n_clusters):
            hidden = int(in_features // div_value ** (i + 1))
            out = self.cutoffs[i + 1] - self.cutoffs[i]
            self.tail.append(
                Sequential(
                    Linear(in_features, hidden, bias=False, **options),
                    Linear(hidden, out, bias=False, **options),
                )
            )

    def reset_parameters(self) -> None:
        self.head.reset_parameters()
        for narrow, widen in self.tail:
            narrow.reset_parameters()
            widen.reset_parameters()

    def _check(self, input, target):
        if target.dim() > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if target.dim() == 1 and input.size(0) != target.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input.dim() != target.dim() + 1:
            raise RuntimeError(
                f"{target.dim()}D target tensor expects {target.dim() + 1}D input tensors, "
                f"but found inputs with size {input.size()}"
            )

    def forward(self, input_: Any, target_: Any) -> Any:
        self._check(input_, target_)
        single = target_.dim() == 0
        input = input_.unsqueeze(0) if single else input_
        target = target_.unsqueeze(0) if single else target_
        output, chosen, used = input.new_zeros(target.size(0)), target.clone(), 0
        for i, (low, high) in enumerate(zip([0, *self.cutoffs], self.cutoffs)):
            rows = ((target >= low) & (target < high)).nonzero().squeeze(1)
            used += rows.numel()
            if i == 0 or rows.numel() == 0:
                continue
            logs = F.log_softmax(self.tail[i - 1](input.index_select(0, rows)), dim=1)
            inside = (target.index_select(0, rows) - low).unsqueeze(1)
            chosen = chosen.index_fill(0, rows, self.shortlist_size + i - 1)
            output = output.index_copy(0, rows, logs.gather(1, inside).squeeze(1))
        if used != target.size(0):
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{target.min().item()}, {target.max().item()}] were found. "
            )
        head = F.log_softmax(self.head(input), dim=1)
        output = output + head.gather(1, chosen.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output.squeeze(0) if single else output, loss)

    def _all_logs(self, input, head):
        head = F.log_softmax(head, dim=1)
        out = input.new_empty((head.size(0), self.n_classes))
        out[:, : self.shortlist_size] = head[:, : self.shortlist_size]
        for i, (low, high) in enumerate(zip(self.cutoffs, self.cutoffs[1:])):
            logs = F.log_softmax(self.tail[i](input), dim=1)
            out[:, low:high] = logs + head[:, self.shortlist_size + i].unsqueeze(1)
        return out

    def log_prob(self, input: Any) -> Any:
        """The log probabilities of all classes, of shape :math:`(N, n_classes)`."""
        return self._all_logs(input, self.head(input))

    def predict(self, input: Any) -> Any:
        """The most probable class of every sample; clusters are looked into only where they are likely."""
        head = self.head(input)
        best = head.argmax(dim=1)
        beyond = best >= self.shortlist_size
        if not beyond.any():
            return best
        if beyond.all():
            return self._all_logs(input, head).argmax(dim=1)
        best[beyond] = self._all_logs(input[beyond], head[beyond]).argmax(dim=1)
        return best
