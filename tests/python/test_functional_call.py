"""``functional_call`` of modules whose parameters are tied, and of those that exchange their buffers."""

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.func import functional_call


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(2, 2), nn.Linear(2, 2)
        self.b.weight = self.a.weight

    def forward(self, x):
        return self.b(self.a(x))


class Counts(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("n", rl.zeros(1))

    def forward(self, x):
        self.n = self.n + 1
        return x + self.n


def test_a_tied_name_stands_for_all_of_them():
    m, x = Tied(), rl.ones(2)
    everything = dict(m.named_parameters())
    assert "b.weight" not in everything
    assert rl.equal(functional_call(m, everything, (x,), strict=True), m(x))
    with pytest.raises(RuntimeError, match="Missing key"):
        functional_call(m, {"a.weight": m.a.weight}, (x,), strict=True)
    with pytest.raises(RuntimeError, match="Missing key"):
        functional_call(m, everything, (x,), tie_weights=False, strict=True)


def test_exchanged_buffers_are_told():
    m, state = Counts(), {"n": rl.ones(1)}
    assert functional_call(m, state, (rl.zeros(1),)).tolist() == [2.0]
    assert state["n"].tolist() == [2.0]
    assert m.n.tolist() == [0.0]
