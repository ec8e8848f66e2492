"""Devices that a program brings along (``torch.utils.backend_registration``). The engine's devices are compiled into it, so
none can be added, and saying so is all these functions do."""

from __future__ import annotations

from typing import Any

__all__ = ["generate_methods_for_privateuse1_backend", "rename_privateuse1_backend"]


def rename_privateuse1_backend(backend_name: str) -> None:
    """Would give a program's own device its name.

    Args: backend_name (str): the name.

    Errors: NotImplementedError.

    >>> rl.utils.backend_registration.rename_privateuse1_backend("mine")
    Traceback (most recent call last):
    NotImplementedError: no device can be added for 'mine': those of this build are cpu, meta and, with a GPU backend, cuda
    """
    raise NotImplementedError(
        f"no device can be added for {backend_name!r}: those of this build are cpu, meta and, with a GPU backend, cuda"
    )


def generate_methods_for_privateuse1_backend(
    for_tensor: bool = True,
    for_module: bool = True,
    for_packed_sequence: bool = True,
    for_storage: bool = False,
    unsupported_dtype: Any = None,
) -> None:
    """Would give tensors and modules the methods of a program's own device.

    Args: for_tensor, for_module, for_packed_sequence, for_storage, unsupported_dtype: to whom, and of what.

    Errors: RuntimeError, as there is no such device.

    >>> rl.utils.backend_registration.generate_methods_for_privateuse1_backend()
    Traceback (most recent call last):
    RuntimeError: there is no device of a program's own whose methods could be made
    """
    raise RuntimeError("there is no device of a program's own whose methods could be made")
