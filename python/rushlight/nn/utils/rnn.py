"""Batches of sequences of different lengths."""

from __future__ import annotations

import itertools
from collections import namedtuple

from ... import _C

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


class PackedSequence(namedtuple("PackedSequence_", "data batch_sizes sorted_indices unsorted_indices")):
    """Sequences without padding: the first elements of all, then the second ones, and so on.

    Made by :func:`pack_padded_sequence` and :func:`pack_sequence`, not by hand.

    Attributes:
        data (Tensor): the elements
        batch_sizes (Tensor): how many sequences reach each step
        sorted_indices, unsorted_indices (Tensor or None): the order by length, and back
    """

    __slots__ = ()

    def __new__(
        cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None
    ) -> Any:
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            if not isinstance(data, (list, tuple)) or len(data) != 2:
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        if batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. "
                "They should be instantiated by functions like pack_sequence and pack_padded_sequence in nn.utils.rnn."
            )
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Moves or converts the data; the order goes with them."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        orders = [
            None if i is None else i.to(data.device) for i in (self.sorted_indices, self.unsorted_indices)
        ]
        return type(self)(data, self.batch_sizes, *orders)

    def cpu(self, *args: Any, **kwargs: Any) -> Any:
        """Moves the data to the processor; `args` and `kwargs` are those of :meth:`to`."""
        return self._on("cpu", args, kwargs)

    def cuda(self, *args: Any, **kwargs: Any) -> Any:
        """Moves the data to the GPU; `args` and `kwargs` are those of :meth:`to`."""
        return self._on("cuda", args, kwargs)

    def _on(self, kind, args, kwargs):
        """Converts, and moves to a device of a kind unless the arguments name one."""
        found = self.data.new_empty(0).to(*args, **kwargs).device.type
        return self.to(*args, **kwargs) if found == kind else self.to(*args, device=kind, **kwargs)

    def pin_memory(self) -> Any:
        """Pins the memory of the data, which only GPUs ask for."""
        return type(self)(self.data.pin_memory(), *self[1:])

    def double(self) -> Any:
        """Converts the data to float64."""
        return self.to(dtype=_C.float64)

    def float(self) -> Any:
        """Converts the data to float32."""
        return self.to(dtype=_C.float32)

    def half(self) -> Any:
        """Converts the data to float16."""
        return self.to(dtype=_C.float16)

    def long(self) -> Any:
        """Converts the data to int64."""
        return self.to(dtype=_C.int64)

    def int(self) -> Any:
        """Converts the data to int32."""
        return self.to(dtype=_C.int32)

    def short(self) -> Any:
        """Converts the data to int16."""
        return self.to(dtype=_C.int16)

    def char(self) -> Any:
        """Converts the data to int8."""
        return self.to(dtype=_C.int8)

    def byte(self) -> Any:
        """Converts the data to uint8."""
        return self.to(dtype=_C.uint8)

    @property
    def is_cuda(self) -> Any:
        return self.data.is_cuda

    def is_pinned(self) -> Any:
        return self.data.is_pinned()


def invert_permutation(permutation: Any) -> Any:
    """The permutation that undoes another; ``None`` for ``None``."""
    if permutation is None:
        return None
    inverse = _C.empty_like(permutation)
    return inverse.scatter_(
        0, permutation, _C.arange(0, permutation.numel(), device=permutation.device, dtype=permutation.dtype)
    )


def _places(lengths, steps):
    """Where, in a flattened batch of shape (steps, sequences), the elements of the sequences are."""
    reached = _C.arange(steps, device=lengths.device).unsqueeze(1) < lengths.unsqueeze(0)
    return reached.reshape(-1).nonzero().squeeze(1), reached.sum(1)


