"""Named results (``torch.return_types``); classes appear when an op first answers with one."""

from __future__ import annotations

from ._types import _RETURN_TYPES


def __getattr__(name: str):
    if name in _RETURN_TYPES and not name.startswith("_"):
        return _RETURN_TYPES[name]
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
