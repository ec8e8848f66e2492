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


DOCUMENTS = "README.md ARCHITECTURE.md CONTRIBUTING.md CHANGELOG.md docs/COVERAGE.md docs/PERFORMANCE.md docs/PERFORMANCE-GPU.md".split()


def files():
    """The files of the repository by their paths from its root."""
    rooms = "src python tests examples benches docs .ci .github".split()
    found = [path for room in rooms for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts]
    return ["/" + path.relative_to(ROOT).as_posix() + "/" * path.is_dir() for path in [*found, *ROOT.glob("*")]]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_of_the_documents_lead_somewhere(name):
    text = (ROOT / name).read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("http") or (ROOT / target).exists(), target


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_paths_in_the_documents_are_there(name):
    """A word in backticks that reads as a file or a folder is the end of a path here: `driver/batch.rs` is in `src/ops/`."""
    known = files()
    # fenced code has rows, not paths; what stands for any name (`X.rs`, `test_gpu_*.py`) is none
    text = re.sub(r"```.*?```", "", (ROOT / name).read_text(), flags=re.S)
    words = re.findall(r"`((?:\.?[\w-]+/)+(?:[\w.-]+)?|[\w-]+\.(?:rs|py|wgsl|json|toml|md))`", text)
    assert len(words) > 8
    missing = [w for w in words if not any(path.rstrip("/").endswith("/" + w.rstrip("/")) for path in known)]
    assert not missing, missing


def test_the_code_in_contributing_is_the_code():
    """Every line of an example stands in the file that is named before it, but for lines with two dots and comments behind code."""

    def squashed(text):
        return re.sub(r"\s+", "", text)

    text, lines = (ROOT / "CONTRIBUTING.md").read_text(), 0
    for example in re.finditer(r"```(?:diff|rust)\n(.*?)```", text, re.S):
        named = re.findall(r"`(src/[\w/]+\.rs)`", text[: example.start()])[-1]
        code = squashed((ROOT / named).read_text())
        for line in example[1].splitlines():
            line = re.sub(r"\s+//(?!/).*", "", line.removeprefix("+"))
            if not re.search(r"(^|\W)\.\.(\W|$)", line):
                lines += 1
                assert squashed(line) in code, f"{named}: {line}"
    assert lines > 60


def test_the_readme_names_every_example():
    text = (ROOT / "README.md").read_text()
    missing = [path.name for path in (ROOT / "examples").glob("*.*") if f"(examples/{path.name})" not in text]
    assert not missing, missing


def test_the_readme_names_every_setting():
    sources = [*(ROOT / "src").rglob("*.rs"), *(ROOT / "python").rglob("*.py")]
    read = {name for path in sources for name in re.findall(r'\bvar(?:_os)?\("(\w+)"\)', path.read_text()) if name.startswith("RUSHLIGHT")}
    # settings of single tests, of ours alone
    read = {name for name in read if not name.startswith(("RUSHLIGHT_ALL_", "RUSHLIGHT_TEST_"))}
    text = (ROOT / "README.md").read_text()
    assert len(read) > 4 and not [name for name in read if f"`{name}`" not in text]
