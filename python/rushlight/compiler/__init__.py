"""``torch.compile`` and what belongs to it. Nothing is compiled: functions run as they are written, with the same results."""

from __future__ import annotations

from .._lazy import absent

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_STANCES = (
    "default",
    "eager_then_compile",
    "aot_eager_then_compile",
    "force_eager",
    "eager_on_recompile",
    "fail_on_recompile",
)
_backend: Any = None


def compile(
    model: Any = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Any = None,
    mode: str | None = None,
    options: Any = None,
    name: str | None = None,
    disable: bool = False,
    recompile_limit: int | None = None,
    isolate_recompiles: bool = False,
    shapes_spec: Any = None,
) -> Any:
    """The function itself, or a module around the module: there is nothing to compile them to. Also a decorator, with and
    without options.

    A module becomes an ``OptimizedModule`` whose state has the names of PyTorch's: ``_orig_mod.weight``. ``Module.compile``
    leaves the names as they are.

    Args:
        model (callable, optional): a function or module; without it a decorator is returned.
        fullgraph, dynamic, backend, mode, options, name, disable, ...: accepted, and without effect.

    Errors: RuntimeError where ``mode`` and ``options`` are both given; AssertionError for what cannot be called.

    Example::

        >>> @rl.compile(mode="max-autotune")
        ... def double(x):
        ...     return 2 * x
        >>> double(rl.ones(2))
        tensor([2., 2.])
    """
    if mode is not None and options is not None:
        raise RuntimeError(
            "Either mode or options can be specified, but both can't be specified at the same time."
        )
    if model is None:

        def decorator(model: Any) -> Any:
            if model is None:
                raise RuntimeError("Model can't be None")
            return compile(model, mode=mode, options=options)

        return decorator
    if not callable(model):
        raise AssertionError(f"A callable function is expected, but {type(model)} is provided.")
    from ..nn.modules.module import Module

    if isinstance(model, Module) and not disable:
        from .._dynamo.eval_frame import OptimizedModule

        return model if isinstance(model, OptimizedModule) else OptimizedModule(model)
    return model


def _marker(function: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Marks a function for the compiler, which is not there: with it the function itself, without it a decorator."""
    return function if function is not None else lambda function: function


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """Keeps a function from being compiled, as it is anyway; also a decorator with options."""
    return _marker(fn)


def allow_in_graph(fn: Any) -> Any:
    """The function, or list of functions, itself."""
    return list(fn) if isinstance(fn, (list, tuple)) else fn


def assume_constant_result(fn: Any) -> Any:
    """The function itself."""
    return fn


def nested_compile_region(
    fn: Any = None, *, options: Any = None, max_reuse_entries: int = 8, reuse_hash_fn: Any = None
) -> Any:
    """The function itself."""
    return _marker(fn)


def substitute_in_graph(
    original_fn: Callable[..., Any],
    *,
    can_constant_fold_through: bool = False,
    skip_signature_check: bool = False,
) -> Callable[[Any], Any]:
    """A decorator for what would stand for ``original_fn`` in compiled code; both stay what they are."""
    return lambda traceable_fn: traceable_fn


def wrap_numpy(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A function on tensors from one on arrays.

    Args:
        fn (callable): takes and returns NumPy arrays.

    Example::

        >>> import numpy as np
        >>> rl.compiler.wrap_numpy(np.cumsum)(rl.ones(3))
        tensor([1., 2., 3.])
    """
    import functools

    import numpy as np

    from .. import Tensor, from_numpy

    def convert(value: Any, kind: Any, to: Any) -> Any:
        if isinstance(value, kind):
            return to(value)
        if isinstance(value, (list, tuple)):
            return type(value)(convert(each, kind, to) for each in value)
        if isinstance(value, dict):
            return {key: convert(each, kind, to) for key, each in value.items()}
        return value

    @functools.wraps(fn)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = (convert(given, Tensor, lambda t: t.detach().numpy()) for given in (args, kwargs))
        return convert(fn(*args, **kwargs), (np.ndarray, np.generic), lambda a: from_numpy(np.asarray(a)))

    return wrapped


def is_compiling() -> bool:
    """Whether a compiler is looking at the program: never."""
    return False


def is_dynamo_compiling() -> bool:
    """The same."""
    return False


def is_exporting() -> bool:
    """Whether the program is being exported: never."""
    return False


def reset() -> None:
    """Forgets what was compiled: nothing."""


def cudagraph_mark_step_begin() -> None:
    """Accepted for compatibility."""


def list_backends(exclude_tags: Any = ("debug", "experimental")) -> list[str]:
    """Names of compilers: there are none."""
    return []


def get_default_backend() -> Any:
    """What :func:`set_default_backend` was last told."""
    return "inductor" if _backend is None else _backend


def set_default_backend(backend: Any) -> None:
    """Remembers a compiler, which is not used."""
    global _backend
    _backend = backend


class set_stance:  # noqa: N801, RUF100
    """When to compile: accepted as a call, a block and a decorator, and without effect.

    Args:
        stance (str): ``'default'``, ``'force_eager'`` and PyTorch's others.

    Errors: RuntimeError for another.
    """

    def __init__(
        self, stance: str = "default", *, skip_guard_eval_unsafe: bool = False, force_backend: Any = None
    ):
        if stance not in _STANCES:
            raise RuntimeError(f"invalid torch.compile stance '{stance}'")
        self.stance = stance

    def __call__(self, function: Any) -> Any:
        return function

    def __enter__(self) -> set_stance:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing was changed."""


def set_enable_guard_collectives(enabled: bool) -> None:
    """Accepted for compatibility."""


def save_cache_artifacts() -> None:
    """What was compiled, to be loaded elsewhere: nothing."""


def load_cache_artifacts(serialized_artifacts: bytes) -> None:
    """Takes what :func:`save_cache_artifacts` gave: nothing."""


__getattr__ = absent(__name__)
