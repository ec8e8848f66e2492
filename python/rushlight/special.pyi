# Generated from the op table by `python -m rushlight._stubs`; do not edit.
# Names with an underscore stand for types whose own names are taken by a method or a function.
from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Sequence
from typing import Any, overload

from ._C import Number, Tensor, _Named, _device, _dtype, _layout

def airy_ai(input: Tensor, *, out: Any = None) -> Tensor:
    """Airy's function Ai.
    
    >>> torch.special.airy_ai(torch.tensor([0.0, 1.0]))
    tensor([0.3550, 0.1353])"""
def bessel_j0(input: Tensor, *, out: Any = None) -> Tensor:
    """The Bessel function of the first kind, order 0.
    
    >>> torch.special.bessel_j0(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.7652])"""
def bessel_j1(input: Tensor, *, out: Any = None) -> Tensor:
    """The Bessel function of the first kind, order 1.
    
    >>> torch.special.bessel_j1(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.4401])"""
def bessel_y0(input: Tensor, *, out: Any = None) -> Tensor:
    """The Bessel function of the second kind, order 0.
    
    >>> torch.special.bessel_y0(torch.tensor([1.0, 2.0]))
    tensor([0.0883, 0.5104])"""
def bessel_y1(input: Tensor, *, out: Any = None) -> Tensor:
    """The Bessel function of the second kind, order 1.
    
    >>> torch.special.bessel_y1(torch.tensor([1.0, 2.0]))
    tensor([-0.7812, -0.1070])"""
