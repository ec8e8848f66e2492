"""What the figures say: by family, the worst rows, the distance to the machine, and what became slower."""

from __future__ import annotations

import datetime
import math
import os
import pathlib
import platform
import re
import statistics

from row import ROWS

WORST = 40


def mean(ratios: list[float]) -> float:
    """The geometric mean."""
    return math.exp(statistics.fmean(map(math.log, ratios)))


def clock(seconds: float) -> str:
    """Seconds in the unit that suits them."""
    return f"{seconds * 1e6:.2f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def line(found: dict) -> str:
    """A row's figures in words."""
    if "seconds" not in found:
        return "; ".join(f"{who}: {e}" for who, e in zip(("rushlight", "PyTorch"), found["errors"]) if e)
    return " / ".join(map(clock, found["seconds"])) + (f" = {found['ratio']:.2f}" if "ratio" in found else "")


def limit(name: str, found: dict, machine: dict) -> tuple[str, float] | None:
    """Which of the machine's limits binds a row, and the share of it that the row reaches."""
    row = ROWS.get(name)
    if row is None or "seconds" not in found:
        return None
    if row.flop and machine["peak"]:
        return "product", row.flop / found["seconds"][0] / machine["peak"]
    if row.streams and machine["copy"] and found["bytes"] > 8e6:  # what fits a cache goes faster than memory
        return "copy", found["bytes"] / found["seconds"][0] / machine["copy"]
    return None


def table(head: str, lines: list[list[str]]) -> str:
    cells = head.split(" | ")
    return "\n".join("| " + " | ".join(row) + " |" for row in [cells, ["---"] * len(cells), *lines])


def families(run: dict) -> str:
    """The table by family."""
    names: dict[str, list[str]] = {}
    for name in run["rows"]:
        names.setdefault(name.split("/")[0], []).append(name)
    names["with gradients"] = [n for n in run["rows"] if "+grad" in n]
    names["all"] = list(run["rows"])
    lines = []
    for family, members in names.items():
        ratios = {n: run["rows"][n]["ratio"] for n in members if "ratio" in run["rows"][n]}
        shares = [limit(n, run["rows"][n], run["machine"]) for n in members if "+grad" not in n]
        reached = {kind: [s[1] for s in shares if s and s[0] == kind] for kind in ("copy", "product")}
        figures = ["", "", ""]
        if ratios:
            worst = max(ratios, key=ratios.__getitem__)
            faster = sum(r < 1 for r in ratios.values()) / len(ratios)
            figures = [f"{mean(list(ratios.values())):.2f}", f"{faster:.0%}", f"{ratios[worst]:.2f} ({worst})"]
        rates = [f"{statistics.median(s):.0%}" if s else "" for s in reached.values()]
        if members:
            lines.append([family, str(len(members)), *figures, *rates])
    return table("family | rows | mean | faster | worst | of a copy | of a product", lines)


def failed(run: dict) -> list[str]:
    """Rows without a time of ours, or that PyTorch alone refuses (then the row is wrong)."""
    return [f"{name}: {line(found)}" for name, found in run["rows"].items() if "seconds" not in found]


def behind(run: dict) -> str:
    """The rows with the greatest ratios."""
    rows = sorted((f for f in run["rows"].items() if "ratio" in f[1]), key=lambda f: -f[1]["ratio"])[:WORST]
    lines = []
    for name, found in rows:
        share = limit(name, found, run["machine"])
        ours, theirs = map(clock, found["seconds"])
        lines.append([name, ours, theirs, f"{found['ratio']:.2f}", f"{share[1]:.0%} of a {share[0]}" if share else ""])
    return table("row | rushlight | PyTorch | ratio | rate", lines) if lines else ""


def section(run: dict) -> str:
    """One number of threads."""
    copy, peak = run["machine"]["copy"] / 1e9, run["machine"]["peak"] / 1e9
    parts = [
        f"## {run['threads']} thread{'s' * (run['threads'] > 1)}",
        f"A copy of 16 MB moves {copy:.1f} GB/s, a float32 product of 1024 x 1024 computes {peak:.0f} GFLOP/s (the better package).",
        families(run),
    ]
    if behind(run):
        parts.append(f"The {WORST} rows with the greatest ratios:\n\n{behind(run)}")
    if failed(run):
        parts.append("Not timed:\n\n" + "\n".join(f"- {text}" for text in failed(run)))
    return "\n\n".join(parts)


def summary(runs: list[dict]) -> str:
    """The document without its head, for the terminal."""
    return "\n\n".join(section(run) for run in runs)


def processor() -> str:
    try:
        return re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


def document(runs: list[dict]) -> str:
    """docs/PERFORMANCE.md."""
    versions = runs[0]["versions"]
    said = f"rushlight {versions[0]}" + (f", PyTorch {versions[1]}" if len(versions) > 1 else "; no PyTorch was there to compare")
    return f"""# Performance

Time of rushlight over that of PyTorch: below 1 rushlight is faster. Each row is timed in turns, the ratio is the median of the
pairs, the mean is geometric. `+grad` is forward and backward. The last columns say how near our forward rows come to the machine:
those that read and write more than 8 MB to the bandwidth of a copy, products and convolutions to the best rate of a square product
(the median of the family).

- machine: {processor()}, {os.cpu_count()} processors
- date: {datetime.date.today()}, {said}
- command: `make bench`; `make bench-diff` names what became slower since

{summary(runs)}
"""


def slower(runs: list[dict], former: list[dict]) -> list[str]:
    """Rows that take 15 % longer, by the clock without the machine's drift, and against PyTorch where both runs have it."""
    old = {(run["threads"], name): found for run in former for name, found in run["rows"].items() if "seconds" in found}
    texts = []
    for run in runs:
        pairs = {n: (f, old[run["threads"], n]) for n, f in run["rows"].items() if "seconds" in f and (run["threads"], n) in old}
        growth = {n: now["seconds"][0] / before["seconds"][0] for n, (now, before) in pairs.items()}
        drift = statistics.median(growth.values()) if growth else 1.0
        for name, (now, before) in pairs.items():
            against = now["ratio"] / before["ratio"] if "ratio" in now and "ratio" in before else math.inf
            if min(growth[name] / drift, against) > 1.15:
                texts.append(f"{run['threads']} {name}: {line(before)} became {line(now)}")
    return texts
