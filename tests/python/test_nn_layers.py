"""Layers: shapes, printed forms, known values; containers; initial values."""

import math

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.nn import functional as F


@pytest.mark.parametrize(
    "layer, text",
    [
        (lambda: nn.Linear(2, 3, bias=False), "Linear(in_features=2, out_features=3, bias=False)"),
        (
            lambda: nn.Conv2d(
                4, 6, 3, stride=2, padding=1, dilation=2, groups=2, bias=False, padding_mode="circular"
            ),
            (
                "Conv2d(4, 6, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), dilation=(2, 2), groups=2, bias=False, "
                "padding_mode=circular)"
            ),
        ),
        (
            lambda: nn.Conv1d(1, 1, 3, padding="same"),
            "Conv1d(1, 1, kernel_size=(3,), stride=(1,), padding=same)",
        ),
        (
            lambda: nn.MaxPool2d(2),
            "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)",
        ),
        (
            lambda: nn.BatchNorm1d(3),
            "BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
        ),
        (lambda: nn.LayerNorm(4), "LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)"),
        (lambda: nn.Dropout(0.2), "Dropout(p=0.2, inplace=False)"),
        (lambda: nn.ReLU(True), "ReLU(inplace=True)"),
        (lambda: nn.GELU(), "GELU(approximate='none')"),
        (lambda: nn.Embedding(5, 2, padding_idx=-1), "Embedding(5, 2, padding_idx=4)"),
        (lambda: nn.LSTM(2, 3, num_layers=2), "LSTM(2, 3, num_layers=2)"),
        (lambda: nn.Upsample(scale_factor=2), "Upsample(scale_factor=2.0, mode='nearest')"),
        pytest.param(
            lambda: nn.ParameterList([rl.ones(2, 3)]),
            "ParameterList(  (0): Parameter containing: [torch.float32 of size 2x3])",
            marks=pytest.mark.cpu("names another device where there is one"),
        ),
    ],
)
def test_printed_form(layer, text):
    assert repr(layer()) == text


def test_linear_values():
    m = nn.Linear(2, 1)
    with rl.no_grad():
        m.weight.copy_(rl.tensor([[2.0, 3.0]]))
        m.bias.fill_(1)
    assert m(rl.tensor([[1.0, 10.0]])).item() == 33


def test_initial_ranges():
    rl.manual_seed(0)
    m = nn.Linear(100, 50)
    bound = 1 / math.sqrt(100)
    assert m.weight.abs().max().item() <= bound and m.weight.abs().max().item() > 0.95 * bound
    assert m.bias.abs().max().item() <= bound
    rl.manual_seed(0)
    again = nn.Linear(100, 50)
    assert rl.equal(m.weight, again.weight) and rl.equal(m.bias, again.bias)
    before = rl.get_rng_state()
    nn.BatchNorm2d(3), nn.LayerNorm(4), nn.GroupNorm(2, 4)
    assert rl.equal(before, rl.get_rng_state())
    assert nn.Embedding(4, 3, padding_idx=1).weight[1].abs().sum().item() == 0


def test_init_functions():
    w = rl.empty(3, 5)
    nn.init.constant_(w, 2.5)
    assert w.unique().tolist() == [2.5]
    assert rl.equal(nn.init.eye_(rl.empty(2, 3)), rl.eye(2, 3))
    assert nn.init.calculate_gain("relu") == math.sqrt(2)
    with pytest.raises(ValueError, match="fewer than 2 dimensions"):
        nn.init.xavier_uniform_(rl.empty(3))
    t = nn.init.trunc_normal_(rl.empty(1000), std=5.0, a=-1, b=2)
    assert t.min().item() >= -1 and t.max().item() <= 2
    bound = math.sqrt(6 / (3 + 5))
    assert nn.init.xavier_uniform_(w).abs().max().item() <= bound


def test_batch_norm_statistics():
    m = nn.BatchNorm1d(2)
    x = rl.tensor([[0.0, 10.0], [2.0, 30.0]])
    y = m(x)
    assert rl.allclose(y.mean(0), rl.zeros(2), atol=1e-5)
    assert rl.allclose(m.running_mean, rl.tensor([0.1, 2.0])) and m.num_batches_tracked.item() == 1
    assert rl.allclose(m.running_var, rl.tensor([0.9 + 0.1 * 2, 0.9 + 0.1 * 200]))
    m.eval()
    m(x)
    assert m.num_batches_tracked.item() == 1
    with pytest.raises(ValueError, match=r"expected 2D or 3D input \(got 4D input\)"):
        m(rl.ones(1, 2, 1, 1))


def test_dropout_only_in_training():
    m = nn.Dropout(0.5)
    x = rl.ones(1000)
    assert set(m(x).unique().tolist()) == {0.0, 2.0}
    m.eval()
    assert rl.equal(m(x), x)
    with pytest.raises(ValueError, match="dropout probability has to be between 0 and 1, but got 2"):
        nn.Dropout(2)


