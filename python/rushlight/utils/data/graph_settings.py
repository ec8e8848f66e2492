"""What is set for all steps of a pipeline at once: shares of workers, shuffling, seeds."""

from __future__ import annotations

import inspect
from typing import Any

from ... import _C
from .graph import traverse_dps

__all__ = [
    "apply_random_seed",
    "apply_sharding",
    "apply_shuffle_seed",
    "apply_shuffle_settings",
    "get_all_graph_pipes",
]


def get_all_graph_pipes(graph: dict[int, Any]) -> list[Any]:
    """Every step of a graph once.

    Args: graph (dict): of :func:`~rushlight.utils.data.graph.traverse_dps`.

    >>> from rushlight.utils.data.datapipes.iter import IterableWrapper
    >>> graph = rl.utils.data.graph.traverse_dps(IterableWrapper(range(3)).map(str).batch(2))
    >>> len(rl.utils.data.graph_settings.get_all_graph_pipes(graph))
    3
    """
    found: dict[int, Any] = {}
    waiting = [graph]
    while waiting:
        for key, (step, inner) in waiting.pop().items():
            if key not in found:
                found[key] = step
                waiting.append(inner)
    return list(found.values())


def apply_sharding(datapipe: Any, num_of_instances: int, instance_id: int, sharding_group: Any = None) -> Any:
    """Gives each ``sharding_filter`` of a pipeline its share; the pipeline itself.

    Args:
        datapipe: its last step.
        num_of_instances (int): how many shares there are.
        instance_id (int): which one it is.
        sharding_group: whose shares they are.

    Errors: RuntimeError where one filter stands behind another.

    >>> from rushlight.utils.data.datapipes.iter import IterableWrapper
    >>> pipe = IterableWrapper(range(6)).sharding_filter()
    >>> list(rl.utils.data.graph_settings.apply_sharding(pipe, 3, 1))
    [1, 4]
    """

    def walk(graph: dict[int, Any], before: Any) -> None:
        for step, inner in graph.values():
            applied = None
            if callable(getattr(step, "is_shardable", None)) and step.is_shardable():
                if before is not None:
                    raise RuntimeError(
                        "Sharding twice on a single pipeline is likely unintended and will cause data loss. "
                        f"Sharding already applied to {before} while trying to apply to {step}"
                    )
                named = len(inspect.signature(step.apply_sharding).parameters) > 2
                step.apply_sharding(num_of_instances, instance_id, *((sharding_group,) if named else ()))
                applied = step
            walk(inner, before if applied is None else applied)

    walk(traverse_dps(datapipe), None)
    return datapipe


def apply_shuffle_settings(datapipe: Any, shuffle: bool | None = None) -> Any:
    """Turns the shuffling steps of a pipeline on or off, and adds one where there is none and ``shuffle`` asks for it.

    Args:
        datapipe: its last step.
        shuffle (bool, optional): whether to shuffle; nothing changes if left out.

    >>> from rushlight.utils.data.datapipes.iter import IterableWrapper
    >>> list(rl.utils.data.graph_settings.apply_shuffle_settings(IterableWrapper(range(4)).shuffle(), False))
    [0, 1, 2, 3]
    """
    if shuffle is None:
        return datapipe
    steps = [each for each in get_all_graph_pipes(traverse_dps(datapipe)) if _shuffles(each)]
    if not steps and shuffle:
        from ..._warn import warn

        warn(
            "`shuffle=True` was set, but the datapipe does not contain a `Shuffler`. Adding one at the end. "
            "Be aware that the default buffer size might not be sufficient for your task."
        )
        datapipe = datapipe.shuffle()
        steps = [datapipe]
    for each in steps:
        each.set_shuffle(shuffle)
    return datapipe


def _shuffles(step: Any) -> bool:
    kind = type(step)
    return callable(getattr(kind, "set_shuffle", None)) and callable(getattr(kind, "set_seed", None))


def apply_shuffle_seed(datapipe: Any, rng: Any) -> Any:
    """As :func:`apply_random_seed`; PyTorch's older name.

    >>> from rushlight.utils.data.datapipes.iter import IterableWrapper
    >>> pipe = IterableWrapper(range(4)).shuffle()
    >>> rl.utils.data.graph_settings.apply_shuffle_seed(pipe, rl.Generator()) is pipe
    True
    """
    from ..._warn import warn

    warn(
        "`apply_shuffle_seed` is deprecated since 1.12 and will be removed in the future releases. "
        "Please use `apply_random_seed` instead.",
        FutureWarning,
    )
    return apply_random_seed(datapipe, rng)


def apply_random_seed(datapipe: Any, rng: Any) -> Any:
    """Seeds every step of a pipeline that draws, from one generator; the pipeline itself.

    Args:
        datapipe: its last step.
        rng (Generator): gives the seeds.

    >>> from rushlight.utils.data.datapipes.iter import IterableWrapper
    >>> settings = rl.utils.data.graph_settings
    >>> pipe = IterableWrapper(range(4)).shuffle()
    >>> one, two = (list(settings.apply_random_seed(pipe, rl.Generator().manual_seed(3))) for _ in range(2))
    >>> one == two
    True
    """
    for each in get_all_graph_pipes(traverse_dps(datapipe)):
        if callable(getattr(type(each), "set_seed", None)):
            each.set_seed(int(_C.empty((), dtype=_C.int64).random_(generator=rng).item()))
    return datapipe
