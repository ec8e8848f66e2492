# Generated from the op table by `python -m rushlight._stubs`; do not edit.
# Names with an underscore stand for types whose own names are taken by a method or a function.
from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Sequence
from typing import Any, overload

from ._C import Number, Tensor, _Named, _device, _dtype, _layout

def fft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """The discrete Fourier transform along an axis: `X[k] = sum_j x[j] exp(-2 pi i j k / n)`.
    
    Args: input: float32, float64, complex or integer; n: length to cut or zero-pad to; dim: axis; norm:
    "backward" (no scaling), "ortho" (1/sqrt(n)) or "forward" (1/n).
    **Shape**: the input's with `n` at `dim`; complex.
    **Errors**: RuntimeError for half types, lengths below 1 and unknown norms; IndexError for a wrong axis.
    
    >>> torch.fft.fft(torch.tensor([1.0, 0.0, 0.0, 0.0]))
    tensor([1.+0.j, 1.+0.j, 1.+0.j, 1.-0.j])"""
def fft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = (-2, -1), norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`fft` over two axes.
    
    >>> torch.fft.fft2(torch.ones(2, 2))
    tensor([[4.+0.j, 0.+0.j],
            [0.+0.j, 0.+0.j]])"""
def fftfreq(n: _int, d: _float = 1.0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Frequencies of the coefficients of `fft` with spacing `d`: `[0, 1, .., -2, -1] / (n d)`.
    
    >>> torch.fft.fftfreq(4)
    tensor([ 0.0000,  0.2500, -0.5000, -0.2500])"""
def fftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`fft` over any axes (default all, or the last `len(s)`).
    
    Args: s: sizes to cut or zero-pad to, -1 for the input's own; dim: axes.
    **Errors**: RuntimeError for repeated axes, lists of different lengths and sizes below 1.
    
    >>> torch.fft.fftn(torch.ones(2, 2, 2)).sum()
    tensor(8.+0.j)"""
def fftshift(input: Tensor, dim: _int | Sequence[_int] | None = None, *, out: Any = None) -> Tensor:
    """Moves the zero frequency to the middle of the axes (default all).
    
    >>> torch.fft.fftshift(torch.arange(4))
    tensor([2, 3, 0, 1])"""
def hfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """The transform of a Hermitian-symmetric input given by its first half: real.
    
    >>> torch.fft.hfft(torch.tensor([1.0, 0.0, 0.0]), n=4)
    tensor([1., 1., 1., 1.])"""
def hfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = (-2, -1), norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`hfft` over two axes.
    
    >>> torch.fft.hfft2(torch.ones(4, 3)).shape
    torch.Size([4, 4])"""
def hfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`hfft` over any axes.
    
    >>> torch.fft.hfftn(torch.ones(2, 3, 3)).shape
    torch.Size([2, 3, 4])"""
def ifft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """The inverse of `fft`; "backward" scales by 1/n.
    
    >>> torch.fft.ifft(torch.tensor([4.0, 0.0, 0.0, 0.0]))
    tensor([1.-0.j, 1.-0.j, 1.-0.j, 1.+0.j])"""
def ifft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = (-2, -1), norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`ifft` over two axes.
    
    >>> torch.fft.ifft2(torch.ones(2, 2))
    tensor([[1.+0.j, 0.+0.j],
            [0.+0.j, 0.+0.j]])"""
def ifftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`ifft` over any axes.
    
    >>> torch.fft.ifftn(torch.ones(2, 2, 2)).sum()
    tensor(1.+0.j)"""
def ifftshift(input: Tensor, dim: _int | Sequence[_int] | None = None, *, out: Any = None) -> Tensor:
    """The inverse of `fftshift`.
    
    >>> torch.fft.ifftshift(torch.arange(4))
    tensor([2, 3, 0, 1])"""
def ihfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """The inverse of `hfft`: the first half of the inverse transform of a real input.
    
    >>> torch.fft.ihfft(torch.tensor([4.0, 0.0, 0.0, 0.0])).resolve_conj()
    tensor([1.-0.j, 1.-0.j, 1.-0.j])"""
def ihfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = (-2, -1), norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`ihfft` over two axes.
    
    >>> torch.fft.ihfft2(torch.ones(4, 4)).shape
    torch.Size([4, 3])"""
def ihfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`ihfft` over any axes.
    
    >>> torch.fft.ihfftn(torch.ones(2, 3, 4)).shape
    torch.Size([2, 3, 3])"""
def irfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """The inverse of `rfft`: a real result of length `n` (default `2 * (size - 1)`).
    
    >>> torch.fft.irfft(torch.tensor([4.0, 0.0, 0.0]), n=4)
    tensor([1., 1., 1., 1.])"""
def irfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = (-2, -1), norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`irfft` over two axes.
    
    >>> torch.fft.irfft2(torch.ones(4, 3)).shape
    torch.Size([4, 4])"""
def irfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`irfft` over any axes.
    
    >>> torch.fft.irfftn(torch.ones(2, 3, 3)).shape
    torch.Size([2, 3, 4])"""
def rfft(input: Tensor, n: _int | None = None, dim: _int = -1, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """The first `n/2 + 1` coefficients of the transform of a real input.
    
    >>> torch.fft.rfft(torch.tensor([1.0, 0.0, 0.0, 0.0]))
    tensor([1.+0.j, 1.+0.j, 1.+0.j])"""
def rfft2(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = (-2, -1), norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`rfft` over two axes; the last one is halved.
    
    >>> torch.fft.rfft2(torch.ones(4, 4)).shape
    torch.Size([4, 3])"""
def rfftfreq(n: _int, d: _float = 1.0, *, dtype: _dtype | None = None, layout: _str | None = None, device: _device | _str | _int | None = None, requires_grad: _bool = False, out: Any = None) -> Tensor:
    """Frequencies of the coefficients of `rfft`: `[0, 1, .., n/2] / (n d)`.
    
    >>> torch.fft.rfftfreq(4)
    tensor([0.0000, 0.2500, 0.5000])"""
def rfftn(input: Tensor, s: _int | Sequence[_int] | None = None, dim: _int | Sequence[_int] | None = None, norm: _str | None = None, *, out: Any = None) -> Tensor:
    """`rfft` over any axes; the last one is halved.
    
    >>> torch.fft.rfftn(torch.ones(2, 3, 4)).shape
    torch.Size([2, 3, 3])"""
