"""Writes ``_C.pyi`` from the op table: ``python -m rushlight._stubs`` (``--check`` only compares)."""

from __future__ import annotations

import json
import keyword
import pathlib
import re
import sys

HEADER = '''# Generated from the op table by `python -m rushlight._stubs`; do not edit.
# Names with an underscore stand for types whose own names are taken by a method or a function.
from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, overload

Number: TypeAlias = _int | _float | _bool | _complex

class dtype:
    is_floating_point: _bool
    is_complex: _bool
    is_signed: _bool
    itemsize: _int
    def to_real(self) -> dtype: ...
    def to_complex(self) -> dtype: ...

class device:
    type: _str
    index: _int | None
    def __init__(self, type: _str | _int | device, index: _int | None = None) -> None: ...

class memory_format: ...
class layout: ...

class Generator:
    device: _device
    def __init__(self, device: _device | _str | None = None) -> None: ...
    def manual_seed(self, seed: _int) -> Generator: ...
    def seed(self) -> _int: ...
    def initial_seed(self) -> _int: ...
    def get_state(self) -> Tensor: ...
    def set_state(self, state: Tensor) -> Generator: ...
    def clone_state(self) -> Generator: ...

class Node:
    next_functions: tuple[tuple[Node | None, _int], ...]
    variable: Tensor
    def name(self) -> _str: ...
    def register_hook(self, hook: Any) -> RemovableHandle: ...
    def register_prehook(self, hook: Any) -> RemovableHandle: ...

class RemovableHandle:
    id: _int
    def remove(self) -> None: ...

default_generator: Generator

_dtype: TypeAlias = dtype
_device: TypeAlias = device
_layout: TypeAlias = layout
'''

ATTRIBUTES = """    shape: Any
    dtype: _dtype
    device: _device
    layout: _layout
    ndim: _int
    itemsize: _int
    nbytes: _int
    T: Tensor
    mT: Tensor
    H: Tensor
    mH: Tensor
    data: Tensor
    grad: Tensor | None
    grad_fn: Node | None
    requires_grad: _bool
    is_leaf: _bool
    retains_grad: _bool
    output_nr: _int
    is_cpu: _bool
    is_cuda: _bool
    is_meta: _bool
    is_sparse: _bool
    is_quantized: _bool
    is_nested: _bool
    is_mkldnn: _bool
    names: tuple[None, ...]
    volatile: _bool
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
"""

# Types that a method of Tensor or a function of the module shadows.
_SHADOWED = re.compile(r"\b(int|float|bool|complex|str|dtype|device|layout)\b")

RETURNS = {
    "Tensor": "Tensor", "()": "None", "bool": "bool", "i64": "int", "f64": "float", "DType": "dtype",
    "Vec<Tensor>": "tuple[Tensor, ...]", "Named": "Any", "Ints": "Any", "Scalar": "Number", "Ret": "Any",
    "(Tensor,Tensor)": "tuple[Tensor, Tensor]", "(Tensor,Tensor,Tensor)": "tuple[Tensor, Tensor, Tensor]",
}


def parameter(p: dict) -> str:
    """One parameter as Python writes it."""
    kind = _SHADOWED.sub(r"_\1", p["type"]) + (" | None" if p["optional"] else "")
    # `random_(from, to)` has a name that Python's grammar refuses
    name = p["name"] + "_" * keyword.iskeyword(p["name"])
    return f"{name}: {kind}" + ("" if p["required"] else " = ...")


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
    answer = _SHADOWED.sub(r"_\1", RETURNS.get(row["returns"].replace(" ", ""), "Any"))
    return f"def {name}({', '.join(parts)}) -> {answer}: ..."


# The special methods that a type checker asks for, by what they answer with.
_SPECIAL = {
    "_int": ("__int__", "__index__", "__len__", "__hash__"),
    "_float": ("__float__",),
    "_complex": ("__complex__",),
    "_bool": ("__bool__", "__contains__"),
    "Iterator[Tensor]": ("__iter__",),
    "None": ("__setitem__", "__delitem__"),
}
_ANSWERS = {name: answer for answer, names in _SPECIAL.items() for name in names}
_UNARY = ("__neg__", "__pos__", "__abs__", "__invert__", "__iter__", *_SPECIAL["_int"], "__float__", "__complex__", "__bool__")
_HIDDEN = ("__new__", "__repr__", "__dir__", "__dict__", "__doc__", "__module__", "__reduce_ex__", "__copy__", "__deepcopy__", "__format__")


def operators(cls: type) -> list[str]:
    """Operators and conversions of the class."""
    lines = []
    for name in sorted(vars(cls)):
        if not name.startswith("__") or name in _HIDDEN or not callable(getattr(cls, name)):
            continue
        operands = "" if name in _UNARY else ", key: Any, value: Any" if name == "__setitem__" else ", other: Any"
        if name.startswith(("__array", "__dlpack")):
            operands, answer = ", *args: Any, **kwargs: Any", "Any"
        else:
            answer = _ANSWERS.get(name, "Tensor")
        # `==` answers with a tensor, which `object` does not promise
        excuse = "  # type: ignore[override]" if name in ("__eq__", "__ne__") else ""
        lines.append(f"    def {name}(self{operands}) -> {answer}: ...{excuse}")
    return lines


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
        name = row["name"]
        for n in [name] + [name + "_"] * (row["twin"] and "Method" in row["places"]):
            if "Method" in row["places"] or "InPlace" in row["places"]:
                rows["method"].setdefault(n, []).append(row)
            if "Torch" in row["places"]:
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
    out += [f"{name}: dtype" for name, v in sorted(vars(_C).items()) if isinstance(v, _C.dtype)]
    out += [f"{name}: memory_format" for name, v in sorted(vars(_C).items()) if isinstance(v, _C.memory_format)]
    out += [f"{name}: layout" for name, v in sorted(vars(_C).items()) if isinstance(v, _C.layout)]
    out += ["", "class Tensor:", ATTRIBUTES.rstrip(), *operators(_C.Tensor)]
    out += section("method", "    ")
    out += ["    " + line for line in extras(_C.Tensor, set(rows["method"]), True)]
    out += ["", *section("function", ""), *extras(_C, set(rows["function"]), False)]
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