def pack_padded_sequence(
    input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Takes the padding out of a batch of sequences.

    Args:
        input (Tensor): of shape :math:`(T, B, *)`, or :math:`(B, T, *)` if `batch_first`
        lengths (Tensor or list of int): the lengths.
        batch_first (bool, optional): Default: ``False``
        enforce_sorted (bool, optional): the lengths fall; if ``False`` the sequences are sorted. Default: ``True``
    """
    if isinstance(lengths, _C.Tensor):
        if lengths.device.type != "cpu":
            raise RuntimeError(
                "'lengths' argument should be a 1D CPU int64 tensor, but got "
                f"{lengths.dim()}D {lengths.device.type} {str(lengths.dtype).rsplit('.', 1)[-1].title()} tensor"
            )
        lengths = lengths.to(_C.int64)
    else:
        lengths = _C.as_tensor(lengths, dtype=_C.int64, device="cpu")
    order = None
    if not enforce_sorted:
        lengths, order = _C.sort(lengths, descending=True)
        order = order.to(input.device)
        input = input.index_select(0 if batch_first else 1, order)
    if batch_first:
        input = input.transpose(0, 1)
    values = lengths.tolist()
    if len(values) != input.size(1):
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(values)} (batch_size={input.size(1)})"
        )
    if values and min(values) <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if any(a < b for a, b in itertools.pairwise(values)):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if "
            "you do not need ONNX exportability."
        )
    if values[0] > input.size(0):
        raise RuntimeError(
            f"Expected sequence length to be smaller than or equal to {input.size(0)}, got {values[0]}"
        )
    places, batch_sizes = _places(lengths, values[0])
    data = input.reshape(-1, *input.shape[2:]).index_select(0, places.to(input.device))
    return PackedSequence(data, batch_sizes, order, None)


def pad_packed_sequence(
    sequence: Any, batch_first: bool = False, padding_value: float = 0.0, total_length: Any = None
) -> tuple[Tensor, Tensor]:
    """Puts padding back; the inverse of :func:`pack_padded_sequence`.

    Args:
        sequence (PackedSequence): what is padded.
        batch_first (bool, optional): Default: ``False``
        padding_value (float, optional): Default: 0
        total_length (int, optional): pad to this length.

    Returns:
        the padded batch and a tensor of lengths
    """
    batch_sizes, data, unsorted = sequence.batch_sizes, sequence.data, sequence.unsorted_indices
    sizes = batch_sizes.tolist()
    steps = len(sizes)
    if total_length is not None:
        if total_length < steps:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {steps}"
            )
        steps = total_length
    count = sizes[0]
    lengths = (batch_sizes.unsqueeze(1) > _C.arange(count, device=batch_sizes.device).unsqueeze(0)).sum(0)
    places, _ = _places(lengths, len(sizes))
    rest = tuple(data.shape[1:])
    padded = _C.full((steps * count, *rest), padding_value, dtype=data.dtype, device=data.device)
    padded = padded.index_copy(0, places.to(data.device), data).view(steps, count, *rest)
    if batch_first:
        padded = padded.transpose(0, 1)
    if unsorted is not None:
        padded = padded.index_select(0 if batch_first else 1, unsorted)
        lengths = lengths[unsorted.cpu()]
    return padded, lengths


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Stacks sequences of different lengths, padded to the longest.

    Args:
        sequences (list of Tensor): of shapes :math:`(L_i, *)`
        batch_first (bool, optional): Default: ``False``
        padding_value (float, optional): Default: 0
        padding_side (str, optional): ``'left'`` or ``'right'``

    Examples::

        >>> rl.nn.utils.rnn.pad_sequence([rl.ones(2), rl.ones(1)], batch_first=True)
        tensor([[1., 1.],
                [1., 0.]])
    """
    if isinstance(sequences, _C.Tensor):
        sequences = sequences.unbind(0)
    elif not hasattr(sequences, "__iter__"):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    if not hasattr(padding_value, "__float__"):
        kind = type(padding_value).__name__
        raise TypeError(f"pad_sequence(): argument 'padding_value' (position 3) must be float, not {kind}")
    if not isinstance(batch_first, bool):
        kind = type(batch_first).__name__
        raise TypeError(f"pad_sequence(): argument 'batch_first' (position 2) must be bool, not {kind}")
    sequences = list(sequences)
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    for i, s in enumerate(sequences):
        if not isinstance(s, _C.Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(s).__name__}")
    lengths = [s.size(0) for s in sequences]
    longest, first = max(lengths), sequences[0]
    # one after the other with what is missing between them: a single copy
    filler = _C.full((longest, *first.shape[1:]), padding_value, dtype=first.dtype, device=first.device)
    pieces = []
    for s, length in zip(sequences, lengths):
        s = s.to(first.dtype)
        if length == longest:
            pieces.append(s)
        elif padding_side == "right":
            pieces += s, filler.narrow(0, 0, longest - length)
        else:
            pieces += filler.narrow(0, 0, longest - length), s
    rows = _C.cat(pieces).unflatten(0, (len(sequences), longest))
    return rows if batch_first else rows.transpose(0, 1).contiguous()


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> Any:
    """The list of sequences that :func:`pad_sequence` stacked."""
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    return [row[: int(length)] for row, length in zip(padded_sequences, lengths)]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Packs a list of sequences.

    Args:
        sequences (list of Tensor): of shapes :math:`(L_i, *)`
        enforce_sorted (bool, optional): the lengths fall. Default: ``True``
    """
    lengths = _C.as_tensor([s.size(0) for s in sequences], device="cpu")
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: Any) -> Any:
    """The list of sequences that :func:`pack_sequence` packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
