"""What programs take from ``torch._utils``: lists of tensors as one vector, and numbers and names of devices."""

from __future__ import annotations

from . import _C

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _flatten_dense_tensors(tensors: Any) -> _C.Tensor:
    """The elements of all tensors in one vector.

    >>> rl._utils._flatten_dense_tensors([rl.ones(2, 1), rl.zeros(1)])
    tensor([1., 1., 0.])
    """
    return _C.cat([t.contiguous().view(-1) for t in tensors])


def _take_tensors(tensors: Any, size_limit: int) -> Any:
    """Tensors in groups of one dtype, each of as many bytes as fit into a limit, and of one tensor at least.

    Args:
        tensors (iterable of Tensor): what is grouped.
        size_limit (int): the number of bytes.

    >>> [len(group) for group in rl._utils._take_tensors([rl.ones(2), rl.ones(1), rl.ones(3).double()], 12)]
    [2, 1]
    """
    groups: dict[str, tuple[list[_C.Tensor], int]] = {}
    for tensor in tensors:
        size = tensor.numel() * tensor.element_size()
        group, held = groups.get(tensor.type(), ([], 0))
        if group and held + size > size_limit:
            yield group
            group, held = [], 0
        groups[tensor.type()] = ([*group, tensor], held + size)
    for group, _ in groups.values():
        if group:
            yield group


def _unflatten_dense_tensors(flat: _C.Tensor, tensors: Any) -> tuple[_C.Tensor, ...]:
    """Views of a vector with the shapes of tensors, in their order.

    Args:
        flat (Tensor): one axis, with as many elements as all tensors.
        tensors (iterable of Tensor): only their shapes are read.

    >>> rl._utils._unflatten_dense_tensors(rl.arange(3), [rl.ones(2, 1), rl.zeros(1)])
    (tensor([[0],
            [1]]), tensor([2]))
    """
    out, start = [], 0
    for t in tensors:
        out.append(flat.narrow(0, start, t.numel()).view(t.shape))
        start += t.numel()
    return tuple(out)


def _element_size(dtype: Any) -> int:
    """The bytes of one element.

    Errors: RuntimeError for what is no dtype.

    >>> rl._utils._element_size(rl.float64)
    8
    """
    if not isinstance(dtype, _C.dtype):
        raise RuntimeError(f"expected torch.dtype, but got {type(dtype)}")
    return dtype.itemsize


def _get_available_device_type() -> str | None:
    """The kind of accelerator there is: ``cuda``, or ``None``."""
    import rushlight

    return "cuda" if rushlight.cuda.is_available() else None


def _get_device_module(device_type: str) -> Any:
    """The module of a kind of device: ``cuda``, ``cpu``.

    Errors: RuntimeError for a kind that has none.
    """
    import rushlight

    found = getattr(rushlight, device_type, None)
    if found is None:
        raise RuntimeError(
            f"Device '{device_type}' does not have a corresponding module registered as 'torch.{device_type}'."
        )
    return found


def _get_device_index(device: Any, optional: bool = False, allow_cpu: bool = False) -> int:
    """The number of a device.

    Args:
        device (int, str or device): where to look; ``None`` if ``optional``.
        optional (bool): a device without a number is the current one. Default: ``False``
        allow_cpu (bool): the processor has the number -1. Default: ``False``

    Errors: ValueError where there is no number.

    >>> rl._utils._get_device_index("cpu", allow_cpu=True), rl._utils._get_device_index(1)
    (-1, 1)
    """
    if isinstance(device, str):
        device = _C.device(device)
    number = None
    if isinstance(device, _C.device):
        if not allow_cpu and device.type == "cpu":
            raise ValueError(f"Expected a non cpu device, but got: {device}")
        number = -1 if device.type == "cpu" else device.index
    elif isinstance(device, int):
        number = device
    if number is None:
        if not optional:
            raise ValueError(
                f"Expected a torch.device with a specified index or an integer, but got:{device}"
            )
        number = 0
    return number
