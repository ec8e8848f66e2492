"""Type checkers find nothing in an ordinary program, and what the stubs say is so."""

from __future__ import annotations

import importlib.util
import inspect
import os
import pathlib
import subprocess
import sys
from typing import Generic

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.utils.data import Dataset

HERE = pathlib.Path(__file__).parent
PROGRAM = HERE / "typing" / "training.py"
PACKAGE = pathlib.Path(rl.__file__).parent
STUBS = ["_C.pyi", "nn/functional.pyi", "linalg.pyi", "fft.pyi", "special.pyi"]


def run(*command: object, folder: pathlib.Path) -> subprocess.CompletedProcess:
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    return subprocess.run([sys.executable, *map(str, command)], cwd=folder, capture_output=True, text=True, env=env)


def test_the_program_runs():
    done = run(PROGRAM, "--epochs", 1, folder=HERE)
    assert done.returncode == 0, done.stderr
    assert "parameters, accuracy" in done.stdout


@pytest.mark.skipif(Generic not in Dataset.__mro__, reason="the program names the items of its datasets")
@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
def test_mypy_strict_finds_nothing_in_it(tmp_path):
    options = ["--strict", "--config-file", "", "--cache-dir", tmp_path, "--follow-imports", "silent"]
    done = run("-m", "mypy", *options, PROGRAM, folder=PACKAGE.parent)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(Generic not in Dataset.__mro__, reason="the program names the items of its datasets")
@pytest.mark.skipif(importlib.util.find_spec("pyright") is None, reason="pyright is not installed")
def test_pyright_finds_nothing_in_it():
    done = run("-m", "pyright", PROGRAM, folder=PACKAGE.parent)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
def test_mypy_knows_the_types_of_results(tmp_path):
    """What the stubs promise of names that programs use most."""
    lines = {
        "rl.ones(2).add_(1)": "Tensor",
        "rl.ones(2).clamp_(min=0)": "Tensor",
        "rl.ones(2).uniform_()": "Tensor",
        "rl.ones(2).shape": "Size",
        "rl.ones(2).size(0)": "int",
        "rl.ones(2).item()": "int | float",
        "rl.ones(2, 2).max(1).values": "Tensor",
        'rl.einsum("i,i", rl.ones(2), rl.ones(2))': "Tensor",
        "rl.zeros(2, 3, dtype=rl.int64)": "Tensor",
        "rl.zeros(size=(2, 3))": "Tensor",
        "nn.functional.softmax(rl.ones(2), dim=0)": "Tensor",
        "nn.functional.conv2d(rl.ones(1), rl.ones(1))": "Tensor",
        "nn.functional.gumbel_softmax(rl.ones(2))": "Tensor",
        "rl.fft.fft(rl.ones(2))": "Tensor",
        "nn.Linear(1, 1).weight": "Parameter",
        "nn.Linear(1, 1)(rl.ones(1))": "Any",
        "nn.Linear(1, 1).to(rl.float64).eval()": "Linear",
        "nn.init.zeros_(rl.ones(1))": "Tensor",
        "rl.load('x')": "Any",
    }
    file = tmp_path / "kinds.py"
    text = "import rushlight as rl\nfrom rushlight import nn\n" + "".join(f"reveal_type({line})\n" for line in lines)
    file.write_text(text + "@rl.no_grad()\ndef f(x: int) -> str: ...\nreveal_type(f(1))\n")
    options = ["--config-file", "", "--cache-dir", tmp_path, "--follow-imports", "silent", "--no-error-summary"]
    done = run("-m", "mypy", *options, file, folder=PACKAGE.parent)
    found = [line.partition('type is "')[2].rstrip('"') for line in done.stdout.splitlines() if "Revealed" in line]
    assert len(found) == len(lines) + 1, done.stdout
    for (line, expected), kind in zip({**lines, "f(1)": "str"}.items(), found, strict=True):
        bare = " | ".join(part.rpartition(".")[2] for part in kind.split(" | "))
        assert bare == expected, f"{line} is {kind}"


def test_stubs_carry_docstrings_and_defaults():
    text = (PACKAGE / "nn/functional.pyi").read_text()
    assert "training: _bool = True" in text
    assert '"""' in text
    for stub in STUBS:
        compile((PACKAGE / stub).read_text(), stub, "exec")


def test_every_function_in_python_has_a_signature_with_types():
    for owner in (nn, nn.init, nn.utils, rl.optim, rl.optim.lr_scheduler, rl.autograd, rl.random):
        for name in owner.__all__ if hasattr(owner, "__all__") else dir(owner):
            value = getattr(owner, name)
            if not name.startswith("_") and inspect.isfunction(value) and value.__module__.startswith("rushlight"):
                assert inspect.signature(value).return_annotation is not inspect.Signature.empty, f"{owner.__name__}.{name}"
