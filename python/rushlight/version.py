"""The release of PyTorch whose names and behaviour this package follows (``torch.version``)."""

from __future__ import annotations

from .torch_version import _OWN, TorchVersion

__version__ = TorchVersion(f"2.13.0+rushlight.{_OWN}")
debug = False
cuda: str | None = None
hip: str | None = None
rocm: str | None = None
xpu: str | None = None
git_version = "unknown"

__all__ = ["__version__", "cuda", "debug", "git_version", "hip", "rocm", "xpu"]
