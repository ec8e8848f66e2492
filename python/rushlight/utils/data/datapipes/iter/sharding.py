"""Each worker and each process its share of the items."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from ..datapipe import IterDataPipe, functional_datapipe
from ._length import length_of


class SHARDING_PRIORITIES(IntEnum):  # noqa: N801, RUF100
    """Among whom items are shared first."""

    DEFAULT = 1
    DISTRIBUTED = 2
    MULTIPROCESSING = 3


class _ShardingIterDataPipe(IterDataPipe):
    """A step that gives a share of its items."""

    def apply_sharding(self, num_of_instances: int, instance_id: int, sharding_group: Any) -> None:
        """Which share, of how many."""
        raise NotImplementedError


@functional_datapipe("sharding_filter")
class ShardingFilterIterDataPipe(_ShardingIterDataPipe):
    """Every n-th item: of the workers of a loader each gives its share.

    Args:
        source_datapipe (IterDataPipe): the step before.
        sharding_group_filter (SHARDING_PRIORITIES, optional): share only among these. Default: all
    """

    def __init__(self, source_datapipe: Any, sharding_group_filter: Any = None) -> None:
        self.source_datapipe, self.sharding_group_filter = source_datapipe, sharding_group_filter
        self.groups: dict[Any, tuple[int, int]] = {}
        self.num_of_instances, self.instance_id = 1, 0

    def is_shardable(self) -> bool:
        """Whether there are shares: yes."""
        return True

    def apply_sharding(
        self, num_of_instances: int, instance_id: int, sharding_group: Any = SHARDING_PRIORITIES.DEFAULT
    ) -> None:
        """Which share, of how many; a share of a share where it is told for several groups.

        Errors: ValueError for a share that there is not; RuntimeError for the default group beside others.
        """
        if instance_id >= num_of_instances:
            raise ValueError(
                f"instance_id({instance_id}) should be smaller than num_of_instances({num_of_instances})"
            )
        default = SHARDING_PRIORITIES.DEFAULT
        if self.groups and (sharding_group == default) != (default in self.groups):
            raise RuntimeError("ShardingFilter cannot mix DEFAULT and non DEFAULT groups")
        self.groups[sharding_group] = num_of_instances, instance_id
        self.num_of_instances, self.instance_id = 1, 0
        for key in sorted(self.groups, reverse=True):
            if self.sharding_group_filter in (None, key):
                count, number = self.groups[key]
                self.instance_id += self.num_of_instances * number
                self.num_of_instances *= count

    def __iter__(self) -> Any:
        for place, item in enumerate(self.source_datapipe):
            if place % self.num_of_instances == self.instance_id:
                yield item

    def __len__(self) -> int:
        count = length_of(self.source_datapipe, self)
        return count // self.num_of_instances + (self.instance_id < count % self.num_of_instances)


__all__ = ["SHARDING_PRIORITIES", "ShardingFilterIterDataPipe"]
