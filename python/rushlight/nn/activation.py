"""Activation functions as layers."""

from __future__ import annotations

from .. import _C
from . import functional as F
from .module import Module
from .parameter import Parameter


class _Inplace(Module):
    """An activation whose only option is to overwrite its input."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


class ReLU(_Inplace):
    r"""Applies :math:`\max(0, x)` element by element.

    Args:
        inplace (bool): overwrite the input. Default: ``False``

    Examples::

        >>> rl.nn.ReLU()(rl.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    def forward(self, input):
        return F.relu(input, self.inplace)


class ReLU6(_Inplace):
    r"""Applies :math:`\min(\max(0, x), 6)`."""

    min_val, max_val = 0.0, 6.0

    def forward(self, input):
        return F.hardtanh(input, 0.0, 6.0, self.inplace)


class SiLU(_Inplace):
    r"""Applies :math:`x\,\sigma(x)`."""

    def forward(self, input):
        return F.silu(input, self.inplace)


class Mish(_Inplace):
    r"""Applies :math:`x \tanh(\text{softplus}(x))`."""

    def forward(self, input):
        return F.mish(input, self.inplace)


class SELU(_Inplace):
    r"""Applies :math:`s\,(\max(0, x) + \min(0, \alpha (e^x - 1)))`, whose constants keep mean 0 and variance 1."""

    def forward(self, input):
        return F.selu(input, self.inplace)


class Hardsigmoid(Module):
    r"""Applies :math:`\min(\max(0, x / 6 + 1 / 2), 1)`."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        return F.hardsigmoid(input, self.inplace)


class Hardswish(Module):
    r"""Applies :math:`x \min(\max(0, x / 6 + 1 / 2), 1)`."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        return F.hardswish(input, self.inplace)


class Sigmoid(Module):
    r"""Applies :math:`1 / (1 + e^{-x})`."""

    def forward(self, input):
        return _C.sigmoid(input)


class Tanh(Module):
    r"""Applies :math:`\tanh(x)`."""

    def forward(self, input):
        return _C.tanh(input)


class LogSigmoid(Module):
    r"""Applies :math:`\log(1 / (1 + e^{-x}))`."""

    def forward(self, input):
        return F.logsigmoid(input)


class Softsign(Module):
    r"""Applies :math:`x / (1 + |x|)`."""

    def forward(self, input):
        return F.softsign(input)


class Tanhshrink(Module):
    r"""Applies :math:`x - \tanh(x)`."""

    def forward(self, input):
        return F.tanhshrink(input)


class Threshold(Module):
    r"""Replaces what is not above `threshold` by `value`.

    Args:
        threshold (float): the limit.
        value (float): the replacement.
        inplace (bool): overwrite the input. Default: ``False``
    """

    def __init__(self, threshold, value, inplace=False):
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input):
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self):
        return f"threshold={self.threshold}, value={self.value}{', inplace=True' if self.inplace else ''}"


class RReLU(Module):
    r"""Multiplies negative values by a slope drawn from :math:`U(\text{lower}, \text{upper})`; in evaluation by the mean.

    Args:
        lower (float): Default: 1/8
        upper (float): Default: 1/3
        inplace (bool): overwrite the input. Default: ``False``
    """

    def __init__(self, lower=1.0 / 8, upper=1.0 / 3, inplace=False):
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input):
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self):
        return f"lower={self.lower}, upper={self.upper}{', inplace=True' if self.inplace else ''}"


class Hardtanh(Module):
    r"""Limits to :math:`[\text{min\_val}, \text{max\_val}]`.

    Args:
        min_val (float): Default: -1
        max_val (float): Default: 1
        inplace (bool): overwrite the input. Default: ``False``
    """

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None):
        super().__init__()
        for old, name in ((min_value, "min_val"), (max_value, "max_val")):
            if old is not None:
                from warnings import warn

                warn(
                    f"keyword argument `{name}ue` is deprecated and rename to `{name}`",
                    FutureWarning,
                    stacklevel=2,
                )
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(
                f"max_val must be larger than min_val, but got max_val={self.max_val}, min_val={self.min_val}"
            )

    def forward(self, input):
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self):
        return f"min_val={self.min_val}, max_val={self.max_val}{', inplace=True' if self.inplace else ''}"