def chebyshev_polynomial_t(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the first kind, of degree `n`.
    
    >>> torch.special.chebyshev_polynomial_t(torch.tensor([0.5, 2.0]), 2)
    tensor([-0.5000,  7.0000])"""
def chebyshev_polynomial_u(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the second kind, of degree `n`.
    
    >>> torch.special.chebyshev_polynomial_u(torch.tensor([0.5, 2.0]), 2)
    tensor([ 0., 15.])"""
def chebyshev_polynomial_v(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the third kind, of degree `n`.
    
    >>> torch.special.chebyshev_polynomial_v(torch.tensor([0.5, 2.0]), 2)
    tensor([-1., 11.])"""
def chebyshev_polynomial_w(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the fourth kind, of degree `n`.
    
    >>> torch.special.chebyshev_polynomial_w(torch.tensor([0.5, 2.0]), 2)
    tensor([ 1., 19.])"""
def digamma(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `digamma`.
    
    The logarithmic derivative of the gamma function.
    
    >>> torch.digamma(torch.tensor([1.0, 2.0]))
    tensor([-0.5772,  0.4228])"""
def entr(input: Tensor, *, out: Any = None) -> Tensor:
    """`-x ln(x)`: the terms of an entropy.
    
    >>> torch.special.entr(torch.tensor([0.0, 0.5, -1.0]))
    tensor([0.0000, 0.3466,   -inf])"""
def erf(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `erf`.
    
    The error function.
    
    >>> torch.erf(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8427])"""
def erfc(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `erfc`.
    
    One minus the error function, exact where that is small.
    
    >>> torch.erfc(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.1573])"""
def erfcx(input: Tensor, *, out: Any = None) -> Tensor:
    """`e^(x^2) erfc(x)`.
    
    >>> torch.special.erfcx(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.4276])"""
def erfinv(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `erfinv`.
    
    The inverse of the error function on (-1, 1).
    
    >>> torch.erfinv(torch.tensor([0.0, 0.5]))
    tensor([0.0000, 0.4769])"""
def exp2(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `exp2`.
    
    Two to the power of every element.
    
    >>> torch.exp2(torch.tensor([0.0, 3.0]))
    tensor([1., 8.])"""
def expit(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `sigmoid`.
    
    The logistic function `1 / (1 + e^-x)`.
    
    >>> torch.sigmoid(torch.tensor([0.0, 2.0]))
    tensor([0.5000, 0.8808])"""
def expm1(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `expm1`.
    
    `e^x - 1`, exact near zero.
    
    >>> torch.expm1(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 1.7183])"""
def gammainc(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `igamma`.
    
    The lower incomplete gamma function, regularised.
    
    >>> torch.igamma(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
    tensor([0.6321, 0.5940])"""
def gammaincc(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `igammac`.
    
    The upper incomplete gamma function, regularised.
    
    >>> torch.igammac(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
    tensor([0.3679, 0.4060])"""
def gammaln(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `lgamma`.
    
    The logarithm of the absolute value of the gamma function.
    
    >>> torch.lgamma(torch.tensor([1.0, 5.0]))
    tensor([0.0000, 3.1781])"""
def hermite_polynomial_h(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The physicist's Hermite polynomial of degree `n`.
    
    >>> torch.special.hermite_polynomial_h(torch.tensor([0.5, 2.0]), 2)
    tensor([-1., 14.])"""
def hermite_polynomial_he(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The probabilist's Hermite polynomial of degree `n`.
    
    >>> torch.special.hermite_polynomial_he(torch.tensor([0.5, 2.0]), 2)
    tensor([-0.7500,  3.0000])"""
def i0(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `i0`.
    
    The modified Bessel function of the first kind, order 0.
    
    >>> torch.i0(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.2661])"""
def i0e(input: Tensor, *, out: Any = None) -> Tensor:
    """`i0(x) e^-|x|`.
    
    >>> torch.special.i0e(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.4658])"""
def i1(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind, order 1.
    
    >>> torch.special.i1(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.5652])"""
def i1e(input: Tensor, *, out: Any = None) -> Tensor:
    """`i1(x) e^-|x|`.
    
    >>> torch.special.i1e(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.2079])"""
def laguerre_polynomial_l(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Laguerre polynomial of degree `n`.
    
    >>> torch.special.laguerre_polynomial_l(torch.tensor([0.5, 2.0]), 2)
    tensor([ 0.1250, -1.0000])"""
def legendre_polynomial_p(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Legendre polynomial of degree `n`.
    
    >>> torch.special.legendre_polynomial_p(torch.tensor([0.5, 2.0]), 2)
    tensor([-0.1250,  5.5000])"""
def log1p(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `log1p`.
    
    `ln(1 + x)`, exact near zero.
    
    >>> torch.log1p(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.6931])"""
def log_ndtr(input: Tensor, *, out: Any = None) -> Tensor:
    """The logarithm of the normal distribution function.
    
    >>> torch.special.log_ndtr(torch.tensor([0.0, -10.0]))
    tensor([ -0.6931, -53.2313])"""
def log_softmax(input: Tensor, dim: _int, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """The logarithm of `softmax`, computed in one.
    
    >>> torch.special.log_softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    tensor([-2.4076, -1.4076, -0.4076])"""
def logit(input: Tensor, eps: _float | None = None, *, out: Any = None) -> Tensor:
    """`ln(x / (1 - x))`.
    
    >>> torch.special.logit(torch.tensor([0.5, 0.8808]))
    tensor([0.0000, 2.0000])"""
def logsumexp(input: Tensor, dim: _int | Sequence[_int], keepdim: _bool = False, *, out: Any = None) -> Tensor:
    """`log(sum(e^x))` over axes, without overflow.
    
    >>> torch.special.logsumexp(torch.tensor([1000.0, 1000.0]), 0)
    tensor(1000.6932)"""
def modified_bessel_i0(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind, order 0.
    
    >>> torch.special.modified_bessel_i0(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 1.2661])"""
def modified_bessel_i1(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the first kind, order 1.
    
    >>> torch.special.modified_bessel_i1(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.5652])"""
def modified_bessel_k0(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the second kind, order 0.
    
    >>> torch.special.modified_bessel_k0(torch.tensor([1.0, 2.0]))
    tensor([0.4210, 0.1139])"""
def modified_bessel_k1(input: Tensor, *, out: Any = None) -> Tensor:
    """The modified Bessel function of the second kind, order 1.
    
    >>> torch.special.modified_bessel_k1(torch.tensor([1.0, 2.0]))
    tensor([0.6019, 0.1399])"""
def multigammaln(input: Tensor, p: _int, *, out: Any = None) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`.
    
    >>> torch.special.multigammaln(torch.tensor([1.0, 2.0]), 2)
    tensor([1.1447, 0.4516])"""
def ndtr(input: Tensor, *, out: Any = None) -> Tensor:
    """The normal distribution function.
    
    >>> torch.special.ndtr(torch.tensor([0.0, 1.96]))
    tensor([0.5000, 0.9750])"""
def ndtri(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse of the normal distribution function.
    
    >>> torch.special.ndtri(torch.tensor([0.5, 0.975]))
    tensor([0.0000, 1.9600])"""
def polygamma(n: _int, input: Tensor, *, out: Any = None) -> Tensor:
    """The `n`-th derivative of `digamma`.
    
    >>> torch.special.polygamma(1, torch.tensor([1.0, 2.0]))
    tensor([1.6449, 0.6449])"""
def psi(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `digamma`.
    
    The logarithmic derivative of the gamma function.
    
    >>> torch.digamma(torch.tensor([1.0, 2.0]))
    tensor([-0.5772,  0.4228])"""
def round(input: Tensor, *, decimals: _int = 0, out: Any = None) -> Tensor:
    """Each element rounded, as `torch.round`.
    
    >>> torch.special.round(torch.tensor([0.5, 1.5, 2.345]), decimals=0)
    tensor([0., 2., 2.])"""
def scaled_modified_bessel_k0(input: Tensor, *, out: Any = None) -> Tensor:
    """`k0(x) e^x`.
    
    >>> torch.special.scaled_modified_bessel_k0(torch.tensor([1.0, 2.0]))
    tensor([1.1445, 0.8416])"""
def scaled_modified_bessel_k1(input: Tensor, *, out: Any = None) -> Tensor:
    """`k1(x) e^x`.
    
    >>> torch.special.scaled_modified_bessel_k1(torch.tensor([1.0, 2.0]))
    tensor([1.6362, 1.0335])"""
def shifted_chebyshev_polynomial_t(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the first kind on [0, 1].
    
    >>> torch.special.shifted_chebyshev_polynomial_t(torch.tensor([0.5, 2.0]), 2)
    tensor([-1., 17.])"""
def shifted_chebyshev_polynomial_u(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the second kind on [0, 1].
    
    >>> torch.special.shifted_chebyshev_polynomial_u(torch.tensor([0.5, 2.0]), 2)
    tensor([-1., 35.])"""
def shifted_chebyshev_polynomial_v(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the third kind on [0, 1].
    
    >>> torch.special.shifted_chebyshev_polynomial_v(torch.tensor([0.5, 2.0]), 2)
    tensor([-1., 29.])"""
def shifted_chebyshev_polynomial_w(input: Tensor | Number, n: Tensor | Number, *, out: Any = None) -> Tensor:
    """The Chebyshev polynomial of the fourth kind on [0, 1].
    
    >>> torch.special.shifted_chebyshev_polynomial_w(torch.tensor([0.5, 2.0]), 2)
    tensor([-1., 41.])"""
def sinc(input: Tensor, *, out: Any = None) -> Tensor:
    """Alias of `sinc`.
    
    `sin(pi x) / (pi x)`.
    
    >>> torch.sinc(torch.tensor([0.0, 0.5]))
    tensor([1.0000, 0.6366])"""
def softmax(input: Tensor, dim: _int, *, dtype: _dtype | None = None, out: Any = None) -> Tensor:
    """`e^x / sum(e^x)` along an axis.
    
    >>> torch.special.softmax(torch.tensor([1.0, 2.0, 3.0]), 0)
    tensor([0.0900, 0.2447, 0.6652])"""
def spherical_bessel_j0(input: Tensor, *, out: Any = None) -> Tensor:
    """The spherical Bessel function of the first kind, order 0.
    
    >>> torch.special.spherical_bessel_j0(torch.tensor([0.0, 1.0]))
    tensor([1.0000, 0.8415])"""
def xlog1py(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `xlog1py`.
    
    `input * ln(1 + other)`, zero where `input` is zero.
    
    >>> torch.special.xlog1py(torch.tensor([0.0, 2.0]), torch.tensor([-1.0, 3.0]))
    tensor([0.0000, 2.7726])"""
def xlogy(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `xlogy`.
    
    `input * ln(other)`, zero where `input` is zero.
    
    >>> torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 3.0]))
    tensor([0.0000, 2.1972])"""
def zeta(input: Tensor | Number, other: Tensor | Number, *, out: Any = None) -> Tensor:
    """Alias of `zeta`.
    
    Hurwitz's zeta function of `input` with offset `other`.
    
    >>> torch.special.zeta(torch.tensor([2.0, 4.0]), torch.tensor([1.0, 1.0]))
    tensor([1.6449, 1.0823])"""
