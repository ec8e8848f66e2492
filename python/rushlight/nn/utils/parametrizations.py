"""Parametrizations that are there already: orthogonal, by spectral norm, and by length and direction."""

from __future__ import annotations

from ... import _C, linalg
from ..._lazy import absent
from ..._types import finfo
from ...autograd.grad_mode import no_grad
from .. import functional as F
from ..modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..modules.module import Module
from . import parametrize
from ._weight_norm import norm_except, scaled

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

Tensor = _C.Tensor
_engine: Any = _C  # decompositions differ between builds
_linalg: Any = linalg

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

_MAPS = ("matrix_exp", "cayley", "householder")


def _orthonormal(matrix):
    """Orthonormal columns that span what the matrix's do, by Householder reflections."""
    reflectors, tau = _engine.geqrf(matrix)
    q = _linalg.householder_product(reflectors, tau)
    return q * reflectors.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


def _has_orthonormal_columns(matrix):
    rows, columns = matrix.size(-2), matrix.size(-1)
    if rows < columns:
        return False
    identity = _C.eye(columns, dtype=matrix.dtype, device=matrix.device)
    return _C.allclose(matrix.mH @ matrix, identity, atol=10 * rows * finfo(matrix.dtype).eps)


class _Orthogonal(Module):
    base: Tensor | None

    def __init__(self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape, self.orthogonal_map = weight.shape, orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Tensor:
        wide = X.size(-2) < X.size(-1)
        X = X.mT if wide else X
        n, k = X.size(-2), X.size(-1)
        if self.orthogonal_map == "householder":
            reflectors = X.tril(diagonal=-1)
            tau = 2.0 / (1.0 + (reflectors * reflectors.conj()).sum(dim=-2))
            q = _linalg.householder_product(reflectors, tau)
            q = q * X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)  # the signs that `right_inverse` keeps there
        else:
            lower = X.tril()
            if n != k:
                lower = _C.cat([lower, X.new_zeros(n, n - k).expand(*X.shape[:-2], -1, -1)], dim=-1)
            skew = lower - lower.mH
            if self.orthogonal_map == "matrix_exp":
                q = _engine.matrix_exp(skew)
            else:
                identity = _C.eye(n, dtype=X.dtype, device=X.device)
                q = _linalg.solve(identity - 0.5 * skew, identity + 0.5 * skew)
            q = q[..., :k] if n != k else q
        base = getattr(self, "base", None)
        q = base @ q if base is not None else q
        return q.mT if wide else q

    @no_grad()
    def right_inverse(self, Q: Tensor) -> Tensor:
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        given, wide = Q, Q.size(-2) < Q.size(-1)
        Q = Q.mT if wide else Q
        n, k = Q.size(-2), Q.size(-1)
        if not hasattr(self, "base"):
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                    "use_trivialization=False."
                )
            reflectors, _ = _engine.geqrf(Q)
            signs = reflectors.diagonal(dim1=-2, dim2=-1)
            signs.copy_(signs.sign())
            signs[signs == 0.0] = 1.0
            return reflectors.mT if wide else reflectors
        if n != k:  # a whole basis, of which the weight shows the first columns
            Q = _C.cat([Q, _C.randn(*Q.shape[:-2], n, n - k, dtype=Q.dtype, device=Q.device)], dim=-1)
            Q = _orthonormal(Q)
        else:
            Q = Q.clone() if _has_orthonormal_columns(Q) else _orthonormal(Q)
        self.base = Q
        # of minus one on the diagonal the reflections, and of its skew part the exponential, are the identity
        start = _C.zeros_like(given)
        start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return start


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    r"""Makes a weight orthogonal, or unitary: :math:`Q^H Q = I` if it is tall, :math:`Q Q^H = I` if it is wide.

    Args:
        module (Module): whose weight it is, a matrix or a batch of them.
        name (str): its name. Default: ``'weight'``
        orthogonal_map (str, optional): ``matrix_exp`` (:math:`e^{A - A^H}`), ``cayley``
            (:math:`(I - A/2)^{-1} (I + A/2)` of the skew part) or ``householder`` (a product of reflections). Default:
            the first for square and complex matrices, the last for others
        use_trivialization (bool): multiplies by a fixed orthogonal matrix, the weight as it was, so that any may be
            assigned. Default: ``True``

    Errors: ValueError for a weight that is none or no matrix, another map, and reflections of complex matrices.

    Source: Lezcano-Casado (2019), Trivializations for gradient-based optimization on manifolds.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, made, unsafe=True)


class _SpectralNorm(Module):
    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim if dim >= 0 else dim + ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._matrix(weight)
            rows, columns = matrix.size()
            u, v = matrix.new_empty(rows).normal_(0, 1), matrix.new_empty(columns).normal_(0, 1)
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            self._power_method(matrix, 15)

    def _matrix(self, weight):
        """The weight with `dim` as rows and all else as columns."""
        if self.dim != 0:
            weight = weight.permute(self.dim, *(d for d in range(weight.dim()) if d != self.dim))
        return weight.flatten(1)

    def _power_method(self, matrix, steps):
        with no_grad():
            for _ in range(steps):
                self._u.copy_(F.normalize(_C.mv(matrix, self._v), dim=0, eps=self.eps))
                self._v.copy_(F.normalize(_C.mv(matrix.H, self._u), dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        # copies: the next step must not write to what this one's gradient needs
        u, v = self._u.clone(), self._v.clone()
        return weight / _C.vdot(u, _C.mv(matrix, v))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    r"""Divides a weight by its largest singular value, which a few steps of power iteration estimate.

    Args:
        module (Module): whose weight it is.
        name (str): its name. Default: ``'weight'``
        n_power_iterations (int): steps each time the weight is used in training. Default: 1
        eps (float): keeps lengths off zero. Default: 1e-12
        dim (int, optional): which axis has the outputs. Default: 0, of transposed convolutions 1

    Errors: ValueError if there is no such weight.

    Source: Miyato et al. (2018), Spectral normalization for generative adversarial networks.

    Examples::

        >>> rl.nn.utils.parametrizations.spectral_norm(rl.nn.Linear(4, 3))
        ParametrizedLinear(
          in_features=4, out_features=3, bias=True
          (parametrizations): ModuleDict(
            (weight): ParametrizationList(
              (0): _SpectralNorm()
            )
          )
        )
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if dim is None:
        dim = 1 if isinstance(module, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)) else 0
    made = _SpectralNorm(weight, n_power_iterations, dim, eps)
    return parametrize.register_parametrization(module, name, made)


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return scaled(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    r"""Learns the length (``original0``) and the direction (``original1``) of a weight apart: :math:`w = g v / \|v\|`.

    Args:
        module (Module): whose weight it is.
        name (str): its name. Default: ``'weight'``
        dim (int, optional): the axis whose slices have a length each; ``None`` for one of the whole. Default: 0

    Source: Salimans and Kingma (2016), Weight normalization.
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def from_old_names(state_dict, prefix, *rest: Any):
        """Files of the function of the same name in ``nn.utils`` say ``weight_g`` and ``weight_v``."""
        old = f"{prefix}{name}_g", f"{prefix}{name}_v"
        if all(key in state_dict for key in old):
            for place, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{place}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(from_old_names)
    return module


__getattr__ = absent(__name__)
