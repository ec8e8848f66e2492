"""Importing is cheap: NumPy, the standard library, and nothing else."""

import json
import subprocess
import sys

SCRIPT = """
import json, sys
import numpy
def resident():
    try:
        return int(open("/proc/self/status").read().split("VmRSS:")[1].split()[0])
    except OSError:
        return 0
before, memory = set(sys.modules), resident()
import rushlight
new = sorted({name.split(".")[0] for name in set(sys.modules) - before})
print(json.dumps({"new": new, "kib": resident() - memory,
                  "modules": sorted(n for n in sys.modules if n.startswith("rushlight"))}))
"""


def imported():
    out = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def test_only_numpy_besides_the_standard_library(capsys):
    found = imported()
    foreign = [
        m for m in found["new"] if m not in sys.stdlib_module_names and m not in ("rushlight", "numpy")
    ]
    assert not foreign, foreign
    heavy = {
        "asyncio",
        "multiprocessing",
        "unittest",
        "ctypes",
        "sqlite3",
        "tkinter",
        "xml",
        "email",
        "http",
    } & set(found["new"])
    assert not heavy, heavy
    with capsys.disabled():
        print(f" [import adds {found['kib'] / 1024:.1f} MiB of resident memory]", end="")


def test_seldom_used_parts_wait_until_asked():
    names = imported()["modules"]
    assert len(names) < 20, names
    for late in ("rushlight.nn.modules.rnn", "rushlight.optim.adam", "rushlight.vision", "rushlight.testing", "rushlight.onnx", "rushlight.distributed"):
        assert late not in names


def test_nothing_is_printed_and_no_thread_is_started():
    code = "import threading, rushlight; assert threading.active_count() == 1"
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_names_bring_their_files():
    code = """
import sys, rushlight
assert "rushlight.nn" not in sys.modules
net = rushlight.nn.Linear(2, 3)
assert "rushlight.nn.modules.linear" in sys.modules and "rushlight.nn.modules.rnn" not in sys.modules
assert {"Linear", "GRU", "functional", "Parameter"} <= set(dir(rushlight.nn))
from rushlight.nn import *
assert GRU is rushlight.nn.GRU and functional is rushlight.nn.functional
import rushlight.nn.modules.conv
assert rushlight.nn.modules.conv.Conv2d is rushlight.nn.Conv2d
from rushlight.optim.lr_scheduler import StepLR
from rushlight import *
assert nn.Linear is type(net) and optim.SGD and load and Tensor
try:
    rushlight.nn.Liner
except AttributeError as error:
    assert "has no attribute 'Liner'" in str(error)
else:
    raise AssertionError
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
