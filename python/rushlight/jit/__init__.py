"""``torch.jit``: modules and functions stay Python, so scripting and tracing give back what they are given.

:func:`save` and :func:`load` keep a whole module in a file of this package's own: its structure, parameters and buffers,
under the names of its classes. It is read as :func:`rushlight.load` reads with ``weights_only``: classes of layers are
known, those of a program are named with :func:`rushlight.serialization.add_safe_globals`, and no code in a file runs.
"""

from __future__ import annotations

import builtins
from typing import Any, Final, NamedTuple

from .. import futures as _futures
from ..nn.modules.module import Module

Future = _futures.Future


class Error(RuntimeError):
    """What PyTorch raises where a program cannot be compiled."""


class TracerWarning(Warning):
    """What PyTorch says where a trace would not follow the program."""

    @staticmethod
    def ignore_lib_warnings() -> None:
        """Accepted for compatibility."""


class TensorType:
    """The compiler's type of tensors, for annotations."""


class Attribute(NamedTuple):
    """A value with the type it has for the compiler."""

    value: Any
    type: Any


_told = False


def _tell(name: str) -> None:
    global _told
    if not _told:
        _told = True
        from .._warn import warn

        warn(f"jit.{name}: nothing is compiled here; the function or module is returned as it is")


class ScriptModule(Module):
    """A module that was scripted or traced: the same object, which can also :meth:`save` itself."""

    def save(self, f: Any, _extra_files: Any = None) -> None:
        """Writes the module to a file; see :func:`save`."""
        save(self, f, _extra_files)

    @property
    def original_name(self) -> str:
        """The name of the module's class."""
        return type(self).__name__

    @property
    def code(self) -> str:
        """The text of ``forward``."""
        import inspect

        return inspect.getsource(type(self).forward)

    @property
    def graph(self) -> Any:
        """PyTorch's compiled graph, which is not there."""
        raise NotImplementedError("graph: programs are not compiled; `code` is the text of forward")

    def __reduce_ex__(self, protocol: Any) -> Any:
        plain: Any = getattr(type(self), "_plain", type(self))
        if plain is type(self):
            return super().__reduce_ex__(protocol)
        return _revived, (plain,), self.__getstate__() if hasattr(self, "__getstate__") else self.__dict__


RecursiveScriptModule = TopLevelTracedModule = ScriptModule
_kinds: dict[type, type] = {}


def _revived(plain: type) -> Any:
    """An instance that waits for its state."""
    kind: Any = _kind(plain)
    return kind.__new__(kind)


def _kind(plain: type) -> type:
    if plain not in _kinds:
        space = {
            "_plain": plain,
            "__module__": plain.__module__,
            "__qualname__": plain.__qualname__,
            "__doc__": plain.__doc__,
        }
        _kinds[plain] = type(plain.__name__, (ScriptModule, plain), space)
    return _kinds[plain]


def _as_script(module: Any) -> Any:
    if not isinstance(module, ScriptModule):
        module.__class__ = _kind(type(module))
    return module


def script(
    obj: Any, optimize: Any = None, _frames_up: int = 0, _rcb: Any = None, example_inputs: Any = None
) -> Any:
    """The function, class or module itself. A module is a :class:`ScriptModule` from then on.

    Args:
        obj (callable, class or Module): what to script.

    Errors: TypeError for anything else.

    Example::

        >>> import warnings
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     net = rl.jit.script(nn.Linear(2, 1))
        >>> isinstance(net, nn.Linear) and isinstance(net, rl.jit.ScriptModule)
        True
    """
    if not callable(obj) and not builtins.isinstance(obj, (dict, list)):
        what = "is a built-in class" if type(obj).__module__ == "builtins" else "is neither function, class nor module"
        raise TypeError(f"{type(obj)} {what}")
    _tell("script")
    return _as_script(obj) if isinstance(obj, Module) else obj


def trace(
    func: Any,
    example_inputs: Any = None,
    optimize: Any = None,
    check_trace: bool = True,
    check_inputs: Any = None,
    check_tolerance: float = 1e-5,
    strict: bool = True,
    _force_outplace: bool = False,
    _module_class: Any = None,
    _compilation_unit: Any = None,
    example_kwarg_inputs: Any = None,
    _store_inputs: bool = True,
) -> Any:
    """The function or module itself, which is not run. A module is a :class:`ScriptModule` from then on.

    Errors: RuntimeError without inputs.
    """
    if example_inputs is None and example_kwarg_inputs is None:
        raise RuntimeError("example_kwarg_inputs should be a dict")
    _tell("trace")
    return _as_script(func) if isinstance(func, Module) else func


