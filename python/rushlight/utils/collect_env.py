"""What a report should say of the machine: ``python -m rushlight.utils.collect_env``."""

from __future__ import annotations


def get_pretty_env_info() -> str:
    """A few lines about this build, Python, NumPy, the system and its GPUs.

    Example::

        >>> "Is CUDA available:" in rl.utils.collect_env.get_pretty_env_info()
        True
    """
    import platform
    import sys

    import numpy

    from .. import __config__, version

    return (
        f"PyTorch version: {version.__version__}\n"
        "Is debug build: False\n"
        "CUDA used to build PyTorch: None\n\n"
        f"OS: {platform.platform()}\n"
        f"Python version: {sys.version.splitlines()[0]}\n"
        f"NumPy version: {numpy.__version__}\n"
        f"{_devices()}\n"
        f"{__config__.show()}"
    )


def _devices() -> str:
    """Whether there is a GPU, and what its driver says of it."""
    from .. import cuda
    from ..cuda import _device

    lines = [f"Is CUDA available: {cuda.is_available()}", f"GPU backend in this build: {_device.built()}"]
    for index in range(cuda.device_count()):
        told = cuda.get_device_properties(index)
        memory = f", {told.total_memory / 2**30:.1f} GiB" if told.total_memory else ""
        lines.append(
            f"GPU {index}: {told.name} ({told.kind}{memory}; {told.backend}, {told.driver} {told.driver_info})"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Prints them."""
    print(get_pretty_env_info())


if __name__ == "__main__":
    main()
