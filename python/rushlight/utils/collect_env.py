"""What a report should say of the machine: ``python -m rushlight.utils.collect_env``."""

from __future__ import annotations


def get_pretty_env_info() -> str:
    """A few lines about this build, Python, NumPy and the system."""
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
        f"NumPy version: {numpy.__version__}\n\n"
        f"{__config__.show()}"
    )


def main() -> None:
    """Prints them."""
    print(get_pretty_env_info())


if __name__ == "__main__":
    main()
