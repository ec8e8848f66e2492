"""Mixed precision: most of a network in 16 bits, its weights and what is delicate in 32, and gradients scaled to fit.

    python examples/mixed_precision.py [--steps N] [--seed N] [--dtype bfloat16|float16]

A small convolutional network on digits drawn on the spot. ``autocast`` chooses the precision of each operation;
``GradScaler`` multiplies the loss, so that gradients in float16 are not lost below its smallest number, and leaves
steps out whose gradients are not finite. Every second step changes the weights: gradients of two batches are added.
"""

from __future__ import annotations

import argparse

import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F

BATCH, PARTS = 32, 2
FONT = (  # six rows of three dots for each digit, a bit a dot
    *(0o767655, 0o111111, 0o747171, 0o717171, 0o117555, 0o717474, 0o757474, 0o111117, 0o757575, 0o717575),
)


class Net(nn.Module):
    """Two convolutions with norms, and a linear layer."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2))
        self.second = nn.Sequential(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Linear(32 * 4 * 4, 10)

    def forward(self, x):
        return self.head(self.second(self.first(x)).flatten(1))


def draw(count: int) -> tuple:
    """Digits of 6 rows and 3 columns, twice as large, anywhere in 16 x 16, with noise."""
    bits = torch.tensor(FONT)[:, None].bitwise_right_shift(torch.arange(17, -1, -1)).bitwise_and(1)
    shapes = bits.view(10, 6, 3).repeat_interleave(2, 1).repeat_interleave(2, 2).float()
    labels = torch.randint(10, (count,))
    images = torch.zeros(count, 1, 16, 16)
    rows, columns = torch.randint(5, (count, 1, 1)), torch.randint(11, (count, 1, 1))
    at = torch.arange(count)[:, None, None]
    images[at, 0, rows + torch.arange(12)[:, None], columns + torch.arange(6)] = shapes[labels]
    return images + 0.3 * torch.randn(images.shape), labels


def main(argv: list | None = None) -> list:
    """Trains, and returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dtype", choices=["bfloat16", "float16"], default="bfloat16")
    args = parser.parse_args(argv)
    torch.manual_seed(args.seed)
    dtype = getattr(torch, args.dtype)
    net = Net()
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    scaler = torch.amp.GradScaler("cpu", enabled=dtype is torch.float16)
    losses = []
    for step in range(args.steps):
        images, labels = draw(BATCH)
        with torch.autocast("cpu", dtype=dtype):
            scores = net(images)
            loss = F.cross_entropy(scores, labels)
        assert scores.dtype is dtype and net.head.weight.dtype is torch.float32
        scaler.scale(loss / PARTS).backward()
        if step % PARTS == PARTS - 1:
            scaler.unscale_(optimizer)  # what is clipped are the gradients themselves
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
        losses.append(loss.item())
        if step % 50 == 0 or step == args.steps - 1:
            print(f"step {step:4d}  loss {losses[-1]:.3f}  scale {scaler.get_scale():g}")
    net.eval()
    images, labels = draw(500)
    with torch.no_grad(), torch.autocast("cpu", dtype=dtype):
        right = (net(images).argmax(1) == labels).float().mean()
    print(f"right: {right:.1%}")
    return losses


if __name__ == "__main__":
    main()
