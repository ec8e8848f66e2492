"""The share of a dataset that belongs to one of several processes."""

from __future__ import annotations

from ... import _C
from .sampler import Sampler


class DistributedSampler(Sampler[int]):
    """Every `num_replicas`-th index, beginning at `rank`, of an order that all processes share.

    Args:
        dataset (Dataset): the whole.
        num_replicas (int): number of processes. Default: those of the group
        rank (int): which of them this is. Default: the rank in the group
        shuffle (bool): in random order. Default: ``True``
        seed (int): the same in all processes. Default: 0
        drop_last (bool): leave out what does not divide evenly, rather than repeat samples. Default: ``False``

    Errors: ValueError if neither number nor rank is given and there is no group of processes.

    >>> from rushlight.utils.data import DistributedSampler
    >>> list(DistributedSampler(range(6), num_replicas=2, rank=1, shuffle=False))
    [1, 3, 5]
    """

    def __init__(self, dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False):
        if num_replicas is None or rank is None:
            from ... import distributed

            num_replicas = distributed.get_world_size() if num_replicas is None else num_replicas
            rank = distributed.get_rank() if rank is None else rank
        if rank >= num_replicas or rank < 0:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        count = len(dataset)
        self.num_samples = count // num_replicas if drop_last else -(-count // num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self):
        count = len(self.dataset)
        if self.shuffle:
            generator = _C.Generator("cpu")
            generator.manual_seed(self.seed + self.epoch)
            order = _C.randperm(count, generator=generator, device="cpu").tolist()
        else:
            order = list(range(count))
        while len(order) < self.total_size:
            order += order[: self.total_size - len(order)]
        return iter(order[self.rank : self.total_size : self.num_replicas])

    def __len__(self):
        return self.num_samples

    def set_epoch(self, epoch):
        """Sets the number from which, with the seed, the order follows."""
        self.epoch = epoch
