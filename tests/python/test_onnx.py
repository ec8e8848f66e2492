"""Exported models give what the models give, as ONNX's own interpreters run them."""

import subprocess
import sys

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.nn import functional as F


def test_without_the_package_the_extra_is_named():
    code = (
        "import sys; sys.modules['onnx'] = None\n"
        "import rushlight as rl\n"
        "try: rl.onnx.export(rl.nn.Linear(1, 1), rl.ones(1, 1))\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "rushlight[onnx]" in done.stdout


onnx = pytest.importorskip("onnx")
x, y, ids = rl.randn(2, 3, 8, 8), rl.randn(4, 6), rl.tensor([[1, 2], [0, 3]])


def leaves(given):
    if isinstance(given, rl.Tensor):
        return [given]
    given = given.values() if isinstance(given, dict) else given
    return [leaf for each in given for leaf in leaves(each)]


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *args):
        return self.function(*args)


def check(model, *args, others=(), **options):
    """Exports a model, and compares it with its export on the same inputs, and on others."""
    model = (model if isinstance(model, nn.Module) else Function(model)).eval()
    program = rl.onnx.export(model, args, **options)
    for given in (args, *others):
        with rl.no_grad():
            wanted = leaves(model(*given))
        found = program(*given)
        assert len(wanted) == len(found)
        for ours, theirs in zip(wanted, found, strict=True):
            rl.testing.assert_close(theirs, ours, rtol=1e-3, atol=2e-5)
    return program


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.relu = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.norm(self.conv(x))
        y += x
        return self.relu(y)


LAYERS = {
    "mlp": (nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 3), nn.Softmax(-1)), y),
    "convolutions": (
        nn.Sequential(nn.Conv2d(3, 4, 3, groups=1), nn.MaxPool2d(2), nn.ConvTranspose2d(4, 2, 3, stride=2), nn.Flatten()),
        x,
    ),
    "padded": (nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect"), x),
    "same": (nn.Conv1d(6, 4, 3, padding="same"), y[None].mT),
    "residual": (Residual(), x),
    "pools": (
        lambda x: [
            F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
            F.adaptive_avg_pool2d(x, (4, 1)),
            F.adaptive_avg_pool2d(x, (3, 5)),
            F.adaptive_max_pool2d(x, 1),
            F.max_pool2d(x, 3, 2, ceil_mode=True),
        ],
        x,
    ),
    "norms": (
        nn.Sequential(nn.GroupNorm(3, 3), nn.InstanceNorm2d(3, affine=True), nn.LayerNorm([8, 8]), nn.RMSNorm(8)),
        x,
    ),
    "embedding": (nn.Embedding(5, 4), ids),
    "lstm": (nn.LSTM(6, 5, 2, batch_first=True, bidirectional=True), rl.randn(2, 7, 6)),
    "gru": (nn.GRU(6, 5, 2), rl.randn(7, 6), rl.randn(2, 5)),
    "rnn": (nn.RNN(6, 5, nonlinearity="relu"), rl.randn(7, 2, 6)),
    "attention": (nn.MultiheadAttention(6, 2), *(rl.randn(5, 2, 6),) * 3),
    "transformer": (nn.Transformer(6, 2, 1, 1, 12), rl.randn(5, 2, 6), rl.randn(4, 2, 6)),
    "causal": (lambda q: F.scaled_dot_product_attention(q, q, q, is_causal=True), rl.randn(2, 2, 5, 4)),
    "images": (
        lambda x: [
            F.interpolate(x, scale_factor=2),
            F.interpolate(x, size=(5, 7), mode="bilinear"),
            F.interpolate(x, size=(5, 7), mode="bilinear", align_corners=True),
            F.interpolate(x, size=(11, 7), mode="bicubic"),
            F.pad(x, (1, 2, 0, 1)),
            F.pad(x, (2, 1, 1, 1), mode="replicate"),
            F.pixel_unshuffle(x, 2),
            F.pixel_shuffle(x.repeat(1, 4, 1, 1), 2),
        ],
        x,
    ),
}
LAYERS |= {cell: (getattr(nn, cell)(6, 5), y) for cell in ("LSTMCell", "GRUCell", "RNNCell")}


@pytest.mark.parametrize("opset", [17, 20])
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name, opset):
    model, *args = LAYERS[name]
    check(model, *args, opset_version=opset)


ACTIVATIONS = (
    "ReLU6 LeakyReLU ELU SELU CELU GELU SiLU Mish Hardswish Hardsigmoid Hardtanh Softplus Softsign Tanhshrink Softshrink "
    "Hardshrink LogSigmoid Tanh Sigmoid PReLU GLU"
)


@pytest.mark.parametrize("opset", [17, 20])
def test_activations(opset):
    for name in ACTIVATIONS.split():
        check(getattr(nn, name)(), y, opset_version=opset)


