"""A checkpoint from PyTorch, fine-tuned: names are matched, the head is replaced, the rest learns slowly.

    python examples/finetune.py [--checkpoint FILE.pt] [--steps N]

FILE is what ``torch.save`` wrote of the network below, wrapped for several devices or not; without one the example trains
the network on the digits 0 to 4 first and writes such a file itself. The digits 5 to 9 are then learned from it.
"""

from __future__ import annotations

import argparse
import os
import tempfile

import numpy as np
import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F
from rushlight.nn.modules.utils import consume_prefix_in_state_dict_if_present
from sklearn.datasets import load_digits


class Net(nn.Module):
    """A trunk of convolutions and a head."""

    def __init__(self, classes: int):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Flatten(),
        )  # fmt: skip
        self.head = nn.Linear(512, classes)

    def forward(self, x):
        return self.head(self.trunk(x))


def digits(first: int) -> tuple:
    """Images of five digits from ``first`` on, and their numbers from 0."""
    source = load_digits()
    keep = (source.target >= first) & (source.target < first + 5)
    images = torch.from_numpy(source.images[keep].astype(np.float32)).unsqueeze(1) / 16
    return images, torch.from_numpy(source.target[keep] - first)


def train(net: Net, optimizer, x, y, steps: int) -> list:
    """Losses of the steps."""
    losses = []
    for _ in range(steps):
        pick = torch.randint(len(x), (32,))
        loss = F.cross_entropy(net(x[pick]), y[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def pretrain(path: str) -> None:
    """Writes a checkpoint as a program for several devices does."""
    net = Net(5)
    train(net, torch.optim.Adam(net.parameters(), lr=2e-3), *digits(0), steps=60)
    torch.save({"epoch": 1, "model": nn.DataParallel(net).state_dict()}, path)


def main(argv: list | None = None) -> list:
    """Fine-tunes, and returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint")
    parser.add_argument("--steps", type=int, default=60)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    path = args.checkpoint
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path = os.path.join(folder, "digits.pt")
            pretrain(path)
        weights = torch.load(path, map_location="cpu", weights_only=True)["model"]
    consume_prefix_in_state_dict_if_present(weights, "module.")
    weights = {name: value for name, value in weights.items() if not name.startswith("head.")}
    net = Net(5)
    left = net.load_state_dict(weights, strict=False)
    print(f"not in the checkpoint: {', '.join(left.missing_keys)}")
    optimizer = torch.optim.AdamW(
        [{"params": net.trunk.parameters(), "lr": 2e-4}, {"params": net.head.parameters(), "lr": 5e-3}]
    )
    x, y = digits(5)
    losses = train(net, optimizer, x, y, args.steps)
    with torch.no_grad():
        accuracy = (net.eval()(x).argmax(1) == y).float().mean().item()
    print(f"loss {losses[0]:.3f}, then {losses[-1]:.3f}; {accuracy:.1%} right")
    return losses


if __name__ == "__main__":
    main()
