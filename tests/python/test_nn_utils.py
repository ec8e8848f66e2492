"""``nn.utils``: parametrizations, pruning, fusion, calls with other parameters."""

from __future__ import annotations

import copy
import pickle

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.nn.utils import parametrizations, parametrize, prune


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).T


class Doubled(nn.Module):
    def forward(self, x):
        return x * 2

    def right_inverse(self, x):
        return x / 2


def test_a_parametrized_weight_is_computed_and_its_origin_learns():
    layer = nn.Linear(3, 3)
    parametrize.register_parametrization(layer, "weight", Symmetric())
    assert type(layer).__name__ == "ParametrizedLinear"
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert "parametrizations.weight.original" in dict(layer.named_parameters())
    layer(rl.ones(1, 3)).sum().backward()
    assert layer.parametrizations.weight.original.grad is not None
    with parametrize.cached():
        assert layer.weight is layer.weight
    assert layer.weight is not layer.weight


def test_assigning_goes_through_the_right_inverse():
    layer = nn.Linear(2, 2)
    before = layer.weight.detach().clone()
    parametrize.register_parametrization(layer, "weight", Doubled())
    assert rl.equal(layer.weight, before)
    layer.weight = rl.ones(2, 2)
    assert rl.equal(layer.parametrizations.weight.original, rl.full((2, 2), 0.5))
    parametrize.remove_parametrizations(layer, "weight")
    assert type(layer) is nn.Linear and isinstance(layer.weight, nn.Parameter)
    assert rl.equal(layer.weight, rl.ones(2, 2))


def test_a_parametrized_module_is_copied_but_not_pickled():
    layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Doubled())
    assert rl.equal(copy.deepcopy(layer).weight, layer.weight)
    with pytest.raises(RuntimeError, match="Serialization of parametrized modules is only supported"):
        pickle.dumps(layer)


def test_refusals_of_parametrizations():
    class Wider(nn.Module):
        def forward(self, x):
            return rl.cat([x, x])

    with pytest.raises(ValueError, match="may not change the shape of the tensor"):
        parametrize.register_parametrization(nn.Linear(2, 2), "weight", Wider())
    with pytest.raises(ValueError, match="does not have a parameter, a buffer"):
        parametrize.register_parametrization(nn.Linear(2, 2), "nothing", Symmetric())
    with pytest.raises(ValueError, match="does not have a parametrization on weight"):
        parametrize.remove_parametrizations(nn.Linear(2, 2), "weight")


def test_spectral_norm_is_one():
    layer = parametrizations.spectral_norm(nn.Linear(4, 3), n_power_iterations=30)
    layer(rl.ones(1, 4))
    matrix = layer.weight.detach().numpy()
    import numpy as np

    assert abs(np.linalg.svd(matrix, compute_uv=False)[0] - 1) < 1e-4
    former = nn.utils.spectral_norm(nn.Conv2d(2, 3, 3))
    former(rl.ones(1, 2, 4, 4)).sum().backward()
    assert former.weight_orig.grad is not None
    nn.utils.remove_spectral_norm(former)
    assert isinstance(former.weight, nn.Parameter) and "weight_u" not in former.state_dict()


def test_weight_norm_by_both_ways():
    layer = nn.Linear(4, 3)
    before = layer.weight.detach().clone()
    with pytest.warns(FutureWarning, match="is deprecated in favor of"):
        former = nn.utils.weight_norm(copy.deepcopy(layer))
    modern = parametrizations.weight_norm(copy.deepcopy(layer))
    assert rl.allclose(former.weight, before) and rl.allclose(modern.weight, before)
    modern.load_state_dict(former.state_dict())  # the former names are read
    nn.utils.remove_weight_norm(former)
    assert isinstance(former.weight, nn.Parameter)


def test_pruning_twice_and_removing():
    layer = nn.Linear(4, 4)
    prune.l1_unstructured(layer, "weight", amount=4)
    assert int((layer.weight == 0).sum()) == 4
    prune.random_unstructured(layer, "weight", amount=0.5)
    assert int((layer.weight == 0).sum()) == 10  # half of the twelve that were left
    assert prune.is_pruned(layer)
    layer(rl.ones(1, 4)).sum().backward()
    assert layer.weight_orig.grad is not None
    prune.remove(layer, "weight")
    assert isinstance(layer.weight, nn.Parameter) and int((layer.weight == 0).sum()) == 10
    with pytest.raises(ValueError, match="has to be pruned before pruning can be removed"):
        prune.remove(layer, "weight")


