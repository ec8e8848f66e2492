"""Runs the recorded checks and fails when fewer pass than .ci/floors.json says. Floors only rise: `--raise`."""

import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
FLOORS = HERE / "floors.json"


def seeds(shared: pathlib.Path) -> dict[str, int]:
    """Passing checks of each seed document."""
    run = subprocess.run(
        [sys.executable, "run.py", "--package", "rushlight"], cwd=shared / "seeds", capture_output=True, text=True
    )
    counts: dict[str, int] = {}
    for line in run.stdout.splitlines():
        if match := re.match(r"(pass|FAIL)\s+(\d+)/", line):
            counts.setdefault(f"seeds/{match[2]}", 0)
            counts[f"seeds/{match[2]}"] += match[1] == "pass"
        if line.startswith("FAIL"):
            print("  " + line)
    return counts


def recorded(shared: pathlib.Path, script: str, name: str, *options: str, **variables: str) -> dict[str, int]:
    """Passing cases of each kind of a folder of recorded calls. By one worker: what a case leaves behind, a default device or the
    state of the generator, meets the cases after it, and with two it is chance which these are."""
    out = HERE.parent / "target" / f"{name}.json"
    out.parent.mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, script, *options, "--jobs", "1", "--quiet", "--json", str(out)],
        cwd=shared / "conformance",
        env=os.environ | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    kinds = json.loads(out.read_text())["by_kind"]
    return {f"{name}/{kind}": counts.get("pass", 0) for kind, counts in sorted(kinds.items())}


def main() -> int:
    shared = pathlib.Path(sys.argv[1]).resolve()
    floors = json.loads(FLOORS.read_text())
    passed = seeds(shared) | recorded(shared, "run.py", "conformance", "--package", "rushlight")
    passed |= recorded(
        shared, "vision_run.py", "vision", "--package", "rushlight.vision", "--torch", "rushlight", "--light"
    )
    device = ("--package", "rushlight", "--device", "cuda")
    passed |= recorded(shared, "run.py", "device", *device, RUSHLIGHT_GPU="software")
    low = {name: (passed.get(name, 0), floor) for name, floor in floors.items() if passed.get(name, 0) < floor}
    for name, count in passed.items():
        print(f"  {name:28s} {count:6d} passed, floor {floors.get(name, 0)}")
    if "--raise" in sys.argv:
        raised = {name: max(count, floors.get(name, 0)) for name, count in passed.items()}
        FLOORS.write_text(json.dumps(raised, indent=2) + "\n")
    for name, (count, floor) in low.items():
        print(f"  BELOW THE FLOOR: {name}: {count} < {floor}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
