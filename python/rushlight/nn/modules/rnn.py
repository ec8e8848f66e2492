"""Recurrent layers: the order of layers and directions. A direction of a layer is one call of the engine."""

from __future__ import annotations

import math

from ... import _C
from ...amp._state import _thread as _autocast, is_autocast_enabled
from .. import functional as F, init
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


def _step(mode, input, states, weights):
    """One step of a cell: a sequence of length one.

    Args:
        mode (str): ``'RNN_TANH'``, ``'RNN_RELU'``, ``'GRU'`` or ``'LSTM'``
        input (Tensor): of shape :math:`(B, H_{in})`
        states (list of Tensor): hidden state and, of an LSTM, memory
        weights (tuple): for input and hidden state, and their biases or ``None``
    """
    memory = states[1] if mode == "LSTM" else None
    if memory is not None and _autocast.enabled and is_autocast_enabled(memory.device.type):
        return _wide_step(input, *states, *weights)
    try:
        return _C._nn._recurrence(mode, input, [input.size(0)], states[0], memory, [*weights, None])[1:]
    except RuntimeError:
        _check_step(input, states, weights[1].size(1), weights[0].size(1))
        raise


def _wide_step(input, hidden, memory, w_ih, w_hh, b_ih, b_hh):
    """A step of an LSTM in mixed precision: the products are halves, and the memory, that many steps add to, stays as it is."""
    _check_step(input, (hidden, memory), w_hh.size(1), w_ih.size(1))
    gates = F.linear(input, w_ih, b_ih) + F.linear(hidden, w_hh, b_hh)
    take, keep, new, show = gates.chunk(4, 1)
    memory = keep.sigmoid() * memory + take.sigmoid() * new.tanh()
    return show.sigmoid() * memory.tanh(), memory


def _check_step(input, states, hidden_size, input_size):
    """Says which size of a cell's call does not fit; nothing where all do."""
    if input.size(1) != input_size:
        raise RuntimeError(f"input has inconsistent input_size: got {input.size(1)} expected {input_size}")
    for place, state in enumerate(states):
        if state.size(0) != input.size(0):
            raise RuntimeError(
                f"Input batch size {input.size(0)} doesn't match hidden{place} batch size {state.size(0)}"
            )
        if state.size(1) != hidden_size:
            raise RuntimeError(
                f"hidden{place} has inconsistent hidden_size: got {state.size(1)}, expected {hidden_size}"
            )


