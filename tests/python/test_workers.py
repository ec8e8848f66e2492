"""Loader workers: processes that give what one process gives."""

import os
import random
import time

import numpy as np
import pytest
import rushlight as rl
from rushlight.utils import data
from rushlight.utils.data._utils.worker import numpy_seed
from workers import Does, Numbers, loader, nothing_left, of, program, pytestmark

__all__ = ["nothing_left", "pytestmark"]


class Stream(data.IterableDataset):
    def __init__(self, ends):
        self.ends = ends

    def __iter__(self):
        info = data.get_worker_info()
        return iter(range(10 * info.id, 10 * info.id + self.ends[info.id]))


# ---------------------------------------------------------------------- order and chance
@pytest.mark.parametrize("workers", [0, 1, 2, 3])
@pytest.mark.parametrize("context", ["fork", "thread"])
def test_the_order_does_not_depend_on_the_workers(workers, context, nothing_left):
    options = {"multiprocessing_context": context} if workers else {}
    for shuffle in (False, True):
        rl.manual_seed(5)
        alone = rl.cat(list(data.DataLoader(Numbers(), 5, shuffle))).flatten().tolist()
        rl.manual_seed(5)
        got = rl.cat(list(data.DataLoader(Numbers(), 5, shuffle, num_workers=workers, **options)))
        assert got.flatten().tolist() == alone


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_draws_depend_on_the_seed_alone(workers):
    def draws(i):
        return [rl.rand(()).item(), random.random(), np.random.rand(), rl.initial_seed()]

    runs = []
    for _ in range(3):
        rl.manual_seed(11)
        runs.append(of(draws, 6, num_workers=workers))
        (
            rl.rand(3),
            random.random(),
            np.random.rand(),
        )  # what the program draws is none of the workers' business
    assert runs[0] == runs[1] == runs[2]
    assert len({sample[0] for sample in runs[0]}) == 6  # and no worker repeats another


def test_seeds_are_the_base_seed_and_the_number():
    rl.manual_seed(3)
    base = rl.empty((), dtype=rl.int64).random_().item()
    rl.manual_seed(3)
    seeds = of(lambda i: (data.get_worker_info().seed, rl.initial_seed(), rl.rand(2), random.random()))
    for number in (0, 1):
        rl.manual_seed(base + number)
        random.seed(base + number)
        info, initial, drawn, python = seeds[number]
        assert info == initial == base + number and rl.equal(drawn, rl.rand(2)) and python == random.random()


def test_numpy_begins_as_recorded():
    """The mixing function of PyTorch's workers, written out."""
    base, number, mask = 937055941807507096, 3, 0xFFFFFFFF
    constant = 0x43B0D7E5

    def hashed(value):
        nonlocal constant
        value ^= constant
        constant = constant * 0x931E8875 & mask
        value = value * constant & mask
        return value ^ value >> 16

    def mixed(x, y):
        value = (0xCA01F9DD * x & mask) - (0x4973F715 * y & mask) & mask
        return value ^ value >> 16

    pool = [hashed(word) for word in (number, base & mask, base >> 32, 0)]
    for source in range(4):
        for target in range(4):
            if source != target:
                pool[target] = mixed(pool[target], hashed(pool[source]))
    constant, state = 0x8B51F9DD, []
    for value in pool:
        value ^= constant
        constant = constant * 0x58F38DED & mask
        value = value * constant & mask
        state.append(value ^ value >> 16)
    assert numpy_seed(base, number) == state


def test_the_program_s_generator_gives_one_seed_a_pass():
    rl.manual_seed(2)
    rl.empty((), dtype=rl.int64).random_()
    expected = rl.rand(1).item()
    for workers in (1, 3):
        rl.manual_seed(2)
        of(lambda i: rl.rand(1), num_workers=workers)
        assert rl.rand(1).item() == expected


def test_a_generator_of_the_loader_gives_the_seeds():
    generator = rl.Generator().manual_seed(5)
    one = loader(Does(lambda i: data.get_worker_info().seed, 2), None, generator=generator)
    assert [*one, *one] == [
        4095051218741643470,
        4095051218741643471,
        6838803925648402109,
        6838803925648402110,
    ]


def test_threads_have_a_seeded_generator_each():
    def draw(i):
        info = data.get_worker_info()
        return info.id, rl.rand(1, generator=info.generator).item()

    rl.manual_seed(1)
    first = of(draw, multiprocessing_context="thread")
    rl.manual_seed(1)
    assert of(draw, multiprocessing_context="thread") == first and len(set(first)) == 4