def written(a):
    b = rl.zeros_like(a)
    b[1:3, ::2] = a[1:3, ::2]
    b[:, 1] = 5
    b[b > 4] = 0.5
    return b


FUNCTIONS = {
    "written": written,
    "arithmetic": lambda a: (a + 1) * 2 - a / 3 + a**2 - (1 - a) + 3 / (a.abs() + 1),
    "integers": lambda a: ((a > 0).long() // 2 + (a * 10).int() % 3, (a * 10).long() // -3, -7 % (a.abs() * 9 + 1).long()),
    "tests": lambda a: [(a > 0) & (a < 1) | (a == 0), a != 0, ~(a > 0), a.isnan()],
    "promotion": lambda a: [a.half() + a, (a > 0) + 1, (a > 0) * a, a.long() / 2, a + a.double()[0, 0]],
    "in place": lambda a: a.clone().add_(1).mul_(2),
    "reductions": lambda a: [a.sum(), a.mean(0), a.std(0), a.var(1, keepdim=True), a.prod(0), a.norm(), a.logsumexp(1)],
    "extremes": lambda a: [*a.max(1), *rl.min(a, 0, keepdim=True), a.amax((0, 1)), a.argmax(), a.argmin(1), a.max()],
    "order": lambda a: [*a.topk(2, 1), *a.sort(1, descending=True), a.cumsum(1), (a > 0).any(1), (a > 0).all()],
    "products": lambda a: [a @ a.T, rl.einsum("ij,kj->ik", a, a), rl.addmm(a[:, :4], a, a.t(), beta=0.5, alpha=2)],
    "sizes": lambda a: [a.view(a.size(0), -1, 2), a.reshape(*a.shape[:1], 3, 2), a[None].flatten(0, 1), a / a.numel()],
    "axes": lambda a: [a[None].permute(2, 0, 1), a[None].movedim(0, -1), a.flip(0, 1), a.roll(2, 1), a.repeat(2, 1, 2)],
    "joined": lambda a: [rl.cat([a, a.long()], 1), rl.stack([a, a], 1), *a.split(4, 1), *a.chunk(2, 1), *a.unbind()],
    "parts": lambda a: [a[0], a[:, 1], a[1:3, ::2], a[..., -1], a[:, None], a[-1, 2:], a.narrow(1, 1, 3), a[a > 0]],
    "positions": lambda a: [a[rl.tensor([0, 2])], a[:, [1, 2]], a[rl.tensor([0, 1]), rl.tensor([1, 2])]],
    "scatter": lambda a: [a.scatter_add(1, (a > 0).long(), a), a.gather(1, (a > 0).long()), a.tril(), a.triu(1)],
    "chosen": lambda a: [rl.where(a > 0, a, 0.0), a.masked_fill(a > 0, -1e9), a.clamp(-0.5, 0.5), a.clamp(min=0)],
    "made": lambda a: a + rl.zeros(a.size(0), 1) + rl.ones_like(a) + rl.full((1,), 2.0) + rl.arange(a.size(1)),
    "dtypes": lambda a: [a.to(rl.float64), a.half(), a.long(), a.bool(), a.type(rl.int32)],
    "returned": lambda a: {"itself": a, "twice": [a + 1] * 2},
}


@pytest.mark.parametrize("opset", [17, 20])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name, opset):
    check(FUNCTIONS[name], y, opset_version=opset)