def _run(mode, inputs, sizes, states, weights, num_layers, dropout, training, bidirectional):
    """All layers over packed `inputs`.

    Args:
        mode (str): as for :func:`_step`
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
            out, *ends = _C._nn._recurrence(
                mode, inputs, sizes, states[0][place], memory, weights[place], direction == 1
            )
            outputs.append(out)
            last.append(ends)
        inputs = outputs[0] if directions == 1 else _C.cat(outputs, -1)
        if dropout and training and layer < num_layers - 1:
            inputs = F.dropout(inputs, dropout, True)
    return inputs, [_C.stack(ends) for ends in zip(*last)]


class RNNBase(Module):
    """Weights, checks and the call of :class:`RNN`, :class:`LSTM` and :class:`GRU`.

    Args:
        mode (str): ``"RNN_TANH"``, ``"RNN_RELU"``, ``"LSTM"`` or ``"GRU"``.
        input_size (int): features of an input.
        hidden_size (int): features of the state.
        num_layers (int): layers, one on top of the other. Default: 1
        bias (bool): adds learned numbers to the gates. Default: ``True``
        batch_first (bool): the batch is the first axis. Default: ``False``
        dropout (float): probability of zeros between layers. Default: 0
        bidirectional (bool): reads the sequence from both ends. Default: ``False``
        proj_size (int): features that an LSTM's state is projected to; 0 for none. Default: 0

    >>> issubclass(nn.LSTM, nn.RNNBase)
    True
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if not isinstance(dropout, (int, float)) or isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if dropout > 0 and num_layers == 1:
            from ..._warn import warn

            warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}",
            )
        for name, value, kind in (
            ("bias", bias, bool),
            ("batch_first", batch_first, bool),
            ("input_size", input_size, int),
            ("hidden_size", hidden_size, int),
        ):
            if not isinstance(value, kind):
                raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
        for name, value in (
            ("input_size", input_size),
            ("hidden_size", hidden_size),
            ("num_layers", num_layers),
        ):
            if value <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if mode not in _GATES:
            raise ValueError("Unrecognized RNN mode: " + mode)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._flat_weights_names = []
        self._all_weights = []
        gates, out = _GATES[mode] * hidden_size, proj_size or hidden_size
        for layer in range(num_layers):
            width = input_size if layer == 0 else out * (2 if bidirectional else 1)
            for suffix in ("", "_reverse") if bidirectional else ("",):
                shapes: dict[str, tuple[int, ...]] = {"weight_ih": (gates, width), "weight_hh": (gates, out)}
                if bias:
                    shapes.update({"bias_ih": (gates,), "bias_hh": (gates,)})
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                names = [f"{name}_l{layer}{suffix}" for name in shapes]
                for name, shape in zip(names, shapes.values()):
                    setattr(self, name, Parameter(_C.empty(shape, device=device, dtype=dtype)))
                self._flat_weights_names += names
                self._all_weights.append(names)
        self.reset_parameters()

    @property
    def _flat_weights(self):
        return [getattr(self, name) for name in self._flat_weights_names]

    @property
    def all_weights(self) -> Any:
        """The parameters, a list for every layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def __getstate__(self) -> Any:
        return {**super().__getstate__(), "_flat_weights": self._flat_weights}

    def __setstate__(self, state: Any) -> Any:
        super().__setstate__(
            {k: v for k, v in state.items() if k not in ("_flat_weights", "_flat_weight_refs")}
        )

    def flatten_parameters(self) -> Any:
        """Accepted and without effect: the weights need no common memory."""

    def reset_parameters(self) -> None:
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        usual = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        for name, value in usual.items():
            if getattr(self, name) != value:
                text += f", {name}={getattr(self, name)}"
        return text

    # ------------------------------------------------------------------ the call
    def _batch(self, input, batch_sizes):
        return int(batch_sizes[0]) if batch_sizes is not None else input.size(0 if self.batch_first else 1)

    def _layers(self):
        return self.num_layers * (2 if self.bidirectional else 1)

    def get_expected_hidden_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """The shape that a hidden state must have: layers and directions, batch, features.

        Args:
            input (Tensor): of shape :math:`(T, B, H_{in})`, or packed elements
            batch_sizes (Tensor or None): of packed elements
        """
        return self._layers(), self._batch(input, batch_sizes), self.proj_size or self.hidden_size

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Raises for an input of another dtype than the weights', or of a shape that does not fit.

        Errors: ValueError for the dtype, RuntimeError for the shape.
        """
        weight = getattr(self, self._flat_weights_names[0])
        if input.dtype != weight.dtype:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). "
                f"Convert input: input.to({weight.dtype}), or convert model: model.to({input.dtype})"
            )
        dims = 2 if batch_sizes is not None else 3
        if input.dim() != dims:
            raise RuntimeError(f"input must have {dims} dimensions, got {input.dim()}")
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def check_hidden_size(
        self,
        hx: Tensor,
        expected_hidden_size: tuple[int, int, int],
        msg: str = "Expected hidden size {}, got {}",
    ) -> None:
        """Raises RuntimeError for a state of another shape; `msg` has places for what was expected and what came."""
        if tuple(hx.size()) != tuple(expected_hidden_size):
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.size())))

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """The checks of an input and of the state that goes with it."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """The state with its sequences in another order; as it is for ``None``."""
        return hx if permutation is None else hx.index_select(1, permutation)

    def _zero_state(self, input, batch_sizes):
        return _C.zeros(
            self.get_expected_hidden_size(input, batch_sizes), dtype=input.dtype, device=input.device
        )

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
        packed = input if isinstance(input, PackedSequence) else None
        if packed is not None:
            data, sizes, unbatched = packed.data, packed.batch_sizes, False
            if hx is not None:
                hx = self.permute_hidden(hx, packed.sorted_indices)
        else:
            if input.dim() not in (2, 3):
                raise ValueError(f"{self._kind()}: Expected input to be 2D or 3D, got {input.dim()}D instead")
            data, sizes, unbatched = input, None, input.dim() == 2
            if unbatched:
                data = data.unsqueeze(0 if self.batch_first else 1)
                if hx is not None:
                    hx = self._batched_state(hx)
            elif hx is not None:
                self._check_state_dims(hx)
        state: Any = self._zero_state(data, sizes) if hx is None else hx
        self.check_forward_args(data, state, sizes)
        lstm = self.mode == "LSTM"
        output, states = self._run(data, sizes, list(state) if lstm else [state])
        if unbatched:
            output = output.squeeze(0 if self.batch_first else 1)
            states = [s.squeeze(1) for s in states]
        state = tuple(states) if lstm else states[0]
        if packed is not None:
            state = self.permute_hidden(state, packed.unsorted_indices)
            output = PackedSequence(output, sizes, packed.sorted_indices, packed.unsorted_indices)
        return output, state

    def _kind(self):
        return "RNN" if self.mode.startswith("RNN") else self.mode

    def _batched_state(self, hx):
        for state in hx if self.mode == "LSTM" else [hx]:
            if state.dim() != 2:
                if self.mode == "LSTM":
                    raise RuntimeError(
                        "For unbatched 2-D input, hx and cx should also be 2-D but got "
                        f"({hx[0].dim()}-D, {hx[1].dim()}-D) tensors"
                    )
                raise RuntimeError(
                    f"For unbatched 2-D input, hx should also be 2-D but got {state.dim()}-D tensor"
                )
        return tuple(s.unsqueeze(1) for s in hx) if self.mode == "LSTM" else hx.unsqueeze(1)

    def _check_state_dims(self, hx):
        for state in hx if self.mode == "LSTM" else [hx]:
            if state.dim() != 3:
                if self.mode == "LSTM":
                    raise RuntimeError(
                        "For batched 3-D input, hx and cx should also be 3-D but got "
                        f"({hx[0].dim()}-D, {hx[1].dim()}-D) tensors"
                    )
                raise RuntimeError(
                    f"For batched 3-D input, hx should also be 3-D but got {state.dim()}-D tensor"
                )

    def _run(self, data, sizes, states):
        weights = []
        for names in self._all_weights:
            by_kind = {name.partition("_l")[0]: getattr(self, name) for name in names}
            weights.append(
                [by_kind.get(k) for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")]
            )
        if sizes is None:
            steps = data.transpose(0, 1) if self.batch_first else data
            length, batch = steps.shape[:2]
            rows, counts = steps.reshape(length * batch, steps.shape[2]), [batch] * length
        else:
            rows, counts = data, sizes.tolist()
        output, states = _run(
            self.mode,
            rows,
            counts,
            states,
            weights,
            self.num_layers,
            self.dropout,
            self.training,
            self.bidirectional,
        )
        if sizes is None:
            output = output.view(length, batch, output.shape[-1])
            output = output.transpose(0, 1) if self.batch_first else output
        return output, states


def _no_projection(refused):
    """Only an LSTM has ``proj_size``; any other keyword is unknown, as it is to every constructor."""
    if "proj_size" in refused:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
    for name in refused:
        raise TypeError(f"RNNBase.__init__() got an unexpected keyword argument '{name}'")


class RNN(RNNBase):
    r"""A recurrent network, :math:`h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})`.

    Args:
        input_size (int): features of the input.
        hidden_size (int): features of the hidden state.
        num_layers (int): layers on top of each other. Default: 1
        nonlinearity (str): ``'tanh'`` or ``'relu'``. Default: ``'tanh'``
        bias (bool): Default: ``True``
        batch_first (bool): input and output have shape (batch, time, features). Default: ``False``
        dropout (float): between the layers. Default: 0
        bidirectional (bool): also from the end to the beginning. Default: ``False``

    Shape:
        - Input: :math:`(L, N, H_\text{in})`, :math:`(L, H_\text{in})` or a ``PackedSequence``; state
          :math:`(D \cdot \text{num\_layers}, N, H_\text{out})`
        - Output: :math:`(L, N, D H_\text{out})` and the last state

    Examples::

        >>> out, h = rl.nn.RNN(10, 20, 2)(rl.randn(5, 3, 10))
        >>> out.shape, h.shape
        (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
        **refused: Any,
    ) -> None:
        _no_projection(refused)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        mode = "RNN_TANH" if nonlinearity == "tanh" else "RNN_RELU"
        super().__init__(
            mode,
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            0,
            device,
            dtype,
        )
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    r"""Long short-term memory: gates decide what enters a memory, what stays in it and what is shown of it.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: as in :class:`RNN`.
        proj_size (int): size to which the hidden state is projected; 0 for none. Default: 0

    Shape:
        - Input and output as in :class:`RNN`; the state is a pair (hidden, memory)

    Examples::

        >>> out, (h, c) = rl.nn.LSTM(10, 20)(rl.randn(5, 3, 10))
        >>> out.shape, c.shape
        (torch.Size([5, 3, 20]), torch.Size([1, 3, 20]))

    Source: Hochreiter and Schmidhuber (1997), Long short-term memory.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            "LSTM",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            proj_size,
            device,
            dtype,
        )

    def get_expected_cell_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """The shape that the memory must have; arguments as in :meth:`get_expected_hidden_size`."""
        return self._layers(), self._batch(input, batch_sizes), self.hidden_size

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """The checks of an input, and of the hidden state and the memory that go with it."""
        self.check_input(input, batch_sizes)
        expected = self.get_expected_hidden_size, self.get_expected_cell_size
        for place, (state, size) in enumerate(zip(hidden, expected)):
            self.check_hidden_size(
                state, size(input, batch_sizes), f"Expected hidden[{place}] size {{}}, got {{}}"
            )

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """Hidden state and memory with their sequences in another order; as they are for ``None``."""
        return hx if permutation is None else tuple(state.index_select(1, permutation) for state in hx)

    def _zero_state(self, input, batch_sizes):
        shapes = self.get_expected_hidden_size, self.get_expected_cell_size
        return tuple(
            _C.zeros(shape(input, batch_sizes), dtype=input.dtype, device=input.device) for shape in shapes
        )


class GRU(RNNBase):
    r"""Gated recurrent unit: one gate mixes the new state with the old, another resets it.

    Args:
        input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional: as in :class:`RNN`.

    Shape:
        - Input and output as in :class:`RNN`

    Source: Cho et al. (2014), Learning phrase representations using RNN encoder-decoder.

    >>> output, h = nn.GRU(10, 20, num_layers=2)(rl.ones(5, 3, 10))
    >>> output.shape, h.shape
    (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
        **refused: Any,
    ) -> None:
        _no_projection(refused)
        super().__init__(
            "GRU",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            0,
            device,
            dtype,
        )


