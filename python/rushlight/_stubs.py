"""Writes ``_C.pyi`` from the op table: ``python -m rushlight._stubs`` (``--check`` only compares)."""

from __future__ import annotations

import json
import pathlib
import sys

HEADER = '''# Generated from the op table by `python -m rushlight._stubs`; do not edit.
from collections.abc import Sequence
from typing import Any, overload

import numpy

Number = int | float | bool | complex

class dtype:
    is_floating_point: bool
    is_complex: bool
    is_signed: bool
    itemsize: int
    def to_real(self) -> dtype: ...
    def to_complex(self) -> dtype: ...

class device:
    type: str
    index: int | None
    def __init__(self, type: str | int | device, index: int | None = None) -> None: ...

class memory_format: ...
class layout: ...

class Generator:
    device: device
    def __init__(self, device: device | str | None = None) -> None: ...
    def manual_seed(self, seed: int) -> Generator: ...
    def seed(self) -> int: ...
    def initial_seed(self) -> int: ...
    def get_state(self) -> Tensor: ...
    def set_state(self, state: Tensor) -> Generator: ...
    def clone_state(self) -> Generator: ...

class Node:
    next_functions: tuple[tuple[Node | None, int], ...]
    variable: Tensor
    def name(self) -> str: ...
    def register_hook(self, hook: Any) -> RemovableHandle: ...
    def register_prehook(self, hook: Any) -> RemovableHandle: ...

class RemovableHandle:
    id: int
    def remove(self) -> None: ...

default_generator: Generator
'''

ATTRIBUTES = """    shape: Any
    dtype: dtype
    device: device
    layout: layout
    ndim: int
    itemsize: int
    nbytes: int
    T: Tensor
    mT: Tensor
    H: Tensor
    mH: Tensor
    data: Tensor
    grad: Tensor | None
    grad_fn: Node | None
    requires_grad: bool
    is_leaf: bool
    retains_grad: bool
    output_nr: int
    is_cpu: bool
    is_cuda: bool
    is_meta: bool
    is_sparse: bool
    is_quantized: bool
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
"""

RETURNS = {
    "Tensor": "Tensor", "()": "None", "bool": "bool", "i64": "int", "f64": "float", "DType": "dtype",
    "Vec<Tensor>": "tuple[Tensor, ...]", "Named": "Any", "Ints": "Any", "Scalar": "Number", "Ret": "Any",
    "(Tensor,Tensor)": "tuple[Tensor, Tensor]", "(Tensor,Tensor,Tensor)": "tuple[Tensor, Tensor, Tensor]",
}


def parameter(p: dict) -> str:
    """One parameter as Python writes it."""
    kind = p["type"] + (" | None" if p["optional"] else "")
    return f"{p['name']}: {kind}" + ("" if p["required"] else " = ...")


def signature(row: dict, method: bool, name: str) -> str:
    """``def name(...) -> ...: ...`` of a row."""
    params = row["params"][1:] if method else row["params"]
    parts = ["self"] if method else []
    star = False
    for p in params:
        if p["type"] == "Sequence[int]" and p["name"] in ("size", "shape", "dims", "sizes") and not star:
            parts.append(f"*{p['name']}: Any")
            star = True
            continue
        if p["keyword"] and not star:
            parts.append("*")
            star = True
        parts.append(parameter(p))
    if not method and not star:
        parts.append("*")
    if not method:
        parts.append("out: Any = ...")
    answer = RETURNS.get(row["returns"].replace(" ", ""), "Any")
    return f"def {name}({', '.join(parts)}) -> {answer}: ..."


def extras(obj, known: set[str], method: bool) -> list[str]:
    """Callables bound by hand: their names, loosely typed."""
    lines = []
    for name in sorted(vars(obj)):
        if name in known or name.startswith("__") or not callable(getattr(obj, name, None)):
            continue
        if isinstance(vars(obj)[name], type):
            continue
        self_ = "self, " if method else ""
        lines.append(f"def {name}({self_}*args: Any, **kwargs: Any) -> Any: ...")
    return lines


def render() -> str:
    """The text of the stub."""
    from . import _C

    rows: dict[str, dict[str, list[dict]]] = {"method": {}, "function": {}}
    for row in json.loads(_C._describe()):
        place, name = row["place"], row["name"]
        names = [name] + ([name + "_"] if place == "Twin" else [])
        for n in names:
            if place in ("Both", "Twin", "Method", "Inplace"):
                rows["method"].setdefault(n, []).append(row)
            if place in ("Both", "Twin", "Function"):
                rows["function"].setdefault(n, []).append(row)

    def section(kind: str, indent: str) -> list[str]:
        lines = []
        for name, group in sorted(rows[kind].items()):
            if not name.isidentifier():
                continue
            texts = list(dict.fromkeys(signature(row, kind == "method", name) for row in group))
            for text in texts:
                lines += [indent + "@overload"] * (len(texts) > 1) + [indent + text]
        return lines

    out = [HEADER]
    out += [f"{name}: dtype" for name, v in sorted(vars(_C).items()) if isinstance(v, _C.dtype) and name not in ("int", "float", "bool", "complex")]
    out += [f"{name}: memory_format" for name, v in sorted(vars(_C).items()) if isinstance(v, _C.memory_format)]
    out += [f"{name}: layout" for name, v in sorted(vars(_C).items()) if isinstance(v, _C.layout)]
    out += ["", "class Tensor:", ATTRIBUTES.rstrip()]
    out += section("method", "    ")
    out += ["    " + line for line in extras(_C.Tensor, set(rows["method"]), True)]
    out += [""] + section("function", "") + extras(_C, set(rows["function"]), False)
    out += [f"{sub}: Any" for sub in ("_nn", "_linalg", "_special", "_fft", "_optim", "_autograd")]
    return "\n".join(out) + "\n"


def main() -> int:
    path = pathlib.Path(__file__).with_name("_C.pyi")
    # an installed copy knows the repository by the working directory
    local = pathlib.Path("python/rushlight/_C.pyi")
    target = local if local.parent.is_dir() else path
    text = render()
    if "--check" in sys.argv:
        if not target.exists() or target.read_text() != text:
            print(f"{target} is stale: run `make stubs`")
            return 1
        return 0
    target.write_text(text)
    print(f"wrote {target} ({len(text.splitlines())} lines)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
