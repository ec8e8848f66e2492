"""The package opt_einsum, which is not used: ``einsum`` finds its order of products itself."""

from __future__ import annotations

from ._flags import flags_of

enabled = False
strategy: str | None = None
flags = flags_of(__name__, enabled=False, strategy=None)


def is_available() -> bool:
    """Whether the package is used."""
    return False


def get_opt_einsum() -> None:
    """The package, which is not used."""
    return None
