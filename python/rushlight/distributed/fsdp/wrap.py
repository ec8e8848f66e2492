"""Which modules of a model are cut over processes each by itself: policies, which one process asks but need not follow."""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def always_wrap_policy(*args: Any, **kwargs: Any) -> bool:
    """Every module."""
    return True


def lambda_auto_wrap_policy(module: Any, recurse: bool, nonwrapped_numel: int, lambda_fn: Any) -> bool:
    """Modules for which ``lambda_fn`` is true; ``recurse`` asks whether to look below, which is always so."""
    return True if recurse else lambda_fn(module)


def transformer_auto_wrap_policy(module: Any, recurse: bool, nonwrapped_numel: int, transformer_layer_cls: Any) -> bool:
    """Modules of certain classes, those of the blocks of a transformer."""
    return True if recurse else isinstance(module, tuple(transformer_layer_cls))


def size_based_auto_wrap_policy(
    module: Any,
    recurse: bool,
    nonwrapped_numel: int,
    min_num_params: int = 100_000_000,
    force_leaf_modules: Any = None,
    exclude_wrap_modules: Any = None,
) -> bool:
    """Modules with at least ``min_num_params`` elements that are in no module wrapped before.

    Args:
        module (Module): which.
        recurse (bool): asks whether to look below.
        nonwrapped_numel (int): how many elements are in no wrapped module yet.
        min_num_params (int): how many are wanted. Default: 100 millions
        force_leaf_modules (set of type, optional): below which nothing is wrapped. Default: ``MultiheadAttention``
        exclude_wrap_modules (set of type, optional): what is never wrapped. Default: ``ModuleList`` and ``ModuleDict``
    """
    from ...nn import ModuleDict, ModuleList, MultiheadAttention

    leaves = tuple({MultiheadAttention} if force_leaf_modules is None else force_leaf_modules)
    excluded = tuple({ModuleList, ModuleDict} if exclude_wrap_modules is None else exclude_wrap_modules)
    enough = nonwrapped_numel >= min_num_params
    return enough and not isinstance(module, leaves if recurse else excluded)


class ModuleWrapPolicy:
    """Modules of certain classes.

    Args: module_classes (iterable of type): the classes.
    """

    def __init__(self, module_classes: Any) -> None:
        self._module_classes = set(module_classes)

    def __call__(self, module: Any, recurse: bool, *args: Any, **kwargs: Any) -> bool:
        return True if recurse else isinstance(module, tuple(self._module_classes))

    def __repr__(self) -> str:
        return f"{super().__repr__()}({self._module_classes})"


class CustomPolicy:
    """Modules for which a function is true.

    Args: lambda_fn (callable): of a module, whether it is wrapped; a dictionary says with which arguments.
    """

    def __init__(self, lambda_fn: Any) -> None:
        self._lambda_fn = lambda_fn

    def __call__(self, module: Any, recurse: bool, *args: Any, **kwargs: Any) -> bool:
        return True if recurse else self._lambda_fn(module) is not False


_wrapping: list[tuple[Any, dict[str, Any]]] = []


@contextmanager
def enable_wrap(*, wrapper_cls: Any, **wrapper_kwargs: Any) -> Iterator[None]:
    """A block in which :func:`wrap` wraps.

    Args:
        wrapper_cls (type): in what, as ``FullyShardedDataParallel``.
        **wrapper_kwargs: further arguments of it.
    """
    _wrapping.append((wrapper_cls, wrapper_kwargs))
    try:
        yield
    finally:
        _wrapping.pop()


def wrap(module: Any, **wrap_overrides: Any) -> Any:
    """The module, wrapped as :func:`enable_wrap` says; as it is outside of one."""
    if not _wrapping:
        return module
    wrapper, options = _wrapping[-1]
    return wrapper(module, **{**options, **wrap_overrides})


__all__ = [
    "CustomPolicy",
    "ModuleWrapPolicy",
    "always_wrap_policy",
    "enable_wrap",
    "lambda_auto_wrap_policy",
    "size_based_auto_wrap_policy",
    "transformer_auto_wrap_policy",
    "wrap",
]
