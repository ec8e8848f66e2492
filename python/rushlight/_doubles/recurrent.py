"""Recurrent layers as functions of flat lists of weights: ``torch.lstm`` and its kin."""

from __future__ import annotations

from typing import Any

from .. import _C

Tensor = _C.Tensor


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
    from ..nn.modules.rnn import _run

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
    from ..nn.modules.rnn import _step as step

    return step(mode, input, states, weights)
