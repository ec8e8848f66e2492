# Generated from the op table by `python -m rushlight._stubs`; do not edit.
# Names with an underscore stand for types whose own names are taken by a method or a function.
from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Sequence
from typing import Any, overload

from ._C import Number, Tensor, _Named, _device, _dtype, _layout

def airy_ai(input: Tensor, *, out: Any = None) -> Tensor:
    """Airy's function Ai."""
def bessel_j0(input: Tensor, *, out: Any = None) -> Tensor:
    """The Bessel function of the first kind, order 0."""
def bessel_j1(input: Tensor, *, out: Any = None) -> Tensor:
    """The Bessel function of the first kind, order 1."""
def bessel_y0(input: Tensor, *, out: Any = None) -> Tensor:
    """The Bessel function of the second kind, order 0."""
def bessel_y1(input: Tensor, *, out: Any = None) -> Tensor:
    """The Bessel function of the second kind, order 1."""
def chebyshev_polynomial_t(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the first kind, of degree `n`."""
def chebyshev_polynomial_u(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the second kind, of degree `n`."""
def chebyshev_polynomial_v(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the third kind, of degree `n`."""
def chebyshev_polynomial_w(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the fourth kind, of degree `n`."""
def digamma(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `digamma`."""
def entr(input: Tensor, *, out: Any = None) -> Tensor:
    """`-x ln(x)`: the terms of an entropy."""
def erf(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `erf`."""
def erfc(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `erfc`."""
def erfcx(input: Tensor, *, out: Any = None) -> Tensor:
    """`e^(x^2) erfc(x)`."""
def erfinv(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `erfinv`."""
def exp2(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `exp2`."""
def expit(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `sigmoid`."""
def expm1(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `expm1`."""
def gammainc(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `igamma`."""
def gammaincc(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `igammac`."""
def gammaln(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `lgamma`."""
def hermite_polynomial_h(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The physicist's Hermite polynomial of degree `n`."""
def hermite_polynomial_he(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The probabilist's Hermite polynomial of degree `n`."""
def i0(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `i0`."""
def i0e(input: Tensor, *, out: Any = None) -> Tensor:
    """`i0(x) e^-|x|`."""
def i1(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind, order 1."""
def i1e(input: Tensor, *, out: Any = None) -> Tensor:
    """`i1(x) e^-|x|`."""
def laguerre_polynomial_l(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Laguerre polynomial of degree `n`."""
def legendre_polynomial_p(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Legendre polynomial of degree `n`."""
def log1p(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `log1p`."""
def log_ndtr(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm of the normal distribution function."""
def log_softmax(input: Tensor, dim: _int, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The logarithm of `softmax`, computed in one."""
def logit(input: Tensor, eps: _float | None = None, *, out: Any = None) -> Tensor:
    """`ln(x / (1 - x))`."""
def logsumexp(input: Tensor, dim: _int | Sequence[_int], keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """`log(sum(e^x))` over axes, without overflow."""
def modified_bessel_i0(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind, order 0."""
def modified_bessel_i1(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind, order 1."""
def modified_bessel_k0(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the second kind, order 0."""
def modified_bessel_k1(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the second kind, order 1."""
def multigammaln(input: Tensor, p: _int, *, out: Any = None) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`."""
def ndtr(input: Tensor, *, out: Any = None) -> Tensor:
    """The normal distribution function."""
def ndtri(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of the normal distribution function."""
def polygamma(n: _int, input: Tensor, *, out: Any = None) -> Tensor:
    """The `n`-th derivative of `digamma`."""
def psi(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `digamma`."""
def round(input: Tensor, *, decimals: _int = 0, out: Any = None) -> Tensor:
    """Each element rounded, as `torch.round`."""
def scaled_modified_bessel_k0(input: Tensor, *, out: Any = None) -> Tensor:
    """`k0(x) e^x`."""
def scaled_modified_bessel_k1(input: Tensor, *, out: Any = None) -> Tensor:
    """`k1(x) e^x`."""
def shifted_chebyshev_polynomial_t(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the first kind on [0, 1]."""
def shifted_chebyshev_polynomial_u(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the second kind on [0, 1]."""
def shifted_chebyshev_polynomial_v(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the third kind on [0, 1]."""
def shifted_chebyshev_polynomial_w(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the fourth kind on [0, 1]."""
def sinc(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `sinc`."""
def softmax(input: Tensor, dim: _int, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """`e^x / sum(e^x)` along an axis."""
def spherical_bessel_j0(input: Tensor, *, out: Any = None) -> Tensor:
    """The spherical Bessel function of the first kind, order 0."""
def xlog1py(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `xlog1py`."""
def xlogy(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `xlogy`."""
def zeta(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `zeta`."""
