"""``python -m rushlight.gpu``: what it prints of a machine, and its test of every family of kernels."""

import subprocess
import sys

import rushlight as rl


def test_the_page_of_a_machine_with_a_device(backend, monkeypatch):
    from rushlight import gpu
    from rushlight.cuda import _self_test

    results = [
        _self_test.Outcome("elementwise", True, 1.25, ""),
        _self_test.Outcome("products", True, 3.5, ""),
    ]
    monkeypatch.setattr(_self_test, "run", lambda device: results)

    monkeypatch.delenv("RUSHLIGHT_GPU", raising=False)
    page, code = gpu.report()
    assert code == 0 and "Card 0 (NVIDIA, DiscreteGpu, Vulkan)" in page
    assert "llvmpipe (Mesa, Cpu, Vulkan; counts with RUSHLIGHT_GPU=software)" in page
    assert "6.0 of 8.0 GiB free" in page and "int64, timestamps" in page and "49,152" in page
    assert "2 of 2 families" in page and page.count("cuda:") == 2
    results[1] = _self_test.Outcome("products", False, 3.5, "result 0: 3 of 9 are off")
    backend.knows_memory = False
    page, code = gpu.report()
    assert (
        code == 1
        and "products                  FAILED" in page
        and "3 of 9 are off" in page
        and "8.0 GiB" in page
    )


def test_the_page_of_a_machine_without_one(nothing):
    from rushlight import gpu

    page, code = gpu.report()
    assert (
        code == 2
        and "mesa-vulkan-drivers" in page
        and "RUSHLIGHT_GPU=software" in page
        and "adapters: none" in page
    )


def test_the_self_test_finds_what_is_wrong(monkeypatch):
    from rushlight.cuda import _self_test

    outcomes = _self_test.run("cpu")
    assert len(outcomes) == len(_self_test.FAMILIES) > 15 and not [each for each in outcomes if not each.ok]
    calls = []

    def unsteady(operands):  # what a second device answers otherwise
        calls.append(operands)
        return [rl.ones(4), rl.arange(3) + (len(calls) > 1)]

    def broken(operands):
        if calls.append(operands) or len(calls) > 1:
            raise NotImplementedError("sort: no kernel for device cuda\nmore")
        return []

    monkeypatch.setattr(_self_test, "FAMILIES", {"unsteady": unsteady})
    (outcome,) = _self_test.run("cpu")
    assert not outcome.ok and outcome.detail == "result 1: 3 of 3 differ"
    calls.clear()
    monkeypatch.setattr(_self_test, "FAMILIES", {"broken": broken})
    assert _self_test.run("cpu")[0].detail == "NotImplementedError: sort: no kernel for device cuda"
    off = _self_test._difference
    assert (
        "1 of 2 are off, by 0.5" in off(0, rl.tensor([1.0, 2.5]), rl.tensor([1.0, 2.0]))
        and off(0, rl.ones(2), rl.ones(2)) == ""
    )
    assert "torch.float32 [2], and should be torch.int64 [2]" in off(
        0, rl.ones(2), rl.ones(2, dtype=rl.int64)
    )
    assert "2 of 2 are off" in off(0, rl.full((2,), float("nan")), rl.ones(2))


def test_the_command_ends_with_the_code():
    done = subprocess.run(
        [sys.executable, "-m", "rushlight.gpu"], capture_output=True, text=True, timeout=300
    )
    assert (
        done.returncode in ((0, 1) if rl.cuda.is_available() else (2,))
        and "adapters" in done.stdout
        and "Traceback" not in done.stderr
    )
