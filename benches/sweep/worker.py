"""One package in a process of its own: it makes rows and times them, as the lines of its input say.

In comes a JSON object a line: ``{"row": name}`` makes a row and answers with the seconds of a call and its bytes,
``{"count": n}`` with the seconds of n calls, ``{"machine": true}`` with the rates of a copy and of a product.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import warnings

import layers  # noqa: F401
import pictures  # noqa: F401
import rows  # noqa: F401
from row import ROWS


def tensors(t, value) -> list:
    """The tensors of nested sequences."""
    if isinstance(value, t.Tensor):
        return [value]
    return [x for part in value for x in tensors(t, part)] if isinstance(value, list | tuple) else []


def touched(t, value) -> int:
    """Bytes that cannot be avoided: an axis of stride 0 is read once."""
    total = 0
    for x in tensors(t, value):
        count = 1
        for size, stride in zip(x.shape, x.stride()):
            count *= size if stride else 1
        total += count * x.element_size()
    return total


def step_of(t, row):
    """The call to time, and the bytes that it reads and writes."""
    f, args = row.make(t)
    if not row.grad:
        moved = touched(t, args) + touched(t, f(*args)) if row.streams else 0

        def step(f=f, args=args):
            return f(*args)

        return step, moved
    inputs = [x.requires_grad_() for x in tensors(t, args) if x.is_floating_point() and x.is_leaf]
    if isinstance(f, t.nn.Module):
        inputs += [p for p in f.parameters() if p.requires_grad]
    results = [y for y in tensors(t, f(*args)) if y.requires_grad]
    seeds = [t.ones_like(y) for y in results]

    def step():
        results = [y for y in tensors(t, f(*args)) if y.requires_grad]
        return t.autograd.grad(results, inputs, seeds, allow_unused=True)

    return step, 2 * touched(t, inputs) + 2 * touched(t, results)


def timed(step, count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        step()
    return time.perf_counter() - began


def best(step, count: int = 7) -> float:
    step()
    return min(timed(step, 1) for _ in range(count))


def machine(t) -> dict:
    """Bytes a second of a copy, operations a second of a product: what stands for the machine's own."""
    x, y, a = t.rand(4_000_000), t.empty(4_000_000), t.rand(1024, 1024)
    return {"copy": 32e6 / best(lambda: y.copy_(x)), "peak": 2 * 1024**3 / best(lambda: t.mm(a, a))}


def main(package: str, threads: int) -> None:
    warnings.simplefilter("ignore")
    t = importlib.import_module(package)
    t.set_num_threads(threads)
    print(json.dumps({"version": t.__version__}), flush=True)
    step = None
    for line in sys.stdin:
        said = json.loads(line)
        try:
            if "row" in said:
                t.manual_seed(0)
                step, moved = step_of(t, ROWS[said["row"]])
                step()
                answer = {"seconds": timed(step, 1), "bytes": moved}
            elif "count" in said:
                answer = {"seconds": timed(step, said["count"])}
            else:
                answer = machine(t)
        except Exception as error:  # a row that one side lacks is a row of the report
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
