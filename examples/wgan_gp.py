"""A Wasserstein GAN with a penalty on gradients (I. Gulrajani et al., *Improved training of Wasserstein GANs*,
arXiv:1704.00028): the critic's loss contains a gradient, so training takes second derivatives.

    python examples/wgan_gp.py [--steps N]

The data are eight bumps on a circle.
"""

from __future__ import annotations

import argparse
import math

import rushlight as torch
from rushlight import nn


def bumps(count: int):
    """Points near eight places on a circle."""
    angle = torch.randint(8, (count,)) * (math.pi / 4)
    return torch.stack([angle.cos(), angle.sin()], dim=1) * 2 + 0.1 * torch.randn(count, 2)


def perceptron(inputs: int, outputs: int, width: int = 64) -> nn.Module:
    """Three linear layers."""
    return nn.Sequential(
        nn.Linear(inputs, width),
        nn.Softplus(),
        nn.Linear(width, width),
        nn.Softplus(),
        nn.Linear(width, outputs),
    )


def penalty(critic, real, fake):
    """How far the critic's slope between real and made-up points is from one."""
    mix = torch.rand(len(real), 1)
    between = (mix * real + (1 - mix) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return ((slope.norm(dim=1) - 1) ** 2).mean()


def main(argv: list | None = None) -> list:
    """Trains, and returns the mean distance of made-up points to the circle, before and after."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=500)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    generator, critic = perceptron(4, 2), perceptron(2, 1)
    optimizers = [
        torch.optim.Adam(net.parameters(), lr=2e-3, betas=(0.5, 0.9)) for net in (generator, critic)
    ]

    def distance() -> float:
        with torch.no_grad():
            return (generator(torch.randn(512, 4)).norm(dim=1) - 2).abs().mean().item()

    found = [distance()]
    for step in range(args.steps):
        for _ in range(3):
            real = bumps(128)
            fake = generator(torch.randn(128, 4)).detach()
            loss = critic(fake).mean() - critic(real).mean() + 10 * penalty(critic, real, fake)
            optimizers[1].zero_grad()
            loss.backward()
            optimizers[1].step()
        score = -critic(generator(torch.randn(128, 4))).mean()
        optimizers[0].zero_grad()
        score.backward()
        optimizers[0].step()
        if step % 100 == 0 or step == args.steps - 1:
            print(f"step {step:5d}  critic {loss.item():.3f}")
    found.append(distance())
    print(f"distance to the circle: {found[0]:.3f}, then {found[1]:.3f}")
    return found


if __name__ == "__main__":
    main()
