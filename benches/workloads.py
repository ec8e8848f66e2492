"""What ``ratios.py`` times: steps written once against PyTorch's API, some of them a second time for NumPy.

A workload is a function of the package that answers with the step to time. ``flop`` and ``bytes`` say what one step
must at the least compute or move, so that its rate can be read against the machine's.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Workload:
    """What to build and what a step of it costs."""

    group: str
    build: Callable
    flop: float = 0.0
    bytes: float = 0.0
    numpy: Callable | None = None


WORKLOADS: dict[str, Workload] = {}
M = 1_000_000


def workload(group: str, *, flop: float = 0.0, bytes: float = 0.0, numpy: Callable | None = None):
    def register(build: Callable) -> Callable:
        WORKLOADS[build.__name__] = Workload(group, build, flop, bytes, numpy)
        return build

    return register


def rows(group: str, name: str, build: Callable, **work) -> None:
    """A workload that is one of a family."""
    WORKLOADS[name] = Workload(group, build, **work)


def repeat(f: Callable, *args) -> Callable:
    return lambda: f(*args)


# ---- calls: what remains when there is nothing to compute
rows("calls", "add", lambda t: repeat(t.add, t.ones(8), t.ones(8)), numpy=lambda n: repeat(n.add, n.ones(8), n.ones(8)))
rows("calls", "add_recorded", lambda t: repeat(t.add, t.ones(8, requires_grad=True), t.ones(8)))
rows("calls", "reshape_transpose", lambda t: repeat(lambda x: x.view(2, 8).t(), t.ones(4, 4)))
rows("calls", "matmul_4", lambda t: repeat(t.mm, t.ones(4, 4), t.ones(4, 4)))


def perceptron(t, *sizes):
    layers = [part for a, b in itertools.pairwise(sizes) for part in (t.nn.Linear(a, b), t.nn.ReLU())]
    return t.nn.Sequential(*layers[:-1])


@workload("calls")
def perceptron_forward(t):
    return repeat(perceptron(t, 16, 128, 8), t.rand(2, 16))


# ---- training and inference
def training(t, net, x, y, loss, optimizer):
    def step():
        optimizer.zero_grad()
        loss(net(x), y).backward()
        optimizer.step()

    return step


@workload("training")
def perceptron_step(t):
    net = perceptron(t, 784, 512, 256, 10)
    adam = t.optim.Adam(net.parameters(), lr=1e-3)
    x, y = t.rand(128, 784), t.randint(0, 10, (128,))
    return training(t, net, x, y, t.nn.CrossEntropyLoss(), adam)


@workload("training")
def convnet_step(t):
    nn = t.nn
    net = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10),
    )  # fmt: skip
    sgd = t.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    return training(t, net, t.rand(16, 3, 32, 32), t.randint(0, 10, (16,)), nn.CrossEntropyLoss(), sgd)


@workload("training")
def lstm_step(t):
    class Reader(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = t.nn.LSTM(48, 96, batch_first=True), t.nn.Linear(96, 48)

        def forward(self, x):
            return self.head(self.lstm(x)[0]).reshape(-1, 48)

    net = Reader()
    adam = t.optim.Adam(net.parameters(), lr=1e-3)
    return training(t, net, t.rand(16, 40, 48), t.randint(0, 48, (640,)), t.nn.CrossEntropyLoss(), adam)


@workload("training")
def encoder_step(t):
    layer = t.nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True)
    net = t.nn.Sequential(t.nn.TransformerEncoder(layer, 2), t.nn.Flatten(0, 1), t.nn.Linear(128, 65))
    adam = t.optim.AdamW(net.parameters(), lr=1e-3)
    return training(t, net, t.rand(8, 64, 128), t.randint(0, 65, (512,)), t.nn.CrossEntropyLoss(), adam)


# ---- products
def product(size: int, dtype: str):
    def build(t):
        a, b = (t.rand(size, size).to(getattr(t, dtype)) for _ in range(2))
        return repeat(t.mm, a, b)

    return build


def numpy_product(size: int, dtype: str):
    return lambda n: repeat(n.matmul, *(n.random.rand(size, size).astype(dtype) for _ in range(2)))


for _size in (64, 256, 512, 1536):
    rows("matmul", f"float32_{_size}", product(_size, "float32"), flop=2 * _size**3, numpy=numpy_product(_size, "f4"))
rows("matmul", "float64_768", product(768, "float64"), flop=2 * 768**3, numpy=numpy_product(768, "f8"))
rows("matmul", "bfloat16_768", product(768, "bfloat16"), flop=2 * 768**3)
rows("matmul", "batch_64x128", lambda t: repeat(t.bmm, t.rand(64, 128, 128), t.rand(64, 128, 128)), flop=128**4)

# ---- elementwise, reductions, indexing
for _name in ("exp", "tanh", "sigmoid", "sin", "log"):
    rows("elementwise", f"{_name}_3M", lambda t, f=_name: repeat(getattr(t, f), t.rand(3 * M) + 0.1), bytes=24 * M)
rows("elementwise", "gelu_3M", lambda t: repeat(t.nn.functional.gelu, t.randn(3 * M)), bytes=24 * M)
rows(
    "elementwise", "add_6M", lambda t: repeat(t.add, t.rand(6 * M), t.rand(6 * M)), bytes=72 * M,
    numpy=lambda n: repeat(n.add, n.ones(6 * M, "f4"), n.ones(6 * M, "f4")),
)  # fmt: skip
rows(
    "elementwise", "transpose_3000", lambda t: repeat(lambda x: x.t().contiguous(), t.rand(3000, 3000)), bytes=72 * M,
    numpy=lambda n: repeat(lambda x: n.ascontiguousarray(x.T), n.ones((3000, 3000), "f4")),
)  # fmt: skip
rows(
    "reduction", "sum_6M", lambda t: repeat(t.sum, t.rand(6 * M)), bytes=24 * M,
    numpy=lambda n: repeat(n.sum, n.ones(6 * M, "f4")),
)  # fmt: skip
rows("reduction", "sum_columns", lambda t: repeat(lambda x: x.sum(0), t.rand(3000, 1000)), bytes=12 * M)
rows("reduction", "softmax_rows", lambda t: repeat(lambda x: x.softmax(-1), t.rand(3000, 1000)), bytes=24 * M)
rows("reduction", "layer_norm", lambda t: repeat(t.nn.LayerNorm(1000), t.rand(3000, 1000)), bytes=24 * M)
rows("reduction", "cumsum_rows", lambda t: repeat(lambda x: x.cumsum(1), t.rand(3000, 1000)), bytes=24 * M)
rows(
    "reduction", "sort_500k", lambda t: repeat(t.sort, t.rand(500_000)),
    numpy=lambda n: repeat(n.sort, n.random.rand(500_000).astype("f4")),
)  # fmt: skip


@workload("indexing", bytes=20 * M)
def masked(t):
    x = t.rand(4 * M)
    mask = x > 0.5
    return lambda: x[mask]


@workload("indexing", bytes=16 * M)
def gather(t):
    return repeat(t.gather, t.rand(4000, 1000), 1, t.randint(0, 1000, (4000, 200)))


@workload("indexing", bytes=2 * 4 * 6000 * 512)
def embedding(t):
    table, places = t.nn.Embedding(20_000, 512), t.randint(0, 20_000, (6000,))
    return repeat(t.nn.functional.embedding, places, table.weight.detach())


# ---- convolutions
def convolution(batch, cin, size, cout, kernel, stride=1, groups=1, backward=False):
    out = (size + 2 * (kernel // 2) - kernel) // stride + 1

    def build(t):
        layer = t.nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups)
        x = t.rand(batch, cin, size, size, requires_grad=backward)
        gradient = t.rand(batch, cout, out, out)

        def forward():
            with t.no_grad():
                return layer(x)

        def both():
            x.grad = layer.weight.grad = layer.bias.grad = None
            layer(x).backward(gradient)

        return both if backward else forward

    flop = 2 * batch * cout * out * out * cin // groups * kernel**2
    return {"build": build, "flop": flop * (3 if backward else 1)}


for _name, _shape in {
    "48_of_56": (2, 48, 56, 48, 3), "128_of_28": (4, 128, 28, 128, 3), "384_of_7": (8, 384, 7, 384, 3),
    "stem": (1, 3, 192, 64, 7, 2), "pointwise": (4, 192, 28, 96, 1), "depthwise": (4, 96, 56, 96, 3, 1, 96),
}.items():  # fmt: skip
    rows("convolution", f"conv_{_name}", **convolution(*_shape))
    rows("convolution", f"conv_{_name}_backward", **convolution(*_shape, backward=True))
rows("convolution", "max_pool", lambda t: repeat(t.nn.functional.max_pool2d, t.rand(8, 48, 96, 96), 3, 2, 1))


# ---- optimizers and data
def optimizer(name: str, count: int, *shape: int, **options):
    def build(t):
        parameters = [t.nn.Parameter(t.rand(*shape)) for _ in range(count)]
        for p in parameters:
            p.grad = t.rand(*shape)
        return getattr(t.optim, name)(parameters, lr=1e-3, **options).step

    return build


rows("optimizer", "sgd_small", optimizer("SGD", 150, 32, 32, momentum=0.9))
rows("optimizer", "sgd_large", optimizer("SGD", 3, 1000, 1000, momentum=0.9), bytes=60 * M)
rows("optimizer", "adamw_small", optimizer("AdamW", 150, 32, 32))
rows("optimizer", "adamw_large", optimizer("AdamW", 3, 1000, 1000), bytes=84 * M)


@workload("data")
def loader_epoch(t):
    data = t.utils.data
    pairs = data.TensorDataset(t.rand(2048, 24), t.randint(0, 10, (2048,)))
    batches = data.DataLoader(pairs, batch_size=64, shuffle=True)
    return lambda: [None for _ in batches]


rows("data", "rand_3M", lambda t: repeat(t.rand, 3 * M), bytes=12 * M, numpy=lambda n: repeat(n.random.rand, 3 * M))
rows("data", "randn_3M", lambda t: repeat(t.randn, 3 * M), bytes=12 * M, numpy=lambda n: repeat(n.random.randn, 3 * M))
