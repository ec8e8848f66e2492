"""What the GPU of this machine takes: products, memory, reductions, host time, and two training steps; PyTorch's beside it.

    python benches/gpu.py                                    # whatever device is there
    python benches/gpu.py --torch /path/to/python            # the same of the PyTorch that this interpreter has, afterwards
    python benches/gpu.py --json gpu.json --markdown gpu.md  # the figures, kept
    RUSHLIGHT_GPU=software python benches/gpu.py --quick     # small sizes: what can be counted without a card

A figure is the median of several samples, each between two waits for the device and long enough for the clock. Each library runs in a
process of its own, one after the other. A row that raises says what; one that ends its process, or takes longer than `--timeout`, is
given up and the rest goes on.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import platform
import queue
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

SAMPLES = 7
LONG_ENOUGH = 0.05  # seconds of one sample; beside it the wait at its end does not count
MEBI = 1 << 20


# ------------------------------------------------------------------ what is measured
@dataclass
class Figure:
    """One row: what was found, or why nothing was."""

    name: str
    unit: str = ""
    value: float = math.nan
    seconds: float = math.nan
    # of one step: how often the device was called, and bytes between it and the processor
    counts: dict[str, float] = field(default_factory=dict)
    error: str = ""


@dataclass
class Row:
    """How a row is measured: `make` gives a step, and the figure of the seconds that a step takes."""

    unit: str
    make: Callable[[Bench], tuple[Callable[[], Any], Callable[[float], float]]]
    host: bool = False  # the time until the calls return, not until the device is done


ROWS: dict[str, Row] = {}


def row(name: str, unit: str, host: bool = False):
    """Adds a row under a name."""

    def add(make):
        ROWS[name] = Row(unit, make, host)
        return make

    return add


class Bench:
    """A library and a device of it."""

    def __init__(self, library: str, device: str, quick: bool):
        self.torch = importlib.import_module(library)
        self.library, self.device, self.quick = library, device, quick
        if device == "cuda" and not self.torch.cuda.is_available():
            raise SystemExit(f"{library}: no GPU (python -m rushlight.gpu says what there is)")

    def wait(self) -> None:
        """Until the device is done."""
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def normal(self, *shape: int, dtype: str = "float32") -> Any:
        """Numbers on the device; drawn on the processor, so that a row asks the device for nothing but what it measures."""
        return self.torch.randn(*shape).to(getattr(self.torch, dtype)).to(self.device)

    def integers(self, below: int, *shape: int) -> Any:
        """Whole numbers on the device."""
        return self.torch.randint(below, shape).to(self.device)

    def about(self) -> dict[str, Any]:
        """What ran where."""
        found = {"library": self.library, "version": str(self.torch.__version__), "device": platform.processor() or "cpu"}
        if self.device == "cuda":
            told = self.torch.cuda.get_device_properties(0)
            found["device"] = told.name
            found["driver"] = " ".join(getattr(told, part, "") for part in ("backend", "driver", "driver_info")).strip()
        return found

    def counters(self) -> dict[str, int]:
        """What was asked of the device so far; PyTorch does not count it."""
        names = "dispatches submits bytes_to_device bytes_from_device".split()
        stats = self.torch.cuda.memory_stats() if self.device == "cuda" else {}
        return {name: stats[name] for name in names if name in stats}

    def seconds(self, step: Callable[[], Any], host: bool) -> float:
        """Of one step: the median of samples."""
        for _ in range(3):  # shaders are translated, memory is taken
            step()
        self.wait()
        once = self.sample(step, 1, host)
        count = max(1, min(10_000, int(LONG_ENOUGH / max(once, 1e-7))))
        return statistics.median(self.sample(step, count, host) for _ in range(2 if self.quick else SAMPLES))

    def sample(self, step: Callable[[], Any], count: int, host: bool) -> float:
        self.wait()
        began = time.perf_counter()
        for _ in range(count):
            step()
        if host:
            taken = time.perf_counter() - began
            self.wait()
            return taken / count
        self.wait()
        return (time.perf_counter() - began) / count

    def figure(self, name: str) -> Figure:
        """A row, measured."""
        wanted = ROWS[name]
        try:
            step, value = wanted.make(self)
            seconds = self.seconds(step, wanted.host)
            before = self.counters()
            step()
            self.wait()
            counts = {key: now - before[key] for key, now in self.counters().items()}
        except Exception as error:
            return Figure(name, wanted.unit, error=f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}")
        return Figure(name, wanted.unit, value(seconds), seconds, counts)


# ------------------------------------------------------------------ products
def product(size: int, dtype: str):
    """`size` by `size`, in 10^12 multiplications and additions a second."""

    def make(b: Bench):
        x, y = (b.normal(size, size, dtype=dtype) for _ in range(2))
        return lambda: x @ y, lambda seconds: 2 * size**3 / seconds / 1e12

    return make


for _size in (256, 512, 1024, 2048, 4096, 8192):
    for _dtype in ("float32", "float16", "bfloat16"):
        row(f"product {_size} {_dtype}", "TFLOP/s")(product(_size, _dtype))


# ------------------------------------------------------------------ what memory bounds
# name: arrays of the operand's size that go through memory, and the function of library and operands
STREAMS: dict[str, tuple[int, Callable[..., Callable[[], Any]]]] = {
    "copy": (2, lambda t, x, y: lambda: y.copy_(x)),
    "add": (3, lambda t, x, y: lambda: x + y),
    "exp": (2, lambda t, x, y: lambda: x.exp()),
    "gelu": (2, lambda t, x, y: lambda: t.nn.functional.gelu(x)),
    "add row": (2, lambda t, x, y: partial(x.add, y[0].contiguous())),
    "transposed": (2, lambda t, x, y: lambda: x.t().contiguous()),
    "sum": (1, lambda t, x, y: lambda: x.sum()),
    "sum of rows": (1, lambda t, x, y: lambda: x.sum(1)),
    "sum of columns": (1, lambda t, x, y: lambda: x.sum(0)),
    "softmax": (2, lambda t, x, y: lambda: x.softmax(1)),
    "layer_norm": (2, lambda t, x, y: lambda: t.nn.functional.layer_norm(x, x.shape[1:])),
}


def stream(name: str, mebibytes: int):
    """float32 of so many MiB in rows of 1024, in 10^9 bytes a second."""
    arrays, function = STREAMS[name]

    def make(b: Bench):
        rows = mebibytes * MEBI // 4096
        x, y = (b.normal(rows, 1024) for _ in range(2))
        return function(b.torch, x, y), lambda seconds: arrays * mebibytes * MEBI / seconds / 1e9

    return make


for _mebibytes in (1, 16, 64, 256):
    for _name in STREAMS:
        row(f"{_name} {_mebibytes} MiB", "GB/s")(stream(_name, _mebibytes))


@row("to the device 64 MiB", "GB/s")
def _(b: Bench):
    x = b.torch.randn(16 * MEBI)
    return lambda: x.to(b.device, copy=True), lambda seconds: 64 * MEBI / seconds / 1e9


@row("from the device 64 MiB", "GB/s")
def _(b: Bench):
    x = b.normal(16 * MEBI)
    return lambda: x.cpu() if b.device == "cuda" else x.clone(), lambda seconds: 64 * MEBI / seconds / 1e9


# ------------------------------------------------------------------ host
@row("host, 1000 small additions", "us an op", host=True)
def _(b: Bench):
    x, y = (b.normal(8) for _ in range(2))

    def step():
        for _ in range(1000):
            x.add(y)

    return step, lambda seconds: seconds * 1e3


@row("host, additions with gradients", "us an op", host=True)
def _(b: Bench):
    x = b.normal(8).requires_grad_()

    def step():
        z = x
        for _ in range(200):
            z = z + x
        z.sum().backward()

    return step, lambda seconds: seconds / 400 * 1e6


@row("one value fetched", "us")
def _(b: Bench):
    x = b.normal(1)
    return lambda: (x + 1).item(), lambda seconds: seconds * 1e6


# ------------------------------------------------------------------ training steps
def resnet18(torch: Any, classes: int) -> Any:
    """The network of eighteen layers (He and others, 2015), with torchvision's names."""
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, before: int, after: int, stride: int):
            super().__init__()
            self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(after)
            self.relu = nn.ReLU(inplace=True)
            self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(after)
            self.downsample = None
            if stride != 1 or before != after:
                self.downsample = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

        def forward(self, x):
            kept = x if self.downsample is None else self.downsample(x)
            x = self.relu(self.bn1(self.conv1(x)))
            return self.relu(self.bn2(self.conv2(x)) + kept)

    widths = [64, 64, 128, 256, 512]
    net = nn.Sequential()
    net.add_module("conv1", nn.Conv2d(3, 64, 7, 2, 3, bias=False))
    net.add_module("bn1", nn.BatchNorm2d(64))
    net.add_module("relu", nn.ReLU(inplace=True))
    net.add_module("maxpool", nn.MaxPool2d(3, 2, 1))
    for i in range(1, 5):
        first = Block(widths[i - 1], widths[i], 1 if i == 1 else 2)
        net.add_module(f"layer{i}", nn.Sequential(first, Block(widths[i], widths[i], 1)))
    net.add_module("avgpool", nn.AdaptiveAvgPool2d(1))
    net.add_module("flatten", nn.Flatten())
    net.add_module("fc", nn.Linear(512, classes))
    return net