# ---------------------------------------------------------------------- what a worker is
def test_workers_are_processes_with_one_thread_and_know_themselves(nothing_left):
    def about(i):
        info = data.get_worker_info()
        return os.getpid(), info.id, info.num_workers, rl.get_num_threads(), info.dataset.count

    found = of(about)
    assert {sample[1:] for sample in found} == {(0, 2, 1, 4), (1, 2, 1, 4)}
    assert len({sample[0] for sample in found} | {os.getpid()}) == 3
    assert data.get_worker_info() is None and rl.get_num_threads() > 0


def test_what_a_worker_is_told_cannot_be_changed():
    def change(i):
        info = data.get_worker_info()
        assert repr(info).startswith(f"WorkerInfo(id={info.id}, num_workers=2, seed=")
        info.id = 3

    with pytest.raises(RuntimeError, match="Cannot assign attributes to WorkerInfo objects"):
        of(change)


def test_every_worker_has_a_dataset_of_its_own():
    class Counts(Numbers):
        seen = 0

        def __getitem__(self, i):
            self.seen += 1
            return self.seen

    dataset = Counts(4)
    assert list(loader(dataset, None)) == [1, 1, 2, 2] and dataset.seen == 0
    kept = loader(dataset, None, persistent_workers=True)
    assert list(kept) == [1, 1, 2, 2] and list(kept) == [3, 3, 4, 4]


def test_worker_init_fn_changes_the_worker_s_dataset():
    def start(number):
        data.get_worker_info().dataset.count = 100 + number

    got = of(lambda i: data.get_worker_info().dataset.count, worker_init_fn=start)
    assert got == [100, 101, 100, 101]


def test_a_forked_worker_computes():
    """The threads of the engine do not survive a fork; a worker does without."""
    rl.randn(300, 300) @ rl.randn(300, 300)

    def work(i):
        x = rl.randn(200, 200, requires_grad=True)
        (x @ x).sum().backward()
        return x.grad.shape, rl.randn(500000).sort()[0].shape

    assert of(work) == [((200, 200), (500000,))] * 4


@pytest.mark.parametrize("context", ["spawn", "forkserver"])
def test_spawned_workers_give_the_same(context):
    rl.manual_seed(4)
    forked = rl.cat(list(loader(Numbers(), shuffle=True)))
    rl.manual_seed(4)
    assert rl.equal(rl.cat(list(loader(Numbers(), shuffle=True, multiprocessing_context=context))), forked)


def test_what_cannot_be_pickled_cannot_be_spawned(nothing_left):
    with pytest.raises((AttributeError, TypeError, Exception), match=r"pickle|local object"):
        iter(loader(Does(lambda i: i), multiprocessing_context="spawn"))


# ---------------------------------------------------------------------- what comes back
def test_tensors_come_back_as_they_were(nothing_left):
    def sample(i):
        large = rl.arange(30000.0).view(100, 300)
        return {
            "half": rl.tensor([i], dtype=rl.float16),
            "brain": rl.tensor([i], dtype=rl.bfloat16),
            "complex": rl.tensor([1j * i]),
            "truth": rl.tensor([True]),
            "empty": rl.empty(0, 3),
            "number": rl.tensor(i),
            "column": large[:, 3],
            "turned": large.t(),
            "leaf": rl.ones(2, requires_grad=True),
            "parameter": rl.nn.Parameter(rl.ones(2)),
            "array": np.arange(20000).reshape(2, -1),
            "text": "text",
        }

    for got, wanted in zip(of(sample), map(sample, range(4))):
        for name, value in wanted.items():
            other = got[name]
            assert type(other) is type(value), name
            if isinstance(value, rl.Tensor):
                assert other.dtype == value.dtype and rl.equal(other, value), name
                assert other.requires_grad == value.requires_grad and other.is_leaf, name
            elif name == "array":
                assert (other == value).all() and other.flags.writeable
            else:
                assert other == value


def test_batches_are_the_loader_s_own():
    """Each tensor has memory of its own, aligned, that can be written and trained on."""
    for size in (3, 100000):
        for batch in loader(Numbers(4, size)):
            assert batch.untyped_storage().nbytes() == batch.nbytes and batch.data_ptr() % 16 == 0
            assert not batch._is_view()
            batch.add_(1)
            batch.requires_grad_().sum().backward()
            assert batch.grad.sum() == batch.numel()


def test_large_batches_are_shared_not_copied():
    (batch,) = loader(Numbers(2, 100000), num_workers=1)
    assert batch.is_shared() and batch[1:].is_shared() and not batch.clone().is_shared()


def test_thousands_of_batches_need_no_descriptors():
    text = """
import resource, rushlight as rl
from rushlight.utils import data
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
class Large(data.Dataset):
    def __len__(self): return 200
    def __getitem__(self, i): return rl.full((20000,), float(i))
batches = list(data.DataLoader(Large(), num_workers=2))
assert [int(b[0, 0]) for b in batches] == list(range(200))
"""
    done = program(text)
    assert done.returncode == 0, done.stderr


