"""Functions of ``nn`` under the engine's names in PyTorch: ``torch.lstm``, ``torch.embedding_bag``, ``torch.kl_div`` and
their kin. Their arguments stand in another order there, and what is a word in ``nn.functional`` is a number.
"""

from __future__ import annotations

from typing import Any

from . import _C
from .nn import functional as F

Tensor = _C.Tensor

_REDUCTIONS = ("none", "mean", "sum")
_MODES = ("sum", "mean", "max")
_SAMPLED = ("bilinear", "nearest", "bicubic")
_EDGES = ("zeros", "border", "reflection")


# ---------------------------------------------------------------------- losses
def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, pos_weight: Any = None, reduction: int = 0
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> rl.binary_cross_entropy_with_logits(rl.zeros(2), rl.tensor([0.0, 1.0]), reduction=0)
    tensor([0.6931, 0.6931])
    """
    return F.binary_cross_entropy_with_logits(
        input, target, weight, reduction=_REDUCTIONS[reduction], pos_weight=pos_weight
    )


def cosine_embedding_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> a, b = rl.eye(2), rl.tensor([[0.0, 1.0], [0.0, 1.0]])
    >>> rl.cosine_embedding_loss(a, b, rl.tensor([1, -1]), 0.5, 0)
    tensor([1.0000, 0.5000])
    """
    return F.cosine_embedding_loss(input1, input2, target, margin, reduction=_REDUCTIONS[reduction])


def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, reduction: int = 0) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> rl.hinge_embedding_loss(rl.tensor([0.5, 0.25]), rl.tensor([1.0, -1.0]), reduction=0)
    tensor([0.5000, 0.7500])
    """
    return F.hinge_embedding_loss(input, target, margin, reduction=_REDUCTIONS[reduction])


def margin_ranking_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> rl.margin_ranking_loss(rl.tensor([1.0, 2.0]), rl.tensor([3.0, 1.0]), rl.ones(2), reduction=2)
    tensor(2.)
    """
    return F.margin_ranking_loss(input1, input2, target, margin, reduction=_REDUCTIONS[reduction])


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: int = 0,
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    >>> anchor, near, far = rl.zeros(1, 2), rl.tensor([[3.0, 4.0]]), rl.tensor([[0.0, 2.0]])
    >>> rl.triplet_margin_loss(anchor, near, far, reduction=2)
    tensor(4.0000)
    """
    return F.triplet_margin_loss(
        anchor, positive, negative, margin, p, eps, swap, reduction=_REDUCTIONS[reduction]
    )


def kl_div(input: Any, target: Any, reduction: int = 0, *, log_target: bool = False) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, as without it, 1 the mean, 2 the sum.

    Args:
        input (Tensor): logarithms of probabilities.
        target (Tensor): probabilities, or with `log_target` their logarithms.

    >>> target = rl.tensor([0.5, 0.5])
    >>> log = rl.tensor([0.25, 0.75]).log()
    >>> rl.kl_div(log, target)
    tensor([ 0.3466, -0.2027])
    >>> rl.kl_div(log, target, 2)
    tensor(0.1438)
    """
    terms = F.kl_div(input, target, reduction="none", log_target=log_target)
    return terms if reduction == 0 else terms.mean() if reduction == 1 else terms.sum()


def poisson_nll_loss(
    input: Any, target: Any, log_input: bool, full: bool, eps: float, reduction: int
) -> Tensor:
    """As in ``nn.functional``, with a number for `reduction`: 0 is none, 1 the mean, 2 the sum.

    Args:
        input (Tensor): the rates, or with `log_input` their logarithms.
        target (Tensor): the counts.
        full (bool): adds Stirling's formula for the logarithm of the factorial of the counts.
        eps (float): added to the rates before their logarithm is taken.

    >>> rl.poisson_nll_loss(rl.tensor([1.0, 2.0]), rl.tensor([1.0, 3.0]), False, False, 1e-8, 0)
    tensor([ 1.0000, -0.0794])
    """
    return F.poisson_nll_loss(
        input, target, log_input=log_input, full=full, eps=eps, reduction=_REDUCTIONS[reduction]
    )


