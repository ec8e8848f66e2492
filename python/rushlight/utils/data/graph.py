"""The steps that a step takes its items from."""

from __future__ import annotations

from typing import Any

from .datapipes.datapipe import IterDataPipe, MapDataPipe

DataPipe = IterDataPipe | MapDataPipe


def _sources(value: Any, found: dict[int, Any], deep: bool = True) -> None:
    """Steps in an attribute: itself, or in what it holds."""
    if isinstance(value, (IterDataPipe, MapDataPipe)):
        found.setdefault(id(value), value)
    elif isinstance(value, dict):
        for each in value.values():
            _sources(each, found)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            _sources(each, found)
    elif deep and isinstance(getattr(value, "datapipe", None), (IterDataPipe, MapDataPipe)):
        _sources(value.datapipe, found, False)  # what the children of one step share


def traverse_dps(datapipe: Any) -> dict[int, Any]:
    """A step, and those before it, as nested dictionaries: by ``id``, pairs of a step and those that it reads.

    Args:
        datapipe (IterDataPipe or MapDataPipe): the last step.

    Errors: RuntimeError for what is no step.

    Example::

        >>> from rushlight.utils.data.datapipes.iter import IterableWrapper
        >>> from rushlight.utils.data.graph import traverse_dps
        >>> pipe = IterableWrapper(range(4)).batch(2)
        >>> [(last, before)] = traverse_dps(pipe).values()
        >>> last, [step for step, _ in before.values()]
        (BatcherIterDataPipe, [IterableWrapperIterDataPipe])
    """
    return _below(datapipe, frozenset())


def _below(datapipe: Any, above: frozenset[int]) -> dict[int, Any]:
    if not isinstance(datapipe, (IterDataPipe, MapDataPipe)):
        raise RuntimeError(f"Expected `IterDataPipe` or `MapDataPipe`, but {type(datapipe)} is found")
    if id(datapipe) in above:
        return {}
    found: dict[int, Any] = {}
    for value in vars(datapipe).values():
        _sources(value, found)
    above = above | {id(datapipe)}
    below: dict[int, Any] = {}
    for each in found.values():
        below.update(_below(each, above))
    return {id(datapipe): (datapipe, below)}


def traverse(datapipe: Any, only_datapipe: bool | None = None) -> dict[int, Any]:
    """The former name of :func:`traverse_dps`. It warns."""
    from ..._warn import warn

    text = (
        "`traverse` function is deprecated and will be removed after 1.13. Please use `traverse_dps` instead."
    )
    if not only_datapipe:
        text += " And, the behavior will be changed to the equivalent of `only_datapipe=True`."
    warn(text, FutureWarning)
    return traverse_dps(datapipe)


__all__ = ["traverse", "traverse_dps"]
