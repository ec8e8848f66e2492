"""Exceptions of PyTorch's compiler, which programs catch. Nothing here raises them."""


class TorchDynamoException(RuntimeError):
    """What all of them are."""


class InternalTorchDynamoError(TorchDynamoException):
    """The compiler failed."""


class TorchRuntimeError(TorchDynamoException):
    """An operation failed while it was compiled."""


class BackendCompilerFailed(TorchDynamoException):
    """A backend failed."""


class Unsupported(TorchDynamoException):
    """The compiler does not know a construct."""
