"""A generative adversarial network on handwritten digits (I. Goodfellow et al., arXiv:1406.2661), with convolutions as in
DCGAN (A. Radford et al., arXiv:1511.06434).

    python examples/gan.py [--steps N]
"""

from __future__ import annotations

import argparse

import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F
from vae import digits

LATENT = 16


def generator(width: int = 32) -> nn.Module:
    """From noise to an image of 8x8."""
    return nn.Sequential(
        nn.ConvTranspose2d(LATENT, 2 * width, 2),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(inplace=True),
        nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),
        nn.Sigmoid(),
    )


def discriminator(width: int = 32) -> nn.Module:
    """From an image to a score: large for real ones."""
    return nn.Sequential(
        nn.Conv2d(1, width, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(2 * width, 1, 2),
        nn.Flatten(0),
    )


def main(argv: list | None = None) -> list:
    """Trains, and returns how far the mean made-up image is from the mean real one, before and after."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=500)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    data = digits().view(-1, 1, 8, 8)
    g, d = generator(), discriminator()
    g_optimizer, d_optimizer = (
        torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999)) for net in (g, d)
    )

    def distance() -> float:
        with torch.no_grad():
            return (g(torch.randn(256, LATENT, 1, 1)).mean(0) - data.mean(0)).abs().mean().item()

    found = [distance()]
    for step in range(args.steps):
        real = data[torch.randint(len(data), (64,))]
        fake = g(torch.randn(64, LATENT, 1, 1))
        real_score, fake_score = d(real), d(fake.detach())
        d_loss = F.softplus(-real_score).mean() + F.softplus(fake_score).mean()
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        g_loss = F.softplus(-d(fake)).mean()
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        if step % 100 == 0 or step == args.steps - 1:
            print(f"step {step:5d}  discriminator {d_loss.item():.3f}  generator {g_loss.item():.3f}")
    found.append(distance())
    print(f"distance of means: {found[0]:.3f}, then {found[1]:.3f}")
    return found


if __name__ == "__main__":
    main()
