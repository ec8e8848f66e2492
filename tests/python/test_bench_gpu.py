"""The GPU's bench, on the processor: its rows run, one that fails does not end the rest, and its tables say what the figures say."""

import importlib.util
import json
import math
import pathlib
import subprocess
import sys

import pytest
import rushlight as rl

FILE = pathlib.Path(__file__).parents[2] / "benches" / "gpu.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_gpu", FILE)
    module = sys.modules["bench_gpu"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["bench_gpu"]


def test_rows_give_figures(bench, monkeypatch):
    monkeypatch.setattr(bench, "LONG_ENOUGH", 1e-4)
    b = bench.Bench("rushlight", "cpu", quick=True)
    for name in ("product 256 float32", "softmax 1 MiB", "add row 1 MiB", "one value fetched", "char-GPT step"):
        figure = b.figure(name)
        assert not figure.error and figure.seconds > 0 and figure.value > 0, figure
    assert b.figure("product 256 float32").unit == "TFLOP/s"
    _, value = bench.ROWS["product 512 float32"].make(b)
    assert math.isclose(value(1.0), 2 * 512**3 / 1e12)
    _, value = bench.ROWS["add 1 MiB"].make(b)
    assert math.isclose(value(1.0), 3 * 2**20 / 1e9)


def test_all_rows_are_chosen_once(bench):
    names, quick = bench.chosen([], False), bench.chosen([], True)
    assert len(set(names)) == len(names) > 40 and "product 8192 float32" in names and "ResNet-18 step" in names and "ResNet-18 step" in quick
    assert not any("8192" in name or "256 MiB" in name for name in quick)
    assert bench.chosen(["host"], False) == ["host, 1000 small additions", "host, additions with gradients"]


def test_the_network_is_torchvisions(bench):
    ours, theirs = bench.resnet18(rl, 10), rl.vision.models.resnet18(num_classes=10)
    assert {k: v.shape for k, v in ours.state_dict().items()} == {k: v.shape for k, v in theirs.state_dict().items()}
    theirs.load_state_dict(ours.state_dict())
    x = rl.randn(2, 3, 64, 64)
    rl.testing.assert_close(ours.eval()(x), theirs.eval()(x))


def test_a_row_that_raises_says_so(bench, monkeypatch):
    def broken(b):
        raise NotImplementedError("sort: no kernel for device cuda\nmore")

    monkeypatch.setitem(bench.ROWS, "broken", bench.Row("ms", broken))
    figure = bench.Bench("rushlight", "cpu", quick=True).figure("broken")
    assert figure.error == "NotImplementedError: sort: no kernel for device cuda" and math.isnan(figure.value)


def test_tables_have_shares_and_ratios(bench):
    def figures(factor):
        return [
            bench.Figure("copy 16 MiB", "GB/s", 200 / factor, 0.1 * factor),
            bench.Figure("sum 16 MiB", "GB/s", 150 / factor, 0.2 * factor),
            bench.Figure("char-GPT step", "ms", 5 * factor, 0.005 * factor, {"dispatches": 1200}),
            bench.Figure("ResNet-18 step", "ms", error="RuntimeError: a | b"),
        ]

    about = {"library": "rushlight", "version": "1", "device": "Card", "driver": "Vulkan"}
    lines = bench.markdown([about, {**about, "library": "torch"}], [figures(1), figures(2)]).splitlines()
    assert lines[0] == "On Card (Vulkan)." and "| sum 16 MiB | GB/s | 150 | 75 | 75% | 0.50 |" in lines
    assert "| ResNet-18 step | ms | RuntimeError: a / b | RuntimeError: a / b |  |  |" in lines
    assert "| char-GPT step | 1,200 |" in lines
    assert {line.count("|") for line in lines[2:8]} == {7}


def test_the_command_goes_on_after_a_row_whose_process_ends(bench, tmp_path, monkeypatch):
    # a library that ends the process in one row: what a driver's fault would do
    (tmp_path / "faulty.py").write_text(
        "import os\nfrom rushlight import *\nfrom rushlight import nn, optim, __version__, float32\n"
        "def randint(*a, **k): os._exit(7)\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{pathlib.Path(rl.__file__).parents[1]}")
    arguments = type("Arguments", (), {"device": "cpu", "quick": True, "timeout": 120.0})
    about, figures = bench.run(sys.executable, "faulty", ["char-GPT step", "product 256 float32"], arguments)
    assert figures[0].error == "the process ended with 7" and not figures[1].error and about["library"] == "faulty"


def test_a_library_that_is_not_there_costs_its_column_alone(bench):
    arguments = type("Arguments", (), {"device": "cpu", "quick": True, "timeout": 120.0})
    about, figures = bench.run(sys.executable, "no_such_library", ["one value fetched"], arguments)
    assert about["library"] == "no_such_library" and figures[0].error == "the library did not start"


def test_the_command_writes_what_it_found(tmp_path):
    command = [sys.executable, FILE, "--quick", "--device", "cpu", "--only", "product 256", "--json", tmp_path / "g.json", "--markdown", tmp_path / "g.md"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads((tmp_path / "g.json").read_text())
    assert found["library"] == "rushlight" and [r["name"] for r in found["rows"]] == ["product 256 float32"]
    assert "| product 256 float32 | TFLOP/s |" in (tmp_path / "g.md").read_text()
