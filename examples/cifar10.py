"""The CIFAR-10 tutorial: a small CNN on pictures of ten things, with accuracy in all and by class.

    python examples/cifar10.py [--root DIR] [--epochs N] [--synthetic] [--out DIR]

Trains on the published files in ``--root``, which are downloaded if they are not there; with ``--synthetic`` on made ones of the
same format, which need no network. Draws a grid of test pictures as ``cifar10.png``.
"""

from __future__ import annotations

import argparse
import hashlib
import pathlib
import pickle
import tempfile

import numpy as np
import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F
from rushlight.utils.data import DataLoader
from rushlight.vision import datasets, transforms, utils

CLASSES = ["plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


class Net(nn.Module):
    """Two convolutions and three linear layers on 32 x 32 pictures."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


def synthetic(root: pathlib.Path, count: int = 400) -> type[datasets.CIFAR10]:
    """Writes files in CIFAR-10's format, and returns the data set that knows their checksums.

    A picture of class k has stripes of k + 1 periods, tilted and in colours of chance, under noise.
    """
    folder = root / datasets.CIFAR10.base_folder
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(0)
    y, x = np.mgrid[0:32, 0:32] / 32

    def write(name: str, content: dict) -> str:
        data = pickle.dumps(content, protocol=2)
        (folder / name).write_bytes(data)
        return hashlib.md5(data, usedforsecurity=False).hexdigest()

    def batch(name: str) -> list[str]:
        labels = draw.integers(0, 10, count)
        tilt = draw.uniform(-0.3, 0.3, count)
        waves = np.sin(2 * np.pi * (labels + 1)[:, None, None] * (x + tilt[:, None, None] * y))[:, None]
        colours = draw.uniform(40, 90, (count, 3, 1, 1))
        values = 128 + colours * waves + draw.normal(0, 15, (count, 3, 32, 32))
        pixels = values.clip(0, 255).astype(np.uint8).reshape(count, -1)
        return [name, write(name, {"data": pixels, "labels": labels.tolist()})]

    train = [batch(f"data_batch_{i}") for i in range(1, 6)]
    meta = {**datasets.CIFAR10.meta, "md5": write("batches.meta", {"label_names": CLASSES})}
    return type("CIFAR10", (datasets.CIFAR10,), {"train_list": train, "test_list": [batch("test_batch")], "meta": meta})


def train(net: Net, loader: DataLoader, epochs: int) -> None:
    """Trains, and prints the mean loss of each epoch."""
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    net.train()
    for epoch in range(epochs):
        total = 0.0
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = criterion(net(inputs), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(loader):.3f}")


def accuracy(net: Net, loader: DataLoader, classes: list[str]) -> float:
    """Prints the accuracy in all and by class, and returns the first in percent."""
    right, seen = dict.fromkeys(classes, 0), dict.fromkeys(classes, 0)
    net.eval()
    with torch.no_grad():
        for images, labels in loader:
            for label, prediction in zip(labels.tolist(), net(images).argmax(1).tolist()):
                right[classes[label]] += label == prediction
                seen[classes[label]] += 1
    overall = 100 * sum(right.values()) / sum(seen.values())
    print(f"accuracy on {sum(seen.values())} test pictures: {overall:.1f} %")
    for name in classes:
        print(f"  {name:5s} {100 * right[name] / max(seen[name], 1):5.1f} %")
    return overall


def main() -> float:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default="./data", help="folder of the published files")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--synthetic", action="store_true", help="made pictures instead of the published ones")
    parser.add_argument("--out", default=".", help="folder of cifar10.png")
    options = parser.parse_args()

    torch.manual_seed(0)
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))])
    with tempfile.TemporaryDirectory() as made:
        root, dataset = (made, synthetic(pathlib.Path(made))) if options.synthetic else (options.root, datasets.CIFAR10)
        download = not options.synthetic
        trainset = dataset(root, train=True, download=download, transform=transform)
        testset = dataset(root, train=False, download=download, transform=transform)
        net = Net()
        train(net, DataLoader(trainset, batch_size=16 if options.synthetic else 4, shuffle=True), options.epochs)
        overall = accuracy(net, DataLoader(testset, batch_size=64), testset.classes)
        images = torch.stack([testset[i][0] for i in range(32)])
    path = pathlib.Path(options.out) / "cifar10.png"
    utils.save_image(images / 2 + 0.5, path, nrow=8)
    print(f"a grid of 32 test pictures: {path}")
    return overall


if __name__ == "__main__":
    main()
