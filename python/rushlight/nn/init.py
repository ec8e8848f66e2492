"""Initial values for parameters: every function fills its tensor in place, outside the graph, and returns it."""

from __future__ import annotations

import math

from .. import _C
from ..autograd.grad_mode import no_grad

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor

_CONVOLUTIONS = frozenset(f"conv{t}{n}d" for t in ("", "_transpose") for n in (1, 2, 3))


def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """The factor by which a nonlinearity shrinks a standard normal input.

    Args:
        nonlinearity (str): its name in ``nn.functional``.
        param (float, optional): the slope of ``leaky_relu``. Default: 0.01

    Examples::

        >>> rl.nn.init.calculate_gain("leaky_relu", 0.2)
        1.3867504905630728
    """
    if nonlinearity in _CONVOLUTIONS or nonlinearity in ("linear", "sigmoid"):
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            slope = 0.01
        elif isinstance(param, (int, float)) and not isinstance(param, bool):
            slope = param
        else:
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def _no_grad_uniform_(tensor, a, b, generator=None):
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def _no_grad_normal_(tensor, mean, std, generator=None):
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def _no_grad_trunc_normal_(tensor, mean, std, a, b, generator=None):
    return trunc_normal_(tensor, mean, std, a, b, generator)


def _no_grad_fill_(tensor, val):
    with no_grad():
        return tensor.fill_(val)


def _no_grad_zero_(tensor):
    with no_grad():
        return tensor.zero_()


def _is_another(tensor: Any) -> bool:
    """Whether a class of a program's own, or a mode, answers for it. For plain tensors, which are most, nothing is imported."""
    if not _C._len_torch_function_stack() and not _C._answers(tensor):
        return False
    from ..overrides import has_torch_function_unary

    return has_torch_function_unary(tensor)


def _answered(function: Any, **given: Any) -> Any:
    from ..overrides import handle_torch_function

    return handle_torch_function(function, (given["tensor"],), **given)


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Draws from the uniform distribution on :math:`[a, b)`.

    >>> bool((nn.init.uniform_(rl.empty(100), 2.0, 3.0) >= 2).all())
    True
    """
    if _is_another(tensor):
        return _answered(uniform_, tensor=tensor, a=a, b=b, generator=generator)
    return _no_grad_uniform_(tensor, a, b, generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Draws from the normal distribution with the given mean and standard deviation.

    >>> nn.init.normal_(rl.empty(2), mean=5.0, std=0.0)
    tensor([5., 5.])
    """
    if _is_another(tensor):
        return _answered(normal_, tensor=tensor, mean=mean, std=std, generator=generator)
    return _no_grad_normal_(tensor, mean, std, generator)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Tensor:
    """Draws from the normal distribution, limited to :math:`[a, b]`: what falls outside is drawn again.

    Where the limits hold less than three tenths of the distribution, values are drawn uniformly between them
    and kept with a probability proportional to the density.

    Args:
        tensor (Tensor): what is filled.
        mean, std (float): of the distribution before it is cut.
        a, b (float): the limits, in absolute values.

    >>> bool((nn.init.trunc_normal_(rl.empty(100)).abs() <= 2).all())
    True
    """

    def below(x):
        return (1.0 + math.erf((x - mean) / std / math.sqrt(2.0))) / 2.0

    if mean < a - 2 * std or mean > b + 2 * std:
        from .._warn import warn

        warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
        )
    if tensor.device.type == "meta":
        return tensor
    with no_grad():
        if below(b) - below(a) > 0.3:
            _redraw_outside(tensor, mean, std, a, b, generator)
        else:
            _draw_by_density(tensor, mean, std, a, b, generator)
    return tensor


def _redraw_outside(tensor, mean, std, a, b, generator):
    low, high = (_C.tensor(limit, dtype=tensor.dtype, device="cpu").item() for limit in (a, b))
    drawn = tensor.normal_(mean, std, generator=generator)
    while (outside := (drawn < low) | (drawn > high)).any():
        drawn = _C.where(outside, _C.empty_like(drawn).normal_(mean, std, generator=generator), drawn)
    if drawn is not tensor:
        tensor.copy_(drawn)


def _draw_by_density(tensor, mean, std, a, b, generator):
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    waiting = None
    while waiting is None or waiting.any():
        values = _C.empty_like(tensor).uniform_(a, b, generator=generator)
        tensor.copy_(values if waiting is None else _C.where(waiting, values, tensor))
        density = values.sub(mean).div(std).pow(2).mul(-0.5).sub(peak)
        refused = _C.empty_like(tensor).uniform_(generator=generator).log().gt(density)
        waiting = refused if waiting is None else waiting & refused


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fills with `val`.

    >>> nn.init.constant_(rl.empty(2), 3.0)
    tensor([3., 3.])
    """
    if _is_another(tensor):
        return _answered(constant_, tensor=tensor, val=val)
    return _no_grad_fill_(tensor, val)


def ones_(tensor: Tensor) -> Tensor:
    """Fills with 1.

    >>> nn.init.ones_(rl.empty(2))
    tensor([1., 1.])
    """
    return _no_grad_fill_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fills with 0.

    >>> nn.init.zeros_(rl.empty(2))
    tensor([0., 0.])
    """
    with no_grad():
        return tensor.zero_()