# ---------------------------------------------------------------------- recurrent layers
def _recurrent(mode: str, count: int) -> Any:
    def function(input: Any, *given: Any, **named: Any) -> tuple[Any, ...]:
        names = "hx params has_biases num_layers dropout train bidirectional batch_first".split()
        packed = bool(given) and isinstance(given[0], Tensor) and given[0].dtype is _C.int64
        if packed or "batch_sizes" in named:  # steps one after another, longest sequences first
            names = ["batch_sizes", *names[:-1]]
        if len(given) > len(names):
            raise TypeError(f"{mode.lower()}() takes at most {len(names) + 1} arguments, got {len(given) + 1}")
        values = dict(zip(names, given)) | named
        missing = [name for name in names if name not in values]
        if missing:
            raise TypeError(f"{mode.lower()}() missing required arguments: {', '.join(missing)}")
        if unknown := [name for name in values if name not in names]:
            raise TypeError(f"{mode.lower()}() got an unexpected keyword argument '{unknown[0]}'")
        return _recur(mode, count, input, values)

    function.__name__ = function.__qualname__ = mode.lower()
    state = "hidden state and memory" if count == 2 else "hidden state"
    layer = mode.partition("_")[0]
    how = ', nonlinearity="relu"' if mode == "RNN_RELU" else ""
    ends, hx = ("hn, cn", "(h, h)") if count == 2 else ("hn", "h")
    function.__doc__ = f"""What :class:`nn.{layer}` computes, with its weights in a flat list.

    Args:
        input (Tensor): of shape ``(time, batch, features)``, or with `batch_first` ``(batch, time, features)``.
        batch_sizes (Tensor): given for packed sequences alone, and then without `batch_first`: how many of them go on at
            each step.
        hx ({"list of Tensor" if count == 2 else "Tensor"}): the first {state}.
        params (list of Tensor): the weights, layer by layer, in the order of the parameters of the class.
        has_biases (bool): whether biases are among them.
        num_layers (int), dropout (float), train (bool), bidirectional (bool), batch_first (bool): as in the class.

    Returns:
        tuple: the outputs of the last layer, and the last {state} of every layer

    Errors: TypeError for missing arguments; RuntimeError for another number of weights.

    >>> layer = nn.{layer}(3, 4{how})
    >>> x, h = rl.randn(5, 2, 3), rl.zeros(1, 2, 4)
    >>> out, {ends} = rl.{mode.lower()}(x, {hx}, list(layer.parameters()), True, 1, 0.0, False, False, False)
    >>> rl.equal(out, layer(x)[0])
    True
    """
    return function


def _recur(mode: str, count: int, input: Any, given: dict[str, Any]) -> tuple[Any, ...]:
    from .nn.modules.rnn import _run

    states = list(given["hx"]) if count == 2 else [given["hx"]]
    step = 4 if given["has_biases"] else 2
    params = list(given["params"])
    ways = given["num_layers"] * (2 if given["bidirectional"] else 1)
    projected = len(params) == ways * (step + 1)
    step += projected
    if len(params) != ways * step:
        raise RuntimeError(f"{mode.lower()}: expected {ways * step} weights, but got {len(params)}")
    weights = []
    for i in range(ways):
        own = params[i * step : (i + 1) * step]
        biases = own[2:4] if given["has_biases"] else [None, None]
        weights.append([*own[:2], *biases, own[-1] if projected else None])
    flags = [given[name] for name in ("num_layers", "dropout", "train", "bidirectional")]
    if "batch_sizes" in given:
        out, ends = _run(mode, input, given["batch_sizes"].tolist(), states, weights, *flags)
        return (out, *ends)
    x = input.transpose(0, 1) if given["batch_first"] else input
    time, batch = x.size(0), x.size(1)
    out, ends = _run(mode, x.reshape(time * batch, -1), [batch] * time, states, weights, *flags)
    out = out.view(time, batch, -1)
    return (out.transpose(0, 1) if given["batch_first"] else out, *ends)


lstm = _recurrent("LSTM", 2)
gru = _recurrent("GRU", 1)
rnn_tanh = _recurrent("RNN_TANH", 1)
rnn_relu = _recurrent("RNN_RELU", 1)


