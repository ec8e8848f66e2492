"""A small GPT on the text of Python's own help pages.

    python examples/gpt.py [--steps N] [--layers N] [--width N]

Causal attention runs through `scaled_dot_product_attention`; weights of the embedding and the head are shared.
"""

from __future__ import annotations

import argparse

import rushlight as torch
from char_lstm import BATCH, read
from rushlight import nn
from rushlight.nn import functional as F


class Block(nn.Module):
    """Attention to what came before, then two linear layers, each added to its input."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def attend(self, x):
        batch, length, width = x.shape
        q, k, v = (
            t.view(batch, length, self.heads, -1).transpose(1, 2) for t in self.qkv(x).split(width, dim=2)
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(batch, length, width))

    def forward(self, x):
        x = x + self.attend(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    """Embeddings of characters and places, blocks, and a score for each character."""

    def __init__(self, vocabulary: int, length: int, width: int, layers: int, heads: int = 4):
        super().__init__()
        self.length = length
        self.tokens = nn.Embedding(vocabulary, width)
        self.places = nn.Embedding(length, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.head.weight = self.tokens.weight
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, x):
        x = self.tokens(x) + self.places(torch.arange(x.size(1)))
        return self.head(self.norm(self.blocks(x)))


@torch.no_grad()
def sample(net: GPT, characters: list, start: str = "The ", count: int = 120) -> str:
    """Text that the network goes on with."""
    x = torch.tensor([[characters.index(c) for c in start]])
    for _ in range(count):
        scores = net(x[:, -net.length :])[:, -1]
        best, where = scores.topk(10)
        x = torch.cat([x, where.gather(1, torch.multinomial(best.softmax(-1), 1))], dim=1)
    return "".join(characters[i] for i in x[0].tolist())


def main(argv: list | None = None) -> list:
    """Trains, and returns the loss of each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--length", type=int, default=64)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    data, characters = read()
    net = GPT(len(characters), args.length, args.width, args.layers)
    decayed = [p for p in net.parameters() if p.dim() > 1]
    plain = [p for p in net.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}],
        lr=3e-3,
        betas=(0.9, 0.95),
    )
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=args.steps + 1)
    losses = []
    for step in range(args.steps):
        starts = torch.randint(len(data) - args.length - 1, (BATCH,))
        window = data[starts[:, None] + torch.arange(args.length + 1)]
        loss = F.cross_entropy(net(window[:, :-1]).flatten(0, 1), window[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
        if step % 50 == 0 or step == args.steps - 1:
            print(f"step {step:5d}  loss {losses[-1]:.3f}")
    print(sample(net, characters))
    return losses


if __name__ == "__main__":
    main()
