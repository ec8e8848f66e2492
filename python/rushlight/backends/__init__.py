"""``torch.backends``: switches of libraries that PyTorch computes with.

None of these libraries is used here. What a program sets is kept, so that it reads back what it wrote, and changes no
result; what it asks is answered for a machine without the library.
"""

from __future__ import annotations

from .._lazy import on_demand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import (
        cpu as cpu,
        cuda as cuda,
        cudnn as cudnn,
        cusparselt as cusparselt,
        kleidiai as kleidiai,
        mha as mha,
        miopen as miopen,
        mkl as mkl,
        mkldnn as mkldnn,
        mps as mps,
        nnpack as nnpack,
        openmp as openmp,
        opt_einsum as opt_einsum,
        python_native as python_native,
        quantized as quantized,
    )

fp32_precision = "ieee"

if not TYPE_CHECKING:  # checkers would take any name for granted
    __getattr__, __dir__, __all__ = on_demand(
        __name__,
        {},
        "cpu cuda cudnn cusparselt kleidiai mha miopen mkl mkldnn mps nnpack openmp opt_einsum python_native quantized",
    )