def lstm_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> tuple[Any, Any]:
    """What :class:`nn.LSTMCell` computes: the new hidden state and memory.

    Args:
        input (Tensor): of shape ``(batch, features)``.
        hx (list of Tensor): the hidden state and the memory, of shape ``(batch, hidden)`` each.
        w_ih (Tensor): weights of the input, of shape ``(4 * hidden, features)``.
        w_hh (Tensor): weights of the state, of shape ``(4 * hidden, hidden)``.
        b_ih, b_hh (Tensor, optional): biases.

    >>> zeros = rl.zeros(1, 2)
    >>> rl.lstm_cell(rl.ones(1, 1), (zeros, zeros), rl.ones(8, 1), rl.zeros(8, 2))
    (tensor([[0.3696, 0.3696]]), tensor([[0.5568, 0.5568]]))
    """
    h, c = _step("LSTM", input, list(hx), (w_ih, w_hh, b_ih, b_hh))
    return h, c


def gru_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Tensor:
    """What :class:`nn.GRUCell` computes: the new hidden state.

    Args:
        input (Tensor): of shape ``(batch, features)``.
        hx (Tensor): the hidden state, of shape ``(batch, hidden)``.
        w_ih (Tensor): weights of the input, of shape ``(3 * hidden, features)``.
        w_hh (Tensor): weights of the state, of shape ``(3 * hidden, hidden)``.
        b_ih, b_hh (Tensor, optional): biases.

    >>> rl.gru_cell(rl.ones(1, 1), rl.zeros(1, 2), rl.ones(6, 1), rl.zeros(6, 2))
    tensor([[0.2048, 0.2048]])
    """
    return _step("GRU", input, [hx], (w_ih, w_hh, b_ih, b_hh))[0]


def rnn_tanh_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Tensor:
    """What :class:`nn.RNNCell` computes: the new hidden state.

    Args:
        input (Tensor): of shape ``(batch, features)``.
        hx (Tensor): the hidden state, of shape ``(batch, hidden)``.
        w_ih (Tensor): weights of the input, of shape ``(hidden, features)``.
        w_hh (Tensor): weights of the state, of shape ``(hidden, hidden)``.
        b_ih, b_hh (Tensor, optional): biases.

    >>> rl.rnn_tanh_cell(rl.ones(1, 1), rl.zeros(1, 2), rl.tensor([[1.0], [-1.0]]), rl.eye(2))
    tensor([[ 0.7616, -0.7616]])
    """
    return _step("RNN_TANH", input, [hx], (w_ih, w_hh, b_ih, b_hh))[0]


def rnn_relu_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Tensor:
    """What :class:`nn.RNNCell` computes with ``nonlinearity="relu"``: the new hidden state.

    Its arguments are those of :func:`rnn_tanh_cell`.

    >>> rl.rnn_relu_cell(rl.ones(1, 1), rl.ones(1, 2), rl.tensor([[1.0], [-3.0]]), rl.eye(2))
    tensor([[2., 0.]])
    """
    return _step("RNN_RELU", input, [hx], (w_ih, w_hh, b_ih, b_hh))[0]


def _step(mode: str, input: Any, states: list[Any], weights: tuple[Any, ...]) -> Any:
    from .nn.modules.rnn import _step as step

    return step(mode, input, states, weights)


