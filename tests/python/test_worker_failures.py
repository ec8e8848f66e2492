"""Loader workers that raise, die, are too slow or not wanted any more: reported, and nothing left behind."""

import faulthandler
import os
import signal
import subprocess
import sys
import time

import pytest
import rushlight as rl
from rushlight.utils import data
from workers import Does, Numbers, children, fields, loader, nothing_left, of, program, pytestmark

__all__ = ["nothing_left", "pytestmark"]


class Strange(Exception):
    def __init__(self, one, two):
        super().__init__(one, two)


class Unreadable:
    def __reduce__(self):
        return int, ("no number",)


def raises(error):
    def function(*_):
        raise error

    return function


@pytest.mark.parametrize(
    "error, kind",
    [(ValueError("why"), ValueError), (KeyError("why"), KeyError), (Strange("why", 2), RuntimeError)],
)
@pytest.mark.parametrize("place", ["dataset", "collate_fn", "worker_init_fn"])
def test_exceptions_arrive_with_their_trace(error, kind, place, nothing_left):
    options = {} if place == "dataset" else {place: raises(error)}
    dataset = Does(raises(error)) if place == "dataset" else Numbers()
    with pytest.raises(kind) as caught:
        list(loader(dataset, **options))
    text = str(caught.value)
    name = type(error).__name__
    assert text.startswith(f"Caught {name} in DataLoader worker process 0.\nOriginal Traceback (most recent")
    assert "in function\n    raise error" in text and "why" in text


def test_the_loader_goes_on_after_an_exception():
    def sample(i):
        if i == 1:
            raise ValueError("one")
        return i

    batches = iter(loader(Does(sample, 5), None))
    assert next(batches) == 0
    with pytest.raises(ValueError, match="one"):
        next(batches)
    assert list(batches) == [2, 3, 4]


def test_classes_that_only_the_worker_knows():
    class Local(LookupError):
        pass

    with pytest.raises(LookupError, match=r"Caught Local in DataLoader worker process 0|Caught LookupError"):
        of(raises(Local("here")))


def test_what_cannot_be_sent_or_read_is_an_error_and_no_hang(nothing_left):
    with pytest.raises(Exception, match=r"(?s)in DataLoader worker process 0.*(pickle|local object)"):
        of(lambda i: lambda: 0)
    batches = iter(loader(Does(lambda i: Unreadable() if i == 1 else i, 4), None))
    assert next(batches) == 0
    with pytest.raises(
        ValueError, match="Caught ValueError reading an answer of DataLoader worker process 1"
    ):
        next(batches)
    assert list(batches) == [2, 3]


def test_results_with_a_history_are_not_sent():
    weight = rl.ones(2, requires_grad=True)
    with pytest.raises(
        RuntimeError, match=r"(?s)in DataLoader worker process 0.*Cowardly refusing to serialize"
    ):
        of(lambda i: weight * i)
    assert [t.tolist() for t in of(lambda i: (weight * i).detach())] == [[0, 0], [1, 1], [2, 2], [3, 3]]


def test_stop_iteration_in_a_dataset_ends_the_loop_with_and_without_workers():
    for workers in (0, 2):
        got = []
        for value in loader(Does(lambda i: i if i < 2 else next(iter(())), 6), None, num_workers=workers):
            got += [value]
        assert got == [0, 1]


DEATHS = {
    "killed": (lambda i: os.kill(os.getpid(), signal.SIGKILL), "is killed by signal: Killed"),
    "segfault": (
        lambda i: (faulthandler.disable(), os.kill(os.getpid(), signal.SIGSEGV)),
        "is killed by signal: Segmentation fault",
    ),
    "exit": (lambda i: os._exit(3), "exited unexpectedly with exit code 3"),
    "sys.exit": (lambda i: sys.exit(4), "exited unexpectedly with exit code 4"),
}


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("death", DEATHS)
def test_a_death_is_reported_at_once(death, persistent, nothing_left):
    die, reason = DEATHS[death]
    dataset = Does(lambda i: die(i) if i == 5 else rl.zeros(20000), 12)
    began = time.monotonic()
    dying = loader(dataset, None, persistent_workers=persistent)
    with pytest.raises(
        RuntimeError, match=r"DataLoader worker \(pid\(s\) \d+\) exited unexpectedly"
    ) as caught:
        list(dying)
    assert reason in str(caught.value.__cause__) and time.monotonic() - began < 4
    if persistent:  # a new pass has new workers
        dataset.what = int
        assert list(dying) == list(range(12))


