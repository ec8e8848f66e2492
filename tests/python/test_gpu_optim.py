"""Fused optimizer steps on a card: the steps of the processor."""

from __future__ import annotations

import pytest
import rushlight as torch

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no GPU (RUSHLIGHT_GPU=software with Mesa is one)"
)

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}),
    ("Adam", {"lr": 0.1}),
    ("Adam", {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "maximize": True}),
    ("AdamW", {"lr": 0.1, "betas": (0.3, 0.99)}),
]


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
def test_steps(name, options, dtype):
    g = torch.Generator("cpu").manual_seed(1)

    def normal(s):
        return torch.randn(s, generator=g, device="cpu").to(dtype)

    # one that ends within a word, one of several workgroups, one laid out otherwise
    shapes = [(3,), (5, 7), (5001,), (2, 3, 4), (1,)]
    start, grads = [normal(s) for s in shapes], [[normal(s) for s in shapes] for _ in range(3)]
    start.append(normal((6, 5)).t())
    grads = [[*step, normal((5, 6))] for step in grads]

    def run(device):
        parameters = [p.detach().clone().to(device).requires_grad_() for p in start]
        optimizer = getattr(torch.optim, name)(parameters, **options)
        for step in grads:
            for p, gradient in zip(parameters, step, strict=True):
                p.grad = gradient.to(device)
            optimizer.step()
        return parameters

    loose = 2e-2 if dtype != torch.float32 else 1e-5
    for a, b in zip(run("cuda"), run("cpu"), strict=True):
        assert a.is_cuda and torch.allclose(
            a.detach().cpu().double(), b.detach().double(), rtol=loose, atol=loose
        )


def test_a_group_is_few_launches():
    from rushlight import _C

    parameters = [torch.zeros(10, device="cuda", requires_grad=True) for _ in range(40)]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for p in parameters:
        p.grad = torch.ones(10, device="cuda")
    before = _C._gpu_memory(0)["dispatches"]
    optimizer.step()
    assert _C._gpu_memory(0)["dispatches"] - before <= 3
    assert all(torch.allclose(p.detach().cpu(), torch.full((10,), -0.1)) for p in parameters)