class RNNCellBase(Module):
    """Weights of the single steps.

    Args:
        input_size (int): features of an input.
        hidden_size (int): features of the state.
        bias (bool): adds learned numbers to the gates. Default: ``True``
        num_chunks (int): gates of a cell.

    >>> issubclass(nn.GRUCell, nn.RNNCellBase)
    True
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: Any,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        shapes = {
            "weight_ih": (num_chunks * hidden_size, input_size),
            "weight_hh": (num_chunks * hidden_size, hidden_size),
            "bias_ih": (num_chunks * hidden_size,),
            "bias_hh": (num_chunks * hidden_size,),
        }
        for name, shape in shapes.items():
            wanted = bias or name.startswith("weight")
            fresh = Parameter(_C.empty(shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, fresh)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text

    def _step(self, mode, input, states):
        name = type(self).__name__
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        for place, state in enumerate(states or ()):
            if state.dim() not in (1, 2):
                what = f"hx[{place}]" if mode == "LSTM" else "hidden"
                raise ValueError(f"{name}: Expected {what} to be 1D or 2D, got {state.dim()}D instead")
        single = input.dim() == 1
        input = input.unsqueeze(0) if single else input
        if states is None:
            zero = _C.zeros(input.size(0), self.hidden_size, dtype=input.dtype, device=input.device)
            states = [zero, zero] if mode == "LSTM" else [zero]
        elif single:
            states = [state.unsqueeze(0) for state in states]
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        out = _step(mode, input, states, weights)
        out = tuple(state.squeeze(0) if single else state for state in out)
        return out if mode == "LSTM" else out[0]


class RNNCell(RNNCellBase):
    """One step of :class:`RNN`.

    Args:
        input_size, hidden_size, bias: as there.
        nonlinearity (str): ``'tanh'`` or ``'relu'``. Default: ``'tanh'``

    >>> nn.RNNCell(10, 20)(rl.ones(3, 10)).shape
    torch.Size([3, 20])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self._step("RNN_" + self.nonlinearity.upper(), input, None if hx is None else [hx])


