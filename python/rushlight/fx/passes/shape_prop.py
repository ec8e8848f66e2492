"""Shapes and dtypes of a graph's results, from a run on examples."""

from __future__ import annotations

from typing import Any, NamedTuple

from ... import _C
from ..interpreter import Interpreter
from ..node import map_aggregate


class TensorMetadata(NamedTuple):
    """What is known of a tensor."""

    shape: Any
    dtype: Any
    requires_grad: bool
    stride: tuple[int, ...]
    memory_format: Any
    is_quantized: bool
    qparams: dict[str, Any]


class ShapeProp(Interpreter):
    """Runs a graph and keeps, in ``meta["tensor_meta"]`` of each node, what its result is.

    Example::

        >>> gm = rl.fx.symbolic_trace(nn.Linear(2, 3))
        >>> _ = rl.fx.passes.shape_prop.ShapeProp(gm).propagate(rl.ones(4, 2))
        >>> [node.meta["tensor_meta"].shape for node in gm.graph.nodes if node.name == "linear"]
        [torch.Size([4, 3])]
    """

    def run_node(self, n: Any) -> Any:
        """The result of one node, of which shape and dtype are kept."""
        result = super().run_node(n)
        found = []

        def facts(value: Any) -> Any:
            if not isinstance(value, _C.Tensor):
                return value
            found.append(value)
            return TensorMetadata(
                value.shape, value.dtype, value.requires_grad, value.stride(), None, False, {}
            )

        meta = map_aggregate(result, facts)
        if found:
            n.meta["tensor_meta"] = meta
        n.meta["type"] = type(result)
        return result

    def propagate(self, *args: Any) -> Any:
        """Runs on examples."""
        return super().run(*args)


__all__ = ["ShapeProp", "TensorMetadata"]
