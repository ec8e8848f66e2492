"""Writes docs/COVERAGE.md: ``python -m rushlight._coverage`` (``--check`` only compares).

What the engine can do is asked of the engine: the example in an op's docstring is called again with operands of every dtype, with
operands that want gradients, with tangents, under ``vmap``, and on a card. What the table says by itself (in place, ``out=``,
autocast) is read from it. Cards are asked about on the driver that computes on the processor alone (``RUSHLIGHT_GPU=software``),
which has all that any of them has; without it that column stays as it was written.
"""

from __future__ import annotations

import ast
import doctest
import os
import pathlib
import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

from ._stubs import described

DTYPES = "bool uint8 int8 int16 int32 int64 bfloat16 float16 float32 float64 complex64 complex128".split()
# Sets that stand for their members in a cell.
NAMED = {
    "all": set(DTYPES),
    "numbers": set(DTYPES) - {"bool"},
    "real": set(DTYPES) - {"complex64", "complex128"},
    "real numbers": set(DTYPES) - {"bool", "complex64", "complex128"},
    "float, complex": {"bfloat16", "float16", "float32", "float64", "complex64", "complex128"},
    "float": {"bfloat16", "float16", "float32", "float64"},
    "wide float, complex": {"float32", "float64", "complex64", "complex128"},
    "wide float": {"float32", "float64"},
    "complex": {"complex64", "complex128"},
    "int": {"uint8", "int8", "int16", "int32", "int64"},
    "bool": {"bool"},
}
PLACES = {"Torch": "", "Nn": "nn.functional.", "Linalg": "linalg.", "Fft": "fft.", "Special": "special.", "Method": "Tensor.", "InPlace": "Tensor."}
YES, NO = "yes", ""

HEAD = """# Coverage

Written by `make coverage` from the op table and its examples; not edited.

- **dtypes**: those of the operands that the op takes ({sets})
- **gradient**: `backward` reaches the operands; **second**: a gradient's gradient
- **forward**: a tangent (`func.jvp`); **vmap**: maps over samples
- **in place**: the name with an underscore; **out**: takes `out=`
- **autocast**: the group of dtypes under `autocast`
- **GPU**: the example runs on a graphics card; `host` where the processor takes part: it factorises matrices, and reads some indices

An empty cell is a no: results that are whole numbers or truth values, draws and creation have no gradients; results whose
size depends on values cannot be mapped.
"""


class Call:
    """The call of an op in its example: the function, its arguments, and the tensors among them."""

    def __init__(self, row: dict):
        import rushlight as rl

        alias = re.match(r"Alias of `(\w+)`", row["doc"])
        wanted = {row["name"], *(alias.groups() if alias else ())}
        examples = [e.source for e in doctest.DocTestParser().get_examples(row["doc"])]
        names = {"torch": rl, "rl": rl, "F": rl.nn.functional}
        for source in examples:
            tree = ast.parse(source)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in wanted:
                    self.read(node, names)
                    return
            exec(compile(tree, "example", "exec"), names)
        raise LookupError(f"no example calls {row['name']}")

    def read(self, node: ast.Call, names: dict[str, Any]) -> None:
        def value(part: ast.expr) -> Any:
            return eval(compile(ast.Expression(part), "example", "eval"), names)

        import rushlight as rl

        assert isinstance(node.func, ast.Attribute)
        owner = value(node.func.value)
        self.function: Callable[..., Any] = getattr(rl.Tensor if isinstance(owner, rl.Tensor) else owner, node.func.attr)
        args = [owner] if isinstance(owner, rl.Tensor) else []
        for part in node.args:
            args += value(part.value) if isinstance(part, ast.Starred) else [value(part)]
        self.args, self.keywords = args, {k.arg: value(k.value) for k in node.keywords if k.arg}
        self.tensors = list(leaves(args))

    def run(self, operands: list) -> Any:
        """The op of other operands in the places of the tensors."""
        rest = iter(operands)
        return self.function(*replaced(self.args, rest), **self.keywords)

    def converted(self, dtype: Any) -> list | None:
        """Operands of a dtype that the op takes: the first and the floating ones, where there are none all; None if it takes none."""
        import rushlight as rl

        floating = [i for i, x in enumerate(self.tensors) if smooth(x)]
        numbers = [i for i, x in enumerate(self.tensors) if x.dtype is not rl.bool]
        for which in [[0, *floating], floating] if floating else [list(range(len(self.tensors))), numbers, [0]]:
            made = [x.detach().to(dtype, copy=True) if i in which else x.clone() for i, x in enumerate(self.tensors)]
            if self.takes(made):
                return made
        return None

    def takes(self, operands: list) -> bool:
        """Whether the op runs over copies of the operands."""
        return attempt(lambda: (self.run([x.clone() for x in operands]),)) is not None