class LSTMCell(RNNCellBase):
    """One step of :class:`LSTM`; gives hidden state and memory.

    Args:
        input_size (int): features of an input.
        hidden_size (int): features of the state.
        bias (bool): adds learned numbers to the gates. Default: ``True``

    >>> h, c = nn.LSTMCell(10, 20)(rl.ones(3, 10))
    >>> h.shape, c.shape
    (torch.Size([3, 20]), torch.Size([3, 20]))
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
        return self._step("LSTM", input, hx)


class GRUCell(RNNCellBase):
    """One step of :class:`GRU`.

    Args:
        input_size (int): features of an input.
        hidden_size (int): features of the state.
        bias (bool): adds learned numbers to the gates. Default: ``True``

    >>> nn.GRUCell(10, 20)(rl.ones(3, 10)).shape
    torch.Size([3, 20])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
        return self._step("GRU", input, None if hx is None else [hx])


def _apply_permutation(tensor, permutation, dim=1):
    """The slices of a tensor along an axis in another order."""
    return tensor.index_select(dim, permutation)


def apply_permutation(tensor: Tensor, permutation: Tensor, dim: int = 1) -> Tensor:
    """The slices of a tensor along an axis in another order: ``tensor.index_select(dim, permutation)``."""
    from ..._warn import warn

    warn(
        "`apply_permutation` is deprecated, please use `tensor.index_select(dim, permutation)` instead",
        FutureWarning,
    )
    return _apply_permutation(tensor, permutation, dim)