class _Alpha(Module):
    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def extra_repr(self):
        return f"alpha={self.alpha}{', inplace=True' if self.inplace else ''}"


class ELU(_Alpha):
    r"""Applies :math:`x` where it is positive, :math:`\alpha (e^x - 1)` elsewhere.

    Args:
        alpha (float): Default: 1
        inplace (bool): overwrite the input. Default: ``False``
    """

    def forward(self, input):
        return F.elu(input, self.alpha, self.inplace)


class CELU(_Alpha):
    r"""Applies :math:`\max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))`.

    Args:
        alpha (float): Default: 1
        inplace (bool): overwrite the input. Default: ``False``
    """

    def forward(self, input):
        return F.celu(input, self.alpha, self.inplace)


class LeakyReLU(Module):
    r"""Applies :math:`\max(0, x) + \text{negative\_slope} \cdot \min(0, x)`.

    Args:
        negative_slope (float): Default: 0.01
        inplace (bool): overwrite the input. Default: ``False``
    """

    def __init__(self, negative_slope=1e-2, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input):
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self):
        return f"negative_slope={self.negative_slope}{', inplace=True' if self.inplace else ''}"


class PReLU(Module):
    r"""Applies :math:`\max(0, x) + a \min(0, x)` with a learnt :math:`a`.

    Args:
        num_parameters (int): 1, or the number of channels. Default: 1
        init (float): the first value of :math:`a`. Default: 0.25
    """

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(_C.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self):
        from .init import constant_

        constant_(self.weight, self.init)

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


class GELU(Module):
    r"""Applies :math:`x\,\Phi(x)`, :math:`\Phi` being the normal distribution function.

    Args:
        approximate (str): ``'none'`` or ``'tanh'``. Default: ``'none'``
    """

    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class Softplus(Module):
    r"""Applies :math:`\frac{1}{\beta} \log(1 + e^{\beta x})`; where :math:`\beta x` is above the threshold, :math:`x`.

    Args:
        beta (float): Default: 1
        threshold (float): Default: 20
    """

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input):
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"


class _Lambda(Module):
    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def extra_repr(self):
        return str(self.lambd)


class Hardshrink(_Lambda):
    r"""Sets values within :math:`[-\lambda, \lambda]` to zero.

    Args:
        lambd (float): Default: 0.5
    """

    def forward(self, input):
        return F.hardshrink(input, self.lambd)


class Softshrink(_Lambda):
    r"""Moves values towards zero by :math:`\lambda`.

    Args:
        lambd (float): Default: 0.5
    """

    def forward(self, input):
        return F.softshrink(input, self.lambd)


class _Along(Module):
    """An activation along one dimension."""

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def __setstate__(self, state):
        super().__setstate__(state)
        if not hasattr(self, "dim"):
            self.dim = None

    def extra_repr(self):
        return f"dim={self.dim}"


class GLU(_Along):
    r"""Splits in two halves and applies :math:`a \otimes \sigma(b)`.

    Args:
        dim (int): along which to split. Default: -1
    """

    def __init__(self, dim=-1):
        super().__init__(dim)

    def forward(self, input):
        return F.glu(input, self.dim)


class Softmax(_Along):
    r"""Applies :math:`e^{x_i} / \sum_j e^{x_j}` along `dim`.

    Args:
        dim (int): the dimension whose elements add up to 1.

    Examples::

        >>> rl.nn.Softmax(dim=1)(rl.zeros(1, 2))
        tensor([[0.5000, 0.5000]])
    """

    def forward(self, input):
        return F.softmax(input, self.dim, _stacklevel=5)


class Softmin(_Along):
    r"""Applies :class:`Softmax` to :math:`-x`."""

    def forward(self, input):
        return F.softmin(input, self.dim, _stacklevel=5)


class LogSoftmax(_Along):
    r"""Applies :math:`\log(e^{x_i} / \sum_j e^{x_j})` along `dim`."""

    def forward(self, input):
        return F.log_softmax(input, self.dim, _stacklevel=5)


class Softmax2d(Module):
    """Applies :class:`Softmax` over the channels at every place of an image."""

    def forward(self, input):
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3, _stacklevel=5)
