"""Random numbers of cards: the stream is PyTorch's on CUDA, a seed gives the same on every adapter."""

from __future__ import annotations

import pytest
import rushlight as torch
import rushlight.nn.functional as F

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no GPU (RUSHLIGHT_GPU=software with Mesa is one)"
)
N = 50_000


def seeded(seed):
    return torch.Generator("cuda").manual_seed(seed)


def spread(x, mean, deviation):
    x = x.cpu().double()
    assert abs(x.mean().item() - mean) < 6 * deviation / N**0.5 + 1e-2 * abs(mean)
    assert abs(x.std().item() - deviation) < 0.05 * deviation


def test_the_numbers_are_those_of_cuda():
    # what PyTorch draws on a CUDA device after manual_seed(0)
    known = torch.tensor([0.3990, 0.5167, 0.0249, 0.9401, 0.9459])
    assert torch.allclose(torch.rand(5, device="cuda", generator=seeded(0)).cpu(), known, atol=1e-4)
    known = torch.tensor([-0.9247, -0.4253, -2.6438, 0.1452, -0.1209])
    assert torch.allclose(torch.randn(5, device="cuda", generator=seeded(0)).cpu(), known, atol=1e-4)


def test_seeds_and_states():
    g = seeded(5)
    assert g.device == torch.device("cuda:0") and g.initial_seed() == 5
    first = torch.rand(3, device="cuda", generator=g)
    state = g.get_state()
    assert state.numel() == 16 and state.device.type == "cpu"
    again = torch.rand(3, device="cuda", generator=g)
    g.set_state(state)
    assert torch.equal(torch.rand(3, device="cuda", generator=g).cpu(), again.cpu())
    assert not torch.equal(first.cpu(), again.cpu())
    torch.manual_seed(3)
    a = torch.rand(4, device="cuda")
    torch.cuda.manual_seed(3)
    assert torch.equal(a.cpu(), torch.rand(4, device="cuda").cpu())
    with pytest.raises(RuntimeError, match="RNG state is wrong size"):
        g.set_state(state[:5])


def test_a_generator_of_another_device_is_refused():
    with pytest.raises(RuntimeError, match="Expected a 'cuda' device type for generator but found 'cpu'"):
        torch.rand(3, device="cuda", generator=torch.Generator("cpu"))
    with pytest.raises(RuntimeError, match="Expected a 'cpu' device type for generator but found 'cuda'"):
        torch.rand(3, device="cpu", generator=seeded(0))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
def test_floats(dtype):
    x = torch.rand(N, device="cuda", dtype=dtype, generator=seeded(1))
    spread(x, 0.5, 12**-0.5)
    assert x.cpu().min() >= 0 and x.cpu().max() < 1
    spread(torch.randn(N, device="cuda", dtype=dtype, generator=seeded(2)), 0, 1)


def test_laws():
    x = torch.empty(N, device="cuda")
    spread(x.exponential_(2.0, generator=seeded(1)), 0.5, 0.5)
    spread(x.log_normal_(0, 0.5, generator=seeded(2)), 1.1331, 0.6039)
    spread(x.geometric_(0.3, generator=seeded(3)), 1 / 0.3, 0.7**0.5 / 0.3)
    assert abs(x.cauchy_(1.0, 2.0, generator=seeded(4)).cpu().median().item() - 1) < 0.1
    spread(x.bernoulli_(0.3, generator=seeded(5)), 0.3, 0.21**0.5)
    p = torch.full((N,), 0.7, device="cuda")
    spread(torch.bernoulli(p, generator=seeded(6)), 0.7, 0.21**0.5)
    y = torch.bernoulli(p * 2)
    with pytest.raises(RuntimeError, match="p_in"):
        y.cpu()


def test_integers():
    spread(torch.randint(-5, 5, (N,), device="cuda", generator=seeded(1)), -0.5, (99 / 12) ** 0.5)
    wide = torch.randint(0, 2**40, (N,), device="cuda", generator=seeded(2)).cpu().double() / 2**40
    spread(wide, 0.5, 12**-0.5)
    tops = {
        torch.int64: 2**63,
        torch.int32: 2**31,
        torch.uint8: 256,
        torch.int16: 2**15,
        torch.float32: 2**24 + 1,
        torch.bool: 2,
    }
    for dtype, top in tops.items():
        x = torch.empty(N, device="cuda", dtype=dtype).random_(generator=seeded(3)).cpu().double()
        assert x.min() >= 0 and x.max() <= top - 1
        assert abs(x.mean().item() / (top - 1) - 0.5) < 0.02


def test_order_of_memory():
    a = torch.empty(6, 5, device="cuda").uniform_(generator=seeded(1))
    b = torch.empty(5, 6, device="cuda").t().uniform_(generator=seeded(1))
    assert torch.equal(a.cpu().flatten(), b.t().cpu().flatten())


def test_permutations():
    for n in (0, 1, 10, 3000):
        p = torch.randperm(n, device="cuda", generator=seeded(1)).cpu()
        assert torch.equal(p.sort().values, torch.arange(n))
    assert not torch.equal(p, torch.arange(3000))


def test_categories():
    w = torch.tensor([[1.0, 2, 3, 4], [0, 0, 1, 1]], device="cuda")
    got = torch.multinomial(w, 20_000, replacement=True, generator=seeded(1)).cpu()
    for row, want in zip(got, [[0.1, 0.2, 0.3, 0.4], [0, 0, 0.5, 0.5]], strict=True):
        share = [(row == k).double().mean().item() for k in range(4)]
        assert all(abs(a - b) < 0.02 for a, b in zip(share, want, strict=True))
    assert torch.equal(torch.multinomial(w[1], 2).cpu().sort().values, torch.tensor([2, 3]))
    for bad in ([-1.0, 2.0], [float("nan"), 1.0], [float("inf"), 1.0]):
        with pytest.raises(RuntimeError, match="probability tensor contains"):
            torch.multinomial(torch.tensor(bad, device="cuda"), 1)
    with pytest.raises(RuntimeError, match="sum of probabilities"):
        torch.multinomial(torch.zeros(3, device="cuda"), 1)


def test_dropout():
    x = torch.ones(250, 200, device="cuda")
    y = F.dropout(x, 0.25).cpu()
    assert set(y.flatten().tolist()) == {0.0, torch.tensor(4 / 3).item()}
    assert abs(y.mean().item() - 1) < 0.02
    y = F.alpha_dropout(torch.randn(250, 200, device="cuda", generator=seeded(1)), 0.2, True).cpu()
    assert abs(y.mean().item()) < 0.05 and abs(y.std().item() - 1) < 0.05
    y = F.dropout2d(torch.ones(20, 30, 4, 4, device="cuda"), 0.5).cpu()
    assert all(c.unique().numel() == 1 for c in y.view(600, 16))
    slope = F.rrelu(torch.full((1000,), -1.0, device="cuda"), 0.1, 0.3, True).cpu()
    assert slope.min() >= -0.3 and slope.max() <= -0.1
