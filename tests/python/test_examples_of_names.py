"""Every public name says what it does, with an example; the examples run and print what they show."""

import doctest
import importlib
import inspect
import re
import types
import warnings

import pytest
import rushlight as rl

PLACES = [
    "rushlight", "rushlight.nn", "rushlight.nn.functional", "rushlight.nn.init", "rushlight.nn.utils", "rushlight.linalg",
    "rushlight.fft", "rushlight.special", "rushlight.func", "rushlight.signal.windows", "rushlight.optim",
    "rushlight.optim.lr_scheduler", "rushlight.utils.data", "rushlight.autograd", "rushlight.distributions", "rushlight.amp",
]  # fmt: skip
# Names without an example: this list only shrinks.
WITHOUT: set[str] = set()
SENTENCE = re.compile(r"\w[^\n]*[.:;,`)\w]")


def public(name):
    """The functions and classes of a module, by what users write."""
    module = importlib.import_module(name)
    names = getattr(module, "__all__", None) or [n for n in dir(module) if not n.startswith("_")]
    for each in sorted(set(names)):
        value = getattr(module, each, None)
        if callable(value) and not isinstance(value, types.ModuleType) and each != "absent":
            yield f"{name}.{each}", value


def members():
    for name in sorted(dir(rl.Tensor)):
        if not name.startswith("_"):
            yield f"rushlight.Tensor.{name}", inspect.getattr_static(rl.Tensor, name)


def everything():
    return [pair for place in PLACES for pair in public(place)] + list(members())


def text_of(value):
    """The docstring without the signatures that stand first in the engine's."""
    return "\n".join(line for line in (value.__doc__ or "").splitlines() if not re.match(r"\w+\(.*\) -> ", line))


def test_every_public_name_says_what_it_does():
    silent = [name for name, value in everything() if not SENTENCE.search(text_of(value))]
    assert not silent, silent


def test_every_public_name_shows_an_example():
    lacking = {name for name, value in everything() if ">>> " not in (value.__doc__ or "")}
    assert lacking == WITHOUT, sorted(lacking ^ WITHOUT)


@pytest.mark.parametrize("place", [*PLACES, "rushlight.Tensor"])
def test_the_examples_run(place):
    found = list(members()) if place == "rushlight.Tensor" else list(public(place))
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE, verbose=False)
    parser, report, seen = doctest.DocTestParser(), [], set()
    names = {"rl": rl, "torch": rl, "nn": rl.nn, "F": rl.nn.functional, "optim": rl.optim}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, value in found:
            doc = value.__doc__ or ""
            if doc not in seen:
                seen.add(doc)
                rl.manual_seed(0)
                runner.run(parser.get_doctest(doc, dict(names), name, name, 0), out=report.append)
    assert runner.failures == 0, "".join(report)
    assert runner.tries > 0
