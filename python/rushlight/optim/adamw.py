"""Adam with the decay of weights beside the gradient, at PyTorch's address."""

from .adam import AdamW, adamw

__all__ = ["AdamW", "adamw"]
