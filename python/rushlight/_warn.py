"""Warnings at the line of the program that caused them, however many of the package's functions lie between."""

from __future__ import annotations

import sys


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Warns at the innermost line outside the package; Python's filters then show it once a place."""
    from warnings import warn

    level, frame = 2, sys._getframe(1)
    # by the package, since a module's name is PyTorch's while a program that says ``import torch`` runs
    while frame.f_back is not None and (frame.f_globals.get("__package__") or "").partition(".")[0] == "rushlight":
        level, frame = level + 1, frame.f_back
    warn(text, category, stacklevel=level)