# ---------------------------------------------------------------------- tables and images
def embedding_bag(
    weight: Any,
    indices: Any,
    offsets: Any,
    scale_grad_by_freq: bool = False,
    mode: int = 0,
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: Any = None,
) -> tuple[Any, Any, Any, Any]:
    """As in ``nn.functional``, with a number for `mode`: 0 is the sum, 1 the mean, 2 the maximum.

    Args:
        weight (Tensor): the table, a row for every index.
        indices (Tensor): of the rows, of all bags one after another.
        offsets (Tensor): where each bag begins.

    Returns:
        tuple: the bags; which bag an index is in; how many are in a bag; for the maximum, where it was found

    Errors: ValueError for another `mode`.

    >>> table = rl.arange(6.0).view(3, 2)
    >>> bags, bag, sizes, _ = rl.embedding_bag(table, rl.tensor([0, 1, 2]), rl.tensor([0, 1]), mode=1)
    >>> bags
    tensor([[0., 1.],
            [3., 4.]])
    >>> bag, sizes
    (tensor([0, 1, 1]), tensor([1, 2]))
    """
    if mode not in (0, 1, 2):
        raise ValueError(f"mode must be 0, 1 or 2, but got {mode}")
    out = F.embedding_bag(
        indices,
        weight,
        offsets,
        scale_grad_by_freq=scale_grad_by_freq,
        mode=_MODES[mode],
        sparse=sparse,
        per_sample_weights=per_sample_weights,
        include_last_offset=include_last_offset,
        padding_idx=padding_idx,
    )
    bags = out.size(0)
    if mode == 0:
        none = _C.zeros(bags, dtype=indices.dtype)
        return out, _C.empty(0, dtype=indices.dtype), none, none.clone()
    at = _C.arange(indices.numel(), dtype=offsets.dtype)
    bag = _C.searchsorted(offsets[:bags].contiguous(), at, right=True) - 1
    held = _C.ones_like(indices) if padding_idx is None else (indices != padding_idx).to(indices.dtype)
    sizes = _C.zeros(bags, dtype=indices.dtype).scatter_add(0, bag, held)
    if mode == 1:
        return out, bag.to(indices.dtype), sizes, sizes.clone()
    rows = weight.detach()[indices]
    there = (rows == out.detach()[bag]) & held.bool().unsqueeze(1)
    first = _C.where(there, at.unsqueeze(1), indices.numel())
    places = _C.full((bags, weight.size(1)), indices.numel(), dtype=first.dtype)
    places = places.scatter_reduce(0, bag.unsqueeze(1).expand_as(first), first, "amin")
    padded = _C.cat([indices, indices.new_zeros(1)])
    return out, bag.to(indices.dtype), sizes, padded[places]


def embedding_renorm_(self: Any, indices: Any, max_norm: float, norm_type: float) -> Tensor:
    """Scales the rows that `indices` names down to a norm of `max_norm`, in place.

    >>> rl.embedding_renorm_(rl.tensor([[3.0, 4.0], [6.0, 8.0]]), rl.tensor([0]), 1.0, 2.0)
    tensor([[0.6000, 0.8000],
            [6.0000, 8.0000]])
    """
    F.embedding(indices, self, None, max_norm, norm_type)
    return self


def affine_grid_generator(theta: Any, size: Any, align_corners: bool) -> Tensor:
    """As ``nn.functional.affine_grid``.

    >>> rl.affine_grid_generator(rl.eye(2, 3)[None], [1, 1, 2, 2], True)
    tensor([[[[-1., -1.],
              [ 1., -1.]],
    <BLANKLINE>
             [[-1.,  1.],
              [ 1.,  1.]]]])
    """
    return F.affine_grid(theta, size, align_corners)


def grid_sampler(
    input: Any, grid: Any, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """As ``nn.functional.grid_sample``, with numbers for the modes.

    Args:
        interpolation_mode (int): 0 is bilinear, 1 nearest, 2 bicubic.
        padding_mode (int): what lies outside; 0 is zeros, 1 the border, 2 the reflection.

    >>> image = rl.arange(4.0).view(1, 1, 2, 2)
    >>> rl.grid_sampler(image, rl.tensor([[[[-1.0, -1.0], [0.0, 0.0]]]]), 0, 0, True)
    tensor([[[[0.0000, 1.5000]]]])
    """
    return F.grid_sample(input, grid, _SAMPLED[interpolation_mode], _EDGES[padding_mode], align_corners)


grid_sampler_2d = grid_sampler_3d = grid_sampler


def max_pool1d_with_indices(
    input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
) -> tuple[Any, Any]:
    """As ``nn.functional.max_pool1d`` with ``return_indices=True``.

    >>> rl.max_pool1d_with_indices(rl.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
    (tensor([[3., 2.]]), tensor([[1, 2]]))
    """
    stride = kernel_size if stride is None or stride == () else stride
    return F.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices=True)


