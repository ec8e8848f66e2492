"""Layers that inference can do without: norms fused into the layer before them, dropout taken out."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from ... import fx, nn
from ...nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval


def matches_module_pattern(pattern: Iterable[type], node: fx.Node, modules: dict[str, Any]) -> bool:
    """Whether a node is a call of a layer on the result of a layer, of two classes in this order.

    Args:
        pattern (iterable of type): the classes.
        node (Node): the second call.
        modules (dict): layers by their names.
    """
    if not node.args:
        return False
    return all(
        isinstance(call, fx.Node)
        and call.op == "call_module"
        and call.target in modules
        and type(modules[call.target]) is expected
        for expected, call in zip(pattern, (node.args[0], node))
    )


def replace_node_module(node: fx.Node, modules: dict[str, Any], new_module: nn.Module) -> None:
    """Puts another layer into the place of the one that a node calls."""
    parent, _, name = str(node.target).rpartition(".")
    modules[str(node.target)] = new_module
    setattr(modules[parent], name, new_module)


def fuse(model: nn.Module, inplace: bool = False, no_trace: bool = False) -> nn.Module:
    """A model whose batch norms behind convolutions and linear layers are part of those: the same results, faster.

    Args:
        model (Module): in evaluation mode.
        inplace (bool): change the layers of ``model`` itself. Default: ``False``
        no_trace (bool): take ``model`` as the traced module that it is. Default: ``False``

    Errors: AssertionError for layers in training mode; TraceError for what cannot be traced.

    Example::

        >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU()).eval()
        >>> [type(layer).__name__ for layer in rl.fx.experimental.optimization.fuse(net).children()]
        ['Conv2d', 'ReLU']
    """
    pairs: list[tuple[type, type, Any]] = [
        (nn.Conv1d, nn.BatchNorm1d, fuse_conv_bn_eval),
        (nn.Conv2d, nn.BatchNorm2d, fuse_conv_bn_eval),
        (nn.Conv3d, nn.BatchNorm3d, fuse_conv_bn_eval),
        (nn.Linear, nn.BatchNorm1d, fuse_linear_bn_eval),
    ]
    if not inplace:
        model = copy.deepcopy(model)
    traced: Any = model if no_trace and isinstance(model, fx.GraphModule) else fx.symbolic_trace(model)
    modules = dict(traced.named_modules())
    graph = traced.graph
    for first, norm, fused in pairs:
        for node in graph.nodes:
            if not matches_module_pattern((first, norm), node, modules) or len(node.args[0].users) > 1:
                continue
            layer, batch_norm = modules[node.args[0].target], modules[node.target]
            if not batch_norm.track_running_stats:
                continue
            replace_node_module(node.args[0], modules, fused(layer, batch_norm))
            node.replace_all_uses_with(node.args[0])
            graph.erase_node(node)
    return fx.GraphModule(traced, graph)


def remove_dropout(model: nn.Module) -> nn.Module:
    """A model without its layers of dropout.

    Example::

        >>> net = nn.Sequential(nn.Linear(1, 2), nn.Dropout(), nn.ReLU())
        >>> [type(layer).__name__ for layer in rl.fx.experimental.optimization.remove_dropout(net).children()]
        ['Linear', 'ReLU']
    """
    traced = fx.symbolic_trace(model)

    class Without(fx.Transformer):
        def call_module(self, target: Any, args: Any, kwargs: Any) -> Any:
            if isinstance(self.submodules[target], nn.Dropout):
                return args[0]
            return super().call_module(target, args, kwargs)

    return Without(traced).transform()


def extract_subgraph(
    orig_module: nn.Module, nodes: list[fx.Node], inputs: list[fx.Node], outputs: list[fx.Node]
) -> fx.GraphModule:
    """Some nodes of a module's graph as a module of their own.

    Args:
        orig_module (Module): whose graph it is.
        nodes (list of Node): in order.
        inputs (list of Node): whose results become arguments.
        outputs (list of Node): whose results are returned: one, or a tuple of several.
    """
    graph = fx.Graph()
    table: dict[fx.Node, fx.Node] = {node: graph.placeholder(node.name) for node in inputs}
    for node in nodes:
        table[node] = graph.node_copy(node, lambda each: table[each])
    found = [table[node] for node in outputs]
    graph.output(found[0] if len(found) == 1 else tuple(found))
    graph.lint()
    return fx.GraphModule(orig_module, graph)


__all__ = ["extract_subgraph", "fuse", "matches_module_pattern", "remove_dropout", "replace_node_module"]
