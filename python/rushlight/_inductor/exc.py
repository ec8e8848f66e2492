"""Exceptions of PyTorch's code generator, which programs catch. Nothing here raises them."""


class InductorError(RuntimeError):
    """Code could not be generated."""


class LoweringException(InductorError):
    """An operation has no code."""
