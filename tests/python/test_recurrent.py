"""Recurrent layers against the same said step by step, over all their options; derivatives; threads."""

import itertools

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.autograd import gradcheck, gradgradcheck
from rushlight.nn.utils.rnn import pack_sequence, pad_sequence

D = rl.float64


def uniform(*shape, seed=0, dtype=D):
    g = rl.Generator().manual_seed(seed + sum(shape))
    return (rl.rand(*shape, generator=g, dtype=D) - 0.5).to(dtype)


def step(mode, x, hidden, state, memory):
    """State and memory after a step, from the input's and the state's part of the gates."""
    if mode == "LSTM":
        enter, keep, new, show = (x + hidden).chunk(4, -1)
        memory = keep.sigmoid() * memory + enter.sigmoid() * new.tanh()
        return show.sigmoid() * memory.tanh(), memory
    if mode == "GRU":
        (r, z, n), (rh, zh, nh) = x.chunk(3, -1), hidden.chunk(3, -1)
        update = (z + zh).sigmoid()
        return (1 - update) * (n + (r + rh).sigmoid() * nh).tanh() + update * state, None
    return ((x + hidden).tanh() if mode == "RNN_TANH" else (x + hidden).relu()), None


def sequence(mode, xs, state, memory, w_ih, w_hh, b_ih, b_hh, w_hr, reverse):
    """One sequence, one direction, one layer: rows of the result, then the last state and memory."""
    rows = []
    for x in xs.flip(0) if reverse else xs:
        hidden = nn.functional.linear(state, w_hh, b_hh)
        state, memory = step(mode, nn.functional.linear(x, w_ih, b_ih), hidden, state, memory)
        state = state if w_hr is None else state @ w_hr.t()
        rows.append(state)
    return rl.stack(rows[::-1] if reverse else rows), state, memory


def layers(net, xs, hx):
    """Every sequence of a batch on its own through all layers of a network."""
    mode, directions = net.mode, 2 if net.bidirectional else 1
    results, ends = [], []
    for b, x in enumerate(xs):
        last = []
        for place, weights in enumerate(net.all_weights):
            by_name = dict(zip([n.partition("_l")[0] for n in net._all_weights[place]], weights))
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
            memory = hx[1][place, b] if mode == "LSTM" else None
            reverse = place % directions == 1
            out = sequence(mode, x, hx[0][place, b], memory, *map(by_name.get, names), reverse)
            last.append(out[1:])
            if not reverse:
                forward = out[0]
            if place % directions == directions - 1:
                x = forward if directions == 1 else rl.cat([forward, out[0]], -1)
        results.append(x)
        ends.append(last)
    states = [
        rl.stack([rl.stack([seq[place][i] for seq in ends]) for place in range(len(ends[0]))])
        for i in range(2 if mode == "LSTM" else 1)
    ]
    return results, states


OPTIONS = [
    (kind, bias, bidirectional, projection, packed)
    for kind, bias, bidirectional, packed in itertools.product(
        ("LSTM", "GRU", "RNN_TANH", "RNN_RELU"), (True, False), (False, True), (False, True)
    )
    for projection in ((0, 2) if kind == "LSTM" else (0,))
]


def make(kind, bias, bidirectional, projection, hidden=5, layers=2):
    options = {"bias": bias, "bidirectional": bidirectional, "num_layers": layers, "dtype": D}
    if kind.startswith("RNN"):
        return nn.RNN(3, hidden, nonlinearity=kind[4:].lower(), **options)
    if projection:
        options["proj_size"] = projection
    return getattr(nn, kind)(3, hidden, **options)