def leaves(value: Any):
    """The tensors in nested sequences."""
    import rushlight as rl

    if isinstance(value, rl.Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from leaves(part)


def replaced(value: Any, rest) -> Any:
    """Nested sequences with other tensors."""
    import rushlight as rl

    if isinstance(value, rl.Tensor):
        return next(rest)
    return type(value)(replaced(part, rest) for part in value) if type(value) in (list, tuple) else value


def attempt(f: Callable[[], Any]) -> Any:
    """What a call gives, or None where the engine refuses."""
    try:
        return f()
    except (RuntimeError, TypeError, ValueError, NotImplementedError, IndexError):
        return None


def smooth(x: Any) -> bool:
    return x.is_floating_point() or x.is_complex()


def gradients(call: Call) -> tuple[str, str]:
    """Whether gradients reach the operands, and their own."""
    import rushlight as rl

    operands = call.converted(rl.float64) or []
    inputs = [x.requires_grad_() for x in operands if smooth(x)]
    # an in-place op writes to what has a history
    fed = [x.clone() if x.requires_grad else x for x in operands]
    results = attempt(lambda: [y for y in leaves([call.run(fed)]) if y.requires_grad]) if inputs else None

    def of(tensors: Any) -> Any:
        return rl.autograd.grad(sum(weighted(y) for y in tensors), inputs, create_graph=True, allow_unused=True)

    if not results:
        return NO, NO
    # of all results at once; eigenvectors alone have no gradient, their values have
    found = attempt(lambda: of(results)) or attempt(lambda: of(results[:1]))
    if not found or all(g is None for g in found):
        return NO, NO
    again = [g for g in found if g is not None and g.requires_grad]
    return YES, NO if again and attempt(lambda: of(again)) is None else YES


def weighted(y: Any) -> Any:
    """A real number of a result, in which every element counts differently."""
    import rushlight as rl

    y = rl.view_as_real(y) if y.is_complex() else y
    return (y * rl.linspace(1, 2, y.numel(), dtype=y.dtype).view(y.shape)).sum()


def tangents(call: Call) -> str:
    import rushlight as rl
    from rushlight.func import jvp

    operands = call.converted(rl.float64) or []
    where = [i for i, x in enumerate(operands) if smooth(x)]
    primals = tuple(operands[i] for i in where)

    def run(*moved: Any) -> Any:
        fed = [x.clone() for x in operands]
        for i, x in zip(where, moved):
            fed[i] = x.clone()
        return [y for y in leaves([call.run(fed)]) if smooth(y)]

    result = attempt(lambda: jvp(run, primals, tuple(map(rl.ones_like, primals)))) if where else None
    return YES if result and result[0] else NO


def mapped(call: Call) -> str:
    import rushlight as rl
    from rushlight.func import vmap

    def run(*samples: Any) -> Any:
        return list(leaves([call.run([x.clone() for x in samples])]))

    if not call.tensors:
        return NO
    batches = [rl.stack([x, x]) for x in call.tensors]
    result = attempt(lambda: vmap(run, randomness="different")(*batches))
    return YES if result else NO


def taken(call: Call) -> set[str]:
    """The dtypes of operands that the op takes; of creation the dtypes of results."""
    import rushlight as rl

    if not call.tensors:
        made = {d: (lambda d=d: call.function(*call.args, **{**call.keywords, "dtype": getattr(rl, d)})) for d in DTYPES}
        return {d for d, f in made.items() if attempt(f) is not None}
    return {d for d in DTYPES if call.converted(getattr(rl, d)) is not None}


def on_card(call: Call) -> str:
    """Whether the example runs with all its tensors on a card, and whether what they hold was fetched and brought back for it."""
    from . import cuda
    from .cuda import _device

    def moved(value: Any) -> Any:
        return replaced(value, iter([x.detach().cuda() for x in leaves(value)]))

    args, keywords = moved(call.args), {k: moved(v) for k, v in call.keywords.items()}
    if not call.tensors:
        keywords["device"] = "cuda"
    cuda.synchronize()
    before = _device.memory(0)

    def run() -> bool:
        call.function(*args, **keywords)
        cuda.synchronize()
        return True

    if not attempt(run):
        return NO
    after = _device.memory(0)
    there_and_back = all(after[k] > before[k] for k in ("bytes_to_device", "bytes_from_device"))
    return "host" if there_and_back else YES


def written(text: str) -> dict[str, str]:
    """The last column of a document, by the names of ops."""
    lines = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    return {cells[1].strip(" `"): cells[-2].strip() for cells in lines}


def dtypes(found: set[str]) -> str:
    """A set of dtypes in as few words as it takes."""
    words = []
    for name, members in NAMED.items():
        if members <= found:
            words.append(name)
            found = found - members
    return ", ".join([*words, *(d for d in DTYPES if d in found)])


def line(name: str, rows: list[dict], card: Callable[[str, Call], str]) -> list[str]:
    """The cells of an op; `card` says what its last one is."""
    call = next(c for c in (attempt_call(row) for row in rows) if c)
    import rushlight as rl

    rl.manual_seed(0)
    gradient, second = gradients(call)
    row = rows[0]
    functional = not {"Method", "InPlace", "Nn"} >= set(row["places"])
    return [
        f"`{name}`", dtypes(taken(call)), gradient, second, tangents(call) if gradient else NO, mapped(call), YES if any(r["twin"] for r in rows) else NO,
        YES if functional and row["returns"] in ("Tensor", "Named") else NO, "" if row["autocast"] == "None" else row["autocast"].lower(),
        card(name, call),
    ]  # fmt: skip


def attempt_call(row: dict) -> Call | None:
    try:
        return Call(row)
    except LookupError:
        return None


def groups() -> dict[str, list[dict]]:
    """The rows by the name users know them under; an op of several places stands under each that has rows of its own."""
    found: dict[str, list[dict]] = {}
    for row in described():
        place = next((p for p in PLACES if p in row["places"]), None)
        if place and not row["name"].startswith("_"):
            found.setdefault(PLACES[place] + row["name"], []).append(row)
    return found


def render(former: str) -> str:
    """The text of the document. Where there is no card to ask, what `former` says of cards stays."""
    from . import _C, _absent, cuda

    _C.set_num_threads(1)  # every call is tiny
    known = written(former)
    asked = os.environ.get("RUSHLIGHT_GPU") == "software" and cuda.is_available()

    def card(name: str, call: Call) -> str:
        return on_card(call) if asked else known.get(name, NO)

    names = "op | dtypes | gradient | second | forward | vmap | in place | out | autocast | GPU".split(" | ")
    sections: dict[str, list[list[str]]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, rows in sorted(groups().items()):
            sections.setdefault(name.rpartition(".")[0], []).append(line(name, rows, card))
    sets = "; ".join(f"{k}: {' '.join(d for d in DTYPES if d in v)}" for k, v in NAMED.items() if k not in ("all", "bool"))
    parts = [HEAD.format(sets=sets)]
    for place, lines in sections.items():
        count = [sum(cells[i] == YES for cells in lines) for i in range(len(names))]
        parts.append(f"## {place or 'torch'}\n\n{len(lines)} ops, {count[2]} with gradients, {count[4]} with tangents, {count[5]} mapped, {sum(cells[-1] != NO for cells in lines)} on a GPU.\n")
        table = ["| " + " | ".join(cells) + " |" for cells in [names, ["---"] * len(names), *lines]]
        parts.append("\n".join(table) + "\n")
    missing = [text.removeprefix("PyTorch's ").replace(" is not in rushlight", "") for text in _absent.missing()]
    parts.append("## Missing\n\nPyTorch's names that are not here, and what to do instead.\n\n" + "\n".join(f"- {m}" for m in missing) + "\n")
    return "\n".join(parts)


def main() -> int:
    local = pathlib.Path("docs")
    target = (local if local.is_dir() else pathlib.Path(__file__).parents[2] / "docs") / "COVERAGE.md"
    former = target.read_text() if target.exists() else ""
    text = render(former)
    if "--check" not in sys.argv:
        target.write_text(text)
        print(f"wrote {target} ({len(text.splitlines())} lines)")
    elif former != text:
        print(f"{target} is stale: run `make coverage`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
