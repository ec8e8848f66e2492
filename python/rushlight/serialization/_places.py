"""Devices in files: the tag that a storage is saved with, and where it goes when it is loaded."""

from __future__ import annotations

from .. import _C, cuda
from ..storage import TypedStorage, UntypedStorage


def register_package(priority, tagger, deserializer):
    """Adds a kind of device to those that files may name.

    Args:
        priority (int): kinds of small priority are asked first.
        tagger (Callable): from a storage to its tag in the file, or to None if the storage is another kind's.
        deserializer (Callable): from a storage and a tag to the storage where the tag says, or to None.

    Example::

        >>> rl.serialization.register_package(90, lambda storage: None, lambda storage, tag: None)
    """
    _registry.append((priority, tagger, deserializer))
    _registry.sort(key=lambda entry: entry[0])


def location_tag(storage):
    """The tag that a storage is saved with, such as ``cpu`` or ``cuda:0``.

    Args:
        storage (UntypedStorage or TypedStorage): the storage.

    Errors:
        RuntimeError if no registered kind of device knows it.

    Example::

        >>> rl.serialization.location_tag(rl.ones(2).untyped_storage())
        'cpu'
    """
    for _, tagger, _ in _registry:
        found = tagger(storage)
        if found:
            return found
    raise RuntimeError(f"don't know how to determine data location of torch.storage.{type(storage).__name__}")


def default_restore_location(storage, location):
    """The storage where its tag says.

    Args:
        storage (UntypedStorage): the storage, on the CPU.
        location (str): the tag.

    Errors:
        RuntimeError if there is no such device here, or no registered kind knows the tag.

    Example::

        >>> rl.serialization.default_restore_location(rl.ones(2).untyped_storage(), "meta").device
        device(type='meta')
    """
    for _, _, deserializer in _registry:
        found = deserializer(storage, location)
        if found is not None:
            return found
    shown = location if len(location) < 100 else location[:100] + "..."
    raise RuntimeError(
        f"don't know how to restore data location of torch.storage.{type(storage).__name__} (tagged with {shown})"
    )


def validate_cuda_device(location):
    """The index of the CUDA device that a tag names.

    Args:
        location (str): such as ``cuda`` or ``cuda:1``.

    Errors:
        RuntimeError if there is no such device.
    """
    if not cuda.is_available():
        raise RuntimeError(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you "
            "are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') "
            "to map your storages to the CPU."
        )
    index = cuda._get_device_index(location, optional=True)
    if index >= cuda.device_count():
        raise RuntimeError(
            f"Attempting to deserialize object on CUDA device {index} but torch.cuda.device_count() is "
            f"{cuda.device_count()}. Please use torch.load with map_location to map your storages to an existing device."
        )
    return index


def validate_hpu_device(location):
    """Refuses the tag of an HPU device: there is none.

    Args:
        location (str): such as ``hpu:0``.

    Errors:
        RuntimeError, always.
    """
    raise RuntimeError(
        "Attempting to deserialize object on a HPU device but torch.hpu.is_available() is False. If you are running on "
        "a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
    )


def _on_hpu(storage, location):
    return validate_hpu_device(location) if location.startswith("hpu") else None


def _on_cuda(storage, location):
    if location.startswith("cuda"):
        return storage.cuda(validate_cuda_device(location))
    return None


def _tag(kind):
    def tagger(storage):
        device = storage.device
        if device.type != kind:
            return None
        return kind if kind in ("cpu", "meta") else f"{kind}:{device.index or 0}"

    return tagger


# small priorities first, with PyTorch's numbers
_registry = [
    (10, _tag("cpu"), lambda storage, location: storage if location in ("cpu", "cpu:0") else None),
    (20, _tag("cuda"), _on_cuda),
    (21, _tag("hpu"), _on_hpu),
    (22, _tag("meta"), lambda storage, location: storage._to("meta") if location == "meta" else None),
]


def mapping(map_location):
    """The function from a storage and its tag to the storage where it is wanted."""
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, location: default_restore_location(
            storage, _text(map_location.get(location, location))
        )
    if isinstance(map_location, (str, bytes, _C.device)):
        wanted = _text(map_location)
        return lambda storage, location: default_restore_location(storage, wanted)
    if not callable(map_location):
        raise TypeError(
            "map_location should be a string, a device, a dict or a function from a storage and its location, "
            f"but got {type(map_location).__name__}"
        )

    def chosen(storage, location):
        result = map_location(storage, location)
        if result is None:
            return default_restore_location(storage, location)
        if isinstance(result, TypedStorage):
            result = result._untyped_storage
        if not isinstance(result, UntypedStorage):
            raise TypeError(f"map_location should return a storage or None, but got {type(result).__name__}")
        return result

    return chosen


def _text(location):
    return location.decode("ascii") if isinstance(location, bytes) else str(location)
