"""Writes the stubs of what the op table makes: ``python -m rushlight._stubs`` (``--check`` only compares).

``_C.pyi`` has the tensor and the functions, ``nn/functional.pyi``, ``linalg.pyi``, ``fft.pyi`` and ``special.pyi`` the rows that
have a place there: signatures with types and defaults, and the docstrings.
"""

from __future__ import annotations

import json
import keyword
import pathlib
import re
import sys

TITLE = """# Generated from the op table by `python -m rushlight._stubs`; do not edit.
# Names with an underscore stand for types whose own names are taken by a method or a function.
from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
"""

HEADER = '''from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias, overload

import numpy as _numpy
from ._types import Size

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

class _Named(tuple[Tensor, ...]):
    """A result whose parts have names: `values`, `indices`, ..."""
    def __getattr__(self, name: _str) -> Tensor: ...

default_generator: Generator
TensorBase: type[Tensor]

_dtype: TypeAlias = dtype
_device: TypeAlias = device
_layout: TypeAlias = layout
'''

ATTRIBUTES = """    shape: Size
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
    is_sparse_csr: _bool
    is_quantized: _bool
    is_nested: _bool
    is_mkldnn: _bool
    is_xpu: _bool
    is_mps: _bool
    is_ipu: _bool
    is_xla: _bool
    is_mtia: _bool
    is_maia: _bool
    is_vulkan: _bool
    grad_dtype: Any
    names: tuple[None, ...]
    volatile: _bool
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
"""

# Types that a method of Tensor or a function of the module shadows.
_SHADOWED = re.compile(r"\b(int|float|bool|complex|str|dtype|device|layout)\b")

# The stubs beside `_C.pyi`: file, place in the table, what stands first.
BESIDE = {
    "nn/functional.pyi": ("Nn", """
from .._C import Number, Tensor, _Named, _device, _dtype
from ._composed import *
"""),
    "linalg.pyi": ("Linalg", "from ._C import Number, Tensor, _Named, _device, _dtype, _layout\n"),
    "fft.pyi": ("Fft", "from ._C import Number, Tensor, _Named, _device, _dtype, _layout\n"),
    "special.pyi": ("Special", "from ._C import Number, Tensor, _Named, _device, _dtype, _layout\n"),
}

RETURNS = {
    "Tensor": "Tensor", "()": "None", "bool": "bool", "i64": "int", "f64": "float", "DType": "dtype",
    "Vec<Tensor>": "tuple[Tensor, ...]", "Named": "_Named", "Ints": "Any", "Scalar": "Number", "Ret": "Any",
    "(Tensor,Tensor)": "tuple[Tensor, Tensor]", "(Tensor,Tensor,Tensor)": "tuple[Tensor, Tensor, Tensor]",
}

# Signatures of what the bindings write by hand: methods of the tensor, then functions.
BY_HAND = {
    "Tensor.size": ("(self, dim: None = None) -> Size", "(self, dim: _int) -> _int"),
    "Tensor.stride": ("(self, dim: None = None) -> tuple[_int, ...]", "(self, dim: _int) -> _int"),
    "Tensor.item": ("(self) -> _int | _float | _bool",),
    "Tensor.tolist": ("(self) -> Any",),
    "Tensor.numpy": ("(self, *, force: _bool = False) -> _numpy.ndarray[Any, Any]",),
    "Tensor.backward": (
        "(self, gradient: Tensor | None = None, retain_graph: _bool | None = None, create_graph: _bool = False, "
        "inputs: Any = None) -> None",
    ),
    "Tensor.register_hook": ("(self, hook: Callable[[Tensor], Any]) -> RemovableHandle",),
    "Tensor.register_post_accumulate_grad_hook": ("(self, hook: Callable[[Tensor], None]) -> RemovableHandle",),
    "Tensor.requires_grad_": ("(self, requires_grad: _bool = True) -> Tensor",),
    "Tensor.retain_grad": ("(self) -> None",),
    "Tensor.resize_": ("(self, *size: Any, memory_format: Any = None) -> Tensor",),
    "Tensor.cuda": ("(self, device: Any = None, non_blocking: _bool = False, memory_format: Any = None) -> Tensor",),
    "Tensor.type": (
        "(self, dtype: None = None, non_blocking: _bool = False, **kwargs: Any) -> _str",
        "(self, dtype: Any, non_blocking: _bool = False, **kwargs: Any) -> Tensor",
    ),
    "Tensor.is_contiguous": ("(self, memory_format: memory_format | None = None) -> _bool",),
    **{f"Tensor.{name}": ("(self) -> _int",) for name in
       "data_ptr dim element_size get_device ndimension nelement numel storage_offset".split()},
    **{f"Tensor.{name}": ("(self) -> _bool",) for name in "is_coalesced is_inference is_shared".split()},
    **{f"Tensor.{name}": ("(self) -> Tensor",) for name in "pin_memory share_memory_".split()},
    **{f"Tensor.{name}": ("(self, other: Tensor) -> _bool",) for name in "is_same_size is_set_to".split()},
    "tensor": (
        "(data: Any, *, dtype: _dtype | None = None, device: _device | _str | _int | None = None, "
        "requires_grad: _bool = False, pin_memory: _bool = False) -> Tensor",
    ),
    "as_tensor": ("(data: Any, dtype: _dtype | None = None, device: _device | _str | _int | None = None) -> Tensor",),
    "from_numpy": ("(ndarray: Any) -> Tensor",),
    "from_dlpack": ("(ext_tensor: Any, *, device: Any = None, copy: _bool | None = None) -> Tensor",),
    "get_default_device": ("() -> _device",),
    "_set_default_device": ("(device: _device) -> None",),
    "_seed_all": ("(seed: _int) -> None",),
    "set_default_dtype": ("(d: _dtype) -> None",),
    "get_default_dtype": ("() -> _dtype",),
    "set_num_threads": ("(int: _int) -> None",),
    "get_num_threads": ("() -> _int",),
    **dict.fromkeys("is_anomaly_enabled is_grad_enabled is_inference_mode_enabled".split(), ("() -> _bool",)),
}


