"""The GPUs of this machine, and whether they compute what they should: ``python -m rushlight.gpu``.

Prints what all drivers offer, the limits, features and memory of the devices that count, and a test of each family of kernels against
known results with its time. The exit code is 1 if a family fails, 2 if there is no device.
"""

from __future__ import annotations

import os
import sys

from . import cuda
from .cuda import _device, _self_test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MAKERS = {
    0x1002: "AMD",
    0x106B: "Apple",
    0x10DE: "NVIDIA",
    0x1010: "Imagination",
    0x13B5: "ARM",
    0x1414: "Microsoft",
    0x5143: "Qualcomm",
    0x8086: "Intel",
    0x10005: "Mesa",
}

_NO_BACKEND = """\
This build of rushlight has no GPU backend: the crate's feature `gpu` was left out. The wheel has it; from source:

    maturin develop --release --features python,gpu
"""

_NO_DEVICE = """\
There is no device to compute on. What a GPU needs is its maker's driver, and nothing else:

    Linux      Vulkan: NVIDIA's driver has it; for AMD and Intel the package mesa-vulkan-drivers (Debian, Ubuntu) or
               mesa-vulkan-drivers / vulkan-radeon / vulkan-intel (Fedora, Arch). `vulkaninfo --summary` shows what is there.
               In a container the device must be passed in (--gpus all, --device /dev/dri), and libvulkan1 be installed.
    macOS      Metal: nothing to install.
    Windows    DirectX 12: nothing to install beside the driver.

Without a GPU the same programs can be tried on a driver that computes on the processor (slow, for tests):

    apt install mesa-vulkan-drivers libvulkan1
    RUSHLIGHT_GPU=software python -m rushlight.gpu
"""


def report() -> tuple[str, int]:
    """The whole page, and the exit code: 0, 1 if a family of kernels fails, 2 without a device."""
    lines = _adapters()
    if not _device.built():
        return "\n".join([*lines, _NO_BACKEND]), 2
    if not cuda.is_available():
        return "\n".join([*lines, _NO_DEVICE]), 2
    failed = 0
    for index in range(cuda.device_count()):
        lines += _about(index)
        tested, wrong = _tested(index)
        lines += tested
        failed += wrong
    return "\n".join(lines) + "\n", int(failed > 0)


def _adapters() -> list[str]:
    found = _device.adapters()
    if not found:
        return ["adapters: none", ""]
    lines = ["adapters"]
    for each in found:
        soft = each["kind"] == "Cpu"
        counts = (
            ""
            if not soft or os.environ.get("RUSHLIGHT_GPU") == "software"
            else "; counts with RUSHLIGHT_GPU=software"
        )
        lines.append(
            f"  {each['name']} ({_maker(each['vendor'])}, {each['kind']}, {each['backend']}{counts})"
        )
    return [*lines, ""]


def _maker(vendor: int) -> str:
    return _MAKERS.get(vendor, f"maker {vendor:#x}")


def _about(index: int) -> list[str]:
    told = cuda.get_device_properties(index)
    lines = [
        f"cuda:{index}: {told.name}",
        _line("maker", f"{_maker(told.vendor)}, device {told.device_id:#06x}, {told.kind}"),
        _line("through", f"{told.backend}, driver {told.driver} {told.driver_info}".rstrip()),
        _line("memory", _memory(index, told)),
        _line("subgroups", f"{_device.properties(index)['subgroup_min']} to {told.warp_size} invocations"),
        _line("features", ", ".join(sorted(told.features)) or "none beyond the least"),
        "  limits",
    ]
    return [*lines, *(f"    {name:<48}{value:>16,}" for name, value in sorted(told.limits.items()))]


def _memory(index: int, told: Any) -> str:
    try:
        free, total = cuda.mem_get_info(index)
    except RuntimeError:  # the driver does not tell how much is free
        return f"{told.total_memory / 2**30:.1f} GiB" if told.total_memory else "not told by the driver"
    return f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free"


def _line(name: str, text: str) -> str:
    return f"  {name:<11}{text}"


def _tested(index: int) -> tuple[list[str], int]:
    """Lines of the self-test, and how many families failed."""
    results = _self_test.run(f"cuda:{index}")
    lines = [
        f"  self-test: {sum(ok for _, ok, _, _ in results)} of {len(results)} families of kernels compute what they should"
    ]
    for family, ok, taken, detail in results:
        lines.append(
            f"    {family:<26}{'ok' if ok else 'FAILED':<8}{taken:>10.2f} ms{'  ' + detail if detail else ''}"
        )
    return lines, sum(not ok for _, ok, _, _ in results)


def main() -> int:
    """Prints the page; the exit code."""
    page, code = report()
    print(page, end="")
    return code


if __name__ == "__main__":
    sys.exit(main())
