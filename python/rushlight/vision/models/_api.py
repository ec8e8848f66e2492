"""How models are built and named: weights that were published, builders, and the register of both.

Facts about published weights (addresses, hashes, scores, how pictures are prepared) lie in ``published.json``; a model's file
takes its enum from there with ``published``, and registers each constructor with ``builder``, a row each.
"""

from __future__ import annotations

import fnmatch
import functools
import importlib
import inspect
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .. import _download
from ._utils import _ovewrite_named_param

__all__ = ["Weights", "WeightsEnum", "get_model", "get_model_builder", "get_model_weights", "get_weight", "list_models"]

BUILTIN_MODELS: dict[str, Callable] = {}
ENUMS: dict[str, type[WeightsEnum]] = {}
PACKAGES = ("", ".detection", ".optical_flow", ".quantization", ".segmentation", ".video")


@dataclass(eq=False)
class Weights:
    """Weights that were published: where they lie, how pictures are prepared for them, and what they score."""

    url: str
    transforms: Callable
    meta: dict[str, Any]


class WeightsEnum(Enum):
    """The weights published for one model; ``DEFAULT`` names the best."""

    @classmethod
    def verify(cls, obj: Any) -> Any:
        """``obj`` as a member: a member, its name, or None.

        Raises:
            KeyError: for a name that is none of the members'.
            TypeError: for a member of another enum.
        """
        if obj is None or isinstance(obj, cls):
            return obj
        if isinstance(obj, str):
            return cls[obj.removeprefix(cls.__name__ + ".")]
        raise TypeError(f"Invalid Weight class provided; expected {cls.__name__} but received {type(obj).__name__}.")

    def get_state_dict(self, *args: Any, **kwargs: Any) -> Mapping[str, Any]:
        """The weights themselves, downloaded once and kept (see ``rushlight.vision._download``)."""
        return _download.load_state_dict_from_url(self.url, *args, **kwargs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self._name_}"

    @property
    def url(self) -> str:
        return self.value.url

    @property
    def transforms(self) -> Callable:
        return self.value.transforms

    @property
    def meta(self) -> dict[str, Any]:
        return self.value.meta


@functools.cache
def facts() -> dict:
    """What ``published.json`` says."""
    with open(os.path.join(os.path.dirname(__file__), "published.json"), encoding="utf-8") as file:
        return json.load(file)


def published(name: str) -> type[WeightsEnum]:
    """The enum ``name`` with the weights that were published under it, as a class of the calling module."""
    from ..transforms import _presets
    from ..transforms.functional import InterpolationMode

    known = facts()
    values: dict[str, Weights] = {}
    members = []
    for member, fact in known["enums"][name].items():
        if isinstance(fact, str):  # another name of a member
            members.append((member, values[fact]))
            continue
        preset, settings = fact["transforms"]
        for key, value in settings.items():
            if isinstance(value, list):
                settings[key] = tuple(value)
            elif isinstance(value, str) and value.startswith("InterpolationMode."):
                settings[key] = InterpolationMode[value.partition(".")[2]]
        meta = dict(fact["meta"])
        if isinstance(meta.get("categories"), str):
            meta["categories"] = known["categories"][meta["categories"]]
        if isinstance(meta.get("min_size"), list):
            meta["min_size"] = tuple(meta["min_size"])
        if isinstance(meta.get("unquantized"), str):
            meta["unquantized"] = get_weight(meta["unquantized"])
        preset_class = getattr(_presets, preset)
        values[member] = Weights(fact["url"], functools.partial(preset_class, **settings) if settings else preset_class, meta)
        members.append((member, values[member]))
    module = sys._getframe(1).f_globals["__name__"]
    make: Any = WeightsEnum  # the call that makes a class of members
    ENUMS[name] = make(name, members, module=module)
    return ENUMS[name]


_ARGUMENTS = """

    Args:
        weights (%s, optional): the published weights to load, or the name of them. Default: none.
        progress (bool): whether a download shows how far it has come. Default: True.
        **kwargs: for the model's class.
"""


