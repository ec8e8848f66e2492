"""A list of operations, and the Python that it stands for."""

from __future__ import annotations

import builtins
import keyword
import re
import types
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..overrides import resolve_name
from .node import Node, map_arg, target_name, type_name

_BINARY = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
    "lshift": "<<",
    "rshift": ">>",
    "and_": "&",
    "or_": "|",
    "xor": "^",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
}
_TYPING: dict[Any, Any] = {
    list: typing.List,  # noqa: UP006
    dict: typing.Dict,  # noqa: UP006
    set: typing.Set,  # noqa: UP006
    frozenset: typing.FrozenSet,  # noqa: UP006
    tuple: typing.Tuple,  # noqa: UP006
}
_UNARY = {"neg": "-", "invert": "~", "pos": "+"}


def _illegal(name: str) -> bool:
    return (
        keyword.iskeyword(name)
        or hasattr(builtins, name)
        or name in ("self", "torch", "inf", "nan", "NoneType")
    )


def _called(target: Any) -> str:
    """What a function is called when a result is named after it: ``linalg_norm``, ``fft_fft``, else its own name."""
    name = getattr(target, "__name__", "call")
    place = (resolve_name(target) or "").split(".")
    return f"{place[1]}_{name}" if len(place) == 3 and place[1] in ("linalg", "fft", "special") else name


