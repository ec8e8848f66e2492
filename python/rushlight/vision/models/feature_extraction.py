"""What a model computes on its way, by the names of its parts: a model's graph cut where the wanted results are.

The model is recorded twice, as it trains and as it answers; the module that is made switches with ``train()`` and ``eval()``.
"""

from __future__ import annotations

import inspect
import math
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from ... import nn
from ..._warn import warn
from ...fx import Graph, GraphModule, Node, Tracer
from ...fx.graph_module import _copy_attr
from .. import ops

__all__ = ["create_feature_extractor", "get_graph_node_names"]


class LeafModuleAwareTracer(Tracer):
    """A tracer that does not look into modules of certain classes.

    Args:
        leaf_modules (list of class, optional): those.
        *args, **kwargs: of ``fx.Tracer``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.leaf_modules = kwargs.pop("leaf_modules", {})
        super().__init__(*args, **kwargs)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Whether a module becomes one node."""
        return isinstance(m, tuple(self.leaf_modules)) or super().is_leaf_module(m, module_qualified_name)


class NodePathTracer(LeafModuleAwareTracer):
    """A tracer that notes in ``node_to_qualname`` where in the model each node came from.

    A leaf module's node has the module's path; any other has the path of the module that computes it, and its own name. Of
    several that would be called alike the second gets ``_1`` and so on.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current_module_qualname = ""
        self.node_to_qualname: OrderedDict[Node, str] = OrderedDict()
        self._count: dict[str, int] = {}

    def call_module(self, m: nn.Module, forward: Callable, args: Any, kwargs: Any) -> Any:
        """A node for a leaf; else its nodes, under its path."""
        before = self.current_module_qualname
        try:
            self.current_module_qualname = path = self.path_of_module(m)
            if self.is_leaf_module(m, path):
                return self.create_proxy("call_module", path, args, kwargs)
            return forward(*args, **kwargs)
        finally:
            self.current_module_qualname = before

    def create_proxy(self, kind: str, target: Any, args: Any, kwargs: Any, name: Any = None, type_expr: Any = None, *_: Any) -> Any:
        """A node, and the stand-in for its result; its name is noted."""
        proxy = super().create_proxy(kind, target, args, kwargs, name, type_expr)
        self.node_to_qualname[proxy.node] = self._name_of(proxy.node)
        return proxy

    def _name_of(self, node: Node) -> str:
        path = self.current_module_qualname
        if node.op != "call_module":
            path = f"{path}.{node}" if path else str(node)
        path = re.sub(r"(?<=.)_[0-9]+$", "", path)  # the graph's own count of equal names
        seen = self._count.get(path)
        self._count[path] = 0 if seen is None else seen + 1
        return path if seen is None else f"{path}_{seen + 1}"


def _is_subseq(x: list, y: list) -> bool:
    """Whether the second is the first with some left out."""
    rest = iter(x)
    return all(any(a == b for a in rest) for b in y)


def _warn_graph_differences(train: list[str], evaluated: list[str]) -> None:
    if train == evaluated:
        return
    if _is_subseq(train, evaluated):
        said = "NOTE: The nodes obtained by tracing the model in eval mode are a subsequence of those obtained in train mode. "
    elif _is_subseq(evaluated, train):
        said = "NOTE: The nodes obtained by tracing the model in train mode are a subsequence of those obtained in eval mode. "
    else:
        said = "The nodes obtained by tracing the model in train mode are different to those obtained in eval mode. "
    hint = "When choosing nodes for feature extraction, you may need to specify output nodes for train and eval mode separately."
    warn(said + hint, UserWarning)


def _with_defaults(tracer_kwargs: dict[str, Any] | None) -> dict[str, Any]:
    """What the tracer is told: the functions of ``math`` and ``vision.ops`` and the modules of the latter are leaves."""
    told = {} if tracer_kwargs is None else dict(tracer_kwargs)
    layers = [value for _, value in inspect.getmembers(ops) if inspect.isclass(value) and issubclass(value, nn.Module)]
    told["autowrap_modules"] = tuple(dict.fromkeys((*told.get("autowrap_modules", ()), math, ops)))
    told["leaf_modules"] = list(dict.fromkeys((*told.get("leaf_modules", ()), *layers)))
    return told


def _traced(model: nn.Module, training: bool, told: dict[str, Any], concrete_args: Any) -> tuple[NodePathTracer, Graph]:
    tracer = NodePathTracer(**told)
    return tracer, tracer.trace(model.train(training), concrete_args=concrete_args)


def get_graph_node_names(
    model: nn.Module,
    tracer_kwargs: dict[str, Any] | None = None,
    suppress_diff_warning: bool = False,
    concrete_args: dict[str, Any] | None = None,
) -> tuple[list[str], list[str]]:
    """The names of a model's nodes in the order they are computed, as it trains and as it answers.

    Args:
        model (Module): the model.
        tracer_kwargs (dict, optional): for the tracer: ``leaf_modules``, ``autowrap_modules``, ``autowrap_functions``.
        suppress_diff_warning (bool): whether not to warn where the two differ.
        concrete_args (dict, optional): arguments of ``forward`` that have values now.

    Raises:
        TraceError: if the model asks for a value on the way.

    >>> from rushlight.vision import models
    >>> from rushlight.vision.models.feature_extraction import get_graph_node_names
    >>> get_graph_node_names(models.resnet18())[1][:5]
    ['x', 'conv1', 'bn1', 'relu', 'maxpool']
    """
    told, before = _with_defaults(tracer_kwargs), model.training
    train, evaluated = (list(_traced(model, mode, told, concrete_args)[0].node_to_qualname.values()) for mode in (True, False))
    model.train(before)
    if not suppress_diff_warning:
        _warn_graph_differences(train, evaluated)
    return train, evaluated


class DualGraphModule(GraphModule):
    """A module with two graphs: ``train()`` runs the one, ``eval()`` the other.

    Args:
        root (Module): has what the graphs read and call.
        train_graph, eval_graph (Graph): the graphs.
        class_name (str): what it is called.
    """

    def __init__(self, root: nn.Module, train_graph: Graph, eval_graph: Graph, class_name: str = "GraphModule") -> None:
        super().__init__(root, train_graph, class_name)
        self.train_graph, self.eval_graph = train_graph, eval_graph
        for node in eval_graph.nodes:
            if node.op in ("get_attr", "call_module"):
                _copy_attr(root, self, node.target)
        nn.Module.train(self, True)

    def train(self, mode: bool = True) -> DualGraphModule:
        """Sets the mode, and runs its graph from now on."""
        if mode != self.training:
            self.graph = self.train_graph if mode else self.eval_graph
        super().train(mode)
        return self

    def __deepcopy__(self, memo: Any) -> DualGraphModule:
        from copy import deepcopy

        root = nn.Module()
        mine = ("_graph", "_code", "_globals", "train_graph", "eval_graph")
        root.__dict__ = deepcopy({key: value for key, value in self.__dict__.items() if key not in mine}, memo)
        out = DualGraphModule(root, deepcopy(self.train_graph), deepcopy(self.eval_graph), self._class_name)
        return out.train(self.training)


def _wanted(nodes: Any) -> dict[str, str]:
    """Names of nodes, and what their results are called."""
    if isinstance(nodes, list):
        return {str(name): str(name) for name in nodes}
    return {str(name): str(said) for name, said in nodes.items()}


def _cut(tracer: NodePathTracer, graph: Graph, wanted: dict[str, str]) -> None:
    """Lets a graph return the last node under each wanted name, and drops what is not needed for that.

    Raises:
        ValueError: for a name that is not there.
    """
    names = tracer.node_to_qualname
    for name in wanted:
        if not any(known == name or known.startswith(f"{name}.") for known in names.values()):
            raise ValueError(
                f"node: '{name}' is not present in model. Hint: use `get_graph_node_names` to make sure the `return_nodes` you "
                "specified are present. It may even be that you need to specify `train_return_nodes` and `eval_return_nodes` "
                "separately."
            )
    for node in [node for node in graph.nodes if node.op == "output"]:
        graph.erase_node(node)
    nodes, rest, found = list(graph.nodes), dict(wanted), {}
    for node in reversed(nodes):
        parts = names[node].split(".") if node in names else []
        for name in rest:
            if parts and ".".join(parts[: name.count(".") + 1]) == name:
                found[rest.pop(name)] = node
                break
    with graph.inserting_after(nodes[-1]):
        graph.output(OrderedDict(reversed(found.items())))
    graph.eliminate_dead_code()


def create_feature_extractor(
    model: nn.Module,
    return_nodes: list[str] | dict[str, str] | None = None,
    train_return_nodes: list[str] | dict[str, str] | None = None,
    eval_return_nodes: list[str] | dict[str, str] | None = None,
    tracer_kwargs: dict[str, Any] | None = None,
    suppress_diff_warning: bool = False,
    concrete_args: dict[str, Any] | None = None,
) -> GraphModule:
    """A module that computes what a model does on its way, and returns it as a dict.

    A node is called by the path of its module, and of its own if it is no module: ``"layer1.0.add"``; the name of a module that
    is looked into stands for the last of its nodes, so that ``"layer1"`` is its result. What is not needed is not computed.

    Args:
        model (Module): the model.
        return_nodes (list or dict): names of nodes, or of nodes and of what their results are called.
        train_return_nodes, eval_return_nodes (list or dict): instead of ``return_nodes``, by mode.
        tracer_kwargs (dict, optional): for the tracer: ``leaf_modules``, ``autowrap_modules``, ``autowrap_functions``.
        suppress_diff_warning (bool): whether not to warn where the graphs of the two modes differ.
        concrete_args (dict, optional): arguments of ``forward`` that have values now.

    Raises:
        ValueError: if nodes are said in no way or in two, and for names that are not there.
        TraceError: if the model asks for a value on the way.

    >>> from rushlight.vision import models
    >>> from rushlight.vision.models.feature_extraction import create_feature_extractor
    >>> body = create_feature_extractor(models.resnet18(), {"layer1": "fine", "layer3": "coarse"})
    >>> {name: tuple(x.shape) for name, x in body(torch.rand(1, 3, 64, 64)).items()}
    {'fine': (1, 64, 16, 16), 'coarse': (1, 256, 4, 4)}
    """
    if all(nodes is None for nodes in (return_nodes, train_return_nodes, eval_return_nodes)):
        raise ValueError("Either `return_nodes` or `train_return_nodes` and `eval_return_nodes` together, should be specified")
    if (train_return_nodes is None) != (eval_return_nodes is None):
        raise ValueError("If any of `train_return_nodes` and `eval_return_nodes` are specified, then both should be specified")
    if (return_nodes is None) == (train_return_nodes is None):
        raise ValueError("If `train_return_nodes` and `eval_return_nodes` are specified, then both should be specified")
    told, before = _with_defaults(tracer_kwargs), model.training
    graphs, names = [], []
    for mode, nodes in ((True, train_return_nodes), (False, eval_return_nodes)):
        tracer, graph = _traced(model, mode, told, concrete_args)
        _cut(tracer, graph, _wanted(return_nodes if nodes is None else nodes))
        graphs.append(graph)
        names.append(list(tracer.node_to_qualname.values()))
    if not suppress_diff_warning:
        _warn_graph_differences(*names)
    out = DualGraphModule(model, graphs[0], graphs[1], class_name=type(model).__name__)
    model.train(before)
    return out.train(before)
