"""Apple's graphics processors, as programs for them ask (:mod:`rushlight.mps` says when there is one)."""

from __future__ import annotations

from .. import mps
from ..cuda import _device


def is_built() -> bool:
    """Whether this build can use them."""
    import sys

    return sys.platform == "darwin" and _device.built()


def is_available() -> bool:
    """Whether one can be used."""
    return mps.is_available()


def is_macos_or_newer(major: int, minor: int) -> bool:
    """Whether the system is macOS of this version at least."""
    import platform

    version = platform.mac_ver()[0]
    return bool(version) and tuple(map(int, version.split(".")[:2])) >= (major, minor)


def is_macos13_or_newer(minor: int = 0) -> bool:
    """Whether the system is macOS 13 at least."""
    return is_macos_or_newer(13, minor)


def get_name() -> str:
    """What the maker calls it.

    Errors: RuntimeError without one.
    """
    return _device.properties(mps._needed())["name"]


def get_core_count() -> int:
    """How many cores it has: the driver does not tell, and RuntimeError says so."""
    mps._needed()
    raise RuntimeError("get_core_count: the driver does not tell how many cores the device has")
