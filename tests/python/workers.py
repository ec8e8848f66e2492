"""What the tests of loader workers share: datasets, loaders, and a look at what is left behind."""

import gc
import os
import pathlib
import subprocess
import sys

import pytest
import rushlight as rl
from rushlight.utils import data

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="looks at processes as POSIX systems have them"),
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
]


class Numbers(data.Dataset):
    def __init__(self, count=12, size=1):
        self.count, self.size = count, size

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        return rl.full((self.size,), float(i))


class Does(Numbers):
    """Calls a function with each index."""

    def __init__(self, what, count=12):
        super().__init__(count)
        self.what = what

    def __getitem__(self, i):
        return self.what(i)


def loader(dataset, batch_size=2, num_workers=2, **options):
    return data.DataLoader(dataset, batch_size, num_workers=num_workers, **options)


def of(what, count=4, **options):
    """What the workers' function gives, as a list."""
    return list(loader(Does(what, count), None, collate_fn=same, **options))


def same(data):
    return data


def fields(pid):
    """What the system says of a process: its state, its parent, and so on; nothing of one that is no more."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def children():
    """Processes whose parent is this one, dead ones too."""
    found = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in found if fields(pid)[1:2] == [str(os.getpid())]]


@pytest.fixture
def nothing_left():
    """Fails where a test leaves processes, descriptors or shared memory."""
    if not os.path.isdir("/proc/self/fd"):
        yield
        return
    list(loader(Numbers(2)))  # what the first use imports and opens stays
    before = set(children()), len(os.listdir("/proc/self/fd")), set(os.listdir("/dev/shm"))
    yield
    gc.collect()  # exceptions that were caught hold the frames they came through
    after = set(children()), len(os.listdir("/proc/self/fd")), set(os.listdir("/dev/shm"))
    assert after[0] <= before[0] and after[1] <= before[1] and after[2] <= before[2]


def program(text, *args, **options):
    return subprocess.run(
        [sys.executable, "-c", text, *args], capture_output=True, text=True, timeout=60, **options
    )
