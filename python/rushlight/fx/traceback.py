"""What is noted in the nodes of a graph while it is recorded: where they come from, and what a program says of them."""

from __future__ import annotations

import copy
import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .node import Node

_preserve = False
_meta: dict[str, Any] = {}
_COPIED = ("nn_module_stack", "stack_trace", "source_fn_stack", "original_aten", "from_node", "custom")


@contextmanager
def preserve_node_meta(enable: bool = True) -> Iterator[None]:
    """A block in which nodes that are made note what is said of them, as by :func:`annotate`."""
    global _preserve, _meta
    before = _preserve, dict(_meta)
    _preserve = enable
    try:
        yield
    finally:
        _preserve, _meta = before


def has_preserved_node_meta() -> bool:
    """Whether nodes note it now."""
    return _preserve


@contextmanager
def annotate(annotation_dict: dict[str, Any]) -> Iterator[None]:
    """A block whose operations carry notes of a program's own, in ``node.meta["custom"]``; see :func:`preserve_node_meta`.

    Args:
        annotation_dict (dict): the notes.

    Example::

        >>> from rushlight.fx.traceback import annotate, preserve_node_meta
        >>> def f(x):
        ...     with annotate({"stage": 1}):
        ...         return x + 1
        >>> with preserve_node_meta():
        ...     graph = rl.fx.symbolic_trace(f).graph
        >>> [node.meta.get("custom") for node in graph.nodes]
        [None, {'stage': 1}, None]
    """
    before = _meta.get("custom")
    _meta["custom"] = {**(before or {}), **annotation_dict}
    try:
        yield
    finally:
        if before is None:
            _meta.pop("custom", None)
        else:
            _meta["custom"] = before


def annotate_fn(annotation_dict: dict[str, Any]) -> Callable[[Any], Any]:
    """A decorator: all operations of a function carry notes, as in :func:`annotate`."""

    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def annotated(*args: Any, **kwargs: Any) -> Any:
            with annotate(annotation_dict):
                return function(*args, **kwargs)

        return annotated

    return decorate


def set_stack_trace(stack: list[str]) -> None:
    """Where the operations that follow come from, where that is noted."""
    if _preserve and stack:
        _meta["stack_trace"] = "".join(stack)


def format_stack() -> list[str]:
    """Where operations come from now: what was said, or the lines of the program."""
    if _preserve:
        return [_meta.get("stack_trace", "")]
    import traceback

    return traceback.format_list(traceback.extract_stack()[:-1])


@contextmanager
def set_current_meta(node: Node, pass_name: str = "") -> Iterator[None]:
    """A block whose operations come from a node, and note what it noted."""
    global _meta
    before = _meta
    if _preserve and node.meta:
        _meta = {**node.meta}
    try:
        yield
    finally:
        _meta = before


def get_current_meta() -> dict[str, Any]:
    """What is noted now."""
    return _meta


def note(node: Node) -> None:
    """Writes it into a node that was made."""
    for name in _COPIED:
        if name in _meta:
            node.meta[name] = copy.copy(_meta[name])


__all__ = [
    "annotate",
    "annotate_fn",
    "format_stack",
    "get_current_meta",
    "has_preserved_node_meta",
    "preserve_node_meta",
    "set_current_meta",
    "set_stack_trace",
]
