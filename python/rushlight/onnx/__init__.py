"""Models as ONNX graphs (``torch.onnx``), on the package ``onnx``: extra ``onnx``.

``export`` runs a model once on example inputs and writes what it did, operation by operation. The parameters are
stored under their own names. What an operation becomes is a row: ``_elementwise``, ``_reduce``, ``_shape``, ``_layers``
and ``_recurrent`` hold them.
"""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._export import *
    from ._program import *
    from .errors import *

__getattr__, __dir__, __all__ = on_demand(
    __name__,
    {
        "_export": "OperatorExportTypes TrainingMode export is_in_onnx_export",
        "_program": "ONNXProgram",
        "errors": "OnnxExporterError OnnxExporterWarning UnsupportedOperatorError",
    },
    "errors operators",
)
