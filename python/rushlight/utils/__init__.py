"""Data loading and hook handles."""

from . import hooks

__all__ = ["data", "hooks"]


def __getattr__(name: str):
    if name == "data":  # imported when first asked for: many programs load no data
        import importlib

        return importlib.import_module(f"{__name__}.data")
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
