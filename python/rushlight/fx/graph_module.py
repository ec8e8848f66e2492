"""A module whose ``forward`` is a graph."""

from __future__ import annotations

import copy
import itertools
import linecache
from typing import Any

from .._C import Tensor
from ..nn.modules.module import Module
from ..nn.parameter import Parameter
from .graph import Graph

_numbers = itertools.count()
_MADE = ("_graph", "_code", "_globals")  # what is made of the graph


def _copy_attr(source: Any, target: Any, path: str) -> None:
    """The attribute of another module under the same name, with empty modules on the way to it."""
    *owners, last = path.split(".")
    for part in owners:
        following = getattr(source, part)
        if not hasattr(target, part):
            target.add_module(part, Module())
        source, target = following, getattr(target, part)
    value = getattr(source, last)
    if last in getattr(source, "_buffers", {}):
        target.register_buffer(last, value)
    elif not hasattr(target, last) or getattr(target, last) is not value:
        setattr(target, last, value)


class GraphModule(Module):
    """A module that runs a graph.

    Args:
        root (Module or dict): has what the graph reads and calls.
        graph (Graph): the operations.
        class_name (str): what the module's class is called.

    After changes of the graph :meth:`recompile` makes them count.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        # a class of its own, whose `forward` is its graph's
        base = next(each for each in cls.__mro__ if not each.__dict__.get("_graph_made"))
        made = type(
            base.__name__,
            (base,),
            {"_graph_made": True, "__module__": base.__module__, "__qualname__": base.__qualname__},
        )
        return object.__new__(made)

    def __init__(self, root: Any, graph: Graph, class_name: str = "GraphModule") -> None:
        super().__init__()
        type(self).__name__ = class_name
        self._class_name = class_name
        if isinstance(root, Module):
            self.training = root.training
        for node in graph.nodes:
            if node.op in ("get_attr", "call_module"):
                if isinstance(root, Module):
                    _copy_attr(root, self, node.target)
                elif node.target not in root:
                    raise RuntimeError(
                        f"Node {node} referenced target {node.target} but that target was not provided in ``root``!"
                    )
                else:
                    holder = Module()
                    parent: Any = holder
                    *owners, last = node.target.split(".")
                    for part in owners:
                        if not hasattr(parent, part):
                            parent.add_module(part, Module())
                        parent = getattr(parent, part)
                    setattr(parent, last, root[node.target])
                    _copy_attr(holder, self, node.target)
        self.meta: dict[str, Any] = {}
        self.graph = graph

    @property
    def graph(self) -> Graph:
        """The operations."""
        return self.__dict__["_graph"]

    @graph.setter
    def graph(self, value: Graph) -> None:
        if not isinstance(value, Graph):
            raise AssertionError(f"Expected a Graph instance, but got {type(value)}")
        self.__dict__["_graph"] = value
        value.owning_module = self
        self.recompile()

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "graph":
            GraphModule.graph.fset(self, value)  # type: ignore[attr-defined]
        else:
            super().__setattr__(name, value)

    @property
    def code(self) -> str:
        """The graph as Python."""
        return self.__dict__["_code"]

    def recompile(self) -> Any:
        """Makes ``forward`` of the graph as it is now."""
        made = self.graph.python_code("self")
        file = f"<eval_with_key>.{next(_numbers)}"
        names = dict(made.globals)
        exec(compile(made.src, file, "exec", dont_inherit=True), names)
        linecache.cache[file] = (len(made.src), None, made.src.splitlines(True), file)  # for tracebacks
        self.__dict__["_code"], self.__dict__["_globals"] = made.src, made.globals
        type(self).forward = names["forward"]
        return made

    def add_submodule(self, target: str, m: Module) -> bool:
        """Puts a module under a name with dots; whether that was possible."""
        *owners, last = target.split(".")
        owner: Any = self
        for part in owners:
            if not hasattr(owner, part):
                owner.add_module(part, Module())
            owner = getattr(owner, part)
            if not isinstance(owner, Module):
                return False
        owner.add_module(last, m)
        return True

    def delete_submodule(self, target: str) -> bool:
        """Takes a module out; whether it was there."""
        *owners, last = target.split(".")
        owner: Any = self
        for part in owners:
            owner = getattr(owner, part, None)
        if not isinstance(getattr(owner, last, None), Module):
            return False
        delattr(owner, last)
        return True

    def delete_all_unused_submodules(self) -> None:
        """Takes out the modules that no node calls or reads."""
        used: set[str] = set()
        for node in self.graph.nodes:
            if node.op in ("call_module", "get_attr"):
                parts = node.target.split(".")
                used.update(".".join(parts[: i + 1]) for i in range(len(parts)))
                if node.op == "call_module":
                    used.update(
                        f"{node.target}.{name}"
                        for name, _ in self.get_submodule(node.target).named_modules()
                        if name
                    )
        for name in [name for name, _ in self.named_modules() if name and name not in used]:
            self.delete_submodule(name)

    def __deepcopy__(self, memo: Any) -> Any:
        holder = Module()
        holder.__dict__ = copy.deepcopy(
            {key: value for key, value in self.__dict__.items() if key not in _MADE}, memo
        )
        made = _rebuilt(holder, copy.deepcopy(self.graph), self._class_name)
        return made

    def __copy__(self) -> Any:
        return GraphModule(self, copy.deepcopy(self.graph), self._class_name)

    def __reduce_ex__(self, protocol: Any) -> Any:
        holder = Module()
        holder.__dict__ = {key: value for key, value in self.__dict__.items() if key not in _MADE}
        names = {name: value for name, value in self._globals.items() if name != "torch"}
        return _from_code, (holder, self.code, self._class_name, names)

    def print_readable(
        self,
        print_output: bool = True,
        include_stride: bool = False,
        include_device: bool = False,
        colored: bool = False,
    ) -> str:
        """The code as a class; printed, unless told otherwise."""
        text = f"class {self._class_name}(torch.nn.Module):" + "\n".join(
            f"    {line}" for line in self.code.strip().split("\n")
        ).join(["\n", "\n"])
        if print_output:
            print(text)
        return text

    def __str__(self) -> str:
        shown = super().__repr__()
        return "\n".join(
            [shown, self.code, "# To see more debug info, please use `graph_module.print_readable()`"]
        )


def _rebuilt(holder: Module, graph: Graph, name: str) -> GraphModule:
    made = GraphModule(holder, graph, name)
    for key, value in holder.__dict__.items():
        if key not in ("_parameters", "_buffers", "_modules") and key not in made.__dict__:
            made.__dict__[key] = value
    made.training = holder.training
    return made


def _from_code(holder: Module, code: str, name: str, known: dict[str, Any]) -> GraphModule:
    """The module that a pickle describes: its code is traced again, with every part a leaf."""
    import rushlight

    from ._symbolic_trace import Tracer

    class Whole(Tracer):
        def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
            return True

    names: dict[str, Any] = {"torch": rushlight, **known}
    exec(compile(code, "<fx>", "exec", dont_inherit=True), names)

    class Root(Module):
        forward = names["forward"]

    root = Root()
    root.__dict__.update(holder.__dict__)
    tracer = Whole()
    return _rebuilt(root, tracer.trace(root), name)


def _owner(module: Any, target: str, make: bool = False) -> tuple[Any, str]:
    """The module that holds the attribute of a path of names, and its own name; modules on the way are made, if wanted."""
    *path, name = target.split(".")
    for each in path:
        if make and not hasattr(module, each):
            setattr(module, each, Module())
        module = getattr(module, each)
    return module, name


def _get_attr(model: Any, attr_name: str) -> Any:
    return getattr(*_owner(model, attr_name))


def _has_attr(model: Any, attr_name: str) -> bool:
    try:
        return hasattr(*_owner(model, attr_name))
    except AttributeError:
        return False


def _del_attr(model: Any, attr_name: str) -> None:
    delattr(*_owner(model, attr_name))


def _assign_attr(from_obj: Any, to_module: Any, target: str) -> None:
    """Puts an object under a path of names; a tensor that is no parameter becomes a buffer."""
    owner, name = _owner(to_module, target, make=True)
    if isinstance(from_obj, Tensor) and not isinstance(from_obj, Parameter):
        owner.register_buffer(name, from_obj)
    else:
        setattr(owner, name, from_obj)


__all__ = ["GraphModule"]