def default(text: str) -> str:
    """A default as Python writes it; an ellipsis where Rust's has no literal in Python."""
    text = re.sub(r"^Some\(&(.*)\)$|^Val::S\(Scalar::\w+\((.*)\)\)$", lambda m: m[1] or m[2], text)
    text = re.sub(r"^\[([^,\]]*)\]$", r"\1", text)  # one number stands for all axes
    text = re.sub(r"^\[(.*)\]$", r"(\1)", text)
    plain = r"None|True|False|\"[^\"]*\"|\(?-?\d[-\d., e/]*\)?"
    return text if re.fullmatch(plain, text) else "..."


def parameter(p: dict) -> str:
    """One parameter as Python writes it."""
    kind = _SHADOWED.sub(r"_\1", p["type"]) + (" | None" if p["optional"] else "")
    # `random_(from, to)` has a name that Python's grammar refuses
    name = p["name"] + "_" * keyword.iskeyword(p["name"])
    return f"{name}: {kind}" + ("" if p["required"] else f" = {default(p['default'])}")


def signatures(row: dict, method: bool) -> list[str]:
    """``(...) -> ...`` of a row; two where sizes may stand as one sequence or one by one."""
    params = row["params"][1:] if method else row["params"]
    sizes = ("size", "shape", "dims", "sizes", "repeats")
    spread = [p["name"] for p in params if p["type"] == "Sequence[int]" and p["name"] in sizes][:1]
    many = [p["name"] for p in params if p["type"] == "Tensor | Sequence[Tensor]"][:1]
    texts = []
    for star in (many,) if many else ([], spread) if spread else ([],):
        parts, seen = ["self"] if method else [], False
        for p in params:
            if p["name"] in star:
                kind = "_int" if spread else "Tensor | Sequence[Tensor]" if len(params) > 1 else "Any"
                parts.append(f"*{p['name']}: {kind}")
                seen = True
                continue
            if p["keyword"] and not seen:
                parts.append("*")
                seen = True
            parts.append(parameter(p))
        if not method and "Nn" not in row["places"]:
            parts += ["*"] * (not seen) + ["out: Any = None"]
        answer = "Tensor" if "InPlace" in row["places"] else RETURNS.get(row["returns"].replace(" ", ""), "Any")
        answer = _SHADOWED.sub(r"_\1", answer)
        texts.append(f"({', '.join(parts)}) -> {answer}")
    return texts


def documented(doc: str, indent: str) -> str:
    """What follows the colon of a ``def``: its docstring."""
    lines = [line.removeprefix(" ") for line in doc.strip("\n").splitlines()]
    text = ("\n" + indent).join(lines).strip().replace("\\", "\\\\").replace('"' * 3, "'" * 3)
    text = text + " " * text.endswith('"')
    return f'\n{indent}"""{text}"""' if text else " ..."


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
_UNARY = ("__reversed__", "__neg__", "__pos__", "__abs__", "__invert__", "__iter__", *_SPECIAL["_int"], "__float__", "__complex__", "__bool__")
_HIDDEN = ("__new__", "__repr__", "__dir__", "__dict__", "__doc__", "__module__", "__reduce_ex__", "__copy__", "__deepcopy__", "__format__", "__init_subclass__", "__torch_function__")


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


