"""Recurrent layers: the order of layers and directions. A direction of a layer is one call of the engine."""

from __future__ import annotations

from .. import _C
from . import functional as F


def step(mode, input, states, weights):
    """One step of a cell: a sequence of length one.

    Args:
        mode (str): ``'RNN_TANH'``, ``'RNN_RELU'``, ``'GRU'`` or ``'LSTM'``
        input (Tensor): of shape :math:`(B, H_{in})`
        states (list of Tensor): hidden state and, of an LSTM, memory
        weights (tuple): for input and hidden state, and their biases or ``None``
    """
    memory = states[1] if mode == "LSTM" else None
    return _C._nn.recurrence(mode, input, [input.size(0)], states[0], memory, [*weights, None])[1:]


def run(mode, inputs, sizes, states, weights, num_layers, dropout, training, bidirectional):
    """All layers over packed `inputs`.

    Args:
        mode (str): as for :func:`step`
        inputs (Tensor): packed elements, of shape :math:`(\\sum sizes, H)`
        sizes (list of int): rows of each step
        states (list of Tensor): hidden state and, of an LSTM, memory; each of shape :math:`(layers, B, H)`
        weights (list): five for every layer and direction, ``None`` where there is none
        num_layers, dropout, training, bidirectional: of the module
    """
    directions = 2 if bidirectional else 1
    last = []
    for layer in range(num_layers):
        outputs = []
        for direction in range(directions):
            place = layer * directions + direction
            memory = states[1][place] if mode == "LSTM" else None
            out, *ends = _C._nn.recurrence(
                mode, inputs, sizes, states[0][place], memory, weights[place], direction == 1
            )
            outputs.append(out)
            last.append(ends)
        inputs = outputs[0] if directions == 1 else _C.cat(outputs, -1)
        if dropout and training and layer < num_layers - 1:
            inputs = F.dropout(inputs, dropout, True)
    return inputs, [_C.stack(ends) for ends in zip(*last)]
