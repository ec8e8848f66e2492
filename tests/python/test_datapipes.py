"""Chains of steps over data: what they give, in which order, and through the loader's workers."""

from __future__ import annotations

import pickle

import pytest
import rushlight as rl
from rushlight.utils import data
from rushlight.utils.data import graph, graph_settings
from rushlight.utils.data.datapipes.iter import FileLister, FileOpener, IterableWrapper
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


def odd(x):
    return x % 2


def test_a_step_is_cut_and_put_together():
    even, other = IterableWrapper(range(6)).demux(2, odd)
    assert list(other) == [1, 3, 5] and list(even) == [0, 2, 4]
    one, two = IterableWrapper(range(4)).fork(2)
    assert list(one) == list(two) == [0, 1, 2, 3]
    assert list(zip(one, two, strict=True)) == [(i, i) for i in range(4)]
    assert list(pickle.loads(pickle.dumps(one))) == [0, 1, 2, 3]
    begun = iter(one)
    assert next(begun) == 0 and list(two) == [0, 1, 2, 3] and list(two) == [0, 1, 2, 3]
    with pytest.raises(RuntimeError, match="invalidated"):
        next(begun)
    with pytest.raises(BufferError, match="buffer size 3 is insufficient"):
        list(IterableWrapper(range(9)).fork(2, buffer_size=3)[0])
    with pytest.raises(ValueError, match=r"between 0 and 1\. 2 is returned"):
        list(IterableWrapper(range(4)).demux(2, int)[0])
    assert list(IterableWrapper(range(3)).mux(IterableWrapper([10, 11]))) == [0, 10, 1, 11]
    with pytest.raises(TypeError, match="Expected all inputs"):
        IterableWrapper([1]).concat([2])


def test_items_are_brought_together():
    words = IterableWrapper(["ab", "ac", "bd", "a"])
    assert list(words.groupby(lambda w: w[0], group_size=2)) == [["ab", "ac"], ["bd"], ["a"]]
    assert list(words.groupby(lambda w: w[0], keep_key=True)) == [("a", ["ab", "ac", "a"]), ("b", ["bd"])]
    full = {"buffer_size": 2, "group_size": 2, "guaranteed_group_size": 2}
    with pytest.raises(RuntimeError, match="Failed to group"):
        list(IterableWrapper("abab").groupby(str, **full))
    assert list(IterableWrapper("abbb").groupby(str, drop_remaining=True, **full)) == [["b", "b"], ["b"]]
    with pytest.raises(ValueError, match="Boolean output is required"):
        list(words.filter(len))


def test_files_are_listed_opened_and_read(tmp_path):
    (tmp_path / "below").mkdir()
    for name in ("b.txt", "a.txt", "c.bin", "below/d.txt"):
        (tmp_path / name).write_text(f"in {name}")
    names = [path.removeprefix(f"{tmp_path}/") for path in FileLister(str(tmp_path), "*.txt")]
    assert names == ["a.txt", "b.txt"]
    every = FileLister([str(tmp_path)], ["*.bin", "d*"], recursive=True, length=2)
    assert [path.removeprefix(f"{tmp_path}/") for path in every] == ["c.bin", "below/d.txt"] and len(
        every
    ) == 2
    assert [text for _, text in every.open_files().read_from_stream()] == ["in c.bin", "in below/d.txt"]
    read = every.open_files(mode="b").read_from_stream(chunk=6)
    assert [text for _, text in read] == [b"in c.b", b"in", b"in bel", b"ow/d.t", b"xt"]
    with pytest.raises(FileNotFoundError):
        list(FileLister(str(tmp_path / "none")))
    with pytest.raises(ValueError, match="Invalid mode w"):
        FileOpener([], mode="w")


def test_settings_reach_the_steps_before():
    pipe = IterableWrapper(range(8)).shuffle().sharding_filter().batch(2)
    steps = graph_settings.get_all_graph_pipes(graph.traverse_dps(pipe))
    assert str(steps) == (
        "[BatcherIterDataPipe, ShardingFilterIterDataPipe, ShufflerIterDataPipe, IterableWrapperIterDataPipe]"
    )
    graph_settings.apply_sharding(pipe, 2, 1)
    assert list(graph_settings.apply_shuffle_settings(pipe, shuffle=False)) == [[1, 3], [5, 7]]
    graph_settings.apply_shuffle_settings(pipe, shuffle=True)
    drawn = []
    for _ in range(2):
        graph_settings.apply_random_seed(pipe, rl.Generator().manual_seed(3))
        drawn.append(list(pipe))
    assert drawn == [[[1, 5], [7, 0]]] * 2  # as PyTorch 2.13 draws
    with pytest.raises(RuntimeError, match="Sharding twice"):
        graph_settings.apply_sharding(pipe.sharding_filter(), 2, 0)
    with pytest.raises(ValueError, match="should be smaller"):
        graph_settings.apply_sharding(pipe, 2, 2)
    with pytest.raises(RuntimeError, match="Expected `IterDataPipe`"):
        graph.traverse_dps(3)


def test_the_loader_shuffles_steps():
    rl.manual_seed(0)
    loader = data.DataLoader(IterableWrapper(range(10)).shuffle(), batch_size=5, shuffle=True)
    first, second = ([batch.tolist() for batch in loader] for _ in range(2))
    assert first != second and sorted(first[0] + first[1]) == sorted(second[0] + second[1]) == list(range(10))
    plain = data.DataLoader(IterableWrapper(range(6)).shuffle(), batch_size=6, shuffle=False)
    assert next(iter(plain)).tolist() == list(range(6))
    with pytest.warns(UserWarning, match="does not contain a `Shuffler`"):
        data.DataLoader(IterableWrapper([1]), shuffle=True)


@pytest.mark.parametrize(
    "way",
    [{}, {"persistent_workers": True}, {"multiprocessing_context": "thread"}],
    ids=["new", "kept", "threads"],
)
def test_workers_share_one_shuffle(way):
    pipe = IterableWrapper(range(12)).shuffle().sharding_filter()
    loader = data.DataLoader(pipe, batch_size=None, num_workers=2, **way)
    passes = [[int(item) for item in loader] for _ in range(2)]
    assert passes[0] != passes[1]
    assert (
        sorted(passes[0]) == sorted(passes[1]) == list(range(12))
    )  # each item once: all drew the same order
