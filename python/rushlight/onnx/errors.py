"""What an export raises and warns of."""

from __future__ import annotations


class OnnxExporterWarning(UserWarning):
    """A value became a constant of the exported model that another input would have changed."""


class OnnxExporterError(RuntimeError):
    """The model cannot be exported."""


class UnsupportedOperatorError(OnnxExporterError):
    """An operation that has no row here, or not with these arguments.

    Args:
        name (str): the operation.
        reason (str): what of it cannot be said in ONNX.
    """

    def __init__(self, name: str, reason: str = "") -> None:
        super().__init__(f"Exporting the operator '{name}' to ONNX is not supported{': ' * bool(reason)}{reason}")


__all__ = ["OnnxExporterError", "OnnxExporterWarning", "UnsupportedOperatorError"]