def trace_module(mod: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
    """The module itself; ``inputs`` are examples by the names of methods."""
    if not isinstance(inputs, dict):
        raise AttributeError("expected a dictionary of (method_name, input) pairs")
    _tell("trace_module")
    return _as_script(mod)


def script_if_tracing(fn: Any) -> Any:
    """The function itself."""
    return fn


_script_if_tracing = script_if_tracing


def export(fn: Any) -> Any:
    """The method itself."""
    return fn


unused = interface = script_method = _overload = _overload_method = export


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """The function itself; with options a decorator."""
    return drop if callable(drop) else export


def is_scripting() -> bool:
    """Whether the program runs compiled: never."""
    return False


def is_tracing() -> bool:
    """Whether the program is being traced: never."""
    return False


def annotate(the_type: Any, the_value: Any) -> Any:
    """The value."""
    return the_value


def isinstance(obj: Any, target_type: Any) -> bool:  # noqa: A001, RUF100
    """``isinstance`` that looks into ``list[int]`` and the like.

    Example::

        >>> rl.jit.isinstance([1, 2], list[int]), rl.jit.isinstance([1, "a"], list[int])
        (True, False)
    """
    import typing

    kinds = target_type if builtins.isinstance(target_type, tuple) else (target_type,)
    for kind in kinds:
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin is None:
            found = obj is None if kind is None else builtins.isinstance(obj, kind)
        elif not builtins.isinstance(origin, type) or origin is __import__("types").UnionType:
            found = any(isinstance(obj, each) for each in inner)
        elif not builtins.isinstance(obj, origin):
            found = False
        elif origin is dict:
            found = all(isinstance(k, inner[0]) and isinstance(v, inner[1]) for k, v in obj.items())
        elif origin is tuple and not (len(inner) == 2 and inner[1] is ...):
            found = len(obj) == len(inner) and all(isinstance(a, b) for a, b in zip(obj, inner, strict=True))
        else:
            found = all(isinstance(each, inner[0]) for each in obj)
        if found:
            return True
    return False


def fork(func: Any, *args: Any, **kwargs: Any) -> Future:
    """Runs ``func`` and returns a future that is done: there is no second thread of the program's.

    >>> import warnings
    >>> warnings.simplefilter("ignore")
    >>> rl.jit.wait(rl.jit.fork(lambda x: x + 1, rl.ones(2)))
    tensor([2., 2.])
    """
    later = Future()
    try:
        later.set_result(func(*args, **kwargs))
    except Exception as error:
        later.set_exception(error)
    return later


def wait(future: Future) -> Any:
    """The value of a future.

    >>> rl.jit.wait(rl.jit.fork(lambda: 3))
    3
    """
    return future.wait()


def freeze(mod: Any, preserved_attrs: Any = None, optimize_numerics: bool = True) -> Any:
    """The module itself.

    Errors: RuntimeError for what was not scripted, or is training.
    """
    if not builtins.isinstance(mod, ScriptModule):
        raise RuntimeError(
            "Freezing expects a ScriptModule as input. Please use torch.jit.script or torch.jit.trace to script your 'nn.Module'."
        )
    if mod.training:
        raise RuntimeError(
            "Freezing is currently only implemented for modules in eval mode. Please call .eval() on your module before freezing."
        )
    return mod


def optimize_for_inference(mod: Any, other_methods: Any = None) -> Any:
    """The module itself."""
    return mod


def run_frozen_optimizations(mod: Any, optimize_numerics: bool = True, preserved_methods: Any = None) -> None:
    """Accepted for compatibility."""


def set_fusion_strategy(strategy: Any) -> Any:
    """Accepted for compatibility."""
    return []


def enable_onednn_fusion(enabled: bool) -> None:
    """Accepted for compatibility."""


def onednn_fusion_enabled() -> bool:
    """Whether operations are fused by oneDNN: no."""
    return False


class strict_fusion:  # noqa: N801, RUF100
    """A block in which PyTorch would insist on fusing."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        """Nothing was changed."""


def optimized_execution(should_optimize: bool) -> strict_fusion:
    """A block with or without PyTorch's optimisations."""
    return strict_fusion()


def export_opnames(m: Any) -> list[str]:
    """Names of the operations of a compiled module, which there is none of."""
    raise NotImplementedError("export_opnames: modules are not compiled")


_EXTRA = "rushlight.jit.extra_files"
_MODULE = "rushlight.jit.module"


def save(m: Any, f: Any, _extra_files: Any = None) -> None:
    """Writes a whole module to a file that :func:`load` reads, in this package's own format.

    Args:
        m (Module): the module.
        f: a path or a file open for writing.
        _extra_files (dict, optional): names and texts or bytes to put beside it.

    Errors: TypeError for what is no module: a function has no parameters to keep.

    Example::

        >>> import io
        >>> file = io.BytesIO()
        >>> rl.jit.save(nn.Linear(2, 3), file)
        >>> _ = file.seek(0)
        >>> rl.jit.load(file)
        Linear(in_features=2, out_features=3, bias=True)
    """
    if not builtins.isinstance(m, Module):
        raise TypeError(f"jit.save: expected a module, got {type(m).__name__}")
    from ..serialization import save as write

    extra = {
        name: text.encode() if builtins.isinstance(text, str) else bytes(text)
        for name, text in (_extra_files or {}).items()
    }
    kinds = [(each, type(each)) for each in m.modules() if builtins.isinstance(each, ScriptModule)]
    _saved.update(getattr(type(each), "_plain", type(each)) for each in m.modules())
    try:
        for each, _ in kinds:
            each.__class__ = getattr(type(each), "_plain", type(each))
        write({_MODULE: m, _EXTRA: extra}, f)
    finally:
        for each, kind in kinds:
            each.__class__ = kind


_saved: set[Any] = set()  # classes of modules that this process wrote: it knows what they do


def load(f: Any, map_location: Any = None, _extra_files: Any = None, _restore_shapes: bool = False) -> Any:
    """Reads a module that :func:`save` wrote. No code in the file runs: classes must be known.

    Known are the layers of this package, and the classes of modules that this process itself has saved.

    Args:
        f: a path or a file open for reading.
        map_location: as in :func:`rushlight.load`.
        _extra_files (dict, optional): its values become the bytes in the file.

    Errors: UnpicklingError for a class that is no layer of this package and was not named with
        ``serialization.add_safe_globals``; RuntimeError for PyTorch's own compiled archives, and other files.
    """
    from .. import nn
    from ..serialization import load as read, safe_globals

    layers: list[Any] = [
        kind
        for name in dir(nn)
        if builtins.isinstance(kind := getattr(nn, name), type) and issubclass(kind, Module)
    ]
    layers += [nn.modules.linear.NonDynamicallyQuantizableLinear, nn.functional.relu, nn.functional.gelu]
    with safe_globals([*layers, *_saved, set]):
        try:
            found = read(f, map_location=map_location, weights_only=True)
        except RuntimeError as error:
            if "TorchScript" in str(error) or "constants.pkl" in str(error):
                raise RuntimeError(
                    "jit.load: a program that PyTorch compiled cannot run here; in PyTorch, save its state_dict"
                ) from error
            raise
    if not builtins.isinstance(found, dict) or _MODULE not in found:
        raise RuntimeError("jit.load: the file was not written by jit.save; rushlight.load reads checkpoints")
    for name in _extra_files or {}:
        if name in found[_EXTRA]:
            _extra_files[name] = found[_EXTRA][name]
    return _as_script(found[_MODULE])


class ScriptFunction:
    """What PyTorch makes of a function. Here functions stay what they are: nothing is an instance."""


class CompilationUnit:
    """Functions compiled from text.

    Errors: NotImplementedError: there is no compiler.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("CompilationUnit: programs are not compiled; define functions in Python")


__all__ = [
    "Attribute",
    "CompilationUnit",
    "Error",
    "Final",
    "Future",
    "ScriptFunction",
    "ScriptModule",
    "TracerWarning",
    "annotate",
    "enable_onednn_fusion",
    "export",
    "export_opnames",
    "fork",
    "freeze",
    "ignore",
    "interface",
    "is_scripting",
    "is_tracing",
    "isinstance",
    "load",
    "onednn_fusion_enabled",
    "optimize_for_inference",
    "optimized_execution",
    "save",
    "script",
    "script_if_tracing",
    "script_method",
    "set_fusion_strategy",
    "strict_fusion",
    "trace",
    "trace_module",
    "unused",
    "wait",
]