def gpt(torch: Any, vocabulary: int, length: int, width: int, layers: int, heads: int) -> Any:
    """A decoder of characters: embeddings, blocks of causal attention and two linear layers, scores."""
    nn, F = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

        def forward(self, x):
            batch, long, _ = x.shape
            q, k, v = (t.view(batch, long, heads, -1).transpose(1, 2) for t in self.qkv(self.norm1(x)).split(width, 2))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).reshape(batch, long, width))
            return x + self.mlp(self.norm2(x))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
            self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)

        def forward(self, x):
            x = self.tokens(x) + self.places(torch.arange(x.size(1), device=x.device))
            return self.head(self.norm(self.blocks(x)))

    return GPT()


def training(b: Bench, net: Any, optimizer: Any, x: Any, y: Any, half: str = ""):
    """A step: forward, loss, backward, optimizer; in milliseconds. Nothing of it waits for the device."""
    torch = b.torch

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(b.device, dtype=getattr(torch, half or "bfloat16"), enabled=bool(half)):
            scores = net(x)
            loss = torch.nn.functional.cross_entropy(scores.flatten(0, -2), y.flatten())
        loss.backward()
        optimizer.step()

    return step, lambda seconds: seconds * 1e3


def resnet_step(half: str):
    def make(b: Bench):
        batch, side = (2, 64) if b.quick else (64, 224)
        net = resnet18(b.torch, 1000).to(b.device)
        x, y = b.normal(batch, 3, side, side), b.integers(1000, batch)
        return training(b, net, b.torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9), x, y, half)

    return make