def extras(obj, known: set[str], owner: str) -> list[str]:
    """Callables bound by hand, as `BY_HAND` says, else by their names, loosely typed."""
    lines = []
    for name in sorted(vars(obj)):
        if name in known or name.startswith("__") or not callable(getattr(obj, name, None)):
            continue
        if name.startswith("_gpu_"):  # not in every build; `cuda/_device.py` asks for them by name
            continue
        if isinstance(vars(obj)[name], type):
            continue
        texts = BY_HAND.get(owner + name)
        if texts is None:
            twin = name.endswith("_") and not owner  # `add_(x, y)`: the twin of a function
            texts = (f"({'self, ' if owner else ''}*args: Any, **kwargs: Any) -> {'Tensor' if twin else 'Any'}",)
        for text in texts:
            lines += ["@overload"] * (len(texts) > 1) + [f"def {name}{text}: ..."]
    return lines


def described() -> list[dict]:
    """The rows of the table."""
    from . import _C

    return json.loads(_C._describe())


def section(groups: dict[str, list[dict]], method: bool) -> list[str]:
    """A ``def`` for each name, overloaded where it has several rows."""
    indent, lines = "    " * method, []
    for name, rows in sorted(groups.items()):
        if not name.isidentifier() or (name.startswith("_") and not method):
            continue
        texts = {text: row for row in rows for text in signatures(row, method)}
        for text, row in texts.items():
            body = documented(row["doc"], indent + "    ")
            lines += [indent + "@overload"] * (len(texts) > 1) + [f"{indent}def {name}{text}:{body}"]
    return lines


def grouped(rows: list[dict], *places: str, twins: bool = False) -> dict[str, list[dict]]:
    """The rows that have one of the places, by name; with the names that write in place."""
    groups: dict[str, list[dict]] = {}
    for row in rows:
        if not set(places) & set(row["places"]):
            continue
        for name in [row["name"]] + [row["name"] + "_"] * (row["twin"] and twins and "Method" in row["places"]):
            groups.setdefault(name, []).append(row)
    return groups


def render() -> str:
    """The text of ``_C.pyi``."""
    from . import _C

    rows = described()
    methods, functions = grouped(rows, "Method", "InPlace", twins=True), grouped(rows, "Torch")
    out = [TITLE + HEADER]
    out += [f"{name}: dtype" for name, v in sorted(vars(_C).items()) if isinstance(v, _C.dtype)]
    out += [f"{name}: memory_format" for name, v in sorted(vars(_C).items()) if isinstance(v, _C.memory_format)]
    out += [f"{name}: layout" for name, v in sorted(vars(_C).items()) if isinstance(v, _C.layout)]
    out += ["", "class Tensor:", ATTRIBUTES.rstrip(), *operators(_C.Tensor)]
    out += section(methods, True)
    out += ["    " + line for line in extras(_C.Tensor, set(methods), "Tensor.")]
    out += ["", *section(functions, False), *extras(_C, set(functions), "")]
    out += [f"{sub}: Any" for sub in ("_nn", "_linalg", "_special", "_fft", "_vision", "_optim", "_autograd", "_transform")]
    out += [f"{name}: Any" for name in ("DisableTorchFunction", "DisableTorchFunctionSubclass", "_dirichlet_grad", "_sample_dirichlet", "_standard_gamma", "_standard_gamma_grad")]
    return "\n".join(out) + "\n"


def beside(place: str, head: str) -> str:
    """The text of a stub beside it."""
    imports = "from collections.abc import Sequence\nfrom typing import Any, overload\n\n"
    return TITLE + imports + head.lstrip() + "\n" + "\n".join(section(grouped(described(), place), False)) + "\n"


def main() -> int:
    # an installed copy knows the repository by the working directory
    local = pathlib.Path("python/rushlight")
    folder = local if local.is_dir() else pathlib.Path(__file__).parent
    texts = {"_C.pyi": render(), **{file: beside(*how) for file, how in BESIDE.items()}}
    for file, text in texts.items():
        target = folder / file
        if "--check" not in sys.argv:
            target.write_text(text)
            print(f"wrote {target} ({len(text.splitlines())} lines)")
        elif not target.exists() or target.read_text() != text:
            print(f"{target} is stale: run `make stubs`")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
