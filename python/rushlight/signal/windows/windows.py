"""The windows, each a function of the position.

All take ``M``, the number of weights; ``sym=True`` for a symmetric window and ``sym=False`` for a period of one that repeats,
which is the symmetric one of ``M + 1`` without its last weight; and dtype (float32 or float64), layout, device and
``requires_grad`` as functions that make tensors do. The largest weight is 1.

Source: F. J. Harris, On the use of windows for harmonic analysis with the discrete Fourier transform, Proc. IEEE 66 (1978).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import rushlight
from rushlight import Tensor

__all__ = [
    "bartlett",
    "blackman",
    "cosine",
    "exponential",
    "gaussian",
    "general_cosine",
    "general_hamming",
    "hamming",
    "hann",
    "kaiser",
    "nuttall",
]


def _checked(name: str, M: int, dtype, layout):
    """The dtype, which is checked with the other arguments that all windows share."""
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not rushlight.strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    dtype = rushlight.get_default_dtype() if dtype is None else dtype
    if dtype not in (rushlight.float32, rushlight.float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    return dtype


def _flat(M: int, dtype, device, requires_grad):
    """The windows of no weight and of one."""
    return rushlight.ones((M,), dtype=dtype, device=device, requires_grad=requires_grad)


def exponential(
    M: int,
    *,
    center: float | None = None,
    tau: float = 1.0,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """``exp(-|n - center| / tau)``.

    Args:
        M: number of weights.
        center: where the window has its largest value, the middle by default; symmetric windows have no other.
        tau: over how many weights it falls to 1 / e.

    Raises:
        ValueError: for a ``tau`` that is not positive, and a center of a symmetric window.

    Example::

        >>> torch.signal.windows.exponential(3)
        tensor([0.3679, 1.0000, 0.3679])
    """
    dtype = _checked("exponential", M, dtype, layout)
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    if M == 0:
        return _flat(M, dtype, device, requires_grad)
    if center is None:
        center = (M if not sym and M > 1 else M - 1) / 2.0
    step = 1 / tau
    k = rushlight.linspace(
        -center * step, (-center + (M - 1)) * step, M, dtype=dtype, device=device, requires_grad=requires_grad
    )
    return rushlight.exp(-rushlight.abs(k))


def cosine(
    M: int,
    *,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """Half a period of a sine: ``sin(pi (n + 0.5) / M)``.

    Example::

        >>> torch.signal.windows.cosine(3)
        tensor([0.5000, 1.0000, 0.5000])
    """
    dtype = _checked("cosine", M, dtype, layout)
    if M == 0:
        return _flat(M, dtype, device, requires_grad)
    start = 0.5
    step = math.pi / (M + 1 if not sym and M > 1 else M)
    k = rushlight.linspace(
        start * step, (start + (M - 1)) * step, M, dtype=dtype, device=device, requires_grad=requires_grad
    )
    return rushlight.sin(k)


def gaussian(
    M: int,
    *,
    std: float = 1.0,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """``exp(-(n - center)^2 / (2 std^2))``.

    Raises:
        ValueError: for a ``std`` that is not positive.

    Example::

        >>> torch.signal.windows.gaussian(3)
        tensor([0.6065, 1.0000, 0.6065])
    """
    dtype = _checked("gaussian", M, dtype, layout)
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    if M == 0:
        return _flat(M, dtype, device, requires_grad)
    start = -(M if not sym and M > 1 else M - 1) / 2.0
    step = 1 / (std * math.sqrt(2))
    k = rushlight.linspace(
        start * step, (start + (M - 1)) * step, M, dtype=dtype, device=device, requires_grad=requires_grad
    )
    return rushlight.exp(-(k**2))


def kaiser(
    M: int,
    *,
    beta: float = 12.0,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """``I0(beta sqrt(1 - x^2)) / I0(beta)``, ``x`` from -1 to 1 and ``I0`` Bessel's modified function of order 0.

    Raises:
        ValueError: for a negative ``beta``.

    Example::

        >>> torch.signal.windows.kaiser(3, beta=2.0)
        tensor([0.4387, 1.0000, 0.4387])
    """
    dtype = _checked("kaiser", M, dtype, layout)
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    if M <= 1:
        return _flat(M, dtype, device, requires_grad)
    whole = rushlight.tensor(float(beta), dtype=dtype, device=device)
    # PyTorch's square root never sees a negative number: positions end just inside
    step = 2.0 * beta / (M if not sym else M - 1)
    k = rushlight.linspace(
        -beta,
        -beta + (M - 1) * step if not sym else beta,
        M,
        dtype=dtype,
        device=device,
        requires_grad=requires_grad,
    )
    return rushlight.i0(rushlight.sqrt(rushlight.clamp(beta * beta - k**2, min=0.0))) / rushlight.i0(whole)


def general_cosine(
    M: int,
    *,
    a: Iterable,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """A sum of cosines with alternating signs: ``sum_i (-1)^i a_i cos(2 pi i n / (M - 1))``.

    Raises:
        ValueError: where there are no coefficients. TypeError: for coefficients that are no list.

    Example::

        >>> torch.signal.windows.general_cosine(3, a=[0.5, 0.5])
        tensor([0., 1., 0.])
    """
    dtype = _checked("general_cosine", M, dtype, layout)
    if M <= 1:
        return _flat(M, dtype, device, requires_grad)
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    a = list(a)
    if not a:
        raise ValueError("Coefficients cannot be empty")
    step = 2 * math.pi / (M if not sym else M - 1)
    k = rushlight.linspace(0, (M - 1) * step, M, dtype=dtype, device=device, requires_grad=requires_grad)
    signed = rushlight.tensor([(-1) ** i * w for i, w in enumerate(a)], dtype=dtype, device=device)
    i = rushlight.arange(len(a), dtype=dtype, device=device)
    return (signed.unsqueeze(-1) * rushlight.cos(i.unsqueeze(-1) * k)).sum(0)


def general_hamming(
    M: int,
    *,
    alpha: float = 0.54,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """``alpha - (1 - alpha) cos(2 pi n / (M - 1))``.

    >>> rl.signal.windows.general_hamming(4)
    tensor([0.0800, 0.7700, 0.7700, 0.0800])
    """
    return general_cosine(
        M,
        a=[alpha, 1.0 - alpha],
        sym=sym,
        dtype=dtype,
        layout=layout,
        device=device,
        requires_grad=requires_grad,
    )


def hamming(
    M: int,
    *,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """Hamming's window: ``0.54 - 0.46 cos(2 pi n / (M - 1))``.

    >>> rl.signal.windows.hamming(4)
    tensor([0.0800, 0.7700, 0.7700, 0.0800])
    """
    return general_hamming(M, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)


def hann(
    M: int,
    *,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """Hann's window: ``0.5 - 0.5 cos(2 pi n / (M - 1))``.

    Example::

        >>> torch.signal.windows.hann(4, sym=False)
        tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return general_hamming(
        M, alpha=0.5, sym=sym, dtype=dtype, layout=layout, device=device, requires_grad=requires_grad
    )