def gpt_step(half: str):
    def make(b: Bench):
        batch, length, width, layers = (2, 32, 64, 2) if b.quick else (64, 256, 384, 6)
        net = gpt(b.torch, 65, length, width, layers, width // 64 or 1).to(b.device)
        x, y = (b.integers(65, batch, length) for _ in range(2))
        return training(b, net, b.torch.optim.AdamW(net.parameters(), lr=1e-3), x, y, half)

    return make


for _half in ("", "bfloat16"):
    _with = f", {_half} autocast" if _half else ""
    row(f"ResNet-18 step{_with}", "ms")(resnet_step(_half))
    row(f"char-GPT step{_with}", "ms")(gpt_step(_half))

QUICK = ("product 256 float32", "product 512 float32", "one value", "host,", "ResNet-18 step", "char-GPT step")


def chosen(only: list[str], quick: bool) -> list[str]:
    """The names of rows that begin with one of `only`; the small ones, if it is to be quick; else all but those."""
    quick_ones = [n for n in ROWS if n.startswith(QUICK) or n.endswith(" 1 MiB")]
    names = quick_ones if quick else [n for n in ROWS if not n.endswith(" 1 MiB") and " 256 float" not in n and " 256 bfloat" not in n]
    return [n for n in names if not only or n.startswith(tuple(only))]


# ------------------------------------------------------------------ two processes
def work(arguments: Any) -> None:
    """In the process of one library: names come in, figures go out, a line each."""
    bench = Bench(arguments.worker, arguments.device, arguments.quick)
    print(json.dumps(bench.about()), flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(bench.figure(line.strip()))), flush=True)


class Worker:
    """That process, as seen from outside: started when it is needed, given up when it hangs."""

    def __init__(self, python: str, library: str, arguments: Any):
        self.command = [python, __file__, "--worker", library, "--device", arguments.device]
        self.command += ["--quick"] if arguments.quick else []
        self.timeout, self.process, self.about = arguments.timeout, None, {}

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self.read, args=(self.process.stdout,), daemon=True).start()
        line = self.line(120)
        if line in ("", "late"):
            self.process.kill()
            raise RuntimeError("the library did not start")
        self.about = json.loads(line)

    def read(self, stdout: Any) -> None:
        for line in stdout:
            self.lines.put(line)
        self.lines.put("")

    def line(self, timeout: float) -> str:
        try:
            return self.lines.get(timeout=timeout)
        except queue.Empty:
            return "late"

    def figure(self, name: str) -> Figure:
        if self.process is None:
            self.start()
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        line = self.line(self.timeout)
        if line in ("", "late"):
            self.process.kill()
            code = self.process.wait()
            self.process = None
            error = f"took longer than {self.timeout} s" if line else f"the process ended with {code}"
            return Figure(name, ROWS[name].unit, error=error)
        return Figure(**json.loads(line))

    def end(self) -> None:
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()