def load_weights(model, weights, progress: bool):
    """``model`` with the published ``weights``, whose hash is checked."""
    if weights is not None:
        model.load_state_dict(weights.get_state_dict(progress=progress, check_hash=True))
    return model


def classifier(make: Callable) -> Callable:
    """A constructor by ``make`` that has as many classes as the weights, and loads them."""

    def build(weights=None, progress=True, **kwargs):
        if weights is not None:
            _ovewrite_named_param(kwargs, "num_classes", len(weights.meta["categories"]))
        return load_weights(make(**kwargs), weights, progress)

    return build


def builder(
    name: str,
    enum: type[WeightsEnum],
    build: Callable,
    doc: str,
    legacy: str | Callable[[Any], str] | None = "IMAGENET1K_V1",
    backbone: tuple[type[WeightsEnum], str | None] | None = None,
    **defaults: Any,
) -> Callable:
    """Registers and returns the constructor ``name``.

    Args:
        enum: its weights.
        build: called with ``weights`` (verified), ``progress`` and the rest of the keyword arguments.
        doc: the sentence its docstring begins with.
        legacy: the member that ``pretrained=True`` means, or what makes it of the flag.
        backbone: the enum of ``weights_backbone`` and the member that is its default, where the model has a backbone.
        defaults: further keyword arguments with their defaults, for the signature.
    """
    words: dict[str, Any] = {"weights": None, "progress": True, **defaults}
    if backbone is not None:
        words["weights_backbone"] = backbone[0][backbone[1]] if backbone[1] else None
    order: list[str] = [key for key in ("weights", "progress", "num_classes", "aux_loss", "num_keypoints", "weights_backbone") if key in words]
    order += [key for key in words if key not in order]
    old = [("weights", "pretrained", enum, legacy)]
    if backbone is not None:
        old.append(("weights_backbone", "pretrained_backbone", backbone[0], backbone[1] or "IMAGENET1K_V1"))

    def construct(*args, **kwargs):
        if args:
            named = order[: len(args)]
            if len(args) > len(order):
                raise TypeError(f"{name}() takes at most {len(order)} positional arguments but {len(args)} were given")
            warnings.warn(
                f"Using {', '.join(repr(key) for key in named)} as positional parameter(s) is deprecated since 0.13 and may be "
                "removed in the future. Please use keyword parameter(s) instead.",
                stacklevel=2,
            )
            for key, value in zip(named, args):
                if key in kwargs:
                    raise TypeError(f"{name}() got multiple values for argument '{key}'")
                kwargs[key] = value
        for key, before, weights_enum, member in old:
            flag = kwargs.get(key, words[key])
            if before in kwargs:
                warnings.warn(
                    f"The parameter '{before}' is deprecated since 0.13 and may be removed in the future, please use '{key}' instead.",
                    stacklevel=2,
                )
                flag = kwargs.pop(before)
                if isinstance(flag, WeightsEnum):
                    kwargs[key] = flag
                    continue
            elif key not in kwargs or flag is None or isinstance(flag, (WeightsEnum, str)):
                continue
            elif not isinstance(flag, (bool, int)):
                continue  # `verify` says what is wrong with it
            name_of = member(flag) if callable(member) else member
            chosen = weights_enum[name_of] if flag and name_of else None
            warnings.warn(
                f"Arguments other than a weight enum or `None` for '{key}' are deprecated since 0.13 and may be removed in the "
                f"future. The current behavior is equivalent to passing `{key}={chosen!r}`.",
                stacklevel=2,
            )
            if flag and not member:
                raise ValueError(f"No weights are available for model {name}")
            kwargs[key] = chosen
        kwargs = {**words, **kwargs}
        kwargs["weights"] = enum.verify(kwargs["weights"])
        if backbone is not None:
            kwargs["weights_backbone"] = backbone[0].verify(kwargs["weights_backbone"])
        return build(**kwargs)

    construct.__name__ = construct.__qualname__ = name
    construct.__module__ = enum.__module__
    construct.__doc__ = doc + _ARGUMENTS % enum.__name__
    parameters = [inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=words[key]) for key in order]
    parameters.append(inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD))
    construct.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    construct.weights = enum  # type: ignore[attr-defined]
    BUILTIN_MODELS[name] = construct
    return construct


