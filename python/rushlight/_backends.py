"""``torch.backends``: switches that programs set; none changes a result here."""

from __future__ import annotations


class _Switches:
    """A namespace that remembers what it is told."""

    def __init__(self, **values):
        self.__dict__.update(values)

    def is_available(self) -> bool:
        return False


backends = _Switches(
    cudnn=_Switches(enabled=False, benchmark=False, deterministic=True, allow_tf32=False),
    cuda=_Switches(matmul=_Switches(allow_tf32=False)),
    mps=_Switches(),
    mkl=_Switches(),
    mkldnn=_Switches(enabled=False),
    openmp=_Switches(),
)
