"""Examples in docstrings run and print what they say."""

import doctest
import importlib
import pathlib
import pkgutil
import re

import pytest
import rushlight as rl

ROOT = pathlib.Path(__file__).parents[2]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def modules():
    yield "rushlight"
    for info in pkgutil.walk_packages(rl.__path__, "rushlight."):
        if not info.name.endswith("._C"):
            yield info.name


@pytest.mark.parametrize("name", sorted(modules()))
def test_docstrings_of_a_module(name):
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        # a module over an optional package says which extra brings it; the parts of `onnx` are behind it
        assert "rushlight[" in str(error) or name.startswith("rushlight.onnx._"), f"{name}: {error}"
        return
    names = {"rl": rl, "torch": rl, "rushlight": rl, "nn": rl.nn, "F": rl.nn.functional, "optim": rl.optim}
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    report = []
    for test in finder.find(module, globs=names):
        if test.examples:
            rl.manual_seed(0)
            runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_examples_are_found():
    """The walk sees the examples at all."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    count = sum(
        len(t.examples) for t in finder.find(importlib.import_module("rushlight.nn.modules.linear"), globs={})
    )
    assert count >= 2


def test_docstrings_of_the_table():
    """Examples in docstrings of functions of the engine."""
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    parser = doctest.DocTestParser()
    report = []
    for name, f in vars(rl._C).items():
        text = getattr(f, "__doc__", None)
        if callable(f) and text and ">>>" in text:
            rl.manual_seed(0)
            names = {"rl": rl, "torch": rl, "F": rl.nn.functional}
            runner.run(parser.get_doctest(text, names, name, name, 0), out=report.append)
    assert runner.failures == 0, "".join(report)


def test_every_public_function_of_the_engine_says_what_it_does():
    silent = [
        n
        for n, f in vars(rl._C).items()
        if callable(f) and not n.startswith("_") and not (f.__doc__ or "").strip()
    ]
    assert not silent, silent


def python_blocks(text):
    return re.findall(r"```python\n(.*?)```", text, re.S)


def test_the_readme_example_runs_and_prints_what_it_says(capsys):
    text = (ROOT / "README.md").read_text()
    example = next(b for b in python_blocks(text) if "optimizer" in b)
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    said = re.search(r"```text\n(.*?)```", text, re.S)[1]
    assert printed == said


def test_links_of_the_documents_lead_somewhere():
    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text()
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert target.startswith("http") or (ROOT / target).exists(), f"{name}: {target}"
        for path in re.findall(r"`((?:src|tests|python|benches|examples)/[\w/.]+)`", text):
            assert (ROOT / path).exists(), f"{name}: {path}"
