"""Lists of tensors by device and dtype, as optimizers of programs ask for them."""

from __future__ import annotations

from .. import _C

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _group_tensors_by_device_and_dtype(
    tensorlistlist: list[list[Any]], with_indices: bool = False
) -> dict[tuple[Any, Any], tuple[list[list[Any]], list[int]]]:
    """Lists of the same length, cut into groups by the device and dtype of the items of the first one.

    Args:
        tensorlistlist (list of list of Tensor or None): the lists.
        with_indices (bool): say which places each group comes from. Default: ``False``

    Returns:
        for each ``(device, dtype)`` the lists, and the places, which are none unless asked for
    """
    groups: dict[tuple[Any, Any], tuple[list[list[Any]], list[int]]] = {}
    for place, row in enumerate(zip(*tensorlistlist)):
        lists, places = groups.setdefault((row[0].device, row[0].dtype), ([[] for _ in row], []))
        for items, item in zip(lists, row):
            items.append(item)
        if with_indices:
            places.append(place)
    return groups


def _get_foreach_kernels_supported_devices() -> list[str]:
    return ["cpu", "cuda"]


def _get_fused_kernels_supported_devices() -> list[str]:
    return ["cpu", "cuda"]


def _device_has_foreach_support(device: Any) -> bool:
    return _C.device(device).type in _get_foreach_kernels_supported_devices()


def _has_foreach_support(tensors: list[Any], device: Any) -> bool:
    """Whether functions of lists take these tensors: none of a class of a program's own."""
    return _device_has_foreach_support(device) and all(t is None or type(t) in _plain() for t in tensors)


def _plain() -> tuple[type, ...]:
    from ..nn import Parameter

    return _C.Tensor, Parameter
