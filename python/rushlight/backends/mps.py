"""Apple's graphics processors, which are not used."""

from __future__ import annotations


def is_built() -> bool:
    """Whether this build can use them."""
    return False


def is_available() -> bool:
    """Whether one can be used."""
    return False


def is_macos_or_newer(major: int, minor: int) -> bool:
    """Whether the system is macOS of this version at least."""
    import platform

    version = platform.mac_ver()[0]
    return bool(version) and tuple(map(int, version.split(".")[:2])) >= (major, minor)


def is_macos13_or_newer(minor: int = 0) -> bool:
    """Whether the system is macOS 13 at least."""
    return is_macos_or_newer(13, minor)


def get_name() -> str:
    """What the maker calls it."""
    raise RuntimeError("no MPS device: this build of rushlight has no GPU backend")


def get_core_count() -> int:
    """How many cores it has."""
    raise RuntimeError("no MPS device: this build of rushlight has no GPU backend")
