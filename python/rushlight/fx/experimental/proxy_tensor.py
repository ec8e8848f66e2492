"""Tracing beneath the functions of ``torch``, which there is not; see :func:`rushlight.fx.symbolic_trace`."""


def get_proxy_mode() -> None:
    """The trace that is being recorded beneath: none."""
