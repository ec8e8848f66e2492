"""What recurrent layers become: one node a layer, with weights in ONNX's order."""

from __future__ import annotations

from typing import Any

from .. import _C
from ._graph import Builder, Value, stored
from .errors import UnsupportedOperatorError

# the operator, the order of its gates among PyTorch's, and its attributes
_KINDS: dict[str, tuple[str, list[int], dict[str, Any]]] = {
    "LSTM": ("LSTM", [0, 3, 1, 2], {}),
    "GRU": ("GRU", [1, 0, 2], {"linear_before_reset": 1}),
    "RNN_TANH": ("RNN", [0], {"activations": ["Tanh"]}),
    "RNN_RELU": ("RNN", [0], {"activations": ["Relu"]}),
}


def recurrent(b: Builder, module: Any, path: str, input: Value, hx: Any = None) -> Any:
    """A recurrent layer's result: the outputs, and the last states.

    Args:
        b (Builder): where to.
        module (RNNBase): the layer.
        path (str): its name in the model.
        input (Value): a batch of sequences, or one.
        hx (Value or tuple, optional): the first states.
    """
    if getattr(module, "proj_size", 0):
        raise UnsupportedOperatorError("lstm", "with projections")
    operator, order, attributes = _KINDS[module.mode]
    ways = 2 if module.bidirectional else 1
    if "activations" in attributes:
        attributes = {"activations": attributes["activations"] * ways}
    single = input.ndim == 2
    states = [] if hx is None else list(hx) if isinstance(hx, (tuple, list)) else [hx]
    x = input
    if single:
        x = b.op("Unsqueeze", x, [1])
        states = [b.op("Unsqueeze", each, [1]) for each in states]
    elif module.batch_first:
        x = b.op("Transpose", x, perm=[1, 0, 2])
    last: list[list[Value]] = [[], []]
    for layer in range(module.num_layers):
        weights = _weights(b, module, path, layer, ways, order)
        begins = [
            b.op("Slice", each, [layer * ways], [(layer + 1) * ways], [0]) if module.num_layers > 1 else each
            for each in states
        ]
        y, *ends = b.op(
            operator,
            x,
            *weights,
            None,
            *begins,
            outputs=3 if operator == "LSTM" else 2,
            hidden_size=module.hidden_size,
            direction="bidirectional" if ways == 2 else "forward",
            **attributes,
        )
        for each, found in zip(last, ends):
            each.append(found)
        y = b.op("Transpose", y, perm=[0, 2, 1, 3])  # time, batch, way, features
        x = b.op("Reshape", y, [0, 0, -1])
    ended = [b.op("Concat", *each, axis=0) if len(each) > 1 else each[0] for each in last if each]
    if single:
        x, ended = b.op("Squeeze", x, [1]), [b.op("Squeeze", each, [1]) for each in ended]
    elif module.batch_first:
        x = b.op("Transpose", x, perm=[1, 0, 2])
    return x, tuple(ended) if operator == "LSTM" else ended[0]


def cell(b: Builder, module: Any, path: str, input: Value, hx: Any = None) -> Any:
    """A step of a recurrent layer: a layer with sequences of one.

    Args:
        b (Builder): where to.
        module (RNNCellBase): the cell.
        path (str): its name in the model.
        input (Value): a batch, or one vector.
        hx (Value or tuple, optional): the states before.
    """
    kind = type(module).__name__.removesuffix("Cell")
    operator, order, attributes = _KINDS[f"RNN_{module.nonlinearity.upper()}" if kind == "RNN" else kind]
    states = [] if hx is None else list(hx) if isinstance(hx, (tuple, list)) else [hx]
    apart = [0] if input.ndim == 2 else [0, 1]
    weights = _stored(b, path, "", module, [""], order)
    _, *ends = b.op(
        operator,
        b.op("Unsqueeze", input, apart),
        *weights,
        None,
        *(b.op("Unsqueeze", each, apart) for each in states),
        outputs=3 if operator == "LSTM" else 2,
        hidden_size=module.hidden_size,
        **attributes,
    )
    ended = [b.op("Squeeze", each, apart) for each in ends]
    return tuple(ended) if operator == "LSTM" else ended[0]


def _weights(b: Builder, module: Any, path: str, layer: int, ways: int, order: list[int]) -> list[Any]:
    """Weights of input, of state, and biases of a layer, a way beside the other."""
    ends = [f"_l{layer}", f"_l{layer}_reverse"][:ways]
    return _stored(b, path, f"_l{layer}", module, ends, order)


def _stored(b: Builder, path: str, end: str, module: Any, ends: list[str], order: list[int]) -> list[Any]:
    found: list[Any] = []
    for kind in ("weight_ih", "weight_hh", "bias"):
        if kind == "bias" and not module.bias:
            found.append(None)
            continue
        names = ("bias_ih", "bias_hh") if kind == "bias" else (kind,)
        tensor = _C.stack(
            [_C.cat([_ordered(getattr(module, each + way), order) for each in names]) for way in ends]
        )
        name = f"{path}.{kind}{end}".lstrip(".")
        b.initializers[name] = stored(name, tensor)
        found.append(Value(name, tensor.dtype, tensor))
    return found


def _ordered(tensor: Any, order: list[int]) -> Any:
    """The parts of the gates in ONNX's order."""
    gates = tensor.detach().chunk(len(order))
    return _C.cat([gates[i] for i in order])
