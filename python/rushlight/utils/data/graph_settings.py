"""Settings of all steps that lead to one: whether they shuffle, their seeds, their shares."""

from __future__ import annotations

import inspect
from typing import Any

from .datapipes.iter.sharding import SHARDING_PRIORITIES, _ShardingIterDataPipe
from .graph import traverse_dps


def get_all_graph_pipes(graph: dict[int, Any]) -> list[Any]:
    """All steps of what :func:`~rushlight.utils.data.graph.traverse_dps` gives, each once, the last step first."""
    found: dict[int, Any] = {}

    def collect(part: dict[int, Any]) -> None:
        for number, (step, below) in part.items():
            if number not in found:
                found[number] = step
                collect(below)

    collect(graph)
    return list(found.values())


def _has(step: Any, *methods: str) -> bool:
    return all(inspect.ismethod(getattr(step, method, None)) for method in methods)


def apply_sharding(
    datapipe: Any, num_of_instances: int, instance_id: int, sharding_group: Any = SHARDING_PRIORITIES.DEFAULT
) -> Any:
    """Tells the steps that give shares which one is wanted, of how many.

    Args:
        datapipe (IterDataPipe or MapDataPipe): the last step.
        num_of_instances (int): how many shares there are.
        instance_id (int): the number of the one that is wanted.
        sharding_group (SHARDING_PRIORITIES): among whom. Default: ``DEFAULT``

    Errors: RuntimeError where one such step reads another; ValueError for a share that there is not.
    """

    def tell(part: dict[int, Any], told: Any) -> None:
        for step, below in part.values():
            if isinstance(step, _ShardingIterDataPipe) or _has(step, "apply_sharding"):
                if told is not None:
                    raise RuntimeError(
                        "Sharding twice on a single pipeline is likely unintended and will cause data loss. "
                        f"Sharding already applied to {told} while trying to apply to {step}"
                    )
                more = len(inspect.signature(step.apply_sharding).parameters) > 2
                step.apply_sharding(
                    num_of_instances, instance_id, **({"sharding_group": sharding_group} if more else {})
                )
                tell(below, step)
            else:
                tell(below, told)

    tell(traverse_dps(datapipe), None)
    return datapipe


def apply_shuffle_settings(datapipe: Any, shuffle: bool | None = None) -> Any:
    """Tells the steps that shuffle whether they shall; ``None`` leaves them.

    Without such a step, and if ``shuffle`` is true, one is put behind ``datapipe``, with a warning.

    Returns: the last step.
    """
    if shuffle is None:
        return datapipe
    steps = get_all_graph_pipes(traverse_dps(datapipe))
    shufflers = [step for step in steps if _has(step, "set_shuffle", "set_seed")]
    if shuffle and not shufflers:
        from ..._warn import warn

        warn(
            "`shuffle=True` was set, but the datapipe does not contain a `Shuffler`. Adding one at the end. "
            "Be aware that the default buffer size might not be sufficient for your task."
        )
        datapipe = datapipe.shuffle()
        shufflers = [datapipe]
    for step in shufflers:
        step.set_shuffle(shuffle)
    return datapipe


def apply_shuffle_seed(datapipe: Any, rng: Any) -> Any:
    """The former name of :func:`apply_random_seed`. It warns."""
    from ..._warn import warn

    warn(
        "`apply_shuffle_seed` is deprecated since 1.12 and will be removed in the future releases."
        "\nPlease use `apply_random_seed` instead.",
        FutureWarning,
    )
    return apply_random_seed(datapipe, rng)


def apply_random_seed(datapipe: Any, rng: Any) -> Any:
    """Gives each step that draws a seed of its own.

    Args:
        datapipe (IterDataPipe or MapDataPipe): the last step.
        rng (Generator): where seeds are drawn.
    """
    from .sampler import _draw_seed

    for step in get_all_graph_pipes(traverse_dps(datapipe)):
        if _has(step, "set_seed"):
            step.set_seed(_draw_seed(rng))
    return datapipe


__all__ = [
    "apply_random_seed",
    "apply_sharding",
    "apply_shuffle_seed",
    "apply_shuffle_settings",
    "get_all_graph_pipes",
]
