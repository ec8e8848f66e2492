"""Large and aliased operands: streamed stores, in-place operands, tiles, masks and joins give what small ones give."""

import gc
import threading
import weakref

import numpy as np
import pytest
import rushlight as rl

LARGE = 6_000_000  # three operands of float32 are more than the last-level cache of common machines holds


def test_large_elementwise_results_are_those_of_their_parts():
    rl.manual_seed(0)
    x, y = rl.randn(LARGE), rl.randn(LARGE)
    total, half = x + y, (x * 0.5).to(rl.float64)
    strided = rl.randn(2, LARGE // 2).t() + 1.0
    for at in (0, 12_345, LARGE - 70):
        part = slice(at, at + 70)
        assert total[part].equal(x[part] + y[part])
        assert half[part].equal((x[part] * 0.5).to(rl.float64))
    assert strided.shape == (LARGE // 2, 2)
    assert np.array_equal(strided[-5:].numpy(), strided.clone()[-5:].numpy())


@pytest.mark.parametrize("n", [1, 63, 64, 65, 1000])
@pytest.mark.parametrize("dtype", [rl.float32, rl.float64, rl.int64, rl.int8, rl.bfloat16, rl.complex64])
def test_an_operand_may_be_the_result(n, dtype):
    x = (rl.arange(n) % 50).to(dtype)
    y = (rl.arange(n) % 7 + 1).to(dtype)
    assert x.clone().add_(y).equal(x + y)
    assert x.clone().mul_(y).equal(x * y)
    z = x.clone()
    assert z.add_(z).equal(x + x)
    rl.sub(x, y, out=(out := y.clone()))
    assert out.equal(x - y)


@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8", "c16"])
@pytest.mark.parametrize("shape", [(40, 70), (3, 33, 47), (2, 64, 130), (2100, 1900)])
def test_transposed_copies(dtype, shape):
    x = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    got = rl.from_numpy(x).transpose(-1, -2).contiguous()
    assert np.array_equal(got.numpy(), np.ascontiguousarray(np.swapaxes(x, -1, -2)))


@pytest.mark.parametrize("n", [0, 1, 1000, 100_003])
@pytest.mark.parametrize("dtype", ["f4", "i8", "u1", "c16"])
def test_elements_under_a_mask(n, dtype):
    rng = np.random.default_rng(0)
    x, mask = (rng.random(n) * 100).astype(dtype), rng.random(n) < 0.3
    tx, tm = rl.from_numpy(x), rl.from_numpy(mask)
    assert np.array_equal(tx[tm].numpy(), x[mask])
    assert np.array_equal(rl.masked_select(tx, tm).numpy(), x[mask])
    assert np.array_equal(tm.nonzero().squeeze(1).numpy(), np.flatnonzero(mask))
    assert tx[rl.zeros(n, dtype=rl.bool)].shape == (0,)


def test_a_mask_keeps_the_graph_where_there_is_one():
    x = rl.arange(6.0, requires_grad=True)
    y = x[x > 2]
    y.sum().backward()
    assert x.grad.tolist() == [0, 0, 0, 1, 1, 1]
    with rl.inference_mode():
        assert x[x > 2].is_inference()


def test_gather_checks_every_row():
    x, index = rl.arange(3000.0).view(100, 30), rl.zeros(100, 5, dtype=rl.int64)
    index[73, 4] = 30
    with pytest.raises(RuntimeError, match="index 30 is out of bounds for dimension 1 with size 30"):
        x.gather(1, index)
    index[73, 4] = 29
    assert x.gather(1, index)[73, 4] == x[73, 29]


@pytest.mark.parametrize("dim", [0, 1, 2])
def test_joined_tensors(dim):
    parts = [np.random.rand(*[n if d == dim else 7 for d in range(3)]) for n in (1, 4, 0, 3)]
    got = rl.cat([rl.from_numpy(p) for p in parts], dim)
    assert np.array_equal(got.numpy(), np.concatenate(parts, dim))
    mixed = [rl.from_numpy(parts[0]), rl.from_numpy(parts[1]).transpose(0, 2).contiguous().transpose(0, 2)]
    assert np.array_equal(rl.cat(mixed, dim).numpy(), np.concatenate(parts[:2], dim))
    same = [rl.rand(5, 6) for _ in range(3)]
    assert np.array_equal(rl.stack(same, dim).numpy(), np.stack([s.numpy() for s in same], dim))


@pytest.mark.parametrize("rows", [1, 3, 4, 9])
def test_sums_along_lines(rows):
    x = np.random.default_rng(1).standard_normal((rows, 257))
    assert np.allclose(rl.from_numpy(x).cumsum(1).numpy(), x.cumsum(1), rtol=1e-13)
    values, places = rl.from_numpy(x).cummax(1)
    assert np.array_equal(values.numpy(), np.maximum.accumulate(x, 1))
    assert np.array_equal(np.take_along_axis(x, places.numpy(), 1), values.numpy())


def test_results_are_ordinary_objects():
    x = rl.ones(3) + 1
    x.note = "kept"
    assert x.note == "kept" and x.__dict__ == {"note": "kept"}
    reference = weakref.ref(x)
    x.me = x  # a cycle through the attributes, for the collector
    del x
    gc.collect()
    assert reference() is None


def test_other_threads_run_during_long_calls():
    x = rl.rand(1500, 1500)
    ticks, done = [], threading.Event()

    def count():
        while not done.is_set():
            ticks.append(None)
            done.wait(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    y = rl.mm(x, x)
    during = len(ticks)
    done.set()
    thread.join()
    assert during > 1
    assert y.shape == x.shape


def test_many_threads_may_use_one_tensor():
    x = rl.zeros(50_000)

    def work():
        for _ in range(50):
            x.add_(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert x.min() == x.max() == 200
