"""A policy learned by its gradient (R. Williams, *Simple statistical gradient-following algorithms*, 1992): balancing a pole
on a cart, simulated here after A. Barto, R. Sutton and C. Anderson (1983).

    python examples/policy_gradient.py [--steps N]
"""

from __future__ import annotations

import argparse

import rushlight as torch
from rushlight import nn

ROUNDS, LIMIT = 16, 200


class Carts:
    """Many carts at once: place, speed, angle and turning of each."""

    def __init__(self, count: int):
        self.state = torch.rand(count, 4) * 0.1 - 0.05
        self.alive = torch.ones(count, dtype=torch.bool)

    def step(self, right):
        """Pushes each cart to the right or left; those that have fallen stay where they are."""
        place, speed, angle, turning = self.state.unbind(1)
        force = torch.where(right, 10.0, -10.0)
        sin, cos = angle.sin(), angle.cos()
        push = (force + 0.05 * turning**2 * sin) / 1.1
        spin = (9.8 * sin - cos * push) / (0.5 * (4 / 3 - 0.1 * cos**2 / 1.1))
        pull = push - 0.05 * spin * cos / 1.1
        moved = torch.stack(
            [place + 0.02 * speed, speed + 0.02 * pull, angle + 0.02 * turning, turning + 0.02 * spin], dim=1
        )
        self.state = torch.where(self.alive[:, None], moved, self.state)
        self.alive = self.alive & (self.state[:, 0].abs() < 2.4) & (self.state[:, 2].abs() < 0.209)
        return self.alive.float()


def play(policy):
    """A round of all carts: the logarithms of what was chosen, and the rewards, step by step."""
    carts, chosen, rewards = Carts(ROUNDS), [], []
    for _ in range(LIMIT):
        before = carts.alive.float()
        scores = policy(carts.state).squeeze(1)
        right = torch.bernoulli(scores.detach().sigmoid()).bool()
        chosen.append(nn.functional.logsigmoid(torch.where(right, scores, -scores)) * before)
        rewards.append(carts.step(right))
        if not carts.alive.any():
            break
    return torch.stack(chosen), torch.stack(rewards)


def main(argv: list | None = None) -> list:
    """Trains, and returns the mean length of each round."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    policy = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
    lengths = []
    for step in range(args.steps):
        chosen, rewards = play(policy)
        later = rewards.flip(0).cumsum(0).flip(0)  # all that is still to come
        advantage = later - later.mean(1, keepdim=True)
        loss = -(chosen * advantage).sum() / ROUNDS
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
        optimizer.step()
        lengths.append(rewards.sum(0).mean().item())
        if step % 10 == 0 or step == args.steps - 1:
            print(f"round {step:4d}  mean length {lengths[-1]:.1f} of {LIMIT}")
    return lengths


if __name__ == "__main__":
    main()
