"""Copies, parts and sums of tensors over devices."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from ... import Tensor


def _gpus(devices: Iterable[Any]) -> list[Any]:
    """Devices by what programs write: a number is a GPU's."""
    from ... import device

    return [device(each) if isinstance(each, (str, device)) else device("cuda", each) for each in devices]


def _one_of(devices: Any, out: Any, function: str) -> None:
    if (devices is None) == (out is None):
        raise RuntimeError(
            f"Exactly one of 'devices' and 'out' must be specified, but got devices={devices} and out={out} ({function})"
        )


def broadcast(
    tensor: Tensor, devices: Iterable[Any] | None = None, *, out: Sequence[Tensor] | None = None
) -> tuple[Tensor, ...]:
    """Copies of a tensor on devices.

    Args:
        tensor (Tensor): the tensor.
        devices (iterable of device, str or int, optional): where to; where the tensor already is, it is itself.
        out (sequence of Tensor, optional): what to write into instead.

    Errors: RuntimeError unless exactly one of both is given.

    Example::

        >>> nn.parallel.comm.broadcast(rl.ones(2), ["cpu"])
        (tensor([1., 1.]),)
    """
    _one_of(devices, out, "broadcast")
    if out is not None:
        return tuple(each.copy_(tensor) for each in out)
    return tuple(tensor.to(device) for device in _gpus(devices or ()))


def broadcast_coalesced(
    tensors: Sequence[Tensor], devices: Iterable[Any], buffer_size: int = 10485760
) -> list[list[Tensor]]:
    """Copies of several tensors: a list for each device.

    Args:
        tensors (sequence of Tensor): the tensors.
        devices (iterable of device, str or int): where to.
        buffer_size (int): accepted; copies are batched in any case.
    """
    return [[tensor.to(device) for tensor in tensors] for device in _gpus(devices)]


def reduce_add(inputs: Sequence[Tensor], destination: Any = None) -> Tensor:
    """The sum of tensors on several devices.

    Args:
        inputs (sequence of Tensor): tensors of one shape.
        destination (int, optional): the GPU that gets the sum. Default: the one in use

    Errors: ValueError for tensors of different shapes; RuntimeError for none.
    """
    if not inputs:
        raise RuntimeError("reduce_add expects at least one tensor")
    total = inputs[0].to(_destination(destination))
    for each in inputs[1:]:
        if each.shape != total.shape:
            raise ValueError(f"input has invalid size: got {[*each.shape]}, but expected {[*total.shape]}")
        total = total + each.to(total.device)
    return total


def reduce_add_coalesced(
    inputs: Sequence[Sequence[Tensor]], destination: Any = None, buffer_size: int = 10485760
) -> tuple[Tensor, ...]:
    """Sums over devices of several tensors.

    Args:
        inputs (sequence of sequences of Tensor): for each device its tensors.
        destination (int, optional): the GPU that gets the sums. Default: the one in use
        buffer_size (int): accepted.
    """
    return tuple(reduce_add(each, destination) for each in zip(*inputs, strict=True))


def scatter(
    tensor: Tensor,
    devices: Iterable[Any] | None = None,
    chunk_sizes: Sequence[int] | None = None,
    dim: int = 0,
    streams: Any = None,
    *,
    out: Sequence[Tensor] | None = None,
) -> tuple[Tensor, ...]:
    """Parts of a tensor along ``dim``, one for each device.

    Args:
        tensor (Tensor): the tensor.
        devices (iterable of device, str or int, optional): where to.
        chunk_sizes (sequence of int, optional): how much each gets; nearly the same if left out.
        dim (int): the axis. Default: 0
        streams (optional): accepted.
        out (sequence of Tensor, optional): what to write into instead of ``devices``.

    Errors: RuntimeError unless exactly one of ``devices`` and ``out`` is given, and for ``chunk_sizes`` beside ``out``.

    Example::

        >>> nn.parallel.comm.scatter(rl.arange(4), ["cpu", "cpu"])
        (tensor([0, 1]), tensor([2, 3]))
    """
    _one_of(devices, out, "scatter")
    if out is not None:
        if chunk_sizes is not None:
            raise RuntimeError(
                "'chunk_sizes' must not be specified when 'out' is: they are those of its tensors"
            )
        parts = tensor.split([each.size(dim) for each in out], dim)
        return tuple(each.copy_(part) for each, part in zip(out, parts, strict=True))
    places = _gpus(devices or ())
    pieces = tensor.chunk(len(places), dim) if chunk_sizes is None else tensor.split(list(chunk_sizes), dim)
    return tuple(piece.to(place) for piece, place in zip(pieces, places))


def gather(
    tensors: Iterable[Tensor], dim: int = 0, destination: Any = None, *, out: Tensor | None = None
) -> Tensor:
    """Tensors of several devices joined along ``dim``.

    Args:
        tensors (iterable of Tensor): the parts.
        dim (int): the axis. Default: 0
        destination (device, str or int, optional): where to. Default: the GPU in use
        out (Tensor, optional): what to write into instead.

    Errors: RuntimeError for both ``destination`` and ``out``.

    Example::

        >>> nn.parallel.comm.gather([rl.zeros(1), rl.ones(2)], destination="cpu")
        tensor([0., 1., 1.])
    """
    from ... import cat

    if out is not None:
        if destination is not None:
            raise RuntimeError(
                f"'destination' must not be specified when 'out' is specified, but got destination={destination}"
            )
        return out.copy_(cat([each.to(out.device) for each in tensors], dim))
    place = _destination(destination)
    return cat([each.to(place) for each in tensors], dim)


def _destination(device: Any) -> Any:
    from ... import cuda

    if device in (None, -1):
        return "cpu" if device == -1 else f"cuda:{cuda.current_device()}"
    return _gpus([device])[0]


__all__ = ["broadcast", "broadcast_coalesced", "gather", "reduce_add", "reduce_add_coalesced", "scatter"]
