"""Questions about files and storages that need no loading."""

from __future__ import annotations

from pickle import UnpicklingError

from .. import _C
from ..storage import _CLASS_OF, TypedStorage
from ._archive import ArchiveReader
from ._budget import Budget
from ._load import opened, read_pickle
from ._names import StorageType
from ._unpickler import is_safe, modern


def get_unsafe_globals_in_checkpoint(f):
    """The names in a file that :func:`load` would refuse with ``weights_only=True``. Nothing is loaded.

    Args:
        f (str, PathLike or file): the file.

    Errors:
        ValueError if it is none that :func:`save` wrote.

    Example::

        >>> import io
        >>> buffer = io.BytesIO()
        >>> rl.save(rl.nn.ReLU(), buffer)
        >>> _ = buffer.seek(0)
        >>> rl.serialization.get_unsafe_globals_in_checkpoint(buffer)
        ['torch.nn.modules.activation.ReLU']
    """
    with opened(f) as file:
        start = file.tell()
        size = file.seek(0, 2) - start
        file.seek(start)
        if file.read(4) != b"PK\3\4":
            raise ValueError("Expected input to be a checkpoint returned by torch.save")
        file.seek(start)
        budget = Budget(size)
        names = _names_in(read_pickle(ArchiveReader(file, budget), budget))
    return [".".join(name) for name in names if not is_safe(*name)]


def _names_in(text):
    """The classes and functions that a pickle names, in its order, without carrying it out."""
    import pickletools

    names, protocol = {}, 0
    recent, memo = [], {}  # texts as they come onto the stack, for names that are taken from there
    try:
        for opcode, argument, _ in pickletools.genops(text):
            name = opcode.name
            if name == "PROTO":
                protocol = argument
            elif name in ("GLOBAL", "INST"):
                names[modern(*argument.split(" ", 1), protocol)] = None
            elif name == "STACK_GLOBAL":
                if len(recent) < 2 or not all(isinstance(part, str) for part in recent[-2:]):
                    raise UnpicklingError("a name that is no text")
                names[modern(recent[-2], recent[-1], protocol)] = None
                recent.append(None)
            elif name == "MEMOIZE":
                memo[len(memo)] = recent[-1] if recent else None
            elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
                memo[argument] = recent[-1] if recent else None
            elif name in ("GET", "BINGET", "LONG_BINGET"):
                recent.append(memo.get(argument))
            elif name != "FRAME":
                recent.append(argument if isinstance(argument, str) else None)
            del recent[:-2]
    except ValueError as error:
        raise UnpicklingError(f"no pickle: {str(error)[:300]}") from error
    return list(names)


def check_module_version_greater_or_equal(module, req_version_tuple, error_if_malformed=True):
    """Whether a module has at least a version.

    Args:
        module (module): the module, with ``__version__``.
        req_version_tuple (tuple): the version, such as ``(1, 2)``.
        error_if_malformed (bool): raise for a version that cannot be read, or warn and say yes. Default: ``True``

    Errors:
        RuntimeError for a version that cannot be read.

    Example::

        >>> import numpy
        >>> rl.serialization.check_module_version_greater_or_equal(numpy, (1, 0))
        True
    """
    try:
        found = tuple(
            kind(part)
            for kind, part in zip(map(type, req_version_tuple), module.__version__.split("."), strict=False)
        )
        return found >= tuple(req_version_tuple)
    except Exception as error:
        message = (
            f"'{module.__name__}' module version string is malformed '{module.__version__}' and cannot be compared "
            f"with tuple {req_version_tuple!s}"
        )
        if error_if_malformed:
            raise RuntimeError(message) from error
        import warnings

        warnings.warn(message + ", but continuing assuming that requirement is met", stacklevel=2)
        return True


def normalize_storage_type(storage_type):
    """The class of storages that another class, of a device perhaps, stands for.

    Args:
        storage_type (type or StorageType): such as ``torch.cuda.FloatStorage``.
    """
    name = getattr(storage_type, "name", None) or storage_type.__name__
    return StorageType(name)


def storage_to_tensor_type(storage):
    """The type of tensors over a storage.

    Args:
        storage (TypedStorage): the storage.

    Example::

        >>> rl.serialization.storage_to_tensor_type(rl.ones(2).storage()).__name__
        'FloatTensor'
    """
    from .. import _tensor

    if not isinstance(storage, TypedStorage):
        raise AttributeError(f"'{type(storage).__name__}' has no type of tensors")
    name = _CLASS_OF[str(storage.dtype).rpartition(".")[2]].replace("Storage", "Tensor")
    return getattr(_tensor, name, _C.Tensor)
