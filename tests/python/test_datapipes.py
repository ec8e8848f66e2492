"""Chains of steps over data: what they give, in which order, and through the loader's workers."""

from __future__ import annotations

import pickle

import pytest
import rushlight as rl
from rushlight.utils import data
from rushlight.utils.data.datapipes.iter import IterableWrapper
from rushlight.utils.data.datapipes.map import SequenceWrapper


def double(x):
    return 2 * x


def test_steps_one_after_the_other():
    pipe = IterableWrapper(range(7))
    assert list(pipe.map(double).filter(lambda x: x % 4 == 0)) == [0, 4, 8, 12]
    batches = pipe.batch(3)
    assert list(batches) == [[0, 1, 2], [3, 4, 5], [6]] == list(batches) and len(batches) == 3
    assert isinstance(next(iter(batches)), data.DataChunk) and len(pipe.batch(3, drop_last=True)) == 2
    assert list(batches.batch(2).unbatch(2)) == list(range(7)) == list(batches.batch(2).unbatch(-1))
    assert [t.tolist() for t in batches.collate()] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(pipe.zip(IterableWrapper("abc"))) == [(0, "a"), (1, "b"), (2, "c")]
    assert list(IterableWrapper([1]).concat(IterableWrapper([2, 3]))) == [1, 2, 3]
    rows = IterableWrapper([(1, 2), (3, 4)])
    assert list(rows.map(double, input_col=1)) == [(1, 4), (3, 8)]
    assert list(rows.map(lambda a, b: a + b, input_col=[0, 1], output_col=-1)) == [(1, 2, 3), (3, 4, 7)]
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        pipe.nonsense  # noqa: B018
    with pytest.raises(TypeError, match="valid length"):
        len(pipe.filter(double).map(double))
    with pytest.raises(AssertionError, match="larger than 0"):
        pipe.batch(0)
    assert list(pickle.loads(pickle.dumps(pipe.map(double)))) == list(pipe.map(double))


def test_shuffled_steps():
    pipe = IterableWrapper(range(20)).shuffle(buffer_size=5)
    rl.manual_seed(0)
    first, second = list(pipe), list(pipe)
    rl.manual_seed(0)
    assert list(pipe) == first != second and sorted(first) == list(range(20))
    assert first[0] < 6  # of those that wait
    assert list(pipe.set_seed(3)) == list(pipe.set_seed(3))
    assert list(pipe.set_shuffle(False)) == list(range(20))
    keyed = SequenceWrapper(list(range(9))).shuffle()
    assert sorted(keyed) == list(range(9))


def test_steps_with_keys():
    pipe = SequenceWrapper({"a": 1, "b": 2})
    assert pipe.map(double)["b"] == 4 and len(pipe) == 2
    pipe = SequenceWrapper(range(5))
    assert pipe.batch(2)[2] == [4] and pipe.concat(SequenceWrapper([9]))[5] == 9
    assert pipe.zip(pipe.map(double))[3] == (3, 6)
    with pytest.raises(IndexError, match="out of bound"):
        pipe.batch(2)[3]


def test_a_step_of_ones_own_has_a_name():
    @data.functional_datapipe("test_datapipes_twice")
    class Twice(data.IterDataPipe):
        def __init__(self, source):
            self.source = source

        def __iter__(self):
            for item in self.source:
                yield from (item, item)

    assert list(IterableWrapper([1, 2]).test_datapipes_twice()) == [1, 1, 2, 2]
    with pytest.raises(Exception, match="already taken"):
        data.functional_datapipe("test_datapipes_twice")(Twice)
    with pytest.raises(TypeError, match="can only decorate"):
        data.functional_datapipe("other")(list)
    unsure = data.non_deterministic(Twice)
    assert list(unsure([1])) == [1, 1]
    with pytest.raises(TypeError, match="non-deterministic"), data.guaranteed_datapipes_determinism():
        unsure([1])


def test_items_are_compared_with_annotations():
    class Numbers(data.IterDataPipe):
        @data.runtime_validation
        def __iter__(self) -> list[int]:
            yield from (1, "two")

    with pytest.raises(RuntimeError, match="Expected an instance"):
        list(Numbers())
    with data.runtime_validation_disabled():
        assert list(Numbers()) == [1, "two"]

    @data.argument_validation
    def take(pipe: data.IterDataPipe):
        return list(pipe)

    assert take(IterableWrapper([1])) == [1]
    with pytest.raises(TypeError, match="Expected argument 'pipe'"):
        take([1])


@pytest.mark.parametrize("workers", [0, 2])
def test_the_loader_takes_steps(workers):
    pipe = IterableWrapper(range(8)).sharding_filter().map(double)
    loader = data.DataLoader(pipe, batch_size=2, num_workers=workers)
    assert sorted(rl.cat(list(loader)).tolist()) == [0, 2, 4, 6, 8, 10, 12, 14]
    keyed = data.DataLoader(SequenceWrapper(range(4)).map(double), batch_size=2, num_workers=workers)
    assert [batch.tolist() for batch in keyed] == [[0, 2], [4, 6]]