def test_convolution_checks():
    with pytest.raises(ValueError, match="in_channels must be divisible by groups"):
        nn.Conv2d(3, 4, 3, groups=2)
    with pytest.raises(ValueError, match="padding='same' is not supported for strided convolutions"):
        nn.Conv2d(3, 4, 3, stride=2, padding="same")
    with pytest.raises(ValueError, match='Only "zeros" padding mode is supported for ConvTranspose2d'):
        nn.ConvTranspose2d(1, 1, 3, padding_mode="reflect")
    up = nn.ConvTranspose2d(1, 1, 3, stride=2)
    assert up(rl.ones(1, 1, 4, 4), output_size=(10, 10)).shape == (1, 1, 10, 10)


def test_sequential():
    a, b, c = nn.ReLU(), nn.Tanh(), nn.Sigmoid()
    s = nn.Sequential(a, b)
    s.append(c)
    assert s[-1] is c and list(s[1:]) == [b, c] and len(s + s) == 6 and len(s * 2) == 6
    assert s.pop(0) is a and list(s._modules) == ["0", "1"]
    s.insert(0, a)
    assert list(s) == [a, b, c]
    s[1] = d = nn.GELU()
    assert s[1] is d and s.__dict__["1"] is d
    del s[0]
    assert list(s) == [d, c]
    with pytest.raises(IndexError, match="index 5 is out of range"):
        s[5]


def test_module_list_and_dict():
    layers = nn.ModuleList([nn.ReLU()])
    layers.extend([nn.Tanh()]).append(nn.Sigmoid())
    layers.insert(1, nn.GELU())
    assert [type(m).__name__ for m in layers] == ["ReLU", "GELU", "Tanh", "Sigmoid"]
    assert len(layers[:2]) == 2 and isinstance(layers[-1], nn.Sigmoid)
    d = nn.ModuleDict({"a": nn.ReLU()})
    d["b"] = nn.Tanh()
    assert list(d) == ["a", "b"] and "a" in d and isinstance(d.pop("a"), nn.ReLU) and len(d) == 1


def test_parameter_containers():
    params = nn.ParameterList([rl.ones(2), nn.Parameter(rl.zeros(1))])
    params.append(rl.ones(3))
    assert len(params) == 3 and len(list(params.parameters())) == 3 and isinstance(params[0], nn.Parameter)
    d = nn.ParameterDict({"a": rl.ones(1)})
    d["b"] = rl.ones(2)
    assert list(d.keys()) == ["a", "b"] and isinstance(d["b"], nn.Parameter)
    assert d.pop("a").shape == (1,) and len(list(d.parameters())) == 1


def test_recurrent_packed_equals_padded():
    rl.manual_seed(0)
    net = nn.LSTM(3, 4, bidirectional=True)
    lengths = [2, 5, 3]
    x = rl.randn(5, 3, 3)
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    out, (h, _) = net(packed)
    out, got = nn.utils.rnn.pad_packed_sequence(out)
    assert got.tolist() == lengths
    for i, n in enumerate(lengths):
        alone, (h1, _) = net(x[:n, i : i + 1])
        assert rl.allclose(out[:n, i], alone[:, 0], atol=1e-6) and rl.allclose(h[:, i], h1[:, 0], atol=1e-6)
        assert out[n:, i].abs().sum().item() == 0


def test_attention_mask():
    rl.manual_seed(0)
    m = nn.MultiheadAttention(4, 2, batch_first=True).eval()
    x = rl.randn(1, 3, 4)
    mask = nn.Transformer.generate_square_subsequent_mask(3)
    out, weights = m(x, x, x, attn_mask=mask)
    assert rl.allclose(weights.sum(-1), rl.ones(1, 3)) and weights[0].triu(1).abs().sum().item() == 0
    quick, none = m(x, x, x, attn_mask=mask, need_weights=False)
    assert none is None and rl.allclose(out, quick, atol=1e-6)
    changed = x.clone()
    changed[0, 2] += 1
    assert rl.allclose(m(changed, changed, changed, attn_mask=mask)[0][0, :2], out[0, :2], atol=1e-6)


def test_lazy_linear():
    m = nn.LazyLinear(3)
    assert repr(m) == "LazyLinear(in_features=0, out_features=3, bias=True)"
    optimizer = rl.optim.SGD(m.parameters(), lr=0.1)
    m(rl.ones(1, 5)).sum().backward()
    assert type(m) is nn.Linear and m.weight.shape == (3, 5)
    optimizer.step()


