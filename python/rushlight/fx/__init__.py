"""Programs as graphs of their operations (``torch.fx``): recorded by running a module on stand-ins, changed, and run again.

:func:`symbolic_trace` makes a :class:`GraphModule`; its ``graph`` is a list of :class:`Node`, its ``code`` the Python that
they stand for. Operations are seen because, while a program is traced, functions that look for stand-ins among their
arguments are in the engine's places.
"""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._symbolic_trace import Tracer as Tracer, symbolic_trace as symbolic_trace, wrap as wrap
    from .graph import CodeGen as CodeGen, Graph as Graph
    from .graph_module import GraphModule as GraphModule
    from .interpreter import Interpreter as Interpreter, Transformer as Transformer
    from .node import Node as Node, has_side_effect as has_side_effect, map_arg as map_arg
    from .proxy import Attribute as Attribute, Proxy as Proxy, TraceError as TraceError
    from .subgraph_rewriter import replace_pattern as replace_pattern

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(
        __name__,
        {
            "_symbolic_trace": "Tracer symbolic_trace wrap",
            "graph": "CodeGen Graph",
            "graph_module": "GraphModule",
            "interpreter": "Interpreter Transformer",
            "node": "Node has_side_effect map_arg",
            "proxy": "Attribute Proxy TraceError",
            "subgraph_rewriter": "replace_pattern",
        },
        "_symbolic_trace annotate experimental graph graph_module immutable_collections interpreter node passes proxy subgraph_rewriter traceback",
    )