def run(python: str, library: str, names: list[str], arguments: Any) -> tuple[dict[str, Any], list[Figure]]:
    """All rows of one library; what comes is printed as it comes."""
    worker = Worker(python, library, arguments)
    try:
        worker.start()
    except (OSError, RuntimeError) as error:
        print(f"{library}: {error}")
        about = {"library": library, "version": "", "device": "none"}
        return about, [Figure(name, ROWS[name].unit, error=str(error)) for name in names]
    print(f"{library} {worker.about['version']} on {worker.about['device']} {worker.about.get('driver', '')}", flush=True)
    figures = []
    for name in names:
        figures.append(worker.figure(name))
        print(f"  {name:<36}{shown(figures[-1]):>16} {figures[-1].unit:<10}{figures[-1].error}", flush=True)
    worker.end()
    return worker.about, figures


# ------------------------------------------------------------------ what is written
def shown(figure: Figure) -> str:
    return "-" if figure.error else f"{figure.value:,.3g}" if figure.value < 100 else f"{figure.value:,.0f}"


def share(figure: Figure, copies: dict[str, float]) -> str:
    """Of the bandwidth of a copy of the same size."""
    size = " ".join(figure.name.split()[-2:])
    if figure.unit != "GB/s" or figure.error or size not in copies or "device" in figure.name:
        return ""
    return f"{figure.value / copies[size]:.0%}"


def markdown(abouts: list[dict[str, Any]], columns: list[list[Figure]]) -> str:
    """A table of all figures, and one of what the training steps ask of the device."""
    heads = [f"{about['library']} {about['version']}" for about in abouts]
    lines = [f"On {abouts[0]['device']} ({abouts[0].get('driver') or 'no driver told'}).", ""]
    lines += ["| row | unit | " + " | ".join(heads) + " | of copy |" + (" time / PyTorch's |" if len(columns) > 1 else "")]
    lines += ["|" + "---|" * (lines[-1].count("|") - 1)]
    copies = {f.name.removeprefix("copy "): f.value for f in columns[0] if f.name.startswith("copy ") and not f.error}
    for figures in zip(*columns, strict=True):
        cells = [shown(each) if not each.error else each.error.replace("|", "/")[:60] for each in figures]
        cells.append(share(figures[0], copies))
        if len(figures) > 1:
            ratio = figures[0].seconds / figures[1].seconds
            cells.append("" if math.isnan(ratio) else f"{ratio:.2f}")
        lines.append(f"| {figures[0].name} | {figures[0].unit} | " + " | ".join(cells) + " |")
    counted = [f for f in columns[0] if f.counts and (f.name.endswith("step") or "autocast" in f.name)]
    if counted:
        names = list(counted[0].counts)
        lines += ["", "| of one step | " + " | ".join(n.replace("_", " ") for n in names) + " |", "|" + "---|" * (len(names) + 1)]
        lines += [f"| {f.name} | " + " | ".join(f"{f.counts[n]:,}" for n in names) + " |" for f in counted]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measures, prints and writes; 1 if a row of rushlight's failed, 2 without a device."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", metavar="PYTHON", nargs="?", const=sys.executable, help="an interpreter that has PyTorch")
    parser.add_argument("--only", nargs="*", default=[], help="rows whose names begin so")
    parser.add_argument("--quick", action="store_true", help="small sizes, few samples: for software drivers")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--timeout", type=float, default=180, help="seconds for a row")
    parser.add_argument("--json", help="a file for the figures")
    parser.add_argument("--markdown", help="a file for the tables")
    parser.add_argument("--list", action="store_true", help="only the names of the rows")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments)
        return 0
    names = chosen(arguments.only, arguments.quick)
    if arguments.list:
        print("\n".join(names))
        return 0
    if not names:
        parser.error(f"no row begins with {' or '.join(arguments.only)}")
    ran = [run(sys.executable, "rushlight", names, arguments)]
    if not ran[0][0]["version"] and not arguments.torch:
        return 2
    if arguments.torch:
        ran.append(run(arguments.torch, "torch", names, arguments))
    abouts, columns = [about for about, _ in ran], [figures for _, figures in ran]
    page = markdown(abouts, columns)
    print("\n" + page)
    if arguments.markdown:
        with open(arguments.markdown, "w") as out:
            out.write(page)
    if arguments.json:
        with open(arguments.json, "w") as out:
            json.dump([{**about, "rows": [asdict(each) for each in figures]} for about, figures in ran], out, indent=1)
    return int(any(each.error for each in columns[0]))


if __name__ == "__main__":
    sys.exit(main())
