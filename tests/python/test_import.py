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
    for late in ("rushlight.vision", "rushlight.testing", "rushlight.onnx", "rushlight.distributed"):
        assert late not in names


def test_nothing_is_printed_and_no_thread_is_started():
    code = "import threading, rushlight; assert threading.active_count() == 1"
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
