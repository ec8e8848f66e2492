"""Times rushlight and PyTorch turn about over the rows of the sweep.

    python benches/sweep [--torch PYTHON] [--threads 1 2] [--only REGEX] [--json FILE] [--write FILE] [--against OLD.json]

Each package runs in a process of its own; their turns alternate, so that a drift of the machine falls on both. ``--torch`` names an
interpreter that can import torch (or set ``RUSHLIGHT_TORCH_PYTHON``); where there is none rushlight is timed alone. ``--json``
keeps the figures, ``--write`` makes the document of them, ``--against`` names what became slower than in former figures, by more
than 15 %, and fails if anything did.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import threading

import layers  # noqa: F401
import pictures  # noqa: F401
import report
import rows  # noqa: F401
from row import ROWS

HERE = pathlib.Path(__file__).parent
LIMIT = 60.0  # seconds for one answer


class Side:
    """A package in a process of its own, started anew where a row has ended it."""

    def __init__(self, python: str, package: str, threads: int):
        self.command = [python, str(HERE / "worker.py"), package, str(threads)]
        limits = {f"{who}_NUM_THREADS": str(threads) for who in ("OMP", "MKL", "OPENBLAS")}
        self.environment = {**os.environ, **limits}
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.environment
        )
        self.version = json.loads(self.process.stdout.readline())["version"]

    def ask(self, **said) -> dict:
        """The worker's answer; an error where it ended or took too long."""
        timer = threading.Timer(LIMIT, self.process.kill)
        timer.start()
        try:
            print(json.dumps(said), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        timer.cancel()
        if line:
            return json.loads(line)
        status = self.process.wait()
        self.start()
        return {"error": f"the process ended ({status})"}

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=30)


def measure(name: str, sides: list[Side], seconds: float, pairs: int) -> dict:
    """Seconds of a call for each side, the ratio of the medians' pairs, or what went wrong."""
    answers = [side.ask(row=name) for side in sides]
    counts = []
    for side, answer in zip(sides, answers):
        count, took = 1, answer.get("seconds", 0.0)
        while "error" not in answer and took < seconds / 4:
            count *= 2 if took > seconds / 40 else 10
            answer.update(side.ask(count=count))
            took = answer.get("seconds", 0.0)
        counts.append(max(1, round(count * seconds / took)) if took else 0)
    found = {"bytes": answers[0].get("bytes", 0), "errors": [a.get("error") for a in answers]}
    if any(found["errors"]):
        return found
    turns = [[s.ask(count=n).get("seconds", float("nan")) / n for s, n in zip(sides, counts)] for _ in range(pairs)]
    found["seconds"] = [statistics.median(column) for column in zip(*turns)]
    if len(sides) == 2:
        found["ratio"] = statistics.median(a / b for a, b in turns)
    return found


def run(options, threads: int) -> dict:
    """The figures of one number of threads."""
    sides = [Side(sys.executable, "rushlight", threads)]
    if options.torch:
        sides.append(Side(options.torch, "torch", threads))
    rates = [side.ask(machine=True) for side in sides]
    results = {}
    for name in options.rows:
        results[name] = found = measure(name, sides, options.seconds, options.pairs)
        if options.verbose:
            print(f"{threads} {name}: {report.line(found)}", flush=True)
    rates += [side.ask(machine=True) for side in sides]
    versions = [side.version for side in sides]
    for side in sides:
        side.close()
    machine = {key: max(r.get(key, 0.0) for r in rates) for key in ("copy", "peak")}
    return {"threads": threads, "versions": versions, "machine": machine, "rows": results}


def has_torch(python: str) -> bool:
    with contextlib.suppress(OSError):
        return subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", default=os.environ.get("RUSHLIGHT_TORCH_PYTHON") or sys.executable, help="interpreter that has PyTorch")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--only", default="", help="rows whose name the expression finds")
    parser.add_argument("--seconds", type=float, default=0.02, help="of a turn")
    parser.add_argument("--pairs", type=int, default=5, help="turns of each side")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--against", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.rows = [name for name in ROWS if re.search(options.only, name)]
    if options.list:
        print("\n".join(options.rows))
        return 0
    former = json.loads(options.against.read_text()) if options.against else None
    if not has_torch(options.torch):
        print(f"{options.torch} cannot import torch: rushlight is timed alone, without ratios (--torch PYTHON)")
        options.torch = None
    runs = [run(options, threads) for threads in options.threads]
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(runs, indent=1))
    print(report.summary(runs))
    if options.write:
        options.write.write_text(report.document(runs))
    if former:
        slower = report.slower(runs, former)
        print("\n".join(slower) or "nothing became slower by more than 15 %")
        return 1 if slower else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
