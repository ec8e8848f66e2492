"""Saving and loading, in PyTorch's file formats.

A file goes both ways: a pickle written here names ``torch._utils._rebuild_tensor_v2`` and the like, and those names
are looked up here as this package's own (``_names``). Writing is ``_save`` over ``_pickler``, and ``_archive`` or
``_legacy`` for the form around it; reading is ``_load`` over ``_unpickler``, which trusts nothing in a file and
spends no more than ``_budget`` grants.
"""

from __future__ import annotations

from ._inspect import (
    check_module_version_greater_or_equal,
    get_unsafe_globals_in_checkpoint,
    normalize_storage_type,
    storage_to_tensor_type,
)
from ._load import load
from ._names import StorageType, _get_layout
from ._options import (
    DEFAULT_PROTOCOL,
    LoadEndianness,
    SourceChangeWarning,
    get_crc32_options,
    get_default_load_endianness,
    get_default_mmap_options,
    set_crc32_options,
    set_default_load_endianness,
    set_default_mmap_options,
    skip_data,
)
from ._places import (
    default_restore_location,
    location_tag,
    register_package,
    validate_cuda_device,
    validate_hpu_device,
)
from ._safe_globals import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals
from ._save import save

__all__ = [
    "DEFAULT_PROTOCOL",
    "LoadEndianness",
    "SourceChangeWarning",
    "StorageType",
    "add_safe_globals",
    "check_module_version_greater_or_equal",
    "clear_safe_globals",
    "default_restore_location",
    "get_crc32_options",
    "get_default_load_endianness",
    "get_default_mmap_options",
    "get_safe_globals",
    "get_unsafe_globals_in_checkpoint",
    "load",
    "location_tag",
    "mkdtemp",
    "normalize_storage_type",
    "register_package",
    "safe_globals",
    "save",
    "set_crc32_options",
    "set_default_load_endianness",
    "set_default_mmap_options",
    "skip_data",
    "storage_to_tensor_type",
    "validate_cuda_device",
    "validate_hpu_device",
]


def __getattr__(name):
    if name == "mkdtemp":  # PyTorch's module has it because it uses it
        from tempfile import mkdtemp

        return mkdtemp
    if name == "MAP_LOCATION":  # for annotations: what `map_location` may be
        from collections.abc import Callable

        from .._C import device

        return Callable | device | str | dict[str, str] | None
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
