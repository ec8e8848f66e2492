"""A stand-in for the backend of GPUs, which replaces the functions of the extension that ``rushlight.cuda._device`` calls.

It counts and answers; tensors cannot lie on it.
"""

import importlib
import threading

import pytest
import rushlight as rl
from rushlight import _C


class Backend:
    """A backend of two devices that writes down what it is asked."""

    def __init__(self):
        self.asked = []
        self.generators = [rl.Generator(), rl.Generator()]
        self.marks = []
        self.held = {
            "allocated": 1024, "allocated_peak": 4096, "reserved": 8192, "reserved_peak": 8192, "allocations": 5, "frees": 3,
            "dispatches": 70, "submits": 2, "bytes_to_device": 4096, "bytes_from_device": 4,
        }  # fmt: skip
        self.knows_memory = self.is_open = True

    def _gpu_count(self):
        return 2

    def _gpu_properties(self, i):
        return {
            "name": f"Card {i}", "vendor": 0x10DE, "device_id": 0x2330, "kind": "DiscreteGpu", "backend": "Vulkan",
            "driver": "driver", "driver_info": "1.2", "total_memory": 8 << 30, "subgroup_min": 32, "subgroup_max": 32,
            "limits": {"max_compute_invocations_per_workgroup": 1024, "max_compute_workgroup_storage_size": 49152},
            "features": ["int64", "timestamps"],
        }  # fmt: skip

    def _gpu_adapters(self):
        return [
            self._gpu_properties(0),
            {**self._gpu_properties(1), "name": "llvmpipe", "vendor": 0x10005, "kind": "Cpu"},
        ]

    def _gpu_synchronize(self, i):
        self.asked.append(("synchronize", i))

    def _gpu_memory(self, i):
        return dict(self.held)

    def _gpu_memory_info(self, i):
        if not self.knows_memory:
            raise RuntimeError("mem_get_info: the driver does not tell")
        return 6 << 30, 8 << 30

    def _gpu_reset_peak(self, i):
        self.held["allocated_peak"] = self.held["allocated"]
        self.asked.append(("reset_peak", i))

    def _gpu_empty_cache(self, i):
        self.asked.append(("empty_cache", i))

    def _gpu_opened(self, i):
        return self.is_open

    def _gpu_mark(self, i):
        self.marks.append(i)
        return len(self.marks)

    def _gpu_between(self, i, a, b):
        return (b - a) * 2.5

    def _gpu_default_generator(self, i):
        return self.generators[i]

    def seed_all(self, seed):
        for each in (rl.default_generator, *self.generators):
            each.manual_seed(seed)

    def _gpu_set_current(self, i):
        self.asked.append(("current", i))


@pytest.fixture
def backend(monkeypatch):
    """The package over the stand-in, on a thread's first device."""
    made = Backend()
    for name in dir(made):
        if name.startswith("_gpu_"):
            monkeypatch.setattr(_C, name, getattr(made, name), raising=False)
    monkeypatch.setattr(rl.random, "_seed_all", made.seed_all)
    monkeypatch.setattr(rl.cuda._device, "_thread", threading.local())
    monkeypatch.setattr(rl.cuda._device, "_asked", False)
    monkeypatch.setattr(importlib.import_module("rushlight.cuda.memory"), "_since", {})
    return made


@pytest.fixture
def nothing(monkeypatch):
    """A build with the backend, on a machine without a driver."""
    monkeypatch.setattr(_C, "_gpu_count", lambda: 0, raising=False)
    monkeypatch.setattr(_C, "_gpu_adapters", list, raising=False)
    monkeypatch.setattr(_C, "_gpu_properties", None, raising=False)
