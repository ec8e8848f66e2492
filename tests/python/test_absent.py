"""What is missing says so, and what to do instead; versions compare."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
import rushlight as rl
from rushlight.torch_version import TorchVersion


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("package", "state_dict"),
        ("distributed.pipelining", "one process"),
        ("xpu.Stream", "device='cpu'"),
        ("cuda.nccl", "nn.parallel.comm"),
        ("cuda.jiterator", "tensor ops"),
        ("cuda.tunable", "leave it out"),
        ("cuda.nonsense", "CUDA's own libraries"),
        ("nn.quantized", "quantised"),
        ("sparse_bsr_tensor", "sparse_csr_tensor"),
        ("utils.cpp_extension", "Rust"),
        ("utils.mobile_optimizer", "not in rushlight"),
    ],
)
def test_a_missing_name_says_what_to_do(path, words):
    *owners, name = path.split(".")
    owner = rl
    for part in owners:
        owner = getattr(owner, part)
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'") as caught:
        getattr(owner, name)
    assert f"PyTorch's {path} is not in rushlight" in str(caught.value)
    assert words in str(caught.value)
    assert not hasattr(owner, name)


@pytest.mark.parametrize("line", ["import rushlight.package", "from rushlight import package", "from rushlight.nn import quantized"])
def test_an_import_of_it_says_so_too(line):
    with pytest.raises(ImportError, match="is not in rushlight"):
        exec(line)


def test_what_nobody_has_is_pythons_own_error():
    with pytest.raises(AttributeError, match=r"^module .rushlight. has no attribute .nonsense.$"):
        rl.nonsense  # noqa: B018
    with pytest.raises(ModuleNotFoundError, match=r"^No module named .rushlight\.nonsense.$"):
        importlib.import_module("rushlight.nonsense")


def test_python_adds_no_guess():
    done = subprocess.run([sys.executable, "-c", "import rushlight; rushlight.package"], capture_output=True, text=True)
    assert "programs are not traced" in done.stderr
    assert "Did you mean" not in done.stderr
    done = subprocess.run([sys.executable, "-c", "import rushlight; rushlight.zerros"], capture_output=True, text=True)
    assert "Did you mean: 'zeros'" in done.stderr  # a slip of the fingers is still helped


def test_versions_compare_with_text_tuples_and_versions():
    assert isinstance(rl.__version__, str)
    assert isinstance(rl.__version__, TorchVersion)
    version = TorchVersion("2.10.0")
    assert version > "2.9" and version > (2, 9) and version >= TorchVersion("2.10")
    assert version == "2.10" and version == (2, 10) and version == "2.10.0+cpu" and version != "2.1"
    assert TorchVersion("2.10.0rc1") < version < TorchVersion("2.10.0.post1")
    assert not version < (2, 9, 1)
    assert version == "2.10.0" and version != "parrot"
    assert version.startswith("2.1") and {version: 1}["2.10.0"] == 1
