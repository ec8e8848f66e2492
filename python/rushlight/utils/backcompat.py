"""Warnings about behaviour that PyTorch changed long ago; it is today's here."""

from __future__ import annotations


class _Warning:
    """A switch that is kept."""

    enabled = False


broadcast_warning = _Warning()
keepdim_warning = _Warning()
