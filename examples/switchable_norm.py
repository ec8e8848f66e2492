"""A normalisation layer of one's own: SwitchableNorm (P. Luo et al., *Differentiable learning-to-normalize via switchable
normalization*, arXiv:1806.10779) learns how much to take of instance, layer and batch statistics.

    python examples/switchable_norm.py [--steps N]
"""

from __future__ import annotations

import argparse

import numpy as np
import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F
from sklearn.datasets import load_digits


class SwitchableNorm2d(nn.Module):
    """Normalises images by a learned mixture of three kinds of statistics."""

    def __init__(self, channels: int, eps: float = 1e-5, momentum: float = 0.9):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.mean_weight = nn.Parameter(torch.ones(3))
        self.var_weight = nn.Parameter(torch.ones(3))
        self.register_buffer("running_mean", torch.zeros(1, channels, 1))
        self.register_buffer("running_var", torch.ones(1, channels, 1))

    def forward(self, x):
        flat = x.flatten(2)
        mean_in, var_in = flat.mean(-1, keepdim=True), flat.var(-1, keepdim=True)
        # the other two kinds follow from the statistics of each image and channel
        square = var_in + mean_in**2
        mean_ln = mean_in.mean(1, keepdim=True)
        var_ln = square.mean(1, keepdim=True) - mean_ln**2
        if self.training:
            mean_bn = mean_in.mean(0, keepdim=True)
            var_bn = square.mean(0, keepdim=True) - mean_bn**2
            with torch.no_grad():
                self.running_mean.lerp_(mean_bn, 1 - self.momentum)
                self.running_var.lerp_(var_bn, 1 - self.momentum)
        else:
            mean_bn, var_bn = self.running_mean, self.running_var
        a, b = self.mean_weight.softmax(0), self.var_weight.softmax(0)
        mean = a[0] * mean_in + a[1] * mean_ln + a[2] * mean_bn
        var = b[0] * var_in + b[1] * var_ln + b[2] * var_bn
        return ((flat - mean) / (var + self.eps).sqrt()).view_as(x) * self.weight + self.bias


def main(argv: list | None = None) -> list:
    """Trains, and returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    source = load_digits()
    x = torch.from_numpy(source.images.astype(np.float32)).unsqueeze(1) / 16
    y = torch.from_numpy(source.target)
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1, bias=False),
        SwitchableNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1, bias=False),
        SwitchableNorm2d(32),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(128, 10),
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for step in range(args.steps):
        pick = torch.randint(len(x), (32,))
        loss = F.cross_entropy(net(x[pick]), y[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % 50 == 0 or step == args.steps - 1:
            print(f"step {step:5d}  loss {losses[-1]:.3f}")
    shares = [layer.mean_weight.softmax(0).tolist() for layer in net if isinstance(layer, SwitchableNorm2d)]
    for number, (instance, layer, batch) in enumerate(shares):
        print(f"layer {number}: instance {instance:.2f}, layer {layer:.2f}, batch {batch:.2f}")
    return losses


if __name__ == "__main__":
    main()