def test_lazy_norm_in_another_dtype():
    m = nn.LazyBatchNorm2d().to(rl.float64)
    x = rl.rand(2, 3, 4, 4, dtype=rl.float64)
    assert m(x).shape == x.shape
    assert type(m) is nn.BatchNorm2d and m.running_mean.shape == (3,) and m.running_mean.dtype is rl.float64


def test_clipping_and_vectors():
    a, b = nn.Parameter(rl.zeros(2)), nn.Parameter(rl.zeros(1))
    a.grad, b.grad = rl.tensor([3.0, 0.0]), rl.tensor([4.0])
    norm = nn.utils.clip_grad_norm_([a, b], 1.0)
    assert norm.item() == 5 and abs(nn.utils.get_total_norm([a.grad, b.grad]).item() - 1) < 1e-5
    nn.utils.clip_grad_value_([a, b], 0.1)
    assert a.grad.max().item() == pytest.approx(0.1)
    vector = nn.utils.parameters_to_vector([a, b])
    nn.utils.vector_to_parameters(vector + 1, [a, b])
    assert a.tolist() == [1, 1] and b.tolist() == [1]


def test_linear_cross_entropy_says_what_does_not_fit():
    W, target = rl.ones(2, 3), rl.tensor([0, 1])
    for text, call in (
        ("dimensionality 1 or 2, got 3", lambda: F.linear_cross_entropy(rl.ones(2, 3, 3), W, target)),
        ("dimensionality 1 or 2, got 0", lambda: F.linear_cross_entropy(rl.ones(()), W, target)),
        ("dimensionality at least 2, got 1", lambda: F.linear_cross_entropy(rl.ones(2, 3), W[0], target)),
        ("got 4 and 3, respectively", lambda: F.linear_cross_entropy(rl.ones(2, 4), W, target)),
        (
            r"expected linear_bias shape \(2,\), got \(3,\)",
            lambda: F.linear_cross_entropy(rl.ones(2, 3), W, target, linear_bias=rl.ones(3)),
        ),
        (
            "requires batched input",
            lambda: F.linear_cross_entropy(rl.ones(3), rl.ones(2, 4, 3), rl.zeros(4, dtype=rl.int64)),
        ),
        (
            "target contains probabilities",
            lambda: F.linear_cross_entropy(rl.ones(2, 3), W, rl.ones(2, 2), ignore_index=0),
        ),
    ):
        with pytest.raises(RuntimeError, match=text):
            call()


def test_linear_cross_entropy_is_both_in_one():
    x, target = rl.arange(6.0).reshape(2, 3) / 6, rl.tensor([[0, 1, 1, 0], [1, 1, 0, 0]])
    W, b = rl.arange(24.0).reshape(2, 4, 3).cos(), rl.arange(8.0).reshape(2, 4).sin()
    loss = F.linear_cross_entropy(x, W, target, linear_bias=b, reduction="none")
    logits = (W * x[:, None, None]).sum(-1) + b
    assert rl.allclose(loss, F.cross_entropy(logits, target, reduction="none"))
    single = F.linear_cross_entropy(x[0], W[:, 0], target[0, 0], linear_bias=b[:, 0], reduction="none")
    assert single.shape == () and rl.allclose(single, loss[0, 0])


def test_ctc_loss_of_a_target_that_cannot_be():
    """Its probability is 0: the loss is infinite and has no slope, or both count as zero."""
    log_probs = rl.linspace(-1, 1, 24).reshape(3, 2, 4).log_softmax(-1)
    # two frames are one too few for a repeated label
    given = rl.tensor([[1, 1], [2, 0]]), rl.tensor([2, 2]), rl.tensor([2, 1])
    for zero in (False, True):
        x = log_probs.clone().requires_grad_()
        loss = F.ctc_loss(x, *given, reduction="none", zero_infinity=zero)
        assert loss[0].item() == (0 if zero else float("inf")) and loss[1].isfinite()
        (grad,) = rl.autograd.grad(loss.sum(), x)
        assert grad[:2, 1].isfinite().all() and grad[:2, 1].any()
        assert not grad[2].any()
        assert not grad[:, 0].any() if zero else grad[:2, 0].isnan().all()


def test_a_programs_own_convolution_takes_sizes_of_each_axis():
    from rushlight.nn.modules.conv import _ConvNd

    class Standardised(_ConvNd):
        def __init__(self, i, o, k):
            super().__init__(i, o, (k, k), (1, 1), (1, 1), (1, 1), False, (0, 0), 1, True, "zeros")

        def forward(self, x):
            weight = self.weight / self.weight.flatten(1).norm(2, 1).view(-1, 1, 1, 1)
            return nn.functional.conv2d(x, weight, self.bias, self.stride, self.padding)

    layer = Standardised(1, 3, 3)
    assert repr(layer) == "Standardised(1, 3, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))"
    assert layer(rl.ones(2, 1, 4, 4)).shape == (2, 3, 4, 4) and not layer.transposed
