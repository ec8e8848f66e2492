"""The old name of tensors that record gradients."""

from . import Variable as Variable

__all__ = ["Variable"]
