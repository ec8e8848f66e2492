"""Steps of a pipeline by what they hang on."""

from __future__ import annotations

from typing import Any

from .datapipes.datapipe import IterDataPipe, MapDataPipe

__all__ = ["traverse", "traverse_dps"]

_STEPS = IterDataPipe, MapDataPipe


def _steps(value: Any, seen: set[int]) -> Any:
    """The steps in what a step holds: itself, or in lists and tables."""
    if isinstance(value, _STEPS):
        yield value
    elif isinstance(value, (list, tuple, set, dict)) and id(value) not in seen:
        seen.add(id(value))
        for each in (*value.keys(), *value.values()) if isinstance(value, dict) else value:
            yield from _steps(each, seen)


def _graph(datapipe: Any, above: tuple[int, ...]) -> dict[int, Any]:
    if not isinstance(datapipe, _STEPS):
        raise RuntimeError(f"Expected `IterDataPipe` or `MapDataPipe`, but {type(datapipe)} is found")
    if id(datapipe) in above:
        return {}
    inner: dict[int, Any] = {}
    for each in _steps(list(vars(datapipe).values()), set()):
        inner.update(_graph(each, (*above, id(datapipe))))
    return {id(datapipe): (datapipe, inner)}


def traverse_dps(datapipe: Any) -> dict[int, Any]:
    """The graph of a pipeline: for each step's ``id`` the step and the graph of what it reads.

    Args: datapipe (IterDataPipe or MapDataPipe): its last step.

    Errors: RuntimeError for what is no step.

    >>> from rushlight.utils.data.datapipes.iter import IterableWrapper
    >>> last = IterableWrapper(range(3)).map(str)
    >>> (step, before), = rl.utils.data.graph.traverse_dps(last).values()
    >>> step is last, len(before)
    (True, 1)
    """
    return _graph(datapipe, ())


def traverse(datapipe: Any, only_datapipe: bool | None = None) -> dict[int, Any]:
    """As :func:`traverse_dps`; PyTorch's older name.

    >>> from rushlight.utils.data.datapipes.iter import IterableWrapper
    >>> len(rl.utils.data.graph.traverse(IterableWrapper(range(3)), True))
    1
    """
    from ..._warn import warn

    warn(
        "`traverse` function and will be removed after 1.13. Please use `traverse_dps` instead.", FutureWarning
    )
    return _graph(datapipe, ())
