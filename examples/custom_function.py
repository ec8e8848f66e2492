"""A differentiable function of one's own: rounding to few bits, with the gradient of a straight line (Y. Bengio et al.,
arXiv:1308.3432), and a network trained with such weights.

    python examples/custom_function.py [--steps N] [--bits N]
"""

from __future__ import annotations

import argparse

import numpy as np
import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F
from sklearn.datasets import load_digits


class Quantise(torch.autograd.Function):
    """Rounds to ``2 ** bits - 1`` steps between -1 and 1; gradients pass where the value lies between."""

    @staticmethod
    def forward(ctx, x, bits):
        ctx.save_for_backward(x)
        steps = 2 ** (bits - 1) - 1 if bits > 1 else 1
        return (x.clamp(-1, 1) * steps).round() / steps

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (x.abs() <= 1), None


class QuantisedLinear(nn.Linear):
    """A linear layer that computes with rounded weights and learns exact ones."""

    def __init__(self, inputs: int, outputs: int, bits: int):
        super().__init__(inputs, outputs)
        self.bits = bits

    def forward(self, x):
        scale = self.weight.detach().abs().max()
        return F.linear(x, Quantise.apply(self.weight / scale, self.bits) * scale, self.bias)


def main(argv: list | None = None) -> list:
    """Trains, and returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--bits", type=int, default=3)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    source = load_digits()
    x, y = torch.from_numpy(source.data.astype(np.float32)) / 16, torch.from_numpy(source.target)
    net = nn.Sequential(QuantisedLinear(64, 64, args.bits), nn.ReLU(), QuantisedLinear(64, 10, args.bits))
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    losses = []
    for step in range(args.steps):
        pick = torch.randint(len(x), (128,))
        loss = F.cross_entropy(net(x[pick]), y[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % 50 == 0 or step == args.steps - 1:
            print(f"step {step:5d}  loss {losses[-1]:.3f}")
    with torch.no_grad():
        accuracy = (net(x).argmax(1) == y).float().mean().item()
    print(f"{args.bits} bits a weight: {accuracy:.1%} right")
    return losses


if __name__ == "__main__":
    main()
