"""Datasets, samplers, collation, the loader."""

from collections import OrderedDict, namedtuple

import numpy as np
import pytest
import rushlight as rl
from rushlight.utils import data


class Squares(data.Dataset):
    def __len__(self):
        return 10

    def __getitem__(self, i):
        return i, float(i * i)


class Stream(data.IterableDataset):
    def __iter__(self):
        info = data.get_worker_info()
        start, step = (0, 1) if info is None else (info.id, info.num_workers)
        return iter(range(start, 10, step))


def columns(loader):
    return [[part.tolist() for part in batch] for batch in loader]


def test_batches():
    assert columns(data.DataLoader(Squares(), 4)) == [
        [[0, 1, 2, 3], [0, 1, 4, 9]],
        [[4, 5, 6, 7], [16, 25, 36, 49]],
        [[8, 9], [64, 81]],
    ]
    assert len(data.DataLoader(Squares(), 4)) == 3 and len(data.DataLoader(Squares(), 4, drop_last=True)) == 2


@pytest.mark.filterwarnings("ignore:This DataLoader will create")
@pytest.mark.parametrize("options", [{}, {"persistent_workers": True}])
def test_workers_give_the_same(options):
    for shuffle in (False, True):
        rl.manual_seed(3)
        alone = columns(data.DataLoader(Squares(), 3, shuffle=shuffle))
        rl.manual_seed(3)
        loader = data.DataLoader(Squares(), 3, shuffle=shuffle, num_workers=3, **options)
        assert columns(loader) == alone
        assert sorted(i for b in columns(loader) for i in b[0]) == list(range(10))


def test_shuffle_draws_as_recorded():
    """The base seed first, the seed of the order second."""
    rl.manual_seed(42)
    rl.empty((), dtype=rl.int64).random_()
    seed = rl.empty((), dtype=rl.int64).random_().item()
    generator = rl.Generator()
    generator.manual_seed(seed)
    expected = rl.randperm(10, generator=generator).tolist()
    rl.manual_seed(42)
    got = [int(i) for batch in data.DataLoader(range(10), 4, shuffle=True) for i in batch]
    assert got == expected
    assert sorted(got) == list(range(10))


def test_tensor_dataset_fast_path_equals_samples():
    x, y = rl.arange(20.0).view(10, 2), rl.arange(10)
    whole = data.TensorDataset(x, y)
    part = data.Subset(whole, [7, 3, 5])
    for dataset in (whole, part):
        for batch, indices in zip(data.DataLoader(dataset, 2), ([0, 1], [2])):
            if dataset is whole and indices == [2]:
                continue
            by_hand = data.default_collate([dataset[i] for i in indices])
            assert type(batch) is list and all(rl.equal(a, b) for a, b in zip(batch, by_hand))


def test_streams():
    assert [b.tolist() for b in data.DataLoader(Stream(), 4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    two = [b.tolist() for b in data.DataLoader(Stream(), 2, num_workers=2)]
    assert two == [[0, 2], [1, 3], [4, 6], [5, 7], [8], [9]]
    with pytest.raises(ValueError, match="expected unspecified shuffle option"):
        data.DataLoader(Stream(), shuffle=True)


def test_errors_of_the_dataset_arrive():
    class Bad(Squares):
        def __getitem__(self, i):
            if i == 5:
                raise ValueError("five")
            return i

    for workers in (0, 2):
        with pytest.raises(ValueError, match="five"):
            list(data.DataLoader(Bad(), 2, num_workers=workers))


def test_collate():
    Point = namedtuple("Point", "x y")
    assert data.default_collate([1.0, 2.0]).dtype == rl.float64
    assert data.default_collate([1, 2]).dtype == rl.int64
    assert data.default_collate(["a", "b"]) == ["a", "b"]
    assert data.default_collate([np.zeros(2, np.float32)] * 3).shape == (3, 2)
    out = data.default_collate([Point(1, 2.0), Point(3, 4.0)])
    assert type(out) is Point and out.x.tolist() == [1, 3]
    out = data.default_collate([OrderedDict(a=[1, 2]), OrderedDict(a=[3, 4])])
    assert type(out) is OrderedDict and [t.tolist() for t in out["a"]] == [[1, 3], [2, 4]]
    with pytest.raises(TypeError, match="default_collate: batch must contain tensors"):
        data.default_collate([object()])
    with pytest.raises(RuntimeError, match="each element in list of batch should be of equal size"):
        data.default_collate([[1], [1, 2]])


def test_samplers():
    assert list(data.BatchSampler(range(5), 2, True)) == [[0, 1], [2, 3]]
    rl.manual_seed(0)
    assert sorted(data.RandomSampler(range(5))) == [0, 1, 2, 3, 4]
    assert len(list(data.RandomSampler(range(5), replacement=True, num_samples=40))) == 40
    assert set(data.WeightedRandomSampler([0.0, 1.0, 0.0], 5)) == {1}
    assert sorted(data.SubsetRandomSampler([7, 9])) == [7, 9]
    halves = [list(data.DistributedSampler(range(10), 2, rank)) for rank in (0, 1)]
    assert sorted(i for half in halves for i in half) == list(range(10))


def test_split_and_concatenation():
    rl.manual_seed(0)
    parts = data.random_split(Squares(), [0.55, 0.45])
    assert [len(p) for p in parts] == [6, 4] and sorted(parts[0].indices + parts[1].indices) == list(
        range(10)
    )
    both = Squares() + Squares()
    assert len(both) == 20 and both[13] == (3, 9.0) and both[-1] == (9, 81.0)
    stacked = data.StackDataset(a=Squares(), b=Squares())
    assert stacked[2] == {"a": (2, 4.0), "b": (2, 4.0)}
    with pytest.raises(ValueError, match="does not equal the length of the input dataset"):
        data.random_split(Squares(), [3, 3])


def test_options_exclude_each_other():
    with pytest.raises(ValueError, match="sampler option is mutually exclusive with shuffle"):
        data.DataLoader(Squares(), sampler=[1], shuffle=True)
    loader = data.DataLoader(Squares())
    with pytest.raises(
        ValueError, match="batch_size attribute should not be set after DataLoader is initialized"
    ):
        loader.batch_size = 3
