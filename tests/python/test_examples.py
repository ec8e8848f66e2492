"""Each example runs for a few steps and gets better at what it does."""

from __future__ import annotations

import importlib.util
import math
import pathlib
import sys

import pytest
import rushlight as rl

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"

# of each the steps that are enough, and by how much what it measures must fall (policies: rise)
RUNS = {
    "char_lstm": (30, 0.75),
    "custom_function": (60, 0.5),
    "finetune": (30, 0.5),
    "gan": (60, 0.7),
    "gpt": (30, 0.8),
    "lenet": (80, 0.9),
    "mixed_precision": (60, 0.6),
    "newton": (8, 1e-9),
    "policy_gradient": (25, 1.3),
    "switchable_norm": (40, 0.5),
    "vae": (100, 0.8),
    "wgan_gp": (40, 0.7),
}


def load(name, monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def nothing_stays():
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name in RUNS:
            del sys.modules[name]


def mean(values):
    return sum(values) / len(values)


@pytest.mark.parametrize("name", sorted(RUNS))
def test_an_example_learns(name, monkeypatch, capsys):
    steps, factor = RUNS[name]
    found = load(name, monkeypatch).main(["--steps", str(steps)])
    shown = capsys.readouterr()
    assert shown.out and "\r" not in shown.out + shown.err  # logs stay readable
    assert all(math.isfinite(value) for value in found)
    few = max(len(found) // 8, 1)
    first, last = mean(found[:few]), mean(found[-few:])
    assert last > first * factor if factor > 1 else last < first * factor, (first, last)


def test_every_example_is_run():
    """The digits are the demo's, which `make demo` runs."""
    assert {path.stem for path in EXAMPLES.glob("*.py")} - {"digits", "cifar10"} == set(RUNS)


def test_the_layer_of_the_paper_is_what_it_mixes(monkeypatch):
    """With all weight on one kind of statistics it is the layer of that kind."""
    layer = load("switchable_norm", monkeypatch).SwitchableNorm2d(4)
    x = rl.randn(8, 4, 6, 6)
    for kind, other in enumerate((rl.nn.InstanceNorm2d(4), rl.nn.GroupNorm(1, 4), rl.nn.BatchNorm2d(4))):
        with rl.no_grad():
            for weight in (layer.mean_weight, layer.var_weight):
                weight.fill_(-1e4)[kind] = 0.0
        # variances of instances are unbiased in the paper's code
        assert rl.allclose(layer(x), other(x), atol=0.05)


def test_the_function_of_ones_own_passes_gradients_straight(monkeypatch):
    quantise = load("custom_function", monkeypatch).Quantise
    x = rl.tensor([-2.0, -0.4, 0.1, 0.9, 3.0], requires_grad=True)
    y = quantise.apply(x, 2)
    assert y.tolist() == [-1.0, 0.0, 0.0, 1.0, 1.0]
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]
