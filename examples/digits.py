"""A small CNN on scikit-learn's 1,797 handwritten digits: training, checkpoint, picture.

    python examples/digits.py [--epochs N] [--out DIR] [--device cuda]

Prints a progress bar (a line an epoch where the output is no terminal) and the accuracy on a held-out fifth (at least 98 %), saves and reloads ``digits.pt``, and draws
``digits.png`` with sample predictions and the loss curve.
"""

from __future__ import annotations

import argparse
import pathlib
import time

import numpy as np
import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F
from rushlight.utils.data import DataLoader, TensorDataset, random_split
from sklearn.datasets import load_digits
from tqdm import tqdm


class Net(nn.Module):
    """Two convolutions and two linear layers on 8x8 images."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(64)
        self.drop = nn.Dropout(0.25)
        self.fc1 = nn.Linear(64 * 2 * 2, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 2)
        x = self.drop(torch.flatten(x, 1))
        return self.fc2(F.relu(self.fc1(x)))


def load_data() -> tuple:
    """The digits as (training, test) datasets of (1, 8, 8) images and labels."""
    digits = load_digits()
    images = torch.from_numpy(digits.images.astype(np.float32)).unsqueeze(1) / 16
    data = TensorDataset(images, torch.from_numpy(digits.target))
    held_out = len(data) // 5
    return random_split(data, [len(data) - held_out, held_out])


def train(net: Net, data, epochs: int, device: str) -> list[float]:
    """Trains and returns the mean loss of every epoch."""
    loader = DataLoader(data, batch_size=32, shuffle=True)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    curve = []
    net.train()
    for epoch in range(epochs):
        losses = []
        # `disable=None`: no bar where the output is no terminal
        name = f"epoch {epoch + 1}/{epochs}"
        with tqdm(loader, desc=name, unit="batch", leave=epoch == epochs - 1, disable=None) as bar:
            for images, labels in bar:
                optimizer.zero_grad()
                loss = criterion(net(images.to(device)), labels.to(device))
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
                bar.set_postfix(loss=f"{losses[-1]:.3f}")
        curve.append(sum(losses) / len(losses))
        if bar.disable:
            print(f"{name}: loss {curve[-1]:.4f}", flush=True)
    return curve


@torch.no_grad()
def evaluate(net: Net, data, device: str) -> tuple[float, list]:
    """Accuracy, and (image, label, prediction) of the first sixteen."""
    net.eval()
    correct, samples = 0, []
    for images, labels in DataLoader(data, batch_size=128):
        predicted = net(images.to(device)).argmax(1).cpu()
        correct += (predicted == labels).sum().item()
        samples += zip(images[:, 0].numpy(), labels.tolist(), predicted.tolist(), strict=True)
    return correct / len(data), samples[:16]


def picture(path: pathlib.Path, samples: list, curve: list[float], accuracy: float) -> None:
    """Sixteen predictions beside the loss curve."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure = plt.figure(figsize=(10, 4.6), layout="constrained")
    left, right = figure.subfigures(1, 2)
    for axis, (image, label, predicted) in zip(left.subplots(4, 4).flat, samples, strict=True):
        axis.imshow(image, cmap="gray_r")
        axis.set_title(str(predicted), color="tab:green" if label == predicted else "tab:red", fontsize=9)
        axis.axis("off")
    axis = right.subplots()
    axis.semilogy(range(1, len(curve) + 1), curve, marker="o")
    axis.set(xlabel="epoch", ylabel="mean training loss", title=f"held-out accuracy {accuracy:.1%}")
    axis.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for a GPU of any maker")
    options = parser.parse_args()

    torch.manual_seed(0)
    began = time.perf_counter()
    training, test = load_data()
    net = Net().to(options.device)
    print(net)
    curve = train(net, training, options.epochs, options.device)
    accuracy, samples = evaluate(net, test, options.device)

    checkpoint = options.out / "digits.pt"
    torch.save(net.state_dict(), checkpoint)
    again = Net().to(options.device)
    print(again.load_state_dict(torch.load(checkpoint)))
    assert evaluate(again, test, options.device)[0] == accuracy, "the checkpoint must give the same answers"

    picture(options.out / "digits.png", samples, curve, accuracy)
    print(f"accuracy on {len(test)} held-out digits: {accuracy:.2%} in {time.perf_counter() - began:.1f} s")
    print(f"wrote {checkpoint} and {options.out / 'digits.png'}")
    if options.epochs >= 12 and accuracy < 0.98:
        raise SystemExit("accuracy is below 98 %")


if __name__ == "__main__":
    main()
