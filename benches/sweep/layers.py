"""The rows of layers, losses, optimizers, and of whole programs: steps of training, an epoch of a loader, files."""

from __future__ import annotations

import io
import itertools

from row import add, lines, made

# ---- convolutions: (batch, channels, size, channels out, kernel, stride, groups)
_CONV = {
    "stem": (1, 3, 192, 64, 7, 2, 1), "48_of_56": (2, 48, 56, 48, 3, 1, 1), "128_of_28": (4, 128, 28, 128, 3, 1, 1),
    "384_of_7": (8, 384, 7, 384, 3, 1, 1), "pointwise": (4, 192, 28, 96, 1, 1, 1), "strided": (4, 64, 56, 128, 3, 2, 1),
    "depthwise": (4, 96, 56, 96, 3, 1, 96), "grouped": (4, 128, 28, 128, 3, 1, 32), "small_planes": (16, 128, 14, 128, 3, 1, 128),
}  # fmt: skip
for _name, (_b, _c, _s, _o, _k, _stride, _g) in _CONV.items():
    for _layout, _dtype in (("dense", "float32"), ("last", "float32"), ("dense", "bfloat16")):

        def _make(t, b=_b, c=_c, s=_s, o=_o, k=_k, stride=_stride, g=_g, layout=_layout, dtype=_dtype):
            w, bias = made(t, (o, c // g, k, k), dtype, layout), made(t, (o,), dtype)
            return (lambda x, w, b: t.nn.functional.conv2d(x, w, b, stride, k // 2, 1, g)), (made(t, (b, c, s, s), dtype, layout), w, bias)

        _out = (_s + 2 * (_k // 2) - _k) // _stride + 1
        add(f"conv/{_name}/{_dtype}/{_layout}", _make, flop=2 * _b * _o * _out**2 * _c // _g * _k**2, grad=(_layout, _dtype) == ("dense", "float32"))
lines("conv", {
    "conv1d": lambda t: (lambda x, w: t.nn.functional.conv1d(x, w, padding=2), (made(t, (8, 64, 512)), made(t, (64, 64, 5)))),
    "conv3d": lambda t: (lambda x, w: t.nn.functional.conv3d(x, w, padding=1), (made(t, (2, 16, 16, 28, 28)), made(t, (16, 16, 3, 3, 3)))),
    "transposed": lambda t: (lambda x, w: t.nn.functional.conv_transpose2d(x, w, stride=2), (made(t, (4, 64, 28, 28)), made(t, (64, 32, 2, 2)))),
}, grad="conv1d conv3d transposed")  # fmt: skip

# ---- planes
_PLANES = (8, 32, 56, 56)


def _of_planes(name: str, f) -> None:
    for layout in ("dense", "last"):
        add(f"image/{name}/float32/{layout}", lambda t, layout=layout: (lambda x: f(t.nn.functional, x), (made(t, _PLANES, layout=layout),)),
            grad=True, streams=True)  # fmt: skip


_of_planes("max_pool2d", lambda F, x: F.max_pool2d(x, 3, 2, 1))
_of_planes("avg_pool2d", lambda F, x: F.avg_pool2d(x, 2))
_of_planes("adaptive_avg_1", lambda F, x: F.adaptive_avg_pool2d(x, 1))
_of_planes("adaptive_max_7", lambda F, x: F.adaptive_max_pool2d(x, 7))
_of_planes("bilinear", lambda F, x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))
_of_planes("nearest", lambda F, x: F.interpolate(x, scale_factor=2))
_of_planes("bicubic", lambda F, x: F.interpolate(x, size=64, mode="bicubic", align_corners=False))
_of_planes("pixel_shuffle", lambda F, x: F.pixel_shuffle(x, 2))
_of_planes("batch_norm", lambda F, x: F.batch_norm(x, None, None, training=True))
_of_planes("group_norm", lambda F, x: F.group_norm(x, 8))
_of_planes("instance_norm", lambda F, x: F.instance_norm(x))
lines("image", {
    "grid_sample": lambda t: (lambda x, g: t.nn.functional.grid_sample(x, g, align_corners=False), (made(t, (4, 16, 56, 56)), t.rand(4, 56, 56, 2) * 2 - 1)),
    "unfold": lambda t: (lambda x: t.nn.functional.unfold(x, 3), (made(t, (4, 16, 56, 56)),)),
    "fold": lambda t: (lambda x: t.nn.functional.fold(x, 56, 3), (made(t, (4, 144, 2916)),)),
}, grad="grid_sample unfold fold")  # fmt: skip

# ---- sequences and tables
lines("layer", {
    "linear": lambda t: (t.nn.Linear(512, 512), (made(t, (128, 512)),)),
    "linear_tiny": lambda t: (t.nn.Linear(16, 8), (made(t, (2, 16)),)),
    "layer_norm": lambda t: (t.nn.LayerNorm(512), (made(t, (512, 512)),)),
    "rms_norm": lambda t: (t.nn.RMSNorm(512), (made(t, (512, 512)),)),
    "attention": lambda t: (t.nn.functional.scaled_dot_product_attention, tuple(made(t, (4, 8, 256, 64)) for _ in range(3))),
    "attention_causal": lambda t: (lambda q, k, v: t.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True),
                                   tuple(made(t, (4, 8, 256, 64)) for _ in range(3))),
    "lstm": lambda t: (t.nn.LSTM(64, 128, batch_first=True), (made(t, (16, 40, 64)),)),
    "gru": lambda t: (t.nn.GRU(64, 128, batch_first=True), (made(t, (16, 40, 64)),)),
    "encoder": lambda t: (t.nn.TransformerEncoderLayer(128, 4, 512, 0.0, batch_first=True), (made(t, (8, 64, 128)),)),
    "embedding": lambda t: (t.nn.Embedding(20_000, 256), (t.randint(0, 20_000, (4096,)),)),
    "embedding_bag": lambda t: (t.nn.EmbeddingBag(20_000, 64), (t.randint(0, 20_000, (512, 8)),)),
    "dropout": lambda t: (t.nn.Dropout(0.5), (made(t, (512, 512)),)),
    "one_hot": lambda t: (lambda x: t.nn.functional.one_hot(x, 100), (t.randint(0, 100, (4096,)),)),
}, grad="linear linear_tiny layer_norm rms_norm attention attention_causal lstm gru encoder embedding embedding_bag dropout",
    flop={"linear": 2 * 128 * 512**2, "attention": 4 * 32 * 256**2 * 64})  # fmt: skip


def _loss(name: str, target) -> None:
    def make(t):
        f, y = getattr(t.nn.functional, name), target(t)
        return (lambda x: f(x, y)), (made(t, (512, 256), kind="unit"),)

    add(f"loss/{name}", make, grad=True)


for _name in "mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits kl_div soft_margin_loss".split():
    _loss(_name, lambda t: made(t, (512, 256), kind="unit"))
for _name in "cross_entropy nll_loss multi_margin_loss".split():
    _loss(_name, lambda t: t.randint(0, 256, (512,)))
lines("loss", {
    "cross_entropy_pixels": lambda t: (t.nn.functional.cross_entropy, (made(t, (4, 21, 64, 64)), t.randint(0, 21, (4, 64, 64)))),
    "ctc_loss": lambda t: (lambda x: t.nn.functional.ctc_loss(x.log_softmax(2), t.ones(8, 10, dtype=t.int64), (50,) * 8, (10,) * 8), (made(t, (50, 8, 32)),)),
}, grad="cross_entropy_pixels ctc_loss")  # fmt: skip


# ---- optimizers: many small parameters, few large ones
def _optimizer(name: str, count: int, *shape: int, **options):
    def make(t):
        parameters = [t.nn.Parameter(t.rand(*shape)) for _ in range(count)]
        for p in parameters:
            p.grad = t.rand(*shape)
        return getattr(t.optim, name)(parameters, lr=1e-3, **options).step, ()

    return make


for _name, _options in {"SGD": {"momentum": 0.9}, "Adam": {}, "AdamW": {}, "RMSprop": {}, "Adagrad": {}, "NAdam": {}}.items():
    add(f"optimizer/{_name}/small", _optimizer(_name, 100, 32, 32, **_options))
    add(f"optimizer/{_name}/large", _optimizer(_name, 2, 1000, 1000, **_options))


# ---- programs
def _training(t, net, x, y, optimizer):
    def step():
        optimizer.zero_grad()
        t.nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()

    return step, ()


def _perceptron(t):
    sizes = itertools.pairwise((784, 512, 256, 10))
    net = t.nn.Sequential(*[part for a, b in sizes for part in (t.nn.Linear(a, b), t.nn.ReLU())][:-1])
    return _training(t, net, t.rand(128, 784), t.randint(0, 10, (128,)), t.optim.Adam(net.parameters(), lr=1e-3))


def _convnet(t):
    nn, parts = t.nn, []
    for a, b in itertools.pairwise((3, 32, 64, 128)):
        parts += [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]
    net = nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))
    return _training(t, net, t.rand(16, 3, 32, 32), t.randint(0, 10, (16,)), t.optim.SGD(net.parameters(), lr=0.05, momentum=0.9))


def _encoder(t):
    layer = t.nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True)
    net = t.nn.Sequential(t.nn.TransformerEncoder(layer, 2), t.nn.Flatten(0, 1), t.nn.Linear(128, 65))
    return _training(t, net, t.rand(8, 64, 128), t.randint(0, 65, (512,)), t.optim.AdamW(net.parameters(), lr=1e-3))


def _epoch(t):
    data = t.utils.data
    batches = data.DataLoader(data.TensorDataset(t.rand(2048, 24), t.randint(0, 10, (2048,))), batch_size=64, shuffle=True)
    return (lambda: [None for _ in batches]), ()


def _saved(t):
    net = t.nn.Sequential(*(t.nn.Linear(64, 64) for _ in range(20)))
    return (lambda: t.save(net.state_dict(), io.BytesIO())), ()


def _loaded(t):
    file = io.BytesIO()
    t.save({str(i): t.rand(64, 64) for i in range(40)}, file)
    return (lambda: (file.seek(0), t.load(file))[1]["0"]), ()


lines("program", {
    "perceptron_step": _perceptron, "convnet_step": _convnet, "encoder_step": _encoder, "loader_epoch": _epoch, "save": _saved, "load": _loaded,
    "tolist": lambda t: (lambda x: x.tolist() and None, (made(t, (10_000,)),)),
    "from_numpy": lambda t: (lambda a: t.from_numpy(a), (t.rand(64).numpy(),)),
    "numpy": lambda t: (lambda x: x.numpy() is None, (t.rand(64),)),
})  # fmt: skip
