"""A variational autoencoder on handwritten digits (D. Kingma and M. Welling, *Auto-encoding variational Bayes*,
arXiv:1312.6114).

    python examples/vae.py [--steps N] [--out FILE.npy]
"""

from __future__ import annotations

import argparse

import numpy as np
import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F
from sklearn.datasets import load_digits


class VAE(nn.Module):
    """64 pixels to a few normal variables and back."""

    def __init__(self, latent: int = 8, width: int = 128):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, width), nn.ReLU(), nn.Linear(width, 64))
        self.latent = latent

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, dim=-1)
        z = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        return self.decoder(z), mean, log_variance


def negative_bound(scores, x, mean, log_variance):
    """The negative of the evidence's lower bound, in nats an image."""
    reconstruction = F.binary_cross_entropy_with_logits(scores, x, reduction="sum")
    divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
    return (reconstruction + divergence) / len(x)


def digits():
    """Pixels between 0 and 1."""
    return torch.from_numpy(load_digits().data.astype(np.float32)) / 16


def main(argv: list | None = None) -> list:
    """Trains, and returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--out", help="where to save 16 images that the model makes up")
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    data, net = digits(), VAE()
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    losses = []
    for step in range(args.steps):
        x = data[torch.randint(len(data), (64,))]
        loss = negative_bound(*((out := net(x))[0], x, *out[1:]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % 100 == 0 or step == args.steps - 1:
            print(f"step {step:5d}  negative bound {losses[-1]:.2f}")
    if args.out:
        with torch.no_grad():
            np.save(args.out, net.decoder(torch.randn(16, net.latent)).sigmoid().view(16, 8, 8).numpy())
    return losses


if __name__ == "__main__":
    main()
