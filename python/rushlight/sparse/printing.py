"""The text of sparse tensors, in PyTorch's form: their parts, and what they are."""

from __future__ import annotations

from .. import _C
from .._settings import set_printoptions
from ..nn.parameter import Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def text(tensor: Any) -> str:
    """All of it: parts, size, number of stored elements, dtype unless it is the default, layout, and the graph."""
    made = _plain(tensor)
    return "Parameter containing:\n" + made if isinstance(tensor, Parameter) else made


def _part(label: str, tensor: Any, width: int) -> str:
    """A part, its further lines below its first."""
    plain = tensor.detach()
    if plain.numel() == 0:  # always with its size, which brackets do not show
        return f"{label}=tensor([], size={tuple(plain.shape)})"
    before = len("tensor(") + len(label) + 1
    set_printoptions(linewidth=max(width - before, 1))
    try:
        body = repr(plain)
    finally:
        set_printoptions(linewidth=width)
    at = body.rfind(f"dtype={plain.dtype}")
    if at >= 0:  # which is said of the whole
        body = body[:at].rstrip().removesuffix(",") + ")"
    return f"{label}=" + body.replace("\n", "\n" + " " * before).replace("\n" + " " * before + "\n", "\n\n")


def _usual(dtype: Any) -> bool:
    default = _C.get_default_dtype()
    return dtype in (default, _C.int64, _C.bool) or (dtype.is_complex and dtype.to_real() == default)


def _plain(tensor: Any) -> str:
    width = _C._printoptions()["linewidth"]
    about = [f"size={tuple(tensor.shape)}", f"nnz={tensor._nnz()}"]
    if not _usual(tensor.dtype):
        about.append(f"dtype={tensor.dtype}")
    about.append(f"layout={tensor.layout}")
    if tensor.grad_fn is not None:
        about.append(f"grad_fn=<{tensor._made or type(tensor.grad_fn).__name__}>")
    elif tensor.requires_grad:
        about.append("requires_grad=True")
    indent = " " * len("tensor(")
    parts = [_part(*each, width) for each in zip(tensor._labels, tensor._parts(), strict=True)]
    body = "tensor(" + (",\n" + indent).join(parts)
    used, fresh = len(body) - body.rfind("\n") + 1, tensor.layout == _C.sparse_coo
    for word in about:
        if fresh or used + len(word) + 2 > width:
            body, used, fresh = f"{body},\n{indent}{word}", len(indent) + len(word), False
        else:
            body, used = f"{body}, {word}", used + len(word) + 2
    return body + ")"