class Language(nn.Module):
    """A transformer in the way of small GPTs: sizes and masks from those of the input."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(11, 8), nn.Embedding(16, 8)
        self.mixed, self.norm, self.head = nn.Linear(8, 24), nn.LayerNorm(8), nn.Linear(8, 11, bias=False)
        self.register_buffer("mask", rl.ones(16, 16).tril()[None, None])

    def forward(self, ids):
        batch, length = ids.size()
        x = self.words(ids) + self.places(rl.arange(0, length, device=ids.device))
        heads = [part.view(batch, length, 2, 4).transpose(1, 2) for part in self.mixed(self.norm(x)).split(8, dim=2)]
        scores = heads[0] @ heads[1].transpose(-2, -1) / 4**0.5
        scores = scores.masked_fill(self.mask[:, :, :length, :length] == 0, float("-inf"))
        x = x + (scores.softmax(-1) @ heads[2]).transpose(1, 2).contiguous().view(batch, length, 8)
        return self.head(x[:, [-1], :])


FREE = {
    "batch": (nn.Sequential(nn.Conv2d(3, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()), x, rl.randn(5, 3, 8, 8), [0]),
    "planes": (lambda x: F.interpolate(x, size=(x.shape[2] * 2, x.shape[3])), x, rl.randn(1, 3, 5, 4), [0, 2, 3]),
    "sequences": (nn.LSTM(6, 5, batch_first=True), rl.randn(2, 7, 6), rl.randn(3, 4, 6), [0, 1]),
    "encoder": (nn.TransformerEncoderLayer(6, 2, 12, batch_first=True), rl.randn(2, 4, 6), rl.randn(3, 7, 6), [0, 1]),
    "language": (Language(), rl.randint(0, 11, (2, 5)), rl.randint(0, 11, (3, 9)), [0, 1]),
    "half": (lambda a: rl.cat([a[:, -1:], a[:, : a.size(1) // 2]], 1).std(0), y, rl.randn(5, 9), [0, 1]),
}


@pytest.mark.parametrize("name", FREE)
def test_sizes_that_are_not_known(name):
    model, first, other, axes = FREE[name]
    program = check(model, first, others=[(other,)], input_names=["x"], dynamic_axes={"x": axes})
    dims = program.model_proto.graph.input[0].type.tensor_type.shape.dim
    assert [i for i, dim in enumerate(dims) if dim.dim_param] == axes


def test_names(tmp_path):
    model = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
    path = tmp_path / "model.onnx"
    nothing = rl.onnx.export(
        model.train(),
        (rl.rand(4, 3),),
        str(path),
        input_names=["given"],
        output_names=["found"],
        dynamic_axes={"given": {0: "many"}, "found": {0: "many"}},
        opset_version=17,
        dynamo=False,
    )
    assert nothing is None and model.training and model[1].training
    read = onnx.load(str(path))
    onnx.checker.check_model(read, full_check=True)
    graph = read.graph
    assert [each.name for each in graph.initializer] == ["0.weight", "0.bias"]
    assert [each.name for each in (*graph.input, *graph.output)] == ["given", "found"]
    assert [node.op_type for node in graph.node] == ["Gemm", "Tanh"]
    assert graph.output[0].type.tensor_type.shape.dim[0].dim_param == "many"
    assert read.opset_import[0].version == 17
    weight = onnx.numpy_helper.to_array(graph.initializer[0])
    assert (weight == model[0].weight.detach().numpy()).all()


def test_by_shapes():
    program = rl.onnx.export(nn.Linear(3, 2), (rl.rand(4, 3),), dynamic_shapes=({0: "batch"},))
    assert program(rl.ones(7, 3))[0].shape == (7, 2)


def test_weights_beside_the_model(tmp_path):
    program = rl.onnx.export(nn.Linear(64, 64), (rl.rand(4, 64),))
    program.save(tmp_path / "m.onnx", external_data=True)
    assert (tmp_path / "m.onnx.data").stat().st_size >= 64 * 64 * 4
    assert len(onnx.load(tmp_path / "m.onnx").graph.initializer) == 2


def test_keyword_arguments():
    class Two(nn.Module):
        def forward(self, a, scale=1.0, b=None):
            return a * scale + (0 if b is None else b)

    program = rl.onnx.export(Two(), (y,), kwargs={"b": y, "scale": 3.0})
    assert [each.name for each in program.model_proto.graph.input] == ["a", "b"]
    rl.testing.assert_close(program(y, b=y)[0], y * 4)


def test_what_is_taken_for_granted_is_said():
    with pytest.warns(rl.onnx.OnnxExporterWarning, match="condition"):
        rl.onnx.export(Function(lambda a: a + 1 if a.sum() > 0 else a - 1), (y,))


def test_refusals():
    with pytest.raises(rl.onnx.UnsupportedOperatorError, match=r"operator '(fft_)?fft'"):
        rl.onnx.export(Function(lambda a: rl.fft.fft(a).abs()), (y,))
    with pytest.raises(rl.onnx.UnsupportedOperatorError, match="view"):
        rl.onnx.export(Function(lambda a: (a[0].add_(1), a)), (y,))
    with pytest.raises(ValueError, match="opset_version must be from 17"):
        rl.onnx.export(nn.Linear(1, 1), (rl.ones(1, 1),), opset_version=9)
    with pytest.raises(RuntimeError, match="number of input names"):
        rl.onnx.export(nn.Linear(1, 1), (rl.ones(1, 1),), input_names=["a", "b"])


def test_the_model_stays_as_it_was():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    given = rl.rand(3, 2)
    kept = given.clone()
    rl.onnx.export(Function(lambda a: model(a.add_(1))), (given,))
    assert given.equal(kept) and not rl.onnx.is_in_onnx_export()
    assert all(value.equal(before[name]) for name, value in model.state_dict().items())
    assert not [name for name in vars(model) if "constant" in name]


def test_shapes_as_tensors():
    x = rl.arange(6).reshape(2, 3)
    assert rl.onnx.operators.shape_as_tensor(x).tolist() == [2, 3]
    assert rl.onnx.operators.reshape_from_tensor_shape(x, rl.tensor([3, 2])).shape == (3, 2)
    with pytest.raises(TypeError, match="whole numbers"):
        rl.onnx.operators.reshape_from_tensor_shape(x, rl.ones(1))
