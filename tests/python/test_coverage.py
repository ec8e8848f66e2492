"""docs/COVERAGE.md is what the engine answers today."""

import pathlib
import subprocess
import sys

from rushlight import _coverage

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "COVERAGE.md"


def test_the_document_is_fresh():
    """Asked by a process of its own: what was fetched for an op once may be there for the next."""
    command = [sys.executable, "-m", "rushlight._coverage", "--check"]
    done = subprocess.run(command, cwd=DOCUMENT.parents[1], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_sets_of_dtypes_have_short_names():
    assert _coverage.dtypes(set(_coverage.DTYPES)) == "all"
    assert _coverage.dtypes({"float32", "float64", "bool"}) == "wide float, bool"
    assert _coverage.dtypes({"float32", "int8"}) == "int8, float32"
    assert _coverage.dtypes(set()) == ""


def test_known_answers():
    lines = {cells[1].strip("` "): [c.strip() for c in cells] for cells in (x.split("|") for x in DOCUMENT.read_text().splitlines() if x.startswith("| `"))}
    gradient, second, forward, mapped = 3, 4, 5, 6
    assert lines["mul"][gradient] == lines["mul"][second] == lines["mul"][forward] == lines["mul"][mapped] == "yes"
    assert lines["argmax"][gradient] == "" and lines["argmax"][mapped] == "yes"
    assert lines["unique"][mapped] == "" and lines["linalg.svd"][2] == "wide float, complex"