class _Namespace:
    """Names that are used once."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.counts: dict[str, int] = {}

    def create(self, candidate: str) -> str:
        candidate = re.sub(r"[^0-9a-zA-Z_]+", "_", candidate) or "_unnamed"
        if candidate[0].isdigit():
            candidate = f"_{candidate}"
        base, _, number = candidate.rpartition("_")
        start = int(number) if base and number.isdigit() else None
        base = base if start is not None else candidate
        name = candidate
        count = start if start is not None else self.counts.get(base, 0)
        while name in self.used or _illegal(name):
            count += 1
            name = f"{base}_{count}"
        self.used.add(name)
        self.counts[base] = max(count, self.counts.get(base, 0))
        return name


class PythonCode:
    """Source, and the names it knows."""

    def __init__(self, src: str, names: dict[str, Any]) -> None:
        self.src, self.globals = src, names


class CodeGen:
    """Writes Python for graphs."""


class _Nodes:
    """The nodes of a graph in order, and backwards."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __iter__(self) -> Iterator[Node]:
        node = self.graph._root._next
        while node is not self.graph._root:
            following = node._next  # a node may be taken out by who looks at it
            if not node._erased:
                yield node
            node = following if not following._erased else node._next

    def __reversed__(self) -> Iterator[Node]:
        node = self.graph._root._prev
        while node is not self.graph._root:
            before = node._prev
            yield node
            node = before

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Graph:
    """Operations in the order in which they run.

    Example::

        >>> import operator
        >>> graph = rl.fx.Graph()
        >>> x = graph.placeholder("x")
        >>> y = graph.call_function(operator.add, (x, 1))
        >>> _ = graph.output(y)
        >>> rl.fx.GraphModule(nn.Module(), graph)(rl.ones(2))
        tensor([2., 2.])
    """

    def __init__(self, owning_module: Any = None, tracer_cls: Any = None, tracer_extras: Any = None) -> None:
        self._root = Node(self, "", "root", "", (), {})
        self._insert = self._root.prepend
        self._names = _Namespace()
        self.owning_module, self._tracer_cls = owning_module, tracer_cls
        self._codegen: Any = CodeGen()

    @property
    def nodes(self) -> _Nodes:
        """All of them."""
        return _Nodes(self)

    def find_nodes(self, *, op: str, target: Any = None, sort: bool = True) -> list[Node]:
        """Nodes of one kind, and of one target if it is given."""
        return [node for node in self.nodes if node.op == op and (target is None or node.target == target)]

    def output_node(self) -> Node:
        """The last one, which returns."""
        found = self.find_nodes(op="output")
        if len(found) != 1:
            raise AssertionError("expected one output node")
        return found[0]

    def create_node(
        self,
        op: str,
        target: Any,
        args: Any = None,
        kwargs: Any = None,
        name: str | None = None,
        type_expr: Any = None,
    ) -> Node:
        """One more node, where :meth:`inserting_before` says; at the end otherwise."""
        if op not in ("call_function", "call_method", "get_attr", "call_module", "placeholder", "output"):
            raise AssertionError(f"op '{op}' is not in _legal_ops")
        candidate = name if name is not None else target if isinstance(target, str) else _called(target)
        if name is None and not isinstance(target, str):
            candidate = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", candidate).lower()
            if candidate.startswith("__") and candidate.endswith("__"):
                candidate = candidate[2:-2]
        node = Node(self, self._names.create(candidate), op, target, args or (), kwargs or {}, type_expr)
        self._insert(node)
        return node

    def placeholder(self, name: str, type_expr: Any = None, default_value: Any = ...) -> Node:
        """An argument."""
        return self.create_node(
            "placeholder", name, () if default_value is ... else (default_value,), type_expr=type_expr
        )

    def get_attr(self, qualified_name: str, type_expr: Any = None) -> Node:
        """A parameter, buffer or other attribute of the module."""
        return self.create_node("get_attr", qualified_name, type_expr=type_expr)

    def call_function(
        self,
        the_function: Any,
        args: Any = None,
        kwargs: Any = None,
        type_expr: Any = None,
        name: str | None = None,
    ) -> Node:
        """A call of a function."""
        return self.create_node("call_function", the_function, args, kwargs, name, type_expr)

    def call_method(
        self, method_name: str, args: Any = None, kwargs: Any = None, type_expr: Any = None
    ) -> Node:
        """A call of a method of the first argument."""
        return self.create_node("call_method", method_name, args, kwargs, type_expr=type_expr)

    def call_module(
        self, module_name: str, args: Any = None, kwargs: Any = None, type_expr: Any = None
    ) -> Node:
        """A call of a part of the module."""
        return self.create_node("call_module", module_name, args, kwargs, type_expr=type_expr)

    def output(self, result: Any, type_expr: Any = None) -> Node:
        """What is returned."""
        return self.create_node("output", "output", (result,), type_expr=type_expr)

    def erase_node(self, to_erase: Node) -> None:
        """Takes a node out.

        Errors: RuntimeError if its result is used.
        """
        if to_erase.users:
            raise RuntimeError(
                f"Tried to erase Node {to_erase} but it still had {len(to_erase.users)} users in the graph: {to_erase.users}!"
            )
        if to_erase._erased:
            return
        to_erase._update((), {})
        to_erase._unlink()
        to_erase._erased = True

    @contextmanager
    def _inserting(self, put: Any) -> Any:
        before, self._insert = self._insert, put
        try:
            yield self
        finally:
            self._insert = before

    def inserting_before(self, n: Node | None = None) -> Any:
        """A block in which new nodes stand before ``n``, or before all."""
        return self.inserting_after(self._root) if n is None else self._inserting(n.prepend)

    def inserting_after(self, n: Node | None = None) -> Any:
        """A block in which new nodes stand behind ``n``, in order, or behind all."""
        return self._inserting(self._root.prepend if n is None else n._next.prepend)

    def node_copy(self, node: Node, arg_transform: Any = lambda x: x) -> Node:
        """The same operation in this graph, on the nodes that ``arg_transform`` gives for the other's."""
        made = self.create_node(
            node.op,
            node.target,
            map_arg(node.args, arg_transform),
            map_arg(node.kwargs, arg_transform),
            node.name,
            node.type,
        )
        made.meta = dict(node.meta)
        return made

    def graph_copy(self, g: Graph, val_map: dict[Node, Node], return_output_node: bool = False) -> Any:
        """All operations of another graph, and what that one returns."""
        for node in g.nodes:
            if node in val_map:
                continue
            if node.op == "output":
                result = map_arg(node.args[0], lambda n: val_map[n])
                return (result, node) if return_output_node else result
            val_map[node] = self.node_copy(node, lambda n: val_map[n])
        return None

    def __deepcopy__(self, memo: Any) -> Graph:
        made = Graph(tracer_cls=self._tracer_cls)
        table: dict[Node, Node] = {}
        result = made.graph_copy(self, table, return_output_node=True)
        if result is not None:
            value, old = result
            made.output(value).meta = dict(old.meta)
        return made

    def eliminate_dead_code(self, is_impure_node: Any = None) -> bool:
        """Takes out what nothing uses; whether there was any."""
        self.lint()
        impure = is_impure_node if is_impure_node is not None else Node.is_impure
        changed = False
        for node in reversed(self.nodes):
            if not impure(node) and not node.users:
                self.erase_node(node)
                changed = True
        return changed

    def lint(self) -> None:
        """Checks that the graph makes sense.

        Errors: RuntimeError for a node that is used before it is there, two of a name, or an attribute that is not there.
        """
        names: set[str] = set()
        seen: set[Node] = set()
        for node in self.nodes:
            if node.graph is not self:
                raise RuntimeError(f"Node '{node}' does not belong to this Graph!")
            for each in node.all_input_nodes:
                if each not in seen:
                    raise RuntimeError(
                        f"Argument '{each}' of Node '{node}' was used before it has been defined! Please check that Nodes in the graph are topologically ordered\n{self}"
                    )
            if node.name in names:
                raise RuntimeError(f"Node redefined name {node.name}!")
            names.add(node.name)
            seen.add(node)
            if self.owning_module is not None and node.op in ("get_attr", "call_module"):
                value = self.owning_module
                for part in node.target.split("."):
                    if not hasattr(value, part):
                        raise RuntimeError(
                            f"Node {node} target {node.target} references nonexistent attribute {part}"
                        )
                    value = getattr(value, part)

    def on_generate_code(self, make_transformer: Any) -> None:
        """Whose result writes the body of functions.

        Errors: NotImplementedError.
        """
        raise NotImplementedError("on_generate_code: change the nodes instead")

    def python_code(self, root_module: str = "self", *, verbose: bool = False) -> PythonCode:
        """A function ``forward`` in Python."""
        names: dict[str, Any] = {}
        last: dict[Node, list[Node]] = {}
        used: set[Node] = set()
        for node in reversed(self.nodes):
            last[node] = [each for each in node.all_input_nodes if each not in used]
            used.update(node.all_input_nodes)

        own = {node.name for node in self.nodes}  # the function's variables, which would hide what is global

        def known(value: Any, candidate: str) -> str:
            """A name under which the function finds an object."""
            if candidate.partition(".")[0] == "torch":
                import rushlight

                names["torch"] = rushlight
                found: Any = rushlight
                try:
                    for part in candidate.split(".")[1:]:
                        found = getattr(found, part)
                except AttributeError:
                    found = None
                if found is value or found == value:
                    return candidate
            if candidate in ("inf", "nan"):
                names[candidate] = value
                return candidate
            name = re.sub(r"[^0-9a-zA-Z_]+", "_", candidate)
            base, count = name, 0
            while (name in names and names[name] is not value) or name in own:
                count += 1
                name = f"{base}_{count}"
            names[name] = value
            return name

        def text(value: Any) -> str:
            if isinstance(value, Node):
                return value.name
            if isinstance(value, tuple):
                inner = ", ".join(text(each) for each in value)
                if hasattr(value, "_fields"):
                    return f"{known(type(value), type(value).__name__)}({inner})"
                return f"({inner}{',' if len(value) == 1 else ''})"
            if isinstance(value, list):
                return f"[{', '.join(text(each) for each in value)}]"
            if isinstance(value, dict):
                return "{" + ", ".join(f"{key!r}: {text(each)}" for key, each in value.items()) + "}"
            if isinstance(value, slice):
                return f"slice({text(value.start)}, {text(value.stop)}, {text(value.step)})"
            if value is ... or isinstance(value, (bool, int, str, bytes, type(None), complex)):
                return repr(value)
            if isinstance(value, float):
                return (
                    repr(value)
                    if abs(value) < float("inf")
                    else known(float("inf"), "inf")
                    if value > 0
                    else f"-{known(float('inf'), 'inf')}"
                    if value < 0
                    else known(value, "nan")
                )
            if str(value).startswith("torch.") and " " not in str(value):  # dtypes, layouts, memory formats
                return known(value, str(value))
            if type(value).__name__ == "device":
                return f"{known(type(value), 'torch.device')}{repr(value).removeprefix('device')}"
            if isinstance(value, type) or callable(value):
                return known(value, target_name(value))
            return known(value, type(value).__name__)

        def annotation(kind: Any) -> str:
            """An annotation as code."""
            if kind == ():
                return "()"
            if isinstance(kind, types.UnionType):
                return "|".join(annotation(each) for each in kind.__args__)
            origin = getattr(kind, "__origin__", None)
            if origin is None:
                return named(kind)
            if not isinstance(kind, types.GenericAlias):
                origin = _TYPING.get(origin, origin)
            inner = getattr(kind, "__args__", ())
            return (
                f"{named(origin)}[{','.join(annotation(each) for each in inner)}]" if inner else named(origin)
            )

        def named(kind: Any) -> str:
            builtin = getattr(builtins, getattr(kind, "__name__", ""), None) is kind
            return kind.__name__ if builtin else known(kind, type_name(kind))

        arguments: list[str] = []
        returns = ""
        lines: list[str] = []
        wrapped: dict[str, None] = {}  # functions that must stay leaves when the code is traced again
        for node in self.nodes:
            call = ", ".join(
                [
                    *(text(each) for each in node.args),
                    *(f"{key} = {text(each)}" for key, each in node.kwargs.items()),
                ]
            )
            if node.op == "placeholder":
                default = f" = {text(node.args[0])}" if node.args else ""
                star = node.target[: len(node.target) - len(node.target.lstrip("*"))]
                raw = node.target.lstrip("*")
                kind = f" : {annotation(node.type)}" if node.type is not None else ""
                arguments.append(f"{star}{raw}{kind}{default}")
                line = f"{node.name} = {raw}" if raw != node.name else None
            elif (
                node.op == "call_function"
                and getattr(node.target, "__module__", "") == "_operator"
                and not node.kwargs
            ):
                short, a = node.target.__name__, [text(each) for each in node.args]
                if short in _BINARY and len(a) == 2:
                    line = f"{node.name} = {a[0]} {_BINARY[short]} {a[1]}"
                elif short in _UNARY and len(a) == 1:
                    line = f"{node.name} = {_UNARY[short]}{a[0]}"
                elif short == "getitem":
                    line = f"{node.name} = {a[0]}[{a[1]}]"
                elif short.startswith("i") and short[1:] in _BINARY and len(a) == 2:
                    line = f"{node.name} = {a[0]};  {node.name} {_BINARY[short[1:]]}= {a[1]}"
                else:
                    line = f"{node.name} = {known(node.target, target_name(node.target))}({call})"
            elif (
                node.op == "call_function"
                and node.target is getattr
                and len(node.args) == 2
                and str(node.args[1]).isidentifier()
            ):
                line = f"{node.name} = {text(node.args[0])}.{node.args[1]}"
            elif node.op == "call_function":
                builtin = getattr(builtins, getattr(node.target, "__name__", ""), None) is node.target
                called = node.target.__name__ if builtin else known(node.target, target_name(node.target))
                if node.meta.get("is_wrapped"):
                    wrapped[called] = None
                line = f"{node.name} = {called}({call})"
            elif node.op == "call_method":
                rest = ", ".join(
                    [
                        *(text(each) for each in node.args[1:]),
                        *(f"{key} = {text(each)}" for key, each in node.kwargs.items()),
                    ]
                )
                line = f"{node.name} = {text(node.args[0])}.{node.target}({rest})"
            elif node.op == "call_module":
                line = f"{node.name} = {_path(root_module, node.target)}({call})"
            elif node.op == "get_attr":
                line = f"{node.name} = {_path(root_module, node.target)}"
            else:
                line = f"return {text(node.args[0])}"
            if node.op == "output" and node.type is not None:
                returns = f" -> {annotation(node.type)}"
            if line is None:
                continue
            if node.type is not None and node.op not in ("placeholder", "output"):
                line = line.replace(f"{node.name} =", f"{node.name} : {annotation(node.type)} =", 1)
            gone = [each.name for each in last[node]] if node.op != "output" else []
            if not node.users and node.op not in ("output", "placeholder"):
                gone.append(node.name)
            lines.append(
                line + (f";  {' = '.join(gone)} = None" if gone and node.op != "placeholder" else "")
            )
        body = "\n".join(f"    {line}" for line in lines) or "    pass"
        if wrapped:
            from ._symbolic_trace import wrap

            known(wrap, "torch.fx._symbolic_trace.wrap")
        marks = "\n".join(f'torch.fx._symbolic_trace.wrap("{name}")' for name in wrapped)
        return PythonCode(
            f"\n{marks}\n\ndef forward({', '.join(['self', *arguments])}){returns}:\n{body}\n    ", names
        )

    def print_tabular(self) -> None:
        """Prints the nodes as a table."""
        rows = [["opcode", "name", "target", "args", "kwargs"]]
        rows += [
            [node.op, node.name, target_name(node.target), str(node.args), str(dict(node.kwargs))]
            for node in self.nodes
        ]
        widths = [max(len(row[i]) for row in rows) for i in range(5)]
        for number, row in enumerate(rows):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
            if number == 0:
                print("  ".join("-" * width for width in widths))

    def __str__(self) -> str:
        lines = [f"    {node.format_node()}" for node in self.nodes]
        return "graph():\n" + "\n".join(lines)

    def set_codegen(self, codegen: Any) -> None:
        """Another writer of code: kept."""
        self._codegen = codegen


def _path(root: str, target: str) -> str:
    """``self.layers.0`` as Python has it: ``getattr(self.layers, "0")``."""
    found = root
    for part in target.split("."):
        found = (
            f"{found}.{part}"
            if part.isidentifier() and not keyword.iskeyword(part)
            else f'getattr({found}, "{part}")'
        )
    return found


__all__ = ["CodeGen", "Graph", "PythonCode"]
