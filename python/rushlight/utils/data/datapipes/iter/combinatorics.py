"""Items in another order."""

from __future__ import annotations

import random
from typing import Any

from ...sampler import SequentialSampler, _draw_seed
from ..datapipe import IterDataPipe, functional_datapipe
from ._length import length_of
from .grouping import UnBatcherIterDataPipe


class SamplerIterDataPipe(IterDataPipe):
    """What a sampler gives, which is made of a step of known length.

    Args:
        datapipe (IterDataPipe): the step before.
        sampler (type): a class of samplers. Default: :class:`~rushlight.utils.data.SequentialSampler`
        sampler_args (tuple, optional): further arguments.
        sampler_kwargs (dict, optional): further arguments with names.

    Errors: AssertionError for a step whose length is not known.
    """

    def __init__(
        self,
        datapipe: Any,
        sampler: Any = SequentialSampler,
        sampler_args: Any = None,
        sampler_kwargs: Any = None,
    ) -> None:
        if not hasattr(datapipe, "__len__"):
            raise AssertionError("Sampler class requires input datapipe implemented `__len__`")
        self.datapipe = datapipe
        self.sampler_args, self.sampler_kwargs = sampler_args or (), sampler_kwargs or {}
        self.sampler = sampler(datapipe, *self.sampler_args, **self.sampler_kwargs)

    def __iter__(self) -> Any:
        return iter(self.sampler)

    def __len__(self) -> int:
        return length_of(self.sampler, self)


@functional_datapipe("shuffle")
class ShufflerIterDataPipe(IterDataPipe):
    """Items in random order, drawn from ``buffer_size`` that wait.

    The seed of each pass is drawn from the default generator, unless :meth:`set_seed` gave one.
    """

    def __init__(self, datapipe: Any, *, buffer_size: int = 10000, unbatch_level: int = 0) -> None:
        if buffer_size <= 0:
            raise AssertionError("buffer_size should be larger than 0")
        self.datapipe = datapipe if unbatch_level == 0 else UnBatcherIterDataPipe(datapipe, unbatch_level)
        self.buffer_size = buffer_size
        self._enabled, self._seed = True, None
        self._random = random.Random()

    def set_shuffle(self, shuffle: bool = True) -> ShufflerIterDataPipe:
        """Whether to shuffle at all."""
        self._enabled = shuffle
        return self

    def set_seed(self, seed: int) -> ShufflerIterDataPipe:
        """The seed of the next pass."""
        self._seed = seed  # type: ignore[assignment]
        return self

    def __iter__(self) -> Any:
        if not self._enabled:
            yield from self.datapipe
            return
        seed, self._seed = self._seed, None
        self._random.seed(_draw_seed() if seed is None else seed)
        waiting: list[Any] = []
        for item in self.datapipe:
            if len(waiting) == self.buffer_size:
                place = self._random.randint(0, len(waiting) - 1)
                waiting[place], item = item, waiting[place]
                yield item
            else:
                waiting.append(item)
        while waiting:
            yield waiting.pop(self._random.randint(0, len(waiting) - 1))

    def __len__(self) -> int:
        return length_of(self.datapipe, self)


__all__ = ["SamplerIterDataPipe", "ShufflerIterDataPipe"]
