"""Intel's mathematical library, which is not used."""

from __future__ import annotations

from ._flags import Precision

VERBOSE_OFF = 0
VERBOSE_ON = 1


def is_available() -> bool:
    """Whether the library is there."""
    return False


class verbose(Precision):  # noqa: N801, RUF100
    """A block in which the library would tell what it does.

    Args:
        enable (int): ``VERBOSE_ON`` or ``VERBOSE_OFF``.
    """

    def __init__(self, enable: int) -> None:
        super().__init__(enable=enable)

    def __enter__(self) -> verbose:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing was changed."""
