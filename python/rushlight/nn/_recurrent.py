"""Recurrent layers as loops over time, for engines without a fused kernel of their own."""

from __future__ import annotations

from .. import _C
from . import functional as F


def tanh_cell(gates, hidden, state):
    return (gates + hidden).tanh(), None


def relu_cell(gates, hidden, state):
    return (gates + hidden).relu(), None


def gru_cell(gates, hidden, state):
    reset_x, update_x, new_x = gates.chunk(3, -1)
    reset_h, update_h, new_h = hidden.chunk(3, -1)
    update = (update_x + update_h).sigmoid()
    new = (new_x + (reset_x + reset_h).sigmoid() * new_h).tanh()
    return new + update * (state[0] - new), None


def lstm_cell(gates, hidden, state):
    keep_in, forget, new, show = (gates + hidden).chunk(4, -1)
    cell = forget.sigmoid() * state[1] + keep_in.sigmoid() * new.tanh()
    return show.sigmoid() * cell.tanh(), cell


CELLS = {"RNN_TANH": tanh_cell, "RNN_RELU": relu_cell, "GRU": gru_cell, "LSTM": lstm_cell}


def _one_direction(cell, inputs, sizes, state, weights, backwards):
    """One layer in one direction; `inputs` is packed, `sizes` says how many rows belong to each step."""
    w_ih, w_hh, b_ih, b_hh, w_hr = weights
    gates = F.linear(inputs, w_ih, b_ih).split(sizes)
    steps = range(len(sizes))
    hidden, memory = state
    outputs = [None] * len(sizes)
    finished = []
    if backwards:  # begins with the few longest sequences; others join
        h, c = hidden[: sizes[-1]], None if memory is None else memory[: sizes[-1]]
        steps = reversed(steps)
    else:
        h, c = hidden, memory
    for step in steps:
        rows = sizes[step]
        if h.size(0) < rows:
            start = h.size(0)
            h = _C.cat([h, hidden[start:rows]])
            c = None if c is None else _C.cat([c, memory[start:rows]])
        elif h.size(0) > rows:
            finished.append((h[rows:], None if c is None else c[rows:]))
            h, c = h[:rows], None if c is None else c[:rows]
        h, c = cell(gates[step], F.linear(h, w_hh, b_hh), (h, c))
        if w_hr is not None:
            h = F.linear(h, w_hr)
        outputs[step] = h
    finished.append((h, c))
    finished.reverse()
    last = _C.cat([part for part, _ in finished])
    memory = None if c is None else _C.cat([part for _, part in finished])
    return _C.cat(outputs), last, memory


def run(mode, inputs, sizes, state, weights, num_layers, dropout, training, bidirectional):
    """All layers over packed `inputs`.

    Args:
        mode (str): ``'RNN_TANH'``, ``'RNN_RELU'``, ``'GRU'`` or ``'LSTM'``
        inputs (Tensor): packed elements, of shape :math:`(\\sum sizes, H)`
        sizes (list of int): rows of each step
        state (tuple): hidden state and, of an LSTM, memory; each of shape :math:`(layers, B, H)`
        weights (list): five for every layer and direction, ``None`` where there is none
        num_layers, dropout, training, bidirectional: of the module
    """
    cell, directions = CELLS[mode], 2 if bidirectional else 1
    last, memories = [], []
    for layer in range(num_layers):
        outputs = []
        for direction in range(directions):
            place = layer * directions + direction
            first = state[0][place], state[1][place] if mode == "LSTM" else None
            out, h, c = _one_direction(cell, inputs, sizes, first, weights[place], direction == 1)
            outputs.append(out)
            last.append(h)
            memories.append(c)
        inputs = outputs[0] if directions == 1 else _C.cat(outputs, -1)
        if dropout and training and layer < num_layers - 1:
            inputs = F.dropout(inputs, dropout, True)
    hidden = _C.stack(last)
    return inputs, (hidden, _C.stack(memories)) if mode == "LSTM" else hidden