def blackman(
    M: int,
    *,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """Blackman's window: three cosines of 0.42, 0.5 and 0.08.

    >>> rl.signal.windows.blackman(5).abs()
    tensor([1.4901e-08, 3.4000e-01, 1.0000e+00, 3.4000e-01, 1.4901e-08])
    """
    _checked("blackman", M, dtype, layout)
    return general_cosine(
        M,
        a=[0.42, 0.5, 0.08],
        sym=sym,
        dtype=dtype,
        layout=layout,
        device=device,
        requires_grad=requires_grad,
    )


def nuttall(
    M: int,
    *,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """Nuttall's window of four cosines with the lowest side lobes.

    >>> rl.signal.windows.nuttall(3)
    tensor([3.6280e-04, 1.0000e+00, 3.6280e-04])
    """
    return general_cosine(
        M,
        a=[0.3635819, 0.4891775, 0.1365995, 0.0106411],
        sym=sym,
        dtype=dtype,
        layout=layout,
        device=device,
        requires_grad=requires_grad,
    )


def bartlett(
    M: int,
    *,
    sym: bool = True,
    dtype=None,
    layout=rushlight.strided,
    device=None,
    requires_grad: bool = False,
) -> Tensor:
    """A triangle: ``1 - |2 n / (M - 1) - 1|``.

    Example::

        >>> torch.signal.windows.bartlett(3)
        tensor([0., 1., 0.])
    """
    dtype = _checked("bartlett", M, dtype, layout)
    if M <= 1:
        return _flat(M, dtype, device, requires_grad)
    step = 2 / (M if not sym else M - 1)
    k = rushlight.linspace(
        -1, -1 + (M - 1) * step, M, dtype=dtype, device=device, requires_grad=requires_grad
    )
    return 1 - rushlight.abs(k)
