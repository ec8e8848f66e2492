"""What the processor can do."""

from __future__ import annotations


def get_cpu_capability() -> str:
    """The widest vectors that are used, as PyTorch names them.

    Example::

        >>> rl.backends.cpu.get_cpu_capability() in ("AVX512", "AVX2", "DEFAULT")
        True
    """
    try:
        with open("/proc/cpuinfo") as file:
            flags = next((line for line in file if line.startswith("flags")), "").split()
    except OSError:
        flags = []
    return "AVX512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "DEFAULT"
