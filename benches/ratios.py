"""Ours against PyTorch, or against NumPy where there is no PyTorch: the same steps in turn, and the ratios.

    python benches/ratios.py [--torch PYTHON] [--threads 1 2] [--only REGEX] [--seconds 0.5] [--write FILE]

Each side runs in a process of its own, one for a workload; their turns alternate, so that a drift of the machine falls
on both. A ratio below 1 says that rushlight takes less time. ``--torch`` names a Python interpreter that can import
torch (or set ``RUSHLIGHT_TORCH_PYTHON``); PyTorch is never needed in the project's own environment.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import math
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time

from workloads import WORKLOADS

PAIRS = 5
# Threads of the other side may spin for a while after their turn: they must be asleep before ours.
PAUSE = 0.02


def serve(package: str, name: str, threads: int) -> None:
    """Answers each line ``count`` with the seconds that many steps took."""
    module = importlib.import_module(package)
    if package == "numpy":
        step = WORKLOADS[name].numpy(module)
    else:
        module.set_num_threads(threads)
        module.manual_seed(0)
        step = WORKLOADS[name].build(module)
    step()
    print("ready", flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        for _ in range(int(line)):
            step()
        print(time.perf_counter() - began, flush=True)


class Side:
    """One package at one workload, in a process of its own."""

    def __init__(self, python: str, package: str, name: str, threads: int):
        limits = {f"{who}_NUM_THREADS": str(threads) for who in ("OMP", "MKL", "OPENBLAS")}
        self.process = subprocess.Popen(
            [python, __file__, "--serve", package, name, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **limits},
        )  # fmt: skip
        if self.process.stdout.readline().strip() != "ready":
            last = self.process.stderr.read().strip().splitlines() or ["no answer"]
            raise RuntimeError(f"{package}: {last[-1]}")

    def run(self, count: int) -> float:
        time.sleep(PAUSE)
        print(count, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def steps_in(self, seconds: float) -> int:
        count, took = 1, self.run(1)
        while took < seconds / 4:
            count *= 2
            took = self.run(count)
        return max(1, round(count * seconds / took))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=30)


def measure(name: str, threads: int, seconds: float, sides: list[tuple[str, str]]) -> list[float]:
    """Seconds of a step for each side, the median over the pairs; then the median ratio if there are two."""
    open_sides = [Side(python, package, name, threads) for python, package in sides]
    counts = [s.steps_in(seconds / PAIRS) for s in open_sides]
    times = [[s.run(n) / n for s, n in zip(open_sides, counts)] for _ in range(PAIRS)]
    for s in open_sides:
        s.close()
    medians = [statistics.median(column) for column in zip(*times)]
    return medians + ([statistics.median(a / b for a, b in times)] if len(sides) == 2 else [])


def rate(name: str, seconds: float) -> str:
    w = WORKLOADS[name]
    if w.flop:
        return f"{w.flop / seconds / 1e9:.0f} GFLOP/s"
    return f"{w.bytes / seconds / 1e9:.1f} GB/s" if w.bytes else ""


def time_text(seconds: float) -> str:
    return f"{seconds * 1e6:.2f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def has_torch(python: str) -> bool:
    return subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0


def processor() -> str:
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
        return re.search(r"model name\s*:\s*(.*)", text)[1]
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", default=os.environ.get("RUSHLIGHT_TORCH_PYTHON", sys.executable))
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--write", type=pathlib.Path)
    options = parser.parse_args()
    torch = has_torch(options.torch)
    rival = "PyTorch" if torch else "NumPy"
    lines = [f"| workload | threads | rushlight | {rival} | ratio | our rate |", "|---|---|---|---|---|---|"]
    groups: dict[tuple[str, int], list[float]] = {}
    for name, w in WORKLOADS.items():
        if not re.search(options.only, f"{w.group}/{name}"):
            continue
        for threads in options.threads:
            sides = [(sys.executable, "rushlight")]
            if torch:
                sides.append((options.torch, "torch"))
            elif w.numpy:
                sides.append((sys.executable, "numpy"))
            ours, *theirs = measure(name, threads, options.seconds, sides)
            cells = [f"{w.group}/{name}", str(threads), time_text(ours)]
            cells += [time_text(theirs[0]), f"{theirs[1]:.2f}"] if theirs else ["", ""]
            if theirs:
                groups.setdefault((w.group, threads), []).append(theirs[1])
            lines.append("| " + " | ".join([*cells, rate(name, ours)]) + " |")
            print(lines[-1], flush=True)
    summary = ["| group | threads | geometric mean | worst |", "|---|---|---|---|"]
    for (group, threads), ratios in groups.items():
        mean = math.exp(statistics.fmean(map(math.log, ratios)))
        summary.append(f"| {group} | {threads} | {mean:.2f} | {max(ratios):.2f} |")
    print("\n".join(["", *summary]))
    if options.write:
        import rushlight

        text = f"""# Performance

Time of rushlight over that of {rival}, the median of {PAIRS} alternating turns; below 1 rushlight is faster.

- machine: {processor()}, {os.cpu_count()} processors
- date: {datetime.date.today()}, rushlight {rushlight.__version__}
- command: `make bench` ({options.seconds} seconds for each side of a row)

"""
        options.write.parent.mkdir(exist_ok=True)
        options.write.write_text(text + "\n".join([*summary, "", *lines]) + "\n")
        print(f"written to {options.write}")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        sys.exit(main())
