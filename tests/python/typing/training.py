"""An ordinary training program, typed as its author would: type checkers must find nothing in it.

``test_typing.py`` runs it, and mypy (strict) and pyright over it.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rushlight as torch
import rushlight.nn as nn
import rushlight.nn.functional as F
from rushlight import Tensor
from rushlight.optim.lr_scheduler import CosineAnnealingLR
from rushlight.utils.data import DataLoader, Dataset, TensorDataset, random_split


class Waves(Dataset[tuple[Tensor, Tensor]]):
    """Sine waves of three frequencies, with noise."""

    def __init__(self, count: int, length: int = 32) -> None:
        self.labels = torch.randint(0, 3, (count,))
        time = torch.linspace(0, 2 * math.pi, length)
        frequency = (self.labels + 1).unsqueeze(1).float()
        self.signals = torch.sin(frequency * time) + 0.1 * torch.randn(count, length)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.signals[index], self.labels[index]


class Attention(nn.Module):
    """Self-attention of a few heads."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q, k, v = (t.view(batch, length, self.heads, -1).transpose(1, 2) for t in (q, k, v))
        scores = torch.einsum("bhid,bhjd->bhij", q, k) / math.sqrt(width // self.heads)
        mixed = F.softmax(scores, dim=-1) @ v
        joined: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return joined


class Net(nn.Module):
    """A convolution, attention over time, and a linear layer."""

    scale: Tensor

    def __init__(self, classes: int = 3, width: int = 16, dropout: float = 0.1) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv1d(1, width, 5, padding=2), nn.BatchNorm1d(width), nn.ReLU())
        self.blocks = nn.ModuleList(Attention(width, 2) for _ in range(2))
        self.norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(width, classes)
        self.gain = nn.Parameter(torch.ones(width))
        self.register_buffer("scale", torch.tensor(1.0))
        self.apply(self._init)

    @staticmethod
    def _init(module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = self.stem(x.unsqueeze(1)).transpose(1, 2)
        for block in self.blocks:
            x = x + block(x)
        x = self.drop(self.norm(x) * self.gain)
        if mask is not None:
            x = x.masked_fill(mask.unsqueeze(-1), 0.0)
        logits: Tensor = self.head(F.gelu(x.mean(dim=1))) * self.scale
        return logits


@torch.no_grad()
def evaluate(model: nn.Module, loader: DataLoader[tuple[Tensor, Tensor]]) -> float:
    """The share of samples that are recognised."""
    model.eval()
    right, total = 0, 0
    for signals, labels in loader:
        right += int((model(signals).argmax(dim=1) == labels).sum().item())
        total += labels.size(0)
    return right / max(total, 1)


def clipped(parameters: Iterator[nn.Parameter], bound: float) -> float:
    """Clips gradients, and says how long they were."""
    return nn.utils.clip_grad_norm_(list(parameters), bound).item()


def train(model: Net, loader: DataLoader[tuple[Tensor, Tensor]], epochs: int, device: torch.device) -> list[float]:
    """Trains, and returns the mean loss of each epoch."""
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=1e-3)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    losses: list[float] = []
    for epoch in range(epochs):
        model.train()
        running = 0.0
        for signals, labels in loader:
            signals, labels = signals.to(device), labels.to(device)
            optimizer.zero_grad(set_to_none=True)
            loss: Tensor = criterion(model(signals), labels)
            loss.backward()
            clipped(model.parameters(), 1.0)
            optimizer.step()
            running += loss.item() * len(signals)
        scheduler.step()
        losses.append(running / len(loader))
        rates = [group["lr"] for group in optimizer.param_groups]
        print(f"epoch {epoch}: loss {losses[-1]:.4f}, rate {rates[0]:.1e} {scheduler.get_last_lr()[0]:.1e}")
    return losses


def arithmetic() -> Tensor:
    """What tensors do, as expressions."""
    x = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    x.add_(1).mul_(2.0).clamp_(min=0).div_(x.max())
    values, indices = x.topk(2, dim=1)
    rows: int = x.size(0)
    sizes: torch.Size = x.shape
    nested: list[list[float]] = x.tolist()
    y = torch.where(x > 0.5, x, torch.zeros_like(x))
    y[0, :2] = 1.0
    y[y.isnan()] = 0
    total = torch.cat([values, indices.float()], dim=1).sum() + torch.stack([x, y]).mean(dim=0).norm()
    array = x.detach().cpu().numpy().astype(np.float64)
    again = torch.from_numpy(array).to(torch.float32).requires_grad_()
    (again**2).sum().backward()
    assert again.grad is not None and rows == sizes[0] == len(nested)
    with torch.no_grad(), torch.inference_mode():
        again.grad.zero_()
    return -total + 2 * abs(total) - total**0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    training, held_out = random_split(Waves(96), [64, 32], generator=torch.Generator().manual_seed(1))
    model = Net().to(device)
    losses = train(model, DataLoader(training, batch_size=16, shuffle=True), options.epochs, device)
    accuracy = evaluate(model, DataLoader(held_out, batch_size=32))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "waves.pt"
        torch.save({"model": model.state_dict(), "losses": losses}, path)
        model.load_state_dict(torch.load(path, weights_only=True)["model"])
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    pairs = TensorDataset(torch.ones(2), torch.zeros(2))
    print(f"{count} parameters, accuracy {accuracy:.1%}, {arithmetic().item():.3f}, {len(pairs)} pairs")


if __name__ == "__main__":
    main()
