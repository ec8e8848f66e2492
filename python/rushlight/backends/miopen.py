"""MIOpen, which is not used."""

from __future__ import annotations

from ._flags import flags_of

immediate = False
flags = flags_of(__name__, immediate=False)
