"""The stub of the extension module agrees with the table it is made from."""

import ast
import pathlib

import rushlight as rl
from rushlight import _stubs

STUB = pathlib.Path(__file__).parents[2] / "python" / "rushlight" / "_C.pyi"


def test_the_stub_is_fresh():
    assert STUB.read_text() == _stubs.render(), "run `make stubs`"


def test_the_stub_is_python():
    ast.parse(STUB.read_text())


def test_everything_in_the_stub_exists():
    tree = ast.parse(STUB.read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            assert hasattr(rl._C, node.name), node.name
        if isinstance(node, ast.ClassDef) and node.name == "Tensor":
            for item in node.body:
                if isinstance(item, ast.FunctionDef):
                    assert hasattr(rl.Tensor, item.name), f"Tensor.{item.name}"
                if isinstance(item, ast.AnnAssign):
                    assert hasattr(rl.Tensor, item.target.id), f"Tensor.{item.target.id}"


def test_everything_public_is_in_the_stub():
    named = set()
    for node in ast.walk(ast.parse(STUB.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            named.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            named.add(node.target.id)
    for owner in (rl._C, rl.Tensor):
        missing = [n for n in vars(owner) if not n.startswith("_") and n not in named]
        assert not missing, f"{owner.__name__}: {missing}"
