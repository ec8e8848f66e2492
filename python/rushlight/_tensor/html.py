"""Tensors in notebooks: a table of the elements that would be printed, and what kind of tensor it is."""

from __future__ import annotations

from .. import _C
from .._C import Tensor


def _facts(self: Tensor) -> str:
    """Shape, dtype, and what else is not as usual."""
    facts = [f"shape {tuple(self.shape)}", str(self.dtype)]
    if not self.is_cpu:
        facts.append(str(self.device))
    if self.grad_fn is not None:
        facts.append(f"grad_fn={type(self.grad_fn).__name__}")
    elif self.requires_grad:
        facts.append("requires_grad")
    return ", ".join(facts)


def table(self: Tensor) -> str:
    """The elements that would be printed, as a table; the printed form itself of what has no axis or more than two."""
    import re
    from html import escape

    from .._tensor_str import _tensor_str, printoptions

    with _C.DisableTorchFunctionSubclass():
        if self.dim() not in (1, 2) or self.numel() == 0 or self.is_meta:
            return f"<pre>{escape(repr(self))}</pre>"
        with printoptions(linewidth=1 << 30):  # a row of the tensor is a line
            lines = _tensor_str(self, 0).split("\n")
        rows = [re.findall(r"[^\s,\[\]]+", line) for line in lines]
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows if row)
        return f"<table><caption>{escape(_facts(self))}</caption>{body}</table>"