def test_pruning_slices_and_globally():
    layer = nn.Linear(3, 4)
    prune.ln_structured(layer, "weight", amount=2, n=2, dim=0)
    assert int((layer.weight.abs().sum(1) == 0).sum()) == 2
    net = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    pairs = [(net[0], "weight"), (net[1], "weight")]
    prune.global_unstructured(pairs, prune.L1Unstructured, amount=0.25)
    assert sum(int((m.weight == 0).sum()) for m, _ in pairs) == 8
    with pytest.raises(ValueError, match=r"amount=1\.5 should either be"):
        prune.l1_unstructured(nn.Linear(2, 2), "weight", amount=1.5)


@pytest.mark.parametrize(("convolution", "transpose"), [(nn.Conv2d, False), (nn.ConvTranspose2d, True)])
def test_a_fused_normalisation_computes_the_same(convolution, transpose):
    conv, norm = convolution(2, 3, 3), nn.BatchNorm2d(3)
    norm(conv(rl.randn(4, 2, 6, 6)))
    conv.eval(), norm.eval()
    x = rl.randn(1, 2, 5, 5)
    fused = nn.utils.fusion.fuse_conv_bn_eval(conv, norm, transpose)
    assert rl.allclose(fused(x), norm(conv(x)), atol=1e-5)


def test_a_call_with_other_parameters():
    layer = nn.Linear(2, 1)
    weight = rl.ones(1, 2, requires_grad=True)
    own = layer.weight
    with pytest.warns(FutureWarning, match="is deprecated as of PyTorch 2.0"):
        out = nn.utils.stateless.functional_call(layer, {"weight": weight}, rl.ones(2))
    out.sum().backward()
    assert weight.grad is not None and own.grad is None
    assert layer.weight is own


def test_a_module_without_drawing():
    rl.manual_seed(0)
    state = rl.get_rng_state()
    assert nn.utils.skip_init(nn.Linear, 3, 2).weight.shape == (2, 3)
    assert rl.equal(rl.get_rng_state(), state)


@pytest.mark.skipif(not hasattr(rl._C, "geqrf"), reason="this build has no linear algebra yet")
@pytest.mark.parametrize("kind", ["matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5)])
def test_orthogonal_weights_stay_orthogonal_and_take_assignments(kind, shape):
    rl.manual_seed(0)
    layer = nn.Linear(shape[1], shape[0], dtype=rl.float64)
    orthogonal = nn.utils.parametrizations.orthogonal
    assert orthogonal(layer, orthogonal_map=kind) is layer

    def gram():
        w = layer.weight
        return w @ w.mT if shape[0] < shape[1] else w.mT @ w

    identity = rl.eye(min(shape), dtype=rl.float64)
    assert rl.allclose(gram(), identity, atol=1e-10)
    optimizer = rl.optim.SGD(layer.parameters(), 0.1)
    before = layer.weight.detach().clone()
    (layer.weight * rl.randn(*shape, dtype=rl.float64)).sum().backward()
    optimizer.step()
    assert rl.allclose(gram(), identity, atol=1e-10) and not rl.allclose(layer.weight, before)
    layer.weight = before  # what it was is orthogonal, so it comes back
    assert rl.allclose(layer.weight, before, atol=1e-10)
    with pytest.raises(ValueError, match="of shape"):
        layer.weight = rl.ones(2, 2, dtype=rl.float64)


def test_orthogonal_refuses_what_it_cannot_do():
    orthogonal = nn.utils.parametrizations.orthogonal
    with pytest.raises(ValueError, match="has no parameter"):
        orthogonal(nn.ReLU())
    with pytest.raises(ValueError, match="orthogonal_map has to be one of"):
        orthogonal(nn.Linear(2, 2), orthogonal_map="rotation")
    with pytest.raises(ValueError, match="Got a tensor of 1 dimensions"):
        orthogonal(nn.Linear(2, 2), "bias")
    with pytest.raises(ValueError, match="complex"):
        orthogonal(nn.Linear(2, 2, dtype=rl.complex64), orthogonal_map="householder")
