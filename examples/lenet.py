"""LeNet (Y. LeCun et al., 1998) on data in the format of CIFAR-10's binary version: a byte for the class, then 3072 for the
pixels of a 32x32 image in red, green and blue.

    python examples/lenet.py [--data FILE.bin ...] [--steps N]

Without files it makes up images of stripes whose direction is their class, in the same format.
"""

from __future__ import annotations

import argparse

import numpy as np
import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F
from rushlight.utils.data import DataLoader, TensorDataset

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


class LeNet(nn.Module):
    """Two convolutions and three linear layers."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


def made_up(count: int = 1000) -> bytes:
    """Records of stripes with some noise."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, count)
    rows, columns = np.mgrid[0:32, 0:32]
    angle = (labels * np.pi / 10)[:, None, None]
    waves = np.sin(
        0.8 * (rows * np.cos(angle) + columns * np.sin(angle)) + random.uniform(0, 6, (count, 1, 1))
    )
    images = 128 + 60 * waves[:, None] + random.normal(0, 20, (count, 3, 32, 32))
    pixels = images.clip(0, 255).astype(np.uint8).reshape(count, -1)
    return np.concatenate([labels[:, None].astype(np.uint8), pixels], axis=1).tobytes()


def read(data: bytes) -> TensorDataset:
    """Records as normalised images and classes."""
    records = np.frombuffer(data, np.uint8).reshape(-1, 3073)
    images = torch.tensor(records[:, 1:].reshape(-1, 3, 32, 32)).float() / 255
    images = (images - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    return TensorDataset(images, torch.tensor(records[:, 0].astype(np.int64)))


def main(argv: list | None = None) -> list:
    """Trains, and returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="*")
    parser.add_argument("--steps", type=int, default=300)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    data = made_up()
    if args.data:
        data = b"".join(open(path, "rb").read() for path in args.data)  # noqa: SIM115
    loader = DataLoader(read(data), batch_size=32, shuffle=True)
    net = LeNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9, nesterov=True)
    losses: list = []
    while len(losses) < args.steps:
        for x, y in loader:
            if len(losses) == args.steps:
                break
            loss = F.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if len(losses) % 50 == 0:
                print(f"step {len(losses):5d}  loss {losses[-1]:.3f}")
    return losses


if __name__ == "__main__":
    main()