def eye_(tensor: Tensor) -> Tensor:
    """Fills a matrix with the identity.

    >>> nn.init.eye_(rl.empty(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    with no_grad():
        _C.eye(*tensor.shape, out=tensor, requires_grad=tensor.requires_grad)
    return tensor


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fills a convolution weight so that the layer passes on as many input channels as it can.

    Args:
        tensor (Tensor): a weight of 3, 4 or 5 dimensions.
        groups (int, optional): of the convolution. Default: 1

    >>> nn.init.dirac_(rl.empty(1, 1, 3))
    tensor([[[0., 1., 0.]]])
    """
    dimensions = tensor.ndimension()
    if dimensions not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    sizes = tensor.size()
    if sizes[0] % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    per_group = sizes[0] // groups
    with no_grad():
        tensor.zero_()
        middle = tuple(size // 2 for size in sizes[2:])
        for group in range(groups):
            for d in range(min(per_group, sizes[1])):
                tensor[(group * per_group + d, d, *middle)] = 1
    return tensor


def _calculate_fan_in_and_fan_out(tensor):
    shape = tensor.shape
    if len(shape) < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def _calculate_correct_fan(tensor, mode):
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return fan_in if mode == "fan_in" else fan_out


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Draws from :math:`U(-a, a)` with :math:`a = \text{gain} \sqrt{6 / (\text{fan\_in} + \text{fan\_out})}`.

    Source: Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks.

    >>> bool((nn.init.xavier_uniform_(rl.empty(3, 4)).abs() <= (6 / 7) ** 0.5).all())
    True
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    r"""Draws from :math:`N(0, s^2)` with :math:`s = \text{gain} \sqrt{2 / (\text{fan\_in} + \text{fan\_out})}`.

    Source: Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks.

    >>> nn.init.xavier_normal_(rl.empty(3, 4)).shape
    torch.Size([3, 4])
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


def _is_empty(tensor):
    if 0 not in tensor.shape:
        return False
    from .._warn import warn

    warn("Initializing zero-element tensors is a no-op")
    return True


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    r"""Draws from :math:`U(-b, b)` with :math:`b = \text{gain} \sqrt{3 / \text{fan}}`.

    Args:
        tensor (Tensor): what is filled.
        a (float): the slope of the ``leaky_relu`` that follows. Default: 0
        mode (str): ``'fan_in'`` keeps the variance forward, ``'fan_out'`` backward. Default: ``'fan_in'``
        nonlinearity (str): what follows. Default: ``'leaky_relu'``

    Source: He et al. (2015), Delving deep into rectifiers.

    >>> bool((nn.init.kaiming_uniform_(rl.empty(3, 4), nonlinearity="relu").abs() <= (6 / 4) ** 0.5).all())
    True
    """
    if _is_another(tensor):
        return _answered(
            kaiming_uniform_, tensor=tensor, a=a, mode=mode, nonlinearity=nonlinearity, generator=generator
        )
    if _is_empty(tensor):
        return tensor
    std = calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    r"""Draws from :math:`N(0, s^2)` with :math:`s = \text{gain} / \sqrt{\text{fan}}`; see :func:`kaiming_uniform_`.

    >>> nn.init.kaiming_normal_(rl.empty(3, 4), nonlinearity="relu").shape
    torch.Size([3, 4])
    """
    if _is_empty(tensor):
        return tensor
    fan = _calculate_correct_fan(tensor, mode)
    return normal_(tensor, 0, calculate_gain(nonlinearity, a) / math.sqrt(fan), generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Fills with an orthogonal matrix; dimensions after the first are taken together.

    Source: Saxe et al. (2013), Exact solutions to the nonlinear dynamics of learning in deep linear networks.

    >>> w = nn.init.orthogonal_(rl.empty(3, 4))
    >>> rl.allclose(w @ w.T, rl.eye(3), atol=1e-5)
    True
    """
    if tensor.ndimension() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.size(0)
    columns = tensor.numel() // rows
    with no_grad():
        flat = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)
        if rows < columns:
            flat.t_()
        q, r = _C._linalg.qr(flat)
        q.mul_(r.diagonal().sgn())  # the factor whose R has a positive diagonal is the only one
        if rows < columns:
            q.t_()
        tensor.view_as(q).copy_(q)
        tensor.mul_(gain)
    return tensor


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Fills a matrix from :math:`N(0, std^2)` and sets a share `sparsity` of every column to zero.

    >>> (nn.init.sparse_(rl.empty(4, 3), sparsity=0.5) == 0).sum(0)
    tensor([2, 2, 2])
    """
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            tensor[_C.randperm(rows, device="cpu")[:zeros].to(tensor.device), column] = 0
    return tensor


def _deprecated(name):
    function = globals()[name]

    def old(*args: Any, **kwargs: Any) -> Tensor:
        from .._warn import warn

        warn(
            f"`nn.init.{name[:-1]}` is now deprecated in favor of `nn.init.{name}`.",
            FutureWarning,
        )
        return function(*args, **kwargs)

    old.__name__ = old.__qualname__ = name[:-1]
    last = ", 3.0" if name == "constant_" else ", 0.5" if name == "sparse_" else ""
    shape = "3, 4, 5" if name == "dirac_" else "3, 4"
    old.__doc__ = f"""The former name of :func:`{name}`.

    >>> nn.init.{name[:-1]}(rl.empty({shape}){last}).shape
    torch.Size([{shape}])
    """
    return old


for _name in (
    "uniform_ normal_ constant_ eye_ dirac_ xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ "
    "orthogonal_ sparse_"
).split():
    globals()[_name[:-1]] = _deprecated(_name)
del _name
