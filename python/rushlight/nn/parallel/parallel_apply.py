"""Several modules, each on its own inputs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parallel_apply(modules: Any, inputs: Any, kwargs_tup: Any = None, devices: Any = None) -> list[Any]:
    """Results of modules, one after the other: each shares all cores.

    Args:
        modules (list): as many as there are inputs.
        inputs (list): of each a tuple of arguments, or one.
        kwargs_tup (list, optional): of each its keyword arguments.
    """
    kwargs_tup = kwargs_tup if kwargs_tup is not None else [{}] * len(modules)
    return [
        module(*(given if isinstance(given, (list, tuple)) else (given,)), **kwargs)
        for module, given, kwargs in zip(modules, inputs, kwargs_tup, strict=True)
    ]
