"""Patterns of operations, found in a graph and replaced."""

from __future__ import annotations

from typing import Any, NamedTuple

from .graph import Graph
from .graph_module import GraphModule
from .node import Node


class Match(NamedTuple):
    """Where a pattern was found: the last of its nodes, and the nodes of the graph by those of the pattern."""

    anchor: Node
    nodes_map: dict[Node, Node]


def _fits(pattern: Any, found: Any, table: dict[Node, Node]) -> bool:
    """Whether a node, or another argument, is what the pattern has; `table` learns what stands for what."""
    if not isinstance(pattern, Node):
        if isinstance(pattern, (list, tuple)):
            return (
                isinstance(found, (list, tuple))
                and len(pattern) == len(found)
                and all(_fits(p, f, table) for p, f in zip(pattern, found, strict=True))
            )
        if isinstance(pattern, dict):
            return (
                isinstance(found, dict)
                and pattern.keys() == found.keys()
                and all(_fits(pattern[k], found[k], table) for k in pattern)
            )
        return type(pattern) is type(found) and pattern == found
    if pattern in table:
        return table[pattern] is found
    if pattern.op == "placeholder":
        if not isinstance(found, Node):
            return False
        table[pattern] = found
        return True
    if not isinstance(found, Node) or (pattern.op, pattern.target) != (found.op, found.target):
        return False
    table[pattern] = found
    return _fits(pattern.args, found.args, table) and _fits(dict(pattern.kwargs), dict(found.kwargs), table)


def _alone(pattern: Graph, table: dict[Node, Node], last: set[Node]) -> bool:
    """Whether nothing outside uses what lies inside."""
    inside = set(table.values())
    return all(
        set(found.users) <= inside
        for node, found in table.items()
        if node.op not in ("placeholder", "get_attr") and node not in last
    )


def _place(graph: Graph, ends: list[Node]) -> Node:
    """Before what a replacement stands: the first that uses a result, and where none is used what comes after the results."""
    users = {user for end in ends for user in end.users}
    after = None
    for node in graph.nodes:
        if node in users:
            return node
        if node in ends:
            after = node.next
    assert after is not None  # the output comes last
    return after


def _graph(program: Any) -> Graph:
    if isinstance(program, GraphModule):
        return program.graph
    if isinstance(program, Graph):
        return program
    from ._symbolic_trace import Tracer

    return Tracer().trace(program)


def replace_pattern(gm: GraphModule, pattern: Any, replacement: Any) -> list[Match]:
    """Replaces each place of a graph that does what ``pattern`` does, from its end to its beginning, where they do not overlap.

    Args:
        gm (GraphModule): changed in place.
        pattern (callable, Module or Graph): what to find; its arguments stand for any result.
        replacement (callable, Module or Graph): what to put there; takes the same arguments.

    Returns:
        list of Match: where it was found.

    Example::

        >>> gm = rl.fx.symbolic_trace(lambda x, y: rl.add(x, y).relu())
        >>> len(rl.fx.replace_pattern(gm, lambda a, b: rl.add(a, b), lambda a, b: rl.mul(a, b)))
        1
        >>> gm(rl.tensor([2.0]), rl.tensor([3.0]))
        tensor([6.])
    """
    wanted, made = _graph(pattern), _graph(replacement)
    outputs = wanted.output_node().args[0]
    ends = [outputs] if isinstance(outputs, Node) else list(outputs)
    matches: list[Match] = []
    taken: set[Node] = set()
    for node in list(reversed(gm.graph.nodes)):
        table: dict[Node, Node] = {}
        if node in taken or not _fits(ends[-1], node, table):
            continue
        if any(end not in table for end in ends) or not _alone(wanted, table, set(ends)):
            continue
        inner = {found for key, found in table.items() if key.op != "placeholder"}
        if inner & taken:
            continue
        taken |= inner
        matches.append(Match(node, table))
    matches.reverse()
    swapped: dict[Node, Node] = {}
    for match in matches:
        arguments = [
            swapped.get(match.nodes_map[each], match.nodes_map[each])
            for each in wanted.nodes
            if each.op == "placeholder" and each in match.nodes_map
        ]
        places = dict(zip([each for each in made.nodes if each.op == "placeholder"], arguments, strict=True))
        with gm.graph.inserting_before(_place(gm.graph, [match.nodes_map[end] for end in ends])):
            result = gm.graph.graph_copy(made, places)
        results = [result] if isinstance(result, Node) else list(result)
        for end, new in zip(ends, results, strict=True):
            old = match.nodes_map[end]
            old.replace_all_uses_with(new)
            swapped[old] = new
        for node in reversed(list(gm.graph.nodes)):
            if (
                node in match.nodes_map.values()
                and node not in arguments
                and not node.users
                and node.op != "placeholder"
            ):
                gm.graph.erase_node(node)
    gm.recompile()
    return matches


__all__ = ["Match", "replace_pattern"]
