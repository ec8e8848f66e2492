"""The docstring of a layer names the arguments of its constructor."""

import inspect
import re

import pytest
from rushlight import nn

# what every layer takes, and what is there for programs of old
COMMON = {"device", "dtype", "size_average", "reduce"}
LAYERS = sorted(n for n in nn.__all__ if inspect.isclass(getattr(nn, n)) and issubclass(getattr(nn, n), nn.Module))


@pytest.mark.parametrize("name", LAYERS)
def test_arguments_are_in_the_docstring(name):
    layer = getattr(nn, name)
    named = (p.name for p in inspect.signature(layer).parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))
    silent = [n for n in named if n not in COMMON and not n.startswith("_") and not re.search(rf"\b{n}\b", layer.__doc__)]
    assert not silent, silent
