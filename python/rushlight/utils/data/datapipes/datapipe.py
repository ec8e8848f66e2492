"""The two kinds of steps, and names by which one hangs on another."""

from __future__ import annotations

import functools
from typing import Any

from ..dataset import Dataset, IterableDataset


class _Chained:
    """A step has those that were given a name as methods: ``pipe.map(f)`` is ``Mapper(pipe, f)``."""

    functions: dict[str, Any] = {}
    _is_step = True  # which the loader asks without importing this file

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__dict__.get("_own_steps"):
            cls.functions = {}

    def __getattr__(self, name: str) -> Any:
        kind = None
        if not name.startswith("_"):
            from . import iter, map  # noqa: F401  # which give their steps' names

            kind = type(self).functions.get(name)
        if kind is None:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return functools.partial(kind, self)

    def __repr__(self) -> str:
        return type(self).__qualname__

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *type(self).functions]

    @classmethod
    def register_function(cls, function_name: str, function: Any) -> None:
        """Gives a step a name, which is then a method of all."""
        cls.functions[function_name] = function

    def reset(self) -> None:
        """What a step does before it is run through again."""


def _from_the_start(run: Any) -> Any:
    """A class's ``__iter__`` that calls :meth:`reset` first."""

    @functools.wraps(run)
    def begin(self: Any) -> Any:
        self.reset()
        return run(self)

    return begin


class IterDataPipe(_Chained, IterableDataset):
    """A step that gives items one after the other. Subclasses have ``__iter__``.

    Example::

        >>> from rushlight.utils.data.datapipes.iter import IterableWrapper
        >>> list(IterableWrapper(range(6)).filter(lambda x: x % 2 == 0).map(lambda x: x * 10).batch(2))
        [[0, 20], [40]]
    """

    _own_steps = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "reset" in cls.__dict__:  # only then is there anything to do
            cls.__iter__ = _from_the_start(cls.__iter__)  # type: ignore[method-assign]

    def __iter__(self) -> Any:
        return self


class DFIterDataPipe(IterDataPipe):
    """A step over tables of data."""

    _own_steps = True


class MapDataPipe(_Chained, Dataset):
    """A step whose items have keys. Subclasses have ``__getitem__``, and ``__len__`` where it is known."""

    _own_steps = True


class DataChunk(list):
    """A batch: a list that prints as one."""

    def __init__(self, items: Any) -> None:
        items = list(items)
        super().__init__(items)
        self.items = items

    def as_str(self, indent: str = "") -> str:
        """Its items in brackets."""
        return indent + "[" + ", ".join(str(each) for each in self) + "]"

    def raw_iterator(self) -> Any:
        """The items as they are."""
        yield from self.items


class functional_datapipe:  # noqa: N801, RUF100
    """A decorator that gives a step's class a name, which is then a method of all steps of its kind.

    Args:
        name (str): the method's name.

    Errors: TypeError for what is no step; Exception for a name that is taken.
    """

    def __init__(self, name: str, enable_df_api_tracing: bool = False) -> None:
        self.name = name

    def __call__(self, cls: Any) -> Any:
        if not isinstance(cls, type) or not issubclass(cls, _Chained):
            raise TypeError("`functional_datapipe` can only decorate IterDataPipe")
        kind: Any = IterDataPipe if issubclass(cls, IterDataPipe) else MapDataPipe
        if self.name in kind.functions:
            raise Exception(f"Unable to add DataPipe function name {self.name} as it is already taken")
        kind.register_function(self.name, cls)
        return cls


_determinism = False


class guaranteed_datapipes_determinism:  # noqa: N801, RUF100
    """A block in which steps that are :class:`non_deterministic` are refused."""

    def __enter__(self) -> None:
        global _determinism
        self._before, _determinism = _determinism, True

    def __exit__(self, *error: object) -> None:
        global _determinism
        _determinism = self._before


class non_deterministic:  # noqa: N801, RUF100
    """Marks a step whose items may come in another order each time.

    Args:
        arg (type or callable): the class, or a function of its arguments that says whether it is so.

    Errors: TypeError for what is neither.
    """

    def __init__(self, arg: Any) -> None:
        self.cls = arg if isinstance(arg, type) else None
        if self.cls is None and not callable(arg):
            raise TypeError("the decorator takes a class of IterDataPipe or a function")
        self.told = None if self.cls is not None else arg

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.cls is None:
            if not (len(args) == 1 and isinstance(args[0], type) and issubclass(args[0], IterDataPipe)):
                raise TypeError(
                    "Only `IterDataPipe` can be decorated with `non_deterministic`, but it is not one."
                )
            self.cls = args[0]
            return self
        if _determinism and (self.told is None or self.told(*args, **kwargs)):
            raise TypeError(
                f"{self.cls.__name__} is non-deterministic. You can turn off 'guaranteed_datapipes_determinism' to use it."
            )
        return self.cls(*args, **kwargs)


_validating = True


class runtime_validation_disabled:  # noqa: N801, RUF100
    """A block in which items are not compared with annotations."""

    def __enter__(self) -> None:
        global _validating
        self._before, _validating = _validating, False

    def __exit__(self, *error: object) -> None:
        global _validating
        _validating = self._before


def argument_validation(f: Any) -> Any:
    """A decorator that checks steps among a function's arguments against its annotations.

    Errors: TypeError on a call with something else where a step is wanted.
    """
    import inspect
    import typing

    signature = inspect.signature(f)
    hints = {name: kind for name, kind in typing.get_type_hints(f).items() if isinstance(kind, type)}

    @functools.wraps(f)
    def checked(*args: Any, **kwargs: Any) -> Any:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            kind = hints.get(name)
            if kind is not None and issubclass(kind, _Chained) and not isinstance(value, kind):
                raise TypeError(f"Expected argument '{name}' as a {kind.__name__}, but found {type(value)}")
        return f(*args, **kwargs)

    return checked


def runtime_validation(f: Any) -> Any:
    """A decorator of ``__iter__`` that checks items against the annotation of what it gives, a plain class.

    Errors: RuntimeError for an item of another class.
    """
    import typing

    @functools.wraps(f)
    def checked(self: Any) -> Any:
        kinds = typing.get_args(typing.get_type_hints(f).get("return"))
        for item in f(self):
            if _validating and kinds and isinstance(kinds[0], type) and not isinstance(item, kinds[0]):
                raise RuntimeError(
                    f"Expected an instance as subtype of {kinds[0]}, but found {item}({type(item)})"
                )
            yield item

    return checked


__all__ = [
    "DFIterDataPipe",
    "DataChunk",
    "IterDataPipe",
    "MapDataPipe",
    "argument_validation",
    "functional_datapipe",
    "guaranteed_datapipes_determinism",
    "non_deterministic",
    "runtime_validation",
    "runtime_validation_disabled",
]
