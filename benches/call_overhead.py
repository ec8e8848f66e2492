"""What a call costs beside its arithmetic: nanoseconds for ops on 8 floats, each with a budget.

    python benches/call_overhead.py

Fails when a call takes more than twice its budget.
"""

import sys
import timeit

import rushlight as rl
from rushlight import nn

rl.set_num_threads(1)
X, Y = rl.ones(8), rl.ones(8)
W = rl.ones(8, requires_grad=True)


class Plain(nn.Module):
    """Nothing but the call."""

    def forward(self, x):
        return x


PLAIN, LINEAR = Plain(), nn.Linear(8, 8)

# name: (statement, budget in ns)
CALLS = {
    "x + y": (lambda: X + Y, 250),
    "x + y with a node": (lambda: W + Y, 350),
    "x + 1.0": (lambda: X + 1.0, 250),
    "rl.add(x, y)": (lambda: rl.add(X, Y), 300),
    "x.exp()": (lambda: X.exp(), 250),
    "x.add_(y)": (lambda: X.add_(Y), 300),
    "x.shape": (lambda: X.shape, 100),
    "x[0]": (lambda: X[0], 350),
    "module that returns its input": (lambda: PLAIN(X), 250),
    "linear layer": (lambda: LINEAR(X), 1500),
}


def nanoseconds(call, repeats=7, number=20_000):
    """The best of several rounds, less the cost of calling an empty function."""
    empty = min(timeit.repeat(lambda: None, number=number, repeat=repeats))
    return (min(timeit.repeat(call, number=number, repeat=repeats)) - empty) / number * 1e9


def main() -> int:
    slow = []
    print(f"{'call':34s} {'ns':>7s} {'budget':>7s}")
    for name, (call, budget) in CALLS.items():
        took = nanoseconds(call)
        mark = (
            "" if took <= budget else " over budget" if took <= 2 * budget else " FAIL: over twice the budget"
        )
        print(f"{name:34s} {took:7.0f} {budget:7d}{mark}")
        if took > 2 * budget:
            slow.append(name)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
