"""Children forked in the middle of the work of other threads."""

import os
import signal
import threading
import time

import pytest
import rushlight as rl

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def child(work):
    """What a forked child answers: 0 if `work` holds in it, and soon."""
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    end = time.time() + 60
    while time.time() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "hangs"


def busy(stop):
    """Draws, asks for large blocks and gives them back, uses the pool."""
    while not stop.is_set():
        x = rl.rand(300_000)
        (x + x).sum()
        rl.set_num_threads(2 + rl.get_num_threads() % 2)


def test_a_child_computes_whatever_was_going_on():
    before = rl.get_num_threads()
    want = (rl.arange(400_000.0) * 2).sum().item()

    def work():
        rl.manual_seed(1)
        first = rl.rand(300_000)
        rl.manual_seed(1)
        return first.equal(rl.rand(300_000)) and (rl.arange(400_000.0) * 2).sum().item() == want

    stop = threading.Event()
    others = [threading.Thread(target=busy, args=(stop,), daemon=True) for _ in range(2)]
    rl.set_num_threads(2)
    try:
        [t.start() for t in others]
        assert [child(work) for _ in range(25)] == [0] * 25
    finally:
        stop.set()
        [t.join() for t in others]
        rl.set_num_threads(before)


def test_a_child_has_threads_of_its_own():
    before = rl.get_num_threads()
    rl.set_num_threads(2)
    try:
        x = rl.rand(500, 500)
        want = x @ x
        assert child(lambda: rl.get_num_threads() == 2 and (x @ x).equal(want)) == 0
    finally:
        rl.set_num_threads(before)
