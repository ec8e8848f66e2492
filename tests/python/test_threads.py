"""Results are the same to the last bit for any number of threads, and tensors may be used from many."""

import threading

import numpy as np
import pytest
import rushlight as rl
from rushlight.nn import functional as F


@pytest.fixture
def threads():
    """Sets the number of threads; the test leaves it as it was."""
    before = rl.get_num_threads()
    yield rl.set_num_threads
    rl.set_num_threads(before)


def normal(*shape):
    return rl.randn(*shape, generator=rl.Generator().manual_seed(sum(shape)))


CASES = {
    "matmul": lambda: normal(300, 257) @ normal(257, 190),
    "matmul of transposes": lambda: normal(257, 300).t() @ normal(190, 257).t(),
    "matrix by vector": lambda: normal(600, 700) @ normal(700),
    "bmm": lambda: normal(9, 70, 65) @ normal(9, 65, 80),
    "matmul in double precision": lambda: normal(200, 301).double() @ normal(301, 150).double(),
    "matmul in bfloat16": lambda: normal(130, 140).bfloat16() @ normal(140, 120).bfloat16(),
    "conv2d": lambda: F.conv2d(normal(3, 16, 33, 31), normal(24, 16, 3, 3), normal(24), padding=1),
    "conv2d of small images": lambda: F.conv2d(normal(4, 80, 7, 7), normal(96, 80, 3, 3), stride=2, padding=1),
    "conv1d": lambda: F.conv1d(normal(5, 8, 400), normal(16, 8, 5), stride=2),
    "sum": lambda: normal(700, 601).sum(),
    "sum over rows": lambda: normal(700, 601).sum(0),
    "sum over columns": lambda: normal(700, 601).sum(1),
    "sum of a strided tensor": lambda: normal(700, 601)[:, ::2].sum(),
    "mean and variance": lambda: rl.var_mean(normal(500, 801), 1)[0],
    "norm": lambda: normal(300_001).norm(),
    "cumsum": lambda: normal(300, 801).cumsum(1),
    "softmax": lambda: normal(400, 513).softmax(1),
    "softmax over rows": lambda: normal(400, 513).softmax(0),
    "layer_norm": lambda: F.layer_norm(normal(400, 300), (300,), normal(300), normal(300)),
    "batch_norm": lambda: F.batch_norm(normal(32, 20, 21, 21), None, None, training=True),
    "exp": lambda: normal(300_007).exp(),
    "exp of a strided tensor": lambda: normal(700, 601).t()[::2].exp(),
    "addition": lambda: normal(700, 601) + normal(601),
    "max_pool2d": lambda: F.max_pool2d(normal(4, 16, 41, 41), 3, 2),
    "index_select": lambda: normal(500, 400)[rl.arange(499, -1, -1)],
    "sort": lambda: normal(70, 5000).sort(1).values,
    "attention": lambda: F.scaled_dot_product_attention(
        normal(2, 4, 90, 32), normal(2, 4, 90, 32), normal(2, 4, 90, 32)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_any_number_of_threads_gives_the_same_bits(name, threads):
    threads(1)
    want = CASES[name]().reshape(-1).view(rl.uint8).numpy()
    for n in (2, 3, 5):
        threads(n)
        got = CASES[name]().reshape(-1).view(rl.uint8).numpy()
        assert np.array_equal(got, want), f"{name}: {n} threads differ from one"


def test_gradients_too(threads):
    def gradients():
        x, w = normal(4, 8, 20, 20).requires_grad_(), normal(12, 8, 3, 3).requires_grad_()
        F.softmax(F.conv2d(x, w, padding=1).flatten(1), 1).square().sum().backward()
        return x.grad.numpy().tobytes() + w.grad.numpy().tobytes()

    threads(1)
    want = gradients()
    for n in (2, 3, 5):
        threads(n)
        assert gradients() == want, f"{n} threads"


def test_number_of_threads(threads):
    threads(3)
    assert rl.get_num_threads() == 3
    for bad in (0, -1):
        with pytest.raises(RuntimeError):
            threads(bad)
    with pytest.raises(RuntimeError):
        threads("two")
    assert rl.get_num_threads() == 3


def run(count, work):
    """Runs `work(i)` in as many threads at once; raises what any of them raised."""
    errors = []

    def body(i):
        try:
            work(i)
        except BaseException as error:
            errors.append(error)

    team = [threading.Thread(target=body, args=(i,)) for i in range(count)]
    for t in team:
        t.start()
    for t in team:
        t.join()
    if errors:
        raise errors[0]


def test_grad_mode_belongs_to_a_thread():
    def work(i):
        assert rl.is_grad_enabled()
        with rl.set_grad_enabled(i % 2 == 0):
            for _ in range(50):
                assert rl.is_grad_enabled() == (i % 2 == 0)
                assert (rl.ones(1, requires_grad=True) * 2).requires_grad == (i % 2 == 0)

    run(6, work)


def test_backward_from_many_threads():
    """Graphs of their own over a shared leaf: every gradient arrives."""
    shared = rl.ones(64, requires_grad=True)

    def work(i):
        own = rl.full((64,), float(i), requires_grad=True)
        for _ in range(20):
            (shared.detach() * own * own).sum().backward()
        np.testing.assert_allclose(own.grad.numpy(), np.full(64, 40.0 * i))

    run(6, work)


def test_writers_and_readers_of_one_tensor():
    """A reader sees the tensor before or after an in-place op, never between."""
    x = rl.zeros(100_000)

    def work(i):
        for _ in range(40):
            if i == 0:
                x.add_(1)
            else:
                seen = x.clone()
                assert seen.min().item() == seen.max().item()

    run(4, work)
    assert x.min().item() == x.max().item() == 40


def test_an_array_shows_an_index_when_nobody_reads_it():
    """What an op has checked does not change before it is used: an array is made once the op is done."""
    source = rl.arange(1000.0)
    stop = threading.Event()
    fresh = [rl.zeros(2_000_000, dtype=rl.int64)]

    def spoil():
        while not stop.is_set():
            fresh[0].numpy()[:] = 1 << 40

    other = threading.Thread(target=spoil)
    other.start()
    try:
        for _ in range(60):
            fresh[0] = index = rl.zeros(2_000_000, dtype=rl.int64)
            try:
                assert source[index].sum().item() == 0  # all of it from before, or it is refused
            except IndexError as error:
                assert "1099511627776" in str(error)
    finally:
        stop.set()
        other.join()