def register_model(name: str | None = None) -> Callable[[Callable], Callable]:
    """A decorator: ``get_model`` and ``list_models`` know its function from then on.

    Args:
        name (str, optional): by what name; by default the function's.

    Raises:
        ValueError: if a model of this name is there.

    >>> from rushlight.vision import models
    >>> from rushlight.vision.models._api import register_model
    >>> @register_model()
    ... def doubling(factor=2):
    ...     return torch.nn.Upsample(scale_factor=factor)
    >>> models.get_model("doubling", factor=3).scale_factor
    3.0
    """

    def register(function: Callable) -> Callable:
        key = function.__name__ if name is None else name
        if key in BUILTIN_MODELS:
            raise ValueError(f"An entry is already registered under the name '{key}'.")
        BUILTIN_MODELS[key] = function
        return function

    return register


def _all_packages() -> None:
    for package in PACKAGES:
        importlib.import_module(__package__ + package)


def list_models(module=None, include: Iterable[str] | str | None = None, exclude: Iterable[str] | str | None = None) -> list[str]:
    """The names of registered models, in order.

    Args:
        module (module, optional): only models of this package.
        include (str or list of str, optional): patterns as of a shell; a name fits one of them.
        exclude (str or list of str, optional): patterns of which a name fits none.

    >>> from rushlight.vision.models import list_models
    >>> list_models(include="resnet1*")
    ['resnet101', 'resnet152', 'resnet18']
    """
    _all_packages()
    names = {
        key
        for key, build in BUILTIN_MODELS.items()
        if module is None or build.__module__.rpartition(".")[0] == module.__name__
    }
    for patterns, keep in ((include, True), (exclude, False)):
        if patterns:
            several = [patterns] if isinstance(patterns, str) else list(patterns)
            fit = {name for pattern in several for name in fnmatch.filter(names, pattern)}
            names = fit if keep else names - fit
    return sorted(names)


def get_model_builder(name: str) -> Callable:
    """The constructor that is registered under ``name``, in any case of letters.

    Raises:
        ValueError: where there is none.
    """
    _all_packages()
    try:
        return BUILTIN_MODELS[name.lower()]
    except KeyError:
        raise ValueError(f"Unknown model {name}") from None


def get_model(name: str, **config: Any):
    """The model ``name``, built with ``config``.

    >>> from rushlight.vision.models import get_model
    >>> sum(p.numel() for p in get_model("squeezenet1_1", num_classes=10).parameters())
    727626
    """
    return get_model_builder(name)(**config)


def get_model_weights(name: Callable | str) -> type[WeightsEnum]:
    """The enum of weights of a model, given by its name or constructor."""
    build = get_model_builder(name) if isinstance(name, str) else name
    found = getattr(build, "weights", None)
    if found is None:
        raise ValueError("The WeightsEnum class for the specific method couldn't be retrieved. Make sure the typing info is correct.")
    return found


def get_weight(name: str) -> WeightsEnum:
    """The weights called ``"Enum.MEMBER"``.

    >>> from rushlight.vision.models import get_weight
    >>> get_weight("ResNet50_Weights.IMAGENET1K_V2").meta["num_params"]
    25557032

    Raises:
        ValueError: where the enum, KeyError: where the member is not known.
    """
    enum_name, dot, member = name.partition(".")
    if not dot:
        raise ValueError(f"Invalid weight name provided: '{name}'.")
    if enum_name not in ENUMS:
        _all_packages()
    if enum_name not in ENUMS:
        raise ValueError(f"The weight enum '{enum_name}' for the specific method couldn't be retrieved.")
    return ENUMS[enum_name][member]
