"""How this build was made (``torch.__config__``)."""

from __future__ import annotations


def show() -> str:
    """A few lines about this build, for reports.

    Example::

        >>> print(rl.__config__.show())
        PyTorch's API 2.13 built with:
          - rushlight ...
    """
    import platform

    from . import backends, get_num_threads
    from .cuda import _device
    from .torch_version import _OWN

    return (
        "PyTorch's API 2.13 built with:\n"
        f"  - rushlight {_OWN}, an engine in Rust\n"
        f"  - {platform.system()} {platform.machine()}, Python {platform.python_version()}\n"
        f"  - CPU capability usage: {backends.cpu.get_cpu_capability()}\n"
        f"  - {get_num_threads()} threads\n"
        f"  - {'GPUs through Vulkan, Metal or DirectX 12' if _device.built() else 'no GPU backend'}\n"
        "  - no CUDA, no MKL, no oneDNN\n"
    )


def parallel_info() -> str:
    """How many threads compute."""
    import os

    from . import get_num_interop_threads, get_num_threads

    return (
        "ATen/Parallel:\n"
        f"\tat::get_num_threads() : {get_num_threads()}\n"
        f"\tat::get_num_interop_threads() : {get_num_interop_threads()}\n"
        f"std::thread::hardware_concurrency() : {os.cpu_count()}\n"
    )
