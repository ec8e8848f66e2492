"""Newton's method with the whole Hessian: logistic regression in a handful of steps.

    python examples/newton.py [--steps N]

The Hessian comes from `autograd.functional.hessian`; each step solves with it by conjugate gradients, which take products
alone.
"""

from __future__ import annotations

import argparse

import rushlight as torch
from rushlight.autograd.functional import hessian


def data(count: int = 400, width: int = 8):
    """Points, and labels that a plane separates but for some noise."""
    x = torch.randn(count, width, dtype=torch.float64)
    plane = torch.linspace(-1, 1, width, dtype=torch.float64)
    y = (x @ plane + 0.5 * torch.randn(count, dtype=torch.float64) > 0).double()
    return x, y


def loss_of(w, x, y):
    """The mean logistic loss, and a little of the weights' square."""
    return torch.nn.functional.binary_cross_entropy_with_logits(x @ w, y) + 1e-3 * (w @ w)


def solve(matrix, right):
    """``matrix^-1 right`` by conjugate gradients, for a matrix that is symmetric and positive."""
    x, r = torch.zeros_like(right), right.clone()
    p, square = r.clone(), r @ r
    for _ in range(2 * len(right)):
        if square.item() < 1e-24:
            break
        q = matrix @ p
        step = square / (p @ q)
        x, r = x + step * p, r - step * q
        square, before = r @ r, square
        p = r + square / before * p
    return x


def main(argv: list | None = None) -> list:
    """Minimises, and returns the norm of the gradient before each step and at the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=8)
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    x, y = data()
    w = torch.zeros(x.size(1), dtype=torch.float64, requires_grad=True)
    norms = []
    for step in range(args.steps + 1):
        loss = loss_of(w, x, y)
        (gradient,) = torch.autograd.grad(loss, w)
        norms.append(gradient.norm().item())
        print(f"step {step}  loss {loss.item():.6f}  gradient {norms[-1]:.2e}")
        if step < args.steps:
            curvature = hessian(lambda v: loss_of(v, x, y), w)
            with torch.no_grad():
                w -= solve(curvature, gradient)
    return norms


if __name__ == "__main__":
    main()