@pytest.mark.parametrize("kind, bias, bidirectional, projection, packed", OPTIONS)
def test_results_and_gradients_are_those_of_single_steps(kind, bias, bidirectional, projection, packed):
    net = make(kind, bias, bidirectional, projection)
    for i, p in enumerate(net.parameters()):
        p.data.copy_(uniform(*p.shape, seed=i))
    lengths = (3, 6, 4, 1, 6) if packed else (4, 4, 4)
    xs = [uniform(n, 3, seed=40 + i).requires_grad_() for i, n in enumerate(lengths)]
    places = 2 * (2 if bidirectional else 1)
    h = uniform(places, len(xs), projection or 5, seed=7).requires_grad_()
    c = uniform(places, len(xs), 5, seed=8).requires_grad_()
    hx = (h, c) if kind == "LSTM" else (h,)
    leaves = [*net.parameters(), *xs, *hx]

    data = pack_sequence(xs, enforce_sorted=False) if packed else pad_sequence(xs)
    out, state = net(data, hx if kind == "LSTM" else h)
    states = state if kind == "LSTM" else (state,)
    if packed:
        out, _ = nn.utils.rnn.pad_packed_sequence(out)
    rows, wanted_states = layers(net, xs, hx)
    wanted = pad_sequence(rows)
    assert rl.allclose(out, wanted, atol=1e-13)
    assert all(rl.allclose(a, b, atol=1e-13) for a, b in zip(states, wanted_states))

    def loss(y, ends):
        return (y * uniform(*y.shape, seed=3)).sum() + sum((e * e).sum() for e in ends)

    got = rl.autograd.grad(loss(out, states), leaves)
    want = rl.autograd.grad(loss(wanted, wanted_states), leaves)
    assert all(rl.allclose(a, b, atol=1e-12) for a, b in zip(got, want))

    single = net.float()
    small = pack_sequence([x.float() for x in xs], enforce_sorted=False) if packed else data.float()
    y, _ = single(small, tuple(s.float() for s in hx) if kind == "LSTM" else h.float())
    y = nn.utils.rnn.pad_packed_sequence(y)[0] if packed else y
    # float32 sums of about ten products of numbers below one
    assert rl.allclose(y.double(), wanted, atol=3e-6)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    "mode, gates, projection",
    [("LSTM", 4, 0), ("LSTM", 4, 2), ("GRU", 3, 0), ("RNN_TANH", 1, 0), ("RNN_RELU", 1, 0)],
)
def test_first_and_second_derivatives(mode, gates, projection, bias, reverse):
    hidden, sizes = 3, [3, 2, 1]
    out = projection or hidden
    shapes = [(sum(sizes), 2), (3, out)]
    shapes += [(3, hidden)] if mode == "LSTM" else []
    shapes += [(gates * hidden, 2), (gates * hidden, out)]
    shapes += [(gates * hidden,)] * 2 if bias else []
    shapes += [(out, hidden)] if projection else []
    inputs = [uniform(*s, seed=i).requires_grad_() for i, s in enumerate(shapes)]

    def run(x, state, *rest):
        rest = list(rest)
        memory = rest.pop(0) if mode == "LSTM" else None
        w_ih, w_hh = rest.pop(0), rest.pop(0)
        b_ih, b_hh = (rest.pop(0), rest.pop(0)) if bias else (None, None)
        weights = [w_ih, w_hh, b_ih, b_hh, rest.pop(0) if projection else None]
        return tuple(rl._C._nn._recurrence(mode, x, sizes, state, memory, weights, reverse))

    assert gradcheck(run, inputs)
    assert gradgradcheck(run, inputs)


def test_only_the_gradients_asked_for():
    lstm = nn.LSTM(3, 4, dtype=D)
    x = uniform(5, 2, 3).requires_grad_()
    out, (_, c) = lstm(x)
    (dx,) = rl.autograd.grad(c.sum(), [x], retain_graph=True)
    assert dx.shape == x.shape and dx.abs().sum() > 0
    out.sum().backward()
    with pytest.raises(RuntimeError, match="second time"):
        out.sum().backward()


@pytest.mark.parametrize("cell", [nn.LSTMCell, nn.GRUCell, nn.RNNCell])
def test_cells_are_single_steps(cell):
    single = cell(3, 4, dtype=D)
    kind = {"LSTMCell": "LSTM", "GRUCell": "GRU", "RNNCell": "RNN_TANH"}[cell.__name__]
    x, h, c = uniform(2, 3), uniform(2, 4, seed=1), uniform(2, 4, seed=2)
    lstm = kind == "LSTM"
    got = single(x, (h, c) if lstm else h)
    weights = (single.weight_ih, single.weight_hh, single.bias_ih, single.bias_hh, None, False)
    _, state, memory = sequence(kind, x[None], h, c if lstm else None, *weights)
    assert rl.allclose(got[0] if lstm else got, state)
    assert not lstm or rl.allclose(got[1], memory)


