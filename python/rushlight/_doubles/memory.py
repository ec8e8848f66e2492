"""Tensors over memory that is there: files, buffers, what is like an array."""

from __future__ import annotations

from sys import modules
from typing import Any

from .. import _C

Tensor = _C.Tensor


def from_file(
    filename: str,
    shared: Any = None,
    size: int = 0,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
) -> Tensor:
    """The numbers in a file, mapped into memory.

    Args:
        filename (str): the file.
        shared (bool): whether writing changes the file. Default: ``False``
        size (int): how many elements.
        dtype (dtype, optional): of the elements.

    >>> import os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = os.path.join(folder.name, "numbers")
    >>> rl.arange(3, dtype=rl.int32).numpy().tofile(path)
    >>> rl.from_file(path, size=3, dtype=rl.int32)
    tensor([0, 1, 2], dtype=torch.int32)
    """
    from ..storage import _mapped

    dtype = dtype or _C.get_default_dtype()
    return _mapped(filename, bool(shared), 0, size * dtype.itemsize).view(dtype)


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Tensor:
    """A tensor of whatever holds numbers, over the same memory where that is possible.

    Args:
        obj (Tensor, NumPy array, object with DLPack or the buffer protocol, number or sequence): what.
        dtype (dtype, optional): of the elements. Default: the object's own; the default dtype for buffers
        device (device, optional): where.
        copy (bool, optional): ``True`` always copies, ``False`` never does. Default: only where it must be
        requires_grad (bool, optional): ``False`` leaves out the history of a tensor. Default: that of the tensor

    Errors: ValueError where ``copy=False`` and the memory cannot be shared.

    Example::

        >>> a = rl.ones(2)
        >>> rl.asarray(a).data_ptr() == a.data_ptr()
        True
    """
    if dtype is None and device is None and not copy and requires_grad is None:
        # what is most often asked for
        if isinstance(obj, Tensor):
            return obj
        numpy = modules.get("numpy")
        if numpy is not None and type(obj) is numpy.ndarray:
            return _C.from_numpy(obj)
    device = None if device is None else _C.device(device)
    found, fresh = _of_array(obj, dtype)
    if found is None:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return _C.tensor(obj, dtype=dtype, device=device, requires_grad=bool(requires_grad))
    wanted = found.dtype if dtype is None else dtype
    there = device is None or found.device.type == device.type
    if copy is False:
        if not there:
            raise ValueError(f"can't alias tensor from device '{found.device}' to '{device}'.")
        if wanted != found.dtype:
            raise ValueError(
                f"can't alias tensor with dtype '{_legacy(found.dtype)}' into dtype '{_legacy(wanted)}'."
            )
    made = found.clone() if copy and not fresh and wanted == found.dtype and there else found
    if wanted != found.dtype or not there:
        made = found.to(dtype=wanted, device=device)
    if requires_grad is False and made.requires_grad:
        return made.detach()
    return made.requires_grad_() if requires_grad and not made.requires_grad else made


def _of_array(obj: Any, dtype: Any) -> tuple[Any, bool]:
    """A tensor over the memory of an object, and whether that is a copy already; None for what has no such memory."""
    if isinstance(obj, Tensor):
        return obj, False
    if hasattr(obj, "__array_interface__") or type(obj).__module__ == "numpy":
        import numpy

        if isinstance(obj, numpy.ndarray):
            return _C.from_numpy(obj), False
        return (_C.from_numpy(numpy.asarray(obj)), True) if isinstance(obj, numpy.generic) else (None, False)
    if hasattr(obj, "__dlpack__"):
        return _C.from_dlpack(obj), False
    try:
        memoryview(obj)
    except TypeError:
        return None, False
    kind = dtype or _C.get_default_dtype()
    return frombuffer(obj, dtype=kind), False


def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A tensor of one axis over the memory of an object that has the buffer protocol.

    Args:
        buffer (object): such as bytes, bytearray or array.
        dtype (dtype): of the elements.
        count (int): how many; all that fit if negative. Default: -1
        offset (int): how many bytes are left out at the beginning. Default: 0
        requires_grad (bool): Default: ``False``

    Errors: ValueError where the memory is empty, too small, or no whole number of elements.

    Example::

        >>> rl.frombuffer(bytearray(b"\\1\\0\\2\\0"), dtype=rl.int16)
        tensor([1, 2], dtype=torch.int16)
    """
    made = _C._of_buffer(buffer, dtype, count, offset)
    return made.requires_grad_() if requires_grad else made


def _legacy(dtype: Any) -> str:
    from ..storage import _CLASS_OF, _name_of

    return _CLASS_OF.get(_name_of(dtype), _name_of(dtype)).removesuffix("Storage")