def test_tasks_and_answers_larger_than_a_pipe():
    """Neither side waits for the other with its hands full."""
    count = 200000
    tasks = [list(range(count))] * 6
    got = list(data.DataLoader(range(count), num_workers=2, batch_sampler=tasks, collate_fn=list))
    assert [len(one) for one in got] == [count] * 6


def test_batches_that_are_made_first_come_first_if_asked():
    slow = Does(lambda i: time.sleep(0.6) or i if i == 0 else i, 6)
    got = list(loader(slow, None, in_order=False))
    assert sorted(got) == list(range(6)) and got[0] != 0
    assert list(loader(slow, None)) == list(range(6))


def test_streams_of_unequal_length():
    for kept in (False, True):
        both = loader(Stream([1, 4]), persistent_workers=kept)
        for _ in range(2):
            assert [batch.tolist() for batch in both] == [[0], [10, 11], [12, 13]]
    assert [b.tolist() for b in loader(Stream([3, 2, 0]), num_workers=3)] == [[0, 1], [10, 11], [2]]


def test_a_stream_longer_than_it_says_warns():
    class Long(data.IterableDataset):
        def __iter__(self):
            return iter(range(3))

        def __len__(self):
            return 3

    twice = loader(Long(), None)
    assert len(twice) == 3
    with pytest.warns(UserWarning, match="properly configuring the IterableDataset replica at each worker"):
        assert len(list(twice)) == 6


# ---------------------------------------------------------------------- what is checked
def test_contexts_are_checked():
    with pytest.raises(ValueError, match=r"should specify a valid start method in \['fork', 'spawn'"):
        loader(Numbers(), multiprocessing_context="rocket")
    with pytest.raises(TypeError, match="should be a valid context object or a string"):
        loader(Numbers(), multiprocessing_context=3)
    with pytest.raises(ValueError, match=r"can only be used with multi-process loading \(num_workers > 0\)"):
        data.DataLoader(Numbers(), multiprocessing_context="fork")
    with pytest.raises(AssertionError):
        iter(loader(Numbers(), prefetch_factor=0))
    assert (
        loader(Numbers(), multiprocessing_context="spawn").multiprocessing_context.get_start_method()
        == "spawn"
    )


def test_warnings():
    with pytest.warns(
        UserWarning, match="This DataLoader will create 500 worker processes in total. Our sugg"
    ):
        loader(Numbers(), num_workers=500)
    with pytest.warns(UserWarning, match="'pin_memory' argument is set as true but no accelerator is found"):
        list(data.DataLoader(Numbers(), pin_memory=True))


# ---------------------------------------------------------------------- memory that is used again
def test_what_is_held_is_never_written_again():
    """Batches, and views, arrays and buffers made of them, keep their values while blocks go round."""
    held = []
    for i, batch in enumerate(loader(Numbers(120, 20000), 2)):
        value = batch[0, 0].item()
        if i % 3 == 0:
            held.append(
                (
                    value,
                    (batch, batch[0], batch.numpy(), memoryview(batch.numpy()), batch.view(rl.uint8))[i % 5],
                )
            )
    for value, thing in held:
        flat = rl.as_tensor(np.asarray(thing))
        if flat.dtype == rl.uint8:
            flat = flat.view(rl.float32)
        assert flat.flatten()[0] == value


def test_what_a_child_holds_is_never_written_again():
    batches = iter(loader(Numbers(200, 20000), 1, num_workers=1))
    for _ in range(5):
        batch = next(batches)
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.read(ours, 1)
            code = 0 if (batch == 4).all() else 2
        finally:
            os._exit(code)
    del batch
    assert [next(batches)[0, 0].item() for _ in range(20)] == list(range(5, 25))
    os.write(theirs, b"x")
    assert os.waitpid(pid, 0)[1] == 0
    os.close(ours), os.close(theirs)


def test_blocks_go_round_and_grow(nothing_left):
    """A pass maps a few blocks, however many batches it has, and batches of any size find one."""
    from rushlight.multiprocessing import _memory

    sizes = [20000 + 3000 * (i % 7) + 5000 * (i // 20) for i in range(200)]
    most = 0
    for i, batch in enumerate(loader(Does(lambda i: rl.full((sizes[i],), float(i)), 200), None)):
        assert batch.numel() == sizes[i] and (batch == i).all()
        most = max(most, len(_memory._live))
    assert most <= 2 * 8 + 1
    kept = list(loader(Numbers(60, 20000), None))
    assert [int(batch[0]) for batch in kept] == list(range(60))


def test_a_pass_may_end_before_its_batches():
    batches = iter(loader(Numbers(40, 20000), None))
    some = [next(batches) for _ in range(12)]
    del batches
    assert [int(batch[-1]) for batch in some] == list(range(12))
