"""Samplers: the order in which a dataset is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Generic, TypeVar

from ... import _C

_T_co = TypeVar("_T_co", covariant=True)


class Sampler(Generic[_T_co]):
    """The base class of samplers: ``__iter__`` gives indices, or lists of them; ``__len__`` is optional.

    >>> from rushlight.utils.data import Sampler
    >>> class Backwards(Sampler):
    ...     def __iter__(self):
    ...         return iter((2, 1, 0))
    >>> list(Backwards())
    [2, 1, 0]
    """

    def __iter__(self) -> Iterator[_T_co]:
        raise NotImplementedError


class SequentialSampler(Sampler[int]):
    """All indices in order.

    Args:
        data_source (Dataset): whose length counts.

    >>> from rushlight.utils.data import SequentialSampler
    >>> list(SequentialSampler("abc"))
    [0, 1, 2]
    """

    data_source: Sized

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Indices at random.

    Args:
        data_source (Dataset): whose length counts.
        replacement (bool): an index may come again. Default: ``False``
        num_samples (int): how many are drawn. Default: the length of the dataset
        generator (Generator): their source. Default: a fresh one, seeded from the global one

    >>> from rushlight.utils.data import RandomSampler
    >>> sorted(RandomSampler(range(5)))
    [0, 1, 2, 3, 4]
    """

    def __init__(
        self, data_source: Sized, replacement: bool = False, num_samples: int | None = None, generator=None
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(
                f"num_samples should be a positive integer value, but got num_samples={self.num_samples}"
            )

    @property
    def num_samples(self):
        """How many indices are drawn."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self):
        n, count, generator = len(self.data_source), self.num_samples, self.generator
        if generator is None:
            generator = _C.Generator("cpu")
            generator.manual_seed(_draw_seed())
        at = _place_of(generator)
        if self.replacement:
            for size in [32] * (count // 32) + [count % 32]:
                yield from _C.randint(high=n, size=(size,), dtype=_C.int64, generator=generator, device=at).tolist()
        else:
            for _ in range(count // n):
                yield from _C.randperm(n, generator=generator, device=at).tolist()
            yield from _C.randperm(n, generator=generator, device=at).tolist()[: count % n]

    def __len__(self) -> int:
        return self.num_samples


def _draw_seed(generator=None):
    return int(_C.empty((), dtype=_C.int64, device=_place_of(generator)).random_(generator=generator).item())


def _place_of(generator):
    """Where indices are drawn: on the processor, which needs them, whatever the default device is, or where a generator is."""
    return "cpu" if generator is None else generator.device


class SubsetRandomSampler(Sampler[int]):
    """Given indices in random order.

    Args:
        indices (sequence): the indices.
        generator (Generator): the source of the order. Default: the global one

    >>> from rushlight.utils.data import SubsetRandomSampler
    >>> sorted(SubsetRandomSampler([4, 7, 9]))
    [4, 7, 9]
    """

    indices: Sequence[int]

    def __init__(self, indices: Sequence[int], generator=None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self):
        for place in _C.randperm(len(self.indices), generator=self.generator, device=_place_of(self.generator)).tolist():
            yield self.indices[place]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices at random, each with a probability proportional to its weight.

    Args:
        weights (sequence): the weights.
        num_samples (int): how many are drawn.
        replacement (bool): an index may come again. Default: ``True``
        generator (Generator): their source. Default: the global one

    >>> from rushlight.utils.data import WeightedRandomSampler
    >>> list(WeightedRandomSampler([0.0, 1.0], num_samples=3))
    [1, 1, 1]
    """

    def __init__(
        self, weights: Sequence[float], num_samples: int, replacement: bool = True, generator=None
    ) -> None:
        if not isinstance(num_samples, int) or isinstance(num_samples, bool) or num_samples <= 0:
            raise ValueError(
                f"num_samples should be a positive integer value, but got num_samples={num_samples}"
            )
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        self.weights = _C.as_tensor(weights, dtype=_C.float64, device=None if isinstance(weights, _C.Tensor) else "cpu")
        if self.weights.dim() != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self):
        drawn = _C.multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator)
        yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of indices of another sampler.

    Args:
        sampler (Sampler or iterable): where the indices come from.
        batch_size (int): how many make a list.
        drop_last (bool): leave out the last list if it is shorter.

    Examples::

        >>> list(rl.utils.data.BatchSampler(range(5), batch_size=2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Sampler[int] | Iterable[int], batch_size: int, drop_last: bool) -> None:
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size <= 0:
            raise ValueError(
                f"batch_size should be a positive integer value, but got batch_size={batch_size}"
            )
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self):
        from itertools import islice

        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


class _InfiniteConstantSampler(Sampler):
    """Nothing, again and again: the index of a stream."""

    def __iter__(self):
        while True:
            yield None