# ---------------------------------------------------------------------- norms
def native_layer_norm(
    input: Any, normalized_shape: Any, weight: Any, bias: Any, eps: float
) -> tuple[Any, Any, Any]:
    """As ``nn.functional.layer_norm``, with the means and the inverses of the deviations.

    >>> out, mean, rstd = rl.native_layer_norm(rl.tensor([[1.0, 3.0], [2.0, 6.0]]), [2], None, None, 0.0)
    >>> out
    tensor([[-1.,  1.],
            [-1.,  1.]])
    >>> mean.flatten(), rstd.flatten()
    (tensor([2., 4.]), tensor([1.0000, 0.5000]))
    """
    axes = tuple(range(-len(normalized_shape), 0))
    var, mean = _C.var_mean(input, axes, correction=0, keepdim=True)
    return F.layer_norm(input, normalized_shape, weight, bias, eps), mean, (var + eps).rsqrt()


def native_group_norm(
    input: Any, weight: Any, bias: Any, N: int, C: int, HxW: int, group: int, eps: float
) -> tuple[Any, Any, Any]:
    """As ``nn.functional.group_norm``, with the means and the inverses of the deviations.

    Args:
        N, C, HxW (int): the input's batch, its channels, and all its other axes in one.
        group (int): how many groups the channels are in.

    >>> out, mean, rstd = rl.native_group_norm(rl.tensor([[[1.0], [3.0]]]), None, None, 1, 2, 1, 1, 0.0)
    >>> out.flatten(), mean, rstd
    (tensor([-1.,  1.]), tensor([[2.]]), tensor([[1.]]))
    """
    var, mean = _C.var_mean(input.reshape(N, group, -1), 2, correction=0)
    return F.group_norm(input, group, weight, bias, eps), mean, (var + eps).rsqrt()


def native_batch_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Any, Any, Any]:
    """As ``nn.functional.batch_norm``, with the means and the inverses of the deviations; empty outside of training.

    >>> x = rl.tensor([[1.0, 2.0], [3.0, 6.0]])
    >>> out, mean, rstd = rl.native_batch_norm(x, None, None, None, None, True, 0.1, 0.0)
    >>> out
    tensor([[-1., -1.],
            [ 1.,  1.]])
    >>> mean, rstd
    (tensor([2., 4.]), tensor([1.0000, 0.5000]))
    """
    if training:
        axes = (0, *range(2, input.dim()))
        var, mean = _C.var_mean(input, axes, correction=0)
        kept = mean, (var + eps).rsqrt()
    else:
        kept = input.new_empty(0), input.new_empty(0)
    return F.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps), *kept


def native_dropout(input: Any, p: float, train: Any) -> tuple[Any, Any]:
    """As ``nn.functional.dropout``, with the mask of what was kept.

    >>> out, kept = rl.native_dropout(rl.ones(8), 0.5, True)
    >>> rl.equal(out, 2.0 * kept)
    True
    >>> rl.native_dropout(rl.ones(2), 0.5, False)
    (tensor([1., 1.]), tensor([True, True]))
    """
    if not train or p == 0:
        return input, _C.ones_like(input, dtype=_C.bool)
    kept = _C.empty_like(input).bernoulli_(1 - p).bool()
    return input * kept * (0.0 if p == 1 else 1 / (1 - p)), kept


def norm_except_dim(v: Any, pow: int = 2, dim: int = 0) -> Tensor:
    """The norm over all axes but one; of everything for ``dim=-1``.

    Args:
        pow (int): the order of the norm. Default: 2

    >>> rl.norm_except_dim(rl.tensor([[3.0, 4.0], [6.0, 8.0]]))
    tensor([[ 5.],
            [10.]])
    """
    if dim == -1:
        return v.norm(pow)
    axes = [axis for axis in range(v.dim()) if axis != dim]
    return v.norm(pow, axes, keepdim=True) if axes else v.abs()


def frobenius_norm(input: Any, dim: Any, keepdim: bool = False) -> Tensor:
    """The root of the sum of squares over axes.

    Args:
        dim (int or list of int): the axes; all of them if empty.

    >>> rl.frobenius_norm(rl.tensor([[3.0, 4.0], [6.0, 8.0]]), 1)
    tensor([ 5., 10.])
    """
    return _C._linalg.vector_norm(input, 2, dim or None, keepdim)