def test_a_death_is_reported_at_once_though_the_worker_left_a_process_behind():
    def leave(i):
        if os.fork() == 0:
            time.sleep(8)
            os._exit(0)
        os._exit(3)

    began = time.monotonic()
    with pytest.raises(RuntimeError, match="exited unexpectedly"):
        of(leave, num_workers=1)
    assert time.monotonic() - began < 4


def test_a_stopped_worker_is_ended(nothing_left):
    batches = iter(loader(Numbers(1000)))
    next(batches)
    os.kill(batches._workers[0].pid, signal.SIGSTOP)
    began = time.monotonic()
    batches._shutdown_workers(hurry=True)
    assert time.monotonic() - began < 4


def test_a_worker_killed_from_outside(nothing_left):
    batches = iter(loader(Numbers(1000, 1000)))
    next(batches)
    os.kill(batches._workers[1].pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match="exited unexpectedly"):
        list(batches)


def test_a_slow_worker_and_a_timeout(nothing_left):
    slow = loader(Does(lambda i: time.sleep(1 if i == 2 else 0) or i, 4), None, timeout=0.3)
    batches = iter(slow)
    assert [next(batches), next(batches)] == [0, 1]
    with pytest.raises(RuntimeError, match=r"DataLoader timed out after 0\.3 seconds"):
        next(batches)
    with pytest.raises(AssertionError):
        iter(data.DataLoader(Numbers(), timeout=1))


@pytest.mark.parametrize("persistent", [False, True])
def test_a_pass_that_is_dropped_ends_its_workers(persistent, nothing_left):
    kept = loader(Numbers(1000, 20000), persistent_workers=persistent)
    for _ in range(2):
        batches = iter(kept)
        assert next(batches)[0, 0] == 0
        pids = [worker.pid for worker in batches._workers]
        assert set(pids) <= set(children())
    del kept, batches


def test_workers_go_when_their_program_is_killed():
    text = """
import os, time
from rushlight.utils import data
class Slow(data.Dataset):
    def __len__(self): return 10**6
    def __getitem__(self, i): time.sleep(0.01); return os.getpid()
if os.fork() == 0:  # a process that holds copies of what was open is no reason to stay
    time.sleep(60)
for i, batch in enumerate(data.DataLoader(Slow(), 2, num_workers=2, persistent_workers=True)):
    if os.fork() == 0: time.sleep(60)
    print(*batch.tolist(), flush=True)
    if i == 2: break
time.sleep(60)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        workers = {int(pid) for _ in range(3) for pid in process.stdout.readline().split()}
        process.kill()
        process.wait()
        until = time.monotonic() + 8
        while time.monotonic() < until and any(alive(pid) for pid in workers):
            time.sleep(0.05)
        assert len(workers) == 2 and not any(alive(pid) for pid in workers)
    finally:
        os.killpg(process.pid, signal.SIGKILL)


def alive(pid):
    state = fields(pid)
    return bool(state) and state[0] != "Z"


@pytest.mark.parametrize("persistent", ["True", "False"])
def test_ctrl_c_and_leaving_are_quiet_and_quick(persistent):
    text = """
import os, signal, sys, threading, time
from rushlight.utils import data
class Slow(data.Dataset):
    def __len__(self): return 100
    def __getitem__(self, i): time.sleep(60 if i > 3 else 0); return 1
batches = iter(data.DataLoader(Slow(), num_workers=2, persistent_workers=eval(sys.argv[1])))
next(batches)
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
began = time.monotonic()
try:
    list(batches)
except KeyboardInterrupt:
    print(time.monotonic() - began < 2)
print([worker.is_alive() for worker in batches._workers])
"""
    began = time.monotonic()
    done = program(text, persistent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n[]\n", "")
    assert time.monotonic() - began < 15
