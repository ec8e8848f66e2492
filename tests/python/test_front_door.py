"""One model, trained from Python and from Rust: the same seed gives the same bits.

``tests/front_door.rs`` is the other program. It leaves its bits in the target directory, so ``cargo test`` comes first,
as in ``make test``.
"""

from __future__ import annotations

import os
import pathlib

import numpy as np
import pytest
import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F

ROOT = pathlib.Path(__file__).resolve().parents[2]
BITS = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "tmp" / "front_door.txt"


class Net(nn.Module):
    """A convolution, a normalisation, dropout, and two linear layers."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.drop = nn.Dropout(0.25)
        self.head = nn.Sequential(nn.Linear(6 * 4 * 4, 16), nn.ReLU(), nn.Linear(16, 5))

    def forward(self, x):
        x = self.norm(self.conv(x)).relu()
        return self.head(self.drop(F.max_pool2d(x, 2).flatten(1)))


def line(name, t):
    words = np.ascontiguousarray(t.detach().numpy()).view(np.uint32).ravel()
    return " ".join([name, *(f"{word:08x}" for word in words)])


def program(make, name):
    torch.manual_seed(7)
    net = Net()
    table = nn.Embedding(4, 64)
    layer_norm = nn.LayerNorm([64])
    x = torch.randn(12, 1, 8, 8)
    words = torch.randint(0, 4, (12,))
    y = torch.randint(0, 5, (12,))
    optimizer = make([*net.parameters(), *table.parameters(), *layer_norm.parameters()])
    lines = []
    for step in range(6):
        optimizer.zero_grad()
        shift = layer_norm(table(words)).reshape(-1, 1, 8, 8)
        logits = net(x + 0.5 * shift)
        loss = F.cross_entropy(logits, y)
        loss = loss + logits.tanh().pow(2).mean() * 0.01
        loss.backward()
        optimizer.step()
        lines.append(line(f"{name} loss {step}", loss))
    net.eval()
    with torch.no_grad():
        lines.append(line(f"{name} eval", net(x)))
    state = net.state_dict()
    lines += [line(f"{name} {key}", state[key]) for key in sorted(state) if key != "norm.num_batches_tracked"]
    lines.append(line(f"{name} table", table.weight))
    lines.append(line(f"{name} next draw", torch.rand(2)))
    return lines


def test_both_doors_lead_to_the_same_bits():
    if not BITS.exists():
        pytest.fail(f"{BITS} is missing: run `cargo test --test front_door` first, as `make test` does")
    level, *expected = BITS.read_text().splitlines()
    assert level == f"level {os.environ.get('RUSHLIGHT_CPU', '')}", "both run at one level of the processor"
    found = program(lambda p: torch.optim.AdamW(p, lr=0.01), "adamw")
    found += program(lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9), "sgd")
    differing = [(a[:60], b[:60]) for a, b in zip(expected, found) if a != b]
    assert not differing, differing
    assert len(expected) == len(found)