def nuclear_norm(input: Any, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The sum of the singular values of matrices.

    Args:
        dim (tuple of int, optional): the two axes of the matrices. Default: the last two

    >>> rl.nuclear_norm(rl.diag(rl.tensor([3.0, -4.0])))
    tensor(7.)
    """
    return _C._linalg.matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim)


# ---------------------------------------------------------------------- others
def segment_reduce(
    data: Any,
    reduce: str,
    *,
    lengths: Any = None,
    indices: Any = None,
    offsets: Any = None,
    axis: int = 0,
    unsafe: bool = False,
    initial: Any = None,
) -> Tensor:
    """Reduces parts of the first axis that follow one another.

    Args:
        data (Tensor): what is reduced.
        reduce (str): ``"sum"``, ``"mean"``, ``"max"``, ``"min"`` or ``"prod"``
        lengths (Tensor): of the parts, or
        offsets (Tensor): where each begins and the last ends.
        initial (number, optional): what each part begins with. Default: the operation's own, such as 0 for sums

    Example::

        >>> rl.segment_reduce(rl.arange(5.0), "sum", lengths=rl.tensor([2, 3]))
        tensor([1., 9.])
    """
    ways = {"sum": (0.0, "sum"), "mean": (0.0, "sum"), "prod": (1.0, "prod")}
    ways |= {"max": (-float("inf"), "amax"), "min": (float("inf"), "amin")}
    if reduce not in ways:
        raise RuntimeError(f"unsupported reduction given! {reduce}")
    if axis != 0:
        raise RuntimeError("segment_reduce(): only axis 0 is supported")
    if lengths is None and offsets is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    if lengths is None:
        lengths = offsets.diff()
    if not unsafe and int(lengths.sum()) != data.size(0):
        raise RuntimeError(
            "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe."
        )
    begin, how = ways[reduce]
    count, rest = lengths.numel(), data.shape[1:]
    part = _C.arange(count).repeat_interleave(lengths)
    part = part.view(-1, *(1,) * len(rest)).expand(part.numel(), *rest)
    start = _C.full((count, *rest), begin if initial is None else initial, dtype=data.dtype)
    made = start.scatter_reduce(0, part, data, how)
    if reduce == "mean":
        divisor = lengths.view(-1, *(1,) * len(rest)).to(data.dtype)
        made = _C.where(divisor > 0, made / divisor, float("nan") if initial is None else start)
    return made


def from_file(
    filename: str,
    shared: Any = None,
    size: int = 0,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
) -> Tensor:
    """The numbers in a file, mapped into memory.

    Args:
        filename (str): the file.
        shared (bool): whether writing changes the file. Default: ``False``
        size (int): how many elements.
        dtype (dtype, optional): of the elements.

    >>> import os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = os.path.join(folder.name, "numbers")
    >>> rl.arange(3, dtype=rl.int32).numpy().tofile(path)
    >>> rl.from_file(path, size=3, dtype=rl.int32)
    tensor([0, 1, 2], dtype=torch.int32)
    """
    from .storage import _mapped

    dtype = dtype or _C.get_default_dtype()
    return _mapped(filename, bool(shared), 0, size * dtype.itemsize).view(dtype)


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of whatever holds numbers, over the same memory where that is possible.

    Args:
        obj (Tensor, NumPy array, object with DLPack or the buffer protocol, number or sequence): what.
        dtype (dtype, optional): of the elements. Default: the object's own; the default dtype for buffers
        device (device, optional): where.
        copy (bool, optional): ``True`` always copies, ``False`` never does. Default: only where it must be
        requires_grad (bool): Default: ``False``

    Errors: ValueError where ``copy=False`` and the memory cannot be shared.

    Example::

        >>> a = rl.ones(2)
        >>> rl.asarray(a).data_ptr() == a.data_ptr()
        True
    """
    device = None if device is None else _C.device(device)
    found, fresh = _of_array(obj, dtype)
    if found is None:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return _C.tensor(obj, dtype=dtype, device=device, requires_grad=requires_grad)
    wanted = found.dtype if dtype is None else dtype
    there = device is None or found.device.type == device.type
    if copy is False:
        if not there:
            raise ValueError(f"can't alias tensor from device '{found.device}' to '{device}'.")
        if wanted != found.dtype:
            raise ValueError(
                f"can't alias tensor with dtype '{_legacy(found.dtype)}' into dtype '{_legacy(wanted)}'."
            )
    made = found.clone() if copy and not fresh and wanted == found.dtype and there else found
    if wanted != found.dtype or not there:
        made = found.to(dtype=wanted, device=device)
    return made.requires_grad_() if requires_grad and not made.requires_grad else made


def _of_array(obj: Any, dtype: Any) -> tuple[Any, bool]:
    """A tensor over the memory of an object, and whether that is a copy already; None for what has no such memory."""
    if isinstance(obj, Tensor):
        return obj, False
    if hasattr(obj, "__array_interface__") or type(obj).__module__ == "numpy":
        import numpy

        if isinstance(obj, numpy.ndarray):
            return _C.from_numpy(obj), False
        return (_C.from_numpy(numpy.asarray(obj)), True) if isinstance(obj, numpy.generic) else (None, False)
    if hasattr(obj, "__dlpack__"):
        return _C.from_dlpack(obj), False
    try:
        memoryview(obj)
    except TypeError:
        return None, False
    kind = dtype or _C.get_default_dtype()
    return frombuffer(obj, dtype=kind), False


def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A tensor of one axis over the memory of an object that has the buffer protocol.

    Args:
        buffer (object): such as bytes, bytearray or array.
        dtype (dtype): of the elements.
        count (int): how many; all that fit if negative. Default: -1
        offset (int): how many bytes are left out at the beginning. Default: 0
        requires_grad (bool): Default: ``False``

    Errors: ValueError where the memory is empty, too small, or no whole number of elements.

    Example::

        >>> rl.frombuffer(bytearray(b"\\1\\0\\2\\0"), dtype=rl.int16)
        tensor([1, 2], dtype=torch.int16)
    """
    import numpy

    try:
        view = memoryview(buffer)
    except TypeError:
        raise ValueError("the object does not implement Python buffer protocol.") from None
    length, width = view.nbytes, dtype.itemsize
    if length == 0 or count == 0:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1"
        )
    if count < 0:
        if (length - offset) % width:
            raise ValueError(
                f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of element "
                f"size ({width})"
            )
        count = (length - offset) // width
    if count * width > length - offset:
        raise ValueError(
            f"requested buffer length ({count} * {width} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({length} bytes)"
        )
    if view.readonly:
        from ._warn import warn

        warn(
            "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can "
            "write to the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer "
            "to protect its data or make it writable before converting it to a tensor. This type of warning will be "
            "suppressed for the rest of this program."
        )
    flat = numpy.frombuffer(buffer, numpy.uint8, count * width, offset)
    flat = flat if flat.flags.writeable else flat.copy()
    return _C.from_numpy(flat).view(dtype).requires_grad_(requires_grad)


def _legacy(dtype: Any) -> str:
    from .storage import _CLASS_OF, _name_of

    return _CLASS_OF.get(_name_of(dtype), _name_of(dtype)).removesuffix("Storage")


def is_nonzero(input: Tensor) -> bool:
    """Whether the one element of a tensor is not zero.

    Errors: RuntimeError for tensors of more elements, or none.

    >>> rl.is_nonzero(rl.tensor([0.5])), rl.is_nonzero(rl.tensor(False))
    (True, False)
    """
    return input.is_nonzero()


def is_distributed(input: Tensor) -> bool:
    """Whether a tensor is spread over processes: never.

    >>> rl.is_distributed(rl.ones(2))
    False
    """
    return False


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly detection, when it is on, looks for nan in gradients.

    >>> with rl.autograd.set_detect_anomaly(True, check_nan=False):
    ...     rl.is_anomaly_check_nan_enabled()
    False
    >>> rl.is_anomaly_check_nan_enabled()
    True
    """
    from .autograd import set_detect_anomaly

    return set_detect_anomaly.looks_for_nan