def test_half_precision_is_rounded_once():
    gru = nn.GRU(3, 4, dtype=rl.bfloat16)
    x = uniform(5, 2, 3).bfloat16()
    out, _ = gru(x)
    wide = nn.GRU(3, 4)
    wide.load_state_dict({k: v.float() for k, v in gru.state_dict().items()})
    assert out.dtype == rl.bfloat16 and rl.equal(out, wide(x.float())[0].bfloat16())


@pytest.mark.parametrize("kind, hidden", [("LSTM", 40), ("GRU", 40), ("LSTM", 300)])
def test_threads_change_no_bit(kind, hidden):
    net = getattr(nn, kind)(24, hidden, num_layers=2)
    for i, p in enumerate(net.parameters()):
        p.data.copy_(uniform(*p.shape, seed=i))
    x = pack_sequence([uniform(n, 24, seed=n).float() for n in (9, 8, 8, 7, 5, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1)])
    before, runs = rl.get_num_threads(), []
    try:
        for n in (1, 2, 3, 5):
            rl.set_num_threads(n)
            net.zero_grad()
            out = net(x)[0].data
            out.square().sum().backward()
            runs.append([out.detach()] + [p.grad for p in net.parameters()])
    finally:
        rl.set_num_threads(before)
    assert all(rl.equal(a, b) for run in runs[1:] for a, b in zip(runs[0], run))


def test_errors():
    weights = [uniform(12, 3), uniform(12, 3), None, None, None]
    state = uniform(2, 3)
    run = rl._C._nn._recurrence
    with pytest.raises(RuntimeError, match="sequence length to be larger than 0"):
        run("LSTM", uniform(0, 3), [], state, state, weights)
    with pytest.raises(RuntimeError, match="must not grow"):
        run("LSTM", uniform(3, 3), [1, 2], state, state, weights)
    with pytest.raises(RuntimeError, match="expected a tensor of shape"):
        run("LSTM", uniform(5, 3), [2, 2], state, state, weights)
    with pytest.raises(RuntimeError, match="not the same dtype"):
        run("LSTM", uniform(4, 3).float(), [2, 2], state, state, weights)


def test_the_checks_of_a_layer_can_be_called():
    lstm = nn.LSTM(3, 4, 2, bidirectional=True, proj_size=2)
    x = rl.ones(5, 2, 3)
    assert lstm.get_expected_hidden_size(x, None) == (4, 2, 2)
    assert lstm.get_expected_cell_size(x, rl.tensor([3, 1])) == (4, 3, 4)
    lstm.check_input(x, None)
    lstm.check_forward_args(x, (rl.ones(4, 2, 2), rl.ones(4, 2, 4)), None)
    with pytest.raises(RuntimeError, match=r"Expected hidden\[1\] size \(4, 2, 4\), got \[4, 2, 5\]"):
        lstm.check_forward_args(x, (rl.ones(4, 2, 2), rl.ones(4, 2, 5)), None)
    with pytest.raises(RuntimeError, match=r"Bad \(2, 2, 3\) \[1, 2, 3\]"):
        lstm.check_hidden_size(rl.ones(1, 2, 3), (2, 2, 3), "Bad {} {}")
    state = rl.arange(2.0).view(1, 2, 1)
    h, c = lstm.permute_hidden((state, state + 5), rl.tensor([1, 0]))
    assert h.flatten().tolist() == [1, 0] and c.flatten().tolist() == [6, 5]
    assert nn.GRU(3, 4).permute_hidden(state, None) is state

    class Told(nn.GRU):  # as layers of programs do that bring weights or states of their own
        def check_forward_args(self, input, hidden, batch_sizes):
            self.told = tuple(hidden.shape)
            super().check_forward_args(input, hidden, batch_sizes)

    told = Told(3, 4)
    told(x)
    assert told.told == (1, 2, 4)


def test_packed_sequences_are_converted_whole():
    packed = pack_sequence([rl.ones(2), rl.ones(1)])
    for name in ("double", "float", "half", "long", "int", "short", "char", "byte"):
        assert getattr(packed, name)().data.dtype == getattr(rl.ones(1), name)().dtype
    assert packed.to(packed.data.device) is packed and packed.to(rl.float64).data.dtype == rl.float64
    home = packed.cpu()
    assert home.data.device.type == "cpu" and home.cpu() is home and home.cpu(rl.float64).data.dtype == rl.float64
    assert type(packed.pin_memory()) is type(packed)
