"""A character LSTM on the text of Python's own help pages, which ship with it.

    python examples/char_lstm.py [--steps N] [--seed N]

Prints the loss (in nats a character; guessing among 100 characters is 4.6) and a sample at the end.
"""

from __future__ import annotations

import argparse
from pydoc_data.topics import topics

import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F

LENGTH, BATCH = 64, 32


class CharLSTM(nn.Module):
    """Embedding, two layers of LSTM, and a score for each character."""

    def __init__(self, vocabulary: int, width: int = 128):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width, num_layers=2, batch_first=True)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, x, state=None):
        y, state = self.lstm(self.embed(x), state)
        return self.head(y), state


def read() -> tuple:
    """The text as numbers, and the characters they stand for."""
    text = "\n".join(topics[name] for name in sorted(topics))[:300_000]
    characters = sorted(set(text))
    index = {c: i for i, c in enumerate(characters)}
    return torch.tensor([index[c] for c in text]), characters


@torch.no_grad()
def sample(net, characters: list, start: str = "The ", count: int = 120) -> str:
    """Text that the network goes on with, one character after the other."""
    net.eval()
    text, state = start, None
    x = torch.tensor([[characters.index(c) for c in start]])
    for _ in range(count):
        scores, state = net(x, state)
        x = torch.multinomial(F.softmax(scores[:, -1] / 0.8, dim=-1), 1)
        text += characters[x.item()]
    net.train()
    return text


def main(argv: list | None = None) -> list:
    """Trains, and returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    torch.manual_seed(args.seed)
    data, characters = read()
    net = CharLSTM(len(characters))
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    losses = []
    for step in range(args.steps):
        starts = torch.randint(len(data) - LENGTH - 1, (BATCH,))
        window = data[starts[:, None] + torch.arange(LENGTH + 1)]
        scores, _ = net(window[:, :-1])
        loss = F.cross_entropy(scores.flatten(0, 1), window[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % 50 == 0 or step == args.steps - 1:
            print(f"step {step:5d}  loss {losses[-1]:.3f}")
    print(sample(net, characters))
    return losses


if __name__ == "__main__":
    main()
